/* Checks of section 9: vendors, backup, continuity.  Vendor dates are worked by hand. */
#include "make_catalog_scene.h"

/* ---- the gap rule (requirement 9.2 a) ---- */

#define COVERAGE                                                                                   \
    SECURITY_OF(                                                                                   \
        A_CONTROL("9.2", "annual"), A_REQUIREMENT("9.2", "a", "annual", 365, 30, "'doc'"),         \
        A_SOURCE("doc", "tenant", ""),                                                             \
        A_CHECK("cover", "9.2", "a", "document",                                                   \
                "'source':'doc','document_types':['vendor-report'],'reports':{'judge':'coverage',"  \
                "'letter_types':['vendor-letter']},'where':{'field':'vendor','equals':"             \
                "'Microsoft'},'pass':{'field':'report_type','equals':'SOC2T2'}"))

static const bd_value *report_json(const char *json) {
    const bd_value *out = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(quoted(json), &bd_json_default_limits, test_arena(), &out, &err), err);
    return out;
}

static void put_report(scene *s, const char *type, const char *json, bool is_signed) {
    bd_document document = {.approved_on = BD_DAY_NONE,
                            .in_force_from = BD_DAY_NONE,
                            .in_force_to = BD_DAY_NONE,
                            .carried_out_on = BD_DAY_NONE,
                            .report = report_json(json)};
    put_document(s, type, document, is_signed);
}

static void put_soc(scene *s, const char *from, const char *to) {
    put_report(s, "vendor-report",
               bd_str_format(test_arena(),
                             "{'vendor':'Microsoft','report_type':'SOC2T2','period_from':'%s',"
                             "'period_to':'%s'}",
                             from, to)
                   .data,
               true);
}

static void put_letter(scene *s, const char *issuer, const char *from, const char *to) {
    put_report(s, "vendor-letter",
               bd_str_format(test_arena(),
                             "{'vendor':'Microsoft','issued_by':'%s','period_from':'%s',"
                             "'period_to':'%s'}",
                             issuer, from, to)
                   .data,
               true);
}

static const char *verdict_of_reports(scene *s) {
    judge_scene(s);
    return outcomes(s, "9.2a").data;
}

static bd_str gap_reason(const scene *s) {
    return s->findings.count > 0 ? s->findings.data[0].reason : BD_STR("");
}

/* Our year is 2026.  2026-09-30 to 2026-12-31: 31 + 30 + 31 = 92 days; from 2026-09-29 it is 93. */
TEST(assess, report_periods_and_letters_leave_no_day_of_ours_open) {
    static const struct {
        const char *reports[3][2], *letters[3][3];
        const char *expected, *reason;
    } rows[] = {
        {{{"2026-01-01", "2026-12-31"}}, {{0}}, "C", ""},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Microsoft", "2026-10-01", "2026-12-31"}},
         "C",
         ""}, /* a tail of 92 days */
        {{{"2025-10-01", "2026-09-29"}},
         {{"Microsoft", "2026-09-30", "2026-12-31"}},
         "d",
         "93 days before 2026-12-31"},
        {{{"2025-10-01", "2026-09-30"}}, {{0}}, "d", "no letter issued by the vendor describes "
                                                     "2026-10-01"},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Microsoft", "2026-10-02", "2026-12-31"}},
         "d",
         "describes 2026-10-01"},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Microsoft", "2026-10-01", "2026-12-30"}},
         "d",
         "describes 2026-12-31"},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Microsoft", "2026-10-01", "2026-11-15"}, {"Microsoft", "2026-11-16", "2026-12-31"}},
         "C",
         ""}, /* two letters */
        {{{"2025-10-01", "2026-09-30"}},
         {{"Contoso", "2026-10-01", "2026-12-31"}},
         "d",
         "no letter issued by the vendor"}, /* our own letter bridges nothing */
        /* the vendor by its full name, a name that only begins like it, and a partner of it */
        {{{"2025-10-01", "2026-09-30"}},
         {{"microsoft Corp., Inc.", "2026-10-01", "2026-12-31"}},
         "C",
         ""},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Microsoft Ireland Operations", "2026-10-01", "2026-12-31"}},
         "?",
         ""},
        {{{"2025-10-01", "2026-09-30"}},
         {{"Partner of Microsoft", "2026-10-01", "2026-12-31"}},
         "d",
         "no letter issued by the vendor"},
        {{{"2026-02-01", "2026-12-31"}}, {{0}}, "d", "the earlier report is needed"},
        {{{"2026-02-01", "2026-12-31"}},
         {{"Microsoft", "2026-01-01", "2026-01-31"}},
         "d",
         "the earlier report is needed"}, /* a letter bridges no head */
        {{{"2025-04-01", "2026-03-31"}, {"2026-04-01", "2026-12-31"}}, {{0}}, "C", ""},
        {{{"2026-04-01", "2026-12-31"}, {"2025-04-01", "2026-03-31"}}, {{0}}, "C", ""},
        {{{"2025-04-01", "2026-03-31"}, {"2026-04-02", "2026-12-31"}},
         {{0}},
         "d",
         "2026-04-01, between two reports"},
        {{{"2025-04-01", "2026-03-31"}, {"2026-03-01", "2027-02-28"}}, {{0}}, "C", ""},
        {{{"2024-04-01", "2025-03-31"}}, {{0}}, "d", "days before 2026-12-31"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
        for (size_t j = 0; j < 3 && rows[i].reports[j][0] != NULL; j++) {
            put_soc(s, rows[i].reports[j][0], rows[i].reports[j][1]);
        }
        for (size_t j = 0; j < 3 && rows[i].letters[j][0] != NULL; j++) {
            put_letter(s, rows[i].letters[j][0], rows[i].letters[j][1], rows[i].letters[j][2]);
        }
        const char *got = verdict_of_reports(s);
        /* what was observed whole is an accepted deviation */
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected[0] == 'd' ? "D" : rows[i].expected);
        CHECK(bd_str_find(gap_reason(s), bd_str_of(rows[i].reason)) >= 0);
    }
}

