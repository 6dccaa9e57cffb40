/* cms_verify.c - judges a detached CMS signature by our profile.
 *
 * Three gates, in this order.  Shape: at most 64 KiB of DER, SignedData, one signer, allowed
 * algorithms, no part that we do not write; what breaks the shape cannot be judged and is INPUT.
 * Sameness: signer, chain and digest are read out, the structure is built again by the code that
 * signs, and the two must agree in every byte: so no bit outside the signature value is free, and
 * signing-certificate-v2 is checked for each certificate by being rebuilt.  Truth: digest,
 * signature value, chain; what fails here is a verdict and not an error. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/err.h>
#include <openssl/objects.h>
#include <string.h>

typedef struct {
    CMS_ContentInfo *cms;
    CMS_SignerInfo *signer_info;
    STACK_OF(X509) * pool; /* certificates of the CMS but the signer */
    X509 *signer;
    STACK_OF(X509) * issuers; /* pool in order */
    uint8_t digest[32];       /* the message-digest attribute */
    bool may_have_stamp;
    bd_str token; /* the time-stamp, in the CMS; empty: none */
} opened_cms;

static void opened_cms_close(opened_cms *opened) {
    bd_crypto_certificates_close(&opened->pool);
    bd_crypto_certificates_close(&opened->issuers);
    X509_free(opened->signer);
    CMS_ContentInfo_free(opened->cms);
    ERR_clear_error();
}

static const char *name_object(const ASN1_OBJECT *object, char room[80]) {
    int nid = OBJ_obj2nid(object);
    if (nid != NID_undef) {
        return OBJ_nid2sn(nid);
    }
    OBJ_obj2txt(room, 80, object, 1);
    return room;
}

/* ---- shape ----------------------------------------------------------------------------------- */

/* ContentInfo must be SignedData before OpenSSL sees it: its other content types are code we never
 * need. */
bd_rc bd_crypto_cms_peek(bd_str der, bd_err *err) {
    static const char signed_data[] = "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02";
    size_t header = 2;
    if (der.size > BD_CRYPTO_CMS_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "a signature of %zu bytes, expected at most %u", der.size,
                 BD_CRYPTO_CMS_MAX);
    }
    BD_TRY(bd_crypto_der_check(der, err));
    if (der.size > 1 && ((uint8_t)der.data[1] & 0x80) != 0) {
        header += (uint8_t)der.data[1] & 0x7fu;
    }
    bd_str rest = bd_str_sub(der, header, der.size);
    if (der.data[0] != 0x30 || !bd_str_has_prefix(rest, BD_STR(signed_data))) {
        BD_RAISE(err, BD_ERR_INPUT, "not a CMS signature: the content type is not signedData");
    }
    return BD_OK;
}

static bd_rc check_content(CMS_ContentInfo *cms, bd_err *err) {
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed ||
        OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the CMS does not sign plain data, expected signedData over data");
    }
    if (CMS_is_detached(cms) != 1) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the CMS carries content of its own, expected a detached signature");
    }
    STACK_OF(X509_CRL) *crls = CMS_get1_crls(cms);
    if (crls != NULL) {
        sk_X509_CRL_pop_free(crls, X509_CRL_free);
        BD_RAISE(err, BD_ERR_INPUT, "the CMS carries revocation lists, expected none");
    }
    return BD_OK;
}

static bd_rc check_algorithms(CMS_SignerInfo *signer_info, bd_err *err) {
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *object = NULL;
    char room[80];
    CMS_SignerInfo_get0_algs(signer_info, NULL, NULL, &digest, &signature);
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    if (OBJ_obj2nid(object) != NID_sha256) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS uses the digest %s, expected SHA256",
                 name_object(object, room));
    }
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    int nid = OBJ_obj2nid(object);
    if (nid != NID_rsaEncryption && nid != NID_ecdsa_with_SHA256) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the CMS uses the signature algorithm %s, expected rsaEncryption or "
                 "ecdsa-with-SHA256",
                 name_object(object, room));
    }
    return BD_OK;
}

