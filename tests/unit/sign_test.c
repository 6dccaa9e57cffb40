/* sign_test.c - signed PDFs: accepted by pdfsig and qpdf, and not one changed byte accepted by
 * us. */
#include "bindery/sign.h"

#include "make_pdf.h"
#include "test.h"

#define AT_2026 (INT64_C(1767225600) * BD_SECOND) /* 2026-01-01T00:00:00Z */

/* ---- shared ---------------------------------------------------------------------------------- */

static bd_key *open_files(const char *key_path, const char *certificate_path) {
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
    return open_files(key, certificate);
}

static bd_str trial_pem(void) {
    return test_read_file(test_path("trial.crt.pem"));
}

static bd_sign_options default_options(void) {
    return (bd_sign_options){.signed_at = AT_2026 + 6 * BD_HOUR,
                             .signer_name = BD_STR("Contoso trial"),
                             .reason = BD_STR("Evidence binder")};
}

static bd_str sign_file(bd_str pdf, bd_key *key) {
    bd_err err = {0};
    bd_str made = {0};
    bd_sign_options options = default_options();
    CHECK_OK(bd_sign_pdf(pdf, key, &options, test_arena(), &made, &err), err);
    return made;
}

/* A signed small file; the key is closed again. */
static bd_str make_signed(void) {
    bd_key *key = open_trial();
    bd_str made = sign_file(make_pdf(), key);
    bd_key_close(key);
    return made;
}

static bd_pdf_report verify_file(bd_str pdf, bd_str trust) {
    bd_err err = {0};
    bd_pdf_report report;
    CHECK_OK(bd_verify_pdf(pdf, trust, BD_INSTANT_NONE, test_arena(), &report, &err), err);
    CHECK((report.verdict == BD_VERDICT_VERIFIED) == (report.reasons.count == 0));
    return report;
}

static bd_verdict_word judge(bd_str pdf, bd_str trust) {
    bd_err err = {0};
    bd_pdf_report report;
    bd_arena *arena = bd_arena_open("mutation", 64u << 20);
    CHECK_OK(bd_verify_pdf(pdf, trust, BD_INSTANT_NONE, arena, &report, &err), err);
    bd_verdict_word verdict = report.verdict;
    bd_arena_close(arena);
    return verdict;
}

static void check_verdict(bd_str pdf, bd_verdict_word expected, const char *part) {
    bd_pdf_report report = verify_file(pdf, trial_pem());
    bool is_said = false;
    for (size_t i = 0; i < report.reasons.count; i++) {
        is_said = is_said || bd_str_find(report.reasons.data[i], bd_str_of(part)) >= 0;
    }
    bd_str first = report.reasons.count > 0 ? report.reasons.data[0] : BD_STR("");
    test_failure("verdict %s (%.*s), expected %s with '%s'", bd_verdict_name(report.verdict),
                 BD_ARG(first), bd_verdict_name(expected), part);
    CHECK(report.verdict == expected);
    CHECK(is_said);
}

static void check_foreign_tools(const char *name) {
    bd_str output;
    int status = run_command(&output, "qpdf --check %s", name);
    test_failure("%.*s", BD_ARG(output));
    CHECK_EQ_INT(status, 0);
    CHECK(bd_str_find(output, BD_STR("WARNING")) < 0);
    CHECK_EQ_INT(run_command(&output, "pdfsig -nocert %s", name), 0);
    test_failure("%.*s", BD_ARG(output));
    CHECK(bd_str_find(output, BD_STR("Total document signed")) > 0);
    CHECK(bd_str_find(output, BD_STR("Signature is Valid")) > 0);
    CHECK(bd_str_find(output, BD_STR("ETSI.CAdES.detached")) > 0);
}

/* ---- what must hold -------------------------------------------------------------------------- */

TEST(sign, signed_pdf_is_verified_and_says_by_whom) {
    bd_str made = make_signed();
    bd_pdf_report report = verify_file(made, trial_pem());
    CHECK(report.verdict == BD_VERDICT_VERIFIED && report.is_signed && !report.is_foreign);
    CHECK_EQ_INT(report.revision_count, 2);
    CHECK_EQ_INT(report.signatures.count, 1);
    const bd_pdf_signature *signature = &report.signatures.data[0];
    CHECK(signature->is_intact && signature->covers_whole_file && signature->is_trusted);
    CHECK(signature->is_certification);
    CHECK_EQ_INT(signature->docmdp, 1);
    CHECK_EQ_STR(signature->level, "PAdES B-B");
    CHECK_EQ_STR(signature->signer.subject, "CN=Contoso trial");
    CHECK_EQ_INT(signature->claimed_time, AT_2026 + 6 * BD_HOUR);
    CHECK(bd_str_has_prefix(made, make_pdf()));
}

TEST(sign, pdfsig_and_qpdf_accept_each_kind_of_key) {
    static const struct {
        const char *name, *algorithm;
    } kinds[] = {{"rsa", "rsa:3072"},
                 {"p256", "ec -pkeyopt ec_paramgen_curve:P-256"},
                 {"p384", "ec -pkeyopt ec_paramgen_curve:P-384"}};
    for (size_t i = 0; i < BD_COUNT(kinds); i++) {
        CHECK_EQ_INT(
            run_command(NULL,
                        "umask 077; openssl req -x509 -newkey %s -nodes -keyout %s.key -out %s.crt "
                        "-days 3650 -subj /CN=%s",
                        kinds[i].algorithm, kinds[i].name, kinds[i].name, kinds[i].name),
            0);
        bd_str key_name = bd_str_format(test_arena(), "%s.key", kinds[i].name);
        bd_str certificate_name = bd_str_format(test_arena(), "%s.crt", kinds[i].name);
        bd_key *key = open_files(test_path(bd_str_z(test_arena(), key_name)),
                                 test_path(bd_str_z(test_arena(), certificate_name)));
        test_write_file(test_path("signed.pdf"), sign_file(make_pdf(), key));
        bd_key_close(key);
        check_foreign_tools("signed.pdf");
    }
}

