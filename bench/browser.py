#!/usr/bin/env python3
"""bench/browser.py BIN FOLDED [--runs N] [--page PAGE]: how long Chromium takes to open a picture and to zoom, folded2svg's against inferno's of the same data.
Opening: from navigation to the frame after the load event. Zooming: from a click on a wide frame to the second frame drawn after it, so that layout and painting
are in it. Medians of N runs (default 7), the two pictures in turn; with --page, the table between that page's marks is rewritten."""
import argparse
import datetime
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'browser'))
from _driver import Browser  # noqa: E402

ZOOM = """const done = arguments[arguments.length - 1], all = Array.from(document.querySelectorAll('#frames > g'));
const wide = all.filter((g) => { const w = g.querySelector('rect').getBoundingClientRect().width; return w > innerWidth / 20 && w < innerWidth / 2; });
const target = (wide[Math.floor(wide.length / 2)] || all[1]).querySelector('rect');
const frames = () => new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(then)));
const click = (e) => e.dispatchEvent(new MouseEvent('click', {bubbles: true, cancelable: true}));
const out = document.getElementById('unzoom') || document.getElementById('pp-reset');
(async () => {
  await frames();
  let start = performance.now();
  click(target);
  await frames();
  const zoomIn = performance.now() - start;
  start = performance.now();
  click(out);
  await frames();
  done([zoomIn, performance.now() - start]);
})();"""
OPEN = """const done = arguments[arguments.length - 1];
requestAnimationFrame(() => requestAnimationFrame(() => done([performance.now(), document.querySelectorAll('#frames > g').length])));"""


def pictures(programs, data, folder):
    ours = os.path.join(folder, 'ours.svg')
    subprocess.run([os.path.join(programs, 'folded2svg'), data, '-o', ours], check=True)
    found = [('folded2svg', ours)]
    inferno = os.environ.get('INFERNO') or shutil.which('inferno-flamegraph')
    if inferno:
        theirs = os.path.join(folder, 'inferno.svg')
        with open(theirs, 'wb') as f:
            subprocess.run([inferno, '--deterministic', data], stdout=f, stderr=subprocess.DEVNULL, check=True)
        found.append(('inferno-flamegraph', theirs))
    else:
        print('skipped: no inferno-flamegraph', file=sys.stderr)
    return found


def measure(programs, data, runs=7):
    """Rows of (name, frames, bytes, open, zoom in, zoom out), times in ms."""
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        found = pictures(programs, data, folder)
        times = {name: [] for name, _ in found}
        frames = {}
        for _ in range(runs):
            for name, path in found:
                browser.open(path)
                opened, frames[name] = browser.later(OPEN)
                times[name].append((opened, *browser.later(ZOOM)))
        return [(name, frames[name], os.path.getsize(path), *(statistics.median(t) for t in zip(*times[name]))) for name, path in found]


BEGIN, END = '<!-- browser:begin -->', '<!-- browser:end -->'
HEAD = '| 2,500 stacks, about 20,000 frames | elements of frames | size | to open | to zoom in | to zoom out |\n|---|---|---|---|---|---|'


def table(rows):
    lines = [HEAD]
    for name, frames, size, *times in rows:
        lines.append('| %s | %s | %.1f MB | %s |' % (name, format(frames, ','), size / 1e6, ' | '.join('%.0f ms' % t for t in times)))
    if len(rows) == 2:
        lines.append('| times faster | | | %s |' % ' | '.join('%.1f' % (b / a) for a, b in zip(rows[0][3:], rows[1][3:])))
    return '\n'.join(lines)


def rewrite(page, rows):
    with open(page, encoding='utf-8') as old:
        text = old.read()
    head, rest = text.split(BEGIN, 1)
    said = 'Measured on %s, medians of runs in turn.' % datetime.date.today().isoformat()
    with open(page + '.part', 'w', encoding='utf-8') as new:
        new.write('%s%s\n%s\n\n%s\n%s%s' % (head, BEGIN, said, table(rows), END, rest.split(END, 1)[1]))
    os.replace(page + '.part', page)


def main():
    parser = argparse.ArgumentParser(description='open and zoom times in Chromium')
    parser.add_argument('bin')
    parser.add_argument('folded')
    parser.add_argument('--runs', type=int, default=7)
    parser.add_argument('--page')
    options = parser.parse_args()
    rows = measure(options.bin, options.folded, options.runs)
    print(table(rows))
    if options.page:
        rewrite(options.page, rows)


if __name__ == '__main__':
    main()
