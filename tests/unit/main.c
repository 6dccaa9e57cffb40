/* The runner: every test in its own process, so that one crash is one failure. */
#define _DEFAULT_SOURCE /* mkdtemp, wait status macros */
#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    const char *room, *claim;
    test_fn *fn;
} test_case;

static test_case cases[4096];
static size_t case_count;
static bd_arena *arena;
static char folder[256];
static char sentence[512];
static const char *root = ".";

#define STATUS_SKIPPED 77

void test_register(const char *room, const char *claim, test_fn *fn) {
    BD_ASSERT(case_count < BD_COUNT(cases));
    cases[case_count++] = (test_case){room, claim, fn};
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

void test_write_file(const char *path, bd_str text) {
    bd_err err;
    check_ok(__FILE__, __LINE__, "bd_file_write", bd_file_write(path, 0644, text, &err), &err);
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

static void run_here(const test_case *test) {
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

static int run_one(const test_case *test) {
    snprintf(folder, sizeof folder, "%s/bindery-test-XXXXXX",
             getenv("TMPDIR") != NULL ? getenv("TMPDIR") : "/tmp");
    if (mkdtemp(folder) == NULL) {
        return 1;
    }
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        run_here(test);
    }
    int status = 0;
    waitpid(child, &status, 0);
    int result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    char command[300];
    snprintf(command, sizeof command, "%s", folder);
    pid_t cleaner = fork();
    if (cleaner == 0) {
        execlp("rm", "rm", "-rf", command, (char *)NULL);
        _exit(127);
    }
    waitpid(cleaner, NULL, 0);
    return result;
}

static bool is_wanted(const test_case *test, int argc, char **argv) {
    if (argc < 2) {
        return true;
    }
    char name[512];
    snprintf(name, sizeof name, "%s_%s", test->room, test->claim);
    for (int i = 1; i < argc; i++) {
        if (strstr(name, argv[i]) != NULL) {
            return true;
        }
    }
    return false;
}

static int cmp_cases(const void *context, const void *a, const void *b) {
    (void)context;
    const test_case *x = a;
    const test_case *y = b;
    int order = strcmp(x->room, y->room);
    return order != 0 ? order : strcmp(x->claim, y->claim);
}

int main(int argc, char **argv) {
    if (getenv("BINDERY_ROOT") != NULL) {
        root = getenv("BINDERY_ROOT");
    }
    bd_sort(cases, case_count, sizeof cases[0], cmp_cases, NULL);
    int passed = 0;
    int failed = 0;
    int skipped = 0;
    for (size_t i = 0; i < case_count; i++) {
        if (!is_wanted(&cases[i], argc, argv)) {
            continue;
        }
        int status = run_one(&cases[i]);
        if (status == 0) {
            passed++;
            continue;
        }
        if (status == STATUS_SKIPPED) {
            skipped++;
            printf("SKIP %s: %s\n", cases[i].room, cases[i].claim);
            continue;
        }
        failed++;
        printf("FAIL %s: %s (status %d)\n", cases[i].room, cases[i].claim, status);
    }
    printf("unit: %d passed, %d failed, %d skipped\n", passed, failed, skipped);
    return failed == 0 ? 0 : 1;
}
