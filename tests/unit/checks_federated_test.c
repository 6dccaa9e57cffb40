/* Identities that deploy by a repository's token (5.3 b): a gate that nobody has to pass is none. */
#include "make_whole.h"

#define GITHUB "https://token.actions.githubusercontent.com"
#define SUB "/subscriptions/" SCAN_SUB_A
#define CONTRIBUTOR "b24988ac-6180-42a0-ab88-20f7382dd24c"
#define READER "acdd72a7-3385-48ef-bd42-f606fba81ae7"
#define ACR_PULL "7f951dda-4ed3-4680-a7ca-43fe172d538d"
#define VALUE(items) "{\"value\":[" items "]}"
#define IDENTITY SUB "/resourceGroups/ops/providers/Microsoft.ManagedIdentity/userAssignedIdentities/deploy"
#define PRINCIPAL "aaaaaaaa-1111-4000-8000-000000000001"
#define APP_ID "aaaaaaaa-2222-4000-8000-000000000002"
#define APP_OBJECT "aaaaaaaa-3333-4000-8000-000000000003"
#define OF_A ",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A "\"]}"
#define OF_TENANT ",\"scope\":{\"kind\":\"tenant\",\"ids\":[]}"

#define INVENTORY                                                                                  \
    "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":\"" IDENTITY   \
    "\",\"name\":\"deploy\",\"type\":\"microsoft.managedidentity/userassignedidentities\","        \
    "\"subscriptionId\":\"" SCAN_SUB_A "\",\"properties\":{\"principalId\":\"" PRINCIPAL "\"}}]}"
#define IDENTITIES_AZ                                                                              \
    "[{\"clientId\":\"" APP_ID "\",\"id\":\"" IDENTITY "\",\"location\":\"westeurope\",\"name\":"      \
    "\"deploy\",\"principalId\":\"" PRINCIPAL "\",\"resourceGroup\":\"ops\",\"tags\":{},\"type\":"     \
    "\"Microsoft.ManagedIdentity/userAssignedIdentities\"}]"
#define ROLE(who, kind, role, scope)                                                               \
    "{\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/" who role                 \
    "\",\"name\":\"r\",\"type\":\"Microsoft.Authorization/roleAssignments\",\"properties\":{"       \
    "\"principalId\":\"" who "\",\"principalType\":\"" kind "\",\"scope\":\"" scope                 \
    "\",\"roleDefinitionId\":\"" SUB "/providers/Microsoft.Authorization/roleDefinitions/" role "\"}}"
/* As `az role assignment list --all` prints it. */
#define ROLE_AZ(who, role, scope)                                                                  \
    "[{\"condition\":null,\"id\":\"" SUB "/providers/Microsoft.Authorization/roleAssignments/r\","  \
    "\"name\":\"r\",\"principalId\":\"" who "\",\"principalName\":\"" APP_ID                        \
    "\",\"principalType\":\"ServicePrincipal\",\"roleDefinitionId\":\"" SUB                         \
    "/providers/Microsoft.Authorization/roleDefinitions/" role                                     \
    "\",\"roleDefinitionName\":\"x\",\"scope\":\"" scope                                            \
    "\",\"type\":\"Microsoft.Authorization/roleAssignments\"}]"
#define TRUSTS(issuer, subject)                                                                    \
    VALUE("{\"id\":\"" IDENTITY "/federatedIdentityCredentials/f\",\"name\":\"f\",\"type\":"        \
          "\"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials\","     \
          "\"properties\":{\"issuer\":\"" issuer "\",\"subject\":\"" subject                        \
          "\",\"audiences\":[\"api://AzureADTokenExchange\"]}}")
#define TRUSTS_AZ(subject)                                                                         \
    "[{\"audiences\":[\"api://AzureADTokenExchange\"],\"id\":\"" IDENTITY                           \
    "/federatedIdentityCredentials/f\",\"issuer\":\"" GITHUB "\",\"name\":\"f\",\"resourceGroup\":" \
    "\"ops\",\"subject\":\"" subject "\",\"type\":"                                                 \
    "\"Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials\"}]"
#define PROD SUB "/resourceGroups/prod"
#define BRANCH "repo:Contoso/pay:ref:refs/heads/main"

typedef struct {
    const char *credentials, *roles, *inventory, *expected;
} federated_row;

static const char facts[] =
    "{'production_scope':['" PROD "'],'production_gates':['contoso/pay/production'],'repositories':["
    "'contoso/web@main']}";

static whole *open_with_facts(void) {
    whole *w = whole_open(facts);
    w->engagement.facts =
        whole_json("{'production_scope':{'approved_on':'2025-12-01','value':['" PROD "']},"
                   "'production_gates':{'approved_on':'2025-12-01','value':['contoso/pay/production']},"
                   "'repositories':{'approved_on':'2025-12-01','value':['contoso/web@main']}}");
    return w;
}

