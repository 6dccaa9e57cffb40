/* cms_sign.c - the one CMS form we write (RFC 5652; CAdES-BES, ETSI EN 319 122-1).
 *
 * OpenSSL 3.0 adds a signing time whenever it signs a CMS itself, and PAdES forbids one (ETSI EN
 * 319 142-1, 6.3).  So the structure is built with the public key only, the signed attributes are
 * encoded here as the DER SET OF that RFC 5652, 5.4 asks to be signed, the key signs those bytes,
 * and the value is put into its place.  As a gain, every kind of key can sign: it sees bytes and
 * gives bytes.
 *
 * signing-certificate-v2 (RFC 5035) names the signer and each certificate of the chain, so that no
 * certificate of a signed file can be changed, added or taken away.  Everything but the signature
 * value follows from signer, chain and digest; the verifier uses that and builds the structure
 * again, to compare byte by byte. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/objects.h>
#include <string.h>

#define ATTRIBUTE_COUNT 3

void bd_crypto_cms_close(CMS_ContentInfo **cms) {
    CMS_ContentInfo_free(*cms);
}

static bool add_signing_certificate(CMS_SignerInfo *signer_info, X509 *signer,
                                    STACK_OF(X509) * issuers) {
    ESS_SIGNING_CERT_V2 *names =
        OSSL_ESS_signing_cert_v2_new_init(EVP_sha256(), signer, issuers, /*set_issuer_serial*/ 1);
    unsigned char *der = NULL;
    int count = names ? i2d_ESS_SIGNING_CERT_V2(names, &der) : -1;
    bool done =
        count > 0 && CMS_signed_add1_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificateV2,
                                                 V_ASN1_SEQUENCE, der, count) == 1;
    OPENSSL_free(der);
    ESS_SIGNING_CERT_V2_free(names);
    return done;
}

static bool add_attributes(CMS_SignerInfo *signer_info, X509 *signer, STACK_OF(X509) * issuers,
                           const uint8_t digest[32]) {
    return CMS_signed_add1_attr_by_NID(signer_info, NID_pkcs9_contentType, V_ASN1_OBJECT,
                                       OBJ_nid2obj(NID_pkcs7_data), -1) == 1 &&
           CMS_signed_add1_attr_by_NID(signer_info, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING,
                                       digest, 32) == 1 &&
           add_signing_certificate(signer_info, signer, issuers);
}

static bd_str encode_attribute(CMS_SignerInfo *signer_info, int index, bd_arena *arena) {
    X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer_info, index);
    int count = i2d_X509_ATTRIBUTE(attribute, NULL);
    BD_ASSERT(count > 0);
    unsigned char *der = bd_new(arena, unsigned char, count);
    unsigned char *at = der;
    BD_ASSERT(i2d_X509_ATTRIBUTE(attribute, &at) == count);
    return (bd_str){(const char *)der, (size_t)count};
}

static int compare_encodings(const void *context, const void *a, const void *b) {
    (void)context;
    return bd_str_cmp(*(const bd_str *)a, *(const bd_str *)b);
}

/* SET OF in DER: members in rising order of their encodings (X.690, 11.6). */
static bd_str encode_set(CMS_SignerInfo *signer_info, bd_arena *arena) {
    bd_str members[ATTRIBUTE_COUNT];
    size_t total = 0;
    BD_ASSERT(CMS_signed_get_attr_count(signer_info) == ATTRIBUTE_COUNT);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        members[i] = encode_attribute(signer_info, i, arena);
        total += members[i].size;
    }
    bd_sort(members, ATTRIBUTE_COUNT, sizeof(members[0]), compare_encodings, NULL);
    BD_ASSERT(total < 0xffff);
    char *der = bd_new(arena, char, total + 4);
    size_t at = 0;
    der[at++] = 0x31;
    if (total >= 0x80) {
        der[at++] = (char)(total > 0xff ? 0x82 : 0x81);
        if (total > 0xff) {
            der[at++] = (char)(total >> 8);
        }
    }
    der[at++] = (char)(total & 0xff);
    for (int i = 0; i < ATTRIBUTE_COUNT; i++) {
        memcpy(der + at, members[i].data, members[i].size);
        at += members[i].size;
    }
    return (bd_str){der, at};
}

