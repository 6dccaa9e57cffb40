/* What a file is, whose it is, and what it shows: tables over the built-in catalog, then every sample. */
#include "bindery/scan.h"

#include "../../src/gather/scan/scan_priv.h"
#include "make_exports.h"
#include "test.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- hostile files ---- */

TEST(scan, a_file_that_is_no_record_of_anything_never_becomes_a_snapshot) {
    scan_bench bench = scan_bench_open();
    static const char *const texts[] = {
        "",           " ",          "null",    "\"text\"",       "12",
        "[1,2,3]",    "[[]]",       "hello",   "%PDF-1.7\n",     "\x89PNG\r\n\x1a\n",
        "PK\x03\x04", "{",          "[",       "{\"value\":",    "\xFF\xFE{",
        "<xml/>",     "a,b\n1,2\n", "[\"a\"]", "{\"value\":[1]}"};
    static const char *const sidecars[] = {NULL,
                                           "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "," VOUCH "}"};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        for (size_t j = 0; j < BD_COUNT(sidecars); j++) {
            scan_alone(&bench, texts[i], sidecars[j]);
            for (size_t k = 0; k < bench.snapshots.count; k++) {
                test_failure("'%s' with sidecar %zu", texts[i], j);
                CHECK(bench.snapshots.data[k].completeness != BD_COMPLETE_YES &&
                      !bench.snapshots.data[k].may_pass);
            }
        }
    }
    scan_bench_close(&bench);
}

TEST(scan, a_cut_off_file_keeps_its_records_and_is_never_complete) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(
        &bench, "{\"value\":[" STORE(SCAN_IN_A, "one", "true") "," STORE(SCAN_IN_A, "two", "tr"),
        "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "," VOUCH "}");
    CHECK(item->facts.is_malformed);
    CHECK(item->facts.problem.size > 0);
    CHECK_EQ_INT(item->facts.rows_read, 1);
    check_completeness(item, BD_COMPLETE_NO, "malformed or cut off");
    CHECK(!scan_snapshot(&bench, "S17", SCAN_SUB_A)->may_pass);
    CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 1);
    scan_bench_close(&bench);
}

TEST(scan, a_refused_record_is_said_and_bars_completeness) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench,
                   "{\"value\":[" STORE(SCAN_IN_A, "one", "true") ",{\"id\":1,\"id\":2}," STORE(
                       SCAN_IN_A, "two", "true") "]}",
                   "{" AT "}");
    CHECK_EQ_INT(item->facts.rows_read, 3);
    CHECK_EQ_INT(item->facts.rows_refused, 1);
    CHECK(has_diag(item, "duplicate") || has_diag(item, "twice"));
    check_completeness(item, BD_COMPLETE_NO, "refused");
    CHECK_EQ_INT(bench.collections.data[0].rows, 2);
    scan_bench_close(&bench);
}

TEST(scan, many_refusals_are_counted_and_not_all_said) {
    scan_bench bench = scan_bench_open();
    bd_buf text;
    bd_buf_init(&text, 8 << 20);
    bd_buf_puts(&text, BD_STR("["));
    for (int i = 0; i < 5000; i++) {
        bd_buf_printf(&text, "%s{\"id\":1,\"id\":2}", i > 0 ? "," : "");
    }
    bd_buf_puts(&text, BD_STR("]"));
    const bd_evidence *item = scan_file(&bench, "f.json", bd_buf_str(&text), NULL);
    CHECK_EQ_INT(item->facts.rows_refused, 5000);
    CHECK_EQ_INT(item->facts.diags.count, 21);
    CHECK(has_diag(item, "4980 more records"));
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

TEST(scan, an_error_answer_is_not_a_record) {
    scan_bench bench = scan_bench_open();
    const char *answer = "{\"error\":{\"code\":\"AuthorizationFailed\",\"message\":\"no\"}}";
    const bd_evidence *item =
        scan_alone(&bench, answer, "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "," VOUCH "}");
    check_completeness(item, BD_COMPLETE_NO, "AuthorizationFailed");
    const bd_snapshot *snapshot = scan_snapshot(&bench, "S17", SCAN_SUB_A);
    CHECK(snapshot != NULL && !snapshot->may_pass && snapshot->rows == 0);
    item = scan_alone(&bench, answer, NULL);
    CHECK(item->is_unmapped && bench.snapshots.count == 0);
    scan_bench_close(&bench);
}

static bd_rc read_then_fail(bd_source *source, void *bytes, size_t room, size_t *count,
                            bd_err *err) {
    bd_memory_source *state = source->context;
    if (state->at == state->text.size) {
        BD_RAISE(err, BD_ERR_INPUT, "the stored bytes are not those that were kept");
    }
    *count = room < state->text.size - state->at ? room : state->text.size - state->at;
    memcpy(bytes, state->text.data + state->at, *count);
    state->at += *count;
    return BD_OK;
}

static bd_memory_source tampered;

static bd_rc open_tampered(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)blob;
    (void)err;
    tampered.at = 0;
    *out = (bd_source){.read = read_then_fail, .context = &tampered};
    return BD_OK;
}

static void close_tampered(const bd_blob *blob, bd_source *source) {
    (void)blob;
    (void)source;
}

TEST(scan, bytes_that_are_not_those_kept_are_a_failure_and_not_bad_content) {
    scan_bench bench = scan_bench_open();
    bd_str head = bd_str_format(test_arena(), "{\"value\":[%s", STORE(SCAN_IN_A, "one", "true"));
    const bd_str texts[] = {bd_str_format(test_arena(), "%.*s]}%5000s", BD_ARG(head), ""),
                            bd_str_format(test_arena(), "%.*s}%5000s", BD_ARG(head), ""),
                            bd_str_format(test_arena(), "a,b\n1,\"%5000s", "")};
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        bd_blob blob = *bd_blob_of_memory(test_arena(), texts[i]);
        blob.open_plain = open_tampered;
        blob.close = close_tampered;
        tampered.text = texts[i];
        bd_facts facts;
        bd_err err;
        test_failure("text %zu", i);
        CHECK_FAILS(bd_scan(&bench.plan, &blob, NULL, 0, test_arena(), bench.rows,
                            &facts, &err),
                    err, BD_ERR_INPUT, "not those that were kept");
    }
    scan_bench_close(&bench);
}

