/* tsp.c - time-stamps of an authority (RFC 3161): the question, the answer, and what a token is worth.
 *
 * A token is a CMS SignedData over a TSTInfo, made by somebody else's software.  So our own narrow form cannot be
 * asked of it; what is asked: DER, one signer, no unsigned attribute, exactly the chain of the signer, each
 * certificate's own signature holding, a signing-certificate attribute that names the signer, allowed algorithms, and
 * a certificate for time-stamping alone (2.3).  An answer is the authority's only when it carries our nonce and our
 * imprint (2.4.2). */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/err.h>
#include <openssl/ess.h>
#include <openssl/objects.h>
#include <openssl/rand.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>
#include <string.h>

#define CLOCK_TOLERANCE (10 * 60 * BD_SECOND)

/* ---- the question ---------------------------------------------------------------------------- */

static bool fill_imprint(TS_REQ *request, const uint8_t imprint[32]) {
    TS_MSG_IMPRINT *value = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    uint8_t bytes[32];
    memcpy(bytes, imprint, sizeof bytes);
    bool done = value && algorithm &&
                X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                TS_MSG_IMPRINT_set_algo(value, algorithm) == 1 &&
                TS_MSG_IMPRINT_set_msg(value, bytes, sizeof bytes) == 1 &&
                TS_REQ_set_msg_imprint(request, value) == 1;
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(value);
    return done;
}

static bool fill_nonce(TS_REQ *request, const uint8_t nonce[8]) {
    ASN1_INTEGER *value = ASN1_INTEGER_new();
    uint64_t number = 0;
    for (int i = 0; i < 8; i++) {
        number = number << 8 | nonce[i];
    }
    bool done = value && ASN1_INTEGER_set_uint64(value, number) == 1 &&
                TS_REQ_set_nonce(request, value) == 1;
    ASN1_INTEGER_free(value);
    return done;
}

static bool fill_policy(TS_REQ *request, bd_str policy, bd_arena *arena) {
    if (policy.size == 0) {
        return true;
    }
    ASN1_OBJECT *object = OBJ_txt2obj(bd_str_z(arena, policy), /*no_name*/ 1);
    bool done = object && TS_REQ_set_policy_id(request, object) == 1;
    ASN1_OBJECT_free(object);
    return done;
}

bd_rc bd_tsp_request_make(const uint8_t imprint[32], bd_str policy, bd_arena *arena,
                          bd_tsp_request *out, bd_err *err) {
    bd_tsp_request made = {.policy = policy};
    memcpy(made.imprint, imprint, 32);
    ERR_clear_error();
    BD_ASSERT(RAND_bytes(made.nonce, sizeof made.nonce) == 1);
    made.nonce[0] = (uint8_t)((made.nonce[0] & 0x7f) | 0x40);
    TS_REQ *request = TS_REQ_new();
    bool done = request && TS_REQ_set_version(request, 1) == 1 && fill_imprint(request, imprint) &&
                fill_nonce(request, made.nonce) && fill_policy(request, policy, arena) &&
                TS_REQ_set_cert_req(request, 1) == 1;
    int size = done ? i2d_TS_REQ(request, NULL) : -1;
    if (size > 0) {
        unsigned char *bytes = bd_new(arena, unsigned char, size);
        unsigned char *at = bytes;
        BD_ASSERT(i2d_TS_REQ(request, &at) == size);
        made.der = (bd_str){(const char *)bytes, (size_t)size};
    }
    TS_REQ_free(request);
    if (size <= 0) {
        ERR_clear_error();
        BD_RAISE(err, BD_ERR_INPUT,
                 "cannot ask for a time-stamp: '%.*s' is no policy, expected an object identifier "
                 "such as 1.2.3.4",
                 BD_ARG(policy));
    }
    *out = made;
    return BD_OK;
}

/* ---- the token, opened ----------------------------------------------------------------------- */

typedef struct {
    CMS_ContentInfo *cms;
    CMS_SignerInfo *signer_info;
    TS_TST_INFO *facts;
    STACK_OF(X509) * pool;
    X509 *signer;
    STACK_OF(X509) * issuers;
} opened_token;

static void opened_token_close(opened_token *opened) {
    bd_crypto_certificates_close(&opened->pool);
    bd_crypto_certificates_close(&opened->issuers);
    X509_free(opened->signer);
    TS_TST_INFO_free(opened->facts);
    CMS_ContentInfo_free(opened->cms);
    ERR_clear_error();
}

