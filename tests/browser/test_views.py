"""What the page shows: switches, the table, links, widths, units, many frames, high graphs, charts. Pictures drawn by options are the yardstick for switches."""
import os
import sys
import tempfile

from _driver import Browser, Checks, draw
from _page import ROWS, attribute, boxes, click, fragment, frame, hover, place, run, shown, still_boxes, text
from test_page import DATA


def names_and_widths(found):
    """(name, width) of boxes, comparable between a still picture and the page."""
    return sorted((box[0].split(' (')[0].split(',')[0], round(box[3])) for box in found)


def flame_or_icicle(c, b, folder, programs):
    svg = draw(programs, folder, 'flame', DATA)
    b.open(svg)
    up = place(b, 'main')[1] < place(b, 'all')[1]
    b.click('#pp-icicle')
    c.true('icicle turns it over', up and place(b, 'main')[1] > place(b, 'all')[1])
    c.equal('the switch says so', attribute(b, '#pp-icicle', 'aria-pressed'), 'true')
    b.open(draw(programs, folder, 'icicle', DATA, '--icicle'))
    c.equal('drawn as icicle', (place(b, 'main')[1] > place(b, 'all')[1], attribute(b, '#pp-icicle', 'aria-pressed')), (True, 'true'))
    b.click('#pp-icicle')
    c.true('and turned', place(b, 'main')[1] < place(b, 'all')[1])


def reversed_as_drawn(c, b, folder, programs):
    """The switch shows what --reverse draws, with its widths and colours; of a differential graph too."""
    two = b'main;old 300 0\nmain;same 5000 5000\nmain;new 0 400\nmain;a;same 100 800\n'
    for name, data, options in (('plain', DATA, []), ('diff', two, []), ('diff total', two, ['--normalize', 'total', '--diff-by', 'self', '--noise', '0', '--negate'])):
        still = draw(programs, folder, 'reversed', data, '--reverse', '--no-javascript', '--width', '1200', *options)
        b.open(still)
        wanted, colors = names_and_widths(still_boxes(b)), {(box[0].split(' (')[0], round(box[3])): box[4] for box in still_boxes(b)}
        b.open(draw(programs, folder, 'turned', data, '--width', '1200', *options))
        b.click('#pp-reversed')
        found = boxes(b)
        c.equal('reversed in the page as drawn: ' + name, names_and_widths(found), wanted)
        for box in found:
            key = (box[0].split(' (')[0].split(',')[0], round(box[3]))
            c.equal('colour of %s in %s' % (key, name), box[4], colors.get(key))
        b.open(draw(programs, folder, 'back', data, '--reverse', '--width', '1200', *options))
        c.equal('drawn reversed, the switch is on', attribute(b, '#pp-reversed', 'aria-pressed'), 'true')
        b.click('#pp-reversed')
        turned = names_and_widths(boxes(b))
        b.open(draw(programs, folder, 'normal', data, '--no-javascript', '--width', '1200', *options))
        c.equal('and turned back: ' + name, turned, names_and_widths(still_boxes(b)))


def reversed_values(c, b, folder, programs):
    b.open(draw(programs, folder, 'page', DATA))
    b.click('#pp-reversed')
    # Self: parse 400, paint 250, idle 180, Parse 100, load 50, main 20.
    hover(b, 'paint')
    c.holds('self of a first level', text(b, '#pp-details'), 'self 250 samples, 25.00% of view')
    hover(b, 'load', 1)
    c.holds('callers have no self of their own', text(b, '#pp-details'), 'load', 'total', 'self 0 samples')
    click(b, 'parse')
    c.holds('zoomed', text(b, '#pp-path'), 'all \u203a parse (app/io.py:20)  400 samples')
    b.click('#pp-reversed')
    c.equal('and back', shown(b, 'idle'), 1)


