/// Vector codes: the nearest centroids, and sums of centroids.

/// Sums of 64 columns stay in registers.
#define SUM_VECTORS (64 / LANES)

/// How many rows ahead centroids are asked for.
#define CENTROID_ROWS_AHEAD 3

INLINE vector load_half(const uint16_t *p) {
    halfwords bits;
    memcpy(&bits, p, sizeof bits);
    return widen_half(bits);
}

INLINE void sum_vectors(const size_t vectors, size_t codes, const uint16_t *const *centroids, const float *mean,
                        size_t column, float *out) {
    vector sums[SUM_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) sums[v] = load(mean + column + v * LANES);
    for (size_t j = 0; j < codes; j++) {
        const uint16_t *centroid = centroids[j] + column;
        UNROLL for (size_t v = 0; v < vectors; v++) sums[v] += load_half(centroid + v * LANES);
    }
    UNROLL for (size_t v = 0; v < vectors; v++) store(out + column + v * LANES, sums[v]);
}

static void sum_centroids(size_t rows, size_t dimension, size_t codes_count, const uint32_t *codes,
                          const uint16_t *tables, const size_t *starts, const float *mean, float *out) {
    const uint16_t *centroids[M3_MOST_CODES];
    for (size_t row = 0; row < rows; row++, codes += codes_count, out += dimension) {
        for (size_t j = 0; j < codes_count; j++) centroids[j] = tables + starts[j] + codes[j] * dimension;
        if (row + CENTROID_ROWS_AHEAD < rows) {
            const uint32_t *next = codes + CENTROID_ROWS_AHEAD * codes_count;
            for (size_t j = 0; j < codes_count; j++)
                m3_prefetch(tables + starts[j] + next[j] * dimension, dimension * sizeof(uint16_t));
        }
        size_t column = 0;
        for (; dimension - column >= SUM_VECTORS * LANES; column += SUM_VECTORS * LANES)
            sum_vectors(SUM_VECTORS, codes_count, centroids, mean, column, out);
        for (; dimension - column >= LANES; column += LANES)
            sum_vectors(1, codes_count, centroids, mean, column, out);
        if (column < dimension) {
            const size_t rest = dimension - column;
            vector sum = load_first(mean + column, rest, 0);
            for (size_t j = 0; j < codes_count; j++) {
                halfwords bits = (halfwords)0;
                memcpy(&bits, centroids[j] + column, rest * sizeof(uint16_t));
                sum += widen_half(bits);
            }
            store_first(out + column, rest, sum);
        }
    }
}

static void largest_sum(size_t rows, size_t count, const float *x, size_t x_stride, const float *bias, uint32_t first,
                        float *best, uint32_t *indices) {
    integers lane;
    UNROLL for (size_t i = 0; i < LANES; i++) lane[i] = (int32_t)i;
    for (size_t row = 0; row < rows; row++, x += x_stride) {
        vector largest = splat(-INFINITY);
        integers places = (integers)0, place = lane;
        size_t i = 0;
        for (; count - i >= LANES; i += LANES, place += LANES) {
            const vector sum = load(x + i) + load(bias + i);
            const integers is_larger = sum > largest;
            largest = is_larger ? sum : largest;
            places = is_larger ? place : places;
        }
        float value = -INFINITY;
        uint32_t index = 0;
        // Of equal ones the first in order, whichever lane it is in.
        for (size_t j = 0; j < LANES && i > 0; j++)
            if (largest[j] > value || (largest[j] == value && (uint32_t)places[j] < index)) {
                value = largest[j];
                index = (uint32_t)places[j];
            }
        for (; i < count; i++) {
            const float sum = x[i] + bias[i];
            if (sum > value) {
                value = sum;
                index = (uint32_t)i;
            }
        }
        if (value > best[row]) {
            best[row] = value;
            indices[row] = first + index;
        }
    }
}

static void largest_sums(size_t count, const float *x, const float *bias, float offset, uint32_t first, size_t kept,
                         float *best, uint32_t *indices) {
    size_t i = 0;
    while (i < count) {
        for (; count - i >= 4 * LANES; i += 4 * LANES) {
            vector largest = splat(-INFINITY);
            UNROLL for (size_t j = 0; j < 4; j++) {
                const vector sum = load(x + i + j * LANES) + load(bias + i + j * LANES) + splat(offset);
                largest = sum > largest ? sum : largest;
            }
            if (__builtin_reduce_or((integers)(largest > splat(best[kept - 1]))) != 0) break;
        }
        const size_t end = count - i < 4 * LANES ? count : i + 4 * LANES;
        for (; i < end; i++) {
            const float sum = x[i] + bias[i] + offset;
            if (!(sum > best[kept - 1])) continue;
            size_t place = kept - 1;
            for (; place > 0 && sum > best[place - 1]; place--) {
                best[place] = best[place - 1];
                indices[place] = indices[place - 1];
            }
            best[place] = sum;
            indices[place] = first + (uint32_t)i;
        }
    }
}