static void check_federated(const federated_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        whole *w = open_with_facts();
        whole_add(w, rows[i].credentials, "");
        if (rows[i].roles != NULL) {
            whole_add(w, rows[i].roles, ",\"source\":\"S05\"" OF_A);
        }
        if (rows[i].inventory != NULL) {
            whole_add(w, rows[i].inventory, "");
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "deployment-identities-bound-to-gates"));
        bd_str why = bd_str_copy(test_arena(), whole_reason(w, "deployment-identities-bound-to-gates"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s: %.*s", i, BD_ARG(got), BD_ARG(why));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

#define MAY(role, scope) VALUE(ROLE(PRINCIPAL, "ServicePrincipal", role, scope))
TEST(checks, an_identity_that_writes_to_production_and_trusts_a_branch_fails) {
    static const federated_row rows[] = {
        {TRUSTS(GITHUB, BRANCH), MAY(CONTRIBUTOR, PROD), INVENTORY, "fail"},
        {TRUSTS_AZ(BRANCH), ROLE_AZ(PRINCIPAL, CONTRIBUTOR, PROD), INVENTORY, "fail"},
        {TRUSTS_AZ(BRANCH), ROLE_AZ(PRINCIPAL, CONTRIBUTOR, PROD), IDENTITIES_AZ, "fail"},
        {TRUSTS(GITHUB, "repo:contoso/web:pull_request"), MAY(CONTRIBUTOR, SUB), INVENTORY, "fail"},
        {TRUSTS(GITHUB, BRANCH), MAY(CONTRIBUTOR, PROD "/providers/Microsoft.Web/sites/s"),
         INVENTORY, "fail"},
        {TRUSTS(GITHUB, BRANCH), MAY(CONTRIBUTOR, "/providers/Microsoft.Management/managementGroups/m"),
         INVENTORY, "fail"},
        /* the gate alone opens it */
        {TRUSTS(GITHUB, "repo:contoso/pay:environment:production"), MAY(CONTRIBUTOR, PROD), INVENTORY,
         "pass"},
        /* production is not in its reach, or only to look at */
        {TRUSTS(GITHUB, BRANCH), MAY(CONTRIBUTOR, SUB "/resourceGroups/prod2"), INVENTORY, "pass"},
        {TRUSTS(GITHUB, BRANCH), MAY(READER, PROD), INVENTORY, "pass"},
        {TRUSTS(GITHUB, BRANCH), "{\"value\":[]}", INVENTORY, "pass"},
        /* what nobody shows stays open */
        {TRUSTS(GITHUB, BRANCH), MAY(ACR_PULL, PROD), INVENTORY, "cannot-tell"},
        {TRUSTS(GITHUB, BRANCH), MAY(CONTRIBUTOR, PROD), NULL, "cannot-tell"},
        {TRUSTS(GITHUB, BRANCH), NULL, INVENTORY, "cannot-tell"},
        {TRUSTS(GITHUB, BRANCH), VALUE(ROLE(APP_ID, "Group", CONTRIBUTOR, PROD)), INVENTORY,
         "cannot-tell"},
        {TRUSTS(GITHUB, "repo:stranger/x:ref:refs/heads/main"), MAY(CONTRIBUTOR, PROD), INVENTORY,
         "cannot-tell"},
        {TRUSTS(GITHUB, "repo:contoso/pay:environment:staging"), MAY(CONTRIBUTOR, PROD), INVENTORY,
         "cannot-tell"},
        {TRUSTS("https://gitlab.example", BRANCH), MAY(CONTRIBUTOR, PROD), INVENTORY, "cannot-tell"},
        {TRUSTS(GITHUB "x", BRANCH), MAY(CONTRIBUTOR, PROD), INVENTORY, "cannot-tell"},
    };
    check_federated(rows, BD_COUNT(rows));
}

/* An application's credential says by its context, or its sidecar, on which application it hangs. */
#define CREDENTIAL                                                                                 \
    "{\"id\":\"c1\",\"name\":\"f\",\"issuer\":\"" GITHUB "\",\"subject\":\"" BRANCH                 \
    "\",\"audiences\":[\"api://AzureADTokenExchange\"]}"
#define CONTEXT(of)                                                                                \
    "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#applications('" of            \
    "')/federatedIdentityCredentials\",\"value\":[" CREDENTIAL "]}"
#define APPLICATIONS                                                                               \
    "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#applications\",\"value\":["   \
    "{\"id\":\"" APP_OBJECT "\",\"appId\":\"" APP_ID "\"}]}"
#define PRINCIPALS                                                                                 \
    "[{\"appId\":\"" APP_ID "\",\"id\":\"" PRINCIPAL "\",\"servicePrincipalType\":\"Application\"," \
    "\"displayName\":\"d\"}]"

TEST(checks, the_principal_of_an_application_is_found_by_the_lists_of_the_directory) {
    static const struct {
        const char *credentials, *more, *applications, *principals, *expected;
    } rows[] = {
        {CONTEXT(APP_OBJECT), "", APPLICATIONS, PRINCIPALS, "fail"},
        {CONTEXT(APP_OBJECT), "", NULL, PRINCIPALS, "cannot-tell"},
        {CONTEXT(APP_OBJECT), "", APPLICATIONS, NULL, "cannot-tell"},
        {"[" CREDENTIAL "]", ",\"source\":\"S57f\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" APP_ID "\"]}",
         NULL, PRINCIPALS, "fail"},
        {"[" CREDENTIAL "]", "", APPLICATIONS, PRINCIPALS, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        whole *w = open_with_facts();
        whole_add(w, rows[i].credentials, rows[i].more);
        whole_add(w, MAY(CONTRIBUTOR, PROD), ",\"source\":\"S05\"" OF_A);
        if (rows[i].applications != NULL) {
            whole_add(w, rows[i].applications, "");
        }
        if (rows[i].principals != NULL) {
            whole_add(w, rows[i].principals, "");
        }
        whole_judge(w);
        bd_str got = bd_str_of(whole_verdict(w, "deployment-identities-bound-to-gates"));
        bd_str why = bd_str_copy(test_arena(), whole_reason(w, "deployment-identities-bound-to-gates"));
        scan_bench_close(&w->bench);
        test_failure("row %zu: %.*s: %.*s", i, BD_ARG(got), BD_ARG(why));
        CHECK_EQ_STR(got, rows[i].expected);
    }
}
