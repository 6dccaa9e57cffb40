#define _GNU_SOURCE /* memfd_create */
#include "fuzz.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static bd_arena *input_arena;
static bd_arena *lasting_arena;

static bd_arena *lasting(void) {
    if (lasting_arena == NULL) {
        lasting_arena = bd_arena_open("fuzz target", (size_t)1 << 30);
    }
    return lasting_arena;
}

void fuzz_fail(const char *file, int line, const char *claim) {
    fprintf(stderr, "%s:%d: '%s' does not hold\n", file, line, claim);
    abort();
}

bd_str fuzz_text(const uint8_t *data, size_t size) {
    return (bd_str){(const char *)data, size};
}

bd_arena *fuzz_arena(void) {
    if (input_arena == NULL) {
        input_arena = bd_arena_open("input", (size_t)1 << 30);
    }
    return input_arena;
}

void fuzz_end(void) {
    if (input_arena != NULL) {
        bd_arena_reset(input_arena);
    }
}

bool fuzz_holds(bd_rc rc, const bd_err *err) {
    if (!bd_failed(rc)) {
        return true;
    }
    bd_str message = bd_str_of(err->message);
    bool is_told = err->class >= BD_ERR_USAGE && err->class < BD_ERR_BUG && message.size > 0;
    for (size_t i = 0; i < message.size; i++) {
        is_told = is_told && (unsigned char)message.data[i] >= 0x20;
    }
    if (!is_told || !bd_utf8_is_valid(message)) {
        fprintf(stderr, "class %d: %s\n", (int)err->class, err->message);
        fuzz_fail(__FILE__, __LINE__, "a failure is told in one line of UTF-8 and is no bug");
    }
    return false;
}

const bd_value *fuzz_json(bd_str text) {
    const bd_value *value = NULL;
    bd_err err;
    return fuzz_holds(bd_json_parse(text, &bd_json_default_limits, fuzz_arena(), &value, &err),
                      &err)
               ? value
               : NULL;
}

const char *fuzz_path(bd_str text) {
    static char path[64];
    static int fd = -1;
    bd_err err;
    if (fd >= 0) {
        close(fd);
    }
    fd = memfd_create("fuzz", 0);
    FUZZ_CHECK(fd >= 0);
    FUZZ_CHECK(!bd_failed(bd_write_all(fd, text.data, text.size, "fuzz", &err)));
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return path;
}

bd_str fuzz_file(const char *path) {
    bd_str text = {0};
    bd_err err;
    return bd_failed(bd_file_read(path, 64 << 20, lasting(), &text, &err)) ? (bd_str){0} : text;
}

const bd_catalog_file *fuzz_catalog_files(size_t *count) {
    static const bd_catalog_file *files;
    static size_t found;
    glob_t names;
    if (files == NULL && glob("templates/catalog/*.json", 0, NULL, &names) == 0) {
        bd_catalog_file *made = bd_new(lasting(), bd_catalog_file, names.gl_pathc);
        for (found = 0; found < names.gl_pathc; found++) {
            made[found].name = bd_str_copy(lasting(), bd_str_of(names.gl_pathv[found]));
            made[found].text = fuzz_file(names.gl_pathv[found]);
        }
        files = made;
        globfree(&names);
    }
    FUZZ_CHECK(found > 0 && "run it from the root of the source tree");
    *count = found;
    return files;
}

const bd_catalog *fuzz_catalog(void) {
    static const bd_catalog *catalog;
    if (catalog == NULL) {
        size_t count = 0;
        bd_err err;
        const bd_catalog_file *files = fuzz_catalog_files(&count);
        FUZZ_CHECK(fuzz_holds(bd_catalog_load(files, count, lasting(), &catalog, &err), &err));
    }
    return catalog;
}

/* ---- PDF ---- */

#define PDF_OBJECTS_MAX 64

bd_str fuzz_pdf_of_bodies(bd_str bodies, bd_arena *arena) {
    size_t offsets[PDF_OBJECTS_MAX], count = 0;
    bd_buf file;
    bd_buf_init(&file, 64 << 20);
    bd_buf_puts(&file, BD_STR("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"));
    while (bodies.size > 0 && count < PDF_OBJECTS_MAX) {
        ptrdiff_t at = bd_str_find(bodies, BD_STR("\n%%\n"));
        size_t size = at < 0 ? bodies.size : (size_t)at;
        offsets[count++] = file.size;
        bd_buf_printf(&file, "%zu 0 obj\n", count);
        bd_buf_put(&file, bodies.data, size);
        bd_buf_puts(&file, BD_STR("\nendobj\n"));
        bodies = bd_str_sub(bodies, at < 0 ? size : size + 4, bodies.size);
    }
    size_t table = file.size;
    bd_buf_printf(&file, "xref\n0 %zu\n0000000000 65535 f \n", count + 1);
    for (size_t i = 0; i < count; i++) {
        bd_buf_printf(&file, "%010zu 00000 n \n", offsets[i]);
    }
    bd_buf_printf(&file, "trailer\n<< /Size %zu /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n",
                  count + 1, table);
    bd_str text = bd_buf_str(&file);
    char *copy = bd_new(arena, char, text.size); /* of exactly this size */
    memcpy(copy, text.data, text.size);
    bd_buf_clear(&file);
    return (bd_str){copy, text.size};
}

bd_str fuzz_pdf(bd_str text, bd_arena *arena) {
    return bd_str_has_prefix(text, BD_STR("%PDF-")) ? text : fuzz_pdf_of_bodies(text, arena);
}