TEST(sign, pkcs12_key_with_chain_signs) {
    bd_err err = {0};
    bd_key *key = NULL;
    CHECK_EQ_INT(
        run_command(
            NULL, "umask 077; openssl req -x509 -newkey rsa:3072 -nodes -keyout root.key -out "
                  "root.crt -days 3650 -subj /CN=Root &&openssl req -newkey rsa:3072 -nodes "
                  "-keyout s.key -subj /CN=Signer -out s.csr &&openssl x509 -req -in s.csr -CA "
                  "root.crt -CAkey root.key -days 100 -set_serial 7 -out s.crt &&openssl pkcs12 "
                  "-export -in s.crt -inkey s.key -certfile root.crt -passout pass: -out s.p12"),
        0);
    bd_key_options options = {.pkcs12_path = test_path("s.p12")};
    CHECK_OK(bd_key_open(&options, &key, &err), err);
    bd_str made = sign_file(make_pdf(), key);
    CHECK(bd_str_eq(made, sign_file(make_pdf(), key))); /* RSA PKCS#1 v1.5 repeats */
    bd_key_close(key);
    CHECK(judge(made, test_read_file(test_path("root.crt"))) == BD_VERDICT_VERIFIED);
    test_write_file(test_path("signed.pdf"), made);
    check_foreign_tools("signed.pdf");
}

TEST(sign, each_shape_of_annots_and_of_the_widget_signs) {
    static const char *const shapes[] = {"", "/Annots [] ", "/Annots [ 5 0 R ] ", "/Annots 6 0 R "};
    bd_key *key = open_trial();
    for (size_t i = 0; i < BD_COUNT(shapes); i++) {
        bd_err err = {0};
        bd_str made;
        bd_str pdf = make_pdf_with("", shapes[i]);
        if (i == 2) {
            pdf = replace_once(pdf, "/Annots [ 5 0 R ]", "/Annots [ null  ]");
        }
        if (i == 3) {
            pdf = replace_once(pdf, "<< /Title (Binder) >>", "[ ]                  ");
            pdf = replace_once(pdf, "/Info 6 0 R", "           ");
        }
        bd_sign_options options = default_options();
        options.signer_name = BD_STR("Ξένια (Müller) \\ 🙂");
        memcpy(options.rect, (double[4]){20.5, 20, 140.25, 60}, sizeof(options.rect));
        test_failure("%s", shapes[i]);
        CHECK_OK(bd_sign_pdf(pdf, key, &options, test_arena(), &made, &err), err);
        CHECK(judge(made, trial_pem()) == BD_VERDICT_VERIFIED);
        test_write_file(test_path("signed.pdf"), made);
        check_foreign_tools("signed.pdf");
    }
    bd_key_close(key);
}

TEST(sign, mutool_sees_no_change_since_signing) {
    bd_str output;
    test_write_file(test_path("signed.pdf"), make_signed());
    if (run_command(NULL, "command -v mutool") != 0) {
        test_skip("mutool is not here");
    }
    run_command(&output, "mutool sign -v signed.pdf");
    test_failure("%.*s", BD_ARG(output));
    CHECK(bd_str_find(output, BD_STR("unchanged since signing")) > 0);
}

TEST(sign, base_without_a_final_line_end_signs) {
    bd_key *key = open_trial();
    bd_str pdf = make_pdf();
    bd_str made = sign_file(bd_str_sub(pdf, 0, pdf.size - 1), key);
    CHECK(judge(made, trial_pem()) == BD_VERDICT_VERIFIED);
    bd_key_close(key);
}

/* ---- who ------------------------------------------------------------------------------------- */

TEST(sign, signer_that_is_not_listed_is_untrusted) {
    bd_str made = make_signed();
    bd_err err = {0};
    CHECK_OK(
        bd_identity_make(test_path("k"), test_path("c"), BD_STR("Contoso trial"), AT_2026, &err),
        err);
    CHECK(judge(made, test_read_file(test_path("c"))) == BD_VERDICT_UNTRUSTED);
    CHECK(judge(made, BD_STR("")) == BD_VERDICT_UNTRUSTED);
    CHECK(verify_file(made, BD_STR("")).signatures.data[0].is_intact);
}

TEST(sign, trust_that_is_no_certificate_is_the_callers_mistake) {
    bd_err err = {0};
    bd_pdf_report report;
    CHECK_FAILS(
        bd_verify_pdf(make_signed(), BD_STR("hello"), BD_INSTANT_NONE, test_arena(), &report, &err),
        err, BD_ERR_USAGE, "trusted certificates");
}

/* ---- what is refused before signing ---------------------------------------------------------- */

TEST(sign, what_cannot_be_certified_is_refused) {
    static const struct {
        const char *catalog, *part;
    } cases[] = {
        {"/AcroForm << /Fields [] >> ", "/AcroForm"},
        {"/Perms << >> ", "/Perms"},
        {"/AA << >> ", "/AA"},
        {"/OCProperties << >> ", "/OCProperties"},
        {"/Names << /JavaScript << >> >> ", "script"},
        {"/OpenAction << /S /JavaScript /JS (1) >> ", "script"},
        {"/OpenAction << /S /Launch >> ", "script"},
    };
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    bd_str made;
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_err err = {0};
        CHECK_FAILS(bd_sign_pdf(make_pdf_with(cases[i].catalog, ""), key, &options, test_arena(),
                                &made, &err),
                    err, BD_ERR_INPUT, cases[i].part);
    }
    bd_err err = {0};
    CHECK_FAILS(bd_sign_pdf(sign_file(make_pdf(), key), key, &options, test_arena(), &made, &err),
                err, BD_ERR_INPUT, "signed already");
    CHECK_FAILS(bd_sign_pdf(BD_STR("hello"), key, &options, test_arena(), &made, &err), err,
                BD_ERR_INPUT, "not a pdf");
    CHECK_FAILS(
        bd_sign_pdf(join(make_pdf(), BD_STR("x")), key, &options, test_arena(), &made, &err), err,
        BD_ERR_INPUT, "goes on after its end");
    options.page_index = 1;
    CHECK_FAILS(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &made, &err), err,
                BD_ERR_INPUT, "no page 2");
    options = default_options();
    options.signed_at = BD_INSTANT_NONE;
    CHECK_FAILS(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &made, &err), err,
                BD_ERR_INPUT, "no time");
    bd_key_close(key);
}

