/* Screening before customer data opens (1.4 c): nested groups, and access that is older than the log. */
#include "make_whole.h"

#define DATA "dddddddd-0000-4000-8000-00000000000d"
#define INNER "dddddddd-0000-4000-8000-00000000000e"
#define ELSE "dddddddd-0000-4000-8000-00000000000f"
#define JOINERS                                                                                    \
    "employee_id,upn,person_type,event,effective_date,country,customer_data_access\n"              \
    "7,Ann@x.example,employee,joiner,2026-01-05,DE,yes\n"
#define SCREENED(completed, reason)                                                                \
    "employee_id,provider,provider_reference,requested_at,completed_at,status,not_permitted_reason\n" \
    "7,p,r-7,2025-12-01," completed ",done," reason "\n"
#define NOBODY "employee_id,provider,provider_reference,requested_at,completed_at,status,not_permitted_reason\n"
#define ADDED(at, group)                                                                           \
    "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#auditLogs/directoryAudits\",\"value\":["  \
    "{\"id\":\"e1\",\"activityDateTime\":\"" at "\",\"activityDisplayName\":\"Add member to group\",\"result\":" \
    "\"success\",\"targetResources\":[{\"id\":\"u7\",\"type\":\"User\",\"userPrincipalName\":\"ann@X.example\"," \
    "\"modifiedProperties\":[{\"displayName\":\"Group.ObjectID\",\"oldValue\":null,\"newValue\":\"\\\"" group    \
    "\\\"\"}]}]}]}"
#define MEMBER "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"u7\",\"userPrincipalName\":\"ann@x.example\"}"
#define OTHER "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"u8\",\"userPrincipalName\":\"ben@x.example\"}"
#define NESTED "{\"@odata.type\":\"#microsoft.graph.group\",\"id\":\"" INNER "\",\"displayName\":\"inner\"}"
#define LIST(items) "{\"value\":[" items "]}"

typedef struct {
    const char *screening, *log, *early, *late; /* members of the group on 2 and 20 January */
    const char *expected;
} screened_row;

#define SIGNED                                                                                     \
    ",\"prepared_by\":{\"name\":\"Ann Lee\",\"role\":\"HR\",\"at\":\"2026-02-03T06:00:00Z\"},\"reviews\":["  \
    "{\"name\":\"Ben Roe\",\"role\":\"HR\",\"at\":\"2026-02-03T07:00:00Z\",\"checked\":\"rows\"}]"

static void put_members(whole *w, const char *text, const char *at) {
    if (text != NULL) {
        whole_add_at(w, at, text,
                     ",\"source\":\"S65\",\"scope\":{\"kind\":\"resource\",\"ids\":[\"" DATA "\"]}");
    }
}

static bd_str judged_screening(const screened_row *row, const char *joiners) {
    whole *w = whole_open("{'customer_data_groups':['" DATA "']}");
    w->engagement.facts =
        whole_json("{'customer_data_groups':{'approved_on':'2025-12-01','value':['" DATA "']}}");
    whole_add_at(w, "2026-02-02T06:00:00Z", joiners,
                 ",\"source\":\"csv:joiners\",\"describes_from\":\"2026-01-01T00:00:00Z\","
                 "\"describes_to\":\"2026-02-01T00:00:00Z\"");
    if (row->screening != NULL) {
        whole_add_at(w, "2026-01-30T06:00:00Z", row->screening, ",\"source\":\"csv:screening\"");
    }
    if (row->log != NULL) {
        whole_add(w, row->log,
                  ",\"source\":\"S58\",\"describes_from\":\"2026-01-01T00:00:00Z\","
                  "\"describes_to\":\"2026-02-01T00:00:00Z\"");
    }
    put_members(w, row->early, "2026-01-02T06:00:00Z");
    put_members(w, row->late, "2026-01-20T06:00:00Z");
    for (size_t i = 0; i < w->bench.items.count; i++) { /* two people have signed what was handed in */
        bd_evidence *item = &w->bench.items.data[i];
        bd_signoff *review = bd_push(test_arena(), &item->reviewers);
        item->preparer = (bd_signoff){.name = BD_STR_INIT("Ann Lee"),
                                      .at = item->sidecar.collected_at,
                                      .stated_at = BD_INSTANT_NONE};
        *review = (bd_signoff){.name = BD_STR_INIT("Ben Roe"),
                               .role = BD_STR_INIT("lead"),
                               .at = item->sidecar.collected_at,
                               .stated_at = BD_INSTANT_NONE,
                               .checked = BD_STR_INIT("rows"),
                               .has_sha256 = true};
        memcpy(review->sha256, item->given.sha256, 32);
    }
    whole_judge(w);
    bd_str got = bd_str_of(whole_verdict(w, "screened-before-first-access"));
    bd_str why = bd_str_copy(test_arena(), whole_reason(w, "screened-before-first-access"));
    for (size_t i = 0; i < w->out->checks.count; i++) {
        if (bd_str_eqz(w->out->checks.data[i].check->id, "screened-before-first-access")) {
            why = bd_str_format(test_arena(), "%.*s | %.*s", BD_ARG(why), BD_ARG(w->out->checks.data[i].reason));
        }
    }
    scan_bench_close(&w->bench);
    test_failure("%.*s: %.*s", BD_ARG(got), BD_ARG(why));
    return got;
}

