/* The box of other tools in binder, readiness report and package. */
#include "bindery/report.h"

#include "make_imported.h"
#include "make_ready.h"

#define STATE(resource, groups, state)                                                             \
    policy_state(resource, TRANSFER, SOC_2, groups, "Audit", state)
#define ACCOUNT(name, transfer)                                                                    \
    "{'id':'" STORAGE name "','name':'" name "','type':'Microsoft.Storage/storageAccounts',"       \
    "'location':'x','properties':{'supportsHttpsTrafficOnly':" transfer "}}"

/* ---- the document as text ---- */

static void put_runs(bd_buf *out, const bd_runs *runs) {
    for (size_t i = 0; i < runs->count; i++) {
        bd_buf_puts(out, runs->data[i].text);
    }
}

/* What stands between the box's heading and the next of its level: a line a paragraph or row, cells with bars. */
static bd_str box_of(const bd_doc *doc) {
    bd_buf out;
    bool is_inside = false;
    bd_buf_init(&out, (size_t)16 << 20);
    for (size_t i = 0; i < doc->blocks.count; i++) {
        const bd_block *block = &doc->blocks.data[i];
        if (block->kind == BD_BLOCK_HEADING && block->level == 1) {
            is_inside = bd_str_eqz(block->anchor, "posture");
        }
        if (!is_inside) {
            continue;
        }
        if (block->kind == BD_BLOCK_HEADING) {
            bd_buf_printf(&out, "# %.*s\n", BD_ARG(block->text));
        } else if (block->kind == BD_BLOCK_PARA) {
            put_runs(&out, &block->para->runs);
            bd_buf_puts(&out, BD_STR("\n"));
        } else if (block->kind == BD_BLOCK_TABLE) {
            bd_buf_printf(&out, "[%.*s]\n", BD_ARG(block->table->caption));
            for (size_t c = 0; c < block->table->cells.count; c++) {
                put_runs(&out, &block->table->cells.data[c].runs);
                bool is_last = (c + 1) % block->table->column_count == 0;
                bd_buf_puts(&out, is_last ? BD_STR("\n") : BD_STR(" | "));
            }
        }
    }
    bd_str text = bd_str_copy(test_arena(), bd_buf_str(&out));
    bd_buf_clear(&out);
    return text;
}

static bd_str exported(const whole *w) {
    bd_buf text;
    bd_err err;
    bd_buf_init(&text, (size_t)64 << 20);
    bd_sink sink = bd_sink_to_buf(&text);
    bd_writing_inputs inputs = {.assessment = w->out,
                               .catalog = w->bench.plan.catalog,
                               .engagement = &w->engagement,
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots,
                               .bindery_version = BD_STR("0"),
                               .tzdata_version = BD_STR("2025b"),
                               .journal_head = BD_STR("0")};
    CHECK_OK(bd_export_assessment(&inputs, &sink, &err), err);
    bd_str all = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return all;
}

static bd_report_inputs inputs_of(whole *w) {
    w->engagement.zone_name = BD_STR("UTC");
    w->engagement.organisation_name = BD_STR("Acme");
    w->engagement.system_name = BD_STR("Pay");
    bd_str *paths = bd_new(test_arena(), bd_str, w->bench.items.count + 1);
    static bd_diags none;
    return (bd_report_inputs){.assessment = w->out,
                              .catalog = w->bench.plan.catalog,
                              .engagement = &w->engagement,
                              .evidence = &w->bench.items,
                              .diags = &none,
                              .package_id = BD_STR("P_v1"),
                              .edition = BD_STR("auditor"),
                              .package_paths = paths};
}

static bd_doc *binder_of(whole *w) {
    bd_report_inputs *inputs = bd_new(test_arena(), bd_report_inputs, 1);
    *inputs = inputs_of(w);
    return bd_report_binder(inputs, test_arena());
}

#define CHECK_HOLDS(text, part)                                                                    \
    (bd_str_find((text), bd_str_of(part)) >= 0                                                     \
         ? (void)0                                                                                 \
         : test_fail(__FILE__, __LINE__, "'%s' is not in: %.*s", (part), BD_ARG(text)))

/* ---- a month with one of everything ---- */

