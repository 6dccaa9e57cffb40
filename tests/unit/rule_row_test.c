/* Rows in a series: what is written once comes back with each row; bytes that nobody vouches for are looked at. */
#include "bindery/rule.h"

#include "test.h"

#include <string.h>

#define CHECKS 300 /* more than a series keeps reasons of */

static const char *const resources[] = {
    "/subscriptions/A1/resourceGroups/Rg/providers/Microsoft.Storage/storageAccounts/StOne",
    "/subscriptions/A1/resourceGroups/Rg/providers/Microsoft.Storage/storageAccounts/StTwo",
    "user@contoso.example",
    "",
    "/SUBSCRIPTIONS/\xC3\x84/X"};
static const char *const keys[] = {
    "/subscriptions/a1/resourcegroups/rg/providers/microsoft.storage/storageaccounts/stone",
    "/subscriptions/a1/resourcegroups/rg/providers/microsoft.storage/storageaccounts/sttwo",
    "users/17", "", "/subscriptions/\xC3\x84/x"};
static const char *const reasons[] = {"", "public access is on", "no row of the inventory is of this type"};

/* Record by record, five checks each; of the checks some share a place. */
static bd_row row_at(unsigned i) {
    unsigned record = i / 5 % BD_COUNT(resources), check = i * 64 % CHECKS;
    bd_row row = {.check = check,
                  .side = (bd_side)(i / 7 % 4),
                  .verdict = (bd_verdict)(i / 3 % 4),
                  .type = BD_STR("microsoft.storage/storageaccounts"),
                  .key = bd_str_of(keys[record]),
                  .resource = bd_str_of(resources[record]),
                  .subscription = bd_str_of(i / 50 % 2 == 0 ? "a1" : ""),
                  .scope = bd_str_of(i / 50 % 2 == 0 ? "a1" : "b2"),
                  .source = BD_STR("S05"),
                  .time = i % 11 == 0 ? (bd_instant)i * 1000 - 5000 : BD_INSTANT_NONE,
                  .ordinal = i / 5,
                  .reason = bd_str_of(reasons[(check + i / 40) % BD_COUNT(reasons)]),
                  .lacks_key = i % 13 == 0};
    row.join = i % 4 == 0 ? row.key : i % 4 == 1 ? BD_STR("other") : (bd_str){"", 0};
    row.detail = i % 6 == 0 ? BD_ROW_ANY_KEY : (bd_str){"", 0};
    row.alias = i % 9 == 0 ? BD_STR("object 4") : (bd_str){"", 0};
    return row;
}

static void check_same(const bd_row *found, const bd_row *wanted) {
    CHECK_EQ_INT(found->check, wanted->check);
    CHECK_EQ_INT(found->side, wanted->side);
    CHECK_EQ_INT(found->verdict, wanted->verdict);
    CHECK_EQ_INT(found->time, wanted->time);
    CHECK_EQ_INT(found->ordinal, wanted->ordinal);
    CHECK_EQ_INT(found->lacks_key, wanted->lacks_key);
    CHECK_EQ_STR(found->type, wanted->type);
    CHECK_EQ_STR(found->key, wanted->key);
    CHECK_EQ_STR(found->resource, wanted->resource);
    CHECK_EQ_STR(found->subscription, wanted->subscription);
    CHECK_EQ_STR(found->scope, wanted->scope);
    CHECK_EQ_STR(found->source, wanted->source);
    CHECK_EQ_STR(found->join, wanted->join);
    CHECK_EQ_STR(found->reason, wanted->reason);
    CHECK_EQ_STR(found->detail, wanted->detail);
    CHECK_EQ_STR(found->alias, wanted->alias);
}

static bd_packer packer;

static bd_str pack(bd_row_series *series, const bd_row *row) {
    bd_pack_begin(&packer);
    bd_row_pack(&packer, series, row);
    return bd_pack_end(&packer);
}

static bd_row unpack(bd_row_series *series, bd_str packed) {
    bd_unpacker in = {.record = packed};
    bd_row row;
    bd_row_unpack(&in, series, &row);
    CHECK_EQ_INT(in.at, packed.size);
    return row;
}

