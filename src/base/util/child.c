/* Work in a child process that can do nothing but its work.
 *
 *     this process  --request: task, argument, socket, pipe-->  zygote
 *                                                     fork        keeper  waits and tells how the worker ended (pipe)
 *                                                     fork          worker  in <- socket -> out
 *
 * The zygote keeps nothing and never sees a file's bytes.  The keeper exists because a process that died cannot say of
 * what.  On the socket the worker's answer comes in blocks of a length and so many bytes; length 0 is followed by the
 * result.  An answer without result is no answer, however much came before it. */
#include "bindery/util.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define HAS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_SANITIZER 1
#endif
#endif
#ifndef HAS_SANITIZER
#define HAS_SANITIZER 0
#endif

enum { BLOCK_BYTES = 64 * 1024, STATUS_EXHAUSTED = 5, STATUS_UNPREPARED = 78 };

typedef struct {
    uint32_t task;
    uint32_t size;
    char argument[BD_CHILD_ARGUMENT_BYTES];
} request;

typedef struct {
    uint8_t failed, class;
    char message[sizeof((bd_err *)0)->message];
} result;

struct bd_zygote {
    const bd_child_task *tasks[BD_ZYGOTE_TASKS];
    size_t count;
    int fd;
    pid_t pid;
};

/* ---- in the worker: walls --------------------------------------------------------------------- */

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define ALLOW(number)                                                                              \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1),                                           \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

/* What reading, writing, memory and ending need.  Nothing that opens, connects, starts or signals. */
static void wall_off_calls(void) {
#ifdef ARCHITECTURE
    static struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        ALLOW(SYS_read),
        ALLOW(SYS_write),
        ALLOW(SYS_mmap),
        ALLOW(SYS_munmap),
        ALLOW(SYS_mremap),
        ALLOW(SYS_mprotect),
        ALLOW(SYS_madvise),
        ALLOW(SYS_brk),
        ALLOW(SYS_futex),
        ALLOW(SYS_rt_sigreturn),
        ALLOW(SYS_exit),
        ALLOW(SYS_exit_group),
#if HAS_SANITIZER
        ALLOW(SYS_sigaltstack), /* what a sanitizer does at every end */
        ALLOW(SYS_gettid),
#endif
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA)),
    };
    static const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    /* a kernel without it still has the other walls */
    (void)prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
#endif
}

static void set_limit(int what, rlim_t most) {
    struct rlimit limit = {most, most};
    (void)setrlimit((__rlimit_resource_t)what, &limit);
}

static void wall_off(const bd_child_task *task) {
    if (!HAS_SANITIZER) { /* their shadow takes terabytes of addresses */
        set_limit(RLIMIT_AS, task->memory_bytes);
        set_limit(RLIMIT_FSIZE, 0); /* and their reports go to a file */
    }
    set_limit(RLIMIT_CPU, task->seconds);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_NPROC, 0);
    set_limit(RLIMIT_NOFILE, 0);
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) {
        wall_off_calls();
    }
}

BD_NORETURN static void leave_exhausted(const char *arena_name, size_t limit_bytes) {
    (void)arena_name;
    (void)limit_bytes;
    _exit(STATUS_EXHAUSTED);
}

/* ---- in the worker: work ------------------------------------------------------------------------ */

