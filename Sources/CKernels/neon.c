#if defined(__aarch64__)

// 6 x 16: of 32 registers 24 sums, 4 of B, 1 broadcast of A. NEON with fused multiply-add and half precision
// conversion is the architecture's baseline.
#define VARIANT m3_kernels_neon
#define NAME "neon"
#define EMULATION false
#define LANES 4
#define TILE_ROWS 6
#define PANEL_VECTORS 4
#define DEPTH_BLOCK 1024
#define TILE_TOKENS 6
#if defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>
#define HAS_DOT_PRODUCTS true
#endif

#include "generic/variant.h"

#endif
