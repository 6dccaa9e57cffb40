/* The checks of 6.6: over records, and over engagements of a month. */
#include "make_whole.h"

#define NET SCAN_IN_A "Microsoft.Network/"
#define WORKSPACE SCAN_IN_A "Microsoft.OperationalInsights/workspaces/central"
#define FACTS                                                                                      \
    "{'central_workspace':'" WORKSPACE "','production_scope':['/subscriptions/" SCAN_SUB_A "']}"

TEST(checks_06_network, answer_as_the_cases_say) {
    whole_cases("06-network.case", 36);
}

/* ---- subnets ---- */

static const char *judge_network(const char *subnets) {
    whole *w = whole_open(FACTS);
    whole_add(
        w,
        bd_str_format(
            test_arena(),
            "{\"value\":[{\"id\":\"" NET "virtualNetworks/v\",\"name\":\"v\",\"type\":\"Microsoft."
            "Network/virtualNetworks\",\"properties\":{\"provisioningState\":\"Succeeded\"%s}}]}",
            subnets)
            .data,
        "");
    whole_judge(w);
    const char *verdict = whole_verdict(w, "subnets-have-nsg");
    scan_bench_close(&w->bench);
    return verdict;
}

TEST(checks_06_network, each_subnet_is_judged_on_its_own) {
    static const struct {
        const char *subnets, *expected;
    } rows[] = {
        {",\"subnets\":[{\"name\":\"a\",\"properties\":{\"addressPrefix\":\"10.0.0.0/24\","
         "\"networkSecurityGroup\":{\"id\":\"/x\"}}}]",
         "pass"},
        {",\"subnets\":[{\"name\":\"a\",\"properties\":{\"addressPrefix\":\"10.0.0.0/24\"}}]",
         "fail"},
        {",\"subnets\":[{\"name\":\"a\",\"addressPrefixes\":[\"10.0.0.0/24\"],"
         "\"networkSecurityGroup\":null}]",
         "fail"}, /* az */
        {",\"subnets\":[{\"name\":\"gatewaysubnet\",\"properties\":{\"addressPrefix\":"
         "\"10.0.0.0/24\"}}]",
         "not-applicable"},
        {",\"subnets\":[{\"name\":\"a\",\"id\":\"/x\"}]", "cannot-tell"}, /* named and no more */
        {"", "cannot-tell"},
        {",\"subnets\":[]", "not-applicable"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *got = judge_network(rows[i].subnets);
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

/* ---- rules of one's own ---- */

static const char *judge_group(const char *members) {
    whole *w = whole_open(FACTS);
    whole_add(w,
              bd_str_format(test_arena(),
                            "{\"value\":[{\"id\":\"" NET
                            "networkSecurityGroups/n\",\"name\":\"n\",\"type\":"
                            "\"Microsoft.Network/networkSecurityGroups\",\"properties\":{%s}}]}",
                            members)
                  .data,
              "");
    whole_judge(w);
    const char *verdict = whole_verdict(w, "nsg-own-rules");
    scan_bench_close(&w->bench);
    return verdict;
}

#define ATTACHED "\"subnets\":[{\"id\":\"/s\"}],\"provisioningState\":\"Succeeded\","
#define ALLOW(source, ports)                                                                       \
    "{\"name\":\"r\",\"properties\":{\"access\":\"Allow\",\"direction\":\"Inbound\",\"priority\":" \
    "100,\"protocol\":"                                                                            \
    "\"*\",\"sourcePortRange\":\"*\",\"destinationAddressPrefix\":\"*\"," source "," ports "}}"

TEST(checks_06_network, a_wide_open_rule_is_found_however_it_is_spelled) {
    static const struct {
        const char *members, *expected;
    } rows[] = {
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"10.0.0.0/8\"",
                                              "\"destinationPortRange\":\"443\"") "]",
         "pass"},
        {ATTACHED "\"securityRules\":[]", "fail"}, /* the default rules only */
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"*\"",
                                              "\"destinationPortRange\":\"*\"") "]",
         "fail"},
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"internet\"",
                                              "\"destinationPortRange\":\"0-65535\"") "]",
         "fail"},
        {ATTACHED
         "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"::/0\"",
                                     "\"destinationPortRange\":\"\",\"destinationPortRanges\":[\"1-"
                                     "30000\",\"30001-65535\"]") "]",
         "fail"},
        {ATTACHED
         "\"securityRules\":[" ALLOW("\"sourceAddressPrefixes\":[\"0.0.0.0/1\",\"128.0.0.0/1\"]",
                                     "\"destinationPortRange\":\"*\"") "]",
         "fail"},
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"*\"",
                                              "\"destinationPortRange\":\"443\"") "]",
         "pass"},
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"VirtualNetwork\"",
                                              "\"destinationPortRange\":\"*\"") "]",
         "pass"},
        {ATTACHED
         "\"securityRules\":[" ALLOW("\"sourceApplicationSecurityGroups\":[{\"id\":\"/a\"}]",
                                     "\"destinationPortRange\":\"*\"") "]",
         "pass"},
        {ATTACHED "\"securityRules\":[" ALLOW("\"sourceAddressPrefix\":\"*\"",
                                              "\"destinationPortRange\":\"all\"") "]",
         "cannot-tell"},
        {"\"provisioningState\":\"Succeeded\",\"securityRules\":[]",
         "not-applicable"},                      /* attached to nothing */
        {"\"securityRules\":[]", "cannot-tell"}, /* does not say what it is attached to */
        {"\"provisioningState\":\"Succeeded\"", "cannot-tell"}, /* a line of `az resource list` */
        {"\"provisioningState\":\"Succeeded\",\"subnets\":null", "cannot-tell"},
        {"\"provisioningState\":\"Succeeded\",\"subnets\":null,\"networkInterfaces\":null",
         "not-applicable"},
        {ATTACHED "\"defaultSecurityRules\":[]", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        const char *got = judge_group(rows[i].members);
        test_failure("row %zu: %s", i, got);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

/* ---- flow logs ---- */

#define GROUP(members)                                                                             \
    "{\"value\":[{\"id\":\"" NET                                                                   \
    "networkSecurityGroups/n\",\"name\":\"n\",\"location\":\"westeurope\",\"type\":"               \
    "\"Microsoft.Network/"                                                                         \
    "networkSecurityGroups\",\"properties\":{\"provisioningState\":\"Succeeded\","                 \
    "\"securityRules\":[]" members "}}]}"
#define ON_SUBNET ",\"subnets\":[{\"id\":\"" NET "virtualNetworks/V/subnets/s\"}]"
#define ON_CARD ",\"networkInterfaces\":[{\"id\":\"" NET "networkInterfaces/card\"}]"
#define FLOW(target, more)                                                                         \
    "{\"value\":[{\"id\":\"" NET                                                                   \
    "networkWatchers/w/flowLogs/f\",\"name\":\"f\",\"location\":\"westeurope\",\"type\":"          \
    "\"Microsoft.Network/networkWatchers/"                                                         \
    "flowLogs\",\"properties\":{\"targetResourceId\":\"" target "\"," more "}}]}"
#define ANALYTICS(workspace)                                                                       \
    "\"enabled\":true,\"retentionPolicy\":{\"days\":0,\"enabled\":false},"                         \
    "\"flowAnalyticsConfiguration\":{"                                                             \
    "\"networkWatcherFlowAnalyticsConfiguration\":{\"enabled\":true,\"workspaceResourceId\":"      \
    "\"" workspace "\"}}"

TEST(checks_06_network, a_flow_log_of_the_virtual_network_covers_the_group) {
    static const struct {
        const char *group, *flow, *expected;
    } rows[] = {
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v", ANALYTICS(WORKSPACE)), "pass"},
        {GROUP(ON_SUBNET), FLOW(NET "networkSecurityGroups/N", ANALYTICS(WORKSPACE)), "pass"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v/subnets/s", ANALYTICS(WORKSPACE)), "pass"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v/subnets/other", ANALYTICS(WORKSPACE)),
         "fail"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/other", ANALYTICS(WORKSPACE)), "fail"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v", ANALYTICS("/other")), "fail"},
        {GROUP(ON_SUBNET),
         FLOW(NET "virtualNetworks/v",
              ANALYTICS(WORKSPACE) ",\"enabledFilteringCriteria\":\"dstPort=22\""),
         "fail"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v", "\"enabled\":false"), "fail"},
        {GROUP(ON_SUBNET), FLOW(NET "virtualNetworks/v", "\"enabled\":true"),
         "cannot-tell"}, /* shows no more */
        {GROUP(ON_CARD), FLOW(NET "networkInterfaces/card", ANALYTICS(WORKSPACE)), "pass"},
        {GROUP(ON_SUBNET ON_CARD), FLOW(NET "virtualNetworks/v", ANALYTICS(WORKSPACE)),
         "fail"}, /* the card is not */
        {GROUP(""), FLOW(NET "virtualNetworks/v", ANALYTICS(WORKSPACE)), "not-applicable"},
        {GROUP(ON_SUBNET), NULL, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, rows[i].group, "");
        if (rows[i].flow != NULL) {
            whole_add(w, rows[i].flow, "");
        }
        whole_judge(w);
        const char *got = whole_verdict(w, "nsg-flow-logs");
        scan_bench_close(&w->bench);
        test_failure("row %zu: %s", i, got);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

