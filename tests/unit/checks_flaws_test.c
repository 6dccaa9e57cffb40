/* Requirement 7.6 c: critical and high flaws of machines are fixed in policy time, counted from when they were seen. */
#include "make_whole.h"

#define VM SCAN_IN_A "Microsoft.Compute/virtualMachines/vm1"
#define ASSESSED "/providers/Microsoft.Security/assessments/1195afff-c881-495e-9bc5-1486211ae03f"
#define STATE(code)                                                                                \
    "{\"id\":\"" VM ASSESSED "\",\"name\":\"1195afff-c881-495e-9bc5-1486211ae03f\",\"type\":"      \
    "\"Microsoft.Security/"                                                                        \
    "assessments\",\"properties\":{\"resourceDetails\":{\"source\":\"Azure\","                     \
    "\"id\":\"" VM "\"},\"displayName\":\"Machines should have vulnerability findings resolved\"," \
    "\"status\":{\"code\":\"" code "\"}}}"
#define FLAW(name, severity, more)                                                                 \
    "{\"id\":\"" VM ASSESSED "/subAssessments/" name "\",\"name\":\"" name                         \
    "\",\"type\":\"Microsoft.Security/assessments/subAssessments\",\"properties\":{"               \
    "\"displayName\":\"d\",\"status\":{\"code\":\"Unhealthy\"" severity                            \
    "},\"timeGenerated\":\"2026-01-28T00:00:00Z\"" more "}}"
#define SET_ASIDE(name)                                                                            \
    "{\"id\":\"" VM ASSESSED "/subAssessments/" name "\",\"name\":\"" name                           \
    "\",\"type\":\"Microsoft.Security/assessments/subAssessments\",\"properties\":{"               \
    "\"displayName\":\"d\",\"status\":{\"code\":\"NotApplicable\",\"severity\":\"High\"}}}"
#define HIGH ",\"severity\":\"High\""
#define MACHINE                                                                                    \
    "{\"id\":\"" VM "\",\"name\":\"vm1\",\"type\":\"Microsoft.Compute/virtualMachines\"}"
#define BAD STATE("Unhealthy") ","
#define ONE BAD FLAW("f1", HIGH, "")
#define SLAS "{'slas':{'critical_flaw_days':7,'high_flaw_days':14}}"

typedef struct {
    const char *facts, *first, *second, *third; /* snapshots of 2, 12 and 28 January; NULL: none */
    const char *expected;
} tale;

static void put_findings(whole *w, const char *records, const char *day) {
    bd_str name = bd_str_format(test_arena(), "%d.json", w->files++);
    if (records != NULL) {
        scan_file(&w->bench, name.data, bd_str_format(test_arena(), "{\"value\":[%s]}", records),
                  bd_str_format(test_arena(),
                                "{\"collected_at\":\"2026-01-%sT06:00:00Z\",\"exporter\":\"e\","
                                "\"command\":\"portal: export\",\"complete\":true,\"source\":"
                                "\"S13\",\"scope\":{\"kind\":\"subscription\",\"ids\":["
                                "\"" SCAN_SUB_A "\"]}}",
                                day)
                      .data);
    }
}

TEST(checks_flaws, the_age_of_a_flaw_counts_from_the_first_snapshot_that_shows_it) {
    static const tale rows[] = {
        {SLAS, ONE, NULL, NULL, "pass"},
        {SLAS, ONE, ONE, NULL, "pass"}, /* ten days */
        {SLAS, ONE, ONE, ONE, "fail"},  /* 26, whatever time the newest scan gives */
        {SLAS, ONE, NULL, ONE, "fail"},
        {SLAS, NULL, ONE, ONE, "fail"},                          /* 16 */
        {SLAS, NULL, NULL, ONE, "pass"},                         /* first seen on the last day */
        {SLAS, ONE, ONE, STATE("Healthy"), "cannot-tell"},       /* gone between 10 and 26 days */
        {SLAS, ONE, STATE("Healthy"), STATE("Healthy"), "pass"}, /* gone after ten days at most */
        {SLAS, ONE, BAD FLAW("f2", HIGH, ""), NULL, "pass"},
        {SLAS, ONE, STATE("NotApplicable"), NULL, "cannot-tell"}, /* a stopped machine */
        {SLAS, ONE, "", NULL, "cannot-tell"},                     /* a machine that is gone */
        {SLAS, BAD FLAW("f1", ",\"severity\":\"Medium\"", ""), NULL,
         BAD FLAW("f1", ",\"severity\":\"Medium\"", ""), "not-applicable"},
        {SLAS, BAD FLAW("f1", "", ""), NULL, NULL, "cannot-tell"}, /* how severe is not said */
        {SLAS,
         BAD FLAW("f1", HIGH,
                  ",\"additionalData\":{\"vulnerabilityDetails\":{\"severity\":"
                  "\"Critical\"}}"),
         BAD FLAW("f1", HIGH, ""), NULL, "fail"}, /* seven days for a critical one */
        {SLAS, BAD STATE("Unhealthy"), NULL, NULL, "cannot-tell"}, /* findings were not exported */
        {SLAS, STATE("Healthy"), NULL, NULL, "pass"},
        /* set aside is not fixed, neither from the beginning nor later */
        {SLAS, ONE, BAD SET_ASIDE("f1"), NULL, "cannot-tell"},
        {SLAS, BAD SET_ASIDE("f1"), NULL, NULL, "cannot-tell"},
        {SLAS, ONE, NULL, BAD SET_ASIDE("f1"), "cannot-tell"},
        {SLAS, ONE, STATE("NotApplicable") "," STATE("Healthy"), NULL, "cannot-tell"},
        {"{'slas':{'critical_flaw_days':7}}", ONE, NULL, NULL, "cannot-tell"},
        {"{'slas':{'high_flaw_days':'14'}}", ONE, NULL, NULL, "cannot-tell"},
        {"{'slas':{'high_flaw_days':200}}", ONE, NULL, NULL,
         "cannot-tell"}, /* beyond what is seen */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(rows[i].facts);
        const bd_value *slas = bd_value_find(whole_json(rows[i].facts), "slas");
        w->engagement.facts = whole_json(
            bd_str_format(test_arena(),
                          "{'slas':{'approved_by':'A','approved_on':'2025-01-01','value':%.*s}}",
                          BD_ARG(bd_json_canonical(test_arena(), slas)))
                .data);
        put_findings(w, rows[i].first, "02");
        put_findings(w, rows[i].second, "12");
        put_findings(w, rows[i].third, "28");
        whole_judge(w);
        const char *said = whole_verdict(w, "flaws-fixed-in-time");
        (void)whole_month(w, "7.6c", 0);
        CHECK_EQ_STR(bd_str_format(test_arena(), "row %zu: %s", i, said),
                     bd_str_format(test_arena(), "row %zu: %s", i, rows[i].expected).data);
        scan_bench_close(&w->bench);
    }
}

