/* Time-stamps of a run: whom to ask, and what is said of the answer. */
#include "bindery/signer.h"

#include <stdlib.h>

#define CERTIFICATES_BYTES ((size_t)1 << 20)

/* With SOURCE_DATE_EPOCH the clock is stated, not read: then it cannot be held against an authority's. */
static bd_instant true_time(void) {
    return getenv("SOURCE_DATE_EPOCH") != NULL ? BD_INSTANT_NONE : bd_clock_now();
}

bd_rc bd_signer_ask(bd_session *session, bd_signer *signer, bd_err *err) {
    const bd_signing *signing = &session->engagement.signing;
    const char *given = session->options->tsa;
    bd_arena *arena = session->arena;
    const char *url = given != NULL ? given : bd_str_z(arena, signing->tsa);
    if (url[0] == '\0') {
        return BD_OK;
    }
    if (session->options->is_offline) {
        bd_diag_add(arena, &session->outcome->diags, BD_DIAG_NOTE, BD_STR("time-stamp"),
                    (bd_str){"", 0}, "none was asked for: --offline");
        return BD_OK;
    }
    BD_TRY(bd_http_url_check(bd_str_of(url), err));
    if (signing->tsa_certificates.size > 0) {
        const char *path = bd_session_path(session, bd_str_z(arena, signing->tsa_certificates));
        BD_TRY_CTX(bd_file_read(path, CERTIFICATES_BYTES, arena, &signer->authority.trust_pem, err),
                   err, "named under 'signing' in bindery.json");
        bd_certificate_facts facts;
        BD_TRY_CTX(bd_certificate_read(signer->authority.trust_pem, arena, &facts, err), err,
                   "in '%s'", path);
        signer->others_pem = signer->authority.trust_pem;
    }
    if (signer->http == NULL) {
        BD_TRY(bd_http_open(&signer->http, err));
    }
    signer->authority.network = bd_http_network(signer->http);
    signer->authority.url = url;
    signer->authority.policy = signing->tsa_policy;
    signer->authority.now = true_time();
    signer->authority.zygote = session->zygote;
    signer->asks_stamp = true;
    return BD_OK;
}

void bd_stamping_say(bd_session *session, const char *what, const bd_stamping *stamping) {
    if (stamping->problem.size > 0) {
        bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_WARNING, bd_str_of(what),
                    (bd_str){"", 0}, "it has no time-stamp: %.*s", BD_ARG(stamping->problem));
    }
}

void bd_result_stamp(bd_result *out, bool is_there, const bd_tsp_report *stamp) {
    bd_result one = {.arena = out->arena};
    if (!is_there) {
        bd_result_text(out, "timestamp", BD_STR("none"));
        return;
    }
    char hex[65];
    bd_hex(stamp->authority.sha256, 32, hex);
    bd_result_text(out, "timestamp", bd_instant_format(out->arena, stamp->time));
    bd_result_text(&one, "time", bd_instant_format(out->arena, stamp->time));
    bd_result_text(&one, "authority", stamp->authority.subject);
    bd_result_text(&one, "fingerprint", bd_str_copy(out->arena, bd_str_of(hex)));
    bd_result_text(&one, "policy", stamp->policy);
    bd_result_bool(&one, "intact", stamp->is_intact);
    bd_result_bool(&one, "trusted", stamp->is_trusted);
    bd_result_text(&one, "reason", stamp->reason);
    bd_result_value(out, "timestamp_facts", bd_result_object(&one));
}

/* ---- signing as bindery.json wants it ---- */

/* Without a time-stamp nobody could tell at which time the proofs had to hold. */
static const bd_strs *proofs_wanted(bd_session *session, const bd_signer *signer) {
    const bd_strs *sources = &session->engagement.signing.revocation;
    return sources->count > 0 && signer->asks_stamp ? sources : NULL;
}

void bd_signer_find_sources(bd_session *session, bd_signer *signer) {
    const bd_strs *given = proofs_wanted(session, signer);
    bd_strs *paths = bd_new(session->arena, bd_strs, 1);
    for (size_t i = 0; given != NULL && i < given->count; i++) {
        bd_str one = given->data[i];
        bool is_online = bd_str_eqz(one, "online");
        *bd_push(session->arena, paths) =
            is_online ? one : bd_str_of(bd_session_path(session, bd_str_z(session->arena, one)));
    }
    signer->revocation = given != NULL ? paths : NULL;
}

