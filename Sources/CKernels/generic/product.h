/// Vector codes: the nearest centroids, and sums of centroids.

typedef int16_t shorts __attribute__((ext_vector_type(2 * LANES)));
typedef int16_t half_shorts __attribute__((ext_vector_type(LANES)));

#define SHORT_LANES (2 * LANES)

/// Sums of 64 columns stay in registers.
#define SUM_VECTORS (64 / SHORT_LANES)

/// How many rows ahead centroids are asked for.
#define CENTROID_ROWS_AHEAD 6

/// Asks for a row's centroids: into L2, for the requests that L1 can have under way are few and the tables of all heads lie
/// far behind it.
INLINE void prefetch_centroids(size_t dimension, size_t codes_count, const uint32_t *codes, const int16_t *tables,
                               const size_t *starts) {
    for (size_t j = 0; j < codes_count; j++) {
        const char *centroid = (const char *)(tables + starts[j] + codes[j] * dimension);
        for (size_t byte = 0; byte < dimension * sizeof(int16_t); byte += 64) __builtin_prefetch(centroid + byte, 0, 2);
    }
}

INLINE void scale_and_shift(half_shorts sum, const float *scale, const float *mean, float *out) {
    const vector scaled = __builtin_convertvector(sum, vector) * load(scale);
    store(out, load(mean) + scaled);
}

INLINE void sum_vectors(const size_t vectors, size_t codes, const int16_t *const *centroids, const float *scale,
                        const float *mean, size_t column, float *out) {
    shorts sums[SUM_VECTORS];
    UNROLL for (size_t v = 0; v < vectors; v++) sums[v] = (shorts)0;
    for (size_t j = 0; j < codes; j++) {
        UNROLL for (size_t v = 0; v < vectors; v++) {
            shorts centroid;
            memcpy(&centroid, centroids[j] + column + v * SHORT_LANES, sizeof centroid);
            sums[v] += centroid;
        }
    }
    UNROLL for (size_t v = 0; v < vectors; v++, column += SHORT_LANES) {
        scale_and_shift(sums[v].lo, scale + column, mean + column, out + column);
        scale_and_shift(sums[v].hi, scale + column + LANES, mean + column + LANES, out + column + LANES);
    }
}

static void sum_centroids(size_t rows, size_t dimension, size_t codes_count, const uint32_t *codes,
                          const int16_t *tables, const size_t *starts, const float *scale, const float *mean,
                          float *out) {
    const int16_t *centroids[M3_MOST_CODES];
    for (size_t row = 0; row < rows && row < CENTROID_ROWS_AHEAD; row++)
        prefetch_centroids(dimension, codes_count, codes + row * codes_count, tables, starts);
    for (size_t row = 0; row < rows; row++, codes += codes_count, out += dimension) {
        for (size_t j = 0; j < codes_count; j++) centroids[j] = tables + starts[j] + codes[j] * dimension;
        if (row + CENTROID_ROWS_AHEAD < rows)
            prefetch_centroids(dimension, codes_count, codes + CENTROID_ROWS_AHEAD * codes_count, tables, starts);
        size_t column = 0;
        for (; dimension - column >= SUM_VECTORS * SHORT_LANES; column += SUM_VECTORS * SHORT_LANES)
            sum_vectors(SUM_VECTORS, codes_count, centroids, scale, mean, column, out);
        for (; dimension - column >= SHORT_LANES; column += SHORT_LANES)
            sum_vectors(1, codes_count, centroids, scale, mean, column, out);
        for (; column < dimension; column++) {
            int16_t sum = 0;
            for (size_t j = 0; j < codes_count; j++) sum = (int16_t)(sum + centroids[j][column]);
            out[column] = mean[column] + scale[column] * (float)sum;
        }
    }
}

/// Vectors among which the largest sum is found before its place is.
#define PLACE_VECTORS 4

/// The place of the first of PLACE_VECTORS · LANES sums that is `value`, which one of them is.
INLINE size_t first_sum(const float *x, const float *bias, float value) {
    integers lane, places = (integers)INT32_MAX;
    UNROLL for (size_t i = 0; i < LANES; i++) lane[i] = (int32_t)i;
    UNROLL for (size_t v = PLACE_VECTORS; v-- > 0;) {
        const vector sum = load(x + v * LANES) + load(bias + v * LANES);
        places = sum == splat(value) ? lane + (int32_t)(v * LANES) : places;
    }
    return (size_t)__builtin_reduce_min(places);
}

static void largest_sum(size_t rows, size_t count, const float *x, size_t x_stride, const float *bias, uint32_t first,
                        float *best, uint32_t *indices) {
    const size_t step = PLACE_VECTORS * LANES;
    for (size_t row = 0; row < rows; row++, x += x_stride) {
        vector largest = splat(-INFINITY);
        integers groups = (integers)0, group = (integers)0;
        size_t i = 0;
        for (; count - i >= step; i += step, group += 1) {
            vector sum = load(x + i) + load(bias + i);
            UNROLL for (size_t v = 1; v < PLACE_VECTORS; v++)
                sum = max_(load(x + i + v * LANES) + load(bias + i + v * LANES), sum);
            const integers is_larger = sum > largest;
            largest = is_larger ? sum : largest;
            groups = is_larger ? group : groups;
        }
        float value = max_of_lanes(largest);
        size_t place = 0;
        if (value > best[row]) {
            // Of equal ones the first in order, whichever lane its group is of.
            const integers equal = largest == splat(value) ? groups : (integers)INT32_MAX;
            place = (size_t)__builtin_reduce_min(equal) * step;
            place += first_sum(x + place, bias + place, value);
        }
        for (; i < count; i++) {
            const float sum = x[i] + bias[i];
            if (sum > value) {
                value = sum;
                place = i;
            }
        }
        if (value > best[row]) {
            best[row] = value;
            indices[row] = first + (uint32_t)place;
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
