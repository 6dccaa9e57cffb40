/* What the facts of all files say together: how complete each collection is, of when, signed or not, and which
 * snapshots there are. */
#include "bindery/conclude.h"

#include "make_exports.h"
#include "test.h"

/* ---- completeness ---- */

#define ONE STORE(SCAN_IN_A, "a", "true")

TEST(conclude, completeness_of_one_file_follows_the_rules) {
    static const struct {
        const char *text, *sidecar;
        bd_completeness wanted;
        const char *part;
    } cases[] = {
        {"{\"value\":[" ONE "]}", NULL, BD_COMPLETE_YES, "without a next link"},
        {"{\"value\":[" ONE "],\"nextLink\":\"\"}", NULL, BD_COMPLETE_YES, "without a next link"},
        {"{\"value\":[" ONE "],\"nextLink\":\"https://x\"}", NULL, BD_COMPLETE_NO,
         "next link is left"},
        {"{\"nextLink\":\"https://x\",\"value\":[" ONE "]}", "{" VOUCH "}", BD_COMPLETE_NO,
         "next link is left"},
        {"{\"value\":[" ONE "]}", "{\"complete\":false}", BD_COMPLETE_NO, "not complete"},
        {"{\"value\":[" ONE "]}", "{\"rows\":2}", BD_COMPLETE_NO,
         "the sidecar counts 2 rows, 1 were read"},
        {"{\"@odata.context\":\"x#users\",\"@odata.count\":1,\"value\":[{\"id\":\"1\"}]}", NULL,
         BD_COMPLETE_YES, "own count"},
        {"{\"@odata.context\":\"x#users\",\"@odata.count\":2,\"value\":[{\"id\":\"1\"}]}", NULL,
         BD_COMPLETE_NO, "the source counts 2 rows, 1 were read"},
        {"{\"@odata.context\":\"x#users\",\"value\":[{\"id\":\"1\"}],\"@odata.nextLink\":\"u\"}",
         NULL, BD_COMPLETE_NO, "next link"},
        {"{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[" ONE "]}", NULL,
         BD_COMPLETE_YES, "own count"},
        {"{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"true\",\"data\":[" ONE "]}", NULL,
         BD_COMPLETE_NO, "truncated"},
        {"{\"totalRecords\":1,\"resultTruncated\":\"True\",\"data\":[" ONE "]}", "{" VOUCH "}",
         BD_COMPLETE_NO, "truncated"},
        {"{\"totalRecords\":1,\"data\":[" ONE "],\"resultTruncated\":true}", NULL, BD_COMPLETE_NO,
         "truncated"},
        {"{\"totalRecords\":5,\"data\":[" ONE "]}", "{" VOUCH "}", BD_COMPLETE_NO, "counts 5 rows"},
        {"{\"count\":1,\"data\":[" ONE "],\"skip_token\":\"t\",\"total_records\":1}", NULL,
         BD_COMPLETE_NO, "next link"},
        {"{\"data\":[" ONE "]}", NULL, BD_COMPLETE_NOT_SHOWN, "without end mark"},
        {"{\"data\":[" ONE "]}", "{" VOUCH "}", BD_COMPLETE_YES, "command, exporter"},
        {"[" ONE "]", NULL, BD_COMPLETE_NOT_SHOWN, "without end mark"},
        {"[" ONE "]", "{\"complete\":true}", BD_COMPLETE_NOT_SHOWN, "without end mark"},
        {"[" ONE "]", "{\"command\":\"az\",\"complete\":true}", BD_COMPLETE_NOT_SHOWN,
         "without end mark"},
        {"[" ONE "]", "{" VOUCH "}", BD_COMPLETE_YES, "command, exporter"},
        {"[" ONE "]", "{" VOUCH ",\"rows\":1}", BD_COMPLETE_YES, "command, exporter"},
        {"[" ONE "]", "{" VOUCH ",\"rows\":3}", BD_COMPLETE_NO, "counts 3 rows"},
        {"[" ONE "]", "{\"rows\":1}", BD_COMPLETE_NOT_SHOWN, "without end mark"},
        {"{\"count\":1,\"value\":[{\"isEnabled\":true,\"isBlocking\":true,\"settings\":{}}]}", NULL,
         BD_COMPLETE_NOT_SHOWN, "without end mark"},
        {"{\"count\":2,\"value\":[{\"isEnabled\":true,\"isBlocking\":true,\"settings\":{}}]}",
         "{" VOUCH "}", BD_COMPLETE_NO, "counts 2 rows"},
        {"{\"value\":{\"decoratedAuditLogEntries\":[{\"actionId\":\"a\",\"scopeType\":\"o\","
         "\"projectId\":\"p\"}],\"hasMore\":true}}",
         NULL, BD_COMPLETE_NO, "next link"},
        {"{\"tables\":[{\"name\":\"AuditLogs\",\"columns\":[{\"name\":\"Id\"}],\"rows\":[[\"1"
         "\"]]}],\"error\":{\"code\":\"PartialError\"}}",
         "{" VOUCH "}", BD_COMPLETE_NO, "truncated"},
        {"{\"tables\":[{\"name\":\"AuditLogs\",\"columns\":[{\"name\":\"Id\"}],\"rows\":[[\"1\"]]}]"
         "}",
         "{" VOUCH "}", BD_COMPLETE_YES, "command, exporter"},
        {"employee_id,upn,start_date,end_date\n1,a,2020-01-01,\n", NULL, BD_COMPLETE_NOT_SHOWN,
         "without end mark"},
        {"employee_id,upn,start_date,end_date\n1,a,2020-01-01,\n2\n", "{" VOUCH "}", BD_COMPLETE_NO,
         "refused"},
        {"[1]", NULL, BD_COMPLETE_NOT_SHOWN, "no source recognises it"},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        check_completeness(scan_alone(&bench, cases[i].text, cases[i].sidecar), cases[i].wanted,
                           cases[i].part);
    }
    scan_bench_close(&bench);
}

