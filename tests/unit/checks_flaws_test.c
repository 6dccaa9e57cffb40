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
#define HIGH ",\"severity\":\"High\""
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

TEST(checks_flaws, a_machine_that_nobody_scanned_is_not_without_flaws) {
#define MACHINE                                                                                    \
    "{\"id\":\"" VM "\",\"name\":\"vm1\",\"type\":\"Microsoft.Compute/virtualMachines\"}"
    static const struct {
        const char *records, *expected;
    } rows[] = {
        {STATE("Healthy"), "pass"},
        {STATE("Unhealthy"), "pass"}, /* scanned; the other check judges what was found */
        {STATE("NotApplicable"), "cannot-tell"},
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
