/// exp for vectors: exp(x) = 2^n · exp(r), n = round(x / ln 2), |r| ≤ ln(2) / 2.

/// exp(r) in [0.7, 1.42], and n in two's complement. For NaN the fraction is NaN; beyond ±2^21 both are meaningless.
///
/// Minimax polynomial 1 + r + r²·q(r): its own relative error, 2^-28, is below the rounding's.
INLINE vector exponential_parts(vector x, words *n) {
    // Adding 1.5 · 2^23 leaves the rounded integer in the lowest bits.
    const vector shifter = splat(0x1.8p23f);
    const vector shifted = fma_(x, splat(0x1.715476p+0f), shifter);
    *n = (words)shifted - (words)shifter;
    const vector rounded = shifted - shifter;
    // ln 2 in two parts: the product with the first is exact inside the fused operation.
    vector r = fma_(rounded, splat(-0x1.62e430p-1f), x);
    r = fma_(rounded, splat(0x1.05c610p-29f), r);
    vector q = splat(0x1.6a2426p-10f);
    q = fma_(q, r, splat(0x1.1239e4p-7f));
    q = fma_(q, r, splat(0x1.5558f2p-5f));
    q = fma_(q, r, splat(0x1.555492p-3f));
    q = fma_(q, r, splat(0x1.fffffcp-2f));
    return fma_(r * r, q, r) + splat(1);
}

/// exp(x); zero where it would be below 2^-126, infinite above the largest float.
INLINE vector exponential(vector x) {
    words n;
    const vector fraction = exponential_parts(x, &n);
    const vector scaled = (vector)((words)fraction + (n << 23));
    // The bounds are the outermost floats whose exp is a normal number.
    const vector floored = x < splat(-0x1.5d589ep+6f) ? splat(0) : scaled;
    return x <= splat(0x1.62e42ep+6f) ? floored : x + splat(INFINITY);
}

/// exp(x) with the exponent range of double: zero below e^-708, infinite above e^709.
INLINE doubles exponential_wide(vector x) {
    words n;
    const vector fraction = exponential_parts(x, &n);
    const longwords exponent = __builtin_convertvector((integers)n, longwords) << 52;
    const doubles mantissa = __builtin_convertvector(fraction, doubles);
    const doubles scaled = (doubles)((longwords)mantissa + exponent);
    const doubles wide = __builtin_convertvector(x, doubles);
    const doubles floored = wide < (doubles)-708.0 ? (doubles)0.0 : scaled;
    return wide <= (doubles)709.0 ? floored : wide + (doubles)(double)INFINITY;
}
