"""Sleeps; runs under every Python since 2.7."""
import sys
import time


def sleeping(seconds):
    time.sleep(seconds)


sys.stdout.write("ready\n")
sys.stdout.flush()
sleeping(float(sys.argv[1]))
sys.exit(int(sys.argv[2]) if len(sys.argv) > 2 else 0)
