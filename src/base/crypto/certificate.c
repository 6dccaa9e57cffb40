/* certificate.c - what a certificate says, which ones we accept, and in which order a chain
 * stands. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <time.h>

#define CERTIFICATE_BYTES_MAX (32 << 10)

bd_rc bd_crypto_raise(bd_err *err, bd_err_class class, const char *what, const char *subject) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    if (subject == NULL) {
        return bd_raise(err, class, "%s: %s", what, reason ? reason : "no reason given");
    }
    return bd_raise(err, class, "%s '%s': %s", what, subject, reason ? reason : "no reason given");
}

void bd_crypto_bio_close(BIO **bio) {
    BIO_free_all(*bio);
}

void bd_crypto_certificate_close(X509 **certificate) {
    X509_free(*certificate);
}

void bd_crypto_certificates_close(STACK_OF(X509) * *certificates) {
    sk_X509_pop_free(*certificates, X509_free);
}

/* ---- facts ----------------------------------------------------------------------------------- */

bd_str bd_crypto_algorithm(const EVP_PKEY *key, bd_arena *arena, bool *allowed) {
    static const struct {
        const char *group, *name;
    } curves[] = {
        {"prime256v1", "P-256"}, {"P-256", "P-256"}, {"secp384r1", "P-384"}, {"P-384", "P-384"}};
    *allowed = false;
    if (key == NULL) {
        return BD_STR("unknown");
    }
    int type = EVP_PKEY_get_base_id(key);
    if (type == EVP_PKEY_RSA) {
        int bits = EVP_PKEY_get_bits(key);
        *allowed = bits >= 2048 && bits <= 8 * BD_CRYPTO_SIGNATURE_MAX;
        return bd_str_format(arena, "RSA-%d", bits);
    }
    char group[64] = "";
    if (type != EVP_PKEY_EC || EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1) {
        const char *name = OBJ_nid2sn(type);
        return bd_str_copy(arena, bd_str_of(name ? name : "unknown"));
    }
    for (size_t i = 0; i < BD_COUNT(curves); i++) {
        if (bd_str_eqz(bd_str_of(group), curves[i].group)) {
            *allowed = true;
            return bd_str_of(curves[i].name);
        }
    }
    return bd_str_copy(arena, bd_str_of(group));
}

static bd_str print_name(const X509_NAME *name, bd_arena *arena) {
    /* RFC 2253 order and escapes, but letters beyond ASCII as UTF-8, for people to read. */
    unsigned long flags = XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_DN_REV | XN_FLAG_FN_SN |
                          XN_FLAG_DUMP_UNKNOWN_FIELDS | ASN1_STRFLGS_ESC_2253 |
                          ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT |
                          ASN1_STRFLGS_DUMP_UNKNOWN | ASN1_STRFLGS_DUMP_DER;
    BD_DEFER(bd_crypto_bio_close) BIO *bio = BIO_new(BIO_s_mem());
    BD_ASSERT(bio != NULL);
    if (X509_NAME_print_ex(bio, name, 0, flags) < 0) {
        ERR_clear_error();
        return BD_STR("(a name that is not text)");
    }
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    return bd_str_visible(arena, (bd_str){data, count > 0 ? (size_t)count : 0});
}