/* Where one snapshot does not list the findings, the next one that does may come too late to say. */
TEST(checks_flaws, a_flaw_is_gone_only_where_the_findings_were_asked_for) {
    static const struct {
        const char *second, *expected;
    } rows[] = {
        {STATE("Unhealthy"), "cannot-tell"}, /* on the 28th it was gone, perhaps too late */
        {STATE("NotApplicable"), "cannot-tell"},
        {ONE, "cannot-tell"},
        {BAD FLAW("f2", ",\"severity\":\"Low\"", ""), "clean"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(SLAS);
        w->engagement.facts =
            whole_json("{'slas':{'approved_by':'A','approved_on':'2025-01-01','value':"
                       "{'critical_flaw_days':7,'high_flaw_days':14}}}");
        put_findings(w, ONE "," MACHINE, "02");
        put_findings(w, bd_str_format(test_arena(), "%s,%s", rows[i].second, MACHINE).data, "12");
        put_findings(w, BAD FLAW("f2", ",\"severity\":\"Low\"", "") "," MACHINE, "28");
        whole_add(w, "{\"value\":[" MACHINE "]}", ",\"source\":\"S77\"");
        whole_judge(w);
        const char *month = whole_month(w, "7.6c", 0);
        CHECK_EQ_STR(bd_str_format(test_arena(), "row %zu: %s", i, month),
                     bd_str_format(test_arena(), "row %zu: %s", i, rows[i].expected).data);
        scan_bench_close(&w->bench);
    }
}

/* A join that sees all snapshots judges each where it stands, not where the last of them does. */
TEST(checks_flaws, a_verdict_stands_at_the_snapshot_that_it_is_of) {
    static const char *const days[] = {"02", "12", "28"};
    static const bd_verdict expected[] = {BD_PASS, BD_PASS, BD_FAIL};
    size_t found = 0;
    whole *w = whole_open(SLAS);
    w->engagement.facts = whole_json("{'slas':{'approved_by':'A','approved_on':'2025-01-01','value':"
                                     "{'critical_flaw_days':7,'high_flaw_days':14}}}");
    for (size_t i = 0; i < BD_COUNT(days); i++) {
        put_findings(w, ONE, days[i]);
    }
    whole_judge(w);
    for (size_t i = 0; i < w->out->checks.count; i++) {
        const bd_check_result *one = &w->out->checks.data[i];
        if (bd_str_eqz(one->check->id, "flaws-fixed-in-time")) {
            CHECK(found < BD_COUNT(days));
            CHECK_EQ_INT(one->verdict, expected[found++]);
        }
    }
    CHECK_EQ_INT(found, BD_COUNT(days));
    scan_bench_close(&w->bench);
}

/* The assessment of the databases on a machine names the machine, and has nearly the same name. */
#define DATABASES                                                                                  \
    "{\"id\":\"" VM "/providers/Microsoft.Security/assessments/f97aa83c-9b63-4f9a-99f6-"            \
    "b22c4398f936\",\"name\":\"f97aa83c-9b63-4f9a-99f6-b22c4398f936\",\"type\":"                    \
    "\"Microsoft.Security/assessments\",\"properties\":{\"resourceDetails\":{\"source\":\"Azure\","  \
    "\"id\":\"" VM "\"},\"displayName\":\"SQL servers on machines should have vulnerability "         \
    "findings resolved\",\"status\":{\"code\":\"Healthy\"}}}"

TEST(checks_flaws, a_machine_that_nobody_scanned_is_not_without_flaws) {
    static const struct {
        const char *records, *expected;
    } rows[] = {
        {STATE("Healthy"), "pass"},
        {STATE("Unhealthy"), "pass"}, /* scanned; the other check judges what was found */
        {STATE("NotApplicable"), "cannot-tell"},
        {DATABASES, "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(SLAS);
        put_findings(w, rows[i].records, "15");
        whole_add(w, "{\"value\":[" MACHINE "]}", ",\"source\":\"S77\"");
        whole_judge(w);
        CHECK_EQ_STR(bd_str_of(whole_verdict(w, "machines-scanned-for-flaws")), rows[i].expected);
        scan_bench_close(&w->bench);
    }
}
