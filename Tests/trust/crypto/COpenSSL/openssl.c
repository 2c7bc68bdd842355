// Calls the machine's libcrypto by name, so that neither its headers nor an import library are needed.
#include "COpenSSL.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ED25519 = 1087 };

static struct {
  int (*sha256_begin)(void *);
  int (*sha256_update)(void *, const void *, size_t);
  int (*sha256_finish)(unsigned char *, void *);
  void *(*private_key)(int, void *, const unsigned char *, size_t);
  void *(*public_key)(int, void *, const unsigned char *, size_t);
  int (*get_public_key)(const void *, unsigned char *, size_t *);
  void (*free_key)(void *);
  void *(*new_context)(void);
  void (*free_context)(void *);
  int (*begin_signing)(void *, void **, const void *, void *, void *);
  int (*sign)(void *, unsigned char *, size_t *, const unsigned char *, size_t);
  int (*begin_verifying)(void *, void **, const void *, void *, void *);
  int (*verify)(void *, const unsigned char *, size_t, const unsigned char *, size_t);
} call;

static void *named(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (!found) {
    fprintf(stderr, "libcrypto has no %s\n", name);
    abort();
  }
  return found;
}

static void load(void) {
  void *library = dlopen("libcrypto.so.3", RTLD_NOW);
  if (!library) library = dlopen("libcrypto.so.1.1", RTLD_NOW);
  if (!library) {
    fprintf(stderr, "no libcrypto: %s\n", dlerror());
    abort();
  }
  call.sha256_begin = named(library, "SHA256_Init");
  call.sha256_update = named(library, "SHA256_Update");
  call.sha256_finish = named(library, "SHA256_Final");
  call.private_key = named(library, "EVP_PKEY_new_raw_private_key");
  call.public_key = named(library, "EVP_PKEY_new_raw_public_key");
  call.get_public_key = named(library, "EVP_PKEY_get_raw_public_key");
  call.free_key = named(library, "EVP_PKEY_free");
  call.new_context = named(library, "EVP_MD_CTX_new");
  call.free_context = named(library, "EVP_MD_CTX_free");
  call.begin_signing = named(library, "EVP_DigestSignInit");
  call.sign = named(library, "EVP_DigestSign");
  call.begin_verifying = named(library, "EVP_DigestVerifyInit");
  call.verify = named(library, "EVP_DigestVerify");
}

static void need(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
}

void openssl_sha256_begin(openssl_sha256 *hash) {
  need();
  call.sha256_begin(hash);
}

void openssl_sha256_update(openssl_sha256 *hash, const uint8_t *bytes, size_t count) {
  call.sha256_update(hash, bytes, count);
}

void openssl_sha256_finish(openssl_sha256 *hash, uint8_t digest[32]) { call.sha256_finish(digest, hash); }

bool openssl_public_key(const uint8_t private_key[32], uint8_t public_key[32]) {
  need();
  void *key = call.private_key(ED25519, NULL, private_key, 32);
  size_t count = 32;
  bool is_done = key && call.get_public_key(key, public_key, &count) == 1 && count == 32;
  call.free_key(key);
  return is_done;
}

bool openssl_sign(const uint8_t private_key[32], const uint8_t *message, size_t count, uint8_t signature[64]) {
  need();
  void *key = call.private_key(ED25519, NULL, private_key, 32), *context = call.new_context();
  size_t length = 64;
  bool is_done = key && context && call.begin_signing(context, NULL, NULL, NULL, key) == 1 &&
                 call.sign(context, signature, &length, message, count) == 1 && length == 64;
  call.free_context(context);
  call.free_key(key);
  return is_done;
}

bool openssl_verify(const uint8_t public_key[32], const uint8_t *signature, size_t signature_count,
                    const uint8_t *message, size_t count) {
  need();
  void *key = call.public_key(ED25519, NULL, public_key, 32), *context = call.new_context();
  bool is_valid = key && context && call.begin_verifying(context, NULL, NULL, NULL, key) == 1 &&
                  call.verify(context, signature, signature_count, message, count) == 1;
  call.free_context(context);
  call.free_key(key);
  return is_valid;
}
