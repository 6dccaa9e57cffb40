/* What command, request and query of an export asked for bounds what it may claim: its time, its part, its
 * subscriptions. */
#include "bindery/extent.h"

#include "make_scan.h"
#include "test.h"

#define STORE(in, name)                                                                            \
    "{\"id\":\"" in "Microsoft.Storage/storageAccounts/" name "\",\"name\":\"" name                \
    "\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{"                           \
    "\"supportsHttpsTrafficOnly\":true}}"
#define EVENT(n, time)                                                                             \
    "{\"id\":\"" SCAN_IN_A "a.b/c/d/events/e" n "/ticks/1\",\"eventDataId\":\"e" n                 \
    "\",\"eventTimestamp\":\"" time "\",\"operationName\":{\"value\":\"x\"}}"
#define AUDIT(n, time)                                                                             \
    "{\"id\":\"" n "\",\"activityDateTime\":\"" time                                               \
    "\",\"activityDisplayName\":\"Disable account\",\"targetResources\":[]}"
#define ONE_EVENT EVENT("1", "2026-01-20T00:00:00Z")
#define AUDITS(rows) "{\"@odata.context\":\"x#auditLogs/directoryAudits\",\"value\":[" rows "]}"
#define LAW(rows)                                                                                  \
    "{\"tables\":[{\"name\":\"AuditLogs\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"      \
    "\"datetime\"}],\"rows\":[" rows "]}]}"
/* Claims 3 to 31 January, collected on 1 February at noon. */
#define CLAIM                                                                                      \
    "\"collected_at\":\"2026-02-01T12:00:00Z\",\"describes_from\":\"2026-01-03T00:00:00Z\","       \
    "\"describes_to\":\"2026-02-01T00:00:00Z\",\"exporter\":\"jens@contoso.example\","             \
    "\"complete\":true"
#define ACTIVITY "\"command\":\"az monitor activity-log list --max-events 9000 "
#define REST                                                                                       \
    "\"request\":\"GET https://management.azure.com/subscriptions/" SCAN_SUB_A                     \
    "/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&"
#define GRAPH "\"request\":\"GET https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?"
#define JANUARY "2026-01-03T00:00:00Z", "2026-02-01T00:00:00Z"

static const bd_evidence *scan_with(scan_bench *bench, const char *text, const char *head,
                                    const char *asked) {
    bd_str sidecar = bd_str_format(test_arena(), "{%s,%s}", head, asked);
    test_failure("%.*s", BD_ARG(sidecar));
    return scan_alone(bench, text, bd_str_z(test_arena(), sidecar));
}

static bool is_said(const bd_evidence *item, const char *part) {
    for (size_t i = 0; i < item->facts.diags.count; i++) {
        if (bd_str_find(item->facts.diags.data[i].message, bd_str_of(part)) >= 0) {
            return true;
        }
    }
    return false;
}

typedef struct {
    const char *text, *asked, *from, *to;
} time_case;

