/* The catalog: what is refused, what linking yields, what a record is recognised as. */
#include "bindery/catalog.h"
#include "bindery/derivations.h"

#include "make_catalog.h"
#include "test.h"

/* A catalog of one of everything; tests change one thing of it. */
#define CRITERIA                                                                                   \
    "\"criteria\":[{\"id\":\"CC1.1\",\"category\":\"Security\",\"series\":\"CC1\",\"series_"       \
    "title\":\"s\",\"title\":\"t\"}]"
#define CONTROL(more)                                                                              \
    "{\"number\":\"1.1\",\"origin\":\"checklist\",\"owner\":\"CISO\",\"statement\":\"s\","         \
    "\"criteria\":[\"CC1.1\"],"                                                                    \
    "\"frequency\":\"annual\"" more "}"
#define REQUIREMENT(control, source)                                                               \
    "{\"control\":\"" control                                                                      \
    "\",\"req\":\"a\",\"half\":\"document\",\"statement\":\"s\",\"sources\":[\"" source "\"],"     \
    "\"frequency\":\"annual\",\"max_age_days\":365,\"signoff\":true}"
#define SOURCE(id, more)                                                                           \
    "{\"id\":\"" id                                                                                \
    "\",\"title\":\"t\",\"origin\":\"machine\",\"scope\":\"tenant\",\"history\":\"none\"" more "}"
#define CHECK_OF(id, control, req, source)                                                         \
    "{\"id\":\"" id "\",\"version\":1,\"control\":\"" control "\",\"requirement\":\"" req          \
    "\",\"shape\":\"each\",\"source\":\"" source                                                   \
    "\",\"title\":\"t\",\"tested\":\"t\",\"severity\":\"high\",\"criteria\":[],\"property\":"      \
    "\"p\","                                                                                       \
    "\"missing\":\"cannot-tell\",\"pass\":{\"field\":\"a\",\"equals\":1}}"
#define CATALOG(controls, requirements, sources, checks)                                           \
    "{\"format\":\"bindery-catalog 1\"," CRITERIA ",\"controls\":[" controls                       \
    "],\"requirements\":[" requirements "],\"sources\":[" sources "],\"checks\":[" checks "]}"
#define SOUND                                                                                      \
    CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ""),                               \
            CHECK_OF("c", "1.1", "a", "S1"))

static bd_rc load_text(const char *text, const bd_catalog **out, bd_err *err) {
    bd_catalog_file file = {BD_STR_INIT("own.json"), bd_str_of(text)};
    return bd_catalog_load(&file, 1, test_arena(), out, err);
}

static const bd_catalog *load_two(const char *first, const char *second) {
    bd_catalog_file files[] = {{BD_STR_INIT("a.json"), bd_str_of(first)},
                               {BD_STR_INIT("b.json"), bd_str_of(second)}};
    const bd_catalog *catalog = NULL;
    bd_err err;
    CHECK_OK(bd_catalog_load(files, 2, test_arena(), &catalog, &err), err);
    return catalog;
}

