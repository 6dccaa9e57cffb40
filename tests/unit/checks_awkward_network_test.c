/* Awkward inputs of flow logs, firewalls, transfer, logs of resources and machines (6.6.4 to 6.7.4, 7.1, 7.3, 7.6), one
 * engagement each.  Oracle: the rules of the items, worked by hand. */
#include "make_whole.h"

#define NET SCAN_IN_A "Microsoft.Network/"
#define WORKSPACE SCAN_IN_A "Microsoft.OperationalInsights/workspaces/central"
#define FACTS                                                                                      \
    "{'central_workspace':'" WORKSPACE "','production_scope':['/subscriptions/" SCAN_SUB_A "']}"
#define PAGE(records) "{'value':[" records "]}"

/* JSON in single quotes. */
static bd_str in_double_quotes(const char *text) {
    bd_str copy = bd_str_copy(test_arena(), bd_str_of(text));
    char *bytes = bd_alloc(test_arena(), copy.size + 1, 1);
    for (size_t i = 0; i < copy.size; i++) {
        bytes[i] = copy.data[i] == '\'' ? '"' : copy.data[i];
    }
    return (bd_str){bytes, copy.size};
}

static void add_json(whole *w, const char *text, const char *more) {
    whole_add(w, in_double_quotes(text).data, more);
}

typedef struct {
    const char *files[4], *expected;
} row;

