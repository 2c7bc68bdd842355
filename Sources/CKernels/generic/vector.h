/// Vectors of LANES elements in the compiler's own notation, which it lowers to whatever registers the target has.
/// A cast from one vector type to another keeps the bits; `__builtin_convertvector` converts the values.

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

typedef float vector __attribute__((ext_vector_type(LANES)));
typedef int32_t integers __attribute__((ext_vector_type(LANES)));
typedef uint32_t words __attribute__((ext_vector_type(LANES)));
typedef uint16_t halfwords __attribute__((ext_vector_type(LANES)));
typedef _Float16 halves __attribute__((ext_vector_type(LANES)));
typedef double doubles __attribute__((ext_vector_type(LANES)));
typedef uint64_t longwords __attribute__((ext_vector_type(LANES)));

INLINE vector splat(float x) { return (vector)x; }

INLINE vector fma_(vector x, vector y, vector z) { return __builtin_elementwise_fma(x, y, z); }

INLINE vector load(const float *p) {
    vector x;
    memcpy(&x, p, sizeof x);
    return x;
}

INLINE void store(float *p, vector x) { memcpy(p, &x, sizeof x); }

/// The first `count` < LANES elements at `p`, then `fill`.
INLINE vector load_first(const float *p, size_t count, float fill) {
    float lanes[LANES];
    store(lanes, splat(fill));
    for (size_t i = 0; i < count; i++) lanes[i] = p[i];
    return load(lanes);
}

INLINE void store_first(float *p, size_t count, vector x) {
    float lanes[LANES];
    store(lanes, x);
    for (size_t i = 0; i < count; i++) p[i] = lanes[i];
}

/// The sum of all lanes, by halves: lane i + lane i + LANES/2, and so on.
INLINE float sum_of_lanes(vector x) {
    float lanes[LANES];
    store(lanes, x);
    for (size_t half = LANES / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; i++) lanes[i] += lanes[i + half];
    return lanes[0];
}

INLINE float max_of_lanes(vector x) {
    float lanes[LANES];
    store(lanes, x);
    float largest = lanes[0];
    for (size_t i = 1; i < LANES; i++) largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
}

/// The larger of each lane; `y` where either is NaN.
INLINE vector max_(vector x, vector y) { return x > y ? x : y; }
