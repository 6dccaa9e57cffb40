/* The floor: arenas, texts, buffers, packers, files, folders, workers. Time zones have a file of their own. */
#define _DEFAULT_SOURCE /* mkfifo, usleep */
#include "bindery/util.h"

#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAS_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_ASAN 1
#endif
#endif
#ifdef HAS_ASAN
#include <sanitizer/asan_interface.h>
#endif

/* Exit status of a child that runs `fn`; 128+n for a signal. */
static int run_child(void (*fn)(void)) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        (void)!freopen("/dev/null", "w", stderr);
        fn();
        _exit(0);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- arenas ---- */

static void leave_with_5(const char *name, size_t limit_bytes) {
    _exit(strcmp(name, "small") == 0 && limit_bytes == 40000 ? 5 : 1);
}

static void pass_the_limit(void) {
    bd_set_exhausted(leave_with_5);
    bd_arena *arena = bd_arena_open("small", 40000);
    (void)bd_alloc(arena, 40001, 1);
}

static void overflow_the_size(void) {
    bd_set_exhausted(leave_with_5);
    bd_arena *arena = bd_arena_open("small", 40000);
    volatile size_t many = SIZE_MAX / 2;
    (void)bd_alloc(arena, many, 4);
}

static void ask_for_nearly_everything(void) {
    bd_set_exhausted(leave_with_5);
    bd_arena *arena = bd_arena_open("small", 40000);
    volatile size_t many = SIZE_MAX - 20;
    (void)bd_alloc(arena, many, 1);
}

static void default_hook(void) {
    (void)bd_alloc(bd_arena_open("small", 10), 11, 100);
}

TEST(util, an_arena_never_hands_out_more_than_its_limit) {
    CHECK_EQ_INT(run_child(pass_the_limit), 5);
    CHECK_EQ_INT(run_child(overflow_the_size), 5);
    CHECK_EQ_INT(run_child(ask_for_nearly_everything), 5);
#ifndef HAS_ASAN /* the arena lost at exit is the leak checker's business there */
    CHECK_EQ_INT(run_child(default_hook), 5);
#else
    (void)default_hook;
#endif
}

TEST(util, an_arena_hands_out_all_of_its_limit) {
    static const size_t limits[] = {16, 1000, 16384, 16400, 20000, 49152, 100000, 3000000};
    for (size_t i = 0; i < BD_COUNT(limits); i++) {
        bd_arena *arena = bd_arena_open("exact", limits[i]);
        for (size_t used = 0; used + 16 <= limits[i]; used += 16) {
            (void)bd_alloc(arena, 16, 1);
        }
        CHECK_EQ_INT(bd_arena_used(arena), limits[i] / 16 * 16);
        bd_arena_close(arena);
    }
}

TEST(util, arena_memory_is_zeroed_aligned_and_reusable) {
    bd_arena *arena = bd_arena_open("reuse", 10 << 20);
    for (int round = 0; round < 3; round++) {
        for (size_t size = 0; size < 5000; size += 37) {
            unsigned char *bytes = bd_alloc(arena, size, 1);
            CHECK((uintptr_t)bytes % 16 == 0);
            for (size_t i = 0; i < size; i++) {
                CHECK(bytes[i] == 0);
            }
            memset(bytes, 0xAA, size);
        }
        bd_arena_reset(arena);
        CHECK_EQ_INT(bd_arena_used(arena), 0);
    }
    bd_arena_close(arena);
    bd_arena_close(NULL);
    bd_arena *none = NULL;
    bd_arena_close_ref(&none);
}

TEST(util, a_reset_arena_is_poison_to_the_sanitizer) {
#ifdef HAS_ASAN
    bd_arena *arena = bd_arena_open("poison", 1 << 20);
    char *bytes = bd_alloc(arena, 32, 1);
    CHECK(!__asan_address_is_poisoned(bytes + 31));
    CHECK(__asan_address_is_poisoned(bytes + 32));
    bd_arena_reset(arena);
    CHECK(__asan_address_is_poisoned(bytes));
    bd_arena_close(arena);
#else
    test_skip("needs the address sanitizer");
#endif
}

TEST(util, a_vector_keeps_its_members_as_it_grows) {
    BD_VEC(uint64_t) list = {0};
    for (uint64_t i = 0; i < 10000; i++) {
        *bd_push(test_arena(), &list) = i * i;
    }
    CHECK_EQ_INT(list.count, 10000);
    for (uint64_t i = 0; i < 10000; i++) {
        CHECK(list.data[i] == i * i);
    }
    list.count = 3;
    CHECK(*bd_push(test_arena(), &list) == 0); /* zeroed, used before or not */
}

/* ---- sort and map ---- */

typedef struct {
    int key, place;
} keyed;

static int cmp_keyed(const void *context, const void *a, const void *b) {
    *(int *)(uintptr_t)context += 1;
    return ((const keyed *)a)->key - ((const keyed *)b)->key;
}

