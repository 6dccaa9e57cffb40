/* Awkward inputs of access reviews and leavers (6.3.1 to 6.3.4), one engagement for each.  Oracle: the decision table
 * and the 24-hour rule, worked by hand. */
#include "make_world.h"

#define OF(source) ",'source':'" source "','scope':{'kind':'tenant','ids':['t']}"
#define IN_SUB "/subscriptions/" SCAN_SUB_A
#define OF_SUB(source)                                                                             \
    ",'source':'" source "','scope':{'kind':'subscription','ids':['" SCAN_SUB_A "']}"
#define GA "62e90394-69f5-4237-9190-012177145e10"
#define OWNER "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
#define PASSES "1 pass, 0 fail, 0 unclear"
#define FAILS "0 pass, 1 fail, 0 unclear"
#define OPEN "0 pass, 0 fail, 1 unclear"
#define LEFT_OUT "0 pass, 0 fail, 0 unclear"

static void check_said(world *w, const char *check, size_t row, const char *expected) {
    bd_str got = said(w, check);
    test_failure("%s, row %zu: %.*s", check, row, BD_ARG(got));
    CHECK(bd_str_has_prefix(got, bd_str_of(expected)));
}

/* What two people signed. */
static void put_signed_file(world *w, const char *text, const char *at, const char *more) {
    uint8_t hash[32];
    char hex[65];
    bd_sha256_of(bd_str_of(text), hash);
    bd_hex(hash, 32, hex);
    bd_str sidecar = bd_str_format(
        test_arena(),
        "%s,'complete':true,'command':'portal: export','exporter':'e','prepared_by':{'name':'P',"
        "'role':'r','at':'%s'},'reviews':[{'name':'R','role':'CISO','at':'%s','checked':'all',"
        "'sha256':'%s'}]",
        more, at, at, hex);
    put_text_file(w, bd_str_of(text), at, sidecar.data);
}

/* ---- Graph ---- */

#define SET "identityGovernance/accessReviews/definitions"
#define INSTANCES SET "(\\u0027d1\\u0027)/instances"
#define DECISIONS INSTANCES "(\\u0027i1\\u0027)/decisions"
#define ENDED(status)                                                                              \
    "{'id':'i1','status':'" status "','startDateTime':'2026-02-01T00:00:00Z','endDateTime':"       \
    "'2026-02-08T00:00:00Z','scope':{'query':'/v1.0/roleManagement/directory/roleDefinitions/" GA  \
    "'}}"
#define DECIDED(id, decision, by, result, applied)                                                 \
    "{'id':'" id "','accessReviewId':'i1','decision':'" decision "','reviewedBy':{'id':'" by       \
    "'},'principal':{'id':'u1','userPrincipalName':'u1@c.example'},'justification':'j',"           \
    "'applyResult':'" result "','appliedDateTime':" applied "}"
#define HOLDER(who)                                                                                \
    "{'id':'a-" who "','principalId':'" who "','roleDefinitionId':'" GA                            \
    "','directoryScopeId':'/','assignmentType':'Assigned','memberType':'Direct','endDateTime':"    \
    "null,'principal':{'@odata.type':'#microsoft.graph.user','id':'" who "'}}"
#define NEVER "null"
#define ZERO "'00000000-0000-0000-0000-000000000000'"

static void put_holders(world *w, const char *at, const char *active) {
    put_graph(w, "roleManagement/directory/roleAssignmentScheduleInstances", at, OF("S48"), active);
    put_graph(w, "roleManagement/directory/roleEligibilityScheduleInstances", at, OF("S48"), "");
}

/* Reviews and decisions as read on a day, u1 holding the role before them and `after` it. */
static world *reviewed(const char *read, const char *definitions, const char *instances,
                       const char *decisions, const char *after) {
    world *w = world_of(NULL);
    if (definitions != NULL) {
        put_graph(w, SET, read, OF("S50"), definitions);
    }
    put_graph(w, INSTANCES, read, OF("S50"), instances);
    put_graph(w, DECISIONS, read, OF("S50"), decisions);
    put_holders(w, "2026-01-30T06:00:00Z", HOLDER("u1"));
    put_holders(w, "2026-02-25T06:00:00Z", after);
    judge_world(w);
    return w;
}

