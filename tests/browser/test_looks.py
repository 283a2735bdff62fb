"""How the picture looks and what it lets in: hostile names, the still picture, dark and light, print, differential and estimated graphs, charts."""
import base64
import json
import os
import re
import subprocess
import sys
import tempfile

from _driver import Browser, Checks, DriverError, draw
from _page import boxes, fill, frame, hover, place, run, still_boxes, text

EVIL = [b'</text><script>window.pwned=1</script>', b'</style><script>window.pwned=2</script>', b']]><script>window.pwned=3</script>',
        b'</title><image href="x" onerror="window.pwned=4"/>', b'<img src=x onerror=window.pwned=5>', b'"onmouseover="window.pwned=6', b"');window.pwned=7;('",
        b'javascript:window.pwned=8', b'${window.pwned=9}', b'&lt;script&gt;window.pwned=10&lt;/script&gt;', b'</metadata></svg><script>alert(1)</script>',
        b'\\u003cscript>alert(2)</script>', 'bidi \u202etxt.exe\u2066'.encode(), b'broken \xff\xc3\x28 utf8', b'nul \x00 byte', b'escape \x1b[31m', b'__proto__', b'constructor',
        '\ufffe\uffff'.encode(), b'a' * 3000]
NS = "http://www.w3.org/2000/svg"


def evil_data():
    lines = [b';'.join([b'root', name, EVIL[(i + 1) % len(EVIL)]]) + b' %d' % (i * 7 + 30) for i, name in enumerate(EVIL)]
    return b'\n'.join(lines) + b'\n'


def scripts(b):
    return b.js('return [typeof window.pwned, document.querySelectorAll("script").length, document.querySelectorAll("image,img").length]')


def hostile(c, b, folder, programs):
    for options in ([], ['--embed', '0'], ['--title', '</title><script>window.pwned=11</script>', '--subtitle', ']]>', '--notes', '--><script>window.pwned=12</script>',
                    '--nametype', '<b>', '--countname', '<i>&']):
        svg = draw(programs, folder, 'evil', evil_data(), *options)
        lint = subprocess.run(['xmllint', '--noout', '--huge', svg], stderr=subprocess.PIPE) if any(
            os.access(os.path.join(p, 'xmllint'), os.X_OK) for p in os.environ['PATH'].split(':')) else None
        c.equal('valid XML', lint.stderr if lint else b'', b'')
        b.open(svg)
        c.equal('the page is alive', b.js('return document.documentElement.dataset.ready'), '1')
        c.equal('nothing ran', scripts(b), ['undefined', 1, 0])
        for act in ("document.getElementById('pp-table').click()", "document.getElementById('pp-reversed').click()", "document.getElementById('pp-reversed').click()"):
            b.js(act)
        count = b.js('return document.querySelectorAll("#frames > g").length')
        c.true('all frames are there', count > 2 * len(EVIL) - 2)
        b.js("for (const r of document.querySelectorAll('#frames rect')) r.dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: 50, clientY: 50}))")
        # Browsers bear some 200 changes of the address at a time.
        for at in range(0, count, 3):
            b.js("""document.querySelectorAll('#frames > g')[arguments[0]].querySelector('rect').dispatchEvent(new MouseEvent('click', {bubbles: true}));
                 for (const key of ['c', 'p', '0']) window.dispatchEvent(new KeyboardEvent('keydown', {key}))""", at)
        b.js("document.querySelectorAll('#pp-side tbody tr').forEach((r) => r.click())")
        c.equal('still nothing ran', scripts(b), ['undefined', 1, 0])
        c.equal('no alert', b.alert(), None)
    links = os.path.join(folder, 'links')
    with open(links, 'w', encoding='utf-8') as f:
        f.write('root\thref=javascript:window.pwned=13\ttitle=<script>window.pwned=14</script>\tid=x" onload="window.pwned=15\tclass=f" onclick="window.pwned=16\n')
    svg = draw(programs, folder, 'links', b'root;a 3\n', '--nameattr', links)
    b.open(svg)
    c.equal('no script in links', b.js("return Array.from(document.querySelectorAll('a')).filter((a) => /script/.test(a.href.baseVal || a.href)).length"), 0)
    b.js("document.querySelectorAll('#frames rect').forEach((r) => r.dispatchEvent(new MouseEvent('click', {bubbles: true})))")
    c.equal('links ran nothing', scripts(b), ['undefined', 1, 0])
    b.open(draw(programs, folder, 'evil', evil_data()), '#s=%3Cscript%3Ewindow.pwned=17%3C/script%3E&theme=x"onload="window.pwned=18')
    c.equal('links to views ran nothing', scripts(b), ['undefined', 1, 0])
    c.equal('no network', b.js("return performance.getEntriesByType('resource').filter((e) => !e.name.startsWith('file:')).length"), 0)