bd_instant bd_crypto_time_read(const ASN1_TIME *time) {
    struct tm tm = {0};
    if (ASN1_TIME_to_tm(time, &tm) != 1) {
        ERR_clear_error();
        return BD_INSTANT_NONE;
    }
    int64_t day = bd_day_of_date(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
    int64_t second = day * 86400 + tm.tm_hour * 3600 + tm.tm_min * 60 + tm.tm_sec;
    return second * BD_SECOND;
}

static bd_str print_serial(X509 *certificate, bd_arena *arena) {
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = number ? BN_bn2hex(number) : NULL;
    bd_str text = bd_str_lower(arena, bd_str_of(hex));
    OPENSSL_free(hex);
    BN_free(number);
    return text;
}

void bd_crypto_certificate_describe(X509 *certificate, bd_arena *arena, bd_certificate_facts *out) {
    bool allowed = false;
    unsigned int count = 0;
    *out = (bd_certificate_facts){
        .subject = print_name(X509_get_subject_name(certificate), arena),
        .issuer = print_name(X509_get_issuer_name(certificate), arena),
        .serial_hex = print_serial(certificate, arena),
        .algorithm = bd_crypto_algorithm(X509_get0_pubkey(certificate), arena, &allowed),
        .not_before = bd_crypto_time_read(X509_get0_notBefore(certificate)),
        .not_after = bd_crypto_time_read(X509_get0_notAfter(certificate)),
        .is_self_signed = X509_self_signed(certificate, /*verify_signature*/ 0) == 1,
    };
    BD_ASSERT(X509_digest(certificate, EVP_sha256(), out->sha256, &count) == 1 && count == 32);
    ERR_clear_error();
}

bd_rc bd_certificate_read(bd_str pem, bd_arena *arena, bd_certificate_facts *out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *certificates = NULL;
    BD_TRY(bd_crypto_certificates_parse(pem, 10000, &certificates, err));
    bd_crypto_certificate_describe(sk_X509_value(certificates, 0), arena, out);
    return BD_OK;
}

/* ---- PEM ------------------------------------------------------------------------------------- */

/* True at the clean end of a PEM text: what is left holds no further certificate. */
static bool is_at_end(void) {
    unsigned long code = ERR_peek_last_error();
    return ERR_GET_LIB(code) == ERR_LIB_PEM && ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

static bd_rc read_certificates(BIO *bio, size_t max_count, STACK_OF(X509) * list, bd_err *err) {
    for (size_t count = 0;; count++) {
        X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
        if (certificate == NULL) {
            break;
        }
        if (count >= max_count || i2d_X509(certificate, NULL) > CERTIFICATE_BYTES_MAX) {
            X509_free(certificate);
            BD_RAISE(err, BD_ERR_LIMIT,
                     "too many or too large certificates: at most %zu of %d bytes each", max_count,
                     CERTIFICATE_BYTES_MAX);
        }
        BD_ASSERT(sk_X509_push(list, certificate) > 0);
    }
    if (!is_at_end()) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "cannot read a certificate", NULL);
    }
    ERR_clear_error();
    if (sk_X509_num(list) == 0) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "no certificate found, expected PEM with -----BEGIN CERTIFICATE-----");
    }
    return BD_OK;
}

bd_rc bd_crypto_certificates_parse(bd_str pem, size_t max_count, STACK_OF(X509) * *out,
                                   bd_err *err) {
    if (pem.size > (64u << 20)) {
        BD_RAISE(err, BD_ERR_LIMIT, "certificates of %zu bytes are over the limit of 64 MiB",
                 pem.size);
    }
    BD_DEFER(bd_crypto_bio_close)
    BIO *bio = BIO_new_mem_buf(pem.data ? pem.data : "", (int)pem.size);
    STACK_OF(X509) *list = sk_X509_new_null();
    BD_ASSERT(bio != NULL && list != NULL);
    ERR_clear_error();
    bd_rc rc = read_certificates(bio, max_count, list, err);
    if (bd_failed(rc)) {
        bd_crypto_certificates_close(&list);
        return rc;
    }
    *out = list;
    return BD_OK;
}

bd_str bd_crypto_chain_pem(X509 *subject, STACK_OF(X509) * issuers, bd_arena *arena) {
    BD_DEFER(bd_crypto_bio_close) BIO *bio = BIO_new(BIO_s_mem());
    BD_ASSERT(bio != NULL && PEM_write_bio_X509(bio, subject) == 1);
    for (int i = 0; i < sk_X509_num(issuers); i++) {
        BD_ASSERT(PEM_write_bio_X509(bio, sk_X509_value(issuers, i)) == 1);
    }
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    return bd_str_copy(arena, (bd_str){data, (size_t)count});
}

/* ---- what we accept -------------------------------------------------------------------------- */