static bd_rc read_socket(bd_source *source, void *bytes, size_t room, size_t *count, bd_err *err) {
    ssize_t got;
    do {
        got = read(*(int *)source->context, bytes, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot read from the parent: %s", strerror(errno));
    }
    *count = (size_t)got;
    return BD_OK;
}

static void write_or_leave(int fd, const void *bytes, size_t size) {
    for (size_t done = 0; done < size;) {
        ssize_t put = write(fd, (const char *)bytes + done, size - done);
        if (put < 0 && errno != EINTR) {
            _exit(1); /* the parent is gone */
        }
        done += put > 0 ? (size_t)put : 0;
    }
}

static bd_rc write_socket(bd_sink *sink, const void *bytes, size_t count, bd_err *err) {
    (void)err;
    for (size_t done = 0; done < count;) {
        uint32_t size = count - done < BLOCK_BYTES ? (uint32_t)(count - done) : BLOCK_BYTES;
        write_or_leave(*(int *)sink->context, &size, sizeof size);
        write_or_leave(*(int *)sink->context, (const char *)bytes + done, size);
        done += size;
    }
    return BD_OK;
}

BD_NORETURN static void work(const bd_child_task *task, const request *asked, int fd) {
    bd_set_exhausted(leave_exhausted);
    bd_memory_limit(SIZE_MAX); /* its own wall is the task's, so that the same file ends the same way */
    wall_off(task);
    bd_source in = {.read = read_socket, .context = &fd};
    bd_sink out = {.write = write_socket, .context = &fd};
    bd_err err = {.class = BD_ERR_BUG};
    bd_rc rc = task->run((bd_str){asked->argument, asked->size}, &in, &out, &err);
    uint32_t end = 0;
    static result told; /* zeroed */
    told.failed = bd_failed(rc);
    if (bd_failed(rc)) {
        told.class = (uint8_t)err.class;
        memcpy(told.message, err.message, strnlen(err.message, sizeof told.message - 1));
    }
    write_or_leave(fd, &end, sizeof end);
    write_or_leave(fd, &told, sizeof told);
    _exit(0);
}

/* ---- the keeper and the zygote ------------------------------------------------------------------- */

BD_NORETURN static void keep(const bd_child_task *task, const request *asked, int fd,
                             int status_fd) {
    signal(SIGCHLD, SIG_DFL);
    pid_t worker = fork();
    if (worker == 0) {
        close(status_fd);
        work(task, asked, fd);
    }
    close(fd);
    int status = 0;
    if (worker > 0) {
        while (waitpid(worker, &status, 0) < 0 && errno == EINTR) {
        }
        write_or_leave(status_fd, &status, sizeof status);
    }
    _exit(0);
}

/* One request with its two descriptors; false when the other side is gone or the request is none of ours. */
static bool take_request(int fd, request *asked, int fds[2]) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    struct iovec part = {asked, sizeof *asked};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t got;
    do {
        got = recvmsg(fd, &message, 0);
    } while (got < 0 && errno == EINTR);
    const struct cmsghdr *header = got > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header == NULL || header->cmsg_type != SCM_RIGHTS ||
        header->cmsg_len != CMSG_LEN(2 * sizeof(int))) {
        return false;
    }
    memcpy(fds, CMSG_DATA(header), 2 * sizeof(int));
    return (size_t)got >= offsetof(request, argument) && asked->size <= BD_CHILD_ARGUMENT_BYTES;
}

static void silence(int fd, int flags) {
    int nothing = open("/dev/null", flags);
    if (nothing >= 0) {
        dup2(nothing, fd);
        close(nothing);
    }
}

BD_NORETURN static void serve(const bd_child_task *const *tasks, size_t count, int fd) {
    static request asked;
    bool is_prepared[BD_ZYGOTE_TASKS] = {false};
    signal(SIGCHLD, SIG_IGN); /* keepers need no funeral */
    silence(0, O_RDONLY);
    silence(1, O_WRONLY);
    if (!HAS_SANITIZER) { /* whose words are wanted */
        silence(2, O_WRONLY);
    }
    int fds[2];
    while (take_request(fd, &asked, fds)) {
        if (asked.task >= count) {
            break;
        }
        const bd_child_task *task = tasks[asked.task];
        if (!is_prepared[asked.task] && task->prepare != NULL) {
            (void)task->prepare(); /* what is missing the task itself says */
        }
        is_prepared[asked.task] = true;
        if (fork() == 0) {
            close(fd);
            keep(task, &asked, fds[0], fds[1]);
        }
        close(fds[0]);
        close(fds[1]);
    }
    _exit(0);
}

bd_rc bd_zygote_open(const bd_child_task *const *tasks, size_t count, bd_zygote **out, bd_err *err) {
    BD_ASSERT(count <= BD_ZYGOTE_TASKS);
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) != 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot make a socket pair: %s", strerror(errno));
    }
    (void)fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        serve(tasks, count, pair[1]);
    }
    close(pair[1]);
    bd_zygote *zygote = pid > 0 ? bd_heap_zeroed(sizeof *zygote) : NULL;
    if (zygote == NULL) {
        int reason = errno;
        close(pair[0]);
        BD_RAISE(err, BD_ERR_IO, "cannot start a process for untrusted files: %s",
                 strerror(reason));
    }
    *zygote = (bd_zygote){.count = count, .fd = pair[0], .pid = pid};
    memcpy(zygote->tasks, tasks, count * sizeof *tasks);
    *out = zygote;
    return BD_OK;
}

void bd_zygote_close(bd_zygote *zygote) {
    if (zygote == NULL) {
        return;
    }
    close(zygote->fd);
    while (waitpid(zygote->pid, NULL, 0) < 0 && errno == EINTR) {
    }
    bd_heap_free(zygote);
}

void bd_zygote_close_ref(bd_zygote **zygote) {
    bd_zygote_close(*zygote);
    *zygote = NULL;
}

