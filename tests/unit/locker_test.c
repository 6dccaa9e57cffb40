#include "test.h"

#include "bindery/crypto.h"
#include "bindery/locker.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* 2026-07-01T12:34:56Z */
#define NOW ((bd_instant)1782909296 * BD_SECOND)

/* ---- steps ---------------------------------------------------------------------------------------- */

static const char *locker_path(const char *name) {
    return test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "locker/%s", name)));
}

static bd_locker *open_locker(bd_locker_mode mode) {
    bd_err err = {0};
    bd_locker *locker = NULL;
    CHECK_OK(bd_locker_open(test_path("locker"), mode, test_arena(), &locker, &err), err);
    return locker;
}

/* Writes inbox/<path> and gives it a fixed modification time. */
static void make_file(const char *path, bd_str text, int64_t mtime) {
    const char *full =
        test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "inbox/%s", path)));
    bd_err err = {0};
    bd_str folder = bd_path_folder(bd_str_of(full));
    CHECK_OK(bd_folder_make(bd_str_z(test_arena(), folder), &err), err);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK(fd >= 0);
    CHECK_OK(bd_write_all(fd, text.data, text.size, full, &err), err);
    struct timespec times[2] = {{.tv_sec = mtime}, {.tv_sec = mtime}};
    CHECK_EQ_INT(futimens(fd, times), 0);
    bd_fd_close(&fd);
}

static bd_entry find_entry(const char *path) {
    const char *full =
        test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "inbox/%s", path)));
    struct stat status;
    CHECK_EQ_INT(stat(full, &status), 0);
    return (bd_entry){
        .path = bd_str_of(path),
        .bytes = status.st_size,
        .mtime_ns = status.st_mtim.tv_sec * INT64_C(1000000000) + status.st_mtim.tv_nsec,
        .ctime_ns = status.st_ctim.tv_sec * INT64_C(1000000000) + status.st_ctim.tv_nsec,
        .device = status.st_dev,
        .inode = status.st_ino,
        .is_readable = true};
}

static bd_rc try_put_as(bd_locker *locker, const char *path, bd_put put, bd_put_result *result,
                        bd_err *err) {
    bd_entry entry = find_entry(path);
    put.entry = &entry;
    const char *full =
        test_path(bd_str_z(test_arena(), bd_str_format(test_arena(), "inbox/%s", path)));
    int fd = open(full, O_RDONLY);
    bd_rc rc = bd_locker_put(locker, fd, &put, 2, result, err);
    bd_fd_close(&fd);
    return rc;
}

static bd_rc try_put(bd_locker *locker, const char *path, const char *sidecar,
                     bd_instant collected_at, bd_put_result *result, bd_err *err) {
    bd_put put = {.collected_at = collected_at, .sidecar_path = bd_str_of(sidecar)};
    return try_put_as(locker, path, put, result, err);
}

static bd_put_result put_described(bd_locker *locker, const char *path, bd_strs by) {
    bd_err err = {0};
    bd_put_result result = BD_PUT_NEW;
    bd_put put = {
        .collected_at = BD_INSTANT_NONE, .sidecar_path = BD_STR(""), .described_by = by};
    CHECK_OK(try_put_as(locker, path, put, &result, &err), err);
    return result;
}

static bd_put_result put_file(bd_locker *locker, const char *path, const char *sidecar) {
    bd_err err = {0};
    bd_put_result result = BD_PUT_SAME;
    CHECK_OK(try_put(locker, path, sidecar, BD_INSTANT_NONE, &result, &err), err);
    return result;
}

static size_t commit(bd_locker *locker) {
    bd_err err = {0};
    size_t count = 0;
    CHECK_OK(bd_locker_commit(locker, NOW, &count, &err), err);
    return count;
}

