/// A strip: STRIP_PANELS panels of quantized weights, a part of their depth at a time, unpacked for products with many
/// tokens. The part stays in L1 while the tokens pass by.
///
/// With instructions that sum four products of bytes, codes stay bytes. Without them codes of 4 bits do, whose pairs of
/// products can be summed in 16 bits, while signed bytes become shorts.

#if !defined(HAS_DOT_PRODUCTS)
#define HAS_DOT_PRODUCTS false
#endif

enum {
    STRIP_PANELS = 2,
    STRIP_ROWS = STRIP_PANELS * LANES,
    /// Unpacked codes of a part.
    STRIP_BYTES = 16384,
    /// Blocks of a part where codes are bytes; half as many where they are shorts.
    STRIP_BLOCKS = STRIP_BYTES / (STRIP_ROWS * BLOCK),
#if defined(__aarch64__)
    BYTE_OFFSET = 0,
#else
    /// Signed bytes become unsigned ones: x86 multiplies these with signed ones. Exact, as it is taken back from the sum.
    BYTE_OFFSET = 128,
#endif
};

typedef struct strip {
    vector scales[STRIP_BLOCKS][STRIP_PANELS];
    /// Of Q4_1.
    vector minimums[STRIP_BLOCKS][STRIP_PANELS];
    /// (blocks, strip_words, STRIP_PANELS): 4 bytes or 2 shorts of every row.
    bytes codes[STRIP_BYTES / sizeof(bytes)];
} strip;

INLINE bool widens_codes(const m3_quantized_type type) { return type == M3_Q8_0 && !HAS_DOT_PRODUCTS; }

/// Words of a row's block as unpacked.
INLINE size_t strip_words(const m3_quantized_type type) { return widens_codes(type) ? BLOCK / 2 : BLOCK / 4; }

/// What is to be added to codes as unpacked to make them those of the format.
INLINE int32_t code_offset(const m3_quantized_type type) {
    if (type == M3_Q4_0) return -8;
    return type == M3_Q8_0 && HAS_DOT_PRODUCTS ? -BYTE_OFFSET : 0;
}

/// A block of one panel; its words are every STRIP_PANELS vectors.
INLINE void unpack_block(const m3_quantized_type type, const uint8_t *packed, bytes *codes) {
    UNROLL for (size_t t = 0; t < (type == M3_Q8_0 ? BLOCK / 4 : BLOCK / 8); t++) {
        const bytes word = load_bytes(packed + t * sizeof word);
        if (type != M3_Q8_0) {
            codes[t * STRIP_PANELS] = word & 15;
            codes[(t + BLOCK / 8) * STRIP_PANELS] = word >> 4;
        } else if (widens_codes(type)) {
            // Bytes 0 and 2 of a word, then bytes 1 and 3: `widen_block` parts the activations alike.
            codes[t * STRIP_PANELS] = (bytes)((shorts)word << 8 >> 8);
            codes[(t + BLOCK / 4) * STRIP_PANELS] = (bytes)((shorts)word >> 8);
        } else {
            codes[t * STRIP_PANELS] = word + BYTE_OFFSET;
        }
    }
}

/// Blocks `first` to `first + count` of a strip that has `blocks`; the first panel stands in for those beyond the last row.
INLINE void unpack_strip(const m3_quantized_type type, size_t rows, size_t blocks, size_t first, size_t count,
                         const uint8_t *codes, const uint16_t *scales, strip *out) {
    const m3_block_layout layout = m3_block_layout_of(type);
    // The next part, or the next strip's first one, will be asked for when the tokens have passed by.
    const size_t next = first + count < blocks ? count : STRIP_PANELS * blocks - first;
    for (size_t p = 0; p < STRIP_PANELS; p++) {
        const size_t start = (p * LANES < rows ? p : 0) * blocks + first;
        const uint8_t *packed = codes + start * layout.words * sizeof(words);
        const uint16_t *scale = scales + start * layout.scales * LANES;
        for (size_t b = 0; b < count; b++, packed += layout.words * sizeof(words), scale += layout.scales * LANES) {
            UNROLL for (size_t byte = 0; byte < layout.words * sizeof(words); byte += 64)
                __builtin_prefetch((const void *)((uintptr_t)packed + next * layout.words * sizeof(words) + byte), 0, 2);
            out->scales[b][p] = load_halves(scale);
            if (type == M3_Q4_1) out->minimums[b][p] = load_halves(scale + LANES);
            unpack_block(type, packed, out->codes + b * strip_words(type) * STRIP_PANELS + p);
        }
    }
}
