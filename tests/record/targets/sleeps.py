"""Threads that wait in C in several ways, and one that computes: who uses the processor is known."""
import os
import select
import socket
import sys
import threading
import time

seconds = float(sys.argv[1])
lock = threading.Lock()
left, right = socket.socketpair()


def in_sleep():
    time.sleep(seconds)


def in_lock():
    lock.acquire(timeout=seconds)


def in_select():
    select.select([left], [], [], seconds)


def in_read():
    right.settimeout(None)
    right.recv(1)


def in_join():
    os.waitpid(os.spawnvp(os.P_NOWAIT, "sleep", ["sleep", str(seconds)]), 0)


def busy():
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


lock.acquire()
threads = [threading.Thread(target=f, name=f.__name__) for f in (in_sleep, in_lock, in_select, in_read, in_join, busy)]
for thread in threads:
    thread.start()
time.sleep(seconds)
left.send(b"x")
for thread in threads:
    thread.join()
