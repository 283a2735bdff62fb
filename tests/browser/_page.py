"""What tests do on the page of a flame graph: find frames by name, click and read."""
import json

FRAME = """const name = arguments[0], nth = arguments[1] || 0;
const found = Array.from(document.querySelectorAll('#frames > g')).filter((g) => g.getAttribute('aria-label').startsWith(name));
"""
ROWS = "return Array.from(document.querySelectorAll('#pp-side tbody tr')).map((r) => Array.from(r.children).map((c) => c.textContent))"


def place(b, name, nth=0):
    """Middle of the nth visible frame whose label begins so, and its width; None if there is none."""
    return b.js(FRAME + "if (!found[nth]) return null; const r = found[nth].querySelector('rect').getBoundingClientRect();"
                "return [r.left + r.width / 2, r.top + r.height / 2, r.width]", name, nth)


def shown(b, name):
    return b.js(FRAME + 'return found.length', name)


def fill(b, name):
    return b.js(FRAME + "return getComputedStyle(found[0].querySelector('rect')).fill", name)


def click(b, name, nth=0):
    b.click_at(*place(b, name, nth)[:2])


def hover(b, name, nth=0):
    b.mouse(*place(b, name, nth)[:2])


def text(b, selector):
    return b.js('const e = document.querySelector(arguments[0]); return e ? e.textContent : null', selector)


def attribute(b, selector, name):
    return b.js('return document.querySelector(arguments[0]).getAttribute(arguments[1])', selector, name)


def fragment(b):
    return b.js('return location.hash')


def frame(b):
    """Waits until what was asked for has been drawn."""
    b.later('const done = arguments[arguments.length - 1]; requestAnimationFrame(() => requestAnimationFrame(done))')


def boxes(b):
    """Every frame drawn: label, left, top, width, colour, text."""
    return b.js("""return Array.from(document.querySelectorAll('#frames > g')).map((g) => { const r = g.querySelector('rect'), t = g.querySelector('text');
        return [g.getAttribute('aria-label'), +r.getAttribute('x'), +r.getAttribute('y'), +r.getAttribute('width'), r.getAttribute('fill'), t ? t.textContent : '']; })""")


def still_boxes(b):
    """The same of a picture without a script: first line of the title, left, top, width, colour, text."""
    return b.js("""return Array.from(document.querySelectorAll('#frames > g')).map((g) => { const r = g.querySelector('rect'), t = g.querySelector('text');
        return [g.querySelector('title').textContent.split('\\n')[0], +r.getAttribute('x'), +r.getAttribute('y'), +r.getAttribute('width'), r.getAttribute('fill'), t ? t.textContent : '']; })""")


def tree_of_roles(b):
    """What assistive technology is told: (role, name) of every node."""
    b.devtools('Accessibility.enable')
    nodes = b.devtools('Accessibility.getFullAXTree')['nodes']
    return [(n['role']['value'], n.get('name', {}).get('value', '')) for n in nodes if not n.get('ignored') and 'role' in n]


def run(parts, checks, *arguments):
    """Every part, so that one broken part does not hide the others."""
    for part in parts:
        try:
            part(checks, *arguments)
        except Exception as error:
            checks.true('%s: %s: %s' % (part.__name__, type(error).__name__, json.dumps(str(error).split('\n')[0])), False)
    return checks.finish()