bd_rc bd_crypto_cms_build(X509 *signer, STACK_OF(X509) * issuers, const uint8_t digest[32],
                          bd_arena *arena, CMS_ContentInfo **out, bd_str *tbs, bd_err *err) {
    ERR_clear_error();
    CMS_ContentInfo *cms =
        CMS_sign(NULL, NULL, issuers, NULL, CMS_PARTIAL | CMS_DETACHED | CMS_BINARY);
    CMS_SignerInfo *signer_info =
        cms ? CMS_add1_signer(cms, signer, X509_get0_pubkey(signer), EVP_sha256(),
                              CMS_PARTIAL | CMS_DETACHED | CMS_BINARY | CMS_NOSMIMECAP)
            : NULL;
    if (signer_info == NULL || !add_attributes(signer_info, signer, issuers, digest)) {
        CMS_ContentInfo_free(cms);
        return bd_crypto_raise(err, BD_ERR_INPUT, "cannot build a CMS signature", NULL);
    }
    *tbs = encode_set(signer_info, arena);
    *out = cms;
    return BD_OK;
}

static bool add_stamp(CMS_SignerInfo *signer_info, bd_str token) {
    return token.size == 0 ||
           CMS_unsigned_add1_attr_by_NID(signer_info, NID_id_smime_aa_timeStampToken,
                                         V_ASN1_SEQUENCE, token.data, (int)token.size) == 1;
}

bd_rc bd_crypto_cms_encode(CMS_ContentInfo *cms, const uint8_t *signature, size_t count,
                           bd_str token, bd_arena *arena, bd_str *der, bd_err *err) {
    CMS_SignerInfo *signer_info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    int size = -1;
    if (ASN1_STRING_set(CMS_SignerInfo_get0_signature(signer_info), signature, (int)count) == 1 &&
        add_stamp(signer_info, token)) {
        size = i2d_CMS_ContentInfo(cms, NULL);
    }
    if (size <= 0) {
        return bd_crypto_raise(err, BD_ERR_BUG, "cannot encode a CMS signature", NULL);
    }
    unsigned char *bytes = bd_new(arena, unsigned char, size);
    unsigned char *at = bytes;
    BD_ASSERT(i2d_CMS_ContentInfo(cms, &at) == size);
    *der = (bd_str){(const char *)bytes, (size_t)size};
    return BD_OK;
}

/* ---- one spelling for ECDSA ------------------------------------------------------------------ */

/* Replaces s by n - s when that is smaller; both verify, and only one of them may stand in a
 * file. */
static bool settle_value(ECDSA_SIG *value, const BIGNUM *order) {
    BIGNUM *other = BN_dup(ECDSA_SIG_get0_s(value));
    BIGNUM *r = BN_dup(ECDSA_SIG_get0_r(value));
    bool done = other && r && BN_sub(other, order, other) == 1;
    if (done && BN_cmp(other, ECDSA_SIG_get0_s(value)) < 0) {
        done = ECDSA_SIG_set0(value, r, other) == 1;
        if (done) {
            return true; /* r and other belong to value now */
        }
    }
    BN_free(other);
    BN_free(r);
    return done;
}

bool bd_crypto_signature_settle(const EVP_PKEY *key, uint8_t *signature, size_t *count) {
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC) {
        return true;
    }
    int curve = EVP_PKEY_get_bits(key) == 256 ? NID_X9_62_prime256v1 : NID_secp384r1;
    EC_GROUP *group = EC_GROUP_new_by_curve_name(curve);
    const unsigned char *in = signature;
    unsigned char *at = signature;
    ECDSA_SIG *value = d2i_ECDSA_SIG(NULL, &in, (long)*count);
    bool done = group && value && in == signature + *count &&
                settle_value(value, EC_GROUP_get0_order(group)) &&
                i2d_ECDSA_SIG(value, NULL) <= BD_CRYPTO_SIGNATURE_MAX;
    if (done) {
        *count = (size_t)i2d_ECDSA_SIG(value, &at);
    }
    ECDSA_SIG_free(value);
    EC_GROUP_free(group);
    ERR_clear_error();
    return done;
}