TEST(scan, a_record_over_its_limits_is_refused_and_the_rest_is_read) {
    scan_bench bench = scan_bench_open();
    bd_buf text;
    bd_buf_init(&text, 64 << 20);
    bd_buf_puts(&text, BD_STR("[{\"id\":\""));
    for (size_t i = 0; i < (17u << 20); i++) {
        bd_buf_putc(&text, 'x');
    }
    bd_buf_puts(&text, BD_STR("\"},"));
    bd_buf_puts(&text,
                BD_STR("{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/deep\",\"x\":"));
    for (int i = 0; i < 70; i++) {
        bd_buf_putc(&text, '[');
    }
    for (int i = 0; i < 70; i++) {
        bd_buf_putc(&text, ']');
    }
    bd_buf_puts(&text, BD_STR("},"));
    bd_buf_puts(&text, BD_STR("{\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/"));
    for (int i = 0; i < 5000; i++) {
        bd_buf_putc(&text, 'n');
    }
    bd_buf_puts(&text, BD_STR("\",\"supportsHttpsTrafficOnly\":true}," STORE(SCAN_IN_A, "good",
                                                                             "false") "]"));
    const bd_evidence *item = scan_file(&bench, "f.json", bd_buf_str(&text), NULL);
    CHECK(!item->facts.is_malformed);
    CHECK_EQ_INT(item->facts.rows_read, 4);
    CHECK_EQ_INT(item->facts.rows_refused, 3);
    CHECK(has_diag(item, "4,096 bytes"));
    scan_rows rows = scan_rows_of(&bench, "storage-secure-transfer");
    CHECK_EQ_INT(rows.count, 1);
    CHECK_EQ_INT(rows.data[0].verdict, BD_FAIL);
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

static long peak_kib(void) {
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return usage.ru_maxrss;
}

typedef struct {
    size_t left; /* records */
    size_t at, size;
    char piece[512];
    bool is_open, is_closed;
} generator;

static generator made;

static bd_rc read_generated(bd_source *source, void *bytes, size_t room, size_t *count,
                            bd_err *err) {
    (void)source;
    (void)err;
    if (made.at == made.size) {
        made.at = 0;
        int size = 0;
        if (!made.is_open) {
            size = snprintf(made.piece, sizeof made.piece, "{\"value\":[");
            made.is_open = true;
        } else if (made.left > 0) {
            made.left--;
            size = snprintf(made.piece, sizeof made.piece, "%s%s",
                            "{\"id\":\"" SCAN_IN_A
                            "Microsoft.Storage/storageAccounts/s\",\"type\":\"Microsoft.Storage/"
                            "storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":true}}",
                            made.left > 0 ? "," : "");
        } else if (!made.is_closed) {
            size = snprintf(made.piece, sizeof made.piece, "]}");
            made.is_closed = true;
        }
        made.size = (size_t)size;
    }
    *count = room < made.size - made.at ? room : made.size - made.at;
    memcpy(bytes, made.piece + made.at, *count);
    made.at += *count;
    return BD_OK;
}

static bd_rc open_generated(const bd_blob *blob, bd_source *out, bd_err *err) {
    (void)err;
    made = (generator){.left = (size_t)blob->bytes};
    *out = (bd_source){.read = read_generated};
    return BD_OK;
}

TEST(scan, memory_is_flat_over_a_hundred_thousand_records) {
    scan_bench bench = scan_bench_open();
    bd_blob blob = *bd_blob_of_memory(test_arena(), BD_STR("x"));
    blob.open_plain = open_generated;
    blob.close = close_tampered;
    long peaks[2];
    static const int64_t counts[2] = {2000, 100000};
    for (int i = 0; i < 2; i++) {
        bd_facts facts;
        bd_err err;
        blob.bytes = counts[i];
        CHECK_OK(bd_scan(&bench.plan, &blob, NULL, 0, test_arena(), bench.rows, &facts,
                         &err),
                 err);
        CHECK_EQ_INT(facts.rows_read, counts[i]);
        CHECK_EQ_INT(facts.seen.data[0].rows, counts[i]);
        peaks[i] = peak_kib();
    }
    test_failure("%ld KiB, then %ld KiB", peaks[0], peaks[1]);
    CHECK(peaks[1] - peaks[0] < 8192);
    scan_bench_close(&bench);
}

/* ---- what a file is ---- */

typedef struct {
    const char *text, *envelope, *source;
    uint64_t rows;
} form_case;

static const form_case forms[] = {
    {"{\"value\":[" STORE(SCAN_IN_A, "a", "true") "],\"nextLink\":null}", "E1", "S17", 1},
    {"[" STORE(SCAN_IN_A, "a", "true") "]", "E2", "S17", 1},
    {STORE(SCAN_IN_A, "a", "true") "\n" STORE(SCAN_IN_A, "b", "true") "\n", "E2", "S17", 2},
    {"{\"value\":[{\"id\":\"/subscriptions/" SCAN_SUB_A
     "/providers/Microsoft.Security/pricings/Arm\",\"name\":\"Arm\","
     "\"type\":\"Microsoft.Security/pricings\",\"pricingTier\":\"Standard\",\"subPlan\":null}]}",
     "E3", "S10", 1},
    {"{\"count\":1,\"data\":[" STORE(SCAN_IN_A, "a",
                                     "true") "],\"skip_token\":null,\"total_records\":1}",
     "E4", "S17", 1},
    {"{\"totalRecords\":1,\"count\":1,\"data\":[" STORE(SCAN_IN_A, "a",
                                                        "true") "],\"facets\":[],"
                                                                "\"resultTruncated\":\"false\"}",
     "E5", "S17", 1},
    {"{\"totalRecords\":1,\"count\":1,\"data\":{\"columns\":[{\"name\":\"id\",\"type\":\"string\"},"
     "{\"name\":\"type\","
     "\"type\":\"string\"},{\"name\":\"properties\",\"type\":\"object\"}],\"rows\":[[\"" SCAN_IN_A
     "Microsoft.Storage/storageAccounts/a\",\"microsoft.storage/storageaccounts\",{"
     "\"supportsHttpsTrafficOnly\":true}]]},"
     "\"facets\":[],\"resultTruncated\":\"false\"}",
     "E5", "S17", 1},
    {"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users(id,userPrincipalName)"
     "\",\"value\":[{\"id\":"
     "\"11111111-0000-4000-8000-000000000001\",\"userPrincipalName\":\"A@x.example\","
     "\"deletedDateTime\":null}]}",
     "E6", "S53", 1},
    {"{\"value\":[{\"id\":\"11111111-0000-4000-8000-000000000001\",\"userPrincipalName\":\"A@x."
     "example\","
     "\"deletedDateTime\":null}],\"@odata.context\":\"https://graph.microsoft.com/v1.0/"
     "$metadata#users\"}",
     "E6", "S53", 1},
    {STORE(SCAN_IN_A, "a", "true"), "E7", "S17", 1},
    {"{\"@odata.context\":\"https://graph.microsoft.com/v1.0/"
     "$metadata#authenticationMethodsPolicy\",\"id\":\"authenticationMethodsPolicy\"}",
     "E7", "S56", 1},
    {"{\"value\":{\"decoratedAuditLogEntries\":[{\"id\":\"1\",\"actionId\":\"a\",\"scopeType\":\"o"
     "\",\"projectId\":\"p\"}],\"hasMore\":false}}",
     "E8", "S70", 1},
    {"{\"count\":1,\"value\":[{\"id\":7,\"isEnabled\":true,\"isBlocking\":true,\"settings\":{}}]}",
     "E9", "S70", 1},
    {"{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"
     "\"datetime\"},{\"name\":"
     "\"OperationName\",\"type\":\"string\"},{\"name\":\"ActivityDateTime\",\"type\":\"datetime\"},"
     "{\"name\":"
     "\"TargetResources\",\"type\":\"dynamic\"},{\"name\":\"Id\",\"type\":\"string\"}],\"rows\":[["
     "\"2026-01-05T08:00:00.1234567Z\",\"Disable "
     "account\",\"2026-01-05T08:00:00Z\",\"[]\",\"Directory_1\"]]}]}",
     "E12", "S63a", 1},
    {"{\"tables\":[{\"name\":\"AuditLogs\",\"columns\":[{\"name\":\"TimeGenerated\",\"type\":"
     "\"datetime\"}],\"rows\":[[\"2026-01-05T08:00:00Z\"]]}]}",
     "E12", "S63a", 1},
    {"\xEF\xBB\xBFid,name,type,location,properties\r\n\"" SCAN_IN_A
     "Microsoft.Storage/storageAccounts/a\",a,microsoft.storage/storageaccounts,westeurope,"
     "\"{\"\"supportsHttpsTrafficOnly\"\":true}\"\r\n",
     "E10", "S17", 1},
    {"employee_id;upn;start_date;end_date\n1;a@x;2020-01-01;\n2;b@x;2020-01-01;\n", "E10",
     "csv:roster", 2},
};