static const time_case times[] = {
    /* as wide as the claim, or wider */
    {"[" ONE_EVENT "]",
     ACTIVITY "--start-time 2026-01-01T00:00:00Z --end-time 2026-02-01T00:00:00Z\"", JANUARY},
    {"[" ONE_EVENT "]", ACTIVITY "--start-time 2025-12-01 --end-time 2026-02-02\"", JANUARY},
    {"{\"value\":[" ONE_EVENT "]}",
     REST "$filter=eventTimestamp ge '2026-01-01T00:00:00Z' and eventTimestamp le "
          "'2026-02-01T00:00:00Z'\"",
     JANUARY},
    {AUDITS(AUDIT("1", "2026-01-20T00:00:00Z")),
     GRAPH "$filter=activityDateTime ge 2026-01-01T00:00:00Z\"", JANUARY},
    /* az: narrower than the claim */
    {"[" ONE_EVENT "]",
     ACTIVITY "--start-time 2026-01-10T00:00:00Z --end-time 2026-02-01T00:00:00Z\"",
     "2026-01-10T00:00:00Z", "2026-02-01T00:00:00Z"},
    {"[" ONE_EVENT "]", ACTIVITY "--start-time=2026-01-10 --end-time='2026-01-25 06:00:00'\"",
     "2026-01-10T00:00:00Z", "2026-01-25T06:00:00Z"},
    {"[" ONE_EVENT "]",
     ACTIVITY "--start-time 2026-01-10T00:00:00+02:00 --end-time 2026-01-25 00:00:00 -05:00\"",
     "2026-01-09T22:00:00Z", "2026-01-25T05:00:00Z"},
    {"[" ONE_EVENT "]", ACTIVITY "--offset 20d -o json\"", "2026-01-12T12:00:00Z",
     "2026-02-01T00:00:00Z"},
    {"[" ONE_EVENT "]", ACTIVITY "--end-time 2026-01-31T00:00:00Z --offset 1d12h\"",
     "2026-01-29T12:00:00Z", "2026-01-31T00:00:00Z"},
    {"[" ONE_EVENT "]", ACTIVITY "--start-time 2026-01-19T20:00:00Z\"", "2026-01-19T20:00:00Z",
     "2026-01-20T02:00:00Z"},
    {"[" ONE_EVENT "]", ACTIVITY "--filters \\\"eventTimestamp ge 2026-01-12\\\"\"",
     "2026-01-12T00:00:00Z", "2026-02-01T00:00:00Z"},
    {ONE_EVENT "\n" EVENT("2", "2026-01-21T00:00:00Z"),
     ACTIVITY "--start-time 2026-01-10T00:00:00Z --end-time 2026-02-01 -o json | jq -c '.[]'\"",
     "2026-01-10T00:00:00Z", "2026-02-01T00:00:00Z"},
    /* cmdlets: the last seven days unless told */
    {"[" ONE_EVENT "]",
     "\"command\":\"Get-AzActivityLog -StartTime 2026-01-10 -EndTime 2026-01-25 -MaxRecord 900\"",
     "2026-01-10T00:00:00Z", "2026-01-25T00:00:00Z"},
    {"[" ONE_EVENT "]", "\"command\":\"Get-AzActivityLog\"", "2026-01-25T12:00:00Z",
     "2026-02-01T00:00:00Z"},
    {AUDITS(AUDIT("1", "2026-01-20T00:00:00Z")),
     "\"command\":\"Get-MgAuditLogDirectoryAudit -All -Filter \\\"activityDateTime ge "
     "2026-01-15\\\"\"",
     "2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"},
    /* REST and Graph */
    {"{\"value\":[" ONE_EVENT "]}",
     REST "$filter=eventTimestamp ge '2026-01-10T00:00:00Z' and eventTimestamp le "
          "'2026-01-31T00:00:00Z'&$select=x\"",
     "2026-01-10T00:00:00Z", "2026-01-31T00:00:00Z"},
    {"{\"value\":[" ONE_EVENT "]}",
     REST "%24filter=eventTimestamp%20ge%20%272026-01-10T00%3A00%3A00Z%27%20and%20eventTimestamp"
          "+le+%272026-01-31T00:00:00%2B01:00%27\"",
     "2026-01-10T00:00:00Z", "2026-01-30T23:00:00Z"},
    {AUDITS(AUDIT("1", "2026-01-20T00:00:00Z")),
     GRAPH "$filter=(activityDateTime ge 2026-01-15) and (activityDateTime lt 2026-01-22)\"",
     "2026-01-15T00:00:00Z", "2026-01-22T00:00:00Z"},
    {AUDITS(AUDIT("1", "2026-01-20T00:00:00Z")),
     "\"command\":\"az rest --method get --url "
     "'https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$filter=activityDateTime ge "
     "2026-01-15T00:00:00Z' -o json\"",
     "2026-01-15T00:00:00Z", "2026-02-01T00:00:00Z"},
    /* Log Analytics */
    {LAW("[\"2026-01-05T08:00:00Z\"]"),
     "\"command\":\"az monitor log-analytics query --workspace w --analytics-query "
     "\\\"AuditLogs | where TimeGenerated > ago(10d)\\\"\"",
     "2026-01-22T12:00:00Z", "2026-02-01T00:00:00Z"},
    {LAW("[\"2026-01-05T08:00:00Z\"]"),
     "\"command\":\"x\",\"query\":\"AuditLogs | where TimeGenerated between "
     "(datetime(2026-01-05) .. datetime(2026-01-09T00:00:00Z)) | project TimeGenerated\"",
     "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z"},
    {LAW("[\"2026-01-05T08:00:00Z\"]"), "\"command\":\"x --timespan P5D\"", "2026-01-27T12:00:00Z",
     "2026-02-01T00:00:00Z"},
    {LAW("[\"2026-01-05T08:00:00Z\"]"),
     "\"request\":\"POST https://api.loganalytics.io/v1/workspaces/w/query "
     "{\\\"query\\\":\\\"AuditLogs\\\",\\\"timespan\\\":\\\"2026-01-04T00:00:00Z/"
     "2026-01-08T00:00:00Z\\\"}\"",
     "2026-01-04T00:00:00Z", "2026-01-08T00:00:00Z"},
    /* nothing of the claim was asked for */
    {"[" ONE_EVENT "]", ACTIVITY "--start-time 2025-10-01 --end-time 2025-10-31T00:00:00Z\"",
     "2025-10-31T00:00:00Z", "2025-10-31T00:00:00Z"},
};

TEST(extent, an_extract_claims_no_time_that_its_command_or_request_did_not_ask_for) {
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(times); i++) {
        const bd_evidence *item = scan_with(&bench, times[i].text, CLAIM, times[i].asked);
        CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_from), times[i].from);
        CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_to), times[i].to);
        bool is_all = strcmp(times[i].from, "2026-01-03T00:00:00Z") == 0 &&
                      strcmp(times[i].to, "2026-02-01T00:00:00Z") == 0;
        CHECK_EQ_INT(is_said(item, "its command or request asks for"), !is_all);
        CHECK_EQ_INT(item->completeness, BD_COMPLETE_YES);
        CHECK_EQ_INT(bench.snapshots.data[0].from, item->describes_from);
        CHECK_EQ_INT(bench.snapshots.data[0].to, item->describes_to);
    }
    scan_bench_close(&bench);
}