/* ---- here: one run ------------------------------------------------------------------------------- */

typedef enum { AT_SIZE, IN_BLOCK, IN_RESULT, AT_END } answer_place;

typedef struct {
    bd_source *in;
    bd_sink *out;
    int fd, status_fd;
    bd_err *err;

    char to_child[BLOCK_BYTES];
    size_t to_child_at, to_child_size;
    bool is_all_sent;

    answer_place place;
    char head[sizeof(result)]; /* a size or the result, as it comes in */
    size_t head_size;
    uint32_t left; /* of the block */
} conversation;

static bd_rc send_some(conversation *c) {
    if (c->to_child_at == c->to_child_size) {
        BD_TRY(bd_source_read(c->in, c->to_child, BLOCK_BYTES, &c->to_child_size, c->err));
        c->to_child_at = 0;
        if (c->to_child_size == 0) {
            c->is_all_sent = true;
            (void)shutdown(c->fd, SHUT_WR);
            return BD_OK;
        }
    }
    ssize_t put = send(c->fd, c->to_child + c->to_child_at, c->to_child_size - c->to_child_at,
                       MSG_NOSIGNAL | MSG_DONTWAIT);
    if (put >= 0) {
        c->to_child_at += (size_t)put;
    } else if (errno == EPIPE || errno == ECONNRESET) {
        c->is_all_sent = true; /* the child wants no more; its answer says why */
    } else if (errno != EAGAIN && errno != EINTR) {
        BD_RAISE(c->err, BD_ERR_IO, "cannot write to a child process: %s", strerror(errno));
    }
    return BD_OK;
}

/* Fills the head up to `wanted`; true when it is full. */
static bool fill_head(conversation *c, const char **at, const char *end, size_t wanted) {
    size_t left = wanted - c->head_size, there = (size_t)(end - *at);
    size_t taken = left < there ? left : there;
    memcpy(c->head + c->head_size, *at, taken);
    c->head_size += taken;
    *at += taken;
    return c->head_size == wanted;
}

static bd_rc take_bytes(conversation *c, const char *at, const char *end) {
    while (at < end) {
        switch (c->place) {
        case AT_SIZE:
            if (fill_head(c, &at, end, sizeof c->left)) {
                memcpy(&c->left, c->head, sizeof c->left);
                c->head_size = 0;
                c->place = c->left > 0 ? IN_BLOCK : IN_RESULT;
            }
            break;
        case IN_BLOCK: {
            size_t there = (size_t)(end - at);
            size_t taken = c->left < there ? c->left : there;
            BD_TRY(bd_sink_write(c->out, at, taken, c->err));
            at += taken;
            c->left -= (uint32_t)taken;
            c->place = c->left > 0 ? IN_BLOCK : AT_SIZE;
            break;
        }
        case IN_RESULT:
            c->place = fill_head(c, &at, end, sizeof(result)) ? AT_END : IN_RESULT;
            break;
        case AT_END: return BD_OK;
        }
    }
    return BD_OK;
}

static bd_rc converse(conversation *c) {
    char *bytes = bd_heap_alloc(BLOCK_BYTES);
    bd_rc rc = BD_OK;
    bool is_open = bytes != NULL;
    while (is_open && !bd_failed(rc) && c->place != AT_END) {
        struct pollfd wait = {.fd = c->fd,
                              .events = (short)(POLLIN | (c->is_all_sent ? 0 : POLLOUT))};
        if (poll(&wait, 1, -1) < 0) {
            continue; /* a signal */
        }
        if ((wait.revents & POLLOUT) != 0 && !c->is_all_sent) {
            rc = send_some(c);
        }
        if (bd_failed(rc) || (wait.revents & (POLLIN | POLLHUP | POLLERR)) == 0) {
            continue;
        }
        ssize_t got = recv(c->fd, bytes, BLOCK_BYTES, MSG_DONTWAIT);
        if (got > 0) {
            rc = take_bytes(c, bytes, bytes + got);
        } else {
            is_open = got < 0 && (errno == EAGAIN || errno == EINTR);
        }
    }
    bd_heap_free(bytes);
    return rc;
}

static const char *what_it_reads(const bd_child_task *task) {
    return task->what != NULL ? task->what : "this file";
}

