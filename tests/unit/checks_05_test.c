/* Checks of section 5: what one record says (tests/cases/checks/05.case) and what a month of exports says. */
#include "make_records.h"

#include <string.h>

#define IN_MAY "2026-05-15T06:00:00Z"
#define SUB_ID "/subscriptions/" SUB_A
#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define FACTS                                                                                      \
    "{'break_glass_accounts':['bg-id','bg@x'],'repositories':['contoso/pay@main','guid-1@main'],"  \
    "'infrastructure_repositories':['contoso/pay@main','GUID-1@main'],"                            \
    "'production_gates':['contoso/pay/production','environment/live']}"

TEST(checks, the_checks_of_section_5_answer_as_the_cases_say) {
    run_check_cases("05.case", 28);
}

/* ---- 5.1 a: at most three people ---- */

#define HELD(kind, id, who, type, scope, role)                                                     \
    "{'id':'" scope "/providers/Microsoft.Authorization/" kind "/" id "','type':'Microsoft."       \
    "Authorization/" kind "','properties':{'roleDefinitionId':'" role "','principalId':'" who      \
    "','principalType':'" type "','scope':'" scope "'}}"
#define LONG_OWNER SUB_ID "/providers/Microsoft.Authorization/roleDefinitions/" OWNER
#define STANDING(id, who) HELD("roleAssignments", id, who, "User", SUB_ID, LONG_OWNER)
#define ELIGIBLE(id, who)                                                                          \
    HELD("roleEligibilityScheduleInstances", id, who, "User", SUB_ID,                              \
         "/providers/Microsoft.Authorization/roleDefinitions/" OWNER)

typedef struct {
    const char *assignments[5], *eligible[5], *expected;
    bool lacks_pim;
} owners_row;

static bd_str said_of_owners(const owners_row *row) {
    scene *s = records_scene("2026-05-01", "2026-05-31", FACTS);
    uint32_t assignments = put_snapshot(s, "S05", SUB_A, IN_MAY);
    for (size_t i = 0; i < 5 && row->assignments[i] != NULL; i++) {
        put_json(s, assignments, SUB_A, row->assignments[i]);
    }
    uint32_t pim = row->lacks_pim ? 0 : put_snapshot(s, "S06", SUB_A, IN_MAY);
    for (size_t i = 0; i < 5 && row->eligible[i] != NULL; i++) {
        put_json(s, pim, SUB_A, row->eligible[i]);
    }
    judge_scene(s);
    return said_by(s, "owner-people-few", "2026-05");
}