static int cmp_ints(const void *context, const void *a, const void *b) {
    (void)context;
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

TEST(util, a_sorted_array_finds_what_is_in_it_and_nothing_else) {
    int items[33];
    for (int count = 0; count <= 33; count++) {
        for (int i = 0; i < count; i++) {
            items[i] = 2 * i;
        }
        for (int key = -1; key <= 2 * count; key++) {
            const int *found =
                bd_sorted_find(items, (size_t)count, sizeof items[0], &key, cmp_ints, NULL);
            bool is_in = key >= 0 && key % 2 == 0 && key < 2 * count;
            CHECK(is_in ? found == &items[key / 2] : found == NULL);
        }
    }
}

TEST(util, the_sort_is_stable_for_every_count) {
    int calls = 0;
    for (int count = 0; count < 300; count++) {
        keyed items[300];
        for (int i = 0; i < count; i++) {
            items[i] = (keyed){(i * 7919 + count) % 11, i};
        }
        bd_sort(items, (size_t)count, sizeof items[0], cmp_keyed, &calls);
        for (int i = 1; i < count; i++) {
            CHECK(items[i - 1].key < items[i].key ||
                  (items[i - 1].key == items[i].key && items[i - 1].place < items[i].place));
        }
    }
}

static int cmp_key_and_place(const void *a, const void *b) {
    const keyed *x = a, *y = b;
    return x->key != y->key ? x->key - y->key : x->place - y->place;
}

#define MOST_SORTED 5000

/* Rising, falling, equal, two orders behind each other, an order with a tail that is none, and none. */
static int key_of(int shape, int i, int count) {
    int mixed = (int)((unsigned)i * 2654435761u >> 8) % 97;
    switch (shape) {
    case 0: return i;
    case 1: return count - i;
    case 2: return 7;
    case 3: return i < count / 3 ? 2 * i : i;
    case 4: return i < count - count / 10 ? 3 * i : mixed;
    default: return mixed;
    }
}

TEST(util, the_sort_agrees_with_qsort_whatever_the_order_was) {
    static keyed items[MOST_SORTED], wanted[MOST_SORTED];
    const int counts[] = {2, 8, 9, 16, 17, 255, 256, 257, 511, 512, 1023, 4096, MOST_SORTED};
    int calls = 0;
    for (size_t c = 0; c < BD_COUNT(counts); c++) {
        for (int shape = 0; shape < 6; shape++) {
            size_t count = (size_t)counts[c];
            test_failure("%zu items of shape %d", count, shape);
            for (int i = 0; i < counts[c]; i++) {
                items[i] = (keyed){key_of(shape, i, counts[c]), i};
                wanted[i] = items[i];
            }
            qsort(wanted, count, sizeof wanted[0], cmp_key_and_place);
            bd_sort(items, count, sizeof items[0], cmp_keyed, &calls);
            CHECK(memcmp(items, wanted, count * sizeof items[0]) == 0);
        }
    }
}

TEST(util, a_map_finds_what_was_put_and_nothing_else) {
    bd_map *map = bd_map_make(test_arena());
    CHECK(bd_map_find(map, BD_STR("")) == NULL);
    for (uintptr_t i = 1; i <= 20000; i++) {
        bd_str key = bd_str_format(test_arena(), "%zu", (size_t)i);
        bd_map_put(map, key, (void *)i);
    }
    bd_map_put(map, BD_STR("7"), (void *)(uintptr_t)77);
    bd_map_put(map, (bd_str){NULL, 0}, (void *)(uintptr_t)5);
    bd_map_put(map, BD_STR("a\0b"), (void *)(uintptr_t)6);
    for (uintptr_t i = 1; i <= 20000; i++) {
        bd_str key = bd_str_format(test_arena(), "%zu", (size_t)i);
        CHECK(bd_map_find(map, key) == (void *)(i == 7 ? (uintptr_t)77 : i));
    }
    CHECK(bd_map_find(map, BD_STR("")) == (void *)(uintptr_t)5);
    CHECK(bd_map_find(map, BD_STR("a\0b")) == (void *)(uintptr_t)6);
    CHECK(bd_map_find(map, BD_STR("a")) == NULL);
    CHECK(bd_map_find(map, BD_STR("20001")) == NULL);
}

/* ---- buffers and errors ---- */

TEST(util, a_buffer_holds_exactly_its_limit) {
    bd_err err;
    bd_buf buf;
    bd_buf_init(&buf, 8);
    bd_buf_printf(&buf, "%s", "abcd");
    bd_buf_printf(&buf, "%d", 1234);
    CHECK_OK(bd_buf_check(&buf, "x", &err), err);
    CHECK_EQ_STR(bd_buf_str(&buf), "abcd1234");
    bd_buf_putc(&buf, '!');
    CHECK_FAILS(bd_buf_check(&buf, "the list", &err), err, BD_ERR_LIMIT, "'the list'");
    bd_buf_puts(&buf, BD_STR("")); /* overflow stays until clear */
    CHECK(buf.overflowed);
    bd_buf_clear(&buf);
    bd_buf_puts(&buf, BD_STR("again"));
    CHECK_OK(bd_buf_check(&buf, "x", &err), err);
    CHECK_EQ_STR(bd_buf_str(&buf), "again");
    bd_buf_clear(&buf);
    bd_buf_init(&buf, 100000);
    for (int i = 0; i < 100000; i++) {
        bd_buf_putc(&buf, 'x');
    }
    CHECK(!buf.overflowed);
    bd_sink sink = bd_sink_to_buf(&buf);
    CHECK_FAILS(bd_sink_write(&sink, "y", 1, &err), err, BD_ERR_LIMIT, "100000");
    bd_buf_clear(&buf);
}

TEST(util, a_message_is_one_line_of_utf8_whatever_it_quotes) {
    bd_err err;
    CHECK(bd_failed(bd_raise(&err, BD_ERR_INPUT, "cannot use '%s'", "a\n\x1b[2J\xc3")));
    CHECK_EQ_STR(err.message, "cannot use 'a\\u{000A}\\u{001B}[2J\xef\xbf\xbd'");
    bd_err_context(&err, "while reading '%s'", "\xff\t");
    CHECK(bd_utf8_is_valid(bd_str_of(err.message)) && strpbrk(err.message, "\n\t\x1b") == NULL);
}

TEST(util, a_message_cut_by_its_room_stays_utf8) {
    bd_err err;
    for (size_t shift = 0; shift < 8; shift++) {
        char text[2048];
        size_t size = 0;
        memset(text, 'a', shift);
        for (size = shift; size + 4 < sizeof text;) {
            const char *part = size % 3 == 0   ? "\xF0\x9F\x94\x91"
                               : size % 3 == 1 ? "\xC5\x81"
                                               : "\xE2\x82\xAC";
            memcpy(text + size, part, strlen(part));
            size += strlen(part);
        }
        text[size] = '\0';
        CHECK(bd_failed(bd_raise(&err, BD_ERR_INPUT, "%s", text)));
        CHECK(strlen(err.message) >= sizeof err.message - 4);
        CHECK(bd_utf8_is_valid(bd_str_of(err.message)));
        bd_err_context(&err, "while reading");
        CHECK(bd_failed(bd_raise(&err, BD_ERR_INPUT, "bad")));
        bd_err_context(&err, "%s", text);
        CHECK(bd_utf8_is_valid(bd_str_of(err.message)));
        CHECK(strncmp(err.message, "bad, ", 5) == 0);
    }
    CHECK(bd_failed(bd_raise(NULL, BD_ERR_INPUT, "nobody asks")));
    bd_err_context(NULL, "nobody asks");
}

/* ---- texts ---- */

static int sign_of(int order) {
    return (order > 0) - (order < 0);
}

TEST(util, natural_order_reads_runs_of_digits_as_numbers) {
    static const char *const rising[] = {
        "",       "1",       "1a",   "6.3.9",  "6.3.9a", "6.3.10",  "6.10.1",
        "07",     "10",      "page", "page-1", "page-2", "page-10", "page-10000000000000000000000",
        "page-a", "\xC3\xBC"};
    for (size_t i = 0; i < BD_COUNT(rising); i++) {
        for (size_t j = 0; j < BD_COUNT(rising); j++) {
            test_failure("'%s' and '%s'", rising[i], rising[j]);
            int wanted = (i > j) - (i < j);
            CHECK_EQ_INT(sign_of(bd_str_natural_cmp(bd_str_of(rising[i]), bd_str_of(rising[j]))),
                         wanted);
        }
    }
    CHECK(bd_str_natural_cmp(BD_STR("a1"), BD_STR("a01")) !=
          0); /* different texts are never equal */
    CHECK(bd_str_natural_cmp(BD_STR("a01b"), BD_STR("a1c")) < 0);
}

TEST(util, an_integer_is_read_whole_or_not_at_all) {
    static const struct {
        const char *text;
        bool is_ok;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"007", true, 7},
        {"9223372036854775807", true, INT64_MAX},
        {"-9223372036854775808", true, INT64_MIN},
        {"9223372036854775808", false, 0},
        {"-9223372036854775809", false, 0},
        {"92233720368547758070", false, 0},
        {"", false, 0},
        {"-", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1.0", false, 0},
        {"0x10", false, 0},
        {"--1", false, 0},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        int64_t value = 99;
        test_failure("'%s'", cases[i].text);
        CHECK_EQ_INT(bd_str_to_i64(bd_str_of(cases[i].text), &value), cases[i].is_ok);
        CHECK_EQ_INT(value, cases[i].is_ok ? cases[i].value : 99);
    }
    int64_t value;
    CHECK(!bd_str_to_i64(BD_STR("1\0"
                                "2"),
                         &value));
}

TEST(util, texts_are_cut_found_and_compared_by_bytes) {
    bd_str none = {NULL, 0};
    CHECK(bd_str_eq(none, BD_STR("")));
    CHECK(bd_str_find(BD_STR("abc"), BD_STR("")) == 0);
    CHECK(bd_str_find(none, BD_STR("a")) == -1);
    CHECK(bd_str_find(BD_STR("aab"), BD_STR("ab")) == 1);
    CHECK(bd_str_find(BD_STR("aab"), BD_STR("aabb")) == -1);
    CHECK(bd_str_find(BD_STR("x\0y"), BD_STR("\0y")) == 1);
    CHECK_EQ_STR(bd_str_sub(BD_STR("abc"), 1, 99), "bc");
    CHECK_EQ_STR(bd_str_sub(BD_STR("abc"), 5, 9), "");
    CHECK_EQ_STR(bd_str_sub(BD_STR("abc"), 2, 1), "");
    CHECK_EQ_STR(bd_str_trim(BD_STR(" \t\r\n\v\fa b\n")), "a b");
    CHECK_EQ_STR(bd_str_trim(BD_STR(" \n ")), "");
    CHECK(bd_str_cmp(BD_STR("a"), BD_STR("a\0")) < 0);
    CHECK(bd_str_cmp(BD_STR("\x7f"), BD_STR("\x80")) < 0);
    CHECK(bd_str_ieq(BD_STR("AZ[\xC3\x84"), BD_STR("az[\xC3\x84")));
    CHECK(!bd_str_ieq(BD_STR("@"), BD_STR("`")));
    CHECK(bd_str_has_prefix(BD_STR("ab"), none) && !bd_str_has_prefix(BD_STR("ab"), BD_STR("abc")));
    CHECK(bd_str_has_suffix(BD_STR("ab"), BD_STR("b")) &&
          !bd_str_has_suffix(BD_STR("ab"), BD_STR("a")));
    bd_str parts[3] = {BD_STR("a\0"), none, BD_STR("b")};
    CHECK(bd_str_eq(bd_str_concat(test_arena(), parts, 3), BD_STR("a\0b")));
    CHECK_EQ_STR(bd_str_concat(test_arena(), parts, 0), "");
}

TEST(util, cut_yields_every_piece_empty_ones_too) {
    static const struct {
        const char *text, *pieces;
    } cases[] = {{"a,b", "[a][b]"}, {"a,", "[a][]"}, {",", "[][]"}, {"", "[]"}, {",a", "[][a]"}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        bd_str rest = bd_str_of(cases[i].text);
        bd_str piece;
        bd_str got = BD_STR("");
        while (bd_str_cut(&rest, ',', &piece)) {
            got = bd_str_format(test_arena(), "%.*s[%.*s]", BD_ARG(got), BD_ARG(piece));
        }
        CHECK_EQ_STR(got, cases[i].pieces);
    }
    bd_str rest = {NULL, 0};
    bd_str piece;
    CHECK(!bd_str_cut(&rest, ',', &piece));
}

TEST(util, paths_are_split_at_the_last_slash) {
    static const char *const cases[][3] = {{"a/b/c.json", "c.json", "a/b"},
                                           {"c.json", "c.json", "."},
                                           {"/c", "c", "/"},
                                           {"a/", "", "a"},
                                           {"", "", "."}};
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(bd_path_name(bd_str_of(cases[i][0])), cases[i][1]);
        CHECK_EQ_STR(bd_path_folder(bd_str_of(cases[i][0])), cases[i][2]);
    }
    CHECK_EQ_STR(bd_path_join(test_arena(), "a/", "b"), "a/b");
    CHECK_EQ_STR(bd_path_join(test_arena(), "a", "/b"), "/b");
    CHECK_EQ_STR(bd_path_join(test_arena(), ".", "b"), "b");
    CHECK_EQ_STR(bd_path_join(test_arena(), "", "b"), "b");
}

