/* Pages of one answer: what shows that the first of them is there, and what leaves it in doubt. */
#include "make_scan.h"

#define STORE(name)                                                                                \
    "{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/" name "\",\"name\":\"" name         \
    "\",\"type\":\"Microsoft.Storage/"                                                             \
    "storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":true}}"
#define USER(id) "{\"id\":\"" id "\",\"userPrincipalName\":\"" id "@x\",\"accountEnabled\":false}"
#define USERS "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users\","
#define AT "\"collected_at\":\"2026-02-01T06:00:00Z\""
#define NEXT_DAY "\"collected_at\":\"2026-02-02T00:00:01Z\""
#define LIST_URL                                                                                   \
    "https://management.azure.com/subscriptions/" SCAN_SUB_A                                       \
    "/providers/Microsoft.Storage/storageAccounts?api-version=2023-01-01"

static void add(scan_bench *bench, const char *path, const char *text, const char *sidecar) {
    (void)scan_file(bench, path, bd_str_of(text), sidecar);
}

static void check_item(const bd_evidence *item, bd_completeness wanted, const char *part) {
    test_failure("%.*s: %.*s", BD_ARG(item->given.path), BD_ARG(item->completeness_reason));
    CHECK_EQ_STR(bd_completeness_name(item->completeness), bd_completeness_name(wanted));
    CHECK(bd_str_find(item->completeness_reason, bd_str_of(part)) >= 0);
}

TEST(conclude, a_page_whose_name_counts_it_as_a_later_one_is_not_shown_alone) {
    static const struct {
        const char *path;
        bd_completeness wanted;
    } cases[] = {
        {"in/users-page2.json", BD_COMPLETE_NOT_SHOWN},
        {"in/Page 2 of 3.json", BD_COMPLETE_NOT_SHOWN},
        {"in/users_page_0012.json", BD_COMPLETE_NOT_SHOWN},
        {"in/users.page.2", BD_COMPLETE_NOT_SHOWN},
        {"in/users-page1.json", BD_COMPLETE_YES},
        {"in/users-page-0.json", BD_COMPLETE_YES},
        {"in/users-page.json", BD_COMPLETE_YES},
        {"in/page-2026-01.json", BD_COMPLETE_YES},
        {"in/homepage2.json", BD_COMPLETE_YES},
        {"page2/users.json", BD_COMPLETE_YES},
        {"page99999999999999999999.json", BD_COMPLETE_YES},
        {"page", BD_COMPLETE_YES},
        {"users.json", BD_COMPLETE_YES},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        add(&bench, cases[i].path, USERS "\"value\":[" USER("u") "]}", "{" AT "}");
        scan_conclude(&bench);
        check_item(&bench.items.data[0], cases[i].wanted,
                   cases[i].wanted == BD_COMPLETE_YES ? "without a next link"
                                                      : "no page before it leads to it");
        CHECK_EQ_INT(scan_snapshot(&bench, "S53", "")->may_pass,
                     cases[i].wanted == BD_COMPLETE_YES);
        scan_bench_close(&bench);
    }
}

TEST(conclude, names_that_leave_out_a_page_between_two_are_not_shown) {
    static const struct {
        const char *second;
        bd_completeness wanted;
    } cases[] = {{"page-2.json", BD_COMPLETE_YES}, {"page-3.json", BD_COMPLETE_NOT_SHOWN}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        add(&bench, "page-1.json", "{\"value\":[" STORE("a") "],\"nextLink\":\"https://next\"}",
            "{" AT "}");
        add(&bench, cases[i].second, "{\"value\":[" STORE("b") "]}", "{" AT "}");
        scan_conclude(&bench);
        CHECK_EQ_INT(bench.collections.count, 1);
        check_item(&bench.items.data[1], cases[i].wanted, "");
        scan_bench_close(&bench);
    }
}

TEST(conclude, a_name_takes_nothing_from_what_a_person_vouches_for_or_the_source_counts) {
    scan_bench bench = scan_bench_open();
    add(&bench, "page2.json", "{\"value\":[" STORE("a") "]}",
        "{" AT ",\"exporter\":\"jens\",\"complete\":true,"
        "\"command\":\"az rest --url '" LIST_URL "'\"}");
    add(&bench, "u-page2.json", USERS "\"@odata.count\":1,\"value\":[" USER("u") "]}", "{" AT "}");
    scan_conclude(&bench);
    check_item(&bench.items.data[0], BD_COMPLETE_YES, "without a next link");
    check_item(&bench.items.data[1], BD_COMPLETE_YES, "own count");
    scan_bench_close(&bench);
}

#define FIRST "{\"value\":[" STORE("a") "],\"nextLink\":\"" LIST_URL "&$skiptoken=t1\"}"
#define LAST "{\"value\":[" STORE("c") "]}"