static void check_rows(const char *check, const char *facts, const row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        whole *w = whole_open(facts);
        for (size_t f = 0; f < BD_COUNT(rows[i].files) && rows[i].files[f] != NULL; f++) {
            bool is_inventory = strstr(rows[i].files[f], "totalRecords") != NULL;
            add_json(w, rows[i].files[f], is_inventory ? ",\"source\":\"S77\"" : "");
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, check));
        scan_bench_close(&w->bench);
        test_failure("%s, row %zu: %.*s", check, i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
#define ROWS(check, facts, rows) check_rows((check), (facts), (rows), BD_COUNT(rows))

/* ---- 6.6.4: flow logs ---- */

#define GROUP(more)                                                                                \
    PAGE("{'id':'" NET "networkSecurityGroups/n','name':'n','location':'westeurope','type':"       \
         "'Microsoft.Network/networkSecurityGroups','properties':{'provisioningState':"            \
         "'Succeeded','securityRules':[],'subnets':[{'id':'" NET "virtualNetworks/v/subnets/s'}]"  \
         more "}}")
/* One of the group of the region's watcher, as it always is. */
#define FLOW(target, more)                                                                         \
    "{'id':'/subscriptions/" SCAN_SUB_A "/resourceGroups/NetworkWatcherRG/providers/"              \
    "Microsoft.Network/networkWatchers/NetworkWatcher_westeurope/flowLogs/f','name':'f',"          \
    "'location':'westeurope','type':'Microsoft.Network/networkWatchers/flowLogs','properties':{"   \
    "'targetResourceId':'" target "','enabled':true,'retentionPolicy':{'days':0,'enabled':false}"  \
    more "}}"
#define TO_WORKSPACE(guid, id, on)                                                                 \
    ",'flowAnalyticsConfiguration':{'networkWatcherFlowAnalyticsConfiguration':{'enabled':" on     \
    ",'workspaceId':'" guid "','workspaceRegion':'westeurope','workspaceResourceId':'" id "'}}"
#define VNET NET "virtualNetworks/v"

TEST(checks_awkward, a_flow_log_counts_by_where_it_sends_and_not_by_who_mentions_it) {
    static const row rows[] = {
        {{GROUP(""), PAGE(FLOW(VNET, TO_WORKSPACE("g", WORKSPACE, "true")))}, "pass"},
        /* the guid is a placeholder; the id of the workspace decides */
        {{GROUP(""), PAGE(FLOW(VNET, TO_WORKSPACE("-", WORKSPACE, "true")))}, "pass"},
        {{GROUP(""), PAGE(FLOW(VNET, TO_WORKSPACE("-", "-", "true")))}, "fail"},
        {{GROUP(""), PAGE(FLOW(VNET, TO_WORKSPACE("-", "", "true")))}, "cannot-tell"}, /* not shown */
        {{GROUP(""), PAGE(FLOW(VNET, TO_WORKSPACE("g", WORKSPACE, "false")))}, "fail"},
        {{GROUP(""),
          PAGE(FLOW(VNET, ",'enabledFilteringCriteria':''" TO_WORKSPACE("g", WORKSPACE, "true")))},
         "pass"}, /* no filter is written as an empty text */
        {{GROUP(""),
          PAGE(FLOW(VNET, ",'enabledFilteringCriteria':'srcIP=10.0.0.4'" TO_WORKSPACE(
                              "g", WORKSPACE, "true")))},
         "fail"},
        /* recordTypes leaves out the states of flows that it does not name */
        {{GROUP(""),
          PAGE(FLOW(VNET, ",'recordTypes':'D'" TO_WORKSPACE("g", WORKSPACE, "true")))},
         "fail"},
        {{GROUP(""),
          PAGE(FLOW(VNET, ",'recordTypes':'B,C,E'" TO_WORKSPACE("g", WORKSPACE, "true")))},
         "fail"},
        {{GROUP(""),
          PAGE(FLOW(VNET, ",'recordTypes':'B,C,E,D'" TO_WORKSPACE("g", WORKSPACE, "true")))},
         "pass"},
        {{GROUP(""), PAGE(FLOW(VNET, ",'recordTypes':null" TO_WORKSPACE("g", WORKSPACE, "true")))},
         "pass"},
        /* the group only says that there is one */
        {{GROUP(",'flowLogs':[{'id':'/subscriptions/" SCAN_SUB_A
                "/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/"
                "NetworkWatcher_westeurope/flowLogs/f'}]")},
         "cannot-tell"},
        {{GROUP(""), PAGE(FLOW(VNET "2", TO_WORKSPACE("g", WORKSPACE, "true")))}, "fail"},
    };
    ROWS("nsg-flow-logs", FACTS, rows);
}

/* ---- 6.6.3: groups one behind the other ---- */

#define RULE(access, priority)                                                                     \
    "{'name':'" access "','properties':{'access':'" access "','direction':'Inbound','priority':"   \
    priority ",'protocol':'*','sourceAddressPrefix':'*','sourcePortRange':'*',"                    \
    "'destinationAddressPrefix':'*','destinationPortRange':'22'}}"
#define NSG(name, at, rules)                                                                       \
    "{'id':'" NET "networkSecurityGroups/" name "','name':'" name "','type':"                      \
    "'Microsoft.Network/networkSecurityGroups','properties':{'provisioningState':'Succeeded',"     \
    "'securityRules':[" rules "],'defaultSecurityRules':[]," at "}}"
#define ON_SUBNET "'subnets':[{'id':'" NET "virtualNetworks/v/subnets/s'}]"
#define ON_CARD "'networkInterfaces':[{'id':'" NET "networkInterfaces/c'}]"

/* That a group behind it denies what one lets in makes the machine safe, and not the group. */
TEST(checks_awkward, a_group_that_lets_in_fails_whatever_another_one_denies) {
    static const row rows[] = {
        {{PAGE(NSG("a", ON_SUBNET, RULE("Allow", "100")) "," NSG("b", ON_CARD,
                                                                 RULE("Deny", "100")))},
         "fail"},
        {{PAGE(NSG("a", ON_SUBNET, RULE("Deny", "100") "," RULE("Allow", "200")) "," NSG(
             "b", ON_CARD, RULE("Deny", "100")))},
         "pass"},
        {{PAGE(NSG("a", "'subnets':[]", RULE("Allow", "100")))}, "fail"}, /* attached to nothing */
    };
    ROWS("nsg-admin-ports", FACTS, rows);
}

/* ---- 6.6.5: firewalls ---- */

#define GATEWAY                                                                                    \
    PAGE("{'id':'" NET "applicationGateways/g','name':'g','type':'Microsoft.Network/"              \
         "applicationGateways','properties':{'sku':{'tier':'WAF_v2'},'frontendIPConfigurations':[" \
         "{'id':'/pub','properties':{'publicIPAddress':{'id':'/ip'}}}],'firewallPolicy':{'id':'"   \
         NET "applicationGatewayWebApplicationFirewallPolicies/p'},'httpListeners':[{'id':'" NET   \
         "applicationGateways/g/httpListeners/l','properties':{'frontendIPConfiguration':{'id':"   \
         "'/pub'}}}]}}")
#define SETTINGS_OF(kind, settings)                                                                \
    PAGE("{'id':'" NET kind "/p','name':'p','type':'Microsoft.Network/" kind "','properties':{"    \
         "'policySettings':{" settings "}}}")
#define OF_GATEWAY "ApplicationGatewayWebApplicationFirewallPolicies"
#define OF_DOOR "frontDoorWebApplicationFirewallPolicies"
#define CLASSIC(link)                                                                              \
    PAGE("{'id':'" NET "frontDoors/d','name':'d','type':'Microsoft.Network/frontDoors',"           \
         "'properties':{'frontendEndpoints':[{'id':'" NET "frontDoors/d/frontendEndpoints/f',"     \
         "'name':'f','properties':{'hostName':'h'" link "}}]}}")
#define LINKED ",'webApplicationFirewallPolicyLink':{'id':'" NET OF_DOOR "/P'}"

/* Gateways say `state` of a policy, front doors `enabledState`: the other's word shows nothing. */
TEST(checks_awkward, a_firewall_policy_is_on_by_the_word_of_its_own_kind) {
    static const row gateways[] = {
        {{GATEWAY, SETTINGS_OF(OF_GATEWAY, "'state':'Enabled','mode':'Prevention'")}, "pass"},
        {{GATEWAY, SETTINGS_OF(OF_GATEWAY, "'state':'Disabled','mode':'Prevention'")}, "fail"},
        {{GATEWAY, SETTINGS_OF(OF_GATEWAY, "'state':'Enabled','mode':'Detection'")}, "fail"},
        {{GATEWAY, SETTINGS_OF(OF_GATEWAY, "'enabledState':'Enabled','mode':'Prevention'")},
         "cannot-tell"},
        {{GATEWAY}, "cannot-tell"},
    };
    ROWS("gateway-waf-policy", FACTS, gateways);
    static const row doors[] = {
        {{CLASSIC(LINKED), SETTINGS_OF(OF_DOOR, "'enabledState':'Enabled','mode':'Prevention'")},
         "pass"},
        {{CLASSIC(LINKED), SETTINGS_OF(OF_DOOR, "'enabledState':'Disabled','mode':'Prevention'")},
         "fail"},
        {{CLASSIC(LINKED), SETTINGS_OF(OF_DOOR, "'enabledState':'Enabled','mode':'Detection'")},
         "fail"},
        {{CLASSIC(LINKED), SETTINGS_OF(OF_DOOR, "'state':'Enabled','mode':'Prevention'")},
         "cannot-tell"},
        {{CLASSIC(LINKED)}, "cannot-tell"},
        {{CLASSIC(""), SETTINGS_OF(OF_DOOR, "'enabledState':'Enabled','mode':'Prevention'")},
         "not-applicable"}, /* the other check fails it */
    };
    ROWS("frontdoor-classic-policy", FACTS, doors);
    static const row links[] = {
        {{CLASSIC(LINKED)}, "pass"},
        {{CLASSIC("")}, "fail"},
        {{CLASSIC(",'webApplicationFirewallPolicyLink':null")}, "fail"},
    };
    ROWS("frontdoor-classic-linked", FACTS, links);
}

#define PROFILE SCAN_IN_A "Microsoft.Cdn/profiles/p"
#define AFD(sku)                                                                                   \
    PAGE("{'id':'" PROFILE "','name':'p','type':'Microsoft.Cdn/profiles','sku':{'name':'" sku      \
         "'},'properties':{'provisioningState':'Succeeded'}}")
#define DOMAIN(state)                                                                              \
    PAGE("{'id':'" PROFILE "/customdomains/d','name':'d','type':'Microsoft.Cdn/profiles/"          \
         "customdomains','properties':{'hostName':'h'" state "}}")
#define NAMES(domain, paths)                                                                       \
    PAGE("{'id':'" PROFILE "/securitypolicies/s','name':'s','type':'Microsoft.Cdn/profiles/"       \
         "securitypolicies','properties':{'parameters':{'wafPolicy':{'id':'" NET OF_DOOR           \
         "/p'},'associations':[{'domains':[{'id':'" PROFILE domain "'}],'patternsToMatch':["       \
         paths "]}]}}}")

TEST(checks_awkward, a_custom_domain_stands_behind_a_policy_of_its_own_profile) {
    static const row rows[] = {
        {{AFD("Premium_AzureFrontDoor"), DOMAIN(""), NAMES("/customDomains/D", "'/*'")}, "pass"},
        {{AFD("Premium_AzureFrontDoor"), DOMAIN(""), NAMES("/customDomains/d", "'/api/*'")},
         "fail"},
        {{AFD("Premium_AzureFrontDoor"), DOMAIN(""), NAMES("/customDomains/other", "'/*'")},
         "fail"},
        {{AFD("Premium_AzureFrontDoor"), DOMAIN("")}, "cannot-tell"},
    };
    ROWS("frontdoor-domains-associated", FACTS, rows);
    static const row read[] = {
        {{AFD("Premium_AzureFrontDoor"), DOMAIN("")}, "pass"},
        {{AFD("Premium_AzureFrontDoor")}, "cannot-tell"},
    };
    ROWS("frontdoor-domains-read", FACTS, read);
}

/* ---- 6.7.2: NFSv3 ---- */

#define STORE SCAN_IN_A "Microsoft.Storage/storageAccounts/nfs"
#define NFS_STORE                                                                                  \
    PAGE("{'id':'" STORE "','name':'nfs','type':'Microsoft.Storage/storageAccounts',"              \
         "'properties':{'isNfsV3Enabled':true,'supportsHttpsTrafficOnly':false}}")

/* That it speaks NFS takes no account out; an approved exclusion does, from its day to its end. */
TEST(checks_awkward, an_nfs_account_is_left_out_by_an_exclusion_in_force_alone) {
    static const struct {
        const char *resource, *approved, *expires, *expected;
    } rows[] = {
        {NULL, NULL, NULL, "fail"},
        {STORE, "2025-12-01", NULL, "not-applicable"},
        {STORE, "2026-01-15", NULL, "not-applicable"}, /* the day of the snapshot */
        {STORE, "2026-01-16", NULL, "fail"},
        {STORE, "2025-12-01", "2026-01-14", "fail"}, /* ended the day before */
        {STORE "2", "2025-12-01", NULL, "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        if (rows[i].resource != NULL) {
            bd_exclusion *out = bd_push(test_arena(), &w->engagement.exclusions);
            *out = (bd_exclusion){.check = BD_STR_INIT("storage-secure-transfer"),
                                  .resource =
                                      bd_str_lower(test_arena(), bd_str_of(rows[i].resource)),
                                  .expires_on = BD_DAY_NONE};
            CHECK(bd_day_parse(bd_str_of(rows[i].approved), &out->approved_on));
            CHECK(rows[i].expires == NULL ||
                  bd_day_parse(bd_str_of(rows[i].expires), &out->expires_on));
        }
        add_json(w, NFS_STORE, "");
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "storage-secure-transfer"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* ---- 7.3: logs of resources ---- */

#define RESOURCE(id, type)                                                                         \
    PAGE("{'id':'" id "','name':'r','type':'" type "','properties':{'provisioningState':"          \
         "'Succeeded'}}")
#define SETTING(id, logs, where)                                                                   \
    PAGE("{'id':'" id "/providers/microsoft.insights/diagnosticSettings/d','name':'d','type':"     \
         "'Microsoft.Insights/diagnosticSettings','properties':{'logs':[" logs "]" where "}}")
#define ON(category) "{'category':'" category "','enabled':true}"
#define OFF(category) "{'category':'" category "','enabled':false}"
#define GROUP_ON(name) "{'categoryGroup':'" name "','category':null,'enabled':true}"
#define SENT ",'workspaceId':'" WORKSPACE "'"
#define KV SCAN_IN_A "Microsoft.KeyVault/vaults/kv"
#define DATA SCAN_IN_A "Microsoft.Storage/storageAccounts/sa"
#define SERVER SCAN_IN_A "Microsoft.Sql/servers/sv"

TEST(checks_awkward, the_logs_of_a_vault_go_somewhere_or_do_not_count) {
    static const row rows[] = {
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"), SETTING(KV, ON("AuditEvent"), SENT)}, "pass"},
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"), SETTING(KV, GROUP_ON("audit"), SENT)},
         "pass"},
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"), SETTING(KV, OFF("AuditEvent"), SENT)},
         "fail"},
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"),
          SETTING(KV, ON("AzurePolicyEvaluationDetails"), SENT)},
         "fail"},
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"),
          SETTING(KV, ON("AuditEvent"), ",'workspaceId':'','storageAccountId':''")},
         "fail"},
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults"), SETTING(KV, ON("AuditEvent"), "")},
         "cannot-tell"}, /* where to is not shown */
        {{RESOURCE(KV, "Microsoft.KeyVault/vaults")}, "cannot-tell"},
    };
    ROWS("resource-logs-keyvault", "{'critical_resources':['" KV "']}", rows);
}

