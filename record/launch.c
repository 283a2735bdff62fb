#define _GNU_SOURCE /* pipe2 */
#include "record/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: becomes the program, or tells through the pipe why not. */
static void become(char *const *argv, const sigset_t *mask, int tell)
{
    (void)sigprocmask(SIG_SETMASK, mask, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)execvp(argv[0], argv);
    int problem = errno;
    ssize_t ignored = write(tell, &problem, sizeof problem);
    (void)ignored;
    /* Not exit(): what the parent has buffered is not ours to write. */
    (void)raise(SIGKILL);
}

pid_t launch(char *const *argv, const sigset_t *unblocked, struct pp_error *err)
{
    int ends[2];
    int problem = 0;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        pp_fail_errno(err, errno, "cannot start the program");
        return 0;
    }
    pid_t pid = fork();
    if (pid == 0) {
        become(argv, unblocked, ends[1]);
    }
    (void)close(ends[1]);
    ssize_t got = pid < 0 ? 0 : read(ends[0], &problem, sizeof problem);
    (void)close(ends[0]);
    if (pid < 0) {
        pp_fail_errno(err, errno, "cannot start the program");
        return 0;
    }
    if (got == (ssize_t)sizeof problem) {
        (void)waitpid(pid, NULL, 0);
        pp_fail_errno(err, problem, argv[0]);
        return 0;
    }
    return pid;
}

bool launch_ended(pid_t pid, int *status)
{
    int raw = 0;
    siginfo_t info = {0};
    /* Only looked at: the program's stops under ptrace come the same way, and are the stopper's. */
    if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) != 0 || info.si_pid == 0 ||
        (info.si_code != CLD_EXITED && info.si_code != CLD_KILLED && info.si_code != CLD_DUMPED) ||
        waitpid(pid, &raw, WNOHANG | __WALL) != pid) {
        return false;
    }
    if (WIFEXITED(raw)) {
        *status = WEXITSTATUS(raw);
        return true;
    }
    if (WIFSIGNALED(raw)) {
        *status = LAUNCH_BY_SIGNAL + WTERMSIG(raw);
        return true;
    }
    return false;
}