def table(c, b, folder, programs):
    b.open(draw(programs, folder, 'page', DATA))
    b.click('#pp-table')
    rows = b.js(ROWS)
    c.true('the table is beside the graph', b.js("return document.getElementById('frames').getBoundingClientRect().right <= document.getElementById('pp-side').getBoundingClientRect().left"))
    c.equal('largest self', rows[0], ['40.00%', '40.00%', 'parse (io.py:20)'])
    c.equal('all functions', len(rows), 7)
    b.click('#pp-side th:nth-child(2) button')
    c.equal('largest total', [r[2].split(' ')[0] for r in b.js(ROWS)], ['main', 'load', 'parse', 'render', 'paint', 'idle', 'Parse'])
    c.equal('the order is in the link', 'o=total' in fragment(b), True)
    b.click('#pp-side tbody tr:nth-child(2)')
    marked = "return Array.from(document.querySelectorAll('#frames g.hit')).map((g) => g.getAttribute('aria-label').split(' (')[0])"
    c.equal('a row marks its frames', b.js(marked), ['load'])
    c.equal('and only those of its case', text(b, '#pp-found'), '1 found, 45.00% of view, 45.00% of all')
    c.equal('the row is marked too', b.js("return document.querySelectorAll('#pp-side tr.on').length"), 1)
    b.click('#pp-side tbody tr:nth-child(2)')
    c.equal('a second click takes the marks away', b.js(marked), [])
    click(b, 'render')
    c.equal('the table is of the view', b.js(ROWS), [['0.00%', '100.00%', 'render (draw.py:5)'], ['71.43%', '71.43%', 'paint (draw.py:9)'], ['28.57%', '28.57%', 'Parse (draw.py:11)']])
    b.resize(500, 900)
    frame(b)
    c.true('in a narrow window it is below', b.js("""const t = document.getElementById('pp-side').getBoundingClientRect(), f = document.getElementById('frames').getBoundingClientRect();
        return t.top >= f.bottom && t.right <= innerWidth && t.height > 80"""))
    b.resize(1200, 900)


def table_of_changes(c, b, folder, programs):
    b.open(draw(programs, folder, 'diff', b'main;old 300 0\nmain;same 500 500\nmain;new 0 200\n'), '#t=1&o=totalChange')
    # The width is the larger side per self value: 300 + 500 + 200.
    c.equal('changes', b.js(ROWS), [['30.00%', '30.00%', '-30.00%', '-30.00%', 'old'], ['20.00%', '20.00%', '+20.00%', '+20.00%', 'new'],
                                    ['0.00%', '100.00%', '0.00%', '-10.00%', 'main'], ['50.00%', '50.00%', '0.00%', '0.00%', 'same']])
    b.open(draw(programs, folder, 'diff', b'main;old 300 0\nmain;same 500 500\nmain;new 0 200\n'), '#t=1&r=1&o=selfChange')
    c.equal('self changes where leaves stand first', [(r[2], r[4]) for r in b.js(ROWS)][:2], [('-30.00%', 'old'), ('+20.00%', 'new')])


def links(c, b, folder, programs):
    svg = draw(programs, folder, 'page', DATA)
    b.open(svg)
    click(b, 'render')
    b.click('#pp-icicle')
    b.keys('/')
    b.type('pai.t')
    b.click('#pp-table')
    b.click('#pp-side th:nth-child(2) button')
    b.click('#pp-icase')
    b.click('#pp-dark')
    state = "return [document.getElementById('flamegraph').className.baseVal, document.getElementById('pp-found').textContent, document.getElementById('pp-path').textContent, document.getElementById('pp-search').value]"
    link, before = fragment(b), (boxes(b), b.js(ROWS), b.js(state))
    b.open(svg, link)
    after = (boxes(b), b.js(ROWS), b.js(state))
    c.equal('a link shows the same view', after, before)
    c.equal('and finds the same', after[2][1], '1 found, 71.43% of view, 25.00% of all')
    b.open(svg, '#r=1&z=1')
    c.holds('a link into the reversed tree', text(b, '#pp-path'), 'Parse (app/draw.py:11)')
    for bad in ('#z=99999', '#z=-1', '#s=%', '#s=(', '#z=x&r=9&theme=%3Cscript%3E', '#constructor=1&__proto__=2&o=x&o=__proto__', '#' + '&' * 100):
        b.open(svg, bad)
        c.equal('a damaged link ' + bad[:30], (shown(b, 'main'), attribute(b, '#flamegraph', 'data-ready')), (1, '1'))


OVERLAPS = """const all = Array.from(document.querySelectorAll('#pp-bar button, #pp-bar input, #title, #legend > g')).map((e) => e.getBoundingClientRect()).filter((r) => r.width), out = [];
const frames = document.getElementById('frames').getBoundingClientRect();
for (const [i, r] of all.entries()) {
  if (r.left < -1 || r.right > innerWidth + 1) out.push('outside ' + i);
  if (r.bottom > frames.top + 1) out.push('over the frames ' + i);
  for (const s of all.slice(i + 1)) if (r.left < s.right - 1 && s.left < r.right - 1 && r.top < s.bottom - 1 && s.top < r.bottom - 1) out.push('overlap ' + i);
}
return out"""


