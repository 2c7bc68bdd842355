/// What all variants share of quantized blocks.
#ifndef M3_CKERNELS_QUANTIZED_BLOCK_H
#define M3_CKERNELS_QUANTIZED_BLOCK_H

#include <math.h>
#include <string.h>

#include "include/CKernels.h"

/// A block of a GGUF file: its scale, its minimum where it has one, its codes.
typedef struct m3_block_layout {
    size_t bytes;
    /// Half-precision numbers at the start.
    size_t scales;
    /// 32-bit words of codes after them.
    size_t words;
} m3_block_layout;

static inline m3_block_layout m3_block_layout_of(m3_quantized_type type) {
    switch (type) {
        case M3_Q4_0: return (m3_block_layout){.bytes = 18, .scales = 1, .words = 4};
        case M3_Q4_1: return (m3_block_layout){.bytes = 20, .scales = 2, .words = 4};
        case M3_Q8_0: return (m3_block_layout){.bytes = 34, .scales = 1, .words = 8};
    }
    __builtin_unreachable();
}

typedef struct m3_block_scale {
    float scale;
    /// Zero where all codes are.
    float inverse;
} m3_block_scale;

/// The scale of a block of activations from the bits of its largest magnitude.
///
/// NaN or infinity in a block makes its scale NaN, and with it all that the block is multiplied into. Below 2^-100 the
/// inverse would come near the end of its range: such a block counts as zero.
static inline m3_block_scale m3_block_scale_of(uint32_t largest_bits) {
    float largest;
    memcpy(&largest, &largest_bits, sizeof largest);
    if (!(largest < INFINITY)) return (m3_block_scale){.scale = NAN, .inverse = 0};
    if (largest < 0x1p-100f) return (m3_block_scale){.scale = 0, .inverse = 0};
    return (m3_block_scale){.scale = largest / 127, .inverse = 127 / largest};
}

#endif
