"""Names of each of CPython's string kinds: ASCII, Latin-1, two bytes and four bytes a character, in functions, files and threads."""
import sys
import threading
import time

seconds = float(sys.argv[1])
functions = ["plain", "gr\u00f6\u00dfe", "\u0444\u0443\u043d\u043a\u0446\u0438\u044f", "\U00020bb7\u91ce\u5bb6"]
source = "def {0}(end, clock):\n    while clock() < end: pass\n"
end = time.monotonic() + seconds


def start(name):
    names = {}
    exec(compile(source.format(name), "file_%s.py" % name, "exec"), names)
    thread = threading.Thread(target=names[name], args=(end, time.monotonic), name="thread \u00b7 " + name)
    thread.start()
    return thread


for thread in [start(name) for name in functions]:
    thread.join()