static bd_str many_stores(int count, const char *open, const char *close) {
    bd_buf text;
    bd_buf_init(&text, 8 << 20);
    bd_buf_puts(&text, bd_str_of(open));
    for (int i = 0; i < count; i++) {
        bd_buf_printf(&text,
                      "%s{\"id\":\"" SCAN_IN_A
                      "Microsoft.Storage/storageAccounts/s%d\",\"type\":\"Microsoft.Storage/"
                      "storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":true}}",
                      i > 0 ? "," : "", i);
    }
    bd_buf_puts(&text, bd_str_of(close));
    bd_str copy = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return copy;
}

TEST(conclude, round_numbers_of_rows_are_suspect_until_counted) {
    scan_bench bench = scan_bench_open();
    static const int counts[] = {99, 100, 101, 1000, 5000};
    for (size_t i = 0; i < BD_COUNT(counts); i++) {
        bool is_round = counts[i] == 100 || counts[i] == 1000 || counts[i] == 5000;
        bd_completeness wanted = is_round ? BD_COMPLETE_NOT_SHOWN : BD_COMPLETE_YES;
        const char *part = is_round ? "a count is needed" : "";
        test_failure("%d rows", counts[i]);
        check_completeness(scan_alone(&bench, many_stores(counts[i], "[", "]").data, "{" VOUCH "}"),
                           wanted, part);
        check_completeness(
            scan_alone(&bench, many_stores(counts[i], "{\"value\":[", "]}").data, NULL), wanted,
            part);
        check_completeness(
            scan_alone(&bench, many_stores(counts[i], "{\"data\":[", "]}").data, "{" VOUCH "}"),
            wanted, part);
        bd_str counted = bd_str_format(test_arena(), "{" VOUCH ",\"rows\":%d}", counts[i]);
        check_completeness(scan_alone(&bench, many_stores(counts[i], "[", "]").data, counted.data),
                           wanted, part); /* read off the same file */
        bd_str total = bd_str_format(test_arena(), "],\"total_records\":%d}", counts[i]);
        check_completeness(
            scan_alone(&bench, many_stores(counts[i], "{\"data\":[", total.data).data, NULL),
            BD_COMPLETE_YES, "own count");
    }
    scan_bench_close(&bench);
}

TEST(conclude, pages_chain_in_natural_order) {
    scan_bench bench = scan_bench_open();
    for (int i = 12; i >= 1; i--) { /* handed over in the wrong order */
        bd_str path = bd_str_format(test_arena(), "st/page-%d.json", i);
        bd_str text =
            bd_str_format(test_arena(), "{\"value\":[%s%d%s]%s}",
                          "{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/s", i,
                          "\",\"type\":\"Microsoft.Storage/storageAccounts\",\"properties\":{}}",
                          i < 12 ? ",\"nextLink\":\"https://next\"" : "");
        scan_file(&bench, path.data, text, "{" AT "}");
    }
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 1);
    CHECK_EQ_INT(bench.collections.data[0].members.count, 12);
    CHECK_EQ_INT(bench.collections.data[0].rows, 12);
    for (uint32_t i = 0; i < 12; i++) {
        CHECK_EQ_INT(bench.collections.data[0].members.data[i], 11 - i);
        CHECK_EQ_STR(bd_completeness_name(bench.items.data[i].completeness), "yes");
    }
    CHECK_EQ_INT(bench.snapshots.count, 1);
    CHECK_EQ_INT(bench.snapshots.data[0].rows, 12);
    CHECK_EQ_INT(bench.snapshots.data[0].evidence, 12); /* page 1 was the twelfth file */
    scan_bench_close(&bench);
}

#define PAGED(token)                                                                               \
    "{" AT ",\"run\":\"r\",\"request\":\"GET https://x/y?api-version=1&$skiptoken=" token "\"}"