static whole *full_month(void) {
    whole *w = whole_open("{}");
    imported_add(w, "{'value':[" ACCOUNT("good", "true") "]}", "");
    imported_add(
        w,
        policy_page(plain(
            "%s,%s,%s,%s", STATE(STORAGE "good", "'SOC_2_CC6.7'", "NonCompliant"),
            STATE(STORAGE "b", "'SOC_2_CC6.7','SOC_2_CC9.9'", "Exempt"),
            policy_state("/subscriptions/$A", "m", SOC_2, "'SOC_2_CC6.7'", "Manual", "Unknown"),
            policy_state(STORAGE "c", "y", "/p/policySetDefinitions/benchmark", "'NS-1'", "Audit",
                         "Compliant"))),
        "");
    imported_add(
        w,
        "{'value':[{'id':'/subscriptions/$A/providers/Microsoft.Security/secureScores/"
        "ascScore','name':'ascScore','type':'Microsoft.Security/secureScores','properties':"
        "{'displayName':'ASC score','score':{'max':39,'current':23.53,'percentage':0.6033},"
        "'weight':67}}]}",
        "");
    imported_add(
        w,
        "{'value':[{'id':'/subscriptions/$A/providers/microsoft.policyinsights/attestations/"
        "1','name':'1','type':'Microsoft.PolicyInsights/attestations','properties':"
        "{'policyDefinitionReferenceId':'train','complianceState':'Compliant','owner':'u-1',"
        "'expiresOn':'2026-01-10T00:00:00Z'}}]}",
        "");
    whole_judge(w);
    return w;
}

TEST(report, what_other_tools_say_stands_in_a_box_with_model_formula_scope_and_time) {
    whole *w = full_month();
    bd_str text = box_of(binder_of(w));
    CHECK_HOLDS(text, "# What Microsoft's tools say\n");
    CHECK_HOLDS(text, "None of them enters a state, a count or the score of this report.");
    CHECK_HOLDS(text, "# Secure score (classic)\n");
    CHECK_HOLDS(text, "Model | Microsoft Defender for Cloud, classic secure score\n");
    CHECK_HOLDS(text, "ASC score | prod | 2026-01-15 06:00 | 23.53 of 39 | Complete. | E-0003\n");
    CHECK_HOLDS(text, "[SOC 2 Type 2, newest of each scope (1), 2026-01-15]\n");
    CHECK_HOLDS(text, "CC6.7 | partial | 1 not met, 1 exempt | 1 unknown | 1 of 2\n");
    CHECK_HOLDS(text, "SOC_2_CC9.9 (no criterion has this name) | ");
    CHECK_HOLDS(text, "benchmark | 1 met\n");
    CHECK_HOLDS(text, "| train | met | u-1 | ");
    CHECK_HOLDS(text, "2026-01-10, expired");
    scan_bench_close(&w->bench);
}

TEST(report, where_the_two_differ_the_binder_says_so) {
    whole *w = full_month();
    bd_str text = box_of(binder_of(w));
    CHECK_HOLDS(text, "# Where ours and theirs differ\n");
    CHECK_HOLDS(text, "Azure Policy states | 0 | 1 | 0 | 1 | 2\n");
    CHECK_HOLDS(text, "good | Storage accounts require secure transfer | holds | not met | ref | "
                      "2026-01-15 | 2026-01-15 | E-0002, E-0001\n");
    scan_bench_close(&w->bench);
}

TEST(report, figures_of_other_tools_are_those_of_assessment_json) {
    whole *w = full_month();
    const bd_doc *doc = binder_of(w);
    const bd_value *json = NULL;
    bd_err err;
    size_t seen = 0;
    CHECK_OK(bd_json_parse(exported(w), &bd_json_default_limits, test_arena(), &json, &err), err);
    for (size_t i = 0; i < doc->figures.count; i++) {
        const bd_figure *figure = &doc->figures.data[i];
        if (bd_str_has_prefix(figure->pointer, BD_STR("/imported/"))) {
            const bd_value *value = bd_value_at(json, figure->pointer);
            test_failure("%.*s", BD_ARG(figure->pointer));
            CHECK(value != NULL);
            CHECK_EQ_STR(value->text, figure->text);
            seen++;
        }
    }
    CHECK(seen >= 15);
    scan_bench_close(&w->bench);
}

TEST(report, an_incomplete_import_is_said_to_be_incomplete) {
    whole *w = whole_open("{}");
    imported_add(w,
                 plain("{'@odata.nextLink':'https://management.azure.com/next','@odata.context':"
                       "'https://management.azure.com/subscriptions/$A/providers/"
                       "Microsoft.PolicyInsights/policyStates/$metadata#latest','value':[%s]}",
                       STATE(STORAGE "a", "'SOC_2_CC6.7'", "Compliant")),
                 "");
    whole_judge(w);
    bd_str text = box_of(binder_of(w));
    CHECK_HOLDS(text, "Incomplete. prod on 2026-01-15: ");
    CHECK_HOLDS(text, "2026-01-15: INCOMPLETE]");
    scan_bench_close(&w->bench);
}

