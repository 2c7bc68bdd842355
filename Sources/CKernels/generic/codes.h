/// Rows of memories as banks store them, to float32.

/// Brings the code of each lane's nibble to the top of a word that holds eight codes, the first in the lowest bits.
static const uint32_t code_shifts[16] = {28, 24, 20, 16, 12, 8, 4, 0, 28, 24, 20, 16, 12, 8, 4, 0};

/// (2 · code − 15) · 2^27 of the LANES codes at `codes`.
INLINE vector odd_levels(const uint8_t *codes) {
    words spread, shifts;
#if LANES == 16
    uint32_t halves[2];
    memcpy(halves, codes, sizeof halves);
    UNROLL for (size_t lane = 0; lane < LANES; lane++) spread[lane] = halves[lane / 8];
#else
    uint32_t all = 0;
    memcpy(&all, codes, LANES / 2);
    spread = (words)all;
#endif
    memcpy(&shifts, code_shifts, sizeof shifts);
    // With its first bit turned, a nibble at the top of a signed number is code − 8; the bit behind it adds a half.
    const words top = ((spread << shifts) & 0xf0000000) ^ 0x88000000;
    return __builtin_convertvector((integers)top, vector);
}

INLINE void decode_vector(const uint8_t *codes, vector step, const float *mean, const float *deviation, float *out) {
    store(out, load(mean) + load(deviation) * (step * odd_levels(codes)));
}

static size_t decode_int4(size_t rows, size_t dimension, const uint8_t *codes, const float *mean,
                          const float *deviation, float *out) {
    for (size_t row = 0; row < rows; row++, codes += dimension / 2, out += dimension) {
        const uint16_t bits = (uint16_t)(codes[0] | codes[1] << 8);
        if ((bits & 0x7c00) == 0x7c00 || bits > 0x8000) return row;
        codes += 2;
        halfwords scale = (halfwords)0;
        scale[0] = bits;
        // scale · (code − 7.5) has 15 bits at most: exact, whatever power of two moves between its factors.
        const vector step = splat(widen_half(scale)[0] * 0x1p-28f);
        size_t i = 0;
        for (; dimension - i >= 4 * LANES; i += 4 * LANES)
            UNROLL for (size_t j = 0; j < 4; j++)
                decode_vector(codes + i / 2 + j * LANES / 2, step, mean + i + j * LANES, deviation + i + j * LANES,
                              out + i + j * LANES);
        for (; dimension - i >= LANES; i += LANES)
            decode_vector(codes + i / 2, step, mean + i, deviation + i, out + i);
        if (i < dimension) {
            const size_t rest = dimension - i;
            uint8_t padded[LANES / 2] = {0};
            memcpy(padded, codes + i / 2, rest / 2);
            const vector scaled = load_first(deviation + i, rest, 0) * (step * odd_levels(padded));
            store_first(out + i, rest, load_first(mean + i, rest, 0) + scaled);
        }
    }
    return rows;
}

static size_t decode_bfloat16(size_t count, const uint8_t *in, float *out) {
    halfwords exponents = (halfwords)0;
    size_t i = 0;
    for (; count - i >= LANES; i += LANES) {
        halfwords bits;
        memcpy(&bits, in + 2 * i, sizeof bits);
        exponents |= (halfwords)((bits & 0x7f80) == 0x7f80);
        store(out + i, widen_bfloat16(bits));
    }
    if (i < count) {
        halfwords bits = (halfwords)0;
        memcpy(&bits, in + 2 * i, 2 * (count - i));
        exponents |= (halfwords)((bits & 0x7f80) == 0x7f80);
        store_first(out + i, count - i, widen_bfloat16(bits));
    }
    bool is_finite = true;
    UNROLL for (size_t lane = 0; lane < LANES; lane++) is_finite &= exponents[lane] == 0;
    if (is_finite) return count;
    for (i = 0; isfinite(out[i]); i++) {}
    return i;
}

static void rope_rows(size_t rows, size_t head_dimension, float *x, const float *angles, const uint16_t *positions) {
    for (size_t row = 0; row < rows; row++, x += head_dimension) {
        const float *cos = angles + positions[row] * head_dimension;
        rope(1, head_dimension, x, head_dimension, cos, cos + head_dimension / 2);
    }
}
