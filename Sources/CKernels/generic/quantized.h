/// Products with weights in blocks of 32 that stay in their codes. `CKernels.h` defines the sums; integers are exact, and
/// a row is a lane, so that its floating-point sum is one chain over ascending blocks: the same bits in every variant.
///
/// A panel is LANES rows. For each block of it come 32-bit words of codes, word t of all rows side by side: one load
/// meets one word of x in every lane.

enum { BLOCK = M3_QUANTIZED_BLOCK };

typedef uint8_t bytes __attribute__((ext_vector_type(4 * LANES)));
typedef int8_t signed_bytes __attribute__((ext_vector_type(4 * LANES)));
typedef int16_t shorts __attribute__((ext_vector_type(2 * LANES)));

/// How far ahead of the multiplication the codes are asked for: one token reads every weight once, from main memory.
#define CODE_PREFETCH 4096

INLINE bytes load_bytes(const uint8_t *p) {
    bytes x;
    memcpy(&x, p, sizeof x);
    return x;
}

/// The 4 codes at `p` in every lane.
INLINE signed_bytes broadcast_word(const int8_t *p) {
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return (signed_bytes)(words)word;
}

/// x[2i] · y[2i] + x[2i + 1] · y[2i + 1] in 16 bits. The caller sees to it that no sum leaves them: x86 would saturate.
INLINE shorts multiply_pairs(bytes x, signed_bytes y) {
#if REGISTER_BYTES == 64
    return (shorts)_mm512_maddubs_epi16((__m512i)x, (__m512i)y);
#elif REGISTER_BYTES == 32
    __m256i left[sizeof x / 32], right[sizeof x / 32];
    memcpy(left, &x, sizeof x);
    memcpy(right, &y, sizeof y);
    UNROLL for (size_t i = 0; i < sizeof x / 32; i++) left[i] = _mm256_maddubs_epi16(left[i], right[i]);
    shorts sums;
    memcpy(&sums, left, sizeof sums);
    return sums;
#else
    // The even bytes are the lower halves of 16-bit numbers, the odd ones their upper halves.
    typedef uint16_t pairs __attribute__((ext_vector_type(2 * LANES)));
    const shorts even = (shorts)((pairs)x & 0xff) * ((shorts)((pairs)y << 8) >> 8);
    const shorts odd = (shorts)((pairs)x >> 8) * ((shorts)y >> 8);
    return even + odd;
#endif
}

/// x[2i] + x[2i + 1] in 32 bits.
INLINE integers add_pairs(shorts x) {
#if REGISTER_BYTES == 64
    return (integers)_mm512_madd_epi16((__m512i)x, _mm512_set1_epi16(1));
#elif REGISTER_BYTES == 32
    __m256i parts[sizeof x / 32];
    memcpy(parts, &x, sizeof x);
    UNROLL for (size_t i = 0; i < sizeof x / 32; i++) parts[i] = _mm256_madd_epi16(parts[i], _mm256_set1_epi16(1));
    integers sums;
    memcpy(&sums, parts, sizeof sums);
    return sums;
#else
    return ((integers)((words)x << 16) >> 16) + ((integers)x >> 16);
#endif
}

/// Σ code · x of one block in each row; codes of 4 bits, unsigned.
///
/// A lane of `sums` takes 8 times 2 products of at most 15 · 127, as x keeps within ±127: at most 30,480, below 32,768.
INLINE integers nibble_products(const uint8_t *codes, const int8_t *x) {
    shorts sums = (shorts)0;
    UNROLL for (size_t t = 0; t < BLOCK / 8; t++) {
        const bytes both = load_bytes(codes + t * sizeof both);
        sums += multiply_pairs(both & 15, broadcast_word(x + 4 * t));
        sums += multiply_pairs(both >> 4, broadcast_word(x + BLOCK / 2 + 4 * t));
    }
    return add_pairs(sums);
}

/// Σ code · x of one block in each row; codes of 8 bits, signed.
///
/// |code| · ±x is code · x. A pair's sum is at most 2 · 128 · 127 = 32,512, below 32,768: two pairs' would not be, so each
/// is widened. |−128| is 128 as an unsigned byte; −x never leaves a signed one, as x keeps within ±127.
INLINE integers byte_products(const uint8_t *codes, const int8_t *x) {
    integers sums = (integers)0;
    UNROLL for (size_t t = 0; t < BLOCK / 4; t++) {
        const bytes code = load_bytes(codes + t * sizeof code);
        const signed_bytes factor = broadcast_word(x + 4 * t);
        const bytes magnitude = (signed_bytes)code < 0 ? -code : code;
        sums += add_pairs(multiply_pairs(magnitude, (signed_bytes)code < 0 ? -factor : factor));
    }
    return sums;
}

INLINE vector load_halves(const uint16_t *p) {
    halfwords x;
    memcpy(&x, p, sizeof x);
    return widen_half(x);
}

