/* key.c - private keys with their certificates, from PEM files or PKCS#12.
 *
 * A key file that others may read is refused before a byte of it is read: a signature made with
 * such a key says little about who made it.  Buffers that held a key or a passphrase are wiped. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_FILE_MAX (256u << 10)

/* ---- files that hold secrets ----------------------------------------------------------------- */

typedef struct {
    uint8_t *data;
    size_t size;
} secret;

static void secret_clear(secret *bytes) {
    OPENSSL_clear_free(bytes->data, bytes->size);
    *bytes = (secret){0};
}

static bd_rc check_key_file(int fd, const char *path, size_t *size, bd_err *err) {
    struct stat facts;
    if (fstat(fd, &facts) != 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot read key file '%s': %s", path, strerror(errno));
    }
    if (!S_ISREG(facts.st_mode)) {
        BD_RAISE(err, BD_ERR_INPUT, "refused key file '%s': it is not a regular file", path);
    }
    unsigned mode = (unsigned)facts.st_mode & 0777u;
    if ((mode & 077u) != 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "refused key file '%s': its mode %04o lets others use it, expected 0600; run "
                 "chmod 600 on it",
                 path, mode);
    }
    if (facts.st_size <= 0 || (uint64_t)facts.st_size > KEY_FILE_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "refused key file '%s': it has %lld bytes, expected 1 to %u",
                 path, (long long)facts.st_size, KEY_FILE_MAX);
    }
    *size = (size_t)facts.st_size;
    return BD_OK;
}

static bd_rc read_key_file(const char *path, secret *out, bd_err *err) {
    BD_DEFER(bd_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot open key file '%s': %s", path, strerror(errno));
    }
    size_t size = 0;
    BD_TRY(check_key_file(fd, path, &size, err));
    secret bytes = {OPENSSL_zalloc(size), size};
    BD_ASSERT(bytes.data != NULL);
    bd_rc rc = bd_pread_all(fd, bytes.data, size, 0, path, err);
    if (bd_failed(rc)) {
        secret_clear(&bytes);
        return rc;
    }
    *out = bytes;
    return BD_OK;
}

bd_rc bd_secret_read(const char *path, size_t max_bytes, bd_arena *arena, bd_str *out, bd_err *err) {
    BD_DEFER(secret_clear) secret bytes = {0};
    BD_TRY(read_key_file(path, &bytes, err));
    if (bytes.size > max_bytes) {
        BD_RAISE(err, BD_ERR_LIMIT, "'%s' has %zu bytes, expected at most %zu", path, bytes.size,
                 max_bytes);
    }
    *out = bd_str_copy(arena, (bd_str){(const char *)bytes.data, bytes.size});
    return BD_OK;
}

/* ---- passphrases ----------------------------------------------------------------------------- */

/* One question at most, whatever OpenSSL tries; the answer is wiped by question_clear. */
typedef struct {
    const bd_key_options *options;
    const char *path;
    bd_arena *arena;
    bd_str answer;
    bool is_asked, is_refused;
    bd_err *err; /* filled when is_refused */
} question;

static void question_clear(question *q) {
    if (q->answer.data != NULL) {
        OPENSSL_cleanse((void *)(uintptr_t)q->answer.data, q->answer.size);
    }
    bd_arena_close(q->arena);
}

static bd_rc ask(question *q) {
    if (q->is_asked) {
        return BD_OK;
    }
    q->is_asked = true;
    q->is_refused = true;
    if (q->options->passphrase == NULL) {
        BD_RAISE(q->err, BD_ERR_INPUT, "key file '%s' is encrypted and no passphrase can be had",
                 q->path);
    }
    BD_TRY(q->options->passphrase(q->options->context, q->path, q->arena, &q->answer, q->err));
    q->is_refused = false;
    return BD_OK;
}

static int answer_pem(char *out, int room, int is_writing, void *context) {
    question *q = context;
    (void)is_writing;
    if (bd_failed(ask(q)) || q->answer.size > (size_t)room) {
        return -1;
    }
    if (q->answer.size > 0) {
        memcpy(out, q->answer.data, q->answer.size);
    }
    return (int)q->answer.size;
}

