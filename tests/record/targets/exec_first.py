"""Computes for a while, then becomes another program: exec_first.py SECONDS PYTHON SCRIPT ARGUMENTS."""
import os
import sys
import time


def before_exec(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


before_exec(float(sys.argv[1]))
os.execv(sys.argv[2], sys.argv[2:])