/* Issued or fetched on a day, a paper is no witness of the days behind it. */
TEST(assess, a_paper_describes_no_day_after_it_was_issued_or_fetched) {
    static const struct {
        const char *report, *letter, *expected;
    } rows[] = {
        {"'issued_on':'2027-02-10'", NULL, "C"},
        {"'issued_on':'2026-12-31'", NULL, "C"},
        {"'issued_on':'2026-11-30'", NULL, "D"},
        {"'issued_on':'2026-11-30'", "'issued_on':'2027-01-10'", "C"},
        {"'issued_on':'2026-11-30'", "'issued_on':'2026-12-30'", "D"},
        {"'retrieved_on':'2026-08-01'", "'issued_on':'2027-01-10'", "D"}, /* 152 days */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
        put_report(s, "vendor-report",
                   bd_str_format(test_arena(),
                                 "{'vendor':'Microsoft','report_type':'SOC2T2','period_from':"
                                 "'2026-01-01','period_to':'2026-12-31',%s}",
                                 rows[i].report)
                       .data,
                   true);
        if (rows[i].letter != NULL) {
            put_report(s, "vendor-letter",
                       bd_str_format(test_arena(),
                                     "{'vendor':'Microsoft','issued_by':'Microsoft','period_from':"
                                     "'2026-12-01','period_to':'2026-12-31',%s}",
                                     rows[i].letter)
                           .data,
                       true);
        }
        CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), rows[i].expected);
    }
}

/* So it is where the register alone says when it was fetched. */
TEST(assess, a_report_fetched_in_autumn_describes_no_winter) {
    static const char *const days[] = {"2027-02-01", "2026-12-31", "2026-09-01"};
    for (size_t i = 0; i < BD_COUNT(days); i++) {
        scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
        bd_document document = carried_out(days[i]);
        document.report = report_json("{'vendor':'Microsoft','report_type':'SOC2T2','period_from':"
                                      "'2026-01-01','period_to':'2026-12-31'}");
        put_document(s, "vendor-report", document, true);
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), i < 2 ? "C" : "D");
    }
}

