/* crypto_test.c - hashes against published vectors, signatures against the openssl command. */
#include "bindery/crypto.h"

#include "../../src/base/crypto/crypto_priv.h"
#include "test.h"

#include <sys/stat.h>

#define AT_2026 (INT64_C(1767225600) * BD_SECOND) /* 2026-01-01T00:00:00Z */
#define YEAR (INT64_C(365) * 24 * BD_HOUR)

/* ---- shared ---------------------------------------------------------------------------------- */

static bd_key *open_pair(const char *key_path, const char *certificate_path) {
    bd_err err = {0};
    bd_key *key = NULL;
    bd_key_options options = {.key_path = key_path, .certificate_path = certificate_path};
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    return key;
}

static bd_key *open_trial(void) {
    bd_err err = {0};
    const char *key = test_path("trial.key.pem"), *certificate = test_path("trial.crt.pem");
    CHECK_OK(bd_identity_make(key, certificate, BD_STR("Contoso trial"), AT_2026, &err), err);
    return open_pair(key, certificate);
}

static void make_pair(const char *name, const char *algorithm) {
    bd_str output;
    int status =
        run_command(&output,
                    "umask 077; openssl req -x509 -newkey %s -nodes -keyout %s.key -out %s.crt "
                    "-days 3650 -subj '/O=Contoso/CN=%s' 2>&1",
                    algorithm, name, name, name);
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
}

static bd_str trial_pem(void) {
    return test_read_file(test_path("trial.crt.pem"));
}

static bd_str sign_text(bd_key *key, bd_str text) {
    bd_err err = {0};
    uint8_t digest[32];
    bd_str der;
    bd_sha256_of(text, digest);
    CHECK_OK(bd_cms_sign(key, digest, test_arena(), &der, &err), err);
    return der;
}

static bd_cms_report verify_text(bd_str der, bd_str text, bd_str trust) {
    bd_err err = {0};
    uint8_t digest[32];
    bd_cms_report report;
    bd_sha256_of(text, digest);
    CHECK_OK(bd_cms_verify(der, digest, trust, BD_INSTANT_NONE, test_arena(), &report, &err), err);
    return report;
}

/* True when the bytes are refused or judged as not intact: what a mutation must come to. */
static bool is_caught(bd_str der, bd_str text, bd_str trust) {
    bd_err err = {0};
    uint8_t digest[32];
    bd_cms_report report;
    bd_arena *arena = bd_arena_open("mutation", 16u << 20);
    bd_sha256_of(text, digest);
    bd_rc rc = bd_cms_verify(der, digest, trust, BD_INSTANT_NONE, arena, &report, &err);
    bool caught = bd_failed(rc) || !report.is_intact || !report.is_trusted;
    bd_arena_close(arena);
    return caught;
}

static void check_refused(bd_str der, bd_str text, const char *part) {
    bd_err err = {0};
    uint8_t digest[32];
    bd_cms_report report;
    bd_sha256_of(text, digest);
    CHECK_FAILS(
        bd_cms_verify(der, digest, BD_STR(""), BD_INSTANT_NONE, test_arena(), &report, &err), err,
        BD_ERR_INPUT, part);
}

static bd_str openssl_signs(const char *options) {
    bd_str output;
    test_write_file(test_path("content.txt"), BD_STR("content"));
    int status = run_command(&output,
                             "openssl cms -sign -binary -outform DER -in content.txt -out o.p7s "
                             "-signer other.crt -inkey other.key %s 2>&1",
                             options);
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    return test_read_file(test_path("o.p7s"));
}

static size_t find_bytes(bd_str text, const char *bytes, size_t count) {
    ptrdiff_t at = bd_str_find(text, (bd_str){bytes, count});
    CHECK(at >= 0);
    return (size_t)at;
}

/* ---- SHA-256 --------------------------------------------------------------------------------- */

TEST(crypto, sha256_answers_the_nist_vectors) {
    /* FIPS 180-4 examples and NIST's short message set. */
    static const struct {
        const char *text, *hex;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrl"
         "mnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < BD_COUNT(vectors); i++) {
        CHECK_EQ_STR(bd_sha256_hex(test_arena(), bd_str_of(vectors[i].text)), vectors[i].hex);
    }
}