TEST(util, hex_is_read_back) {
    uint8_t bytes[256];
    uint8_t back[256];
    char text[513];
    for (int i = 0; i < 256; i++) {
        bytes[i] = (uint8_t)i;
    }
    bd_hex(bytes, 256, text);
    CHECK(strncmp(text, "000102", 6) == 0);
    CHECK(bd_unhex(bd_str_of(text), back, 256) && memcmp(bytes, back, 256) == 0);
    CHECK(bd_unhex(BD_STR("aAFf"), back, 2) && back[0] == 0xAA && back[1] == 0xFF);
    CHECK(!bd_unhex(BD_STR("aag0"), back, 2));
    CHECK(!bd_unhex(BD_STR("aa"), back, 2));
    CHECK(!bd_unhex(BD_STR("aabbc"), back, 2));
}

/* ---- UTF-8 ---- */

TEST(util, malformed_utf8_is_told_from_well_formed) {
    /* Markus Kuhn's decoder test: sections 2 (first and last of each length) and 5 (noncharacters are fine) */
    static const bd_str good[] = {
        BD_STR_INIT("\0"),
        BD_STR_INIT("\xC2\x80"),
        BD_STR_INIT("\xE0\xA0\x80"),
        BD_STR_INIT("\xF0\x90\x80\x80"),
        BD_STR_INIT("\x7F"),
        BD_STR_INIT("\xDF\xBF"),
        BD_STR_INIT("\xEF\xBF\xBF"),
        BD_STR_INIT("\xED\x9F\xBF"),
        BD_STR_INIT("\xEE\x80\x80"),
        BD_STR_INIT("\xEF\xBF\xBD"),
        BD_STR_INIT("\xF4\x8F\xBF\xBF"),
        BD_STR_INIT("\xEF\xBF\xBE"),
        BD_STR_INIT("\xEF\xB7\x90"),
        BD_STR_INIT("\xCE\xBA\xE1\xBD\xB9\xCF\x83\xCE\xBC\xCE\xB5"),
    };
    /* sections 2.1.5-6, 2.2.4-6, 2.3.5, 3 (continuations, lonely starts, cut sequences, impossible bytes),
     * 4 (overlong), 5 (surrogates) */
    static const bd_str bad[] = {
        BD_STR_INIT("\xF8\x88\x80\x80\x80"),
        BD_STR_INIT("\xFC\x84\x80\x80\x80\x80"),
        BD_STR_INIT("\xF7\xBF\xBF\xBF"),
        BD_STR_INIT("\xFB\xBF\xBF\xBF\xBF"),
        BD_STR_INIT("\xFD\xBF\xBF\xBF\xBF\xBF"),
        BD_STR_INIT("\xF4\x90\x80\x80"),
        BD_STR_INIT("\x80"),
        BD_STR_INIT("\xBF"),
        BD_STR_INIT("\x80\xBF\x80\xBF"),
        BD_STR_INIT("\xC0 "),
        BD_STR_INIT("\xDF "),
        BD_STR_INIT("\xE0 "),
        BD_STR_INIT("\xEF "),
        BD_STR_INIT("\xF0 "),
        BD_STR_INIT("\xF7 "),
        BD_STR_INIT("\xF8 "),
        BD_STR_INIT("\xFC "),
        BD_STR_INIT("\xC2"),
        BD_STR_INIT("\xE0\x80"),
        BD_STR_INIT("\xE0\xA0"),
        BD_STR_INIT("\xF0\x80\x80"),
        BD_STR_INIT("\xF0\x90\x80"),
        BD_STR_INIT("\xDF"),
        BD_STR_INIT("\xEF\xBF"),
        BD_STR_INIT("\xF7\xBF\xBF"),
        BD_STR_INIT("\xC0\xE0\x80\xF0\x80\x80"),
        BD_STR_INIT("\xFE"),
        BD_STR_INIT("\xFF"),
        BD_STR_INIT("\xFE\xFE\xFF\xFF"),
        BD_STR_INIT("\xC0\xAF"),
        BD_STR_INIT("\xE0\x80\xAF"),
        BD_STR_INIT("\xF0\x80\x80\xAF"),
        BD_STR_INIT("\xF8\x80\x80\x80\xAF"),
        BD_STR_INIT("\xC1\xBF"),
        BD_STR_INIT("\xE0\x9F\xBF"),
        BD_STR_INIT("\xF0\x8F\xBF\xBF"),
        BD_STR_INIT("\xC0\x80"),
        BD_STR_INIT("\xE0\x80\x80"),
        BD_STR_INIT("\xF0\x80\x80\x80"),
        BD_STR_INIT("\xED\xA0\x80"),
        BD_STR_INIT("\xED\xAD\xBF"),
        BD_STR_INIT("\xED\xAE\x80"),
        BD_STR_INIT("\xED\xAF\xBF"),
        BD_STR_INIT("\xED\xB0\x80"),
        BD_STR_INIT("\xED\xBF\xBF"),
        BD_STR_INIT("\xED\xA0\x80\xED\xB0\x80"),
    };
    for (size_t i = 0; i < BD_COUNT(good); i++) {
        test_failure("well-formed %zu", i);
        CHECK(bd_utf8_is_valid(good[i]));
    }
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        test_failure("malformed %zu", i);
        CHECK(!bd_utf8_is_valid(bad[i]));
        bool has_replacement = false;
        size_t at = 0;
        uint32_t c;
        for (size_t before = 0; bd_utf8_next(bad[i], &at, &c); before = at) {
            CHECK(at > before && at <= bad[i].size);
            has_replacement = has_replacement || c == 0xFFFD;
        }
        CHECK(has_replacement);
    }
    CHECK(bd_utf8_is_valid((bd_str){NULL, 0}));
}

