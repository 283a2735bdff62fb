"""Threads that name themselves some time after they began, the main one too."""
import sys
import threading
import time

seconds = float(sys.argv[1])


def worker(number):
    nap_before()
    threading.current_thread().name = "late-%d" % number
    nap_after()


def nap_before():
    time.sleep(seconds / 4)


def nap_after():
    time.sleep(seconds)


threads = [threading.Thread(target=worker, args=(number,)) for number in range(5)]
for thread in threads:
    thread.start()
nap_before()
threading.main_thread().name = "the main one"
nap_after()
for thread in threads:
    thread.join()