TEST(conclude, a_chain_without_its_first_or_a_middle_page_is_incomplete) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench, "{\"value\":[" STORE(SCAN_IN_A, "b", "true") "]}", PAGED("t1"));
    check_completeness(item, BD_COMPLETE_NO, "the page before it is missing");
    CHECK(!scan_snapshot(&bench, "S17", SCAN_SUB_A)->may_pass);
    static const struct {
        const char *token;
        bd_completeness wanted;
    } cases[] = {{PAGED("t1"), BD_COMPLETE_YES}, {PAGED("t2"), BD_COMPLETE_NO}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench own = scan_bench_open();
        scan_file(&own, "p-1.json",
                  BD_STR("{\"value\":[" STORE(SCAN_IN_A, "a", "true") "],\"nextLink\":\"https://x/"
                                                                      "y?$skipToken=t1&z=1\"}"),
                  "{" AT ",\"run\":\"r\"}");
        scan_file(&own, "p-2.json", BD_STR("{\"value\":[" STORE(SCAN_IN_A, "b", "true") "]}"),
                  cases[i].token);
        scan_conclude(&own);
        CHECK_EQ_INT(own.collections.count, cases[i].wanted == BD_COMPLETE_YES ? 1 : 2);
        CHECK_EQ_INT(own.collections.data[0].completeness, cases[i].wanted);
        CHECK_EQ_INT(own.items.data[1].completeness, cases[i].wanted);
        scan_bench_close(&own);
    }
    scan_bench_close(&bench);
}

TEST(conclude, a_page_is_continued_only_by_the_page_of_its_kind_that_was_asked_for_with_its_token) {
    static const struct {
        const char *text, *asked;
        bd_completeness wanted;
    } cases[] = {
        {"{\"value\":[" STORE(SCAN_IN_A, "b", "true") "]}",
         "\"command\":\"az rest --url 'https://management.azure.com/x?$skiptoken=t1' -o json\"",
         BD_COMPLETE_YES},
        {"{\"value\":[" STORE(SCAN_IN_A, "b", "true") "]}",
         "\"command\":\"az rest --url \\\"https://management.azure.com/x?$skiptoken=t2\\\"\"",
         BD_COMPLETE_NO},
        {"{\"value\":[" STORE(SCAN_IN_A, "b", "true") "]}", "\"title\":\"x\"", BD_COMPLETE_NO},
        {"[" STORE(SCAN_IN_A, "b", "true") "]", "\"request\":\"GET https://x/y?$skiptoken=t1\"",
         BD_COMPLETE_NO},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        scan_file(&bench, "p-1.json",
                  BD_STR("{\"value\":[" STORE(SCAN_IN_A, "a", "true") "],\"nextLink\":\"https://x/"
                                                                      "y?$skipToken=t1\"}"),
                  "{" AT "}");
        bd_str sidecar = bd_str_format(test_arena(), "{" AT ",%s}", cases[i].asked);
        scan_file(&bench, "p-2.json", bd_str_of(cases[i].text), bd_str_z(test_arena(), sidecar));
        scan_conclude(&bench);
        test_failure("%s", cases[i].asked);
        CHECK_EQ_INT(bench.items.data[0].completeness, cases[i].wanted);
        scan_bench_close(&bench);
    }
    scan_bench bench =
        scan_bench_open(); /* the first page is gone, the URL stands in the command */
    const bd_evidence *item = scan_alone(&bench, cases[0].text,
                                         "{" AT ",\"command\":\"az rest --url "
                                         "'https://management.azure.com/x?$skiptoken=t1'\"}");
    check_completeness(item, BD_COMPLETE_NO, "the page before it is missing");
    scan_bench_close(&bench);
}

TEST(conclude, a_row_that_stands_twice_in_a_list_counts_once) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench, "[" ONE "," ONE "]", "{" AT ",\"rows\":2," VOUCH "}");
    check_completeness(item, BD_COMPLETE_NO, "counts 2 rows, 1 different ones were read");
    item = scan_alone(&bench, "{\"totalRecords\":2,\"count\":2,\"data\":[" ONE "," ONE "]}",
                      "{" AT "}");
    check_completeness(item, BD_COMPLETE_NO, "counts 2 rows, 1 different ones were read");
    scan_bench_close(&bench);
}

TEST(conclude, a_file_whose_own_sidecar_cannot_be_read_is_not_shown_whatever_its_folder_says) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, "[" ONE "]", "{" AT "," VOUCH "}");
    CHECK_EQ_INT(bench.items.data[0].completeness, BD_COMPLETE_YES);
    bench.items.data[0].is_sidecar_refused = true;
    scan_conclude(&bench);
    check_completeness(&bench.items.data[0], BD_COMPLETE_NOT_SHOWN, "own sidecar cannot be read");
    CHECK(!bench.snapshots.data[0].may_pass);
    scan_bench_close(&bench);
}