TEST(assess, reports_that_cannot_be_told_leave_the_gap_open) {
    static const struct {
        const char *json;
        bool is_signed;
        const char *expected;
    } rows[] = {
        {"{'vendor':'Microsoft','report_type':'SOC2T2','period_from':'2026-01-01','period_to':"
         "'2026-12-31'}",
         false, "?"}, /* nobody signed */
        {"{'vendor':'Microsoft','report_type':'SOC2T2'}", true, "?"},
        {"{'vendor':'Microsoft','period_from':'2026-01-01','period_to':'2026-12-31'}", true, "?"},
        {"{'vendor':'Microsoft','report_type':'SOC2T1','period_from':'2026-01-01','period_to':"
         "'2026-12-31'}",
         true, "D"}, /* a Type 1 report covers no period */
        {"{'vendor':'Fabrikam','report_type':'SOC2T2','period_from':'2026-01-01','period_to':"
         "'2026-12-31'}",
         true, "M"}, /* another vendor's */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
        put_report(s, "vendor-report", rows[i].json, rows[i].is_signed);
        CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), rows[i].expected);
    }
}

TEST(assess, a_letter_that_does_not_name_its_issuer_is_cannot_tell) {
    scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
    put_soc(s, "2025-10-01", "2026-09-30");
    put_report(s, "vendor-letter",
               "{'vendor':'Microsoft','period_from':'2026-10-01','period_to':'2026-12-31'}", true);
    CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), "?");
}

TEST(assess, a_type_i_day_is_bridged_by_a_letter) {
    scene *s = scene_of(COVERAGE, "2026-06-30", "", "UTC");
    put_soc(s, "2025-04-01", "2026-03-31");
    CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), "D");
    put_letter(s, "MICROSOFT", "2026-04-01", "2026-06-30"); /* 30 + 31 + 30 = 91 days */
    CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), "C");
}

/* ---- every report (requirement 9.2 c) ---- */

#define EVERY                                                                                      \
    SECURITY_OF(                                                                                   \
        A_CONTROL("9.2", "annual"), A_REQUIREMENT("9.2", "a", "annual", 365, 30, "'doc'"),         \
        A_SOURCE("doc", "tenant", ""),                                                             \
        A_CHECK("every", "9.2", "a", "document",                                                   \
                "'source':'doc','document_types':['vendor-report'],'reports':{'judge':'every'},"    \
                "'pass':{'field':'opinion','equals':'unqualified'}"))

static void put_opinion(scene *s, const char *opinion, const char *from, const char *to) {
    put_report(s, "vendor-report",
               bd_str_format(test_arena(),
                             "{'vendor':'M','opinion':'%s','period_from':'%s','period_to':'%s'}",
                             opinion, from, to)
                   .data,
               true);
}

TEST(assess, the_newest_report_decides_and_an_older_one_does_not_stand_in_for_it) {
    static const struct {
        const char *older, *newest, *expected;
    } rows[] = {
        {"unqualified", "unqualified", "C"},
        {"unqualified", "adverse", "D"},
        {"adverse", "unqualified", "C"}, /* the older one describes no day of ours */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(EVERY, "2026-01-01", "2026-12-31", "UTC");
        put_opinion(s, rows[i].older, "2024-01-01", "2024-12-31");
        put_opinion(s, rows[i].newest, "2025-10-01", "2026-09-30");
        CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), rows[i].expected);
    }
}

/* ---- the cases ---- */

TEST(checks, the_checks_of_section_9_answer_as_the_cases_say) {
    run_section_cases("09.case", 46);
}

/* ---- each named resource ---- */

#define VM(name) "/subscriptions/" SUB_A "/resourcegroups/p/providers/x/vm/" name
#define NAMED                                                                                      \
    SECURITY_OF(A_CONTROL("9.3", "continuous"),                                                    \
                A_REQUIREMENT("9.3", "a", "continuous", 35, 0, "'S1'"),                            \
                A_SOURCE("S1", "subscription", ""),                                                \
                A_CHECK("named", "9.3", "a", "each",                                               \
                        "'source':'S1','population':'critical_resources','population_types':['x/"  \
                        "vm']," PASS_IF_OK))

static void put_named(scene *s, uint32_t item, const char *id, bd_verdict verdict) {
    bd_row row = row_of(s, item, "named", id, verdict);
    row.scope = bd_str_of(id);
    put_row(s, item, row);
}

