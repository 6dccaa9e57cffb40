/* A fact of bindery.json holds from its approval on: what is of before that day may not pass by it. */
#include "bindery/derivations.h"
#include "make_whole.h"

#define APPROVED(name, day, value)                                                                 \
    "'" name "':{'approved_by':'A','approved_on':'" day "','value':" value "}"
#define SPAN                                                                                       \
    ",\"describes_from\":\"2026-01-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\""
#define VM_ID                                                                                      \
    "/subscriptions/" SCAN_SUB_A                                                                   \
    "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm1"

/* Values from the facts, as a load of bindery.json makes them. */
static whole *month_of(const char *facts) {
    const bd_value *all = whole_json(facts);
    bd_str values = {"", 0};
    for (size_t i = 0; i < all->count; i++) {
        bd_str value = bd_json_canonical(test_arena(), bd_value_find(&all->items[i], "value"));
        values = bd_str_format(test_arena(), "%.*s%s\"%.*s\":%.*s", BD_ARG(values),
                               i > 0 ? "," : "", BD_ARG(all->keys[i]), BD_ARG(value));
    }
    whole *w = whole_open(bd_str_format(test_arena(), "{%.*s}", BD_ARG(values)).data);
    w->engagement.facts = all;
    return w;
}

#define APPROVED_STORES APPROVED("critical_resources", "2025-12-01", "['" VM_ID "']")
#define APPROVED_RPO(day) "{" APPROVED_STORES "," APPROVED("rpo", day, "{'default':26}") "}"

static void put_daily_jobs(whole *w, int but) {
    bd_str jobs = {"", 0};
    for (int day = 1; day <= 31; day++) {
        if (day == but) {
            continue;
        }
        jobs = bd_str_format(
            test_arena(),
            "%.*s%s{\"id\":\"" SCAN_IN_A "Microsoft.RecoveryServices/vaults/v/backupJobs/j%d\","
            "\"name\":\"j%d\",\"type\":\"Microsoft.RecoveryServices/vaults/backupJobs\","
            "\"properties\":{\"operation\":\"Backup\",\"status\":\"Completed\",\"startTime\":"
            "\"2026-01-%02dT01:30:00Z\",\"endTime\":\"2026-01-%02dT02:00:00Z\","
            "\"containerName\":\"iaasvmcontainerv2;rg;vm1\"}}",
            BD_ARG(jobs), jobs.size > 0 ? "," : "", day, day, day, day);
    }
    whole_add(w, bd_str_format(test_arena(), "{\"value\":[%.*s]}", BD_ARG(jobs)).data,
              ",\"source\":\"S68\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" SCAN_IN_A
              "Microsoft.RecoveryServices/vaults/v\"]}" SPAN);
}

/* A derivation reads the fact: so does whoever judges what it made. */
TEST(checks_facts, an_rpo_passes_no_day_before_its_approval) {
    static const struct {
        const char *facts;
        int but;
        const char *expected;
    } rows[] = {
        {APPROVED_RPO("2025-12-31"), 0, "clean"},
        {APPROVED_RPO("2026-01-01"), 0, "clean"},
        {APPROVED_RPO("2026-01-02"), 0, "cannot-tell"}, /* one day of the month is too many */
        {APPROVED_RPO("2026-02-10"), 0, "cannot-tell"},
        {APPROVED_RPO("2026-02-10"), 10, "deviation"}, /* what fails has failed all the same */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = month_of(rows[i].facts);
        put_daily_jobs(w, rows[i].but);
        whole_judge(w);
        bd_str said = bd_str_of(whole_month(w, "9.3b", 0));
        test_failure("row %zu: %.*s", i, BD_ARG(said));
        CHECK_EQ_STR(said, rows[i].expected);
        scan_bench_close(&w->bench);
    }
}

#define SUB_ID "/subscriptions/" SCAN_SUB_A
#define HELD_BY(group)                                                                             \
    "{\"value\":[{\"id\":\"" SUB_ID "/providers/Microsoft.Authorization/roleAssignments/1\","      \
    "\"type\":\"Microsoft.Authorization/roleAssignments\",\"properties\":{\"roleDefinitionId\":"   \
    "\"" SUB_ID "/providers/Microsoft.Authorization/roleDefinitions/"                              \
    "b24988ac-6180-42a0-ab88-20f7382dd24c\",\"principalId\":\"" group                              \
    "\",\"principalType\":\"Group\",\"scope\":\"" SUB_ID "\"}}]}"
#define DEVELOPERS "11111111-0000-4000-8000-000000000001"
#define OTHERS "11111111-0000-4000-8000-000000000002"
#define LISTS(groups_day, scope_day)                                                               \
    "{" APPROVED("developer_groups", groups_day, "['" DEVELOPERS "']") "," APPROVED(               \
        "production_scope", scope_day, "['" SUB_ID "']") "}"

