/* util_view_test.c - files looked at without being held. */
#include "bindery/util.h"

#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGE_BYTES ((size_t)24 << 20)

/* A file whose every block of 4096 bytes begins with its number. */
static const char *make_large(void) {
    const char *path = test_path("large");
    char block[4096] = {0};
    bd_err err = {0};
    bd_atomic *file = NULL;
    CHECK_OK(bd_atomic_open(path, 0600, &file, &err), err);
    for (uint32_t i = 0; i < LARGE_BYTES / sizeof block; i++) {
        memcpy(block, &i, sizeof i);
        CHECK_OK(bd_sink_write(bd_atomic_sink(file), block, sizeof block, &err), err);
    }
    CHECK_OK(bd_atomic_finish(file, &err), err);
    return path;
}

static uint32_t number_at(bd_str text, size_t block) {
    uint32_t number;
    memcpy(&number, text.data + block * 4096, sizeof number);
    return number;
}

/* Pages of the mapping that are in this process, by the system's own account. */
static size_t count_resident(const void *from) {
    char line[256], wanted[32];
    size_t kib = 0;
    bool is_here = false;
    FILE *maps = fopen("/proc/self/smaps", "r");
    snprintf(wanted, sizeof wanted, "%lx-", (unsigned long)(uintptr_t)from);
    while (maps != NULL && fgets(line, sizeof line, maps) != NULL) {
        if (strchr(line, '-') != NULL && strncmp(line, wanted, strlen(wanted)) == 0) {
            is_here = true;
        }
        if (is_here && sscanf(line, "Rss: %zu kB", &kib) == 1) {
            break;
        }
    }
    if (maps != NULL) {
        fclose(maps);
    }
    return kib / 4;
}

TEST(util, a_view_shows_the_bytes_and_lets_them_go) {
    bd_err err = {0};
    bd_view *view = NULL;
    CHECK_OK(bd_view_read(make_large(), SIZE_MAX / 2, &view, &err), err);
    bd_str text = bd_view_text(view);
    CHECK(text.size == LARGE_BYTES);
    for (uint32_t i = 0; i < LARGE_BYTES / 4096; i++) {
        CHECK(number_at(text, i) == i);
    }
    CHECK(count_resident(text.data) > 1000);
    bd_view_release(view);
    CHECK(count_resident(text.data) < 100);
    CHECK(number_at(text, 77) == 77); /* and they come again */
    bd_view_close(view);
}

TEST(util, a_view_of_a_file_is_not_changed_by_who_shortens_it) {
    bd_err err = {0};
    bd_view *view = NULL;
    const char *path = make_large();
    CHECK_OK(bd_view_read(path, SIZE_MAX / 2, &view, &err), err);
    CHECK(truncate(path, 10) == 0);
    CHECK(number_at(bd_view_text(view), 4000) == 4000);
    bd_view_close(view);
}

TEST(util, a_small_or_empty_file_is_viewed_too) {
    bd_err err = {0};
    bd_view *view = NULL;
    CHECK_OK(bd_file_write(test_path("small"), 0600, BD_STR("hello"), &err), err);
    CHECK_OK(bd_view_read(test_path("small"), 5, &view, &err), err);
    CHECK_EQ_STR(bd_view_text(view), "hello");
    bd_view_release(view);
    bd_view_close(view);
    CHECK_OK(bd_file_write(test_path("none"), 0600, BD_STR(""), &err), err);
    CHECK_OK(bd_view_read(test_path("none"), 5, &view, &err), err);
    CHECK(bd_view_text(view).size == 0);
    bd_view_close(view);
    CHECK_FAILS(bd_view_read(test_path("small"), 4, &view, &err), err, BD_ERR_LIMIT, "at most 4");
    CHECK_FAILS(bd_view_read(test_path("nowhere"), 4, &view, &err), err, BD_ERR_IO, "nowhere");
    CHECK_FAILS(bd_view_read("/dev/zero", 4, &view, &err), err, BD_ERR_IO, "not a regular file");
    bd_view_close(NULL);
    bd_view_release(NULL);
}

/* ---- bytes of our own -------------------------------------------------------------------------------------------- */

static bd_rc write_blocks(bd_view_draft *draft, size_t count, size_t *written, bd_err *err) {
    char block[4096] = {0};
    for (uint32_t i = 0; i < count; i++) {
        memcpy(block, &i, sizeof i);
        BD_TRY(bd_sink_write(bd_view_draft_sink(draft), block, sizeof block, err));
        *written = i + 1;
    }
    return BD_OK;
}

TEST(util, what_was_written_is_viewed_held_or_not) {
    static const size_t counts[] = {0, 1, 2047, 2048, 2049, 6000};
    for (size_t k = 0; k < BD_COUNT(counts); k++) {
        bd_err err = {0};
        bd_view *view = NULL;
        size_t written = 0;
        bd_view_draft *draft = bd_view_draft_open(SIZE_MAX / 2);
        CHECK_OK(write_blocks(draft, counts[k], &written, &err), err);
        CHECK_OK(bd_view_draft_finish(draft, &view, &err), err);
        CHECK_EQ_INT(bd_view_text(view).size, counts[k] * 4096);
        CHECK((bd_view_fd(view) < 0) == (counts[k] <= 2048)); /* 8 MiB are held */
        bd_view_release(view);
        for (uint32_t i = 0; i < counts[k]; i++) {
            CHECK(number_at(bd_view_text(view), i) == i);
        }
        bd_view_close(view);
    }
}

TEST(util, more_than_may_be_written_and_a_folder_without_room_are_failures) {
    bd_err err = {0};
    size_t written = 0;
    bd_view_draft *draft = bd_view_draft_open(3 * 4096 + 10);
    CHECK_FAILS(write_blocks(draft, 10, &written, &err), err, BD_ERR_LIMIT, "too many bytes");
    CHECK_EQ_INT(written, 3);
    bd_view_draft_drop(draft);
    bd_view_draft_drop(NULL);
    CHECK(setenv("TMPDIR", "/nonexistent/folder", 1) == 0);
    draft = bd_view_draft_open(SIZE_MAX / 2);
    CHECK_FAILS(write_blocks(draft, 6000, &written, &err), err, BD_ERR_IO, "temporary file");
    CHECK_EQ_INT(written, 2048);
    bd_view_draft_drop(draft);
}
