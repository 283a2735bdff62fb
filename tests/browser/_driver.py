"""Just enough WebDriver over HTTP to click, type and read a page in headless Chromium. Python's own library only."""
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

SKIPPED = 77
KEYS = {'Enter': '\ue007', 'Escape': '\ue00c', 'Backspace': '\ue003', 'ArrowLeft': '\ue012', 'ArrowUp': '\ue013', 'ArrowRight': '\ue014', 'ArrowDown': '\ue015'}
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'


class DriverError(Exception):
    """What the driver answered instead of a result."""


class Browser:
    """One headless Chromium; closes itself at the end of a with block."""

    def __init__(self, width=1200, height=900, dark=False):
        driver = shutil.which('chromedriver')
        if not driver or not (shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')):
            print('skipped: no chromium')
            sys.exit(SKIPPED)
        self.folder = tempfile.mkdtemp(prefix='browser-test-')
        self.server = None
        self.size = (width, height)
        try:
            self.start(driver, dark)
        except BaseException:
            self.close()
            raise

    def start(self, driver, dark):
        with socket.socket() as s:
            s.bind(('127.0.0.1', 0))
            port = s.getsockname()[1]
        self.base = 'http://127.0.0.1:%d' % port
        self.server = subprocess.Popen([driver, '--port=%d' % port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                urllib.request.urlopen(self.base + '/status', timeout=5).read()
                break
            except OSError:
                time.sleep(0.1)
        arguments = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars', '--force-color-profile=srgb',
                     '--user-data-dir=' + os.path.join(self.folder, 'user')]
        arguments += ['--blink-settings=preferredColorScheme=%d' % (0 if dark else 1)]
        options = {'args': arguments}
        answer = self.call('POST', '/session', {'capabilities': {'alwaysMatch': {'browserName': 'chrome', 'unhandledPromptBehavior': 'ignore',
                                                                                   'goog:chromeOptions': options}}}, '')
        self.session = '/session/' + answer['sessionId']
        self.resize(*self.size)

    def call(self, method, path, body=None, prefix=None):
        data = None if method == 'GET' else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + (self.session if prefix is None else prefix) + path, data, {'Content-Type': 'application/json'}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                return json.load(reply)['value']
        except urllib.error.HTTPError as error:
            raise DriverError(json.load(error)['value']['message']) from None

    def devtools(self, command, **parameters):
        return self.call('POST', '/goog/cdp/execute', {'cmd': command, 'params': parameters})

    def resize(self, width, height):
        self.devtools('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)

    def open(self, path, fragment=''):
        """Opens a file afresh, whatever was open before."""
        self.call('POST', '/url', {'url': 'about:blank'})
        self.call('POST', '/url', {'url': 'file://' + os.path.abspath(path) + fragment})

    def js(self, script, *arguments):
        return self.call('POST', '/execute/sync', {'script': script, 'args': list(arguments)})

    def later(self, script, *arguments):
        """A script that calls its last argument with the result."""
        return self.call('POST', '/execute/async', {'script': script, 'args': list(arguments)})

    def url(self):
        return self.call('GET', '/url')

    def back(self):
        self.call('POST', '/back')

    def forward(self):
        self.call('POST', '/forward')

    def keys(self, *keys):
        """Presses keys, as named in KEYS or one character each, wherever the focus is."""
        actions = []
        for key in keys:
            value = KEYS.get(key, key)
            actions += [{'type': 'keyDown', 'value': value}, {'type': 'keyUp', 'value': value}]
        self.call('POST', '/actions', {'actions': [{'type': 'key', 'id': 'keyboard', 'actions': actions}]})

    def type(self, text):
        self.keys(*text)

    def mouse(self, x, y, *buttons):
        moves = [{'type': 'pointerMove', 'duration': 0, 'x': round(x), 'y': round(y)}] + [{'type': b, 'button': 0} for b in buttons]
        self.call('POST', '/actions', {'actions': [{'type': 'pointer', 'id': 'mouse', 'parameters': {'pointerType': 'mouse'}, 'actions': moves}]})

    def click_at(self, x, y):
        self.mouse(x, y, 'pointerDown', 'pointerUp')

    def tap(self, x, y):
        self.devtools('Input.dispatchTouchEvent', type='touchStart', touchPoints=[{'x': x, 'y': y}])
        self.devtools('Input.dispatchTouchEvent', type='touchEnd', touchPoints=[])

    def middle(self, selector):
        box = self.js('const e = document.querySelector(arguments[0]); if (!e) return null; const b = e.getBoundingClientRect();'
                      'return [b.left + b.width / 2, b.top + b.height / 2]', selector)
        if not box:
            raise DriverError('no element ' + selector)
        return box

    def click(self, selector):
        self.click_at(*self.middle(selector))

    def alert(self):
        """The text of an open alert, or None."""
        try:
            return self.call('GET', '/alert/text')
        except DriverError:
            return None

    def picture(self, path):
        with open(path, 'wb') as f:
            f.write(base64.b64decode(self.call('GET', '/screenshot')))

    def close(self):
        if self.server:
            try:
                self.call('DELETE', '')
            except (OSError, AttributeError, DriverError):
                pass
            self.server.terminate()
            self.server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def draw(programs, folder, name, data, *options):
    """Runs folded2svg over the bytes and gives the picture's path."""
    path = os.path.join(folder, name + '.svg')
    done = subprocess.run([os.path.join(programs, 'folded2svg'), *options, '-o', path], input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode:
        raise SystemExit('folded2svg failed: ' + done.stderr.decode('utf-8', 'replace'))
    return path


class Checks:
    """Counts what was checked; a failure is printed with both values and remembered."""

    def __init__(self):
        self.done = self.failed = 0

    def equal(self, what, found, expected):
        self.done += 1
        if found != expected:
            self.failed += 1
            print('FAILED %s: expected %r, found %r' % (what, expected, found))

    def true(self, what, found):
        self.equal(what, bool(found), True)

    def becomes(self, what, found):
        """For what a browser does in its own time, such as going back: asked again for some seconds."""
        until = time.monotonic() + 10
        while not found() and time.monotonic() < until:
            time.sleep(0.05)
        self.true(what, found())

    def holds(self, what, text, *parts):
        for part in parts:
            self.done += 1
            if part not in (text or ''):
                self.failed += 1
                print('FAILED %s: expected %r in %r' % (what, part, text))

    def finish(self):
        print('%d checks, %d failed' % (self.done, self.failed))
        return 1 if self.failed else 0
