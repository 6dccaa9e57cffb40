/* Awkward inputs of Conditional Access and of privileged roles (6.1.1 to 6.1.3, 5.1), one engagement for each.  Oracle:
 * the rules of the two, worked by hand. */
#include "make_world.h"

#define AT "2026-02-10T06:00:00Z"
#define OF(source) ",'source':'" source "','scope':{'kind':'tenant','ids':['t']}"
#define MEMBERS_OF(group) ",'source':'S65','scope':{'kind':'resource','ids':['" group "']}"
#define ROLES_ACTIVE "roleManagement/directory/roleAssignmentScheduleInstances"
#define ROLES_ELIGIBLE "roleManagement/directory/roleEligibilityScheduleInstances"
#define GA "62e90394-69f5-4237-9190-012177145e10"
#define SYNC_ROLE "d29b2b05-8046-44ba-8758-1e26182fcf32"
#define PERSON(id, upn, type)                                                                      \
    "{'id':'" id "','userPrincipalName':'" upn "','accountEnabled':true,'userType':'" type "'}"
#define MEMBER PERSON("u1", "u1@c.example", "Member")
#define OUTSIDER PERSON("u1", "x_y.example#EXT#@c.example", "Member")
#define GUEST PERSON("u1", "x_y.example#EXT#@c.example", "Guest")
#define HOLDS(who, role, type, kind, member, end)                                                  \
    "{'id':'a-" who "','principalId':'" who "','roleDefinitionId':'" role                          \
    "','directoryScopeId':'/','assignmentType':'" kind "','memberType':'" member                   \
    "','endDateTime':" end ",'principal':{'@odata.type':'#microsoft.graph." type "','id':'" who    \
    "','userPrincipalName':'" who "@c.example'}}"
#define NOBODY HOLDS("u9", GA, "user", "Activated", "Direct", "'2026-02-10T09:00:00Z'")
#define POLICY_IN(state, conditions, grant)                                                        \
    "{'id':'p','displayName':'p','state':'" state "','conditions':{" conditions                    \
    "},'grantControls':" grant "}"
#define POLICY(conditions) POLICY_IN("enabled", conditions, MFA)
#define ASKING(grant) POLICY_IN("enabled", EVERYBODY "," EVERYWHERE, grant)
#define EVERYBODY "'users':{'includeUsers':['All']}"
#define EVERYWHERE "'applications':{'includeApplications':['All']},'clientAppTypes':['all']"
#define USERS(users) POLICY("'users':{" users "}," EVERYWHERE)
#define ONLY(more) POLICY(EVERYBODY "," EVERYWHERE "," more)
#define MFA "{'operator':'OR','builtInControls':['mfa']}"
#define APPROVED(what)                                                                             \
    "{'approved_exclusions':{'approved_by':'A','approved_on':'2026-01-01','value':['" what "']}}"

typedef struct {
    const char *facts, *user, *policies, *expected;
} access_row;

static bd_str said_of_access(const access_row *row, const char *check, const char *holders) {
    world *w = world_of(row->facts);
    put_graph(w, "users", AT, "", row->user);
    put_graph(w, "conditionalAccess/policies", AT, OF("S45"), row->policies);
    put_graph(w, ROLES_ACTIVE, AT, OF("S48"), holders);
    put_graph(w, ROLES_ELIGIBLE, AT, OF("S48"), "");
    put_graph(w, "directoryObjects", AT, MEMBERS_OF("g1"),
              "{'@odata.type':'#microsoft.graph.user','id':'u1'}");
    put_graph(w, "directoryObjects", AT, MEMBERS_OF("g2"),
              "{'@odata.type':'#microsoft.graph.user','id':'u2'}");
    judge_world(w);
    bd_str out = said(w, check);
    close_world(w);
    return out;
}

static void check_access(const char *check, const char *holders, const access_row *rows,
                         size_t count) {
    for (size_t i = 0; i < count; i++) {
        bd_str got = said_of_access(&rows[i], check, holders);
        test_failure("%s, row %zu: %.*s", check, i, BD_ARG(got));
        CHECK(bd_str_has_prefix(got, bd_str_of(rows[i].expected)));
    }
}

