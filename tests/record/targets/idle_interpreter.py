"""The newest interpreter of the process runs no code: idle_interpreter.py SECONDS."""
import sys
import time


def sleeping(seconds):
    time.sleep(seconds)


module = __import__("_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters")
# With no isolation, so that nothing has to be said about the interpreter and its GIL.
idle = [module.create("legacy") if sys.version_info >= (3, 13) else module.create() for _ in range(3)]
print("ready", flush=True)
sleeping(float(sys.argv[1]))
