#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// SHA-256 (FIPS 180-4) of what came so far, as OpenSSL holds it.
typedef struct {
  uint64_t state[16];
} openssl_sha256;

void openssl_sha256_begin(openssl_sha256 *hash);
void openssl_sha256_update(openssl_sha256 *hash, const uint8_t *bytes, size_t count);
void openssl_sha256_finish(openssl_sha256 *hash, uint8_t digest[32]);

/// Ed25519 (RFC 8032) by keys of 32 bytes. False: OpenSSL refuses the key or the signature.
bool openssl_public_key(const uint8_t private_key[32], uint8_t public_key[32]);
bool openssl_sign(const uint8_t private_key[32], const uint8_t *message, size_t count, uint8_t signature[64]);
bool openssl_verify(const uint8_t public_key[32], const uint8_t *signature, size_t signature_count,
                    const uint8_t *message, size_t count);
