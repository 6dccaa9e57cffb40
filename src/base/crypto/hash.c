/* hash.c - SHA-256 over EVP. */
#include "bindery/crypto.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

static void *take_memory(size_t bytes, const char *file, int line) {
    (void)file;
    (void)line;
    return bytes > 0 ? bd_heap_alloc(bytes) : NULL;
}

static void *resize_memory(void *memory, size_t bytes, const char *file, int line) {
    (void)file;
    (void)line;
    if (bytes == 0) {
        bd_heap_free(memory);
        return NULL;
    }
    return bd_heap_resize(memory, bytes);
}

static void drop_memory(void *memory, const char *file, int line) {
    (void)file;
    (void)line;
    bd_heap_free(memory);
}

void bd_crypto_settle(void) {
    BD_ASSERT(CRYPTO_set_mem_functions(take_memory, resize_memory, drop_memory) == 1);
}

struct bd_sha256 {
    EVP_MD_CTX *context;
};

bd_sha256 *bd_sha256_open(void) {
    bd_sha256 *hash = OPENSSL_zalloc(sizeof(*hash));
    BD_ASSERT(hash != NULL);
    hash->context = EVP_MD_CTX_new();
    BD_ASSERT(hash->context != NULL);
    BD_ASSERT(EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) == 1);
    return hash;
}

/* By steps: a large text need not lie in memory as a whole. */
#define STEP_BYTES ((size_t)1 << 20)

void bd_sha256_put(bd_sha256 *hash, const void *bytes, size_t count) {
    for (size_t at = 0; at < count; at += STEP_BYTES) {
        size_t step = count - at < STEP_BYTES ? count - at : STEP_BYTES;
        BD_ASSERT(EVP_DigestUpdate(hash->context, (const char *)bytes + at, step) == 1);
        bd_arenas_pass(count > STEP_BYTES ? step : 0);
    }
}

void bd_sha256_finish(bd_sha256 *hash, uint8_t out[32]) {
    unsigned int count = 0;
    BD_ASSERT(EVP_DigestFinal_ex(hash->context, out, &count) == 1 && count == 32);
    BD_ASSERT(EVP_DigestInit_ex(hash->context, NULL, NULL) == 1);
}

bd_sha256 *bd_sha256_fork(const bd_sha256 *hash) {
    bd_sha256 *fork = bd_sha256_open();
    BD_ASSERT(EVP_MD_CTX_copy_ex(fork->context, hash->context) == 1);
    return fork;
}

void bd_sha256_close(bd_sha256 *hash) {
    if (hash == NULL) {
        return;
    }
    EVP_MD_CTX_free(hash->context);
    OPENSSL_free(hash);
}

void bd_sha256_of(bd_str text, uint8_t out[32]) {
    if (text.size > STEP_BYTES) {
        bd_sha256 *hash = bd_sha256_open();
        bd_sha256_put(hash, text.data, text.size);
        bd_sha256_finish(hash, out);
        bd_sha256_close(hash);
        return;
    }
    unsigned int count = 0;
    const char *data = text.data ? text.data : "";
    BD_ASSERT(EVP_Digest(data, text.size, out, &count, EVP_sha256(), NULL) == 1 && count == 32);
}

bd_str bd_sha256_hex(bd_arena *arena, bd_str text) {
    uint8_t digest[32];
    bd_sha256_of(text, digest);
    char *hex = bd_new(arena, char, 65);
    bd_hex(digest, sizeof(digest), hex);
    return (bd_str){hex, 64};
}

bd_str bd_crypto_versions(bd_arena *arena) {
    return bd_str_format(arena, "OpenSSL %s", OpenSSL_version(OPENSSL_VERSION_STRING));
}
