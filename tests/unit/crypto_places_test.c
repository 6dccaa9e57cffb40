/* crypto_places_test.c - keys that are elsewhere, time-stamps and lists that are none. */
#include "bindery/crypto.h"

#include "test.h"

#include <string.h>

#define AT_2026 (INT64_C(1767225600) * BD_SECOND)

/* Signs as the key in `context` would, and leaves the last byte out where that is asked for. */
typedef struct {
    const char *key_path;
    bool is_short;
    unsigned asked;
} remote_key;

static bd_rc sign_with_openssl(void *context, const char *algorithm, const uint8_t digest[32],
                               bd_arena *arena, bd_str *value, bd_err *err) {
    remote_key *remote = context;
    (void)err;
    remote->asked++;
    CHECK(strcmp(algorithm, "RS256") == 0);
    test_write_file(test_path("digest"), (bd_str){(const char *)digest, 32});
    CHECK_EQ_INT(run_command(NULL, "openssl pkeyutl -sign -inkey %s -in digest -out value -pkeyopt "
                                   "rsa_padding_mode:pkcs1 -pkeyopt digest:sha256",
                             remote->key_path),
                 0);
    bd_str made = test_read_file(test_path("value"));
    *value = bd_str_copy(arena, bd_str_sub(made, 0, made.size - remote->is_short));
    return BD_OK;
}

static void make_rsa(const char *name) {
    CHECK_EQ_INT(run_command(NULL, "openssl req -x509 -newkey rsa:2048 -nodes -keyout %s.key -out "
                                   "%s.crt -days 30 -subj /CN=%s",
                             name, name, name),
                 0);
}

static bd_rc open_remote(remote_key *remote, const char *certificate, bd_key **key, bd_err *err) {
    bd_key_options options = {.certificate_path = test_path(certificate),
                              .remote = {.sign = sign_with_openssl, .context = remote}};
    return bd_key_open(&options, key, err);
}

TEST(crypto, a_key_with_somebody_else_signs_through_the_same_seam) {
    static const uint8_t digest[32] = {7};
    bd_err err = {0};
    bd_key *key = NULL;
    bd_str der = {0};
    bd_cms_report report;
    remote_key remote = {.key_path = "one.key"};
    make_rsa("one");
    CHECK_OK(open_remote(&remote, "one.crt", &key, &err), err);
    CHECK_EQ_INT(remote.asked, 1); /* it showed that it fits */
    CHECK_OK(bd_cms_sign(key, digest, test_arena(), &der, &err), err);
    CHECK_OK(bd_cms_verify(der, digest, test_read_file(test_path("one.crt")), BD_INSTANT_NONE,
                           test_arena(), &report, &err),
             err);
    CHECK(report.is_intact && report.is_trusted);
    bd_key_close(key);
}

TEST(crypto, a_key_with_somebody_else_that_does_not_fit_is_refused_at_once) {
    bd_err err = {0};
    bd_key *key = NULL;
    remote_key other = {.key_path = "two.key"}, cut = {.key_path = "one.key", .is_short = true};
    make_rsa("one");
    make_rsa("two");
    CHECK_FAILS(open_remote(&other, "one.crt", &key, &err), err, BD_ERR_INPUT,
                "do not belong together");
    err = (bd_err){0};
    CHECK_FAILS(open_remote(&cut, "one.crt", &key, &err), err, BD_ERR_INPUT,
                "do not belong together");
}

TEST(crypto, a_certificate_is_refused_outside_its_time) {
    bd_err err = {0};
    bd_key *key = NULL;
    const char *key_path = test_path("trial.key.pem"), *path = test_path("trial.crt.pem");
    bd_key_options options = {.key_path = key_path, .certificate_path = path};
    CHECK_OK(bd_identity_make(key_path, path, BD_STR("Trial"), AT_2026, &err), err);
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    CHECK_OK(bd_key_check_time(key, AT_2026, &err), err);
    CHECK_FAILS(bd_key_check_time(key, AT_2026 - BD_SECOND, &err), err, BD_ERR_INPUT,
                "is valid only from 2026-01-01T00:00:00Z");
    err = (bd_err){0};
    CHECK_FAILS(bd_key_check_time(key, AT_2026 + 3660 * 24 * BD_HOUR, &err), err, BD_ERR_INPUT,
                "has expired at");
    bd_key_close(key);
}

TEST(crypto, a_time_stamp_that_is_none_is_an_error_and_never_a_crash) {
    static const char *const replies[] = {"", "0", "\x30", "\x30\x00", "\x30\x03\x02\x01\x00",
                                          "\x30\x82\xff\xff", "<html>", "\x30\x80\x00\x00"};
    static const uint8_t imprint[32] = {1};
    for (size_t i = 0; i < BD_COUNT(replies); i++) {
        bd_err err = {0};
        bd_tsp_request request;
        bd_tsp_report report;
        bd_str token;
        CHECK_OK(bd_tsp_request_make(imprint, (bd_str){"", 0}, test_arena(), &request, &err), err);
        test_failure("reply %zu", i);
        CHECK(bd_failed(bd_tsp_reply_read(bd_str_of(replies[i]), &request, (bd_str){"", 0},
                                          BD_INSTANT_NONE, test_arena(), &token, &report, &err)));
        CHECK(err.class == BD_ERR_INPUT);
        CHECK(bd_failed(bd_tsp_file_read(bd_str_of(replies[i]), &token, NULL)));
    }
}

TEST(crypto, two_questions_for_the_time_never_have_the_same_nonce) {
    static const uint8_t imprint[32] = {1};
    bd_err err = {0};
    bd_tsp_request one, two;
    CHECK_OK(bd_tsp_request_make(imprint, BD_STR("1.2.3"), test_arena(), &one, &err), err);
    CHECK_OK(bd_tsp_request_make(imprint, BD_STR("1.2.3"), test_arena(), &two, &err), err);
    CHECK(memcmp(one.nonce, two.nonce, sizeof one.nonce) != 0);
    test_write_file(test_path("question.tsq"), one.der);
    CHECK_EQ_INT(run_command(NULL, "openssl ts -query -in question.tsq -text | grep -q 'Policy OID: 1.2.3'"), 0);
    CHECK_FAILS(bd_tsp_request_make(imprint, BD_STR("not an oid"), test_arena(), &two, &err), err,
                BD_ERR_INPUT, "is no policy");
}

TEST(crypto, revocation_data_that_is_none_is_refused) {
    static const char *const files[] = {"", "hello", "\x30\x03\x02\x01\x00",
                                        "-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n"};
    for (size_t i = 0; i < BD_COUNT(files); i++) {
        bd_err err = {0};
        bd_revocations said = {{0}, {0}};
        test_failure("file %zu", i);
        CHECK_FAILS(bd_revocation_add(bd_str_of(files[i]), test_arena(), &said, &err), err,
                    BD_ERR_INPUT, "neither a revocation list nor");
        CHECK_EQ_INT(said.crls.count + said.ocsps.count, 0);
    }
}
