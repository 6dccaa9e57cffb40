/* Checks of section 8: changes by pull request, pipeline and hand; the baseline. */
#include "make_catalog_scene.h"

TEST(checks, the_checks_of_section_8_answer_as_the_cases_say) {
    run_section_cases("08.case", 16);
}

/* ---- bounds of a count (requirement 8.4 a) ---- */

#define COUNTED(bounds)                                                                            \
    SECURITY_OF(A_CONTROL("8.4", "continuous"),                                                    \
                A_REQUIREMENT("8.4", "a", "continuous", 35, 0, "'S08'"),                           \
                A_SOURCE("S08", "subscription", ""),                                               \
                A_CHECK("counted", "8.4", "a", "aggregate",                                        \
                        "'source':'S08','of':{'field':'ok','equals':true}," bounds))

TEST(assess, a_count_of_records_is_held_against_its_bounds) {
    static const struct {
        const char *catalog;
        int met, unmet, unclear;
        bool is_complete;
        const char *expected;
    } rows[] = {
        {COUNTED("'min':1"), 1, 3, 0, true, "C"},
        {COUNTED("'min':1"), 0, 3, 0, true, "D"},
        {COUNTED("'min':1"), 0, 0, 0, true, "D"},  /* nothing at all is too few */
        {COUNTED("'min':1"), 0, 3, 0, false, "?"}, /* it may be what is lacking */
        {COUNTED("'min':1"), 1, 3, 0, false, "?"},
        {COUNTED("'min':1"), 0, 3, 1, true, "?"},
        {COUNTED("'min':1"), 1, 0, 5, true, "C"}, /* whatever the others are */
        {COUNTED("'max':1"), 1, 9, 0, true, "C"},
        {COUNTED("'max':1"), 2, 9, 0, true, "D"},
        {COUNTED("'max':1"), 2, 9, 0, false, "d"},
        {COUNTED("'max':1"), 1, 9, 1, true, "?"},
        {COUNTED("'min_percent':50"), 1, 1, 0, true, "C"},
        {COUNTED("'min_percent':50"), 1, 2, 0, true, "D"},
        {COUNTED("'min_percent':33.3"), 1, 2, 0, true, "C"},
        {COUNTED("'min_percent':33.4"), 1, 2, 0, true, "D"},
        {COUNTED("'min_percent':50"), 0, 0, 0, true, "0"}, /* a share of nothing */
        {COUNTED("'max_percent':10"), 1, 9, 0, true, "C"},
        {COUNTED("'max_percent':10"), 2, 9, 0, true, "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of(rows[i].catalog, "2026-01-01", "2026-01-31", "UTC");
        uint32_t item = put_snapshot(s, "S08", SUB_A, "2026-01-15T06:00:00Z");
        const int counts[] = {rows[i].met, rows[i].unmet, rows[i].unclear};
        static const bd_verdict verdicts[] = {BD_PASS, BD_FAIL, BD_CANNOT_TELL};
        for (size_t v = 0; v < 3; v++) {
            for (int n = 0; n < counts[v]; n++) {
                bd_str key = bd_str_format(test_arena(), "%zu/%d", v, n);
                put_record(s, item, "counted", key.data, verdicts[v]);
            }
        }
        if (!rows[i].is_complete) {
            spoil(s, item, NOT_COMPLETE);
        }
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "8.4a"), rows[i].expected);
    }
}

TEST(assess, each_subscription_is_counted_for_itself) {
    scene *s = scene_of(COUNTED("'min':1"), "2026-01-01", "2026-01-31", "UTC");
    expect_subscription(s, SUB_B, "dev");
    uint32_t a = put_snapshot(s, "S08", SUB_A, "2026-01-15T06:00:00Z");
    uint32_t b = put_snapshot(s, "S08", SUB_B, "2026-01-15T06:00:00Z");
    put_record(s, a, "counted", "k", BD_PASS);
    put_record(s, b, "counted", "k", BD_FAIL);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "D");
    CHECK_EQ_INT(s->findings.count, 1);
    CHECK_EQ_STR(s->findings.data[0].resource, "/subscriptions/" SUB_B);
    CHECK_EQ_STR(s->findings.data[0].reason, "0 of 1, at least 1 expected");
}

