/* Section 6.1 to 6.4: identity, over whole engagements, and the one-record cases of tests/cases/checks. */
#include "make_world.h"

#define AT "2026-02-10T06:00:00Z"

/* ---- cases ---- */

typedef struct {
    size_t count;
} case_count;

static void check_case(void *context, size_t line, bd_str condition, bd_str problem) {
    ((case_count *)context)->count++;
    test_failure("line %zu: %.*s", line, BD_ARG(condition));
    CHECK_EQ_STR(problem, "");
}

TEST(checks, the_checks_of_section_06_identity_answer_as_the_cases_say) {
    bd_str text = test_read_file(
        bd_str_format(test_arena(), "%s/tests/cases/checks/06-identity.case", test_root()).data);
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world setting = {.catalog = make_catalog()};
    case_count seen = {0};
    bd_err err;
    CHECK_OK(bd_cases_run(&setting, text, scratch, check_case, &seen, &err), err);
    bd_arena_close(scratch);
    CHECK(seen.count >= 60);
}

/* ---- Conditional Access ---- */

#define USER(id, upn, type)                                                                        \
    "{'id':'" id "','userPrincipalName':'" upn "','accountEnabled':true,'userType':'" type "'}"
#define POLICY(name, state, users, conditions, grant)                                              \
    "{'id':'p-" name "','displayName':'" name "','state':'" state "','conditions':{'users':{" users \
    "}" conditions "},'grantControls':" grant "}"
#define ALL_USERS "'includeUsers':['All'],'excludeUsers':[],'includeGroups':[],'excludeGroups':[]"
#define ALL_APPS                                                                                   \
    ",'applications':{'includeApplications':['All'],'excludeApplications':[]},'clientAppTypes':['" \
    "all'],'platforms':null,'locations':null,'signInRiskLevels':[]"
#define MFA "{'operator':'OR','builtInControls':['mfa']}"
#define STRENGTH(combinations)                                                                     \
    "{'operator':'OR','builtInControls':[],'authenticationStrength':{'id':'s1',"                    \
    "'requirementsSatisfied':'mfa','allowedCombinations':[" combinations "]}}"
#define ROLES_ACTIVE "roleManagement/directory/roleAssignmentScheduleInstances"
#define ROLES_ELIGIBLE "roleManagement/directory/roleEligibilityScheduleInstances"
#define GA "62e90394-69f5-4237-9190-012177145e10"
#define ACTIVE(id, who, role, type, end, kind)                                                     \
    "{'id':'" id "','principalId':'" who "','roleDefinitionId':'" role                             \
    "','directoryScopeId':'/','assignmentType':'" kind "','memberType':'Direct','endDateTime':" end \
    ",'principal':{'@odata.type':'#microsoft.graph." type "','id':'" who                           \
    "','userPrincipalName':'" who "@c.example'}}"
#define ELIGIBLE(id, who, role)                                                                    \
    "{'id':'" id "','principalId':'" who "','roleDefinitionId':'" role                             \
    "','directoryScopeId':'/','roleEligibilityScheduleId':'x','memberType':'Direct',"               \
    "'endDateTime':null,'principal':{'@odata.type':'#microsoft.graph.user','id':'" who "'}}"

/* An answer without records counts where its sidecar says of what. */
#define OF(source) ",'source':'" source "','scope':{'kind':'tenant','ids':['t']}"

static void put_roles(world *w, const char *active, const char *eligible) {
    put_graph(w, ROLES_ACTIVE, AT, OF("S48"), active);
    put_graph(w, ROLES_ELIGIBLE, AT, OF("S48"), eligible);
}

static world *access_world(const char *facts, const char *users, const char *policies) {
    world *w = world_of(facts);
    put_graph(w, "users", AT, "", users);
    put_graph(w, "conditionalAccess/policies", AT, OF("S45"), policies);
    put_roles(w, ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), "");
    return w;
}

