#!/usr/bin/env python3
"""Compares the regular expressions of pstat-print with those of CPython 3.13's re, as restrictions of its pstats.

usage: pstat_regex.py BIN_DIR [CASES [SEED]]

Patterns are written down here and made up by a seeded grammar that breaks some of them; each restricts the rows of a profile whose names hold what
patterns differ about (letters of many scripts, white space, line ends, surrogates). One session of `python -m pstats` and one of `pstat-print --browse`
get them all, and must print the same. Exit 77 with "skipped: ..." where there is no Python 3.13."""
import marshal, os, random, re, subprocess, sys, tempfile, warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from _pythons import python_of

BIN = os.path.abspath(sys.argv[1])
CASES = int(sys.argv[2]) if len(sys.argv) > 2 else 1500
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 7

NAMES = ['main', 'Main', 'MAIN', '<module>', '<lambda>', 'f', 'ff', 'aab', 'abab', 'foo_bar', 'x1', 'x٣', 'ñandú', 'ÑANDÚ', 'straße', 'STRASSE', 'ẞ',
         'K', 'k', 'ſ', 's', 'S', 'ı', 'İ', 'i', 'I', 'µ', 'μ', 'Μ', 'Ω', 'ω', 'ς', 'σ', 'Σ', '日本', 'a\nb', 'a\n', '\n', 'tab\t', 'a\u2028b', 'nb\xa0sp', '\x1c', '\x85',
         '\u200b', 'e\u0301', '_', '__init__', 'a-b', 'a]b', 'a[b', 'a^b', 'a{1}', 'a{,2}', '{}', 'a|b', '(x)', '\\d', '²', '½', 'Ⅷ', '𝔘', '😀', '\udc80', 'a\udcffb',
         '\ud800', '\ue000', '\U0010ffff', 'dž', 'Dž', 'DŽ', '‿', 'a‿b', '\u203f', '', 'x y', '\x00', '\x7f', 'ͅ', 'ι', 'Ι', 'в', 'ᲀ', '1', '12', '0']
FILES = ['a.py', '/usr/lib/python3.11/json/decoder.py', '~', 'é.py', 'C:\\x.py', '<frozen x>']