TEST(conclude, records_that_do_not_say_what_they_are_bar_completeness) {
    static const char *const strays[] = {"null", "7", "{\"name\":\"c\"}",
                                         "{\"error\":{\"code\":\"Forbidden\"}}"};
    for (size_t i = 0; i < BD_COUNT(strays); i++) {
        scan_bench bench = scan_bench_open();
        bd_buf text;
        bd_buf_init(&text, 4096);
        bd_buf_printf(&text, "{\"value\":[%s,%s]}", ONE, strays[i]);
        const bd_evidence *item = scan_file(&bench, "f.json", bd_buf_str(&text), "{" AT "}");
        scan_conclude(&bench);
        test_failure("stray %s", strays[i]);
        check_completeness(item, BD_COMPLETE_NO, "do not say what they are");
        bd_buf_clear(&text);
        scan_bench_close(&bench);
    }
}

TEST(conclude, a_command_that_asks_for_a_part_does_not_show_all) {
    static const struct {
        const char *asked;
        bd_completeness wanted;
    } cases[] = {
        {"\"command\":\"az storage account list -o json\"", BD_COMPLETE_YES},
        {"\"command\":\"az storage account list -g rg-data -o json\"", BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"az storage account list --resource-group rg\"", BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"az storage account list --query \\\"[?enableHttpsTrafficOnly]\\\"\"",
         BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"az storage account list | jq '.[]|select(.kind)'\"", BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"az storage account list --max-items 1\"", BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"az storage account list --max-items 2\"", BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"portal: Explorer\",\"query\":\""
         "resources | where type =~ 'a/b' | take 5\"",
         BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"portal: Explorer\",\"query\":\""
         "resources | where properties.supportsHttpsTrafficOnly == true\"",
         BD_COMPLETE_NOT_SHOWN},
        {"\"command\":\"portal: Explorer\",\"query\":\""
         "resources | where type =~ 'microsoft.storage/storageaccounts' | project id,properties\"",
         BD_COMPLETE_YES},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_bench bench = scan_bench_open();
        bd_str sidecar = bd_str_format(
            test_arena(), "{" AT ",\"exporter\":\"jens\",\"complete\":true,%s}", cases[i].asked);
        const bd_evidence *item = scan_alone(&bench, "[" ONE "]", bd_str_z(test_arena(), sidecar));
        test_failure("case %zu", i);
        check_completeness(item, cases[i].wanted, "");
        scan_bench_close(&bench);
    }
}

TEST(conclude, an_export_of_settings_cannot_tell_of_months_before_it) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(
        &bench, "{\"value\":[" ONE "]}",
        "{" AT
        ",\"describes_from\":\"2025-10-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\"}");
    CHECK_EQ_INT(item->describes_from, scan_time("2026-02-01T06:00:00Z"));
    CHECK(has_diag(item, "describes the moment"));
    scan_bench_close(&bench);
}

/* Nor one that is known by another sign than the type of a resource: a list of users, of policies, an inventory. */
TEST(conclude, no_list_of_what_is_now_tells_of_months_before_it) {
    static const struct {
        const char *text;
        bool is_dated;
    } rows[] = {
        {"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users\",\"value\":[{\"id\":\"u\"}]}",
         false},
        {"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies\","
         "\"value\":[{\"id\":\"p\"}]}",
         false},
        {"[{\"url\":\"https://api.github.com/repos/c/i/pulls/7\",\"number\":7,\"head\":{},\"base\":{}}]", true},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scan_bench bench = scan_bench_open();
        const bd_evidence *item = scan_alone(
            &bench, rows[i].text,
            "{" AT
            ",\"describes_from\":\"2025-10-01T00:00:00Z\",\"describes_to\":\"2026-02-01T00:00:00Z\"}");
        test_failure("row %zu, source %.*s", i, BD_ARG(item->source));
        CHECK(!item->is_unmapped);
        CHECK_EQ_INT(item->describes_from,
                     scan_time(rows[i].is_dated ? "2025-10-01T00:00:00Z" : "2026-02-01T06:00:00Z"));
        CHECK(has_diag(item, "describes the moment") == !rows[i].is_dated);
        scan_bench_close(&bench);
    }
}

/* One file has one time: accounts among events of three weeks would have been seen three weeks ago. */
TEST(conclude, what_is_now_beside_events_of_before_is_not_shown_to_be_all) {
    static const struct {
        const char *from;
        bd_completeness wanted;
    } rows[] = {{"2026-01-10T00:00:00Z", BD_COMPLETE_NOT_SHOWN}, {"2026-01-31T06:00:00Z", BD_COMPLETE_YES}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        scan_bench bench = scan_bench_open();
        bd_str sidecar = bd_str_format(test_arena(),
                                       "{" AT ",\"exporter\":\"jens\",\"complete\":true,\"source\":\"S27\","
                                       "\"command\":\"portal: export\",\"describes_from\":\"%s\","
                                       "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
                                       rows[i].from);
        const bd_evidence *item = scan_alone(
            &bench,
            "[{\"id\":\"/subscriptions/" SCAN_SUB_A "/events/e/ticks/1\",\"eventTimestamp\":"
            "\"2026-01-31T08:00:00Z\",\"operationName\":{\"value\":\"a/write\"},\"eventDataId\":\"e\"}," ONE "]",
            bd_str_z(test_arena(), sidecar));
        test_failure("row %zu, %zu sources", i, item->sources.count);
        CHECK_EQ_STR(item->source, "S27");
        CHECK_EQ_INT(item->sources.count, 2);
        check_completeness(item, rows[i].wanted, i == 0 ? "mixes" : "");
        scan_bench_close(&bench);
    }
}

