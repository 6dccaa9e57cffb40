/* Security admin rules of Network Manager (6.6.3): asked before the groups, and so judged beside them. */
#include "make_whole.h"

#define MANAGER SCAN_IN_A "Microsoft.Network/networkManagers/nm"
#define COLLECTION MANAGER "/securityAdminConfigurations/c/ruleCollections/rc"
#define VALUE(items) "{\"value\":[" items "]}"
#define FIELDS(access, priority, protocol, source, port)                                           \
    "\"access\":\"" access "\",\"direction\":\"Inbound\",\"priority\":" priority                    \
    ",\"protocol\":\"" protocol "\",\"sources\":[{\"addressPrefix\":\"" source                      \
    "\",\"addressPrefixType\":\"IPPrefix\"}],\"destinations\":[{\"addressPrefix\":\"*\","           \
    "\"addressPrefixType\":\"IPPrefix\"}],\"sourcePortRanges\":[\"0-65535\"],"                      \
    "\"destinationPortRanges\":[\"" port "\"]"
/* As listNetworkManagerEffectiveSecurityAdminRules answers. */
#define RULE_OF(collection, name, fields)                                                          \
    "{\"id\":\"" collection "/rules/" name                                                          \
    "\",\"kind\":\"Custom\",\"ruleCollectionAppliesToGroups\":[{\"networkGroupId\":\"/g\"}],"       \
    "\"ruleGroups\":[{\"id\":\"/g\"}],\"properties\":{" fields ",\"provisioningState\":\"Succeeded\"}}"
#define RULE(name, access, priority, protocol, source, port)                                       \
    RULE_OF(COLLECTION, name, FIELDS(access, priority, protocol, source, port))
/* As the command line prints them, hoisted. */
#define RULE_AZ(name, access, priority, protocol, source, port)                                    \
    "{\"id\":\"" COLLECTION "/rules/" name                                                          \
    "\",\"kind\":\"Custom\",\"ruleGroups\":[{\"id\":\"/g\"}],\"ruleCollectionAppliesToGroups\":"    \
    "null," FIELDS(access, priority, protocol, source, port) "}"
/* What is configured, by `... rule list`: nothing shows that it was deployed. */
#define CONFIGURED(name, access, priority, source, port)                                           \
    "{\"id\":\"" COLLECTION "/rules/" name                                                          \
    "\",\"kind\":\"Custom\",\"type\":\"Microsoft.Network/networkManagers/"                          \
    "securityAdminConfigurations/ruleCollections/rules\"," FIELDS(access, priority, "Tcp", source,  \
                                                                  port) "}"
#define OF_A ",\"source\":\"S03m\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" MANAGER "\"]}"

static void check_admin(const char *rules, const char *expected) {
    whole *w = whole_open("{}");
    whole_add(w, rules, OF_A);
    whole_judge(w);
    bd_str got = bd_str_of(whole_verdict(w, "admin-rules-no-admin-ports"));
    scan_bench_close(&w->bench);
    test_failure("%s: %.*s", rules, BD_ARG(got));
    CHECK_EQ_STR(got, expected);
}

TEST(checks, an_admin_rule_that_always_allows_the_internet_fails_whatever_the_groups_say) {
    check_admin(VALUE(RULE("a", "AlwaysAllow", "10", "Tcp", "Internet", "22")), "fail");
    check_admin("[" RULE_AZ("a", "AlwaysAllow", "10", "Any", "*", "3000-4000") "]", "fail");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "1", "Udp", "0.0.0.0/0", "3389")), "fail");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "10", "Udp", "*", "22")), "pass");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "10", "Tcp", "10.0.0.0/8", "22")), "pass");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "10", "Tcp", "*", "443")), "pass");
    check_admin(VALUE(RULE("a", "Allow", "10", "Tcp", "*", "22")), "pass"); /* the groups decide */
    check_admin(VALUE(RULE("a", "Deny", "10", "Tcp", "*", "22")), "pass");
}

TEST(checks, admin_rules_of_one_collection_are_asked_in_the_order_of_their_numbers) {
    check_admin(VALUE(RULE("d", "Deny", "9", "Any", "*", "0-65535") ","
                      RULE("a", "AlwaysAllow", "10", "Tcp", "*", "22")), "pass");
    check_admin(VALUE(RULE("d", "Deny", "11", "Any", "*", "0-65535") ","
                      RULE("a", "AlwaysAllow", "10", "Tcp", "*", "22")), "fail");
    check_admin(VALUE(RULE("d", "Deny", "9", "Any", "10.0.0.0/8", "22") ","
                      RULE("a", "AlwaysAllow", "10", "Tcp", "*", "22")), "fail");
    /* an Allow before it hands over to the groups */
    check_admin(VALUE(RULE("d", "Allow", "9", "Any", "*", "22") ","
                      RULE("a", "AlwaysAllow", "10", "Tcp", "*", "22")), "pass");
    /* another collection applies to other networks */
    check_admin(VALUE(RULE_OF(MANAGER "/securityAdminConfigurations/c/ruleCollections/other", "d",
                              FIELDS("Deny", "9", "Any", "*", "22")) ","
                      RULE("a", "AlwaysAllow", "10", "Tcp", "*", "22")), "fail");
}

TEST(checks, an_admin_rule_that_cannot_be_read_or_may_not_be_deployed_stays_open) {
    check_admin("[" CONFIGURED("a", "AlwaysAllow", "10", "*", "22") "]", "cannot-tell");
    check_admin("[" CONFIGURED("a", "Deny", "10", "*", "22") "]", "pass");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "10", "Tcp", "SomewhereNew", "22")), "cannot-tell");
    check_admin(VALUE(RULE("a", "Perhaps", "10", "Tcp", "*", "22")), "cannot-tell");
    check_admin(VALUE(RULE("a", "AlwaysAllow", "0", "Tcp", "*", "22")), "cannot-tell");
    check_admin("{\"value\":[]}", "not-applicable");
}

#define SEEN                                                                                       \
    "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":\"" MANAGER    \
    "\",\"name\":\"nm\",\"type\":\"microsoft.network/networkmanagers\",\"subscriptionId\":\"" SCAN_SUB_A "\"}]}"

TEST(checks, a_network_manager_whose_rules_nobody_read_leaves_the_ports_open) {
    static const struct {
        const char *rules, *expected;
    } rows[] = {
        {NULL, "cannot-tell"},
        {"[]", "pass"}, /* read, and it has none */
        {VALUE(RULE("a", "Deny", "10", "Tcp", "*", "22")), "pass"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = whole_open("{}");
        whole_add(w, SEEN, ",\"source\":\"S77\"");
        if (rows[i].rules != NULL) {
            whole_add(w, rows[i].rules, OF_A);
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "admin-rules-read"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
