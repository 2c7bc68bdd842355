/// Products of a sparse A with packed panels, a row of A at a time: its sums are registers while rows of B pass by.
///
/// The loops are, from the outside: groups of panels, rows of A. All of B's rows in a group stay in L2.

#define SPARSE_PANELS (8 / PANEL_VECTORS)

/// C += one row of A times constant `panels` panels.
INLINE void sparse_tile(const size_t panels, size_t count, const uint32_t *indices, const float *values, const float *b,
                        size_t panel_stride, float *c) {
    const size_t vectors = panels * PANEL_VECTORS;
    vector sums[SPARSE_PANELS * PANEL_VECTORS];
    UNROLL for (size_t j = 0; j < vectors; j++) sums[j] = load(c + j * LANES);
    for (size_t i = 0; i < count; i++) {
        const vector left = splat(values[i]);
        const float *right = b + (size_t)indices[i] * PANEL_WIDTH;
        UNROLL for (size_t j = 0; j < vectors; j++)
            sums[j] = fma_(left, load(right + j / PANEL_VECTORS * panel_stride + j % PANEL_VECTORS * LANES), sums[j]);
    }
    UNROLL for (size_t j = 0; j < vectors; j++) store(c + j * LANES, sums[j]);
}

static void gemm_sparse(size_t rows, const uint32_t *starts, const uint32_t *indices, const float *values,
                        size_t columns, size_t depth, const float *packed, float *c, size_t c_stride) {
    const size_t panel_stride = depth * PANEL_WIDTH, wide = SPARSE_PANELS * PANEL_WIDTH;
    size_t column = 0;
    for (; columns - column >= wide; column += wide)
        for (size_t row = 0; row < rows; row++)
            sparse_tile(SPARSE_PANELS, starts[row + 1] - starts[row], indices + starts[row], values + starts[row],
                        packed + column * depth, panel_stride, c + row * c_stride + column);
    for (; column < columns; column += PANEL_WIDTH) {
        const size_t width = columns - column < PANEL_WIDTH ? columns - column : PANEL_WIDTH;
        for (size_t row = 0; row < rows; row++) {
            float whole[PANEL_WIDTH] __attribute__((aligned(64))) = {0};
            memcpy(whole, c + row * c_stride + column, width * sizeof(float));
            sparse_tile(1, starts[row + 1] - starts[row], indices + starts[row], values + starts[row],
                        packed + column * depth, 0, whole);
            memcpy(c + row * c_stride + column, whole, width * sizeof(float));
        }
    }
}