TEST(assess, every_resource_that_the_list_names_has_to_be_seen) {
    static const struct {
        bd_verdict a, b;
        bool has_b, is_complete;
        const char *expected;
    } rows[] = {
        {BD_PASS, BD_PASS, true, true, "C"},
        {BD_PASS, BD_FAIL, true, true, "D"},
        {BD_PASS, BD_PASS, false, true, "?"}, /* one of the two is in no export */
        {BD_PASS, BD_PASS, true, false, "?"}, /* an export that may not pass */
        {BD_PASS, BD_CANNOT_TELL, true, true, "?"},
        {BD_PASS, BD_NOT_APPLICABLE, true, true, "C"},
        {BD_NOT_APPLICABLE, BD_NOT_APPLICABLE, true, true, "0"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(NAMED, "2026-01-01", "2026-01-31", "UTC");
        state_facts(s, "{'critical_resources':['" VM("a") "','" VM("b") "']}");
        uint32_t item = put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z");
        put_named(s, item, VM("a"), rows[i].a);
        if (rows[i].has_b) {
            put_named(s, item, VM("b"), rows[i].b);
        }
        if (!rows[i].is_complete) {
            spoil(s, item, NOT_COMPLETE);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "9.3a"), rows[i].expected);
    }
}

TEST(assess, a_list_approved_after_the_snapshot_passes_nothing) {
    scene *s = scene_of(NAMED, "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VM("a") "']}");
    approve_facts(s, "{'critical_resources':{'approved_on':'2026-01-20','value':[]}}");
    put_named(s, put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z"), VM("a"), BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "9.3a"), "?");
}

TEST(assess, a_list_that_is_not_given_is_named) {
    scene *s = scene_of(NAMED, "2026-01-01", "2026-01-31", "UTC");
    put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z");
    judge_scene(s);
    CHECK(bd_str_find(instance_of(s, "9.3a", "2026-01")->reason, BD_STR("critical_resources")) >=
          0);
}

TEST(assess, a_resource_of_a_type_that_no_check_reads_leaves_it_open) {
    scene *s = scene_of(NAMED, "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VM("a") "','/subscriptions/" SUB_A
                   "/resourcegroups/p/providers/x/lake/l']}");
    put_named(s, put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z"), VM("a"), BD_PASS);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "9.3a"), "?");
}

/* ---- what names a machine lies in the export of its vault ---- */

#define VAULTED_WITH(more)                                                                         \
    SECURITY_OF(                                                                                   \
        A_CONTROL("9.3", "continuous"),                                                            \
        A_REQUIREMENT("9.3", "a", "continuous", 35, 0, "'S1','S2'"),                               \
        A_SOURCE("S1", "subscription", "") "," A_SOURCE("S2", "resource", ""),                     \
        A_CHECK("backed", "9.3", "a", "related",                                                   \
                "'source':'S1','population':'critical_resources','population_types':['x/vm'],"     \
                "'related':{'source':'S2','key':'field:sourceResourceId'" more ",'pass':{"         \
                "'field':'ok','equals':true}}"))
#define VAULTED VAULTED_WITH("")

static void put_backup(scene *s, const char *at, const char *vault, bd_verdict verdict, bool may) {
    uint32_t item = put_snapshot(s, "S2", vault, at);
    bd_row row = row_of(s, item, "backed", vault, verdict);
    row.side = BD_SIDE_RIGHT;
    row.join = BD_STR(VM("a"));
    put_row(s, item, row);
    if (!may) {
        spoil(s, item, NOT_COMPLETE);
    }
}

static scene *see_machine(const char *catalog) {
    scene *s = scene_of(catalog, "2026-01-01", "2026-01-31", "UTC");
    state_facts(s, "{'critical_resources':['" VM("a") "']}");
    uint32_t item = put_snapshot(s, "S1", SUB_A, "2026-01-15T06:00:00Z");
    bd_row left = row_of(s, item, "backed", VM("a"), BD_PASS);
    left.join = BD_STR(VM("a"));
    left.reason = BD_STR("nothing protects it");
    put_row(s, item, left);
    return s;
}

TEST(assess, what_another_export_names_decides_nothing_that_needs_every_one_or_leaves_absence_open) {
    static const struct {
        const char *catalog;
        bd_verdict verdict;
        const char *expected;
    } rows[] = {
        {VAULTED_WITH(",'every':true"), BD_PASS, "?"}, /* there may be another that offends */
        {VAULTED_WITH(",'every':true"), BD_FAIL, "?"},
        {VAULTED_WITH(",'absent':'cannot-tell'"), BD_FAIL, "?"},
        {VAULTED_WITH(",'absent':'cannot-tell'"), BD_PASS, "C"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = see_machine(rows[i].catalog);
        put_backup(s, "2026-01-15T07:00:00Z", "/subscriptions/v1", rows[i].verdict, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "9.3a"), rows[i].expected);
    }
}

TEST(assess, a_backup_item_in_any_vault_that_was_read_counts) {
    static const struct {
        const char *at[2];
        bd_verdict verdicts[2];
        bool may_pass;
        const char *expected;
    } rows[] = {
        {{"2026-01-15T07:00:00Z"}, {BD_PASS}, true, "C"},
        {{"2026-01-15T07:00:00Z"}, {BD_FAIL}, true, "D"}, /* its protection stopped */
        {{"2026-01-15T07:00:00Z", "2026-01-16T07:00:00Z"}, {BD_FAIL, BD_PASS}, true, "C"},
        {{"2026-01-15T07:00:00Z"}, {BD_CANNOT_TELL}, true, "?"},
        {{"2026-01-15T07:00:00Z"}, {BD_PASS}, false, "?"},
        {{NULL}, {BD_PASS}, true, "?"}, /* no vault names it: the vaults may not all be there */
        {{"2026-01-23T07:00:00Z"}, {BD_FAIL}, true, "?"}, /* eight days away */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = see_machine(VAULTED);
        for (size_t j = 0; j < 2 && rows[i].at[j] != NULL; j++) {
            put_backup(s, rows[i].at[j], j == 0 ? "/subscriptions/v1" : "/subscriptions/v2",
                       rows[i].verdicts[j], rows[i].may_pass);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "9.3a"), rows[i].expected);
    }
}

/* ---- what a sidecar and a register row say of a report ---- */

TEST(evidence, a_register_row_and_a_sidecar_say_the_same_of_a_report) {
    const bd_value *row = report_json(
        "{'file':'soc.pdf','document_type':'vendor-report','vendor':'Microsoft','report_type':"
        "'SOC2T2','period_from':'2025-10-01','period_to':'2026-09-30','auditor':'D','opinion':'',"
        "'issued_by':'D','issued_on':'2026-11-10'}");
    bd_register_rows rows;
    bd_err err;
    CHECK_OK(bd_register_parse(&row, 1, BD_STR("register.csv"), test_arena(), &rows, &err), err);
    const bd_value *report = rows.data[0].sidecar.document.report;
    CHECK_EQ_STR(bd_value_text(report, "period_to"), "2026-09-30");
    CHECK(bd_value_find(report, "opinion") == NULL); /* an empty cell says nothing */
    bd_sidecar sidecar;
    bd_str text = quoted("{'format':'bindery-sidecar 1','document':{'type':'vendor-report',"
                         "'report':{'vendor':'Microsoft','period_to':'2026-09-30','cuecs':[{'id':"
                         "'1','status':'mapped','controls':['6.1.1']}]}}}");
    CHECK_OK(bd_sidecar_parse(text, BD_STR("a.meta.json"), test_arena(), &sidecar, &err), err);
    CHECK_EQ_STR(bd_value_text(sidecar.document.report, "period_to"), "2026-09-30");
}

TEST(evidence, a_report_that_is_wrong_is_refused_with_its_place) {
    static const struct {
        const char *report, *part;
    } rows[] = {
        {"{'vendor':'M','period_from':'1.10.2025'}", "at '/document/report/period_from'"},
        {"{'vendor':'M','period_from':'2026-01-01','period_to':'2025-12-31'}",
         "at '/document/report/period_to'"},
        {"{'period_from':'2026-01-01'}", "at '/document/report/vendor': nothing found"},
        {"{'vendor':'M','peroid_to':'2026-01-01'}", "the nearest known key is 'period_to'"},
        {"{'vendor':'M','cuecs':[{'status':'mapped'}]}", "at '/document/report/cuecs/0/id'"},
        {"{'vendor':'M','cuecs':['1']}", "at '/document/report/cuecs"},
        {"[]", "at '/document/report'"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_sidecar sidecar;
        bd_err err;
        test_failure("row %zu", i);
        const char *text = bd_str_format(test_arena(),
                                         "{'format':'bindery-sidecar 1','document':{'type':'x',"
                                         "'report':%s}}",
                                         rows[i].report)
                               .data;
        CHECK_FAILS(
            bd_sidecar_parse(quoted(text), BD_STR("a.meta.json"), test_arena(), &sidecar, &err),
            err, BD_ERR_INPUT, rows[i].part);
    }
}

TEST(evidence, a_report_row_that_ends_before_it_begins_is_refused) {
    const bd_value *row = report_json("{'file':'a','document_type':'x','vendor':'M','period_from':"
                                      "'2026-01-02','period_to':'2026-01-01'}");
    bd_register_rows rows;
    bd_err err;
    CHECK_FAILS(bd_register_parse(&row, 1, BD_STR("register.csv"), test_arena(), &rows, &err), err,
                BD_ERR_INPUT, "column 'period_to'");
}

/* ---- 9.2 over the catalog ---- */

#define AZURE(from, to)                                                                            \
    "{'vendor':'Microsoft','report_type':'SOC 2 Type 2','period_from':'" from                      \
    "','period_to':'" to                                                                           \
    "','auditor':'D','opinion':'unqualified','document_id':'1','retrieved_by':'Ann','cuecs':[{"     \
    "'id':'1','status':'mapped','controls':['6.1.1']}]}"

static void put_dated_report(scene *s, const char *type, const char *day, const char *json) {
    bd_document document = carried_out(day);
    document.title = BD_STR("Azure SOC 2");
    document.report = report_json(json);
    put_document(s, type, document, true);
}

TEST(checks, a_report_of_another_service_of_microsoft_is_none_of_azure) {
    static const struct {
        const char *title, *expected;
    } rows[] = {{"Azure SOC 2", "C"}, {"Office 365 SOC 2", "M"}, {"SOC 2, 2026", "?"}, {"", "?"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of_catalog("{}", "2026-01-01", "2026-12-31");
        bd_document document = carried_out("2026-11-20");
        document.title = bd_str_of(rows[i].title);
        document.report = report_json(AZURE("2025-10-01", "2026-12-31"));
        put_document(s, "vendor-report", document, true);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "9.2c"), rows[i].expected);
    }
}

TEST(checks, a_year_of_azure_reports_is_judged_by_all_three_rules) {
    static const struct {
        const char *retrieved, *letter_to, *expected_a, *expected_c;
    } rows[] = {
        {"2026-11-20", "2026-12-31", "C", "C"},
        {"2026-11-20", "2026-12-30", "D", "C"},
        {"2024-11-20", "2026-12-31", "d", "C"}, /* so long ago that it cannot speak of our days */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of_catalog("{}", "2026-01-01", "2026-12-31");
        put_dated_report(s, "vendor-report", rows[i].retrieved, AZURE("2025-10-01", "2026-09-30"));
        put_dated_report(s, "vendor-bridge-letter", "2027-01-10",
                         bd_str_format(test_arena(),
                                       "{'vendor':'Microsoft','issued_by':'Microsoft',"
                                       "'period_from':'2026-10-01','period_to':'%s'}",
                                       rows[i].letter_to)
                             .data);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "9.2a"), rows[i].expected_a);
        CHECK_EQ_STR(outcomes(s, "9.2c"), rows[i].expected_c);
        CHECK_EQ_STR(outcomes(s, "9.2b"), "M"); /* nobody wrote a memo */
    }
}