static bd_rc read_facts(opened_token *opened, bd_err *err) {
    ASN1_OCTET_STRING **content = CMS_get0_content(opened->cms);
    if (OBJ_obj2nid(CMS_get0_eContentType(opened->cms)) != NID_id_smime_ct_TSTInfo ||
        content == NULL || *content == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp holds something else than a TSTInfo");
    }
    const unsigned char *at = ASN1_STRING_get0_data(*content);
    const unsigned char *end = at + ASN1_STRING_length(*content);
    bd_str der = {(const char *)at, (size_t)ASN1_STRING_length(*content)};
    BD_TRY_CTX(bd_crypto_der_check(der, err), err, "in the time-stamp's TSTInfo");
    opened->facts = d2i_TS_TST_INFO(NULL, &at, end - at);
    if (opened->facts == NULL || at != end || TS_TST_INFO_get_version(opened->facts) != 1) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "the time-stamp's TSTInfo cannot be read", NULL);
    }
    return BD_OK;
}

static bd_rc check_token_algorithms(CMS_SignerInfo *signer_info, bd_err *err) {
    static const int digests[] = {NID_sha256, NID_sha384, NID_sha512};
    static const int signatures[] = {NID_rsaEncryption,           NID_sha256WithRSAEncryption,
                                     NID_sha384WithRSAEncryption, NID_sha512WithRSAEncryption,
                                     NID_ecdsa_with_SHA256,       NID_ecdsa_with_SHA384,
                                     NID_ecdsa_with_SHA512};
    X509_ALGOR *digest = NULL, *signature = NULL;
    const ASN1_OBJECT *object = NULL;
    bool is_digest = false, is_signature = false;
    CMS_SignerInfo_get0_algs(signer_info, NULL, NULL, &digest, &signature);
    X509_ALGOR_get0(&object, NULL, NULL, digest);
    for (size_t i = 0; i < BD_COUNT(digests); i++) {
        is_digest = is_digest || OBJ_obj2nid(object) == digests[i];
    }
    X509_ALGOR_get0(&object, NULL, NULL, signature);
    for (size_t i = 0; i < BD_COUNT(signatures); i++) {
        is_signature = is_signature || OBJ_obj2nid(object) == signatures[i];
    }
    if (!is_digest || !is_signature) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the time-stamp is signed with an algorithm that is not allowed, expected SHA-256, "
                 "SHA-384 or SHA-512 with RSA or ECDSA");
    }
    return BD_OK;
}

static bd_rc take_authority(opened_token *opened, bd_arena *arena, bd_err *err) {
    opened->pool = CMS_get1_certs(opened->cms);
    int count = opened->pool ? sk_X509_num(opened->pool) : 0;
    if (count < 1 || count > BD_CRYPTO_CHAIN_MAX) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp carries %d certificates, expected 1 to %d",
                 count, BD_CRYPTO_CHAIN_MAX);
    }
    for (int i = 0; i < count && opened->signer == NULL; i++) {
        if (CMS_SignerInfo_cert_cmp(opened->signer_info, sk_X509_value(opened->pool, i)) == 0) {
            opened->signer = sk_X509_delete(opened->pool, i);
        }
    }
    if (opened->signer == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp does not carry its authority's certificate");
    }
    BD_TRY(bd_crypto_certificate_check(opened->signer, arena, err));
    for (int i = 0; i < sk_X509_num(opened->pool); i++) {
        BD_TRY(bd_crypto_certificate_check(sk_X509_value(opened->pool, i), arena, err));
    }
    return bd_crypto_chain_order(opened->signer, opened->pool, arena, &opened->issuers, err);
}

static bd_rc open_token(bd_str der, bd_arena *arena, opened_token *opened, bd_err *err) {
    const unsigned char *at = (const unsigned char *)der.data;
    BD_TRY(bd_crypto_cms_peek(der, err));
    ERR_clear_error();
    opened->cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
    if (opened->cms == NULL || at != (const unsigned char *)der.data + der.size) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "not a time-stamp", NULL);
    }
    STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(opened->cms);
    int count = signers ? sk_CMS_SignerInfo_num(signers) : 0;
    if (count != 1) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp has %d signers, expected exactly 1", count);
    }
    opened->signer_info = sk_CMS_SignerInfo_value(signers, 0);
    if (CMS_unsigned_get_attr_count(opened->signer_info) > 0) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp has an unsigned attribute, expected none");
    }
    BD_TRY(check_token_algorithms(opened->signer_info, err));
    BD_TRY(read_facts(opened, err));
    return take_authority(opened, arena, err);
}

/* ---- what it is worth ------------------------------------------------------------------------ */

