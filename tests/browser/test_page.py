"""The page's life: zoom, history, search, tooltip and details, keys, copying, roles. Every figure below is counted by hand from DATA."""
import os
import sys
import tempfile

from _driver import Browser, Checks, draw
from _page import attribute, boxes, click, fill, fragment, frame, hover, place, run, shown, text, tree_of_roles

DATA = b"""main (app/main.py:1);load (app/io.py:10);parse (app/io.py:20) 300
main (app/main.py:1);load (app/io.py:10);parse (app/io.py:20);parse (app/io.py:20) 100
main (app/main.py:1);load (app/io.py:10) 50
main (app/main.py:1);render (app/draw.py:5);paint (app/draw.py:9) 250
main (app/main.py:1);render (app/draw.py:5);Parse (app/draw.py:11) 100
main (app/main.py:1) 20
idle (app/main.py:90) 180
"""
MAIN, LOAD = 'main (app/main.py:1)', 'load (app/io.py:10)'


def near(a, b):
    return abs(a - b) < 2


def zooming(c, b, svg):
    b.open(svg)
    full = place(b, 'all')[2]
    c.true('the root fills the width', full > 1100)
    click(b, 'load')
    c.true('the zoomed frame fills the width', near(place(b, 'load')[2], full))
    c.equal('what stands beside is hidden', shown(b, 'render'), 0)
    c.true('callers stay', near(place(b, 'main')[2], full))
    c.true('what is inside grows', near(place(b, 'parse')[2], full * 400 / 450))
    c.equal('breadcrumbs', text(b, '#pp-path'), 'all \u203a %s \u203a %s  450 samples' % (MAIN, LOAD))
    click(b, 'main')
    c.true('a click on a caller zooms out to it', near(place(b, 'main')[2], full) and shown(b, 'render') == 1)
    c.equal('reset', (b.click('#pp-reset'), shown(b, 'idle')), (None, 1))
    c.equal('breadcrumb of the whole', text(b, '#pp-path'), 'all  1,000 samples')


def histories(c, b, svg):
    b.open(svg)
    full = place(b, 'all')[2]
    click(b, 'load')
    click(b, 'parse')
    c.true('zoomed further', near(place(b, 'parse')[2], full))
    b.back()
    c.becomes('back', lambda: near(place(b, 'load')[2], full) and place(b, 'parse')[2] < full - 10)
    b.forward()
    c.becomes('forward', lambda: near(place(b, 'parse')[2], full))
    c.equal('breadcrumbs lead back', b.js("return Array.from(document.querySelectorAll('#pp-path button')).map((e) => e.textContent)"), ['all', MAIN, LOAD])
    b.click('#pp-path button:nth-of-type(2)')
    c.true('breadcrumb', near(place(b, 'main')[2], full) and shown(b, 'render') == 1)
    b.keys('Backspace')
    c.becomes('Backspace goes back', lambda: near(place(b, 'parse')[2], full))
    link = fragment(b)
    b.open(svg, link)
    b.keys('Backspace')
    c.true('Backspace never leaves the picture', near(place(b, 'load')[2], full))
    b.keys('0')
    c.equal('0 zooms out', shown(b, 'idle'), 1)


def pointers(c, b, svg):
    b.open(svg)
    full = place(b, 'all')[2]
    x, y = place(b, 'render')[:2]
    b.mouse(x, y, 'pointerDown', 'pointerUp', 'pointerDown', 'pointerUp')
    c.true('a double click zooms', near(place(b, 'render')[2], full) and place(b, 'paint')[2] < full - 10)
    b.keys('Escape')
    c.equal('Escape zooms out', shown(b, 'idle'), 1)
    b.tap(*place(b, 'load')[:2])
    c.true('touch', near(place(b, 'load')[2], full))
    c.holds('touch shows details', text(b, '#pp-details'), LOAD, 'total 450 samples')
    c.true('touch can copy', b.js("return document.getElementById('pp-copy-path').getBoundingClientRect().width > 20"))
    b.click('#pp-copy-path')
    c.equal('and does', text(b, '#pp-details'), 'copied: %s;%s' % (MAIN, LOAD))


