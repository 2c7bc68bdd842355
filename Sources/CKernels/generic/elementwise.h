/// Functions of one element at a time: whole vectors, then the rest by way of a padded one.

static void rope(size_t heads, size_t head_dimension, float *x, size_t x_stride, const float *cos, const float *sin) {
    const size_t half = head_dimension / 2;
    for (size_t head = 0; head < heads; head++) {
        float *low = x + head * x_stride, *high = low + half;
        size_t i = 0;
        for (; half - i >= LANES; i += LANES) {
            const vector first = load(low + i), second = load(high + i), c = load(cos + i), s = load(sin + i);
            store(low + i, fma_(first, c, -(second * s)));
            store(high + i, fma_(second, c, first * s));
        }
        if (i < half) {
            const size_t rest = half - i;
            const vector first = load_first(low + i, rest, 0), second = load_first(high + i, rest, 0);
            const vector c = load_first(cos + i, rest, 0), s = load_first(sin + i, rest, 0);
            store_first(low + i, rest, fma_(first, c, -(second * s)));
            store_first(high + i, rest, fma_(second, c, first * s));
        }
    }
}

/// `result` for every vector of `x` and `y`, written to `out`.
#define FOR_EACH(count, x, y, out, result)                                                                             \
    do {                                                                                                               \
        size_t i = 0;                                                                                                  \
        for (; (count) - i >= LANES; i += LANES) {                                                                     \
            const vector first = load((x) + i), second = load((y) + i);                                                \
            store((out) + i, result(first, second));                                                                   \
        }                                                                                                              \
        if (i < (count)) {                                                                                             \
            const size_t rest = (count) - i;                                                                           \
            const vector first = load_first((x) + i, rest, 0), second = load_first((y) + i, rest, 0);                  \
            store_first((out) + i, rest, result(first, second));                                                       \
        }                                                                                                              \
    } while (0)

#define SILU_MULTIPLY(gate, up) ((gate) / (splat(1) + exponential(-(gate))) * (up))
static void silu_multiply(size_t count, const float *gate, const float *up, float *out) {
    FOR_EACH(count, gate, up, out, SILU_MULTIPLY);
}

#define EXP(x, same) ((void)(same), exponential(x))
static void exp_(size_t count, const float *x, float *out) { FOR_EACH(count, x, x, out, EXP); }

#define ADD(x, y) ((x) + (y))
static void add(size_t count, const float *x, float *y) { FOR_EACH(count, x, y, y, ADD); }

#define ADD_SCALED(x, y) fma_(splat(scale), x, y)
static void add_scaled(size_t count, float scale, const float *x, float *y) { FOR_EACH(count, x, y, y, ADD_SCALED); }

// A comparison with NaN is false: a NaN in y stays by the second branch's y, one in x is taken by its x.
#define MAX(x, y) ((x) > (y) ? (x) : ((x) == (x) ? (y) : (x)))
static void max_into(size_t count, const float *x, float *y) { FOR_EACH(count, x, y, y, MAX); }