TEST(crypto, sha256_of_a_million_a_in_uneven_pieces) {
    char piece[997];
    char hex[65];
    uint8_t digest[32];
    memset(piece, 'a', sizeof(piece));
    bd_sha256 *hash = bd_sha256_open();
    for (int round = 0; round < 2;
         round++) { /* the handle is ready for a new message after finish */
        for (size_t left = 1000000; left > 0;) {
            size_t count = left < sizeof(piece) ? left : sizeof(piece);
            bd_sha256_put(hash, piece, count);
            left -= count;
        }
        bd_sha256_finish(hash, digest);
        bd_hex(digest, 32, hex);
        CHECK_EQ_STR(&hex[0], "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }
    bd_sha256_close(hash);
    bd_sha256_close(NULL);
}

/* ---- identities ------------------------------------------------------------------------------ */

TEST(crypto, trial_identity_is_what_the_format_says) {
    bd_err err = {0};
    bd_certificate_facts facts;
    struct stat status;
    bd_key_close(open_trial());
    CHECK_EQ_INT(stat(test_path("trial.key.pem"), &status), 0);
    CHECK_EQ_INT(status.st_mode & 0777, 0600);
    CHECK_OK(bd_certificate_read(trial_pem(), test_arena(), &facts, &err), err);
    CHECK_EQ_STR(facts.subject, "CN=Contoso trial");
    CHECK_EQ_STR(facts.issuer, facts.subject);
    CHECK_EQ_STR(facts.algorithm, "P-256");
    CHECK(facts.is_self_signed);
    CHECK_EQ_STR(bd_instant_format(test_arena(), facts.not_before), "2026-01-01T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), facts.not_after), "2036-01-01T00:00:00Z");
    CHECK_EQ_INT(facts.serial_hex.size, 32);
    bd_str text;
    CHECK_EQ_INT(
        run_command(&text, "openssl x509 -in trial.crt.pem -noout -text -fingerprint -sha256"), 0);
    CHECK(bd_str_find(text, BD_STR("CA:FALSE")) > 0);
    CHECK(bd_str_find(text, BD_STR("Digital Signature, Non Repudiation")) > 0);
    CHECK(bd_str_find(text, BD_STR("prime256v1")) > 0);
}

TEST(crypto, identity_is_never_overwritten) {
    bd_err err = {0};
    bd_key_close(open_trial());
    CHECK_FAILS(bd_identity_make(test_path("trial.key.pem"), test_path("new.crt"), BD_STR("x"),
                                 AT_2026, &err),
                err, BD_ERR_INPUT, "never overwritten");
    CHECK(!bd_path_exists(test_path("new.crt")));
}

TEST(crypto, identity_takes_names_beyond_ascii_and_refuses_none) {
    bd_err err = {0};
    bd_certificate_facts facts;
    CHECK_OK(bd_identity_make(test_path("k"), test_path("c"), BD_STR("Jens Müller, Юлия"), AT_2026,
                              &err),
             err);
    CHECK_OK(bd_certificate_read(test_read_file(test_path("c")), test_arena(), &facts, &err), err);
    CHECK_EQ_STR(facts.subject, "CN=Jens Müller\\, Юлия");
    CHECK_FAILS(bd_identity_make(test_path("k2"), test_path("c2"), BD_STR(""), AT_2026, &err), err,
                BD_ERR_INPUT, "name");
}

TEST(crypto, key_that_others_may_read_is_refused) {
    static const char *const modes[] = {"0640", "0604", "0620", "0601"};
    bd_err err = {0};
    bd_key *key = NULL;
    bd_key_close(open_trial());
    bd_key_options options = {.key_path = test_path("trial.key.pem"),
                              .certificate_path = test_path("trial.crt.pem")};
    for (size_t i = 0; i < BD_COUNT(modes); i++) {
        CHECK_EQ_INT(run_command(NULL, "chmod %s trial.key.pem", modes[i]), 0);
        CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "chmod 600");
    }
}

TEST(crypto, wrong_key_for_the_certificate_is_refused) {
    bd_err err = {0};
    bd_key *key = NULL;
    bd_key_close(open_trial());
    make_pair("other", "ec -pkeyopt ec_paramgen_curve:P-256");
    bd_key_options options = {.key_path = test_path("other.key"),
                              .certificate_path = test_path("trial.crt.pem")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "do not belong together");
}

TEST(crypto, files_that_are_no_identity_are_refused_with_their_reason) {
    bd_err err = {0};
    bd_key *key = NULL;
    bd_key_close(open_trial());
    bd_key_options options = {.key_path = test_path("none"),
                              .certificate_path = test_path("trial.crt.pem")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_IO, "none");
    options.key_path = test_folder();
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "not a regular file");
    CHECK_EQ_INT(run_command(NULL, "umask 077; echo hello > text; : > empty; mkfifo -m 600 pipe"),
                 0);
    options.key_path = test_path("text");
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "private key");
    options.key_path = test_path("empty");
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "0 bytes");
    options.key_path = test_path("pipe");
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "not a regular file");
    options = (bd_key_options){.key_path = test_path("trial.key.pem"),
                               .certificate_path = test_path("text")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "no certificate found");
    options = (bd_key_options){.pkcs12_path = test_path("text")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "PKCS#12");
    options = (bd_key_options){0};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "no identity");
}

TEST(crypto, algorithms_outside_the_profile_are_refused) {
    static const char *const algorithms[] = {
        "rsa:1024", "ed25519", "ec -pkeyopt ec_paramgen_curve:secp256k1",
        "ec -pkeyopt ec_paramgen_curve:P-521", "rsa:2048 -sha1"};
    for (size_t i = 0; i < BD_COUNT(algorithms); i++) {
        bd_err err = {0};
        bd_key *key = NULL;
        make_pair("weak", algorithms[i]);
        bd_key_options options = {.key_path = test_path("weak.key"),
                                  .certificate_path = test_path("weak.crt")};
        CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "refused certificate");
    }
}