/* The one unsigned attribute there may be: the time-stamp of the signature value (ETSI EN 319 122-1, 5.3). */
static bd_rc take_stamp(opened_cms *opened, bd_err *err) {
    int count = CMS_unsigned_get_attr_count(opened->signer_info);
    if (count <= 0) {
        return BD_OK;
    }
    if (!opened->may_have_stamp) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS has an unsigned attribute, expected none");
    }
    X509_ATTRIBUTE *attribute = CMS_unsigned_get_attr(opened->signer_info, 0);
    const ASN1_STRING *value =
        X509_ATTRIBUTE_count(attribute) == 1
            ? X509_ATTRIBUTE_get0_data(attribute, 0, V_ASN1_SEQUENCE, NULL)
            : NULL;
    if (count != 1 || value == NULL ||
        OBJ_obj2nid(X509_ATTRIBUTE_get0_object(attribute)) != NID_id_smime_aa_timeStampToken) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the CMS has an unsigned attribute that is not one time-stamp of the signature");
    }
    opened->token =
        (bd_str){(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    return BD_OK;
}

static bd_rc check_attributes(CMS_SignerInfo *signer_info, bd_err *err) {
    static const int expected[] = {NID_pkcs9_contentType, NID_pkcs9_messageDigest,
                                   NID_id_smime_aa_signingCertificateV2};
    char room[80];
    for (size_t i = 0; i < BD_COUNT(expected); i++) {
        int at = CMS_signed_get_attr_by_NID(signer_info, expected[i], -1);
        if (at < 0) {
            BD_RAISE(err, BD_ERR_INPUT, "the CMS lacks the signed attribute %s",
                     OBJ_nid2sn(expected[i]));
        }
        if (CMS_signed_get_attr_by_NID(signer_info, expected[i], at) >= 0) {
            BD_RAISE(err, BD_ERR_INPUT, "the CMS has the signed attribute %s twice",
                     OBJ_nid2sn(expected[i]));
        }
    }
    for (int i = 0; i < CMS_signed_get_attr_count(signer_info); i++) {
        X509_ATTRIBUTE *attribute = CMS_signed_get_attr(signer_info, i);
        const ASN1_OBJECT *object = X509_ATTRIBUTE_get0_object(attribute);
        int nid = OBJ_obj2nid(object);
        if (nid != expected[0] && nid != expected[1] && nid != expected[2]) {
            BD_RAISE(err, BD_ERR_INPUT,
                     "the CMS has the signed attribute %s, expected content type, message digest "
                     "and signing certificate only",
                     name_object(object, room));
        }
    }
    return BD_OK;
}

static bd_rc read_digest(opened_cms *opened, bd_err *err) {
    ASN1_OCTET_STRING *value = CMS_signed_get0_data_by_OBJ(
        opened->signer_info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);
    if (value == NULL || ASN1_STRING_length(value) != 32) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS has no message digest of 32 bytes");
    }
    memcpy(opened->digest, ASN1_STRING_get0_data(value), 32);
    return BD_OK;
}

/* ---- signer and chain ------------------------------------------------------------------------ */

static bd_rc take_signer(opened_cms *opened, bd_err *err) {
    STACK_OF(X509) *pool = opened->pool;
    for (int i = 0; i < sk_X509_num(pool); i++) {
        if (CMS_SignerInfo_cert_cmp(opened->signer_info, sk_X509_value(pool, i)) == 0) {
            opened->signer = sk_X509_delete(pool, i);
            return BD_OK;
        }
    }
    BD_RAISE(err, BD_ERR_INPUT, "the CMS does not carry its signer's certificate");
}

static bd_rc read_certificates(opened_cms *opened, bd_arena *arena, bd_err *err) {
    opened->pool = CMS_get1_certs(opened->cms);
    int count = opened->pool ? sk_X509_num(opened->pool) : 0;
    if (count < 1 || count > BD_CRYPTO_CHAIN_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS carries %d certificates, expected 1 to %d", count,
                 BD_CRYPTO_CHAIN_MAX);
    }
    BD_TRY(take_signer(opened, err));
    BD_TRY(bd_crypto_certificate_check(opened->signer, arena, err));
    for (int i = 0; i < sk_X509_num(opened->pool); i++) {
        BD_TRY(bd_crypto_certificate_check(sk_X509_value(opened->pool, i), arena, err));
    }
    return bd_crypto_chain_order(opened->signer, opened->pool, arena, &opened->issuers, err);
}

static bd_rc open_cms(bd_str der, bd_arena *arena, opened_cms *opened, bd_err *err) {
    const unsigned char *at = (const unsigned char *)der.data;
    BD_TRY(bd_crypto_cms_peek(der, err));
    ERR_clear_error();
    opened->cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
    if (opened->cms == NULL || at != (const unsigned char *)der.data + der.size) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "not a CMS signature", NULL);
    }
    BD_TRY(check_content(opened->cms, err));
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(opened->cms);
    int count = signers ? sk_CMS_SignerInfo_num(signers) : 0;
    if (count != 1) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS has %d signers, expected exactly 1", count);
    }
    opened->signer_info = sk_CMS_SignerInfo_value(signers, 0);
    BD_TRY(check_algorithms(opened->signer_info, err));
    BD_TRY(take_stamp(opened, err));
    BD_TRY(check_attributes(opened->signer_info, err));
    BD_TRY(read_digest(opened, err));
    return read_certificates(opened, arena, err);
}

/* ---- sameness -------------------------------------------------------------------------------- */

