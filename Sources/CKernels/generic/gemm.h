/// C (+)= A·B over packed panels: a register tile of TILE_ROWS rows by one panel of PANEL_VECTORS · LANES columns.
///
/// With many rows the loops are, from the outside: blocks of depth, blocks of rows, panels, tiles. A block of A and the
/// panel it meets stay in L2, which feeds the tile fast enough: on Zen 4 smaller blocks, whose panel fits L1, measured
/// slower, for C is read again at every block and streaming B is interrupted. With few rows B is read once, in order.

#define PANEL_WIDTH (PANEL_VECTORS * LANES)

/// Rows of A that stay in L2 together: about 600 KB of 1,536 columns.
#define ROW_BLOCK (96 / TILE_ROWS * TILE_ROWS)

/// Panels that a tile holds at most: fewer rows leave registers for more of them.
#define MAX_PANELS 4

/// How far ahead of the multiplication B is asked for. It matters when B comes from main memory, as a vocabulary's
/// weights do; tiles of several panels read several streams, which the processor sees by itself.
#define PREFETCH_BYTES 2048

/// Hides how a pointer was made, so that the compiler keeps it in a register instead of recomputing it in the loop.
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))

/// C (+)= A·B for a tile of constant `rows` and `panels`: the accumulators are registers.
INLINE void tile(const size_t rows, const size_t panels, size_t depth, const float *a, size_t a_stride, const float *b,
                 size_t panel_stride, float *c, size_t c_stride, bool accumulate) {
    const size_t vectors = panels * PANEL_VECTORS;
    vector sums[TILE_ROWS][MAX_PANELS * PANEL_VECTORS];
    // One base pointer every three rows: x86 addresses base, base + stride and base + 2 · stride from it.
    const float *bases[(TILE_ROWS + 2) / 3];
    UNROLL for (size_t r = 0; r < rows; r += 3) {
        bases[r / 3] = a + r * a_stride;
        OPAQUE(bases[r / 3]);
    }
    UNROLL for (size_t r = 0; r < rows; r++) {
        __builtin_prefetch(c + r * c_stride, 1);
        UNROLL for (size_t j = 0; j < vectors; j++)
            sums[r][j] = accumulate ? load(c + r * c_stride + j * LANES) : splat(0);
    }
    for (size_t k = 0; k < depth; k++) {
        // The operand that is used less often than there are rows or vectors is held, the other one passes by.
        if (rows < vectors) {
            vector left[TILE_ROWS];
            UNROLL for (size_t r = 0; r < rows; r++) left[r] = splat(bases[r / 3][r % 3 * a_stride]);
            UNROLL for (size_t j = 0; j < vectors; j++) {
                const vector right = load(b + j / PANEL_VECTORS * panel_stride + j % PANEL_VECTORS * LANES);
                UNROLL for (size_t r = 0; r < rows; r++) sums[r][j] = fma_(left[r], right, sums[r][j]);
            }
        } else {
            vector right[MAX_PANELS * PANEL_VECTORS];
            UNROLL for (size_t j = 0; j < vectors; j++)
                right[j] = load(b + j / PANEL_VECTORS * panel_stride + j % PANEL_VECTORS * LANES);
            UNROLL for (size_t r = 0; r < rows; r++) {
                const vector left = splat(bases[r / 3][r % 3 * a_stride]);
                UNROLL for (size_t j = 0; j < vectors; j++) sums[r][j] = fma_(left, right[j], sums[r][j]);
            }
        }
        if (panels == 1 && rows > 3) {
            UNROLL for (size_t byte = 0; byte < PANEL_WIDTH * sizeof(float); byte += 64)
                __builtin_prefetch((const void *)((uintptr_t)b + PREFETCH_BYTES + byte));
        }
        b += PANEL_WIDTH;
        UNROLL for (size_t r = 0; r < rows; r += 3) {
            bases[r / 3] += 1;
            OPAQUE(bases[r / 3]);
        }
    }
    UNROLL for (size_t r = 0; r < rows; r++)
        UNROLL for (size_t j = 0; j < vectors; j++) store(c + r * c_stride + j * LANES, sums[r][j]);
}

typedef void tile_function(size_t depth, const float *a, size_t a_stride, const float *b, size_t panel_stride, float *c,
                           size_t c_stride, bool accumulate);

#define DEFINE_TILE(ROWS, PANELS)                                                                                      \
    static __attribute__((noinline)) void tile_##ROWS##x##PANELS(size_t depth, const float *a, size_t a_stride,        \
                                                                 const float *b, size_t panel_stride, float *c,        \
                                                                 size_t c_stride, bool accumulate) {                   \
        tile(ROWS, PANELS, depth, a, a_stride, b, panel_stride, c, c_stride, accumulate);                              \
    }

