/* revocation.c - was a certificate revoked, by what lists and answers say that are at hand?
 *
 * Nothing is fetched here.  A list counts when its issuer is the certificate's and signed it; an answer (OCSP, RFC
 * 6960) when the issuer signed it, or somebody the issuer certified for answering.  Each certificate of a chain but a
 * self-signed one must be shown good by one of them; where one says revoked, no other can unsay it.  A revocation
 * after the time that is judged does not reach back, unless the key itself was lost. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define OTHERS_MAX 1000
#define PLACES_MAX 4

/* ---- bytes ------------------------------------------------------------------------------------ */

static bd_str keep(bd_arena *arena, unsigned char *der, int count) {
    bd_str out = bd_str_copy(arena, (bd_str){(const char *)der, count > 0 ? (size_t)count : 0});
    OPENSSL_free(der);
    return out;
}

static bd_str encode_certificate(bd_arena *arena, X509 *certificate) {
    unsigned char *der = NULL;
    int count = i2d_X509(certificate, &der);
    return keep(arena, der, count);
}

bd_rc bd_certificates_der(bd_str pem, bd_arena *arena, bd_strs *out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *list = NULL;
    BD_TRY(bd_crypto_certificates_parse(pem, OTHERS_MAX, &list, err));
    for (int i = 0; i < sk_X509_num(list); i++) {
        bd_str der = encode_certificate(arena, sk_X509_value(list, i));
        bool is_known = false;
        for (size_t j = 0; j < out->count; j++) {
            is_known = is_known || bd_str_eq(out->data[j], der);
        }
        if (!is_known) {
            *bd_push(arena, out) = der;
        }
    }
    return BD_OK;
}

bd_str bd_certificates_pem(const bd_strs *ders, bd_arena *arena) {
    BD_DEFER(bd_crypto_bio_close) BIO *bio = BIO_new(BIO_s_mem());
    BD_ASSERT(bio != NULL);
    for (size_t i = 0; i < ders->count; i++) {
        const unsigned char *at = (const unsigned char *)ders->data[i].data;
        X509 *certificate = d2i_X509(NULL, &at, (long)ders->data[i].size);
        if (certificate != NULL) {
            PEM_write_bio_X509(bio, certificate);
        }
        X509_free(certificate);
    }
    ERR_clear_error();
    char *data = NULL;
    long count = BIO_get_mem_data(bio, &data);
    return bd_str_copy(arena, (bd_str){data, count > 0 ? (size_t)count : 0});
}

static X509_CRL *parse_crl(bd_str bytes) {
    const unsigned char *at = (const unsigned char *)bytes.data;
    X509_CRL *crl = NULL;
    if (bd_str_has_prefix(bytes, BD_STR("-----BEGIN"))) {
        BIO *bio = BIO_new_mem_buf(bytes.data, (int)bytes.size);
        crl = bio ? PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL) : NULL;
        BIO_free_all(bio);
    } else {
        crl = d2i_X509_CRL(NULL, &at, (long)bytes.size);
    }
    ERR_clear_error();
    return crl;
}

static OCSP_RESPONSE *parse_answer(bd_str bytes) {
    const unsigned char *at = (const unsigned char *)bytes.data;
    OCSP_RESPONSE *answer = d2i_OCSP_RESPONSE(NULL, &at, (long)bytes.size);
    if (answer != NULL && OCSP_response_status(answer) != OCSP_RESPONSE_STATUS_SUCCESSFUL) {
        OCSP_RESPONSE_free(answer);
        answer = NULL;
    }
    ERR_clear_error();
    return answer;
}