TEST(checks, people_count_once_whether_they_stand_or_are_eligible) {
    static const owners_row rows[] = {
        {{STANDING("1", "u1"), STANDING("2", "U1"), STANDING("3", "u2")},
         {ELIGIBLE("4", "u2"), ELIGIBLE("5", "u3")},
         "pass",
         false},
        {{STANDING("1", "u1"), STANDING("2", "u2")},
         {ELIGIBLE("4", "u3"), ELIGIBLE("5", "u4")},
         "fail",
         false},
        {{STANDING("1", "u1")}, {NULL}, "cannot-tell", true},
        {{STANDING("1", "u1"), STANDING("2", "u2"), STANDING("3", "u3"), STANDING("4", "u4")},
         {NULL},
         "fail",
         true}, /* a fifth would not make it fewer */
        {{HELD("roleAssignments", "1", "g1", "Group", SUB_ID, OWNER), STANDING("2", "u2")},
         {NULL},
         "cannot-tell",
         false}, /* how many the group holds is not read */
        {{HELD("roleAssignments", "1", "g1", "Group", SUB_ID, OWNER), STANDING("2", "u2"),
          STANDING("3", "u3"), STANDING("4", "u4")},
         {NULL},
         "cannot-tell",
         false},
        {{HELD("roleAssignments", "1", "app", "ServicePrincipal", SUB_ID, OWNER),
          STANDING("2", "u2")},
         {NULL},
         "pass",
         false},
        {{HELD("roleAssignments", "1", "u9", "User", SUB_ID "/resourceGroups/rg", OWNER)},
         {ELIGIBLE("4", "u1")},
         "pass",
         false},
        {{HELD("roleAssignments", "1", "u1", "User",
               "/providers/Microsoft.Management/managementGroups/mg", OWNER),
          HELD("roleAssignments", "2", "u2", "User", "/", OWNER), STANDING("3", "u3")},
         {ELIGIBLE("4", "u4")},
         "fail",
         false},
        {{HELD("roleAssignments", "1", "u1", "User", SUB_ID,
               "b24988ac-6180-42a0-ab88-20f7382dd24c")},
         {NULL},
         "not-applicable",
         false},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str said = said_of_owners(&rows[i]);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

static const bd_value *published(const char *name) {
    const char *path =
        bd_str_format(test_arena(), "%s/../shared/reference/azure-samples/%s", test_root(), name)
            .data;
    if (!bd_path_exists(path)) {
        test_skip("'../shared/reference/azure-samples/%s' is not here", name);
    }
    const bd_value *value = NULL;
    bd_err err;
    CHECK_OK(
        bd_json_parse(test_read_file(path), &bd_json_default_limits, test_arena(), &value, &err),
        err);
    return value;
}

static void keep_text(void *context, bd_str type, bd_str key, bd_str resource, bd_instant time,
                      const bd_value *record) {
    (void)type, (void)resource, (void)time;
    *(bd_str *)context =
        bd_str_format(test_arena(), "%.*s%.*s %.*s;", BD_ARG(*(bd_str *)context), BD_ARG(key),
                      BD_ARG(bd_json_canonical(test_arena(), record)));
}

/* The published exports, and the same as the command line prints them. */
TEST(checks, rest_and_command_line_derive_the_same) {
    static const struct {
        const char *derivation, *rest, *az;
    } rows[] = {
        {"policy-reach", "arm_policyassignments_list.json",
         "derived_cli/az_policy_assignment_list.json"},
        {"owner-people", "arm_roleassignments_list.json",
         "derived_cli/az_role_assignment_list.json"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_value *rest = bd_value_find(published(rows[i].rest), "value");
        const bd_value *az = published(rows[i].az);
        const bd_derivation *made = bd_derivation_find(bd_str_of(rows[i].derivation));
        CHECK_EQ_INT(rest->count, az->count);
        bd_str one = {"", 0}, other = {"", 0};
        for (size_t r = 0; r < rest->count; r++) {
            made->map(&rest->items[r], NULL, NULL, test_arena(), keep_text, &one);
            made->map(&az->items[r], NULL, NULL, test_arena(), keep_text, &other);
        }
        CHECK_EQ_STR(one, other);
    }
}

/* ---- 5.1 b ---- */

#define AN_ACTIVATION(activity, role, reason, details)                                             \
    "{'id':'e1','activityDateTime':'2026-05-10T08:00:00Z','activityDisplayName':'" activity        \
    "','initiatedBy':{'user':{'userPrincipalName':'ann@x'}},'resultReason':'" reason               \
    "','targetResources':[{'displayName':'" role "'}],'additionalDetails':[" details "]}"
#define PIM "Add member to role completed (PIM activation)"
#define ENDS(at) "{'key':'ExpirationTime','value':'" at "'}"

TEST(checks, an_activation_of_owner_has_a_reason_and_an_end) {
    static const struct {
        const char *record, *expected;
    } rows[] = {
        {AN_ACTIVATION(PIM, "Owner", "fix 12", ENDS("2026-05-10T16:00:00Z")), "pass"},
        {AN_ACTIVATION(PIM, "Owner", "fix 12", ENDS("2026-05-10T18:00:00+02:00")), "pass"},
        {AN_ACTIVATION(PIM, "Owner", "fix 12", ENDS("2026-05-10T16:00:01Z")), "fail"},
        {AN_ACTIVATION(PIM, "Owner", "", ENDS("2026-05-10T16:00:00Z")), "fail"},
        {AN_ACTIVATION(PIM, "Owner", "fix 12", ""), "cannot-tell"},
        {AN_ACTIVATION(PIM, "Reader", "", ""), ""},
        {AN_ACTIVATION("Add member to role requested (PIM activation)", "Owner", "", ""), ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-05-01", "2026-05-31", FACTS);
        uint32_t log = put_log(s, "S58", "", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        put_json(s, log, "", rows[i].record);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said_by(s, "owner-activations-justified", "2026-05"), rows[i].expected);
    }
}

static bd_str said_of_use(const char *check, const char *source, const char *scope,
                          const char *event, const char *ticket) {
    scene *s = records_scene("2026-05-01", "2026-05-31",
                             "{'break_glass_accounts':['bg@x'],'approved_exclusions':['bg@x'],"
                             "'break_glass_or_none':[]}");
    put_json(s, put_log(s, source, scope, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"), scope,
             event);
    put_json(s, put_log(s, "csv:tickets", "", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"), "",
             ticket);
    judge_scene(s);
    return said_by(s, check, "2026-05");
}

TEST(checks, use_of_an_account_outside_the_rules_has_a_ticket) {
#define A_USE_TICKET(who, at)                                                                      \
    "{'ticket_id':'T1','source_ref':'" who "','owner':'Ann','opened_at':'" at "'}"
    static const struct {
        const char *check, *source, *scope, *event;
    } uses[] = {
        {"break-glass-writes-explained", "S27", SUB_A,
         "{'id':'w','eventDataId':'w','caller':'BG@x','eventTimestamp':'2026-05-10T08:00:00Z',"
         "'operationName':{'value':'op'}}"},
        {"excluded-sign-ins-explained", "S58s", "",
         "{'id':'s','userPrincipalName':'BG@x','userId':'g','createdDateTime':'2026-05-10T08:00:"
         "00Z'}"},
    };
    for (size_t i = 0; i < BD_COUNT(uses); i++) {
        test_failure("row %zu", i);
        const char *const tickets[] = {A_USE_TICKET("bg@x", "2026-05-12T08:00:00Z"),
                                       A_USE_TICKET("bg@x", "2026-05-20T08:00:00Z"),
                                       A_USE_TICKET("ann@x", "2026-05-10T08:00:00Z")};
        static const char *const expected[] = {"pass", "fail", "fail"};
        for (size_t t = 0; t < BD_COUNT(tickets); t++) {
            bd_str said = said_of_use(uses[i].check, uses[i].source, uses[i].scope, uses[i].event,
                                      tickets[t]);
            test_failure("row %zu, ticket %zu", i, t);
            CHECK_EQ_STR(said, expected[t]);
        }
    }
}

#define OBJECT_ID "http://schemas.microsoft.com/identity/claims/objectidentifier"

/* Of two accounts one may be listed by its name and the other by its id: neither's writes are overlooked. */
TEST(checks, a_break_glass_account_is_known_by_its_id_among_the_claims) {
    static const struct {
        const char *claims, *expected;
    } rows[] = {
        {",'claims':{'" OBJECT_ID "':'ID-1'}", "fail"},
        {",'claims':{'" OBJECT_ID "':'id-2'}", ""},
        {"", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-05-01", "2026-05-31",
                                 "{'break_glass_accounts':['bg@x','id-1']}");
        uint32_t log = put_log(s, "S27", SUB_A, "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        (void)put_log(s, "csv:tickets", "", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z");
        bd_str event = bd_str_format(
            test_arena(),
            "{'id':'w','eventDataId':'w','caller':'bg2@x','eventTimestamp':'2026-05-10T08:00:00Z'%s}",
            rows[i].claims);
        put_json(s, log, SUB_A, event.data);
        judge_scene(s);
        bd_str said = said_by(s, "break-glass-writes-explained", "2026-05");
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

/* Conditional Access leaves break-glass accounts out by a list of their own: their use has to be seen as well. */
TEST(checks, a_sign_in_of_a_break_glass_account_has_a_ticket_whichever_list_it_is_on) {
    static const struct {
        const char *facts, *expected;
    } rows[] = {
        {"{'break_glass_accounts':['BG@x'],'approved_exclusions':['other@x']}", "fail"},
        {"{'break_glass_accounts':['ID-1'],'approved_exclusions':['other@x']}", "fail"},
        {"{'break_glass_accounts':['ann@x'],'approved_exclusions':['other@x']}", ""},
        {"{'approved_exclusions':['other@x']}", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-05-01", "2026-05-31", rows[i].facts);
        bd_engagement_state_period(&s->engagement, &s->period, s->as_of, test_arena());
        compile_scene(s);
        uint32_t log = put_log(s, "S58s", "", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        (void)put_log(s, "csv:tickets", "", "2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z");
        put_json(s, log, "",
                 "{'id':'s','userPrincipalName':'bg@x','userId':'id-1','createdDateTime':"
                 "'2026-05-10T08:00:00Z'}");
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said_by(s, "excluded-sign-ins-explained", "2026-05"), rows[i].expected);
    }
}

/* ---- 6.3.2 b ---- */

#define A_SIGN_IN(id, upn, user, at)                                                               \
    "{'id':'" id "','userPrincipalName':'" upn "','userId':'" user "','createdDateTime':'" at      \
    "','status':{'errorCode':0},'authenticationRequirement':'multiFactorAuthentication'}"

TEST(checks, a_leaver_who_signs_in_under_a_new_name_is_known_by_the_object_id) {
    static const struct {
        const char *user, *expected;
    } rows[] = {{"x-1", "fail"}, {"x-2", ""}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-05-01", "2026-05-31", FACTS);
        uint32_t leavers =
            put_log(s, "csv:leavers", "", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        put_json(s, leavers, "",
                 "{'employee_id':'1','terminated_at':'2026-05-10T08:00:00Z','upn':'ann@x'}");
        uint32_t log = put_log(s, "S58s", "", "2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z");
        put_json(s, log, "", A_SIGN_IN("1", "ann@x", "X-1", "2026-05-09T08:00:00Z"));
        bd_str later = bd_str_format(test_arena(),
                                     A_SIGN_IN("2", "ann.renamed@x", "%s", "2026-05-20T08:00:00Z"),
                                     rows[i].user);
        put_json(s, log, "", later.data);
        judge_scene(s);
        bd_str said = said_by(s, "leaver-no-sign-in", "2026-05");
        test_failure("row %zu", i);
        CHECK_EQ_INT(bd_str_eqz(said, "fail"), strcmp(rows[i].expected, "fail") == 0);
    }
}

/* A list of object ids does not show whose sign-ins and writes are meant: nothing may pass for want of a name. */
TEST(checks, a_list_that_names_nobody_as_the_log_does_leaves_its_log_open) {
    static const struct {
        const char *check, *source, *scope, *event;
    } uses[] = {
        {"break-glass-writes-explained", "S27", SUB_A,
         "{'id':'w','eventDataId':'w','caller':'ann@x','eventTimestamp':'2026-05-10T08:00:00Z',"
         "'claims':{'" OBJECT_ID "':'id-2'}}"},
        {"excluded-sign-ins-explained", "S58s", "",
         "{'id':'s','userPrincipalName':'ann@x','userId':'g','createdDateTime':'2026-05-10T08:00:"
         "00Z'}"},
    };
    static const struct {
        const char *facts, *expected;
    } lists[] = {
        {"{'break_glass_accounts':['id-1'],'approved_exclusions':['id-1'],'break_glass_or_none':"
         "[]}",
         "cannot-tell"},
        {"{'break_glass_accounts':['bg@x','id-1'],'approved_exclusions':['bg@x'],"
         "'break_glass_or_none':[]}",
         ""},
    };
    for (size_t i = 0; i < BD_COUNT(uses); i++) {
        for (size_t l = 0; l < BD_COUNT(lists); l++) {
            scene *s = records_scene("2026-05-01", "2026-05-31", lists[l].facts);
            uint32_t log = put_log(s, uses[i].source, uses[i].scope, "2026-05-01T00:00:00Z",
                                   "2026-06-01T00:00:00Z");
            put_json(s, log, uses[i].scope, uses[i].event);
            judge_scene(s);
            bd_str said = said_by(s, uses[i].check, "2026-05");
            test_failure("row %zu, list %zu", i, l);
            CHECK_EQ_STR(said, lists[l].expected);
        }
    }
}

/* Each source holds several lists: where one was not exported, what it would show is not known. */
TEST(checks, a_list_that_was_not_exported_keeps_the_answer_open) {
#define A_DEFINITION                                                                               \
    "{'id':'d','type':'Microsoft.Authorization/roleDefinitions','properties':{'type':"             \
    "'BuiltInRole','permissions':[{'actions':['*']}]}}"
    static const struct {
        const char *check, *source, *scope, *record, *expected;
    } rows[] = {
        {"role-definitions-listed", "S05", SUB_A, STANDING("1", "u1"), "cannot-tell"},
        {"role-definitions-listed", "S05", SUB_A, A_DEFINITION, "pass"},
        {"role-assignments-listed", "S05", SUB_A, A_DEFINITION, "cannot-tell"},
        {"role-assignments-listed", "S05", SUB_A, STANDING("1", "u1"), "pass"},
        {"review-decisions-listed", "S50", "", "{'id':'a','status':'Applied'}", "cannot-tell"},
        {"review-decisions-listed", "S50", "", "{'id':'a','decision':'Deny'}", "pass"},
        {"azure-review-decisions-listed", "S35", SUB_A, "{'id':'a','status':'Applied'}",
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-04-01", "2026-06-30", FACTS);
        put_json(s, put_snapshot(s, rows[i].source, rows[i].scope, IN_MAY), rows[i].scope,
                 rows[i].record);
        judge_scene(s);
        bool is_quarterly = rows[i].source[1] == '5' || rows[i].source[1] == '3';
        bd_str said = said_by(s, rows[i].check, is_quarterly ? "2026-Q2" : "2026-05");
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

/* ---- 5.3 b and 5.4 a ---- */

static bd_str said_of_pages(const char *check, const char *const *pages,
                            const char *const *sources) {
    scene *s = records_scene("2026-05-01", "2026-05-31", FACTS);
    for (size_t i = 0; i < 2 && pages[i] != NULL; i++) {
        put_json(s, put_snapshot(s, sources[i], "", IN_MAY), "", pages[i]);
    }
    judge_scene(s);
    return said_by(s, check, "2026-05");
}

#define CLASSIC(branch, admins, reviews, checks)                                                   \
    "{'url':'https://api.github.com/repos/Contoso/pay/branches/" branch "/protection',"            \
    "'enforce_admins':{'enabled':" admins "},'required_pull_request_reviews':" reviews             \
    ",'required_status_checks':" checks "}"
#define RULESET(enforcement, bypass, rules)                                                        \
    "{'name':'r','source':'contoso/pay','source_type':'Repository','target':'branch',"             \
    "'enforcement':'" enforcement "','bypass_actors':" bypass                                      \
    ",'conditions':{'ref_name':{'include':['~DEFAULT_BRANCH'],'exclude':[]}},'rules':[" rules "]}"
#define ONE_REVIEW "{'required_approving_review_count':1}"
#define PULL "{'type':'pull_request','parameters':{'required_approving_review_count':1}}"
#define DEVOPS(type, more, settings)                                                               \
    "{'url':'u','type':{'id':'" type "','displayName':'Minimum approval count'},'isEnabled':true," \
    "'isBlocking':true,'isDeleted':false" more ",'settings':{" settings                            \
    "'scope':[{'repositoryId':'guid-1','refName':'refs/heads/main','matchKind':'Exact'}]}}"
#define VOTES "'minimumApproverCount':1,'creatorVoteCounts':false,"
#define REVIEW_ID "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"
#define GOOD_DEVOPS DEVOPS(REVIEW_ID, "", VOTES)

TEST(checks, a_branch_asks_for_a_review_by_whatever_rule_is_in_force) {
    static const struct {
        const char *github, *devops, *expected;
    } rows[] = {
        {CLASSIC("main", "true", ONE_REVIEW, "null"), GOOD_DEVOPS, "pass"},
        {RULESET("active", "[]", PULL), GOOD_DEVOPS, "pass"},
        {CLASSIC("main", "false", ONE_REVIEW, "null"), GOOD_DEVOPS, "cannot-tell"},
        {CLASSIC("old", "true", ONE_REVIEW, "null"), GOOD_DEVOPS, "cannot-tell"},
        {CLASSIC("main", "true", "{'required_approving_review_count':0}", "null"), GOOD_DEVOPS,
         "cannot-tell"},
        {CLASSIC("main", "true",
                 "{'required_approving_review_count':1,'bypass_pull_request_allowances':{'users':"
                 "[{'login':'a'}]}}",
                 "null"),
         GOOD_DEVOPS, "cannot-tell"},
        {RULESET("evaluate", "[]", PULL), GOOD_DEVOPS, "cannot-tell"},
        {RULESET("active", "[{'actor_id':1}]", PULL), GOOD_DEVOPS, "cannot-tell"},
        {RULESET("active", "null", PULL), GOOD_DEVOPS, "cannot-tell"},
        {RULESET("active", "[]", PULL),
         DEVOPS(REVIEW_ID, "", "'minimumApproverCount':1,'creatorVoteCounts':true,"),
         "cannot-tell"},
        {RULESET("active", "[]", PULL), DEVOPS("0609b952-1397-4640-95ec-e00a01b2c241", "", VOTES),
         "cannot-tell"},
        {RULESET("active", "[]", PULL), NULL, "cannot-tell"},
        {RULESET("active", "[]", PULL),
         DEVOPS(REVIEW_ID, "", VOTES "'filenamePatterns':['/docs/*'],"), "cannot-tell"},
        {RULESET("active", "[]", PULL),
         DEVOPS(REVIEW_ID, "", VOTES "'filenamePatterns':['/*','!/docs/*'],"), "cannot-tell"},
        {RULESET("active", "[]", PULL), DEVOPS(REVIEW_ID, "", VOTES "'filenamePatterns':['/*'],"),
         "pass"},
        {RULESET("active", "[]", PULL), DEVOPS(REVIEW_ID, "", VOTES "'filenamePatterns':[],"),
         "pass"},
    };
    static const char *const sources[] = {"S71", "S70"};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {rows[i].github, rows[i].devops};
        bd_str said = said_of_pages("branch-review-required", pages, sources);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
        CHECK_EQ_STR(said_of_pages("infrastructure-review-required", pages, sources),
                     rows[i].expected);
    }
}

#define DEVOPS_AT(state, scope)                                                                    \
    "{'url':'u','type':{'id':'" REVIEW_ID "'}," state ",'settings':{" VOTES "'scope':[" scope "]}}"
#define BLOCKS "'isEnabled':true,'isBlocking':true,'isDeleted':false"
#define AT_SCOPE(repository, ref, kind)                                                            \
    "{'repositoryId':" repository ",'refName':" ref ",'matchKind':'" kind "'}"
#define NOT_PROTECTED                                                                              \
    "{'message':'Branch not protected','documentation_url':'https://docs.github.com/rest',"         \
    "'status':'404'}"

/* A policy of another repository or branch, of a prefix or of the whole project is none of this branch. */
TEST(checks, a_policy_of_azure_devops_counts_on_the_branch_that_it_names) {
    static const struct {
        const char *devops, *expected;
    } rows[] = {
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-1'", "'refs/heads/main'", "Exact")), "pass"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'GUID-1'", "'refs/heads/main'", "exact")), "pass"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-1'", "null", "DefaultBranch")), "pass"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-2'", "'refs/heads/main'", "Exact")), "cannot-tell"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-1'", "'refs/heads/release'", "Exact")), "cannot-tell"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-1'", "'refs/heads/ma'", "Prefix")), "cannot-tell"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("null", "'refs/heads/main'", "Exact")), "cannot-tell"},
        {DEVOPS_AT(BLOCKS, AT_SCOPE("'guid-2'", "'refs/heads/main'", "Exact") "," AT_SCOPE(
                               "'guid-1'", "'refs/heads/main'", "Exact")),
         "pass"},
        {DEVOPS_AT("'isEnabled':true,'isBlocking':false,'isDeleted':false",
                   AT_SCOPE("'guid-1'", "'refs/heads/main'", "Exact")),
         "cannot-tell"},
        {DEVOPS_AT("'isEnabled':false,'isBlocking':true,'isDeleted':false",
                   AT_SCOPE("'guid-1'", "'refs/heads/main'", "Exact")),
         "cannot-tell"},
        {DEVOPS_AT("'isEnabled':true,'isBlocking':true,'isDeleted':true",
                   AT_SCOPE("'guid-1'", "'refs/heads/main'", "Exact")),
         "cannot-tell"},
    };
    static const char *const sources[] = {"S71", "S70"};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {RULESET("active", "[]", PULL), rows[i].devops};
        bd_str said = said_of_pages("branch-review-required", pages, sources);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

/* Classic protection and rulesets do not know of each other: what either asks for is asked for. */
TEST(checks, of_the_two_protections_of_github_either_is_enough) {
    static const struct {
        const char *first, *second, *expected;
    } rows[] = {
        {CLASSIC("main", "false", ONE_REVIEW, "null"), RULESET("active", "[]", PULL), "pass"},
        {CLASSIC("main", "true", ONE_REVIEW, "null"), RULESET("evaluate", "[]", PULL), "pass"},
        {NOT_PROTECTED, RULESET("active", "[]", PULL), "pass"}, /* 404 is an answer */
        {NOT_PROTECTED, RULESET("disabled", "[]", PULL), "cannot-tell"},
        {NOT_PROTECTED, NULL, "cannot-tell"},
        {CLASSIC("main", "false", ONE_REVIEW, "null"), RULESET("evaluate", "[]", PULL),
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = records_scene("2026-05-01", "2026-05-31", "{'repositories':['contoso/pay@main']}");
        uint32_t item = put_snapshot(s, "S71", "", IN_MAY);
        put_json(s, item, "", rows[i].first);
        if (rows[i].second != NULL) {
            put_json(s, item, "", rows[i].second);
        }
        judge_scene(s);
        bd_str said = said_by(s, "branch-review-required", "2026-05");
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

/* What guards an infrastructure repository does not stand in for another one that is not guarded. */
TEST(checks, a_guarded_repository_counts_under_the_list_that_names_it) {
    scene *s = records_scene("2026-05-01", "2026-05-31",
                             "{'repositories':['contoso/pay@main'],"
                             "'infrastructure_repositories':['guid-1@main']}");
    put_json(s, put_snapshot(s, "S71", "", IN_MAY), "", CLASSIC("main", "false", ONE_REVIEW, "null"));
    put_json(s, put_snapshot(s, "S70", "", IN_MAY), "", GOOD_DEVOPS);
    judge_scene(s);
    CHECK_EQ_STR(said_by(s, "infrastructure-review-required", "2026-05"), "pass");
    CHECK_EQ_STR(said_by(s, "branch-review-required", "2026-05"), "cannot-tell");
}

TEST(checks, a_branch_asks_for_green_checks_by_whatever_rule_is_in_force) {
    static const char *const sources[] = {"S71", "S70"};
    static const char *const good[] = {
        CLASSIC("main", "true", "null", "{'contexts':[],'checks':[{'context':'ci'}]}"),
        DEVOPS("0609B952-1397-4640-95ec-e00a01b2c241", "", "'buildDefinitionId':5,")};
    static const char *const empty[] = {
        CLASSIC("main", "true", "null", "{'contexts':[],'checks':[]}"),
        DEVOPS("0609B952-1397-4640-95ec-e00a01b2c241", "", "'buildDefinitionId':5,")};
    static const char *const ruled[] = {
        RULESET("active", "[]",
                "{'type':'required_status_checks','parameters':{'required_status_checks':[{"
                "'context':'ci'}]}}"),
        DEVOPS("0609B952-1397-4640-95ec-e00a01b2c241", "", "'buildDefinitionId':5,")};
    CHECK_EQ_STR(said_of_pages("branch-checks-required", good, sources), "pass");
    CHECK_EQ_STR(said_of_pages("branch-checks-required", empty, sources), "cannot-tell");
    CHECK_EQ_STR(said_of_pages("branch-checks-required", ruled, sources), "pass");
    CHECK_EQ_STR(said_of_pages("infrastructure-checks-required", good, sources), "pass");
    CHECK_EQ_STR(said_of_pages("infrastructure-checks-required", empty, sources), "cannot-tell");
}

#define AN_ENVIRONMENT(self, bypass)                                                               \
    "{'name':'production','node_id':'n','url':'https://api.github.com/repos/contoso/pay/"          \
    "environments/production','can_admins_bypass':" bypass                                         \
    ",'protection_rules':[{'type':'required_reviewers','prevent_self_review':" self                \
    ",'reviewers':[{'type':'User'}]}]}"
#define AN_APPROVAL(settings)                                                                      \
    "{'createdOn':'c','timeout':1,'type':{'name':'Approval'},'resource':{'type':'environment',"    \
    "'id':'1','name':'live'}" settings "}"
#define ASKED ",'settings':{'requesterCannotBeApprover':true}"

TEST(checks, a_gate_is_opened_by_a_second_person) {
    static const struct {
        const char *github, *devops, *expected;
    } rows[] = {
        {AN_ENVIRONMENT("true", "false"), AN_APPROVAL(ASKED), "pass"},
        {AN_ENVIRONMENT("false", "false"), AN_APPROVAL(ASKED), "fail"},
        {AN_ENVIRONMENT("true", "true"), AN_APPROVAL(ASKED), "cannot-tell"},
        {AN_ENVIRONMENT("true", "false"), AN_APPROVAL(""), "cannot-tell"},
        {AN_ENVIRONMENT("true", "false"),
         AN_APPROVAL(",'settings':{'requesterCannotBeApprover':false}"), "fail"},
        {AN_ENVIRONMENT("true", "false"), AN_APPROVAL(ASKED ",'isDisabled':true"), "cannot-tell"},
        {AN_ENVIRONMENT("true", "false"), AN_APPROVAL(ASKED ",'isDisabled':false"), "pass"},
        {AN_ENVIRONMENT("true", "false"), NULL, "cannot-tell"},
    };
    static const char *const sources[] = {"S71", "S70"};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *const pages[] = {rows[i].github, rows[i].devops};
        bd_str said = said_of_pages("gates-second-person", pages, sources);
        test_failure("row %zu", i);
        CHECK_EQ_STR(said, rows[i].expected);
    }
}

TEST(checks, a_check_without_its_fact_names_the_one_that_is_missing) {
    scene *s = records_scene("2026-05-01", "2026-05-31", "{}");
    put_json(s, put_snapshot(s, "S71", "", IN_MAY), "", RULESET("active", "[]", PULL));
    judge_scene(s);
    CHECK(bd_str_find(instance_of(s, "5.4a", "2026-05")->reason, BD_STR("repositories")) >= 0);
}