/* Before the records and behind them, and in the case of any tool. */
TEST(scan, what_says_that_there_is_more_is_heard_in_any_spelling) {
    static const char *const members[] = {
        "\"nextLink\":\"https://x\"", "\"nextlink\":\"https://x\"",         "\"NextLink\":\"https://x\"",
        "\"$skipToken\":\"a\"",       "\"$skiptoken\":\"a\"",             "\"SkipToken\":\"a\"",
        "\"HasMore\":true",           "\"@odata.nextlink\":\"https://x\"",  "\"odata.nextLink\":\"https://x\"",
        "\"ResultTruncated\":true",   "\"NextPageLink\":\"https://x\"",     "\"resultTruncated\":\"TRUE\"",
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < 2 * BD_COUNT(members); i++) {
        const char *said = members[i / 2], *list = "\"value\":[" STORE(SCAN_IN_A, "a", "true") "]";
        bd_str text = bd_str_format(test_arena(), "{%s,%s}", i % 2 == 0 ? said : list, i % 2 == 0 ? list : said);
        const bd_evidence *item = scan_alone(&bench, text.data, NULL);
        test_failure("%s", text.data);
        CHECK_EQ_INT(item->facts.rows_read, 1);
        CHECK(item->facts.has_next_link || item->facts.is_truncated);
        CHECK(item->completeness == BD_COMPLETE_NO);
    }
    scan_bench_close(&bench);
}

TEST(scan, every_envelope_is_recognised_by_its_content) {
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(forms); i++) {
        const bd_evidence *item = scan_alone(&bench, forms[i].text, NULL);
        test_failure("%s", forms[i].text);
        CHECK_EQ_STR(item->facts.envelope, forms[i].envelope);
        CHECK_EQ_STR(item->source, forms[i].source);
        CHECK_EQ_INT(item->facts.rows_read, forms[i].rows);
        CHECK_EQ_INT(item->facts.rows_unmapped, 0);
        uint64_t seen = 0;
        for (size_t j = 0; j < item->facts.seen.count; j++) {
            seen += item->facts.seen.data[j].rows;
        }
        CHECK_EQ_INT(seen, forms[i].rows);
    }
    scan_bench_close(&bench);
}

TEST(scan, the_forms_of_one_resource_give_one_row) {
    static const char *const texts[] = {
        "{\"value\":[{\"id\":\"" SCAN_IN_A
        "Microsoft.Storage/storageAccounts/One\",\"type\":\"Microsoft.Storage/"
        "storageAccounts\",\"properties\":{\"supportsHttpsTrafficOnly\":false}}]}",
        "[{\"id\":\"" SCAN_IN_A
        "Microsoft.Storage/storageAccounts/One\",\"type\":\"Microsoft.Storage/storageAccounts\","
        "\"enableHttpsTrafficOnly\":false,\"resourceGroup\":\"rg\"}]",
        "{\"totalRecords\":1,\"count\":1,\"resultTruncated\":\"false\",\"data\":[{\"id\":"
        "\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/One\",\"type\":\"microsoft.storage/"
        "storageaccounts\",\"subscriptionId\":\"" SCAN_SUB_A
        "\",\"properties\":{\"supportsHttpsTrafficOnly\":false}}]}",
        "[{\"id\":\"subscriptions/" SCAN_SUB_A
        "/RESOURCEGROUPS/rg/providers/microsoft.storage/STORAGEACCOUNTS/one/\","
        "\"type\":null,\"enableHttpsTrafficOnly\":false}]",
        "id,type,properties\n" SCAN_IN_A
        "Microsoft.Storage/storageAccounts/One,microsoft.storage/storageaccounts,"
        "\"{\"\"supportsHttpsTrafficOnly\"\":false}\"\n",
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        scan_alone(&bench, texts[i], "{" AT "}");
        scan_rows rows = scan_rows_of(&bench, "storage-secure-transfer");
        test_failure("form %zu", i);
        CHECK_EQ_INT(rows.count, 1);
        const bd_row *row = &rows.data[0];
        CHECK_EQ_INT(row->verdict, BD_FAIL);
        CHECK_EQ_STR(row->type, "microsoft.storage/storageaccounts");
        CHECK_EQ_STR(row->key,
                     "/subscriptions/" SCAN_SUB_A
                     "/resourcegroups/rg/providers/microsoft.storage/storageaccounts/one");
        CHECK_EQ_STR(row->scope, SCAN_SUB_A);
        CHECK_EQ_STR(row->subscription, SCAN_SUB_A);
        CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A) != NULL);
        CHECK_EQ_INT(bench.snapshots.count, 1);
    }
    scan_bench_close(&bench);
}

#define ACCOUNT(in, name)                                                                          \
    "{\"id\":\"" in "Microsoft.Storage/storageAccounts/" name "\",\"type\":\"Microsoft.Storage/"    \
    "storageAccounts\",\"properties\":{}}"

/* And each record leaves some row: it shows what lies where. */
TEST(scan, a_file_says_once_that_a_subscription_has_a_thing) {
    static const char text[] = "{\"value\":[" ACCOUNT(SCAN_IN_A, "one") "," ACCOUNT(
        SCAN_IN_A, "two") "," ACCOUNT(SCAN_IN_A, "three") "," ACCOUNT(SCAN_IN_B, "four") "]}";
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, text, "{" AT "}");
    scan_rows told = scan_rows_of(&bench, "defender-for-storage");
    CHECK_EQ_INT(told.count, 2);
    CHECK_EQ_STR(told.data[0].join, SCAN_SUB_A);
    CHECK_EQ_STR(told.data[1].join, SCAN_SUB_B);
    CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 4);
    CHECK_EQ_INT(scan_rows_of(&bench, "assets-exist").count, 4);
    scan_bench_close(&bench);
}

/* A file keeps only so many in mind; what is not kept is said again, and never lost. */
TEST(scan, more_than_a_file_keeps_in_mind_is_said_all_the_same) {
    enum { SUBSCRIPTIONS = 22000 };
    bd_buf text;
    bd_buf_init(&text, 64u << 20);
    bd_buf_printf(&text, "{\"value\":[");
    for (int i = 0; i < 2 * SUBSCRIPTIONS; i++) {
        bd_buf_printf(&text,
                      "%s{\"id\":\"/subscriptions/%08x-0000-4000-8000-000000000000/resourceGroups/rg/"
                      "providers/Microsoft.Storage/storageAccounts/a%d\",\"type\":\"Microsoft.Storage/"
                      "storageAccounts\",\"properties\":{}}",
                      i > 0 ? "," : "", (unsigned)(i % SUBSCRIPTIONS), i);
    }
    bd_buf_printf(&text, "]}");
    bd_buf_put(&text, "", 1);
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, text.data, "{" AT "}");
    scan_rows told = scan_rows_of(&bench, "defender-for-storage");
    bd_map *seen = bd_map_make(test_arena());
    size_t different = 0;
    for (size_t i = 0; i < told.count; i++) {
        different += bd_map_find(seen, told.data[i].join) == NULL ? 1 : 0;
        bd_map_put(seen, told.data[i].join, seen);
    }
    CHECK_EQ_INT(different, SUBSCRIPTIONS);
    CHECK(told.count > SUBSCRIPTIONS && told.count < 2 * SUBSCRIPTIONS);
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}

