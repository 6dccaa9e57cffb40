/* The draw that anyone can repeat, against the published vector and against sha256sum and sort. */
#include "bindery/sample.h"

#include "bindery/crypto.h"
#include "test.h"

#include <string.h>

static const char vector_seed[] = "2026-10-05T06:00:00Z/auditor-7319";
static const char vector_population[] = "6.3.1-leavers-2026Q3";
static const char vector_frozen[] =
    "f9c6374cc768e074d208374a68cfeb3f0c8d072e00c72e1e7d240d5f076717d8";

enum { OTHER, SAMPLE, REPLACEMENT };
static const struct {
    const char *key, *sha256;
    int role;
} vector[] = {
    {"L-010", "00457a6151abc14e6a99671099551883f57e0902de9ddfcda9d534df197b82c6", SAMPLE},
    {"L-017", "195880de7d26383ec32155a97d21ce0b80603294dce48a82a19b0e968b1e1267", SAMPLE},
    {"L-012", "19947f32c7ab5e1dcb3e314dde132de4456f61b3b8edbc59d91dbf066bb4365b", SAMPLE},
    {"L-013", "1fe7cce0d7b26f1e932116a44dcc9b3da78c808fb5395f3541e82662079b2d52", SAMPLE},
    {"L-015", "2839691c72edd32262e5b0a909d28468302511304dea005e8d40fd7cd57ed854", SAMPLE},
    {"L-016", "2d1691a087c0dea2da34738b9e53ba8162e17e3cf2da1a776cf8f5930427ccaf", REPLACEMENT},
    {"L-007", "3b0295d0d458c7a478ecd74ef870ea24e98bf11aa78eeb7698684502cdd1ce89", REPLACEMENT},
    {"L-003", "46dff3ecdcf66d7c2a165ea998968cee0c11d7cf36f9a747571861a8022956d5", REPLACEMENT},
    {"L-004", "49673eee209dd06111fddd2e85897d4e566b5e5a0796900d0e1691d11bc0477d", OTHER},
    {"L-001", "4e523ec0f71015f4d9c9ec204b35f2c1f1a9256838d7b9e3ea733278b5ae53ab", OTHER},
    {"L-006", "5ddb02b771227ab15d85ea36d24ea51a87d04c9ae9eabeffa715e18451968cb2", OTHER},
    {"L-009", "5ed3c4d24a42194e508a00653ab8861e96c906791abefce09526fac48a9c3ba4", OTHER},
    {"L-002", "6f5f5d649225148c51334a2271bec96cc013bec30e7c7e45718685a4dfe14caa", OTHER},
    {"L-020", "9112e0dcb2427c06c1d5a6137d6d7622760f74c704bc912a005f8629c40a3a53", OTHER},
    {"L-008", "a6d6ad671532a0a4fed6edf48b322c96416817302f2ec7f8aebd74c2932d615e", OTHER},
    {"L-005", "b37c2691c20b6ab8cba6b49cc6bea7d9fc0e4fe89ddcffd70c03c7bc33ae4a85", OTHER},
    {"L-019", "b8d0a27e7dbde954c6a451429a84a13d34de62a20c949e0fa7efcfd95f8a1251", OTHER},
    {"L-014", "d2e6f5f43b83dd8c1a979d2a38ea3ec1dcf7946ffd5e75e5adf61cac4b3c5bcc", OTHER},
    {"L-018", "e366c0e0c903f24fc65cb02343d1ab5c53c62b40a4f0edd62e3edba1974007ed", OTHER},
    {"L-011", "f40e4ea551f9ba93c5a698b7c698c716b13040cb6d4327d5d667f3ebfdf8a202", OTHER},
};

static bd_str hex_of(const uint8_t hash[32]) {
    char hex[65];
    bd_hex(hash, 32, hex);
    return bd_str_copy(test_arena(), bd_str_of(hex));
}