TEST(checks_awkward, a_deny_that_is_not_applied_in_ten_days_is_a_deviation) {
    static const struct {
        const char *read, *result, *applied, *expected;
    } rows[] = {
        {"2026-02-18T00:00:00Z", "New", NEVER, FAILS}, /* the tenth day is over */
        {"2026-02-17T23:59:59Z", "New", NEVER, OPEN},
        {"2026-02-20T06:00:00Z", "AppliedWithUnknownFailure", NEVER, FAILS},
        {"2026-02-20T06:00:00Z", "ApplyNotSupported", NEVER, FAILS},
        {"2026-02-20T06:00:00Z", "PartiallyApplied", NEVER, FAILS}, /* a word of another day */
        {"2026-02-20T06:00:00Z", "", NEVER, FAILS},
        {"2026-02-20T06:00:00Z", "AppliedSuccessfully", "'2026-02-18T00:00:00Z'", PASSES},
        {"2026-02-20T06:00:00Z", "AppliedSuccessfully", "'2026-02-18T00:00:01Z'", FAILS},
        {"2026-02-20T06:00:00Z", "AppliedSuccessfully", NEVER, OPEN},
        {"2026-02-20T06:00:00Z", "AppliedSuccessfully", ZERO, OPEN}, /* no time at all */
        {"2026-02-20T06:00:00Z", "appliedSuccessfullyButObjectNotFound", "'2026-02-09T00:00:00Z'",
         PASSES},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str item = bd_str_format(test_arena(), DECIDED("d1", "Deny", "u2", "%s", "%s"),
                                    rows[i].result, rows[i].applied);
        world *w = reviewed(rows[i].read, NULL, ENDED("Applied"), item.data, HOLDER("u9"));
        check_said(w, "review-denials", i, rows[i].expected);
        close_world(w);
    }
}

/* A few items that nobody decided deviate; the quarter was held for all that. */
TEST(checks_awkward, items_that_nobody_decided_deviate_and_the_quarter_counts_as_held) {
    static const struct {
        const char *status, *decision, *by, *held, *expected;
    } rows[] = {
        {"Applied", "Approve", "u2", PASSES, PASSES},
        {"APPLIED", "approve", "u2", PASSES, PASSES},
        {"Applied", "Approved", "u2", PASSES, PASSES},
        {"Applied", "NotReviewed", "u2", PASSES, FAILS},
        {"Applied", "notReviewed", "00000000-0000-0000-0000-000000000000", PASSES, FAILS},
        {"Applied", "Not reviewed", "u2", PASSES, FAILS},
        {"Applied", "DontKnow", "u2", PASSES, FAILS},
        {"Applied", "Don\\u0027t know", "u2", PASSES, FAILS},
        {"Applied", "Recommendation", "u2", PASSES, FAILS}, /* a word that decides nothing */
        {"Applied", "Approve", "U1", PASSES, FAILS},        /* his own review, in other letters */
        {"Applied", "Approve", "00000000-0000-0000-0000-000000000000", PASSES, FAILS},
        {"Completed", "Approve", "u2", PASSES, PASSES},
        {"AutoReviewed", "Approve", "u2", OPEN, PASSES},
        {"Applying", "Approve", "u2", OPEN, PASSES},
        {"NotStarted", "Approve", "u2", OPEN, PASSES},
        {"Finished", "Approve", "u2", OPEN, PASSES}, /* a status that nobody published */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str review = bd_str_format(test_arena(), ENDED("%s"), rows[i].status);
        bd_str item = bd_str_format(test_arena(), DECIDED("d1", "%s", "%s", "New", "null"),
                                    rows[i].decision, rows[i].by);
        world *w = reviewed("2026-02-20T06:00:00Z", NULL, review.data, item.data, HOLDER("u1"));
        check_said(w, "role-reviews-held", i, rows[i].held);
        check_said(w, "review-decisions", i, rows[i].expected);
        close_world(w);
    }
}

