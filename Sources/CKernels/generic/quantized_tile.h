/// The register tile of products with quantized weights: up to TILE_TOKENS tokens by a strip.

enum {
    /// Shorts of a token's activations in a part of a strip whose codes are shorts.
    WIDE_COUNT = STRIP_BLOCKS / 2 * BLOCK,
};

/// Makes the compiler have `x` in a register here: sums are made in the order that is written, which spills none.
#if REGISTER_BYTES > 0 && REGISTER_BYTES == 4 * LANES
#define KEEP(x) __asm__("" : "+v"(x))
#elif defined(__aarch64__)
#define KEEP(x) __asm__("" : "+w"(x))
#else
#define KEEP(x)
#endif

/// No load moves across it.
#define FENCE __asm__ volatile("" ::: "memory")

/// With 16 registers the sums of a large tile are in memory while a block's products are made.
#if REGISTER_BYTES == 32
#define WAIT(x) __asm__("" : "+m"(x))
#else
#define WAIT(x)
#endif

typedef integers tile_integers[TILE_TOKENS][STRIP_PANELS];
typedef vector tile_vectors[TILE_TOKENS][STRIP_PANELS];

#define FOR_TILE                                                                                                       \
    UNROLL for (size_t i = 0; i < tokens; i++) UNROLL for (size_t p = 0; p < STRIP_PANELS; p++)

/// Part of the depth of a tile's product.
typedef struct tile_part {
    const strip *strip;
    size_t blocks;
    /// Whether sums begin with what C has.
    bool continues;
    /// The ends of the depth.
    bool first, last;
} tile_part;

INLINE void load_strip_words(const bytes *codes, bytes code[STRIP_PANELS]) {
    FENCE;
    UNROLL for (size_t p = 0; p < STRIP_PANELS; p++) {
        code[p] = codes[p];
        KEEP(code[p]);
    }
}

/// `add_dot_products` without its instruction; out of line, for what there would be of it is much.
static inline __attribute__((noinline)) void emulate_dot_products(integers *sums, const bytes *codes,
                                                                  const signed_bytes *x) {
    for (int byte = 0; byte < 32; byte += 8)
        *sums += (integers)((words)*codes >> byte & 255) * ((integers)((words)*x << (24 - byte)) >> 24);
}

/// sums + the four products of each row's bytes.
INLINE integers add_dot_products(integers sums, bytes codes, signed_bytes x) {
#if HAS_DOT_PRODUCTS && REGISTER_BYTES == 64
    return (integers)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)codes, (__m512i)x);
#elif HAS_DOT_PRODUCTS && defined(__aarch64__)
    return (integers)vdotq_s32((int32x4_t)sums, (int8x16_t)codes, (int8x16_t)x);
#else
    emulate_dot_products(&sums, &codes, &x);
    return sums;
#endif
}

/// x[2i] · y[2i] + x[2i + 1] · y[2i + 1] in 32 bits.
INLINE integers multiply_shorts(shorts x, shorts y) {
#if REGISTER_BYTES == 64
    return (integers)_mm512_madd_epi16((__m512i)x, (__m512i)y);
#elif REGISTER_BYTES == 32
    __m256i left[sizeof x / 32], right[sizeof x / 32];
    memcpy(left, &x, sizeof x);
    memcpy(right, &y, sizeof y);
    UNROLL for (size_t i = 0; i < sizeof x / 32; i++) left[i] = _mm256_madd_epi16(left[i], right[i]);
    integers sums;
    memcpy(&sums, left, sizeof sums);
    return sums;
#else
    const integers even = ((integers)((words)x << 16) >> 16) * ((integers)((words)y << 16) >> 16);
    return even + ((integers)x >> 16) * ((integers)y >> 16);
#endif
}

/// Σ code · x of one block for every row of a tile.
INLINE void byte_tile(const m3_quantized_type type, const size_t tokens, const bytes *codes,
                      const m3_quantized_block *x, size_t x_stride, tile_integers sums) {
    FOR_TILE sums[i][p] = (integers)(code_offset(type) * x[i * x_stride].sum);
    UNROLL for (size_t t = 0; t < BLOCK / 4; t++) {
        bytes code[STRIP_PANELS];
        load_strip_words(codes + t * STRIP_PANELS, code);
        UNROLL for (size_t i = 0; i < tokens; i++) {
            const signed_bytes factor = broadcast_word(x[i * x_stride].codes + 4 * t);
            UNROLL for (size_t p = 0; p < STRIP_PANELS; p++) {
                sums[i][p] = add_dot_products(sums[i][p], code[p], factor);
                KEEP(sums[i][p]);
            }
        }
    }
}