#define PASSES "1 pass, 0 fail, 0 unclear"
#define FAILS "0 pass, 1 fail, 0 unclear"
#define OPEN "0 pass, 0 fail, 1 unclear"
#define LEFT_OUT "0 pass, 0 fail, 0 unclear"

/* ---- 5.2: what narrows a policy ---- */

TEST(checks_awkward, a_condition_that_narrows_a_policy_keeps_it_from_covering_all_sign_ins) {
    static const access_row rows[] = {
        {NULL, MEMBER, ONLY("'userRiskLevels':['high']"), FAILS},
        {NULL, MEMBER, ONLY("'servicePrincipalRiskLevels':['high']"), FAILS},
        {NULL, MEMBER, ONLY("'insiderRiskLevels':'elevated'"), FAILS}, /* a text, not a list */
        {NULL, MEMBER, ONLY("'authenticationFlows':{'transferMethods':'deviceCodeFlow'}"), FAILS},
        {NULL, MEMBER, ONLY("'locations':{'includeLocations':['office'],'excludeLocations':[]}"),
         FAILS},
        {NULL, MEMBER, ONLY("'locations':{'includeLocations':['All']}"), PASSES},
        {NULL, MEMBER, ONLY("'platforms':{'includePlatforms':['all'],'excludePlatforms':['iOS']}"),
         FAILS},
        {NULL, MEMBER, ONLY("'platforms':{'includePlatforms':['all']}"), PASSES},
        {NULL, MEMBER,
         ONLY("'deviceStates':{'includeStates':['All'],'excludeStates':['Compliant']}"), FAILS},
        {NULL, MEMBER, ONLY("'deviceStates':{'includeStates':['All'],'excludeStates':[]}"), PASSES},
        {NULL, MEMBER, ONLY("'times':{'includedRanges':['all']}"), OPEN}, /* of no reader here */
        {NULL, MEMBER, ONLY("'times':null,'moods':[],'x@odata.type':'#y'"), PASSES},
        {NULL, MEMBER,
         POLICY(EVERYBODY ",'applications':{'includeApplications':['All'],'excludeApplications':["
                          "'a1']},'clientAppTypes':['all']"),
         FAILS},
        {NULL, MEMBER,
         POLICY(EVERYBODY ",'applications':{'includeApplications':['Office365']},"
                          "'clientAppTypes':['all']"),
         FAILS},
        {NULL, MEMBER,
         POLICY(EVERYBODY ",'applications':{'includeApplications':['All']}"), FAILS}, /* clients */
    };
    check_access("mfa-for-every-user", NOBODY, rows, BD_COUNT(rows));
}

/* What narrows nothing is written as null, as an empty list, or not at all. */
TEST(checks_awkward, null_empty_and_missing_conditions_are_one) {
#define AS(word)                                                                                   \
    ONLY("'platforms':null,'locations':null,'devices':null,'authenticationFlows':null,"            \
         "'signInRiskLevels':" word ",'userRiskLevels':" word                                      \
         ",'servicePrincipalRiskLevels':" word ",'insiderRiskLevels':null")
    static const access_row rows[] = {
        {NULL, MEMBER, AS("null"), PASSES},
        {NULL, MEMBER, AS("[]"), PASSES},
        {NULL, MEMBER, ONLY("'x':null,'y':[],'z':{}"), PASSES},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeUsers':null,'excludeGroups':[]"),
         PASSES},
        {NULL, MEMBER, USERS("'includeUsers':null,'includeGroups':null"), FAILS},
        {NULL, MEMBER, USERS("'includeUsers':[]"), FAILS},
    };
    check_access("mfa-for-every-user", NOBODY, rows, BD_COUNT(rows));
}

/* ---- 5.2: whom a policy reaches ---- */

