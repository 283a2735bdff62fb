"""The page's life: zoom, history, search, keys, table, switches, links. Every figure below is counted by hand from DATA."""
import sys
import tempfile

from _driver import Browser, Checks, draw

DATA = b"""main (app/main.py:1);load (app/io.py:10);parse (app/io.py:20) 300
main (app/main.py:1);load (app/io.py:10);parse (app/io.py:20);parse (app/io.py:20) 100
main (app/main.py:1);load (app/io.py:10) 50
main (app/main.py:1);render (app/draw.py:5);paint (app/draw.py:9) 250
main (app/main.py:1);render (app/draw.py:5);Parse (app/draw.py:11) 100
main (app/main.py:1) 20
idle (app/main.py:90) 180
"""
ALL = 'all'
FRAME = """const name = arguments[0], nth = arguments[1] || 0;
const found = Array.from(document.querySelectorAll('#frames > g')).filter((g) => g.getAttribute('aria-label').startsWith(name) && g.getAttribute('display') !== 'none');
"""


def place(b, name, nth=0):
    """Middle of the nth visible frame of the name, and its width."""
    return b.js(FRAME + "if (!found[nth]) return null; const r = found[nth].querySelector('rect').getBoundingClientRect();"
                "return [r.left + r.width / 2, r.top + r.height / 2, r.width]", name, nth)


def shown(b, name):
    return b.js(FRAME + 'return found.length', name)


def click(b, name, nth=0):
    at = place(b, name, nth)
    b.click_at(at[0], at[1])


def text(b, selector):
    return b.js('const e = document.querySelector(arguments[0]); return e ? e.textContent : null', selector)


def fragment(b):
    return b.js('return location.hash')


def zooming(c, b, svg):
    b.open(svg)
    full = place(b, 'main')[2] * 1000 / 820
    c.true('the root fills the width', full > 1100)
    click(b, 'load')
    c.true('the zoomed frame fills the width', abs(place(b, 'load')[2] - full) < 2)
    c.equal('what stands beside is hidden', shown(b, 'render'), 0)
    c.true('callers stay', abs(place(b, 'main')[2] - full) < 2)
    c.equal('breadcrumbs', text(b, '#pp-path'), 'all \u203a main (app/main.py:1) \u203a load (app/io.py:10)')
    click(b, 'parse')
    c.true('zoomed further', abs(place(b, 'parse')[2] - full) < 2)
    b.back()
    c.true('back', abs(place(b, 'load')[2] - full) < 2 and place(b, 'parse')[2] < full - 10)
    b.forward()
    c.true('forward', abs(place(b, 'parse')[2] - full) < 2)
    c.equal('breadcrumbs lead back', b.js("return document.querySelectorAll('#pp-path button').length"), 4)
    b.click('#pp-path button:nth-of-type(2)')
    c.true('breadcrumb', abs(place(b, 'main')[2] - full) < 2 and shown(b, 'render') == 1)
    b.click('#pp-reset')
    c.equal('reset', shown(b, 'idle'), 1)
    at = place(b, 'render')
    b.click_at(*at[:2])
    b.click_at(*place(b, 'render')[:2])
    c.true('a double click zooms too', abs(place(b, 'render')[2] - full) < 2)
    b.keys('Escape')
    c.equal('Escape zooms out', shown(b, 'idle'), 1)
    b.tap(*place(b, 'load')[:2])
    c.true('touch', abs(place(b, 'load')[2] - full) < 2)


def searching(c, b, svg):
    b.open(svg)
    b.keys('/')
    c.equal('/ goes to the search box', b.js('return document.activeElement.id'), 'pp-search')
    b.type('parse')
    # 400 under load, counted once though parse calls itself, and 100 of Parse.
    c.equal('matches and their union', text(b, '#pp-found'), '3 found, 50.00% of view, 50.00% of all')
    b.click('#pp-icase')
    c.equal('with case', text(b, '#pp-found'), '2 found, 40.00% of view, 40.00% of all')
    b.click('#pp-icase')
    c.equal('matches are marked', b.js("return document.querySelectorAll('#frames g.hit').length"), 3)
    b.keys('Escape')
    c.equal('Escape in the box clears it', text(b, '#pp-found'), '')
    b.keys('/')
    b.type('^(load|paint)')
    c.equal('a regular expression', text(b, '#pp-found'), '2 found, 70.00% of view, 70.00% of all')
    click(b, 'load')
    c.equal('shares in the view', text(b, '#pp-found'), '2 found, 100.00% of view, 70.00% of all')
    b.click('#pp-reset')
    b.js('document.activeElement.blur()')
    b.keys('n')
    first = text(b, '#pp-foot')
    b.keys('n')
    second = text(b, '#pp-foot')
    b.keys('N')
    c.holds('n goes to the first match', first, 'load')
    c.holds('n goes to the next match', second, 'paint')
    c.equal('N goes back', text(b, '#pp-foot'), first)
    b.click('#pp-search')
    b.js("document.getElementById('pp-search').select()")
    b.type('(')
    c.equal('half an expression', text(b, '#pp-found'), 'not a regular expression')


