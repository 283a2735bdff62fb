/* timed COMMAND [ARGUMENT]...: runs it and writes "CPU-SECONDS WALL-SECONDS PEAK-BYTES STATUS" on descriptor 3. Small on purpose: the kernel counts the memory of the parent's
 * image at the fork into the child's peak, and measured from Python even true(1) needs 17 MB. */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return 2;
    }
    double begin = now();
    pid_t child = fork();
    if (child == 0) {
        close(3);
        execvp(argv[1], argv + 1);
        _exit(127);
    }
    int status = 0;
    struct rusage used = {0};
    if (child < 0 || wait4(child, &status, 0, &used) < 0) {
        return 2;
    }
    double end = now();
    dprintf(3, "%.6f %.6f %ld %d\n", seconds(used.ru_utime) + seconds(used.ru_stime), end - begin, used.ru_maxrss * 1024,
            WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status));
    return 0;
}
