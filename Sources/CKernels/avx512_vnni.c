#if defined(__x86_64__)

// The AVX-512 kernels where sums of four products of bytes are one instruction: the same bits, so the same name.
#define VARIANT m3_kernels_avx512_vnni
#define NAME "avx512"
#define EMULATION false
#define TARGET "avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"
#define LANES 16
#define REGISTER_BYTES 64
#define TILE_ROWS 12
#define PANEL_VECTORS 2
#define DEPTH_BLOCK 1024
#define TILE_TOKENS 6
#define HAS_DOT_PRODUCTS true

#include "generic/variant.h"

#endif
