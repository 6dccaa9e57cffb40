/* make_catalog.h - the catalog that is built in: every JSON file of templates/catalog/, as the Makefile takes them. */
#ifndef MAKE_CATALOG_H
#define MAKE_CATALOG_H

#include "bindery/catalog.h"

#include "test.h"

#include <glob.h>

static inline const bd_catalog_file *make_catalog_files(size_t *count) {
    glob_t found;
    const char *pattern =
        bd_str_format(test_arena(), "%s/templates/catalog/*.json", test_root()).data;
    CHECK_EQ_INT(glob(pattern, 0, NULL, &found), 0);
    bd_catalog_file *files = bd_new(test_arena(), bd_catalog_file, found.gl_pathc);
    *count = found.gl_pathc;
    for (size_t i = 0; i < *count; i++) {
        bd_str name = bd_path_name(bd_str_of(found.gl_pathv[i]));
        files[i] =
            (bd_catalog_file){bd_str_copy(test_arena(), name), test_read_file(found.gl_pathv[i])};
    }
    globfree(&found);
    return files;
}

/* Loaded once for a test, however many rows its table has: nobody can change it. It stays in memory, as in a run
 * (session.c): let go of with the rest, it would come back page by page for every row. */
static inline const bd_catalog *make_catalog(void) {
    static const bd_catalog *catalog;
    if (catalog == NULL) {
        size_t count;
        const bd_catalog_file *files = make_catalog_files(&count);
        bd_err err;
        bd_arena_keep(test_arena(), true);
        CHECK_OK(bd_catalog_load(files, count, test_arena(), &catalog, &err), err);
        bd_arena_keep(test_arena(), false);
    }
    return catalog;
}

#endif
