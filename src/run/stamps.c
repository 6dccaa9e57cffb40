/* Time-stamps of a run: whom to ask, and what is said of the answer. */
#include "bindery/run.h"

#include "run_priv.h"

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
    }
    if (signer->http == NULL) {
        BD_TRY(bd_http_open(&signer->http, err));
    }
    signer->authority.network = bd_http_network(signer->http);
    signer->authority.url = url;
    signer->authority.policy = signing->tsa_policy;
    signer->authority.now = true_time();
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
