/// Products of many tokens with quantized weights: what `gemv_quantized` gives for each token, bit for bit.
///
/// The loops are, from the outside: blocks of tokens, strips, parts of a strip's depth, tiles of TILE_TOKENS tokens by a
/// strip. A block's activations stay in L2.

enum {
    /// Tokens that a strip is unpacked for, at most.
    TOKEN_BLOCK = 128,
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

/// sums + the four products of each row's bytes.
INLINE integers add_dot_products(integers sums, bytes codes, signed_bytes x) {
#if HAS_DOT_PRODUCTS && REGISTER_BYTES == 64
    return (integers)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)codes, (__m512i)x);
#elif HAS_DOT_PRODUCTS && defined(__aarch64__)
    return (integers)vdotq_s32((int32x4_t)sums, (int8x16_t)codes, (int8x16_t)x);
#else
    UNROLL for (size_t byte = 0; byte < 32; byte += 8)
        sums += (integers)((words)codes >> byte & 255) * ((integers)((words)x << (24 - byte)) >> 24);
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

typedef void quantized_tile_function(const tile_part *part, const m3_quantized_block *x, size_t x_stride, float *c,
                                     size_t c_stride, float *minima);

#define DEFINE_QUANTIZED_TILE(TYPE, TOKENS)                                                                                static __attribute__((noinline)) void tile_##TYPE##_##TOKENS(const tile_part *part, const m3_quantized_block *x,                                                                    size_t x_stride, float *c, size_t c_stride,                                                                            float *minima) {                                              quantized_tile(M3_##TYPE, TOKENS, part, x, x_stride, c, c_stride, minima);                                         }

#if TILE_TOKENS == 4
#define DEFINE_QUANTIZED_TILES(TYPE)                                                                                       DEFINE_QUANTIZED_TILE(TYPE, 1)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 2)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 3)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 4)
#define QUANTIZED_TILES(TYPE) {tile_##TYPE##_1, tile_##TYPE##_2, tile_##TYPE##_3, tile_##TYPE##_4}
#elif TILE_TOKENS == 6
#define DEFINE_QUANTIZED_TILES(TYPE)                                                                                       DEFINE_QUANTIZED_TILE(TYPE, 1)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 2)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 3)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 4)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 5)                                                                                         DEFINE_QUANTIZED_TILE(TYPE, 6)
#define QUANTIZED_TILES(TYPE)                                                                                              {tile_##TYPE##_1, tile_##TYPE##_2, tile_##TYPE##_3, tile_##TYPE##_4, tile_##TYPE##_5, tile_##TYPE##_6}
#else
#error "tiles are defined for 4 and 6 tokens"
#endif

DEFINE_QUANTIZED_TILES(Q4_0)
DEFINE_QUANTIZED_TILES(Q4_1)
DEFINE_QUANTIZED_TILES(Q8_0)

/// By type and tokens − 1.
static quantized_tile_function *const quantized_tiles[3][TILE_TOKENS] = {
    QUANTIZED_TILES(Q4_0),
    QUANTIZED_TILES(Q4_1),
    QUANTIZED_TILES(Q8_0),
};

/// Tokens for the next tile; the last two tiles share what is left, so that neither is thin.
INLINE size_t tile_tokens(size_t left) {
    if (left >= 2 * TILE_TOKENS || left == TILE_TOKENS) return TILE_TOKENS;
    return left < TILE_TOKENS ? left : (left + 1) / 2;
}

/// A strip by up to TOKEN_BLOCK tokens; `c` has room for all of the strip's rows.
INLINE void multiply_strip(const m3_quantized_type type, size_t tokens, size_t rows, size_t blocks,
                           const m3_quantized_block *x, size_t x_stride, const uint8_t *codes, const uint16_t *scales,
                           float *c, size_t c_stride, bool accumulate) {
    quantized_tile_function *const *tiles = quantized_tiles[type == M3_Q4_0 ? 0 : type == M3_Q4_1 ? 1 : 2];
    strip strip;
    float minima[TOKEN_BLOCK * STRIP_ROWS] __attribute__((aligned(64)));
    const size_t most = STRIP_BLOCKS * (BLOCK / 4) / strip_words(type);
    const size_t parts = blocks == 0 ? 1 : (blocks + most - 1) / most, length = (blocks + parts - 1) / parts;
    for (size_t number = 0, start = 0; number < parts; number++, start += length) {
        const tile_part part = {
            .strip = &strip,
            .blocks = blocks - start < length ? blocks - start : length,
            .continues = accumulate || number > 0,
            .first = number == 0,
            .last = number + 1 == parts,
        };
        unpack_strip(type, rows, blocks, start, part.blocks, codes, scales, &strip);
        for (size_t token = 0, count; token < tokens; token += count) {
            count = tile_tokens(tokens - token);
            tiles[count - 1](&part, x + token * x_stride + start, x_stride, c + token * c_stride, c_stride,
                             minima + token * STRIP_ROWS);
        }
    }
}

INLINE void multiply_strips(const m3_quantized_type type, size_t tokens, size_t rows, size_t depth,
                            const m3_quantized_block *x, size_t x_stride, const uint8_t *codes,
                            const uint16_t *scales, float *c, size_t c_stride, bool accumulate) {
    const m3_block_layout layout = m3_block_layout_of(type);
    const size_t blocks = depth / BLOCK;
    for (size_t row = 0; row < rows; row += STRIP_ROWS) {
        const uint8_t *code = codes + row * blocks * layout.words * sizeof(uint32_t);
        const uint16_t *scale = scales + row * blocks * layout.scales;
        const size_t width = rows - row;
        if (width >= STRIP_ROWS) {
            multiply_strip(type, tokens, width, blocks, x, x_stride, code, scale, c + row, c_stride, accumulate);
            continue;
        }
        float whole[TOKEN_BLOCK * STRIP_ROWS];
        for (size_t i = 0; i < tokens; i++)
            for (size_t j = 0; j < STRIP_ROWS; j++)
                whole[i * STRIP_ROWS + j] = accumulate && j < width ? c[i * c_stride + row + j] : 0;
        multiply_strip(type, tokens, width, blocks, x, x_stride, code, scale, whole, STRIP_ROWS, accumulate);
        for (size_t i = 0; i < tokens; i++)
            memcpy(c + i * c_stride + row, whole + i * STRIP_ROWS, width * sizeof(float));
    }
}

static void gemm_quantized(m3_quantized_type type, size_t tokens, size_t rows, size_t depth,
                           const m3_quantized_block *x, size_t x_stride, const uint8_t *codes, const uint16_t *scales,
                           float *c, size_t c_stride, bool accumulate) {
    for (size_t token = 0; token < tokens; token += TOKEN_BLOCK) {
        const size_t count = tokens - token < TOKEN_BLOCK ? tokens - token : TOKEN_BLOCK;
        const m3_quantized_block *inputs = x + token * x_stride;
        float *out = c + token * c_stride;
#define MULTIPLY(TYPE)                                                                                                 \
    case TYPE:                                                                                                         \
        multiply_strips(TYPE, count, rows, depth, inputs, x_stride, codes, scales, out, c_stride, accumulate);         \
        break
        switch (type) {
            MULTIPLY(M3_Q4_0);
            MULTIPLY(M3_Q4_1);
            MULTIPLY(M3_Q8_0);
        }
#undef MULTIPLY
    }
}
