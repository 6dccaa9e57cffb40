/* A list of resources against the inventory of the same day: fewer than it counts are not all, as many confirm it. */
#include "bindery/conclude.h"

#include "make_scan.h"
#include "test.h"

#define VOUCH                                                                                      \
    "\"command\":\"az storage account "                                                            \
    "list\",\"exporter\":\"jens@contoso.example\",\"complete\":true"

typedef enum { AZ, REST, QUERY } form;

/* `count` storage accounts of a subscription from number `first` on; `with`: the settings too. */
static bd_str stores(form how, const char *in, int first, int count, bool with) {
    static const char *const heads[] = {"[", "{\"value\":["};
    bd_buf text;
    bd_buf_init(&text, 4 << 20);
    bd_buf_puts(&text, how == QUERY
                           ? bd_str_format(test_arena(), "{\"totalRecords\":%d,\"data\":[", count)
                           : bd_str_of(heads[how]));
    for (int i = first; i < first + count; i++) {
        bd_buf_printf(&text,
                      "%s{\"id\":\"%sMicrosoft.Storage/storageAccounts/s%d\",\"type\":"
                      "\"Microsoft.Storage/storageAccounts\"%s}",
                      i > first ? "," : "", in, i,
                      with ? ",\"properties\":{\"supportsHttpsTrafficOnly\":true}" : "");
    }
    bd_buf_puts(&text, how == AZ ? BD_STR("]") : BD_STR("]}"));
    bd_str copy = bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return copy;
}

static const char *described(const char *source, const char *at, const char *more) {
    return bd_str_format(
               test_arena(),
               "{\"source\":\"%s\",\"scope\":{\"kind\":\"subscription\",\"ids\":[\"" SCAN_SUB_A
               "\"]},\"collected_at\":\"2026-02-%sZ\"%s%s}",
               source, at, more[0] != '\0' ? "," : "", more)
        .data;
}

typedef struct {
    form how;
    int first, listed;
    const char *vouch;
    int inventory; /* 0: none */
    const char *at, *more;
    bd_completeness wanted;
    const char *part;
} second_case;

static const second_case cases[] = {
    /* fewer than the inventory of the day */
    {AZ, 0, 15, VOUCH, 16, "01T09:00:00", "", BD_COMPLETE_NO,
     "E-0001 lists 15 of type 'microsoft.storage/storageaccounts' in subscription " SCAN_SUB_A
     ", the inventory E-0002 of the same day counts 16"},
    {REST, 0, 15, "", 16, "01T23:59:59", "", BD_COMPLETE_NO, "counts 16"},
    {QUERY, 0, 15, "", 16, "01T00:00:00", "", BD_COMPLETE_NO, "counts 16"},
    {REST, 0, 0, "", 3, "01T09:00:00", "", BD_COMPLETE_NO, "lists 0 of type"},
    {AZ, 0, 15, "", 16, "01T09:00:00", "", BD_COMPLETE_NO, "counts 16"},
    {AZ, 0, 100, VOUCH, 120, "01T09:00:00", "", BD_COMPLETE_NO, "counts 120"},
    /* as many, and the same */
    {AZ, 0, 15, "", 15, "01T09:00:00", "", BD_COMPLETE_YES,
     "the inventory E-0002 of the same day counts the same 15"},
    {AZ, 0, 100, VOUCH, 100, "01T09:00:00", "", BD_COMPLETE_YES, "counts the same 100"},
    {REST, 0, 1000, "", 1000, "01T09:00:00", "", BD_COMPLETE_YES, "counts the same 1000"},
    {REST, 0, 15, "", 15, "01T09:00:00", "", BD_COMPLETE_YES, "without a next link"},
    /* as many, but others */
    {AZ, 1, 15, "", 15, "01T09:00:00", "", BD_COMPLETE_NOT_SHOWN, "not the same ones"},
    {REST, 1, 15, "", 15, "01T09:00:00", "", BD_COMPLETE_NOT_SHOWN, "not the same ones"},
    /* what says nothing */
    {AZ, 0, 15, VOUCH, 14, "01T09:00:00", "", BD_COMPLETE_YES, "command, exporter"},
    {AZ, 0, 15, VOUCH, 0, "", "", BD_COMPLETE_YES, "command, exporter"},
    {AZ, 0, 15, VOUCH, 16, "02T06:00:00", "", BD_COMPLETE_YES, "command, exporter"},
    {AZ, 0, 15, "", 15, "02T06:00:00", "", BD_COMPLETE_NOT_SHOWN, "without end mark"},
    {AZ, 0, 15, VOUCH, 16, "01T09:00:00", "\"complete\":false", BD_COMPLETE_YES,
     "command, exporter"},
    {AZ, 0, 15, "", 15, "01T09:00:00", "\"query\":\"resources | where location == 'x'\"",
     BD_COMPLETE_NOT_SHOWN, "without end mark"},
    /* a part stays one, however many it holds */
    {AZ, 0, 15,
     "\"command\":\"az storage account list -g rg\",\"exporter\":\"jens\",\"complete\":true", 15,
     "01T09:00:00", "", BD_COMPLETE_NOT_SHOWN, "only a part"},
};