TEST(extent, a_time_without_an_offset_is_read_in_the_narrower_of_utc_and_the_engagements_zone) {
    scan_bench bench = scan_bench_open();
    bd_err err;
    CHECK_OK(bd_zone_load(BD_STR("America/New_York"), test_arena(), &bench.plan.zone, &err), err);
    const bd_evidence *item = scan_with(&bench, "[" ONE_EVENT "]", CLAIM,
                                        ACTIVITY "--start-time 2026-01-10 --end-time 2026-01-31\"");
    CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_from), "2026-01-10T05:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_to), "2026-01-31T00:00:00Z");
    scan_bench_close(&bench);
}

TEST(extent, a_time_asked_for_that_cannot_be_read_is_not_shown) {
    static const char *const asked[] = {
        ACTIVITY "--start-time $FROM --end-time 2026-02-01\"",
        ACTIVITY "--start-time --end-time 2026-02-01\"",
        ACTIVITY "--offset soon\"",
        ACTIVITY "--start-time 2026-01-01 --end-time 2026-01-05; az monitor activity-log list "
                 "--start-time 2026-01-20 --end-time 2026-02-01\"",
        "\"command\":\"Get-AzActivityLog -StartTime (Get-Date).AddDays(-30)\"",
        REST "$filter=eventTimestamp ge '{from}'\"",
        REST "$filter=eventTimestamp ne '2026-01-01'\"",
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(asked); i++) {
        const bd_evidence *item = scan_with(&bench, "[" ONE_EVENT "]", CLAIM, asked[i]);
        test_failure("%s: %.*s", asked[i], BD_ARG(item->completeness_reason));
        CHECK_EQ_INT(item->completeness, BD_COMPLETE_NOT_SHOWN);
        CHECK(bd_str_find(item->completeness_reason, BD_STR("cannot be read")) >= 0);
        CHECK(!bench.snapshots.data[0].may_pass);
    }
    scan_bench_close(&bench);
}