bd_rc bd_revocation_add(bd_str bytes, bd_arena *arena, bd_revocations *out, bd_err *err) {
    X509_CRL *crl = parse_crl(bytes);
    if (crl != NULL) {
        unsigned char *der = NULL;
        int count = i2d_X509_CRL(crl, &der);
        *bd_push(arena, &out->crls) = keep(arena, der, count);
        X509_CRL_free(crl);
        return BD_OK;
    }
    OCSP_RESPONSE *answer = parse_answer(bytes);
    if (answer != NULL) {
        unsigned char *der = NULL;
        int count = i2d_OCSP_RESPONSE(answer, &der);
        *bd_push(arena, &out->ocsps) = keep(arena, der, count);
        OCSP_RESPONSE_free(answer);
        return BD_OK;
    }
    BD_RAISE(err, BD_ERR_INPUT, "neither a revocation list nor a good OCSP response");
}

/* ---- one certificate -------------------------------------------------------------------------- */

typedef struct {
    X509 *subject, *issuer;
    bd_instant at;
    bool is_good, is_revoked;
    bd_instant revoked_at;
} asked;

static void note_revoked(asked *a, const ASN1_TIME *time, int reason) {
    bd_instant when = time != NULL ? bd_crypto_time_read(time) : BD_INSTANT_NONE;
    bool reaches_back = reason == CRL_REASON_KEY_COMPROMISE || reason == CRL_REASON_CA_COMPROMISE;
    if (a->at == BD_INSTANT_NONE || when == BD_INSTANT_NONE || when <= a->at || reaches_back) {
        a->is_revoked = true;
        a->revoked_at = when;
    } else {
        a->is_good = true; /* at that time it was not */
    }
}

/* Whether what ended at `until` still speaks of the time that is judged. */
static bool is_fresh(const asked *a, const ASN1_TIME *until) {
    return a->at == BD_INSTANT_NONE || until == NULL || bd_crypto_time_read(until) >= a->at;
}

static int reason_of(X509_REVOKED *entry) {
    ASN1_ENUMERATED *value = X509_REVOKED_get_ext_d2i(entry, NID_crl_reason, NULL, NULL);
    int reason = value != NULL ? (int)ASN1_ENUMERATED_get(value) : -1;
    ASN1_ENUMERATED_free(value);
    return reason;
}

static void ask_crl(asked *a, X509_CRL *crl) {
    X509_REVOKED *entry = NULL;
    bool is_its = X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(a->subject)) == 0 &&
                  X509_CRL_verify(crl, X509_get0_pubkey(a->issuer)) == 1;
    if (!is_its) {
        return;
    }
    if (X509_CRL_get0_by_cert(crl, &entry, a->subject) == 1) {
        note_revoked(a, X509_REVOKED_get0_revocationDate(entry), reason_of(entry));
    } else if (is_fresh(a, X509_CRL_get0_nextUpdate(crl))) {
        a->is_good = true;
    }
}

static bool is_answer_signed(OCSP_BASICRESP *basic, X509 *issuer) {
    X509_STORE *store = X509_STORE_new();
    STACK_OF(X509) *certificates = sk_X509_new_null();
    X509_VERIFY_PARAM *parameters = store ? X509_STORE_get0_param(store) : NULL;
    bool holds = false;
    if (parameters != NULL && certificates != NULL && sk_X509_push(certificates, issuer) > 0 &&
        X509_STORE_add_cert(store, issuer) == 1) {
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_NO_CHECK_TIME);
        holds = OCSP_basic_verify(basic, certificates, store, 0) == 1;
    }
    sk_X509_free(certificates);
    X509_STORE_free(store);
    ERR_clear_error();
    return holds;
}

static void ask_answer(asked *a, OCSP_RESPONSE *answer) {
    static const EVP_MD *(*const digests[])(void) = {EVP_sha1, EVP_sha256};
    OCSP_BASICRESP *basic = OCSP_response_get1_basic(answer);
    if (basic == NULL || !is_answer_signed(basic, a->issuer)) {
        OCSP_BASICRESP_free(basic);
        return;
    }
    for (size_t i = 0; i < BD_COUNT(digests); i++) {
        OCSP_CERTID *id = OCSP_cert_to_id(digests[i](), a->subject, a->issuer);
        int status = 0, reason = 0;
        ASN1_GENERALIZEDTIME *revoked = NULL, *from = NULL, *until = NULL;
        if (id != NULL && OCSP_resp_find_status(basic, id, &status, &reason, &revoked, &from, &until) == 1) {
            if (status == V_OCSP_CERTSTATUS_REVOKED) {
                note_revoked(a, revoked, reason);
            } else if (status == V_OCSP_CERTSTATUS_GOOD && is_fresh(a, until)) {
                a->is_good = true;
            }
        }
        OCSP_CERTID_free(id);
    }
    OCSP_BASICRESP_free(basic);
    ERR_clear_error();
}