/* A locker with two items in two commits; closed. */
static void make_small_locker(void) {
    make_file("a.json", BD_STR("{\"a\":1}"), 1000);
    make_file("b.json", BD_STR("{\"b\":2}"), 2000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "a.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    put_file(locker, "b.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    bd_locker_close(locker);
}

static bd_str read_item(bd_locker *locker, uint32_t number) {
    bd_err err = {0};
    const bd_blob *blob;
    bd_str text;
    CHECK_OK(bd_locker_blob(locker, bd_locker_find(locker, number), test_arena(), &blob, &err),
             err);
    CHECK_OK(bd_blob_read(blob, 1 << 24, test_arena(), &text, &err), err);
    return text;
}

static void replace_file(const char *path, bd_str text) {
    bd_err err = {0};
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    CHECK(fd >= 0);
    CHECK_OK(bd_write_all(fd, text.data, text.size, path, &err), err);
    bd_fd_close(&fd);
}

/* ---- journals that are not what they should be -------------------------------------------------------- */

TEST(locker, a_flipped_bit_anywhere_but_in_the_last_line_is_refused) {
    make_small_locker();
    bd_str good = test_read_file(locker_path("journal.ndjson"));
    size_t last = good.size - 1;
    while (good.data[last - 1] != '\n') {
        last--;
    }
    char *bytes = bd_new(test_arena(), char, good.size);
    memcpy(bytes, good.data, good.size);
    for (size_t bit = 0; bit < last * 8; bit++) {
        bd_arena *arena = bd_arena_open("flip", 64 << 20);
        bd_err err = {0};
        size_t lines;
        uint8_t head[32];
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        test_failure("bit %zu of byte %zu", bit % 8, bit / 8);
        CHECK_FAILS(bd_journal_check((bd_str){bytes, good.size}, arena, &lines, head, &err), err,
                    BD_ERR_INPUT, "the journal is broken at line");
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        bd_arena_close(arena);
    }
}

TEST(locker, a_broken_journal_is_refused_in_both_modes_and_left_as_it_is) {
    make_small_locker();
    bd_str good = test_read_file(locker_path("journal.ndjson"));
    char *bytes = bd_new(test_arena(), char, good.size);
    memcpy(bytes, good.data, good.size);
    bytes[20] ^= 1;
    bd_str bad = {bytes, good.size};
    replace_file(locker_path("journal.ndjson"), bad);
    for (int mode = BD_LOCKER_READ; mode <= BD_LOCKER_WRITE; mode++) {
        bd_err err = {0};
        bd_locker *locker;
        CHECK_FAILS(
            bd_locker_open(test_path("locker"), (bd_locker_mode)mode, test_arena(), &locker, &err),
            err, BD_ERR_INPUT, "nothing was repaired");
        CHECK(strstr(err.message, "line 1 (byte 0)") != NULL ||
              strstr(err.message, "line 2") != NULL);
        CHECK(bd_str_eq(test_read_file(locker_path("journal.ndjson")), bad));
    }
    CHECK(!bd_path_exists(locker_path("quarantine")));
}

TEST(locker, lines_removed_doubled_swapped_or_made_up_are_refused) {
    make_small_locker();
    bd_str good = test_read_file(locker_path("journal.ndjson")), rest = good, first, second;
    CHECK(bd_str_cut(&rest, '\n', &first) && bd_str_cut(&rest, '\n', &second));
    const bd_str rows[] = {
        bd_str_format(test_arena(), "%.*s\n", BD_ARG(second)),
        bd_str_format(test_arena(), "%.*s\n%.*s\n%.*s\n", BD_ARG(first), BD_ARG(first),
                      BD_ARG(second)),
        bd_str_format(test_arena(), "%.*s\n%.*s\n", BD_ARG(second), BD_ARG(first)),
        bd_str_format(test_arena(), "%.*s\n\n%.*s\n", BD_ARG(first), BD_ARG(second)),
        bd_str_format(test_arena(), "%.*s\r\n%.*s\n", BD_ARG(first), BD_ARG(second)),
        bd_str_format(test_arena(), "%.*s\n{}\n", BD_ARG(first)),
        bd_str_format(test_arena(), "%.*s\n[1]\n", BD_ARG(first)),
        bd_str_format(test_arena(), "\xef\xbb\xbf%.*s\n", BD_ARG(first)),
    };
    for (size_t i = 0; i < BD_COUNT(rows); i++) {
        bd_err err = {0};
        size_t lines;
        uint8_t head[32];
        test_failure("row %zu", i);
        CHECK_FAILS(bd_journal_check(rows[i], test_arena(), &lines, head, &err), err, BD_ERR_INPUT,
                    "broken at line");
    }
}

TEST(locker, a_torn_last_line_is_set_aside_at_every_length) {
    make_small_locker();
    const char *path = locker_path("journal.ndjson");
    bd_str good = test_read_file(path), rest = good, first;
    CHECK(bd_str_cut(&rest, '\n', &first));
    for (size_t size = first.size + 2; size < good.size; size += size + 9 < good.size ? 7 : 1) {
        CHECK_EQ_INT(run_command(NULL, "rm -rf locker/quarantine"), 0);
        replace_file(path, bd_str_sub(good, 0, size));
        test_failure("%zu of %zu bytes", size, good.size);
        bd_locker *reader = open_locker(BD_LOCKER_READ);
        CHECK_EQ_INT(bd_locker_count(reader), 1);
        CHECK_EQ_INT(bd_locker_recoveries(reader)->count, 0);
        bd_locker_close(reader);
        CHECK_EQ_INT(test_read_file(path).size, size);

        bd_locker *locker = open_locker(BD_LOCKER_WRITE);
        CHECK_EQ_INT(bd_locker_count(locker), 1);
        CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 1);
        CHECK_EQ_INT(bd_locker_line_count(locker), 2);
        const bd_value *line = bd_locker_line(locker, 1);
        CHECK_EQ_STR(bd_value_text(line, "kind"), "recovered");
        bd_str name = bd_value_text(line, "file");
        bd_str torn = test_read_file(locker_path(
            bd_str_z(test_arena(), bd_str_format(test_arena(), "quarantine/%.*s", BD_ARG(name)))));
        CHECK(bd_str_eq(torn, bd_str_sub(good, first.size + 1, size)));
        CHECK_EQ_STR(bd_value_text(line, "sha256"), bd_sha256_hex(test_arena(), torn));
        bd_locker_close(locker);
        locker = open_locker(BD_LOCKER_WRITE);
        CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 0);
        bd_locker_close(locker);
    }
}

TEST(locker, a_commit_that_lacks_its_last_lines_is_no_commit) {
    make_file("a", BD_STR("a"), 1);
    make_file("b", BD_STR("b"), 1);
    make_file("c", BD_STR("c"), 1);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "a", "");
    put_file(locker, "b", "");
    put_file(locker, "c", "");
    CHECK_EQ_INT(commit(locker), 3);
    bd_locker_close(locker);
    const char *path = locker_path("journal.ndjson");
    bd_str good = test_read_file(path), rest = good, first, second;
    CHECK(bd_str_cut(&rest, '\n', &first) && bd_str_cut(&rest, '\n', &second));
    replace_file(path, bd_str_sub(good, 0, first.size + second.size + 2));
    locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(bd_locker_count(locker), 0);
    CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 1);
    put_file(locker, "b", "");
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_STR(read_item(locker, 1), "b");
    bd_locker_close(locker);
}