/* ---- firewalls before gateways ---- */

#define GATEWAY(members)                                                                           \
    "{\"value\":[{\"id\":\"" NET                                                                   \
    "applicationGateways/g\",\"name\":\"g\",\"type\":\"Microsoft.Network/"                         \
    "applicationGateways\",\"properties\":{\"sku\":{\"tier\":\"WAF_v2\"},"                         \
    "\"frontendIPConfigurations\":[{\"id\":\"/pub\","                                              \
    "\"properties\":{\"publicIPAddress\":{\"id\":\"/ip\"}}},{\"id\":\"/"                           \
    "priv\",\"properties\":{}}]," members "}}]}"
#define LISTENER(front, more)                                                                      \
    "{\"id\":\"" NET "applicationGateways/g/httpListeners/"                                        \
    "l\",\"properties\":{\"frontendIPConfiguration\":{\"id\":\"" front "\"}" more "}}"
#define POLICY(name, state, mode)                                                                  \
    "{\"id\":\"" NET "ApplicationGatewayWebApplicationFirewallPolicies/" name                      \
    "\",\"name\":\"" name "\",\"type\":\"Microsoft.Network/"                                       \
    "ApplicationGatewayWebApplicationFirewallPolicies\",\"properties\":{\"policySettings\":{"      \
    "\"state\":\"" state "\",\"mode\":\"" mode "\"}}}"
