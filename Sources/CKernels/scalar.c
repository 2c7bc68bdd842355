/// The slow, obvious variant: what the others are tested against, and what runs where there is nothing better.

#include <math.h>
#include <string.h>

#include "quantized_block.h"
#include "variants.h"

#pragma STDC FP_CONTRACT OFF

enum { panel_width = 4 };

static size_t packed_count(size_t columns, size_t depth) {
    const size_t panels = columns / panel_width + (columns % panel_width != 0);
    size_t count, bytes;
    if (__builtin_mul_overflow(panels, depth, &count) || __builtin_mul_overflow(count, panel_width, &count) ||
        __builtin_mul_overflow(count, sizeof(float), &bytes))
        return SIZE_MAX;
    return count;
}

static size_t padded(size_t columns) { return (columns + panel_width - 1) / panel_width * panel_width; }

static size_t packed_index(size_t column, size_t k, size_t depth) {
    return (column / panel_width * depth + k) * panel_width + column % panel_width;
}

static void pack_transposed(size_t columns, size_t depth, const float *w, size_t w_stride, float *packed) {
    for (size_t j = 0; j < padded(columns); j++)
        for (size_t k = 0; k < depth; k++) packed[packed_index(j, k, depth)] = j < columns ? w[j * w_stride + k] : 0;
}

static void pack(size_t columns, size_t depth, const float *b, size_t b_stride, float *packed) {
    for (size_t j = 0; j < padded(columns); j++)
        for (size_t k = 0; k < depth; k++) packed[packed_index(j, k, depth)] = j < columns ? b[k * b_stride + j] : 0;
}

static void gemm(size_t rows, size_t columns, size_t depth, const float *a, size_t a_stride, const float *packed,
                 float *c, size_t c_stride, bool accumulate) {
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            float sum = accumulate ? c[i * c_stride + j] : 0;
            for (size_t k = 0; k < depth; k++) sum = fmaf(a[i * a_stride + k], packed[packed_index(j, k, depth)], sum);
            c[i * c_stride + j] = sum;
        }
}

static void rms_norm(size_t count, const float *x, const float *weight, float epsilon, float *out) {
    double squares = 0;
    for (size_t i = 0; i < count; i++) squares += (double)x[i] * x[i];
    const float scale = (float)(1 / sqrt(squares / (double)count + epsilon));
    for (size_t i = 0; i < count; i++) out[i] = x[i] * scale * weight[i];
}

static void rope(size_t heads, size_t head_dimension, float *x, size_t x_stride, const float *cos, const float *sin) {
    const size_t half = head_dimension / 2;
    for (size_t head = 0; head < heads; head++)
        for (size_t i = 0; i < half; i++) {
            float *low = x + head * x_stride + i, *high = low + half;
            const float first = *low, second = *high;
            *low = fmaf(first, cos[i], -(second * sin[i]));
            *high = fmaf(second, cos[i], first * sin[i]);
        }
}

/// exp(x) with zero for what is not a normal float.
static float exponential(float x) {
    const float y = (float)exp(x);
    return y < 0x1p-126f ? 0 : y;
}

/// The largest of scale · x[i], passing over NaN; minus infinity when there is none.
static float largest_scaled(const float *x, size_t count, float scale) {
    float largest = -INFINITY;
    for (size_t i = 0; i < count; i++) largest = x[i] * scale > largest ? x[i] * scale : largest;
    return largest;
}

static void softmax(float *x, size_t visible, size_t total, float scale, float *log_sum_exp) {
    const float largest = largest_scaled(x, visible, scale);
    double sum = 0;
    for (size_t i = 0; i < visible; i++) {
        x[i] = exponential(x[i] * scale - largest);
        sum += x[i];
    }
    for (size_t i = 0; i < visible; i++) {
        x[i] = (float)(x[i] / sum);
        if (x[i] < 0x1p-126f) x[i] = 0;
    }
    for (size_t i = visible; i < total; i++) x[i] = 0;
    if (log_sum_exp) *log_sum_exp = visible == 0 ? -INFINITY : (float)(log(sum) + largest);
}

static double exp_sum(const float *x, size_t count, float scale) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp(x[i] * scale);
    return sum;
}

static float log_sum_exp(size_t count, const float *x) {
    const float largest = largest_scaled(x, count, 1);
    const float shift = isfinite(largest) ? largest : 0;
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += exp((double)x[i] - shift);
    return (float)(log(sum) + shift);
}

static void silu_multiply(size_t count, const float *gate, const float *up, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = gate[i] / (1 + exponential(-gate[i])) * up[i];
}

static void exp_(size_t count, const float *x, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = exponential(x[i]);
}

static void add(size_t count, const float *x, float *y) {
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}

static void add_scaled(size_t count, float scale, const float *x, float *y) {
    for (size_t i = 0; i < count; i++) y[i] = fmaf(scale, x[i], y[i]);
}

