/* An empty array does not say what it is a list of: the command in its sidecar may. */
#include "make_scan.h"

#define AT "\"collected_at\":\"2026-02-01T06:00:00Z\",\"exporter\":\"jens@contoso.example\",\"complete\":true"
#define SITE SCAN_IN_A "Microsoft.Web/sites/s"
#define SITE_SCOPE                                                                                 \
    "/subscriptions/aaaaaaaa-0000-4000-8000-00000000000a/resourcegroups/rg/providers/"             \
    "microsoft.web/sites/s"

static const bd_evidence *answered(scan_bench *bench, const char *text, const char *command) {
    bd_str sidecar = bd_str_format(test_arena(), "{\"command\":\"%s\"," AT "}", command);
    return scan_alone(bench, text, sidecar.data);
}

TEST(scan, an_empty_list_of_az_is_of_the_source_and_scope_that_its_command_names) {
    static const struct {
        const char *text, *command, *source, *scope;
    } rows[] = {
        {"[]", "az network nsg list --subscription " SCAN_SUB_A, "S01n", SCAN_SUB_A},
        {"[]", "az network nsg list --subscription=" SCAN_SUB_A " -o json > nsg.json", "S01n",
         SCAN_SUB_A},
        {"[]", "az storage account list --output json --subscription " SCAN_SUB_A, "S17", SCAN_SUB_A},
        {"{\"value\":[]}", "az monitor diagnostic-settings subscription list --subscription " SCAN_SUB_A,
         "S25", SCAN_SUB_A},
        {"[]", "az monitor diagnostic-settings list --resource " SITE, "S25r", SITE_SCOPE},
        {"[]", "az policy exemption list --disable-scope-strict-match --subscription " SCAN_SUB_A,
         "S08e", SCAN_SUB_A},
        {"[]", "az ad sp list --all", "S57p", ""},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const bd_evidence *item = answered(&bench, rows[i].text, rows[i].command);
        test_failure("%s", rows[i].command);
        CHECK_EQ_STR(item->source, rows[i].source);
        CHECK_EQ_INT(bench.snapshots.count, 1);
        const bd_snapshot *snapshot = scan_snapshot(&bench, rows[i].source, rows[i].scope);
        CHECK(snapshot != NULL && snapshot->rows == 0);
        test_failure("%s: %.*s", rows[i].command, BD_ARG(snapshot->why_not));
        CHECK_EQ_INT(snapshot->completeness, BD_COMPLETE_YES);
    }
    scan_bench_close(&bench);
}

TEST(scan, an_empty_list_whose_command_names_a_part_or_no_place_shows_nothing) {
    static const char *const commands[] = {
        "az network nsg list",                                     /* of which subscription? */
        "az network nsg list --subscription somewhere",            /* a name that nobody knows */
        "az disk-encryption-set list --subscription " SCAN_SUB_A,  /* one of two lists of S18 */
        "az disk list --subscription " SCAN_SUB_A,                 /* and so is this */
        "az network watcher flow-log list --location westeurope --subscription " SCAN_SUB_A,
        "az policy exemption list --subscription " SCAN_SUB_A,     /* not what is inherited */
        "az role assignment list --all --subscription " SCAN_SUB_A,
        "az keyvault list --subscription " SCAN_SUB_A,             /* needs show beside it */
        "az rest --url https://graph.microsoft.com/v1.0/users",
        "az network nsg list --subscription " SCAN_SUB_A " | jq '[]'",
        "az network nsg list --subscription " SCAN_SUB_A "; az network vnet list",
        "az account set -s x && az network nsg list --subscription " SCAN_SUB_A,
        "az network nsg show --subscription " SCAN_SUB_A,
        "az network nsg",
        "az",
        "portal: export of az network nsg list",
        "az monitor diagnostic-settings list --resource s -g rg",  /* a name is no id */
        "az monitor log-analytics query --workspace x --analytics-query AuditLogs",
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(commands); i++) {
        const bd_evidence *item = answered(&bench, "[]", commands[i]);
        test_failure("%s", commands[i]);
        CHECK_EQ_STR(item->source, "");
        CHECK_EQ_INT(bench.snapshots.count, 0);
    }
    scan_bench_close(&bench);
}

TEST(scan, the_command_of_an_empty_list_is_held_to_what_it_asks_for) {
    scan_bench bench = scan_bench_open();
    (void)answered(&bench, "[]", "az network nsg list -g rg --subscription " SCAN_SUB_A);
    const bd_snapshot *snapshot = scan_snapshot(&bench, "S01n", SCAN_SUB_A);
    CHECK(snapshot == NULL || !snapshot->may_pass); /* one group of resources */
    (void)answered(&bench, "[]",
                   "az network nsg list --query [?name=='x'] --subscription " SCAN_SUB_A);
    snapshot = scan_snapshot(&bench, "S01n", SCAN_SUB_A);
    CHECK(snapshot == NULL || !snapshot->may_pass);
    /* a sidecar that names the source is not contradicted by its command */
    (void)scan_alone(&bench, "[]",
                     "{\"source\":\"S17\",\"command\":\"az network nsg list --subscription " SCAN_SUB_A
                     "\"," AT "}");
    CHECK(scan_snapshot(&bench, "S01n", SCAN_SUB_A) == NULL);
    /* nor does a command make a list of records that say themselves what they are */
    const bd_evidence *item = answered(
        &bench, "[{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/s\",\"name\":\"s\",\"type\":"
        "\"Microsoft.Storage/storageAccounts\"}]",
        "az network nsg list --subscription " SCAN_SUB_A);
    CHECK_EQ_STR(item->source, "S17");
    CHECK(scan_snapshot(&bench, "S01n", SCAN_SUB_A) == NULL);
    /* no sidecar, no command */
    (void)scan_alone(&bench, "[]", NULL);
    CHECK_EQ_INT(bench.snapshots.count, 0);
    scan_bench_close(&bench);
}