/* ---- every byte ------------------------------------------------------------------------------ */

static bd_str make_signed_with_streams(void) {
    bd_key *key = open_trial();
    bd_str made = sign_file(make_streamed_pdf(), key);
    bd_key_close(key);
    return made;
}

static void check_flips(bd_str made) {
    static const uint8_t flips[] = {0x01, 0x20, 0x10, 0x02, 0x80, 0x08, 0xff};
    bd_str trust = trial_pem();
    CHECK(judge(made, trust) == BD_VERDICT_VERIFIED);
    char *copy = bd_new(test_arena(), char, made.size);
    memcpy(copy, made.data, made.size);
    for (size_t i = 0; i < made.size; i++) {
        for (size_t f = 0; f < 2; f++) {
            uint8_t flip = f == 0 ? 0x20 : flips[i % BD_COUNT(flips)];
            copy[i] = (char)((uint8_t)made.data[i] ^ flip);
            bd_verdict_word verdict = judge((bd_str){copy, made.size}, trust);
            test_failure("byte %zu flipped with %02x is %s", i, flip, bd_verdict_name(verdict));
            CHECK(verdict == BD_VERDICT_ALTERED || verdict == BD_VERDICT_MALFORMED);
        }
        copy[i] = made.data[i];
    }
}

TEST(sign, every_flipped_byte_of_a_signed_pdf_is_caught) {
    check_flips(make_signed());
}

TEST(sign, every_flipped_byte_of_a_signed_pdf_with_object_streams_is_caught) {
    check_flips(make_signed_with_streams());
}

static void check_truncations(bd_str made) {
    bd_str trust = trial_pem();
    for (size_t i = 0; i < made.size; i++) {
        bd_verdict_word verdict = judge(bd_str_sub(made, 0, i), trust);
        test_failure("%zu of %zu bytes are %s", i, made.size, bd_verdict_name(verdict));
        CHECK(verdict == BD_VERDICT_ALTERED || verdict == BD_VERDICT_MALFORMED);
    }
}

TEST(sign, every_truncation_of_a_signed_pdf_is_caught) {
    check_truncations(make_signed());
}

TEST(sign, every_truncation_of_a_signed_pdf_with_object_streams_is_caught) {
    check_truncations(make_signed_with_streams());
}

TEST(sign, pdfsig_and_mutool_accept_a_signed_pdf_with_object_streams) {
    bd_str said;
    test_write_file(test_path("signed.pdf"), make_signed_with_streams());
    CHECK_EQ_INT(run_command(&said, "pdfsig -nocert signed.pdf"), 0);
    CHECK(bd_str_find(said, BD_STR("Signature is Valid")) >= 0);
    CHECK(bd_str_find(said, BD_STR("Total document signed")) >= 0);
    CHECK_EQ_INT(run_command(NULL, "qpdf --check signed.pdf"), 0);
    run_command(&said, "mutool sign -v signed.pdf");
    test_failure("%.*s", BD_ARG(said));
    CHECK(bd_str_find(said, BD_STR("unchanged since signing")) > 0);
}

/* ---- incremental saving ---------------------------------------------------------------------- */

static bd_str append_object(bd_str made, int number, const char *body, int size) {
    const char *const bodies[] = {body};
    return make_revision(made, &number, bodies, 1, size, find_startxref(made), "/Info 6 0 R ");
}

TEST(sign, isa_bytes_after_the_end_are_altered) {
    static const char *const tails[] = {"\n", " ", "x", "%%EOF\n", "%PDF-1.7\n", "\n%%EOF\n"};
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(tails); i++) {
        bd_str longer = join(made, bd_str_of(tails[i]));
        test_failure("tail %zu", i);
        CHECK(judge(longer, trial_pem()) == BD_VERDICT_ALTERED);
    }
    check_verdict(join(made, (bd_str){"\0", 1}), BD_VERDICT_ALTERED, "follow the end");
    bd_str zeros = {bd_new(test_arena(), char, 5000), 5000};
    CHECK(judge(join(made, zeros), trial_pem()) != BD_VERDICT_VERIFIED);
}

TEST(sign, isa_changed_page_is_altered) {
    check_verdict(append_object(make_signed(), 4, "<< /Length 3 >>\nstream\nq Q\nendstream", 9),
                  BD_VERDICT_ALTERED, "a later update");
}

TEST(sign, isa_changed_document_title_is_altered) {
    check_verdict(append_object(make_signed(), 6, "<< /Title (Other) >>", 9), BD_VERDICT_ALTERED,
                  "a later update");
}

TEST(sign, isa_new_object_is_altered) {
    check_verdict(append_object(make_signed(), 9, "(new)", 10), BD_VERDICT_ALTERED, "a later update");
}

