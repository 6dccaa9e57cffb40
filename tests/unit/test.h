/* test.h - the unit test runner: TEST(room, claim_as_a_sentence) { CHECK(...); }
 *
 * Each test runs in its own process with a fresh temporary folder, beside others (runner.h); a crash, a hang, a leak
 * report or an open descriptor fails it.  Assertions print both expressions and both values and end the test.
 */
#ifndef BINDERY_TEST_H
#define BINDERY_TEST_H

#include "bindery/util.h"

#include <stdio.h>
#include <string.h>

typedef void test_fn(void);
void test_register(const char *room, const char *claim, const char *why_alone, test_fn *fn);

#define TEST_OF(room, claim, why_alone)                                                            \
    static void test_##room##_##claim(void);                                                       \
    __attribute__((constructor)) static void add_##room##_##claim(void) {                          \
        test_register(#room, #claim, why_alone, test_##room##_##claim);                            \
    }                                                                                              \
    static void test_##room##_##claim(void)
#define TEST(room, claim) TEST_OF(room, claim, NULL)
/* For one that others would disturb, or that would disturb them: `why` is a sentence.  No other test runs meanwhile. */
#define TEST_ALONE(room, claim, why) TEST_OF(room, claim, why)

/* Sets the sentence that is printed if the next assertion fails. */
void test_failure(const char *format, ...) BD_PRINTF(1, 2);
BD_NORETURN void test_fail(const char *file, int line, const char *format, ...) BD_PRINTF(3, 4);
BD_NORETURN void test_skip(const char *format, ...) BD_PRINTF(1, 2); /* says why; counted apart */

bd_arena *test_arena(void);              /* one per test, closed by the runner */
const char *test_folder(void);           /* fresh and empty; removed after a pass */
const char *test_path(const char *name); /* inside test_folder(); Allocated in test_arena() */
const char *test_root(void);             /* root of the source tree */
/* Runs a shell command in test_folder(); returns its exit status (128+n for a signal) and, where `output` is
 * not NULL, stdout and stderr together (at most 1 MiB), Allocated in test_arena(). */
int run_command(bd_str *output, const char *format, ...) BD_PRINTF(2, 3);
void test_write_file(const char *path, bd_str text);
bd_str test_read_file(const char *path);

void check_str(const char *file, int line, const char *a_text, bd_str a, const char *b_text,
               bd_str b);
void check_int(const char *file, int line, const char *a_text, long long a, const char *b_text,
               long long b);
void check_ok(const char *file, int line, const char *text, bd_rc rc, const bd_err *err);
void check_fails(const char *file, int line, const char *text, bd_rc rc, const bd_err *err,
                 bd_err_class class, const char *part);

static inline bd_str test_str_of_str(bd_str s) {
    return s;
}
static inline bd_str test_str_of_z(const char *s) {
    return bd_str_of(s);
}
#define TEST_AS_STR(x)                                                                             \
    _Generic((x), bd_str : test_str_of_str, char * : test_str_of_z, const char * : test_str_of_z)(x)

#define CHECK(condition)                                                                           \
    ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, "'%s' does not hold", #condition))
#define CHECK_EQ_INT(a, b) check_int(__FILE__, __LINE__, #a, (long long)(a), #b, (long long)(b))
#define CHECK_EQ_STR(a, b) check_str(__FILE__, __LINE__, #a, TEST_AS_STR(a), #b, TEST_AS_STR(b))
/* `call` is a bd_rc expression that fills `err` (a bd_err variable). */
#define CHECK_OK(call, err) check_ok(__FILE__, __LINE__, #call, (call), &(err))
#define CHECK_FAILS(call, err, class, part)                                                        \
    check_fails(__FILE__, __LINE__, #call, (call), &(err), (class), (part))

#endif
