"""What exec_first.py becomes; exits with 9."""
import sys
import time


def after_exec(seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


after_exec(float(sys.argv[1]))
sys.exit(9)