TEST(sign, isa_copied_signature_in_the_update_is_altered) {
    bd_str made = make_signed();
    ptrdiff_t from = bd_str_find(made, BD_STR("<<\n/Type /Sig\n"));
    ptrdiff_t to = bd_str_find(made, BD_STR("\nendobj\n8 0 obj"));
    CHECK(from > 0 && to > from);
    bd_str body = bd_str_sub(made, (size_t)from, (size_t)to);
    check_verdict(append_object(made, 7, bd_str_z(test_arena(), body), 9), BD_VERDICT_ALTERED,
                  "leaves out more or other");
}

TEST(sign, eaa_annotation_in_an_update_is_altered) {
    bd_str page = BD_STR("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R "
                         "/Annots [8 0 R 9 0 R] >>");
    bd_str note = BD_STR(
        "<< /Type /Annot /Subtype /FreeText /Rect [0 0 300 200] /Contents (passed) /P 3 0 R >>");
    bd_str made = make_signed();
    const int numbers[] = {3, 9};
    const char *const bodies[] = {page.data, note.data};
    bd_str more = make_revision(made, numbers, bodies, 2, 10, find_startxref(made), "/Info 6 0 R ");
    check_verdict(more, BD_VERDICT_ALTERED, "a later update");
    test_write_file(test_path("more.pdf"), more);
    CHECK_EQ_INT(run_command(NULL, "qpdf --check more.pdf"),
                 0); /* a well-formed forgery, not a broken file */
}

TEST(sign, ssa_second_signature_is_altered) {
    bd_key *key = open_trial();
    bd_str made = sign_file(make_pdf(), key);
    bd_str first =
        BD_STR("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R 9 0 R] /SigFlags 3 >> "
               "/Perms << /DocMDP 7 0 R >> >>");
    const int numbers[] = {1, 9, 10};
    ptrdiff_t from = bd_str_find(made, BD_STR("<<\n/Type /Sig\n"));
    ptrdiff_t to = bd_str_find(made, BD_STR("\nendobj\n8 0 obj"));
    bd_str body = bd_str_sub(made, (size_t)from, (size_t)to);
    const char *const bodies[] = {
        first.data,
        "<< /Type /Annot /Subtype /Widget /FT /Sig /T (Two) /V 10 0 R /P 3 0 R /F 132 "
        "/Rect [0 0 0 0] >>",
        bd_str_z(test_arena(), body)};
    bd_str two = make_revision(made, numbers, bodies, 3, 11, find_startxref(made), "/Info 6 0 R ");
    check_verdict(two, BD_VERDICT_ALTERED, "end at the same byte");
    CHECK_EQ_INT(verify_file(two, trial_pem()).signatures.count, 2);
    bd_key_close(key);
}

TEST(sign, isa_removed_signature_is_malformed_and_unsigned) {
    bd_str bare = append_object(make_signed(), 1, "<< /Type /Catalog /Pages 2 0 R >>", 9);
    check_verdict(bare, BD_VERDICT_MALFORMED, "no signature");
    CHECK(!verify_file(bare, trial_pem()).is_signed);
}

TEST(sign, unsigned_pdf_is_malformed_and_foreign) {
    bd_pdf_report report = verify_file(make_pdf(), BD_STR(""));
    CHECK(report.verdict == BD_VERDICT_MALFORMED && !report.is_signed && report.is_foreign);
}

/* ---- forgeries of the signature dictionary: same length, so that every offset still holds ---- */

/* Replaces the /ByteRange array, 37 bytes wide in our files, with other text of that width. */
static bd_str with_range(bd_str made, const char *range) {
    bd_str found = BD_STR("/ByteRange ");
    ptrdiff_t at = bd_str_find(made, found);
    char *copy = bd_new(test_arena(), char, made.size);
    memcpy(copy, made.data, made.size);
    size_t from = (size_t)at + found.size, width = strlen(range);
    CHECK(width <= 36);
    memset(copy + from, ' ', 36);
    memcpy(copy + from, range, width);
    return (bd_str){copy, made.size};
}

TEST(sign, usf_every_broken_byte_range_is_caught) {
    static const char *const ranges[] = {
        "null",
        "[]",
        "[0]",
        "[0 1 2]",
        "[0 0 0 0]",
        "[0 1 2 3 4]",
        "[-1 10 20 30]",
        "[0 -1 20 30]",
        "[0 10 -20 30]",
        "[0 10 20 -30]",
        "[0 99999999999 1 1]",
        "[0 1 99999999999 1]",
        "[0 1 9223372036854775807 1]",
        "[0 9223372036854775807 1 1]",
        "[0 1 1 9223372036854775807]",
        "[0.0 10 20 30]",
        "[0 10 20 (x)]",
        "[0 10 20 null]",
        "[(0) 1 2 3]",
        "6 0 R",
        "[0 100 50 100]",
        "<< >>",
        "(0 1 2 3)",
        "[0 1 2 18446744073709551615]",
        "[0 10 20 6 0 R]",
    };
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(ranges); i++) {
        bd_verdict_word verdict = judge(with_range(made, ranges[i]), trial_pem());
        test_failure("/ByteRange %s is %s", ranges[i], bd_verdict_name(verdict));
        CHECK(verdict == BD_VERDICT_MALFORMED || verdict == BD_VERDICT_ALTERED);
    }
}

TEST(sign, usf_dictionary_without_its_parts_is_malformed) {
    static const struct {
        const char *from, *to, *part;
    } cases[] = {
        {"/ByteRange", "/ByteRanga", "/ByteRange"},
        {"/Contents <", "/Contemts <", "/Contents"},
        {"/SubFilter /ETSI.CAdES.detached", "/SubFilter /adbe.pkcs7.detachex",
         "ETSI.CAdES.detached"},
        {"/SubFilter /ETSI", "/SubFilta  /ETSI", "ETSI.CAdES.detached"},
        {"/V 7 0 R", "/V 6 0 R", "/Contents"},
    };
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        check_verdict(replace_once(made, cases[i].from, cases[i].to), BD_VERDICT_MALFORMED,
                      cases[i].part);
    }
}

