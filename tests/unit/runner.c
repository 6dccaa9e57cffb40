/* Starts, watches and clears away the processes of tests.  One thread: SIGCHLD is let in only while it waits. */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "runner.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAID_MOST ((size_t)64 << 10) /* of one test: the last of it, where its failure stands */
#define STATUS_NOT_STARTED 126

typedef struct {
    test_outcome outcome;
    char *said; /* of the heap, for as long as the runner lives */
    bool has_ended;
} ending;

/* A place for one running test; pid 0 when it is free. */
typedef struct {
    pid_t pid;
    int output; /* our end of the pipe; -1 once its last writer closed it */
    size_t index;
    time_t deadline; /* 0: none */
    bool is_late;
    size_t said_size, dropped;
    char folder[256];
    char said[SAID_MOST];
} slot;

static slot slots[RUNNER_JOBS_MOST];
static sigset_t usual_mask;
static const int our_signals[] = {SIGCHLD, SIGINT, SIGTERM};
static struct sigaction usual_actions[BD_COUNT(our_signals)];
static volatile sig_atomic_t stop_signal;

static void note_child(int number) {
    (void)number; /* it interrupts the waiting: that is all */
}

static void note_stop(int number) {
    stop_signal = number;
}

/* Held back but while we wait.  Who had them ignored, as nohup and '&' do, keeps that. */
static void take_signals(void) {
    sigset_t held;
    sigemptyset(&held);
    for (size_t i = 0; i < BD_COUNT(our_signals); i++) {
        int number = our_signals[i];
        struct sigaction action = {.sa_handler = number == SIGCHLD ? note_child : note_stop};
        sigaddset(&held, number);
        sigemptyset(&action.sa_mask);
        sigaction(number, NULL, &usual_actions[i]);
        if (number == SIGCHLD || usual_actions[i].sa_handler != SIG_IGN) {
            sigaction(number, &action, NULL);
        }
    }
    sigprocmask(SIG_BLOCK, &held, &usual_mask);
}

static void give_signals_back(void) {
    for (size_t i = 0; i < BD_COUNT(our_signals); i++) {
        sigaction(our_signals[i], &usual_actions[i], NULL);
    }
    sigprocmask(SIG_SETMASK, &usual_mask, NULL);
}

static time_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

/* ---- folders ------------------------------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *at) {
    (void)about;
    (void)kind;
    (void)at;
    (void)remove(path);
    return 0;
}

static void remove_tree(const char *folder) {
    (void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool make_folder(slot *one) {
    const char *temp = getenv("TMPDIR");
    snprintf(one->folder, sizeof one->folder, "%s/bindery-test-XXXXXX", temp != NULL ? temp : "/tmp");
    return mkdtemp(one->folder) != NULL;
}

/* ---- one test ------------------------------------------------------------------------------------ */

