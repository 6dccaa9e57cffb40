/* What a test calls, and which tests run: each in its own process (runner.h), so that one crash is one failure. */
#define _DEFAULT_SOURCE /* wait status macros */
#include "runner.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static test_case cases[4096];
static size_t case_count;
static bd_arena *arena;
static const char *folder;
static char sentence[512];
static const char *root = ".";

#define STATUS_SKIPPED 77
#define SECONDS_MOST 600 /* for one test: a hang is a failure as well */

static int passed, failed, skipped;

void test_register(const char *room, const char *claim, const char *why_alone, test_fn *fn) {
    BD_ASSERT(case_count < BD_COUNT(cases));
    cases[case_count++] = (test_case){room, claim, why_alone, fn};
}

void test_failure(const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
}

void test_fail(const char *file, int line, const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "    %s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    if (sentence[0] != '\0') {
        fprintf(stderr, "    %s\n", sentence);
    }
    va_end(args);
    fflush(NULL);
    _exit(1);
}

void test_skip(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fprintf(stderr, "    skipped: ");
    vfprintf(stderr, format, args);
    fprintf(stderr, "\n");
    va_end(args);
    fflush(NULL);
    _exit(STATUS_SKIPPED);
}

bd_arena *test_arena(void) {
    return arena;
}

const char *test_folder(void) {
    return folder;
}

const char *test_path(const char *name) {
    return bd_path_join(arena, folder, name);
}

const char *test_root(void) {
    return root;
}

