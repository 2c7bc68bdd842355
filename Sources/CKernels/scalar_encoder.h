/// The scalar variant's share of an encoder's functions.

static void layer_norm(size_t count, const float *x, const float *weight, const float *bias, float epsilon,
                       float *out) {
    double total = 0, squares = 0;
    for (size_t i = 0; i < count; i++) total += x[i];
    const double mean = total / (double)count;
    for (size_t i = 0; i < count; i++) squares += (x[i] - mean) * (x[i] - mean);
    const double scale = 1 / sqrt(squares / (double)count + epsilon);
    for (size_t i = 0; i < count; i++) out[i] = (float)((x[i] - mean) * scale * weight[i] + bias[i]);
}

static void gelu(size_t count, const float *x, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = (float)(x[i] * 0.5 * erfc(-x[i] * sqrt(0.5)));
}

static void gelu_tanh(size_t count, const float *x, float *out) {
    for (size_t i = 0; i < count; i++) {
        const double y = sqrt(2 / acos(-1.0)) * (x[i] + 0.044715 * x[i] * x[i] * x[i]);
        out[i] = (float)(x[i] / (1 + exp(-2 * y)));
    }
}

static void add_row(size_t rows, size_t columns, const float *row, float *y, size_t y_stride) {
    for (size_t r = 0; r < rows; r++)
        for (size_t i = 0; i < columns; i++) y[r * y_stride + i] += row[i];
}
