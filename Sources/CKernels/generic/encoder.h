/// What an encoder with LayerNorm, GELU and biases needs besides the decoder's functions.

static void layer_norm(size_t count, const float *x, const float *weight, const float *bias, float epsilon,
                       float *out) {
    if (count == 0) return;
    const vector mean = splat(sum(count, x) / (float)count);
    vector squares[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        UNROLL for (size_t j = 0; j < 4; j++) {
            const vector deviation = load(x + i + j * LANES) - mean;
            squares[j] = fma_(deviation, deviation, squares[j]);
        }
    for (; count - i >= LANES; i += LANES) {
        const vector deviation = load(x + i) - mean;
        squares[0] = fma_(deviation, deviation, squares[0]);
    }
    if (i < count) {
        const vector deviation = load_first(x + i, count - i, mean[0]) - mean;
        squares[1] = fma_(deviation, deviation, squares[1]);
    }
    const vector scale = splat(1 / __builtin_elementwise_sqrt(total_of(squares) / (float)count + epsilon));
    for (i = 0; count - i >= LANES; i += LANES)
        store(out + i, fma_((load(x + i) - mean) * scale, load(weight + i), load(bias + i)));
    if (i < count) {
        const size_t rest = count - i;
        const vector normalized = (load_first(x + i, rest, 0) - mean) * scale;
        store_first(out + i, rest, fma_(normalized, load_first(weight + i, rest, 0), load_first(bias + i, rest, 0)));
    }
}

/// x · Φ(x), Φ the normal distribution's cumulative function.
///
/// With t = |x|, Φ(−t) = exp(−t² / 2) · u · p(u), u = 1 / (1 + 0.375 t): the minimax polynomial's own relative error for
/// t ≤ 13.3, where exp underflows, is 2^-26.6. So the left tail keeps its relative accuracy, which x / 2 · (1 + erf)
/// loses by cancellation. What t² loses when it is rounded is put back, as exp would magnify it.
INLINE vector gelu_of(vector x) {
    const vector t = x < splat(0) ? -x : x;
    const vector square = t * t, lost = fma_(t, t, -square);
    vector density = exponential(square * splat(-0.5f));
    density = fma_(density * splat(-0.5f), lost, density);
    const vector u = splat(1) / fma_(splat(0.375f), t, splat(1));
    vector p = splat(0x1.64aa0cp-6f);
    p = fma_(p, u, splat(-0x1.1bcad8p-3f));
    p = fma_(p, u, splat(0x1.6bb4aep-2f));
    p = fma_(p, u, splat(-0x1.bfb666p-2f));
    p = fma_(p, u, splat(0x1.cee10ep-3f));
    p = fma_(p, u, splat(-0x1.f77090p-5f));
    p = fma_(p, u, splat(0x1.c1d64cp-4f));
    p = fma_(p, u, splat(0x1.ffc3e8p-4f));
    p = fma_(p, u, splat(0x1.330a16p-3f));
    p = fma_(p, u, splat(0x1.325ceep-3f));
    // Beyond the square root of the largest float t² and what it lost are infinite.
    const vector tail = t < splat(16) ? density * (p * u) : splat(0);
    return x * (x < splat(0) ? tail : splat(1) - tail);
}

#define GELU(x, same) ((void)(same), gelu_of(x))
static void gelu(size_t count, const float *x, float *out) { FOR_EACH(count, x, x, out, GELU); }

/// x / 2 · (1 + tanh(y)) = x / (1 + exp(−2y)), y = √(2 / π) · (x + 0.044715 x³).
INLINE vector gelu_tanh_of(vector x) {
    const vector twice = splat(0x1.988454p+0f) * x * fma_(x * x, splat(0.044715f), splat(1));
    return x / (splat(1) + exponential(-twice));
}

#define GELU_TANH(x, same) ((void)(same), gelu_tanh_of(x))
static void gelu_tanh(size_t count, const float *x, float *out) { FOR_EACH(count, x, x, out, GELU_TANH); }

static void add_row(size_t rows, size_t columns, const float *row, float *y, size_t y_stride) {
    for (size_t r = 0; r < rows; r++) add(columns, row, y + r * y_stride);
}
