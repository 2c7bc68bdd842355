#include "include/CKernels.h"

// Shingles are shorter than a function call is long: their hash belongs into the loop.
#define XXH_INLINE_ALL
#include <xxhash.h>

void m3_hash_windows(const uint8_t *bytes, const size_t *starts, size_t count, size_t length, size_t gap,
                     uint64_t *hashes) {
    for (size_t i = 0; i < count; i++)
        hashes[i] = XXH3_64bits(bytes + starts[i], starts[i + length] - gap - starts[i]);
}

void m3_hash_bands(size_t bands, size_t rows, const uint32_t *minima, uint64_t *keys) {
    for (size_t band = 0; band < bands; band++)
        keys[band] = XXH3_64bits_withSeed(minima + band * rows, rows * sizeof *minima, band);
}