static bd_rc gather(bd_session *session, bd_signer *signer, bd_long_term *out, bd_err *err) {
    bd_long_term_plan plan = {.network = bd_http_network(signer->http),
                              .sources = signer->revocation,
                              .chain_pem = signer->certificate_pem,
                              .others_pem = signer->others_pem,
                              .authority = &signer->authority,
                              .at = signer->authority.now,
                              .zygote = session->zygote};
    BD_TRY(bd_long_term_gather(&plan, session->arena, out, err));
    if (signer->reviewer == NULL) {
        return BD_OK;
    }
    bd_long_term more;
    plan.chain_pem = signer->reviewer_pem;
    plan.authority = NULL;
    BD_TRY(bd_long_term_gather(&plan, session->arena, &more, err));
    BD_TRY(bd_certificates_der(bd_certificates_pem(&more.certificates, session->arena),
                               session->arena, &out->certificates, err));
    for (size_t i = 0; i < more.said.crls.count; i++) {
        *bd_push(session->arena, &out->said.crls) = more.said.crls.data[i];
    }
    for (size_t i = 0; i < more.said.ocsps.count; i++) {
        *bd_push(session->arena, &out->said.ocsps) = more.said.ocsps.data[i];
    }
    return BD_OK;
}

/* A revoked certificate ends the run; whoever does not answer is said, and the signature is one level lower. */
static bd_rc find_proofs(bd_session *session, bd_signer *signer, bd_long_term *out, bool *has_them,
                         bd_err *err) {
    *has_them = false;
    if (signer->revocation == NULL) {
        return BD_OK;
    }
    bd_err problem = {0};
    *has_them = !bd_failed(gather(session, signer, out, &problem));
    if (!*has_them && problem.class == BD_ERR_TRUST) {
        BD_RAISE(err, BD_ERR_INPUT, "refused to sign: %s", problem.message);
    }
    if (!*has_them) {
        signer->long_term_problem = bd_str_copy(session->arena, bd_str_of(problem.message));
    }
    return BD_OK;
}

bd_rc bd_signer_sign(bd_session *session, bd_signer *signer, bd_pdf_copy *copy, bd_sign_options *options,
                     bd_stamping *stamping, bd_err *err) {
    bd_long_term proofs;
    bool has_proofs = false;
    bd_signer_find_sources(session, signer);
    BD_TRY(find_proofs(session, signer, &proofs, &has_proofs, err));
    *stamping = (bd_stamping){.authority = &signer->authority};
    options->stamping = signer->asks_stamp ? stamping : NULL;
    options->long_term = has_proofs ? &proofs : NULL;
    if (signer->reviewer == NULL) {
        return bd_pdf_copy_sign(copy, signer->key, options, err);
    }
    bd_stamping second = {.authority = &signer->authority};
    bd_sign_options again = *options;
    options->open_field = BD_STR("Reviewer");
    again.open_field = options->open_field;
    again.signer_name = signer->reviewer_facts.subject;
    again.stamping = signer->asks_stamp ? &second : NULL;
    BD_TRY(bd_pdf_copy_sign(copy, signer->key, options, err));
    BD_TRY(bd_pdf_copy_countersign(copy, signer->reviewer, &again, err));
    if (second.problem.size > 0 && stamping->problem.size == 0) {
        stamping->problem = second.problem;
    }
    return BD_OK;
}

void bd_signer_say(bd_session *session, const bd_signer *signer, const bd_stamping *stamping) {
    bd_stamping_say(session, "binder.pdf", stamping);
    if (signer->long_term_problem.size > 0) {
        bd_diag_add(session->arena, &session->outcome->diags, BD_DIAG_WARNING, BD_STR("binder.pdf"),
                    (bd_str){"", 0}, "it holds no proofs for later: %.*s",
                    BD_ARG(signer->long_term_problem));
    }
}

bd_str bd_signer_trust(const bd_signer *signer, bd_arena *arena) {
    return bd_str_format(arena, "%.*s%.*s", BD_ARG(signer->certificate_pem),
                         BD_ARG(signer->reviewer_pem));
}
