/* Checks of our own controls over lists, inventories and jobs. */
#include "make_catalog_scene.h"
#include "make_checks.h"

TEST(checks, the_lists_of_our_own_controls_answer_as_the_cases_say) {
    run_check_cases("ours-data.case", 50);
}

/* Sidecar of a list that describes the days from..to. */
#define LIST_OF(source, from, to)                                                                  \
    "{'source':'" source "','describes_from':'" from "','describes_to':'" to                       \
    "','collected_at':'" to "','command':'portal: export','exporter':'ann@contoso.example',"       \
    "'complete':true}"
#define QUARTER(source) LIST_OF(source, "2026-01-01T00:00:00Z", "2026-04-02T06:00:00Z")
#define DAY_OF(source, day) LIST_OF(source, day "T06:00:00Z", day "T06:00:00Z")

/* How one check came out: the worst of its results, or "missing" where it judged nothing. */
static const char *came_out(const scene *s, const char *id) {
    bd_verdict worst = BD_NOT_APPLICABLE;
    bool has_any = false;
    for (size_t i = 0; i < s->out->checks.count; i++) {
        const bd_check_result *one = &s->out->checks.data[i];
        if (bd_str_eqz(one->check->id, id)) {
            worst = bd_verdict_worse(worst, one->verdict);
            has_any = true;
            test_failure("%s: %.*s", id, BD_ARG(one->reason));
        }
    }
    return has_any ? bd_verdict_text(worst) : "missing";
}

/* ---- badges ---- */

#define ROSTER_HEAD "employee_id,upn,start_date,end_date\n"
#define BADGE_HEAD "badge_id,employee_id,site,issued_at,valid_until,withdrawn_at\n"

