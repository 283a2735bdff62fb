#!/usr/bin/env python3
"""Takes the pictures of README.md in headless Chromium: ./dev images

usage: make.py BIN_DIR"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'browser'))
import subprocess
import tempfile

from _driver import Browser


def main():
    programs = os.path.abspath(sys.argv[1])
    example = lambda name: os.path.join(ROOT, 'examples', name)
    pictures = [('flamegraph', [example('stacks.folded'), '--title', 'examples/stacks.folded'], 400),
                ('diff', ['--diff', example('before.prof'), example('after.prof'), '--title', 'examples/before.prof to examples/after.prof'], 460)]
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments, height in pictures:
            svg = os.path.join(folder, name + '.svg')
            subprocess.run([os.path.join(programs, 'folded2svg'), '-q', '-o', svg] + arguments, check=True)
            with Browser(width=1200, height=height) as browser:
                browser.open(svg)
                browser.picture(os.path.join(HERE, name + '.png'))
                print(os.path.join('docs', 'images', name + '.png'))


main()