def searching(c, b, svg):
    b.open(svg)
    plain = fill(b, 'parse')
    b.keys('/')
    c.equal('/ goes to the search box', b.js('return document.activeElement.id'), 'pp-search')
    b.type('parse')
    # 400 under load, counted once though parse calls itself, and 100 of Parse.
    c.equal('matches and their union', text(b, '#pp-found'), '3 found, 50.00% of view, 50.00% of all')
    c.true('matches are coloured', fill(b, 'parse') == 'rgb(230, 0, 230)' != plain and fill(b, 'paint') != fill(b, 'parse'))
    b.click('#pp-icase')
    c.equal('with case', (text(b, '#pp-found'), attribute(b, '#pp-icase', 'aria-pressed')), ('2 found, 40.00% of view, 40.00% of all', 'false'))
    b.click('#pp-icase')
    c.equal('matches are marked', b.js("return document.querySelectorAll('#frames g.hit').length"), 3)
    b.click('#pp-search')
    b.keys('Escape')
    c.equal('Escape in the box clears it', (text(b, '#pp-found'), fill(b, 'parse')), ('', plain))
    b.keys('/')
    b.type('^(load|paint)')
    c.equal('a regular expression', text(b, '#pp-found'), '2 found, 70.00% of view, 70.00% of all')
    click(b, 'load')
    c.equal('shares in the view', text(b, '#pp-found'), '2 found, 100.00% of view, 70.00% of all')
    b.click('#pp-reset')
    b.js('document.activeElement.blur()')
    b.keys('Escape')
    c.equal('Escape clears the search', (text(b, '#pp-found'), b.js("return document.getElementById('pp-search').value")), ('', ''))
    b.click('#pp-search')
    b.type('(')
    c.equal('half an expression', (text(b, '#pp-found'), b.js("return document.getElementById('pp-search').className")), ('not a regular expression', 'bad'))
    b.type('x|load)')
    c.equal('and the whole of it', text(b, '#pp-found'), '1 found, 45.00% of view, 45.00% of all')


def matches(c, b, svg):
    b.open(svg, '#s=%5E(load%7Cpaint)')
    seen = []
    for key in 'nnnN':
        b.keys(key)
        seen.append(text(b, '#pp-details').split(' ')[1])
    c.equal('n and N', seen, ['load', 'paint', 'load', 'paint'])
    b.click('#pp-next')
    b.click('#pp-next')
    c.holds('the button for the next', text(b, '#pp-details'), 'paint')
    b.click('#pp-prev')
    c.holds('the button for the one before', text(b, '#pp-details'), 'load')
    b.click('#pp-search')
    b.keys('Enter')
    c.holds('Enter in the box goes on', text(b, '#pp-details'), 'paint')
    c.equal('and stays in the box', b.js('return document.activeElement.id'), 'pp-search')


def reading(c, b, svg):
    b.open(svg)
    c.equal('no tooltip at first', b.js("return document.getElementById('pp-tip').getBoundingClientRect().width"), 0)
    hover(b, 'load')
    for where in ('#pp-tip', '#pp-details'):
        c.holds('texts under the mouse ' + where, text(b, where), LOAD, 'total 450 samples, 45.00% of view, 45.00% of all', 'self 50 samples, 5.00% of view, 5.00% of all')
    c.true('the tooltip shows', b.js("return document.getElementById('pp-tip').getBoundingClientRect().width > 100"))
    c.true('and not under the mouse', b.js("const t = document.getElementById('pp-tip').getBoundingClientRect(); return t.top > arguments[0] || t.bottom < arguments[0]", place(b, 'load')[1]))
    b.mouse(600, 500)
    c.equal('and goes', (b.js("return document.getElementById('pp-tip').getBoundingClientRect().width"), text(b, '#pp-details')), (0, ''))
    click(b, 'load')
    hover(b, 'parse')
    c.holds('shares of the view', text(b, '#pp-details'), 'total 400 samples, 88.89% of view, 40.00% of all', 'self 300 samples, 66.67% of view, 30.00% of all')


def keys(c, b, svg):
    b.open(svg)
    walk = [('ArrowUp', MAIN), ('ArrowUp', 'load'), ('ArrowRight', 'render'), ('ArrowLeft', 'load'), ('ArrowUp', 'parse'), ('ArrowDown', 'load')]
    for key, name in walk:
        b.keys(key)
        c.true('%s to %s' % (key, name), b.js("return document.activeElement.getAttribute('aria-label')").startswith(name))
    c.holds('details of the frame with focus', text(b, '#pp-details'), LOAD, '450 samples')
    c.true('focus ring', b.js("return getComputedStyle(document.activeElement.querySelector('rect')).stroke") not in ('none', ''))
    full = place(b, 'all')[2]
    b.keys('Enter')
    c.true('Enter zooms', near(place(b, 'load')[2], full))
    c.equal('focus stays', b.js("return document.activeElement.getAttribute('aria-label').slice(0, 4)"), 'load')
    b.keys('i')
    c.equal('i', attribute(b, '#pp-icicle', 'aria-pressed'), 'true')
    b.keys('ArrowDown')
    c.holds('arrows follow the picture', text(b, '#pp-details'), 'parse')
    b.keys('i', 't', 'r')
    c.equal('t and r', (attribute(b, '#pp-table', 'aria-pressed'), attribute(b, '#pp-reversed', 'aria-pressed')), ('true', 'true'))
    b.keys('t', 'r', '?')
    c.holds('help', text(b, '#pp-help'), 'zoom', 'search', 'table')
    c.equal('help is a dialog with the focus in it', b.js("const d = document.querySelector('[role=dialog]'); return d.contains(document.activeElement)"), True)
    b.keys('Escape')
    c.equal('Escape closes help', text(b, '#pp-help'), None)
    dark = attribute(b, '#flamegraph', 'class')
    b.keys('d')
    c.true('d', dark.split()[-1] != attribute(b, '#flamegraph', 'class').split()[-1])