TEST(conclude, a_chain_is_broken_by_any_broken_page) {
    scan_bench bench = scan_bench_open();
    scan_file(&bench, "p-1.json",
              BD_STR("{\"value\":[" STORE(SCAN_IN_A, "a", "true") "],\"nextLink\":\"u\"}"),
              "{" AT "}");
    scan_file(&bench, "p-2.json",
              BD_STR("{\"value\":[" STORE(SCAN_IN_A, "b", "true") "],\"nextLink\":\"u\"}"),
              "{" AT ",\"complete\":false}");
    scan_file(&bench, "p-3.json", BD_STR("{\"value\":[" STORE(SCAN_IN_A, "c", "true") "]}"),
              "{" AT "}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 1);
    CHECK_EQ_INT(bench.collections.data[0].completeness, BD_COMPLETE_NO);
    scan_bench_close(&bench);
}

TEST(conclude, runs_days_and_scopes_are_collections_of_their_own) {
    scan_bench bench = scan_bench_open();
    bd_str page = BD_STR("{\"value\":[" STORE(SCAN_IN_A, "a", "true") "],\"nextLink\":\"u\"}");
    scan_file(&bench, "a-1.json", page, "{" AT "}");
    scan_file(&bench, "a-2.json", BD_STR("{\"value\":[" STORE(SCAN_IN_B, "a", "true") "]}"),
              "{" AT "}");
    scan_file(&bench, "b-1.json", page, "{\"collected_at\":\"2026-02-02T06:00:00Z\"}");
    scan_file(&bench, "c-1.json", page, "{" AT ",\"run\":\"evening\"}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 4);
    CHECK_EQ_STR(bd_completeness_name(bench.items.data[0].completeness), "no");
    CHECK_EQ_STR(bd_completeness_name(bench.items.data[1].completeness), "yes");
    scan_bench_close(&bench);
}

TEST(conclude, query_pages_over_types_and_subscriptions_are_one_collection) {
    scan_bench bench = scan_bench_open();
    scan_file(&bench, "q-1.json",
              BD_STR("{\"totalRecords\":4,\"$skipToken\":\"t\",\"data\":[" STORE(
                  SCAN_IN_A, "a", "true") "," NSG(SCAN_IN_A, "n") "]}"),
              "{" AT "}");
    scan_file(&bench, "q-2.json",
              BD_STR("{\"totalRecords\":4,\"data\":[" VAULT(SCAN_IN_B, "v") "," VAULT(SCAN_IN_B,
                                                                                      "w") "]}"),
              "{" AT "}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.collections.count, 1);
    check_completeness(&bench.items.data[1], BD_COMPLETE_YES, "own count");
    CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A)->may_pass);
    CHECK(scan_snapshot(&bench, "S20", SCAN_SUB_B)->may_pass);
    CHECK_EQ_INT(scan_snapshot(&bench, "S20", SCAN_SUB_B)->rows, 2);
    bench.items.count = 1; /* the same without its second page */
    scan_conclude(&bench);
    check_completeness(&bench.items.data[0], BD_COMPLETE_NO, "next link");
    scan_bench_close(&bench);
}

/* ---- snapshots ---- */

TEST(conclude, a_single_object_shows_itself_and_not_all_there_is) {
    static const struct {
        const char *text, *source, *scope;
        bool may_pass;
    } cases[] = {
        {STORE(SCAN_IN_A, "a", "true"), "S17", SCAN_SUB_A, false},
        {"{\"@odata.context\":\"x#users/$entity\",\"id\":\"1\",\"userPrincipalName\":\"a@x\"}",
         "S53", "", false},
        {"{\"@odata.context\":\"x#authenticationMethodsPolicy\",\"id\":"
         "\"authenticationMethodsPolicy\"}",
         "S56", "", true},
        {"{\"@odata.context\":\"x#policies/identitySecurityDefaultsEnforcementPolicy/"
         "$entity\",\"id\":"
         "\"00000000-0000-0000-0000-000000000005\",\"isEnabled\":true}",
         "S46b", "", true},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_alone(&bench, cases[i].text, "{" AT "}");
        const bd_snapshot *snapshot = scan_snapshot(&bench, cases[i].source, cases[i].scope);
        test_failure("case %zu", i);
        CHECK(snapshot != NULL);
        CHECK_EQ_INT(snapshot->may_pass, cases[i].may_pass);
        CHECK(cases[i].may_pass || bd_str_find(snapshot->why_not, BD_STR("a single object")) == 0);
    }
    scan_bench_close(&bench);
}

/* ---- time ---- */

TEST(conclude, the_time_given_on_the_command_line_comes_first_and_an_assumed_one_never_passes) {
    scan_bench bench = scan_bench_open();
    const char *page = "{\"value\":[" ONE "]}";
    const bd_evidence *item = scan_alone(&bench, page, NULL);
    CHECK(item->collected_at_is_assumed);
    CHECK_EQ_INT(item->collected_at, scan_time("2026-03-01T00:00:00Z"));
    CHECK(!bench.snapshots.data[0].may_pass && bench.snapshots.data[0].is_time_assumed);
    bench.items.data[0].facts.export_time = scan_time("2026-01-10T00:00:00Z");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.items.data[0].collected_at, scan_time("2026-01-10T00:00:00Z"));
    CHECK(bench.snapshots.data[0].may_pass);
    item = scan_alone(&bench, page, "{" AT "}");
    bench.items.data[0].facts.export_time = scan_time("2026-01-10T00:00:00Z");
    scan_conclude(&bench);
    CHECK_EQ_INT(item->collected_at, scan_time("2026-02-01T06:00:00Z"));
    bench.items.data[0].given.given_collected_at = scan_time("2026-01-20T00:00:00Z");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.items.data[0].collected_at, scan_time("2026-01-20T00:00:00Z"));
    CHECK(!bench.items.data[0].collected_at_is_assumed);
    CHECK_EQ_INT(bench.snapshots.data[0].date,
                 bd_instant_utc_day(scan_time("2026-01-20T00:00:00Z")));
    scan_bench_close(&bench);
}