TEST(locker, zeros_behind_the_last_line_are_a_torn_commit) {
    make_small_locker();
    bd_str good = test_read_file(locker_path("journal.ndjson"));
    char *bytes = bd_new(test_arena(), char, good.size + 4096);
    memcpy(bytes, good.data, good.size);
    replace_file(locker_path("journal.ndjson"), (bd_str){bytes, good.size + 4096});
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 1);
    bd_locker_close(locker);
}

TEST(locker, a_recovery_killed_before_its_line_is_noted_by_the_next) {
    make_small_locker();
    bd_err err = {0};
    CHECK_OK(bd_folder_make(locker_path("quarantine"), &err), err);
    replace_file(locker_path("quarantine/journal-99-01234567.torn"), BD_STR("torn"));
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 1);
    CHECK_EQ_STR(bd_value_text(bd_locker_line(locker, 2), "file"), "journal-99-01234567.torn");
    bd_locker_close(locker);
}

TEST(locker, a_locker_that_lost_its_journal_is_refused) {
    make_small_locker();
    CHECK_EQ_INT(unlink(locker_path("journal.ndjson")), 0);
    for (int mode = BD_LOCKER_READ; mode <= BD_LOCKER_WRITE; mode++) {
        bd_err err = {0};
        bd_locker *locker;
        CHECK_FAILS(
            bd_locker_open(test_path("locker"), (bd_locker_mode)mode, test_arena(), &locker, &err),
            err, BD_ERR_INPUT, "lost its journal.ndjson");
    }
}

TEST(locker, another_format_or_another_folder_is_refused) {
    bd_err err = {0};
    bd_locker *locker;
    make_small_locker();
    replace_file(locker_path("FORMAT"), BD_STR("bindery-locker 2\n"));
    CHECK_FAILS(bd_locker_open(test_path("locker"), BD_LOCKER_WRITE, test_arena(), &locker, &err),
                err, BD_ERR_UNSUPPORTED, "'bindery-locker 2'");
    CHECK_FAILS(bd_locker_open(test_path("locker"), BD_LOCKER_READ, test_arena(), &locker, &err),
                err, BD_ERR_UNSUPPORTED, "'bindery-locker 2'");
    replace_file(locker_path("FORMAT"), BD_STR("something\n"));
    CHECK_FAILS(bd_locker_open(test_path("locker"), BD_LOCKER_READ, test_arena(), &locker, &err),
                err, BD_ERR_INPUT, "FORMAT file does not say");
    CHECK_FAILS(bd_locker_open(test_path("inbox"), BD_LOCKER_WRITE, test_arena(), &locker, &err),
                err, BD_ERR_INPUT, "it has files, but no FORMAT");
    CHECK(!bd_path_exists(test_path("inbox/lock")));
}

/* ---- objects that are not what they should be --------------------------------------------------------- */

static const char *object_of(bd_str text) {
    bd_str hex = bd_sha256_hex(test_arena(), text);
    return locker_path(
        bd_str_z(test_arena(), bd_str_format(test_arena(), "objects/sha256/%.2s/%.*s.gz", hex.data,
                                             (int)hex.size - 2, hex.data + 2)));
}

TEST(locker, no_flipped_bit_of_an_object_is_read) {
    make_small_locker();
    const char *path = object_of(BD_STR("{\"a\":1}"));
    bd_str good = test_read_file(path);
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    char *bytes = bd_new(test_arena(), char, good.size);
    memcpy(bytes, good.data, good.size);
    for (size_t bit = 0; bit < good.size * 8; bit++) {
        bd_err err = {0};
        const bd_blob *blob = NULL;
        bd_str text;
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        replace_file(path, (bd_str){bytes, good.size});
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        test_failure("bit %zu of byte %zu", bit % 8, bit / 8);
        bd_rc rc = bd_locker_blob(locker, bd_locker_find(locker, 1), test_arena(), &blob, &err);
        if (!bd_failed(rc)) {
            rc = bd_blob_read(blob, 100, test_arena(), &text, &err);
        }
        CHECK(bd_failed(rc));
        CHECK(err.class == BD_ERR_INPUT || err.class == BD_ERR_LIMIT);
    }
    bd_locker_close(locker);
}

TEST(locker, a_missing_or_shortened_object_is_input_and_named) {
    make_small_locker();
    bd_err err = {0};
    const bd_blob *blob;
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    const char *path = object_of(BD_STR("{\"a\":1}"));
    replace_file(path, BD_STR("\x1f\x8b"));
    CHECK_FAILS(bd_locker_blob(locker, bd_locker_find(locker, 1), test_arena(), &blob, &err), err,
                BD_ERR_INPUT, "E-0001");
    CHECK_EQ_INT(unlink(path), 0);
    CHECK_FAILS(bd_locker_blob(locker, bd_locker_find(locker, 1), test_arena(), &blob, &err), err,
                BD_ERR_INPUT, "E-0001");
    bd_locker_close(locker);
}

