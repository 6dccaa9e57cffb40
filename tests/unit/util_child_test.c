/* Can a child do its work, and nothing else? */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- tasks ---- */

static bd_rc run_echo(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    char bytes[777];
    size_t count = 1;
    BD_TRY(bd_sink_write(out, argument.data, argument.size, err));
    while (count > 0) {
        BD_TRY(bd_source_read(in, bytes, sizeof bytes, &count, err));
        BD_TRY(bd_sink_write(out, bytes, count, err));
    }
    return BD_OK;
}

static bd_rc run_fail(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)in;
    BD_TRY(bd_sink_write(out, "part", 4, err));
    BD_RAISE(err, BD_ERR_LIMIT, "the '%.*s' is too large", BD_ARG(argument));
}

static bd_rc run_crash(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)in;
    BD_TRY(bd_sink_write(out, "part", 4, err));
    if (bd_str_eqz(argument, "leave")) {
        _exit(9);
    }
    raise(SIGILL); /* not allowed either */
    __builtin_trap();
    return BD_OK;
}

static bd_rc run_forever(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)in;
    (void)out;
    (void)err;
    for (volatile unsigned i = 1; i != 0; i |= 1) {
    }
    return BD_OK;
}

static bd_rc run_hungry(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)in;
    (void)out;
    (void)err;
    bd_arena *arena = bd_arena_open("hungry", SIZE_MAX);
    for (volatile unsigned i = 1; i != 0; i |= 1) {
        memset(bd_alloc(arena, 1 << 20, 1), 1, 1 << 20);
    }
    return BD_OK;
}

/* Tells which of the things that it must not do it could do. */
static bd_rc run_escape(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)in;
    const struct {
        const char *what;
        bool could;
    } tries[] = {
        {"read a file", open("/etc/passwd", O_RDONLY) >= 0},
        {"write a file", open("/tmp/bindery-escaped", O_WRONLY | O_CREAT, 0600) >= 0},
        {"open a socket", socket(AF_INET, SOCK_STREAM, 0) >= 0},
        {"start a process", fork() >= 0},
        {"signal the parent", kill(getppid(), 0) == 0},
        {"change its folder", chdir("/") == 0},
        {"remove a file", unlink("/tmp/bindery-none") == 0 || errno == ENOENT},
    };
    for (size_t i = 0; i < BD_COUNT(tries); i++) {
        if (tries[i].could) {
            BD_TRY(bd_sink_write(out, tries[i].what, strlen(tries[i].what), err));
            BD_TRY(bd_sink_write(out, "; ", 2, err));
        }
    }
    return BD_OK;
}

static bd_rc run_deaf(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)argument;
    (void)in;
    return bd_sink_write(out, "enough", 6, err);
}

static bd_rc run_badly_told(bd_str argument, bd_source *in, bd_sink *out, bd_err *err) {
    (void)in;
    (void)out;
    bd_rc rc = bd_raise(err, bd_str_eqz(argument, "class") ? BD_ERR_TRUST : BD_ERR_INPUT, "words");
    if (!bd_str_eqz(argument, "class")) {
        err->message[2] = bd_str_eqz(argument, "line") ? '\n' : (char)0xff;
    }
    return rc;
}

static const bd_child_task kinds[] = {
    {.id = "echo", .name = "echo", .run = run_echo, .memory_bytes = 256 << 20, .seconds = 10},
    {.id = "fail", .name = "fail", .run = run_fail, .memory_bytes = 256 << 20, .seconds = 10},
    {.id = "crash", .name = "the crasher", .run = run_crash, .memory_bytes = 256 << 20, .seconds = 10},
    {.id = "forever", .name = "the slow one", .run = run_forever, .memory_bytes = 256 << 20, .seconds = 1},
    {.id = "hungry", .name = "the hungry one", .run = run_hungry, .memory_bytes = 64 << 20, .seconds = 10},
    {.id = "escape", .name = "escape", .run = run_escape, .memory_bytes = 256 << 20, .seconds = 10},
    {.id = "deaf", .name = "deaf", .run = run_deaf, .memory_bytes = 256 << 20, .seconds = 10},
    {.id = "badly-told", .name = "the mumbler", .run = run_badly_told, .memory_bytes = 256 << 20, .seconds = 10},
};
enum { ECHO, FAIL, CRASH, FOREVER, HUNGRY, ESCAPE, DEAF, BADLY_TOLD };
static const bd_child_task *const tasks[] = {&kinds[ECHO],   &kinds[FAIL],   &kinds[CRASH], &kinds[FOREVER],
                                             &kinds[HUNGRY], &kinds[ESCAPE], &kinds[DEAF],  &kinds[BADLY_TOLD]};

typedef struct {
    bd_zygote *zygote;
    bd_buf out;
    bd_err err;
} bench;

