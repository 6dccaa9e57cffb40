/* Do sidecars and register rows say exactly what they say, or refuse with the place? */
#include "bindery/evidence.h"

#include "test.h"

#define SIDECAR "{\"format\":\"bindery-sidecar 1\","

static bd_sidecar parsed(const char *text) {
    bd_sidecar sidecar;
    bd_err err;
    check_ok(
        __FILE__, __LINE__, text,
        bd_sidecar_parse(bd_str_of(text), BD_STR("a.json.meta.json"), test_arena(), &sidecar, &err),
        &err);
    return sidecar;
}

TEST(evidence, a_malformed_sidecar_is_refused_with_its_place) {
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"", "empty"},
        {"{}", "at '/format': nothing found"},
        {SIDECAR "\"colected_at\":\"2026-01-15T06:00:04Z\"}",
         "unknown key 'colected_at', the nearest known key is 'collected_at'"},
        {SIDECAR "\"collected_at\":\"2026-01-15\"}",
         "at '/collected_at': found '2026-01-15', expected a time with offset"},
        {SIDECAR "\"collected_at\":\"0001-01-01T00:00:00Z\"}", "at '/collected_at'"},
        {SIDECAR "\"complete\":\"true\"}", "at '/complete': found 'true', expected true or false"},
        {SIDECAR "\"rows\":-1}", "at '/rows': found -1"},
        {SIDECAR "\"rows\":99999999999999999999}", "at '/rows'"},
        {SIDECAR "\"scope\":{\"kind\":\"group\"}}", "at '/scope/kind': found 'group'"},
        {SIDECAR "\"scope\":{\"ids\":[]}}", "at '/scope/kind': nothing found"},
        {SIDECAR "\"reviews\":[{\"role\":\"x\"}]}", "at '/reviews/0/name': nothing found"},
        {SIDECAR "\"reviews\":[{\"name\":\"A\",\"sha256\":\"abc\"}]}",
         "at '/reviews/0/sha256': found 'abc', expected 64"},
        {SIDECAR "\"requirements\":[\"1.1\"]}",
         "at '/requirements/0': found '1.1', expected a requirement"},
        {SIDECAR "\"document\":{\"title\":\"x\"}}", "at '/document/type': nothing found"},
        {SIDECAR "\"document\":{\"type\":\"x\",\"approved_on\":\"20.11.2025\"}}",
         "at '/document/approved_on': found '20.11.2025'"},
        {SIDECAR "\"document\":{\"type\":\"x\",\"in_force_from\":\"2026-02-01\",\"in_force_to\":"
                 "\"2026-01-01\"}}",
         "at '/document/in_force_to'"},
        {SIDECAR
         "\"describes_from\":\"2026-02-01T00:00:00Z\",\"describes_to\":\"2026-01-01T00:00:00Z\"}",
         "at '/describes_to'"},
        {SIDECAR "\"title\":\"a\",\"title\":\"b\"}", "duplicate key 'title'"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_sidecar sidecar;
        bd_err err;
        test_failure("text %s", cases[i].text);
        CHECK_FAILS(bd_sidecar_parse(bd_str_of(cases[i].text), BD_STR("a.json.meta.json"),
                                     test_arena(), &sidecar, &err),
                    err, BD_ERR_INPUT, cases[i].part);
        CHECK(strstr(err.message, "a.json.meta.json") != NULL);
    }
}

TEST(evidence, a_sidecar_without_a_fact_leaves_it_open) {
    bd_sidecar s = parsed(SIDECAR "\"document\":null,\"describes_to\":null,\"rows\":null}");
    CHECK(s.collected_at == BD_INSTANT_NONE && s.describes_from == BD_INSTANT_NONE &&
          s.describes_to == BD_INSTANT_NONE);
    CHECK(!s.has_complete && !s.complete && s.rows == -1 && !s.has_document);
    CHECK_EQ_INT(s.prepared_by.name.size, 0);
    CHECK_EQ_INT(s.reviews.count, 0);
}