#define STAGED                                                                                     \
    "{'id':'d1','displayName':'Roles','status':'Completed','scope':{'query':"                      \
    "'/v1.0/roleManagement/directory/roleDefinitions/" GA "'},'stageSettings':[{'stageId':'1'},{"  \
    "'stageId':'2','dependsOn':['1']}]}"

/* What an early stage left open or decided does not stand in for the last one. */
TEST(checks_awkward, each_stage_of_a_review_has_to_be_decided) {
    static const struct {
        const char *decisions, *expected;
    } rows[] = {
        {DECIDED("d1", "Approve", "u2", "New", "null"), PASSES},
        {DECIDED("d1", "Approve", "u2", "New", "null") "," DECIDED("d2", "Approve", "u3", "New",
                                                                   "null"),
         "2 pass, 0 fail, 0 unclear"},
        {DECIDED("d1", "Approve", "u2", "New", "null") "," DECIDED("d2", "NotReviewed", "u3", "New",
                                                                   "null"),
         "1 pass, 1 fail, 0 unclear"},
        {DECIDED("d1", "DontKnow", "u2", "New", "null"), FAILS},
        {"", FAILS}, /* the holder has no item */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = reviewed("2026-02-20T06:00:00Z", STAGED, ENDED("Applied"), rows[i].decisions,
                            HOLDER("u1"));
        check_said(w, "review-decisions", i, rows[i].expected);
        close_world(w);
    }
}

/* ---- Azure's own reviews, and the history that the portal exports ---- */

#define AZURE_REVIEWS                                                                              \
    IN_SUB "/providers/Microsoft.Authorization/accessReviewScheduleDefinitions/d1/instances/i1"
#define AZURE_INSTANCE(status)                                                                     \
    "{'id':'" AZURE_REVIEWS "','name':'i1','type':'Microsoft.Authorization/"                       \
    "accessReviewScheduleDefinitions/instances','properties':{'status':'" status                   \
    "','startDateTime':'2026-02-01T00:00:00Z','endDateTime':'2026-02-08T00:00:00Z','scope':{"      \
    "'resourceId':'" IN_SUB                                                                        \
    "','roleDefinitionId':'/providers/Microsoft.Authorization/roleDefinitions/" OWNER "'}}}"
#define AZURE_DECISION(decision, by, result, applied)                                              \
    "{'id':'" AZURE_REVIEWS "/decisions/x1','name':'x1','type':'Microsoft.Authorization/"          \
    "accessReviewScheduleDefinitions/instances/decisions','properties':{'decision':'" decision     \
    "','reviewedBy':{'principalId':'" by "','principalType':'user'},'principal':{'id':'u1',"       \
    "'type':'user','userPrincipalName':'u1@c.example'},'resource':{'type':'azureRole'},"           \
    "'applyResult':'" result "','appliedDateTime':" applied "}}"
#define AZURE_HOLDER(list, who, more)                                                              \
    "{'id':'" IN_SUB "/providers/Microsoft.Authorization/" list "/" who                            \
    "','type':'Microsoft.Authorization/" list "','name':'" who "','properties':{'scope':'" IN_SUB  \
    "','roleDefinitionId':'/providers/Microsoft.Authorization/roleDefinitions/" OWNER              \
    "','principalId':'" who "','principalType':'User','memberType':'Direct'" more                  \
    ",'endDateTime':null}}"
#define ASSIGNED(who)                                                                              \
    AZURE_HOLDER("roleAssignmentScheduleInstances", who, ",'assignmentType':'Assigned'")
#define ELIGIBLE(who)                                                                              \
    AZURE_HOLDER("roleEligibilityScheduleInstances", who, ",'roleEligibilityScheduleId':'s'")

