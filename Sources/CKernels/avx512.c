#if defined(__x86_64__)

// 12 x 32: of 32 registers 24 sums and 2 of B; A is broadcast from memory by the multiplication itself.
#define VARIANT m3_kernels_avx512
#define NAME "avx512"
#define EMULATION false
#define TARGET "avx512f,avx512bw,avx512vl,avx512dq"
#define LANES 16
#define REGISTER_BYTES 64
#define TILE_ROWS 12
#define PANEL_VECTORS 2
#define DEPTH_BLOCK 1024
#define TILE_TOKENS 6

#include "generic/variant.h"

#endif