def narrow(c, b, folder, programs):
    two = b'main;old 300 0\nmain;same 5000 5000\nmain;new 0 400\n'
    for name, data, options in (('page', DATA, ['--title', 'A title', '--subtitle', 'and more']), ('diff', two, [])):
        svg = draw(programs, folder, name, data, *options)
        for width in (300, 420, 700, 1200):
            b.resize(width, 700)
            b.open(svg, '#s=a')
            c.equal('%s at %d px: nothing stands out or overlaps' % (name, width), b.js(OVERLAPS), [])
            c.true('no sideways scrolling', b.js('return document.scrollingElement.scrollWidth <= innerWidth'))
            c.equal('texts stay in their boxes', b.js("""return Array.from(document.querySelectorAll('#frames > g')).filter((g) => { const t = g.querySelector('text'), r = g.querySelector('rect');
                return t && t.textContent && t.getBoundingClientRect().right > r.getBoundingClientRect().right + 1; }).length"""), 0)
    for width in (400, 1200):
        b.resize(width, 700)
        b.open(draw(programs, folder, 'long', DATA, '--title', 'a title of many words ' * 4, '--subtitle', 'and more of them ' * 5, '--fontsize', '14'))
        c.equal('long headings at %d' % width, b.js(OVERLAPS), [])
    b.resize(1200, 900)
    b.open(draw(programs, folder, 'fixed', DATA, '--width', '640'))
    c.equal('a given width stays', b.js('return document.documentElement.viewBox.baseVal.width'), 640)


def units(c, b, folder, programs):
    """Page and still picture say the same of every frame."""
    times, sizes = [1500000, 250, 123456789012, 999, 12345678, 99995], [1500000, 250, 123456789012, 1023, 10239]
    cases = [('counts', '', times, []), ('times', 'ns', times, []), ('ms', 'ns', times, ['--unit', 'ms']), ('ns', 'ns', times, ['--unit', 'ns']), ('bytes', 'bytes', sizes, []),
             ('KiB', 'bytes', sizes, ['--unit', 'KiB']), ('fractions', '', [1.25, 10000.5, 3], []), ('factor', '', [100, 1, 7], ['--factor', '0.015', '--countname', 'cm']),
             ('plain', 'ns', times, ['--countname', 'ticks'])]
    for name, unit, values, options in cases:
        for value in values:
            data = '%sa;b %s\na;c %s\n' % ('# profpipe: unit=%s\n' % unit if unit else '', value, value)
            b.open(draw(programs, folder, 'still', data.encode(), '--no-javascript', *options))
            wanted = [box[0].replace(' (', ', ')[:-1].replace('100%', '100.00%') for box in still_boxes(b)]
            b.open(draw(programs, folder, 'units', data.encode(), *options))
            c.equal('%s: %s' % (name, value), [box[0] for box in boxes(b)], wanted)


def slivers(c, b, folder, programs):
    """Frames of less than 2 px have no element, yet are found, counted, reached and read."""
    data = b''.join(b'main;f%d;needle%d 1\n' % (i, i % 7) for i in range(3000)) + b'main;wide 1000\n'
    svg = draw(programs, folder, 'slivers', data)
    b.open(svg)
    c.true('few elements', b.js("return document.querySelectorAll('#frames > *').length") < 300)
    c.equal('all frames in the search', (b.keys('/'), b.type('needle3$'), text(b, '#pp-found'))[2], '429 found, 10.73% of view, 10.73% of all')
    c.true('and marked', b.js("const p = document.querySelector('#frames path.hit'); return p && p.getBoundingClientRect().width > 500"))
    x, y = b.js("const r = document.querySelector('#frames path.sliver').getBoundingClientRect(); return [r.left + 300, r.top + 5]")
    b.mouse(x, y)
    c.holds('under the mouse', text(b, '#pp-details'), 'total 1 sample')
    b.click_at(x, y)
    c.true('zoomed into', b.js("return document.querySelectorAll('#frames > g').length <= 4 && location.hash.includes('z=')"))
    b.open(svg)
    for key in ('ArrowUp', 'ArrowUp', 'ArrowLeft'):
        b.keys(key)
    c.holds('reached by arrows', text(b, '#pp-details'), 'Function: f')
    c.true('with focus', b.js("return document.activeElement.getAttribute('aria-label')").startswith('f'))


def long_path(c, b, folder, programs):
    """Of a long path its first step and its end are seen; the steps between are still there for assistive technology."""
    data = b';'.join(b'a_function_of_a_long_name_%02d (package/module.py:%d)' % (i, i) for i in range(30)) + b' 3\n'
    for width in (300, 1200):
        b.resize(width, 900)
        b.open(draw(programs, folder, 'path', data), '#z=25')
        ends = "const p = document.getElementById('pp-path').getBoundingClientRect(); return Array.from(document.querySelectorAll(arguments[0])).map((e) => { const r = e.getBoundingClientRect(); return r.left >= p.left && r.width > 10; })"
        c.equal('the first step is seen at %d' % width, b.js(ends, '#pp-path > button')[0], True)
        c.true('the rest is marked as cut', b.js("return document.querySelectorAll('#pp-path .pp-hidden').length") > 10)
        if width > 500:
            c.true('the last step is seen', b.js("""const p = document.getElementById('pp-path').getBoundingClientRect(), r = document.querySelector('#pp-path [aria-current]').getBoundingClientRect();
                return r.left > p.left && r.right <= p.right"""))
            b.click('#pp-path > button:last-of-type')
            c.equal('its buttons work', fragment(b), '#z=24')
    b.resize(1200, 900)