#define USES(name)                                                                                 \
    "\"firewallPolicy\":{\"id\":\"" NET "applicationGatewayWebApplicationFirewallPolicies/" name   \
    "\"}"
#define BOTH                                                                                       \
    "{\"value\":[" POLICY("good", "Enabled", "Prevention") "," POLICY("weak", "Enabled",           \
                                                                      "Detection") "]}"

TEST(checks_06_network, the_policy_of_a_listener_overrides_that_of_its_gateway) {
    static const struct {
        const char *gateway, *inside, *policy;
    } rows[] = {
        {GATEWAY(USES("good") ",\"httpListeners\":[" LISTENER("/pub", "") "]"), "not-applicable",
         "pass"},
        {GATEWAY(USES("weak") ",\"httpListeners\":[" LISTENER("/pub", "") "]"), "not-applicable",
         "fail"},
        {GATEWAY(USES("weak") ",\"httpListeners\":[" LISTENER("/pub", "," USES("good")) "]"),
         "not-applicable", "pass"},
        {GATEWAY(USES("good") ",\"httpListeners\":[" LISTENER("/pub", "," USES("weak")) "]"),
         "not-applicable", "fail"},
        {GATEWAY(USES("good") ",\"urlPathMaps\":[{\"properties\":{\"pathRules\":[{\"id\":\"/"
                              "p\",\"properties\":{" USES(
                                  "weak") "}}]}}],\"httpListeners\":[" LISTENER("/pub", "") "]"),
         "not-applicable", "fail"},
        {GATEWAY("\"httpListeners\":[" LISTENER("/pub", "") "]"), "fail", "not-applicable"},
        {GATEWAY("\"webApplicationFirewallConfiguration\":{\"enabled\":true,\"firewallMode\":"
                 "\"Prevention\"},\"httpListeners\":[" LISTENER("/pub", "") "]"),
         "pass", "not-applicable"},
        {GATEWAY("\"webApplicationFirewallConfiguration\":{\"enabled\":true,\"firewallMode\":"
                 "\"Detection\"},\"httpListeners\":[" LISTENER("/pub", "") "]"),
         "fail", "not-applicable"},
        {GATEWAY("\"httpListeners\":[" LISTENER("/priv", "") "]"), "not-applicable",
         "not-applicable"},
        {GATEWAY(USES("gone") ",\"httpListeners\":[" LISTENER("/pub", "") "]"), "not-applicable",
         "fail"},
        {GATEWAY("\"operationalState\":\"Running\""), "cannot-tell", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(w, rows[i].gateway, "");
        whole_add(w, BOTH, "");
        whole_judge(w);
        bd_str inside = bd_str_of(whole_verdict(w, "gateway-waf-inside"));
        bd_str policy = bd_str_of(whole_verdict(w, "gateway-waf-policy"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(inside, rows[i].inside);
        CHECK_EQ_STR(policy, rows[i].policy);
    }
}

/* ---- front doors ---- */

#define PROFILE SCAN_IN_A "Microsoft.Cdn/profiles/p"
#define AFD                                                                                        \
    "{\"value\":[{\"id\":\"" PROFILE "\",\"name\":\"p\",\"type\":\"Microsoft.Cdn/"                 \
    "profiles\",\"sku\":{\"name\":\"Premium_AzureFrontDoor\"},"                                    \
    "\"properties\":{\"provisioningState\":\"Succeeded\"}}]}"
#define ENDPOINT(state)                                                                            \
    "{\"value\":[{\"id\":\"" PROFILE                                                               \
    "/afdendpoints/e\",\"name\":\"e\",\"type\":\"Microsoft.Cdn/profiles/"                          \
    "afdendpoints\",\"properties\":{\"enabledState\":\"" state "\"}}]}"
#define ASSOCIATION(domain) ASSOCIATIONS("{\"domains\":[{\"id\":\"" domain "\"}]," ALL_PATHS "}")
#define ALL_PATHS "\"patternsToMatch\":[\"/*\"]"
#define ASSOCIATED(more) "{\"domains\":[{\"id\":\"" PROFILE "/afdEndpoints/e\"}]" more "}"
#define ASSOCIATIONS(list)                                                                         \
    "{\"value\":[{\"id\":\"" PROFILE                                                               \
    "/securitypolicies/s\",\"name\":\"s\",\"type\":\"Microsoft.Cdn/profiles/"                      \
    "securitypolicies\",\"properties\":{\"parameters\":{\"wafPolicy\":{\"id\":\"" NET              \
    "frontdoorwebapplicationfirewallpolicies/"                                                     \
    "w\"},\"associations\":[" list "]}}}]}"
#define DOOR_POLICY(mode)                                                                          \
    "{\"value\":[{\"id\":\"" NET                                                                   \
    "frontDoorWebApplicationFirewallPolicies/w\",\"name\":\"w\",\"type\":\"Microsoft.Network/"     \
    "frontDoorWebApplicationFirewallPolicies\",\"properties\":{\"policySettings\":{"               \
    "\"enabledState\":\"Enabled\",\"mode\":\"" mode "\"}}}]}"

TEST(checks_06_network, each_endpoint_of_a_front_door_stands_behind_a_policy_that_blocks) {
    static const struct {
        const char *endpoints, *association, *policy, *read, *associated, *blocks;
    } rows[] = {
        {ENDPOINT("Enabled"), ASSOCIATION(PROFILE "/afdEndpoints/E"), DOOR_POLICY("Prevention"),
         "pass", "pass", "pass"},
        /* paths that no association names stand open; one of all paths makes up for it */
        {ENDPOINT("Enabled"), ASSOCIATIONS(ASSOCIATED(",\"patternsToMatch\":[\"/api/*\"]")),
         DOOR_POLICY("Prevention"), "pass", "fail", "pass"},
        {ENDPOINT("Enabled"),
         ASSOCIATIONS(ASSOCIATED(",\"patternsToMatch\":[\"/api/*\"]") "," ASSOCIATED("," ALL_PATHS)),
         DOOR_POLICY("Prevention"), "pass", "pass", "pass"},
        {ENDPOINT("Enabled"), ASSOCIATIONS(ASSOCIATED("")), DOOR_POLICY("Prevention"), "pass",
         "cannot-tell", "pass"},
        /* one for some routes leaves the others of the domain open, or not: that is not read */
        {ENDPOINT("Enabled"),
         ASSOCIATIONS(ASSOCIATED("," ALL_PATHS ",\"routes\":[{\"id\":\"" PROFILE
                                 "/afdEndpoints/e/routes/r\"}]")),
         DOOR_POLICY("Prevention"), "pass", "cannot-tell", "pass"},
        {ENDPOINT("Enabled"), ASSOCIATIONS(ASSOCIATED("," ALL_PATHS ",\"routes\":[]")),
         DOOR_POLICY("Prevention"), "pass", "pass", "pass"},
        {ENDPOINT("Enabled"), ASSOCIATION(PROFILE "/customdomains/d"), DOOR_POLICY("Prevention"),
         "pass", "fail", "pass"},
        {ENDPOINT("Enabled"), ASSOCIATION(PROFILE "/afdEndpoints/e"), DOOR_POLICY("Detection"),
         "pass", "pass", "fail"},
        {ENDPOINT("Disabled"), ASSOCIATION(PROFILE "/customdomains/d"), DOOR_POLICY("Prevention"),
         "pass", "not-applicable", "pass"},
        {NULL, ASSOCIATION(PROFILE "/afdEndpoints/e"), DOOR_POLICY("Prevention"), "cannot-tell",
         "missing", "pass"},
        {ENDPOINT("Enabled"), NULL, DOOR_POLICY("Prevention"), "pass", "cannot-tell", "missing"},
        {ENDPOINT("Enabled"), ASSOCIATION(PROFILE "/afdEndpoints/e"), NULL, "pass", "pass",
         "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        const char *const files[] = {AFD, rows[i].endpoints, rows[i].association, rows[i].policy};
        for (size_t f = 0; f < BD_COUNT(files); f++) {
            if (files[f] != NULL) {
                whole_add(w, files[f], "");
            }
        }
        whole_judge(w);
        bd_str read = bd_str_of(whole_verdict(w, "frontdoor-endpoints-read"));
        bd_str associated = bd_str_of(whole_verdict(w, "frontdoor-endpoints-associated"));
        bd_str blocks = bd_str_of(whole_verdict(w, "frontdoor-waf-policy"));
        bd_str domains = bd_str_of(whole_verdict(w, "frontdoor-domains-read"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(read, rows[i].read);
        CHECK_EQ_STR(associated, rows[i].associated);
        CHECK_EQ_STR(blocks, rows[i].blocks);
        CHECK_EQ_STR(domains, "cannot-tell"); /* nobody read the custom domains */
    }
}

TEST(checks_06_network, a_scale_set_that_gives_its_machines_addresses_fails) {
    static const struct {
        const char *members, *expected;
    } rows[] = {
        {",\"properties\":{\"provisioningState\":\"Succeeded\",\"virtualMachineProfile\":{"
         "\"networkProfile\":{\"networkInterfaceConfigurations\":[{\"properties\":{"
         "\"ipConfigurations\":[{\"name\":\"c\",\"properties\":{}}]}}]}}}",
         "pass"},
        {",\"properties\":{\"provisioningState\":\"Succeeded\",\"virtualMachineProfile\":{"
         "\"networkProfile\":{\"networkInterfaceConfigurations\":[{\"properties\":{"
         "\"ipConfigurations\":[{\"name\":\"c\",\"properties\":{\"publicIPAddressConfiguration\":{"
         "\"name\":\"p\"}}}]}}]}}}",
         "fail"},
        {"", "cannot-tell"},
        /* `az resource list` shows the state of every resource and nothing of what it is */
        {",\"provisioningState\":\"Succeeded\",\"sku\":{\"name\":\"Standard_B2s\"}", "cannot-tell"},
        {",\"properties\":{\"provisioningState\":\"Succeeded\",\"virtualMachineProfile\":{"
         "\"osProfile\":{}}}",
         "cannot-tell"},
        {",\"properties\":{\"provisioningState\":\"Succeeded\",\"orchestrationMode\":\"Flexible\"}",
         "pass"}, /* its machines have cards of their own */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        whole_add(
            w,
            bd_str_format(test_arena(),
                          "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":["
                          "{\"id\":\"" SCAN_IN_A "Microsoft.Compute/virtualMachineScaleSets/"
                          "s\",\"name\":\"s\",\"type\":\"microsoft.compute/"
                          "virtualmachinescalesets\",\"subscriptionId\":\"" SCAN_SUB_A "\"%s}]}",
                          rows[i].members)
                .data,
            ",\"source\":\"S77\"");
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "scale-sets-without-public-addresses"));
        scan_bench_close(&w->bench);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* A design exclusion names the subnet or the interface, and holds from its approval on. */
TEST(checks_06_network, an_approved_exclusion_takes_out_one_attachment) {
    static const struct {
        const char *resource, *approved, *expected;
    } rows[] = {
        {"", "2025-12-01", "fail"},
        {NET "networkInterfaces/card", "2025-12-01", "pass"},
        {NET "networkInterfaces/card", "2026-01-16", "fail"},
        {NET "networkInterfaces/other", "2025-12-01", "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open(FACTS);
        bd_day day = 0;
        CHECK(bd_day_parse(bd_str_of(rows[i].approved), &day));
        *bd_push(test_arena(), &w->engagement.exclusions) =
            (bd_exclusion){.check = BD_STR_INIT("nsg-flow-logs"),
                           .resource = bd_str_lower(test_arena(), bd_str_of(rows[i].resource)),
                           .approved_on = day,
                           .expires_on = BD_DAY_NONE};
        whole_add(w, GROUP(ON_SUBNET ON_CARD), "");
        whole_add(w, FLOW(NET "virtualNetworks/v", ANALYTICS(WORKSPACE)), "");
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "nsg-flow-logs"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
