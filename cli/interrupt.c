/* A killed program leaves no temporary file. */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli_parts.h"

enum { LONGEST_PATH = 4096 };

/* What the handler removes; empty: nothing. Written only while the signals are blocked. */
static char doomed[LONGEST_PATH];

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP};

enum { DEADLY = sizeof deadly / sizeof *deadly };

static void remove_and_die(int number)
{
    if (doomed[0]) {
        (void)unlink(doomed);
    }
    /* The handler was reset to the default: the parent sees by which signal we ended. */
    (void)raise(number);
}

static void catch_deadly(void)
{
    struct sigaction action = {.sa_handler = remove_and_die, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < DEADLY; i++) {
        struct sigaction before;
        /* What the parent ignores (nohup) stays ignored, and what a program handles itself stays handled. */
        if (sigaction(deadly[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
            sigaction(deadly[i], &action, NULL);
        }
    }
}

void cli_remove_on_signal(const char *path)
{
    sigset_t block, before;
    sigemptyset(&block);
    for (size_t i = 0; i < DEADLY; i++) {
        sigaddset(&block, deadly[i]);
    }
    sigprocmask(SIG_BLOCK, &block, &before);
    int len = path ? snprintf(doomed, sizeof doomed, "%s", path) : 0;
    if (len <= 0 || len >= LONGEST_PATH) {
        doomed[0] = '\0';
    } else {
        catch_deadly();
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
}
