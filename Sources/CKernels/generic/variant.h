/// The kernels for one instruction set. The including file defines
/// - LANES: floats in a vector;
/// - TILE_ROWS, PANEL_VECTORS: the register tile of the matrix product;
/// - DEPTH_BLOCK: depth of B and A that is worked on at once; with DEPTH_BLOCK · PANEL_WIDTH floats a panel fits L2 easily;
/// - TILE_TOKENS: of the register tile of the product with quantized weights;
/// - HAS_DOT_PRODUCTS: defined where four products of bytes are summed by one instruction, or as if by one;
/// - REGISTER_BYTES: of x86's integer instructions, 32 (AVX2) or 64 (AVX-512BW); elsewhere not defined;
/// - TARGET: the target attribute of all functions, or nothing for the architecture's baseline;
/// - VARIANT, NAME, EMULATION: the table, its name, and whether it is one.

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../logarithm.h"
#include "../quantized_block.h"
#include "../variants.h"

// Products and sums are fused where the source says so and nowhere else: bits must not depend on the compiler's mood.
#pragma STDC FP_CONTRACT OFF

// Vectors wider than the target's registers are split by the compiler; none crosses a call that is not inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#if REGISTER_BYTES > 0
#include <immintrin.h>
#endif

#if defined(TARGET)
#pragma clang attribute push(__attribute__((target(TARGET))), apply_to = function)
#endif

#include "vector.h"

#include "exponential.h"

#include "gemm.h"
#include "packing.h"
#include "reductions.h"
#include "sparse.h"

#include "conversion.h"
#include "elementwise.h"

#include "codes.h"
#include "codes_levels.h"
#include "encoder.h"
#include "minhash.h"
#include "product.h"
#include "words.h"

#include "attention.h"
#include "quantized.h"
#include "quantized_strip.h"
#include "quantized_tile.h"
#include "quantized_gemm.h"
#include "softmax.h"

#if defined(TARGET)
#pragma clang attribute pop
#endif

const m3_kernels VARIANT = {
    .name = NAME,
    .emulation = EMULATION,
    .panel_width = PANEL_WIDTH,
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
    .quantized_panel_rows = LANES,
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