TEST(checks, screening_is_held_against_the_day_on_which_access_began) {
    static const screened_row rows[] = {
        /* an event of the log */
        {SCREENED("2026-01-03", ""), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "pass"},
        {SCREENED("2026-01-09", ""), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "fail"},
        {SCREENED("2026-01-06", ""), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "cannot-tell"},
        {SCREENED("2026-01-06T07:00:00Z", ""), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "pass"},
        {NOBODY, ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "fail"},
        {NULL, ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "cannot-tell"},
        {SCREENED("", "forbidden by law"), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "pass"},
        /* a word for no reason is none */
        {SCREENED("", "n/a"), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "fail"},
        {SCREENED("2026-01-09", "None"), ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, "fail"},
        /* another group opens nothing, and without lists of members nothing shows that no other way was taken */
        {SCREENED("2026-01-09", ""), ADDED("2026-01-06T08:00:00Z", ELSE), NULL, NULL, "cannot-tell"},
        {SCREENED("2026-01-09", ""), ADDED("2026-01-06T08:00:00Z", ELSE), LIST(OTHER), LIST(OTHER),
         "pass"}, /* screened before anything can have opened */
        {SCREENED("2026-01-25", ""), NULL, LIST(OTHER), LIST(OTHER), "cannot-tell"},
        {NOBODY, NULL, LIST(OTHER), LIST(OTHER), "cannot-tell"}, /* perhaps under another name */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judged_screening(&rows[i], JOINERS);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

TEST(checks, access_through_a_nested_group_counts_from_the_event_that_led_into_it) {
    static const screened_row rows[] = {
        {SCREENED("2026-01-09", ""), ADDED("2026-01-06T08:00:00Z", INNER), NULL, LIST(MEMBER "," NESTED), "fail"},
        {SCREENED("2026-01-03", ""), ADDED("2026-01-06T08:00:00Z", INNER), NULL, LIST(MEMBER "," NESTED), "pass"},
        /* the inner group was added later: no event of his own, but two lists of members */
        {SCREENED("2026-01-01", ""), NULL, LIST(OTHER), LIST(MEMBER "," NESTED), "pass"},
        {SCREENED("2026-01-25", ""), NULL, LIST(OTHER), LIST(MEMBER "," NESTED), "fail"},
        {SCREENED("2026-01-10", ""), NULL, LIST(OTHER), LIST(MEMBER "," NESTED), "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judged_screening(&rows[i], JOINERS);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

/* He was in the group when it was first looked at, and is not any more: the first list dates it all the same. */
TEST(checks, access_older_than_the_log_is_dated_by_the_first_list_that_shows_it) {
    static const screened_row rows[] = {
        {SCREENED("2025-12-30", ""), NULL, LIST(MEMBER), LIST(OTHER), "pass"},
        {SCREENED("2026-01-10", ""), NULL, LIST(MEMBER), LIST(OTHER), "fail"},
        {NOBODY, NULL, LIST(MEMBER), LIST(OTHER), "fail"},
        /* no earlier list: it may have begun on his first day, the fifth */
        {SCREENED("2026-01-10", ""), NULL, NULL, LIST(MEMBER), "cannot-tell"},
        {SCREENED("2026-01-04", ""), NULL, NULL, LIST(MEMBER), "pass"},
        {SCREENED("2026-01-25", ""), NULL, NULL, LIST(MEMBER), "fail"},
        /* a later event does not make it younger */
        {SCREENED("2026-01-10", ""), ADDED("2026-01-15T08:00:00Z", DATA), LIST(MEMBER), LIST(MEMBER), "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str got = judged_screening(&rows[i], JOINERS);
        test_failure("row %zu", i);
        CHECK_EQ_STR(got, rows[i].expected);
    }
}

#define HEAD "employee_id,upn,person_type,event,effective_date,country,customer_data_access\n"
TEST(checks, who_is_said_to_have_no_customer_data_is_judged_where_he_is_seen_with_it) {
    static const char none[] = HEAD "7,ann@x.example,employee,transfer,2026-01-05,DE,no\n";
    static const char nameless[] = HEAD "7,,employee,joiner,2026-01-05,DE,yes\n";
    screened_row row = {NOBODY, ADDED("2026-01-06T08:00:00Z", DATA), NULL, NULL, ""};
    CHECK_EQ_STR(judged_screening(&row, none), "fail");
    row.log = NULL;
    CHECK_EQ_STR(judged_screening(&row, none), "missing"); /* nobody to judge */
    row.log = ADDED("2026-01-06T08:00:00Z", DATA);
    CHECK_EQ_STR(judged_screening(&row, nameless), "cannot-tell"); /* nobody knows whose access to look for */
}