TEST(util, every_code_point_goes_there_and_back) {
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c >= 0xD800 && c <= 0xDFFF) {
            continue;
        }
        char bytes[4];
        bd_str text = {bytes, bd_utf8_put(bytes, c)};
        size_t at = 0;
        uint32_t back = 0;
        CHECK(bd_utf8_is_valid(text) && bd_utf8_next(text, &at, &back) && back == c &&
              at == text.size);
    }
}

TEST(util, folding_is_that_of_unicode) {
    if (run_command(NULL, "perl -MUnicode::UCD -e 1 >/dev/null 2>&1") != 0) {
        test_skip("needs perl's Unicode::UCD as an oracle");
    }
    bd_str table;
    CHECK_EQ_INT(
        run_command(&table,
                    "perl -e 'use Unicode::UCD q(casefold); for $c (0..0x1FFFF) { next if $c >= "
                    "0xD800 && $c <= 0xDFFF; $f = casefold($c); printf qq(%%d %%d\\n), $c, hex "
                    "$f->{simple} if $f && $f->{simple} ne q(); }'"),
        0);
    bd_str line;
    int64_t next = 0;
    while (bd_str_cut(&table, '\n', &line) && line.size > 0) {
        bd_str from;
        bd_str rest = line;
        int64_t code = 0;
        int64_t folded = 0;
        CHECK(bd_str_cut(&rest, ' ', &from) && bd_str_to_i64(from, &code) &&
              bd_str_to_i64(rest, &folded));
        for (; next < code; next++) {
            CHECK_EQ_INT(bd_fold((uint32_t)next), next);
        }
        test_failure("U+%04llX", (unsigned long long)code);
        CHECK_EQ_INT(bd_fold((uint32_t)code), folded);
        next = code + 1;
    }
    CHECK(next > 0x1E900);
}

TEST(util, composition_is_that_of_unicode) {
    if (run_command(NULL, "perl -MUnicode::Normalize -e 1 >/dev/null 2>&1") != 0) {
        test_skip("needs perl's Unicode::Normalize as an oracle");
    }
    bd_str table;
    CHECK_EQ_INT(
        run_command(&table,
                    "perl -MUnicode::Normalize -e 'for $b (0x41..0x4F9, 0x1E00..0x1FFE) { for $m "
                    "(0x300..0x36F) { $c = NFC(chr($b).chr($m)); printf qq(%%d %%d %%d\\n), $b, "
                    "$m, length($c) == 1 ? ord($c) : 0; } }'"),
        0);
    bd_str line;
    size_t composed = 0;
    while (bd_str_cut(&table, '\n', &line) && line.size > 0) {
        bd_str rest = line, piece;
        int64_t number[3] = {0};
        for (size_t i = 0; i < 3; i++) {
            CHECK(bd_str_cut(&rest, ' ', &piece) && bd_str_to_i64(piece, &number[i]));
        }
        test_failure("U+%04llX U+%04llX", (unsigned long long)number[0],
                     (unsigned long long)number[1]);
        CHECK_EQ_INT(bd_utf8_compose((uint32_t)number[0], (uint32_t)number[1]), number[2]);
        composed += number[2] > 0;
    }
    CHECK(composed > 500);
    CHECK_EQ_INT(bd_utf8_compose(0x110000, 0x308), 0);
    CHECK_EQ_INT(bd_utf8_compose('a', UINT32_MAX), 0);
}