TEST(assess, a_report_without_days_of_its_own_describes_those_it_is_in_force_on) {
    scene *s = scene_of(COVERAGE, "2026-01-01", "2026-12-31", "UTC");
    bd_document document = in_force("2026-01-01", "2026-01-01", "2026-12-31");
    document.report = report_json("{'vendor':'Microsoft','report_type':'SOC2T2'}");
    put_document(s, "vendor-report", document, true);
    CHECK_EQ_STR(bd_str_of(verdict_of_reports(s)), "C");
}

/* ---- backups of critical machines (requirement 9.3 a) ---- */

#define MACHINE "/subscriptions/" SUB_A "/resourcegroups/p/providers/microsoft.compute/virtualmachines/vm1"
#define VAULT "/subscriptions/" SUB_A "/resourcegroups/p/providers/microsoft.recoveryservices/vaults/v1"
#define ITEM                                                                                       \
    VAULT "/backupfabrics/azure/protectioncontainers/c;vm1/protecteditems/vm;iaasvmcontainerv2;p;vm1"
#define PROTECTED(state, more)                                                                     \
    "{'id':'" ITEM "','properties':{'sourceResourceId':'/Subscriptions/" SUB_A                     \
    "/resourceGroups/P/providers/Microsoft.Compute/virtualMachines/VM1','protectionState':'" state \
    "'" more "}}"
