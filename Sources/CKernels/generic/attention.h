/// Attention of one new token: the query heads that share a key-value head pass over its rows together.

/// Rows of keys, and heads, that a register tile holds.
enum { TILE_KEYS = 4, TILE_HEADS = 3 };

/// How far ahead rows are asked for: between two tokens the weights push all keys and values out of the caches.
enum { ROWS_AHEAD = 12 };

/// Asks for `count` elements that stand ROWS_AHEAD rows behind `p`: perhaps beyond the end, where nothing is read.
INLINE void prefetch_ahead(const float *p, size_t dimension, size_t count) {
    const uintptr_t start = (uintptr_t)p + ROWS_AHEAD * dimension * sizeof(float);
    for (size_t byte = 0; byte < count * sizeof(float); byte += 64) __builtin_prefetch((const void *)(start + byte));
}

/// Elements i .. i + LANES of a row; zeros beyond its end.
INLINE vector load_row(const float *row, size_t i, size_t dimension) {
    return dimension - i >= LANES ? load(row + i) : load_first(row + i, dimension - i, 0);
}

/// Lanes added by halves until 4 are left.
INLINE quad fold(vector x) {
    quad parts[LANES / 4];
    memcpy(parts, &x, sizeof x);
    UNROLL for (size_t half = LANES / 8; half > 0; half /= 2)
        UNROLL for (size_t i = 0; i < half; i++) parts[i] += parts[i + half];
    return parts[0];
}

/// The sums of all lanes of four vectors.
INLINE quad sums_of_lanes(const vector x[4]) {
    const quad a = fold(x[0]), b = fold(x[1]), c = fold(x[2]), d = fold(x[3]);
    const quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/// Scores of `heads` queries, a constant, with 4 keys, of which the first `count` are wanted.
INLINE void score_tile(const size_t heads, size_t count, size_t dimension, const float *queries,
                       const float *const keys[TILE_KEYS], float *scores, size_t scores_stride) {
    vector sums[TILE_HEADS][TILE_KEYS];
    UNROLL for (size_t h = 0; h < heads; h++) UNROLL for (size_t k = 0; k < TILE_KEYS; k++) sums[h][k] = splat(0);
    for (size_t i = 0; i < dimension; i += LANES) {
        vector query[TILE_HEADS];
        UNROLL for (size_t h = 0; h < heads; h++) query[h] = load_row(queries + h * dimension, i, dimension);
        UNROLL for (size_t k = 0; k < TILE_KEYS; k++) {
            const vector key = load_row(keys[k], i, dimension);
            UNROLL for (size_t h = 0; h < heads; h++) sums[h][k] = fma_(query[h], key, sums[h][k]);
        }
    }
    UNROLL for (size_t h = 0; h < heads; h++) {
        const quad totals = sums_of_lanes(sums[h]);
        if (count == TILE_KEYS)
            memcpy(scores + h * scores_stride, &totals, sizeof totals);
        else
            memcpy(scores + h * scores_stride, &totals, count * sizeof(float));
    }
}

static void score_rows(size_t heads, size_t count, size_t dimension, const float *queries, const float *keys,
                       float *scores, size_t scores_stride) {
    for (size_t row = 0; row < count; row += TILE_KEYS) {
        const size_t rows = count - row < TILE_KEYS ? count - row : TILE_KEYS;
        prefetch_ahead(keys + row * dimension, dimension, TILE_KEYS * dimension);
        const float *tile_keys[TILE_KEYS];
        // Beyond the last row the tile reads that row again.
        for (size_t k = 0; k < TILE_KEYS; k++) tile_keys[k] = keys + (row + (k < rows ? k : rows - 1)) * dimension;
        size_t head = 0;
        for (; heads - head >= TILE_HEADS; head += TILE_HEADS)
            score_tile(TILE_HEADS, rows, dimension, queries + head * dimension, tile_keys,
                       scores + head * scores_stride + row, scores_stride);
        const float *rest = queries + head * dimension;
        float *rest_scores = scores + head * scores_stride + row;
        if (heads - head == 2) score_tile(2, rows, dimension, rest, tile_keys, rest_scores, scores_stride);
        if (heads - head == 1) score_tile(1, rows, dimension, rest, tile_keys, rest_scores, scores_stride);
    }
}

/// Vectors of each head's output that a register tile holds.
enum { TILE_VECTORS = 4 };

/// Rows of values that are mixed into all heads before the next ones are read.
enum { VALUE_BLOCK = 32 };

/// out += Σ weight · value over `rows` rows, for constant `heads` and `vectors` of the output.
INLINE void mix_tile(const size_t heads, const size_t vectors, size_t rows, size_t dimension, const float *weights,
                     size_t weights_stride, const float *values, float *out) {
    vector sums[TILE_HEADS][TILE_VECTORS];
    UNROLL for (size_t h = 0; h < heads; h++)
        UNROLL for (size_t j = 0; j < vectors; j++) sums[h][j] = load(out + h * dimension + j * LANES);
    for (size_t row = 0; row < rows; row++, values += dimension) {
        vector weight[TILE_HEADS];
        UNROLL for (size_t h = 0; h < heads; h++) weight[h] = splat(weights[h * weights_stride + row]);
        prefetch_ahead(values, dimension, vectors * LANES);
        UNROLL for (size_t j = 0; j < vectors; j++) {
            const vector value = load(values + j * LANES);
            UNROLL for (size_t h = 0; h < heads; h++) sums[h][j] = fma_(weight[h], value, sums[h][j]);
        }
    }
    UNROLL for (size_t h = 0; h < heads; h++)
        UNROLL for (size_t j = 0; j < vectors; j++) store(out + h * dimension + j * LANES, sums[h][j]);
}

/// The same for `heads`, a constant, and the whole width of a row.
INLINE void mix_heads(const size_t heads, size_t rows, size_t dimension, const float *weights, size_t weights_stride,
                      const float *values, float *out) {
    size_t i = 0;
    for (; dimension - i >= TILE_VECTORS * LANES; i += TILE_VECTORS * LANES)
        mix_tile(heads, TILE_VECTORS, rows, dimension, weights, weights_stride, values + i, out + i);
    for (; dimension - i >= LANES; i += LANES)
        mix_tile(heads, 1, rows, dimension, weights, weights_stride, values + i, out + i);
    for (size_t h = 0; h < heads && i < dimension; h++) {
        const size_t rest = dimension - i;
        vector sum = load_first(out + h * dimension + i, rest, 0);
        for (size_t row = 0; row < rows; row++) {
            const vector value = load_first(values + row * dimension + i, rest, 0);
            sum = fma_(splat(weights[h * weights_stride + row]), value, sum);
        }
        store_first(out + h * dimension + i, rest, sum);
    }
}

static void mix_rows(size_t heads, size_t count, size_t dimension, const float *weights, size_t weights_stride,
                     const float *values, float *out) {
    for (size_t row = 0; row < count; row += VALUE_BLOCK) {
        const size_t rows = count - row < VALUE_BLOCK ? count - row : VALUE_BLOCK;
        const float *block = values + row * dimension;
        size_t head = 0;
        for (; heads - head >= TILE_HEADS; head += TILE_HEADS)
            mix_heads(TILE_HEADS, rows, dimension, weights + head * weights_stride + row, weights_stride, block,
                      out + head * dimension);
        const float *rest = weights + head * weights_stride + row;
        if (heads - head == 2) mix_heads(2, rows, dimension, rest, weights_stride, block, out + head * dimension);
        if (heads - head == 1) mix_heads(1, rows, dimension, rest, weights_stride, block, out + head * dimension);
    }
}
