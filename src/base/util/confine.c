/* A process that judges one file from somebody else gives up what judging does not need: it can write no file, reach no
 * network and start no program, whatever a hostile byte may have made of it.  Children (child.c) may do still less. */
#include "bindery/util.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "util_priv.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#define REFUSED (SECCOMP_RET_ERRNO | (EPERM & SECCOMP_RET_DATA))
#define REFUSE(number)                                                                             \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1), BPF_STMT(BPF_RET | BPF_K, REFUSED)
#define TO_WRITE (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)
/* A call that opens a file; its flags are the argument of that number.  Loads another word, so it ends the list. */
#define REFUSE_WRITING(number, argument)                                                           \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 4),                                           \
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[argument])),         \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TO_WRITE, 0, 1), BPF_STMT(BPF_RET | BPF_K, REFUSED),  \
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#ifdef ARCHITECTURE
/* Files of an own name are all that spilling needs of this. */
static struct sock_filter files[] = {
#ifdef SYS_open
    REFUSE(SYS_unlink), REFUSE(SYS_creat), REFUSE_WRITING(SYS_open, 1),
#endif
    REFUSE(SYS_unlinkat), REFUSE_WRITING(SYS_openat, 2),
};

static struct sock_filter others[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#if defined(__x86_64__)
    BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1), /* calls of x32: the same ones by other numbers */
    BPF_STMT(BPF_RET | BPF_K, REFUSED),
    REFUSE(SYS_fork), REFUSE(SYS_vfork), REFUSE(SYS_rename), REFUSE(SYS_link), REFUSE(SYS_symlink),
    REFUSE(SYS_mkdir), REFUSE(SYS_rmdir), REFUSE(SYS_mknod), REFUSE(SYS_chmod), REFUSE(SYS_chown),
    REFUSE(SYS_lchown), REFUSE(SYS_utime), REFUSE(SYS_utimes),
#endif
    REFUSE(SYS_socket), REFUSE(SYS_connect), REFUSE(SYS_bind), REFUSE(SYS_listen),
    REFUSE(SYS_accept), REFUSE(SYS_accept4), REFUSE(SYS_io_uring_setup),
    REFUSE(SYS_execve), REFUSE(SYS_execveat),
    REFUSE(SYS_process_vm_readv), REFUSE(SYS_process_vm_writev),
    REFUSE(SYS_openat2), REFUSE(SYS_open_by_handle_at), REFUSE(SYS_renameat2), REFUSE(SYS_linkat),
#ifdef SYS_renameat
    REFUSE(SYS_renameat),
#endif
    REFUSE(SYS_symlinkat), REFUSE(SYS_mkdirat), REFUSE(SYS_mknodat), REFUSE(SYS_fchmodat),
    REFUSE(SYS_fchownat), REFUSE(SYS_fchmod), REFUSE(SYS_fchown), REFUSE(SYS_truncate),
    REFUSE(SYS_utimensat), REFUSE(SYS_setxattr), REFUSE(SYS_lsetxattr), REFUSE(SYS_fsetxattr),
    REFUSE(SYS_mount), REFUSE(SYS_umount2), REFUSE(SYS_chroot), REFUSE(SYS_pivot_root),
    REFUSE(SYS_unshare), REFUSE(SYS_setns), REFUSE(SYS_bpf), REFUSE(SYS_perf_event_open),
    REFUSE(SYS_keyctl), REFUSE(SYS_add_key), REFUSE(SYS_request_key), REFUSE(SYS_userfaultfd),
    REFUSE(SYS_init_module), REFUSE(SYS_finit_module), REFUSE(SYS_kexec_load),
};

enum { FILES = sizeof files / sizeof files[0], OTHERS = sizeof others / sizeof others[0] };
#endif

bool bd_confine(bool may_spill) {
    if (!may_spill) {
        block_keep_file();
    }
#ifdef ARCHITECTURE
    static struct sock_filter all[OTHERS + FILES + 1];
    size_t count = OTHERS;
    memcpy(all, others, sizeof others);
    if (!may_spill) {
        memcpy(all + count, files, sizeof files);
        count += FILES;
    }
    all[count++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {(unsigned short)count, all};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
#else
    (void)may_spill;
    return false;
#endif
}

#define TRIED_BYTES ((size_t)1 << 30)

enum { CAME_BACK = 0, WAS_EXHAUSTED = 5 };

BD_NORETURN static void leave_exhausted(const char *name, size_t limit_bytes) {
    (void)name;
    (void)limit_bytes;
    _exit(WAS_EXHAUSTED);
}

BD_NORETURN static void run_confined(unsigned seconds, bd_confined_fn *run, void *context) {
    const struct rlimit time = {seconds, seconds}, core = {0, 0};
    bd_err err;
    (void)setrlimit(RLIMIT_CPU, &time);
    (void)setrlimit(RLIMIT_CORE, &core);
    bd_set_exhausted(leave_exhausted);
    bd_memory_limit(TRIED_BYTES);
    (void)bd_confine(false);
    (void)bd_failed(run(context, &err));
    _exit(CAME_BACK);
}

bd_rc bd_confined_try(const char *what, unsigned seconds, bd_confined_fn *run, void *context,
                      bd_err *err) {
    int status = 0;
    pid_t pid = fork();
    if (pid < 0) {
        BD_RAISE(err, BD_ERR_IO, "cannot start a process for %s: %s", what, strerror(errno));
    }
    if (pid == 0) {
        run_confined(seconds, run, context);
    }
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == CAME_BACK) {
        return BD_OK;
    }
    if (WIFSIGNALED(status) && (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL)) {
        BD_RAISE(err, BD_ERR_LIMIT, "%s took more than %u s over this file and was stopped", what, seconds);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == WAS_EXHAUSTED) {
        BD_RAISE(err, BD_ERR_LIMIT, "%s needed more than %zu MiB of memory and was stopped", what,
                 TRIED_BYTES >> 20);
    }
    BD_RAISE(err, BD_ERR_INPUT, "%s broke down over this file (%s %d); nothing was made of it", what,
             WIFSIGNALED(status) ? "signal" : "exit code",
             WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* Tried, not asked: a kernel may know the call and a container refuse it. */
bool bd_can_confine(void) {
    pid_t pid = fork();
    if (pid == 0) {
        bool holds = bd_confine(false) && socket(AF_UNIX, SOCK_STREAM, 0) < 0 && errno == EPERM;
        _exit(holds ? 0 : 1);
    }
    int status = 1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