TEST(checks_awkward, a_policy_reaches_whom_it_names_by_group_role_or_kind_of_guest) {
#define GUESTS(key, types, more) "'" key "':{'guestOrExternalUserTypes':'" types "'" more "}"
    static const access_row rows[] = {
        {NULL, MEMBER, USERS("'includeGroups':['g1']"), PASSES},
        {NULL, MEMBER, USERS("'includeGroups':['g2']"), FAILS},
        {NULL, MEMBER, USERS("'includeGroups':['g9']"), OPEN}, /* its members were not read */
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeGroups':['g2']"), PASSES},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeGroups':['g1']"), FAILS},
        {APPROVED("u1"), MEMBER, USERS("'includeUsers':['All'],'excludeGroups':['g1']"), LEFT_OUT},
        {NULL, GUEST, USERS("'includeUsers':['GuestsOrExternalUsers']"), PASSES},
        /* whether a member from outside is meant is not said */
        {NULL, OUTSIDER, USERS("'includeUsers':['GuestsOrExternalUsers']"), OPEN},
        {NULL, OUTSIDER, USERS("'includeUsers':['All'],'excludeUsers':['GuestsOrExternalUsers']"),
         OPEN},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeUsers':['GuestsOrExternalUsers']"),
         PASSES},
        {NULL, GUEST, USERS(GUESTS("includeGuestsOrExternalUsers", "b2bCollaborationGuest", "")),
         PASSES},
        {NULL, GUEST, USERS(GUESTS("includeGuestsOrExternalUsers", "internalGuest", "")), FAILS},
        {NULL, GUEST,
         USERS(GUESTS("includeGuestsOrExternalUsers", "b2bCollaborationGuest",
                      ",'externalTenants':{'membershipKind':'enumerated','members':['t2']}")),
         OPEN},
        {NULL, GUEST,
         USERS("'includeUsers':['All']," GUESTS("excludeGuestsOrExternalUsers",
                                                "internalGuest,b2bCollaborationGuest", "")),
         FAILS},
        {NULL, MEMBER,
         USERS("'includeUsers':['All']," GUESTS("excludeGuestsOrExternalUsers",
                                                "internalGuest,b2bCollaborationGuest", "")),
         PASSES},
    };
    check_access("mfa-for-every-user", NOBODY, rows, BD_COUNT(rows));
}

/* Conditional Access reaches holders of a role over the whole directory, not over an administrative unit. */
TEST(checks_awkward, a_role_over_a_part_of_the_directory_is_none_for_conditional_access) {
#define USER_ADMIN "fe930be7-5e62-47db-91af-98c3a49a38b1"
#define UNIT_ADMIN(at)                                                                             \
    NOBODY ",{'id':'a-u1','principalId':'u1','roleDefinitionId':'" USER_ADMIN                      \
           "','directoryScopeId':'" at "','assignmentType':'Assigned','memberType':'Direct',"       \
           "'endDateTime':null,'principal':{'@odata.type':'#microsoft.graph.user','id':'u1'}}"
    static const access_row whole[] = {
        {NULL, MEMBER, USERS("'includeRoles':['" USER_ADMIN "']"), PASSES},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeRoles':['" USER_ADMIN "']"), FAILS},
    };
    static const access_row unit[] = {
        {NULL, MEMBER, USERS("'includeRoles':['" USER_ADMIN "']"), FAILS},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeRoles':['" USER_ADMIN "']"), OPEN},
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeRoles':['" GA "']"), PASSES},
    };
    check_access("mfa-for-every-user", UNIT_ADMIN("/"), whole, BD_COUNT(whole));
    check_access("mfa-for-every-user", UNIT_ADMIN("/administrativeUnits/x"), unit, BD_COUNT(unit));
}