TEST(locker, the_same_bytes_again_find_a_damaged_object_and_heal_a_lost_one) {
    make_small_locker();
    bd_err err = {0};
    bd_put_result result;
    const char *path = object_of(BD_STR("{\"a\":1}"));
    bd_str good = test_read_file(path);
    char *bytes = bd_new(test_arena(), char, good.size);
    memcpy(bytes, good.data, good.size);
    bytes[14] ^= 4;
    replace_file(path, (bd_str){bytes, good.size});
    make_file("again.json", BD_STR("{\"a\":1}"), 3000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_FAILS(try_put(locker, "again.json", "", BD_INSTANT_NONE, &result, &err), err,
                BD_ERR_INPUT, "brings the same bytes again");
    CHECK_EQ_INT(unlink(path), 0);
    CHECK_OK(try_put(locker, "again.json", "", BD_INSTANT_NONE, &result, &err), err);
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_STR(read_item(locker, 1), "{\"a\":1}");
    bd_locker_close(locker);
}

/* ---- putting and committing ----------------------------------------------------------------------------- */

TEST(locker, zcat_and_sha256sum_check_an_object_without_us) {
    bd_str output;
    make_small_locker();
    CHECK_EQ_INT(run_command(&output, "cd locker/objects/sha256 && for f in */*.gz; do "
                                      "test \"$(zcat $f | sha256sum | cut -c1-64)\" = \"$(echo "
                                      "${f%%.gz} | tr -d /)\" || echo $f; done"),
                 0);
    CHECK_EQ_STR(output, "");
    CHECK_EQ_INT(run_command(&output,
                             "head -c 10 locker/objects/sha256/*/*.gz | od -An -tx1 -v | head -1; "
                             "stat -c %%a locker/objects/sha256/*/*.gz | sort -u"),
                 0);
    CHECK(bd_str_find(output, BD_STR("444")) >= 0);
}

TEST(locker, the_journal_is_a_chain_that_sha256sum_can_follow) {
    make_small_locker();
    bd_str output;
    CHECK_EQ_INT(run_command(&output,
                             "cat > chain.py <<'END'\n"
                             "import json,hashlib\n"
                             "prev='0'*64\n"
                             "for i,line in enumerate(open('locker/journal.ndjson','rb')):\n"
                             "    o=json.loads(line)\n"
                             "    assert o['prev']==prev and o['seq']==i+1 and o['more']==0\n"
                             "    assert "
                             "line==(json.dumps(o,sort_keys=True,separators=(',',':'),ensure_ascii="
                             "False)+'\\n').encode()\n"
                             "    prev=hashlib.sha256(line).hexdigest()\n"
                             "print(prev)\nEND\npython3 chain.py"),
                 0);
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    uint8_t head[32];
    char hex[65];
    bd_locker_head(locker, head);
    bd_hex(head, 32, hex);
    CHECK_EQ_STR(bd_str_trim(output), hex);
    bd_locker_close(locker);
}

TEST(locker, an_ingested_line_is_pinned_to_the_byte) {
    make_file("a.json", BD_STR("{\"a\":1}"), 1000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    bd_err err = {0};
    bd_put_result result;
    CHECK_OK(try_put(locker, "a.json", "", (bd_instant)86400 * BD_SECOND, &result, &err), err);
    CHECK_EQ_INT(commit(locker), 1);
    bd_str hash;
    CHECK_EQ_INT(
        run_command(
            &hash,
            "tail -c +11 locker/objects/sha256/*/*.gz | head -c -8 | sha256sum | cut -c1-64"),
        0);
    CHECK_EQ_STR(
        bd_locker_journal(locker),
        bd_str_format(
            test_arena(),
            "{\"at\":\"2026-07-01T12:34:56Z\",\"bytes\":7,\"collected_at\":\"1970-01-02T00:00:"
            "00Z\",\"crc32\":\"561bacaf\","
            "\"evidence\":\"E-0001\",\"file_time\":\"1970-01-01T00:16:40Z\",\"kind\":\"ingested\","
            "\"more\":0,\"path\":\"a.json\","
            "\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"seq\":"
            "1,"
            "\"sha256\":\"015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862\","
            "\"stored_bytes\":22,"
            "\"stored_sha256\":\"%.*s\"}\n",
            BD_ARG(bd_str_trim(hash))));
    bd_locker_close(locker);
}

TEST(locker, numbers_follow_path_bytes_within_a_batch_and_go_on_after_it) {
    static const char *const names[] = {"z.json", "a/b.json", "a.json", "a-b.json", "B.json"};
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    for (size_t i = 0; i < BD_COUNT(names); i++) {
        make_file(names[i], bd_str_of(names[i]), 1);
        CHECK_EQ_INT(put_file(locker, names[i], ""), BD_PUT_NEW);
    }
    CHECK_EQ_INT(bd_locker_count(locker), 0);
    CHECK_EQ_INT(commit(locker), 5);
    make_file("0.json", BD_STR("later"), 1);
    put_file(locker, "0.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    static const char *const sorted[] = {"B.json",   "a-b.json", "a.json",
                                         "a/b.json", "z.json",   "0.json"};
    for (size_t i = 0; i < BD_COUNT(sorted); i++) {
        CHECK_EQ_STR(bd_locker_at(locker, i)->path, sorted[i]);
        CHECK_EQ_INT(bd_locker_at(locker, i)->number, i + 1);
        CHECK_EQ_STR(read_item(locker, (uint32_t)i + 1), i < 5 ? sorted[i] : "later");
    }
    CHECK(bd_locker_find(locker, 0) == NULL && bd_locker_find(locker, 7) == NULL);
    bd_locker_close(locker);
}

TEST(locker, the_same_bytes_from_two_paths_are_two_items_on_one_object) {
    make_file("a.json", BD_STR("same"), 1);
    make_file("b.json", BD_STR("same"), 1);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "a.json", "");
    put_file(locker, "b.json", "");
    CHECK_EQ_INT(commit(locker), 2);
    CHECK_EQ_STR(read_item(locker, 1), "same");
    CHECK_EQ_STR(read_item(locker, 2), "same");
    bd_locker_close(locker);
    bd_str output;
    CHECK_EQ_INT(run_command(&output, "find locker/objects -type f | wc -l"), 0);
    CHECK_EQ_STR(bd_str_trim(output), "1");
}

TEST(locker, what_was_committed_is_there_after_opening_again) {
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    const bd_evidence_given *item = bd_locker_at(locker, 0);
    CHECK_EQ_STR(item->path, "a.json");
    CHECK_EQ_INT(item->bytes, 7);
    CHECK_EQ_INT(item->file_time, (bd_instant)1000 * BD_SECOND);
    CHECK_EQ_INT(item->ingested_at, NOW);
    CHECK_EQ_INT(item->given_collected_at, BD_INSTANT_NONE);
    CHECK_EQ_STR(read_item(locker, 1), "{\"a\":1}");
    size_t count;
    const bd_evidence_given *items;
    bd_err err = {0};
    CHECK_OK(bd_journal_items(bd_locker_journal(locker), test_arena(), &items, &count, &err), err);
    CHECK_EQ_INT(count, 2);
    CHECK_EQ_STR(items[1].path, "b.json");
    bd_locker_close(locker);
}

TEST(locker, an_absent_locker_reads_as_an_empty_one_and_is_not_made) {
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    uint8_t head[32], zeros[32] = {0};
    CHECK_EQ_INT(bd_locker_count(locker), 0);
    CHECK_EQ_INT(bd_locker_journal(locker).size, 0);
    bd_locker_head(locker, head);
    CHECK(memcmp(head, zeros, 32) == 0);
    bd_locker_close(locker);
    CHECK(!bd_path_exists(test_path("locker")));
}

TEST(locker, a_file_put_again_is_the_same_item_unless_its_time_says_otherwise) {
    bd_err err = {0};
    bd_put_result result;
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(put_file(locker, "a.json", ""), BD_PUT_SAME);
    CHECK_EQ_INT(commit(locker), 0);
    CHECK_OK(try_put(locker, "a.json", "", (bd_instant)5 * BD_SECOND, &result, &err), err);
    CHECK_EQ_INT(result, BD_PUT_NEW);
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_OK(try_put(locker, "a.json", "", (bd_instant)5 * BD_SECOND, &result, &err), err);
    CHECK_EQ_INT(result, BD_PUT_SAME);
    make_file("b.json", BD_STR("{\"b\":2}"), 9000);
    CHECK_EQ_INT(put_file(locker, "b.json", ""), BD_PUT_NEW);
    make_file("b.json", BD_STR("{\"b\":3}"), 9000);
    CHECK_EQ_INT(put_file(locker, "b.json", ""), BD_PUT_NEW);
    CHECK_EQ_INT(commit(locker), 2);
    CHECK_EQ_STR(read_item(locker, 5), "{\"b\":3}");
    bd_locker_close(locker);
}

TEST(locker, a_sidecar_dates_its_file_so_a_new_file_time_alone_is_nothing_new) {
    make_file("x.json", BD_STR("{}"), 1000);
    make_file("x.json.meta.json", BD_STR("january"), 1000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "x.json", "x.json.meta.json");
    put_file(locker, "x.json.meta.json", "");
    CHECK_EQ_INT(commit(locker), 2);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->sidecar, 2);
    /* copied: other times, same bytes */
    make_file("x.json", BD_STR("{}"), 2000);
    make_file("x.json.meta.json", BD_STR("january"), 2000);
    CHECK_EQ_INT(put_file(locker, "x.json", "x.json.meta.json"), BD_PUT_SAME);
    CHECK_EQ_INT(put_file(locker, "x.json.meta.json", ""), BD_PUT_SAME);
    CHECK_EQ_INT(commit(locker), 0);
    /* exported again, with the same result: a second item on one object, under its own sidecar */
    make_file("x.json", BD_STR("{}"), 3000);
    make_file("x.json.meta.json", BD_STR("february"), 3000);
    CHECK_EQ_INT(put_file(locker, "x.json", "x.json.meta.json"), BD_PUT_SAME);
    CHECK_EQ_INT(put_file(locker, "x.json.meta.json", ""), BD_PUT_NEW);
    CHECK_EQ_INT(commit(locker), 2);
    CHECK_EQ_STR(bd_locker_find(locker, 3)->path, "x.json");
    CHECK_EQ_INT(bd_locker_find(locker, 3)->sidecar, 4);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->sidecar, 2);
    bd_locker_close(locker);
}