static bd_row_series *begin(void) {
    bd_row_series *made = bd_new(test_arena(), bd_row_series, 1);
    bd_row_series_begin(made);
    return made;
}

TEST(rule_row, rows_of_a_series_come_back_as_they_were) {
    bd_row_series *out = begin(), *in = begin();
    bd_row_marks *seen = bd_new(test_arena(), bd_row_marks, 1);
    for (unsigned i = 0; i < 2000; i++) {
        bd_row wanted = row_at(i);
        if (i % 701 == 700) {
            bd_row_series_begin(out); /* another file: its reader is not told */
        }
        bd_str packed = pack(out, &wanted);
        test_failure("row %u", i);
        CHECK(bd_row_fits(packed, 0, CHECKS, seen));
        bd_row found = unpack(in, packed);
        check_same(&found, &wanted);
    }
}

TEST(rule_row, a_row_alone_needs_no_other) {
    bd_row_series *out = begin();
    bd_row first = row_at(0);
    (void)pack(out, &first);
    for (unsigned i = 0; i < 200; i++) {
        bd_row wanted = row_at(i);
        bd_row found = unpack(NULL, bd_str_copy(test_arena(), pack(NULL, &wanted)));
        check_same(&found, &wanted);
    }
}

/* The first row of a record names it, its key in no byte; another row of it has none of that, and no reason again. */
TEST(rule_row, what_was_said_is_not_written_again) {
    bd_row_series *series = begin();
    bd_row row = row_at(0);
    row.time = BD_INSTANT_NONE;
    row.reason = bd_str_of(reasons[1]);
    row.detail = row.alias = (bd_str){"", 0};
    size_t named = row.type.size + row.resource.size + row.subscription.size + row.scope.size + row.source.size;
    CHECK_EQ_INT(pack(series, &row).size, 4 + 3 + 4 + 5 * 4 + named + 4 + row.reason.size);
    CHECK_EQ_INT(pack(series, &row).size, 7);
    row.reason = bd_str_of(reasons[2]);
    CHECK_EQ_INT(pack(series, &row).size, 7 + 4 + row.reason.size);
    row.check += BD_ROW_REASONS; /* takes the place */
    CHECK_EQ_INT(pack(series, &row).size, 7 + 4 + row.reason.size);
    row.check -= BD_ROW_REASONS;
    CHECK_EQ_INT(pack(series, &row).size, 7 + 4 + row.reason.size);
}

TEST(rule_row, a_long_reason_is_written_each_time) {
    bd_row_series *out = begin(), *in = begin();
    char text[BD_ROW_REASON_BYTES + 1];
    memset(text, 'r', sizeof text);
    for (size_t size = sizeof text - 2; size <= sizeof text; size++) {
        bd_row row = row_at(0);
        row.reason = (bd_str){text, size};
        for (int i = 0; i < 3; i++) {
            bd_str packed = pack(out, &row);
            CHECK_EQ_INT(packed.size > size, i == 0 || size > BD_ROW_REASON_BYTES);
            bd_row found = unpack(in, packed);
            check_same(&found, &row);
        }
    }
}

/* Texts over 4 KiB are cut; of a series the same ones. */
TEST(rule_row, texts_about_as_long_as_a_text_may_be_are_the_same_in_a_series_and_alone) {
    static char large[6000];
    memset(large, 'K', sizeof large);
    for (size_t size = 4090; size < 4120; size++) {
        bd_row_series *out = begin(), *in = begin();
        bd_row row = row_at(0);
        row.resource = (bd_str){large, size};
        row.key = bd_str_lower(test_arena(), row.resource);
        row.join = (bd_str){"", 0};
        bd_row alone = unpack(NULL, bd_str_copy(test_arena(), pack(NULL, &row)));
        for (int i = 0; i < 2; i++) {
            bd_row found = unpack(in, bd_str_copy(test_arena(), pack(out, &row)));
            check_same(&found, &alone);
        }
    }
}