/* Exact, else the single one without regard to case, else nobody can tell (formats, JSON). */
TEST(scan, one_key_in_two_cases_is_read_exactly_or_not_at_all) {
    static const struct {
        const char *members;
        bd_verdict verdict;
    } cases[] = {
        {"\"supportsHttpsTrafficOnly\":true,\"SupportsHttpsTrafficOnly\":false", BD_PASS},
        {"\"SupportsHttpsTrafficOnly\":true,\"supportsHttpsTrafficOnly\":false", BD_FAIL},
        {"\"SupportsHttpsTrafficOnly\":true", BD_PASS},
        {"\"SupportsHttpsTrafficOnly\":true,\"SUPPORTSHTTPSTRAFFICONLY\":true", BD_CANNOT_TELL},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str text =
            bd_str_format(test_arena(),
                          "{\"value\":[{\"id\":\"" SCAN_IN_A
                          "Microsoft.Storage/storageAccounts/one\",\"type\":\"Microsoft.Storage/"
                          "storageAccounts\",\"properties\":{%s}}]}",
                          cases[i].members);
        scan_alone(&bench, text.data, "{" AT "}");
        scan_rows rows = scan_rows_of(&bench, "storage-secure-transfer");
        test_failure("%s", cases[i].members);
        CHECK_EQ_INT(rows.count, 1);
        CHECK_EQ_INT(rows.data[0].verdict, cases[i].verdict);
    }
    scan_bench_close(&bench);
}

TEST(scan, a_user_is_one_user_with_or_without_the_context) {
    static const char *const texts[] = {
        "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/"
        "$metadata#users\",\"value\":[{\"id\":"
        "\"AB000000-0000-4000-8000-000000000001\",\"userPrincipalName\":\"Ann@x.example\","
        "\"accountEnabled\":true}]}",
        "{\"@odata.context\":\"https://graph.microsoft.com/v1.0/$metadata#users/$entity\",\"id\":"
        "\"ab000000-0000-4000-8000-000000000001\",\"userPrincipalName\":\"Ann@x.example\","
        "\"accountEnabled\":true}",
        "[{\"id\":\"ab000000-0000-4000-8000-000000000001\",\"userPrincipalName\":\"Ann@x.example\","
        "\"accountEnabled\":"
        "true}]",
        "{\"value\":[{\"id\":\"ab000000-0000-4000-8000-000000000001\",\"userPrincipalName\":\"Ann@"
        "x.example\","
        "\"accountEnabled\":true,\"deletedDateTime\":null}],\"@odata.context\":\"$metadata#users("
        "id)\"}",
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(texts); i++) {
        scan_alone(&bench, texts[i], "{\"source\":\"S53\"," AT "}");
        scan_rows rows = scan_rows_of(&bench, "leaver-stays-disabled");
        test_failure("form %zu", i);
        CHECK_EQ_INT(rows.count, 1);
        CHECK_EQ_STR(rows.data[0].type, "graph/users");
        CHECK_EQ_STR(rows.data[0].key, "users/ab000000-0000-4000-8000-000000000001");
        CHECK_EQ_STR(rows.data[0].resource, "Ann@x.example");
    }
    scan_bench_close(&bench);
}

/* ---- identity ---- */

TEST(scan, hosts_and_subscriptions_of_ids_are_found) {
    static const char *const ids[][2] = {
        {"/subscriptions/x/resourcegroups/r", "/subscriptions/x/resourcegroups/r"},
        {"/providers/microsoft.management/managementgroups/m",
         "/providers/microsoft.management/managementgroups/m"},
        {"/subscriptions/x/providers/a.b/c/d", "/subscriptions/x/providers/a.b/c/d"},
        {"/subscriptions/x/providers/a.b/c/d/e/f", "/subscriptions/x/providers/a.b/c/d"},
        {"/subscriptions/x/providers/a.b/c/d/blobservices/default/providers/microsoft.insights/"
         "diagnosticsettings/s",
         "/subscriptions/x/providers/a.b/c/d/blobservices/default"},
        {"https://v.vault.azure.net/keys/k/1", "https://v.vault.azure.net"},
        {"ab-12", "ab-12"},
        {"/", "/"},
    };
    for (size_t i = 0; i < BD_COUNT(ids); i++) {
        CHECK_EQ_STR(bd_scan_host_of(bd_str_of(ids[i][0])), ids[i][1]);
    }
    CHECK_EQ_STR(bd_scan_subscription_of(BD_STR("/subscriptions/x/y")), "x");
    CHECK_EQ_STR(bd_scan_subscription_of(BD_STR("/subscriptions/x")), "x");
    CHECK_EQ_STR(bd_scan_subscription_of(BD_STR("/providers/x")), "");
}

TEST(scan, entity_sets_are_read_from_contexts) {
    static const char *const contexts[][2] = {
        {"https://graph.microsoft.com/v1.0/$metadata#users(id,displayName)/$entity", "users"},
        {"$metadata#policies/roleManagementPolicies('a(b)_c')/rules",
         "policies/rolemanagementpolicies/rules"},
        {"$metadata#roleAssignments(principal(id))", "roleassignments"},
        {"$metadata#a)b(c", "a)b"},
        {"https://graph.microsoft.com/v1.0/users", ""},
        {"#", ""},
    };
    for (size_t i = 0; i < BD_COUNT(contexts); i++) {
        CHECK_EQ_STR(bd_scan_entity_set(test_arena(), bd_str_of(contexts[i][0])), contexts[i][1]);
    }
}

TEST(scan, a_key_with_nul_is_not_the_key_before_the_nul) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench,
               "[{\"id\":\"subscriptions/" SCAN_SUB_A
               "/providers/microsoft.storage/storageaccounts/a\\u0000b\","
               "\"type\":\"microsoft.storage/storageaccounts\",\"supportsHttpsTrafficOnly\":true},"
               "{\"id\":\"subscriptions/" SCAN_SUB_A
               "/providers/microsoft.storage/storageaccounts/a\\u0000c\","
               "\"type\":\"microsoft.storage/storageaccounts\",\"supportsHttpsTrafficOnly\":true}]",
               NULL);
    scan_rows rows = scan_rows_of(&bench, "storage-secure-transfer");
    CHECK_EQ_INT(rows.count, 2);
    CHECK(!bd_str_eq(rows.data[0].key, rows.data[1].key));
    CHECK(bd_str_has_suffix(rows.data[0].key, BD_STR("a\0b")));
    scan_alone(&bench,
               "employee_id,terminated_at,other_accounts,reported_at,upn\na\0x,2026-01-02,,,u\n",
               NULL);
    scan_bench_close(&bench);
}

TEST(scan, csv_keys_are_the_declared_columns) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench,
               "employee_id,upn,terminated_at,type,time_zone,other_accounts,reported_at\n"
               "17,Ann@x.example,2026-01-02T17:00:00Z,voluntary,,,\n,,,x,,,\n",
               NULL);
    scan_rows rows = scan_rows_of(&bench, "leavers-reconciled");
    CHECK_EQ_INT(rows.count, 2);
    CHECK_EQ_STR(rows.data[0].type, "csv/csv:leavers");
    CHECK_EQ_STR(rows.data[0].key, "17\x1f"
                                   "2026-01-02T17:00:00Z");
    CHECK_EQ_STR(rows.data[0].resource, "Ann@x.example");
    CHECK_EQ_STR(rows.data[1].key, ""); /* no key: printed by its ordinal, and never joined */
    scan_bench_close(&bench);
}