static bd_drawn_list draw_keys(const char *seed, const char *population, const bd_strs *strata,
                               const bd_strs *keys, uint64_t size) {
    bd_drawn_list drawn = {0};
    bd_err err;
    bd_sampler *sampler = bd_sampler_open(bd_str_of(seed), bd_str_of(population));
    for (size_t i = 0; i < keys->count; i++) {
        bd_str stratum = strata != NULL ? strata->data[i] : BD_STR("");
        CHECK_OK(bd_sampler_put(sampler, stratum, keys->data[i], &err), err);
    }
    CHECK_OK(bd_sampler_draw(sampler, size, test_arena(), &drawn, &err), err);
    bd_sampler_close(sampler);
    return drawn;
}

/* "L-001", "L-002", ... */
static bd_strs numbered(const char *before, int digits, const char *after, int count) {
    bd_strs keys = {0};
    for (int i = 1; i <= count; i++) {
        *bd_push(test_arena(), &keys) =
            bd_str_format(test_arena(), "%s%0*d%s", before, digits, i, after);
    }
    return keys;
}

TEST(samples, ranks_are_those_of_the_published_vector) {
    for (size_t i = 0; i < BD_COUNT(vector); i++) {
        uint8_t hash[32];
        bd_sample_rank(bd_str_of(vector_seed), bd_str_of(vector_population),
                       bd_str_of(vector[i].key), hash);
        CHECK_EQ_STR(hex_of(hash), vector[i].sha256);
    }
}

TEST(samples, the_published_vector_is_drawn_in_its_order_with_its_replacements) {
    bd_strs keys = numbered("L-", 3, "", 20);
    bd_drawn_list drawn = draw_keys(vector_seed, vector_population, NULL, &keys, 5);
    CHECK_EQ_INT(drawn.count, 8);
    for (size_t i = 0; i < drawn.count; i++) {
        CHECK_EQ_STR(drawn.data[i].key, vector[i].key);
        CHECK_EQ_STR(hex_of(drawn.data[i].hash), vector[i].sha256);
        CHECK_EQ_INT(drawn.data[i].rank, i + 1);
        CHECK(drawn.data[i].is_reserve == (vector[i].role == REPLACEMENT));
    }
}

TEST(samples, the_published_population_is_frozen_under_its_hash) {
    bd_strs keys = numbered("L-", 3, "\n", 20);
    bd_str text = bd_str_concat(test_arena(), keys.data, keys.count);
    CHECK_EQ_STR(bd_sha256_hex(test_arena(), text), vector_frozen);
}

TEST(samples, the_order_of_putting_changes_nothing) {
    bd_strs keys = numbered("run/", 1, "", 300), turned = {0};
    for (size_t i = keys.count; i > 0; i--) {
        *bd_push(test_arena(), &turned) = keys.data[i - 1];
    }
    bd_drawn_list a = draw_keys("s", "p", NULL, &keys, 25);
    bd_drawn_list b = draw_keys("s", "p", NULL, &turned, 25);
    CHECK_EQ_INT(a.count, 38);
    CHECK_EQ_INT(b.count, 38);
    for (size_t i = 0; i < a.count; i++) {
        CHECK(bd_str_eq(a.data[i].key, b.data[i].key));
    }
}

TEST(samples, stock_tools_repeat_a_draw) {
    bd_strs keys = numbered("K ", 1, "|2026", 40);
    bd_drawn_list drawn = draw_keys("beacon 17", "8.1-changes-2026-H1", NULL, &keys, 8);
    bd_str found = {"", 0};
    for (size_t i = 0; i < drawn.count; i++) {
        found = bd_str_format(test_arena(), "%.*s%.*s %.*s\n", BD_ARG(found),
                              BD_ARG(hex_of(drawn.data[i].hash)), BD_ARG(drawn.data[i].key));
    }
    bd_str said = {"", 0};
    int status = run_command(
        &said, "i=1; while [ $i -le 40 ]; do printf 'beacon 17\\n8.1-changes-2026-H1\\nK %%s|2026' $i "
               "| sha256sum | cut -c1-64 | sed \"s/\\$/ K $i|2026/\"; i=$((i+1)); done | "
               "LC_ALL=C sort | head -n 12");
    CHECK_EQ_INT(status, 0);
    CHECK_EQ_STR(bd_str_trim(said), bd_str_z(test_arena(), bd_str_trim(found)));
}