TEST(util, texts_that_read_the_same_have_one_caseless_form) {
    static const struct {
        const char *a, *b;
        bool is_same;
    } cases[] = {
        {"M\xC3\xBCller", "Mu\xCC\x88ller", true},          /* composed, decomposed */
        {"M\xC3\x9CLLER", "mu\xCC\x88ller", true},          /* and by case */
        {"\xE1\xBB\x87", "e\xCC\x82\xCC\xA3", true},        /* marks in the other order */
        {"\xE1\x84\x80\xE1\x85\xA1", "\xEA\xB0\x80", true}, /* Hangul */
        {"STRASSE",
         "stra\xC3\x9F"
         "e",
         true},
        {"\xEF\xBC\xA1nn", "ann", true}, /* full width */
        {"An\xC2\xADn", "Ann", true},    /* soft hyphen */
        {"\xFF", "\xEF\xBF\xBD", true},  /* malformed */
        {"Muller", "M\xC3\xBCller", false},
        {"Ann", "Anne", false},
        {"", "", true},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        test_failure("case %zu", i);
        bd_str a = bd_str_caseless(test_arena(), bd_str_of(cases[i].a));
        bd_str b = bd_str_caseless(test_arena(), bd_str_of(cases[i].b));
        CHECK_EQ_INT(bd_str_eq(a, b), cases[i].is_same);
    }
    CHECK_EQ_INT(bd_str_caseless(test_arena(), (bd_str){NULL, 0}).size, 0);
}

TEST(util, folded_texts_compare_as_people_read_them) {
    CHECK(bd_str_fold_cmp(BD_STR("J\xC3\xBCRGEN"), BD_STR("j\xC3\x9Crgen")) == 0);
    CHECK(bd_str_fold_cmp(BD_STR("\xC5\x81ukasz"), BD_STR("\xC5\x82UKASZ")) == 0);
    CHECK(bd_str_fold_cmp(BD_STR("\xCE\xA3\xCF\x82"), BD_STR("\xCF\x83\xCF\x83")) == 0);
    CHECK(bd_str_fold_cmp(BD_STR("\xD0\xAE"), BD_STR("\xD1\x8E")) == 0);
    CHECK(bd_str_fold_cmp(BD_STR("a"), BD_STR("ab")) < 0);
    CHECK(bd_str_fold_cmp(BD_STR("b"), BD_STR("AB")) > 0);
    CHECK(bd_str_fold_cmp((bd_str){NULL, 0}, BD_STR("")) == 0);
}

TEST(util, hidden_characters_are_made_visible) {
    static const char *const cases[][2] = {
        {"plain \xC3\xBC \xF0\x9F\x94\x91", "plain \xC3\xBC \xF0\x9F\x94\x91"},
        {"a\nb\x1b[31m", "a\\u{000A}b\\u{001B}[31m"},
        {"\x7f\xC2\x85", "\\u{007F}\\u{0085}"},
        {"user\xE2\x80\xAEgpj.exe", "user\\u{202E}gpj.exe"},
        {"\xE2\x80\x8B\xEF\xBB\xBF\xE2\x81\xA6", "\\u{200B}\\u{FEFF}\\u{2066}"},
        {"\xF3\xA0\x81\x81", "\\u{E0041}"},
        {"a\xFFz", "a\xEF\xBF\xBDz"},
    };
    for (size_t i = 0; i < BD_COUNT(cases); i++) {
        CHECK_EQ_STR(bd_str_visible(test_arena(), bd_str_of(cases[i][0])), cases[i][1]);
    }
    CHECK_EQ_STR(bd_str_visible(test_arena(), BD_STR("\0")), "\\u{0000}");
    char all[1024];
    memset(all, 1, sizeof all); /* the longest growth there is */
    CHECK_EQ_INT(bd_str_visible(test_arena(), (bd_str){all, sizeof all}).size, 8 * sizeof all);
}

/* ---- ids that are paths ---- */

TEST(util, an_id_is_spelled_in_one_way) {
    static const struct {
        const char *id, *resource, *record; /* the last NULL: as `resource` */
    } rows[] = {
        {"Subscriptions/X/resourceGroups/R/", "/subscriptions/x/resourcegroups/r", NULL},
        {"/subscriptions/x", "/subscriptions/x", NULL},
        {"providers/Microsoft.Management/managementGroups/M",
         "/providers/microsoft.management/managementgroups/m", NULL},
        {"/subscriptions/x/providers/a.b/c/d///", "/subscriptions/x/providers/a.b/c/d", NULL},
        {" \t/subscriptions/x/\n", "/subscriptions/x", NULL},
        /* letters beyond ASCII stay as they are, in text and in what is none */
        {"/subscriptions/x/resourceGroups/M\u00dcLLER", "/subscriptions/x/resourcegroups/m\u00dcller", NULL},
        {"/subscriptions/x/M\u00fc\xff/", "/subscriptions/x/m\u00fc\xff", NULL},
        {"https://V.vault.azure.net/keys/K/1", "/https://v.vault.azure.net/keys/k/1",
         "https://v.vault.azure.net/keys/k/1"},
        {"AB-12", "/ab-12", "ab-12"},
        {"subscriptions", "/subscriptions", "subscriptions"},
        {"subscriptions/", "/subscriptions", "subscriptions"},
        {"//", "", "/"},
        {"/", "", "/"},
        {" ", "", ""},
        {"", "", ""},
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_str id = bd_str_of(rows[i].id);
        bd_str resource = bd_resource_id(test_arena(), id), record = bd_record_id(test_arena(), id);
        test_failure("%s", rows[i].id);
        CHECK_EQ_STR(resource, rows[i].resource);
        CHECK_EQ_STR(record, rows[i].record != NULL ? rows[i].record : rows[i].resource);
        CHECK_EQ_STR(bd_resource_id(test_arena(), resource), resource);
        CHECK_EQ_STR(bd_record_id(test_arena(), record), record);
    }
}

TEST(util, the_last_provider_of_an_id_is_found_and_how_many_it_has) {
    static const struct {
        const char *id;
        ptrdiff_t at;
        size_t count;
    } known[] = {{"", -1, 0},
                 {"/subscriptions/s/resourcegroups/g", -1, 0},
                 {"/providers/microsoft.management/managementgroups/m", 0, 1},
                 {"/subscriptions/s/providers/a.b/c/d", 16, 1},
                 {"/subscriptions/s/providers/a.b/c/d/providers/e.f/g/h", 34, 2},
                 {"/providers/providers/x", 10, 2},
                 {"/subscriptions/s/providers", -1, 0}};
    for (size_t i = 0; i < BD_COUNT(known); i++) {
        size_t count = 99;
        CHECK_EQ_INT(bd_resource_id_last_provider(bd_str_of(known[i].id), &count), known[i].at);
        CHECK_EQ_INT(count, known[i].count);
        CHECK_EQ_INT(bd_resource_id_last_provider(bd_str_of(known[i].id), NULL), known[i].at);
    }
}

/* ---- packers ---- */

