#include "variants.h"

#if defined(__x86_64__)

/// The compiler's run-time check covers the operating system's share too: it reads XCR0 for the registers' saved state.
static bool has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static bool has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

const m3_kernels *m3_kernels_at(size_t index) {
    __builtin_cpu_init();
    const m3_kernels *tables[4];
    size_t count = 0;
    if (has_avx512()) {
        const bool has_vnni = __builtin_cpu_supports("avx512vnni");
        tables[count++] = has_vnni ? &m3_kernels_avx512_vnni : &m3_kernels_avx512;
    }
    if (has_avx2()) tables[count++] = &m3_kernels_avx2;
    tables[count++] = &m3_kernels_scalar;
    if (has_avx2()) tables[count++] = &m3_kernels_avx512_emulated;
    return index < count ? tables[index] : NULL;
}

#elif defined(__aarch64__)

const m3_kernels *m3_kernels_at(size_t index) {
    const m3_kernels *const tables[] = {&m3_kernels_neon, &m3_kernels_scalar};
    return index < sizeof tables / sizeof *tables ? tables[index] : NULL;
}

#else

const m3_kernels *m3_kernels_at(size_t index) { return index == 0 ? &m3_kernels_scalar : NULL; }

#endif