#define EVENT(n, time)                                                                             \
    "{\"id\":\"" SCAN_IN_A "a.b/c/d/events/e" n "/ticks/1\",\"eventDataId\":\"e" n                 \
    "\",\"eventTimestamp\":\"" time "\",\"operationName\":{\"value\":\"x\"}}"

TEST(conclude, a_log_describes_its_time_clipped_to_what_was_kept_and_collected) {
    static const struct {
        const char *sidecar, *from, *to;
    } cases[] = {
        {"{\"collected_at\":\"2026-02-01T00:00:00Z\"}", "2026-01-05T00:00:00Z",
         "2026-01-20T00:00:00.0000001Z"},
        {"{\"collected_at\":\"2026-02-01T00:00:00Z\",\"describes_from\":\"2026-01-01T00:00:00Z\","
         "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
         "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"},
        {"{\"collected_at\":\"2026-01-25T00:00:00Z\",\"describes_from\":\"2026-01-01T00:00:00Z\","
         "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
         "2026-01-01T00:00:00Z", "2026-01-25T00:00:00Z"},
        {"{\"collected_at\":\"2026-04-20T00:00:00Z\",\"describes_from\":\"2026-01-01T00:00:00Z\","
         "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
         "2026-01-20T00:00:00Z", "2026-02-01T00:00:00Z"},
        {"{\"collected_at\":\"2026-12-01T00:00:00Z\",\"describes_from\":\"2026-01-01T00:00:00Z\","
         "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
         "2026-09-02T00:00:00Z", "2026-09-02T00:00:00Z"},
        {"{\"collected_at\":\"2025-12-01T00:00:00Z\",\"describes_from\":\"2026-01-01T00:00:00Z\","
         "\"describes_to\":\"2026-02-01T00:00:00Z\"}",
         "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_evidence *item =
            scan_alone(&bench,
                       "{\"value\":[" EVENT("1", "2026-01-20T00:00:00Z") "," EVENT(
                           "2", "2026-01-05T00:00:00Z") "]}",
                       cases[i].sidecar);
        test_failure("case %zu", i);
        CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_from), cases[i].from);
        CHECK_EQ_STR(bd_instant_format(test_arena(), item->describes_to), cases[i].to);
        CHECK(!item->is_snapshot);
        CHECK_EQ_INT(has_diag(item, "after it was collected"), i == 2 || i == 5);
    }
    scan_bench_close(&bench);
}

TEST(conclude, the_pages_of_a_log_describe_their_time_together) {
    scan_bench bench = scan_bench_open();
    const char *sidecar = "{\"collected_at\":\"2026-02-01T00:00:00Z\"}";
    scan_file(&bench, "log-1.json",
              BD_STR("{\"value\":[" EVENT("1", "2026-01-20T00:00:00Z") "],\"nextLink\":\"u\"}"),
              sidecar);
    scan_file(&bench, "log-2.json", BD_STR("{\"value\":[" EVENT("2", "2026-01-05T00:00:00Z") "]}"),
              sidecar);
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.snapshots.count, 1);
    CHECK_EQ_STR(bd_instant_format(test_arena(), bench.snapshots.data[0].from),
                 "2026-01-05T00:00:00Z");
    CHECK_EQ_STR(bd_instant_format(test_arena(), bench.snapshots.data[0].to),
                 "2026-01-20T00:00:00.0000001Z");
    scan_bench_close(&bench);
}

