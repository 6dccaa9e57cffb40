/* A list that was asked for in part, or another list than the one that would show it, passes nothing. */
#include "make_whole.h"

#define SUB_ID "/subscriptions/" SCAN_SUB_A
#define AUTHORIZATION SUB_ID "/providers/Microsoft.Authorization/"
#define ACTIVE                                                                                     \
    "{\"value\":[{\"id\":\"" AUTHORIZATION "roleAssignmentScheduleInstances/1\",\"name\":\"1\","    \
    "\"type\":\"Microsoft.Authorization/roleAssignmentScheduleInstances\",\"properties\":{"         \
    "\"principalId\":\"u9\",\"principalType\":\"User\",\"assignmentType\":\"Assigned\",\"scope\":\"" SUB_ID \
    "\",\"roleDefinitionId\":\"" AUTHORIZATION                                                      \
    "roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"}}]}"
#define ELIGIBLE                                                                                   \
    "{\"value\":[{\"id\":\"" AUTHORIZATION "roleEligibilityScheduleInstances/2\",\"name\":\"2\","   \
    "\"type\":\"Microsoft.Authorization/roleEligibilityScheduleInstances\",\"properties\":{"        \
    "\"principalId\":\"u9\",\"principalType\":\"User\",\"scope\":\"" SUB_ID                         \
    "\",\"roleDefinitionId\":\"" AUTHORIZATION                                                      \
    "roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\"}}]}"
#define NOBODY "{\"value\":[]}"
#define OF_SUB ",\"source\":\"S06\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}"
#define ASKED(list)                                                                                \
    OF_SUB ",\"request\":\"GET https://management.azure.com" AUTHORIZATION list                    \
           "?api-version=2020-10-01\""
#define DEVELOPERS                                                                                 \
    "{'developer_groups':['11111111-0000-4000-8000-000000000001'],'production_scope':['" SUB_ID "']}"
#define GUEST                                                                                      \
    "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users\",\"value\":[{\"id\":"  \
    "\"g1\",\"userPrincipalName\":\"g_x.example#EXT#@c.example\",\"userType\":\"Guest\","           \
    "\"accountEnabled\":true,\"creationType\":\"Invitation\"}]}"
#define ASSIGNED                                                                                   \
    "{\"value\":[{\"id\":\"" AUTHORIZATION "roleAssignments/5\",\"type\":\"Microsoft.Authorization/" \
    "roleAssignments\",\"properties\":{\"roleDefinitionId\":\"" AUTHORIZATION                       \
    "roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7\",\"principalId\":\"u9\","                \
    "\"principalType\":\"User\",\"scope\":\"" SUB_ID "\"}}]}"

TEST(checks_lists, an_export_of_active_assignments_alone_shows_nobody_who_can_activate) {
    static const struct {
        const char *first, *first_more, *second, *second_more, *listed, *guests;
    } rows[] = {
        {ACTIVE, OF_SUB, NULL, NULL, "cannot-tell", "cannot-tell"},
        {ACTIVE, OF_SUB, ELIGIBLE, OF_SUB, "pass", "pass"},
        {ELIGIBLE, OF_SUB, NULL, NULL, "pass", "pass"},
        /* nobody is eligible: the request says that it was asked */
        {ACTIVE, OF_SUB, NOBODY, ASKED("roleEligibilityScheduleInstances"), "pass", "pass"},
        {ACTIVE, OF_SUB, NOBODY, ASKED("roleAssignmentScheduleInstances"), "cannot-tell",
         "cannot-tell"},
        {ACTIVE, OF_SUB, NOBODY, OF_SUB, "cannot-tell", "cannot-tell"},
        {NOBODY, OF_SUB, NULL, NULL, "cannot-tell", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(DEVELOPERS);
        whole_add(w, GUEST, "");
        whole_add(w, ASSIGNED, ",\"source\":\"S05\"");
        whole_add(w, rows[i].first, rows[i].first_more);
        if (rows[i].second != NULL) {
            whole_add(w, rows[i].second, rows[i].second_more);
        }
        whole_judge(w);
        bd_str listed = bd_str_of(whole_verdict(w, "developers-role-lists-read"));
        bd_str owners = bd_str_of(whole_verdict(w, "eligible-assignments-listed"));
        bd_str guests = bd_str_of(whole_verdict(w, "guests-with-roles-known"));
        bool is_clean = bd_str_eqz(bd_str_of(whole_month(w, "5.3a", 0)), "clean");
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(listed, rows[i].listed);
        CHECK_EQ_STR(owners, rows[i].listed);
        CHECK_EQ_STR(guests, rows[i].guests);
        CHECK(!is_clean || bd_str_eqz(listed, "pass"));
    }
}

/* ---- lists of GitHub ---- */

#define SPAN                                                                                       \
    ",\"describes_from\":\"2026-01-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\""
#define REPO "https://api.github.com/repos/contoso/infra"
#define PULLS                                                                                      \
    "[{\"url\":\"" REPO "/pulls/7\",\"number\":7,\"head\":{\"sha\":\"h2\"},\"base\":{\"ref\":"      \
    "\"main\",\"sha\":\"c1\"},\"merge_commit_sha\":\"c2\",\"merged_at\":\"2026-01-20T11:00:00Z\","  \
    "\"user\":{\"login\":\"ann\",\"type\":\"User\"}}]"
#define REVIEWS                                                                                    \
    "[{\"id\":1,\"user\":{\"login\":\"bob\",\"type\":\"User\"},\"state\":\"APPROVED\",\"commit_id\":" \
    "\"h2\",\"submitted_at\":\"2026-01-20T10:00:00Z\",\"pull_request_url\":\"" REPO "/pulls/7\"}]"
#define OF_REPO                                                                                    \
    ",\"scope\":{\"kind\":\"repository\",\"ids\":[\"contoso/infra\"]}" SPAN

TEST(checks_lists, pull_requests_of_one_branch_or_state_are_not_those_of_the_repository) {
    static const struct {
        const char *request, *expected;
    } rows[] = {
        {"/pulls?state=all", "pass"},
        {"/pulls?per_page=100&state=closed&sort=updated", "pass"},
        {"/pulls?state=all&base=dev", "cannot-tell"},
        {"/pulls?base=dev&state=all", "cannot-tell"},
        {"/pulls?state=closed&head=contoso:x", "cannot-tell"},
        {"/pulls?state=open", "cannot-tell"},
        {"/pulls", "cannot-tell"}, /* the open ones */
        {"/pulls?per_page=100", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{'infrastructure_repositories':['contoso/infra@main']}");
        whole_add(w, PULLS,
                  bd_str_format(test_arena(), ",\"source\":\"S73\",\"request\":\"GET " REPO "%s\"" OF_REPO,
                                rows[i].request)
                      .data);
        whole_add(w, REVIEWS,
                  ",\"source\":\"S73r\",\"request\":\"GET " REPO "/pulls/7/reviews\"" OF_REPO);
        whole_judge(w);
        bd_str said = bd_str_of(whole_verdict(w, "merged-changes-approved"));
        test_failure("%s: %.*s", rows[i].request, BD_ARG(said));
        CHECK_EQ_STR(said, rows[i].expected);
        scan_bench_close(&w->bench);
    }
}
