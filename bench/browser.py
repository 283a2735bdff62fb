#!/usr/bin/env python3
"""bench/browser.py BIN FOLDED [RUNS]: how long Chromium takes to open a picture and to zoom, folded2svg's against inferno's of the same data.
Opening: from navigation to the frame after the load event. Zooming: from a click on a wide frame to the second frame drawn after it, so that layout and painting
are in it. Medians of RUNS (default 7), the two pictures in turn. One line per picture: name, frames, bytes, open ms, zoom in ms, zoom out ms."""
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


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    for name, frames, size, opened, zoom_in, zoom_out in measure(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 7):
        print('%s\t%d frames\t%d bytes\topen %.0f ms\tzoom in %.0f ms\tzoom out %.0f ms' % (name, frames, size, opened, zoom_in, zoom_out))


if __name__ == '__main__':
    main()
