/// Scalar codes of 8, 4, 3 and 2 bits: level = scale · (code − half), half = (2^bits − 1) / 2.
#ifndef M3_CODES_RANGES_H
#define M3_CODES_RANGES_H

enum { RANGE_COUNT = 8 };

/// Fractions of a vector's largest magnitude that are tried as the end of the codes' range, the whole first: the fewer
/// levels, the more is won by clipping rare extremes. A fraction that stands twice is never taken the second time.
static inline const float *range_fractions(unsigned bits) {
    static const float fractions[4][RANGE_COUNT] = {
        {1, 0.9f, 0.8f, 0.72f, 0.64f, 0.57f, 0.5f, 0.44f},
        {1, 0.94f, 0.88f, 0.82f, 0.76f, 0.7f, 0.64f, 0.58f},
        {1, 0.94f, 0.88f, 0.82f, 0.76f, 0.7f, 0.7f, 0.7f},
        {1, 0.99f, 0.98f, 0.97f, 0.96f, 0.95f, 0.94f, 0.93f},
    };
    return fractions[bits == 8 ? 3 : bits - 2];
}

static inline float half_range(unsigned bits) { return (float)((1u << bits) - 1) / 2; }

/// The level nearest to a value, halves upwards.
static inline unsigned level_code(float value, float scale, unsigned bits) {
    if (!(scale > 0)) return 0;
    const float place = value / scale + half_range(bits), largest = (float)((1u << bits) - 1);
    const float bounded = place < 0 ? 0 : place > largest ? largest : place;
    const unsigned whole = (unsigned)bounded;
    return whole + (bounded - (float)whole >= 0.5f);
}

#endif
