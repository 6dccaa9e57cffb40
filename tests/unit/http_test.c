/* http_test.c - the rules above a transport: what is asked again, what is refused, what is an answer. */
#include "bindery/http.h"

#include "test.h"

#include <string.h>

/* A transport that answers from a list; it counts what was asked and how long it was told to wait. */
typedef struct {
    const int *statuses; /* 0: nobody answers; -1: too large */
    size_t count, asked;
    unsigned waited_ms;
    int64_t retry_after_ms;
} script;

static bd_rc answer(void *context, const bd_http_request *request, bd_arena *arena,
                    bd_http_reply *reply, bd_http_outcome *outcome, bd_str *why, bd_err *err) {
    script *s = context;
    int status = s->asked < s->count ? s->statuses[s->asked] : 200;
    (void)request;
    s->asked++;
    if (status < 0) {
        BD_RAISE(err, BD_ERR_LIMIT, "an answer of more than 4 bytes");
    }
    *outcome = status == 0 ? BD_HTTP_PASSING : BD_HTTP_DONE;
    *why = BD_STR("no connection");
    reply->status = status;
    reply->retry_after_ms = s->retry_after_ms;
    reply->location = BD_STR("http://elsewhere.example/");
    reply->body = bd_str_copy(arena, BD_STR("body"));
    return BD_OK;
}

static void wait_not(void *context, unsigned milliseconds) {
    ((script *)context)->waited_ms += milliseconds;
}

static bd_rc ask(script *s, const char *url, bd_http_reply *reply, bd_err *err) {
    bd_http_transport transport = {answer, wait_not, s};
    bd_http_request request = {.url = url};
    return bd_http_ask(&transport, &request, test_arena(), reply, err);
}

#define SCRIPT(...)                                                                                \
    static const int statuses[] = {__VA_ARGS__};                                                   \
    script s = {.statuses = statuses, .count = BD_COUNT(statuses), .retry_after_ms = -1};          \
    bd_err err = {0};                                                                              \
    bd_http_reply reply = {0}

TEST(http, an_answer_is_taken_at_once) {
    SCRIPT(200);
    CHECK_OK(ask(&s, "http://a.example/x", &reply, &err), err);
    CHECK_EQ_INT(s.asked, 1);
    CHECK_EQ_INT(s.waited_ms, 0);
    CHECK(bd_str_eqz(reply.body, "body"));
}

TEST(http, what_passes_is_asked_again_with_growing_pauses) {
    SCRIPT(0, 503, 200);
    CHECK_OK(ask(&s, "http://a.example/x", &reply, &err), err);
    CHECK_EQ_INT(s.asked, 3);
    CHECK_EQ_INT(reply.attempts, 3);
    CHECK_EQ_INT(s.waited_ms, 250 + 500);
}

TEST(http, nobody_is_asked_more_than_three_times) {
    SCRIPT(0, 0, 0, 0);
    CHECK_FAILS(ask(&s, "http://a.example/x", &reply, &err), err, BD_ERR_IO,
                "'a.example' does not answer: no connection (asked 3 times)");
    CHECK_EQ_INT(s.asked, 3);
}

TEST(http, a_pause_that_is_asked_for_is_kept_but_bounded) {
    SCRIPT(429, 200);
    s.retry_after_ms = 86400000;
    CHECK_OK(ask(&s, "http://a.example/x", &reply, &err), err);
    CHECK_EQ_INT(s.waited_ms, BD_HTTP_PAUSE_MOST_MS);
}

TEST(http, a_refusal_is_an_answer_and_not_asked_again) {
    SCRIPT(403, 200);
    CHECK_FAILS(ask(&s, "http://a.example/x", &reply, &err), err, BD_ERR_IO, "answers 403");
    CHECK_EQ_INT(s.asked, 1);
}

TEST(http, a_redirect_is_not_followed_and_its_target_is_named) {
    SCRIPT(302, 200);
    CHECK_FAILS(ask(&s, "http://a.example/x", &reply, &err), err, BD_ERR_IO,
                "a redirect to 'http://elsewhere.example/'");
    CHECK_EQ_INT(s.asked, 1);
}

TEST(http, too_large_a_body_is_not_asked_again) {
    SCRIPT(-1, 200);
    CHECK_FAILS(ask(&s, "http://a.example/x", &reply, &err), err, BD_ERR_LIMIT, "more than 4 bytes");
    CHECK_EQ_INT(s.asked, 1);
}

TEST(http, addresses_that_are_none_of_ours_are_refused_before_anything_is_asked) {
    static const char *const urls[] = {
        "",           "ftp://a.example/",   "file:///etc/passwd", "http://",
        "http:///x",  "HTTP://a.example",   "http://a b/",        "http://a.example/\r\nX: y",
        "gopher://a", "http://a\\b.example/", "//a.example/x"};
    for (size_t i = 0; i < BD_COUNT(urls); i++) {
        SCRIPT(200);
        test_failure("address %zu '%s'", i, urls[i]);
        CHECK_FAILS(ask(&s, urls[i], &reply, &err), err, BD_ERR_USAGE, "refused the address");
        CHECK_EQ_INT(s.asked, 0);
    }
}

TEST(http, a_password_in_an_address_is_refused_and_not_repeated) {
    SCRIPT(200);
    CHECK_FAILS(ask(&s, "http://ada:secret@a.example/", &reply, &err), err, BD_ERR_USAGE,
                "with a user in it");
    CHECK(strstr(err.message, "secret") == NULL);
}
