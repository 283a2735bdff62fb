/* A program that is killed while it writes leaves no temporary file, and still dies of the signal. */
#include "cli/cli.h"

#include <check.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

static int files_in(const char *path)
{
    int count = 0;
    DIR *folder = opendir(path);
    ck_assert(folder != NULL);
    for (struct dirent *entry; (entry = readdir(folder));) {
        count += entry->d_name[0] != '.';
    }
    closedir(folder);
    return count;
}

/* Opens an output in `folder` and dies of the signal before it is closed. */
static void write_and_die(const char *folder, int number)
{
    static const struct cli_tool tool = {.name = "killed"};
    char path[256];
    signal(number, SIG_DFL); /* Check has handlers of its own */
    snprintf(path, sizeof path, "%s/out", folder);
    struct cli_common common = {.tool = &tool, .output = path};
    struct pp_sink *out = cli_open_output(&common, false);
    if (!out || files_in(folder) != 1) {
        _exit(3);
    }
    pp_sink_text(out, "half");
    raise(number);
    _exit(4);
}

START_TEST(temporary_is_removed)
{
    char folder[] = "/tmp/pp-interrupt-XXXXXX";
    ck_assert(mkdtemp(folder) != NULL);
    pid_t child = fork();
    if (child == 0) {
        write_and_die(folder, numbers[_i]);
    }
    int status = 0;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == numbers[_i], "status %x of signal %d", (unsigned)status,
                  numbers[_i]);
    ck_assert_int_eq(files_in(folder), 0);
    rmdir(folder);
}
END_TEST

Suite *suite_cli_interrupt(void);
Suite *suite_cli_interrupt(void)
{
    Suite *suite = suite_create("cli_interrupt");
    TCase *tc = tcase_create("signals");
    tcase_add_loop_test(tc, temporary_is_removed, 0, (int)(sizeof numbers / sizeof *numbers));
    suite_add_tcase(suite, tc);
    return suite;
}
