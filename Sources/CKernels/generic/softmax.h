/// Softmax and its relatives.

/// x = exp(scale · x − shift) in place; the sum of it.
INLINE float exponentiate(float *x, size_t count, float scale, float shift) {
    vector sums[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        UNROLL for (size_t j = 0; j < 4; j++) {
            const vector y = exponential(load(x + i + j * LANES) * splat(scale) - splat(shift));
            store(x + i + j * LANES, y);
            sums[j] += y;
        }
    for (; count - i >= LANES; i += LANES) {
        const vector y = exponential(load(x + i) * splat(scale) - splat(shift));
        store(x + i, y);
        sums[0] += y;
    }
    if (i < count) {
        const vector y = exponential(load_first(x + i, count - i, 0) * splat(scale) - splat(shift));
        store_first(x + i, count - i, y);
        sums[1] += load_first(x + i, count - i, 0);
    }
    return total_of(sums);
}

static void softmax(float *x, size_t visible, size_t total, float scale, float *log_sum_exp) {
    const float largest = largest_scaled(x, visible, scale);
    const float sum = exponentiate(x, visible, scale, largest);
    const vector inverse = splat(1 / sum), smallest = splat(0x1p-126f);
    size_t i = 0;
    for (; visible - i >= LANES; i += LANES) {
        const vector y = load(x + i) * inverse;
        store(x + i, y < smallest ? splat(0) : y);
    }
    if (i < visible) {
        const vector y = load_first(x + i, visible - i, 0) * inverse;
        store_first(x + i, visible - i, y < smallest ? splat(0) : y);
    }
    if (visible < total) memset(x + visible, 0, (total - visible) * sizeof(float));
    if (log_sum_exp) *log_sum_exp = visible == 0 ? -INFINITY : (float)(m3_logarithm(sum) + largest);
}

static float log_sum_exp(size_t count, const float *x) {
    const float largest = largest_scaled(x, count, 1);
    // Infinities would cancel to NaN in the difference; unshifted they give themselves.
    const float shift = __builtin_isfinite(largest) ? largest : 0;
    vector sums[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        UNROLL for (size_t j = 0; j < 4; j++) sums[j] += exponential(load(x + i + j * LANES) - splat(shift));
    for (; count - i >= LANES; i += LANES) sums[0] += exponential(load(x + i) - splat(shift));
    if (i < count) sums[1] += exponential(load_first(x + i, count - i, -INFINITY) - splat(shift));
    return (float)(m3_logarithm(total_of(sums)) + shift);
}

static double exp_sum(const float *x, size_t count, float scale) {
    doubles sums = (doubles)0.0;
    size_t i = 0;
    for (; count - i >= LANES; i += LANES) sums += exponential_wide(load(x + i) * splat(scale));
    double lanes[LANES];
    memcpy(lanes, &sums, sizeof lanes);
    if (i < count) {
        double rest[LANES];
        const doubles last = exponential_wide(load_first(x + i, count - i, 0) * splat(scale));
        memcpy(rest, &last, sizeof rest);
        for (size_t j = 0; j < count - i; j++) lanes[j] += rest[j];
    }
    double total = 0;
    for (size_t j = 0; j < LANES; j++) total += lanes[j];
    return total;
}
