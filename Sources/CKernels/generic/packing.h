/// Panels of B: (ceil(columns / PANEL_WIDTH), depth, PANEL_WIDTH), zero beyond the last column.

static size_t packed_count(size_t columns, size_t depth) {
    const size_t panels = columns / PANEL_WIDTH + (columns % PANEL_WIDTH != 0);
    size_t count, bytes;
    if (__builtin_mul_overflow(panels, depth, &count) || __builtin_mul_overflow(count, PANEL_WIDTH, &count) ||
        __builtin_mul_overflow(count, sizeof(float), &bytes))
        return SIZE_MAX;
    return count;
}

typedef float quad __attribute__((ext_vector_type(4)));

/// Transposes 4 rows of `w` by 4 columns into 4 rows of a panel.
INLINE void transpose_quad(const float *w, size_t w_stride, float *packed) {
    quad rows[4];
    UNROLL for (size_t i = 0; i < 4; i++) memcpy(&rows[i], w + i * w_stride, sizeof(quad));
    const quad low01 = __builtin_shufflevector(rows[0], rows[1], 0, 4, 1, 5);
    const quad high01 = __builtin_shufflevector(rows[0], rows[1], 2, 6, 3, 7);
    const quad low23 = __builtin_shufflevector(rows[2], rows[3], 0, 4, 1, 5);
    const quad high23 = __builtin_shufflevector(rows[2], rows[3], 2, 6, 3, 7);
    const quad columns[4] = {
        __builtin_shufflevector(low01, low23, 0, 1, 4, 5),
        __builtin_shufflevector(low01, low23, 2, 3, 6, 7),
        __builtin_shufflevector(high01, high23, 0, 1, 4, 5),
        __builtin_shufflevector(high01, high23, 2, 3, 6, 7),
    };
    UNROLL for (size_t k = 0; k < 4; k++) memcpy(packed + k * PANEL_WIDTH, &columns[k], sizeof(quad));
}

static void pack_transposed(size_t columns, size_t depth, const float *w, size_t w_stride, float *packed) {
    for (size_t column = 0; column < columns; column += PANEL_WIDTH, packed += depth * PANEL_WIDTH) {
        const size_t width = columns - column < PANEL_WIDTH ? columns - column : PANEL_WIDTH;
        const float *rows = w + column * w_stride;
        size_t k = 0;
        for (; width == PANEL_WIDTH && depth - k >= 4; k += 4)
            for (size_t j = 0; j < PANEL_WIDTH; j += 4)
                transpose_quad(rows + j * w_stride + k, w_stride, packed + k * PANEL_WIDTH + j);
        for (; k < depth; k++)
            for (size_t j = 0; j < PANEL_WIDTH; j++)
                packed[k * PANEL_WIDTH + j] = j < width ? rows[j * w_stride + k] : 0;
    }
}

static void pack(size_t columns, size_t depth, const float *b, size_t b_stride, float *packed) {
    for (size_t column = 0; column < columns; column += PANEL_WIDTH, packed += depth * PANEL_WIDTH) {
        const size_t width = columns - column < PANEL_WIDTH ? columns - column : PANEL_WIDTH;
        for (size_t k = 0; k < depth; k++) {
            const float *row = b + k * b_stride + column;
            float *out = packed + k * PANEL_WIDTH;
            if (width == PANEL_WIDTH) {
                UNROLL for (size_t j = 0; j < PANEL_VECTORS; j++) store(out + j * LANES, load(row + j * LANES));
            } else {
                for (size_t j = 0; j < PANEL_WIDTH; j++) out[j] = j < width ? row[j] : 0;
            }
        }
    }
}