// One to three rows alone would leave the multipliers idle for want of independent sums, so they take several panels.
DEFINE_TILE(1, 4)
DEFINE_TILE(2, 2)
DEFINE_TILE(3, 2)
DEFINE_TILE(1, 1)
DEFINE_TILE(2, 1)
DEFINE_TILE(3, 1)
DEFINE_TILE(4, 1)
DEFINE_TILE(5, 1)
DEFINE_TILE(6, 1)
#if TILE_ROWS == 12
DEFINE_TILE(7, 1)
DEFINE_TILE(8, 1)
DEFINE_TILE(9, 1)
DEFINE_TILE(10, 1)
DEFINE_TILE(11, 1)
DEFINE_TILE(12, 1)
#elif TILE_ROWS != 6
#error "tiles are defined for 6 and 12 rows"
#endif

/// By rows − 1: the tile of one panel.
static tile_function *const tiles[TILE_ROWS] = {
    tile_1x1, tile_2x1, tile_3x1, tile_4x1,  tile_5x1,  tile_6x1,
#if TILE_ROWS == 12
    tile_7x1, tile_8x1, tile_9x1, tile_10x1, tile_11x1, tile_12x1,
#endif
};

/// By rows − 1: the widest tile, and its panels.
static const struct {
    tile_function *function;
    size_t panels;
} wide_tiles[3] = {{tile_1x4, 4}, {tile_2x2, 2}, {tile_3x2, 2}};

/// The last panel of C when it is narrower than a panel: by way of a full one.
static void narrow_tile(size_t rows, size_t width, size_t depth, const float *a, size_t a_stride, const float *b,
                        float *c, size_t c_stride, bool accumulate) {
    float whole[TILE_ROWS * PANEL_WIDTH] __attribute__((aligned(64)));
    if (accumulate) {
        for (size_t r = 0; r < rows; r++)
            for (size_t j = 0; j < PANEL_WIDTH; j++)
                whole[r * PANEL_WIDTH + j] = j < width ? c[r * c_stride + j] : 0;
    }
    tiles[rows - 1](depth, a, a_stride, b, 0, whole, PANEL_WIDTH, accumulate);
    for (size_t r = 0; r < rows; r++)
        for (size_t j = 0; j < width; j++) c[r * c_stride + j] = whole[r * PANEL_WIDTH + j];
}

/// Rows for the next tile; the last two tiles share what is left, so that neither is thin.
INLINE size_t tile_rows(size_t left) {
    if (left <= TILE_ROWS) return left;
    return left < 2 * TILE_ROWS ? (left + 1) / 2 : TILE_ROWS;
}

/// At most TILE_ROWS rows.
static void gemm_thin(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride, const float *packed,
                      float *c, size_t c_stride, bool accumulate) {
    const size_t panel_stride = depth * PANEL_WIDTH;
    size_t column = 0;
    if (rows <= 3) {
        const size_t width = wide_tiles[rows - 1].panels * PANEL_WIDTH;
        for (; columns - column >= width; column += width)
            wide_tiles[rows - 1].function(depth, a, a_stride, packed + column * depth, panel_stride, c + column,
                                          c_stride, accumulate);
    }
    for (; columns - column >= PANEL_WIDTH; column += PANEL_WIDTH)
        tiles[rows - 1](depth, a, a_stride, packed + column * depth, 0, c + column, c_stride, accumulate);
    if (column < columns)
        narrow_tile(rows, columns - column, depth, a, a_stride, packed + column * depth, c + column, c_stride,
                    accumulate);
}

/// One block of depth of up to ROW_BLOCK rows. `packed` is the first panel's part of the block.
static void gemm_block(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride, const float *packed,
                       size_t panel_stride, float *c, size_t c_stride, bool accumulate) {
    for (size_t column = 0; column < columns; column += PANEL_WIDTH, packed += panel_stride) {
        const size_t width = columns - column < PANEL_WIDTH ? columns - column : PANEL_WIDTH;
        for (size_t row = 0, height; row < rows; row += height) {
            height = tile_rows(rows - row);
            const float *left = a + row * a_stride;
            float *out = c + row * c_stride + column;
            if (width == PANEL_WIDTH)
                tiles[height - 1](depth, left, a_stride, packed, 0, out, c_stride, accumulate);
            else
                narrow_tile(height, width, depth, left, a_stride, packed, out, c_stride, accumulate);
        }
    }
}

static void gemm(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride, const float *packed,
                 float *c, size_t c_stride, bool accumulate) {
    if (rows == 0 || columns == 0) return;
    if (rows <= TILE_ROWS) {
        gemm_thin(rows, columns, depth, a, a_stride, packed, c, c_stride, accumulate);
        return;
    }
    const size_t blocks = depth == 0 ? 1 : (depth + DEPTH_BLOCK - 1) / DEPTH_BLOCK;
    const size_t block = (depth + blocks - 1) / blocks;
    for (size_t part = 0, start = 0; part < blocks; part++, start += block) {
        const size_t length = depth - start < block ? depth - start : block;
        for (size_t row = 0; row < rows; row += ROW_BLOCK) {
            const size_t height = rows - row < ROW_BLOCK ? rows - row : ROW_BLOCK;
            gemm_block(height, columns, length, a + row * a_stride + start, a_stride, packed + start * PANEL_WIDTH,
                       depth * PANEL_WIDTH, c + row * c_stride, c_stride, accumulate || part > 0);
        }
    }
}