/* The account that synchronises directories is left out by its role; that too has to be approved. */
TEST(checks_awkward, leaving_out_the_role_of_directory_synchronisation_is_approved_or_fails) {
    static const char *const sync =
        HOLDS("u1", SYNC_ROLE, "user", "Assigned", "Direct", "null") "," NOBODY;
    static const access_row rows[] = {
        {NULL, MEMBER, USERS("'includeUsers':['All'],'excludeRoles':['" SYNC_ROLE "']"), FAILS},
        {APPROVED(SYNC_ROLE), MEMBER,
         USERS("'includeUsers':['All'],'excludeRoles':['" SYNC_ROLE "']"), LEFT_OUT},
    };
    check_access("mfa-for-every-user", sync, rows, BD_COUNT(rows));
    static const access_row other[] = {/* who does not hold the role is not left out by it */
                                       {NULL, MEMBER,
                                        USERS("'includeUsers':['All'],'excludeRoles':['" SYNC_ROLE
                                              "']"),
                                        PASSES}};
    check_access("mfa-for-every-user", NOBODY, other, BD_COUNT(other));
}

/* ---- 5.2: what a policy asks for ---- */

#define STRENGTH(id, more) "'authenticationStrength':{'id':'" id "'" more "}"
#define BUILT_IN_MFA STRENGTH("00000000-0000-0000-0000-000000000002", "")
#define COMBINED(list)                                                                             \
    STRENGTH("s1", ",'requirementsSatisfied':'mfa','allowedCombinations':[" list "]")

TEST(checks_awkward, controls_of_a_grant_count_by_their_operator) {
    static const access_row rows[] = {
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':['mfa','domainJoinedDevice']}"),
         FAILS},
        {NULL, MEMBER, ASKING("{'operator':'AND','builtInControls':['mfa','compliantDevice']}"),
         PASSES},
        {NULL, MEMBER,
         ASKING("{'operator':'OR','builtInControls':['mfa'],'termsOfUse':['tou1']}"), FAILS},
        {NULL, MEMBER,
         ASKING("{'operator':'AND','builtInControls':['mfa'],'termsOfUse':['tou1']}"), PASSES},
        {NULL, MEMBER,
         ASKING("{'operator':'OR','builtInControls':['compliantDevice']," COMBINED("'fido2'") "}"),
         FAILS},
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':[]," BUILT_IN_MFA "}"), PASSES},
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':[]," STRENGTH("s7", "") "}"),
         OPEN}, /* whose methods nobody exported */
        {NULL, MEMBER,
         ASKING("{'operator':'OR','builtInControls':[]," STRENGTH(
             "s7", ",'requirementsSatisfied':'none','allowedCombinations':['password']") "}"),
         FAILS},
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':['block']}"), PASSES},
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':['compliantDevice']}"), FAILS},
        {NULL, MEMBER, ASKING("{'operator':'OR','builtInControls':['passwordChange']}"), FAILS},
        {NULL, MEMBER, ASKING("null"), FAILS}, /* a policy of session controls */
    };
    check_access("mfa-for-every-user", NOBODY, rows, BD_COUNT(rows));
}