static bench open_bench(void) {
    bench made;
    CHECK_OK(bd_zygote_open(tasks, BD_COUNT(tasks), &made.zygote, &made.err), made.err);
    bd_buf_init(&made.out, (size_t)64 << 20);
    return made;
}

static void close_bench(bench *b) {
    bd_buf_clear(&b->out);
    bd_zygote_close(b->zygote);
}

static bd_rc run(bench *b, size_t task, const char *argument, bd_str in) {
    bd_memory_source state;
    bd_source source = bd_source_of_memory(&state, in);
    bd_sink sink = bd_sink_to_buf(&b->out);
    b->out.size = 0;
    return bd_zygote_run(b->zygote, tasks[task]->id, bd_str_of(argument), &source, &sink, &b->err);
}

/* ---- claims ---- */

TEST(util, a_child_reads_its_input_and_answers_in_any_amount) {
    bench b = open_bench();
    size_t size = (size_t)5 << 20;
    char *bytes = bd_new(test_arena(), char, size);
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)(i * 7 + i / 1000);
    }
    static const size_t sizes[] = {0, 1, 65535, 65536, 65537, (size_t)5 << 20};
    for (size_t i = 0; i < BD_COUNT(sizes); i++) {
        CHECK_OK(run(&b, ECHO, "head ", (bd_str){bytes, sizes[i]}), b.err);
        CHECK_EQ_INT(b.out.size, sizes[i] + 5);
        CHECK(memcmp(b.out.data + 5, bytes, sizes[i]) == 0);
    }
    close_bench(&b);
}

TEST(util, a_childs_failure_comes_back_as_it_raised_it) {
    bench b = open_bench();
    CHECK_FAILS(run(&b, FAIL, "egg", BD_STR("x")), b.err, BD_ERR_LIMIT, "the 'egg' is too large");
    CHECK_EQ_STR(bd_buf_str(&b.out), "part");
    CHECK_FAILS(run(&b, BADLY_TOLD, "line", BD_STR("")), b.err, BD_ERR_INPUT,
                "the mumbler broke down");
    CHECK_FAILS(run(&b, BADLY_TOLD, "utf8", BD_STR("")), b.err, BD_ERR_INPUT,
                "the mumbler broke down");
    CHECK_FAILS(run(&b, BADLY_TOLD, "class", BD_STR("")), b.err, BD_ERR_INPUT,
                "the mumbler broke down");
    close_bench(&b);
}

TEST(util, a_child_that_dies_fails_that_run_alone) {
    bench b = open_bench();
    CHECK_FAILS(run(&b, CRASH, "", BD_STR("x")), b.err, BD_ERR_INPUT,
                "the crasher broke down over this file");
    CHECK_FAILS(run(&b, CRASH, "leave", BD_STR("x")), b.err, BD_ERR_INPUT, "(status 9)");
    CHECK_OK(run(&b, ECHO, "", BD_STR("still here")), b.err);
    CHECK_EQ_STR(bd_buf_str(&b.out), "still here");
    close_bench(&b);
}

TEST(util, a_child_that_takes_too_long_or_too_much_is_stopped) {
    bench b = open_bench();
    CHECK_FAILS(run(&b, FOREVER, "", BD_STR("")), b.err, BD_ERR_LIMIT,
                "the slow one took more than 1 seconds");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    CHECK_FAILS(run(&b, HUNGRY, "", BD_STR("")), b.err, BD_ERR_LIMIT,
                "the hungry one needed more than 64 MiB of memory");
#endif
    close_bench(&b);
}

TEST(util, a_child_can_open_connect_start_and_signal_nothing) {
    bench b = open_bench();
    CHECK_OK(run(&b, ESCAPE, "", BD_STR("")), b.err);
    CHECK_EQ_STR(bd_buf_str(&b.out), "");
    close_bench(&b);
}

TEST(util, a_child_may_end_before_it_has_read_everything) {
    bench b = open_bench();
    size_t size = (size_t)8 << 20;
    bd_str much = {bd_new(test_arena(), char, size), size};
    for (int i = 0; i < 20; i++) {
        CHECK_OK(run(&b, DEAF, "", much), b.err);
        CHECK_EQ_STR(bd_buf_str(&b.out), "enough");
    }
    close_bench(&b);
}

static bd_rc fail_read(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    (void)source;
    (void)bytes;
    (void)room;
    (void)count;
    BD_RAISE(err, BD_ERR_IO, "the disk is gone");
}

static bd_rc fail_write(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)sink;
    (void)bytes;
    (void)count;
    BD_RAISE(err, BD_ERR_INPUT, "no more, please");
}

