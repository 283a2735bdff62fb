"""A process in namespaces of its own, with another root and other process numbers, as containers have: found by its files there, threads by ours."""
import json
import os
import subprocess
import sys

from _recorder import TARGETS, begin, expect, supported_pythons

# The Python's folder is /inside there, a path that is nowhere else.
SCRIPT = """
set -e
mount --make-rprivate /
mount -t tmpfs none "$1"
mkdir "$1/inside" "$1/targets" "$1/old" "$1/proc"
for name in usr bin lib lib64 etc dev tmp; do
    if [ -d "/$name" ]; then mkdir "$1/$name"; mount --rbind "/$name" "$1/$name"; fi
done
mount --rbind "$2" "$1/inside"
mount --bind "$3" "$1/targets"
mount -t proc none "$1/proc"
cd "$1"
pivot_root . old
cd /
umount -l /old
exec env LD_LIBRARY_PATH=/inside/lib "/inside/bin/$4" /targets/threads.py 30
"""


def descendants(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid)) as children:
        return [int(word) for word in children.read().split()]


def in_container(recorder, python):
    prefix = os.path.dirname(os.path.dirname(os.path.realpath(python.path)))
    root = recorder.path("")
    os.mkdir(root)
    command = ["unshare", "-mpf", "sh", "-c", SCRIPT, "sh", root, prefix, TARGETS, os.path.basename(os.path.realpath(python.path))]
    outer = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    inner = []
    try:
        expect(outer.stdout.readline() == "ready\n", "the program did not start")
        inner = descendants(outer.pid)
        pid = inner[0]
        expect(os.readlink("/proc/%d/exe" % pid).startswith("/inside/"), "it runs %s", os.readlink("/proc/%d/exe" % pid))
        done = subprocess.run(recorder.profrec("--dump", "--json", "--pid", pid), capture_output=True, text=True, timeout=30)
        expect(done.returncode == 0, "exit status %d: %s", done.returncode, done.stderr)
        found = json.loads(done.stdout)
        tasks = {int(name) for name in os.listdir("/proc/%d/task" % pid)}
        expect({t["os_thread_id"] for t in found} == tasks, "threads %s, in truth %s", sorted(t["os_thread_id"] or 0 for t in found)[:3], sorted(tasks)[:3])
        expect({t["thread_name"] for t in found} >= {"MainThread", "worker-0", "worker-199"}, "names are missing")
        recording = recorder.attach(pid, 0.5, ["--rate", 50]).recording
        expect({s.tid for s in recording.samples} <= tasks and len(recording.samples) >= 201, "%d samples", len(recording.samples))
        expect(any(f.name == "nap_7" for s in recording.samples for f in s.frames), "nap_7 was never seen")
    finally:
        for pid in inner:
            os.kill(pid, 9)
        outer.kill()
        outer.communicate()
    return "%d threads" % len(tasks)


def main():
    recorder, report = begin()
    probe = subprocess.run(["unshare", "-mpf", "sh", "-c", "mount -t tmpfs none /mnt && command -v pivot_root"], capture_output=True)
    if probe.returncode != 0:
        print("skipped: no mount and PID namespaces here (root only)")
        sys.exit(77)
    pythons = [python for python in supported_pythons() if not python.wrapped and python.path.split("/")[1] not in ("usr", "bin")]
    for python in pythons[:1] + pythons[-1:]:
        report.check("in a container, Python " + python.name, in_container, recorder, python)
    report.end()


if __name__ == "__main__":
    main()