static void ask_all(asked *a, const bd_revocations *said) {
    for (size_t i = 0; i < said->crls.count; i++) {
        X509_CRL *crl = parse_crl(said->crls.data[i]);
        if (crl != NULL) {
            ask_crl(a, crl);
        }
        X509_CRL_free(crl);
    }
    for (size_t i = 0; i < said->ocsps.count; i++) {
        OCSP_RESPONSE *answer = parse_answer(said->ocsps.data[i]);
        if (answer != NULL) {
            ask_answer(a, answer);
        }
        OCSP_RESPONSE_free(answer);
    }
}

/* ---- a chain ---------------------------------------------------------------------------------- */

static X509 *find_issuer_of(X509 *subject, STACK_OF(X509) * pool) {
    for (int i = 0; i < sk_X509_num(pool); i++) {
        X509 *one = sk_X509_value(pool, i);
        if (X509_check_issued(one, subject) == X509_V_OK &&
            X509_verify(subject, X509_get0_pubkey(one)) == 1) {
            return one;
        }
    }
    ERR_clear_error();
    return NULL;
}

static bd_rc load_pool(bd_str chain_pem, bd_str others_pem, STACK_OF(X509) * *out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *others = NULL;
    BD_TRY(bd_crypto_certificates_parse(chain_pem, BD_CRYPTO_CHAIN_MAX + 1, out, err));
    if (bd_str_trim(others_pem).size == 0) {
        return BD_OK;
    }
    BD_TRY(bd_crypto_certificates_parse(others_pem, OTHERS_MAX, &others, err));
    while (sk_X509_num(others) > 0) {
        BD_ASSERT(sk_X509_push(*out, sk_X509_shift(others)) > 0);
    }
    return BD_OK;
}

bd_rc bd_revocation_check(bd_str chain_pem, bd_str others_pem, const bd_revocations *said,
                          bd_instant at, bd_arena *arena, bd_revocation_report *out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *pool = NULL;
    BD_TRY(load_pool(chain_pem, others_pem, &pool, err));
    *out = (bd_revocation_report){.state = BD_REVOCATION_GOOD, .reason = {"", 0}};
    X509 *subject = sk_X509_value(pool, 0);
    for (int depth = 0; depth <= BD_CRYPTO_CHAIN_MAX && X509_self_signed(subject, 0) != 1; depth++) {
        bd_certificate_facts facts;
        asked a = {.subject = subject, .issuer = find_issuer_of(subject, pool), .at = at};
        bd_crypto_certificate_describe(subject, arena, &facts);
        if (a.issuer != NULL) {
            ask_all(&a, said);
        }
        if (a.is_revoked) {
            out->state = BD_REVOCATION_REVOKED;
            out->reason = bd_str_format(arena, "the certificate '%.*s' was revoked at %.*s",
                                        BD_ARG(facts.subject),
                                        BD_ARG(a.revoked_at == BD_INSTANT_NONE
                                                   ? BD_STR("an unknown time")
                                                   : bd_instant_format(arena, a.revoked_at)));
            return BD_OK;
        }
        if (!a.is_good && out->state == BD_REVOCATION_GOOD) {
            out->state = BD_REVOCATION_UNKNOWN;
            out->reason = bd_str_format(arena, "nothing at hand shows that '%.*s' was not revoked%s",
                                        BD_ARG(facts.subject),
                                        a.issuer == NULL ? ", and its issuer is not at hand" : "");
        }
        if (a.issuer == NULL) {
            return BD_OK;
        }
        subject = a.issuer;
    }
    return BD_OK;
}