TEST(crypto, key_usage_without_signatures_is_refused) {
    bd_err err = {0};
    bd_key *key = NULL;
    make_pair("enc", "rsa:2048 -addext keyUsage=keyEncipherment");
    bd_key_options options = {.key_path = test_path("enc.key"),
                              .certificate_path = test_path("enc.crt")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "key usage");
}

TEST(crypto, a_certificate_for_time_stamps_or_revocation_signs_nothing) {
    static const char *const purposes[] = {"critical,timeStamping", "OCSPSigning", "OCSPSigning,clientAuth"};
    for (size_t i = 0; i < BD_COUNT(purposes); i++) {
        bd_err err = {0};
        bd_key *key = NULL;
        make_pair("clerk", bd_str_format(test_arena(), "rsa:2048 -addext extendedKeyUsage=%s", purposes[i]).data);
        bd_key_options options = {.key_path = test_path("clerk.key"), .certificate_path = test_path("clerk.crt")};
        CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "not for signing");
    }
}

/* Who trusts an authority does not mean each of its servers; who lists the one certificate does. */
TEST(crypto, a_server_under_a_trusted_authority_is_no_trusted_signer) {
    static const struct {
        const char *purposes;
        bool is_for_more;
    } certificates[] = {{"serverAuth", false},
                        {"serverAuth,clientAuth", false},
                        {"clientAuth", true},
                        {"serverAuth,emailProtection", true},
                        {"serverAuth,1.3.6.1.5.5.7.3.36", true},
                        {"emailProtection", true}};
    make_pair("root", "rsa:2048");
    for (size_t i = 0; i < BD_COUNT(certificates); i++) {
        bd_str output;
        const char *purposes = certificates[i].purposes;
        CHECK_EQ_INT(run_command(&output,
                                 "umask 077; printf 'extendedKeyUsage=%s\n' >ext; openssl req -new -newkey rsa:2048 "
                                 "-nodes -keyout w.key -subj /CN=web -out w.csr 2>&1; openssl x509 -req -in w.csr -CA "
                                 "root.crt -CAkey root.key -CAcreateserial -extfile ext -out w.crt 2>&1", purposes), 0);
        bd_key *key = open_pair(test_path("w.key"), test_path("w.crt"));
        bd_str der = sign_text(key, BD_STR("content"));
        bd_cms_report report = verify_text(der, BD_STR("content"), test_read_file(test_path("root.crt")));
        test_failure("%s: %.*s", purposes, BD_ARG(report.reason));
        CHECK(report.is_intact && report.is_trusted == certificates[i].is_for_more);
        CHECK(report.is_trusted || bd_str_find(report.reason, BD_STR("for servers, not for signing")) > 0);
        CHECK(verify_text(der, BD_STR("content"), test_read_file(test_path("w.crt"))).is_trusted);
        bd_key_close(key);
    }
}

static bd_rc answer(void *context, const char *path, bd_arena *arena, bd_str *out, bd_err *err) {
    int *asked = context;
    (void)path;
    (void)err;
    *asked += 1;
    *out = bd_str_copy(arena, BD_STR("s3cret"));
    return BD_OK;
}

static bd_rc answer_wrong(void *context, const char *path, bd_arena *arena, bd_str *out,
                          bd_err *err) {
    (void)context;
    (void)path;
    (void)err;
    *out = bd_str_copy(arena, BD_STR("hunter2"));
    return BD_OK;
}

TEST(crypto, encrypted_pem_asks_once_and_opens) {
    bd_err err = {0};
    bd_key *key = NULL;
    int asked = 0;
    make_pair("plain", "rsa:3072");
    CHECK_EQ_INT(
        run_command(
            NULL, "umask 077; openssl pkcs8 -topk8 -in plain.key -passout pass:s3cret -out e.key"),
        0);
    bd_key_options options = {.key_path = test_path("e.key"),
                              .certificate_path = test_path("plain.crt")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "no passphrase can be had");
    options.passphrase = answer_wrong;
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "passphrase does not fit");
    CHECK(strstr(err.message, "hunter2") == NULL);
    options.passphrase = answer;
    options.context = &asked;
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    CHECK_EQ_INT(asked, 1);
    bd_str der = sign_text(key, BD_STR("content"));
    CHECK(verify_text(der, BD_STR("content"), test_read_file(test_path("plain.crt"))).is_trusted);
    bd_key_close(key);
}

