/* answer.c - what a time-stamp or revocation authority answered, judged in a child before it is judged here.
 *
 * The process that signs holds the key, files and the network, and the answer is a stranger's CMS.  So the same code
 * goes through the same bytes in a child that has none of these: what breaks a reader breaks it there.  What the child
 * finds is not taken over; only that it came back is.
 *
 * Down the pipe go the parts that the judgement needs, each behind its size (8 bytes, lowest first). */
#include "bindery/sign.h"

#include "sign_priv.h"

#include <string.h>

#define ANSWER_BYTES ((size_t)64 << 20) /* of all parts: answers, and certificates to judge them by */
#define ANSWERS "the answers of authorities"
#define SIZE_BYTES 8

/* ---- parts ---- */

static void put_part(bd_buf *out, bd_str part) {
    uint8_t size[SIZE_BYTES];
    for (int i = 0; i < SIZE_BYTES; i++) {
        size[i] = (uint8_t)((uint64_t)part.size >> (8 * i));
    }
    bd_buf_put(out, size, sizeof size);
    bd_buf_put(out, part.data, part.size);
}

static void put_instant(bd_buf *out, bd_instant instant) {
    put_part(out, (bd_str){(const char *)&instant, sizeof instant});
}

static bd_str take_part(bd_str *rest) {
    uint64_t size = 0;
    for (size_t i = 0; i < SIZE_BYTES && i < rest->size; i++) {
        size |= (uint64_t)(uint8_t)rest->data[i] << (8 * i);
    }
    bd_str behind = bd_str_sub(*rest, SIZE_BYTES, rest->size);
    size_t taken = size < behind.size ? (size_t)size : behind.size;
    *rest = bd_str_sub(behind, taken, behind.size);
    return bd_str_sub(behind, 0, taken);
}

static bd_instant take_instant(bd_str *rest) {
    bd_instant instant = BD_INSTANT_NONE;
    bd_str part = take_part(rest);
    if (part.size == sizeof instant) {
        memcpy(&instant, part.data, sizeof instant);
    }
    return instant;
}

static void take_bytes(bd_str *rest, uint8_t *out, size_t size) {
    bd_str part = take_part(rest);
    memset(out, 0, size);
    memcpy(out, part.data, part.size < size ? part.size : size);
}

/* ---- in the child ---- */

static bd_rc judge_stamp(bd_str rest, bd_arena *arena, bd_err *err) {
    bd_tsp_request question = {.policy = take_part(&rest)};
    bd_tsp_report report;
    bd_str token;
    take_bytes(&rest, question.imprint, sizeof question.imprint);
    take_bytes(&rest, question.nonce, sizeof question.nonce);
    bd_str trust_pem = take_part(&rest);
    bd_instant now = take_instant(&rest);
    return bd_tsp_reply_read(take_part(&rest), &question, trust_pem, now, arena, &token, &report, err);
}

static bd_rc take_proofs(bd_str *rest, bd_arena *arena, bd_revocations *said, bd_err *err) {
    while (rest->size > 0) {
        BD_TRY(bd_revocation_add(take_part(rest), arena, said, err));
    }
    return BD_OK;
}

/* Whether they show enough is asked again where it counts. */
static bd_rc judge_proofs(bd_str rest, bd_arena *arena, bd_err *err) {
    bd_revocations said = {0};
    bd_certificate_places places = {0};
    bd_revocation_report report;
    bd_str chain_pem = take_part(&rest);
    bd_str others_pem = take_part(&rest);
    bd_instant at = take_instant(&rest);
    BD_TRY(take_proofs(&rest, arena, &said, err));
    BD_TRY(bd_revocation_places(chain_pem, others_pem, arena, &places, err));
    return bd_revocation_check(chain_pem, others_pem, &said, at, arena, &report, err);
}

typedef bd_rc judge_fn(bd_str parts, bd_arena *arena, bd_err *err);

static bd_rc run_judge(judge_fn *judge, bd_source *in, bd_err *err) {
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("answer", 4 * ANSWER_BYTES);
    BD_DEFER(bd_buf_clear) bd_buf parts;
    bd_buf_init(&parts, ANSWER_BYTES);
    BD_TRY(bd_buf_fill(&parts, in, ANSWERS, err));
    return judge((bd_str){parts.data, parts.size}, arena, err);
}

static bd_rc run_stamp(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)out;
    return run_judge(judge_stamp, in, err);
}

static bd_rc run_proofs(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)out;
    return run_judge(judge_proofs, in, err);
}

/* The library looks for its configuration before its first hash, and no child may open a file. */
static bool prepare(void) {
    uint8_t hash[32];
    bd_sha256_of(BD_STR(""), hash);
    return true;
}

#define TASK(asked_by, reader, function)                                                           \
    {                                                                                              \
        .id = (asked_by), .name = (reader), .what = "this answer", .prepare = prepare, .run = (function), \
        .memory_bytes = (size_t)512 << 20, .seconds = 20                                           \
    }

static const bd_child_task tasks[BD_SIGN_TASKS] = {
    TASK("time-stamp", "the reader of time-stamps", run_stamp),
    TASK("revocation", "the reader of revocation lists", run_proofs),
};

const bd_child_task *const bd_sign_tasks[BD_SIGN_TASKS] = {&tasks[0], &tasks[1]};

/* ---- here ---- */

static bd_rc try_in_child(bd_zygote *zygote, const char *task, const bd_buf *parts, bd_err *err) {
    BD_DEFER(bd_buf_clear) bd_buf nothing;
    bd_memory_source state;
    bd_source in = bd_source_of_memory(&state, (bd_str){parts->data, parts->size});
    bd_buf_init(&nothing, 1);
    bd_sink out = bd_sink_to_buf(&nothing);
    BD_TRY(bd_buf_check(parts, ANSWERS, err));
    return bd_zygote_run(zygote, task, (bd_str){"", 0}, &in, &out, err);
}

bd_rc answer_try_stamp(const bd_stamp_authority *authority, const bd_tsp_request *question, bd_str reply,
                       bd_err *err) {
    if (authority->zygote == NULL) {
        return BD_OK;
    }
    BD_DEFER(bd_buf_clear) bd_buf parts;
    bd_buf_init(&parts, ANSWER_BYTES);
    put_part(&parts, question->policy);
    put_part(&parts, (bd_str){(const char *)question->imprint, sizeof question->imprint});
    put_part(&parts, (bd_str){(const char *)question->nonce, sizeof question->nonce});
    put_part(&parts, authority->trust_pem);
    put_instant(&parts, authority->now);
    put_part(&parts, reply);
    return try_in_child(authority->zygote, "time-stamp", &parts, err);
}

static void put_all(bd_buf *out, const bd_strs *parts) {
    for (size_t i = 0; i < parts->count; i++) {
        put_part(out, parts->data[i]);
    }
}

bd_rc answer_try_proofs(const bd_long_term_plan *plan, bd_str chain_pem, const bd_revocations *said, bd_str more,
                        bd_err *err) {
    if (plan->zygote == NULL) {
        return BD_OK;
    }
    BD_DEFER(bd_buf_clear) bd_buf parts;
    bd_buf_init(&parts, ANSWER_BYTES);
    put_part(&parts, chain_pem);
    put_part(&parts, plan->others_pem);
    put_instant(&parts, plan->at);
    put_all(&parts, &said->crls);
    put_all(&parts, &said->ocsps);
    if (more.data != NULL) {
        put_part(&parts, more);
    }
    return try_in_child(plan->zygote, "revocation", &parts, err);
}