/* ---- where to ask ----------------------------------------------------------------------------- */

static void put_url(bd_arena *arena, const ASN1_STRING *text, bd_strs *out) {
    bd_str url = {(const char *)ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text)};
    if (out->count < PLACES_MAX && bd_str_has_prefix(url, BD_STR("http"))) {
        *bd_push(arena, out) = bd_str_copy(arena, url);
    }
}

static void read_crl_places(X509 *certificate, bd_arena *arena, bd_strs *out) {
    CRL_DIST_POINTS *points = X509_get_ext_d2i(certificate, NID_crl_distribution_points, NULL, NULL);
    for (int i = 0; points != NULL && i < sk_DIST_POINT_num(points); i++) {
        const DIST_POINT_NAME *name = sk_DIST_POINT_value(points, i)->distpoint;
        for (int j = 0; name != NULL && name->type == 0 && j < sk_GENERAL_NAME_num(name->name.fullname); j++) {
            const GENERAL_NAME *one = sk_GENERAL_NAME_value(name->name.fullname, j);
            if (one->type == GEN_URI) {
                put_url(arena, one->d.uniformResourceIdentifier, out);
            }
        }
    }
    CRL_DIST_POINTS_free(points);
}

static void read_answer_places(X509 *certificate, bd_arena *arena, bd_strs *out) {
    AUTHORITY_INFO_ACCESS *places = X509_get_ext_d2i(certificate, NID_info_access, NULL, NULL);
    for (int i = 0; places != NULL && i < sk_ACCESS_DESCRIPTION_num(places); i++) {
        const ACCESS_DESCRIPTION *one = sk_ACCESS_DESCRIPTION_value(places, i);
        if (OBJ_obj2nid(one->method) == NID_ad_OCSP && one->location->type == GEN_URI) {
            put_url(arena, one->location->d.uniformResourceIdentifier, out);
        }
    }
    AUTHORITY_INFO_ACCESS_free(places);
}

static bd_str make_question(X509 *subject, X509 *issuer, bd_arena *arena) {
    OCSP_REQUEST *request = OCSP_REQUEST_new();
    OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), subject, issuer);
    unsigned char *der = NULL;
    int count = 0;
    if (request != NULL && id != NULL && OCSP_request_add0_id(request, id) != NULL) {
        id = NULL; /* the request's now */
        count = i2d_OCSP_REQUEST(request, &der);
    }
    OCSP_CERTID_free(id);
    OCSP_REQUEST_free(request);
    ERR_clear_error();
    return keep(arena, der, count);
}

bd_rc bd_revocation_places(bd_str chain_pem, bd_str others_pem, bd_arena *arena,
                           bd_certificate_places *out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *pool = NULL;
    BD_TRY(load_pool(chain_pem, others_pem, &pool, err));
    X509 *subject = sk_X509_value(pool, 0);
    for (int depth = 0; depth <= BD_CRYPTO_CHAIN_MAX && subject != NULL; depth++) {
        bd_certificate_facts facts;
        bd_crypto_certificate_describe(subject, arena, &facts);
        bd_certificate_place *one = bd_push(arena, out);
        *one = (bd_certificate_place){.subject = facts.subject,
                                      .der = encode_certificate(arena, subject),
                                      .is_self_signed = X509_self_signed(subject, 0) == 1};
        if (one->is_self_signed) {
            break;
        }
        X509 *issuer = find_issuer_of(subject, pool);
        read_crl_places(subject, arena, &one->crl_urls);
        if (issuer != NULL) {
            read_answer_places(subject, arena, &one->ocsp_urls);
            one->question = make_question(subject, issuer, arena);
        }
        one->has_issuer = issuer != NULL;
        subject = issuer;
    }
    ERR_clear_error();
    return BD_OK;
}
