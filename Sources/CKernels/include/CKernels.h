/// The numeric kernels of a transformer's forward pass, in float32.
///
/// One table of functions per instruction set; `m3_kernels_at(0)` is the fastest this machine can run.
///
/// Rules common to all functions:
/// - They keep no state and start no thread: any of them may run on several threads at once.
/// - Counts, strides and columns are in elements, never in bytes. A stride is at least the row's length.
/// - Pointers need the alignment of their element type only; 64 bytes are faster. A pointer whose count is 0 is not read.
/// - Outputs do not overlap inputs unless the function says "in place". Nothing outside the stated output is written.
/// - NaN in an input gives NaN in every output that depends on it.
/// - Results depend on the inputs and the table alone, not on alignment, nor on how a caller splits its rows into calls.
#ifndef M3_CKERNELS_H
#define M3_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct m3_kernels {
    /// "avx512", "avx2", "neon", "scalar" or "avx512-emulated".
    const char *_Nonnull name;

    /// True of a table that exists to compare with or to reproduce another machine's results, not to be fast.
    bool emulation;

    /// Columns of a packed panel (NR).
    size_t panel_width;

    // MARK: Matrix product

    /// C = A·B, or C += A·B when `accumulate`.
    ///
    /// - a: (rows, depth), row-major, a row every `a_stride`.
    /// - packed: B of (depth, columns), as `pack` or `pack_transposed` of the same table lays it out.
    /// - c: (rows, columns), row-major, a row every `c_stride`.
    ///
    /// Each element is one chain of fused multiply-adds over ascending depth that starts from 0, or from C when accumulating.
    /// So a row's bits depend neither on the other rows of the call nor on the table.
    void (*_Nonnull gemm)(size_t rows, size_t columns, size_t depth, const float *_Nonnull a, size_t a_stride,
                          const float *_Nonnull packed, float *_Nonnull c, size_t c_stride, bool accumulate);

    /// Elements of a packed B: ceil(columns / panel_width) * depth * panel_width, or SIZE_MAX when that, in bytes, overflows.
    size_t (*_Nonnull packed_count)(size_t columns, size_t depth);

    /// Packs B given as its transpose: weights (outputs, inputs), or keys (tokens, D).
    ///
    /// - w: (columns, depth), row-major, a row every `w_stride`.
    /// - packed: (ceil(columns / panel_width), depth, panel_width); columns beyond the last are zero.
    void (*_Nonnull pack_transposed)(size_t columns, size_t depth, const float *_Nonnull w, size_t w_stride,
                                     float *_Nonnull packed);

    /// Packs B given as it is, as values (tokens, D): b is (depth, columns), row-major, a row every `b_stride`.
    void (*_Nonnull pack)(size_t columns, size_t depth, const float *_Nonnull b, size_t b_stride,
                          float *_Nonnull packed);

    // MARK: Normalization, position, attention

    /// out = x / sqrt(mean(x²) + epsilon) * weight, over `count` elements. In place when out == x.
    void (*_Nonnull rms_norm)(size_t count, const float *_Nonnull x, const float *_Nonnull weight, float epsilon,
                              float *_Nonnull out);

    /// Rotates `heads` vectors in place by the angles of one position (RoPE, "half-split" pairs as in Llama of
    /// Hugging Face): (x[i], x[i + D/2]) becomes (x[i]·cos[i] − x[i + D/2]·sin[i], x[i + D/2]·cos[i] + x[i]·sin[i]).
    ///
    /// - x: (heads, head_dimension), a head every `x_stride`; `head_dimension` is even.
    /// - cos, sin: (head_dimension / 2).
    void (*_Nonnull rope)(size_t heads, size_t head_dimension, float *_Nonnull x, size_t x_stride,
                          const float *_Nonnull cos, const float *_Nonnull sin);

    /// Replaces x[0, visible) by softmax(scale · x) and x[visible, total) by exact zeros.
    ///
    /// Probabilities below 2^-126 become zero: subnormal numbers would slow the product that follows.
    /// `log_sum_exp`, unless null, receives log Σ exp(scale · x[i]) over the visible entries.
    void (*_Nonnull softmax)(float *_Nonnull x, size_t visible, size_t total, float scale,
                             float *_Nullable log_sum_exp);

    /// Σ exp(scale · x[i]), terms and sum in the range of double: a term above e^709 is infinite, one below e^-708 zero.
    double (*_Nonnull exp_sum)(const float *_Nonnull x, size_t count, float scale);

    /// log Σ exp(x[i]); minus infinity when count is 0.
    float (*_Nonnull log_sum_exp)(size_t count, const float *_Nonnull x);

    // MARK: Element by element

    /// out = gate / (1 + exp(−gate)) * up. In place when out is gate or up.
    void (*_Nonnull silu_multiply)(size_t count, const float *_Nonnull gate, const float *_Nonnull up,
                                   float *_Nonnull out);

    /// out = exp(x), within 2 units in the last place; below 2^-126 it is zero. In place when out == x.
    void (*_Nonnull exp)(size_t count, const float *_Nonnull x, float *_Nonnull out);

    /// y += x.
    void (*_Nonnull add)(size_t count, const float *_Nonnull x, float *_Nonnull y);

    /// y += scale · x, fused.
    void (*_Nonnull add_scaled)(size_t count, float scale, const float *_Nonnull x, float *_Nonnull y);

    /// y = max(x, y).
    void (*_Nonnull max_into)(size_t count, const float *_Nonnull x, float *_Nonnull y);

    /// Σ x[i] · y[i].
    float (*_Nonnull dot)(size_t count, const float *_Nonnull x, const float *_Nonnull y);

    /// Σ x[i].
    float (*_Nonnull sum)(size_t count, const float *_Nonnull x);

    // MARK: Conversion

    /// Narrowing rounds to nearest, ties to even; NaN stays NaN and becomes quiet. All tables give the same bits.
    void (*_Nonnull float_to_bfloat16)(size_t count, const float *_Nonnull in, uint16_t *_Nonnull out);
    void (*_Nonnull bfloat16_to_float)(size_t count, const uint16_t *_Nonnull in, float *_Nonnull out);
    void (*_Nonnull float_to_half)(size_t count, const float *_Nonnull in, uint16_t *_Nonnull out);
    void (*_Nonnull half_to_float)(size_t count, const uint16_t *_Nonnull in, float *_Nonnull out);
} m3_kernels;

/// The tables this machine can run, fastest first, then the emulations; null from the end on.
const m3_kernels *_Nullable m3_kernels_at(size_t index);

#endif