DATA = b'main;load;parse 300\nmain;render;paint 500\nidle 200\n'


def still(c, b, folder, programs):
    """In <img> no script runs: the picture itself must be right."""
    svg = draw(programs, folder, 'still', DATA)
    page = os.path.join(folder, 'img.html')
    with open(page, 'w', encoding='utf-8') as f:
        f.write('<!doctype html><meta charset=utf-8><title>readme</title><img src="still.svg" width=600><script>window.pixels = new Promise((done) => {'
                'const i = document.images[0]; i.decode().then(() => done([i.naturalWidth, i.naturalHeight])); })</script>')
    b.open(page)
    c.equal('an image of its own size', b.later('const done = arguments[arguments.length - 1]; window.pixels.then(done)')[0], 1200)
    plain = draw(programs, folder, 'plain', DATA, '--no-javascript')
    b.open(plain)
    c.equal('no script', b.js('return document.scripts ? document.querySelectorAll("script").length : -1'), 0)
    c.equal('boxes, places and widths', b.js("""return Array.from(document.querySelectorAll('#frames > g')).map((g) => { const r = g.querySelector('rect');
        return g.querySelector('title').textContent.split(' (')[0] + ' ' + Math.round(100 * r.getBBox().width / 1180) })"""),
        ['all 100', 'idle 20', 'main 80', 'load 30', 'parse 30', 'render 50', 'paint 50'])
    c.equal('texts are drawn', b.js("return Array.from(document.querySelectorAll('#frames text')).map((t) => t.textContent)"),
            ['all', 'idle', 'main', 'load', 'parse', 'render', 'paint'])
    c.equal('every picture is described', b.js("return [document.documentElement.getAttribute('role'), document.querySelector('svg > title').textContent]"),
            ['img', 'Flame Graph'])


def pixels(c, b, folder, programs):
    """What an <img> shows, read back from a canvas: every frame has its colour in its middle, and texts are dark upon it."""
    for name, data, options in (('plain', DATA, []), ('icicle', DATA, ['--icicle', '--colors', 'colorblind']), ('diff', b'main;old 300 0\nmain;same 5000 5000\nmain;new 0 400\n', [])):
        svg = draw(programs, folder, 'pixels', data, '--fontsize', '4', *options)
        b.open(draw(programs, folder, 'boxes', data, '--fontsize', '4', '--no-javascript', *options))
        wanted = still_boxes(b)
        with open(svg, encoding='utf-8') as f:
            page = '<!doctype html><title>x</title><script>window.svg = %s;</script>' % json.dumps(f.read()).replace('<', '\\u003c')
        with open(os.path.join(folder, 'canvas.html'), 'w', encoding='utf-8') as f:
            f.write(page)
        b.open(os.path.join(folder, 'canvas.html'))
        found = b.later("""const [boxes, done] = arguments, i = new Image();
            i.onload = () => { const c = document.createElement('canvas'); c.width = i.naturalWidth; c.height = i.naturalHeight; const p = c.getContext('2d'); p.drawImage(i, 0, 0);
              done(boxes.map(([, x, y, w]) => '#' + Array.from(p.getImageData(Math.floor(x + w - 6), Math.floor(y + 8), 1, 1).data.slice(0, 3)).map((v) => v.toString(16).padStart(2, '0')).join(''))); };
            i.src = 'data:image/svg+xml,' + encodeURIComponent(window.svg);""", wanted)
        c.equal('colours of the still picture: ' + name, found, [box[4] for box in wanted])


