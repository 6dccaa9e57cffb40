/* Entries that can be made again: what is put comes back, and nothing else is believed. */
#include "bindery/crypto.h"
#include "bindery/locker.h"

#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t key_a[32] = {0xAB, 1}, key_b[32] = {0xAB, 2};

static bd_locker *open_locker(bd_locker_mode mode) {
    bd_err err = {0};
    bd_locker *locker = NULL;
    CHECK_OK(bd_locker_open(test_path("locker"), mode, test_arena(), &locker, &err), err);
    return locker;
}

static const char *path_of(const uint8_t key[32]) {
    char hex[65];
    bd_hex(key, 32, hex);
    return test_path(bd_str_format(test_arena(), "locker/derived/%.1s/%s", hex, hex + 1).data);
}

static bool put(bd_locker *locker, const uint8_t key[32], bd_str text, int64_t most) {
    bd_derived_draft draft;
    bd_err err;
    if (!bd_locker_derived_begin(locker, key, most, &draft)) {
        return false;
    }
    return bd_derived_finish(&draft,
                             !bd_failed(bd_sink_write(&draft.sink, text.data, text.size, &err)));
}

/* What is read of it, or "none". */
static bd_str take(bd_locker *locker, const uint8_t key[32]) {
    bd_derived entry;
    bd_err err;
    char bytes[64];
    size_t count = 0;
    bd_buf text;
    if (!bd_locker_derived_open(locker, key, &entry)) {
        return BD_STR("none");
    }
    bd_buf_init(&text, 1 << 20);
    bd_rc rc;
    do {
        rc = bd_source_read(&entry.source, bytes, sizeof bytes, &count, &err);
        bd_buf_put(&text, bytes, bd_failed(rc) ? 0 : count);
    } while (!bd_failed(rc) && count > 0);
    bd_derived_close(&entry);
    bd_str out = bd_failed(rc) ? BD_STR("none") : bd_str_copy(test_arena(), bd_buf_str(&text));
    bd_buf_clear(&text);
    return out;
}

static void replace(const char *path, bd_str text, mode_t mode) {
    bd_err err = {0};
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0);
    CHECK_OK(bd_write_all(fd, text.data, text.size, path, &err), err);
    CHECK_EQ_INT(fchmod(fd, mode), 0);
    bd_fd_close(&fd);
}

TEST(locker, a_derived_entry_comes_back_under_its_key_alone) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_STR(take(locker, key_a), "none");
    CHECK(put(locker, key_a, BD_STR("what was made"), 100));
    CHECK_EQ_STR(take(locker, key_a), "what was made");
    CHECK_EQ_STR(take(locker, key_b), "none");
    CHECK(put(locker, key_a, BD_STR("made anew"), 100));
    CHECK_EQ_STR(take(locker, key_a), "made anew");
    CHECK(put(locker, key_b, BD_STR(""), 100));
    CHECK_EQ_STR(take(locker, key_b), "");
    bd_locker_close(locker);
    CHECK(!bd_path_exists(test_path("locker/tmp")));
    locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_STR(take(locker, key_a), "made anew");
    CHECK(!put(locker, key_a, BD_STR("by a reader"), 100));
    CHECK_EQ_STR(take(locker, key_a), "made anew");
    bd_locker_close(locker);
}

TEST(locker, a_derived_entry_has_the_form_of_its_essay) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK(put(locker, key_a, BD_STR("x"), 100));
    bd_locker_close(locker);
    bd_str text = test_read_file(path_of(key_a));
    uint8_t hash[32];
    CHECK_EQ_INT(text.size, 18 + 32 + 1 + 32);
    CHECK(bd_str_has_prefix(text, BD_STR("bindery-derived 1\n\xAB\x01")));
    bd_sha256_of(bd_str_sub(text, 0, 51), hash);
    CHECK(memcmp(text.data + 51, hash, 32) == 0);
}

TEST(locker, a_derived_entry_that_was_touched_is_none) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK(put(locker, key_a, BD_STR("what was made"), 100));
    bd_str text = test_read_file(path_of(key_a));
    char *bytes = bd_alloc(test_arena(), text.size + 1, 1);
    for (size_t i = 0; i <= text.size; i++) {
        memcpy(bytes, text.data, text.size);
        bytes[i] = (char)(bytes[i] ^ 4);
        test_failure("byte %zu", i);
        if (i < text.size) {
            replace(path_of(key_a), (bd_str){bytes, text.size}, 0444);
            CHECK_EQ_STR(take(locker, key_a), "none");
            replace(path_of(key_a), bd_str_sub(text, 0, i), 0444);
            CHECK_EQ_STR(take(locker, key_a), "none");
        }
    }
    replace(path_of(key_a), (bd_str){bytes, text.size + 1}, 0444);
    CHECK_EQ_STR(take(locker, key_a), "none");
    replace(path_of(key_a), text, 0444);
    CHECK_EQ_STR(take(locker, key_a), "what was made");
    CHECK_EQ_INT(rename(path_of(key_a), path_of(key_b)), 0);
    CHECK_EQ_STR(take(locker, key_b), "none");
    bd_locker_close(locker);
}

