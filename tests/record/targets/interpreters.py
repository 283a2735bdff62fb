"""Several interpreters in one process, each running in a thread of its own, and one made, used and destroyed after the other all the time.

interpreters.py SECONDS KIND: KIND "isolated" gives each its own GIL where the version has that, "legacy" lets them share one.
Function outer_K of an interpreter calls inner_K alone; K is the number of the interpreter's thread, or of its round.
"""
import sys
import threading
import time

seconds = float(sys.argv[1])
kind = sys.argv[2]
CODE = """
import time
clock = time.monotonic

def inner_{0}(end):
    stop = min(end, clock() + {2})
    while clock() < stop:
        time.sleep(0.0002)
        for _ in range(3000):
            pass

def outer_{0}(end):
    while clock() < end:
        inner_{0}(end)

outer_{0}(clock() + {1})
"""


def api():
    """(create, run, destroy) of what the version has."""
    if sys.version_info >= (3, 14) and kind == "isolated":
        from concurrent import interpreters

        return interpreters.create, lambda one, code: one.exec(code), lambda one: one.close()
    if sys.version_info >= (3, 13):
        module = __import__("_interpreters")
        return lambda: module.create(kind), module.exec, module.destroy
    module = __import__("_xxsubinterpreters")
    words = {"isolated": kind == "isolated"} if sys.version_info >= (3, 9) else {}
    return lambda: module.create(**words), module.run_string, module.destroy


create, run, destroy = api()


def running(number):
    identity = create()
    run(identity, CODE.format(number, seconds, 0.005))
    destroy(identity)


def churning():
    end = time.monotonic() + seconds
    number = 1000
    while time.monotonic() < end:
        identity = create()
        run(identity, CODE.format(number, 0.02, 0.005))
        destroy(identity)
        number += 1


def waiting_in_main():
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.002)


threads = [threading.Thread(target=running, args=(number,), name="runner-%d" % number) for number in range(3)]
threads.append(threading.Thread(target=churning, name="churner"))
for thread in threads:
    thread.start()
print("ready", flush=True)
waiting_in_main()
for thread in threads:
    thread.join()