#define VAULTED_AS(redundancy) "{'id':'" VAULT "','properties':{" redundancy "}}"
#define GEO "'redundancySettings':{'standardTierStorageRedundancy':'GeoRedundant'}"
#define LOCAL "'redundancySettings':{'standardTierStorageRedundancy':'LocallyRedundant'}"

TEST(checks, a_critical_machine_needs_a_protected_item_in_a_geo_redundant_vault) {
    static const struct {
        const char *item, *vault, *item_verdict, *vault_verdict, *outcome;
    } rows[] = {
        {PROTECTED("Protected", ""), VAULTED_AS(GEO), "P", "P", "C"},
        {PROTECTED("Protected", ""), VAULTED_AS(LOCAL), "P", "F", "D"},
        {PROTECTED("Protected", ""), VAULTED_AS("'provisioningState':'Succeeded'"), "P", "?",
         "?"}, /* an older export */
        {PROTECTED("ProtectionStopped", ""), VAULTED_AS(GEO), "F", "P", "D"},
        {PROTECTED("IRPending", ""), VAULTED_AS(GEO), "F", "P", "D"},
        {PROTECTED("Protected", ",'isScheduledForDeferredDelete':true"), VAULTED_AS(GEO), "F", "P",
         "D"}, /* soft-deleted */
        {PROTECTED("Protected", ""), NULL, "P", "?", "?"},
        {NULL, VAULTED_AS(GEO), "?", "", "?"}, /* no vault that was read names it */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s =
            scene_of_catalog("{'critical_resources':['" MACHINE "']}", "2026-02-01", "2026-02-28");
        put_json(s, put_snapshot(s, "S19", SUB_A, "2026-02-15T06:00:00Z"), MACHINE,
                 "{'id':'" MACHINE "','type':'Microsoft.Compute/virtualMachines'}");
        uint32_t items = put_snapshot(s, "S37", VAULT, "2026-02-15T07:00:00Z");
        if (rows[i].item != NULL) {
            put_json(s, items, ITEM, rows[i].item);
        }
        if (rows[i].vault != NULL) {
            put_json(s, put_snapshot(s, "S36", SUB_A, "2026-02-15T08:00:00Z"), VAULT,
                     rows[i].vault);
        }
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "vm-backup-protected"), rows[i].item_verdict);
        CHECK_EQ_STR(results_of_check(s, "vm-backup-vault-georedundant"), rows[i].vault_verdict);
        CHECK_EQ_STR(outcomes(s, "9.3a"), rows[i].outcome);
    }
}

