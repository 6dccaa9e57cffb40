/* The register of vendors, by dates worked by hand: which paper counts, what it leaves open, what it expects of us. */
#include "bindery/assessment.h"

#include "make_ready.h"
#include "make_whole.h"

#define TWO "'report_type':'SOC 2 Type 2','auditor':'A','opinion':'unqualified'"

/* A paper that two people signed; `report`: members of what it says of itself. */
static void put_paper(whole *w, const char *type, const char *report) {
    bd_str name = bd_str_format(test_arena(), "p%d.pdf", w->files++);
    bd_str text = bd_str_format(test_arena(), "%%PDF-1.4\n%.*s\n%%%%EOF\n", BD_ARG(name));
    uint8_t hash[32];
    char hex[65];
    bd_sha256_of(text, hash);
    bd_hex(hash, 32, hex);
    bd_str sidecar = bd_str_format(
        test_arena(),
        "{'source':'doc','collected_at':'2026-01-15T06:00:00Z','prepared_by':{'name':'P','role':'r',"
        "'at':'2026-01-15T06:00:00Z'},'reviews':[{'name':'R','role':'r','at':'2026-01-16T06:00:00Z',"
        "'checked':'c','sha256':'%s'}],'document':{'type':'%s','title':'T','approved_on':"
        "'2026-01-10','carried_out_on':'2026-01-10','report':{%s}}}",
        hex, type, report);
    for (size_t i = 0; i < sidecar.size; i++) {
        char *at = (char *)(uintptr_t)&sidecar.data[i];
        *at = *at == '\'' ? '"' : *at;
    }
    scan_file(&w->bench, name.data, text, sidecar.data);
}

static const bd_vendor_standing *vendor_at(const whole *w, size_t index) {
    CHECK(index < w->out->vendors.vendors.count);
    return &w->out->vendors.vendors.data[index];
}

static bd_str problems_of(const bd_strs *problems) {
    bd_str text = BD_STR("");
    for (size_t i = 0; i < problems->count; i++) {
        text = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(text), i > 0 ? "; " : "",
                             BD_ARG(problems->data[i]));
    }
    return text;
}