TEST(util, packed_values_sort_like_the_values) {
    static const int64_t numbers[] = {INT64_MIN, INT64_MIN + 1, -4294967296, -1,         0,
                                      1,         255,           256,         4294967295, INT64_MAX};
    static const bd_str keys[] = {
        BD_STR_INIT(""),       BD_STR_INIT("\0"),    BD_STR_INIT("\0\0"), BD_STR_INIT("\0\x01"),
        BD_STR_INIT("\0\xFF"), BD_STR_INIT("\x01"),  BD_STR_INIT("a"),    BD_STR_INIT("a\0"),
        BD_STR_INIT("a\0b"),   BD_STR_INIT("a\x01"), BD_STR_INIT("ab"),   BD_STR_INIT("\xFF")};
    static bd_packer packers[2];
    enum { NUMBERS = BD_COUNT(numbers), ALL = NUMBERS * BD_COUNT(keys) };
    for (size_t i = 0; i < ALL; i++) {
        for (size_t j = 0; j < ALL; j++) {
            const size_t which[2] = {i, j};
            for (int side = 0; side < 2; side++) {
                bd_pack_begin(&packers[side]);
                bd_pack_key(&packers[side], keys[which[side] / NUMBERS]);
                bd_pack_i64(&packers[side], numbers[which[side] % NUMBERS]);
            }
            int wanted = (i > j) - (i < j);
            CHECK_EQ_INT(sign_of(bd_str_cmp(bd_pack_end(&packers[0]), bd_pack_end(&packers[1]))),
                         wanted);
        }
        bd_unpacker unpacker = {bd_pack_end(&packers[0]), 0};
        CHECK(bd_str_eq(bd_unpack_key(&unpacker, test_arena()), keys[i / NUMBERS]));
        CHECK_EQ_INT(bd_unpack_i64(&unpacker), numbers[i % NUMBERS]);
        CHECK_EQ_INT(unpacker.at, unpacker.record.size);
        bd_pack_begin(&packers[1]);
        bd_pack_packed(&packers[1], bd_pack_end(&packers[0]));
        bd_pack_packed(&packers[1], (bd_str){NULL, 0});
        CHECK(bd_str_eq(bd_pack_end(&packers[1]), bd_pack_end(&packers[0])));
    }
}

TEST(util, packed_texts_come_back_and_long_ones_are_cut_between_characters) {
    static bd_packer packer;
    char text[5000];
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'a', sizeof text);
        for (size_t i = shift; i + 3 <= sizeof text; i += 3) {
            memcpy(text + i, "\xE2\x82\xAC", 3);
        }
        bd_pack_begin(&packer);
        bd_pack_u8(&packer, 200);
        bd_pack_u32(&packer, 4000000000u);
        bd_pack_text(&packer, (bd_str){text, sizeof text});
        bd_pack_text(&packer, BD_STR(""));
        bd_pack_text(&packer, (bd_str){text, 4096});
        bd_unpacker unpacker = {bd_pack_end(&packer), 0};
        CHECK_EQ_INT(bd_unpack_u8(&unpacker), 200);
        CHECK_EQ_INT(bd_unpack_u32(&unpacker), 4000000000u);
        bd_str cut = bd_unpack_text(&unpacker);
        CHECK(cut.size <= 4096 + 3 && cut.size > 4090 && bd_utf8_is_valid(cut));
        CHECK(bd_str_has_suffix(cut, BD_STR("\xE2\x80\xA6")));
        CHECK_EQ_INT(bd_unpack_text(&unpacker).size, 0);
        CHECK_EQ_INT(bd_unpack_text(&unpacker).size, 4096);
    }
}

TEST(util, a_full_packer_says_so) {
    static bd_packer packer;
    static char zeros[40000];
    bd_pack_begin(&packer);
    bd_pack_key(&packer, (bd_str){zeros, 32767}); /* 65,534 escaped, 2 to close */
    CHECK(!packer.overflowed);
    CHECK_EQ_INT(packer.size, BD_PACK_BYTES);
    bd_pack_u8(&packer, 1);
    CHECK(packer.overflowed);
    bd_pack_begin(&packer);
    bd_pack_key(&packer, (bd_str){zeros, sizeof zeros});
    CHECK(packer.overflowed);
    bd_pack_begin(&packer);
    CHECK(!packer.overflowed);
}

static void unpack_past_the_end(void) {
    bd_unpacker unpacker = {BD_STR("abc"), 0};
    (void)bd_unpack_i64(&unpacker);
}

static void unpack_an_open_key(void) {
    char *open_key = malloc(3);
    memcpy(open_key, "ab\0", 3);
    bd_unpacker unpacker = {{open_key, 3}, 0};
    (void)bd_unpack_key(&unpacker, test_arena());
}

static void unpack_a_key_at_the_end(void) {
    char *nothing = malloc(1);
    bd_unpacker unpacker = {{nothing, 1}, 1};
    (void)bd_unpack_key(&unpacker, test_arena());
}

TEST(util, unpacking_never_reads_past_its_record) {
#ifdef HAS_ASAN
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* too late for us, read by nobody else */
#endif
    CHECK_EQ_INT(run_child(unpack_past_the_end), 70);
    (void)unpack_an_open_key;
    (void)unpack_a_key_at_the_end;
#ifndef HAS_ASAN
    CHECK_EQ_INT(run_child(unpack_an_open_key), 70);
    CHECK_EQ_INT(run_child(unpack_a_key_at_the_end), 70);
#endif
}

/* ---- files ---- */

TEST(util, a_file_is_read_whole_or_refused) {
    bd_err err;
    bd_str text;
    test_write_file(test_path("a"), BD_STR("0123456789"));
    CHECK_OK(bd_file_read(test_path("a"), 10, test_arena(), &text, &err), err);
    CHECK_EQ_STR(text, "0123456789");
    CHECK(text.data[text.size] == '\0');
    CHECK_FAILS(bd_file_read(test_path("a"), 9, test_arena(), &text, &err), err, BD_ERR_LIMIT,
                "10 bytes, at most 9");
    CHECK_FAILS(bd_file_read(test_path("b"), 9, test_arena(), &text, &err), err, BD_ERR_IO,
                "No such file");
    CHECK_FAILS(bd_file_read(test_folder(), 9, test_arena(), &text, &err), err, BD_ERR_IO,
                "not a regular file");
    CHECK_FAILS(bd_file_read("/dev/zero", 9, test_arena(), &text, &err), err, BD_ERR_IO,
                "not a regular file");
    test_write_file(test_path("empty"), BD_STR(""));
    CHECK_OK(bd_file_read(test_path("empty"), 0, test_arena(), &text, &err), err);
    CHECK_EQ_INT(text.size, 0);
}

TEST(util, a_fifo_is_refused_at_once) {
    bd_err err;
    bd_str text;
    CHECK(mkfifo(test_path("pipe"), 0600) == 0);
    alarm(5); /* waiting for a writer would be for ever */
    CHECK_FAILS(bd_file_read(test_path("pipe"), 9, test_arena(), &text, &err), err, BD_ERR_IO,
                "not a regular file");
    alarm(0);
}

static size_t count_files(void) {
    bd_err err;
    bd_entries entries = {0};
    CHECK_OK(bd_folder_walk(test_folder(), 1000, test_arena(), &entries, &err), err);
    return entries.count;
}