/* ---- zones and replicas (requirement 9.5 a) ---- */

TEST(checks, one_machine_without_a_healthy_replica_is_not_redundant) {
    static const struct {
        const char *item, *expected;
    } rows[] = {
        {"'protectionState':'Protected','replicationHealth':'Normal'", "P"},
        {"'protectionState':'Protected','replicationHealth':'Critical'", "F"},
        {"'protectionState':'UnprotectedStatesBegin','replicationHealth':'Normal'", "F"},
        {"'protectionState':'Protected'", "?"},
        {NULL, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s =
            scene_of_catalog("{'critical_resources':['" MACHINE "']}", "2026-02-01", "2026-02-28");
        put_json(s, put_snapshot(s, "S19", SUB_A, "2026-02-15T06:00:00Z"), MACHINE,
                 "{'id':'" MACHINE "','type':'Microsoft.Compute/virtualMachines','zones':['1']}");
        if (rows[i].item != NULL) {
            put_json(s, put_snapshot(s, "S39", VAULT, "2026-02-15T07:00:00Z"),
                     VAULT "/replicationprotecteditems/r",
                     bd_str_format(test_arena(),
                                   "{'properties':{%s,'providerSpecificDetails':{"
                                   "'fabricObjectId':'" MACHINE "'}}}",
                                   rows[i].item)
                         .data);
        }
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "vm-replicated"), rows[i].expected);
    }
}