TEST(checks_awkward, each_way_into_an_administrators_account_resists_phishing) {
    static const char *const admin = HOLDS("u1", GA, "user", "Assigned", "Direct", "null");
#define FOR_GA(state, grant)                                                                       \
    POLICY_IN(state, "'users':{'includeRoles':['" GA "']}," EVERYWHERE, grant)
#define STRONG "{'operator':'OR','builtInControls':[]," COMBINED("'fido2'") "}"
    static const access_row rows[] = {
        {NULL, MEMBER, FOR_GA("enabled", STRONG), PASSES},
        {NULL, MEMBER, FOR_GA("enabledForReportingButNotEnforced", STRONG), FAILS},
        {NULL, MEMBER, FOR_GA("disabled", STRONG), FAILS},
        {NULL, MEMBER, FOR_GA("enabled", MFA), FAILS},
        {NULL, MEMBER, FOR_GA("enabled", "{'operator':'OR','builtInControls':['mfa',"
                                         "'compliantDevice']}"),
         FAILS},
        {NULL, MEMBER,
         FOR_GA("enabled",
                "{'operator':'OR','builtInControls':['compliantDevice']," COMBINED("'fido2'") "}"),
         FAILS},
        {NULL, MEMBER,
         FOR_GA("enabled",
                "{'operator':'AND','builtInControls':['compliantDevice']," COMBINED("'fido2'") "}"),
         PASSES},
        {NULL, MEMBER,
         FOR_GA("enabled", "{'operator':'OR','builtInControls':[]," STRENGTH(
                               "00000000-0000-0000-0000-000000000004", "") "}"),
         PASSES},
        {NULL, MEMBER,
         FOR_GA("enabled", "{'operator':'OR','builtInControls':[]," BUILT_IN_MFA "}"),
         "0 pass, 0 fail, 1 unclear"}, /* of its methods nothing is shown */
        {NULL, MEMBER,
         FOR_GA("enabled",
                "{'operator':'OR','builtInControls':[]," COMBINED(
                    "'fido2','x509CertificateMultiFactor','windowsHelloForBusiness'") "}"),
         PASSES},
        {NULL, MEMBER, /* "password,sms" is one way in */
         FOR_GA("enabled", "{'operator':'OR','builtInControls':[]," COMBINED(
                               "'fido2','password,microsoftAuthenticatorPush'") "}"),
         FAILS},
        {NULL, MEMBER, /* a certificate as one factor alone */
         FOR_GA("enabled", "{'operator':'OR','builtInControls':[]," COMBINED(
                               "'x509CertificateSingleFactor'") "}"),
         FAILS},
    };
    check_access("admin-phishing-resistant-policy", admin, rows, BD_COUNT(rows));
}

/* ---- 5.3: PIM ---- */