int run_command(bd_str *output, const char *format, ...) {
    va_list args;
    va_start(args, format);
    bd_str command = bd_str_vformat(arena, format, args);
    va_end(args);
    const char *log = test_path("command.out");
    pid_t child = fork();
    if (child == 0) {
        if (chdir(folder) != 0 || freopen(log, "w", stdout) == NULL || dup2(1, 2) < 0) {
            _exit(126);
        }
        execl("/bin/sh", "sh", "-c", command.data, (char *)NULL);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (output != NULL) {
        *output = test_read_file(log);
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* A file of its own, as after a replacement, but not brought to the disk: what a test lays down outlives no one. */
void test_write_file(const char *path, bd_str text) {
    bd_err err;
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0) {
        test_fail(__FILE__, __LINE__, "cannot make '%s': %s", path, strerror(errno));
    }
    check_ok(__FILE__, __LINE__, "bd_write_all", bd_write_all(fd, text.data, text.size, path, &err), &err);
    CHECK(close(fd) == 0);
}

bd_str test_read_file(const char *path) {
    bd_err err;
    bd_str text;
    check_ok(__FILE__, __LINE__, "bd_file_read",
             bd_file_read(path, (size_t)1 << 28, arena, &text, &err), &err);
    return text;
}

void check_str(const char *file, int line, const char *a_text, bd_str a, const char *b_text,
               bd_str b) {
    if (!bd_str_eq(a, b)) {
        test_fail(file, line, "%s is \"%.*s\", %s is \"%.*s\"", a_text, BD_ARG(a), b_text,
                  BD_ARG(b));
    }
    sentence[0] = '\0';
}

void check_int(const char *file, int line, const char *a_text, long long a, const char *b_text,
               long long b) {
    if (a != b) {
        test_fail(file, line, "%s is %lld, %s is %lld", a_text, a, b_text, b);
    }
    sentence[0] = '\0';
}

void check_ok(const char *file, int line, const char *text, bd_rc rc, const bd_err *err) {
    if (bd_failed(rc)) {
        test_fail(file, line, "%s failed: %s", text, err->message);
    }
    sentence[0] = '\0';
}

void check_fails(const char *file, int line, const char *text, bd_rc rc, const bd_err *err,
                 bd_err_class class, const char *part) {
    if (!bd_failed(rc)) {
        test_fail(file, line, "%s succeeded, a failure with \"%s\" was expected", text, part);
    }
    if (err->class != class || strstr(err->message, part) == NULL) {
        test_fail(file, line, "%s failed with class %d \"%s\", expected class %d with \"%s\"", text,
                  (int)err->class, err->message, (int)class, part);
    }
    sentence[0] = '\0';
}

static int open_descriptors(void) {
    int count = 0;
    DIR *list = opendir("/proc/self/fd");
    if (list == NULL) {
        return -1;
    }
    while (readdir(list) != NULL) {
        count++;
    }
    closedir(list);
    return count;
}

static void run_here(const test_case *test, const char *own_folder) {
    folder = own_folder;
    arena = bd_arena_open("test", (size_t)4 << 30);
    int before = open_descriptors();
    test->fn();
    bd_arena_close(arena);
    int after = open_descriptors();
    if (after > before) {
        fprintf(stderr, "    leaves %d descriptors open\n", after - before);
        exit(1);
    }
    exit(0);
}

/* What a test said stands before its line, in one log of both streams as well. */
static void report(const test_case *test, const test_outcome *outcome) {
    if (outcome->said_size > 0) {
        fflush(stdout);
        fwrite(outcome->said, 1, outcome->said_size, stderr);
    }
    if (outcome->status == 0) {
        passed++;
    } else if (outcome->status == STATUS_SKIPPED) {
        skipped++;
        printf("SKIP %s: %s\n", test->room, test->claim);
    } else {
        failed++;
        printf("FAIL %s: %s (status %d)\n", test->room, test->claim, outcome->status);
    }
}

static bool is_wanted(const test_case *test, char *const *names, size_t count) {
    char name[512];
    snprintf(name, sizeof name, "%s_%s", test->room, test->claim);
    for (size_t i = 0; i < count; i++) {
        if (strstr(name, names[i]) != NULL) {
            return true;
        }
    }
    return count == 0;
}

/* A number in words of somebody else; `otherwise` when there is none. */
static size_t number_or(const char *text, size_t otherwise) {
    int64_t number = 0;
    return text != NULL && bd_str_to_i64(bd_str_of(text), &number) && number >= 0 ? (size_t)number : otherwise;
}

/* Twice the processors: half of what a test takes is waiting, for the disk and for tools. */
static size_t usual_jobs(void) {
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = processors > 0 ? 2 * (size_t)processors : 2;
    return number_or(getenv("BINDERY_TEST_JOBS"), jobs < RUNNER_JOBS_MOST ? jobs : RUNNER_JOBS_MOST);
}

static int cmp_cases(const void *context, const void *a, const void *b) {
    (void)context;
    const test_case *x = a;
    const test_case *y = b;
    int order = strcmp(x->room, y->room);
    return order != 0 ? order : strcmp(x->claim, y->claim);
}

/* unit [--jobs N] [NAME...] */
int main(int argc, char **argv) {
    static const test_case *wanted[BD_COUNT(cases)];
    size_t jobs = usual_jobs(), count = 0;
    int first = 1;
    if (argc > 1 && strcmp(argv[1], "--jobs") == 0) {
        jobs = argc > 2 ? number_or(argv[2], 0) : 0;
        first = 3;
    }
    if (jobs < 1 || jobs > RUNNER_JOBS_MOST) {
        fprintf(stderr, "unit: at once run 1 to %d tests (--jobs, BINDERY_TEST_JOBS)\n", RUNNER_JOBS_MOST);
        return 2;
    }
    if (getenv("BINDERY_ROOT") != NULL) {
        root = getenv("BINDERY_ROOT");
    }
    bd_sort(cases, case_count, sizeof cases[0], cmp_cases, NULL);
    for (size_t i = 0; i < case_count; i++) {
        if (is_wanted(&cases[i], argv + first, (size_t)(argc - first))) {
            wanted[count++] = &cases[i];
        }
    }
    bool is_torture = getenv("BINDERY_TORTURE") != NULL; /* takes its time */
    unsigned seconds = (unsigned)number_or(getenv("BINDERY_TEST_SECONDS"), is_torture ? 0 : SECONDS_MOST);
    run_side_by_side(wanted, count, jobs, seconds, run_here, report);
    printf("unit: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed == 0 ? 0 : 1;
}