/// The same for codes of 4 bits by sums of 16 bits, which hold those of a block: `nibble_products` says why.
INLINE void nibble_tile(const m3_quantized_type type, const size_t tokens, const bytes *codes,
                        const m3_quantized_block *x, size_t x_stride, tile_integers sums) {
    shorts pairs[TILE_TOKENS][STRIP_PANELS];
    UNROLL for (size_t t = 0; t < BLOCK / 4; t++) {
        bytes code[STRIP_PANELS];
        load_strip_words(codes + t * STRIP_PANELS, code);
        UNROLL for (size_t i = 0; i < tokens; i++) {
            const signed_bytes factor = broadcast_word(x[i * x_stride].codes + 4 * t);
            UNROLL for (size_t p = 0; p < STRIP_PANELS; p++) {
                const shorts products = multiply_pairs(code[p], factor);
                pairs[i][p] = t == 0 ? products : pairs[i][p] + products;
                KEEP(pairs[i][p]);
            }
        }
    }
    FOR_TILE {
        sums[i][p] = add_pairs(pairs[i][p]);
        if (type == M3_Q4_0) sums[i][p] += (integers)(code_offset(type) * x[i * x_stride].sum);
    }
}

/// The same for codes that were widened, and activations that were.
INLINE void short_tile(const size_t tokens, const bytes *codes, const int16_t *x, tile_integers sums) {
    UNROLL for (size_t t = 0; t < BLOCK / 2; t++) {
        bytes code[STRIP_PANELS];
        load_strip_words(codes + t * STRIP_PANELS, code);
        UNROLL for (size_t i = 0; i < tokens; i++) {
            const shorts factor = (shorts)broadcast_word((const int8_t *)(x + i * WIDE_COUNT + 2 * t));
            UNROLL for (size_t p = 0; p < STRIP_PANELS; p++) {
                const integers products = multiply_shorts((shorts)code[p], factor);
                sums[i][p] = t == 0 ? products : sums[i][p] + products;
                KEEP(sums[i][p]);
            }
        }
    }
}

/// A block's activations as `short_tile` reads them: bytes 0, 2, 4…, then bytes 1, 3, 5…
INLINE void widen_block(const int8_t *codes, int16_t *out) {
    typedef int16_t block_shorts __attribute__((ext_vector_type(BLOCK / 2)));
    block_shorts pairs;
    memcpy(&pairs, codes, sizeof pairs);
    const block_shorts parts[2] = {pairs << 8 >> 8, pairs >> 8};
    memcpy(out, parts, sizeof parts);
}

/// C (+)= X·Wᵀ over a part of the depth for a tile of constant `tokens`. `minima` keep the chain of the minimums, a token
/// every STRIP_ROWS, until the last part.
INLINE void quantized_tile(const m3_quantized_type type, const size_t tokens, const tile_part *part,
                           const m3_quantized_block *x, size_t x_stride, float *c, size_t c_stride, float *minima) {
    const strip *strip = part->strip;
    const size_t blocks = part->blocks;
    int16_t wide[TILE_TOKENS * WIDE_COUNT];
    if (widens_codes(type)) {
        for (size_t i = 0; i < tokens; i++)
            for (size_t b = 0; b < blocks; b++)
                widen_block(x[i * x_stride + b].codes, wide + i * WIDE_COUNT + b * BLOCK);
    }
    UNROLL for (size_t i = 0; i < tokens; i++) __builtin_prefetch(c + i * c_stride, 1);
    tile_vectors sums;
    FOR_TILE sums[i][p] = part->continues ? load(c + i * c_stride + p * LANES) : splat(0);
    for (size_t b = 0; b < blocks; b++) {
        if (tokens * STRIP_PANELS > 6) FOR_TILE WAIT(sums[i][p]);
        const bytes *codes = strip->codes + b * strip_words(type) * STRIP_PANELS;
        tile_integers products;
        if (widens_codes(type))
            short_tile(tokens, codes, wide + b * BLOCK, products);
        else if (HAS_DOT_PRODUCTS)
            byte_tile(type, tokens, codes, x + b, x_stride, products);
        else
            nibble_tile(type, tokens, codes, x + b, x_stride, products);
        FOR_TILE {
            const vector scale = strip->scales[b][p] * splat(x[i * x_stride + b].scale);
            sums[i][p] = fma_(scale, __builtin_convertvector(products[i][p], vector), sums[i][p]);
        }
    }
    if (type == M3_Q4_1) {
        tile_vectors lower;
        FOR_TILE lower[i][p] = part->first ? splat(0) : load(minima + i * STRIP_ROWS + p * LANES);
        for (size_t b = 0; b < blocks; b++)
            FOR_TILE lower[i][p] = fma_(strip->minimums[b][p], splat(x[i * x_stride + b].scaled_sum), lower[i][p]);
        if (part->last)
            FOR_TILE sums[i][p] += lower[i][p];
        else
            FOR_TILE store(minima + i * STRIP_ROWS + p * LANES, lower[i][p]);
    }
    FOR_TILE store(c + i * c_stride + p * LANES, sums[i][p]);
}