TEST(sign, usf_field_without_a_value_is_never_verified) {
    bd_str made = make_signed();
    CHECK(judge(replace_once(made, "/V 7 0 R", "/W 7 0 R"), trial_pem()) == BD_VERDICT_MALFORMED);
    CHECK(judge(replace_once(made, "/FT /Sig", "/FT /Btn"), trial_pem()) == BD_VERDICT_MALFORMED);
    CHECK(judge(replace_once(made, "/Fields [8 0 R]", "/Fields [     ]"), trial_pem()) ==
          BD_VERDICT_MALFORMED);
    CHECK(judge(replace_once(made, "/AcroForm", "/AcroFarm"), trial_pem()) == BD_VERDICT_MALFORMED);
    CHECK(judge(replace_once(made, "/DocMDP 7", "/DocMDP 8"), trial_pem()) == BD_VERDICT_ALTERED);
    CHECK(judge(replace_once(made, "/P 1 /V", "/P 2 /V"), trial_pem()) == BD_VERDICT_ALTERED);
    CHECK(judge(replace_once(made, "/P 1 /V", "/P 3 /V"), trial_pem()) == BD_VERDICT_ALTERED);
}

static size_t find_hole(bd_str made) {
    ptrdiff_t at = bd_str_find(made, BD_STR("/Contents <3"));
    CHECK(at > 0);
    return (size_t)at + 10;
}

/* The signed bytes stay as they are; only what stands in the hole changes. */
static bd_str with_hole(bd_str made, const char *hex) {
    size_t at = find_hole(made) + 1;
    char *copy = bd_new(test_arena(), char, made.size);
    memcpy(copy, made.data, made.size);
    for (size_t i = at; copy[i] != '>'; i++) {
        copy[i] = '0';
    }
    memcpy(copy + at, hex, strlen(hex));
    return (bd_str){copy, made.size};
}

TEST(sign, usf_empty_and_hollow_contents_are_malformed) {
    static const char *const holes[] = {"",
                                        "3082",
                                        "30820000",
                                        "308200010",
                                        "3082ffff",
                                        "308006092a864886f70d010702",
                                        "30820009060a2a",
                                        "0500",
                                        "3080",
                                        "30820004020101"};
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(holes); i++) {
        test_failure("/Contents <%s0…>", holes[i]);
        CHECK(judge(with_hole(made, holes[i]), trial_pem()) == BD_VERDICT_MALFORMED);
    }
}

TEST(sign, contents_in_capitals_or_with_spaces_are_malformed) {
    bd_str made = make_signed();
    size_t at = find_hole(made);
    char *copy = bd_new(test_arena(), char, made.size);
    memcpy(copy, made.data, made.size);
    for (size_t i = at; copy[i] != '>'; i++) {
        if (copy[i] >= 'a' && copy[i] <= 'f') {
            copy[i] = (char)(copy[i] - 'a' + 'A');
        }
    }
    check_verdict((bd_str){copy, made.size}, BD_VERDICT_MALFORMED, "lower-case");
    test_write_file(test_path("upper.pdf"), (bd_str){copy, made.size});
    check_foreign_tools("upper.pdf"); /* others accept the second spelling */
    memcpy(copy, made.data, made.size);
    for (size_t i = at; copy[i] != '>'; i++) {
        at = i;
    }
    copy[at] = ' ';
    CHECK(judge((bd_str){copy, made.size}, trial_pem()) == BD_VERDICT_MALFORMED);
}

TEST(sign, junk_in_the_padding_is_malformed) {
    bd_err err = {0};
    bd_key *key = open_trial();
    bd_str made = sign_file(make_pdf(), key);
    size_t at = find_hole(made);
    char *copy = bd_new(test_arena(), char, made.size);
    memcpy(copy, made.data, made.size);
    while (copy[at + 1] != '>') {
        at++;
    }
    /* P-256 values are one to three bytes shorter than their bound now and then: sign until there
     * is padding. */
    for (int i = 0; i < 200 && (copy[at] != '0' || copy[at - 1] != '0'); i++) {
        bd_sign_options options = default_options();
        CHECK_OK(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &made, &err), err);
        memcpy(copy, made.data, made.size);
    }
    copy[at] = '1';
    check_verdict((bd_str){copy, made.size}, BD_VERDICT_MALFORMED, "after the CMS");
    bd_key_close(key);
}

TEST(sign, signature_of_another_file_is_altered) {
    bd_key *key = open_trial();
    bd_str one = sign_file(make_pdf(), key);
    bd_str two = sign_file(replace_once(make_pdf(), "(passed)", "(failed)"), key);
    size_t at = find_hole(one), end = at;
    while (one.data[end] != '>') {
        end++;
    }
    CHECK_EQ_INT(find_hole(two), at);
    char *copy = bd_new(test_arena(), char, one.size);
    memcpy(copy, one.data, one.size);
    memcpy(copy + at, two.data + at, end - at);
    check_verdict((bd_str){copy, one.size}, BD_VERDICT_ALTERED, "digest");
    bd_key_close(key);
}

/* ---- wrapping -------------------------------------------------------------------------------- */

/* Moves the second run behind hostile bytes: gap wider than the signature, ranges adjusted, digest
 * still right. */