/* ---- changes by hand (requirement 8.1 b) ---- */

#define WRITE(caller, group)                                                                       \
    "{'eventDataId':'e1','eventTimestamp':'2026-02-10T10:00:00Z','operationName':{'value':"        \
    "'Microsoft.Compute/disks/write'},'status':{'value':'Succeeded'},'correlationId':'C-1',"       \
    "'resourceId':'/subscriptions/" SUB_A "/resourceGroups/" group                                 \
    "/providers/Microsoft.Compute/disks/d','caller':" caller "}"
#define CHANGE(emergency, by, at)                                                                  \
    "{'change_id':'1','class':'standard','reference':'c-1','requested_by':'John','emergency':'"    \
    emergency "','approved_by':'" by "','approved_at':'" at "'}"
#define BEFORE "2026-02-10T09:00:00Z"

static bd_str judge_write(const char *write, const char *change, bool has_log) {
    scene *s = scene_of_catalog("{'production_scope':['/subscriptions/" SUB_A
                                "/resourceGroups/prod']}",
                                "2026-02-01", "2026-02-28");
    uint32_t log = put_log(s, "S27", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_json(s, log, "e1", write);
    if (has_log) {
        uint32_t list = put_log(s, "csv:changes", "", "2026-01-01T00:00:00Z",
                                "2026-03-02T00:00:00Z");
        if (change != NULL) {
            put_json(s, list, "1", change);
        }
    }
    judge_scene(s);
    return results_of_check(s, "changes-by-hand-ticketed");
}

TEST(checks, changes_of_a_subscription_out_of_scope_are_not_judged) {
    scene *s = scene_of_catalog("{'production_scope':['/subscriptions/" SUB_A "']}", "2026-02-01",
                                "2026-02-28");
    uint32_t log = put_log(s, "S27", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    s->engagement.subscriptions.data[0].id = BD_STR(SUB_B);
    put_json(s, log, "e1", WRITE("'john@contoso.com'", "prod"));
    judge_scene(s);
    CHECK_EQ_STR(results_of_check(s, "changes-by-hand-ticketed"), "");
}

TEST(checks, a_change_by_hand_needs_an_emergency_approved_in_time) {
    static const struct {
        const char *write, *change;
        bool has_log;
        const char *expected;
    } rows[] = {
        {WRITE("'john@contoso.com'", "prod"), CHANGE("yes", "Ann", BEFORE), true, "P"},
        {WRITE("'john@contoso.com'", "PROD"), CHANGE("yes", "Ann", "2026-02-11T10:00:00Z"), true,
         "P"}, /* 24 hours later */
        {WRITE("'john@contoso.com'", "prod"), CHANGE("yes", "Ann", "2026-02-11T10:00:01Z"), true,
         "F"},
        {WRITE("'john@contoso.com'", "prod"), CHANGE("no", "Ann", BEFORE), true, "F"},
        {WRITE("'john@contoso.com'", "prod"), CHANGE("yes", " john ", BEFORE), true, "F"}, /* by who asked for it */
        {WRITE("'john@contoso.com'", "prod"), "{'change_id':'1','class':'standard','reference':'c-1',"
         "'emergency':'yes','approved_by':'Ann','approved_at':'" BEFORE "'}", true, "?"}, /* nothing says who asked */
        {WRITE("'john@contoso.com'", "prod"), CHANGE("yes", "", BEFORE), true, "F"},
        {WRITE("'john@contoso.com'", "prod"), NULL, true, "F"},
        {WRITE("'john@contoso.com'", "prod"), NULL, false, "?"}, /* no change log on file */
        {WRITE("'john@contoso.com'", "dev"), NULL, true, ""},
        /* an object id may be that of a person: what the token says decides */
        {WRITE("'0b1f6471-1bf0-4dda-aec3-cb9272f09590'", "prod"), NULL, true, "?"},
        {WRITE("'0b1f6471-1bf0-4dda-aec3-cb9272f09590','claims':{'http://schemas.microsoft.com/"
               "identity/claims/scope':'user_impersonation'}",
               "prod"),
         NULL, true, "F"},
        {WRITE("'Microsoft.Insights/autoscaleSettings'", "prod"), NULL, true, ""},
        {WRITE("'0b1f6471-1bf0-4dda-aec3-cb9272f09590','claims':{'appid':'other'}", "prod"), NULL,
         true, ""},
        {WRITE("'0b1f6471','claims':{'appid':'c44b4083-3bb0-49c1-b47d-974e53cbdf3c'}", "prod"),
         NULL, true, "F"}, /* the portal */
        {WRITE("null", "prod"), NULL, true, ""}, /* the platform itself */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_STR(judge_write(rows[i].write, rows[i].change, rows[i].has_log), rows[i].expected);
    }
}

#define CHANGED(by, type, client)                                                                  \
    "{'id':'k','targetResourceId':'/subscriptions/" SUB_A "/resourceGroups/prod/providers/"        \
    "microsoft.compute/disks/d','properties':{'targetResourceId':'/subscriptions/" SUB_A           \
    "/resourceGroups/prod/providers/microsoft.compute/disks/d','changeAttributes':{'changedBy':'"  \
    by "','changedByType':'" type "','clientType':'" client                                        \
    "','correlationId':'c-1','timestamp':'2026-02-10T10:00:00Z'}}}"

/* Resource changes tell people from the platform, from scaling and from policies that put things right. */
TEST(checks, of_resource_changes_those_by_people_need_an_emergency) {
    static const struct {
        const char *change, *ticket, *expected;
    } rows[] = {
        {CHANGED("john@contoso.com", "User", "Azure Portal"), CHANGE("yes", "Ann", BEFORE), "P"},
        {CHANGED("john@contoso.com", "User", "CLI"), NULL, "F"},
        {CHANGED("john@contoso.com", "User", "CLI"), CHANGE("no", "Ann", BEFORE), "F"},
        {CHANGED("0b1f6471-1bf0-4dda-aec3-cb9272f09590", "Application", "Azure Portal"), NULL, "F"},
        {CHANGED("System", "System", "Unspecified"), NULL, ""},
        {CHANGED("0b1f6471-1bf0-4dda-aec3-cb9272f09590", "Application", "Unspecified"), NULL, ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = scene_of_catalog("{'production_scope':['/subscriptions/" SUB_A
                                    "/resourceGroups/prod']}",
                                    "2026-02-01", "2026-02-28");
        uint32_t log = put_log(s, "S31", SUB_A, "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
        put_json(s, log, "k", rows[i].change);
        uint32_t list = put_log(s, "csv:changes", "", "2026-01-01T00:00:00Z",
                                "2026-03-02T00:00:00Z");
        if (rows[i].ticket != NULL) {
            put_json(s, list, "1", rows[i].ticket);
        }
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(results_of_check(s, "changes-by-hand-in-change-log"), rows[i].expected);
    }
}

/* ---- approvals (requirement 8.2 b) ---- */

#define PULL(merged)                                                                               \
    "{'number':7,'url':'https://api.github.com/repos/o/r/pulls/7','base':{'ref':'main'},'head':{"  \
    "'sha':'bbb'},'merged_at':" merged "}"
#define REVIEW(state, commit, at) REVIEW_OF("'type':'User','login':'ann'", state, commit, at)
#define REVIEW_OF(user, state, commit, at)                                                         \
    "{'id':1,'user':{" user "},'state':'" state "','commit_id':'" commit "','submitted_at':'" at   \
    "','pull_request_url':'https://api.github.com/repos/o/r/pulls/7'}"

/* February of one repository, as the sidecar of an export names it. */
static uint32_t put_repository_log(scene *s, const char *source, const char *repository) {
    uint32_t item = put_log(s, source, "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    s->evidence.data[item].has_sidecar = true;
    *bd_push(test_arena(), &s->evidence.data[item].sidecar.scope_ids) = bd_str_of(repository);
    return item;
}

static void put_history_walk(scene *s) {
    put_document(s, "branch-history", stating(carried_out("2026-02-27"), "no-direct-push"), true);
}

TEST(checks, merges_of_each_repository_that_is_listed_must_be_on_file) {
    static const struct {
        const char *facts, *pulls[2], *reviews[2], *expected;
    } rows[] = {
        {"'o/r@main'", {"o/r"}, {"O/R"}, "C"},
        {"'o/r@main','o/r@release'", {"https://github.com/o/r"}, {"o/r"}, "C"},
        {"'o/r@main','o/q@main'", {"o/r"}, {"o/r"}, "?"},
        {"'o/r@main','o/q@main'", {"o/r", "o/q"}, {"o/r"}, "?"},
        {"'o/r@main','o/q@main'", {"o/r", "o/q"}, {"o/r", "o/q"}, "C"},
        {"'o/r@main'", {"foo/r"}, {"foo/r"}, "?"},
        {"'o/r@main'", {"xo/r"}, {"xo/r"}, "?"},
        {"'o/r@main'", {""}, {""}, "?"}, /* of whose repository is not said */
        /* one of Azure DevOps: its pull requests are not read */
        {"'o/r@main','5febef5a-833d-4e14-b9c0-14cb638f91e6@main'", {"o/r"}, {"o/r"}, "?"},
        {NULL, {"o/r"}, {"o/r"}, "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        bd_str facts = BD_STR("{}");
        if (rows[i].facts != NULL) {
            facts = bd_str_format(test_arena(), "{'infrastructure_repositories':[%s]}",
                                  rows[i].facts);
        }
        scene *s = scene_of_catalog(facts.data, "2026-02-01", "2026-02-28");
        for (size_t j = 0; j < 2; j++) {
            if (rows[i].pulls[j] != NULL) {
                put_json(s, put_repository_log(s, "S73", rows[i].pulls[j]), "7",
                         PULL("'2026-02-10T10:00:00Z'"));
            }
            if (rows[i].reviews[j] != NULL) {
                put_json(s, put_repository_log(s, "S73r", rows[i].reviews[j]), "1",
                         REVIEW("APPROVED", "bbb", "2026-02-10T09:00:00Z"));
            }
        }
        put_history_walk(s);
        judge_scene(s);
        CHECK_EQ_STR(outcomes(s, "8.2b"), rows[i].expected);
    }
}

TEST(checks, a_merge_needs_an_approval_of_its_last_commit_before_it) {
    static const struct {
        const char *pull, *review, *expected;
    } rows[] = {
        {PULL("'2026-02-10T10:00:00Z'"), REVIEW("APPROVED", "bbb", "2026-02-10T09:00:00Z"), "P"},
        {PULL("'2026-02-10T10:00:00Z'"), REVIEW("APPROVED", "aaa", "2026-02-10T09:00:00Z"),
         "F"}, /* before the last push */
        {PULL("'2026-02-10T10:00:00Z'"), REVIEW("APPROVED", "bbb", "2026-02-10T10:00:01Z"), "F"},
        {PULL("'2026-02-10T10:00:00Z'"), REVIEW("COMMENTED", "bbb", "2026-02-10T09:00:00Z"), "F"},
        {PULL("'2026-02-10T10:00:00Z'"), REVIEW("DISMISSED", "bbb", "2026-02-10T09:00:00Z"), "F"},
        {PULL("'2026-02-10T10:00:00Z'"),
         REVIEW_OF("'type':'Bot','login':'approver[bot]'", "APPROVED", "bbb",
                   "2026-02-10T09:00:00Z"),
         "F"}, /* a bot is no person */
        {PULL("'2026-02-10T10:00:00Z'"),
         REVIEW_OF("'login':'ann'", "APPROVED", "bbb", "2026-02-10T09:00:00Z"), "?"},
        {PULL("null"), REVIEW("COMMENTED", "bbb", "2026-02-10T09:00:00Z"), ""}, /* not merged */
        {PULL("'2026-02-10T10:00:00Z'"), NULL, "?"}, /* nobody exported the reviews */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of_catalog("{'infrastructure_repositories':['o/r@main']}", "2026-02-01",
                                    "2026-02-28");
        uint32_t pulls = put_repository_log(s, "S73", "o/r");
        put_json(s, pulls, "7", rows[i].pull);
        if (rows[i].review != NULL) {
            uint32_t reviews = put_repository_log(s, "S73r", "o/r");
            put_json(s, reviews, "1", rows[i].review);
        }
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "merged-changes-approved"), rows[i].expected);
        /* what was pushed directly is not shown: without the walk of the branch nothing passes */
        CHECK(letter_of(instance_of(s, "8.2b", "2026-02")) != 'C');
        CHECK(letter_of(instance_of(s, "8.2b", "2026-02")) != '0');
    }
}

/* ---- the baseline (requirement 8.4 a) ---- */

#define ASSIGNED(name, more) EXCLUDING(name, "", more)
#define EXCLUDING(name, excluded, more)                                                            \
    "{'id':'/subscriptions/" SUB_A "/providers/Microsoft.Authorization/policyAssignments/" name    \
    "','name':'" name "','properties':{'notScopes':[" excluded "]," more "}}"

#define MODE "'enforcementMode':'Default',"

TEST(checks, a_baseline_counts_only_where_it_is_enforced) {
    static const struct {
        const char *assignment, *expected;
    } rows[] = {
        {ASSIGNED("baseline", "'enforcementMode':'Default'"), "P"},
        {ASSIGNED("BASELINE", "'enforcementMode':'default'"), "P"},
        {ASSIGNED("baseline", "'displayName':'b'"), "?"}, /* an older version does not write it */
        {EXCLUDING("baseline", "'/subscriptions/" SUB_A "'", "'enforcementMode':'Default'"), "F"},
        {EXCLUDING("baseline", "'/subscriptions/" SUB_A "/resourceGroups/lab'",
                   "'enforcementMode':'Default'"),
         "P"},
        {EXCLUDING("baseline", "'/providers/Microsoft.Management/managementGroups/lab'",
                   "'enforcementMode':'Default'"),
         "?"}, /* whether the subscription is below it is not shown */
        {ASSIGNED("baseline", "'enforcementMode':'DoNotEnforce'"), "F"},
        {ASSIGNED("other", "'enforcementMode':'Default'"), "F"},
        {ASSIGNED("baseline", MODE "'parameters':{'effect':{'value':'disabled'}}"), "F"},
        {ASSIGNED("baseline", MODE "'parameters':{'effect':{'value':'Audit'}}"), "P"},
        {ASSIGNED("baseline", MODE "'overrides':[{'kind':'policyEffect','value':'Disabled'}]"), "F"},
        {ASSIGNED("baseline", MODE "'overrides':[{'kind':'policyEffect','value':'Audit'}]"), "P"},
        {NULL, "F"}, /* the subscription has none */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        scene *s = scene_of_catalog("{'named_assignments':['baseline']}", "2026-02-01",
                                    "2026-02-28");
        uint32_t item = put_snapshot(s, "S08", SUB_A, "2026-02-15T06:00:00Z");
        if (rows[i].assignment != NULL) {
            put_json(s, item, "a", rows[i].assignment);
        }
        judge_scene(s);
        CHECK_EQ_STR(results_of_check(s, "baseline-assigned"), rows[i].expected);
    }
}

#define STATE(assignment)                                                                          \
    "{'complianceState':'Compliant','timestamp':'2026-02-14T06:00:00Z','policyAssignmentId':"      \
    "'/subscriptions/" SUB_A "/providers/Microsoft.Authorization/policyAssignments/" assignment    \
    "','policyAssignmentName':'" assignment "'}"

TEST(checks, a_subscription_without_policy_states_has_no_baseline) {
    scene *s = scene_of_catalog("{'named_assignments':['baseline']}", "2026-02-01", "2026-02-28");
    put_json(s, put_snapshot(s, "S08", SUB_A, "2026-02-15T06:00:00Z"), "a",
             ASSIGNED("baseline", "'enforcementMode':'Default'"));
    uint32_t states = put_snapshot(s, "S09", SUB_A, "2026-02-15T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "d"); /* what is exempt was not read */
    put_json(s, states, "o", STATE("other"));
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "d"); /* those of another assignment say nothing of it */
    put_json(s, states, "s", STATE("Baseline"));
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "?"); /* what is exempt was not read */
    uint32_t exemptions = put_snapshot(s, "S08e", SUB_A, "2026-02-15T06:00:00Z");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "C");
    put_json(s, exemptions, SUB_A,
             "{'id':'/subscriptions/" SUB_A "/providers/Microsoft.Authorization/policyExemptions/e',"
             "'name':'e','properties':{'policyAssignmentId':'/x/policyAssignments/baseline'}}");
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "8.4a"), "D");
}