/* The logs of storage hang on its services: a setting of the account itself has metrics only. */
TEST(checks_awkward, the_logs_of_storage_hang_on_its_blob_service) {
#define BLOBS DATA "/blobServices/default"
#define ALL_THREE ON("StorageRead") "," ON("StorageWrite") "," ON("StorageDelete")
    static const row rows[] = {
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"), SETTING(BLOBS, ALL_THREE, SENT)},
         "pass"},
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"),
          SETTING(BLOBS, GROUP_ON("allLogs"), SENT)},
         "pass"},
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"),
          SETTING(BLOBS, ON("StorageRead") "," ON("StorageWrite"), SENT)},
         "fail"},
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"),
          SETTING(BLOBS, ON("StorageRead") "," ON("StorageWrite") "," OFF("StorageDelete"), SENT)},
         "fail"},
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"), SETTING(DATA, ALL_THREE, SENT)},
         "cannot-tell"},
        {{RESOURCE(DATA, "Microsoft.Storage/storageAccounts"),
          SETTING(DATA "/queueServices/default", ALL_THREE, SENT)},
         "cannot-tell"},
    };
    ROWS("resource-logs-storage", "{'critical_resources':['" DATA "']}", rows);
}

/* Of a server the master database speaks; a setting of another database is that database's alone. */
TEST(checks_awkward, the_logs_of_a_server_are_those_of_its_master_database) {
#define AUDITS ON("SQLSecurityAuditEvents")
    static const row servers[] = {
        {{RESOURCE(SERVER, "Microsoft.Sql/servers"),
          SETTING(SERVER "/databases/master", AUDITS, SENT)},
         "pass"},
        {{RESOURCE(SERVER, "Microsoft.Sql/servers"),
          SETTING(SERVER "/databases/master", ON("Errors"), SENT)},
         "fail"},
        {{RESOURCE(SERVER, "Microsoft.Sql/servers"),
          SETTING(SERVER "/databases/db", AUDITS, SENT)},
         "cannot-tell"},
    };
    ROWS("resource-logs-sql", "{'critical_resources':['" SERVER "']}", servers);
    static const row databases[] = {
        {{RESOURCE(SERVER "/databases/db", "Microsoft.Sql/servers/databases"),
          SETTING(SERVER "/databases/db", AUDITS, SENT)},
         "pass"},
        {{RESOURCE(SERVER "/databases/db", "Microsoft.Sql/servers/databases"),
          SETTING(SERVER "/databases/db", ON("Deadlocks"), SENT)},
         "fail"},
        {{RESOURCE(SERVER "/databases/db", "Microsoft.Sql/servers/databases"),
          SETTING(SERVER "/databases/master", AUDITS, SENT)},
         "cannot-tell"},
    };
    ROWS("resource-logs-sql-database", "{'critical_resources':['" SERVER "/databases/db']}",
         databases);
}

