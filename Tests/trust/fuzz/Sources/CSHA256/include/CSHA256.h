#pragma once
#include <stddef.h>
#include <stdint.h>

/// SHA-256 (FIPS 180-4) of what came so far.
typedef struct {
  uint32_t state[8];
  uint64_t byte_count;
  uint8_t block[64];
} csha256;

void csha256_begin(csha256 *hash);
void csha256_update(csha256 *hash, const uint8_t *bytes, size_t count);
/// Leaves `hash` as it is.
void csha256_finish(const csha256 *hash, uint8_t digest[32]);
