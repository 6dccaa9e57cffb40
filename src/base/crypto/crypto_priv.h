/* crypto_priv.h - what the files of this room share: OpenSSL objects behind the public handles. */
#ifndef BINDERY_CRYPTO_PRIV_H
#define BINDERY_CRYPTO_PRIV_H

#include "bindery/crypto.h"

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#define BD_CRYPTO_CHAIN_MAX 8         /* certificates with the signer */
#define BD_CRYPTO_CMS_MAX (64u << 10) /* bytes of one CMS */
#define BD_CRYPTO_SIGNATURE_MAX 2048  /* bytes of one signature value: RSA-16384 */

/* `sign` is the one seam for every kind of key: the bytes to be signed in, the signature value
 * out. */
struct bd_key {
    X509 *certificate;
    STACK_OF(X509) * issuers; /* in order: the signer's issuer first */
    EVP_PKEY *private_key;
    bd_rc (*sign)(const bd_key *key, bd_str tbs, uint8_t *signature, size_t *count, bd_err *err);
    void *device; /* where the key is, if not in `private_key` */
    void (*close_device)(void *device);
    bd_key_remote remote;
};

/* token.c: what a PKCS#11 URI names.  Texts Allocated in <arena>. */
typedef struct {
    bd_str token, serial, object, id, module_path;
} bd_token_address;
bd_rc bd_token_address_parse(bd_str uri, bd_arena *arena, bd_token_address *out, bd_err *err);
/* Sets device, sign, and the certificate where no file is named. */
bd_rc bd_crypto_token_open(const bd_key_options *options, bd_arena *arena, bd_key *key, bd_err *err);
/* r || s, as devices and services give them, to the DER that a CMS has; in place. */
bd_rc bd_crypto_ecdsa_encode(uint8_t *signature, size_t *count, bd_err *err);

/* Fails with `what` and OpenSSL's own reason; empties OpenSSL's queue. */
bd_rc bd_crypto_raise(bd_err *err, bd_err_class class, const char *what, const char *subject);

void bd_crypto_bio_close(BIO **bio);
void bd_crypto_certificate_close(X509 **certificate);
void bd_crypto_certificates_close(STACK_OF(X509) * *certificates);

/* "RSA-3072", "P-256"; `*allowed` says whether our profile has it. */
bd_str bd_crypto_algorithm(const EVP_PKEY *key, bd_arena *arena, bool *allowed);
/* INPUT unless the certificate's key and its issuer's signature are of allowed algorithms. */
bd_rc bd_crypto_certificate_check(X509 *certificate, bd_arena *arena, bd_err *err);
void bd_crypto_certificate_describe(X509 *certificate, bd_arena *arena, bd_certificate_facts *out);
/* Certificates of a PEM text; INPUT when there is none or one is broken, LIMIT past `max_count`. */
bd_rc bd_crypto_certificates_parse(bd_str pem, size_t max_count, STACK_OF(X509) * *out,
                                   bd_err *err);
/* Moves the chain of `signer` out of `pool` in order; INPUT when a certificate is left over. */
bd_rc bd_crypto_chain_order(X509 *signer, STACK_OF(X509) * pool, bd_arena *arena,
                            STACK_OF(X509) * *issuers, bd_err *err);

/* The one form our profile has: everything but the signature value follows from these three.  `tbs`
 * is what is to be signed: the DER SET OF signed attributes (RFC 5652, 5.4). */
bd_rc bd_crypto_cms_build(X509 *signer, STACK_OF(X509) * issuers, const uint8_t digest[32],
                          bd_arena *arena, CMS_ContentInfo **out, bd_str *tbs, bd_err *err);
/* `token`: a time-stamp of the signature value, or empty. */
bd_rc bd_crypto_cms_encode(CMS_ContentInfo *cms, const uint8_t *signature, size_t count,
                           bd_str token, bd_arena *arena, bd_str *der, bd_err *err);
/* INPUT unless it is DER of at most 64 KiB whose content type is signedData. */
bd_rc bd_crypto_cms_peek(bd_str der, bd_err *err);
void bd_crypto_cms_close(CMS_ContentInfo **cms);

bd_str bd_crypto_chain_pem(X509 *subject, STACK_OF(X509) * issuers, bd_arena *arena);
bd_instant bd_crypto_time_read(const ASN1_TIME *time); /* BD_INSTANT_NONE: no time that we read */

/* Why a certificate may not sign content, whoever issued it; NULL: it may.  The second: for servers (and clients)
 * alone, of which many hold a key. */
const char *bd_crypto_signer_fault(X509 *certificate);
bool bd_crypto_is_for_servers(X509 *certificate);

/* trust.c: `purpose` as X509_PURPOSE_..., 0: signing content.  `who` begins the sentence of *reason.  USAGE: trust_pem
 * is not empty and holds no certificates. */
typedef struct {
    bd_str trust_pem;
    bd_instant at; /* BD_INSTANT_NONE: no time enters */
    int purpose;
    bd_str who;
} bd_crypto_trust;
bd_rc bd_crypto_trust_check(X509 *subject, STACK_OF(X509) * issuers, const bd_crypto_trust *trust,
                            bd_arena *arena, bool *is_trusted, bd_str *reason, bd_err *err);

/* An ECDSA value with the smaller of the two equivalent s, so that a signature has one spelling
 * only.  Leaves other keys alone.  False when the value is not a DER ECDSA-Sig-Value. */
bool bd_crypto_signature_settle(const EVP_PKEY *key, uint8_t *signature, size_t *count);

/* INPUT with the offset when the bytes are not DER (X.690, 10): one value, nothing after it. */
bd_rc bd_crypto_der_check(bd_str der, bd_err *err);

#endif