TEST(catalog, every_fault_is_refused_with_its_place) {
    static const struct {
        const char *text, *expected;
    } rows[] = {
        {"{", "own.json"},
        {"[]", "a catalog file is no object"},
        {"{\"format\":\"bindery-catalog 2\"}", "'format' is 'bindery-catalog 2'"},
        {"{\"format\":\"bindery-catalog 1\",\"control\":[]}",
         "unknown key 'control', the nearest known one is 'controls'"},
        {CATALOG(CONTROL(",\"ownr\":\"x\""), "", "", ""),
         "at '/controls/0': unknown key 'ownr', the nearest known one is 'owner'"},
        {CATALOG(CONTROL(",\"outline\":\"yes\""), "", "", ""),
         "'outline' is a string, expected true or false"},
        {CATALOG(CONTROL("") "," CONTROL(""), "", "", ""), "'1.1' stands twice in this file"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.2", "S1"), SOURCE("S1", ""), ""),
         "names control '1.2', which is not defined"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S2"), SOURCE("S1", ""), ""),
         "names source 'S2', which is not defined"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ",\"retired\":true"), ""),
         "names source 'S1', which is retired"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ""),
                 CHECK_OF("c", "1.1", "b", "S1")),
         "names requirement '1.1b', which is not defined"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ""),
                 CHECK_OF("c", "9", "a", "S1")),
         "names control '9', which is not defined"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ""),
                 CHECK_OF("c", "1.1", "a", "S9")),
         "names source 'S9', which is not defined"},
        {CATALOG(CONTROL(""), "", SOURCE("S1", ",\"recognise\":{\"type\":[]}"), ""),
         "at '/sources/0/recognise': unknown key 'type', the nearest known one is 'types'"},
        {CATALOG(CONTROL(""), REQUIREMENT("1.1", "S1"), SOURCE("S1", ""),
                 "{\"id\":\"c\",\"version\":1,\"control\":\"1.1\",\"requirement\":\"a\",\"shape\":"
                 "\"each\",\"source\":\"S1\","
                 "\"title\":\"t\",\"tested\":\"t\",\"severity\":\"high\",\"criteria\":[],"
                 "\"property\":\"p\","
                 "\"missing\":\"cannot-tell\",\"decided_by\":\"d\"}"),
         "names check 'd', which is not defined"},
        {CATALOG(CONTROL(""), "", SOURCE("S1", ",\"derivation\":\"x\""), ""),
         "'derivation' and 'derived_from' go together"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_catalog *catalog = NULL;
        bd_err err;
        test_failure("row %zu", i);
        CHECK_FAILS(load_text(rows[i].text, &catalog, &err), err, BD_ERR_INPUT, rows[i].expected);
    }
}

TEST(catalog, a_control_without_criterion_is_refused) {
    const bd_catalog *catalog = NULL;
    bd_err err;
    const char *text =
        "{\"format\":\"bindery-catalog 1\"," CRITERIA
        ",\"controls\":[{\"number\":\"1.1\",\"origin\":\"ours\","
        "\"owner\":\"o\",\"statement\":\"s\",\"criteria\":[],\"frequency\":\"annual\"}]}";
    CHECK_FAILS(load_text(text, &catalog, &err), err, BD_ERR_INPUT,
                "control '1.1' has no criterion");
}

TEST(catalog, words_of_a_closed_list_are_checked) {
    const bd_catalog *catalog = NULL;
    bd_err err;
    const char *text =
        "{\"format\":\"bindery-catalog 1\"," CRITERIA
        ",\"controls\":[{\"number\":\"1.1\",\"origin\":\"ours\","
        "\"owner\":\"o\",\"statement\":\"s\",\"criteria\":[\"CC1.1\"],\"frequency\":\"yearly\"}]}";
    CHECK_FAILS(load_text(text, &catalog, &err), err, BD_ERR_INPUT,
                "at '/controls/0/frequency': 'frequency' is 'yearly', expected one of "
                "'continuous', 'monthly'");
}

TEST(catalog, a_criterion_without_control_is_accepted_and_reported) {
    const bd_catalog *catalog = NULL;
    bd_err err;
    CHECK_OK(load_text("{\"format\":\"bindery-catalog 1\"," CRITERIA "}", &catalog, &err), err);
    CHECK_EQ_INT(catalog->uncovered.count, 1);
    CHECK_EQ_STR(catalog->uncovered.data[0], "CC1.1");
}

TEST(catalog, a_later_file_overrides_by_id_and_keeps_the_place) {
    const bd_catalog *catalog = load_two(
        SOUND, "{\"format\":\"bindery-catalog "
               "1\",\"controls\":[{\"number\":\"1.1\",\"origin\":\"checklist\",\"owner\":\"COO\","
               "\"statement\":\"ours\",\"criteria\":[\"CC1.1\"],\"frequency\":\"annual\"}]}");
    CHECK_EQ_INT(catalog->control_count, 1);
    CHECK_EQ_STR(catalog->controls[0].owner, "COO");
    CHECK_EQ_STR(catalog->controls[0].statement, "ours");
    CHECK_EQ_INT(catalog->controls[0].requirement_count, 1);
}

TEST(catalog, lint_lists_every_fault) {
    bd_catalog_file file = {
        BD_STR_INIT("own.json"),
        bd_str_of(CATALOG(CONTROL(",\"x\":1"), REQUIREMENT("2", "S2"), SOURCE("S1", ""), ""))};
    bd_diags diags = {0};
    bd_catalog_lint(&file, 1, test_arena(), &diags);
    size_t faults = 0;
    for (size_t i = 0; i < diags.count; i++) {
        faults += diags.data[i].severity == BD_DIAG_REFUSED ? 1 : 0;
    }
    CHECK_EQ_INT(faults, 3);
}