TEST(locker, a_folder_sidecar_or_register_dates_its_files_too) {
    bd_str by[] = {BD_STR_INIT("_folder.meta.json"), BD_STR_INIT("register.csv")};
    make_file("x.json", BD_STR("{}"), 1000);
    make_file("register.csv", BD_STR("january"), 1000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_described(locker, "x.json", (bd_strs){.data = by, .count = 2});
    put_file(locker, "register.csv", "");
    CHECK_EQ_INT(commit(locker), 2);
    make_file("x.json", BD_STR("{}"), 2000); /* copied */
    make_file("register.csv", BD_STR("january"), 2000);
    CHECK_EQ_INT(put_described(locker, "x.json", (bd_strs){.data = by, .count = 2}), BD_PUT_SAME);
    CHECK_EQ_INT(put_file(locker, "register.csv", ""), BD_PUT_SAME);
    CHECK_EQ_INT(commit(locker), 0);
    make_file("x.json", BD_STR("{}"), 3000);
    make_file("register.csv", BD_STR("february"), 3000);
    CHECK_EQ_INT(put_described(locker, "x.json", (bd_strs){.data = by, .count = 2}), BD_PUT_SAME);
    CHECK_EQ_INT(put_file(locker, "register.csv", ""), BD_PUT_NEW);
    CHECK_EQ_INT(commit(locker), 2);
    bd_locker_close(locker);
}

TEST(locker, a_sidecar_that_comes_later_speaks_for_the_latest_item_at_its_path) {
    make_file("x.json", BD_STR("{}"), 1000);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "x.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->sidecar, 0);
    make_file("x.json.meta.json", BD_STR("late"), 1000);
    put_file(locker, "x.json.meta.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->sidecar, 2);
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->sidecar, 2);
    CHECK_EQ_INT(bd_locker_find(locker, 1)->commit, 1);
    CHECK_EQ_INT(bd_locker_find(locker, 2)->commit, 2);
    bd_locker_close(locker);
}

TEST(locker, names_that_are_not_utf8_are_refused_and_the_batch_goes_on) {
    bd_err err = {0};
    bd_put_result result;
    make_file("caf\xe9.json", BD_STR("x"), 1);
    make_file("ok.json", BD_STR("x"), 1);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_FAILS(try_put(locker, "caf\xe9.json", "", BD_INSTANT_NONE, &result, &err), err,
                BD_ERR_INPUT, "not UTF-8");
    put_file(locker, "ok.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    bd_locker_close(locker);
}

/* ---- the index -------------------------------------------------------------------------------------------- */

TEST(locker, an_unchanged_file_is_known_and_a_touched_or_withdrawn_history_is_not) {
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    bd_entry a = find_entry("a.json"), b = find_entry("b.json");
    CHECK(bd_locker_is_unchanged(locker, &a));
    CHECK(bd_locker_is_unchanged(locker, &b));
    bd_entry other = a;
    other.ctime_ns++;
    CHECK(!bd_locker_is_unchanged(locker, &other));
    other = a;
    other.inode++;
    CHECK(!bd_locker_is_unchanged(locker, &other));
    bd_locker_close(locker);
}

TEST(locker, a_file_younger_than_two_seconds_at_indexing_is_read_again) {
    make_file("young.json", BD_STR("x"), 1);
    CHECK_EQ_INT(run_command(NULL, "touch inbox/young.json"), 0);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "young.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_WRITE);
    bd_entry entry = find_entry("young.json");
    CHECK(!bd_locker_is_unchanged(locker, &entry));
    CHECK_EQ_INT(put_file(locker, "young.json", ""), BD_PUT_SAME);
    bd_locker_close(locker);
}

TEST(locker, a_damaged_or_deleted_index_only_costs_time) {
    make_small_locker();
    const char *path = locker_path("derived/index");
    bd_str good = test_read_file(path);
    char *bytes = bd_new(test_arena(), char, good.size);
    for (size_t at = 0; at < good.size; at += 11) {
        memcpy(bytes, good.data, good.size);
        bytes[at] ^= 1;
        replace_file(path, (bd_str){bytes, good.size});
        bd_locker *locker = open_locker(BD_LOCKER_READ);
        bd_entry entry = find_entry("a.json");
        test_failure("byte %zu", at);
        CHECK(!bd_locker_is_unchanged(locker, &entry));
        bd_locker_close(locker);
    }
    CHECK_EQ_INT(unlink(path), 0);
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(put_file(locker, "a.json", ""), BD_PUT_SAME);
    CHECK_EQ_INT(commit(locker), 0);
    bd_locker_close(locker);
    CHECK(bd_path_exists(path));
}

/* ---- other lines -------------------------------------------------------------------------------------------- */

static const bd_value *body_of(const char *key, const char *text, const char *key2,
                               const char *text2) {
    const bd_str keys[] = {bd_str_of(key), bd_str_of(key2)};
    const bd_value *const values[] = {bd_value_string(test_arena(), bd_str_of(text)),
                                      bd_value_string(test_arena(), bd_str_of(text2))};
    return bd_value_object(test_arena(), 2, keys, values);
}

TEST(locker, a_withdrawn_item_stays_numbered_marked_and_gone_from_the_inbox) {
    bd_err err = {0};
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    const bd_value *body = body_of("evidence", "E-0001", "reason", "wrong tenant");
    CHECK_OK(bd_locker_append(locker, BD_STR("withdrawn"), body, NOW, &err), err);
    CHECK(bd_locker_find(locker, 1)->is_withdrawn);
    CHECK_FAILS(bd_locker_append(locker, BD_STR("withdrawn"), body, NOW, &err), err, BD_ERR_INPUT,
                "withdrawn already");
    CHECK_FAILS(bd_locker_append(locker, BD_STR("withdrawn"),
                                 body_of("evidence", "E-3", "reason", "x"), NOW, &err),
                err, BD_ERR_INPUT, "none of that name");
    CHECK_EQ_INT(put_file(locker, "a.json", ""), BD_PUT_SAME);
    CHECK_EQ_INT(commit(locker), 0);
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    CHECK(bd_locker_find(locker, 1)->is_withdrawn);
    CHECK_EQ_STR(bd_locker_find(locker, 1)->withdrawn_reason, "wrong tenant");
    bd_locker_close(locker);
}

TEST(locker, lines_of_other_kinds_are_kept_as_given) {
    bd_err err = {0};
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK_OK(bd_locker_append(locker, BD_STR("reviewed"),
                              body_of("name", "Jens Müller", "checked", "tab\there\n"), NOW, &err),
             err);
    CHECK_FAILS(
        bd_locker_append(locker, BD_STR("ingested"), body_of("a", "b", "c", "d"), NOW, &err), err,
        BD_ERR_BUG, "");
    CHECK_FAILS(
        bd_locker_append(locker, BD_STR("reviewed"), body_of("seq", "b", "c", "d"), NOW, &err), err,
        BD_ERR_BUG, "'seq'");
    CHECK_FAILS(
        bd_locker_append(locker, BD_STR("Reviewed!"), body_of("a", "b", "c", "d"), NOW, &err), err,
        BD_ERR_BUG, "kind");
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_line_count(locker), 3);
    CHECK_EQ_STR(bd_value_text(bd_locker_line(locker, 2), "name"), "Jens Müller");
    CHECK_EQ_STR(bd_value_text(bd_locker_line(locker, 2), "checked"), "tab\there\n");
    bd_locker_close(locker);
}

TEST(locker, runs_are_noted_beside_the_journal_and_a_torn_one_is_dropped) {
    bd_err err = {0};
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    uint8_t before[32], after[32];
    bd_locker_head(locker, before);
    CHECK_OK(bd_locker_note_run(locker, body_of("kind", "run", "id", "1"), &err), err);
    bd_locker_head(locker, after);
    CHECK(memcmp(before, after, 32) == 0);
    bd_locker_close(locker);
    replace_file(locker_path("runs.ndjson"),
                 BD_STR("{\"id\":\"1\",\"kind\":\"run\"}\n{\"id\":\"2\","));
    locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(bd_locker_runs(locker)->count, 1);
    CHECK_OK(bd_locker_note_run(locker, body_of("kind", "run", "id", "3"), &err), err);
    bd_locker_close(locker);
    CHECK_EQ_STR(test_read_file(locker_path("runs.ndjson")),
                 "{\"id\":\"1\",\"kind\":\"run\"}\n{\"id\":\"3\",\"kind\":\"run\"}\n");
}

/* ---- other processes, kills, full disks ---------------------------------------------------------------------- */

TEST(locker, of_two_writers_one_is_told_who_the_other_is) {
    bd_err err = {0};
    bd_locker *second;
    bd_locker *first = open_locker(BD_LOCKER_WRITE);
    pid_t child = fork();
    if (child == 0) {
        bd_rc rc =
            bd_locker_open(test_path("locker"), BD_LOCKER_WRITE, test_arena(), &second, &err);
        char expected[64];
        snprintf(expected, sizeof(expected), "written by process %ld on ", (long)getppid());
        _exit(bd_failed(rc) && err.class == BD_ERR_BUSY && strstr(err.message, expected) != NULL
                  ? 0
                  : 1);
    }
    int status = 0;
    CHECK_EQ_INT(waitpid(child, &status, 0), child);
    CHECK_EQ_INT(status, 0);
    bd_locker *reader = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_count(reader), 0);
    bd_locker_close(reader);
    bd_locker_close(first);
    second = open_locker(BD_LOCKER_WRITE);
    bd_locker_close(second);
}

