"""A Python within another program: linked as a library, linked statically and stripped, or in a plug-in whose name does not say so."""
import json
import os
import shutil
import subprocess

from _recorder import TARGETS, begin, expect, supported_pythons, target_environment, wait_until

PROBE = """
import json, os, sysconfig
get = sysconfig.get_config_var
print(json.dumps({
    "include": sysconfig.get_paths()["include"], "folder": get("LIBDIR"), "library": get("LDLIBRARY"), "shared": bool(get("Py_ENABLE_SHARED")),
    "static": os.path.join(get("LIBPL") or "", get("LIBRARY") or ""), "prefix": get("prefix"),
    "more": ((get("LIBS") or "") + " " + (get("SYSLIBS") or "")).split(),
}))
"""


class Embedding:
    """How to link a Python into a program; `missing` says what is not here."""

    def __init__(self, python, compiler):
        said = subprocess.run([python.path, "-S", "-c", PROBE], capture_output=True, text=True, check=True, env=target_environment()).stdout
        self.about = json.loads(said)
        self.compiler, self.minor = compiler, python.minor
        headers = os.path.exists(os.path.join(self.about["include"], "Python.h"))
        self.missing = None if headers else "its headers are not here"

    def compile(self, recorder, *words):
        program = recorder.path(".so" if "-shared" in words else "")
        # Built for other programs, with warnings of its own.
        command = [self.compiler, "-w", "-I", self.about["include"], "-o", program, *words]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return (program, None) if done.returncode == 0 else (None, (done.stderr.strip().splitlines() or ["no reason given"])[-1])

    def shared(self, recorder):
        folder = self.about["folder"]
        if not self.about["shared"]:
            return None, "it has no shared library"
        return self.compile(recorder, os.path.join(TARGETS, "embedding.c"), "-L", folder, "-Wl,-rpath," + folder, os.path.join(folder, self.about["library"]))

    def static(self, recorder, *words):
        # 3.8 and 3.9 are found by a symbol alone, 3.10 and later by a section too, which is there in stripped programs.
        words = words if "-shared" in words or self.minor < (3, 10) else ["-s", *words]
        if not os.path.isfile(self.about["static"]):
            return None, "it has no static library"
        return self.compile(recorder, *words, os.path.join(TARGETS, "embedding.c"), self.about["static"], *self.about["more"], "-lm")


def start(command, python_home):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**target_environment(), "PYTHONHOME": python_home})
    expect(process.stdout.readline() == "ready\n", "the program did not start")
    return process


def look(recorder, process, *words):
    done = subprocess.run(recorder.profrec(*words, "--pid", process.pid), capture_output=True, text=True, timeout=30)
    expect(done.returncode == 0, "%s: exit status %d: %s", words[0], done.returncode, done.stderr)
    return done.stdout


def frames_of(recorder, process):
    return [frame["name"] for thread in json.loads(look(recorder, process, "--dump", "--json")) for frame in thread["frames"]]


def while_busy(recorder, command, home, python):
    busy = start([*command, "busy", "30"], home)
    try:
        said = look(recorder, busy, "--check")
        expect("CPython %d.%d" % python.minor in said, "the version is not said: %s", said)
        # "ready" is said before the first call.
        expect(wait_until(lambda: frames_of(recorder, busy)[-2:] == ["outer", "<module>"], 10), "the stack is %s", frames_of(recorder, busy))
        recording = recorder.attach(busy.pid, 0.4).recording
        expect(any(f.name == "inner" for s in recording.samples for f in s.frames), "inner was never seen")
    finally:
        busy.kill()
        busy.communicate()


def while_idle(recorder, command, home):
    """None of its Python code runs when it is looked at; what runs later is seen."""
    idle = start([*command, "idle", "0.8"], home)
    try:
        expect("it can be recorded" in look(recorder, idle, "--check"), "while no code runs it cannot be recorded")
        result = recorder.attach(idle.pid, 30)
        expect(result.status == 0, "exit status %d: %s", result.status, result.stderr)
        expect(any(f.name == "inner" for s in result.recording.samples for f in s.frames), "what ran later was never seen")
    finally:
        idle.kill()
        idle.communicate()


def recorded(recorder, command, python, name):
    home = os.path.dirname(os.path.dirname(os.path.abspath(python.path)))
    while_busy(recorder, command, home, python)
    if (name == "shared" and python.minor >= (3, 11)) or os.environ.get("PROFPIPE_RECORD_FULL"):
        while_idle(recorder, command, home)


def main():
    recorder, report = begin()
    compiler = next((found for found in map(shutil.which, (os.environ.get("CC") or "cc", "gcc", "clang")) if found), None)
    if not compiler:
        print("skipped: no C compiler here")
        raise SystemExit(77)
    pythons = [python for python in supported_pythons() if not python.wrapped]
    if not os.environ.get("PROFPIPE_RECORD_FULL"):
        pythons = pythons[:1] + pythons[-1:]
    host, why = None, None
    for python in pythons:
        embedding = Embedding(python, compiler)
        for name in ("shared", "static", "plug-in"):
            title = "embedded, %s, Python %s" % (name, python.name)
            if name == "shared":
                program, why = embedding.shared(recorder)
            else:
                program, why = embedding.static(recorder, *(["-shared", "-fPIC", "-s", "-DAS_LIBRARY"] if name == "plug-in" else []))
            if name == "plug-in" and program:
                host, why = host or embedding.compile(recorder, os.path.join(TARGETS, "embedding_host.c"), "-ldl")[0], "no host"
            if embedding.missing or not program or (name == "plug-in" and not host):
                report.skip(title, embedding.missing or why)
            else:
                report.check(title, recorded, recorder, [host, program] if name == "plug-in" else [program], python, name)
    report.end()


if __name__ == "__main__":
    main()
