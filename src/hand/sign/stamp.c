/* stamp.c - asks a time-stamp authority over HTTP (RFC 3161, 3.4).
 *
 * What passes away on the way is asked again by room http.  An answer that is not to this question (another nonce,
 * another imprint, a rejection) is asked again once, with a new nonce: a mixed-up proxy is common, and an authority
 * that lies twice is not asked a third time. */
#include "bindery/sign.h"

#include "sign_priv.h"

#define REPLY_BYTES ((size_t)256 << 10)
#define ANSWERS_MOST 2

static bd_rc ask_once(const bd_stamp_authority *authority, const uint8_t imprint[32],
                      bd_arena *arena, bd_str *token, bd_tsp_report *report, bool *is_answered,
                      bd_err *err) {
    bd_tsp_request question;
    bd_http_reply reply;
    BD_TRY(bd_tsp_request_make(imprint, authority->policy, arena, &question, err));
    bd_http_request request = {.url = authority->url,
                               .body = question.der,
                               .content_type = "application/timestamp-query",
                               .accept = "application/timestamp-reply",
                               .most_bytes = REPLY_BYTES,
                               .timeout_ms = authority->timeout_ms};
    BD_TRY(bd_http_ask(authority->network, &request, arena, &reply, err));
    *is_answered = true;
    if (!bd_str_eqz(reply.content_type, "application/timestamp-reply")) {
        BD_RAISE(err, BD_ERR_INPUT,
                 "the answer is of type '%.*s', expected application/timestamp-reply",
                 BD_ARG(bd_str_sub(bd_str_visible(arena, reply.content_type), 0, 80)));
    }
    BD_TRY(answer_try_stamp(authority, &question, reply.body, err));
    BD_TRY(bd_tsp_reply_read(reply.body, &question, authority->trust_pem, authority->now, arena,
                             token, report, err));
    report->token = *token;
    return BD_OK;
}

bd_rc bd_stamp_ask(const bd_stamp_authority *authority, const uint8_t imprint[32], bd_arena *arena,
                   bd_tsp_report *out, bd_err *err) {
    bd_str token;
    for (unsigned answers = 1;; answers++) {
        bool is_answered = false;
        bd_rc rc = ask_once(authority, imprint, arena, &token, out, &is_answered, err);
        if (!bd_failed(rc)) {
            return BD_OK;
        }
        if (!is_answered || err->class != BD_ERR_INPUT || answers >= ANSWERS_MOST) {
            bd_err_context(err, "from the time-stamp authority '%s'%s", authority->url,
                           answers > 1 ? ", asked twice" : "");
            return rc;
        }
    }
}

bd_rc bd_stamp_for_cms(void *context, const uint8_t imprint[32], bd_arena *arena, bd_str *token,
                       bd_err *err) {
    bd_stamping *stamping = context;
    bd_err problem = {0};
    (void)err;
    *token = (bd_str){"", 0};
    if (bd_failed(bd_stamp_ask(stamping->authority, imprint, arena, &stamping->stamp, &problem))) {
        stamping->problem = bd_str_copy(arena, bd_str_of(problem.message));
        return BD_OK;
    }
    if (stamping->stamp.token.size + 64 > BD_TSP_ROOM_BYTES) {
        stamping->problem =
            bd_str_format(arena, "the time-stamp has %zu bytes, the place for it %d",
                          stamping->stamp.token.size, BD_TSP_ROOM_BYTES - 64);
        return BD_OK;
    }
    stamping->is_stamped = true;
    *token = stamping->stamp.token;
    return BD_OK;
}