FIXED = [
    'a', '', r'\Z', r'\z', r'\A', '^a', 'b$', r'\)$', r'(?m)^b', r'(?m)a$', r'(?s)a.b', 'a.b', r'\d', r'\D', r'\w+', r'\W', r'\s', r'\S+', r'\bf\b', r'\Bf', r'\B',
    r'(?a)\d', r'(?a)\w', r'(?a)\s', r'(?a)\b\w+\b', r'(?i)main', r'(?ai)k', r'(?i)k', r'(?i)i', r'(?i)[i]', r'(?i)[a-z]', r'(?ai)[a-z]', r'(?i)straße', r'(?i)σ', '(?i)µ',
    r'(?P<n>a)(?P=n)', r'(?P<n>a)\1', r'(?<n>a)', r"(?'n'a)", r'(a)\g{1}', r'(a)\g1', r'(a)\k<n>', r'\p{L}', r'\P{Lu}', r'\h', r'\R', r'\X', r'\K', r'\Qa\E', r'\G', r'\e', r'\ca', r'\o{101}',
    r'\x{41}', r'\x41', r'\x4', r'\u0041', r'\u41', r'\U00000041', r'\U00110000', r'\N{DIGIT', r'\101', r'\01', r'\0', r'\00', r'\400', r'\8', r'\1', r'(a)\1', r'(a)\2', r'(a\1)', r'\12',
    '[[:alpha:]]', '[[a]', '[]a]', '[^]a]', '[]', '[^]', '[a', '[a-]', '[-a]', '[z-a]', r'[\d-z]', r'[a-\d]', r'[\w]', r'[^\w]', r'[\W]', r'[^\W\d]', r'[\S]', r'[\D\d]', r'[^\D]', r'[\b]', r'[\B]', r'[\A]',
    r'[\8]', r'[\07]', r'[\377]', r'[\400]', '[a&&b]', '[a--b]', '[a||b]', '[a~~b]', r'[\]]', r'[\\]', '[^\\n]', r'[\x00-\uffff]', r'[\ud800-\udfff]', r'[\U00010000-\U0010ffff]',
    'a*', 'a+', 'a?', 'a**', 'a*+', 'a*?', 'a++', 'a+?', 'a??', 'a?+', 'a???', 'a{2}', 'a{2}{3}', 'a{,2}', 'a{,}', 'a{1,}', 'a{2,1}', 'a{', 'a{}', 'a{x}', 'a{1', 'a{1,2', 'a{1,2}?', 'a{1,2}+', 'a{65536}', 'a{0,70000}',
    '{1}', '{', '}', '*', '+', '?', '^*', '$*', r'\b*', r'\Z+', '(*)', '(?:)*', '(?=a)*b', '(?i)*', '(?#x)*', 'a(?#x)*b', '(*UTF)a', '(*ANY)a',
    '(', ')', '()', '(?', '(?)', '(?:', '(?P', '(?P<', '(?P<n', '(?P<n>', '(?P<>a)', '(?P<1>a)', '(?P<n-m>a)', '(?P<é>a)', '(?P<n>a)(?P<n>b)', '(?P=n)', '(?P>n)', '(?P!', '(?#', '(?#)', r'(?#\)a)', '(?|a|b)', '(?R)', '(?1)', '(?&n)', '(?C)',
    '(?=a', '(?=main)', '(?!main)', '(?!)', '(?=)', '(?<=a)b', '(?<!a)b', '(?<=a*)b', '(?<=a|bb)b', '(?<=a|b)b', '(?<=ab|bb)', '(?<=(a))b', r'(?<=(a)\1)b', r'(a)(?<=\1)b', '(?<=a{2})b', '(?<=a{1,2})b', '(?<=a?)b', r'(?<=\b)m', '(?<=^)m', '(?<=a(?=b))b', '(?<', '(?<a', '(?<=', '(?<=a',
    '(?>a+)b', '(?>a|ab)b', '(?>', '(a)?(?(1)b|c)', '(?P<q>a)?(?(q)b|c)', '(?(1)a|b|c)', '(?(1)a)', '(?(2)a)(b)', '(?(0)a)', '(?(q)a)', '(?()a)', '(?(1', '(?(1)', '(?(1)a|b', '(?(1x)a)', '(b)?(?(1)a)', '(?<=(?(1)a|b))c', '(a)?(?<=(?(1)a|b))c',
    '(?x)a#b', '(?x:a#b\n)', '(?x)[ #]', r'(?x)\#', '(?-x:a)', '(?i:MAIN)', '(?i-s:MAIN)', '(?-i:main)', '(?i)(?-i:M)ain', 'a(?i)b', '(?i)(?m)a', '(?im)a', '(?i', '(?i-', '(?i-)', '(?-)', '(?i:', '(?z)', '(?iz)', '(?i-i:a)', '(?a-a:b)', '(?L)a', '(?u)a', '(?au)a', '(?a)x?(?u:\\w)', '(?ii)a', '(?s-m:.)', '(?t)', '(?J)a', '(?U)a', '(?^)', '(?n)a',
    'a|b', '|', 'a|', '|a', '(|a)', 'a||b', '(?:a|b)+c', r'json.*\(', r'decoder\.py:\d+\(', r':\d+\(m', r'<.*>', r'\{', r'\.py', r'\-', r'\_', r'\é', r'\ ', r'\<', r'\'', r'\"', r'\%', '\\', 'a\\',
    r'é', 'ñ', '(?i)Ñ', '日', '.', '^.$', '😀', '\udcff', '[\udc80-\udcff]', r'\udc80', '.\\Z', r'(?s).\Z', '(?i)(k)\\1', '(?i)\\w', '(?i)[^i]', '(?i)[^k]', '(?i)[K]', '(?i)İ', '(?i)ı', '(?i)[ı]', '(?ai)İ', '(?ai)[^k]',
]


def made_up(rng, depth=0):
    atoms = ['a', 'b', 'm', 'i', 'K', 'é', '.', '^', '$', r'\d', r'\w', r'\s', r'\W', r'\S', r'\D', r'\b', r'\B', r'\A', r'\Z', r'\.', '_', '<', '>', ':', '1', 'x', r'\(', r'\)', r'\n', r'\x61', r'\u00e9',
             '[a-f]', '[^a-f]', r'[\w.]', r'[^\s:]', r'[\W_]', '[a^]', '[]x]', r'\1', r'\2', '(?P=g)', 'Σ', 'ſ', '日', ',', '-']
    text = ''
    for _ in range(rng.choice([1, 1, 2, 3, 4])):
        kind = rng.random()
        if kind < .62 or depth > 3:
            text += rng.choice(atoms)
        else:
            opening = rng.choice(['(', '(', '(?:', '(?P<g>', '(?P<h>', '(?=', '(?!', '(?<=', '(?<!', '(?>', '(?i:', '(?-i:', '(?s:', '(?m:', '(?a:', '(?u:', '(?x:', '(?(1)', '(?(g)', '(?#'])
            text += opening + made_up(rng, depth + 1) + ('|' + made_up(rng, depth + 1) if rng.random() < .3 else '') + ')'
        if rng.random() < .3:
            text += rng.choice(['*', '+', '?', '*?', '+?', '??', '*+', '++', '{2}', '{1,2}', '{,2}', '{2,}', '{1,2}?', '{1}+', '{', '{,', '{a}'])
    if depth == 0:
        if rng.random() < .15:
            text = rng.choice(['(?i)', '(?m)', '(?s)', '(?a)', '(?x)', '(?ai)', '(?im)', '(?u)']) + text
        if rng.random() < .15 and text:
            at = rng.randrange(len(text))
            text = text[:at] + rng.choice(['', '(', ')', '[', ']', '\\', '*', '?', '|', 'Q']) + text[at + rng.randrange(2):]
    return text