static bool has_imprint(const opened_token *opened, const uint8_t imprint[32]) {
    TS_MSG_IMPRINT *value = TS_TST_INFO_get_msg_imprint(opened->facts);
    const ASN1_OBJECT *algorithm = NULL;
    X509_ALGOR_get0(&algorithm, NULL, NULL, TS_MSG_IMPRINT_get_algo(value));
    const ASN1_OCTET_STRING *bytes = TS_MSG_IMPRINT_get_msg(value);
    return OBJ_obj2nid(algorithm) == NID_sha256 && ASN1_STRING_length(bytes) == 32 &&
           memcmp(ASN1_STRING_get0_data(bytes), imprint, 32) == 0;
}

static ESS_SIGNING_CERT_V2 *find_names_v2(CMS_SignerInfo *signer_info) {
    const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(
        signer_info, OBJ_nid2obj(NID_id_smime_aa_signingCertificateV2), -3, V_ASN1_SEQUENCE);
    const unsigned char *at = value ? ASN1_STRING_get0_data(value) : NULL;
    return at ? d2i_ESS_SIGNING_CERT_V2(NULL, &at, ASN1_STRING_length(value)) : NULL;
}

static ESS_SIGNING_CERT *find_names(CMS_SignerInfo *signer_info) {
    const ASN1_STRING *value = CMS_signed_get0_data_by_OBJ(
        signer_info, OBJ_nid2obj(NID_id_smime_aa_signingCertificate), -3, V_ASN1_SEQUENCE);
    const unsigned char *at = value ? ASN1_STRING_get0_data(value) : NULL;
    return at ? d2i_ESS_SIGNING_CERT(NULL, &at, ASN1_STRING_length(value)) : NULL;
}

/* The attribute (RFC 5035, or the older one of RFC 2634) names the signer first. */
static bool names_signer(const opened_token *opened) {
    STACK_OF(X509) *chain = sk_X509_new_null();
    bool done = chain && sk_X509_push(chain, opened->signer) > 0;
    for (int i = 0; done && i < sk_X509_num(opened->issuers); i++) {
        done = sk_X509_push(chain, sk_X509_value(opened->issuers, i)) > 0;
    }
    ESS_SIGNING_CERT *old = find_names(opened->signer_info);
    ESS_SIGNING_CERT_V2 *names = find_names_v2(opened->signer_info);
    /* Names of certificates that were not sent along are no fault: the signer's own comes first. */
    done = done && (old != NULL || names != NULL) &&
           OSSL_ESS_check_signing_certs(old, names, chain, /*require_signing_cert*/ 1) > 0;
    ESS_SIGNING_CERT_free(old);
    ESS_SIGNING_CERT_V2_free(names);
    sk_X509_free(chain);
    ERR_clear_error();
    return done;
}

static bool check_token_value(const opened_token *opened) {
    STACK_OF(X509) *certificates = sk_X509_new_null();
    bool holds = certificates && sk_X509_push(certificates, opened->signer) > 0 &&
                 CMS_verify(opened->cms, certificates, NULL, NULL, NULL,
                            CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY | CMS_NOINTERN) == 1;
    sk_X509_free(certificates);
    ERR_clear_error();
    return holds;
}

/* Each certificate of the token is signed by the next, a self-signed last one by itself: so none of their bits is
 * free, whoever trusts them or not. */
static bool are_links_whole(const opened_token *opened) {
    X509 *subject = opened->signer;
    int count = sk_X509_num(opened->issuers);
    bool holds = true;
    for (int i = 0; i <= count && holds; i++) {
        X509 *issuer = i < count ? sk_X509_value(opened->issuers, i) : subject;
        if (i < count || X509_self_signed(subject, 0) == 1) {
            holds = X509_verify(subject, X509_get0_pubkey(issuer)) == 1;
        }
        subject = issuer;
    }
    ERR_clear_error();
    return holds;
}

static bd_str describe_policy(const opened_token *opened, bd_arena *arena) {
    char room[128] = "";
    OBJ_obj2txt(room, sizeof room, TS_TST_INFO_get_policy_id(opened->facts), /*no_name*/ 1);
    return bd_str_copy(arena, bd_str_of(room));
}

static bd_rc judge_trust(const opened_token *opened, bd_str trust_pem, bd_arena *arena,
                         bd_tsp_report *report, bd_err *err) {
    bd_crypto_trust trust = {.trust_pem = trust_pem,
                             .at = report->time,
                             .purpose = X509_PURPOSE_TIMESTAMP_SIGN,
                             .who = BD_STR("the time-stamp authority")};
    return bd_crypto_trust_check(opened->signer, opened->issuers, &trust, arena,
                                 &report->is_trusted, &report->reason, err);
}