def background(b):
    return b.js("return getComputedStyle(document.getElementById('background')).fill")


LUMINANCE = """const rgb = (c) => c.match(/[\\d.]+/g).slice(0, 3).map(Number);
const lum = (c) => { const p = c.map((v) => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]; };
const ratio = (a, b) => (Math.max(lum(a), lum(b)) + 0.05) / (Math.min(lum(a), lum(b)) + 0.05);
"""


def contrast(b):
    """The lowest contrast of a text of the page's parts with what is behind it."""
    return b.js(LUMINANCE + """const solid = (c) => c.startsWith('rgb') && !/, 0\\)$/.test(c);
        let least = 99;
        for (const e of document.querySelectorAll('#pp-bar button, #pp-bar input, #pp-path button, #pp-path span, #pp-foot, #pp-side td, #pp-side button, #pp-tip, #title, #legend text')) {
          let behind = document.documentElement.classList.contains('dark') ? 'rgb(28,30,34)' : 'rgb(255,255,255)';
          for (let at = e; at && at.localName !== 'foreignObject'; at = at.parentElement) { const c = getComputedStyle(at).backgroundColor; if (solid(c)) { behind = c; break; } }
          const s = getComputedStyle(e), own = e.namespaceURI.endsWith('svg') ? s.fill : s.color;
          least = Math.min(least, ratio(rgb(own), rgb(behind)));
        }
        return least""")


def themes(c, b, folder, programs):
    svg = draw(programs, folder, 'themes', DATA)
    b.devtools('Emulation.setEmulatedMedia', media='', features=[{'name': 'prefers-color-scheme', 'value': 'light'}])
    b.open(svg)
    light = background(b)
    c.true('light by preference', not b.js("return document.documentElement.classList.contains('dark')"))
    b.js("document.getElementById('pp-table').click()")
    c.true('contrast in light', contrast(b) >= 4.5)
    b.devtools('Emulation.setEmulatedMedia', media='', features=[{'name': 'prefers-color-scheme', 'value': 'dark'}])
    frame(b)
    dark = background(b)
    c.true('dark by preference', dark != light and b.js("return document.documentElement.classList.contains('dark')"))
    c.true('contrast in dark', contrast(b) >= 4.5)
    b.click('#pp-dark')
    c.equal('the switch wins', background(b), light)
    c.true('and stays in the link', 'theme=light' in b.js('return location.hash'))
    b.devtools('Emulation.setEmulatedMedia', media='', features=[])


def paper(c, b, folder, programs):
    """In print: no tool bar, dark is light, the graph is as wide as the paper and in full."""
    b.open(draw(programs, folder, 'paper', DATA), '#theme=dark&t=1&z=3')
    b.devtools('Emulation.setEmulatedMedia', media='print', features=[])
    for part in ('pp-bar', 'pp-side-holder', 'pp-copies'):
        c.equal('not on paper: ' + part, b.js('return getComputedStyle(document.getElementById(arguments[0])).display', part), 'none')
    c.equal('white paper', background(b), 'rgb(255, 255, 255)')
    c.equal('dark links', b.js("return getComputedStyle(document.querySelector('#pp-path button')).color"), 'rgb(5, 80, 160)')
    c.equal('black titles', b.js("return getComputedStyle(document.getElementById('title')).fill"), 'rgb(0, 0, 0)')
    b.devtools('Emulation.setEmulatedMedia', media='', features=[])
    pdf = base64.b64decode(b.devtools('Page.printToPDF', printBackground=True, preferCSSPageSize=True)['data'])
    c.equal('one page', len(re.findall(rb'/Type\s*/Page\b', pdf)), 1)
    box = [float(v) for v in re.search(rb'/MediaBox\s*\[([^]]*)\]', pdf).group(1).split()]
    c.true('landscape', box[2] > box[3])