INLINE void gemv_panels(const m3_quantized_type type, size_t rows, size_t depth, const uint8_t *codes,
                        const uint16_t *scales, const m3_quantized_block *x, float *y, bool accumulate) {
    const size_t bytes_per_block = LANES * (type == M3_Q8_0 ? BLOCK : BLOCK / 2);
    const size_t blocks = depth / BLOCK;
    for (size_t row = 0; row < rows; row += LANES) {
        const size_t count = rows - row;
        vector sum = splat(0), minimum = splat(0);
        if (accumulate) sum = count >= LANES ? load(y + row) : load_first(y + row, count, 0);
        for (size_t b = 0; b < blocks; b++) {
            UNROLL for (size_t byte = 0; byte < bytes_per_block; byte += 64)
                __builtin_prefetch((const void *)((uintptr_t)codes + CODE_PREFETCH + byte));
            integers products = type == M3_Q8_0 ? byte_products(codes, x[b].codes) : nibble_products(codes, x[b].codes);
            if (type == M3_Q4_0) products -= (integers)(8 * x[b].sum);
            const vector scale = load_halves(scales) * splat(x[b].scale);
            sum = fma_(scale, __builtin_convertvector(products, vector), sum);
            codes += bytes_per_block;
            scales += LANES;
            if (type == M3_Q4_1) {
                minimum = fma_(load_halves(scales), splat(x[b].scaled_sum), minimum);
                scales += LANES;
            }
        }
        if (type == M3_Q4_1) sum += minimum;
        if (count >= LANES)
            store(y + row, sum);
        else
            store_first(y + row, count, sum);
    }
}

static void gemv_quantized(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *codes,
                           const uint16_t *scales, const m3_quantized_block *x, float *y, bool accumulate) {
    switch (type) {
        case M3_Q4_0: gemv_panels(M3_Q4_0, rows, depth, codes, scales, x, y, accumulate); break;
        case M3_Q4_1: gemv_panels(M3_Q4_1, rows, depth, codes, scales, x, y, accumulate); break;
        case M3_Q8_0: gemv_panels(M3_Q8_0, rows, depth, codes, scales, x, y, accumulate); break;
    }
}

typedef float block_floats __attribute__((ext_vector_type(BLOCK)));
typedef int32_t block_integers __attribute__((ext_vector_type(BLOCK)));
typedef int8_t block_codes __attribute__((ext_vector_type(BLOCK)));

INLINE m3_block_scale scale_of_block(const float *x) {
    // Compared as integers the bits of magnitudes put infinity, then NaN, above all numbers.
    words largest = (words)0;
    UNROLL for (size_t i = 0; i < BLOCK; i += LANES)
        largest = __builtin_elementwise_max(largest, (words)load(x + i) & 0x7fffffff);
    return m3_block_scale_of(__builtin_reduce_max(largest));
}

INLINE void quantize_block(const float *x, m3_block_scale scale, m3_quantized_block *out) {
    block_integers rounded = (block_integers)0;
    if (scale.inverse != 0) {
        // Adding 1.5 · 2^23 rounds to nearest, ties to even, and leaves the integer in the lowest bits.
        const float shifter = 0x1.8p23f;
        block_floats numbers;
        memcpy(&numbers, x, sizeof numbers);
        rounded = (block_integers)(numbers * scale.inverse + shifter) - (block_integers)(block_floats)shifter;
    }
    const block_codes codes = __builtin_convertvector(rounded, block_codes);
    memcpy(out->codes, &codes, sizeof codes);
    out->scale = scale.scale;
    out->sum = __builtin_reduce_add(rounded);
    out->scaled_sum = scale.scale * (float)out->sum;
}

static void quantize(size_t count, const float *x, m3_quantized_block *out) {
    // The scales of several blocks come first: the processor would not see far enough beyond the divisions of one.
    m3_block_scale scales[8];
    const size_t blocks = count / BLOCK, group = sizeof scales / sizeof *scales;
    for (size_t b = 0; b < blocks; b += group) {
        const size_t end = blocks - b < group ? blocks - b : group;
        for (size_t i = 0; i < end; i++) scales[i] = scale_of_block(x + (b + i) * BLOCK);
        for (size_t i = 0; i < end; i++) quantize_block(x + (b + i) * BLOCK, scales[i], out + b + i);
    }
}

static void pack_quantized(m3_quantized_type type, size_t rows, size_t depth, const uint8_t *blocks, uint8_t *codes,
                           uint16_t *scales) {
    const m3_block_layout layout = m3_block_layout_of(type);
    const size_t count = depth / BLOCK;
    for (size_t row = 0; row < rows; row += LANES, blocks += LANES * count * layout.bytes)
        for (size_t b = 0; b < count; b++) {
            for (size_t j = 0; j < LANES; j++) {
                const uint8_t *block = blocks + (j * count + b) * layout.bytes;
                const bool exists = row + j < rows;
                for (size_t i = 0; i < layout.scales; i++) {
                    uint16_t scale = 0;
                    if (exists) memcpy(&scale, block + 2 * i, 2);
                    scales[i * LANES + j] = scale;
                }
                for (size_t t = 0; t < layout.words; t++) {
                    uint32_t word = 0;
                    if (exists) memcpy(&word, block + 2 * layout.scales + 4 * t, 4);
                    memcpy(codes + (t * LANES + j) * 4, &word, 4);
                }
            }
            scales += layout.scales * LANES;
            codes += layout.words * LANES * 4;
        }
}