TEST(extent, the_first_pages_bounds_hold_for_a_later_page_that_names_only_its_token) {
    scan_bench bench = scan_bench_open();
    scan_file(&bench, "log-1.json",
              BD_STR("{\"value\":[" ONE_EVENT "],\"nextLink\":\"https://x/y?$skipToken=t\"}"),
              "{" CLAIM "," REST "$filter=eventTimestamp ge '2026-01-10T00:00:00Z'\"}");
    scan_file(&bench, "log-2.json", BD_STR("{\"value\":[" EVENT("2", "2026-01-12T00:00:00Z") "]}"),
              "{" CLAIM ",\"request\":\"GET https://x/y?$skipToken=t\"}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 1);
    CHECK_EQ_STR(bd_instant_format(test_arena(), bench.snapshots.data[0].from),
                 "2026-01-10T00:00:00Z");
    CHECK_EQ_INT(bench.items.data[1].describes_from, scan_time("2026-01-10T00:00:00Z"));
    scan_bench_close(&bench);
}

typedef struct {
    const char *text, *asked;
    bd_completeness wanted;
} part_case;

#define USERS "{\"@odata.context\":\"x#users\",\"value\":[{\"id\":\"1\"}]}"
#define USERS_AT "\"request\":\"GET https://graph.microsoft.com/v1.0/users?"
#define STORES "{\"value\":[" STORE(SCAN_IN_A, "a") "]}"
#define STORES_AT                                                                                  \
    "\"request\":\"GET https://management.azure.com/subscriptions/" SCAN_SUB_A "/resources?"
#define DIRECTORY AUDITS(AUDIT("1", "2026-01-20T00:00:00Z"))

static const part_case parts[] = {
    {DIRECTORY, GRAPH "$filter=activityDateTime ge 2026-01-01T00:00:00Z\"", BD_COMPLETE_YES},
    {DIRECTORY, GRAPH "$filter=category eq 'UserManagement'\"", BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY,
     GRAPH "$filter=activityDateTime ge 2026-01-01 and activityDisplayName eq 'Disable account'\"",
     BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY, GRAPH "%24filter=category%20eq%20%27UserManagement%27\"", BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY, GRAPH "$filter=activityDateTime ge 2026-01-01 or category eq 'a and b'\"",
     BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY, GRAPH "$filter=not(category eq 'x')\"", BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY,
     "\"command\":\"az rest --url "
     "'https://graph.microsoft.com/v1.0/auditLogs/directoryAudits?$filter=category eq 1'\"",
     BD_COMPLETE_NOT_SHOWN},
    {DIRECTORY, GRAPH "$top=999&$select=id\"", BD_COMPLETE_YES},
    {"[" ONE_EVENT "]",
     ACTIVITY "--start-time 2026-01-01 --end-time 2026-02-01 --namespace Microsoft.Network\"",
     BD_COMPLETE_NOT_SHOWN},
    {"{\"value\":[" ONE_EVENT "]}",
     REST "$filter=eventTimestamp ge '2026-01-01T00:00:00Z' and resourceGroupName eq 'rg'\"",
     BD_COMPLETE_NOT_SHOWN},
    {USERS, USERS_AT "$select=id,userPrincipalName\"", BD_COMPLETE_YES},
    {USERS, USERS_AT "$filter=accountEnabled eq true\"", BD_COMPLETE_NOT_SHOWN},
    {USERS, USERS_AT "$search=\\\"displayName:a\\\"\"", BD_COMPLETE_NOT_SHOWN},
    /* of a list of settings a time is a part */
    {USERS, USERS_AT "$filter=createdDateTime ge 2026-01-01T00:00:00Z\"", BD_COMPLETE_NOT_SHOWN},
    {"[{\"id\":\"1\",\"userPrincipalName\":\"a@x\",\"accountEnabled\":true}]",
     "\"source\":\"S53\",\"command\":\"az ad user list --filter \\\"accountEnabled eq true\\\"\"",
     BD_COMPLETE_NOT_SHOWN},
    {"[{\"id\":\"1\",\"userPrincipalName\":\"a@x\",\"accountEnabled\":true}]",
     "\"source\":\"S53\",\"command\":\"az ad user list -o json\"", BD_COMPLETE_YES},
    /* what names the source and no more */
    {STORES, STORES_AT "$filter=resourceType eq 'Microsoft.Storage/storageAccounts'\"",
     BD_COMPLETE_YES},
    {STORES, STORES_AT "$filter=resourceType eq 'Microsoft.Sql/servers'\"", BD_COMPLETE_NOT_SHOWN},
    {STORES, STORES_AT "$filter=tagName eq 'env'\"", BD_COMPLETE_NOT_SHOWN},
    {"[" STORE(SCAN_IN_A, "a") "]",
     "\"command\":\"portal: Explorer\",\"query\":\"resources | where type =~ "
     "'microsoft.storage/storageaccounts' and resourceGroup == 'rg'\"",
     BD_COMPLETE_NOT_SHOWN},
    {"[" STORE(SCAN_IN_A, "a") "]",
     "\"command\":\"portal: Explorer\",\"query\":\""
     "resources | where type =~ 'microsoft.storage/storageaccounts' "
     "and subscriptionId == '" SCAN_SUB_A "' | project id\"",
     BD_COMPLETE_YES},
    /* neither an empty word nor an apostrophe hides what stands behind it */
    {"[" STORE(SCAN_IN_A, "a") "]", "\"command\":\"az storage account list '' -g rg\"",
     BD_COMPLETE_NOT_SHOWN},
    {"[" STORE(SCAN_IN_A, "a") "]", "\"command\":\"jens' list: az storage account list -g rg\"",
     BD_COMPLETE_NOT_SHOWN},
    {"[" STORE(SCAN_IN_A, "a") "]", "\"command\":\"az storage account list --tag 'a=b'\"",
     BD_COMPLETE_NOT_SHOWN},
    {"[" STORE(SCAN_IN_A, "a") "]", "\"command\":\"az storage account list -o json | head -50\"",
     BD_COMPLETE_NOT_SHOWN},
    {LAW("[\"2026-01-05T08:00:00Z\"]"),
     "\"command\":\"x\",\"query\":\"AuditLogs | where TimeGenerated > ago(90d) | where Category == "
     "'UserManagement'\"",
     BD_COMPLETE_NOT_SHOWN},
};

TEST(extent, a_filter_beyond_time_and_source_asks_for_a_part) {
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(parts); i++) {
        const bd_evidence *item = scan_with(
            &bench, parts[i].text,
            "\"collected_at\":\"2026-02-01T12:00:00Z\",\"exporter\":\"jens@contoso.example\","
            "\"complete\":true",
            parts[i].asked);
        test_failure("%s: %.*s", parts[i].asked, BD_ARG(item->completeness_reason));
        CHECK_EQ_STR(bd_completeness_name(item->completeness),
                     bd_completeness_name(parts[i].wanted));
        CHECK(parts[i].wanted == BD_COMPLETE_YES ||
              bd_str_find(item->completeness_reason, BD_STR("only a part: '")) >= 0);
    }
    scan_bench_close(&bench);
}

TEST(extent, az_stops_at_fifty_events_and_shows_only_direct_role_assignments_unless_told) {
    static const struct {
        const char *command;
        bd_completeness wanted;
    } cases[] = {
        {"az role assignment list --subscription " SCAN_SUB_A, BD_COMPLETE_NOT_SHOWN},
        {"az role assignment list --all --subscription " SCAN_SUB_A, BD_COMPLETE_YES},
        {"az role assignment list --all --assignee a@x", BD_COMPLETE_NOT_SHOWN},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str asked = bd_str_format(test_arena(), "\"command\":\"%s\"", cases[i].command);
        const bd_evidence *item =
            scan_with(&bench,
                      "[{\"id\":\"/subscriptions/" SCAN_SUB_A
                      "/providers/Microsoft.Authorization/roleAssignments/r\",\"type\":"
                      "\"Microsoft.Authorization/roleAssignments\"}]",
                      CLAIM, asked.data);
        CHECK_EQ_INT(item->completeness, cases[i].wanted);
    }
    bd_buf text;
    bd_buf_init(&text, 1 << 20);
    for (int i = 0; i < 50; i++) {
        bd_buf_printf(&text, "%s\n", ONE_EVENT);
    }
    const bd_evidence *item =
        scan_with(&bench, bd_str_z(test_arena(), bd_buf_str(&text)), CLAIM,
                  "\"command\":\"az monitor activity-log list --start-time 2026-01-01 --end-time "
                  "2026-02-01\"");
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NOT_SHOWN);
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

