/* Of which workspace is an answer of Log Analytics, and when does nobody know?  What list of a repository was asked for
 * in part, and what does Resource Graph leave out unasked? */
#include "../../src/gather/scan/scan_priv.h"

#include "test.h"

#define IN_A "/subscriptions/11111111-2222-3333-4444-555555555555/"
#define C IN_A "resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/central"
#define LOWER_C IN_A "resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/central"
#define G "aaaaaaaa-1111-2222-3333-444444444444"
#define G2 "bbbbbbbb-1111-2222-3333-444444444444"
#define AZ "az monitor log-analytics query --workspace "
#define POST "POST https://api.loganalytics.io/v1/workspaces/"

TEST(scan, an_answer_is_of_the_workspace_that_all_its_words_name) {
    static const struct {
        const char *scope, *command, *request, *query, *expected;
    } rows[] = {
        {C, "", "", "", LOWER_C},
        {"", AZ G " --analytics-query AzureActivity", "", "", LOWER_C},
        {"", "", POST G "/query", "", LOWER_C},
        {C, AZ G, "", "", LOWER_C},
        {"", AZ G2, "", "", G2},
        {C, AZ G2, "", "", ""},
        {"", AZ G " --workspaces " G2, "", "", ""},
        {"", AZ G " --analytics-query \"workspace('" G2 "').AzureActivity\"", "", "", ""},
        {"", AZ G " --analytics-query \"adx('https://x.kusto.windows.net/db').AzureActivity\"", "", "", ""},
        {"", "", POST G "/query {\"query\":\"AzureActivity\",\"workspaces\":[\"" G2 "\"]}", "", ""},
        {"", "", POST G "/query; " POST G2 "/query", "", ""},
        {"", "curl -w " G " -X POST https://api.loganalytics.io/v1/workspaces/" G2 "/query", "", "", G2},
        {C, "", "", "union workspace('x').AuditLogs", ""},
        {"", "", "", "", ""},
    };
    bd_arena *arena = test_arena();
    bd_err err;
    const bd_value *facts;
    CHECK_OK(bd_json_parse(BD_STR("{\"central_workspace\":\"" C "\",\"central_workspace_guid\":\"" G "\"}"),
                           &bd_json_default_limits, arena, &facts, &err),
             err);
    bd_source_def source = {.scope = BD_SCOPE_WORKSPACE};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_sidecar sidecar = {.command = bd_str_of(rows[i].command),
                              .request = bd_str_of(rows[i].request),
                              .query = bd_str_of(rows[i].query)};
        if (rows[i].scope[0] != '\0') {
            *bd_push(arena, &sidecar.scope_ids) = bd_str_of(rows[i].scope);
        }
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_scan_asked_workspace(&sidecar, &source, facts, arena), rows[i].expected);
    }
}

static bool is_part(const bd_source_def *source, const char *command, const char *request,
                    const char *query) {
    bd_sidecar sidecar = {.command = bd_str_of(command),
                          .request = bd_str_of(request),
                          .query = bd_str_of(query)};
    return bd_scan_asked_part(&sidecar, source, 3, test_arena()).size > 0;
}

TEST(scan, a_list_of_a_repository_that_was_asked_in_part_is_not_the_list) {
    static const struct {
        const char *command, *request;
        bool is_part;
    } rows[] = {
        {"gh api --paginate repos/o/r/pulls?state=all", "", false},
        {"gh api --paginate repos/o/r/pulls?state=all -X GET -f base=main", "", true},
        {"", "GET https://api.github.com/repos/o/r/pulls?state=all&page=2", true},
        {"", "GET https://api.github.com/repos/o/r/deployments?sha=abc", true},
        {"", "GET https://api.github.com/repos/o/r/deployments?environment=staging", true},
        {"", "GET https://api.github.com/repos/o/r/deployments", false},
        {"", "GET https://api.github.com/repos/o/r/commits?sha=main", false},
        {"", "GET https://api.github.com/repos/o/r/commits?sha=main&author=bob", true},
        {"", "GET https://api.github.com/repos/o/r/commits?sha=main&path=docs", true},
        {"", "GET https://api.github.com/repos/o/r/commits/abc/check-runs?check_name=unit", true},
        {"gh pr list --state all --limit 5000", "", false},
        {"gh pr list", "", true},
        {"gh pr list --state all --search 'author:x'", "", true},
    };
    bd_source_def source = {.scope = BD_SCOPE_REPOSITORY};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        CHECK_EQ_INT(is_part(&source, rows[i].command, rows[i].request, ""), rows[i].is_part);
    }
}

TEST(scan, resource_graph_leaves_out_what_management_groups_assign_unless_it_is_asked) {
    bd_source_def source = {.scope = BD_SCOPE_SUBSCRIPTION};
    const char *query = "policyresources | where type =~ 'microsoft.authorization/policyexemptions'";
    CHECK(is_part(&source, "", "", query));
    CHECK(!is_part(&source, "",
                   "POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources "
                   "{\"options\":{\"authorizationScopeFilter\":\"AtScopeAboveAndBelow\"}}",
                   query));
    CHECK(!is_part(&source, "", "", "resources | where type =~ 'microsoft.storage/storageaccounts'"));
}