TEST(evidence, everything_a_sidecar_says_is_held) {
    bd_sidecar s = parsed(
        SIDECAR
        "\"source\":\"S17\",\"title\":\"Storage "
        "accounts\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"g\"]},"
        "\"collected_at\":\"2026-01-15T06:00:04Z\",\"command\":\"az storage account "
        "list\",\"exporter\":\"j\",\"tool\":\"azure-cli 2.80.0\","
        "\"complete\":true,\"rows\":42,\"run\":\"2026-01-15\",\"prepared_by\":{\"name\":\"P\","
        "\"role\":\"r\",\"at\":\"2026-01-16T06:00:00+01:00\"},"
        "\"reviews\":[{\"name\":\"R\",\"role\":\"q\",\"at\":\"2026-01-17T06:00:00Z\",\"checked\":"
        "\"all\","
        "\"sha256\":\"AB00000000000000000000000000000000000000000000000000000000000001\"}],"
        "\"requirements\":[\"1.1a\",\"6.3.1b\"],"
        "\"document\":{\"type\":\"information-security-policy\",\"version\":\"3.2\",\"approved_"
        "by\":\"C\",\"approver_is_management\":true,"
        "\"approved_on\":\"2025-11-20\",\"in_force_from\":\"2025-12-01\",\"in_force_to\":null}}");
    CHECK_EQ_STR(s.source, "S17");
    CHECK_EQ_STR(s.scope_ids.data[0], "g");
    CHECK(s.has_complete && s.complete && s.rows == 42);
    CHECK_EQ_STR(bd_instant_format(test_arena(), s.prepared_by.at), "2026-01-16T05:00:00Z");
    CHECK(s.reviews.data[0].has_sha256 && s.reviews.data[0].sha256[0] == 0xab &&
          s.reviews.data[0].sha256[31] == 1);
    CHECK_EQ_STR(s.reviews.data[0].origin, "sidecar");
    CHECK_EQ_STR(s.requirements.data[1], "6.3.1b");
    CHECK(s.has_document && s.document.approver_is_management);
    CHECK_EQ_STR(bd_day_format(test_arena(), s.document.in_force_from), "2025-12-01");
    CHECK(s.document.in_force_to == BD_DAY_NONE && s.document.carried_out_on == BD_DAY_NONE);
}

TEST(evidence, a_files_own_sidecar_wins_over_its_folders) {
    bd_sidecar own = parsed(
        SIDECAR "\"title\":\"own\",\"describes_to\":\"2026-02-01T00:00:00Z\",\"complete\":false}");
    bd_sidecar folder =
        parsed(SIDECAR "\"title\":\"folder\",\"run\":\"r\",\"command\":\"az\",\"describes_from\":"
                       "\"2026-01-01T00:00:00Z\","
                       "\"complete\":true,\"rows\":9,\"prepared_by\":{\"name\":\"P\"}}");
    bd_sidecar_merge(&own, &folder);
    CHECK_EQ_STR(own.title, "own");
    CHECK_EQ_STR(own.run, "r");
    CHECK_EQ_STR(own.command, "az");
    CHECK_EQ_STR(own.prepared_by.name, "P");
    CHECK(own.has_complete && !own.complete);
    CHECK_EQ_INT(own.rows, -1);                   /* a folder's count is no file's */
    CHECK(own.describes_from == BD_INSTANT_NONE); /* half a range is not mixed */
}

TEST(evidence, a_command_that_a_folder_names_is_known_to_be_the_folders) {
    static const struct {
        const char *own, *folder;
        bool wanted;
    } cases[] = {{"\"title\":\"t\"", "\"command\":\"az\"", true},
                 {"\"command\":\"az\"", "\"command\":\"curl\"", false},
                 {"\"request\":\"GET x\"", "\"command\":\"curl\"", false}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_sidecar own;
        bd_sidecar folder;
        bd_err err;
        bd_str text = bd_str_format(test_arena(), SIDECAR "%s}", cases[i].own);
        CHECK_OK(bd_sidecar_parse(text, BD_STR("a/b.json.meta.json"), test_arena(), &own, &err),
                 err);
        text = bd_str_format(test_arena(), SIDECAR "%s}", cases[i].folder);
        CHECK_OK(bd_sidecar_parse(text, BD_STR("a/_folder.meta.json"), test_arena(), &folder, &err),
                 err);
        CHECK(folder.is_asked_by_folder && !own.is_asked_by_folder);
        bd_sidecar_merge(&own, &folder);
        CHECK(own.is_asked_by_folder == cases[i].wanted);
    }
}

TEST(evidence, paths_tell_sidecars_and_registers) {
    CHECK(bd_path_is_sidecar(BD_STR("a/b.json.meta.json")) &&
          bd_path_is_sidecar(BD_STR("_folder.meta.json")));
    CHECK(!bd_path_is_sidecar(BD_STR(".meta.json")) && !bd_path_is_sidecar(BD_STR("a/meta.json")));
    CHECK(bd_path_is_register(BD_STR("register.csv")) &&
          bd_path_is_register(BD_STR("docs/register.csv")));
    CHECK(!bd_path_is_register(BD_STR("my-register.csv")));
    CHECK_EQ_STR(bd_sidecar_subject(BD_STR("a/b.json.meta.json")), "a/b.json");
    CHECK_EQ_STR(bd_sidecar_subject(BD_STR("a/_folder.meta.json")), "");
    CHECK_EQ_STR(bd_sidecar_subject(BD_STR("a/b.json")), "");
}