TEST(conclude, a_snapshot_describes_an_instant_and_none_after_it_was_collected) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" ONE "]}", "{" AT "}");
    CHECK(item->is_snapshot && item->describes_from == item->describes_to);
    item = scan_alone(&bench, "{\"value\":[" ONE "]}",
                      "{" AT ",\"describes_from\":\"2026-01-31T00:00:00Z\"}");
    CHECK(item->is_snapshot);
    CHECK_EQ_INT(item->describes_from, scan_time("2026-01-31T00:00:00Z"));
    item = scan_alone(&bench, "{\"value\":[" ONE "]}",
                      "{" AT ",\"describes_from\":\"2026-06-30T00:00:00Z\"}");
    CHECK_EQ_INT(item->describes_from, scan_time("2026-02-01T06:00:00Z"));
    CHECK_EQ_INT(item->describes_to, scan_time("2026-02-01T06:00:00Z"));
    scan_bench_close(&bench);
}

TEST(conclude, snapshots_are_listed_by_source_scope_and_time) {
    scan_bench bench = scan_bench_open();
    bd_str all = BD_STR("{\"totalRecords\":4,\"data\":[" STORE(SCAN_IN_B, "a", "true") "," STORE(
        SCAN_IN_A, "a", "true") "," NSG(SCAN_IN_B, "n") "," NSG(SCAN_IN_A, "n") "]}");
    scan_file(&bench, "b.json", all, "{\"collected_at\":\"2026-02-01T00:00:00Z\"}");
    scan_file(&bench, "a.json", all, "{\"collected_at\":\"2026-01-01T00:00:00Z\"}");
    scan_conclude(&bench);
    CHECK_EQ_INT(bench.snapshots.count, 12); /* S01n, S17, S77, each of two scopes and two days */
    for (size_t i = 1; i < bench.snapshots.count; i++) {
        const bd_snapshot *a = &bench.snapshots.data[i - 1];
        const bd_snapshot *b = &bench.snapshots.data[i];
        int order = bd_str_natural_cmp(a->source, b->source);
        order = order != 0 ? order : bd_str_cmp(a->scope, b->scope);
        CHECK(order < 0 || (order == 0 && a->from < b->from));
    }
    scan_bench_close(&bench);
}

/* ---- origin and sign-off ---- */

static const char *const hashes[2] = {
    "0000000000000000000000000000000000000000000000000000000000000000", NULL};