/* The sentence for a key that did not open, whichever of the reasons it was. */
static bd_rc raise_unopened(question *q, bd_err *err) {
    unsigned long code = ERR_peek_last_error();
    if (q->is_refused) {
        ERR_clear_error();
        return bd_raise(NULL, BD_ERR_INPUT, "the question has said it");
    }
    bool is_encrypted = q->is_asked || q->options->pkcs12_path != NULL;
    if (is_encrypted && ERR_GET_REASON(code) == ERR_R_UNSUPPORTED) {
        ERR_clear_error();
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot open key file '%s': it is encrypted with an algorithm that OpenSSL 3 "
                 "leaves out; write it anew with AES-256",
                 q->path);
    }
    if (q->is_asked) {
        ERR_clear_error();
        BD_RAISE(err, BD_ERR_INPUT, "cannot decrypt key file '%s': the passphrase does not fit",
                 q->path);
    }
    ERR_clear_error();
    BD_RAISE(err, BD_ERR_INPUT,
             "cannot open key file '%s': it holds no private key in PEM form; expected a block "
             "that begins with '-----BEGIN PRIVATE KEY-----'",
             q->path);
}

/* ---- the two containers ---------------------------------------------------------------------- */

static bd_rc load_pem_key(const bd_key_options *options, bd_key *key, bd_err *err) {
    BD_DEFER(secret_clear) secret bytes = {0};
    BD_TRY(read_key_file(options->key_path, &bytes, err));
    BD_DEFER(bd_crypto_bio_close) BIO *bio = BIO_new_mem_buf(bytes.data, (int)bytes.size);
    BD_DEFER(question_clear)
    question q = {.options = options, .path = options->key_path, .err = err};
    q.arena = bd_arena_open("passphrase", 1 << 16);
    BD_ASSERT(bio != NULL);
    ERR_clear_error();
    key->private_key = PEM_read_bio_PrivateKey(bio, NULL, answer_pem, &q);
    return key->private_key ? BD_OK : raise_unopened(&q, err);
}

static void pkcs12_close(PKCS12 **container) {
    PKCS12_free(*container);
}

/* PKCS#12 may be sealed with an empty passphrase, in two spellings; only after both is a person
 * asked. */
static bd_rc open_pkcs12(PKCS12 *container, question *q, bd_key *key, STACK_OF(X509) * *pool,
                         bd_err *err) {
    const char *passphrase = NULL;
    if (PKCS12_mac_present(container) != 1) {
        BD_RAISE(err, BD_ERR_INPUT, "refused key file '%s': it carries no integrity check",
                 q->path);
    }
    if (PKCS12_verify_mac(container, NULL, 0) != 1) {
        passphrase = "";
        if (PKCS12_verify_mac(container, "", 0) != 1) {
            BD_TRY(ask(q));
            passphrase = bd_str_z(q->arena, q->answer);
        }
    }
    ERR_clear_error();
    int opened = PKCS12_parse(container, passphrase, &key->private_key, &key->certificate, pool);
    if (q->is_asked) {
        OPENSSL_cleanse((void *)(uintptr_t)passphrase, q->answer.size);
    }
    if (opened != 1) {
        return raise_unopened(q, err);
    }
    if (key->private_key == NULL || key->certificate == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "key file '%s' holds no private key with its certificate",
                 q->path);
    }
    return BD_OK;
}

static bd_rc load_pkcs12(const bd_key_options *options, bd_key *key, STACK_OF(X509) * *pool,
                         bd_err *err) {
    BD_DEFER(secret_clear) secret bytes = {0};
    BD_TRY(read_key_file(options->pkcs12_path, &bytes, err));
    const unsigned char *at = bytes.data;
    ERR_clear_error();
    BD_DEFER(pkcs12_close) PKCS12 *container = d2i_PKCS12(NULL, &at, (long)bytes.size);
    if (container == NULL) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "cannot read PKCS#12 from", options->pkcs12_path);
    }
    BD_DEFER(question_clear)
    question q = {.options = options, .path = options->pkcs12_path, .err = err};
    q.arena = bd_arena_open("passphrase", 1 << 16);
    BD_TRY(open_pkcs12(container, &q, key, pool, err));
    if (*pool == NULL) {
        *pool = sk_X509_new_null();
        BD_ASSERT(*pool != NULL);
    }
    return BD_OK;
}