TEST(extent, what_its_sidecar_gives_to_another_tenant_shows_nothing_of_ours) {
    static const struct {
        const char *ours, *scope;
        bd_completeness wanted;
    } cases[] = {
        {"0b1f6471-1bf0-4dda-aec3-cb9272f09590",
         "{\"kind\":\"tenant\",\"ids\":[\"0B1F6471-1BF0-4DDA-AEC3-CB9272F09590\"]}",
         BD_COMPLETE_YES},
        {"0b1f6471-1bf0-4dda-aec3-cb9272f09590",
         "{\"kind\":\"tenant\",\"ids\":[\"11111111-2222-4333-8444-555555555555\"]}",
         BD_COMPLETE_NOT_SHOWN},
        {"0b1f6471-1bf0-4dda-aec3-cb9272f09590",
         "{\"kind\":\"tenant\",\"ids\":[\"11111111-2222-4333-8444-555555555555\","
         "\"0b1f6471-1bf0-4dda-aec3-cb9272f09590\"]}",
         BD_COMPLETE_YES},
        {"0b1f6471-1bf0-4dda-aec3-cb9272f09590", "{\"kind\":\"tenant\",\"ids\":[]}",
         BD_COMPLETE_YES},
        {"", "{\"kind\":\"tenant\",\"ids\":[\"11111111-2222-4333-8444-555555555555\"]}",
         BD_COMPLETE_YES},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        bench.plan.tenant = bd_str_of(cases[i].ours);
        bd_str sidecar =
            bd_str_format(test_arena(), "{\"collected_at\":\"2026-02-01T12:00:00Z\",\"scope\":%s}",
                          cases[i].scope);
        const bd_evidence *item = scan_alone(
            &bench,
            "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users\",\"value\":["
            "{\"id\":\"1\",\"userPrincipalName\":\"a@x\",\"accountEnabled\":true}]}",
            bd_str_z(test_arena(), sidecar));
        test_failure("case %zu: %.*s", i, BD_ARG(item->completeness_reason));
        CHECK_EQ_INT(item->completeness, cases[i].wanted);
        CHECK_EQ_INT(scan_snapshot(&bench, "S53", "")->may_pass,
                     cases[i].wanted == BD_COMPLETE_YES);
        scan_bench_close(&bench);
    }
}

/* ---- the known shapes of asking for all ---- */

#define LIST "az storage account list"
#define KQL "resources | where type =~ 'microsoft.storage/storageaccounts'"
#define AZURE "https://management.azure.com/subscriptions/" SCAN_SUB_A

static const char *const asks_for_all[] = {
    "\"command\":\"" LIST " --subscription " SCAN_SUB_A " -o json --only-show-errors\"",
    "\"command\":\"" LIST " --query '[].{id:id,name:name}'\"",
    "\"command\":\"" LIST " -o json | jq -c '.[]' > stores.json\"",
    "\"command\":\"az account set -s " SCAN_SUB_A " && " LIST "\"",
    "\"command\":\"az rest --method get --url '" AZURE
    "/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01'\"",
    "\"command\":\"az graph query -q \\\"" KQL " | project id,name\\\" --first 1000 -o json\"",
    "\"command\":\"Get-AzStorageAccount -ErrorAction Stop | ConvertTo-Json -Depth 9\"",
    "\"command\":\"portal: Explorer\",\"query\":\"" KQL
    "\\n| project id,\\n  name | order by id asc\"",
    "\"command\":\"portal: "
    "x\",\"query\":\"resources|where(type=='microsoft.storage/storageaccounts')\"",
    "\"command\":\"portal: x\",\"query\":\"resources | where type in~ "
    "('Microsoft.Storage/storageAccounts')\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts?api-version=1\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts?$top=2\"",
    "\"request\":\"GET https://management.usgovcloudapi.net:443/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"request\":\"GET https://Management.ChinaCloudApi.cn/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"command\":\"az rest --url '/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts?api-version=2023-05-01' --method get "
    "--resource https://management.azure.com\"",
    "\"request\":\"POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources?"
    "api-version=1 {\\\"query\\\":\\\"" KQL "\\\"}\"",
};