TEST(locker, a_kill_between_put_and_commit_leaves_nothing_visible) {
    make_small_locker();
    make_file("c.json", BD_STR("cccc"), 1);
    pid_t child = fork();
    if (child == 0) {
        bd_locker *locker = open_locker(BD_LOCKER_WRITE);
        put_file(locker, "c.json", "");
        kill(getpid(), SIGKILL);
    }
    int status = 0;
    CHECK_EQ_INT(waitpid(child, &status, 0), child);
    CHECK(WIFSIGNALED(status));
    CHECK(bd_path_exists(locker_path("tmp/1")));
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    CHECK(!bd_path_exists(locker_path("tmp")));
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 0);
    CHECK_EQ_INT(put_file(locker, "c.json", ""), BD_PUT_NEW);
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_STR(read_item(locker, 3), "cccc");
    bd_locker_close(locker);
    CHECK(!bd_path_exists(locker_path("tmp")));
}

TEST(locker, an_object_that_a_killed_run_left_is_taken_over) {
    make_small_locker();
    make_file("c.json", BD_STR("cccc"), 1);
    bd_err err = {0};
    const char *path = object_of(BD_STR("cccc"));
    CHECK_OK(bd_folder_make(bd_str_z(test_arena(), bd_path_folder(bd_str_of(path))), &err), err);
    replace_file(path, BD_STR("half an obj"));
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "c.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    CHECK_EQ_STR(read_item(locker, 3), "cccc");
    bd_locker_close(locker);
}