TEST(crypto, pkcs12_opens_with_its_chain) {
    bd_err err = {0};
    bd_key *key = NULL;
    int asked = 0;
    bd_str output;
    make_pair("root", "rsa:3072");
    CHECK_EQ_INT(
        run_command(&output,
                    "umask 077; openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-384 -nodes "
                    "-keyout s.key -subj /CN=Signer -out s.csr &&openssl x509 -req -in s.csr -CA "
                    "root.crt -CAkey root.key -days 100 -set_serial 7 -out s.crt &&openssl pkcs12 "
                    "-export -in s.crt -inkey s.key -certfile root.crt -passout pass:s3cret -out "
                    "s.p12 &&openssl pkcs12 -export -in s.crt -inkey s.key -passout pass: -out "
                    "open.p12"),
        0);
    bd_key_options options = {.pkcs12_path = test_path("s.p12")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "no passphrase can be had");
    options.passphrase = answer_wrong;
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "passphrase does not fit");
    options.passphrase = answer;
    options.context = &asked;
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    CHECK_EQ_INT(asked, 1);
    bd_str der = sign_text(key, BD_STR("content"));
    bd_cms_report report =
        verify_text(der, BD_STR("content"), test_read_file(test_path("root.crt")));
    CHECK(report.is_intact && report.is_trusted && !report.signer.is_self_signed);
    CHECK_EQ_STR(report.signer.algorithm, "P-384");
    CHECK_EQ_STR(report.signer.issuer, "CN=root, O=Contoso");
    CHECK(verify_text(der, BD_STR("content"), test_read_file(test_path("s.crt"))).is_trusted);
    bd_str pem = bd_key_certificate_pem(key, test_arena());
    CHECK(bd_str_find(bd_str_sub(pem, 20, pem.size), BD_STR("BEGIN CERT")) > 0);
    bd_key_close(key);
    options = (bd_key_options){.pkcs12_path = test_path("open.p12")};
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    bd_key_close(key);
}

TEST(crypto, pkcs12_with_algorithms_of_the_last_century_says_what_to_do) {
    bd_err err = {0};
    bd_key *key = NULL;
    make_pair("old", "rsa:2048");
    if (run_command(
            NULL,
            "umask 077; openssl pkcs12 -export -legacy -in old.crt -inkey old.key -passout pass: "
            "-out old.p12") != 0) {
        test_skip("this openssl cannot write the old form");
    }
    bd_key_options options = {.pkcs12_path = test_path("old.p12")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT, "write it anew with AES-256");
}

TEST(crypto, certificate_outside_the_chain_is_refused) {
    bd_err err = {0};
    bd_key *key = NULL;
    make_pair("one", "ec -pkeyopt ec_paramgen_curve:P-256");
    make_pair("two", "ec -pkeyopt ec_paramgen_curve:P-256");
    CHECK_EQ_INT(run_command(NULL, "cat one.crt two.crt > both.crt"), 0);
    bd_key_options options = {.key_path = test_path("one.key"),
                              .certificate_path = test_path("both.crt")};
    CHECK_FAILS(bd_key_open(&options, &key, &err), err, BD_ERR_INPUT,
                "not part of the signer's chain");
}

/* ---- signatures that must hold --------------------------------------------------------------- */

static void check_openssl_accepts(const char *certificate, bd_str der, bd_str text) {
    bd_str output;
    test_write_file(test_path("x.p7s"), der);
    test_write_file(test_path("x.txt"), text);
    int status = run_command(&output,
                             "openssl cms -verify -binary -inform DER -in x.p7s -content x.txt "
                             "-CAfile %s -out /dev/null",
                             certificate);
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    CHECK_EQ_INT(run_command(&output, "openssl cms -cmsout -print -noout -inform DER -in x.p7s"),
                 0);
    CHECK(bd_str_find(output, BD_STR("signingTime")) < 0);
    CHECK(bd_str_find(output, BD_STR("id-smime-aa-signingCertificateV2")) > 0);
    CHECK(bd_str_find(output, BD_STR("unsignedAttrs:\n          <ABSENT>")) > 0);
}

TEST(crypto, openssl_accepts_a_trial_signature_without_signing_time) {
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    check_openssl_accepts("trial.crt.pem", der, BD_STR("content"));
    CHECK(der.size <= bd_cms_size_bound(key));
    bd_cms_report report = verify_text(der, BD_STR("content"), trial_pem());
    CHECK(report.is_intact && report.is_trusted && report.reason.size == 0);
    bd_key_close(key);
}

TEST(crypto, openssl_accepts_rsa_3072_and_it_repeats) {
    make_pair("rsa", "rsa:3072");
    bd_key *key = open_pair(test_path("rsa.key"), test_path("rsa.crt"));
    bd_str der = sign_text(key, BD_STR("content"));
    check_openssl_accepts("rsa.crt", der, BD_STR("content"));
    CHECK(bd_str_eq(der, sign_text(key, BD_STR("content"))));
    CHECK_EQ_INT(der.size, bd_cms_size_bound(key));
    bd_key_close(key);
}

TEST(crypto, many_signatures_stay_within_the_bound_and_verify) {
    bd_key *key = open_trial();
    for (int i = 0; i < 100; i++) {
        bd_str text = bd_str_format(test_arena(), "content %d", i);
        bd_str der = sign_text(key, text);
        CHECK(der.size <= bd_cms_size_bound(key));
        CHECK(verify_text(der, text, trial_pem()).is_trusted);
    }
    bd_key_close(key);
}