TEST(samples, each_stratum_is_drawn_as_a_population_of_its_own) {
    bd_strs keys = numbered("L-", 3, "", 20), strata = {0}, first = {0};
    for (size_t i = 0; i < keys.count; i++) {
        bool is_first = i < 15;
        *bd_push(test_arena(), &strata) = is_first ? BD_STR("2026-07") : BD_STR("2026-08");
        if (is_first) {
            *bd_push(test_arena(), &first) = keys.data[i];
        }
    }
    bd_drawn_list all = draw_keys("s", "p", &strata, &keys, 5);
    bd_drawn_list alone = draw_keys("s", "p/2026-07", NULL, &first, 4);
    CHECK_EQ_INT(all.count, 4 + 2 + 2 + 1); /* 5 of 20: 3.75 and 1.25, rounded up, and their reserve */
    for (size_t i = 0; i < 6; i++) {
        CHECK_EQ_STR(all.data[i].stratum, "2026-07");
        CHECK(bd_str_eq(all.data[i].key, alone.data[i].key));
        CHECK_EQ_INT(all.data[i].rank, i + 1);
    }
    CHECK_EQ_STR(all.data[6].stratum, "2026-08");
    CHECK_EQ_INT(all.data[6].rank, 1);
}

TEST(samples, a_stratum_with_one_item_gives_it) {
    CHECK_EQ_INT(bd_sample_share(5, 1, 1000), 1);
    CHECK_EQ_INT(bd_sample_share(5, 0, 1000), 0);
    CHECK_EQ_INT(bd_sample_share(5, 0, 0), 0);
    CHECK_EQ_INT(bd_sample_share(1000, 3, 3), 3);
    CHECK_EQ_INT(bd_sample_reserve(5, 20), 3);
    CHECK_EQ_INT(bd_sample_reserve(5, 6), 1);
    CHECK_EQ_INT(bd_sample_reserve(5, 5), 0);
    CHECK_EQ_INT(bd_sample_reserve(5, 3), 0);
}

TEST(samples, keys_are_one_line_and_never_fall_together) {
    static const struct {
        const char *key;
        size_t size;
        const char *wanted;
    } rows[] = {
        {"L-010", 5, "L-010"},
        {"E1\x1f"
         "2026-03-01",
         13, "E1|2026-03-01"},
        {"a|b", 3, "a%7Cb"},
        {"a%7Cb", 5, "a%257Cb"},
        {"two\nlines", 9, "two%0Alines"},
        {" ends ", 6, "%20ends%20"},
        {"in side", 7, "in side"},
        {"=cmd", 4, "=cmd"},
        {"\0x", 2, "%00x"},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        CHECK_EQ_STR(bd_sample_key(test_arena(), (bd_str){rows[i].key, rows[i].size}),
                     rows[i].wanted);
    }
}

static const bd_value *sizes(void) {
    static const char path[] = "templates/catalog/sampling.json";
    const bd_value *out = NULL;
    bd_err err;
    bd_str text = test_read_file(bd_path_join(test_arena(), test_root(), path));
    CHECK_OK(bd_json_parse(text, &bd_json_default_limits, test_arena(), &out, &err), err);
    return bd_value_find(out, "sizes");
}

TEST(samples, the_usual_size_follows_the_number_of_events) {
    static const struct {
        uint64_t count, size;
        const char *range;
    } rows[] = {{0, 0, "0"},      {1, 1, "all"},    {4, 4, "all"},     {5, 5, "3-5"},
                {15, 5, "3-5"},   {16, 8, "5-10"},  {50, 8, "5-10"},   {51, 15, "10-25"},
                {250, 15, "10-25"}, {251, 25, "25-60"}, {1000000, 25, "25-60"}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_sample_size out = {0};
        CHECK(bd_sample_size_of(sizes(), rows[i].count, &out));
        CHECK_EQ_INT(out.size, rows[i].size);
        CHECK_EQ_STR(out.range, rows[i].range);
    }
    bd_sample_size out;
    CHECK(!bd_sample_size_of(NULL, 5, &out));
}

TEST(samples, nothing_is_drawn_from_nothing) {
    bd_strs keys = {0};
    CHECK_EQ_INT(draw_keys("s", "p", NULL, &keys, 5).count, 0);
}
