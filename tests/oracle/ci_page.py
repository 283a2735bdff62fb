#!/usr/bin/env python3
"""The examples of docs/ci.md, executed: ci_page.py BIN. The shell of the page is run as it stands, of the workflow every step but the build and the actions, on a machine whose
clock is ours: `python3 -m cProfile` is replaced by a program that writes profiles of known times, so that the verdict does not depend on this machine."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FAKE = r'''#!%s
import marshal, random, sys
if sys.argv[1:3] != ["-m", "cProfile"]:
    sys.exit("unexpected: %%r" %% sys.argv)
out, script = sys.argv[4], sys.argv[5]
factor = float(open(script).read().split("=")[1])
noise = random.Random(out)
rows = {("bench.py", i, "f%%d" %% i): (5, 5, t, t, {}) for i in range(1, 30) for t in [factor ** (i == 7) * noise.uniform(1, 1.04) / i]}
open(out, "wb").write(marshal.dumps(rows))
'''


def blocks(text, language):
    return re.findall(r"^```%s\n(.*?)^```" % language, text, re.M | re.S)


def steps(workflow):
    """(name, shell) of each step with `run: |`."""
    found = re.findall(r"^      - name: (.*)\n((?:        .*\n)*)", workflow, re.M)
    return [(name, re.sub(r"(?m)^          ", "", body.split("run: |\n")[1])) for name, body in found]


def prepare(folder, factor):
    for side, value in (("base", 1), ("head", factor)):
        os.makedirs(os.path.join(folder, side))
        with open(os.path.join(folder, side, "bench.py"), "w") as script:
            script.write("factor=%s" % value)
    shim = os.path.join(folder, "shim")
    os.makedirs(shim)
    with open(os.path.join(shim, "python3"), "w") as fake:
        fake.write(FAKE % sys.executable)
    os.chmod(os.path.join(shim, "python3"), 0o755)
    return shim


def run(command, folder, environment, **more):
    return subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def main():
    bin_folder = os.path.abspath(sys.argv[1])
    with open(os.path.join(ROOT, "docs", "ci.md")) as page:
        text = page.read()
    shell, workflow = blocks(text, "sh")[0], blocks(text, "yaml")[0]
    failures = 0

    def check(good, what, done):
        nonlocal failures
        if not good:
            failures += 1
            print("FAILED: %s\n%s%s" % (what, done.stdout, done.stderr))

    for factor, status in ((1, 0), (4, 1)):
        with tempfile.TemporaryDirectory() as folder:
            environment = dict(os.environ, PATH=os.pathsep.join([prepare(folder, factor), bin_folder, os.environ["PATH"]]))
            done = run(["sh", "-c", shell, "profile-check", "base", "head"], folder, environment)
            check(done.returncode == status, "the shell exits with %d, not %d" % (done.returncode, status), done)
            check(("regression: total" in done.stderr) == (status == 1), "the shell names the regression", done)
            check("Mann-Whitney U over 5 + 5 runs" in done.stdout, "the shell compares 5 + 5 runs", done)
        with tempfile.TemporaryDirectory() as folder:
            environment = dict(os.environ, PATH=os.pathsep.join([prepare(folder, factor), bin_folder, os.environ["PATH"]]),
                               GITHUB_STEP_SUMMARY=os.path.join(folder, "summary.md"))
            ran = []
            for name, script in steps(workflow):
                if name == "build profpipe" or (name == "draw" and status == 0):
                    continue
                done = run(["bash", "-eo", "pipefail", "-c", script], folder, environment)  # as the runner calls bash
                ran.append(name)
                expected = status if name == "compare" else 0
                check(done.returncode == expected, "step \"%s\" exits with %d, not %d" % (name, done.returncode, expected), done)
            check(len(ran) == 2 + status, "all steps ran: %s" % ran, done)
            with open(os.path.join(folder, "summary.md")) as summary:
                table = summary.read()
            check("| f7 (bench.py:7) |" in table, "the summary has the table", done)
            check(("FAIL: the total grew" in table) == (status == 1), "the summary has the verdict", done)
            check(status == 0 or os.path.getsize(os.path.join(folder, "profiles", "diff.svg")) > 1000, "the picture is there", done)
    print("ci page: %d failed" % failures)
    return failures != 0


if __name__ == "__main__":
    sys.exit(main())