TEST(evidence, names_are_those_of_the_formats) {
    CHECK_EQ_STR(bd_evidence_id(test_arena(), 7), "E-0007");
    CHECK_EQ_STR(bd_evidence_id(test_arena(), 123456), "E-123456");
    CHECK_EQ_STR(bd_completeness_name(BD_COMPLETE_NOT_SHOWN), "not shown");
    CHECK_EQ_STR(bd_origin_name(BD_ORIGIN_HANDED_IN), "handed-in");
    CHECK_EQ_STR(bd_media_type(BD_MEDIA_CSV), "text/csv");
}

/* ---- the register ---- */

static const bd_value *row(const char *text) {
    const bd_value *value;
    bd_err err;
    CHECK_OK(bd_json_parse(bd_str_of(text), NULL, test_arena(), &value, &err), err);
    return value;
}

TEST(evidence, a_register_row_is_a_documents_sidecar) {
    const bd_value *rows[] = {
        row("{\"file\":\"policies/"
            "isp.pdf\",\"title\":\"ISP\",\"document_type\":\"information-security-policy\","
            "\"version\":\"3\","
            "\"approved_by\":\"C\",\"approver_role\":\"CEO\",\"approver_is_management\":\"Yes\","
            "\"approved_on\":\"2025-11-20\","
            "\"in_force_from\":\"2025-12-01\",\"in_force_to\":\"\",\"requirements\":\"1.1a; "
            "1.1b;\",\"prepared_by\":\"P\","
            "\"reviewed_by\":\"R\",\"reviewed_at\":\"2026-01-17T06:00:00Z\"}"),
        row("{\"file\":\"b.pdf\",\"document_type\":\"minutes\"}")};
    bd_register_rows out;
    bd_err err;
    CHECK_OK(bd_register_parse(rows, 2, BD_STR("register.csv"), test_arena(), &out, &err), err);
    CHECK_EQ_INT(out.count, 2);
    const bd_sidecar *s = &out.data[0].sidecar;
    CHECK_EQ_STR(out.data[0].file, "policies/isp.pdf");
    CHECK_EQ_STR(s->source, "doc");
    CHECK(s->has_document && s->document.approver_is_management &&
          s->document.in_force_to == BD_DAY_NONE);
    CHECK_EQ_INT(s->requirements.count, 2);
    CHECK_EQ_STR(s->requirements.data[1], "1.1b");
    CHECK_EQ_STR(s->reviews.data[0].origin, "register");
    CHECK_EQ_INT(out.data[1].sidecar.reviews.count, 0);
}

TEST(evidence, a_wrong_register_cell_names_row_and_column) {
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"{\"file\":\"a\",\"document_type\":\"x\",\"requirements\":\"1.1a;1.1\"}",
         "column 'requirements': found '1.1a;1.1'"},
        {"{\"file\":\"\"}", "row 1, column 'file': found ''"},
        {"{\"file\":\"a\"}", "row 1, column 'document_type': found ''"},
        {"{\"file\":\"a\",\"document_type\":\"x\",\"approved_on\":\"1/2/2026\"}",
         "column 'approved_on': found '1/2/2026', expected a day"},
        {"{\"file\":\"a\",\"document_type\":\"x\",\"approver_is_management\":\"maybe\"}",
         "expected yes or no"},
        {"{\"file\":\"a\",\"document_type\":\"x\",\"reviewed_by\":\"R\",\"reviewed_sha256\":"
         "\"zz\"}",
         "expected 64"},
        {"{\"file\":\"a\",\"document_type\":\"x\",\"prepared_at\":\"2026-01-01\"}",
         "expected a time with offset"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_value *rows[] = {row(cases[i].text)};
        bd_register_rows out;
        bd_err err;
        CHECK_FAILS(bd_register_parse(rows, 1, BD_STR("register.csv"), test_arena(), &out, &err),
                    err, BD_ERR_INPUT, cases[i].part);
    }
    const bd_value *twice[] = {row("{\"file\":\"a\",\"document_type\":\"x\"}"),
                               row("{\"file\":\"a\",\"document_type\":\"x\"}")};
    bd_register_rows out;
    bd_err err;
    CHECK_FAILS(bd_register_parse(twice, 2, BD_STR("register.csv"), test_arena(), &out, &err), err,
                BD_ERR_INPUT, "row 2, column 'file'");
}

TEST(evidence, an_unknown_register_column_names_the_nearest) {
    bd_str names[] = {BD_STR("file"), BD_STR("aproved_by")};
    bd_err err;
    CHECK_FAILS(bd_register_check_columns(names, 2, BD_STR("register.csv"), &err), err,
                BD_ERR_INPUT,
                "unknown column 'aproved_by', the nearest known column is 'approved_by'");
    CHECK_FAILS(bd_register_check_columns(names + 1, 0, BD_STR("register.csv"), &err), err,
                BD_ERR_INPUT, "no column 'file'");
    CHECK_OK(bd_register_check_columns(names, 1, BD_STR("register.csv"), &err), err);
}