/* What the runner holds is none of the test's business: its signals, and the outputs of its neighbours. */
static void begin_child(slot *own, int output, const test_case *test, test_body *body) {
    for (size_t i = 0; i < BD_COUNT(slots); i++) {
        if (slots[i].output >= 0) {
            close(slots[i].output);
        }
    }
    give_signals_back();
    int none = open("/dev/null", O_RDONLY);
    if (none < 0 || dup2(none, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0) {
        _exit(STATUS_NOT_STARTED);
    }
    if (none > 2) {
        close(none);
    }
    if (output > 2) {
        close(output);
    }
    body(test, own->folder);
    _exit(STATUS_NOT_STARTED);
}

static bool start(slot *one, const test_case *test, unsigned seconds, test_body *body) {
    int ends[2];
    one->said_size = one->dropped = 0;
    one->is_late = false;
    one->output = -1;
    if (!make_folder(one)) {
        return false;
    }
    if (pipe(ends) != 0) {
        remove_tree(one->folder);
        return false;
    }
    (void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
    fflush(NULL);
    one->output = ends[0];
    one->pid = fork();
    if (one->pid == 0) {
        (void)setpgid(0, 0);
        begin_child(one, ends[1], test, body);
    }
    close(ends[1]);
    if (one->pid < 0) {
        one->pid = 0;
        close(one->output);
        one->output = -1;
        remove_tree(one->folder);
        return false;
    }
    (void)setpgid(one->pid, one->pid); /* whoever is first */
    one->deadline = seconds == 0 ? 0 : seconds_now() + (time_t)seconds;
    return true;
}

static void keep_words(slot *one, const char *words, size_t size) {
    size_t room = SAID_MOST - one->said_size;
    if (size > room) { /* by halves: what is moved is moved seldom */
        size_t gone = one->said_size < SAID_MOST / 2 ? one->said_size : SAID_MOST / 2;
        memmove(one->said, one->said + gone, one->said_size - gone);
        one->said_size -= gone;
        one->dropped += gone;
    }
    memcpy(one->said + one->said_size, words, size);
    one->said_size += size;
}

/* No more than a pipe holds: one that never stops talking must not keep us from the others, nor from its deadline. */
static void read_output(slot *one) {
    char words[4096];
    ssize_t size = 0;
    int left = 16;
    do {
        size = one->output >= 0 ? read(one->output, words, sizeof words) : 0;
        keep_words(one, words, size > 0 ? (size_t)size : 0);
    } while (--left > 0 && (size > 0 || (size < 0 && errno == EINTR)));
    if (one->output >= 0 && (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))) {
        close(one->output);
        one->output = -1;
    }
}

/* Looked at, not taken: until we take it its number is nobody else's, and names those that it started. */
static bool has_ended(const slot *one) {
    siginfo_t about = {0};
    return waitid(P_PID, (id_t)one->pid, &about, WEXITED | WNOHANG | WNOWAIT) == 0 && about.si_pid == one->pid;
}

/* Allocated on the heap, with what is to be said of it. */
static char *words_of(const slot *one, unsigned seconds, size_t *size) {
    char before[80] = "", after[80] = "";
    if (one->dropped > 0) {
        snprintf(before, sizeof before, "    ... after %zu bytes more\n", one->dropped);
    }
    if (one->is_late) {
        snprintf(after, sizeof after, "    did not end within %u seconds\n", seconds);
    }
    size_t head = strlen(before), tail = strlen(after);
    *size = head + one->said_size + tail;
    char *words = *size > 0 ? malloc(*size) : NULL;
    if (words == NULL) {
        *size = 0;
        return NULL;
    }
    memcpy(words, before, head);
    memcpy(words + head, one->said, one->said_size);
    memcpy(words + head + one->said_size, after, tail);
    return words;
}

static void finish(slot *one, ending *end, unsigned seconds) {
    int status = 0;
    (void)kill(-one->pid, SIGKILL); /* whom it left behind ends with it */
    while (waitpid(one->pid, &status, 0) < 0 && errno == EINTR) {
    }
    read_output(one);
    if (one->output >= 0) {
        close(one->output);
    }
    end->outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    end->outcome.said = end->said = words_of(one, seconds, &end->outcome.said_size);
    end->has_ended = true;
    remove_tree(one->folder);
    one->pid = 0;
    one->output = -1;
}

/* ---- all ----------------------------------------------------------------------------------------- */

static void stop_all(int number) {
    for (size_t i = 0; i < BD_COUNT(slots); i++) {
        if (slots[i].pid > 0) {
            (void)kill(-slots[i].pid, SIGKILL);
            (void)waitpid(slots[i].pid, NULL, 0);
            remove_tree(slots[i].folder);
        }
    }
    give_signals_back();
    (void)raise(number);
    _exit(128 + number);
}

/* Until somebody says something or ends, or a second has passed. */
static void wait_for_any(void) {
    fd_set readable;
    sigset_t while_waiting = usual_mask;
    struct timespec second = {.tv_sec = 1};
    int highest = -1;
    FD_ZERO(&readable);
    for (size_t i = 0; i < BD_COUNT(slots); i++) {
        if (slots[i].pid > 0 && slots[i].output >= 0) {
            FD_SET(slots[i].output, &readable);
            highest = slots[i].output > highest ? slots[i].output : highest;
        }
    }
    sigdelset(&while_waiting, SIGCHLD);
    (void)pselect(highest + 1, &readable, NULL, NULL, &second, &while_waiting);
}

/* Lets those that run go on until fewer than `most` are left. */
static size_t wait_until_fewer(size_t running, size_t most, ending *ends, unsigned seconds) {
    while (running >= most && running > 0) {
        size_t before = running;
        for (size_t i = 0; i < BD_COUNT(slots); i++) {
            slot *one = &slots[i];
            if (one->pid == 0) {
                continue;
            }
            read_output(one);
            if (one->deadline != 0 && !one->is_late && seconds_now() >= one->deadline) {
                one->is_late = true;
                (void)kill(-one->pid, SIGKILL);
            }
            if (has_ended(one)) {
                finish(one, &ends[one->index], seconds);
                running--;
            }
        }
        if (stop_signal != 0) {
            stop_all(stop_signal);
        }
        if (running == before) {
            wait_for_any();
        }
    }
    return running;
}

static slot *free_slot(void) {
    for (size_t i = 0; i < BD_COUNT(slots); i++) {
        if (slots[i].pid == 0) {
            return &slots[i];
        }
    }
    return NULL;
}

void run_side_by_side(const test_case *const *tests, size_t count, size_t jobs, unsigned seconds, test_body *body,
                      test_report *report) {
    static ending *ends; /* static: what the heap holds here is no leak of a test */
    size_t running = 0, reported = 0;
    jobs = jobs < 1 ? 1 : jobs > BD_COUNT(slots) ? BD_COUNT(slots) : jobs;
    ends = calloc(count + 1, sizeof *ends);
    BD_ASSERT(ends != NULL);
    for (size_t i = 0; i < BD_COUNT(slots); i++) {
        slots[i].output = -1;
    }
    take_signals();
    for (int pass = 0; pass < 2; pass++) {
        bool is_alone = pass == 0;
        for (size_t i = 0; i < count; i++) {
            if ((tests[i]->why_alone != NULL) != is_alone) {
                continue;
            }
            running = wait_until_fewer(running, is_alone ? 1 : jobs, ends, seconds);
            slot *one = free_slot();
            one->index = i;
            if (start(one, tests[i], seconds, body)) {
                running++;
            } else {
                ends[i] = (ending){.outcome = {.status = STATUS_NOT_STARTED}, .has_ended = true};
            }
            for (; reported < count && ends[reported].has_ended; reported++) {
                report(tests[reported], &ends[reported].outcome);
            }
        }
        running = wait_until_fewer(running, 1, ends, seconds);
    }
    for (; reported < count; reported++) {
        report(tests[reported], &ends[reported].outcome);
    }
    for (size_t i = 0; i < count; i++) {
        free(ends[i].said);
    }
    free(ends);
    ends = NULL;
    give_signals_back();
}
