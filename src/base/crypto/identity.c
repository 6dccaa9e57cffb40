/* identity.c - the trial identity: a fresh P-256 key and the certificate it signs for itself. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#define VALID_YEARS 10

static void key_close(EVP_PKEY **key) {
    EVP_PKEY_free(*key);
}

/* The serial follows from the key, so that no counter has to be kept: 126 bits of the hash of its
 * DER. */
static bool put_serial(X509 *certificate, EVP_PKEY *key) {
    unsigned char *der = NULL;
    int count = i2d_PUBKEY(key, &der);
    if (count <= 0) {
        return false;
    }
    uint8_t digest[32];
    bd_sha256_of((bd_str){(const char *)der, (size_t)count}, digest);
    OPENSSL_free(der);
    digest[0] = (uint8_t)((digest[0] & 0x3f) | 0x40);
    BIGNUM *number = BN_bin2bn(digest, 16, NULL);
    bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
    BN_free(number);
    return done;
}

static bool put_time(ASN1_TIME *time, bd_date date, int64_t second_of_day) {
    char text[64];
    snprintf(text, sizeof(text), "%04d%02d%02d%02d%02d%02dZ", date.year, date.month, date.day,
             (int)(second_of_day / 3600), (int)(second_of_day / 60 % 60),
             (int)(second_of_day % 60));
    /* Picks UTCTime before 2050 (RFC 5280, 4.1.2.5). */
    return ASN1_TIME_set_string_X509(time, text) == 1;
}

static bool put_validity(X509 *certificate, bd_instant not_before) {
    bd_day day = bd_instant_utc_day(not_before);
    int64_t second = (not_before - day * (24 * BD_HOUR)) / BD_SECOND;
    bd_date from = bd_date_of_day(day);
    bd_date until = from;
    until.year += VALID_YEARS;
    if (!bd_date_is_valid(until.year, until.month, until.day)) {
        until.day = bd_month_days(until.year, until.month);
    }
    return put_time(X509_getm_notBefore(certificate), from, second) &&
           put_time(X509_getm_notAfter(certificate), until, second);
}

static bool put_extension(X509 *certificate, int nid, const char *value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool done = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return done;
}

static bool fill_certificate(X509 *certificate, EVP_PKEY *key, bd_str common_name,
                             bd_instant not_before) {
    X509_NAME *name = X509_get_subject_name(certificate);
    const unsigned char *text = (const unsigned char *)common_name.data;
    return X509_set_version(certificate, X509_VERSION_3) == 1 && put_serial(certificate, key) &&
           X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text,
                                      (int)common_name.size, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, name) == 1 && put_validity(certificate, not_before) &&
           X509_set_pubkey(certificate, key) == 1 &&
           put_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
           put_extension(certificate, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
           put_extension(certificate, NID_subject_key_identifier, "hash") &&
           X509_sign(certificate, key, EVP_sha256()) > 0;
}

static bd_rc write_pem(BIO *bio, const char *path, unsigned mode, bd_err *err) {
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    bd_rc rc = bd_file_write(path, mode, (bd_str){data, (size_t)count}, err);
    if (count > 0) {
        OPENSSL_cleanse(data, (size_t)count);
    }
    return rc;
}

/* The key is written first: a certificate without its key would look like an identity and be
 * none. */
static bd_rc write_identity(EVP_PKEY *key, X509 *certificate, const char *key_path,
                            const char *certificate_path, bd_err *err) {
    BD_DEFER(bd_crypto_bio_close) BIO *key_pem = BIO_new(BIO_s_mem());
    BD_DEFER(bd_crypto_bio_close) BIO *certificate_pem = BIO_new(BIO_s_mem());
    BD_ASSERT(key_pem != NULL && certificate_pem != NULL);
    if (PEM_write_bio_PKCS8PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) != 1 ||
        PEM_write_bio_X509(certificate_pem, certificate) != 1) {
        return bd_crypto_raise(err, BD_ERR_BUG, "cannot encode the trial identity", NULL);
    }
    BD_TRY(write_pem(key_pem, key_path, 0600, err));
    return write_pem(certificate_pem, certificate_path, 0644, err);
}

bd_rc bd_identity_make(const char *key_path, const char *certificate_path, bd_str common_name,
                       bd_instant not_before, bd_err *err) {
    if (bd_path_exists(key_path) || bd_path_exists(certificate_path)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "refused to make an identity: '%s' or '%s' is there already and is never "
                 "overwritten",
                 key_path, certificate_path);
    }
    if (common_name.size == 0 || common_name.size > 256 || !bd_utf8_is_valid(common_name)) {
        BD_RAISE(err, BD_ERR_INPUT, "refused the identity's name: expected 1 to 64 characters");
    }
    ERR_clear_error();
    BD_DEFER(key_close) EVP_PKEY *key = EVP_EC_gen("P-256");
    BD_DEFER(bd_crypto_certificate_close) X509 *certificate = X509_new();
    if (key == NULL || certificate == NULL ||
        !fill_certificate(certificate, key, common_name, not_before)) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "cannot make the trial identity", NULL);
    }
    return write_identity(key, certificate, key_path, certificate_path, err);
}