TEST(report, without_exports_of_other_tools_the_box_says_that) {
    whole *w = whole_open("{}");
    whole_judge(w);
    CHECK_HOLDS(box_of(binder_of(w)), "No export of theirs describes a time inside the period.\n");
    scan_bench_close(&w->bench);
}

TEST(report, what_was_left_out_for_its_time_is_counted) {
    whole *w = whole_open("{}");
    scan_file(&w->bench, "late.json",
              spelled(policy_page(STATE(STORAGE "a", "'SOC_2_CC6.7'", "Compliant"))),
              "{\"collected_at\":\"2026-02-01T06:00:00Z\"}");
    whole_judge(w);
    CHECK_HOLDS(box_of(binder_of(w)),
                "Left out, results that describe a time outside the period: 1; of "
                "subscriptions out of scope: 0.\n");
    scan_bench_close(&w->bench);
}

TEST(report, differences_beyond_the_first_hundred_are_counted) {
    whole *w = whole_open("{}");
    bd_str states = {"", 0}, accounts = {"", 0};
    for (int i = 0; i < 123; i++) {
        const char *comma = i > 0 ? "," : "";
        const char *id = plain(STORAGE "st%03d", i);
        states = bd_str_format(test_arena(), "%.*s%s%s", BD_ARG(states), comma,
                               STATE(id, "'SOC_2_CC6.7'", "NonCompliant"));
        accounts = bd_str_format(test_arena(),
                                 "%.*s%s{'id':'%s','name':'st%03d','type':"
                                 "'Microsoft.Storage/storageAccounts','location':'x',"
                                 "'properties':{'supportsHttpsTrafficOnly':true}}",
                                 BD_ARG(accounts), comma, id, i);
    }
    imported_add(w, policy_page(states.data), "");
    imported_add(w, plain("{'value':[%s]}", accounts.data), "");
    whole_judge(w);
    CHECK_EQ_INT(w->out->imported.disagreements.count, 123);
    bd_str text = box_of(binder_of(w));
    CHECK_HOLDS(text, "The first 100 are printed. 23 more of 123 are left out; all stand in "
                      "50_SCORES/disagreements.csv.");
    CHECK_HOLDS(text, "\nst099 | ");
    CHECK(bd_str_find(text, BD_STR("\nst100 | ")) < 0);
    scan_bench_close(&w->bench);
}

TEST(report, no_word_that_is_not_for_print_stands_in_a_declaration) {
    static const char *const forbidden[] = {"certified", "compliant", "passed"};
    const bd_imports *imports = NULL;
    bd_err err;
    CHECK_OK(bd_imports_compile(make_catalog(), test_arena(), &imports, &err), err);
    for (size_t i = 0; i < bd_imports_count(imports); i++) {
        const bd_import *one = bd_imports_at(imports, i);
        const bd_str texts[] = {one->title, one->model, one->formula, one->unit};
        for (size_t t = 0; t < BD_COUNT(texts); t++) {
            bd_str lower = bd_str_lower(test_arena(), texts[t]);
            for (size_t k = 0; k < BD_COUNT(forbidden); k++) {
                test_failure("%.*s", BD_ARG(texts[t]));
                CHECK(bd_str_find(lower, bd_str_of(forbidden[k])) < 0);
            }
        }
    }
}

TEST(report, readiness_shows_the_scores_of_other_tools_and_not_their_verdicts) {
    whole *w = full_month();
    bd_report_inputs inputs = inputs_of(w);
    inputs.package_id = (bd_str){"", 0};
    inputs.package_paths = NULL;
    bd_ready_inputs ready =
        ready_inputs(inputs.assessment, inputs.catalog, inputs.engagement, inputs.evidence);
    inputs.ready = ready_make(&ready);
    bd_str text = box_of(bd_report_readiness(&inputs, test_arena()));
    CHECK_HOLDS(text, "# Scores of Microsoft's tools\n");
    CHECK_HOLDS(text, "23.53 of 39");
    CHECK(bd_str_find(text, BD_STR("Azure Policy")) < 0);
    scan_bench_close(&w->bench);
}

/* ---- lists of the package ---- */

