/* make_cases.h - the cases of one section's checks, run against the catalog that is built in. */
#ifndef MAKE_CASES_H
#define MAKE_CASES_H

#include "bindery/rule.h"

#include "make_catalog.h"

typedef struct {
    const char *file;
    size_t count;
} case_count;

static inline void check_held(void *context, size_t line, bd_str condition, bd_str problem) {
    case_count *seen = context;
    seen->count++;
    if (problem.size > 0) {
        test_fail(seen->file, (int)line, "%.*s: %.*s", BD_ARG(condition), BD_ARG(problem));
    }
}

/* At least `least` cases, and all of them hold. */
static inline void run_section_cases(const char *name, size_t least) {
    const char *path =
        bd_str_format(test_arena(), "%s/tests/cases/checks/%s", test_root(), name).data;
    bd_arena *scratch = bd_arena_open("case", (size_t)64 << 20);
    bd_case_world world = {.catalog = make_catalog()};
    case_count seen = {.file = name};
    bd_err err;
    CHECK_OK(bd_cases_run(&world, test_read_file(path), scratch, check_held, &seen, &err), err);
    bd_arena_close(scratch);
    CHECK(seen.count >= least);
}

#endif
