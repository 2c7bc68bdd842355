/// float32 to and from bfloat16 and half precision.

INLINE halfwords narrow_to_bfloat16(vector x) {
    const words bits = (words)x;
    const words rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
    // Rounding could carry a NaN's mantissa into infinity: keep its upper bits and set the quiet one.
    const words quiet = (bits >> 16) | 0x40;
    return __builtin_convertvector(x == x ? rounded : quiet, halfwords);
}

INLINE vector widen_bfloat16(halfwords x) {
    return (vector)(__builtin_convertvector(x, words) << 16);
}

INLINE halfwords narrow_to_half(vector x) { return (halfwords)__builtin_convertvector(x, halves); }

INLINE vector widen_half(halfwords x) { return __builtin_convertvector((halves)x, vector); }

/// `convert` for every vector; the rest by way of a padded one.
#define CONVERT(count, in, out, From, To, convert)                                                                     \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; (count) - i >= LANES; i += LANES) {                                                                     \
            From source;                                                                                               \
            memcpy(&source, (in) + i, sizeof source);                                                                  \
            const To result = convert(source);                                                                         \
            memcpy((out) + i, &result, sizeof result);                                                                 \
        }                                                                                                              \
        if (i < (count)) {                                                                                             \
            From source = (From)0;                                                                                     \
            memcpy(&source, (in) + i, ((count) - i) * sizeof *(in));                                                   \
            const To result = convert(source);                                                                         \
            memcpy((out) + i, &result, ((count) - i) * sizeof *(out));                                                 \
        }                                                                                                              \
    } while (0)

static void float_to_bfloat16(size_t count, const float *in, uint16_t *out) {
    CONVERT(count, in, out, vector, halfwords, narrow_to_bfloat16);
}

static void bfloat16_to_float(size_t count, const uint16_t *in, float *out) {
    CONVERT(count, in, out, halfwords, vector, widen_bfloat16);
}

static void float_to_half(size_t count, const float *in, uint16_t *out) {
    CONVERT(count, in, out, vector, halfwords, narrow_to_half);
}

static void half_to_float(size_t count, const uint16_t *in, float *out) {
    CONVERT(count, in, out, halfwords, vector, widen_half);
}