TEST(scan, an_event_about_a_diagnostic_setting_is_an_event) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(
        &bench,
        "[{\"id\":\"" SCAN_IN_A
        "Microsoft.KeyVault/vaults/v/providers/Microsoft.Insights/diagnosticSettings/d/events/"
        "44ade6b4-0000-4000-8000-000000000001/ticks/"
        "635574752669792776\",\"eventTimestamp\":\"2026-01-05T08:00:00Z\","
        "\"eventDataId\":\"44ade6b4-0000-4000-8000-000000000001\",\"operationName\":{\"value\":"
        "\"x\"}}]",
        NULL);
    CHECK_EQ_STR(item->source, "S27");
    CHECK_EQ_INT(item->sources.count, 1);
    scan_bench_close(&bench);
}

/* ---- what shows what ---- */

TEST(scan, a_projection_without_properties_is_inventory_only) {
    scan_bench bench = scan_bench_open();
    static const char *const frames[][2] = {{"{\"totalRecords\":2,\"count\":2,\"data\":[", "]}"},
                                            {"{\"count\":2,\"data\":[", "],\"total_records\":2}"}};
    for (size_t i = 0; i < BD_COUNT(frames); i++) {
        bd_str text =
            bd_str_format(test_arena(), "%s%s,%s%s", frames[i][0],
                          BARE(SCAN_IN_A, "Microsoft.Storage/storageAccounts", "a"),
                          BARE(SCAN_IN_B, "Microsoft.KeyVault/vaults", "b"), frames[i][1]);
        const bd_evidence *item = scan_alone(&bench, text.data, "{" AT "}");
        CHECK_EQ_STR(item->source, "S77");
        CHECK_EQ_INT(bench.snapshots.count, 2);
        CHECK(scan_snapshot(&bench, "S77", SCAN_SUB_A)->may_pass);
        CHECK(scan_snapshot(&bench, "S77", SCAN_SUB_B)->may_pass);
        CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 0);
        CHECK_EQ_INT(scan_rows_of(&bench, "defender-plans").count, 2);
    }
    scan_bench_close(&bench);
}

TEST(scan, only_an_answer_over_all_types_shows_that_a_type_is_absent) {
    static const struct {
        const char *text, *sidecar;
        bool is_inventory;
    } cases[] = {
        {"{\"totalRecords\":2,\"data\":[" NSG(SCAN_IN_A, "a") "," STORE(SCAN_IN_A, "s",
                                                                        "true") "]}",
         NULL, true},
        {"{\"totalRecords\":1,\"data\":[" NSG(SCAN_IN_A, "a") "]}", NULL, false},
        {"{\"totalRecords\":1,\"data\":[" BARE(SCAN_IN_A, "Microsoft.Network/networkSecurityGroups",
                                               "a") "]}",
         NULL, false},
        {"{\"totalRecords\":1,\"data\":[" BARE(SCAN_IN_A, "Microsoft.Network/networkSecurityGroups",
                                               "a") "]}",
         "{\"source\":\"S77\"}", true},
        {"{\"totalRecords\":2,\"data\":[" NSG(SCAN_IN_A, "a") "," STORE(SCAN_IN_A, "s",
                                                                        "true") "]}",
         "{\"query\":\"Resources | where type in~ ('microsoft.network/networksecuritygroups','x') "
         "| project id\"}",
         false},
        {"{\"totalRecords\":2,\"data\":[" NSG(SCAN_IN_A, "a") "," STORE(SCAN_IN_A, "s",
                                                                        "true") "]}",
         "{\"query\":\"resources | project id, type, properties\"}", true},
        {"{\"value\":[" NSG(SCAN_IN_A, "a") "]}", NULL, false},
        {"{\"value\":[" NSG(SCAN_IN_A, "a") "]}", "{\"source\":\"S77\"," SUB_A_SCOPE "}", false},
        {"{\"value\":[{\"id\":\"" SCAN_IN_A
         "Microsoft.Network/networkInterfaces/n\",\"type\":\"Microsoft.Network/"
         "networkInterfaces\",\"properties\":{}}]}",
         NULL, false},
        {"[" BARE(SCAN_IN_A, "Microsoft.Storage/storageAccounts", "a") "]",
         "{\"source\":\"S77\"," SUB_A_SCOPE "}", true},
        {"[" NSG(SCAN_IN_A, "a") "," STORE(SCAN_IN_A, "s", "true") "]", NULL, false},
        {"id,type\n" SCAN_IN_A
         "Microsoft.Storage/storageAccounts/a,microsoft.storage/storageaccounts\n" SCAN_IN_A
         "Microsoft.Storage/storageAccounts/b,microsoft.storage/storageaccounts\n",
         NULL, false},
        {"[]", "{\"source\":\"S77\"," SUB_A_SCOPE "}", true},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        scan_alone(&bench, cases[i].text, cases[i].sidecar);
        test_failure("case %zu", i);
        CHECK_EQ_INT(scan_snapshot(&bench, "S77", SCAN_SUB_A) != NULL, cases[i].is_inventory);
    }
    scan_bench_close(&bench);
}

TEST(scan, az_resource_list_is_no_evidence_of_settings) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(
        &bench,
        "[{\"changedTime\":\"2026-01-01T00:00:00Z\",\"createdTime\":\"2026-01-01T00:00:00Z\","
        "\"id\":\"" SCAN_IN_A "Microsoft.Storage/storageAccounts/a\",\"type\":\"Microsoft.Storage/"
        "storageAccounts\",\"properties\":null}]",
        NULL);
    CHECK_EQ_STR(item->source, "S77");
    CHECK(!item->is_unmapped);
    CHECK_EQ_INT(bench.snapshots.count, 0);
    CHECK_EQ_INT(scan_rows_of(&bench, "storage-secure-transfer").count, 0);
    scan_bench_close(&bench);
}

TEST(scan, a_child_belongs_to_its_source_and_makes_no_snapshot) {
    scan_bench bench = scan_bench_open();
    const char *rule =
        "{\"value\":[{\"id\":\"" SCAN_IN_A
        "Microsoft.Network/networkSecurityGroups/n/securityRules/r\","
        "\"type\":\"Microsoft.Network/networkSecurityGroups/securityRules\",\"properties\":{}}]}";
    static const char *const sidecars[] = {NULL, "{\"source\":\"S01n\"," SUB_A_SCOPE "," AT
                                                 "," VOUCH "}"};
    for (size_t i = 0; i < BD_COUNT(sidecars); i++) {
        const bd_evidence *item = scan_alone(&bench, rule, sidecars[i]);
        CHECK_EQ_STR(item->source, "S01n");
        CHECK(!item->is_unmapped);
        CHECK_EQ_INT(bench.snapshots.count, 0);
        CHECK_EQ_INT(scan_rows_of(&bench, NULL).count, 0);
    }
    scan_alone(&bench, "{\"value\":[" NSG(SCAN_IN_A, "n") "]}", NULL);
    CHECK(scan_snapshot(&bench, "S01n", SCAN_SUB_A) != NULL);
    scan_bench_close(&bench);
}