def legible(c, b, folder, programs):
    """Texts of frames stand out from their boxes, whatever the theme."""
    code = b'main (app.py:1);json (/usr/lib/python3.12/json/__init__.py:2);x (site-packages/requests/api.py:3);{built-in method time.sleep} 40\n' + DATA
    two = b'main;old 300 0\nmain;less 300 200\nmain;same 500 500\nmain;more 300 400\nmain;new 0 400\n'
    for name, data, options in (('module', code, []), ('colorblind', code, ['--colors', 'colorblind']), ('diff', two, [])):
        svg = draw(programs, folder, 'legible', data, *options)
        for theme in ('light', 'dark'):
            b.open(svg, '#theme=' + theme)
            c.true('%s in %s' % (name, theme), b.js(LUMINANCE + """const behind = document.documentElement.classList.contains('dark') ? [28, 30, 34] : [255, 255, 255];
                return Math.min(...Array.from(document.querySelectorAll('#frames > g')).filter((g) => g.querySelector('text')).map((g) => {
                  const r = getComputedStyle(g.querySelector('rect')), o = Number(r.fillOpacity), fill = rgb(r.fill).map((v, i) => v * o + behind[i] * (1 - o));
                  return ratio(rgb(getComputedStyle(g.querySelector('text')).fill), fill); }))""") >= 4.5)


def differential(c, b, folder, programs):
    svg = draw(programs, folder, 'diff', b'main;old 300 0\nmain;same 5000 5000\nmain;new 0 400\n')
    b.open(svg)
    c.true('a legend', b.js("const l = document.getElementById('legend'); return l && l.getBoundingClientRect().width > 50"))
    c.true('the legend is not under the tool bar', b.js("""const l = document.getElementById('legend').getBoundingClientRect(), bar = document.getElementById('pp-bar').getBoundingClientRect(),
        f = document.getElementById('frames').getBoundingClientRect(); return l.top >= bar.bottom - 1 && l.bottom <= f.top + 1"""))
    fills = {box[0].split(',')[0]: box[4] for box in boxes(b)}
    c.equal('vanished and new frames are drawn', sorted(fills), ['all', 'main', 'new', 'old', 'same'])
    c.equal('nothing changed: white', min(bytes.fromhex(fills['same'][1:])) >= 0xf0, True)
    c.true('growth and shrinkage differ', fills['old'] != fills['new'])
    hover(b, 'new')
    c.holds('before and after', b.js("return document.getElementById('pp-tip').textContent"), 'before 0', 'after 400', '+400')
    b.keys('/')
    b.type('old|new')
    c.holds('search', b.js("return document.getElementById('pp-found').textContent"), '2 found')


