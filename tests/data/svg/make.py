#!/usr/bin/env python3
"""Writes the samples of this folder: small pictures of the kinds that the svg reader knows, and what it must refuse.

The shapes are those of docs/formats/svg.md; the pictures are drawn here. pass_own.svg comes from folded2svg itself:
    folded2svg --no-javascript pass_own.folded > pass_own.svg
pass_front.svg too, from the stacks of FRAMES; pass_own.svg is older and has its profile compressed without front-coding.
"""
import base64
import os
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
FRAMES = [('all', 0, 0, 17), ('d', 1, 0, 2), ('main', 1, 2, 15), ('parse (app/io.py:9)', 2, 2, 10), ('a <b> & c', 3, 2, 4)]


def esc(s):
    return s.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;')


def write(name, text):
    with open(os.path.join(HERE, name), 'w', encoding='utf-8', newline='') as f:
        f.write(text)


def px(x):
    return 10 + x * 1180 / 17


def flamegraph(icicle=False):
    rows = []
    for name, depth, x, w in FRAMES:
        y = 100 + depth * 16 if icicle else 164 - depth * 16
        title = '%s (%d samples, %.2f%%)' % (esc(name), w, 100 * w / 17)
        rows.append('<g >\n<title>%s</title><rect x="%.1f" y="%d" width="%.1f" height="15.0" fill="rgb(1,2,3)" rx="2" ry="2" />\n'
                    '<text x="1" y="2" >%s..</text>\n</g>' % (title, px(x), y, px(x + w) - px(x), esc(name[:3])))
    return ('<?xml version="1.0" standalone="no"?>\n<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n'
            '<svg version="1.1" width="1200" height="200" xmlns="http://www.w3.org/2000/svg">\n<rect x="0.0" y="0" width="1200.0" height="200.0" fill="url(#background)"  />\n'
            '<text id="title" x="600" y="24" >Flame Graph</text>\n<g id="frames">\n' + '\n'.join(rows) + '\n</g>\n</svg>\n')


def inferno():
    rows = []
    for name, depth, x, w in FRAMES:
        rows.append('<g><title>%s (%d samples, %.2f%%)</title><rect x="%.4f%%" y="%d" width="%.4f%%" height="15" fill="rgb(9,9,9)" fg:x="%d" fg:w="%d"/>'
                    '<text x="1" y="2"></text></g>' % (esc(name), w, 100 * w / 17, 100 * x / 17, 164 - depth * 16, 100 * w / 17, x, w))
    return ('<?xml version="1.0" standalone="no"?><svg version="1.1" width="1200" height="200" xmlns="http://www.w3.org/2000/svg" '
            'xmlns:fg="http://github.com/jonhoo/inferno"><rect x="0" y="0" width="100%" height="200"/><svg id="frames" x="10" width="1180" '
            'total_samples="17">' + ''.join(rows) + '</svg></svg>\n')


def oldest():
    rows = ['<rect x="%.1f" y="%d" width="%.1f" height="15.0" fill="rgb(1,2,3)" onmouseover="s(\'%s (%d samples, %.2f%%)\')" onmouseout="c()" />' %
            (px(x), 164 - d * 16, px(x + w) - px(x), esc(n), w, 100 * w / 17) for n, d, x, w in FRAMES]
    return '<?xml version="1.0" standalone="no"?>\n<svg width="1200" height="200" xmlns="http://www.w3.org/2000/svg">\n<text>Flame Graph</text>\n' + '\n'.join(rows) + '\n</svg>\n'


def in_groups():
    """2012, and a differential one: the change stands before the count."""
    rows = ['<g class="func_g" onmouseover="s(\'%s (%d sample weight, %d samples, %.2f%%)\')" onmouseout="c()">\n<rect x="%.1f" y="%d" width="%.1f" height="15.0" rx="2" ry="2" />\n</g>' %
            (esc(n), -w, w, 100 * w / 17, px(x), 164 - d * 16, px(x + w) - px(x)) for n, d, x, w in FRAMES]
    return '<?xml version="1.0" standalone="no"?>\n<svg width="1200" height="200" xmlns="http://www.w3.org/2000/svg">\n' + '\n'.join(rows) + '\n</svg>\n'


def refuse(name, text, error):
    write(name, text)
    write(name + '.error', error + '\n')


write('pass_flamegraph.svg', flamegraph())
write('pass_icicle.svg', flamegraph(True))
write('pass_inferno.svg', inferno())
write('pass_oldest.svg', oldest())
write('pass_groups.svg', in_groups())
refuse('fail_no_frames.svg', '<svg xmlns="http://www.w3.org/2000/svg"><rect x="1" y="2" width="3" height="4"/></svg>\n',
       'expected a flame graph, found an SVG without frames')
refuse('fail_cut.svg', flamegraph()[:700], 'Extra content at the end of the document')
refuse('fail_entities.svg', '<?xml version="1.0"?>\n<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'
      '<svg xmlns="http://www.w3.org/2000/svg"><g><title>&b; (3 samples, 1%)</title><rect x="1" y="2" width="3" height="4"/></g></svg>\n',
       'expected no entities of its own in a flame graph')
refuse('fail_embedded.svg', '<svg xmlns="http://www.w3.org/2000/svg" data-profpipe="1"><metadata><profpipe:profile xmlns:profpipe="https://profpipe.invalid/svg" '
      'format="folded" encoding="base64" compression="zlib">AAAA</profpipe:profile></metadata></svg>\n', 'the embedded profile is damaged')
refuse('fail_front.svg', '<svg xmlns="http://www.w3.org/2000/svg" data-profpipe="1"><metadata><profpipe:profile xmlns:profpipe="https://profpipe.invalid/svg" '
       'format="folded" encoding="base64" compression="front+zlib">%s</profpipe:profile></metadata></svg>\n' % base64.b64encode(zlib.compress(b'0 a 1\n9 b 2\n')).decode(),
       'the embedded profile is damaged')
