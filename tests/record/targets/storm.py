"""Forks and execs as fast as they come; exits with 0 when every child ended as it should."""
import os
import sys
import time

seconds = float(sys.argv[1])
CODE = "import time\ndef in_exec():\n    time.sleep(0.3)\nin_exec()\nraise SystemExit(5)"


def in_child():
    end = time.monotonic() + 0.3
    while time.monotonic() < end:
        pass


def child(kind):
    if kind == 0:
        os._exit(0)
    if kind == 1:
        in_child()
        os._exit(3)
    if kind == 2:
        os.execv(sys.executable, [sys.executable, "-S", "-c", CODE])
    if kind == 3:
        os.execvp("true", ["true"])
    if os.fork() == 0:
        in_child()
        os._exit(0)
    os._exit(4)


expected = {0: 0, 1: 3, 2: 5, 3: 0, 4: 4}
kinds = {}
wrong = 0


def reap(options):
    global wrong
    pid, status = os.waitpid(-1, options)
    if pid:
        if not os.WIFEXITED(status) or os.WEXITSTATUS(status) != expected[kinds[pid]]:
            wrong += 1
            print("child of kind", kinds[pid], "ended with", status)
        del kinds[pid]
    return pid


def storm():
    end = time.monotonic() + seconds
    number = 0
    while time.monotonic() < end:
        pid = os.fork()
        if pid == 0:
            child(number % 5)
        kinds[pid] = number % 5
        number += 1
        while len(kinds) > 10:
            reap(0)
    while kinds:
        reap(0)
    return number


print(storm())
sys.exit(1 if wrong else 0)