TEST(sign, swa_moved_second_run_is_caught) {
    bd_str made = make_signed();
    size_t hole = find_hole(made), end = hole;
    while (made.data[end - 1] != '>') {
        end++;
    }
    bd_str hostile = BD_STR(" /Hostile (x)");
    bd_str wrapped =
        join(join(bd_str_sub(made, 0, end), hostile), bd_str_sub(made, end, made.size));
    bd_str range = bd_str_format(test_arena(), "[0 %10zu %10zu %10zu]", hole, end + hostile.size,
                                 made.size - end);
    bd_verdict_word verdict =
        judge(with_range(wrapped, bd_str_z(test_arena(), range)), trial_pem());
    CHECK(verdict == BD_VERDICT_MALFORMED || verdict == BD_VERDICT_ALTERED);
    /* The second run stands once more behind the whole file, so that every offset still holds. */
    bd_str copied = join(made, bd_str_sub(made, end, made.size));
    range = bd_str_format(test_arena(), "[0 %10zu %10zu %10zu]", hole, made.size, made.size - end);
    check_verdict(with_range(copied, bd_str_z(test_arena(), range)), BD_VERDICT_ALTERED,
                  "leaves out more or other");
}

TEST(sign, swa_gap_that_begins_early_or_ends_late_is_altered) {
    static const struct {
        int first, second, rest;
    } shifts[] = {{-1, 0, 0}, {1, 0, 0}, {0, -1, 1}, {0, 1, -1}, {0, 0, -1}, {-5, 5, -5}};
    bd_str made = make_signed();
    size_t hole = find_hole(made), end = hole;
    while (made.data[end - 1] != '>') {
        end++;
    }
    for (size_t i = 0; i < BD_COUNT(shifts); i++) {
        bd_str range = bd_str_format(
            test_arena(), "[0 %10lld %10lld %10lld]", (long long)hole + shifts[i].first,
            (long long)end + shifts[i].second, (long long)(made.size - end) + shifts[i].rest);
        test_failure("%.*s", BD_ARG(range));
        CHECK(judge(with_range(made, bd_str_z(test_arena(), range)), trial_pem()) ==
              BD_VERDICT_ALTERED);
    }
}

/* ---- structure ------------------------------------------------------------------------------- */

TEST(sign, tables_that_lie_are_never_verified) {
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"/Prev ", "/Prew "},
        {"/Size 9", "/Size 3"},
        {"/Root 1 0 R\n/Info", "/Root 2 0 R\n/Info"},
        {"trailer\n<<\n/Size 9\n/Root 1 0 R\n/Info 6 0 R\n",
         "trailer\n<<\n/Size 9\n/Root 1 0 R\n/XRefStm  12\n"},
        {"trailer\n<<\n/Size 9\n/Root 1 0 R\n/Info 6 0 R\n",
         "trailer\n<<\n/Size 9\n/Root 1 0 R\n/Encrypt   6\n"},
        {"7 0 obj\n<<\n/Type /Sig", "6 0 obj\n<<\n/Type /Sig"},
        {"%%EOF\n7 0 obj", "%%EOG\n7 0 obj"},
    };
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_verdict_word verdict =
            judge(replace_once(made, cases[i].from, cases[i].to), trial_pem());
        test_failure("%s: %s", cases[i].to, bd_verdict_name(verdict));
        CHECK(verdict == BD_VERDICT_MALFORMED || verdict == BD_VERDICT_ALTERED);
    }
}

/* The holder of the key can sign any bytes; the form of the signature revision is still ours or it
 * is not accepted. */
TEST(sign, signed_file_with_one_more_object_in_its_signature_revision_is_altered) {
    bd_err err = {0};
    bd_key *key = open_trial();
    bd_str made = sign_file(make_pdf(), key);
    bd_str more = replace_once(made, "/F 132\n", "/F 132 ");
    size_t hole = find_hole(more), end = hole;
    while (more.data[end - 1] != '>') {
        end++;
    }
    uint8_t digest[32];
    bd_str der;
    bd_sha256_of(join(bd_str_sub(more, 0, hole), bd_str_sub(more, end, more.size)), digest);
    CHECK_OK(bd_cms_sign(key, digest, test_arena(), &der, &err), err);
    char *hex = bd_new(test_arena(), char, 2 * der.size + 1);
    bd_hex((const uint8_t *)der.data, der.size, hex);
    more = with_hole(more, hex);
    check_verdict(more, BD_VERDICT_ALTERED, "something else than a signature");
    CHECK(verify_file(more, trial_pem()).signatures.data[0].is_intact);
    bd_key_close(key);
}

TEST(sign, changed_words_of_the_signature_are_altered) {
    static const struct {
        const char *from, *to;
    } cases[] = {
        {"(passed)", "(failed)"},
        {"(Control 6.7.2)", "(Control 6.7.3)"},
        {"/Title (Binder)", "/Title (Bander)"},
        {"D:20260101060000Z", "D:20250101060000Z"},
        {"(Contoso trial)", "(Fabrika trial)"},
        {"(Evidence binder)", "(Evidence bender)"},
        {"[0 0 300 200]", "[0 0 300 100]"},
    };
    bd_str made = make_signed();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        check_verdict(replace_once(made, cases[i].from, cases[i].to), BD_VERDICT_ALTERED, "digest");
    }
}

TEST(sign, things_that_are_no_pdf_are_malformed) {
    static const char *const texts[] = {"",
                                        "x",
                                        "%PDF-1.7\n",
                                        "%PDF-1.7\nstartxref\n0\n%%EOF\n",
                                        "%PDF-1.7\nstartxref\n999999999999999\n%%EOF\n",
                                        "PK\003\004"};
    bd_key_close(open_trial());
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        CHECK(judge(bd_str_of(texts[i]), trial_pem()) == BD_VERDICT_MALFORMED);
    }
}

/* ---- more than one signature, and what may follow ------------------------------------------------ */

TEST(sign, a_place_too_small_is_said_before_anything_is_written) {
    bd_err err = {0};
    bd_str made = {0};
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    options.contents_bytes = 200;
    CHECK_FAILS(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &made, &err), err, BD_ERR_INPUT,
                "its place has 200");
    CHECK(made.data == NULL);
    bd_key_close(key);
}

