#if defined(__x86_64__)

// 6 x 16: of 16 registers 12 sums, 2 of B, 1 broadcast of A.
#define VARIANT m3_kernels_avx2
#define NAME "avx2"
#define EMULATION false
#define TARGET "avx2,fma,f16c"
#define LANES 8
#define REGISTER_BYTES 32
#define TILE_ROWS 6
#define PANEL_VECTORS 2
#define DEPTH_BLOCK 1600
#define TILE_TOKENS 4

#include "generic/variant.h"

#endif