/* `who` and `when`: a sidecar's sign-offs; %s stands for the file's true hash. */
static const bd_evidence *sign(scan_bench *bench, const char *signoffs) {
    static const char roster[] = "employee_id,upn,start_date,end_date\n1,a,2020-01-01,\n";
    uint8_t hash[32];
    char hex[65];
    bd_sha256 *state = bd_sha256_open();
    bd_sha256_put(state, roster, sizeof roster - 1);
    bd_sha256_finish(state, hash);
    bd_sha256_close(state);
    bd_hex(hash, 32, hex);
    bd_buf text;
    bd_buf_init(&text, 1 << 16);
    bd_buf_puts(&text, BD_STR("{" AT "," VOUCH));
    for (const char *at = signoffs; *at != '\0'; at++) {
        bd_buf_puts(&text, *at == '@'   ? bd_str_of(hex)
                           : *at == '!' ? bd_str_of(hashes[0])
                                        : (bd_str){at, 1});
    }
    bd_buf_puts(&text, BD_STR("}"));
    const char *sidecar = bd_str_z(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return scan_alone(bench, roster, sidecar);
}

#define PREPARED(name)                                                                             \
    ",\"prepared_by\":{\"name\":\"" name "\",\"role\":\"HR\",\"at\":\"2026-02-01T07:00:00Z\"}"
#define REVIEW(name, hash)                                                                         \
    "{\"name\":\"" name "\",\"role\":\"Lead\",\"at\":\"2026-02-02T07:00:00Z\","                    \
    "\"checked\":\"all\"" hash "}"
#define HASH ",\"sha256\":\"@\""
#define WRONG ",\"sha256\":\"!\""

TEST(conclude, a_sign_off_needs_a_preparer_and_another_person_over_the_same_bytes) {
    static const struct {
        const char *signoffs;
        bool is_signed;
        const char *reason;
    } cases[] = {
        {"", false, "no preparer is named"},
        {",\"reviews\":[" REVIEW("Ann Smith", HASH) "]", false, "no preparer is named"},
        {PREPARED("Bob Brown"), false, "no reviewer has signed"},
        {PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("Ann Smith", HASH) "]", true, ""},
        {PREPARED("Ann Smith") ",\"reviews\":[" REVIEW("Ann Smith", HASH) "]", false,
         "the same person"},
        {PREPARED("J\xC3\xBCrgen  Smith ") ",\"reviews\":[" REVIEW("j\xC3\x9CRGEN smith", HASH) "]",
         false, "the same person"},
        {PREPARED("Ann\xC2\xA0Smith") ",\"reviews\":[" REVIEW(" ann smith", HASH) "]", false,
         "the same person"},
        {PREPARED("Ann Smith") ",\"reviews\":[" REVIEW("AnnSmith", HASH) "]", true, ""},
        {PREPARED("Ann Smith") ",\"reviews\":[" REVIEW(".", HASH) "]", false, "is nobody's name"},
        {PREPARED("Ann Smith") ",\"reviews\":[{\"name\":\"Eve Black\",\"role\":\"Lead\","
                               "\"at\":\"2026-01-31T07:00:00Z\",\"checked\":\"all\"" HASH "}]",
         false, "before the file was prepared"},
        {",\"prepared_by\":{\"name\":\"Bob "
         "Brown\",\"at\":\"2026-01-30T07:00:00Z\"},\"reviews\":[" REVIEW("Ann Smith", HASH) "]",
         false, "the preparation by 'Bob Brown' is dated"},
        {",\"prepared_by\":{\"name\":\"Bob Brown\"},\"reviews\":[{\"name\":\"Eve Black\",\"role\":"
         "\"Lead\",\"at\":\"2026-01-31T07:00:00Z\",\"checked\":\"all\"" HASH "}]",
         false, "before the file was collected"},
        {PREPARED(
             "Bob Brown") ",\"reviews\":[{\"name\":\"Eve Black\",\"at\":\"2026-02-02T07:00:00Z\","
                          "\"checked\":\"all\"" HASH "}]",
         false, "does not say the reviewer's role"},
        {PREPARED("Bob Brown") ",\"reviews\":[{\"name\":\"Eve Black\",\"role\":\"Lead\","
                               "\"checked\":\"all\"" HASH "}]",
         false, "does not say when it was made"},
        {PREPARED("Bob Brown") ",\"reviews\":[{\"name\":\"Eve Black\",\"role\":\"Lead\","
                               "\"at\":\"2026-02-02T07:00:00Z\",\"checked\":\" \"" HASH "}]",
         false, "does not say what was checked"},
        {PREPARED("Bob Brown") ",\"reviews\":[{\"name\":\"Eve Black\",\"role\":\"Lead\","
                               "\"at\":\"2026-02-02T07:00:00Z\",\"checked\":\"N/A\"" HASH "}]",
         false, "does not say what was checked"},
        {PREPARED("Bob Brown") ",\"reviews\":[{\"name\":\"Eve Black\",\"role\":\"-\","
                               "\"at\":\"2026-02-02T07:00:00Z\",\"checked\":\"all\"" HASH "}]",
         false, "does not say the reviewer's role"},
        {PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("Ann Smith", WRONG) "]", false,
         "of other bytes"},
        {PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("Ann Smith", "") "]", false,
         "does not name the SHA-256"},
        {PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("bob brown", HASH) "," REVIEW(
             "Ann Smith", WRONG) "," REVIEW("Eve Black", HASH) "]",
         true, ""},
        {PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("Ann Smith", WRONG) "," REVIEW("bob brown",
                                                                                      HASH) "]",
         false, "of other bytes"},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const bd_evidence *item = sign(&bench, cases[i].signoffs);
        test_failure("case %zu: %.*s", i, BD_ARG(item->signoff_reason));
        CHECK_EQ_INT(item->is_signed_off, cases[i].is_signed);
        CHECK(bd_str_find(item->signoff_reason, bd_str_of(cases[i].reason)) >= 0);
        CHECK_EQ_INT(item->origin, BD_ORIGIN_HANDED_IN);
        CHECK_EQ_INT(bench.snapshots.data[0].may_pass, cases[i].is_signed);
    }
    sign(&bench, PREPARED("Bob Brown") ",\"reviews\":[" REVIEW("Ann Smith", HASH) "]");
    bench.items.data[0].preparer.name = BD_STR(" \xC2\xA0 ");
    scan_conclude(&bench);
    CHECK(!bench.items.data[0].is_signed_off);
    bench.items.data[0].preparer.name = BD_STR("Bob Brown");
    bench.items.data[0].reviewers.data[0].name = BD_STR("  ");
    scan_conclude(&bench);
    CHECK(!bench.items.data[0].is_signed_off);
    scan_bench_close(&bench);
}

TEST(conclude, machine_output_needs_no_sign_off_and_a_portal_csv_does) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, "[" ONE "]", "{" AT "," VOUCH "}");
    CHECK_EQ_INT(bench.items.data[0].origin, BD_ORIGIN_MACHINE);
    CHECK(bench.snapshots.data[0].may_pass);
    scan_alone(&bench,
               "id,type,properties\n" SCAN_IN_A "Microsoft.Storage/storageAccounts/a,"
               "microsoft.storage/storageaccounts,{}\n",
               "{" AT "," VOUCH "}");
    CHECK_EQ_INT(bench.items.data[0].origin, BD_ORIGIN_HANDED_IN);
    CHECK(!bench.snapshots.data[0].may_pass);
    CHECK(bd_str_find(bench.snapshots.data[0].why_not, BD_STR("not signed off")) > 0);
    scan_bench_close(&bench);
}