/* A file limit stands for a full disk: write() fails in the middle. */
static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    CHECK_EQ_INT(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    CHECK_EQ_INT(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

TEST(locker, a_full_disk_while_putting_is_io_and_the_batch_can_go_on) {
    char noise[6000];
    uint32_t state = 1;
    for (size_t i = 0; i < sizeof(noise); i++) {
        state = state * 1664525 + 1013904223;
        noise[i] = (char)(state >> 24);
    }
    make_file("big.bin", (bd_str){noise, sizeof(noise)}, 1);
    make_file("small.json", BD_STR("{}"), 1);
    bd_err err = {0};
    bd_put_result result;
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    limit_files(4096);
    CHECK_FAILS(try_put(locker, "big.bin", "", BD_INSTANT_NONE, &result, &err), err, BD_ERR_IO,
                "big.bin");
    put_file(locker, "small.json", "");
    CHECK_EQ_INT(commit(locker), 1);
    limit_files(RLIM_INFINITY);
    CHECK_EQ_STR(bd_locker_at(locker, 0)->path, "small.json");
    bd_locker_close(locker);
    CHECK(!bd_path_exists(locker_path("tmp")));
}

TEST(locker, a_full_disk_in_the_journal_commits_nothing) {
    make_small_locker();
    bd_str before = test_read_file(locker_path("journal.ndjson"));
    make_file("c.json", BD_STR("cccc"), 1);
    make_file("d.json", BD_STR("dddd"), 1);
    bd_err err = {0};
    size_t count;
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    put_file(locker, "c.json", "");
    put_file(locker, "d.json", "");
    limit_files(before.size + 500);
    CHECK_FAILS(bd_locker_commit(locker, NOW, &count, &err), err, BD_ERR_IO,
                "nothing of this batch was committed");
    limit_files(RLIM_INFINITY);
    CHECK(bd_str_eq(test_read_file(locker_path("journal.ndjson")), before));
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    CHECK_FAILS(bd_locker_commit(locker, NOW, &count, &err), err, BD_ERR_IO, "takes nothing more");
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_WRITE);
    CHECK_EQ_INT(bd_locker_recoveries(locker)->count, 0);
    put_file(locker, "c.json", "");
    put_file(locker, "d.json", "");
    CHECK_EQ_INT(commit(locker), 2);
    bd_locker_close(locker);
}

TEST(locker, a_folder_that_may_not_be_written_is_io) {
    bd_err err = {0};
    bd_locker *locker;
    CHECK_EQ_INT(run_command(NULL, "chmod 755 . && mkdir locked && chmod 555 locked"), 0);
    pid_t child = fork();
    if (child == 0) {
        if (getuid() == 0 && setuid(65534) != 0) {
            _exit(77);
        }
        bd_rc rc = bd_locker_open(test_path("locked/locker"), BD_LOCKER_WRITE, test_arena(),
                                  &locker, &err);
        bool is_first =
            bd_failed(rc) && err.class == BD_ERR_IO && strstr(err.message, "locked") != NULL;
        rc = bd_locker_open(test_path("locked"), BD_LOCKER_WRITE, test_arena(), &locker, &err);
        _exit(is_first && bd_failed(rc) && err.class == BD_ERR_IO ? 0 : 1);
    }
    int status = 0;
    CHECK_EQ_INT(waitpid(child, &status, 0), child);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
        test_skip("cannot become another user");
    }
    CHECK_EQ_INT(status, 0);
}