TEST(rule_row, a_row_that_does_not_fit_leaves_nothing_behind) {
    bd_row_series *out = begin(), *in = begin();
    bd_row row = row_at(1);
    row.reason = bd_str_of(reasons[1]);
    (void)unpack(in, pack(out, &row));
    bd_pack_begin(&packer);
    packer.size = sizeof packer.bytes - 4;
    bd_row lost = row_at(9);
    lost.reason = bd_str_of(reasons[2]);
    bd_row_pack(&packer, out, &lost);
    CHECK(packer.overflowed);
    lost.check = row.check;
    bd_row found = unpack(in, pack(out, &lost));
    check_same(&found, &lost);
}

/* ---- what nobody vouches for ---- */

static bool fits(bd_str packed, bd_row_marks seen) {
    return bd_row_fits(packed, 0, CHECKS, &seen);
}

TEST(rule_row, a_row_that_leans_on_none_before_it_is_refused) {
    bd_row_series *out = begin();
    bd_row_marks none = {0}, after = {0};
    bd_row row = row_at(1);
    row.reason = bd_str_of(reasons[1]);
    bd_str first = bd_str_copy(test_arena(), pack(out, &row));
    bd_str second = bd_str_copy(test_arena(), pack(out, &row));
    CHECK(fits(first, none));
    CHECK(!fits(second, none));
    CHECK(bd_row_fits(first, 0, CHECKS, &after));
    CHECK(fits(second, after));
    CHECK(!bd_row_fits(first, 0, row.check, &(bd_row_marks){0})); /* no such check */
    after.told[row.check % BD_ROW_REASONS] = row.check + 1 + BD_ROW_REASONS;
    CHECK(!fits(second, after)); /* another one's sentence */
}

TEST(rule_row, a_refused_row_leaves_no_mark) {
    bd_row_series *out = begin();
    bd_row_marks seen = {0};
    bd_row row = row_at(1);
    CHECK(bd_row_fits(pack(out, &row), 0, CHECKS, &seen));
    row.check = 7;
    row.reason = bd_str_of(reasons[1]);
    bd_str said = bd_str_copy(test_arena(), pack(out, &row));
    bd_str again = bd_str_copy(test_arena(), pack(out, &row));
    CHECK(!bd_row_fits(bd_str_format(test_arena(), "%.*s!", BD_ARG(said)), 0, CHECKS, &seen));
    CHECK(!bd_row_fits(again, 0, CHECKS, &seen));
    CHECK(bd_row_fits(said, 0, CHECKS, &seen));
    CHECK(bd_row_fits(again, 0, CHECKS, &seen));
}

TEST(rule_row, what_is_cut_off_or_goes_on_is_refused) {
    bd_row_series *out = begin();
    bd_row row = row_at(0);
    bd_str whole = pack(out, &row);
    for (size_t size = 0; size < whole.size; size++) {
        CHECK(!fits(bd_str_sub(whole, 0, size), (bd_row_marks){0}));
    }
    CHECK(!fits(bd_str_format(test_arena(), "%.*s!", BD_ARG(whole)), (bd_row_marks){0}));
}

static uint32_t next_random(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Whatever is let through can be unpacked: an assertion would end the test. */
TEST(rule_row, bytes_that_fit_can_be_unpacked) {
    uint32_t random = 7;
    size_t taken = 0;
    for (unsigned round = 0; round < 20000; round++) {
        bd_row_series *out = begin(), *in = begin();
        bd_row_marks *seen = bd_new(test_arena(), bd_row_marks, 1);
        unsigned first = next_random(&random) % 500;
        for (unsigned i = first; i < first + 4; i++) {
            bd_row row = row_at(i);
            char bytes[2048];
            bd_str packed = pack(out, &row);
            CHECK(packed.size <= sizeof bytes);
            memcpy(bytes, packed.data, packed.size);
            for (unsigned flips = next_random(&random) % 3; flips > 0; flips--) {
                size_t head = next_random(&random) % 2 == 0 ? 12 : packed.size;
                size_t at = next_random(&random) % (head < packed.size ? head : packed.size);
                bytes[at] = (char)(bytes[at] ^ (char)(1u << next_random(&random) % 8));
            }
            bd_str read = {bytes, packed.size};
            if (!bd_row_fits(read, 0, CHECKS, seen)) {
                break;
            }
            (void)unpack(in, read);
            taken++;
        }
        bd_arena_reset(test_arena());
    }
    CHECK(taken > 20000);
}