/* ---- the local key --------------------------------------------------------------------------- */

static void digest_context_close(EVP_MD_CTX **context) {
    EVP_MD_CTX_free(*context);
}

/* RSA signs with PKCS#1 v1.5, which is repeatable: the same binder gives the same signed bytes. */
static bd_rc sign_locally(const bd_key *key, bd_str tbs, uint8_t *signature, size_t *count,
                          bd_err *err) {
    BD_DEFER(digest_context_close) EVP_MD_CTX *context = EVP_MD_CTX_new();
    const unsigned char *bytes = (const unsigned char *)tbs.data;
    *count = BD_CRYPTO_SIGNATURE_MAX;
    ERR_clear_error();
    if (context == NULL ||
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key->private_key) != 1 ||
        EVP_DigestSign(context, signature, count, bytes, tbs.size) != 1) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "cannot sign with the private key", NULL);
    }
    return BD_OK;
}

static const char *algorithm_of(const bd_key *key) {
    return EVP_PKEY_get_base_id(X509_get0_pubkey(key->certificate)) == EVP_PKEY_EC ? "ES256" : "RS256";
}

static bd_rc sign_remotely(const bd_key *key, bd_str tbs, uint8_t *signature, size_t *count,
                           bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("remote key", 4u << 20);
    uint8_t digest[32];
    bd_str value;
    const char *algorithm = algorithm_of(key);
    bd_sha256_of(tbs, digest);
    BD_TRY(key->remote.sign(key->remote.context, algorithm, digest, arena, &value, err));
    if (value.size == 0 || value.size > BD_CRYPTO_SIGNATURE_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the key gave a signature value of %zu bytes", value.size);
    }
    memcpy(signature, value.data, value.size);
    *count = value.size;
    return algorithm[0] == 'E' ? bd_crypto_ecdsa_encode(signature, count, err) : BD_OK;
}

/* A key elsewhere cannot be compared with the certificate, so it shows once that it fits. */
static bd_rc check_by_signing(const bd_key *key, const char *path, bd_err *err) {
    static const bd_str text = BD_STR_INIT("bindery: does this key belong to this certificate?");
    BD_DEFER(digest_context_close) EVP_MD_CTX *context = EVP_MD_CTX_new();
    uint8_t signature[BD_CRYPTO_SIGNATURE_MAX];
    size_t count = 0;
    BD_TRY(key->sign(key, text, signature, &count, err));
    bool holds = context != NULL &&
                 EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL,
                                      X509_get0_pubkey(key->certificate)) == 1 &&
                 EVP_DigestVerify(context, signature, count, (const unsigned char *)text.data,
                                  text.size) == 1;
    ERR_clear_error();
    if (!holds) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "private key and certificate in '%s' do not belong together: what the key signs "
                 "does not verify",
                 path);
    }
    return BD_OK;
}

static bd_rc check_key_holds(const bd_key *key, const char *path, bd_err *err) {
    if (key->private_key == NULL) {
        return check_by_signing(key, path, err);
    }
    if (X509_check_private_key(key->certificate, key->private_key) != 1) {
        ERR_clear_error();
        BD_RAISE(err, BD_ERR_INPUT,
                 "private key and certificate in '%s' do not belong together, expected the "
                 "certificate of this very key first",
                 path);
    }
    return BD_OK;
}

static bd_rc check_pair(const bd_key *key, const char *path, bd_arena *arena, bd_err *err) {
    BD_TRY(bd_crypto_certificate_check(key->certificate, arena, err));
    BD_TRY(check_key_holds(key, path, err));
    const char *fault = bd_crypto_signer_fault(key->certificate);
    if (fault != NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "refused the certificate in '%s': %s", path, fault);
    }
    for (int i = 0; i < sk_X509_num(key->issuers); i++) {
        BD_TRY(bd_crypto_certificate_check(sk_X509_value(key->issuers, i), arena, err));
    }
    return BD_OK;
}

static bd_rc load_certificates(const char *path, bd_arena *arena, bd_key *key,
                               STACK_OF(X509) * *pool, bd_err *err) {
    bd_str pem;
    BD_TRY(bd_file_read(path, 1u << 20, arena, &pem, err));
    BD_TRY_CTX(bd_crypto_certificates_parse(pem, BD_CRYPTO_CHAIN_MAX, pool, err), err, "in '%s'",
               path);
    key->certificate = sk_X509_shift(*pool);
    return BD_OK;
}