static const char *const asks_for_less[] = {
    /* Kusto */
    "\"query\":\"" KQL "\\nand properties.x == true\"",
    "\"query\":\"" KQL "\\tand\\tproperties.x == true\"",
    "\"query\":\"resources | where (type =~ 'microsoft.storage/storageaccounts')and(kind == 'x')\"",
    "\"query\":\"" KQL " | where(kind == 'x')\"",
    "\"query\":\"" KQL " | where\\nkind == 'x'\"",
    "\"query\":\"" KQL " | filter kind == 'x'\"",
    "\"query\":\"" KQL " | take\\n1\"",
    "\"query\":\"" KQL " | distinct id\"",
    "\"query\":\"" KQL " | summarize arg_max(name,*) by kind\"",
    "\"query\":\"" KQL " | extend properties = bag_pack('x', true)\"",
    "\"query\":\"" KQL " | project id, properties = tags\"",
    "\"query\":\"" KQL " | join kind=inner (x) on id\"",
    "\"query\":\"" KQL " // x\"",
    "\"query\":\"let x = 1; " KQL "\"",
    "\"query\":\"resources | where type == 'Microsoft.Storage/storageAccounts'\"",
    "\"query\":\"resources | where type =~ 'microsoft.storage/storageaccount'\"",
    "\"query\":\"resources | where type !~ 'microsoft.storage/storageaccounts'\"",
    "\"query\":\"" KQL " or subscriptionId == '" SCAN_SUB_A "'\"",
    "\"command\":\"az graph query -q \\\"" KQL " | take 1\\\"\"",
    "\"command\":\"az graph query -q @stores.kql\"",
    "\"request\":\"POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources "
    "{\\\"query\\\":\\\"" KQL "\\nand kind == 'x'\\\"}\"",
    "\"request\":\"POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources\"",
    /* URLs */
    "\"request\":\"GET " AZURE "/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts/one\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.KeyVault/vaults?api-version=1\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts?filter=kind eq 'x'\"",
    "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts?tag=x\"",
    "\"request\":\"GET https://example.org/storageAccounts\"",
    "\"request\":\"GET https://management.azure.com.example.org/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"request\":\"GET https://management.example.org/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"request\":\"GET https://x@management.azure.com/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"request\":\"GET https://management.azure.com:8443/subscriptions/" SCAN_SUB_A
    "/providers/Microsoft.Storage/storageAccounts\"",
    "\"command\":\"az rest --url $URL\"",
    "\"command\":\"az rest --url '" AZURE "/resourceGroups/rg/providers/Microsoft.Storage/"
    "storageAccounts'\"",
    /* az */
    "\"command\":\"" LIST " --resource-group=rg\"",
    "\"command\":\"" LIST " -grg\"",
    "\"command\":\"" LIST " --resource-g rg\"",
    "\"command\":\"" LIST " -o json \xE2\x80\x93g rg\"",
    "\"command\":\"" LIST " --query '[:5]'\"",
    "\"command\":\"" LIST " --query=[0:5]\"",
    "\"command\":\"" LIST " --query '[0]'\"",
    "\"command\":\"" LIST " --query 'sort_by(@,&name)[-1]'\"",
    "\"command\":\"" LIST " --query @filter.txt\"",
    "\"command\":\"" LIST " --ids x\"",
    "\"command\":\"" LIST " -n one\"",
    "\"command\":\"" LIST " | jq '.[:5]'\"",
    "\"command\":\"" LIST " | awk 'NR<5'\"",
    "\"command\":\"" LIST " |head -5\"",
    "\"command\":\"" LIST " | python3 filter.py\"",
    "\"command\":\"" LIST "; rm x\"",
    "\"command\":\"az keyvault list\"",
    "\"command\":\"list.sh\"",
    "\"command\":\"az account set -s " SCAN_SUB_A " && " LIST " --subscription " SCAN_SUB_B "\"",
    "\"command\":\"Get-AzActivityLog -starttime 2026-01-30\"",
    "\"command\":\"Get-AzStorageAccount -ResourceGroupName rg\"",
    "\"command\":\"Get-AzKeyVault\"",
    "\"command\":\"Get-AzStorageAccount | Select-Object -First 5\"",
};

static void check_shapes(const char *text, const char *const *asked, size_t count, bool is_all) {
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < count; i++) {
        const char *vouched =
            "\"source\":\"S17\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A
            "\"]},\"collected_at\":\"2026-02-01T12:00:00Z\",\"exporter\":\"jens\","
            "\"complete\":true";
        bool has_command = strstr(asked[i], "\"command\"") != NULL;
        bd_str head =
            bd_str_format(test_arena(), "%s%s", vouched, has_command ? "" : ",\"title\":\"x\"");
        const bd_evidence *item = scan_with(&bench, text, head.data, asked[i]);
        test_failure("%s: %.*s", asked[i], BD_ARG(item->completeness_reason));
        const bd_snapshot *snapshot = scan_snapshot(&bench, "S17", SCAN_SUB_A);
        CHECK_EQ_INT(snapshot != NULL && snapshot->may_pass, is_all);
        CHECK(is_all || bd_str_find(item->completeness_reason, BD_STR("what was asked for")) >= 0);
    }
    scan_bench_close(&bench);
}

TEST(extent, only_known_shapes_of_a_command_request_or_query_ask_for_all) {
    check_shapes(STORES, asks_for_all, BD_COUNT(asks_for_all), true);
    check_shapes(STORES, asks_for_less, BD_COUNT(asks_for_less), false);
    static const char *const first_one[] = {
        "\"request\":\"GET " AZURE "/providers/Microsoft.Storage/storageAccounts?$top=1\""};
    check_shapes(STORES, first_one, 1, false);
}