TEST(locker, a_reading_locker_takes_nothing) {
    bd_err err = {0};
    size_t count;
    make_small_locker();
    bd_locker *locker = open_locker(BD_LOCKER_READ);
    CHECK_FAILS(bd_locker_commit(locker, NOW, &count, &err), err, BD_ERR_BUG, "reading only");
    bd_locker_close(locker);
}

TEST(locker, three_hundred_files_are_committed_together) {
    bd_locker *locker = open_locker(BD_LOCKER_WRITE);
    for (int i = 0; i < 300; i++) {
        const char *name =
            bd_str_z(test_arena(), bd_str_format(test_arena(), "d%d/f%03d.json", i % 7, i));
        make_file(name, bd_str_format(test_arena(), "{\"n\":%d}", i), 1);
        put_file(locker, name, "");
    }
    CHECK_EQ_INT(commit(locker), 300);
    bd_locker_close(locker);
    locker = open_locker(BD_LOCKER_READ);
    CHECK_EQ_INT(bd_locker_count(locker), 300);
    CHECK_EQ_STR(read_item(locker, 300), "{\"n\":293}");
    bd_locker_close(locker);
}

/* ---- a journal that lies elsewhere ---------------------------------------------------------------------- */

typedef struct {
    const bd_blob *blob;
    uint32_t asked;
} elsewhere;

static bd_rc find_elsewhere(void *context, const bd_evidence_given *item, bd_arena *arena,
                            const bd_blob **out, bd_err *err) {
    elsewhere *place = context;
    (void)arena;
    place->asked = item->number;
    if (place->blob == NULL) {
        BD_RAISE(err, BD_ERR_INPUT, "nothing is there");
    }
    *out = place->blob;
    return BD_OK;
}

TEST(locker, a_journal_given_as_text_is_a_locker_whose_objects_somebody_else_finds) {
    make_small_locker();
    bd_str text = test_read_file(locker_path("journal.ndjson"));
    elsewhere place = {.blob = bd_blob_of_memory(test_arena(), BD_STR("{\"b\":2}"))};
    bd_locker *locker = NULL, *own = open_locker(BD_LOCKER_READ);
    bd_err err = {0};
    CHECK_OK(bd_locker_open_text(text, find_elsewhere, &place, test_arena(), &locker, &err), err);
    uint8_t heads[2][32];
    bd_locker_head(own, heads[0]);
    bd_locker_head(locker, heads[1]);
    CHECK(memcmp(heads[0], heads[1], 32) == 0);
    CHECK_EQ_INT(bd_locker_count(locker), 2);
    CHECK_EQ_INT(bd_locker_line_count(locker), 2);
    CHECK_EQ_STR(bd_locker_journal(locker), text);
    CHECK_EQ_INT(bd_locker_runs(locker)->count, 0);
    CHECK_EQ_STR(read_item(locker, 2), "{\"b\":2}");
    CHECK_EQ_INT(place.asked, 2);
    const bd_blob *blob;
    place.blob = NULL;
    CHECK_FAILS(bd_locker_blob(locker, bd_locker_find(locker, 1), test_arena(), &blob, &err), err,
                BD_ERR_INPUT, "nothing is there");
    bd_put_result result;
    CHECK_FAILS(try_put(locker, "a.json", "", BD_INSTANT_NONE, &result, &err), err, BD_ERR_BUG,
                "open for reading only");
    bd_locker_close(locker);
    bd_locker_close(own);
}

TEST(locker, a_journal_given_as_text_is_whole_or_refused) {
    make_small_locker();
    bd_str text = test_read_file(locker_path("journal.ndjson"));
    elsewhere place = {0};
    bd_locker *locker = NULL;
    bd_err err = {0};
    for (size_t size = 1; size < text.size; size += size + 9 < text.size ? 5 : 1) {
        test_failure("%zu of %zu bytes", size, text.size);
        bd_rc rc = bd_locker_open_text(bd_str_sub(text, 0, size), find_elsewhere, &place,
                                       test_arena(), &locker, &err);
        if (text.data[size - 1] == '\n') {
            CHECK_OK(rc, err); /* the first commit alone is a journal */
            bd_locker_close(locker);
            continue;
        }
        CHECK_FAILS(rc, err, BD_ERR_INPUT, "journal");
    }
}