/* Not in a file of ours: in a token, or with somebody who signs digests. */
static bd_rc load_elsewhere(const bd_key_options *options, bd_arena *arena, bd_key *key,
                            STACK_OF(X509) * *pool, bd_err *err) {
    if (options->certificate_path != NULL) {
        BD_TRY(load_certificates(options->certificate_path, arena, key, pool, err));
    } else {
        *pool = sk_X509_new_null();
        BD_ASSERT(*pool != NULL);
    }
    if (options->pkcs11 != NULL) {
        return bd_crypto_token_open(options, arena, key, err);
    }
    if (key->certificate == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "a key elsewhere needs its certificate in a file");
    }
    key->remote = options->remote;
    key->sign = sign_remotely;
    return BD_OK;
}

static const char *place_of(const bd_key_options *options) {
    return options->pkcs12_path != NULL        ? options->pkcs12_path
           : options->certificate_path != NULL ? options->certificate_path
           : options->pkcs11 != NULL           ? "the token"
                                               : NULL;
}

static bd_rc load_key(const bd_key_options *options, bd_arena *arena, bd_key *key, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *pool = NULL;
    bool is_elsewhere = options->pkcs11 != NULL || options->remote.sign != NULL;
    const char *path = place_of(options);
    if (path == NULL || (options->pkcs12_path == NULL && !is_elsewhere && options->key_path == NULL)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "no identity given, expected a key with its certificate, or PKCS#12");
    }
    key->sign = sign_locally;
    if (options->pkcs12_path != NULL) {
        BD_TRY(load_pkcs12(options, key, &pool, err));
    } else if (is_elsewhere) {
        BD_TRY(load_elsewhere(options, arena, key, &pool, err));
    } else {
        BD_TRY(load_pem_key(options, key, err));
        BD_TRY(load_certificates(options->certificate_path, arena, key, &pool, err));
    }
    if (sk_X509_num(pool) >= BD_CRYPTO_CHAIN_MAX) {
        BD_RAISE(err, BD_ERR_LIMIT, "too many certificates in '%s': at most %d", path,
                 BD_CRYPTO_CHAIN_MAX);
    }
    BD_TRY_CTX(bd_crypto_chain_order(key->certificate, pool, arena, &key->issuers, err), err,
               "in '%s'", path);
    return check_pair(key, path, arena, err);
}

bd_rc bd_key_check_time(const bd_key *key, bd_instant at, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("key time", 1u << 16);
    bd_certificate_facts facts;
    bd_crypto_certificate_describe(key->certificate, arena, &facts);
    if (at < facts.not_before) {
        BD_RAISE(err, BD_ERR_INPUT, "refused to sign: the certificate '%.*s' is valid only from %.*s",
                 BD_ARG(facts.subject), BD_ARG(bd_instant_format(arena, facts.not_before)));
    }
    if (at > facts.not_after) {
        BD_RAISE(err, BD_ERR_INPUT, "refused to sign: the certificate '%.*s' has expired at %.*s",
                 BD_ARG(facts.subject), BD_ARG(bd_instant_format(arena, facts.not_after)));
    }
    return BD_OK;
}

bd_rc bd_key_open(const bd_key_options *options, bd_key **out, bd_err *err) {
    bd_key *key = OPENSSL_zalloc(sizeof(*key));
    BD_ASSERT(key != NULL);
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("key", 8u << 20);
    bd_rc rc = load_key(options, arena, key, err);
    ERR_clear_error();
    if (bd_failed(rc)) {
        bd_key_close(key);
        return rc;
    }
    *out = key;
    return BD_OK;
}

void bd_key_close(bd_key *key) {
    if (key == NULL) {
        return;
    }
    X509_free(key->certificate);
    sk_X509_pop_free(key->issuers, X509_free);
    EVP_PKEY_free(key->private_key);
    if (key->close_device != NULL) {
        key->close_device(key->device);
    }
    OPENSSL_free(key);
}

bd_str bd_key_certificate_pem(const bd_key *key, bd_arena *arena) {
    return bd_crypto_chain_pem(key->certificate, key->issuers, arena);
}