def copying(c, b, svg):
    b.devtools('Browser.grantPermissions', permissions=['clipboardReadWrite', 'clipboardSanitizedWrite'])
    b.open(svg)
    click(b, 'parse')
    for key, wanted in (('c', 'parse (app/io.py:20)'), ('p', MAIN + ';' + LOAD + ';parse (app/io.py:20)')):
        b.keys(key)
        frame(b)
        c.equal('said to be copied: ' + key, text(b, '#pp-details'), 'copied: ' + wanted)
        try:
            found = b.later('const done = arguments[0]; navigator.clipboard.readText().then(done, (e) => done(String(e)))')
            c.equal('the clipboard after ' + key, found, wanted)
        except Exception as error:
            print('the clipboard cannot be read here: %s' % str(error).split('\n')[0])
    b.click('#pp-copy')
    c.equal('the button', text(b, '#pp-details'), 'copied: parse (app/io.py:20)')
    b.click('#pp-reversed')
    click(b, 'paint')
    click(b, 'render')
    b.keys('p')
    c.equal('paths begin at the root, also where leaves stand first', text(b, '#pp-details'), 'copied: render (app/draw.py:5);paint (app/draw.py:9)')


def roles(c, b, svg):
    b.open(svg)
    click(b, 'load')
    b.click('#pp-table')
    told = tree_of_roles(b)
    for role, name in (('toolbar', 'flame graph'), ('searchbox', 'search frames'), ('tree', 'frames'), ('navigation', 'zoomed path'), ('region', 'largest functions'),
                       ('treeitem', LOAD + ', 450 samples, 45.00%'), ('button', 'zoom out (0)'), ('button', 'light or dark (d)'), ('button', 'keys (?)'),
                       ('button', 'ignore case in searches'), ('button', 'next match (n)'), ('button', 'copy path (p)'), ('columnheader', 'function')):
        c.equal('told: %s "%s"' % (role, name), (role, name) in told, True)
    c.equal('every frame has a label and a level', b.js("""return Array.from(document.querySelectorAll('#frames > g')).filter((g) => g.getAttribute('role') !== 'treeitem' ||
        !g.getAttribute('aria-label') || !g.getAttribute('aria-level')).length"""), 0)
    c.equal('the selected frame is', b.js("return Array.from(document.querySelectorAll('[aria-selected=true]')).map((g) => g.getAttribute('aria-label').split(' ')[0])"), ['load'])
    c.equal('what was found is announced', attribute(b, '#pp-found', 'aria-live'), 'polite')
    c.equal('where we are is said', text(b, '[aria-current=location]'), LOAD)


def texts(c, b, svg):
    b.resize(1200, 900)
    b.open(svg)
    wide = dict((x[0], x[5]) for x in boxes(b))
    b.resize(300, 900)
    frame(b)
    small = dict((x[0], x[5]) for x in boxes(b))
    load = [label for label in wide if label.startswith('load')][0]
    c.equal('names are cut anew', (wide[load], small[load]), (LOAD, 'load (io.py:10)'))
    b.resize(1200, 900)


def fractions(c, b, svg):
    for data, told in ((b'a;b 0.000000001\na;c 0.000000002\n', '0.000000003'), (b'a;b 0.1\na;c 12345678.5\n', '12,345,678.6')):
        b.open(draw(sys.argv[1], os.path.dirname(svg), 'fractions', data))
        c.equal('counts below one and with decimals', text(b, '#pp-path'), 'all  %s samples' % told)


def main():
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        svg = draw(sys.argv[1], folder, 'page', DATA)
        return run((zooming, histories, pointers, searching, matches, reading, keys, copying, roles, texts, fractions), Checks(), browser, svg)


if __name__ == '__main__':
    sys.exit(main())