TEST(checks, a_valid_badge_belongs_to_somebody_on_the_roster) {
    static const struct {
        const char *badges, *roster, *expected;
    } rows[] = {
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,", "pass"},
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,2026-02-28", "fail"},
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,2026-03-02", "pass"}, /* his last day */
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,2026-12-31", "pass"},
        {"b1,7,HQ,2020-01-01,,", "8,a@c.example,2020-01-01,", "fail"},
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,soon", "cannot-tell"},
        {"b1,7,HQ,2020-01-01,,2026-02-28", "8,a@c.example,2020-01-01,", "not-applicable"},
        {"b1,7,HQ,2020-01-01,,2026-05-01", "8,a@c.example,2020-01-01,", "fail"}, /* later */
        {"b1,7,HQ,2020-01-01,2025-12-31,", "8,a@c.example,2020-01-01,", "not-applicable"},
        {"b1,7,HQ,2020-01-01,2026-12-31,", "8,a@c.example,2020-01-01,", "fail"},
        {"b1,7,HQ,2020-01-01,,yes", "7,a@c.example,2020-01-01,", "cannot-tell"},
        {"b1,,HQ,2020-01-01,,", "7,a@c.example,2020-01-01,", "cannot-tell"}, /* nobody's */
        {"b1,,HQ,2020-01-01,,2026-02-20", "7,a@c.example,2020-01-01,", "cannot-tell"},
        {"b1,,HQ,2020-01-01,,2025-02-20", "7,a@c.example,2020-01-01,", "not-applicable"},
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2026-06-01,", "fail"}, /* begins later */
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,2026-03-05,", "pass"},
        {"b1,7,HQ,2020-01-01,,", "7,a@c.example,soon,", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-03-31", NULL);
        bd_str badges = bd_str_format(test_arena(), BADGE_HEAD "%s\n", rows[i].badges);
        bd_str roster = bd_str_format(test_arena(), ROSTER_HEAD "%s\n", rows[i].roster);
        put_signed(f, "badges.csv", badges.data, DAY_OF("csv:badges", "2026-03-02"));
        put_signed(f, "roster.csv", roster.data, DAY_OF("csv:roster", "2026-03-02"));
        scene *s = judge_files(f);
        const char *got = came_out(s, "badge-holders-active");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

TEST(checks, a_badge_list_without_a_roster_near_it_stays_open) {
    files *f = files_of("2026-01-01", "2026-03-31", NULL);
    put_signed(f, "badges.csv", BADGE_HEAD "b1,7,HQ,2020-01-01,,\n",
               DAY_OF("csv:badges", "2026-03-02"));
    put_signed(f, "roster.csv", ROSTER_HEAD "7,a@c.example,2020-01-01,\n",
               DAY_OF("csv:roster", "2026-01-20"));
    CHECK_EQ_STR(bd_str_of(came_out(judge_files(f), "badge-holders-active")), "cannot-tell");
}

#define LEAVER_HEAD "employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at\n"

TEST(checks, the_badge_of_a_leaver_is_withdrawn_by_his_last_day) {
    static const struct {
        const char *left, *withdrawn, *expected;
    } rows[] = {
        {"2026-02-10T09:00:00Z", "2026-02-10", "C"}, {"2026-02-10T09:00:00Z", "2026-02-09", "C"},
        {"2026-02-10T23:00:00Z", "2026-02-11", "D"}, {"2026-02-10", "2026-03-20", "D"},
        {"2026-02-10", "2026-02-10T22:00:00Z", "C"}, {"soon", "2026-02-10", "?"},
        {"2026-02-10T09:00:00Z", "no longer", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-03-31", NULL);
        bd_str badges =
            bd_str_format(test_arena(), BADGE_HEAD "b1,7,HQ,2020-01-01,,%s\n", rows[i].withdrawn);
        bd_str leavers =
            bd_str_format(test_arena(), LEAVER_HEAD "7,a@c.example,%s,left,UTC,,\n", rows[i].left);
        put_signed(f, "badges.csv", badges.data, QUARTER("csv:badges"));
        put_signed(f, "leavers.csv", leavers.data, QUARTER("csv:leavers"));
        put_signed(f, "roster.csv", ROSTER_HEAD "8,b@c.example,2020-01-01,\n",
                   DAY_OF("csv:roster", "2026-01-02"));
        scene *s = judge_files(f);
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-CC6.4-2a", "2026-Q1")));
        CHECK_EQ_STR(outcomes(s, "B-CC6.4-2a"), rows[i].expected);
    }
}

/* A badge that ran out after the last day, and was never withdrawn, opened the door until then. */
TEST(checks, the_badge_of_a_leaver_that_runs_out_after_his_last_day_was_valid_too_long) {
    static const struct {
        const char *badges[2]; /* of the lists of January and of the quarter */
        const char *expected;
    } rows[] = {
        {{NULL, "b1,7,HQ,2020-01-01,2026-02-20,"}, "D"},
        {{NULL, "b1,7,HQ,2020-01-01,2026-02-10,"}, "C"},
        {{NULL, "b1,7,HQ,2020-01-01,2026-02-05,2026-02-20"}, "C"}, /* ran out before */
        {{NULL, "b1,7,HQ,2020-01-01,2026-02-20,2026-02-25"}, "D"},
        /* what would run out later was withdrawn, as the later list shows */
        {{"b1,7,HQ,2020-01-01,2026-02-20,", "b1,7,HQ,2020-01-01,2026-02-20,2026-02-09"}, "C"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-03-31", NULL);
        static const char *const sidecars[] = {DAY_OF("csv:badges", "2026-01-02"),
                                               QUARTER("csv:badges")};
        for (size_t j = 0; j < 2; j++) {
            if (rows[i].badges[j] != NULL) {
                put_signed(f, j == 0 ? "b0.csv" : "b1.csv",
                           bd_str_format(test_arena(), BADGE_HEAD "%s\n", rows[i].badges[j]).data,
                           sidecars[j]);
            }
        }
        put_signed(f, "leavers.csv", LEAVER_HEAD "7,a@c.example,2026-02-10,left,UTC,,\n",
                   QUARTER("csv:leavers"));
        put_signed(f, "roster.csv", ROSTER_HEAD "7,b@c.example,2020-01-01,2026-02-10\n",
                   DAY_OF("csv:roster", "2026-01-02"));
        scene *s = judge_files(f);
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-CC6.4-2a", "2026-Q1")));
        CHECK_EQ_STR(outcomes(s, "B-CC6.4-2a"), rows[i].expected);
    }
}

/* A list of before he left shows nothing of the withdrawal. */
TEST(checks, a_badge_list_of_before_the_last_day_does_not_pass) {
    files *f = files_of("2026-01-01", "2026-03-31", NULL);
    put_signed(f, "badges.csv", BADGE_HEAD "b1,7,HQ,2020-01-01,,\n",
               DAY_OF("csv:badges", "2026-01-15"));
    put_signed(f, "leavers.csv", LEAVER_HEAD "7,a@c.example,2026-02-10T09:00:00Z,left,UTC,,\n",
               QUARTER("csv:leavers"));
    put_signed(f, "roster.csv", ROSTER_HEAD "7,b@c.example,2020-01-01,2026-02-10\n",
               DAY_OF("csv:roster", "2026-01-15"));
    CHECK_EQ_STR(outcomes(judge_files(f), "B-CC6.4-2a"), "?");
}

/* ---- the inventory of assets ---- */

#define ASSET_HEAD                                                                                 \
    "asset_id,name,kind,resource_id,resource_type,owner,class,criticality,retired_on\n"
#define SUB "/subscriptions/" SUB_A
#define STORE SUB "/resourceGroups/p/providers/Microsoft.Storage/storageAccounts/a"
#define PLAIN_ROW(id, type) "{'id':'" id "','type':'" type "','subscriptionId':'" SUB_A "'}"
#define PLAIN_OTHER PLAIN_ROW(SUB "/resourceGroups/p/providers/My.Own/things/a", "my.own/things")
#define PLAIN_STORE PLAIN_ROW(STORE, "microsoft.storage/storageaccounts")

static files *inventory(const char *assets, const char *resources, const char *facts) {
    files *f = files_of("2026-01-01", "2026-12-31", facts);
    put_signed(f, "assets.csv", bd_str_format(test_arena(), ASSET_HEAD "%s", assets).data,
               DAY_OF("csv:assets", "2026-06-02"));
    put_file(f, "resources.json", bd_str_format(test_arena(), "[%s]", resources).data,
             SIDECAR_OF("S77", SUB_A, "2026-11-02T06:00:00Z"));
    return f;
}

#define A_STORE "A1,a,store," STORE ",Microsoft.Storage/storageAccounts,Ann,confidential,high,"

TEST(checks, each_type_and_each_store_of_the_platform_is_in_the_inventory) {
    static const struct {
        const char *assets, *resources;
        const char *types, *critical, *stores, *complete;
    } rows[] = {
        {A_STORE, PLAIN_STORE, "pass", "pass", "pass", "pass"},
        {"A1,a,app,,,Ann,internal,low,", PLAIN_STORE, "fail", "fail", "fail", "pass"},
        {A_STORE "2026-01-01", PLAIN_STORE, "fail", "fail", "fail", "not-applicable"},
        {A_STORE "2026-12-31", PLAIN_STORE, "pass", "pass", "pass", "pass"}, /* a later day */
        {A_STORE "soon", PLAIN_STORE, "cannot-tell", "cannot-tell", "cannot-tell", "cannot-tell"},
        {"A1,a,store," STORE ",Microsoft.Storage/storageAccounts,,confidential,high,", PLAIN_STORE,
         "pass", "pass", "fail", "fail"},
        {"A1,a,store," STORE ",Microsoft.Storage/storageAccounts,Ann,,high,", PLAIN_STORE, "pass",
         "pass", "fail", "fail"},
        /* the type is there, this store is not */
        {"A1,b,store," SUB "/x,Microsoft.Storage/storageAccounts,Ann,internal,low,", PLAIN_STORE,
         "pass", "fail", "fail", "pass"},
        /* with its settings; and beside a type that nothing reads */
        {"A1,a,app,,,Ann,internal,low,",
         PLAIN_OTHER ",{'id':'" STORE
                     "','type':'Microsoft.Storage/storageAccounts','subscriptionId':'" SUB_A
                     "','properties':{'x':1}}",
         "fail", "fail", "fail", "pass"},
        {A_STORE, PLAIN_OTHER, "fail", "missing", "not-applicable", "pass"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str assets = bd_str_format(test_arena(), "%s\n", rows[i].assets);
        scene *s = judge_files(
            inventory(assets.data, rows[i].resources, "{'critical_resources':['" STORE "']}"));
        const char *types = came_out(s, "resource-types-inventoried");
        const char *critical = came_out(s, "critical-resources-inventoried");
        const char *stores = came_out(s, "data-stores-classed");
        const char *complete = came_out(s, "assets-complete");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(types), rows[i].types);
        CHECK_EQ_STR(bd_str_of(critical), rows[i].critical);
        CHECK_EQ_STR(bd_str_of(stores), rows[i].stores);
        CHECK_EQ_STR(bd_str_of(complete), rows[i].complete);
    }
}

/* What lists of its own show beside the resources: nobody writes it into an inventory of assets. */
TEST(checks, what_hangs_on_a_resource_or_happens_to_it_is_no_asset) {
#define AT_STORE(kind, name) PLAIN_ROW(STORE "/providers/" kind "/" name, kind)
#define AT_SUB(kind, name) PLAIN_ROW(SUB "/providers/" kind "/" name, kind)
    static const char *const rows[] = {
        AT_SUB("Microsoft.Security/pricings", "StorageAccounts"),
        AT_SUB("Microsoft.Security/secureScores", "ascScore"),
        AT_SUB("Microsoft.Security/securityContacts", "default"),
        AT_SUB("Microsoft.Authorization/roleAssignments", "6f3f6d0a-5e8a-4d0a-9a8e-0d9b3f9c1c11"),
        AT_STORE("Microsoft.Insights/diagnosticSettings", "logs"),
        PLAIN_ROW(STORE "/blobServices/default", "Microsoft.Storage/storageAccounts/blobServices"),
        PLAIN_ROW(SUB "/resourceGroups/p", "Microsoft.Resources/subscriptions/resourceGroups"),
        "{'id':'" STORE "/events/0f/ticks/638','eventTimestamp':'2026-11-01T06:00:00Z',"
        "'operationName':{'value':'Microsoft.Storage/storageAccounts/write'},'eventDataId':'0f',"
        "'subscriptionId':'" SUB_A "'}",
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = inventory(A_STORE "\n", PLAIN_STORE, NULL);
        put_file(f, "beside.json", bd_str_format(test_arena(), "[%s]", rows[i]).data,
                 "{'command':'az rest','collected_at':'2026-11-02T06:00:00Z','exporter':'a@b.example',"
                 "'complete':true}");
        test_failure("%s", rows[i]);
        CHECK_EQ_STR(bd_str_of(came_out(judge_files(f), "resource-types-inventoried")), "pass");
    }
}

/* One type's own list shows that its resources are there, and not what else there is. */
TEST(checks, the_list_of_one_type_is_no_list_of_the_platform) {
    files *f = files_of("2026-01-01", "2026-12-31", NULL);
    put_signed(f, "assets.csv", ASSET_HEAD A_STORE "\n", DAY_OF("csv:assets", "2026-11-02"));
    put_file(f, "accounts.json",
             "[{'id':'" STORE "','type':'Microsoft.Storage/storageAccounts',"
             "'primaryEndpoints':{},'sku':{'name':'Standard_LRS'}}]",
             "{'command':'az storage account list','collected_at':'2026-11-02T06:00:00Z',"
             "'exporter':'ann@contoso.example','complete':true}");
    put_file(f, "things.json",
             "[{'id':'" SUB "/resourceGroups/p/providers/Microsoft.Network/"
             "routeTables/r','type':'Microsoft.Network/routeTables'}]",
             "{'command':'az network route-table list','collected_at':'2026-11-02T06:00:00Z',"
             "'exporter':'ann@contoso.example','complete':true}");
    scene *s = judge_files(f);
    CHECK(bd_str_find(bd_str_of(came_out(s, "resource-types-inventoried")), BD_STR("pass")) < 0);
    CHECK(bd_str_find(bd_str_of(came_out(s, "data-stores-classed")), BD_STR("pass")) < 0);
}

/* The files as judged, with the register's rows beside them. */
static scene *judge_registered(files *f, const char *type, bd_document document) {
    scene *s = &f->scene;
    scan_conclude(&f->bench);
    s->evidence = f->bench.items;
    s->collections = f->bench.collections;
    s->snapshots = f->bench.snapshots;
    put_document(s, type, document, true);
    judge_scene(s);
    return s;
}

TEST(checks, an_inventory_passes_with_all_its_halves_and_not_without_one) {
    for (size_t i = 0; i < 5; i++) {
        files *f = files_of("2026-01-01", "2026-12-31",
                            i == 1 ? NULL : "{'critical_resources':['" STORE "']}");
        if (i != 2) {
            put_signed(f, "assets.csv", ASSET_HEAD A_STORE "\n",
                       DAY_OF("csv:assets", "2026-11-02"));
        }
        if (i != 3) {
            put_file(f, "resources.json", "[" PLAIN_STORE "]",
                     SIDECAR_OF("S77", SUB_A, "2026-11-02T06:00:00Z"));
        }
        scene *s = judge_registered(f, i == 4 ? "other" : "asset-inventory",
                                    stating(carried_out("2026-11-03"),
                                            "software-and-data-sets;equals-newest-platform-list;"
                                            "class-and-owner-of-each-store"));
        test_failure("without half %zu: %.*s", i,
                     BD_ARG(requirement_of(s, "B-CC2.1-1a")->instances[0].reason));
        CHECK_EQ_STR(outcomes(s, "B-CC2.1-1a"), i == 0 ? "C" : "?");
        CHECK_EQ_STR(outcomes(s, "B-C1.1-1b"), i <= 1 ? "C" : "?");
    }
}

/* Each server has one, the platform's own. */
TEST(checks, the_master_database_of_a_server_is_no_store) {
#define DATABASE(name)                                                                             \
    PLAIN_ROW(SUB "/resourceGroups/p/providers/Microsoft.Sql/servers/s/databases/" name,           \
              "microsoft.sql/servers/databases")
    static const struct {
        const char *rows, *expected;
    } rows[] = {{DATABASE("master"), "not-applicable"},
                {DATABASE("master") "," DATABASE("masters"), "fail"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = judge_files(inventory(A_STORE "\n", rows[i].rows, NULL));
        CHECK_EQ_STR(bd_str_of(came_out(s, "data-stores-classed")), rows[i].expected);
    }
}

TEST(checks, a_row_of_the_inventory_that_no_list_shows_stays_open) {
    scene *s = judge_files(inventory(A_STORE "\n" A_STORE "\n", "", NULL));
    CHECK_EQ_STR(bd_str_of(came_out(s, "assets-exist")), "cannot-tell");
}

/* ---- detections and events ---- */

#define INCIDENT(number, severity, title, product)                                                 \
    "{'id':'/subscriptions/" SUB_A "/resourceGroups/p/providers/Microsoft.OperationalInsights/"    \
    "workspaces/w/providers/Microsoft.SecurityInsights/Incidents/" number "','properties':{"       \
    "'incidentNumber':" number ",'title':'" title "','severity':'" severity                        \
    "','status':'Closed','classification':'TruePositive','createdTimeUtc':'2026-02-10T10:00:00Z'," \
    "'additionalData':{'alertProductNames':['" product "']}}}"
#define MALWARE INCIDENT("7", "Medium", "Malware prevented", "Other")
#define TICKET_TEXT(kind, ref, severity, opened, triaged, closed, resolution)                      \
    "{'ticket_id':'t','kind':'" kind "','source_ref':'" ref "','severity':'" severity              \
    "','opened_at':'" opened "'" triaged closed resolution "}"

static scene *events_scene(const char *incident, const char *ticket) {
    scene *s = scene_of_catalog("{'slas':{'triage_high_minutes':60,'triage_medium_minutes':240}}",
                                "2026-02-01", "2026-02-28");
    uint32_t incidents = put_log(s, "S66", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    uint32_t tickets =
        put_log(s, "csv:tickets", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    if (incident[0] != '\0') {
        put_json(s, incidents, "i", incident);
    }
    if (ticket[0] != '\0') {
        put_json(s, tickets, "t", ticket);
    }
    return s;
}

TEST(checks, a_detection_needs_a_ticket_with_outcome) {
#define ANSWERED ",'resolution':'cleaned','closed_at':'2026-02-11'"
#define DETECTION(ref, rest)                                                                       \
    TICKET_TEXT("incident", ref, "medium", "2026-02-10T11:00:00Z", "", "", rest)
    static const struct {
        const char *incident, *ticket, *expected;
    } rows[] = {
        {MALWARE, DETECTION("7", ANSWERED), "P"},
        {MALWARE, DETECTION("8", ANSWERED), "F"},
        {MALWARE, DETECTION("7", ",'closed_at':'2026-02-11'"), "F"},
        {MALWARE, DETECTION("7", ""), "?"}, /* still open */
        /* another thing of the same number, or of long before */
        {MALWARE, TICKET_TEXT("change", "7", "low", "2026-02-10T11:00:00Z", "", "", ANSWERED), "?"},
        {MALWARE, TICKET_TEXT("incident", "7", "low", "2026-02-02T11:00:00Z", "", "", ANSWERED), "F"},
        {MALWARE, "", "F"},
        {INCIDENT("7", "Low", "Odd login", "Microsoft Defender for Endpoint"), "", "F"},
        {INCIDENT("7", "Low", "Odd login", "Azure Active Directory Identity Protection"), "", ""},
        {"{'id':'/x','properties':{'incidentNumber':7,'title':'Odd login','createdTimeUtc':"
         "'2026-02-10T10:00:00Z'}}",
         "", "?"}, /* the products are not shown */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = events_scene(rows[i].incident, rows[i].ticket);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(results_of_check(s, "detections-ticketed"), rows[i].expected);
    }
}

static void put_state(scene *s, const char *status, const char *at) {
    uint32_t item =
        put_log(s, "incident-states", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_json(
        s, item, "n",
        bd_str_format(test_arena(), "{'number':'7','status':'%s','time':'%s'}", status, at).data);
    put_log(s, "S63i", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
}

TEST(checks, an_incident_is_triaged_in_the_time_of_its_severity) {
    static const struct {
        const char *severity, *status, *at, *high, *medium;
    } rows[] = {
        {"High", "Active", "2026-02-10T11:00:00Z", "P", ""},
        {"High", "Active", "2026-02-10T11:01:00Z", "F", ""},
        {"Medium", "Active", "2026-02-10T14:00:00Z", "", "P"},
        {"Medium", "Closed", "2026-02-10T14:01:00Z", "", "F"},
        {"Medium", "New", "2026-02-10T12:00:00Z", "", "F"},
        {"Sev2", "Active", "2026-02-10T12:00:00Z", "", "P"},
        {"Low", "New", "2026-02-10T12:00:00Z", "", ""},
        {"Informational", "New", "2026-02-10T12:00:00Z", "", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str incident = bd_str_format(
            test_arena(),
            "{'id':'/x','properties':{'incidentNumber':7,'severity':'%s','status':'%s',"
            "'createdTimeUtc':'2026-02-10T10:00:00Z'}}",
            rows[i].severity, rows[i].status);
        scene *s = events_scene(incident.data, "");
        put_state(s, rows[i].status, rows[i].at);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(results_of_check(s, "events-triaged-high"), rows[i].high);
        CHECK_EQ_STR(results_of_check(s, "events-triaged-medium"), rows[i].medium);
    }
}

TEST(checks, an_event_in_the_list_of_tickets_is_triaged_in_time) {
#define TRIAGED(kind, severity, at)                                                                \
    TICKET_TEXT(kind, "", severity, "2026-02-10T10:00:00Z", at, "", "")
    static const struct {
        const char *ticket, *high, *medium;
    } rows[] = {
        {TRIAGED("security-event", "high", ",'triaged_at':'2026-02-10T10:59:00Z'"), "P", ""},
        {TRIAGED("incident", "Critical", ",'triaged_at':'2026-02-10T11:30:00Z'"), "F", ""},
        {TRIAGED("incident", "medium", ",'triaged_at':'2026-02-10T11:30:00Z'"), "", "P"},
        {TRIAGED("incident", "medium", ""), "", "F"},
        {TRIAGED("incident", "medium", ",'triaged_at':'soon'"), "", "?"},
        {TRIAGED("reject", "high", ""), "", ""},
        {TRIAGED("incident", "LOW", ""), "", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = events_scene("", rows[i].ticket);
        judge_scene(s);
        test_failure("row %zu", i);
        CHECK_EQ_STR(results_of_check(s, "event-tickets-triaged-high"), rows[i].high);
        CHECK_EQ_STR(results_of_check(s, "event-tickets-triaged-medium"), rows[i].medium);
    }
}

TEST(checks, the_time_to_triage_is_asked_for_by_name) {
    scene *s = scene_of_catalog("{}", "2026-02-01", "2026-02-28");
    uint32_t incidents = put_log(s, "S66", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_log(s, "csv:tickets", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_log(s, "S63i", "", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z");
    put_json(s, incidents, "i", MALWARE);
    judge_scene(s);
    CHECK_EQ_STR(outcomes(s, "B-CC7.3-1a"), "?");
    CHECK(bd_str_find(instance_of(s, "B-CC7.3-1a", "2026-02")->reason, BD_STR("slas")) >= 0);
}

/* ---- capacity ---- */

#define GROUP SUB "/resourceGroups/p"
#define MACHINE GROUP "/providers/Microsoft.Compute/virtualMachines/m"
#define MACHINE_IN(location)                                                                       \
    "{'id':'" MACHINE "','type':'Microsoft.Compute/virtualMachines','subscriptionId':'" SUB_A     \
    "'" location "}"
#define A_MACHINE MACHINE_IN(",'location':'westeurope'")
#define METRIC_ALERT(scope, enabled, metric, of)                                                   \
    "{'id':'" GROUP "/providers/Microsoft.Insights/metricAlerts/r','type':"                        \
    "'microsoft.insights/metricalerts','subscriptionId':'" SUB_A                                   \
    "','properties':{'enabled':" enabled ",'scopes':['" scope "'],'targetResourceType':'" of       \
    "','targetResourceRegion':'West Europe','criteria':{'odata.type':'x','allOf':[{'name':'c',"      \
    "'metricName':'" metric "','threshold':80}]}}}"
#define MEASURES                                                                                   \
    "{'critical_resources':['" MACHINE                                                             \
    "'],'capacity_measures':{'Microsoft.Compute/virtualMachines':['Percentage CPU','Memory']}}"

TEST(checks, a_critical_resource_has_an_alert_on_what_limits_it) {
    static const struct {
        const char *alert, *facts, *expected;
    } rows[] = {
        {METRIC_ALERT(MACHINE, "true", "Percentage CPU", ""), MEASURES, "pass"},
        {METRIC_ALERT(MACHINE, "'True'", "percentage cpu", ""), MEASURES, "pass"},
        {METRIC_ALERT(GROUP, "true", "Memory", "Microsoft.Compute/virtualMachines"), MEASURES,
         "pass"},
        {METRIC_ALERT(SUB, "true", "Memory", "microsoft.compute/virtualmachines"), MEASURES,
         "pass"},
        {METRIC_ALERT(SUB, "true", "Memory", "Microsoft.Sql/servers"), MEASURES, "fail"},
        {METRIC_ALERT(SUB, "true", "Memory", ""), MEASURES, "fail"},
        {METRIC_ALERT(MACHINE, "false", "Percentage CPU", ""), MEASURES, "fail"},
        {METRIC_ALERT(MACHINE, "null", "Percentage CPU", ""), MEASURES, "cannot-tell"},
        {METRIC_ALERT(MACHINE, "true", "Network In", ""), MEASURES, "fail"},
        {METRIC_ALERT(MACHINE "2", "true", "Percentage CPU", ""), MEASURES, "fail"},
        {METRIC_ALERT(MACHINE, "true", "Percentage CPU", ""),
         "{'critical_resources':['" MACHINE "']}", "cannot-tell"},
        {METRIC_ALERT(MACHINE, "true", "Percentage CPU", ""),
         "{'critical_resources':['" MACHINE "'],'capacity_measures':{'a/b':'x'}}", "cannot-tell"},
        {"{'id':'" GROUP "/providers/Microsoft.Insights/scheduledQueryRules/q','type':"
         "'microsoft.insights/scheduledqueryrules','subscriptionId':'" SUB_A
         "','properties':{'enabled':true,'scopes':['" MACHINE
         "'],'criteria':{'allOf':[{'query':'Perf'}]}}}",
         MEASURES, "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-01-31", rows[i].facts);
        put_file(f, "r.json", bd_str_format(test_arena(), "[" A_MACHINE ",%s]", rows[i].alert).data,
                 SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
        const char *got = came_out(judge_files(f), "capacity-alerts-set");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

/* Alerts that look as if they watched. */
TEST(checks, an_alert_of_another_region_or_one_that_never_fires_does_not_pass) {
#define CRITERION(metric, operator, threshold)                                                     \
    "{'metricName':'" metric "','operator':'" operator "','threshold':" threshold "}"
#define BUSY CRITERION("Percentage CPU", "GreaterThan", "80")
#define BUSY_OF(dimensions)                                                                        \
    CRITERION("Percentage CPU", "GreaterThan", "80,'dimensions':[" dimensions "]")
#define DIMENSION(operator, values) "{'name':'d','operator':'" operator "','values':[" values "]}"
    static const struct {
        const char *scope, *region, *location, *criteria, *expected;
    } rows[] = {
        {MACHINE, "", "", BUSY, "pass"},
        {GROUP, ",'targetResourceRegion':'westeurope'", ",'location':'West Europe'", BUSY, "pass"},
        {GROUP, ",'targetResourceRegion':'northeurope'", ",'location':'westeurope'", BUSY, "fail"},
        {SUB, ",'targetResourceRegion':'northeurope'", ",'location':'westeurope'", BUSY, "fail"},
        {GROUP, "", ",'location':'westeurope'", BUSY, "cannot-tell"},
        {GROUP, ",'targetResourceRegion':'westeurope'", "", BUSY, "cannot-tell"},
        {GROUP, "", "", BUSY, "cannot-tell"},
        {MACHINE, "", "", CRITERION("Percentage CPU", "GreaterThan", "100"), "cannot-tell"},
        {MACHINE, "", "", CRITERION("Percentage CPU", "GreaterThan", "1e3"), "cannot-tell"},
        {MACHINE, "", "", CRITERION("Percentage CPU", "GreaterThanOrEqual", "100"), "pass"},
        {MACHINE, "", "", CRITERION("Percentage CPU", "GreaterThanOrEqual", "100.1"),
         "cannot-tell"},
        {MACHINE, "", "", CRITERION("Percentage CPU", "LessThan", "10"), "cannot-tell"}, /* of machines that idle */
        {MACHINE, "", "", CRITERION("Percentage CPU", "LessThanOrEqual", "10"), "cannot-tell"},
        {MACHINE, "", "", CRITERION("Memory", "LessThan", "0"), "cannot-tell"},
        {MACHINE, "", "", CRITERION("Memory", "LessThan", "1"), "pass"},
        {MACHINE, "", "", CRITERION("Memory", "GreaterThan", "100000"), "pass"},
        {MACHINE, "", "", BUSY "," CRITERION("Network In", "GreaterThan", "1"), "cannot-tell"},
        {MACHINE, "", "", BUSY_OF(""), "pass"},
        {MACHINE, "", "", BUSY_OF(DIMENSION("Include", "'*'")), "pass"}, /* each part by itself */
        {MACHINE, "", "", BUSY_OF(DIMENSION("Include", "'a','b'")), "cannot-tell"},
        {MACHINE, "", "", BUSY_OF(DIMENSION("Exclude", "'a'")), "cannot-tell"},
        {MACHINE, "", "", BUSY_OF(DIMENSION("Include", "'*'") "," DIMENSION("Include", "'a'")), "cannot-tell"},
        {MACHINE, "", "", "", "fail"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-01-31", MEASURES);
        bd_str text = bd_str_format(
            test_arena(),
            "[" MACHINE_IN("%s") ",{'id':'" GROUP "/providers/Microsoft.Insights/metricAlerts/r',"
                                 "'type':'microsoft.insights/metricalerts','subscriptionId':'" SUB_A
                                 "','properties':{'enabled':true,'scopes':['%s'],"
                                 "'targetResourceType':'Microsoft.Compute/virtualMachines'%s,"
                                 "'criteria':{'allOf':[%s]}}}]",
            rows[i].location, rows[i].scope, rows[i].region, rows[i].criteria);
        put_file(f, "r.json", text.data, SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
        const char *got = came_out(judge_files(f), "capacity-alerts-set");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

TEST(checks, a_critical_resource_that_no_list_shows_has_no_alert_that_passes) {
    files *f = files_of("2026-01-01", "2026-01-31", MEASURES);
    put_file(f, "r.json", "[" PLAIN_OTHER "]", SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
    CHECK(bd_str_find(outcomes(judge_files(f), "B-A1.1-1a"), BD_STR("C")) < 0);
}

/* ---- backups ---- */

#define VAULT GROUP "/providers/Microsoft.RecoveryServices/vaults/v"
#define OTHER_VAULT GROUP "/providers/Microsoft.RecoveryServices/vaults/w"
#define NUMBERED(n) "00000000-0000-0000-0000-00000000000" n
#define JOB_BY(vault, n, operation, status, start, end, whose)                                     \
    "{'id':'" vault "/backupJobs/" NUMBERED(n) "','name':'" NUMBERED(                              \
        n) "','type':'Microsoft.RecoveryServices/vaults/backupJobs','properties':{'operation':"    \
           "'" operation "','status':'" status "','entityFriendlyName':'m'" whose ",'startTime':'" \
           start "','endTime':'" end "'}}"
#define IN_GROUP(group) ",'containerName':'iaasvmcontainerv2;" group ";m'"
#define JOB_OF(vault, n, operation, status, start, end)                                            \
    JOB_BY(vault, n, operation, status, start, end, IN_GROUP("p"))
#define JOB(n, status, start, end) JOB_OF(VAULT, n, "Backup", status, start, end)
#define FAILED JOB("1", "Failed", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z")
#define GOOD(n, start, end) JOB(n, "Completed", start, end)
#define JOBS_OF(vault, to)                                                                         \
    "{'source':'S68','scope':{'kind':'resource','ids':['" vault                                    \
    "']},'describes_from':'2026-01-01T00:00:00Z','describes_to':'" to "','collected_at':'" to      \
    "','command':'portal: export','exporter':'ann@contoso.example',"                               \
    "'complete':true}"
#define JOBS_OF_MONTH JOBS_OF(VAULT, "2026-02-02T06:00:00Z")
#define TICKET_HEAD "ticket_id,kind,source_ref,opened_at\n"
#define TICKETS_OF_MONTH LIST_OF("csv:tickets", "2026-01-01T00:00:00Z", "2026-02-02T06:00:00Z")

static files *backups(const char *jobs, const char *tickets, const char *rpo) {
    files *f = files_of("2026-01-01", "2026-01-31", "{'critical_resources':['" MACHINE "']}");
    if (rpo[0] != '\0') {
        approve_facts(&f->scene, bd_str_format(test_arena(),
                                               "{'rpo':{'approved_by':'Ann','approved_on':"
                                               "'2025-01-01','value':%s}}",
                                               rpo)
                                     .data);
    }
    put_file(f, "jobs.json", bd_str_format(test_arena(), "[%s]", jobs).data, JOBS_OF_MONTH);
    put_signed(f, "tickets.csv", bd_str_format(test_arena(), TICKET_HEAD "%s\n", tickets).data,
               TICKETS_OF_MONTH);
    return f;
}

TEST(checks, a_failed_backup_is_noticed_and_put_right_in_time) {
#define AGAIN GOOD("2", "2026-01-11T01:00:00Z", "2026-01-11T01:30:00Z")
#define PART_FAILED                                                                                \
    JOB_OF(VAULT, "1", "Backup (Full)", "Failed", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z")
#define PART_GOOD(part)                                                                            \
    JOB_OF(VAULT, "2", part, "Completed", "2026-01-11T01:00:00Z", "2026-01-11T01:30:00Z")
#define TICKETED "T1,backup," VAULT "/backupJobs/" NUMBERED("1") ",2026-01-10T12:00:00Z"
    static const struct {
        const char *jobs, *tickets, *rpo, *expected;
    } rows[] = {
        {FAILED "," AGAIN, TICKETED, "24", "C"},
        {FAILED "," AGAIN, "T1,backup," NUMBERED("1") ",2026-01-10T12:00:00Z", "24", "C"},
        {FAILED "," AGAIN, TICKETED, "23", "D"}, /* 23 h 30 min later */
        {FAILED "," AGAIN, TICKETED, "", "?"},   /* no RPO */
        {FAILED "," AGAIN, TICKETED, "'24'", "?"},
        {FAILED "," AGAIN, TICKETED, "{'" MACHINE "':24}", "C"},
        {FAILED "," AGAIN, TICKETED, "{'" MACHINE "x':24}", "?"},
        {FAILED "," AGAIN, "T1,backup," NUMBERED("1") ",2026-01-11T02:01:00Z", "24", "D"},
        {FAILED "," AGAIN, "T1,backup," NUMBERED("1") ",2026-01-10T00:59:00Z", "24", "D"},
        {FAILED "," AGAIN, "T1,backup," NUMBERED("1") ",soon", "24", "?"},
        {FAILED "," AGAIN, "T1,backup," NUMBERED("3") ",2026-01-10T12:00:00Z", "24", "D"},
        {FAILED, TICKETED, "24", "D"},
        /* its own retry within the hour needs no ticket, and no RPO */
        {FAILED "," GOOD("2", "2026-01-10T02:05:00Z", "2026-01-10T03:00:00Z"), "T9,x,,2026-01-05",
         "", "C"},
        {FAILED "," GOOD("2", "2026-01-10T02:05:00Z", "2026-01-10T03:01:00Z"), "T9,x,,2026-01-05",
         "24", "D"},
        {FAILED
         "," JOB("2", "CompletedWithWarnings", "2026-01-11T01:00:00Z", "2026-01-11T01:30:00Z"),
         TICKETED, "24", "?"},
        /* another vault's backup of something with the same name */
        {FAILED "," JOB_OF(OTHER_VAULT, "2", "Backup", "Completed", "2026-01-11T01:00:00Z",
                           "2026-01-11T01:30:00Z"),
         TICKETED, "24", "D"},
        /* the same store, under another name or kind of backup: another copy */
        {FAILED "," JOB_BY(VAULT, "2", "Backup", "Completed", "2026-01-11T01:00:00Z",
                           "2026-01-11T01:30:00Z",
                           IN_GROUP("p") ",'backupManagementType':'AzureWorkload'"),
         TICKETED, "24", "?"},
        {JOB("1", "Failed", "soon", "2026-01-10T02:00:00Z"), TICKETED, "24", "?"},
        {JOB("1", "Failed", "2026-01-31T20:00:00Z", "2026-01-31T21:00:00Z"),
         "T1,backup," NUMBERED("1") ",2026-01-31T22:00:00Z", "48", "?"}, /* the lists end before */
        {JOB("1", "Cancelled", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z"), TICKETED, "24",
         "0"},
        {AGAIN, TICKETED, "24", "0"},
        {JOB_OF(VAULT, "1", "ConfigureBackup", "Failed", "2026-01-10T01:00:00Z",
                "2026-01-10T02:00:00Z"),
         TICKETED, "24", "C"},
        /* databases in machines: each part is a backup of its own */
        {PART_FAILED, TICKETED, "24", "D"},
        {PART_FAILED "," PART_GOOD("Backup (Full)"), TICKETED, "24", "C"},
        {PART_FAILED "," PART_GOOD("Backup (Log)"), TICKETED, "24", "?"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = judge_files(backups(rows[i].jobs, rows[i].tickets, rows[i].rpo));
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-A1.2-1b", "2026-01")));
        CHECK_EQ_STR(outcomes(s, "B-A1.2-1b"), rows[i].expected);
    }
}

TEST(checks, a_backup_that_shows_only_a_name_puts_nothing_right) {
#define LATER(vault, whose)                                                                        \
    JOB_BY(vault, "2", "Backup", "Completed", "2026-01-11T01:00:00Z", "2026-01-11T01:30:00Z", whose)
#define NAMED_FAILED                                                                               \
    JOB_BY(VAULT, "1", "Backup", "Failed", "2026-01-10T01:00:00Z", "2026-01-10T02:00:00Z", "")
#define NAMED_GOOD LATER(VAULT, "")
    static const struct {
        const char *jobs, *rpo, *expected;
    } rows[] = {
        /* another machine of the vault may have the name */
        {NAMED_FAILED "," NAMED_GOOD, "24", "?"},
        {NAMED_FAILED "," NAMED_GOOD, "{'" MACHINE "':24,'default':48}", "?"},
        {NAMED_FAILED "," JOB_BY(VAULT, "2", "Backup", "Completed", "2026-01-10T02:05:00Z",
                                 "2026-01-10T02:50:00Z", ""),
         "24", "?"},
        /* unless bindery.json speaks of the one of that name */
        {NAMED_FAILED "," NAMED_GOOD, "{'" VAULT "|M':24}", "C"},
        {NAMED_FAILED "," NAMED_GOOD, "{'" VAULT "|m':23}", "D"},
        {NAMED_FAILED, "24", "D"},
        /* the same name in another resource group, another vault, another subscription */
        {FAILED "," LATER(VAULT, IN_GROUP("q")), "24", "D"},
        {FAILED "," NAMED_GOOD, "24", "D"},
        {FAILED "," LATER(OTHER_VAULT, IN_GROUP("p")), "24",
         "D"}, /* each vault's own jobs tell what became of its failures */
        {FAILED "," LATER("/subscriptions/" SUB_B
                          "/resourceGroups/p/providers/Microsoft.RecoveryServices/vaults/v",
                          IN_GROUP("p")),
         "24", "D"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scene *s = judge_files(backups(rows[i].jobs, TICKETED, rows[i].rpo));
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-A1.2-1b", "2026-01")));
        CHECK_EQ_STR(outcomes(s, "B-A1.2-1b"), rows[i].expected);
    }
}

static void put_vaults(files *f) {
    put_file(f, "vaults.json",
             "[{'id':'" VAULT "','name':'v','type':'Microsoft.RecoveryServices/vaults'}]",
             SIDECAR_OF("S36", SUB_A, "2026-01-12T06:00:00Z"));
    put_file(f, "backupvaults.json", "[]", SIDECAR_OF("S38", SUB_A, "2026-01-12T06:00:00Z"));
}

TEST(checks, the_job_lists_of_every_vault_describe_every_day) {
    static const struct {
        const char *sidecars[2], *vault_list;
        const char *expected;
    } rows[] = {
        {{JOBS_OF_MONTH}, "v", "C"},
        {{JOBS_OF(VAULT, "2026-01-30T00:00:00Z")}, "v", "?"},
        {{JOBS_OF_MONTH, JOBS_OF(OTHER_VAULT, "2026-01-30T00:00:00Z")}, "v", "?"},
        {{JOBS_OF_MONTH, JOBS_OF(OTHER_VAULT, "2026-02-02T06:00:00Z")}, "v", "C"},
        {{JOBS_OF(OTHER_VAULT, "2026-02-02T06:00:00Z")}, "v", "?"}, /* none of this vault */
        {{JOBS_OF_MONTH}, "", "?"},                                 /* which vaults there are */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-01-31", NULL);
        for (size_t j = 0; j < 2 && rows[i].sidecars[j] != NULL; j++) {
            put_file(f, bd_str_format(test_arena(), "%zu.json", j).data, "[]", rows[i].sidecars[j]);
        }
        if (rows[i].vault_list[0] != '\0') {
            put_vaults(f);
        }
        scene *s = judge_files(f);
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-A1.2-1a", "2026-01")));
        CHECK_EQ_STR(outcomes(s, "B-A1.2-1a"), rows[i].expected);
    }
}

TEST(checks, one_completed_restore_of_a_critical_store_is_enough) {
#define RESTORE(status, name) RESTORE_BY(status, "iaasvmcontainerv2;p;" name)
#define RESTORE_BY(status, name)                                                                   \
    "{'id':'" VAULT                                                                                \
    "/backupJobs/" NUMBERED("1") "','type':"                                                       \
                                 "'Microsoft.RecoveryServices/vaults/"                             \
                                 "backupJobs','properties':{'operation':'Restore','status':"       \
                                 "'" status "','entityFriendlyName':'m','containerName':'" name    \
                                 "','startTime':'2026-01-10T01:00:00Z'}}"
    static const struct {
        const char *jobs, *sidecar, *expected;
    } rows[] = {
        {RESTORE("Completed", "M"), JOBS_OF_MONTH, "C"},
        {RESTORE("Completed", "x"), JOBS_OF_MONTH, "?"},
        {RESTORE("Failed", "m"), JOBS_OF_MONTH, "?"},
        {AGAIN, JOBS_OF_MONTH, "?"},
        {"", JOBS_OF_MONTH, "?"},
        /* the lists need not describe the rest of the quarter */
        {RESTORE("Completed", "m"), JOBS_OF(VAULT, "2026-01-20T00:00:00Z"), "C"},
        {"{'id':'" VAULT "/backupJobs/" NUMBERED(
             "1") "','type':"
                  "'Microsoft.RecoveryServices/vaults/"
                  "backupJobs','properties':{'operation':'Restore',"
                  "'status':'Completed','dataSourceId':'" MACHINE
                  "','entityFriendlyName':'other','startTime':'2026-01-10T01:00:00Z'}}",
         JOBS_OF_MONTH, "C"},
        {"{'id':'" VAULT
         "/backupJobs/" NUMBERED("1") "','type':"
                                      "'Microsoft.RecoveryServices/vaults/"
                                      "backupJobs','properties':{'operation':'Restore',"
                                      "'status':'Completed','containerName':"
                                      "'iaasvmcontainerv2;p;m'}}",
         JOBS_OF_MONTH, "?"}, /* when, is not said */
        /* a machine of the name is no disk; one of another resource group is another one */
        {RESTORE("Completed", "d','backupManagementType':'AzureIaasVM"), JOBS_OF_MONTH, "?"},
        {RESTORE("Completed", "m','backupManagementType':'AzureIaasVM"), JOBS_OF_MONTH, "C"},
        {RESTORE_BY("Completed", "iaasvmcontainerv2;q;m"), JOBS_OF_MONTH, "?"},
        {RESTORE_BY("Completed", ""), JOBS_OF_MONTH, "?"}, /* a name alone */
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-03-31",
                            "{'critical_resources':['" MACHINE "','" GROUP
                            "/providers/Microsoft.Compute/disks/d']}");
        put_file(f, "jobs.json", bd_str_format(test_arena(), "[%s]", rows[i].jobs).data,
                 rows[i].sidecar);
        scene *s = judge_files(f);
        test_failure("row %zu: %.*s", i, BD_ARG(why(s, "B-A1.3-1a", "2026-Q1")));
        CHECK_EQ_STR(outcomes(s, "B-A1.3-1a"), rows[i].expected);
    }
}

TEST(checks, a_restore_in_a_list_that_may_lack_rows_does_not_pass) {
    files *f = files_of("2026-01-01", "2026-03-31", "{'critical_resources':['" MACHINE "']}");
    put_file(f, "jobs.json", "[" RESTORE("Completed", "m") "]",
             "{'source':'S68','scope':{'kind':'resource','ids':['" VAULT
             "']},'describes_from':'2026-01-01T00:00:00Z','describes_to':'2026-02-02T06:00:00Z',"
             "'collected_at':'2026-02-02T06:00:00Z','exporter':'ann@contoso.example'}");
    CHECK_EQ_STR(outcomes(judge_files(f), "B-A1.3-1a"), "?");
}

/* ---- changes ---- */

#define CHANGE_HEAD                                                                                \
    "change_id,class,title,requested_by,approved_by,approved_at,started_at,reference\n"
#define RISK_HEAD "risk_id,title,category,rating,owner,treatment,reviewed_at\n"
#define A_CHANGE(reference)                                                                        \
    "C1,vendor,t,Ann,Ben,2026-01-05,"                                                              \
    "2026-01-10," reference

TEST(checks, a_major_change_led_to_a_risk_note_in_time) {
    static const struct {
        const char *change, *reviews[2]; /* of the exports of 15 January and 28 February */
        const char *slas, *expected;
    } rows[] = {
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,2026-01-24"}, "14", "pass"},
        {A_CHANGE("R-0; r-1"), {NULL, "R-1,t,c,low,Ann,accept,2026-01-10"}, "14", "pass"},
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,2025-12-27"}, "14", "pass"},
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,2025-12-26"}, "14", "fail"},
        {A_CHANGE("R-1"), {NULL, "R-2,t,c,low,Ann,accept,2026-01-12"}, "14", "fail"},
        {A_CHANGE(""), {NULL, "R-2,t,c,low,Ann,accept,2026-01-12"}, "14", "fail"},
        {A_CHANGE("R-11"), {NULL, "R-1,t,c,low,Ann,accept,2026-01-12"}, "14", "fail"},
        /* a later review hides an earlier one, unless an earlier export shows it */
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,2026-02-20"}, "14", "cannot-tell"},
        {A_CHANGE("R-1"),
         {"R-1,t,c,low,Ann,accept,2026-01-12", "R-1,t,c,low,Ann,accept,2026-02-20"},
         "14",
         "pass"},
        /* the days in question were not over when the register was read */
        {A_CHANGE("R-1"), {"R-2,t,c,low,Ann,accept,2026-01-12", NULL}, "14", "cannot-tell"},
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,soon"}, "14", "cannot-tell"},
        {A_CHANGE("R-1"), {NULL, "R-1,t,c,low,Ann,accept,2026-01-12"}, "null", "cannot-tell"},
        {"C1,Technology,t,Ann,Ben,2026-01-05,soon,R-1",
         {NULL, "R-1,t,c,low,Ann,accept,2026-01-12"},
         "14",
         "cannot-tell"},
        {"C1,minor,t,Ann,Ben,2026-01-05,2026-01-10,", {NULL, NULL}, "14", "missing"},
        /* words that may be another spelling of a class that is asked for */
        {"C1,Anbieter,t,Ann,Ben,2026-01-05,2026-01-10,", {NULL, NULL}, "14", "cannot-tell"},
        {"C1,business-change,t,Ann,Ben,2026-01-05,2026-01-10,", {NULL, NULL}, "14", "cannot-tell"},
        {"C1,major (vendor),t,Ann,Ben,2026-01-05,2026-01-10,", {NULL, NULL}, "14", "cannot-tell"},
        {"C1,,t,Ann,Ben,2026-01-05,2026-01-10,", {NULL, NULL}, "14", "cannot-tell"},
    };
    static const char *const days[] = {DAY_OF("csv:risk-register", "2026-01-15"),
                                       DAY_OF("csv:risk-register", "2026-02-28")};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-03-31", NULL);
        approve_facts(&f->scene, bd_str_format(test_arena(),
                                               "{'slas':{'approved_by':'Ann','approved_on':"
                                               "'2025-01-01','value':{'risk_note_days':%s}}}",
                                               rows[i].slas)
                                     .data);
        put_signed(f, "changes.csv",
                   bd_str_format(test_arena(), CHANGE_HEAD "%s\n", rows[i].change).data,
                   QUARTER("csv:changes"));
        for (size_t j = 0; j < 2; j++) {
            if (rows[i].reviews[j] != NULL) {
                put_signed(f, bd_str_format(test_arena(), "risks%zu.csv", j).data,
                           bd_str_format(test_arena(), RISK_HEAD "%s\n", rows[i].reviews[j]).data,
                           days[j]);
            }
        }
        const char *got = came_out(judge_files(f), "changes-weighed");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}

TEST(checks, a_register_that_nobody_signed_shows_no_risk_note) {
    files *f = files_of("2026-01-01", "2026-03-31", NULL);
    approve_facts(&f->scene, "{'slas':{'approved_by':'Ann','approved_on':'2025-01-01','value':"
                             "{'risk_note_days':14}}}");
    put_signed(f, "changes.csv", CHANGE_HEAD A_CHANGE("R-1") "\n", QUARTER("csv:changes"));
    put_file(f, "risks.csv", RISK_HEAD "R-1,t,c,low,Ann,accept,2026-01-12\n",
             DAY_OF("csv:risk-register", "2026-02-28"));
    CHECK_EQ_STR(bd_str_of(came_out(judge_files(f), "changes-weighed")), "cannot-tell");
}

/* ---- retention ---- */

TEST(checks, a_store_deletes_as_the_inventory_says_or_stays_open) {
    static const struct {
        const char *limits, *store, *row;
    } rows[] = {
        {"30,30", "pass", "pass"},
        {"30,44", "cannot-tell", "fail"},
        {"30,", "cannot-tell", "cannot-tell"},
        {",", "cannot-tell", "not-applicable"},
        {"30,long", "cannot-tell", "cannot-tell"},
        {"0,0", "cannot-tell", "cannot-tell"},
        {"-1,-1", "cannot-tell", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-01-31", NULL);
        bd_str assets = bd_str_format(
            test_arena(),
            "asset_id,resource_id,owner,class,criticality,retention_limit_days,retention_set_days\n"
            "A1," STORE ",Ann,internal,low,%s\n",
            rows[i].limits);
        put_signed(f, "assets.csv", assets.data, DAY_OF("csv:assets", "2026-01-12"));
        put_file(f, "resources.json", "[" PLAIN_STORE "]",
                 SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
        scene *s = judge_files(f);
        const char *store = came_out(s, "stores-limited"), *row = came_out(s, "asset-limits-set");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(store), rows[i].store);
        CHECK_EQ_STR(bd_str_of(row), rows[i].row);
    }
}

TEST(checks, a_store_that_the_inventory_lacks_leaves_its_limit_open) {
    files *f = files_of("2026-01-01", "2026-01-31", NULL);
    put_signed(f, "assets.csv", ASSET_HEAD "A9,x,app,,,Ann,internal,low,\n",
               DAY_OF("csv:assets", "2026-01-12"));
    put_file(f, "resources.json", "[" PLAIN_STORE "]",
             SIDECAR_OF("S77", SUB_A, "2026-01-12T06:00:00Z"));
    CHECK_EQ_STR(bd_str_of(came_out(judge_files(f), "stores-limited")), "cannot-tell");
}

#define WORKSPACE GROUP "/providers/Microsoft.OperationalInsights/workspaces/w"

TEST(checks, the_tables_of_each_workspace_are_asked_for) {
    static const struct {
        const char *table, *expected;
    } rows[] = {
        {WORKSPACE "/tables/Heartbeat", "pass"},
        {WORKSPACE "2/tables/Heartbeat", "cannot-tell"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        files *f = files_of("2026-01-01", "2026-01-31", "{'retention_limits':{'x':1}}");
        put_file(f, "workspaces.json",
                 "[{'id':'" WORKSPACE "','type':'Microsoft.OperationalInsights/workspaces'}]",
                 SIDECAR_OF("S44", SUB_A, "2026-01-12T06:00:00Z"));
        put_file(f, "tables.json",
                 bd_str_format(test_arena(),
                               "[{'id':'%s','type':'Microsoft.OperationalInsights/workspaces/"
                               "tables','properties':{'totalRetentionInDays':90}}]",
                               rows[i].table)
                     .data,
                 SIDECAR_AT("S64", "workspace", WORKSPACE, "2026-01-12T06:00:00Z"));
        const char *got = came_out(judge_files(f), "log-tables-read");
        test_failure("row %zu", i);
        CHECK_EQ_STR(bd_str_of(got), rows[i].expected);
    }
}