def number(text):
    try:
        float(text)
        return True
    except ValueError:
        return False


def answered(pattern):
    """False for what pstats falls over: re.compile can raise more than its own error."""
    if re.search(r'\(\?[au]:', pattern):
        return False  # 3.13 looks for the first character of these with the flags of the whole pattern
    try:
        re.compile(pattern)
    except re.error:
        pass
    except Exception:
        return False
    return True


def session(command, path, patterns, env):
    text = 'sort stdname\n' + ''.join('callees %s\n' % p for p in patterns) + 'quit\n'
    done = subprocess.run(command + [path], input=text.encode('utf-8', 'surrogateescape'), capture_output=True, env=env)
    return done.stdout.split(path.encode() + b'% '), done.stderr[-400:]


def compare_sessions(interpreter, path, patterns, env):
    bad = 0
    for start in range(0, len(patterns), 500):
        some = patterns[start:start + 500]
        want, trouble = session([interpreter, '-W', 'ignore', '-m', 'pstats'], path, some, env)
        got, ours = session([BIN + '/pstat-print', '--browse'], path, some, env)
        if b'Error' in trouble:  # Python fell over this one: the answers before it are compared
            want, some = want[:-1], some[:len(want) - 3]
            got = got[:len(want)]
        if len(want) != len(got) or len(want) < len(some) + 2:
            print('DIFFERENT number of answers', len(some), len(want), len(got), trouble, ours)
            return bad + 1
        for pattern, w, g in zip(['', 'sort stdname'] + some, want, got):
            if w != g:
                bad += 1
                if bad < 8:
                    print('DIFFERENT', ascii(pattern), '\n only python', sorted(set(w.split(b'\n')) - set(g.split(b'\n')))[:3], '\n only ours  ', sorted(set(g.split(b'\n')) - set(w.split(b'\n')))[:3])
    return bad


def compare_option(interpreter, path, patterns, env):
    """Patterns with blanks, which no command of the browser can hold, through --match."""
    code = 'import sys, pstats, warnings; warnings.simplefilter("ignore")\nfor p in sys.argv[2:]: pstats.Stats(sys.argv[1]).sort_stats("name").print_stats(p)'
    want = subprocess.run([interpreter, '-c', code, path] + patterns, capture_output=True, env=env).stdout
    got = b''.join(subprocess.run([BIN + '/pstat-print', '-q', '--sort=name', '--match=' + p, path], capture_output=True, env=env).stdout for p in patterns)
    if want != got:
        print('DIFFERENT with --match')
    return int(want != got)


def main():
    interpreter = python_of((3, 13))
    if not interpreter:
        print('skipped: no Python 3.13 to compare with')
        return 77
    if sys.version_info[:2] != (3, 13):
        os.execv(interpreter, [interpreter] + sys.argv)
    warnings.simplefilter('ignore')
    rng = random.Random(SEED)
    env = dict(os.environ, TZ='UTC', PYTHONUTF8='1', PYTHONIOENCODING='utf-8:surrogateescape', LC_ALL='C.UTF-8')
    # Text that no encoding of Python's standard output can write is left out.
    keys = [(f, i, n) for i, n in enumerate(NAMES) for f in FILES[:1] + rng.sample(FILES, 1) if '\ud800' not in n]
    keys += [('~', 0, n) for n in NAMES if '\ud800' not in n]
    keys = list(dict.fromkeys(keys))
    patterns = [p for p in FIXED + [made_up(rng) for _ in range(CASES)] if answered(p)]
    blank = [p for p in patterns if set(p) & set(' \n\t')] + ['(?x) m a i n', '(?x)m # x\nain', 'x y', '(?x:m a)in', '(?x)[ ]', '(?x)a b+ (?# c ) \\ ', ' ', 'a b|m', '']
    patterns = [p for p in patterns if p and p.split() == [p] and not number(p)]
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        with open('r.prof', 'wb') as f:
            marshal.dump({k: (1, 1, .5, .5, {}) for k in keys}, f)
        bad = compare_sessions(interpreter, 'r.prof', patterns, env) + compare_option(interpreter, 'r.prof', [p for p in blank if '\0' not in p], env)
    print('%d patterns compared with re of Python 3.13 (seed %d), %d different' % (len(patterns) + len(blank), SEED, bad))
    return 1 if bad else 0


sys.exit(main())
