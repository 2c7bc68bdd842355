/// Products of many tokens with quantized weights: what `gemv_quantized` gives for each token, bit for bit.
///
/// The loops are, from the outside: blocks of tokens, whose activations stay in L2; strips; parts of a strip's depth,
/// which stay in L1; tiles.

/// Tokens at most that a strip is unpacked for.
enum { TOKEN_BLOCK = 128 };

typedef void quantized_tile_function(const tile_part *part, const m3_quantized_block *x, size_t x_stride, float *c,
                                     size_t c_stride, float *minima);

#define DEFINE_QUANTIZED_TILE(TYPE, TOKENS)                                                                            \
    static __attribute__((noinline)) void tile_##TYPE##_##TOKENS(const tile_part *part, const m3_quantized_block *x,   \
                                                                 size_t x_stride, float *c, size_t c_stride,           \
                                                                 float *minima) {                                      \
        quantized_tile(M3_##TYPE, TOKENS, part, x, x_stride, c, c_stride, minima);                                     \
    }

#if TILE_TOKENS == 4
#define EACH_TILE(DO, TYPE) DO(TYPE, 1) DO(TYPE, 2) DO(TYPE, 3) DO(TYPE, 4)
#elif TILE_TOKENS == 6
#define EACH_TILE(DO, TYPE) DO(TYPE, 1) DO(TYPE, 2) DO(TYPE, 3) DO(TYPE, 4) DO(TYPE, 5) DO(TYPE, 6)
#else
#error "tiles are defined for 4 and 6 tokens"
#endif

EACH_TILE(DEFINE_QUANTIZED_TILE, Q4_0)
EACH_TILE(DEFINE_QUANTIZED_TILE, Q4_1)
EACH_TILE(DEFINE_QUANTIZED_TILE, Q8_0)

#define NAME_QUANTIZED_TILE(TYPE, TOKENS) tile_##TYPE##_##TOKENS,

/// By type and tokens − 1.
static quantized_tile_function *const quantized_tiles[3][TILE_TOKENS] = {
    {EACH_TILE(NAME_QUANTIZED_TILE, Q4_0)},
    {EACH_TILE(NAME_QUANTIZED_TILE, Q4_1)},
    {EACH_TILE(NAME_QUANTIZED_TILE, Q8_0)},
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
        const m3_quantized_block *in = x + token * x_stride;
        float *out = c + token * c_stride;
        if (count == 1) {
            gemv_quantized(type, rows, depth, codes, scales, in, out, accumulate);
            continue;
        }
        switch (type) {
            case M3_Q4_0:
                multiply_strips(M3_Q4_0, count, rows, depth, in, x_stride, codes, scales, out, c_stride, accumulate);
                break;
            case M3_Q4_1:
                multiply_strips(M3_Q4_1, count, rows, depth, in, x_stride, codes, scales, out, c_stride, accumulate);
                break;
            case M3_Q8_0:
                multiply_strips(M3_Q8_0, count, rows, depth, in, x_stride, codes, scales, out, c_stride, accumulate);
                break;
        }
    }
}