TEST(scan, an_empty_answer_counts_only_where_source_and_scope_are_given) {
    scan_bench bench = scan_bench_open();
    static const char *const empties[] = {
        "{\"value\":[]}", "[]", "{\"totalRecords\":0,\"count\":0,\"data\":[],\"facets\":[]}",
        "{\"count\":0,\"data\":[],\"skip_token\":null,\"total_records\":0}"};
    for (size_t i = 0; i < BD_COUNT(empties); i++) {
        const bd_evidence *item = scan_alone(&bench, empties[i], NULL);
        test_failure("%s", empties[i]);
        CHECK(item->is_unmapped && item->source.size == 0 && bench.snapshots.count == 0);
        item =
            scan_alone(&bench, empties[i], "{\"source\":\"S17\"," AT "," VOUCH "}"); /* no scope */
        CHECK(bench.snapshots.count == 0);
        item =
            scan_alone(&bench, empties[i], "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "," VOUCH "}");
        CHECK_EQ_STR(item->source, "S17");
        CHECK(!item->is_unmapped);
        const bd_snapshot *snapshot = scan_snapshot(&bench, "S17", SCAN_SUB_A);
        CHECK(snapshot != NULL && snapshot->may_pass && snapshot->rows == 0);
        CHECK_EQ_INT(bench.snapshots.count, 1);
    }
    scan_alone(&bench, "{\"@odata.context\":\"x#users\",\"value\":[]}",
               "{\"source\":\"S45\"," AT "}");
    CHECK_EQ_INT(bench.snapshots.count,
                 0); /* an empty list of users is no empty list of policies */
    scan_alone(&bench, "employee_id,upn,start_date,end_date\n",
               "{\"source\":\"csv:leavers\"," AT "}");
    CHECK_EQ_INT(bench.snapshots.count, 0);
    scan_bench_close(&bench);
}

TEST(scan, declared_scopes_without_records_are_shown_empty) {
    scan_bench bench = scan_bench_open();
    scan_alone(&bench, "{\"totalRecords\":1,\"data\":[" STORE(SCAN_IN_A, "a", "true") "]}",
               "{\"source\":\"S17\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A
               "\",\"/subscriptions/BBBBBBBB-0000-4000-8000-00000000000B\"]}," AT "}");
    CHECK_EQ_INT(bench.snapshots.count, 2);
    CHECK_EQ_INT(scan_snapshot(&bench, "S17", SCAN_SUB_A)->rows, 1);
    CHECK_EQ_INT(scan_snapshot(&bench, "S17", SCAN_SUB_B)->rows, 0);
    scan_bench_close(&bench);
}

TEST(scan, a_sidecar_makes_no_resource_of_what_has_no_type) {
    static const struct {
        const char *text, *source;
    } cases[] = {
        {"[{\"type\":\"Folder\",\"id\":\"x\"}]", "S17"},
        {"[{\"foo\":1}]", "S17"},
        {"[{\"foo\":1}]", "S77"},
        {"{\"value\":[{}]}", "S77"},
        {"a,b\n1,2\n", "S17"},
        {"a,b\n1,2\n", "S77"},
        {"a,b\n1,2\n", "csv:leavers"},
        {"id,b\nx,2\n", "S17"},
    };
    scan_bench bench = scan_bench_open();
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str sidecar = bd_str_format(
            test_arena(), "{\"source\":\"%s\"," SUB_A_SCOPE "," AT "," VOUCH "}", cases[i].source);
        const bd_evidence *item = scan_alone(&bench, cases[i].text, sidecar.data);
        test_failure("%s as %s", cases[i].text, cases[i].source);
        CHECK(item->is_unmapped);
        CHECK_EQ_INT(item->facts.rows_unmapped, 1);
        CHECK_EQ_INT(bench.snapshots.count, 0);
    }
    scan_alone(&bench, "employee_id,terminated_at\n1,2026-01-02T00:00:00Z\n",
               "{\"source\":\"csv:leavers\"," AT "}");
    CHECK_EQ_INT(scan_rows_of(&bench, "leavers-reconciled").count, 1);
    scan_bench_close(&bench);
}

TEST(scan, content_overrules_the_sidecar_and_the_contradiction_is_said) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" NSG(SCAN_IN_A, "n") "]}",
                                         "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "," VOUCH "}");
    CHECK_EQ_STR(item->source, "S01n");
    CHECK(has_diag(item, "the sidecar says source 'S17', the content is 'S01n'"));
    CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A) ==
          NULL); /* or it would show that there are no accounts */
    item =
        scan_alone(&bench, "{\"value\":[" NSG(SCAN_IN_A, "n") "]}", "{\"source\":\"S999\"," AT "}");
    CHECK(has_diag(item, "'S999', which the catalog does not know"));
    item = scan_alone(&bench, "employee_id,upn,start_date,end_date\n1,a,2020-01-01,\n",
                      "{\"source\":\"S80\"}");
    CHECK_EQ_STR(item->source, "csv:roster");
    CHECK(has_diag(item, "the content is 'csv:roster'"));
    scan_bench_close(&bench);
}

TEST(scan, a_sidecar_contradicted_by_its_records_or_request_shows_no_scope_empty) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" STORE(SCAN_IN_B, "b", "false") "]}",
                                         "{\"source\":\"S17\"," SUB_A_SCOPE "," AT "}");
    CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A) == NULL);
    CHECK(has_diag(item, "does not name"));
    scan_alone(&bench, "[]",
               "{\"source\":\"S17\"," SUB_A_SCOPE "," AT ",\"exporter\":\"jens\",\"complete\":true,"
               "\"command\":\"az storage account list --subscription " SCAN_SUB_B "\"}");
    CHECK(scan_snapshot(&bench, "S17", SCAN_SUB_A) == NULL);
    scan_bench_close(&bench);
}

TEST(scan, an_export_that_tells_its_time_needs_no_sidecar_for_it) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item =
        scan_alone(&bench,
                   "exportedTimestamp,subscriptionId,resourceId,recommendationId,severity,state\n"
                   "2026-01-12T10:00:00Z," SCAN_SUB_A "," SCAN_IN_A
                   "Microsoft.Storage/storageAccounts/a,r1,High,Unhealthy\n",
                   NULL);
    CHECK_EQ_STR(item->source, "S13");
    CHECK(!item->collected_at_is_assumed);
    CHECK_EQ_INT(item->collected_at, scan_time("2026-01-12T10:00:00Z"));
    CHECK_EQ_INT(item->origin, BD_ORIGIN_HANDED_IN);
    CHECK(scan_snapshot(&bench, "S13", SCAN_SUB_A) != NULL);
    scan_bench_close(&bench);
}

TEST(scan, a_document_is_kept_as_bytes_whatever_it_looks_like) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(&bench, "{\"value\":[" STORE(SCAN_IN_A, "a", "true") "]}",
                                         "{\"source\":\"doc\",\"document\":{\"type\":\"information-"
                                         "security-policy\",\"title\":\"Policy\","
                                         "\"approved_on\":\"2025-11-20\"}}");
    CHECK_EQ_STR(item->source, "doc");
    CHECK_EQ_INT(item->facts.rows_read, 0);
    CHECK_EQ_STR(item->title, "Policy");
    CHECK_EQ_INT(item->origin, BD_ORIGIN_HANDED_IN);
    CHECK_EQ_INT(item->describes_from, scan_time("2025-11-20T00:00:00Z"));
    CHECK_EQ_INT(bench.snapshots.count, 0);
    scan_bench_close(&bench);
}

TEST(scan, an_empty_document_is_said_to_be_empty) {
    scan_bench bench = scan_bench_open();
    const bd_evidence *item = scan_alone(
        &bench, "", "{\"source\":\"doc\",\"document\":{\"type\":\"x\",\"title\":\"P\"}}");
    CHECK(item->facts.is_malformed);
    check_completeness(item, BD_COMPLETE_NO, "empty");
    scan_bench_close(&bench);
}