TEST(extent, an_empty_answer_to_another_question_shows_nothing) {
    check_shapes("{\"value\":[]}", asks_for_all, BD_COUNT(asks_for_all), true);
    check_shapes("{\"value\":[]}", asks_for_less, BD_COUNT(asks_for_less), false);
    static const char *const elsewhere[] = {"\"command\":\"az account set -s " SCAN_SUB_B
                                            " && " LIST "\"",
                                            "\"command\":\"portal: x\",\"query\":\"" KQL
                                            " | where subscriptionId == '" SCAN_SUB_B "'\""};
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(elsewhere); i++) {
        (void)scan_with(&bench, "[]",
                        "\"source\":\"S17\",\"scope\":{\"kind\":\"subscription\",\"ids\":"
                        "[\"" SCAN_SUB_A "\"]}," CLAIM,
                        elsewhere[i]);
        CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A) == NULL);
    }
    scan_bench_close(&bench);
}

TEST(extent, a_name_of_two_subscriptions_names_neither) {
    static const bd_known_subscription twins[] = {{BD_STR_INIT(SCAN_SUB_A), BD_STR_INIT("contoso")},
                                                  {BD_STR_INIT(SCAN_SUB_B), BD_STR_INIT("Contoso")}};
    scan_bench bench = scan_bench_open();
    bench.plan.subscriptions = (bd_known_subscriptions){twins, BD_COUNT(twins)};
    const bd_evidence *item = scan_with(&bench, "[" STORE(SCAN_IN_A, "a") "]", CLAIM,
                                        "\"command\":\"" LIST " --subscription contoso\"");
    CHECK_EQ_INT(item->completeness, BD_COMPLETE_NOT_SHOWN);
    CHECK(bd_str_find(item->completeness_reason, BD_STR("lists twice")) >= 0);
    scan_bench_close(&bench);
}

/* ---- subscriptions by name ---- */

static const bd_known_subscription known[] = {
    {BD_STR_INIT(SCAN_SUB_A), BD_STR_INIT("contoso-prod")},
    {BD_STR_INIT(SCAN_SUB_B), BD_STR_INIT("Contoso Test")}};

TEST(extent, a_subscription_named_by_name_is_that_of_bindery_json) {
    static const struct {
        const char *text, *command;
        bool is_shown;
        bd_completeness wanted;
    } cases[] = {
        {"[" STORE(SCAN_IN_A, "a") "]", "--subscription contoso-prod", true, BD_COMPLETE_YES},
        {"[" STORE(SCAN_IN_A, "a") "]", "--subscription CONTOSO-PROD -o json", true,
         BD_COMPLETE_YES},
        {"[]", "--subscription contoso-prod", true, BD_COMPLETE_YES},
        {"[]", "--subscription=contoso-prod", true, BD_COMPLETE_YES},
        {"[]", "--subscriptions \\\"Contoso Test\\\" contoso-prod", true, BD_COMPLETE_YES},
        /* of another, or of one that nobody knows */
        {"[]", "--subscription \\\"Contoso Test\\\"", false, BD_COMPLETE_YES},
        {"[]", "--subscription " SCAN_SUB_B, false, BD_COMPLETE_YES},
        {"[]", "--subscription contoso-old", false, BD_COMPLETE_NOT_SHOWN},
        {"[]", "--subscription contoso", false, BD_COMPLETE_NOT_SHOWN},
        {"[" STORE(SCAN_IN_A, "a") "]", "--subscription contoso-old", true, BD_COMPLETE_NOT_SHOWN},
        {"[" STORE(SCAN_IN_A, "a") "]", "--subscription 'Contoso Test'", true,
         BD_COMPLETE_NOT_SHOWN},
        {"[" STORE(SCAN_IN_A, "a") "]", "--subscription " SCAN_SUB_B, true, BD_COMPLETE_NOT_SHOWN},
    };
    scan_bench bench = scan_bench_open();
    bench.plan.subscriptions = (bd_known_subscriptions){known, BD_COUNT(known)};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str asked = bd_str_format(
            test_arena(),
            "\"source\":\"S17\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A
            "\"]},\"command\":\"az storage account list %s\"",
            cases[i].command);
        const bd_evidence *item = scan_with(
            &bench, cases[i].text,
            "\"collected_at\":\"2026-02-01T06:00:00Z\",\"exporter\":\"jens\",\"complete\":true",
            asked.data);
        test_failure("%s: %.*s", cases[i].command, BD_ARG(item->completeness_reason));
        const bd_snapshot *snapshot = scan_snapshot(&bench, "S17", SCAN_SUB_A);
        CHECK_EQ_INT(snapshot != NULL, cases[i].is_shown);
        CHECK(snapshot == NULL || snapshot->completeness == cases[i].wanted);
    }
    CHECK(bd_str_find(bench.items.data[0].completeness_reason, BD_STR(SCAN_SUB_B)) >= 0);
    scan_bench_close(&bench);
}

/* A sidecar may be half a mebibyte of filters: each is read once. */
TEST(extent, a_request_of_tens_of_thousands_of_filters_is_read_once) {
    scan_bench bench = scan_bench_open();
    bd_buf text;
    bd_buf_init(&text, 2 << 20);
    bd_buf_puts(&text, BD_STR("{" CLAIM ",\"request\":\""));
    for (int i = 0; i < 20000; i++) {
        bd_buf_puts(&text, BD_STR("$filter=&$filter=a eq 1&"));
    }
    bd_buf_puts(&text, BD_STR("\"}"));
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" ONE_EVENT "]}",
                                         bd_str_z(test_arena(), bd_buf_str(&text)));
    CHECK_EQ_STR(item->completeness_reason, "what was asked for is only a part: 'a eq 1'");
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