static bd_str make_countersigned(bd_str *trust) {
    bd_err err = {0};
    bd_str first = {0}, both = {0};
    bd_key *key = open_trial();
    const char *second_key = test_path("second.key.pem"), *second_path = test_path("second.crt.pem");
    CHECK_OK(bd_identity_make(second_key, second_path, BD_STR("Reviewer"), AT_2026, &err), err);
    bd_key *second = open_files(second_key, second_path);
    bd_sign_options options = default_options();
    options.open_field = BD_STR("Reviewer");
    CHECK_OK(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &first, &err), err);
    CHECK_OK(bd_countersign_pdf(first, second, &options, test_arena(), &both, &err), err);
    *trust = join(trial_pem(), test_read_file(second_path));
    bd_key_close(key);
    bd_key_close(second);
    return both;
}

TEST(sign, a_second_signature_fills_the_field_that_the_first_left_open) {
    bd_str trust;
    bd_str both = make_countersigned(&trust);
    bd_pdf_report report = verify_file(both, trust);
    CHECK(report.verdict == BD_VERDICT_VERIFIED);
    CHECK_EQ_INT(report.signatures.count, 2);
    CHECK_EQ_INT(report.signatures.data[0].docmdp, 2);
    CHECK(!report.signatures.data[0].covers_whole_file);
    CHECK(report.signatures.data[1].covers_whole_file);
    CHECK(judge(both, trial_pem()) == BD_VERDICT_UNTRUSTED);
}

TEST(sign, a_field_is_filled_once) {
    bd_err err = {0};
    bd_str trust, again = {0};
    bd_str both = make_countersigned(&trust);
    bd_key *key = open_files(test_path("second.key.pem"), test_path("second.crt.pem"));
    bd_sign_options options = default_options();
    options.open_field = BD_STR("Reviewer");
    CHECK_FAILS(bd_countersign_pdf(both, key, &options, test_arena(), &again, &err), err,
                BD_ERR_INPUT, "no open field 'Reviewer'");
    bd_key_close(key);
}

TEST(sign, a_flipped_byte_of_either_signature_is_never_verified) {
    bd_str trust;
    bd_str both = make_countersigned(&trust);
    char *copy = (char *)(uintptr_t)bd_str_copy(test_arena(), both).data;
    for (size_t i = 0; i < both.size; i += 23) {
        copy[i] = (char)(copy[i] ^ 1);
        test_failure("byte %zu", i);
        CHECK(judge((bd_str){copy, both.size}, trust) != BD_VERDICT_VERIFIED);
        copy[i] = (char)(copy[i] ^ 1);
    }
}