#define GUEST "'guest_x.example#EXT#@c.example'"
#define APPROVED(day, list)                                                                        \
    "{'approved_exclusions':{'approved_by':'A','approved_on':'" day "','value':[" list "]}}"

TEST(checks, conditional_access_is_judged_over_all_policies_for_each_user) {
    static const struct {
        const char *facts, *policies, *expected;
    } rows[] = {
        {NULL, POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA), "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("all", "enabledForReportingButNotEnforced", ALL_USERS, ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: a policy is "
         "report-only, which enforces nothing"},
        {NULL, POLICY("all", "disabled", ALL_USERS, ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'OR','builtInControls':['mfa','compliantDevice']}"),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "can be met without a second factor"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'AND','builtInControls':['mfa','compliantDevice']}"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("all", "enabled", ALL_USERS, ALL_APPS, STRENGTH("'password,sms'")),
         "1 pass, 0 fail, 0 unclear"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'locations':{'includeLocations':['All'],'excludeLocations':['AllTrusted']}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: leaves out locations that are not on the approved list"},
        {APPROVED("2026-01-01", "'AllTrusted'"),
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'locations':{'includeLocations':['All'],'excludeLocations':['AllTrusted']}",
                MFA),
         "1 pass, 0 fail, 0 unclear"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'signInRiskLevels':['high']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only sign-ins at risk"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'platforms':{'includePlatforms':['android']}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some platforms"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['all'],"
                "'devices':{'deviceFilter':{'mode':'exclude','rule':'x'}}",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some devices"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':[],'includeUserActions':['urn:user:"
                "registersecurityinfo']},'clientAppTypes':['all']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only some applications or actions"},
        {NULL,
         POLICY("all", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All'],'applicationFilter':{'mode':"
                "'include','rule':'x'}},'clientAppTypes':['all']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "is narrowed: only applications of a filter"},
        {NULL,
         POLICY("modern", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['browser',"
                "'mobileAppsAndDesktopClients']",
                MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: some kinds of "
         "client are asked for nothing"},
        {NULL,
         POLICY("modern", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':['browser',"
                "'mobileAppsAndDesktopClients']",
                MFA) ","
         POLICY("legacy", "enabled", ALL_USERS,
                ",'applications':{'includeApplications':['All']},'clientAppTypes':["
                "'exchangeActiveSync','other']",
                "{'operator':'OR','builtInControls':['block']}"),
         "1 pass, 0 fail, 0 unclear"},
        {NULL, POLICY("guests", "enabled", "'includeUsers':['GuestsOrExternalUsers']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL, POLICY("none", "enabled", "'includeUsers':['None']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no enabled "
         "policy reaches the account"},
        {NULL,
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "excludes the account, which is not on the approved list"},
        {APPROVED("2026-01-01", "'u1'"),
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 0 unclear"},
        {APPROVED("2026-02-11", "'u1'"), /* approved after the snapshot */
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeUsers':['u1']", ALL_APPS, MFA),
         "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: policy 'all' "
         "excludes the account, which is not on the approved list"},
        {NULL,
         POLICY("all", "enabled", "'includeUsers':['All'],'excludeGroups':['g1']", ALL_APPS, MFA),
         "0 pass, 0 fail, 1 unclear; the record does not show 'mfa': a policy names the group "
         "'g1', and no complete list of its members was read within seven days of this snapshot"},
        {NULL, "", "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: no "
                   "enabled policy reaches the account"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = access_world(rows[i].facts, USER("u1", "u1@c.example", "Member"),
                                rows[i].policies);
        judge_world(w);
        CHECK_EQ_STR(said(w, "mfa-for-every-user"), rows[i].expected);
        close_world(w);
    }
}

TEST(checks, groups_of_policies_are_expanded_to_people) {
    static const char *const policies =
        POLICY("all", "enabled", "'includeUsers':['All'],'excludeGroups':['g1']", ALL_APPS, MFA);
    world *w = access_world(
        NULL, USER("u1", "u1@c.example", "Member") "," USER("u2", "u2@c.example", "Member"),
        policies);
    put_graph(w, "directoryObjects", AT, ",'source':'S65','scope':{'kind':'resource','ids':['g1']}",
              "{'@odata.type':'#microsoft.graph.user','id':'u2'}");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "1 pass, 1 fail, 0 unclear; u2@c.example is not asked for MFA everywhere: policy "
                 "'all' excludes the account, which is not on the approved list");
    close_world(w);
}

TEST(checks, what_was_read_of_another_week_or_not_whole_does_not_pass) {
    world *w = world_of(NULL);
    put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
    put_graph(w, "conditionalAccess/policies", "2026-01-20T06:00:00Z", "",
              POLICY("all", "enabled", ALL_USERS, ALL_APPS, MFA));
    put_roles(w, ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), "");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "0 pass, 0 fail, 1 unclear; the record does not show 'mfa': no S45 was read "
                 "within seven days of this snapshot");
    close_world(w);
}

TEST(checks, security_defaults_are_not_conditional_access) {
    world *w = access_world(NULL, USER("u1", "u1@c.example", "Member"), "");
    put_text_file(w,
                  quoted("{'@odata.context':'https://graph.microsoft.com/v1.0/$metadata#policies/"
                         "identitySecurityDefaultsEnforcementPolicy','id':'0','isEnabled':true}"),
                  AT, "");
    judge_world(w);
    CHECK_EQ_STR(said(w, "mfa-for-every-user"),
                 "0 pass, 1 fail, 0 unclear; u1@c.example is not asked for MFA everywhere: "
                 "security defaults are on in place of a policy, which is not Conditional Access");
    close_world(w);
}

TEST(checks, a_global_administrator_is_asked_for_a_method_that_cannot_be_phished) {
    static const struct {
        const char *policies, *active, *eligible, *expected;
    } rows[] = {
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS,
                STRENGTH("'fido2','windowsHelloForBusiness','x509CertificateMultiFactor'")),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "", "1 pass, 0 fail, 0 unclear"},
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS, STRENGTH("'fido2'")),
         ACTIVE("a1", "u9", GA, "user", "null", "Assigned"), ELIGIBLE("e1", "u1", GA),
         "1 pass, 0 fail, 0 unclear"},
        {POLICY("ga", "enabled", "'includeRoles':['" GA "']", ALL_APPS,
                STRENGTH("'fido2','password,sms'")),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS, MFA),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS,
                "{'operator':'OR','builtInControls':['mfa'],'authenticationStrength':{'id':'"
                "00000000-0000-0000-0000-000000000004'}}"),
         ACTIVE("a1", "u1", GA, "user", "null", "Assigned"), "",
         "0 pass, 1 fail, 0 unclear; u1@c.example (active holder) is not asked for a "
         "phishing-resistant method: policy 'ga' can be met by a method that is not "
         "phishing-resistant"},
        {POLICY("ga", "enabled", ALL_USERS, ALL_APPS, STRENGTH("'fido2'")),
         ACTIVE("a1", "g7", GA, "group", "null", "Assigned"), "",
         "0 pass, 0 fail, 1 unclear; the record does not show 'global_admin': 'g7' holds the role "
         "too; whether it is a group is not shown (export with $expand=principal), and no "
         "complete list of its members was read"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        test_failure("row %zu", i);
        world *w = world_of(NULL);
        put_graph(w, "users", AT, "", USER("u1", "u1@c.example", "Member"));
        put_graph(w, "conditionalAccess/policies", AT, "", rows[i].policies);
        put_roles(w, rows[i].active, rows[i].eligible);
        judge_world(w);
        CHECK_EQ_STR(said(w, "admin-phishing-resistant-policy"), rows[i].expected);
        close_world(w);
    }
}