static world *reviewed_in_azure(const char *status, const char *decision, const char *after) {
    world *w = world_of(NULL);
    bd_str review = bd_str_format(test_arena(), AZURE_INSTANCE("%s"), status);
    put_page(w, "2026-02-20T06:00:00Z", OF_SUB("S35"), review.data);
    put_page(w, "2026-02-20T06:00:00Z", OF_SUB("S35"), decision);
    put_page(w, "2026-01-30T06:00:00Z", OF_SUB("S06"), ASSIGNED("u1") "," ELIGIBLE("u8"));
    put_page(w, "2026-02-25T06:00:00Z", OF_SUB("S06"),
             bd_str_format(test_arena(), "%s," ELIGIBLE("u8"), after).data);
    judge_world(w);
    return w;
}

TEST(checks_awkward, reviews_of_azure_roles_are_judged_by_the_same_table) {
    static const struct {
        const char *status, *decision, *after, *items, *denials;
    } rows[] = {
        /* u8, who is eligible, has no item */
        {"Applied", AZURE_DECISION("Approve", "u2", "New", "null"), ASSIGNED("u1"),
         "1 pass, 1 fail", LEFT_OUT},
        {"Applied", AZURE_DECISION("Approve", "u1", "New", "null"), ASSIGNED("u1"),
         "0 pass, 2 fail", LEFT_OUT},
        {"Applied", AZURE_DECISION("NotNotified", "u2", "New", "null"), ASSIGNED("u1"),
         "0 pass, 2 fail", LEFT_OUT},
        {"Applied", AZURE_DECISION("Deny", "u2", "Success", "'2026-02-09T00:00:00Z'"),
         ASSIGNED("u7"), "1 pass, 1 fail", PASSES},
        {"Applied", AZURE_DECISION("Deny", "u2", "Success", "'2026-02-09T00:00:00Z'"),
         ASSIGNED("u1"), "1 pass, 1 fail", FAILS}, /* still there */
        {"Applied", AZURE_DECISION("Deny", "u2", "New", "null"), ASSIGNED("u7"), "1 pass, 1 fail",
         FAILS},
        {"Applied", AZURE_DECISION("Deny", "u2", "AppliedWithUnknownFailure", "null"),
         ASSIGNED("u7"), "1 pass, 1 fail", FAILS},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = reviewed_in_azure(rows[i].status, rows[i].decision, rows[i].after);
        check_said(w, "review-decisions-azure", i, rows[i].items);
        check_said(w, "review-denials-azure", i, rows[i].denials);
        check_said(w, "role-reviews-azure-held", i, "2 pass, 0 fail, 0 unclear");
        close_world(w);
    }
    world *w = reviewed_in_azure("InProgress", AZURE_DECISION("Approve", "u2", "New", "null"),
                                 ASSIGNED("u1"));
    check_said(w, "role-reviews-azure-held", 0, "0 pass, 0 fail, 2 unclear");
    close_world(w);
}

#define HISTORY_HEAD                                                                               \
    "AccessReviewId,AccessReviewSeriesId,ReviewName,ReviewStatus,ReviewStartDate,ReviewEndDate,"   \
    "ResourceId,ResourceDisplayName,PrincipalId,PrincipalUPN,ReviewerId,ReviewerUPN,ReviewResult," \
    "SubmissionResult,AppliedDate\n"
#define HISTORY(result, by, submitted, applied)                                                    \
    HISTORY_HEAD "i1,d1,Roles,Applied,2026-02-01T00:00:00Z,2026-02-08T00:00:00Z," GA               \
                 ",Global Administrator,u1,u1@c.example," by ",x@c.example," result "," submitted  \
                 "," applied "\n"

