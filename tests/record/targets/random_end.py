"""Runs for a while, in one thread or several, then ends or becomes something else: random_end.py SECONDS WAY THREADS."""
import os
import signal
import sys
import threading
import time
import warnings

# Of a fork in a process with threads, which is meant.
warnings.simplefilter("ignore")
seconds, way, count = float(sys.argv[1]), sys.argv[2], int(sys.argv[3])


def even(n):
    return odd(n - 1) if n else 0


def odd(n):
    return even(n - 1) if n else 0


def work(end):
    while time.monotonic() < end:
        even(20)


def in_child():
    work(time.monotonic() + 0.03)


end = time.monotonic() + seconds
threads = [threading.Thread(target=work, args=(end + (0.05 if way == "exit_with_threads" else 0),), daemon=way != "exit_with_threads") for _ in range(count)]
for thread in threads:
    thread.start()
work(end)
if way == "exit":
    os._exit(3)
elif way == "exec_python":
    os.execv(sys.executable, [sys.executable, "-S", "-c", "import time; time.sleep(0.05); raise SystemExit(4)"])
elif way == "exec_other":
    os.execvp("sleep", ["sleep", "0.05"])
elif way == "fork":
    if os.fork() == 0:
        in_child()
        os._exit(0)
    os._exit(5)
elif way == "fork_and_stay":
    if os.fork() == 0:
        in_child()
        os._exit(0)
    os.wait()
    sys.exit(6)
elif way == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
elif way == "abort":
    os.abort()
# "finish" and "exit_with_threads": the interpreter is taken down in order, with threads that still run.