def reading(c, b, svg):
    b.open(svg)
    b.mouse(*place(b, 'load')[:2])
    for where in ('#pp-tip', '#pp-foot'):
        c.holds('texts under the mouse ' + where, text(b, where), 'load (app/io.py:10)', 'total 450 samples, 45.00% of view, 45.00% of all',
                'self 50 samples, 5.00% of view, 5.00% of all')
    c.true('the tooltip shows', b.js("return document.getElementById('pp-tip').getBoundingClientRect().width > 100"))
    click(b, 'load')
    b.mouse(*place(b, 'parse')[:2])
    c.holds('shares of the view', text(b, '#pp-foot'), '400 samples, 88.89% of view, 40.00% of all')


def keys(c, b, svg):
    b.open(svg)
    walk = [('ArrowUp', 'main (app/main.py:1)'), ('ArrowUp', 'load'), ('ArrowRight', 'render'), ('ArrowLeft', 'load'), ('ArrowUp', 'parse'), ('ArrowDown', 'load')]
    for key, name in walk:
        b.keys(key)
        c.true('%s to %s' % (key, name), b.js("return document.activeElement.getAttribute('aria-label')").startswith(name))
    ring = b.js("return getComputedStyle(document.activeElement.querySelector('rect')).stroke")
    c.true('focus ring', ring not in ('none', ''))
    full = place(b, ALL)[2]
    b.keys('Enter')
    c.true('Enter zooms', abs(place(b, 'load')[2] - full) < 2)
    c.equal('focus stays', b.js("return document.activeElement.getAttribute('aria-label').slice(0, 4)"), 'load')
    b.keys('Backspace')
    c.equal('Backspace goes back', shown(b, 'idle'), 1)
    b.keys('c')
    c.equal('copy name', b.js('return document.documentElement.dataset.copied'), 'load (app/io.py:10)')
    b.keys('p')
    c.equal('copy path', b.js('return document.documentElement.dataset.copied'), 'main (app/main.py:1);load (app/io.py:10)')
    b.keys('?')
    c.holds('help', text(b, '#pp-help'), 'zoom', 'search')
    b.keys('Escape')
    c.equal('Escape closes help', text(b, '#pp-help'), None)
    b.keys('d')
    c.equal('d: dark', b.js("return document.documentElement.classList.contains('dark')"), True)


def switches(c, b, svg):
    b.open(svg)
    up = place(b, 'main')[1] < place(b, ALL)[1]
    b.click('#pp-icicle')
    c.true('icicle turns it over', up and place(b, 'main')[1] > place(b, ALL)[1])
    b.click('#pp-icicle')
    b.click('#pp-reversed')
    # Self: parse 400, paint 250, idle 180, Parse 100, load 50, main 20.
    whole = place(b, ALL)[2]
    c.true('reversed: leaves first', abs(place(b, 'parse')[2] / whole - 0.4) < 0.01)
    c.equal('reversed: render ran nothing itself', b.js("return document.querySelectorAll('#frames > g').length > 6"), True)
    b.mouse(*place(b, 'paint')[:2])
    c.holds('reversed: self', text(b, '#pp-foot'), 'self 250 samples, 25.00% of view')
    b.click('#pp-reversed')
    c.equal('and back', shown(b, 'idle'), 1)
    b.click('#pp-table')
    rows = b.js("return Array.from(document.querySelectorAll('#pp-side tbody tr')).map((r) => Array.from(r.children).map((c) => c.textContent))")
    c.true('the table is beside the graph', b.js("return document.getElementById('frames').getBoundingClientRect().right <= document.getElementById('pp-side').getBoundingClientRect().left"))
    c.equal('largest self', rows[0], ['40.00%', '40.00%', 'parse (app/io.py:20)'])
    b.click('#pp-side th:nth-child(2) button')
    c.equal('largest total', text(b, '#pp-side tbody tr td:last-child'), 'main (app/main.py:1)')
    b.click('#pp-side tbody tr:nth-child(2)')
    c.equal('a row marks its frames', b.js("return Array.from(document.querySelectorAll('#frames g.hit')).map((g) => g.getAttribute('aria-label').split(' (')[0])"), ['load'])