/* ---- the published samples ---- */

/* Envelope and sources of each; "(part)": of the source, but no snapshot of it. */
static const struct {
    const char *name, *envelope, *sources;
} samples[] = {
    {"ado_auditlog_query", "E8", ""},
    {"ado_check_configurations_list", "E9", "S70"},
    {"ado_policy_configuration_example2", "E7", "S70"},
    {"ado_policy_configuration_example3", "E7", "S70"},
    {"ado_policy_configurations_list", "E9", "S70"},
    {"appservice_msi_token_response", "E7", ""},
    {"arg_basic_query", "E5", "S77"},
    {"arg_basic_query.request", "E7", ""},
    {"arg_firstpage_query", "E5", "S77"},
    {"arg_firstpage_query.request", "E7", ""},
    {"arg_mg_query", "E5", "S77"},
    {"arg_mg_query.request", "E7", ""},
    {"arg_nextpage_query.request", "E7", ""},
    {"arg_properties_query", "E5", ""},
    {"arg_properties_query.request", "E7", ""},
    {"arg_resourcechange_properties", "E7", "S31"},
    {"arm_aadiam_diagnosticsettings_list", "E1", "S34"},
    {"arm_aadiam_diagnosticsettingscategories_list", "E1", "S77(part)"},
    {"arm_accessreview_definitions_list", "E1", "S35"},
    {"arm_accessreview_instance_decisions", "E1", "S35(part)"},
    {"arm_accessreview_instances_list", "E1", "S35(part)"},
    {"arm_afd_customdomains_list", "E1", "S24c"},
    {"arm_afd_endpoints_list", "E1", "S24e"},
    {"arm_afd_profiles_list", "E1", "S24"},
    {"arm_afd_securitypolicies_list", "E1", "S24s"},
    {"arm_appgw_list", "E1", "S23"},
    {"arm_appgw_waf_policies_list", "E1", "S23p"},
    {"arm_asr_protecteditems_list", "E1", "S39"},
    {"arm_backup_items_list", "E1", "S37"},
    {"arm_backup_policies_list", "E1", "S36(part)"},
    {"arm_backup_storageconfig_get", "E7", "S36(part)"},
    {"arm_classicadmins_list", "E1", "S07b"},
    {"arm_dataprotection_backupinstances_list", "E1", "S38(part)"},
    {"arm_dataprotection_backupvaults_list", "E1", "S38"},
    {"arm_disk_list", "E1", "S18"},
    {"arm_diskencryptionset_list", "E1", "S18(part)"},
    {"arm_flowlog_list", "E1", "S01f"},
    {"arm_frontdoor_classic_list", "E1", "S24"},
    {"arm_frontdoor_waf_policies_list", "E1", "S24w"},
    {"arm_insights_actiongroups_list", "E1", "S29"},
    {"arm_insights_activitylog_events", "E1", "S27"},
    {"arm_insights_activitylogalerts_list", "E1", "S26"},
    {"arm_insights_diagnosticsettings_list", "E1", "S25r"},
    {"arm_insights_scheduledqueryrules_list", "E1", "S28"},
    {"arm_insights_subscription_diagnosticsettings_list", "E1", "S25"},
    {"arm_keyvault_keys_list", "E1", "S21"},
    {"arm_keyvault_list", "E1", "S20"},
    {"arm_keyvault_secrets_list", "E1", "S21"},
    {"arm_locks_list", "E1", "S77(part)"},
    {"arm_loganalytics_workspaces_list", "E1", "S44"},
    {"arm_logicapp_workflows_list", "E1", "S43"},
    {"arm_managementgroup_descendants", "E1", "S02"},
    {"arm_managementgroups_list", "E1", "S02"},
    {"arm_networkwatcher_list", "E1", "S01f(part)"},
    {"arm_nsg_default_rules_list", "E1", "S01n(part)"},
    {"arm_nsg_list", "E1", "S01n"},
    {"arm_pim_roleassignmentscheduleinstances", "E1", "S06"},
    {"arm_pim_roleeligibilityscheduleinstances", "E1", "S06"},
    {"arm_pim_rolemanagementpolicyassignments", "E1", "S06"},
    {"arm_policy_attestations_list", "E1", "S33"},
    {"arm_policyassignments_list", "E1", "S08"},
    {"arm_policyexemptions_list", "E1", "S08e"},
    {"arm_policymetadata_get", "E7", "S09(part)"},
    {"arm_policymetadata_list", "E1", "S09(part)"},
    {"arm_policystates_query_subscription", "E6", "S09"},
    {"arm_policystates_summarize_policygroup", "E6", "S09"},
    {"arm_policystates_summarize_subscription", "E6", "S09"},
    {"arm_publicip_list", "E1", "S04"},
    {"arm_roleassignments_list", "E1", "S05"},
    {"arm_roledefinitions_list", "E1", "S05(part)"},
    {"arm_rsv_list", "E1", "S36"},
    {"arm_security_assessmentmetadata_list", "E1", "S13(part)"},
    {"arm_security_assessments_list", "E1", "S13"},
    {"arm_security_contacts_list", "E1", "S30"},
    {"arm_security_governanceassignments_list", "E1", "S16"},
    {"arm_security_pricings_list", "E1", "S10"},
    {"arm_security_regcompliance_assessments_list", "E1", "S11(part)"},
    {"arm_security_regcompliance_controls_list", "E1", "S11(part)"},
    {"arm_security_regcompliance_standards_list", "E1", "S11"},
    {"arm_security_securescorecontrols_list", "E1", "S14(part)"},
    {"arm_security_securescores_list", "E1", "S14"},
    {"arm_security_servervasettings_list", "E1", "S15"},
    {"arm_security_standards_list", "E1", "S11(part)"},
    {"arm_security_subassessments_list", "E1", "S13(part)"},
    {"arm_sentinel_alertrules_list", "E1", "S41"},
    {"arm_sentinel_automationrules_list", "E1", "S42"},
    {"arm_sentinel_onboardingstates_list", "E1", "S40"},
    {"arm_sql_auditing_list", "E1", "S12sa"},
    {"arm_sql_server_list", "E1", "S12s"},
    {"arm_sql_tde_get", "E7", "S12s(part)"},
    {"arm_storage_blobservice_get", "E7", "S17b"},
    {"arm_storageaccount_get", "E7", "S17"},
    {"arm_storageaccount_list", "E1", "S17"},
    {"arm_subnet_list", "E1", "S03(part)"},
    {"arm_subscriptions_list", "E1", "S02"},
    {"arm_vm_extension_list", "E1", "S19(part)"},
    {"arm_vm_list", "E1", "S19"},
    {"arm_vnet_list", "E1", "S03"},
    {"arm_webapp_keyvaultreferences_list", "E1", "S12k"},
    {"arm_webapp_list", "E1", "S12w"},
    {"derived_cli/az_disk_list", "E2", "S18"},
    {"derived_cli/az_graph_query", "E4", "S77"},
    {"derived_cli/az_network_application-gateway_list", "E2", "S23"},
    {"derived_cli/az_network_nsg_list", "E2", "S01n"},
    {"derived_cli/az_network_watcher_flow-log_list", "E2", "S01f"},
    {"derived_cli/az_policy_assignment_list", "E2", "S08"},
    {"derived_cli/az_role_assignment_list", "E2", "S05"},
    {"derived_cli/az_security_assessment_list", "E2", "S13"},
    {"derived_cli/az_security_pricing_list", "E3", "S10"},
    {"derived_cli/az_security_regulatory-compliance-standards_list", "E2", "S11"},
    {"derived_cli/az_security_secure-scores_list", "E2", "S14"},
    {"derived_cli/az_sql_server_list", "E2", "S12s"},
    {"derived_cli/az_storage_account_list", "E2", "S17"},
    {"github_branch_protection_get", "E7", "S71"},
    {"graph_429_response_body", "E7", ""},
    {"graph_accessreview_decisions_list", "E6", "S50"},
    {"graph_accessreview_definitions_list", "E6", "S50"},
    {"graph_accessreview_historydefinitions_list", "E1", "S50"},
    {"graph_accessreview_historyinstances_list", "E6", "S50"},
    {"graph_accessreview_instances_list", "E6", "S50"},
    {"graph_authenticationmethodspolicy_get", "E7", "S56"},
    {"graph_authenticationstrengthpolicies_list", "E6", "S46"},
    {"graph_ca_namedlocations_list", "E6", "S54"},
    {"graph_ca_policies_list", "E6", "S45"},
    {"graph_directoryaudits_list", "E6", "S58"},
    {"graph_directoryrole_members_list", "E1", ""},
    {"graph_directoryroles_list", "E6", "S47"},
    {"graph_fido2methods_list", "E1", ""},
    {"graph_groupsettings_list", "E6", "S52"},
    {"graph_groupsettingtemplates_list", "E6", ""},
    {"graph_pim_roleassignmentscheduleinstances_list", "E6", "S48"},
    {"graph_pim_roleeligibilityscheduleinstances_list", "E6", "S48"},
    {"graph_pim_rolemanagementpolicy_rules_list", "E6", "S51"},
    {"graph_pim_rolemanagementpolicyassignments_list", "E6", "S51"},
    {"graph_roleassignments_expand_principal", "E6", "S47"},
    {"graph_roleassignments_list", "E6", "S47"},
    {"graph_roledefinitions_list", "E6", "S47"},
    {"graph_securescorecontrolprofiles_list", "E1", "S62"},
    {"graph_securescores_list", "E1", "S62"},
    {"graph_signins_list", "E6", "S58s"},
    {"graph_user_revokesigninsessions", "E7", ""},
    {"graph_userregistrationdetails_list", "E6", "S49"},
    {"graph_userregistrationdetails_v1_list", "E6", "S49"},
    {"graph_users_list", "E6", "S53"},
    {"imds_token_response", "E7", ""},
    {"kvdata_certificate_policy_get", "E7", "S21c"},
    {"kvdata_certificates_list", "E1", "S21c"},
    {"kvdata_key_rotationpolicy_get", "E7", "S22"},
    {"kvdata_keys_list", "E1", "S21"},
    {"kvdata_secrets_list", "E1", "S21s"},
};

