#if defined(__x86_64__)

// The AVX-512 kernels on AVX2 registers: the same operations in the same order, so the same bits, slowly.
#define VARIANT m3_kernels_avx512_emulated
#define NAME "avx512-emulated"
#define EMULATION true
#define TARGET "avx2,fma,f16c"
#define LANES 16
#define REGISTER_BYTES 32
#define TILE_ROWS 12
#define PANEL_VECTORS 2
#define DEPTH_BLOCK 1024
#define TILE_TOKENS 6
#define HAS_DOT_PRODUCTS true

#include "generic/variant.h"

#endif