TEST(conclude, an_answer_beside_one_that_was_not_followed_to_its_end_may_be_its_later_page) {
    static const struct {
        const char *first, *sidecar;
        bd_completeness wanted;
    } cases[] = {
        {"{" AT "}", "{" AT "}", BD_COMPLETE_NOT_SHOWN},
        {"{" AT "}", "{" NEXT_DAY "}", BD_COMPLETE_NOT_SHOWN},
        {"{" AT ",\"run\":\"r\"}", "{" AT "}", BD_COMPLETE_NOT_SHOWN},
        {"{" AT ",\"run\":\"r\"}", "{" AT ",\"run\":\"r\"}", BD_COMPLETE_NOT_SHOWN},
        {"{" AT "}", "{" AT ",\"run\":\"r\"}", BD_COMPLETE_NOT_SHOWN},
        {"{" AT ",\"run\":\"r\"}", "{" AT ",\"run\":\"s\"}", BD_COMPLETE_YES},
        {"{" AT "}", "{\"collected_at\":\"2026-02-04T06:00:00Z\"}", BD_COMPLETE_YES},
        {"{" AT "}", "{" AT ",\"request\":\"GET " LIST_URL "\"}", BD_COMPLETE_YES},
        {"{" AT "}",
         "{" AT ",\"exporter\":\"jens\",\"complete\":true,"
         "\"command\":\"az rest --url '" LIST_URL "'\"}",
         BD_COMPLETE_YES},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        add(&bench, "a.json", FIRST, cases[i].first);
        add(&bench, "b.json", LAST, cases[i].sidecar);
        scan_conclude(&bench);
        test_failure("case %zu", i);
        CHECK_EQ_INT(bench.items.data[0].completeness, BD_COMPLETE_NO);
        check_item(&bench.items.data[1], cases[i].wanted,
                   cases[i].wanted == BD_COMPLETE_YES ? "" : "next link of E-0001");
        scan_bench_close(&bench);
    }
}

TEST(conclude, what_a_folder_says_was_asked_shows_no_single_page_to_be_the_first) {
    scan_bench bench = scan_bench_open();
    add(&bench, "a.json", FIRST, "{" AT "}");
    add(&bench, "b.json", LAST, "{" AT ",\"request\":\"GET " LIST_URL "\"}");
    bench.items.data[1].sidecar.is_asked_by_folder = true;
    scan_conclude(&bench);
    check_item(&bench.items.data[1], BD_COMPLETE_NOT_SHOWN, "next link of E-0001");
    scan_bench_close(&bench);
}

TEST(conclude, answers_of_another_scope_or_form_are_no_later_page) {
    scan_bench bench = scan_bench_open();
    add(&bench, "a.json", FIRST, "{" AT "}");
    add(&bench, "b.json",
        "{\"value\":[{\"id\":\"" SCAN_IN_B "Microsoft.Storage/storageAccounts/b\",\"type\":"
        "\"Microsoft.Storage/storageAccounts\",\"properties\":{}}]}",
        "{" AT "}");
    add(&bench, "u.json", USERS "\"value\":[" USER("u") "]}", "{" AT "}");
    scan_conclude(&bench);
    check_item(&bench.items.data[1], BD_COMPLETE_YES, "without a next link");
    check_item(&bench.items.data[2], BD_COMPLETE_YES, "without a next link");
    scan_bench_close(&bench);
}

TEST(conclude, whatever_asks_for_later_records_is_no_beginning) {
    static const char *const asked[] = {
        "\"request\":\"GET " LIST_URL "&$skip=20\"",
        "\"request\":\"GET " LIST_URL "&%24skip=20\"",
        "\"request\":\"GET " LIST_URL "&%24skipToken=t\"",
        "\"request\":\"POST https://management.azure.com/providers/Microsoft.ResourceGraph/"
        "resources {\\\"query\\\":\\\"resources\\\",\\\"options\\\":{\\\"$skip\\\":10}}\"",
        "\"request\":\"POST https://management.azure.com/providers/Microsoft.ResourceGraph/"
        "resources {\\\"query\\\":\\\"resources\\\",\\\"options\\\":{\\\"$skipToken\\\": "
        "\\\"t\\\"}}\"",
        "\"command\":\"az rest --body '{\\\\\\\"options\\\\\\\":{\\\\\\\"$skipToken\\\\\\\":"
        "\\\\\\\"t\\\\\\\"}}'\"",
        "\"command\":\"az graph query -q 'resources' --skip-token t\"",
        "\"command\":\"az graph query -q 'resources' --skip 10\"",
    };
    for (size_t i = 0; i < BD_COUNT(asked); i++) {
        static const char *const texts[] = {"[" STORE("a") "]", LAST,
                                            "{\"totalRecords\":1,\"data\":[" STORE("a") "]}"};
        for (size_t j = 0; j < BD_COUNT(texts); j++) {
            scan_bench bench = scan_bench_open();
            bd_str sidecar = bd_str_format(
                test_arena(), "{" AT ",\"exporter\":\"jens\",\"complete\":true,%s}", asked[i]);
            check_item(scan_alone(&bench, texts[j], bd_str_z(test_arena(), sidecar)),
                       BD_COMPLETE_NO, "begins with a later page");
            scan_bench_close(&bench);
        }
    }
}

TEST(conclude, pages_that_are_counted_off_by_skip_are_one_answer) {
    scan_bench bench = scan_bench_open();
    add(&bench, "a.json", "{\"value\":[" STORE("a") "],\"nextLink\":\"" LIST_URL "&$skip=1\"}",
        "{" AT ",\"request\":\"GET " LIST_URL "\"}");
    add(&bench, "b.json", "{\"value\":[" STORE("b") "]}",
        "{" AT ",\"request\":\"GET " LIST_URL "&$skip=1\"}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 1);
    check_item(&bench.items.data[1], BD_COMPLETE_YES, "without a next link");
    scan_bench_close(&bench);
}
