"""The Python interpreters of this machine, for the oracle tests."""
import glob, os, subprocess, sys


def pythons():
    """[(version, path)] of every interpreter found, one per version (major, minor), oldest first."""
    found = {}
    places = glob.glob(os.path.expanduser('~/.pyenv/versions/*/bin/python')) + glob.glob('/usr/bin/python[23]*') + glob.glob('/usr/local/bin/python[23]*') + [sys.executable]
    for path in sorted(places):
        if os.path.basename(path).strip('python.0123456789'):
            continue  # python3-config and the like
        try:
            out = subprocess.run([path, '-c', 'import sys, pstats; print("%d %d" % sys.version_info[:2])'], capture_output=True, text=True, timeout=30).stdout.split()
        except (OSError, subprocess.TimeoutExpired):
            continue
        if len(out) == 2:
            found.setdefault(tuple(map(int, out)), path)
    return sorted(found.items())


def python_of(version):
    """An interpreter of exactly that version, or None."""
    return dict(pythons()).get(version)