static bd_rc sign_something_else(const bd_key *key, bd_str tbs, uint8_t *signature, size_t *count,
                                 bd_err *err) {
    bd_key_options options = {.key_path = test_path("trial.key.pem"),
                              .certificate_path = test_path("trial.crt.pem")};
    bd_key *honest = NULL;
    (void)key;
    BD_TRY(bd_key_open(&options, &honest, err));
    bd_rc rc = honest->sign(honest, bd_str_sub(tbs, 1, tbs.size), signature, count, err);
    bd_key_close(honest);
    return rc;
}

TEST(crypto, a_key_that_signs_something_else_is_caught_before_the_signature_leaves) {
    static const uint8_t digest[32] = {1};
    bd_err err = {0};
    bd_str der = {0};
    bd_key *key = open_trial();
    key->sign = sign_something_else;
    CHECK_FAILS(bd_cms_sign(key, digest, test_arena(), &der, &err), err, BD_ERR_INPUT,
                "does not verify");
    CHECK(der.data == NULL);
    bd_key_close(key);
}

/* ---- signatures that must not ---------------------------------------------------------------- */

TEST(crypto, other_content_is_a_verdict_not_an_error) {
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    bd_cms_report report = verify_text(der, BD_STR("contents"), trial_pem());
    CHECK(!report.is_intact && !report.is_trusted);
    CHECK_EQ_STR(report.reason, "the signed digest is not the digest of the content");
    bd_key_close(key);
}

TEST(crypto, a_signer_the_caller_does_not_list_is_untrusted) {
    bd_key *key = open_trial();
    make_pair("other", "ec -pkeyopt ec_paramgen_curve:P-256");
    bd_str der = sign_text(key, BD_STR("content"));
    bd_cms_report report =
        verify_text(der, BD_STR("content"), test_read_file(test_path("other.crt")));
    CHECK(report.is_intact && !report.is_trusted);
    CHECK(bd_str_find(report.reason, BD_STR("not trusted")) > 0);
    report = verify_text(der, BD_STR("content"), BD_STR(""));
    CHECK(report.is_intact && !report.is_trusted);
    bd_key_close(key);
}

TEST(crypto, trust_that_is_no_certificate_is_the_callers_mistake) {
    bd_err err = {0};
    uint8_t digest[32];
    bd_cms_report report;
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    bd_sha256_of(BD_STR("content"), digest);
    CHECK_FAILS(
        bd_cms_verify(der, digest, BD_STR("hello"), BD_INSTANT_NONE, test_arena(), &report, &err),
        err, BD_ERR_USAGE, "trusted certificates");
    bd_key_close(key);
}

TEST(crypto, time_outside_the_signers_validity_is_said) {
    static const struct {
        bd_instant at;
        bool is_bad;
    } times[] = {{AT_2026, false},
                 {AT_2026 - BD_SECOND, true},
                 {AT_2026 + 9 * YEAR, false},
                 {AT_2026 + 11 * YEAR, true},
                 {BD_INSTANT_NONE, false}};
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    uint8_t digest[32];
    bd_sha256_of(BD_STR("content"), digest);
    for (size_t i = 0; i < BD_COUNT(times); i++) {
        bd_err err = {0};
        bd_cms_report report;
        CHECK_OK(bd_cms_verify(der, digest, trial_pem(), times[i].at, test_arena(), &report, &err),
                 err);
        CHECK_EQ_INT(report.is_time_bad, times[i].is_bad);
        CHECK_EQ_INT(report.is_trusted, !times[i].is_bad);
        CHECK(report.is_intact);
    }
    bd_key_close(key);
}

TEST(crypto, every_flipped_byte_of_a_signature_is_caught) {
    static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    char *copy = bd_new(test_arena(), char, der.size);
    memcpy(copy, der.data, der.size);
    CHECK(!is_caught((bd_str){copy, der.size}, BD_STR("content"), trial_pem()));
    for (size_t i = 0; i < der.size; i++) {
        for (size_t f = 0; f < BD_COUNT(flips); f++) {
            copy[i] = (char)((uint8_t)der.data[i] ^ flips[f]);
            test_failure("byte %zu flipped with %02x is accepted", i, flips[f]);
            CHECK(is_caught((bd_str){copy, der.size}, BD_STR("content"), trial_pem()));
        }
        copy[i] = der.data[i];
    }
    bd_key_close(key);
}

TEST(crypto, every_truncated_signature_and_every_byte_after_it_is_caught) {
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    for (size_t i = 0; i < der.size; i++) {
        CHECK(is_caught(bd_str_sub(der, 0, i), BD_STR("content"), trial_pem()));
    }
    bd_str longer = bd_str_format(test_arena(), "%.*s", 0, "");
    char *more = bd_new(test_arena(), char, der.size + 1);
    memcpy(more, der.data, der.size);
    longer = (bd_str){more, der.size + 1};
    check_refused(longer, BD_STR("content"), "after the end");
    bd_key_close(key);
}