TEST(locker, a_derived_entry_that_somebody_else_could_have_written_is_not_believed) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK(put(locker, key_a, BD_STR("what was made"), 100));
    bd_str text = test_read_file(path_of(key_a));
    static const mode_t modes[] = {0644, 0464, 0446, 0666, 0600};
    for (size_t i = 0; i < BD_COUNT(modes); i++) {
        test_failure("mode %o", (unsigned)modes[i]);
        replace(path_of(key_a), text, modes[i]);
        CHECK_EQ_STR(take(locker, key_a), "none");
    }
    replace(path_of(key_a), text, 0444);
    CHECK_EQ_INT(link(path_of(key_a), test_path("second")), 0);
    CHECK_EQ_STR(take(locker, key_a), "none");
    CHECK_EQ_INT(unlink(test_path("second")), 0);
    CHECK_EQ_STR(take(locker, key_a), "what was made");
    CHECK_EQ_INT(rename(path_of(key_a), test_path("real")), 0);
    CHECK_EQ_INT(symlink(test_path("real"), path_of(key_a)), 0);
    CHECK_EQ_STR(take(locker, key_a), "none");
    CHECK_EQ_INT(unlink(path_of(key_a)), 0);
    CHECK_EQ_INT(mkfifo(path_of(key_a), 0444), 0);
    CHECK_EQ_STR(take(locker, key_a), "none");
    if (geteuid() == 0) {
        CHECK_EQ_INT(unlink(path_of(key_a)), 0);
        replace(path_of(key_a), text, 0444);
        CHECK_EQ_INT(chown(path_of(key_a), 12345, 12345), 0);
        CHECK_EQ_STR(take(locker, key_a), "none");
        CHECK(put(locker, key_a, BD_STR("our own"), 100));
        CHECK_EQ_STR(take(locker, key_a), "our own");
    }
    bd_locker_close(locker);
}

TEST(locker, a_derived_entry_that_is_too_large_or_unfinished_leaves_nothing) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    bd_derived_draft draft, second;
    CHECK(!put(locker, key_a, BD_STR("12345678901"), 10));
    CHECK_EQ_STR(take(locker, key_a), "none");
    CHECK(put(locker, key_a, BD_STR("1234567890"), 10));
    CHECK(bd_locker_derived_begin(locker, key_a, 10, &draft));
    CHECK(!bd_locker_derived_begin(locker, key_a, 10, &second)); /* of one key there is one writer */
    CHECK(!bd_derived_finish(&draft, /*is_whole*/ false));
    CHECK_EQ_STR(take(locker, key_a), "1234567890");
    bd_locker_close(locker);
    CHECK(!bd_path_exists(test_path("locker/tmp")));
}

TEST(locker, derived_entries_that_nobody_asked_for_go) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    uint8_t keys[300][32] = {{0}};
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        keys[i][0] = (uint8_t)(i * 7);
        keys[i][1] = (uint8_t)(i >> 8);
        keys[i][5] = (uint8_t)i;
        CHECK(put(locker, keys[i], BD_STR("x"), 100));
    }
    uint8_t kept[150][32];
    for (size_t i = 0; i < BD_COUNT(kept); i++) {
        memcpy(kept[i], keys[2 * i], 32);
    }
    test_write_file(test_path("locker/derived/index"), BD_STR("not an entry"));
    bd_locker_derived_keep(locker, kept, BD_COUNT(kept));
    for (size_t i = 0; i < BD_COUNT(keys); i++) {
        CHECK_EQ_STR(take(locker, keys[i]), i % 2 == 0 ? "x" : "none");
    }
    CHECK(bd_path_exists(test_path("locker/derived/index")));
    bd_locker_close(locker);
}

TEST(locker, check_and_gc_know_derived_entries) {
    bd_err err;
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK(put(locker, key_a, BD_STR("good"), 100));
    CHECK(put(locker, key_b, BD_STR("bad"), 100));
    bd_locker_close(locker);
    bd_locker_report report;
    bd_locker_wastes waste;
    CHECK_OK(bd_locker_check(test_path("locker"), BD_STR(""), 1, test_arena(), &report, &err), err);
    CHECK_EQ_INT(report.fault_count, 0);
    replace(path_of(key_b), BD_STR("bindery-derived 1\nand no more"), 0444);
    replace(test_path("locker/derived/a/other"), BD_STR("stray"), 0444);
    CHECK_OK(bd_locker_check(test_path("locker"), BD_STR(""), 1, test_arena(), &report, &err), err);
    CHECK_EQ_INT(report.stale_count, 1);
    CHECK_EQ_INT(report.fault_count, 1);
    CHECK_EQ_INT(report.damage_count, 0);
    CHECK_EQ_STR(report.faults.data[0].word, "derived");
    CHECK_EQ_STR(report.faults.data[1].word, "stray");
    CHECK_OK(bd_locker_gc(test_path("locker"), /*apply*/ true, test_arena(), &waste, &err), err);
    CHECK_EQ_INT(waste.count, 1);
    CHECK(!bd_path_exists(path_of(key_b)));
    CHECK(bd_path_exists(path_of(key_a)));
}