/* A condition asks the fact who belongs: what it leaves out it may not have left out before. */
TEST(checks_facts, a_list_that_leaves_records_out_does_so_from_its_approval_on) {
    static const struct {
        const char *facts, *group, *expected;
    } rows[] = {
        {LISTS("2025-12-01", "2025-12-01"), OTHERS, "not-applicable"},
        {LISTS("2026-01-15", "2025-12-01"), OTHERS, "not-applicable"}, /* the day itself */
        {LISTS("2026-01-16", "2025-12-01"), OTHERS, "cannot-tell"},
        {LISTS("2025-12-01", "2026-01-16"), OTHERS, "cannot-tell"},
        {LISTS("2026-01-16", "2026-01-16"), DEVELOPERS, "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = month_of(rows[i].facts);
        whole_add(w, bd_str_eqz(bd_str_of(rows[i].group), OTHERS) ? HELD_BY(OTHERS)
                                                                  : HELD_BY(DEVELOPERS),
                  ",\"source\":\"S05\"");
        whole_judge(w);
        bd_str said = bd_str_of(whole_verdict(w, "developers-no-production-role"));
        test_failure("row %zu: %.*s", i, BD_ARG(said));
        CHECK_EQ_STR(said, rows[i].expected);
        scan_bench_close(&w->bench);
    }
}

#define INCIDENT(number, day)                                                                      \
    "{\"id\":\"" SCAN_IN_A "Microsoft.OperationalInsights/workspaces/w/providers/"                 \
    "Microsoft.SecurityInsights/Incidents/" number "\",\"name\":\"" number                         \
    "\",\"type\":\"Microsoft.SecurityInsights/Incidents\",\"properties\":{\"incidentNumber\":"     \
    number ",\"severity\":\"High\",\"status\":\"Active\",\"title\":\"t\",\"createdTimeUtc\":"      \
    "\"2026-01-" day "T10:00:00Z\",\"owner\":{\"objectId\":\"o\"}}}"
#define TAKEN_UP(number, day)                                                                      \
    "[\"2026-01-" day "T10:20:00Z\"," number ",\"Active\",\"High\",\"{\\\"objectId\\\":\\\"o\\\"}\","  \
    "\"2026-01-" day "T10:20:00Z\",\"2026-01-" day "T10:00:00Z\"]"

static const bd_check_result *result_of(const whole *w, const char *check) {
    for (size_t i = 0; i < w->out->checks.count; i++) {
        if (bd_str_eqz(w->out->checks.data[i].check->id, check)) {
            return &w->out->checks.data[i];
        }
    }
    return NULL;
}

/* A number of a window chooses nothing: only what happened before its approval stays open. */
TEST(checks_facts, a_limit_leaves_open_what_happened_before_its_approval_alone) {
    whole *w = month_of(
        "{" APPROVED("slas", "2026-01-05", "{'incident_response_minutes':60}") "}");
    whole_add(w, "{\"value\":[" INCIDENT("1", "03") "," INCIDENT("2", "10") "]}",
              ",\"source\":\"S66\"" SPAN);
    whole_add(w,
              "{\"tables\":[{\"name\":\"SecurityIncident\",\"columns\":[{\"name\":\"TimeGenerated\","
              "\"type\":\"datetime\"},{\"name\":\"IncidentNumber\",\"type\":\"int\"},{\"name\":"
              "\"Status\",\"type\":\"string\"},{\"name\":\"Severity\",\"type\":\"string\"},{\"name\":"
              "\"Owner\",\"type\":\"dynamic\"},{\"name\":\"LastModifiedTime\",\"type\":\"datetime\"},"
              "{\"name\":\"CreatedTime\",\"type\":\"datetime\"}],\"rows\":[" TAKEN_UP(
                  "1", "03") "," TAKEN_UP("2", "10") "]}]}",
              ",\"source\":\"S63i\"" SPAN);
    whole_judge(w);
    const bd_check_result *found = result_of(w, "incidents-taken-up-in-time");
    CHECK(found != NULL);
    test_failure("%.*s", BD_ARG(found->reason));
    CHECK_EQ_INT(found->passed, 1);
    CHECK_EQ_INT(found->cannot_tell, 1);
    CHECK_EQ_STR(found->reason, "the fact slas was approved on 2026-01-05, after this day");
    scan_bench_close(&w->bench);
}

TEST(checks_facts, each_fact_that_a_derivation_names_is_one_of_bindery_json) {
    bd_engagement loaded;
    bd_err err;
    for (size_t i = 0; i < bd_derivation_count(); i++) {
        const char *facts = bd_derivation_at(i)->facts;
        bd_str rest = facts != NULL ? bd_str_of(facts) : BD_STR(""), name;
        while (bd_str_cut(&rest, ' ', &name)) {
            bd_str fact;
            bd_str_cut(&name, '.', &fact);
            bd_str text = bd_str_format(
                test_arena(),
                "{\"format\":\"bindery-engagement 1\",\"organisation\":{\"name\":\"C\"},\"system\":{"
                "\"name\":\"S\",\"description\":\"d\"},\"categories\":[\"Security\"],\"timezone\":"
                "\"UTC\",\"periods\":[{\"id\":\"P\",\"type\":\"II\",\"from\":\"2026-01-01\",\"to\":"
                "\"2026-01-31\"}],\"facts\":{\"%.*s\":{\"approved_by\":\"A\",\"approved_on\":"
                "\"2026-01-01\",\"value\":{}}}}",
                BD_ARG(fact));
            bd_rc rc = bd_engagement_parse(text, BD_STR("b.json"), test_arena(), &loaded, &err);
            test_failure("%s", bd_derivation_at(i)->name);
            CHECK(!bd_failed(rc) || bd_str_find(bd_str_of(err.message), BD_STR("unknown key")) < 0);
        }
    }
}