TEST(documents_vendors, open_and_bridged_days_are_counted_by_the_rule) {
    static const struct {
        const char *report, *letter; /* days, "" for none */
        int gap, bridged, open;
        const char *words;
    } rows[] = {
        {"2025-02-01 2026-01-31", "", 0, 0, 0, "Reports describe every day judged"},
        {"2025-02-01 2026-01-30", "", 1, 0, 1, "Finding: 1 day is open, the first of them 2026-01-31"},
        {"2025-02-01 2026-01-30", "2026-01-31 2026-01-31", 1, 1, 0, "Reports describe the days up to"},
        {"2024-11-01 2025-10-31", "2025-11-01 2026-01-31", 92, 31, 0, "Reports describe the days up"},
        {"2024-11-01 2025-10-30", "2025-10-31 2026-01-31", 93, 0, 31, "Finding: the newest report ends"},
        {"2026-01-02 2026-01-31", "2026-01-01 2026-01-01", 0, 0, 1, "Finding: 1 day is open"},
        {"", "2026-01-01 2026-01-31", 0, 0, 31, "Finding: no report on file counts"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{}");
        static const char *const types[] = {"vendor-report", "vendor-bridge-letter"};
        const char *const days[] = {rows[i].report, rows[i].letter};
        for (size_t k = 0; k < 2; k++) {
            if (days[k][0] != '\0') {
                put_paper(w, types[k],
                          bd_str_format(test_arena(),
                                        "'vendor':'Fabrikam Inc.'," TWO ",'issued_by':'Fabrikam',"
                                        "'period_from':'%.10s','period_to':'%.10s'",
                                        days[k], days[k] + 11)
                              .data);
            }
        }
        whole_judge(w);
        const bd_vendor_standing *one = vendor_at(w, 0);
        test_failure("row %zu: %.*s", i, BD_ARG(one->standing));
        CHECK_EQ_INT(one->gap_days, rows[i].gap);
        CHECK_EQ_INT(one->bridged_days, rows[i].bridged);
        CHECK_EQ_INT(one->open_days, rows[i].open);
        CHECK_EQ_INT(one->is_finding, rows[i].open > 0);
        CHECK(bd_str_has_prefix(one->standing, bd_str_of(rows[i].words)));
        scan_bench_close(&w->bench);
    }
}

/* The gates that speak of reports, one behind the other. */
static bd_str gates_of_reports(const whole *w) {
    bd_str text = BD_STR("");
    for (size_t i = 0; i < w->out->gates.count; i++) {
        if (bd_str_find(w->out->gates.data[i], BD_STR("reports")) >= 0) {
            text = bd_str_format(test_arena(), "%.*s%.*s.", BD_ARG(text), BD_ARG(w->out->gates.data[i]));
        }
    }
    return text;
}

TEST(documents_vendors, a_day_that_the_report_of_a_subservice_organisation_leaves_open_is_a_gate) {
    static const struct {
        const char *method, *to, *expected; /* no method: only the paper names the vendor */
    } rows[] = {
        {"carve-out", "2026-01-30", "Not complete: the reports of Fabrikam leave 1 day open."},
        {"carve-out", "2026-01-29", "Not complete: the reports of Fabrikam leave 2 days open."},
        {"inclusive", "2026-01-29", "Not complete: the reports of Fabrikam leave 2 days open."},
        {"carve-out", "2026-01-31", ""},
        {"carve-out", "", "Not complete: the reports of Fabrikam leave 31 days open."},
        {"inclusive", "", ""},
        {"", "2026-01-29", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{}");
        if (rows[i].method[0] != '\0') {
            *bd_push(test_arena(), &w->engagement.vendors) =
                (bd_vendor){.name = BD_STR("Fabrikam"), .method = bd_str_of(rows[i].method)};
        }
        if (rows[i].to[0] != '\0') {
            put_paper(w, "vendor-report",
                      bd_str_format(test_arena(),
                                    "'vendor':'Fabrikam'," TWO ",'period_from':'2025-02-01','period_to':'%s'",
                                    rows[i].to)
                          .data);
        }
        whole_judge(w);
        test_failure("row %zu", i);
        CHECK_EQ_STR(gates_of_reports(w), rows[i].expected);
        scan_bench_close(&w->bench);
    }
}

TEST(documents_vendors, a_paper_that_cannot_be_relied_on_does_not_count_and_says_why) {
    static const struct {
        const char *type, *report, *expected;
        bool counts;
    } rows[] = {
        {"vendor-report", TWO, "it does not say which days it describes", false},
        {"vendor-report", TWO ",'period_from':'2026-01-01','period_to':'2026-01-31','issued_on':'2031-01-01'",
         "issued on 2031-01-01, which is still to come", false},
        {"vendor-bridge-letter", "'period_from':'2026-01-01','period_to':'2026-01-31'",
         "nothing says who issued it", false},
        {"vendor-bridge-letter",
         "'period_from':'2026-01-01','period_to':'2026-01-31','issued_by':'Acme Ltd'",
         "it was issued by ourselves; a bridge letter is the vendor's", false},
        {"vendor-bridge-letter",
         "'period_from':'2026-01-01','period_to':'2026-01-31','issued_by':'Reseller'",
         "it was issued by 'Reseller', not by the vendor", false},
        {"vendor-report", TWO ",'period_from':'2026-01-01','period_to':'2026-01-31','issued_on':'2026-01-20'",
         "it describes days behind 2026-01-20, when it was issued or fetched; those do not count",
         true},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{}");
        w->engagement.organisation_name = BD_STR("Acme");
        put_paper(w, rows[i].type,
                  bd_str_format(test_arena(), "'vendor':'Fabrikam',%s", rows[i].report).data);
        whole_judge(w);
        CHECK_EQ_INT(w->out->vendors.documents.count, 1);
        const bd_vendor_document *one = &w->out->vendors.documents.data[0];
        CHECK_EQ_STR(problems_of(&one->problems), rows[i].expected);
        CHECK_EQ_INT(one->counts, rows[i].counts);
        scan_bench_close(&w->bench);
    }
}

/* The papers of put_paper are of 10 January: a report may come in after the days that it describes. */
TEST(documents_vendors, a_paper_of_after_the_as_of_day_is_listed_where_a_verdict_rests_on_it) {
    whole *w = whole_open("{}");
    w->as_of = bd_zone_day_start(w->engagement.zone, w->period.from + 8);
    put_paper(w, "azure-soc2-report",
              "'vendor':'Microsoft'," TWO ",'period_from':'2025-01-01','period_to':'2025-12-31'");
    put_paper(w, "azure-bridge-letter",
              "'issued_by':'Microsoft','vendor':'Microsoft','period_from':'2026-01-01','period_to':'2026-01-31'");
    whole_judge(w);
    for (size_t i = 0; i < w->out->control_count; i++) {
        const bd_control_result *control = &w->out->controls[i];
        if (!bd_str_eqz(control->control->number, "9.2")) {
            continue;
        }
        CHECK_EQ_INT(control->requirements[0].instances[0].evidence.count, 2);
        CHECK_EQ_INT(control->requirements[0].evidence.count, 2);
        CHECK_EQ_INT(control->requirements[0].evidence.data[1], 2);
        CHECK_EQ_INT(control->requirements[0].newest, BD_INSTANT_NONE); /* it is of no day judged */
    }
    scan_bench_close(&w->bench);
}

TEST(documents_vendors, two_reports_of_one_day_say_so) {
    whole *w = whole_open("{}");
    put_paper(w, "vendor-report", "'vendor':'F'," TWO ",'period_from':'2025-01-01','period_to':'2025-12-31'");
    put_paper(w, "vendor-report", "'vendor':'F'," TWO ",'period_from':'2025-12-31','period_to':'2026-12-30'");
    whole_judge(w);
    CHECK_EQ_INT(w->out->vendors.documents.data[0].problems.count, 0);
    CHECK(bd_str_find(problems_of(&w->out->vendors.documents.data[1].problems),
                      BD_STR("describes 2025-12-31 to 2025-12-31 as well")) >= 0);
    scan_bench_close(&w->bench);
}

TEST(documents_vendors, a_user_entity_control_is_mapped_or_a_finding) {
    whole *w = whole_open("{}");
    put_paper(w, "vendor-report",
              "'vendor':'F'," TWO ",'period_from':'2026-01-01','period_to':'2026-12-30','cuecs':["
              "{'id':'1','status':'mapped','controls':['6.3.1','b-cc6.4-1']},"
              "{'id':'2','status':'mapped','controls':['6.3.1','99.9']},"
              "{'id':'3','status':'mapped','controls':[]},{'id':'4','status':'not applicable'},"
              "{'id':'5','status':'not applicable','reason':'unused'},{'id':'6'},"
              "{'id':'7','status':'done','controls':['6.3.1']}]");
    whole_judge(w);
    static const bd_cuec_standing expected[] = {
        BD_CUEC_MAPPED,         BD_CUEC_UNKNOWN,  BD_CUEC_UNMAPPED, BD_CUEC_UNMAPPED,
        BD_CUEC_NOT_APPLICABLE, BD_CUEC_UNMAPPED, BD_CUEC_UNMAPPED};
    CHECK_EQ_INT(w->out->vendors.cuecs.count, BD_COUNT(expected));
    for (size_t i = 0; i < BD_COUNT(expected); i++) {
        const bd_vendor_cuec *one = &w->out->vendors.cuecs.data[i];
        CHECK_EQ_INT(one->standing, expected[i]);
        bool is_fine = expected[i] == BD_CUEC_MAPPED || expected[i] == BD_CUEC_NOT_APPLICABLE;
        CHECK_EQ_INT(one->problem.size == 0, is_fine);
    }
    CHECK_EQ_STR(w->out->vendors.cuecs.data[0].controls.data[1], "B-CC6.4-1");
    CHECK_EQ_INT(w->out->vendors.cuec_findings, 5);
    scan_bench_close(&w->bench);
}

TEST(documents_vendors, names_of_one_company_are_one_vendor_and_nobody_is_nobody_else) {
    whole *w = whole_open("{}");
    *bd_push(test_arena(), &w->engagement.vendors) =
        (bd_vendor){.name = BD_STR("Fabrikam, Inc."), .method = BD_STR("carve-out")};
    put_paper(w, "vendor-report", "'vendor':'Zeta'," TWO);
    put_paper(w, "vendor-report", "'vendor':'fabrikam'," TWO);
    put_paper(w, "vendor-report", "'vendor':'Alpha'," TWO);
    whole_judge(w);
    CHECK_EQ_INT(w->out->vendors.vendors.count, 3);
    CHECK_EQ_STR(vendor_at(w, 0)->name, "Fabrikam, Inc.");
    CHECK_EQ_STR(vendor_at(w, 1)->name, "Alpha");
    CHECK_EQ_STR(vendor_at(w, 2)->name, "Zeta");
    CHECK(vendor_at(w, 0)->is_stated && !vendor_at(w, 1)->is_stated);
    scan_bench_close(&w->bench);
}

TEST(documents_vendors, the_clock_and_the_register_leave_the_same_days_open) {
    whole *w = whole_open("{}");
    put_paper(w, "vendor-report",
              "'vendor':'Fabrikam'," TWO ",'period_from':'2025-01-01','period_to':'2025-12-31'");
    put_paper(w, "vendor-bridge-letter",
              "'vendor':'Fabrikam','issued_by':'Fabrikam','period_from':'2026-01-01','period_to':"
              "'2026-01-31'");
    bd_evidence *letter = &w->bench.items.data[w->bench.items.count - 1];
    letter->describes_from = letter->describes_to += (bd_instant)60 * 86400 * BD_SECOND;
    *bd_push(test_arena(), &w->engagement.vendors) =
        (bd_vendor){.name = BD_STR("Unwatched"), .method = BD_STR("carve-out")};
    whole_judge(w);
    bd_ready_inputs inputs = ready_inputs(w->out, w->bench.plan.catalog, &w->engagement,
                                          &w->bench.items);
    const bd_readiness *ready = ready_make(&inputs);
    CHECK_EQ_INT(ready->vendors.count, 2);
    for (size_t i = 0; i < 2; i++) {
        CHECK_EQ_STR(ready->vendors.data[i].vendor, vendor_at(w, i)->name);
        CHECK_EQ_INT(ready->vendors.data[i].open_days, vendor_at(w, i)->open_days);
    }
    CHECK_EQ_INT(ready->vendors.data[0].open_days, 31); /* no report at all */
    CHECK_EQ_INT(ready->vendors.data[1].open_days, 0);
    CHECK_EQ_INT(ready->papers.count, 2);
    CHECK(ready->papers.data[1].is_letter && ready->papers.data[1].counts);
    scan_bench_close(&w->bench);
}

/* Whoever answers an exception today has answered the one that is there tomorrow. */
TEST(documents_vendors, what_a_report_lacks_is_the_same_exception_on_each_day) {
    static const char *const days[] = {"2026-01-20T12:00:00Z", "2026-01-21T12:00:00Z", "2026-02-01T00:00:00Z"};
    for (size_t i = 0; i < BD_COUNT(days); i++) {
        whole *w = whole_open("{}");
        CHECK(bd_instant_parse(bd_str_of(days[i]), &w->as_of));
        put_paper(w, "azure-soc2-report",
                  "'vendor':'Microsoft'," TWO ",'period_from':'2025-02-01','period_to':'2026-01-31',"
                  "'cuecs':[{'id':'C-1','status':'unmapped'}]");
        whole_judge(w);
        size_t met = 0;
        for (size_t k = 0; k < w->out->exceptions.count; k++) {
            const bd_exception *one = bd_assessment_exception(w->out, k);
            if (bd_str_eqz(one->check->id, "azure-user-controls-mapped")) {
                CHECK_EQ_STR(bd_day_format(test_arena(), one->first_seen_failing), "2026-01-10");
                met++;
            }
        }
        CHECK_EQ_INT(met, 1);
        scan_bench_close(&w->bench);
    }
}

/* ---- events joined ---- */

static const bd_match_sums *match_of(const whole *w, const char *check) {
    for (size_t i = 0; i < w->out->matches.count; i++) {
        if (bd_str_eqz(w->out->matches.data[i].check->id, check)) {
            return &w->out->matches.data[i];
        }
    }
    return NULL;
}

TEST(documents_vendors, rows_and_events_without_each_other_are_both_listed) {
    whole *w = whole_open("{'leaver_cutoff':'18:00'}");
    whole_add(w,
              "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits\","
              "\"value\":[{\"id\":\"e1\",\"activityDisplayName\":\"Disable account\",\"result\":\"success\","
              "\"activityDateTime\":\"2026-01-20T10:00:00Z\",\"targetResources\":[{\"id\":\"o9\","
              "\"type\":\"User\",\"userPrincipalName\":\"nobody@c.example\"}]}]}",
              ",\"source\":\"S58\",\"describes_from\":\"2026-01-01T00:00:00Z\",\"describes_to\":"
              "\"2026-02-01T00:00:00Z\",\"scope\":{\"kind\":\"tenant\",\"ids\":[\"t\"]}");
    whole_judge(w);
    const bd_match_sums *one = match_of(w, "leaver-disabled-in-time");
    CHECK(one != NULL);
    CHECK_EQ_INT(one->rows, 0);
    CHECK_EQ_INT(one->events, 1);
    CHECK_EQ_INT(one->events_left, 1);
    CHECK_EQ_INT(one->left.count, 1);
    CHECK(bd_str_find(one->how, BD_STR("by account, else by object_id")) >= 0);
    CHECK(bd_str_find(one->window, BD_STR("to 24 hours after the row")) >= 0);
    CHECK(bd_str_find(one->window, BD_STR("no allowance is made for clocks")) >= 0);
    scan_bench_close(&w->bench);
}
