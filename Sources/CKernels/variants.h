/// The tables of all variants. Those of another architecture do not exist.
#ifndef M3_CKERNELS_VARIANTS_H
#define M3_CKERNELS_VARIANTS_H

#include "include/CKernels.h"

extern const m3_kernels m3_kernels_scalar;
#if defined(__x86_64__)
extern const m3_kernels m3_kernels_avx2;
extern const m3_kernels m3_kernels_avx512;
extern const m3_kernels m3_kernels_avx512_vnni;
extern const m3_kernels m3_kernels_avx512_emulated;
#elif defined(__aarch64__)
extern const m3_kernels m3_kernels_neon;
#endif

#endif