TEST(checks_awkward, the_history_of_the_portal_speaks_a_third_spelling) {
    static const struct {
        const char *text, *after, *items, *denials;
    } rows[] = {
        {HISTORY("Approve", "u2", "not applied", ""), HOLDER("u1"), PASSES, LEFT_OUT},
        {HISTORY("Not reviewed", "u2", "not applied", ""), HOLDER("u1"), FAILS, LEFT_OUT},
        {HISTORY("Approve", "u1", "not applied", ""), HOLDER("u1"), FAILS, LEFT_OUT},
        {HISTORY("Deny", "u2", "applied", "2026-02-09T00:00:00Z"), HOLDER("u9"), PASSES, PASSES},
        {HISTORY("Deny", "u2", "not applied", ""), HOLDER("u9"), PASSES, FAILS},
        {HISTORY("Deny", "u2", "applied", "2026-02-09T00:00:00Z"), HOLDER("u1"), PASSES, FAILS},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_signed_file(w, rows[i].text, "2026-02-20T06:00:00Z", OF("S50"));
        put_holders(w, "2026-01-30T06:00:00Z", HOLDER("u1"));
        put_holders(w, "2026-02-25T06:00:00Z", rows[i].after);
        judge_world(w);
        check_said(w, "review-decisions", i, rows[i].items);
        check_said(w, "review-denials", i, rows[i].denials);
        close_world(w);
    }
}

/* What hides a Deny leaves the answer open, also where other reviews show all of theirs. */
TEST(checks_awkward, a_deny_whose_review_is_not_shown_or_not_dated_is_not_lost) {
    static const char *const rows[] = {
        HISTORY("Approve", "u2", "not applied", "")
        "i2,d2,Roles,Applied,2026-02-01T00:00:00Z,8 Feb 2026," GA
        ",Global Administrator,u3,u3@c.example,u2,x@c.example,Deny,not applied,\n",
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = world_of(NULL);
        put_signed_file(w, rows[i], "2026-02-20T06:00:00Z", OF("S50"));
        put_holders(w, "2026-01-30T06:00:00Z", HOLDER("u1"));
        put_holders(w, "2026-02-25T06:00:00Z", HOLDER("u1"));
        judge_world(w);
        check_said(w, "review-denials", i, OPEN);
        close_world(w);
    }
    static const char *const reviews[] = {"i1", "i9"}; /* the second is on no list */
    for (size_t i = 0; i < BD_COUNT(reviews); i++) {
        bd_str kept = BD_STR(DECIDED("d1", "Approve", "u2", "New", NEVER));
        bd_str deny = bd_str_format(test_arena(), "{'id':'d2','accessReviewId':'%s','decision':'Deny',"
                                    "'applyResult':'AppliedSuccessfully','appliedDateTime':'2026-02-09T00:00:00Z',"
                                    "'reviewedBy':{'id':'u2'},'principal':{'id':'u1'}}", reviews[i]);
        bd_str both = bd_str_format(test_arena(), "%.*s,%.*s", BD_ARG(kept), BD_ARG(deny));
        world *w = reviewed("2026-02-20T06:00:00Z", NULL, ENDED("Applied"), both.data, HOLDER("u9"));
        check_said(w, "review-denials", i, i == 0 ? PASSES : OPEN);
        close_world(w);
    }
}

/* ---- leavers ---- */

#define EVENT_OF(id, correlation, activity, upn, time, more)                                       \
    "{'id':'" id "','correlationId':'" correlation "','result':'success','activityDisplayName':'"  \
    activity "','activityDateTime':'" time "','targetResources':[{'type':'User','id':'o1',"        \
    "'userPrincipalName':'" upn "'" more "}]}"
#define EVENT(id, activity, time)                                                                  \
    EVENT_OF(id, id, activity, "ann@c.example", time, "")
#define CHANGED(id, correlation, to, time)                                                         \
    EVENT_OF(id, correlation, "Update user", "ann@c.example", time,                                \
             ",'modifiedProperties':[{'displayName':'AccountEnabled','oldValue':'[true]',"         \
             "'newValue':'[" to "]'}]")
#define LEFT "2026-02-02T17:00:00+01:00" /* 16:00 UTC */

