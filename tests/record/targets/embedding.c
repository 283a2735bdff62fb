/* A program with a Python in it, as servers and editors have: embedding MODE SECONDS, or a library without "python" in its name that has one.
 *
 * MODE "busy" computes in Python; "idle" runs some code, waits in C without a Python frame, and computes after that. */
#include <Python.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char work[] = "import time\n"
                           "def inner(end):\n"
                           "    while time.time() < end: pass\n"
                           "def outer(seconds):\n"
                           "    inner(time.time() + seconds)\n";

int embedded_main(int argc, char **argv);
int embedded_main(int argc, char **argv)
{
    char call[64];
    const char *seconds = argc > 2 ? argv[2] : "1";
    Py_Initialize();
    PyRun_SimpleString(work);
    printf("ready\n");
    (void)fflush(stdout);
    if (argc > 1 && strcmp(argv[1], "idle") == 0) {
        PyThreadState *state = PyEval_SaveThread();
        sleep(2);
        PyEval_RestoreThread(state);
    }
    snprintf(call, sizeof call, "outer(%.20s)\n", seconds);
    PyRun_SimpleString(call);
    Py_Finalize();
    return 0;
}

#ifndef AS_LIBRARY
int main(int argc, char **argv)
{
    return embedded_main(argc, argv);
}
#endif