TEST(crypto, rsa_algorithm_spelled_another_way_is_caught) {
    make_pair("rsa", "rsa:2048");
    bd_key *key = open_pair(test_path("rsa.key"), test_path("rsa.crt"));
    bd_str der = sign_text(key, BD_STR("content"));
    char *copy = bd_new(test_arena(), char, der.size);
    memcpy(copy, der.data, der.size);
    /* rsaEncryption (…1.1.1) of the signer info becomes sha256WithRSAEncryption (…1.1.11): OpenSSL
     * verifies it. */
    for (size_t i = der.size; i-- > 9;) {
        if (memcmp(copy + i - 9, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9) == 0) {
            copy[i - 1] = 0x0b;
            break;
        }
    }
    check_refused((bd_str){copy, der.size}, BD_STR("content"), "signature algorithm");
    bd_key_close(key);
}

/* The other s of an ECDSA value verifies as well as the first: a signature with two spellings. */
TEST(crypto, high_s_spelling_of_an_ecdsa_value_is_caught) {
    bd_str output;
    bd_key *key = open_trial();
    bd_str der = sign_text(key, BD_STR("content"));
    test_write_file(test_path("x.p7s"), der);
    test_write_file(test_path("x.txt"), BD_STR("content"));
    int status = run_command(
        &output,
        "command -v python3 >/dev/null || exit 99; python3 - <<'E'\n"
        "n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551\n"
        "d=open('x.p7s','rb').read()\n"
        "k=next(i for i in range(len(d)-80,len(d)-2) if d[i-2]==4 and d[i-1]==len(d)-i"
        " and d[i]==0x30 and i+2+d[i+1]==len(d))\n"
        "r=d[k+4:k+4+d[k+3]]; p=k+4+len(r); s=n-int.from_bytes(d[p+2:],'big')\n"
        "sb=s.to_bytes(s.bit_length()//8+1,'big')\n"
        "sig=bytes([2,len(r)])+r+bytes([2,len(sb)])+sb; sig=bytes([0x30,len(sig)])+sig\n"
        "delta=len(sig)-(len(d)-k)\n"
        "out=bytearray(d[:k]+sig); out[k-1]=len(sig)\n"
        "import subprocess\n"
        "def fix(i):\n"
        " assert out[i+1]==0x82; v=(out[i+2]<<8|out[i+3])+delta; out[i+2]=v>>8; out[i+3]=v&255\n"
        "fix(0)\n"
        "b=d.index(b'\\xa0\\x82'); fix(b); fix(b+4)\n"
        "for i in range(b+5,k):\n"
        " if d[i:i+2]==b'\\x31\\x82' and i+4+(d[i+2]<<8|d[i+3])==len(d): fix(i); "
        "fix(i+4)\n"
        "open('y.p7s','wb').write(out)\n"
        "E\n"
        "openssl cms -verify -binary -inform DER -in y.p7s -content x.txt -CAfile trial.crt.pem "
        "-out /dev/null");
    if (status == 99) {
        test_skip("python3 is not here to write the other spelling");
    }
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    check_refused(test_read_file(test_path("y.p7s")), BD_STR("content"), "one form of our profile");
    bd_key_close(key);
}

TEST(crypto, foreign_shapes_are_refused_with_their_reason) {
    static const struct {
        const char *options, *part;
    } cases[] = {
        {"", "signingTime"},                       /* no signing certificate, signing time */
        {"-cades", "signingTime"},                 /* signing time in spite of CAdES */
        {"-noattr", "lacks the signed attribute"}, /* no signed attributes at all */
        {"-nodetach -cades", "content of its own"},
        {"-md sha1", "digest SHA1"},
        {"-md md5", "digest MD5"},
        {"-md sha512 -cades", "digest SHA512"},
        {"-nocerts -cades", "signingTime"},
        {"-keyid -cades", "signingTime"},
        {"-signer second.crt -inkey second.key", "2 signers"},
        {"-stream -indef", "not DER"},
    };
    make_pair("other", "rsa:2048");
    make_pair("second", "rsa:2048");
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str der = openssl_signs(cases[i].options);
        bd_err err = {0};
        uint8_t digest[32];
        bd_cms_report report;
        bd_sha256_of(BD_STR("content"), digest);
        test_failure("openssl cms -sign %s: %s", cases[i].options, cases[i].part);
        bd_rc rc =
            bd_cms_verify(der, digest, BD_STR(""), BD_INSTANT_NONE, test_arena(), &report, &err);
        CHECK(bd_failed(rc));
        test_failure("openssl cms -sign %s: %s", cases[i].options, err.message);
        CHECK(strstr(err.message, cases[i].part) != NULL || strstr(err.message, "lacks") != NULL);
    }
}