static bd_str find_fault(const opened_token *opened, const uint8_t imprint[32], bd_arena *arena) {
    if (!has_imprint(opened, imprint)) {
        return BD_STR("the time-stamp is of something else: its imprint is not that of these bytes");
    }
    if (!check_token_value(opened)) {
        return BD_STR("the time-stamp's signature does not verify with its authority's key");
    }
    if (!names_signer(opened)) {
        return BD_STR("the time-stamp does not name the certificate that signed it");
    }
    if (X509_check_purpose(opened->signer, X509_PURPOSE_TIMESTAMP_SIGN, 0) != 1) {
        bd_certificate_facts facts;
        bd_crypto_certificate_describe(opened->signer, arena, &facts);
        return bd_str_format(arena,
                             "the certificate '%.*s' of the time-stamp is not for time-stamping alone",
                             BD_ARG(facts.subject));
    }
    if (!are_links_whole(opened)) {
        return BD_STR("a certificate of the time-stamp is not signed by the next one of its chain");
    }
    return (bd_str){"", 0};
}

static bd_rc judge_token(const opened_token *opened, const uint8_t imprint[32], bd_str trust_pem,
                         bd_arena *arena, bd_tsp_report *report, bd_err *err) {
    bd_crypto_certificate_describe(opened->signer, arena, &report->authority);
    report->time = bd_crypto_time_read(TS_TST_INFO_get_time(opened->facts));
    report->policy = describe_policy(opened, arena);
    report->chain_pem = bd_crypto_chain_pem(opened->signer, opened->issuers, arena);
    if (report->time == BD_INSTANT_NONE) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp's time cannot be read");
    }
    report->reason = find_fault(opened, imprint, arena);
    if (report->reason.size > 0) {
        return BD_OK;
    }
    report->is_intact = true;
    return judge_trust(opened, trust_pem, arena, report, err);
}

bd_rc bd_tsp_verify(bd_str token, const uint8_t imprint[32], bd_str trust_pem, bd_arena *arena,
                    bd_tsp_report *out, bd_err *err) {
    BD_DEFER(opened_token_close) opened_token opened = {0};
    bd_tsp_report report = {0};
    BD_TRY(open_token(token, arena, &opened, err));
    BD_TRY(judge_token(&opened, imprint, trust_pem, arena, &report, err));
    *out = report;
    return BD_OK;
}

/* ---- the answer ------------------------------------------------------------------------------ */

static const char *const failure_words[] = {
    [0] = "the algorithm is not recognised",
    [2] = "the transaction is not permitted",
    [5] = "the data has the wrong format",
    [14] = "its time source is not available",
    [15] = "the policy is not supported",
    [16] = "an extension is not supported",
    [17] = "additional information is not available",
    [25] = "the system failed",
};

static bd_rc raise_rejected(const TS_STATUS_INFO *status, long code, bd_arena *arena, bd_err *err) {
    const ASN1_BIT_STRING *failures = TS_STATUS_INFO_get0_failure_info(status);
    const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(status);
    const char *why = "no reason given";
    for (int i = 0; failures != NULL && i < (int)BD_COUNT(failure_words); i++) {
        if (failure_words[i] != NULL && ASN1_BIT_STRING_get_bit(failures, i)) {
            why = failure_words[i];
        }
    }
    bd_str said = {"", 0};
    if (texts != NULL && sk_ASN1_UTF8STRING_num(texts) > 0) {
        const ASN1_UTF8STRING *text = sk_ASN1_UTF8STRING_value(texts, 0);
        said = bd_str_visible(arena, (bd_str){(const char *)ASN1_STRING_get0_data(text),
                                              (size_t)ASN1_STRING_length(text)});
    }
    BD_RAISE(err, BD_ERR_INPUT, "the authority rejected the request (status %ld): %s%s%.*s", code,
             why, said.size > 0 ? ", " : "", BD_ARG(bd_str_sub(said, 0, 120)));
}

/* TimeStampResp ::= SEQUENCE { status PKIStatusInfo, timeStampToken ContentInfo OPTIONAL } (2.4.2). */
static bd_rc split_reply(bd_str reply, bd_arena *arena, bd_str *token, bd_err *err) {
    BD_TRY_CTX(bd_crypto_der_check(reply, err), err, "the answer is no time-stamp");
    const unsigned char *at = (const unsigned char *)reply.data;
    const unsigned char *end = at + reply.size;
    long length = 0;
    int tag = 0, class = 0;
    if (ASN1_get_object(&at, &length, &tag, &class, end - at) != V_ASN1_CONSTRUCTED ||
        tag != V_ASN1_SEQUENCE) {
        BD_RAISE(err, BD_ERR_INPUT, "the answer is no time-stamp: it is no sequence");
    }
    TS_STATUS_INFO *status = d2i_TS_STATUS_INFO(NULL, &at, end - at);
    if (status == NULL) {
        return bd_crypto_raise(err, BD_ERR_INPUT, "the answer is no time-stamp", NULL);
    }
    long code = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(status));
    bd_rc rc = code == 0 || code == 1 ? BD_OK : raise_rejected(status, code, arena, err);
    TS_STATUS_INFO_free(status);
    ERR_clear_error();
    BD_TRY(rc);
    if (at == end) {
        BD_RAISE(err, BD_ERR_INPUT, "the authority granted the request and sent no time-stamp");
    }
    *token = (bd_str){(const char *)at, (size_t)(end - at)};
    return BD_OK;
}