TEST(util, failures_of_the_callers_own_source_and_sink_are_passed_on) {
    bench b = open_bench();
    bd_source source = {.read = fail_read};
    bd_sink sink = bd_sink_to_buf(&b.out);
    CHECK_FAILS(bd_zygote_run(b.zygote, "echo", BD_STR(""), &source, &sink, &b.err), b.err, BD_ERR_IO,
                "the disk is gone");
    bd_memory_source state;
    bd_source text = bd_source_of_memory(&state, BD_STR("text"));
    bd_sink refusing = {.write = fail_write};
    CHECK_FAILS(bd_zygote_run(b.zygote, "echo", BD_STR(""), &text, &refusing, &b.err), b.err,
                BD_ERR_INPUT, "no more, please");
    close_bench(&b);
}

/* What a thread finds is judged by the one that started it. */
typedef struct {
    bd_zygote *zygote;
    bool is_right[60];
} many_runs;

static void run_one(void *context, size_t index, unsigned worker) {
    many_runs *all = context;
    (void)worker;
    bd_buf out;
    bd_err err;
    bd_memory_source state;
    char text[32];
    (void)snprintf(text, sizeof text, "job %zu", index);
    bd_source source = bd_source_of_memory(&state, bd_str_of(text));
    bd_buf_init(&out, 100);
    bd_sink sink = bd_sink_to_buf(&out);
    all->is_right[index] = !bd_failed(bd_zygote_run(all->zygote, "echo", BD_STR(""), &source, &sink, &err)) &&
                           bd_str_eqz(bd_buf_str(&out), text);
    bd_buf_clear(&out);
}

TEST(util, children_of_several_threads_keep_to_their_own) {
    bench b = open_bench();
    many_runs all = {.zygote = b.zygote};
    bd_pool_run(4, BD_COUNT(all.is_right), run_one, &all);
    close_bench(&b);
    for (size_t i = 0; i < BD_COUNT(all.is_right); i++) {
        CHECK(all.is_right[i]);
    }
}

/* Which of the things that a confined process must not do it could do; runs in a process of its own. */
static unsigned try_confined(bool may_spill) {
    const char *path = test_path("confined.txt");
    test_write_file(path, BD_STR("x"));
    int fd = open(path, O_RDONLY);
    if (!bd_confine(may_spill)) {
        return 77;
    }
    const bool could[] = {
        open(path, O_WRONLY) >= 0 && !may_spill,
        open(test_path("new.txt"), O_WRONLY | O_CREAT, 0600) >= 0 && !may_spill,
        unlink(path) == 0 && !may_spill,
        socket(AF_INET, SOCK_STREAM, 0) >= 0,
        socket(AF_UNIX, SOCK_STREAM, 0) >= 0,
        rename(path, test_path("other.txt")) == 0,
        mkdir(test_path("folder"), 0700) == 0,
        execl("/bin/true", "true", (char *)NULL) == 0, /* would end 0, which is no answer either */
        chmod(path, 0777) == 0,
        truncate(path, 0) == 0,
        open(path, O_RDONLY) < 0 && !may_spill, /* what it must still be able to do */
        lseek(fd, 0, SEEK_SET) != 0,
    };
    bd_err err;
    int spilled = -1;
    bool is_spilled = may_spill && !bd_failed(bd_temp_open(&spilled, &err)) && write(spilled, "x", 1) == 1;
    unsigned which = may_spill == is_spilled ? 0 : 99;
    for (size_t i = 0; i < BD_COUNT(could); i++) {
        which = could[i] && which == 0 ? (unsigned)i + 1 : which;
    }
    return which == 0 ? 100 : which;
}

TEST(util, a_confined_process_reads_and_does_nothing_else) {
    CHECK(bd_can_confine());
    for (int may_spill = 0; may_spill < 2; may_spill++) {
        pid_t pid = fork();
        if (pid == 0) {
            _exit((int)try_confined(may_spill == 1));
        }
        int status = 0;
        CHECK(waitpid(pid, &status, 0) == pid);
        test_failure("spilling %d", may_spill);
        CHECK(WIFEXITED(status));
        CHECK_EQ_INT(WEXITSTATUS(status), 100);
    }
    FILE *file = fopen(test_path("after.txt"), "w"); /* trying it confined nobody here */
    CHECK(file != NULL);
    fclose(file);
}

static void add_one(void *context, size_t index, unsigned worker) {
    (void)index;
    (void)worker;
    __atomic_add_fetch((unsigned *)context, 1, __ATOMIC_SEQ_CST);
}

TEST(util, children_and_threads_go_on_in_a_confined_process) {
    bench b = open_bench();
    pid_t pid = fork();
    if (pid == 0) {
        bool is_confined = bd_confine(false);
        unsigned count = 0;
        bd_rc rc = run(&b, ECHO, "", BD_STR("hello"));
        bool is_told = !bd_failed(rc) && bd_str_eq(bd_buf_str(&b.out), BD_STR("hello"));
        bd_pool_run(4, 8, add_one, &count);
        _exit(is_confined && is_told && count == 8 ? 100 : 1);
    }
    int status = 0;
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status));
    CHECK_EQ_INT(WEXITSTATUS(status), 100);
    close_bench(&b);
}