TEST(evidence, one_person_is_one_however_the_name_is_typed) {
    static const struct {
        const char *a, *b;
        bool is_same;
    } cases[] = {
        {"J\xC3\xBCrgen M\xC3\xBCller", "Ju\xCC\x88rgen  mu\xCC\x88LLER ", true},
        {"Ann\xC2\xA0Smith", " ann smith", true},
        {"Ann\xE2\x80\x8BSmith", "Ann Smith", true},
        {"An\xC2\xADn Smith", "Ann Smith", true},
        {"Ann Smith", "AnnSmith", false},
        {"Smith, Ann", "ann SMITH", true},
        {"Smith Ann", "Ann Smith", true},
        {"Ann Ann Smith", "Ann Smith", false},
        {"Ann Smith", "AnnS mith", false},
        {"Ann A. Smith", "Ann Smith", false}, /* may be two people */
        {",", "", false},
        {"Jurgen Muller", "J\xC3\xBCrgen M\xC3\xBCller", false},
        {"Ann", "", false},
        {"", "", true},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("case %zu", i);
        CHECK_EQ_INT(bd_is_same_person(bd_str_of(cases[i].a), bd_str_of(cases[i].b)),
                     cases[i].is_same);
        CHECK_EQ_INT(bd_is_same_person(bd_str_of(cases[i].b), bd_str_of(cases[i].a)),
                     cases[i].is_same);
    }
}

TEST(evidence, a_name_of_a_megabyte_is_bounded) {
    char *bytes = bd_new(test_arena(), char, (size_t)1 << 20);
    for (size_t i = 0; i < (size_t)1 << 20; i++) {
        bytes[i] = "\xEF\xB7\xBA"[i % 3]; /* U+FDFA, the letter that grows most */
    }
    bd_str whole = {bytes, ((size_t)1 << 20) - 1};
    CHECK(bd_is_same_person(whole, bd_str_sub(whole, 0, 4096)));
    CHECK(!bd_is_same_person(whole, BD_STR("Ann")));
    CHECK(bd_is_person_name(whole));
}

TEST(evidence, a_word_for_nobody_names_nobody) {
    static const char *const nobody[] = {
        "",        " ",       ".",         "-",      "?",         "\xE2\x80\x94",  "...",
        "unknown", "Unknown", "(UNKNOWN)", "n/a",    "N. A.",     "none",          "TBD",
        "t.b.d.",  "-none-",  "not known", "Nobody", "unbekannt", "xxx",           "\xEF\xBC\xAE/A",
        "null",    "HR",      "test",      "admin",  "Reviewer",  "<name>",        "Security Team",
        "Name",    "7",       "00 17",     "open",   "Not yet",   "to be defined", "System"};
    static const char *const people[] = {"Ann",
                                         "Ola Lind",
                                         "\xE6\x9D\x8E",
                                         "Nona Tbilisi",
                                         "Na Hye-sun",
                                         "Unknown Soldier",
                                         "Ann 2",
                                         "Hr\xC3\xB3\xC3\xB0marr",
                                         "\xD0\xAE\xD0\xBB\xD0\xB8\xD1\x8F"};
    for (size_t i = 0; i < BD_COUNT(nobody); i++) {
        test_failure("'%s'", nobody[i]);
        CHECK(!bd_is_person_name(bd_str_of(nobody[i])));
    }
    for (size_t i = 0; i < BD_COUNT(people); i++) {
        test_failure("'%s'", people[i]);
        CHECK(bd_is_person_name(bd_str_of(people[i])));
    }
}

TEST(evidence, a_word_for_no_answer_says_nothing) {
    static const char *const nothing[] = {"", " ", "-", "...", "n/a", "N. A.",
                                          "TBD", "t.b.c.", "None", "unknown", "\xEF\xBC\xAE/A"};
    static const char *const said[] = {"all", "ok", "7", "none missing", "Owner",
                                       "n/a rows compared", "\xE5\x85\xA8\xE9\x83\xA8"};
    for (size_t i = 0; i < BD_COUNT(nothing); i++) {
        test_failure("'%s'", nothing[i]);
        CHECK(!bd_is_statement(bd_str_of(nothing[i])));
    }
    for (size_t i = 0; i < BD_COUNT(said); i++) {
        test_failure("'%s'", said[i]);
        CHECK(bd_is_statement(bd_str_of(said[i])));
    }
    char *longer = memset(bd_new(test_arena(), char, 3 << 20), '-', 3 << 20);
    CHECK(bd_is_statement((bd_str){longer, 3 << 20})); /* so long a text is not read letter by letter */
}
