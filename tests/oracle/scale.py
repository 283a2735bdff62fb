#!/usr/bin/env python3
"""The examples of docs/scale.md, run as they stand there: they merge a small fleet to what one call of profmerge merges it to.

usage: scale.py BIN_DIR.  The Spark one needs pyspark in the Python that PYSPARK_PYTHON names, or in this one, and Java."""
import marshal, math, os, random, re, shutil, subprocess, sys, tempfile

BIN = os.path.abspath(sys.argv[1])
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def example(name):
    with open(os.path.join(ROOT, 'docs', 'scale.md'), encoding='utf-8') as page:
        return re.search(r'<!-- example: %s -->\n```\w+\n(.*?)```' % name, page.read(), re.S).group(1)


def make_fleet(folder, count):
    rng = random.Random(9)
    keys = [('/srv/m%d.py' % (i % 7), i + 1, 'f%d' % i) for i in range(60)]
    os.mkdir(os.path.join(folder, 'profiles'))
    for k in range(count):
        some = rng.sample(keys, 20)
        stats = {key: (1, rng.randrange(1, 9), rng.random(), rng.random(), {some[0]: (1, 1, rng.random(), rng.random())}) for key in some}
        with open('%s/profiles/%04d odd name.prof' % (folder, k), 'wb') as out:
            marshal.dump(stats, out)
        with open('%s/profiles/%04d.folded' % (folder, k), 'w') as out:
            out.writelines('a;b%d;c%d %d\n' % (rng.randrange(9), rng.randrange(9), rng.randrange(1, 99)) for _ in range(30))


def alike(a, b):
    close = lambda x, y: math.isclose(x, y, rel_tol=1e-12)
    return a.keys() == b.keys() and all(
        a[k][:2] == v[:2] and close(a[k][2], v[2]) and close(a[k][3], v[3]) and a[k][4].keys() == v[4].keys() for k, v in b.items())


def load(path):
    with open(path, 'rb') as data:
        return marshal.load(data)


def run(command, folder, env):
    done = subprocess.run(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=400)
    if done.returncode:
        sys.exit('exit %d: %s' % (done.returncode, done.stdout[-3000:]))


def find_spark(env):
    python = env.get('PYSPARK_PYTHON') or sys.executable
    known = shutil.which('java') and subprocess.run([python, '-c', 'import pyspark'], stderr=subprocess.DEVNULL).returncode == 0
    return python if known else None


def main():
    env = {**os.environ, 'PATH': BIN + os.pathsep + os.environ['PATH']}
    with tempfile.TemporaryDirectory() as folder:
        make_fleet(folder, 350)
        run(['sh', '-ec', 'profmerge profiles/*.prof -o whole.prof; profmerge profiles/*.folded -o whole.folded'], folder, env)
        whole = load(folder + '/whole.prof')
        run(['sh', '-ec', example('xargs')], folder, env)
        if not alike(load(folder + '/fleet.prof'), whole):
            sys.exit('FAILED: the xargs example came to another sum')
        os.remove(folder + '/fleet.prof')
        python = find_spark(env)
        if not python:
            print('the xargs example is right; no pyspark or no Java for the Spark one')
            return
        with open(folder + '/example.py', 'w') as out:
            out.write(example('spark'))
        run([python, 'example.py'], folder, env)
        with open(folder + '/fleet.folded', 'rb') as a, open(folder + '/whole.folded', 'rb') as b:
            if a.read() != b.read() or not alike(load(folder + '/fleet.prof'), whole):
                sys.exit('FAILED: the Spark example came to another sum')
        print('the xargs and the Spark example are right')


main()