static bd_str list_of(const whole *w, const char *name) {
    bd_buf text;
    bd_err err;
    bd_buf_init(&text, (size_t)16 << 20);
    bd_sink sink = bd_sink_to_buf(&text);
    bd_writing_inputs inputs = {.assessment = w->out,
                               .catalog = w->bench.plan.catalog,
                               .engagement = &w->engagement,
                               .evidence = &w->bench.items,
                               .collections = &w->bench.collections,
                               .snapshots = &w->bench.snapshots};
    bd_rc rc = strcmp(name, "disagreements") == 0
                   ? bd_export_disagreements_csv(&inputs, &sink, &err)
               : strcmp(name, "attestations") == 0
                   ? bd_export_attestations_csv(&inputs, &sink, &err)
                   : bd_export_imported_csv(&inputs, bd_str_of(name), &sink, &err);
    CHECK_OK(rc, err);
    bd_str all = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return all;
}

TEST(export, lists_of_other_tools_hold_every_group_score_and_difference) {
    whole *w = full_month();
    CHECK_HOLDS(
        list_of(w, "policy-soc2"),
        "\n\"Azure Policy, latest evaluation\",policy-states," SCAN_SUB_A
        ",2026-01-15,SOC 2 Type 2,CC6.7,,automatic,results,0,0,1,0,0,1,0,0,0,0,yes,,E-0002\n");
    CHECK_HOLDS(list_of(w, "policy-soc2"),
                ",CC6.7,,manual,results,0,0,0,0,0,0,0,0,0,1,yes,,E-0002\n");
    CHECK_HOLDS(list_of(w, "secure-score"),
                ",ASC score,2026-01-15T06:00:00Z,23.53,39,0.6033,67,,yes,,E-0003\n");
    CHECK_HOLDS(
        list_of(w, "disagreements"),
        "\nstorage-secure-transfer,/subscriptions/" SCAN_SUB_A
        "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/good,pass,2026-01-15,"
        "E-0001,not-met,NonCompliant,");
    CHECK_HOLDS(list_of(w, "attestations"),
                ",train,Compliant,met,u-1,,2026-01-10T00:00:00Z,yes,0,,");
    CHECK_EQ_STR(list_of(w, "regulatory").size > 0 ? "head" : "", "head");
    scan_bench_close(&w->bench);
}

TEST(export, a_group_that_looks_like_a_formula_is_disarmed) {
    whole *w = whole_open("{}");
    imported_add(w, policy_page(STATE(STORAGE "a", "'=1+1'", "Compliant")), "");
    whole_judge(w);
    CHECK_HOLDS(list_of(w, "policy-soc2"), ",'=1+1,automatic,");
    scan_bench_close(&w->bench);
}

static const char schema_check[] =
    "import json,sys,jsonschema\n"
    "jsonschema.validate(json.load(open(sys.argv[2])),json.load(open(sys.argv[1])))\n";

TEST(export, what_other_tools_say_meets_the_schema) {
    whole *w = full_month();
    bd_str said;
    exported(w);
    const bd_value *json = NULL;
    bd_err err;
    CHECK_OK(bd_json_parse(exported(w), &bd_json_default_limits, test_arena(), &json, &err), err);
    const bd_value *schema = NULL;
    const char *path =
        bd_path_join(test_arena(), test_root(), "templates/schema/assessment.schema.json");
    CHECK_OK(
        bd_json_parse(test_read_file(path), &bd_json_default_limits, test_arena(), &schema, &err),
        err);
    const bd_str keys[] = {BD_STR("$schema"), BD_STR("$ref"), BD_STR("$defs")};
    const bd_value *values[] = {bd_value_find(schema, "$schema"),
                                bd_value_string(test_arena(), BD_STR("#/$defs/imported")),
                                bd_value_find(schema, "$defs")};
    test_write_file(
        test_path("schema.json"),
        bd_json_canonical(test_arena(), bd_value_object(test_arena(), 3, keys, values)));
    test_write_file(test_path("a.json"),
                    bd_json_canonical(test_arena(), bd_value_find(json, "imported")));
    test_write_file(test_path("check.py"), bd_str_of(schema_check));
    if (run_command(&said, "/usr/bin/python3 -c 'import jsonschema'") != 0) {
        test_skip("no jsonschema for python3");
    }
    int status = run_command(&said, "/usr/bin/python3 check.py schema.json a.json");
    test_failure("%.*s", BD_ARG(said));
    CHECK_EQ_INT(status, 0);
    scan_bench_close(&w->bench);
}