/* The category is sent by one switch, and written by another: auditing itself. */
TEST(checks_awkward, a_diagnostic_setting_sends_only_what_auditing_writes) {
#define AUDITING(id, type, members)                                                                \
    PAGE("{'id':'" id "/auditingSettings/default','name':'default','type':'" type                  \
         "/auditingSettings','properties':{" members "}}")
#define SERVER_AUDITING(members) AUDITING(SERVER, "Microsoft.Sql/servers", members)
#define DB_AUDITING(members) AUDITING(SERVER "/databases/db", "Microsoft.Sql/servers/databases", members)
#define A_SERVER RESOURCE(SERVER, "Microsoft.Sql/servers")
#define A_DB RESOURCE(SERVER "/databases/db", "Microsoft.Sql/servers/databases")
    static const row servers[] = {
        {{A_SERVER, SERVER_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':true")}, "pass"},
        {{A_SERVER, "{'id':'" SERVER "/auditingSettings/Default','name':'Default','resourceGroup':"
                    "'g','type':'Microsoft.Sql/servers/auditingSettings','state':'enabled',"
                    "'isAzureMonitorTargetEnabled':true,'storageEndpoint':''}"},
         "pass"}, /* az */
        {{A_SERVER, SERVER_AUDITING("'state':'Disabled','isAzureMonitorTargetEnabled':false")},
         "fail"},
        {{A_SERVER, SERVER_AUDITING("'state':'Disabled','isAzureMonitorTargetEnabled':true")},
         "fail"},
        {{A_SERVER, SERVER_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':false,"
                                    "'storageEndpoint':'https://a.blob.core.windows.net'")},
         "fail"}, /* the setting has nothing to send */
        {{A_SERVER, SERVER_AUDITING("'state':'Enabled'")}, "cannot-tell"},
        {{A_SERVER, DB_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':true")},
         "missing"}, /* of one of its databases */
        {{A_SERVER, SETTING(SERVER "/databases/master", AUDITS, SENT)}, "missing"},
        {{A_SERVER}, "missing"},
    };
    ROWS("sql-auditing-on", "{'critical_resources':['" SERVER "']}", servers);
    static const row databases[] = {
        {{A_DB, DB_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':true")}, "pass"},
        {{A_DB, DB_AUDITING("'state':'Disabled','isAzureMonitorTargetEnabled':false")},
         "cannot-tell"}, /* that of the server may reach it */
        {{A_DB, SERVER_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':true")},
         "cannot-tell"},
        {{A_DB}, "cannot-tell"},
    };
    ROWS("sql-database-auditing-on", "{'critical_resources':['" SERVER "/databases/db']}", databases);
}

/* One answer a day: that the switch was on at the end hides no day on which it was off. */
TEST(checks_awkward, a_day_without_auditing_is_judged_though_a_later_answer_shows_it_on) {
    static const char *const off = SERVER_AUDITING("'state':'Disabled','isAzureMonitorTargetEnabled':true");
    static const char *const on = SERVER_AUDITING("'state':'Enabled','isAzureMonitorTargetEnabled':true");
    for (int is_off = 0; is_off < 2; is_off++) {
        whole *w = whole_open("{'critical_resources':['" SERVER "']}");
        whole_add(w, in_double_quotes(A_SERVER).data, "");
        whole_add_at(w, "2026-01-14T06:00:00Z", in_double_quotes(is_off ? off : on).data, "");
        whole_add(w, in_double_quotes(on).data, "");
        whole_judge(w);
        test_failure("off on the day before: %d", is_off);
        CHECK_EQ_STR(bd_str_of(whole_verdict(w, "sql-auditing-on")), is_off ? "fail" : "pass");
        scan_bench_close(&w->bench);
    }
}

/* ---- 7.6: machines of each kind ---- */

#define LISTED(id, type)                                                                           \
    "{'totalRecords':1,'count':1,'resultTruncated':'false','data':[{'id':'" id                     \
    "','name':'m','type':'" type "','subscriptionId':'" SCAN_SUB_A "'}]}"
#define EDR(id, code)                                                                              \
    PAGE("{'id':'" id "/providers/Microsoft.Security/assessments/06e3a6db-6c0c-4ad9-943f-"         \
         "31d9d73ecf6c','name':'06e3a6db-6c0c-4ad9-943f-31d9d73ecf6c','type':"                     \
         "'Microsoft.Security/assessments','properties':{'resourceDetails':{'Source':'Azure',"     \
         "'Id':'" id "'},'displayName':'x','status':{" code "}}}")
#define ARC SCAN_IN_A "Microsoft.HybridCompute/machines/m"
#define SCALE SCAN_IN_A "Microsoft.Compute/virtualMachineScaleSets/m"

TEST(checks_awkward, arc_machines_and_scale_sets_are_machines_too) {
    static const row rows[] = {
        {{LISTED(ARC, "microsoft.hybridcompute/machines"), EDR(ARC, "'code':'Healthy'")}, "pass"},
        {{LISTED(ARC, "microsoft.hybridcompute/machines"), EDR(ARC, "'code':'Unhealthy'")},
         "fail"},
        {{LISTED(SCALE, "microsoft.compute/virtualmachinescalesets"),
          EDR(SCALE, "'code':'Unhealthy'")},
         "fail"},
        {{LISTED(SCALE, "microsoft.compute/virtualmachinescalesets"),
          EDR(SCALE, "'code':'NotApplicable','cause':'VmDeallocated'")},
         "cannot-tell"},
        {{LISTED(ARC, "microsoft.hybridcompute/machines"),
          EDR(ARC, "'code':'NotApplicable','cause':'OffByPolicy'")},
         "cannot-tell"},
        {{LISTED(ARC, "microsoft.hybridcompute/machines"),
          EDR(ARC, "'code':'NotApplicable','cause':'Exempt'")},
         "cannot-tell"},
    };
    ROWS("machines-onboarded", FACTS, rows);
#define VM SCAN_IN_A "Microsoft.Compute/virtualMachines/m"
#define ONE_VM RESOURCE(VM, "Microsoft.Compute/virtualMachines")
#define EDR_NAMED(code)                                                                            \
    PAGE("{'id':'" VM "/providers/Microsoft.Security/assessments/x','name':'x','type':"            \
         "'Microsoft.Security/assessments','properties':{'resourceDetails':{'Source':'Azure',"     \
         "'Id':'" VM "'},'displayName':'EDR solution should be installed on Virtual Machines',"    \
         "'status':{'code':'" code "'}}}")
    static const row servers[] = {
        {{ONE_VM, EDR_NAMED("Healthy")}, "pass"},
        {{ONE_VM, EDR_NAMED("Unhealthy")}, "fail"},
        {{ONE_VM}, "cannot-tell"},
    };
    ROWS("servers-protected", FACTS, servers);
}

/* ---- lists that were not read ---- */

#define VAULTS                                                                                     \
    PAGE("{'id':'" KV "','name':'kv','type':'Microsoft.KeyVault/vaults','properties':{"            \
         "'vaultUri':'https://kv.vault.azure.net/'}}")
#define TABLE(name, days)                                                                          \
    PAGE("{'id':'" WORKSPACE "/tables/" name "','name':'" name "','type':"                         \
         "'Microsoft.OperationalInsights/workspaces/tables','properties':{'plan':'Analytics',"     \
         "'totalRetentionInDays':" days "}}")
#define CENTRAL                                                                                    \
    PAGE("{'id':'" WORKSPACE "','name':'central','type':'Microsoft.OperationalInsights/"           \
         "workspaces','properties':{'provisioningState':'Succeeded'}}")

TEST(checks_awkward, a_list_that_nobody_read_leaves_open_what_it_would_show) {
    static const row certificates[] = {
        {{VAULTS, PAGE("{'id':'https://kv.vault.azure.net/certificates/c','attributes':{'enabled':"
                       "true,'exp':1777000000}}")},
         "pass"},
        {{VAULTS, PAGE("{'id':'https://other.vault.azure.net/certificates/c','attributes':{"
                       "'enabled':true}}")},
         "cannot-tell"},
        {{VAULTS, "{'error':{'code':'Forbidden','message':'firewall'}}"}, "cannot-tell"},
    };
    ROWS("vault-certificates-read", FACTS, certificates);
    static const row domains[] = {
        {{AFD("Standard_AzureFrontDoor"), DOMAIN("")}, "pass"},
        {{AFD("Standard_AzureFrontDoor")}, "cannot-tell"},
        {{AFD("Standard_Microsoft")}, "not-applicable"}, /* no front door */
    };
    ROWS("tls-frontdoor-domains-read", FACTS, domains);
    static const row kept[] = {
        {{CENTRAL, TABLE("SigninLogs", "365")}, "pass"},
        {{CENTRAL, TABLE("SigninLogs", "364")}, "fail"},
        {{CENTRAL, TABLE("SigninLogs", "null")}, "cannot-tell"},
        {{CENTRAL}, "cannot-tell"},
    };
    ROWS("entra-signinlogs-kept", FACTS, kept);
}