/* The directory log is kept 30 days, so that it is read more often; `hole`: the pull of February is not there. */
static world *left(const char *leaver, const char *records, bool hole) {
    static const char *const days[] = {"01-01", "01-28", "02-24", "03-23", "04-15"};
    world *w = world_of("{'end_of_business':{'approved_by':'A','approved_on':'2026-01-01','value':"
                        "'18:00'}}");
    for (size_t i = 1; i < BD_COUNT(days); i++) {
        bd_str more = bd_str_format(
            test_arena(), OF("S58") ",'describes_from':'2026-%sT00:00:00Z','describes_to':"
                                    "'2026-%sT00:00:00Z'",
            days[i - 1], days[i]);
        bd_str at = bd_str_format(test_arena(), "2026-%sT00:00:00Z", days[i]);
        if (!hole || i != 2) {
            put_graph(w, "auditLogs/directoryAudits", at.data, more.data, i == 2 ? records : "");
        }
    }
    bd_str list = bd_str_format(
        test_arena(),
        "employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at\n%s\n", leaver);
    put_signed_file(w, list.data, "2026-04-15T00:00:00Z",
                    ",'describes_from':'2026-01-01T00:00:00Z','describes_to':"
                    "'2026-04-01T00:00:00Z'");
    judge_world(w);
    return w;
}

#define ANN "7,Ann@c.example," LEFT ",employee,,,"