TEST(sign, a_first_signature_without_its_second_is_verified_as_what_it_is) {
    bd_err err = {0};
    bd_str first = {0};
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    options.open_field = BD_STR("Reviewer");
    CHECK_OK(bd_sign_pdf(make_pdf(), key, &options, test_arena(), &first, &err), err);
    bd_pdf_report report = verify_file(first, trial_pem());
    CHECK(report.verdict == BD_VERDICT_VERIFIED);
    CHECK_EQ_INT(report.signatures.count, 1);
    CHECK_EQ_STR(report.open_field, BD_STR("Reviewer"));
    bd_key_close(key);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bd_str names_in(const char *folder) {
    bd_err err = {0};
    bd_entries entries = {0};
    bd_str names = {"", 0};
    CHECK_OK(bd_folder_walk(folder, 100, test_arena(), &entries, &err), err);
    for (size_t i = 0; i < entries.count; i++) {
        names = join(join(names, entries.data[i].path), BD_STR(" "));
    }
    return names;
}

/* A value of ECDSA is never the same twice; where it stands, and all before it, is. */
static void check_alike(bd_str a, bd_str b) {
    size_t same = 0;
    CHECK_EQ_INT(a.size, b.size);
    while (same < a.size && a.data[same] == b.data[same]) {
        same++;
    }
    CHECK(same > (size_t)bd_str_find(a, BD_STR("/Contents <")));
}

TEST(sign, a_file_is_signed_as_memory_is) {
    bd_err err = {0};
    bd_pdf_copy *copy = NULL;
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    CHECK_OK(bd_folder_make(test_path("f"), &err), err);
    CHECK_OK(bd_file_write(test_path("f/a.pdf"), 0644, make_pdf(), &err), err);
    CHECK_OK(bd_pdf_copy_open(test_path("f/a.pdf"), test_path("f/b.pdf"), test_arena(), &copy, &err), err);
    CHECK(!bd_pdf_copy_is_signed(copy));
    CHECK_OK(bd_pdf_copy_sign(copy, key, &options, &err), err);
    CHECK(bd_pdf_copy_is_signed(copy));
    CHECK(!bd_path_exists(test_path("f/b.pdf")));
    CHECK_OK(bd_pdf_copy_finish(copy, &err), err);
    bd_pdf_copy_drop(copy);
    check_alike(test_read_file(test_path("f/b.pdf")), sign_file(make_pdf(), key));
    CHECK(judge(test_read_file(test_path("f/b.pdf")), trial_pem()) == BD_VERDICT_VERIFIED);
    CHECK_EQ_STR(names_in(test_path("f")), "a.pdf b.pdf ");
    bd_key_close(key);
}

/* So long that nobody holds it. */
static bd_view *view_long(bd_str *text) {
    bd_err err = {0};
    bd_view *view = NULL;
    char *head = bd_new(test_arena(), char, 9u << 20);
    bd_view_draft *draft = bd_view_draft_open(100u << 20);
    memset(head, ' ', 9u << 20);
    memcpy(head, "%PDF-1.7\n%", 10);
    head[(9u << 20) - 1] = '\n';
    *text = make_pdf_behind((bd_str){head, 9u << 20}, "", "");
    CHECK_OK(bd_sink_write(bd_view_draft_sink(draft), text->data, text->size, &err), err);
    CHECK_OK(bd_view_draft_finish(draft, &view, &err), err);
    CHECK((bd_view_fd(view) < 0) == (text->size < 8u << 20));
    return view;
}

TEST(sign, a_view_is_signed_in_its_own_file_and_its_bytes_stay) {
    bd_err err = {0};
    bd_str text;
    bd_pdf_copy *copy = NULL;
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    bd_view *view = view_long(&text);
    CHECK_OK(bd_pdf_copy_of_view(view, test_arena(), &copy, &err), err);
    CHECK_OK(bd_pdf_copy_sign(copy, key, &options, &err), err);
    bd_str made = bd_str_copy(test_arena(), bd_pdf_copy_text(copy));
    bd_pdf_copy_drop(copy);
    CHECK(bd_str_eq(bd_view_text(view), text));
    bd_view *whole = NULL;
    CHECK_OK(bd_view_open(bd_view_fd(view), made.size, "signed", &whole, &err), err);
    CHECK(bd_str_eq(bd_view_text(whole), made));
    check_alike(made, sign_file(text, key));
    CHECK(judge(made, trial_pem()) == BD_VERDICT_VERIFIED);
    bd_view_close(whole);
    bd_view_close(view);
    bd_key_close(key);
}

TEST(sign, a_view_that_is_no_pdf_or_has_no_room_for_a_signature_is_refused) {
    bd_err err = {0};
    bd_str text;
    bd_pdf_copy *copy = NULL;
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    bd_view *view = view_long(&text);
    options.contents_bytes = 10;
    CHECK_OK(bd_pdf_copy_of_view(view, test_arena(), &copy, &err), err);
    CHECK_FAILS(bd_pdf_copy_sign(copy, key, &options, &err), err, BD_ERR_INPUT, "its place has 10");
    bd_pdf_copy_drop(copy);
    CHECK(bd_str_eq(bd_view_text(view), text));
    bd_view_close(view);
    bd_view_draft *draft = bd_view_draft_open(100);
    CHECK_OK(bd_sink_write(bd_view_draft_sink(draft), "hello", 5, &err), err);
    CHECK_OK(bd_view_draft_finish(draft, &view, &err), err);
    CHECK_FAILS(bd_pdf_copy_of_view(view, test_arena(), &copy, &err), err, BD_ERR_INPUT, "not a pdf");
    bd_view_close(view);
    bd_key_close(key);
}

TEST(sign, a_file_that_is_not_signed_stays_as_it_was) {
    bd_err err = {0};
    bd_pdf_copy *copy = NULL;
    bd_key *key = open_trial();
    bd_sign_options options = default_options();
    const char *path = test_path("f/a.pdf");
    CHECK_OK(bd_folder_make(test_path("f"), &err), err);
    CHECK_OK(bd_file_write(path, 0644, make_pdf(), &err), err);
    options.contents_bytes = 10;
    CHECK_OK(bd_pdf_copy_open(path, path, test_arena(), &copy, &err), err);
    CHECK_FAILS(bd_pdf_copy_sign(copy, key, &options, &err), err, BD_ERR_INPUT, "its place has 10");
    bd_pdf_copy_drop(copy);
    CHECK_EQ_STR(test_read_file(path), make_pdf());
    CHECK_OK(bd_file_write(path, 0644, BD_STR("hello"), &err), err);
    CHECK_FAILS(bd_pdf_copy_open(path, path, test_arena(), &copy, &err), err, BD_ERR_INPUT, "not a pdf");
    CHECK_OK(bd_file_write(path, 0644, BD_STR(""), &err), err);
    CHECK_FAILS(bd_pdf_copy_open(path, path, test_arena(), &copy, &err), err, BD_ERR_INPUT, "not a pdf");
    CHECK_EQ_STR(names_in(test_path("f")), "a.pdf ");
    bd_key_close(key);
}

TEST(sign, two_signatures_over_a_file_are_judged_by_what_is_known_and_from_nothing_alike) {
    bd_err err = {0};
    bd_str trust;
    bd_pdf_copy *copy = NULL;
    bd_str both = make_countersigned(&trust);
    bd_key *key = open_files(test_path("trial.key.pem"), test_path("trial.crt.pem"));
    bd_key *second = open_files(test_path("second.key.pem"), test_path("second.crt.pem"));
    bd_sign_options options = default_options();
    bd_pdf_judging how = {.trust_pem = trust, .at = BD_INSTANT_NONE};
    bd_pdf_report report;
    options.open_field = BD_STR("Reviewer");
    CHECK_OK(bd_file_write(test_path("a.pdf"), 0644, make_pdf(), &err), err);
    CHECK_OK(bd_pdf_copy_open(test_path("a.pdf"), test_path("a.pdf"), test_arena(), &copy, &err), err);
    CHECK_OK(bd_pdf_copy_sign(copy, key, &options, &err), err);
    CHECK_OK(bd_pdf_copy_countersign(copy, second, &options, &err), err);
    CHECK_OK(bd_pdf_copy_judge(copy, &how, test_arena(), &report, &err), err);
    CHECK(report.verdict == BD_VERDICT_VERIFIED);
    CHECK_EQ_INT(report.signatures.count, 2);
    check_alike(bd_pdf_copy_text(copy), both);
    CHECK_OK(bd_judge_pdf(bd_pdf_copy_text(copy), &how, test_arena(), &report, &err), err);
    CHECK(report.verdict == BD_VERDICT_VERIFIED);
    bd_pdf_copy_drop(copy);
    CHECK_EQ_STR(test_read_file(test_path("a.pdf")), make_pdf());
    bd_key_close(key);
    bd_key_close(second);
}