TEST(util, an_atomic_file_appears_whole_or_not_at_all) {
    bd_err err;
    bd_atomic *file = NULL;
    const char *path = test_path("out.txt");
    CHECK_OK(bd_atomic_open(path, 0640, &file, &err), err);
    CHECK_OK(bd_sink_write(bd_atomic_sink(file), "new", 3, &err), err);
    CHECK(!bd_path_exists(path));
    bd_atomic_drop(file);
    CHECK_EQ_INT(count_files(), 0);
    CHECK_OK(bd_file_write(path, 0644, BD_STR("first"), &err), err);
    CHECK_OK(bd_atomic_open(path, 0600, &file, &err), err);
    CHECK_OK(bd_sink_write(bd_atomic_sink(file), "second", 6, &err), err);
    CHECK_EQ_STR(test_read_file(path), "first");
    char back[6];
    CHECK_OK(bd_pread_all(bd_atomic_fd(file), back, 6, 0, "it", &err), err);
    CHECK(memcmp(back, "second", 6) == 0);
    CHECK_FAILS(bd_pread_all(bd_atomic_fd(file), back, 6, 3, "it", &err), err, BD_ERR_INPUT,
                "ends at byte 6");
    CHECK_OK(bd_atomic_finish(file, &err), err);
    CHECK_EQ_STR(test_read_file(path), "second");
    CHECK_EQ_INT(count_files(), 1);
    bd_atomic_drop(NULL);
}

TEST(util, an_atomic_file_is_no_more_open_than_the_umask_lets_it) {
    static const unsigned rows[][3] = {{022, 0644, 0644}, {077, 0644, 0600}, {0, 0600, 0600}};
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_err err;
        struct stat facts;
        umask((mode_t)rows[i][0]);
        CHECK_OK(bd_file_write(test_path("out.txt"), rows[i][1], BD_STR("x"), &err), err);
        CHECK(stat(test_path("out.txt"), &facts) == 0);
        test_failure("umask %03o", rows[i][0]);
        CHECK_EQ_INT(facts.st_mode & 07777, rows[i][2]);
    }
}

TEST(util, files_that_belong_together_appear_together_or_not_at_all) {
    bd_err err;
    bd_atomic *files[3] = {NULL};
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        CHECK_OK(bd_atomic_open(test_path(names[i]), 0644, &files[i], &err), err);
        CHECK_OK(bd_sink_write(bd_atomic_sink(files[i]), names[i], 1, &err), err);
    }
    CHECK_EQ_INT(close(bd_atomic_fd(files[1])), 0); /* what cannot be made durable */
    CHECK_FAILS(bd_atomic_finish_all(files, 3, &err), err, BD_ERR_IO, "make durable");
    CHECK_EQ_INT(count_files(), 0);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        CHECK_OK(bd_atomic_open(test_path(names[i]), 0644, &files[i], &err), err);
    }
    CHECK_OK(bd_atomic_finish_all(files, 3, &err), err);
    CHECK_EQ_INT(count_files(), 3);
    CHECK(files[0] == NULL);
}

TEST(util, an_atomic_file_that_cannot_be_made_leaves_nothing) {
    bd_err err;
    bd_atomic *file = NULL;
    CHECK_FAILS(bd_atomic_open(test_path("no/such/file"), 0644, &file, &err), err, BD_ERR_IO,
                "no/such/file");
    CHECK_OK(bd_folder_make(test_path("folder"), &err), err);
    test_write_file(test_path("kept"), BD_STR("x"));
    CHECK_FAILS(bd_file_write(test_path("folder"), 0644, BD_STR("x"), &err), err, BD_ERR_IO,
                "put in place");
    CHECK_EQ_INT(count_files(), 1);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    limit.rlim_cur = 100;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    bd_str large = {bd_alloc(test_arena(), 1000, 1), 1000};
    CHECK_FAILS(bd_file_write(test_path("large"), 0644, large, &err), err, BD_ERR_IO,
                "File too large");
    CHECK_EQ_INT(count_files(), 1);
}

TEST(util, folders_are_made_with_their_parents) {
    bd_err err;
    CHECK_OK(bd_folder_make(test_path("a/b//c/"), &err), err);
    CHECK_OK(bd_folder_make(test_path("a/b/c"), &err), err);
    CHECK(bd_path_is_folder(test_path("a/b/c")));
    test_write_file(test_path("file"), BD_STR("x"));
    CHECK_FAILS(bd_folder_make(test_path("file/sub"), &err), err, BD_ERR_IO, "make folder");
    CHECK_OK(bd_folder_make("/", &err), err);
    CHECK_OK(bd_folder_make("", &err), err);
    CHECK_OK(bd_folder_sync(test_folder(), &err), err);
    CHECK_FAILS(bd_folder_sync(test_path("file"), &err), err, BD_ERR_IO, "open folder");
}

static const bd_entry *find_entry(const bd_entries *entries, const char *path) {
    for (size_t i = 0; i < entries->count; i++) {
        if (bd_str_eqz(entries->data[i].path, path)) {
            return &entries->data[i];
        }
    }
    return NULL;
}

TEST(util, a_walk_lists_files_in_byte_order_and_says_what_it_cannot_read) {
    bd_err err;
    bd_entries entries = {0};
    CHECK_EQ_INT(
        run_command(
            NULL,
            "mkdir w && cd w && mkdir -p b/sub .hidden && echo 1 >b/sub/x && echo 2 >b.json && "
            "echo 3 >a-10 && echo 4 >a-2 && echo 5 >.dot && echo 6 >.hidden/y && ln -s a-2 link && "
            "ln -s /etc dirlink && ln -s b loop && mkfifo pipe && echo 7 >B && mkdir empty && "
            "printf x >\"$(printf 'bad\\377name')\""),
        0);
    CHECK_OK(bd_folder_walk(test_path("w"), 100, test_arena(), &entries, &err), err);
    static const char *const wanted[] = {
        "B",       "a-10", "a-2",  "b.json", "b/sub/x", "bad\xEF\xBF\xBDname",
        "dirlink", "link", "loop", "pipe"};
    CHECK_EQ_INT(entries.count, BD_COUNT(wanted));
    for (size_t i = 0; i < BD_COUNT(wanted); i++) {
        const bd_entry *entry = &entries.data[i];
        test_failure("entry %zu", i);
        CHECK_EQ_STR(entry->path, wanted[i]);
        CHECK_EQ_INT(entry->is_readable, i < 5);
        CHECK(entry->is_readable == (entry->problem.size == 0));
    }
    CHECK(find_entry(&entries, "a-2")->bytes == 2 && find_entry(&entries, "a-2")->inode != 0);
    CHECK(bd_str_find(find_entry(&entries, "link")->problem, BD_STR("not followed")) > 0);
    CHECK(bd_str_find(entries.data[5].problem, BD_STR("UTF-8")) > 0);
}