/* ---- words alone ---- */

#define ASKED_IN "/subscriptions/11111111-2222-3333-4444-555555555555/"
#define ASKED_ID ASKED_IN "resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/central"
#define ASKED_LOWER ASKED_IN "resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/central"
#define ASKED_GUID "aaaaaaaa-1111-2222-3333-444444444444"
#define ASKED_OTHER "bbbbbbbb-1111-2222-3333-444444444444"
#define ASKED_AZ "az monitor log-analytics query --workspace "
#define ASKED_POST "POST https://api.loganalytics.io/v1/workspaces/"

TEST(extent, an_answer_is_of_the_workspace_that_all_its_words_name) {
    static const struct {
        const char *scope, *command, *request, *query, *expected;
    } rows[] = {
        {ASKED_ID, "", "", "", ASKED_LOWER},
        {"", ASKED_AZ ASKED_GUID " --analytics-query AzureActivity", "", "", ASKED_LOWER},
        {"", "", ASKED_POST ASKED_GUID "/query", "", ASKED_LOWER},
        {ASKED_ID, ASKED_AZ ASKED_GUID, "", "", ASKED_LOWER},
        {"", ASKED_AZ ASKED_OTHER, "", "", ASKED_OTHER},
        {ASKED_ID, ASKED_AZ ASKED_OTHER, "", "", ""},
        {"", ASKED_AZ ASKED_GUID " --workspaces " ASKED_OTHER, "", "", ""},
        {"", ASKED_AZ ASKED_GUID " --analytics-query \"workspace('" ASKED_OTHER "').AzureActivity\"", "", "", ""},
        {"", ASKED_AZ ASKED_GUID " --analytics-query \"adx('https://x').AzureActivity\"", "", "", ""},
        {"", "", ASKED_POST ASKED_GUID "/query {\"workspaces\":[\"" ASKED_OTHER "\"]}", "", ""},
        {"", "", ASKED_POST ASKED_GUID "/query; " ASKED_POST ASKED_OTHER "/query", "", ""},
        {"", "curl -w " ASKED_GUID " -X " ASKED_POST ASKED_OTHER "/query", "", "", ASKED_OTHER},
        {ASKED_ID, "", "", "union workspace('x').AuditLogs", ""},
        /* Azure's own interface has the id in full */
        {"", "", "GET https://management.azure.com" ASKED_ID "/providers/Microsoft.SecurityInsights/"
                 "onboardingStates?api-version=2024-03-01", "", ASKED_LOWER},
        {"", "az rest --method get --url '" ASKED_ID "?api-version=2023-09-01'", "", "", ASKED_LOWER},
        {ASKED_ID, "", "GET https://management.azure.com" ASKED_ID "2/tables", "", ""},
        {"", "", "GET https://management.azure.com/workspaces/central/tables", "", ""},
        {"", "", "GET " ASKED_IN "resourceGroups/rg/providers/Microsoft.Synapse/workspaces/central", "", ""},
        {"", "", "GET " ASKED_IN "providers/Microsoft.OperationalInsights/workspaces?api-version=1", "", ""},
        /* in a subscription there may be several */
        {"/subscriptions/" ASKED_GUID, ASKED_AZ ASKED_OTHER, "", "", ASKED_OTHER},
        {"/subscriptions/" ASKED_GUID, "", "", "", ""},
        {"", "", "", "", ""},
    };
    bd_arena *arena = test_arena();
    bd_err err;
    const bd_value *facts;
    CHECK_OK(bd_json_parse(BD_STR("{\"central_workspace\":\"" ASKED_ID
                                  "\",\"central_workspace_guid\":\"" ASKED_GUID "\"}"),
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
        CHECK_EQ_STR(bd_extent_find_workspace(&sidecar, &source, facts, arena), rows[i].expected);
    }
}

static bool is_asked_in_part(const bd_source_def *source, const char *command, const char *request,
                    const char *query) {
    bd_sidecar sidecar = {.command = bd_str_of(command),
                          .request = bd_str_of(request),
                          .query = bd_str_of(query)};
    return bd_extent_find_part(&sidecar, source, 3, test_arena()).size > 0;
}

TEST(extent, a_list_of_a_repository_that_was_asked_in_part_is_not_the_list) {
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
        CHECK_EQ_INT(is_asked_in_part(&source, rows[i].command, rows[i].request, ""), rows[i].is_part);
    }
}

TEST(extent, resource_graph_leaves_out_what_management_groups_assign_unless_it_is_asked) {
    bd_source_def source = {.scope = BD_SCOPE_SUBSCRIPTION};
    const char *query = "policyresources | where type =~ 'microsoft.authorization/policyexemptions'";
    CHECK(is_asked_in_part(&source, "", "", query));
    CHECK(!is_asked_in_part(&source, "",
                   "POST https://management.azure.com/providers/Microsoft.ResourceGraph/resources "
                   "{\"options\":{\"authorizationScopeFilter\":\"AtScopeAboveAndBelow\"}}",
                   query));
    CHECK(!is_asked_in_part(&source, "", "", "resources | where type =~ 'microsoft.storage/storageaccounts'"));
}
