/* runner.h - tests side by side, each in a process, a folder and an output of its own.
 *
 *     run_side_by_side(tests, count, 4, 600, body, report);
 *
 * A test that says it runs ALONE has the machine to itself, as far as that is ours to give: those come first, one
 * after another.  `report` is called for every test in the order in which they are given, when it and all before it
 * have ended, so that what is printed does not hang on who was quicker.
 */
#ifndef BINDERY_RUNNER_H
#define BINDERY_RUNNER_H

#include "test.h"

#define RUNNER_JOBS_MOST 16

typedef struct {
    const char *room, *claim;
    const char *why_alone; /* NULL: it may run beside others */
    test_fn *fn;
} test_case;

typedef struct {
    int status; /* 0: passed; 128 and the signal for one that was killed */
    const char *said; /* stdout and stderr together; the end where it was too much */
    size_t said_size;
} test_outcome;

/* In the process of the test, whose folder is there; does not come back. */
typedef void test_body(const test_case *test, const char *folder);
typedef void test_report(const test_case *test, const test_outcome *outcome);

/* At most `jobs` at once (1 to RUNNER_JOBS_MOST), each killed after so many seconds (0: never). */
void run_side_by_side(const test_case *const *tests, size_t count, size_t jobs, unsigned seconds, test_body *body,
                      test_report *report);

#endif