TEST(catalog, the_built_in_catalog_is_whole) {
    const bd_catalog *catalog = make_catalog();
    CHECK_EQ_INT(catalog->criterion_count, 61);
    size_t checklist = 0;
    for (size_t i = 0; i < catalog->control_count; i++) {
        checklist += catalog->controls[i].is_ours ? 0 : 1;
        CHECK(i == 0 || catalog->controls[i].is_ours || !catalog->controls[i - 1].is_ours);
    }
    CHECK_EQ_INT(checklist, 67);
    CHECK_EQ_STR(catalog->criteria[0].id, "CC1.1");
    CHECK_EQ_INT(catalog->uncovered.count, 0);
    const bd_requirement *requirement = bd_catalog_requirement(catalog, BD_STR("6.3.1b"));
    CHECK(requirement != NULL && requirement->checks.count >= 2);
    CHECK_EQ_STR(requirement->control->number, "6.3.1");
    CHECK_EQ_STR(bd_catalog_check(catalog, BD_STR("storage-secure-transfer"))->requirement->id,
                 "6.7.2a");
    CHECK(bd_catalog_control(catalog, BD_STR("99")) == NULL);
}

TEST(catalog, numbers_sort_naturally) {
    const bd_catalog *catalog = make_catalog();
    for (size_t i = 1; i < catalog->control_count; i++) {
        if (catalog->controls[i].is_ours == catalog->controls[i - 1].is_ours) {
            CHECK(bd_str_natural_cmp(catalog->controls[i - 1].number, catalog->controls[i].number) <
                  0);
        }
    }
}

TEST(catalog, the_resolved_form_loads_to_the_same_catalog) {
    const bd_catalog *catalog = make_catalog(), *again = NULL;
    bd_err err;
    bd_str text = bd_json_canonical(test_arena(), catalog->resolved);
    CHECK_OK(bd_catalog_load_resolved(text, test_arena(), &again, &err), err);
    CHECK(memcmp(catalog->sha256, again->sha256, 32) == 0);
    CHECK_EQ_INT(again->check_count, catalog->check_count);
    test_write_file(test_path("catalog.json"), bd_str_format(test_arena(), "%.*s\n", BD_ARG(text)));
    char hex[65];
    bd_hex(catalog->sha256, 32, hex);
    bd_str output;
    CHECK_EQ_INT(run_command(&output, "sha256sum catalog.json"), 0);
    CHECK_EQ_STR(bd_str_sub(output, 0, 64), hex);
}

/* ---- recognising ---- */

static const char *recognise(const bd_catalog *catalog, const char *type, const char *context,
                             const char *id, const char *table, const char *record,
                             const char *declared) {
    const bd_value *value = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(bd_str_of(record), &bd_json_default_limits, test_arena(), &value, &err),
             err);
    const bd_source_def *source =
        bd_catalog_recognise(catalog, bd_str_of(type), bd_str_of(context), bd_str_of(id),
                             bd_str_of(table), value, bd_str_of(declared));
    return source == NULL ? "" : bd_str_z(test_arena(), source->id);
}