TEST(crypto, other_content_types_never_reach_the_parser) {
    make_pair("other", "rsa:2048");
    test_write_file(test_path("content.txt"), BD_STR("content"));
    CHECK_EQ_INT(run_command(NULL, "openssl cms -encrypt -binary -outform DER -in content.txt -out "
                                   "e.p7 -aes128 other.crt"),
                 0);
    CHECK_EQ_INT(run_command(NULL, "openssl cms -encrypt -aes-128-gcm -binary -outform DER -in "
                                   "content.txt -out a.p7 other.crt"),
                 0);
    CHECK_EQ_INT(
        run_command(NULL,
                    "openssl cms -data_create -binary -outform DER -in content.txt -out d.p7"),
        0);
    CHECK_EQ_INT(
        run_command(NULL, "openssl crl2pkcs7 -nocrl -certfile other.crt -outform DER -out c.p7"),
        0);
    check_refused(test_read_file(test_path("e.p7")), BD_STR("content"), "not signedData");
    check_refused(test_read_file(test_path("a.p7")), BD_STR("content"), "not signedData");
    check_refused(test_read_file(test_path("d.p7")), BD_STR("content"), "not signedData");
    check_refused(test_read_file(test_path("c.p7")), BD_STR("content"), "0 signers");
    check_refused(BD_STR(""), BD_STR("content"), "no bytes");
    check_refused(BD_STR("hello"), BD_STR("content"), "not");
    char *large = bd_new(test_arena(), char, 1 << 20);
    check_refused((bd_str){large, 1 << 20}, BD_STR("content"), "at most");
}

TEST(crypto, wrong_hash_in_the_signing_certificate_is_caught) {
    bd_key *key = open_trial();
    bd_certificate_facts facts;
    bd_err err = {0};
    CHECK_OK(bd_certificate_read(trial_pem(), test_arena(), &facts, &err), err);
    bd_str der = sign_text(key, BD_STR("content"));
    char *copy = bd_new(test_arena(), char, der.size);
    memcpy(copy, der.data, der.size);
    copy[find_bytes(der, (const char *)facts.sha256, 32) + 5] ^= 1;
    check_refused((bd_str){copy, der.size}, BD_STR("content"), "signing-certificate-v2");
    bd_key_close(key);
}

/* Signs as our own code does, with one thing done to the structure before it is encoded; the
 * signature value holds. */
typedef void spoil_fn(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other);

static bd_str sign_spoilt(bd_key *key, spoil_fn *spoil, X509 *other, STACK_OF(X509) * named) {
    bd_err err = {0};
    uint8_t digest[32], signature[BD_CRYPTO_SIGNATURE_MAX];
    size_t count = 0;
    bd_str tbs, der;
    CMS_ContentInfo *cms = NULL;
    bd_sha256_of(BD_STR("content"), digest);
    CHECK_OK(bd_crypto_cms_build(key->certificate, named, digest, test_arena(), &cms, &tbs, &err),
             err);
    CHECK_OK(key->sign(key, tbs, signature, &count, &err), err);
    CHECK(bd_crypto_signature_settle(X509_get0_pubkey(key->certificate), signature, &count));
    spoil(cms, sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0), other);
    CHECK_OK(bd_crypto_cms_encode(cms, signature, count, (bd_str){"", 0}, test_arena(), &der, &err), err);
    CMS_ContentInfo_free(cms);
    return der;
}

static void spoil_nothing(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other) {
    (void)cms;
    (void)signer_info;
    (void)other;
}

static void add_certificate(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other) {
    (void)signer_info;
    CHECK_EQ_INT(CMS_add1_cert(cms, other), 1);
}

static void add_unsigned_attribute(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other) {
    (void)cms;
    (void)other;
    CHECK_EQ_INT(
        CMS_unsigned_add1_attr_by_txt(signer_info, "1.2.3.4", V_ASN1_UTF8STRING, "junk", 4), 1);
}

static void drop_signing_certificate(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info,
                                     X509 *other) {
    (void)cms;
    (void)other;
    int at = CMS_signed_get_attr_by_NID(signer_info, NID_id_smime_aa_signingCertificateV2, -1);
    X509_ATTRIBUTE_free(CMS_signed_delete_attr(signer_info, at));
}

static void add_signed_attribute(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other) {
    (void)cms;
    (void)other;
    CHECK_EQ_INT(CMS_signed_add1_attr_by_txt(signer_info, "1.2.3.4", V_ASN1_UTF8STRING, "junk", 4),
                 1);
}

static void add_content(CMS_ContentInfo *cms, CMS_SignerInfo *signer_info, X509 *other) {
    (void)signer_info;
    (void)other;
    ASN1_OCTET_STRING **content = CMS_get0_content(cms);
    *content = ASN1_OCTET_STRING_new();
    CHECK_EQ_INT(ASN1_OCTET_STRING_set(*content, (const unsigned char *)"content", 7), 1);
}

static X509 *load_certificate(const char *name) {
    bd_err err = {0};
    STACK_OF(X509) *list = NULL;
    CHECK_OK(bd_crypto_certificates_parse(test_read_file(test_path(name)), 1, &list, &err), err);
    X509 *certificate = sk_X509_pop(list);
    sk_X509_free(list);
    return certificate;
}

