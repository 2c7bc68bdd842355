/// The scalar variant's share of vector codes.

static void sum_centroids(size_t rows, size_t dimension, size_t codes_count, const uint32_t *codes,
                          const int16_t *tables, const size_t *starts, const float *scale, const float *mean,
                          float *out) {
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < dimension; i++) {
            int sum = 0;
            for (size_t j = 0; j < codes_count; j++)
                sum += tables[starts[j] + codes[row * codes_count + j] * dimension + i];
            out[row * dimension + i] = mean[i] + scale[i] * (float)sum;
        }
}

static void largest_sum(size_t rows, size_t count, const float *x, size_t x_stride, const float *bias, uint32_t first,
                        float *best, uint32_t *indices) {
    for (size_t row = 0; row < rows; row++)
        for (size_t i = 0; i < count; i++) {
            const float sum = x[row * x_stride + i] + bias[i];
            if (sum > best[row]) {
                best[row] = sum;
                indices[row] = first + (uint32_t)i;
            }
        }
}

static void largest_sums(size_t count, const float *x, const float *bias, float offset, uint32_t first, size_t kept,
                         float *best, uint32_t *indices) {
    for (size_t i = 0; i < count; i++) {
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