def estimated(c, b, folder, programs):
    """The classic: two callers of a, which calls c and d; the profile cannot say which time belongs to which."""
    import pstats
    source = os.path.join(folder, 'p.py')
    with open(source, 'w', encoding='utf-8') as f:
        f.write('import time\ndef c(t):\n time.sleep(t)\ndef d(t):\n time.sleep(t)\ndef a(x, y):\n c(x); d(y)\ndef b():\n a(.01, .04)\ndef main():\n a(.04, .01); b()\n'
                'import cProfile\ncProfile.run("main()", %r)\n' % os.path.join(folder, 'p.prof'))
    subprocess.run([sys.executable, source], check=True)
    pstats.Stats(os.path.join(folder, 'p.prof'))
    with open(os.path.join(folder, 'p.prof'), 'rb') as f:
        svg = draw(programs, folder, 'estimated', f.read())
    b.open(svg)
    c.true('estimated frames are hatched', b.js("return document.querySelectorAll('#frames g.estimated path.h').length") >= 2)
    c.true('exact frames are not', b.js("return Array.from(document.querySelectorAll('#frames g:not(.estimated)')).filter((g) => g.querySelector('path')).length") == 0)
    b.js("document.querySelector('#frames g.estimated rect').dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: 50, clientY: 50}))")
    c.holds('bounds', b.js("return document.getElementById('pp-tip').textContent"), 'estimated: between', ' and ', 'ms')
    c.true('the details are all to be seen', b.js("""const d = document.getElementById('pp-details').getBoundingClientRect(), f = document.getElementById('pp-foot-holder').getBoundingClientRect();
        return d.bottom <= f.bottom + 1 && f.bottom <= innerHeight + 1"""))
    two = os.path.join(folder, 'p.prof')
    subprocess.run([os.path.join(programs, 'folded2svg'), '-q', '--diff', two, two, '-o', os.path.join(folder, 'estimated-diff.svg')], check=True)
    b.open(os.path.join(folder, 'estimated-diff.svg'))
    c.true('in a comparison too', b.js("return document.querySelectorAll('#frames g.estimated path.h').length") >= 2)
    b.js("document.querySelector('#frames g.estimated rect').dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX: 50, clientY: 50}))")
    c.holds('which says so', b.js("return document.getElementById('pp-tip').textContent"), 'estimated: a profile of calls has no stacks')


def cut(c, b, folder, programs):
    lines = b''.join(b'main;f%d;g%d %d\n' % (i % 20, i, 1 + i % 5) for i in range(400))
    b.open(draw(programs, folder, 'cut', lines, '--max-frames', '60'))
    c.true('what was cut is drawn', b.js("return document.querySelectorAll('#frames g.more').length") > 5)
    b.open(draw(programs, folder, 'cut', b'main;a 80\nmain;b;c 16\nmain;d 4\n', '--max-frames', '2'))
    c.equal('with its number and share', b.js("return document.querySelector('#frames g.more text').textContent"), '(3 more, 20.00 %)')
    b.open(draw(programs, folder, 'cut', lines, '--max-frames', '60'))
    before = b.js('return location.hash')
    b.js("document.querySelector('#frames g.more rect').dispatchEvent(new MouseEvent('click', {bubbles: true}))")
    c.equal('and is nothing to zoom into', b.js('return location.hash'), before)


def odd(c, b, folder, programs):
    for name, data, options in (('one', b'a 1\n', []), ('deep', b';'.join(b'f%d' % i for i in range(500)) + b' 3\n', []), ('fraction', b'a;b 0.5\na 1.25\n', []),
                                ('big', b'a;b 9007199254740993\n', []), ('fixed', DATA, ['--width', '640']), ('reverse', DATA, ['--reverse']), ('icicle', DATA, ['--icicle']),
                                ('chart', DATA, ['--flamechart'])):
        b.open(draw(programs, folder, name, data, *options))
        c.equal('alive: ' + name, b.js('return document.documentElement.dataset.ready'), '1')
        if name == 'fixed':
            c.equal('a given width stays', b.js('return document.documentElement.viewBox.baseVal.width'), 640)
        if name == 'reverse':
            c.equal('the switch knows', b.js("return document.getElementById('pp-reversed').getAttribute('aria-pressed')"), 'true')
            b.click('#pp-reversed')
            c.true('unreversed: main is on the first level', b.js("""return Array.from(document.querySelectorAll('#frames > g')).some((g) =>
                g.getAttribute('aria-level') === '2' && g.getAttribute('aria-label').startsWith('main'))"""))


def main():
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        parts = (hostile, still, pixels, themes, legible, paper, differential, estimated, cut, odd)
        return run(parts, Checks(), browser, folder, sys.argv[1])


if __name__ == '__main__':
    sys.exit(main())