def marks(c, b, folder, programs):
    """Marks of perf's collectors are in tooltips and not on frames."""
    b.open(draw(programs, folder, 'marks', b'a_[k];b_[j] 3\n'))
    c.equal('texts', [box[5] for box in boxes(b)], ['all', 'a', 'b'])
    hover(b, 'b_[j]')
    c.holds('tooltip', text(b, '#pp-tip'), 'b_[j]')
    for wanted in ('^a$', '_.k'):
        b.open(os.path.join(folder, 'marks.svg'), '#s=' + wanted)
        c.equal('found: ' + wanted, text(b, '#pp-found'), '1 found, 100.00% of view, 100.00% of all')


def high(c, b, folder, programs):
    """A graph higher than the window begins at its root, under a tool bar that stays."""
    data = b';'.join(b'f%d' % i for i in range(300)) + b' 3\n'
    seen = "const r = document.querySelector(arguments[0]).getBoundingClientRect(); return r.top >= -1 && r.bottom <= innerHeight + 1"
    b.open(draw(programs, folder, 'high', data))
    c.equal('flame: root and tool bar are in the window', [b.js(seen, s) for s in ('#frames g.root', '#pp-bar', '#pp-foot')], [True] * 3)
    b.js('window.scrollTo(0, 1000)')
    frame(b)
    c.equal('the tool bar stays', [b.js(seen, s) for s in ('#frames g.root', '#pp-bar', '#pp-foot')], [False, True, True])
    b.keys(*['ArrowUp'] * 3)
    c.equal('what is selected is scrolled to', b.js(seen, '#frames g.sel'), True)
    b.click('#pp-icicle')
    c.equal('icicle: root and tool bar too', [b.js(seen, s) for s in ('#frames g.root', '#pp-bar', '#pp-foot')], [True] * 3)


def chart_of_lines(c, b, folder, programs):
    """Folded lines in their order: nothing is sorted or joined across time."""
    b.open(draw(programs, folder, 'lines', b'main;b 30\nmain;a 10\nmain;b 50\nidle 10\n', '--flamechart'))
    c.equal('in the order of the file', [box[0] for box in boxes(b)],
            ['all, 100 samples, 100.00%', 'main, 90 samples, 90.00%', 'b, 30 samples, 30.00%', 'a, 10 samples, 10.00%', 'b, 50 samples, 50.00%', 'idle, 10 samples, 10.00%'])
    b.keys('/')
    b.type('^b$')
    c.equal('search', text(b, '#pp-found'), '2 found, 80.00% of view, 80.00% of all')
    b.click('#pp-table')
    c.equal('the table adds them up', b.js(ROWS)[0], ['80.00%', '80.00%', 'b'])


def chart(c, b, folder, programs):
    source = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'data', 'raw', 'pass_recording.raw')
    with open(source, 'rb') as f:
        b.open(draw(programs, folder, 'chart', f.read(), '--chart'))
    roots = b.js("return Array.from(document.querySelectorAll('#frames > g.root')).map((g) => g.getAttribute('aria-label'))")
    c.true('a band per thread', len(roots) >= 2)
    c.equal('no switch to reverse', b.js("return document.getElementById('pp-reversed')"), None)
    b.keys('/')
    b.type('.')
    c.true('everything is at most all', 0 < float(text(b, '#pp-found').split('found, ')[1].split('%')[0]) <= 100)
    first = b.js("return Array.from(document.querySelectorAll('#frames > g:not(.root)')).map((g) => g.getAttribute('aria-label'))[0]")
    click(b, first)
    c.holds('zoom', text(b, '#pp-path'), first.split(', ')[0])
    b.keys('0')
    c.holds('where we are', text(b, '#pp-path'), 'all threads')
    c.true('each thread lasts as long as all of it', all(r.endswith(', 100.00%') for r in roots))


def main():
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        parts = (flame_or_icicle, reversed_as_drawn, reversed_values, table, table_of_changes, links, narrow, units, slivers, long_path, marks, high, chart_of_lines, chart)
        return run(parts, Checks(), browser, folder, sys.argv[1])


if __name__ == '__main__':
    sys.exit(main())
