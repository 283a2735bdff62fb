"""Two hundred threads, each in a function and a sleep of its own, and one that computes."""
import sys
import threading
import time

COUNT = 200
stop = threading.Event()
source = "def nap_{0}(stop):\n    while not stop.wait(0.05):\n        pass\n"
names = {}


def compute():
    n = 0
    while not stop.is_set():
        n += 1


threads = []
for i in range(COUNT):
    exec(compile(source.format(i), "naps.py", "exec"), names)
    threads.append(threading.Thread(target=names["nap_%d" % i], args=(stop,), name="worker-%d" % i))
threads.append(threading.Thread(target=compute, name="computer"))
for thread in threads:
    thread.start()
print("ready", flush=True)
time.sleep(float(sys.argv[1]))
stop.set()
for thread in threads:
    thread.join()