TEST(conclude, a_list_is_set_against_the_inventory_of_its_day) {
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        const second_case *c = &cases[i];
        scan_bench bench = scan_bench_open();
        scan_file(&bench, "list.json", stores(c->how, SCAN_IN_A, c->first, c->listed, true),
                  described("S17", "01T06:00:00", c->vouch));
        if (c->inventory > 0) {
            scan_file(&bench, "inventory.json", stores(QUERY, SCAN_IN_A, 0, c->inventory, false),
                      described("S77", c->at, c->more));
        }
        scan_conclude(&bench);
        const bd_evidence *item = &bench.items.data[0];
        test_failure("case %zu: %.*s", i, BD_ARG(item->completeness_reason));
        CHECK_EQ_STR(bd_completeness_name(item->completeness), bd_completeness_name(c->wanted));
        CHECK(bd_str_find(item->completeness_reason, bd_str_of(c->part)) >= 0);
        const bd_snapshot *snapshot = scan_snapshot(&bench, "S17", SCAN_SUB_A);
        CHECK(snapshot != NULL && snapshot->may_pass == (c->wanted == BD_COMPLETE_YES));
        scan_bench_close(&bench);
    }
}

TEST(conclude, of_two_inventories_of_a_day_the_nearest_speaks) {
    scan_bench bench = scan_bench_open();
    scan_file(&bench, "evening.json", stores(QUERY, SCAN_IN_A, 0, 16, false),
              described("S77", "01T20:00:00", ""));
    scan_file(&bench, "list.json", stores(REST, SCAN_IN_A, 0, 15, true),
              described("S17", "01T06:00:00", ""));
    scan_file(&bench, "morning.json", stores(QUERY, SCAN_IN_A, 0, 15, false),
              described("S77", "01T05:00:00", "\"run\":\"m\""));
    scan_conclude(&bench);
    CHECK_EQ_STR(bd_completeness_name(bench.items.data[1].completeness), "yes");
    scan_bench_close(&bench);
}

TEST(conclude, an_inventory_of_another_subscription_says_nothing) {
    scan_bench bench = scan_bench_open();
    scan_file(&bench, "list.json", stores(REST, SCAN_IN_A, 0, 15, true),
              described("S17", "01T06:00:00", ""));
    scan_file(&bench, "inventory.json", stores(QUERY, SCAN_IN_B, 0, 16, false),
              "{\"source\":\"S77\",\"collected_at\":\"2026-02-01T06:00:00Z\"}");
    scan_conclude(&bench);
    CHECK_EQ_STR(bd_completeness_name(bench.items.data[0].completeness), "yes");
    scan_bench_close(&bench);
}

/* `for id in ...; do az keyvault show`: the files of one object each are a list together. */
TEST(conclude, files_of_one_object_each_are_counted_together) {
    static const struct {
        int shown, counted;
        bool is_twice;
        const char *wanted;
    } singles[] = {{3, 3, false, "yes"}, {2, 3, false, "no"}, {2, 3, true, "no"}};
    for (size_t i = 0; i < BD_COUNT(singles); i++) {
        scan_bench bench = scan_bench_open();
        int files = singles[i].shown + (singles[i].is_twice ? 1 : 0);
        for (int j = 0; j < files; j++) {
            int number = j < singles[i].shown ? j : 0;
            bd_str list = stores(AZ, SCAN_IN_A, number, 1, true);
            bd_str path = bd_str_format(test_arena(), "s-%d.json", j);
            scan_file(&bench, bd_str_z(test_arena(), path), bd_str_sub(list, 1, list.size - 1),
                      described("S17", "01T06:00:00", VOUCH));
        }
        scan_file(&bench, "z.json", stores(QUERY, SCAN_IN_A, 0, singles[i].counted, false),
                  described("S77", "01T06:00:00", ""));
        scan_conclude(&bench);
        test_failure("case %zu: %.*s", i, BD_ARG(bench.items.data[0].completeness_reason));
        CHECK_EQ_STR(bd_completeness_name(bench.items.data[0].completeness), singles[i].wanted);
        scan_bench_close(&bench);
    }
}

TEST(conclude, a_file_of_more_types_than_are_counted_is_no_second_source) {
    scan_bench bench = scan_bench_open();
    bd_buf text;
    bd_buf_init(&text, 8 << 20);
    bd_buf_printf(&text, "{\"totalRecords\":%d,\"data\":[", BD_MOST_TYPE_COUNTS + 2);
    for (int i = 0; i < BD_MOST_TYPE_COUNTS + 2; i++) {
        bd_buf_printf(&text, "%s{\"id\":\"" SCAN_IN_A "a.b/t%d/x\",\"type\":\"a.b/t%d\"}",
                      i > 0 ? "," : "", i, i);
    }
    bd_buf_puts(&text, BD_STR("]}"));
    const bd_evidence *item =
        scan_file(&bench, "i.json", bd_buf_str(&text), described("S77", "01T06:00:00", ""));
    CHECK_EQ_INT(item->facts.types.count, BD_MOST_TYPE_COUNTS);
    CHECK(item->facts.has_more_types && item->facts.rows_refused == 0);
    bd_buf_clear(&text);
    scan_bench_close(&bench);
}