static bd_rc say_end(const conversation *c, const bd_child_task *task) {
    int status = 0;
    ssize_t got;
    do {
        got = read(c->status_fd, &status, sizeof status);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof status) {
        BD_RAISE(c->err, BD_ERR_IO, "cannot start a child process for %s", task->name);
    }
    bool is_killed = WIFSIGNALED(status);
    int why = is_killed ? WTERMSIG(status) : WEXITSTATUS(status);
    if (is_killed && (why == SIGXCPU || why == SIGKILL)) {
        BD_RAISE(c->err, BD_ERR_LIMIT, "%s took more than %u seconds and was stopped", task->name,
                 task->seconds);
    }
    if (!is_killed && why == STATUS_EXHAUSTED) {
        BD_RAISE(c->err, BD_ERR_LIMIT, "%s needed more than %zu MiB of memory and was stopped",
                 task->name, task->memory_bytes >> 20);
    }
    BD_RAISE(c->err, BD_ERR_INPUT, "%s broke down over %s (%s %d); none of it was taken",
             task->name, what_it_reads(task), is_killed ? "signal" : "status", why);
}

/* What the child raised.  It may have been taken over: its words must still be one line of text, its class a class. */
static bd_rc pass_result(const conversation *c, const bd_child_task *task) {
    result told;
    memcpy(&told, c->head, sizeof told);
    if (told.failed == 0) {
        return BD_OK;
    }
    told.message[sizeof told.message - 1] = '\0';
    bd_str message = bd_str_of(told.message);
    bool is_line = message.size > 0 && bd_utf8_is_valid(message);
    for (size_t i = 0; i < message.size; i++) {
        is_line = is_line && (unsigned char)message.data[i] >= 0x20;
    }
    bool is_class = told.class == BD_ERR_INPUT || told.class == BD_ERR_LIMIT ||
                    told.class == BD_ERR_UNSUPPORTED;
    if (!is_line || !is_class) {
        BD_RAISE(c->err, BD_ERR_INPUT, "%s broke down over %s (no reason told)", task->name, what_it_reads(task));
    }
    BD_RAISE(c->err, (bd_err_class)told.class, "%s", told.message);
}

static bd_rc send_request(const bd_zygote *zygote, const request *asked, const int fds[2],
                          bd_err *err) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(2 * sizeof(int))];
    } control;
    memset(&control, 0, sizeof control);
    request copy = *asked;
    struct iovec part = {&copy, offsetof(request, argument) + asked->size};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(2 * sizeof(int));
    memcpy(CMSG_DATA(header), fds, 2 * sizeof(int));
    ssize_t put;
    do {
        put = sendmsg(zygote->fd, &message, MSG_NOSIGNAL);
    } while (put < 0 && errno == EINTR);
    if (put < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot reach the process for untrusted files: %s",
                 strerror(errno));
    }
    return BD_OK;
}

static bd_rc run_with(const bd_zygote *zygote, const request *asked, const int theirs[2],
                      conversation *c) {
    bd_rc rc = send_request(zygote, asked, theirs, c->err);
    close(theirs[0]); /* the child has its own */
    close(theirs[1]);
    BD_TRY(rc);
    BD_TRY(converse(c));
    const bd_child_task *task = zygote->tasks[asked->task];
    return c->place == AT_END ? pass_result(c, task) : say_end(c, task);
}

static uint32_t number_of(const bd_zygote *zygote, const char *id) {
    uint32_t number = 0;
    while (number < zygote->count && strcmp(zygote->tasks[number]->id, id) != 0) {
        number++;
    }
    BD_ASSERT(number < zygote->count);
    return number;
}

bd_rc bd_zygote_run(bd_zygote *zygote, const char *id, bd_str argument, bd_source *in, bd_sink *out,
                    bd_err *err) {
    BD_ASSERT(argument.size <= BD_CHILD_ARGUMENT_BYTES);
    int pair[2] = {-1, -1}, ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot make a socket pair: %s", strerror(errno));
    }
    if (pipe(ends) != 0) {
        close(pair[0]);
        close(pair[1]);
        BD_RAISE(err, BD_ERR_IO, "cannot make a pipe: %s", strerror(errno));
    }
    BD_DEFER(bd_arena_close_ref) bd_arena *arena = bd_arena_open("child", (size_t)1 << 20);
    conversation *c = bd_new(arena, conversation, 1);
    request *asked = bd_new(arena, request, 1);
    asked->task = number_of(zygote, id);
    asked->size = (uint32_t)argument.size;
    if (argument.size > 0) {
        memcpy(asked->argument, argument.data, argument.size);
    }
    c->in = in;
    c->out = out;
    c->fd = pair[0];
    c->status_fd = ends[0];
    c->err = err;
    int theirs[2] = {pair[1], ends[1]};
    bd_rc rc = run_with(zygote, asked, theirs, c);
    close(c->fd);
    close(c->status_fd);
    return rc;
}
