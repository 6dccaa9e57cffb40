/* trust.c - does a chain end in a certificate that the caller trusts, at a time and for a purpose?
 *
 * Whatever certificate the caller lists is an anchor, a signer's own included; nothing is fetched.  A trusted
 * certificate for one purpose (time-stamping, answering for revocation, servers) does not serve for another. */
#include "bindery/crypto.h"

#include "crypto_priv.h"

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

static void store_close(X509_STORE **store) {
    X509_STORE_free(*store);
}

static void store_context_close(X509_STORE_CTX **context) {
    X509_STORE_CTX_free(*context);
}

static bd_rc load_store(bd_str trust_pem, X509_STORE **out, bd_err *err) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *trusted = NULL;
    bd_err reason = {0};
    if (bd_failed(bd_crypto_certificates_parse(trust_pem, 10000, &trusted, &reason))) {
        BD_RAISE(err, BD_ERR_USAGE, "cannot use the trusted certificates: %s", reason.message);
    }
    X509_STORE *store = X509_STORE_new();
    BD_ASSERT(store != NULL);
    for (int i = 0; i < sk_X509_num(trusted); i++) {
        BD_ASSERT(X509_STORE_add_cert(store, sk_X509_value(trusted, i)) == 1);
    }
    *out = store;
    return BD_OK;
}

/* PARTIAL_CHAIN: whatever certificate the caller lists is an anchor, a signer's own included. Level
 * 2 refuses SHA-1 and short keys on the way there. */
static void set_parameters(X509_STORE_CTX *context, const bd_crypto_trust *trust) {
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN;
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    X509_VERIFY_PARAM_set_depth(parameters, BD_CRYPTO_CHAIN_MAX);
    if (trust->purpose != 0) {
        X509_VERIFY_PARAM_set_purpose(parameters, trust->purpose);
    }
    if (trust->at == BD_INSTANT_NONE) {
        flags |= X509_V_FLAG_NO_CHECK_TIME;
    } else {
        X509_VERIFY_PARAM_set_time(parameters, (time_t)(trust->at / BD_SECOND));
    }
    X509_VERIFY_PARAM_set_flags(parameters, flags);
}

static bool is_listed(X509_STORE *store, X509 *certificate) {
    BD_DEFER(bd_crypto_certificates_close) STACK_OF(X509) *all = X509_STORE_get1_all_certs(store);
    for (int i = 0; i < sk_X509_num(all); i++) {
        if (X509_cmp(sk_X509_value(all, i), certificate) == 0) {
            return true;
        }
    }
    return false;
}

/* An authority that is trusted for time-stamps, or that runs a company's servers, vouches for many keys: one of those
 * does not sign a package.  A server's certificate that the caller lists itself is his choice. */
static const char *find_misuse(X509_STORE *store, X509 *subject, const bd_crypto_trust *trust) {
    const char *fault = trust->purpose == 0 ? bd_crypto_signer_fault(subject) : NULL;
    if (fault == NULL && trust->purpose == 0 && bd_crypto_is_for_servers(subject) && !is_listed(store, subject)) {
        fault = "it is for servers, not for signing";
    }
    return fault;
}

bd_rc bd_crypto_trust_check(X509 *subject, STACK_OF(X509) * issuers, const bd_crypto_trust *trust,
                            bd_arena *arena, bool *is_trusted, bd_str *reason, bd_err *err) {
    bd_certificate_facts facts;
    *is_trusted = false;
    bd_crypto_certificate_describe(subject, arena, &facts);
    if (trust->trust_pem.size == 0) {
        *reason = bd_str_format(arena, "no trusted certificate was given to judge '%.*s' by",
                                BD_ARG(facts.subject));
        return BD_OK;
    }
    BD_DEFER(store_close) X509_STORE *store = NULL;
    BD_TRY(load_store(trust->trust_pem, &store, err));
    BD_DEFER(store_context_close) X509_STORE_CTX *context = X509_STORE_CTX_new();
    BD_ASSERT(context != NULL && X509_STORE_CTX_init(context, store, subject, issuers) == 1);
    set_parameters(context, trust);
    const char *misuse = find_misuse(store, subject, trust);
    *is_trusted = X509_verify_cert(context) == 1;
    if (*is_trusted && misuse != NULL) {
        *is_trusted = false;
        *reason = bd_str_format(arena, "%.*s '%.*s' is not trusted: %s", BD_ARG(trust->who),
                                BD_ARG(facts.subject), misuse);
    } else if (!*is_trusted) {
        int code = X509_STORE_CTX_get_error(context);
        *reason = bd_str_format(arena, "%.*s '%.*s' is not trusted: %s", BD_ARG(trust->who),
                                BD_ARG(facts.subject), X509_verify_cert_error_string(code));
    }
    ERR_clear_error();
    return BD_OK;
}