bd_rc bd_crypto_ecdsa_encode(uint8_t *signature, size_t *count, bd_err *err) {
    size_t half = *count / 2;
    if (*count % 2 != 0 || (half != 32 && half != 48)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the key gave a signature value of %zu bytes, expected r and s of 32 or 48 each",
                 *count);
    }
    ECDSA_SIG *value = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature, (int)half, NULL);
    BIGNUM *s = BN_bin2bn(signature + half, (int)half, NULL);
    unsigned char *at = signature;
    BD_ASSERT(value != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(value, r, s) == 1);
    int size = i2d_ECDSA_SIG(value, &at);
    ECDSA_SIG_free(value);
    BD_ASSERT(size > 0);
    *count = (size_t)size;
    return BD_OK;
}

/* ---- signing --------------------------------------------------------------------------------- */

/* A key that answers with somebody else's signature (a wrong slot, a stale handle) is caught by the
 * read-back: the finished structure is verified as a receiver would. */
static bd_rc check_signed(bd_str der, const uint8_t digest[32], bd_arena *arena, bd_err *err) {
    bd_cms_report report;
    bd_cms_judging judging = {.at = BD_INSTANT_NONE, .may_have_stamp = true};
    BD_TRY_CTX(bd_cms_judge(der, digest, &judging, arena, &report, err), err,
               "while reading back our own signature");
    if (!report.is_intact) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the key does not fit its certificate: its signature does not verify (%.*s)",
                 BD_ARG(report.reason));
    }
    if (report.has_stamp && !report.stamp.is_intact) {
        BD_RAISE(err, BD_ERR_BUG, "our own time-stamp does not verify: %.*s",
                 BD_ARG(report.stamp.reason));
    }
    return BD_OK;
}

bd_rc bd_cms_sign_stamped(bd_key *key, const uint8_t digest[32], const bd_cms_stamper *stamper,
                          bd_arena *arena, bd_str *der, bd_err *err) {
    BD_DEFER(bd_crypto_cms_close) CMS_ContentInfo *cms = NULL;
    uint8_t signature[BD_CRYPTO_SIGNATURE_MAX], imprint[32];
    size_t count = 0;
    bd_str tbs, made, token = {"", 0};
    BD_TRY(bd_crypto_cms_build(key->certificate, key->issuers, digest, arena, &cms, &tbs, err));
    BD_TRY(key->sign(key, tbs, signature, &count, err));
    if (!bd_crypto_signature_settle(X509_get0_pubkey(key->certificate), signature, &count)) {
        BD_RAISE(err, BD_ERR_INPUT, "the key gave a signature value that is not ECDSA");
    }
    if (stamper != NULL) {
        bd_sha256_of((bd_str){(const char *)signature, count}, imprint);
        BD_TRY(stamper->stamp(stamper->context, imprint, arena, &token, err));
    }
    BD_TRY(bd_crypto_cms_encode(cms, signature, count, token, arena, &made, err));
    BD_TRY(check_signed(made, digest, arena, err));
    *der = made;
    return BD_OK;
}

bd_rc bd_cms_sign(bd_key *key, const uint8_t digest[32], bd_arena *arena, bd_str *der,
                  bd_err *err) {
    return bd_cms_sign_stamped(key, digest, NULL, arena, der, err);
}

size_t bd_cms_size_bound(const bd_key *key) {
    static const uint8_t digest[32] = {0};
    uint8_t signature[BD_CRYPTO_SIGNATURE_MAX] = {0};
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("bound", 1u << 20);
    BD_DEFER(bd_crypto_cms_close) CMS_ContentInfo *cms = NULL;
    bd_str tbs, der;
    size_t count = (size_t)EVP_PKEY_get_size(X509_get0_pubkey(key->certificate));
    bd_rc rc = bd_crypto_cms_build(key->certificate, key->issuers, digest, arena, &cms, &tbs, NULL);
    BD_ASSERT(!bd_failed(rc));
    rc = bd_crypto_cms_encode(cms, signature, count, (bd_str){"", 0}, arena, &der, NULL);
    BD_ASSERT(!bd_failed(rc));
    return der.size;
}
