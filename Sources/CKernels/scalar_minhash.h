/// The scalar variant's share of MinHash signatures.

static void minhash(size_t count, const uint64_t *hashes, size_t permutations, const uint32_t *masks,
                    const uint32_t *multipliers, uint32_t *minima) {
    for (size_t k = 0; k < permutations; k++) {
        minima[k] = UINT32_MAX;
        for (size_t i = 0; i < count; i++) {
            const uint32_t folded = (uint32_t)(hashes[i] ^ hashes[i] >> 32);
            const uint32_t value = (folded ^ masks[k]) * multipliers[k];
            if (value < minima[k]) minima[k] = value;
        }
    }
}
