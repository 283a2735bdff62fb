"""New code objects, files and threads with new names all the time, as a program that makes its own code has: always_new.py SECONDS."""
import sys
import threading
import time

end = time.monotonic() + float(sys.argv[1])
SOURCE = "def made_{0}(stop):\n" + "".join("    if {0} > %d: pass\n" % n for n in range(20)) + "    while clock() < stop: pass\n"


def work(number):
    names = {"clock": time.perf_counter}
    exec(compile(SOURCE.format(number), "/made/file_number_%d.py" % number, "exec"), names)
    names["made_%d" % number](time.perf_counter() + 0.0005)


def several(first):
    for number in range(first, first + 5):
        work(number)


number = 0
while time.monotonic() < end:
    threads = [threading.Thread(target=several, args=(number + 5 * k,), name="new-%d" % (number + k)) for k in range(2)]
    number += 10
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