TEST(util, a_walk_has_its_limits) {
    bd_err err;
    bd_entries entries = {0};
    CHECK_EQ_INT(run_command(NULL, "mkdir w && cd w; for i in 1 2 3 4 5; do echo >f$i; done; d=.; "
                                   "for i in $(seq 80); do d=$d/d; done; mkdir -p $d && echo "
                                   ">$d/deep"),
                 0);
    CHECK_FAILS(bd_folder_walk(test_path("w"), 4, test_arena(), &entries, &err), err, BD_ERR_LIMIT,
                "more than 4 files");
    entries.count = 0;
    CHECK_OK(bd_folder_walk(test_path("w"), 100, test_arena(), &entries, &err), err);
    CHECK_EQ_INT(entries.count, 6);
    CHECK(bd_str_find(entries.data[0].problem, BD_STR("deeper than 64")) > 0);
    CHECK_FAILS(bd_folder_walk(test_path("nothing"), 4, test_arena(), &entries, &err), err,
                BD_ERR_IO, "nothing");
    CHECK_FAILS(bd_folder_walk(test_path("w/f1"), 4, test_arena(), &entries, &err), err, BD_ERR_IO,
                "w/f1");
}

TEST(util, a_walk_goes_on_past_an_unreadable_folder) {
    bd_err err;
    bd_entries entries = {0};
    CHECK_EQ_INT(run_command(NULL, "mkdir w && cd w && mkdir -p a shut z && echo >a/1 && echo "
                                   ">shut/2 && echo >z/3 && chmod 000 shut"),
                 0);
    if (access(test_path("w/shut"), R_OK) == 0) {
        test_skip("root reads everything");
    }
    bd_rc rc = bd_folder_walk(test_path("w"), 100, test_arena(), &entries, &err);
    CHECK(chmod(test_path("w/shut"), 0700) == 0);
    CHECK_OK(rc, err);
    CHECK_EQ_INT(entries.count, 3);
    CHECK(!entries.data[1].is_readable && bd_str_eqz(entries.data[1].path, "shut"));
}

TEST(util, a_temporary_file_has_no_name) {
    bd_err err;
    CHECK(setenv("TMPDIR", test_folder(), 1) == 0);
    int fd = -1;
    CHECK_OK(bd_temp_open(&fd, &err), err);
    CHECK_EQ_INT(count_files(), 0);
    CHECK_OK(bd_write_all(fd, "abc", 3, "temporary file", &err), err);
    char back[3];
    CHECK_OK(bd_pread_all(fd, back, 3, 0, "temporary file", &err), err);
    CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    bd_fd_close(&fd);
    CHECK_EQ_INT(fd, -1);
    bd_fd_close(&fd);
}

TEST(util, sources_yield_all_bytes_and_then_none) {
    bd_err err;
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, BD_STR("abcdef"));
    char bytes[4];
    size_t count;
    CHECK_OK(bd_source_read(&source, bytes, 4, &count, &err), err);
    CHECK(count == 4 && memcmp(bytes, "abcd", 4) == 0);
    CHECK_OK(bd_source_read(&source, bytes, 4, &count, &err), err);
    CHECK(count == 2 && memcmp(bytes, "ef", 2) == 0);
    CHECK_OK(bd_source_read(&source, bytes, 4, &count, &err), err);
    CHECK_EQ_INT(count, 0);
    int bad = -1;
    source = bd_source_of_fd(&bad);
    CHECK_FAILS(bd_source_read(&source, bytes, 4, &count, &err), err, BD_ERR_IO, "cannot read");
}

/* ---- workers ---- */

typedef struct {
    unsigned jobs;
    int calls[1000];
    int per_worker[64];
    bool is_wrong;
    pthread_t caller;
} pool_state;

static void count_call(void *context, size_t index, unsigned worker) {
    pool_state *state = context;
    if (index >= 1000 || worker >= 64 ||
        (state->jobs <= 1 && !pthread_equal(state->caller, pthread_self()))) {
        state->is_wrong = true;
        return;
    }
    state->calls[index]++;
    state->per_worker[worker]++;
}

TEST(util, workers_do_each_job_once) {
    static pool_state state;
    static const unsigned jobs[] = {0, 1, 2, 3, 16, 64, 1000};
    for (size_t j = 0; j < BD_COUNT(jobs); j++) {
        for (size_t count = 0; count <= 1000; count = count * 10 + (count == 0)) {
            state = (pool_state){.jobs = jobs[j], .caller = pthread_self()};
            bd_pool_run(jobs[j], count, count_call, &state);
            int sum = 0;
            for (size_t i = 0; i < 1000; i++) {
                CHECK_EQ_INT(state.calls[i], i < count);
            }
            for (size_t w = 0; w < 64; w++) {
                CHECK(w == 0 || w < jobs[j] || state.per_worker[w] == 0);
                sum += state.per_worker[w];
            }
            CHECK_EQ_INT(sum, count);
            CHECK(!state.is_wrong);
        }
    }
    CHECK(bd_pool_default_jobs() >= 1 && bd_pool_default_jobs() <= 16);
}

TEST(util, the_clock_obeys_source_date_epoch) {
    CHECK(setenv("SOURCE_DATE_EPOCH", "1700000000", 1) == 0);
    CHECK_EQ_INT(bd_clock_now(), 17000000000000000);
    static const char *const bad[] = {"",  "-1", "1e9", "253402300800", "99999999999999999999",
                                      " 1"};
    for (size_t i = 0; i < BD_COUNT(bad); i++) {
        CHECK(setenv("SOURCE_DATE_EPOCH", bad[i], 1) == 0);
        CHECK(bd_clock_now() > 17000000000000000);
    }
}

TEST(util, diagnostics_keep_copies) {
    bd_diags diags = {0};
    char path[] = "a.json";
    bd_diag_add(test_arena(), &diags, BD_DIAG_WARNING, bd_str_of(path), BD_STR("line 1"),
                "row %d is odd", 7);
    path[0] = 'z';
    CHECK_EQ_INT(diags.count, 1);
    CHECK_EQ_STR(diags.data[0].subject, "a.json");
    CHECK_EQ_STR(diags.data[0].message, "row 7 is odd");
}

TEST(util, lower_case_touches_ascii_letters_alone_at_any_place) {
    for (size_t lead = 0; lead < 9; lead++) {
        for (int c = 0; c < 256; c++) {
            char text[18], wanted[18];
            memset(text, 'x', sizeof text);
            text[lead] = (char)c;
            text[lead + 8] = (char)(255 - c);
            memcpy(wanted, text, sizeof wanted);
            for (size_t i = 0; i < sizeof wanted; i++) {
                wanted[i] = wanted[i] >= 'A' && wanted[i] <= 'Z' ? (char)(wanted[i] + 32) : wanted[i];
            }
            bd_str lower = bd_str_lower(test_arena(), (bd_str){text, sizeof text});
            CHECK(bd_str_eq(lower, (bd_str){wanted, sizeof wanted}));
        }
    }
}
