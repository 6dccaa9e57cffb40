/* sign_answer_test.c - answers of authorities: what is none is refused alike, with a child that judges it first and
 * without. */
#include "bindery/sign.h"

#include "test.h"

#define AT_2026 (INT64_C(1767225600) * BD_SECOND) /* 2026-01-01T00:00:00Z */

static bd_str answer; /* what the network says, whatever it is asked */

static bd_rc say_answer(void *context, const bd_http_request *request, bd_arena *arena, bd_http_reply *out,
                        bd_http_outcome *outcome, bd_str *why, bd_err *err) {
    (void)context;
    (void)request;
    (void)why;
    (void)err;
    *outcome = BD_HTTP_DONE;
    *out = (bd_http_reply){.status = 200,
                           .body = bd_str_copy(arena, answer),
                           .content_type = BD_STR("application/timestamp-reply")};
    return BD_OK;
}

static const bd_http_transport network = {.exchange = say_answer};

static bd_str ask_stamp(bd_zygote *zygote) {
    bd_err err = {0};
    bd_tsp_report report;
    uint8_t imprint[32] = {1};
    bd_stamp_authority authority = {.network = &network,
                                    .url = "http://127.0.0.1/tsa",
                                    .policy = {"", 0},
                                    .trust_pem = {"", 0},
                                    .now = AT_2026,
                                    .zygote = zygote};
    CHECK(bd_failed(bd_stamp_ask(&authority, imprint, test_arena(), &report, &err)));
    CHECK_EQ_INT(err.class, BD_ERR_INPUT);
    return bd_str_copy(test_arena(), bd_str_of(err.message));
}

static bd_str gather_proofs(bd_zygote *zygote, bd_str pem) {
    bd_err err = {0};
    bd_long_term found;
    bd_strs sources = {0};
    test_write_file(test_path("proof"), answer);
    *bd_push(test_arena(), &sources) = bd_str_of(test_path("proof"));
    bd_long_term_plan plan = {
        .sources = &sources, .chain_pem = pem, .others_pem = {"", 0}, .at = AT_2026, .zygote = zygote};
    CHECK(bd_failed(bd_long_term_gather(&plan, test_arena(), &found, &err)));
    CHECK_EQ_INT(err.class, BD_ERR_INPUT);
    return bd_str_copy(test_arena(), bd_str_of(err.message));
}

TEST(sign_answer, what_is_no_answer_is_refused_alike_with_and_without_a_child) {
    static const bd_str answers[] = {
        BD_STR_INIT(""),
        BD_STR_INIT("\x30"),
        BD_STR_INIT("\x30\x03\x02\x01\x00"),
        BD_STR_INIT("\x30\x80\0\0"),
        BD_STR_INIT("\x30\x84\xff\xff\xff\xff"),
        BD_STR_INIT("<html>not here</html>"),
        BD_STR_INIT("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"),
    };
    bd_err err = {0};
    bd_zygote *zygote = NULL;
    const char *certificate = test_path("trial.crt.pem");
    CHECK_OK(bd_zygote_open(bd_sign_tasks, BD_SIGN_TASKS, &zygote, &err), err);
    CHECK_OK(bd_identity_make(test_path("trial.key.pem"), certificate, BD_STR("Contoso trial"), AT_2026, &err), err);
    bd_str pem = test_read_file(certificate);
    for (size_t i = 0; i < BD_COUNT(answers); i++) {
        answer = answers[i];
        CHECK_EQ_STR(ask_stamp(zygote), bd_str_z(test_arena(), ask_stamp(NULL)));
        CHECK_EQ_STR(gather_proofs(zygote, pem), bd_str_z(test_arena(), gather_proofs(NULL, pem)));
    }
    bd_zygote_close(zygote);
}

TEST(sign_answer, answers_that_are_larger_than_a_child_takes_are_refused) {
    bd_err err = {0};
    bd_zygote *zygote = NULL;
    bd_stamp_authority authority = {.network = &network, .url = "http://127.0.0.1/tsa", .policy = {"", 0}};
    bd_tsp_report report;
    uint8_t imprint[32] = {1};
    size_t size = ((size_t)64 << 20) + 1;
    char *trust = bd_heap_zeroed(size);
    answer = BD_STR("x");
    CHECK_OK(bd_zygote_open(bd_sign_tasks, BD_SIGN_TASKS, &zygote, &err), err);
    authority.zygote = zygote;
    authority.trust_pem = (bd_str){trust, size};
    CHECK_FAILS(bd_stamp_ask(&authority, imprint, test_arena(), &report, &err), err, BD_ERR_LIMIT,
                "cannot hold 'the answers of authorities': larger than 67108864 bytes");
    bd_zygote_close(zygote);
    bd_heap_free(trust);
}