TEST(crypto, parts_that_the_signature_does_not_name_are_refused) {
    static const struct {
        spoil_fn *spoil;
        const char *part;
    } cases[] = {
        {add_certificate, "not part of the signer's chain"},
        {add_unsigned_attribute, "unsigned attribute"},
        {drop_signing_certificate, "lacks the signed attribute"},
        {add_signed_attribute, "signed attribute 1.2.3.4"},
        {add_content, "content of its own"},
    };
    bd_key *key = open_trial();
    make_pair("other", "ec -pkeyopt ec_paramgen_curve:P-256");
    X509 *other = load_certificate("other.crt");
    CHECK(!is_caught(sign_spoilt(key, spoil_nothing, other, key->issuers), BD_STR("content"),
                     trial_pem()));
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        check_refused(sign_spoilt(key, cases[i].spoil, other, key->issuers), BD_STR("content"),
                      cases[i].part);
    }
    X509_free(other);
    bd_key_close(key);
}

TEST(crypto, chain_certificate_that_the_signature_does_not_name_is_refused) {
    make_pair("root", "ec -pkeyopt ec_paramgen_curve:P-256");
    CHECK_EQ_INT(
        run_command(
            NULL, "umask 077; openssl req -newkey rsa:2048 -nodes -keyout s.key -subj /CN=S -out "
                  "s.csr && openssl x509 -req -in s.csr -CA root.crt -CAkey root.key -days 9 "
                  "-set_serial 7 -out s.crt"),
        0);
    bd_key *key = open_pair(test_path("s.key"), test_path("s.crt"));
    X509 *root = load_certificate("root.crt");
    CHECK(!is_caught(sign_spoilt(key, spoil_nothing, root, key->issuers), BD_STR("content"),
                     test_read_file(test_path("root.crt"))));
    check_refused(sign_spoilt(key, add_certificate, root, key->issuers), BD_STR("content"),
                  "does not name exactly");
    X509_free(root);
    bd_key_close(key);
}

TEST(crypto, second_signer_is_refused) {
    bd_key *key = open_trial();
    make_pair("other", "ec -pkeyopt ec_paramgen_curve:P-256");
    test_write_file(test_path("x.p7s"), sign_text(key, BD_STR("content")));
    test_write_file(test_path("x.txt"), BD_STR("content"));
    CHECK_EQ_INT(
        run_command(
            NULL,
            "openssl cms -resign -binary -inform DER -outform DER -in x.p7s -signer other.crt "
            "-inkey other.key -out two.p7s -content x.txt"),
        0);
    check_refused(test_read_file(test_path("two.p7s")), BD_STR("content"), "2 signers");
    bd_key_close(key);
}

TEST(crypto, certificate_text_without_a_certificate_is_refused) {
    bd_err err = {0};
    bd_certificate_facts facts;
    CHECK_FAILS(bd_certificate_read(BD_STR(""), test_arena(), &facts, &err), err, BD_ERR_INPUT,
                "no certificate");
    CHECK_FAILS(bd_certificate_read(
                    BD_STR("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
                    test_arena(), &facts, &err),
                err, BD_ERR_INPUT, "cannot read a certificate");
}

/* ---- keys that are elsewhere ----------------------------------------------------------------- */

TEST(crypto, a_tokens_address_is_taken_apart) {
    bd_err err = {0};
    bd_token_address address;
    CHECK_OK(bd_token_address_parse(
                 BD_STR("pkcs11:token=My%20HSM;object=signer;id=%01%ff?module-path=/usr/lib/x.so"),
                 test_arena(), &address, &err),
             err);
    CHECK(bd_str_eqz(address.token, "My HSM"));
    CHECK(bd_str_eqz(address.object, "signer"));
    CHECK(bd_str_eq(address.id, BD_STR("\x01\xff")));
    CHECK(bd_str_eqz(address.module_path, "/usr/lib/x.so"));
}

TEST(crypto, a_tokens_address_that_names_no_key_or_holds_a_pin_is_refused) {
    static const char *const cases[][2] = {
        {"", "token's address"},
        {"pkcs11:", "token's address"},
        {"http://a/", "token's address"},
        {"pkcs11:token=a", "token's address"},
        {"pkcs11:object=a?pin-value=1234", "holds a PIN"},
        {"pkcs11:object=a;pin-value=1234", "holds a PIN"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_err err = {0};
        bd_token_address address;
        test_failure("address %zu", i);
        CHECK_FAILS(bd_token_address_parse(bd_str_of(cases[i][0]), test_arena(), &address, &err),
                    err, BD_ERR_INPUT, cases[i][1]);
        CHECK(strstr(err.message, "1234") == NULL);
    }
}

TEST(crypto, r_and_s_become_der_and_nothing_else_does) {
    bd_err err = {0};
    uint8_t value[BD_CRYPTO_SIGNATURE_MAX] = {0};
    size_t count = 64;
    value[0] = 0x80;
    value[63] = 1;
    CHECK_OK(bd_crypto_ecdsa_encode(value, &count, &err), err);
    CHECK_EQ_INT(count, 2 + 2 + 33 + 2 + 1);
    CHECK(value[0] == 0x30 && value[2] == 0x02 && value[3] == 33 && value[4] == 0);
    for (size_t bad = 0; bad < 130; bad++) {
        count = bad;
        bool is_form = bad == 64 || bad == 96;
        CHECK(is_form || bd_failed(bd_crypto_ecdsa_encode(value, &count, NULL)));
    }
}