TEST(checks_awkward, a_role_is_standing_by_assignment_and_end_however_it_is_held) {
    static const struct {
        const char *holder, *expected;
    } rows[] = {
        {HOLDS("u1", GA, "user", "Assigned", "Direct", "null"), FAILS},
        {HOLDS("u1", GA, "user", "Assigned", "Group", "null"), FAILS},
        {HOLDS("u1", GA, "user", "Assigned", "Inherited", "null"), FAILS},
        {HOLDS("u1", GA, "user", "assigned", "Inherited", "'9999-12-31T23:59:59Z'"), FAILS},
        {HOLDS("u1", GA, "user", "Assigned", "Inherited", "'2026-05-01T00:00:00Z'"), PASSES},
        {HOLDS("u1", GA, "user", "Assigned", "Direct", "'2099-12-31T00:00:00Z'"), FAILS},
        {HOLDS("u1", GA, "user", "Assigned", "Direct", "'2026-12-31T00:00:00Z','startDateTime':'2026-01-01T00:00:00Z'"),
         PASSES},
        {HOLDS("u1", GA, "user", "Assigned", "Direct", "'2026-12-31T00:00:00Z','startDateTime':'2020-01-01T00:00:00Z'"),
         FAILS}, /* in the last year of seven */
        {HOLDS("u1", GA, "user", "Activated", "Direct", "'2099-12-31T00:00:00Z'"), PASSES},
        {HOLDS("u1", GA, "user", "Activated", "Inherited", "'2026-02-10T09:00:00Z'"), PASSES},
        {HOLDS("u1", GA, "user", "Activated", "Group", "null"), PASSES},
        {HOLDS("u1", GA, "user", "", "Direct", "null"), OPEN},
        {HOLDS("u1", GA, "user", "Sometimes", "Direct", "null"), OPEN},
        {HOLDS("s1", GA, "servicePrincipal", "Assigned", "Direct", "null"), LEFT_OUT},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_graph(w, ROLES_ACTIVE, AT, "", rows[i].holder);
        judge_world(w);
        bd_str got = said(w, "no-standing-roles");
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK(bd_str_has_prefix(got, bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define IN_SUB "/subscriptions/" SCAN_SUB_A
#define GROUP_ABOVE "/providers/Microsoft.Management/managementGroups/mg1"
#define PIM_ROW(list, name, who, scope, more)                                                      \
    "{'id':'" scope "/providers/Microsoft.Authorization/" list "/" name                            \
    "','type':'Microsoft.Authorization/" list "','name':'" name "','properties':{'scope':'" scope  \
    "','roleDefinitionId':'/providers/Microsoft.Authorization/roleDefinitions/" OWNER              \
    "','principalId':'" who "','principalType':'User'" more                                        \
    ",'expandedProperties':{'principal':{'id':'" who "','email':'" who                             \
    "@c.example','type':'User'},'roleDefinition':{'displayName':'Owner','type':'BuiltInRole'}}}}"
#define TAKEN(who, scope, more)                                                                    \
    PIM_ROW("roleAssignmentScheduleInstances", "a-" who, who, scope, more)
#define TAKABLE(who, scope, more)                                                                  \
    PIM_ROW("roleEligibilityScheduleInstances", "e-" who, who, scope, more)

/* The twin of Azure wraps the same in properties, and says Accepted or Provisioned of it. */
TEST(checks_awkward, an_azure_role_is_standing_also_where_it_is_inherited) {
    static const struct {
        const char *records, *expected;
    } rows[] = {
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Assigned','memberType':'Direct','status':"
                             "'Provisioned','endDateTime':null"),
         FAILS},
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Assigned','memberType':'Direct','startDateTime':"
                             "'2026-01-01T00:00:00Z','endDateTime':'2099-01-01T00:00:00Z'"),
         FAILS},
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Assigned','memberType':'Direct','startDateTime':"
                             "'2026-01-01T00:00:00Z','endDateTime':'2027-01-01T00:00:00Z'"),
         PASSES},
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Assigned','memberType':'Direct','status':"
                             "'Accepted'"),
         FAILS},
        {TAKEN("u1", GROUP_ABOVE, ",'assignmentType':'Assigned','memberType':'Inherited',"
                                  "'status':'Provisioned','endDateTime':null"),
         FAILS},
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Activated','memberType':'Inherited','status':"
                             "'Accepted','endDateTime':'2026-02-10T09:00:00Z'"),
         PASSES},
        {TAKABLE("u1", IN_SUB, ",'memberType':'Direct','status':'Provisioned','endDateTime':null"),
         OPEN}, /* eligible alone: who is assigned was not read */
        {TAKEN("u1", IN_SUB, ",'assignmentType':'Activated','memberType':'Direct','endDateTime':"
                             "'2026-02-10T09:00:00Z'") "," TAKABLE(
             "u2", IN_SUB, ",'memberType':'Direct','status':'Provisioned','endDateTime':null"),
         PASSES},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_page(w, AT, ",'source':'S06'", rows[i].records);
        judge_world(w);
        bd_str got = said(w, "no-standing-azure-roles");
        test_failure("row %zu: %.*s", i, BD_ARG(got));
        CHECK(bd_str_has_prefix(got, bd_str_of(rows[i].expected)));
        close_world(w);
    }
}

/* Without the licence the answer is an error; the plain list beside it has active holders only and cannot pass. */
TEST(checks_awkward, without_the_licence_nobody_is_shown_to_hold_nothing) {
    world *w = world_of(NULL);
    put_text_file(w,
                  quoted("{'error':{'code':'AadPremiumLicenseRequired','message':'The tenant needs "
                         "to have Microsoft Entra ID P2 or Governance license.'}}"),
                  AT, OF("S48"));
    put_graph(w, "roleManagement/directory/roleAssignments", AT, "",
              "{'id':'r1','principalId':'u1','roleDefinitionId':'" GA "','directoryScopeId':'/'}");
    judge_world(w);
    bd_str got = said(w, "no-standing-roles");
    test_failure("%.*s", BD_ARG(got));
    CHECK(bd_str_has_prefix(got, BD_STR("0 pass, 0 fail")));
    CHECK(bd_str_find(BD_STR("C0"), bd_str_sub(outcomes(w->s, "6.1.3a"), 0, 1)) < 0);
    close_world(w);
}