static bool has_nonce(const opened_token *opened, const uint8_t nonce[8]) {
    const ASN1_INTEGER *value = TS_TST_INFO_get_nonce(opened->facts);
    uint64_t found = 0, wanted = 0;
    for (int i = 0; i < 8; i++) {
        wanted = wanted << 8 | nonce[i];
    }
    return value != NULL && ASN1_INTEGER_get_uint64(&found, value) == 1 && found == wanted;
}

static bd_rc check_answer(const opened_token *opened, const bd_tsp_request *request,
                          const bd_tsp_report *report, bd_instant now, bd_arena *arena,
                          bd_err *err) {
    if (!has_nonce(opened, request->nonce)) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the time-stamp does not carry the nonce that was asked with: it answers another "
                 "request");
    }
    if (request->policy.size > 0 && !bd_str_eq(report->policy, request->policy)) {
        BD_RAISE(err, BD_ERR_INPUT, "the time-stamp is given under policy %.*s, expected %.*s",
                 BD_ARG(report->policy), BD_ARG(request->policy));
    }
    bool is_far = now != BD_INSTANT_NONE &&
                  (report->time > now + CLOCK_TOLERANCE || report->time < now - CLOCK_TOLERANCE);
    if (is_far) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the time-stamp says %.*s, this machine's clock %.*s: more than 10 minutes apart",
                 BD_ARG(bd_instant_format(arena, report->time)),
                 BD_ARG(bd_instant_format(arena, now)));
    }
    return BD_OK;
}

bd_rc bd_tsp_reply_read(bd_str reply, const bd_tsp_request *request, bd_str trust_pem,
                        bd_instant now, bd_arena *arena, bd_str *token, bd_tsp_report *report,
                        bd_err *err) {
    BD_DEFER(opened_token_close) opened_token opened = {0};
    bd_str der;
    *report = (bd_tsp_report){0};
    BD_TRY(split_reply(reply, arena, &der, err));
    BD_TRY(open_token(der, arena, &opened, err));
    BD_TRY(judge_token(&opened, request->imprint, trust_pem, arena, report, err));
    if (!report->is_intact || (trust_pem.size > 0 && !report->is_trusted)) {
        BD_RAISE(err, BD_ERR_INPUT, "%.*s", BD_ARG(report->reason));
    }
    BD_TRY(check_answer(&opened, request, report, now, arena, err));
    *token = bd_str_copy(arena, der);
    return BD_OK;
}

/* ---- a token as a file ------------------------------------------------------------------------ */

/* The reply of a granted request in its shortest form: status 0, no words, the token.  So a file has one spelling,
 * and `openssl ts -verify -in` reads it. */
static const char granted[] = "\x30\x03\x02\x01\x00";

bd_str bd_tsp_file_make(bd_str token, bd_arena *arena) {
    size_t length = token.size + 5;
    BD_ASSERT(length > 0xff && length <= 0xffff);
    char *bytes = bd_new(arena, char, length + 4);
    bytes[0] = 0x30;
    bytes[1] = (char)0x82;
    bytes[2] = (char)(length >> 8);
    bytes[3] = (char)(length & 0xff);
    memcpy(bytes + 4, granted, 5);
    memcpy(bytes + 9, token.data, token.size);
    return (bd_str){bytes, length + 4};
}

bd_rc bd_tsp_file_read(bd_str text, bd_str *token, bd_err *err) {
    const uint8_t *bytes = (const uint8_t *)text.data;
    bool is_ours = text.size > 9 && bytes[0] == 0x30 && bytes[1] == 0x82 &&
                   (size_t)bytes[2] * 256 + bytes[3] == text.size - 4 &&
                   memcmp(bytes + 4, granted, 5) == 0;
    if (!is_ours) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "not a time-stamp reply in its shortest form: status granted, no words, one token");
    }
    *token = bd_str_sub(text, 9, text.size);
    return BD_OK;
}