static bd_str find_signing_certificate(CMS_ContentInfo *cms) {
    CMS_SignerInfo *signer_info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(
        signer_info, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE);
    if (value == NULL) {
        return (bd_str){0};
    }
    return (bd_str){(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
}

static size_t find_difference(bd_str a, bd_str b) {
    size_t at = 0;
    while (at < a.size && at < b.size && a.data[at] == b.data[at]) {
        at++;
    }
    return at;
}

static bd_rc check_sameness(const opened_cms *opened, bd_str der, bd_arena *arena, bd_err *err) {
    BD_DEFER(bd_crypto_cms_close) CMS_ContentInfo *again = NULL;
    bd_str tbs, encoded;
    BD_TRY(bd_crypto_cms_build(opened->signer, opened->issuers, opened->digest, arena, &again, &tbs,
                               err));
    if (!bd_str_eq(find_signing_certificate(opened->cms), find_signing_certificate(again))) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "signing-certificate-v2 of the CMS does not name exactly the signer and the "
                 "certificates of its chain");
    }
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(opened->signer_info);
    size_t count = (size_t)ASN1_STRING_length(value);
    if (count == 0 || count > BD_CRYPTO_SIGNATURE_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the CMS has a signature value of %zu bytes", count);
    }
    uint8_t settled[BD_CRYPTO_SIGNATURE_MAX];
    memcpy(settled, ASN1_STRING_get0_data(value), count);
    /* A value that is no ECDSA at all stays as it is: it does not verify, and that is the better
     * sentence. */
    if (!bd_crypto_signature_settle(X509_get0_pubkey(opened->signer), settled, &count)) {
        count = (size_t)ASN1_STRING_length(value);
    }
    BD_TRY(bd_crypto_cms_encode(again, settled, count, opened->token, arena, &encoded, err));
    if (!bd_str_eq(encoded, der)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the CMS is not in the one form of our profile: it differs at byte %zu",
                 find_difference(encoded, der));
    }
    return BD_OK;
}

/* ---- truth ----------------------------------------------------------------------------------- */

static bool check_value(const opened_cms *opened) {
    CMS_SignerInfo_set1_signer_cert(opened->signer_info, opened->signer);
    bool holds = CMS_SignerInfo_verify(opened->signer_info) == 1;
    ERR_clear_error();
    return holds;
}

static bd_rc judge_stamp(const opened_cms *opened, const bd_cms_judging *judging, bd_arena *arena,
                         bd_cms_report *report, bd_err *err) {
    if (opened->token.size == 0) {
        return BD_OK;
    }
    const ASN1_OCTET_STRING *value = CMS_SignerInfo_get0_signature(opened->signer_info);
    bd_str bytes = {(const char *)ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    uint8_t imprint[32];
    bd_sha256_of(bytes, imprint);
    report->has_stamp = true;
    BD_TRY_CTX(bd_tsp_verify(opened->token, imprint, judging->trust_pem, arena, &report->stamp, err),
               err, "in the time-stamp of the signature");
    report->stamp.token = bd_str_copy(arena, opened->token);
    return BD_OK;
}

/* With a time-stamp that the caller trusts the signature was there at its time, and that is the time that counts. */
static bd_rc check_trust(const opened_cms *opened, const bd_cms_judging *judging, bd_arena *arena,
                         bd_cms_report *report, bd_err *err) {
    bool is_dated = report->has_stamp && report->stamp.is_intact && report->stamp.is_trusted;
    bd_instant at = is_dated ? report->stamp.time : judging->at;
    const bd_certificate_facts *signer = &report->signer;
    report->judged_at = at;
    report->is_time_bad =
        at != BD_INSTANT_NONE && (at < signer->not_before || at > signer->not_after);
    bd_crypto_trust trust = {
        .trust_pem = judging->trust_pem, .at = at, .who = BD_STR("the signer")};
    return bd_crypto_trust_check(opened->signer, opened->issuers, &trust, arena,
                                 &report->is_trusted, &report->reason, err);
}

static bd_rc judge(const opened_cms *opened, const uint8_t digest[32],
                   const bd_cms_judging *judging, bd_arena *arena, bd_cms_report *report,
                   bd_err *err) {
    bd_crypto_certificate_describe(opened->signer, arena, &report->signer);
    report->chain_pem = bd_crypto_chain_pem(opened->signer, opened->issuers, arena);
    BD_TRY(judge_stamp(opened, judging, arena, report, err));
    if (memcmp(opened->digest, digest, 32) != 0) {
        report->reason = BD_STR("the signed digest is not the digest of the content");
        return BD_OK;
    }
    report->is_intact = check_value(opened);
    if (!report->is_intact) {
        report->reason = BD_STR("the signature value does not verify with the signer's key");
        return BD_OK;
    }
    return check_trust(opened, judging, arena, report, err);
}

bd_rc bd_cms_judge(bd_str der, const uint8_t digest[32], const bd_cms_judging *judging,
                   bd_arena *arena, bd_cms_report *out, bd_err *err) {
    BD_DEFER(opened_cms_close) opened_cms opened = {.may_have_stamp = judging->may_have_stamp};
    bd_cms_report report = {.judged_at = BD_INSTANT_NONE};
    BD_TRY(open_cms(der, arena, &opened, err));
    BD_TRY(check_sameness(&opened, der, arena, err));
    BD_TRY(judge(&opened, digest, judging, arena, &report, err));
    *out = report;
    return BD_OK;
}

bd_rc bd_cms_verify(bd_str der, const uint8_t digest[32], bd_str trust_pem, bd_instant at,
                    bd_arena *arena, bd_cms_report *out, bd_err *err) {
    bd_cms_judging judging = {.trust_pem = trust_pem, .at = at};
    return bd_cms_judge(der, digest, &judging, arena, out, err);
}
