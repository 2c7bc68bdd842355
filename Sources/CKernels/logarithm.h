/// A natural logarithm with the same bits on every machine, which the C library does not promise.
#ifndef M3_CKERNELS_LOGARITHM_H
#define M3_CKERNELS_LOGARITHM_H

#include <math.h>
#include <stdint.h>
#include <string.h>

/// log(x) for x that is positive and normal, 0, +inf or NaN; within 1e-15 relative to max(1, |log x|).
///
/// x = m · 2^e with m in [√½, √2); log m = 2 artanh(s), s = (m − 1) / (m + 1), |s| < 0.1716, so that the term s^21 / 21
/// is the last above 2^-56.
static inline double m3_logarithm(double x) {
    if (!(x > 0) || x == (double)INFINITY) return x == 0 ? -(double)INFINITY : x;
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    int64_t exponent = (int64_t)(bits >> 52) - 1023;
    bits = (bits & 0x000fffffffffffffu) | 0x3ff0000000000000u;
    double mantissa;
    memcpy(&mantissa, &bits, sizeof mantissa);
    if (mantissa > 0x1.6a09e667f3bcdp+0) {
        mantissa *= 0.5;
        exponent += 1;
    }
    const double s = (mantissa - 1) / (mantissa + 1);
    const double square = s * s;
    double series = 0;
    for (int n = 21; n >= 1; n -= 2) series = series * square + 1.0 / n;
    return (double)exponent * 0x1.62e42fefa39efp-1 + 2 * s * series;
}

#endif