static void add_words(bd_str *text, const bd_seens *list, const char *mark) {
    for (size_t i = 0; i < list->count; i++) {
        bd_str word = bd_str_format(test_arena(), "%.*s%s", BD_ARG(list->data[i].source), mark);
        if (bd_str_find(*text, word) < 0) {
            *text = bd_str_format(test_arena(), "%.*s%s%.*s", BD_ARG(*text),
                                  text->size > 0 ? " " : "", BD_ARG(word));
        }
    }
}

static uint64_t count_seen(const bd_seens *list) {
    uint64_t rows = 0;
    for (size_t i = 0; i < list->count; i++) {
        rows += list->data[i].rows;
    }
    return rows;
}

TEST(scan, every_published_sample_is_what_it_is) {
    scan_bench bench = scan_bench_open();
    const char *folder = scan_samples_folder(getenv("BINDERY_SHARED"));
    for (size_t i = 0; i < BD_COUNT(samples); i++) {
        const char *path = bd_str_format(test_arena(), "%s/%s.json", folder, samples[i].name).data;
        const bd_evidence *item =
            scan_alone(&bench, bd_str_z(test_arena(), test_read_file(path)), NULL);
        test_failure("%s", samples[i].name);
        CHECK_EQ_STR(item->facts.envelope, samples[i].envelope);
        bd_str words = BD_STR("");
        add_words(&words, &item->facts.seen, "");
        add_words(&words, &item->facts.parts, "(part)");
        CHECK_EQ_STR(words, samples[i].sources);
        CHECK_EQ_INT(item->facts.rows_refused, 0);
        uint64_t seen = count_seen(&item->facts.seen) + count_seen(&item->facts.parts);
        CHECK_EQ_INT(seen + item->facts.rows_unmapped,
                     item->facts.rows_read); /* nothing twice, nothing lost */
    }
    scan_bench_close(&bench);
}

TEST(scan, no_sample_is_left_out_of_the_table) {
    const char *folder = scan_samples_folder(getenv("BINDERY_SHARED"));
    bd_entries entries = {0};
    bd_err err;
    CHECK_OK(bd_folder_walk(folder, 10000, test_arena(), &entries, &err), err);
    for (size_t i = 0; i < entries.count; i++) {
        bd_str path = entries.data[i].path;
        bool is_known = !bd_str_has_suffix(path, BD_STR(".json"));
        for (size_t j = 0; j < BD_COUNT(samples) && !is_known; j++) {
            is_known = bd_str_eqz(bd_str_sub(path, 0, path.size - 5), samples[j].name);
        }
        test_failure("%.*s", BD_ARG(path));
        CHECK(is_known);
    }
}

TEST(scan, az_samples_give_the_rows_of_their_rest_samples) {
    static const char *const pairs[][3] = {
        {"arm_storageaccount_list", "derived_cli/az_storage_account_list",
         "storage-secure-transfer"},
        {"arm_nsg_list", "derived_cli/az_network_nsg_list", "nsg-admin-ports"},
        {"arm_security_pricings_list", "derived_cli/az_security_pricing_list", "defender-plans"},
        {"arm_sql_server_list", "derived_cli/az_sql_server_list", "resource-logs-sql"},
    };
    scan_bench bench = scan_bench_open();
    const char *folder = scan_samples_folder(getenv("BINDERY_SHARED"));
    for (size_t i = 0; i < BD_COUNT(pairs); i++) {
        scan_rows rows[2];
        for (size_t side = 0; side < 2; side++) {
            const char *path =
                bd_str_format(test_arena(), "%s/%s.json", folder, pairs[i][side]).data;
            scan_alone(&bench, bd_str_z(test_arena(), test_read_file(path)), NULL);
            rows[side] = scan_rows_of(&bench, pairs[i][2]);
        }
        test_failure("%s", pairs[i][1]);
        CHECK_EQ_INT(rows[0].count, rows[1].count);
        for (size_t j = 0; j < rows[0].count; j++) {
            const bd_row *a = &rows[0].data[j];
            const bd_row *b = &rows[1].data[j];
            test_failure("%s, row %zu: %.*s", pairs[i][1], j, BD_ARG(a->key));
            CHECK_EQ_STR(a->type, b->type);
            CHECK_EQ_STR(a->key, b->key);
            CHECK_EQ_STR(a->scope, b->scope);
            CHECK_EQ_STR(a->subscription, b->subscription);
            CHECK_EQ_STR(a->detail, b->detail);
            CHECK_EQ_INT(a->verdict, b->verdict);
        }
    }
    scan_bench_close(&bench);
}