static void max_into(size_t count, const float *x, float *y) {
    for (size_t i = 0; i < count; i++)
        if (x[i] > y[i] || isnan(x[i])) y[i] = x[i];
}

static float dot(size_t count, const float *x, const float *y) {
    double total = 0;
    for (size_t i = 0; i < count; i++) total += (double)x[i] * y[i];
    return (float)total;
}

static float sum(size_t count, const float *x) {
    double total = 0;
    for (size_t i = 0; i < count; i++) total += x[i];
    return (float)total;
}

static uint32_t bits_of(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/// `value` / 2^shift rounded to nearest, ties to even.
static uint32_t shifted_rounding(uint32_t value, unsigned shift) {
    if (shift > 31) return 0;
    const uint32_t quotient = value >> shift, rest = value & ((1u << shift) - 1), half = 1u << (shift - 1);
    return quotient + (rest > half || (rest == half && (quotient & 1)));
}

static void float_to_bfloat16(size_t count, const float *in, uint16_t *out) {
    for (size_t i = 0; i < count; i++) {
        const uint32_t bits = bits_of(in[i]);
        out[i] = (uint16_t)(isnan(in[i]) ? bits >> 16 | 0x40 : shifted_rounding(bits, 16));
    }
}

static void bfloat16_to_float(size_t count, const uint16_t *in, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_of((uint32_t)in[i] << 16);
}

static uint16_t half_from_float(float x) {
    const uint32_t bits = bits_of(x), sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
    if (isnan(x)) return (uint16_t)(sign | 0x7e00 | (magnitude >> 13 & 0x3ff));
    if (magnitude >= 0x47800000) return (uint16_t)(sign | 0x7c00);  // 2^16 and more
    if (magnitude >= 0x38800000) {                                  // 2^-14 and more: normal
        // The exponent's bias goes from 127 to 15; a carry out of the mantissa raises it, to infinity at the end.
        return (uint16_t)(sign | shifted_rounding(magnitude - (112u << 23), 13));
    }
    // Subnormal: units of 2^-24.
    const uint32_t mantissa = (magnitude & 0x7fffff) | 0x800000;
    return (uint16_t)(sign | shifted_rounding(mantissa, 126 - (magnitude >> 23)));
}

static float float_from_half(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16, exponent = half >> 10 & 0x1f, mantissa = half & 0x3ff;
    if (exponent == 0) return copysignf((float)mantissa * 0x1p-24f, float_of(sign));
    if (exponent < 31) return float_of(sign | (exponent + 112) << 23 | mantissa << 13);
    return float_of(sign | 0x7f800000 | (mantissa ? 0x400000 : 0) | mantissa << 13);
}

static void float_to_half(size_t count, const float *in, uint16_t *out) {
    for (size_t i = 0; i < count; i++) out[i] = half_from_float(in[i]);
}

static void half_to_float(size_t count, const uint16_t *in, float *out) {
    for (size_t i = 0; i < count; i++) out[i] = float_from_half(in[i]);
}

#include "scalar_codes.h"
#include "scalar_encoder.h"
#include "scalar_levels.h"
#include "scalar_minhash.h"
#include "scalar_product.h"
#include "scalar_quantized.h"
#include "scalar_sparse.h"
#include "scalar_words.h"

const m3_kernels m3_kernels_scalar = {
    .name = "scalar",
    .emulation = false,
    .panel_width = panel_width,
    .gemm = gemm,
    .gemm_sparse = gemm_sparse,
    .packed_count = packed_count,
    .pack_transposed = pack_transposed,
    .pack = pack,
    .rms_norm = rms_norm,
    .rope = rope,
    .softmax = softmax,
    .exp_sum = exp_sum,
    .log_sum_exp = log_sum_exp,
    .silu_multiply = silu_multiply,
    .exp = exp_,
    .add = add,
    .add_scaled = add_scaled,
    .max_into = max_into,
    .dot = dot,
    .sum = sum,
    .layer_norm = layer_norm,
    .gelu = gelu,
    .gelu_tanh = gelu_tanh,
    .add_row = add_row,
    .quantized_panel_rows = 1,
    .pack_quantized = pack_quantized,
    .quantize = quantize,
    .gemv_quantized = gemv_quantized,
    .gemm_quantized = gemm_quantized,
    .score_rows = score_rows,
    .mix_rows = mix_rows,
    .float_to_bfloat16 = float_to_bfloat16,
    .bfloat16_to_float = bfloat16_to_float,
    .float_to_half = float_to_half,
    .half_to_float = half_to_float,
    .decode_int4 = decode_int4,
    .decode_levels = decode_levels,
    .encode_levels = encode_levels,
    .sum_centroids = sum_centroids,
    .largest_sum = largest_sum,
    .largest_sums = largest_sums,
    .decode_bfloat16 = decode_bfloat16,
    .rope_rows = rope_rows,
    .minhash = minhash,
    .fold_words = fold_words,
    .word_starts = word_starts,
};