def links(c, b, svg):
    b.open(svg)
    click(b, 'render')
    b.click('#pp-icicle')
    b.keys('/')
    b.type('pai.t')
    b.click('#pp-table')
    link = fragment(b)
    before = b.js("return Array.from(document.querySelectorAll('#frames > g')).map((g) => g.outerHTML.replace(/ tabindex=.*?\"|class=.*?\"/g, '')).join('')")
    b.open(svg, link)
    after = b.js("return Array.from(document.querySelectorAll('#frames > g')).map((g) => g.outerHTML.replace(/ tabindex=.*?\"|class=.*?\"/g, '')).join('')")
    c.true('the link says something', len(link) > 8)
    c.equal('a link shows the same picture', place(b, 'render')[2] > 750 and after.count('display="none"') == before.count('display="none"'), True)
    c.equal('and finds the same', text(b, '#pp-found'), '1 found, 71.43% of view, 25.00% of all')
    c.equal('and shows the table', b.js("return document.getElementById('pp-side-holder').getAttribute('display')"), 'inline')
    for bad in ('#z=99999', '#z=-1', '#s=%', '#s=(', '#z=x&r=9&theme=%3Cscript%3E', '#constructor=1&__proto__=2'):
        b.open(svg, bad)
        c.equal('a damaged link ' + bad, (shown(b, 'main'), b.js('return document.documentElement.dataset.ready')), (1, '1'))


def widths(c, b, svg):
    b.resize(1200, 900)
    b.open(svg)
    wide = text(b, '#frames')
    b.resize(300, 700)
    b.later('const done = arguments[arguments.length - 1]; requestAnimationFrame(() => requestAnimationFrame(done))')
    c.true('nothing stands out at 300 px', b.js('return document.documentElement.getBoundingClientRect().width <= 300 && document.scrollingElement.scrollWidth <= 300'))
    c.true('texts are fitted anew', len(text(b, '#frames')) < len(wide))
    c.equal('texts stay in their boxes', b.js("""return Array.from(document.querySelectorAll('#frames > g')).filter((g) => { const t = g.querySelector('text'), r = g.querySelector('rect');
        return t && t.textContent && g.getAttribute('display') !== 'none' && t.getBoundingClientRect().right > r.getBoundingClientRect().right + 1; }).length"""), 0)
    overlap = """const boxes = Array.from(document.querySelectorAll('#pp-bar > *')).map((e) => e.getBoundingClientRect()).filter((r) => r.width), out = [];
        const frames = document.getElementById('frames').getBoundingClientRect();
        for (const r of boxes) if (r.right > innerWidth + 1 || r.bottom > frames.top + 1) out.push(r);
        return out.length"""
    c.equal('the tool bar fits', b.js(overlap), 0)
    b.resize(1200, 900)


def roles(c, b, svg):
    b.open(svg)
    c.equal('frames are a tree', b.js("return document.getElementById('frames').getAttribute('role')"), 'tree')
    c.equal('each frame is an item with a label', b.js("""return Array.from(document.querySelectorAll('#frames > g')).filter((g) => g.getAttribute('role') !== 'treeitem' ||
        !g.getAttribute('aria-label') || !g.getAttribute('aria-level')).length"""), 0)
    c.equal('buttons have names', b.js("return Array.from(document.querySelectorAll('#pp-bar button')).filter((e) => !e.title && !e.textContent).length"), 0)
    c.equal('the search box has a label', b.js("return document.getElementById('pp-search').getAttribute('aria-label')"), 'search frames')
    c.equal('what was found is announced', b.js("return document.getElementById('pp-found').getAttribute('aria-live')"), 'polite')


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory() as folder, Browser() as browser:
        svg = draw(sys.argv[1], folder, 'page', DATA)
        for part in (zooming, searching, reading, keys, switches, links, widths, roles):
            try:
                part(checks, browser, svg)
            except Exception as error:  # one broken part must not hide the others
                checks.true('%s: %s: %s' % (part.__name__, type(error).__name__, str(error).split('\n')[0]), False)
    return checks.finish()


if __name__ == '__main__':
    sys.exit(main())