bd_rc bd_crypto_certificate_check(X509 *certificate, bd_arena *arena, bd_err *err) {
    static const int allowed_signatures[] = {
        NID_sha256WithRSAEncryption, NID_sha384WithRSAEncryption, NID_sha512WithRSAEncryption,
        NID_ecdsa_with_SHA256,       NID_ecdsa_with_SHA384,       NID_ecdsa_with_SHA512};
    bool allowed = false;
    bd_str subject = print_name(X509_get_subject_name(certificate), arena);
    bd_str algorithm = bd_crypto_algorithm(X509_get0_pubkey(certificate), arena, &allowed);
    if (!allowed) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "refused certificate '%.*s': its key is %.*s, expected RSA of at least 2048 bits, "
                 "P-256 or P-384",
                 BD_ARG(subject), BD_ARG(algorithm));
    }
    int signature = X509_get_signature_nid(certificate);
    for (size_t i = 0; i < BD_COUNT(allowed_signatures); i++) {
        if (signature == allowed_signatures[i]) {
            return BD_OK;
        }
    }
    const char *found = OBJ_nid2sn(signature);
    BD_RAISE(err, BD_ERR_INPUT,
             "refused certificate '%.*s': it is signed with %s, expected SHA-256, SHA-384 or "
             "SHA-512 with RSA or ECDSA",
             BD_ARG(subject), found ? found : "an unknown algorithm");
}

/* What an extended key usage allows beyond servers, clients, time-stamps and answers for revocation: unknown purposes
 * (document signing has several) count as that. */
static bool is_for_more(X509 *certificate, uint32_t narrow) {
    static const int narrow_purposes[] = {NID_server_auth, NID_client_auth, NID_time_stamp, NID_OCSP_sign,
                                          NID_ms_sgc, NID_ns_sgc};
    EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    bool is_more = list == NULL || (X509_get_extended_key_usage(certificate) & narrow) == 0;
    for (int i = 0; i < sk_ASN1_OBJECT_num(list) && !is_more; i++) {
        bool is_narrow = false;
        for (size_t k = 0; k < BD_COUNT(narrow_purposes); k++) {
            is_narrow = is_narrow || OBJ_obj2nid(sk_ASN1_OBJECT_value(list, i)) == narrow_purposes[k];
        }
        is_more = !is_narrow;
    }
    EXTENDED_KEY_USAGE_free(list);
    ERR_clear_error();
    return is_more;
}

const char *bd_crypto_signer_fault(X509 *certificate) {
    uint32_t usage = X509_get_key_usage(certificate);
    if (usage != UINT32_MAX && (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0) {
        return "its key usage allows no signatures";
    }
    return is_for_more(certificate, XKU_TIMESTAMP | XKU_OCSP_SIGN)
               ? NULL
               : "it is for time-stamps or answers on revocation, not for signing";
}

bool bd_crypto_is_for_servers(X509 *certificate) {
    return !is_for_more(certificate, XKU_SSL_SERVER);
}

/* ---- order ----------------------------------------------------------------------------------- */

static int find_issuer(X509 *subject, STACK_OF(X509) * pool) {
    for (int i = 0; i < sk_X509_num(pool); i++) {
        if (X509_check_issued(sk_X509_value(pool, i), subject) == X509_V_OK) {
            return i;
        }
    }
    return -1;
}

bd_rc bd_crypto_chain_order(X509 *signer, STACK_OF(X509) * pool, bd_arena *arena,
                            STACK_OF(X509) * *issuers, bd_err *err) {
    STACK_OF(X509) *list = sk_X509_new_null();
    BD_ASSERT(list != NULL);
    X509 *last = signer;
    for (int at; (at = find_issuer(last, pool)) >= 0;) {
        last = sk_X509_delete(pool, at);
        BD_ASSERT(sk_X509_push(list, last) > 0);
    }
    ERR_clear_error();
    if (sk_X509_num(pool) > 0) {
        bd_str name = print_name(X509_get_subject_name(sk_X509_value(pool, 0)), arena);
        bd_crypto_certificates_close(&list);
        BD_RAISE(err, BD_ERR_INPUT,
                 "certificate '%.*s' is not part of the signer's chain, expected the signer and "
                 "its issuers only",
                 BD_ARG(name));
    }
    *issuers = list;
    return BD_OK;
}
