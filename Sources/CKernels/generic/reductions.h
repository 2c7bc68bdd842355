/// Sums over an array: four independent vectors, so that the additions' latency overlaps.

/// Adds the four partial sums in a fixed order.
INLINE float total_of(const vector sums[4]) { return sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3])); }

static float dot(size_t count, const float *x, const float *y) {
    vector sums[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        UNROLL for (size_t j = 0; j < 4; j++) sums[j] = fma_(load(x + i + j * LANES), load(y + i + j * LANES), sums[j]);
    for (; count - i >= LANES; i += LANES) sums[0] = fma_(load(x + i), load(y + i), sums[0]);
    if (i < count) sums[1] = fma_(load_first(x + i, count - i, 0), load_first(y + i, count - i, 0), sums[1]);
    return total_of(sums);
}

static float sum(size_t count, const float *x) {
    vector sums[4] = {splat(0), splat(0), splat(0), splat(0)};
    size_t i = 0;
    for (; count - i >= 4 * LANES; i += 4 * LANES)
        UNROLL for (size_t j = 0; j < 4; j++) sums[j] += load(x + i + j * LANES);
    for (; count - i >= LANES; i += LANES) sums[0] += load(x + i);
    if (i < count) sums[1] += load_first(x + i, count - i, 0);
    return total_of(sums);
}

static void rms_norm(size_t count, const float *x, const float *weight, float epsilon, float *out) {
    if (count == 0) return;
    const float scale = 1 / __builtin_elementwise_sqrt(dot(count, x, x) / (float)count + epsilon);
    size_t i = 0;
    for (; count - i >= LANES; i += LANES) store(out + i, load(x + i) * splat(scale) * load(weight + i));
    if (i < count) {
        const vector rest = load_first(x + i, count - i, 0) * splat(scale) * load_first(weight + i, count - i, 0);
        store_first(out + i, count - i, rest);
    }
}

/// The largest of scale · x[i], passing over NaN; minus infinity when there is none.
static float largest_scaled(const float *x, size_t count, float scale) {
    vector largest[2] = {splat(-INFINITY), splat(-INFINITY)};
    size_t i = 0;
    for (; count - i >= 2 * LANES; i += 2 * LANES)
        UNROLL for (size_t j = 0; j < 2; j++)
            largest[j] = max_(load(x + i + j * LANES) * splat(scale), largest[j]);
    for (; count - i >= LANES; i += LANES) largest[0] = max_(load(x + i) * splat(scale), largest[0]);
    float result = max_of_lanes(max_(largest[0], largest[1]));
    for (; i < count; i++) result = x[i] * scale > result ? x[i] * scale : result;
    return result;
}