TEST(checks_awkward, an_account_is_shut_within_24_hours_of_leaving_and_stays_shut) {
    static const struct {
        const char *leaver, *records, *in_time, *stays;
    } rows[] = {
        {ANN, EVENT("1", "Disable account", "2026-02-02T19:00:00Z"), PASSES, PASSES},
        {ANN, EVENT("1", "Disable account", "2026-02-03T16:00:00Z"), PASSES, PASSES},
        {ANN, EVENT("1", "Disable account", "2026-02-03T16:00:01Z"), FAILS, PASSES},
        {ANN, EVENT("1", "Disable account", "2026-02-02T10:00:00Z"), PASSES, PASSES}, /* before */
        /* one click, two rows of one correlation */
        {ANN,
         EVENT_OF("1", "c", "Disable account", "ann@c.example", "2026-02-02T19:00:00Z",
                  "") "," CHANGED("2", "c", "false", "2026-02-02T19:00:00Z"),
         PASSES, PASSES},
        {ANN, CHANGED("1", "c", "false", "2026-02-02T19:00:00Z"), PASSES, PASSES},
        {ANN, CHANGED("1", "c", "true", "2026-02-02T19:00:00Z"), FAILS, FAILS},
        /* opened again: before the 24 hours were over, and later */
        {ANN,
         EVENT("1", "Disable account", "2026-02-02T19:00:00Z") "," EVENT("2", "Enable account",
                                                                         "2026-02-02T20:00:00Z"),
         FAILS, FAILS},
        {ANN,
         EVENT("1", "Disable account", "2026-02-02T19:00:00Z") "," CHANGED(
             "2", "2", "true", "2026-02-20T20:00:00Z"),
         PASSES, FAILS},
        {ANN,
         EVENT_OF("1", "1", "Delete user", "6314d17031f044c3bf6e2d1c505c9103ann@c.example",
                  "2026-02-02T19:00:00Z", ""),
         PASSES, PASSES},
        {ANN, EVENT("1", "Hard Delete user.", "2026-02-02T19:00:00Z"), PASSES, PASSES},
        {ANN, EVENT("1", "Update StsRefreshTokenValidFrom Timestamp", "2026-02-02T19:00:00Z"),
         FAILS, PASSES}, /* shuts no account */
        /* 17:00 in New York is 22:00 UTC; 23 hours later and 25 */
        {"7,ann@c.example,2026-02-02 17:00,employee,America/New_York,,",
         EVENT("1", "Disable account", "2026-02-03T21:00:00Z"), PASSES, PASSES},
        {"7,ann@c.example,2026-02-02 17:00,employee,America/New_York,,",
         EVENT("1", "Disable account", "2026-02-03T23:00:00Z"), FAILS, PASSES},
        /* a day alone ends at the end of business, six in the evening */
        {"7,ann@c.example,2026-02-02,employee,,,",
         EVENT("1", "Disable account", "2026-02-03T18:00:00Z"), PASSES, PASSES},
        {"7,ann@c.example,2026-02-02,employee,,,",
         EVENT("1", "Disable account", "2026-02-03T18:00:01Z"), FAILS, PASSES},
        /* an administrator's second account */
        {"7,ann@c.example," LEFT ",employee,,adm-ann@c.example,",
         EVENT("1", "Disable account", "2026-02-02T19:00:00Z"), "1 pass, 1 fail, 0 unclear",
         "2 pass, 0 fail, 0 unclear"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = left(rows[i].leaver, rows[i].records, /*hole*/ false);
        check_said(w, "leaver-disabled-in-time", i, rows[i].in_time);
        check_said(w, "leaver-stays-disabled", i, rows[i].stays);
        close_world(w);
    }
}

/* Days that the log no longer held are cannot-tell; a list of users of the first 24 hours may answer, a later not. */
TEST(checks_awkward, where_the_log_was_gone_only_an_early_snapshot_shows_the_account_shut) {
    static const struct {
        const char *read, *enabled, *expected;
    } rows[] = {
        {NULL, NULL, OPEN},
        {"2026-02-03T10:00:00Z", "false", PASSES},
        {"2026-02-05T10:00:00Z", "false", OPEN},
        {"2026-02-03T10:00:00Z", "true", OPEN},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = left(ANN, "", /*hole*/ true);
        if (rows[i].read != NULL) {
            close_world(w);
            w = world_of(NULL);
            bd_str user = bd_str_format(
                test_arena(),
                "{'id':'o1','userPrincipalName':'ann@c.example','accountEnabled':%s,'userType':"
                "'Member'}",
                rows[i].enabled);
            put_graph(w, "users", rows[i].read, "", user.data);
            put_signed_file(
                w,
                "employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at\n" ANN
                "\n",
                "2026-04-15T00:00:00Z",
                ",'describes_from':'2026-01-01T00:00:00Z','describes_to':'2026-04-01T00:00:00Z'");
            judge_world(w);
        }
        check_said(w, "leaver-disabled-in-time", i, rows[i].expected);
        close_world(w);
    }
}

/* The date among the account's own properties moves on a change of password too, and is null of who never had one. */
TEST(checks_awkward, sessions_are_revoked_by_the_event_between_leaving_and_24_hours_after) {
#define REVOKED(time) EVENT("1", "Update StsRefreshTokenValidFrom Timestamp", time)
    static const struct {
        const char *records, *expected;
    } rows[] = {
        {REVOKED("2026-02-02T16:00:00Z"), PASSES},
        {REVOKED("2026-02-03T16:00:00Z"), PASSES},
        {REVOKED("2026-02-03T16:00:01Z"), FAILS},
        {REVOKED("2026-02-02T15:59:59Z"), FAILS}, /* before: to be answered with the sign-ins */
        {EVENT("1", "Delete user", "2026-02-02T19:00:00Z"), FAILS},
        {EVENT("1", "Reset user password", "2026-02-02T19:00:00Z"), FAILS},
        {EVENT_OF("1", "1", "Update StsRefreshTokenValidFrom Timestamp", "bob@c.example",
                  "2026-02-02T19:00:00Z", ""),
         FAILS},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        world *w = left(ANN, rows[i].records, /*hole*/ false);
        check_said(w, "leaver-sessions-revoked", i, rows[i].expected);
        close_world(w);
    }
    world *w = left(ANN, "", /*hole*/ true);
    check_said(w, "leaver-sessions-revoked", 0, OPEN);
    close_world(w);
}
