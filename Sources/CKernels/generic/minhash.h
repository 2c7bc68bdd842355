/// MinHash signatures: the least value of a set under each of many permutations of 32-bit numbers.

/// Vectors of minima that stay in registers while the hashes pass by.
#define MINHASH_VECTORS 4

/// Hashes that are folded at a time.
#define MINHASH_BLOCK 256

INLINE words load_words(const uint32_t *p) {
    words x;
    memcpy(&x, p, sizeof x);
    return x;
}

INLINE void store_words(uint32_t *p, words x) { memcpy(p, &x, sizeof x); }

/// Lowers `vectors` vectors of minima to those of `count` folded hashes.
INLINE void lower_minima(size_t count, const uint32_t *folded, size_t vectors, const uint32_t *masks,
                         const uint32_t *multipliers, uint32_t *minima) {
    words mask[MINHASH_VECTORS], multiplier[MINHASH_VECTORS], least[MINHASH_VECTORS];
    UNROLL for (size_t j = 0; j < vectors; j++) {
        mask[j] = load_words(masks + j * LANES);
        multiplier[j] = load_words(multipliers + j * LANES);
        least[j] = load_words(minima + j * LANES);
    }
    for (size_t i = 0; i < count; i++)
        UNROLL for (size_t j = 0; j < vectors; j++)
            least[j] = __builtin_elementwise_min(((words)folded[i] ^ mask[j]) * multiplier[j], least[j]);
    UNROLL for (size_t j = 0; j < vectors; j++) store_words(minima + j * LANES, least[j]);
}

static void minhash(size_t count, const uint64_t *hashes, size_t permutations, const uint32_t *masks,
                    const uint32_t *multipliers, uint32_t *minima) {
    for (size_t k = 0; k < permutations; k++) minima[k] = UINT32_MAX;
    const size_t rest = permutations % LANES, whole = permutations - rest;
    // The permutations that fill no vector, padded to one.
    uint32_t last_masks[LANES] = {0}, last_multipliers[LANES] = {0}, last_minima[LANES];
    memcpy(last_masks, masks + whole, rest * sizeof *masks);
    memcpy(last_multipliers, multipliers + whole, rest * sizeof *multipliers);
    store_words(last_minima, (words)UINT32_MAX);

    uint32_t folded[MINHASH_BLOCK];
    for (size_t start = 0; start < count; start += MINHASH_BLOCK) {
        const size_t n = count - start < MINHASH_BLOCK ? count - start : MINHASH_BLOCK;
        for (size_t i = 0; i < n; i++) folded[i] = (uint32_t)(hashes[start + i] ^ hashes[start + i] >> 32);
        size_t k = 0;
        for (; whole - k >= MINHASH_VECTORS * LANES; k += MINHASH_VECTORS * LANES)
            lower_minima(n, folded, MINHASH_VECTORS, masks + k, multipliers + k, minima + k);
        for (; k < whole; k += LANES) lower_minima(n, folded, 1, masks + k, multipliers + k, minima + k);
        if (rest > 0) lower_minima(n, folded, 1, last_masks, last_multipliers, last_minima);
    }
    memcpy(minima + whole, last_minima, rest * sizeof *minima);
}

#undef MINHASH_VECTORS
#undef MINHASH_BLOCK
