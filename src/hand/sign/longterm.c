/* longterm.c - gathers, before signing, what will show later that no certificate was revoked (PAdES B-LT).
 *
 * Put in before the signature it is covered by it and nothing has to be appended.  The price is that it is a little
 * older than the signature; a list or answer says until when it holds, and that must not be before now.  A response
 * (OCSP) is asked for first, being small and fresh; a list is fetched where no response shows the certificate good. */
#include "bindery/sign.h"

#include "sign_priv.h"

#define REPLY_BYTES ((size_t)1 << 20)
#define FILE_BYTES ((size_t)1 << 20)

typedef struct {
    const bd_long_term_plan *plan;
    bd_arena *arena;
    bd_long_term *out;
    bool is_online;
    bd_str chain_pem; /* whose proofs are looked for now */
    bd_strs fetched;  /* addresses of lists */
    bd_str problem;  /* of the last one who did not answer */
} gathering;

static bd_rc add(gathering *g, bd_str bytes, bd_err *err) {
    BD_TRY(answer_try_proofs(g->plan, g->chain_pem, &g->out->said, bytes, err));
    return bd_revocation_add(bytes, g->arena, &g->out->said, err);
}

static bd_rc read_files(gathering *g, bd_err *err) {
    for (size_t i = 0; i < g->plan->sources->count; i++) {
        bd_str path = g->plan->sources->data[i], bytes;
        if (bd_str_eqz(path, "online")) {
            g->is_online = true;
            continue;
        }
        const char *name = bd_str_z(g->arena, path);
        BD_TRY(bd_file_read(name, FILE_BYTES, g->arena, &bytes, err));
        BD_TRY_CTX(add(g, bytes, err), err, "in '%s'", name);
    }
    if (g->is_online && g->plan->network == NULL) {
        BD_RAISE(err, BD_ERR_USAGE, "revocation data cannot be fetched with --offline");
    }
    return BD_OK;
}

/* Who does not answer is noted: another address may, and if none does the certificate stays unshown. */
static void fetch(gathering *g, const bd_http_request *request) {
    bd_http_reply reply;
    bd_err problem = {0};
    bd_rc rc = bd_http_ask(g->plan->network, request, g->arena, &reply, &problem);
    if (!bd_failed(rc)) {
        rc = add(g, reply.body, &problem);
    }
    if (bd_failed(rc)) {
        g->problem = bd_str_copy(g->arena, bd_str_of(problem.message));
    }
}

static bd_rc is_shown(gathering *g, bd_str chain_pem, bd_revocation_report *found, bd_err *err) {
    BD_TRY(answer_try_proofs(g->plan, chain_pem, &g->out->said, (bd_str){NULL, 0}, err));
    return bd_revocation_check(chain_pem, g->plan->others_pem, &g->out->said, g->plan->at, g->arena,
                               found, err);
}

static void fetch_lists(gathering *g, const bd_strs *urls) {
    for (size_t i = 0; i < urls->count; i++) {
        bool is_known = false;
        for (size_t j = 0; j < g->fetched.count; j++) {
            is_known = is_known || bd_str_eq(g->fetched.data[j], urls->data[i]);
        }
        if (!is_known) {
            bd_http_request request = {.url = bd_str_z(g->arena, urls->data[i]),
                                       .most_bytes = REPLY_BYTES};
            *bd_push(g->arena, &g->fetched) = urls->data[i];
            fetch(g, &request);
        }
    }
}

static bd_rc fetch_place(gathering *g, const bd_certificate_place *place, bd_err *err) {
    bd_strs one = {0};
    bd_revocation_report found;
    *bd_push(g->arena, &one) = place->der;
    bd_str pem = bd_certificates_pem(&one, g->arena);
    for (size_t i = 0; i < place->ocsp_urls.count && place->question.size > 0; i++) {
        bd_http_request request = {.url = bd_str_z(g->arena, place->ocsp_urls.data[i]),
                                   .body = place->question,
                                   .content_type = "application/ocsp-request",
                                   .accept = "application/ocsp-response",
                                   .most_bytes = REPLY_BYTES};
        size_t before = g->out->said.ocsps.count;
        fetch(g, &request);
        if (g->out->said.ocsps.count > before) {
            break;
        }
    }
    BD_TRY(is_shown(g, pem, &found, err));
    bool is_own = bd_str_find(found.reason, place->subject) >= 0;
    if (found.state == BD_REVOCATION_UNKNOWN && is_own) {
        fetch_lists(g, &place->crl_urls);
    }
    return BD_OK;
}

static bd_rc gather_chain(gathering *g, bd_str chain_pem, const char *whose, bd_err *err) {
    bd_certificate_places places = {0};
    bd_revocation_report found;
    g->chain_pem = chain_pem;
    BD_TRY(answer_try_proofs(g->plan, chain_pem, &g->out->said, (bd_str){NULL, 0}, err));
    BD_TRY(bd_revocation_places(chain_pem, g->plan->others_pem, g->arena, &places, err));
    for (size_t i = 0; i < places.count; i++) {
        const bd_certificate_place *place = &places.data[i];
        if (!place->is_self_signed && g->is_online) {
            BD_TRY(fetch_place(g, place, err));
        }
        bd_strs one = {0};
        *bd_push(g->arena, &one) = place->der;
        BD_TRY(bd_certificates_der(bd_certificates_pem(&one, g->arena), g->arena,
                                   &g->out->certificates, err));
    }
    BD_TRY(is_shown(g, chain_pem, &found, err));
    if (found.state == BD_REVOCATION_REVOKED) {
        BD_RAISE(err, BD_ERR_TRUST, "%.*s", BD_ARG(found.reason));
    }
    if (found.state == BD_REVOCATION_UNKNOWN) {
        BD_RAISE(err, BD_ERR_INPUT, "of the %s's certificates %.*s%s%.*s", whose,
                 BD_ARG(found.reason), g->problem.size > 0 ? ": " : "", BD_ARG(g->problem));
    }
    return BD_OK;
}

bd_rc bd_long_term_gather(const bd_long_term_plan *plan, bd_arena *arena, bd_long_term *out,
                          bd_err *err) {
    gathering g = {
        .plan = plan, .arena = arena, .out = out, .chain_pem = plan->chain_pem, .problem = {"", 0}};
    *out = (bd_long_term){0};
    BD_TRY(read_files(&g, err));
    BD_TRY(gather_chain(&g, plan->chain_pem, "signer", err));
    if (plan->authority == NULL) {
        return BD_OK;
    }
    /* Its certificates are known only from a time-stamp, so one is asked for and thrown away. */
    bd_tsp_report probe;
    uint8_t imprint[32];
    bd_sha256_of(BD_STR("bindery: who stamps?"), imprint);
    BD_TRY(bd_stamp_ask(plan->authority, imprint, arena, &probe, err));
    return gather_chain(&g, probe.chain_pem, "time-stamp authority", err);
}