TEST(catalog, records_are_recognised_by_content) {
    const bd_catalog *catalog = make_catalog();
    static const struct {
        const char *type, *context, *id, *table, *record, *declared, *expected;
    } rows[] = {
        {"microsoft.storage/storageaccounts", "", "/s", "", "{}", "", "S17"},
        {"microsoft.storage/storageaccounts", "", "/s", "", "{\"properties\":{}}", "S77", "S17"},
        {"microsoft.storage/storageaccounts", "", "/s", "", "{\"properties\":null}", "S77", "S77"},
        {"microsoft.network/natgateways", "", "/s", "", "{}", "", "S77"},
        {"microsoft.network/natgateways", "", "/s", "", "{}", "S17", "S77"},
        {"microsoft.insights/diagnosticsettings", "",
         "/subscriptions/x/resourcegroups/r/providers/microsoft.keyvault/vaults/v/providers/"
         "microsoft.insights/diagnosticsettings/a",
         "", "{}", "", "S25r"},
        {"microsoft.insights/diagnosticsettings", "",
         "subscriptions/x/providers/microsoft.insights/diagnosticsettings/a", "", "{}", "", "S25"},
        {"", "", "/providers/microsoft.aadiam/diagnosticsettings/a", "", "{}", "", "S34"},
        {"", "users", "", "", "{\"id\":\"1\",\"deletedDateTime\":null}", "", "S53"},
        {"", "users(id,accountenabled)/$entity", "", "", "{}", "", "S53"},
        {"", "directory/deleteditems/microsoft.graph.user", "", "", "{}", "", "S53b"},
        {"", "auditlogs/directoryaudits", "", "", "{}", "S17", "S58"},
        {"", "", "", "AuditLogs", "{}", "", "S63a"},
        {"", "", "", "PrimaryResult",
         "{\"ActivityDateTime\":1,\"OperationName\":2,\"TargetResources\":3}", "", "S63a"},
        {"", "", "", "", "{\"eventTimestamp\":1,\"operationName\":2,\"eventDataId\":3}", "", "S27"},
        {"", "", "", "",
         "{\"properties\":{\"EventTimestamp\":1},\"operationname\":2,\"eventDataId\":3}", "S17",
         "S27"},
        {"", "", "", "", "{\"a\":1}", "S27", "S27"},
        {"", "", "", "", "{\"a\":1}", "", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(recognise(catalog, rows[i].type, rows[i].context, rows[i].id, rows[i].table,
                               rows[i].record, rows[i].declared),
                     rows[i].expected);
    }
}

TEST(catalog, tables_are_recognised_by_their_columns) {
    const bd_catalog *catalog = make_catalog();
    const bd_str leavers[] = {BD_STR_INIT(" Employee_ID "),  BD_STR_INIT("upn"),
                              BD_STR_INIT("terminated_at"),  BD_STR_INIT("type"),
                              BD_STR_INIT("other_accounts"), BD_STR_INIT("reported_at")};
    CHECK_EQ_STR(bd_catalog_recognise_columns(catalog, leavers, 6, BD_STR(""))->id, "csv:leavers");
    CHECK_EQ_STR(bd_catalog_recognise_columns(catalog, leavers, 4, BD_STR(""))->id, "S80");
    CHECK_EQ_STR(bd_catalog_recognise_columns(catalog, leavers, 1, BD_STR("csv:roster"))->id,
                 "csv:roster");
    CHECK(bd_catalog_recognise_columns(catalog, leavers, 1, BD_STR("")) == NULL);
}

/* By these numbers `verify --reperform` says which derivation has changed since a package was made. */
/* "az rest" alone would ask whoever has to export it to guess what. */
TEST(catalog, the_way_of_a_source_names_what_is_asked_for) {
    static const char *const rows[][2] = {{"S46", "az rest: /v1.0/policies/authenticationStrengthPolicies"},
                                          {"S57i", "az identity list"},
                                          {"csv:assets", ""}};
    const bd_catalog *catalog = make_catalog();
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_source_def *source = bd_catalog_source(catalog, bd_str_of(rows[i][0]));
        CHECK_EQ_STR(bd_catalog_way(source, test_arena()), rows[i][1]);
    }
    for (size_t i = 0; i < catalog->source_count; i++) {
        bd_str way = bd_catalog_way(&catalog->sources[i], test_arena());
        test_failure("%.*s", BD_ARG(catalog->sources[i].id));
        CHECK(!bd_str_eqz(way, "az rest") && !bd_str_eqz(way, "gh api"));
    }
}

TEST(catalog, each_derived_source_names_the_version_of_its_derivation) {
    const bd_catalog *catalog = make_catalog();
    size_t derived = 0;
    for (size_t i = 0; i < catalog->source_count; i++) {
        const bd_source_def *source = &catalog->sources[i];
        if (source->derivation.size == 0) {
            continue;
        }
        const bd_derivation *made = bd_derivation_find(source->derivation);
        test_failure("%.*s of %.*s", BD_ARG(source->derivation), BD_ARG(source->id));
        CHECK(made != NULL);
        CHECK_EQ_INT(source->derivation_version, made->version);
        derived++;
    }
    CHECK(derived > 40);
}
