/* The parts of the page around the graph: HTML inside the picture, made here so that the still picture has none. */

const SIDE_WIDTH = view.diff ? 540 : 430, NARROW = 620;

function html(tag, attributes, ...children) {
  const e = document.createElementNS('http://www.w3.org/1999/xhtml', tag);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key.startsWith('on')) e.addEventListener(key.slice(2), value); else e.setAttribute(key, value);
  }
  e.append(...children);
  return e;
}

function holder(id, child) {
  const f = element('foreignObject', { id: id + '-holder', x: 0, y: 0, width: 10, height: 10 }, svg);
  f.append(child);
  return f;
}

function box(f, x, y, w, h) {
  f.setAttribute('x', x);
  f.setAttribute('y', y);
  f.setAttribute('width', Math.max(0, w));
  f.setAttribute('height', Math.max(0, h));
}

function button(id, text, title, act) {
  return html('button', { id, type: 'button', title, 'aria-label': title, onclick: act }, text);
}

function makeButtons() {
  const made = {
    icase: button('pp-icase', 'Aa', 'ignore case in searches', () => { state.icase = !state.icase; setSearch(state.search); changed(); }),
    prev: button('pp-prev', '\u2039', 'previous match (N)', () => nextHit(-1)),
    next: button('pp-next', '\u203a', 'next match (n)', () => nextHit(1)),
    reset: button('pp-reset', 'Reset', 'zoom out (0)', () => zoom(null)),
    icicle: button('pp-icicle', 'Icicle', 'root at the top (i)', () => { state.icicle = !state.icicle; changed(); scrollHome(); }),
    turned: button('pp-reversed', 'Reversed', 'leaves first (r)', () => { setTurned(!state.turned); changed(); scrollHome(); }),
    side: button('pp-table', 'Table', 'largest functions (t)', () => { state.side = !state.side; changed(); }),
    dark: button('pp-dark', '\u25d1', 'light or dark (d)', () => { state.theme = isDark() ? 'light' : 'dark'; changed(); }),
    help: button('pp-help-button', '?', 'keys (?)', () => showHelp()),
  };
  return made;
}

function makeSearch() {
  const box = html('input', { type: 'search', id: 'pp-search', placeholder: 'search (regex)  /', 'aria-label': 'search frames', autocomplete: 'off', spellcheck: 'false',
    oninput: () => setSearch(box.value), onkeydown: (e) => {
      if (e.key === 'Enter') { e.preventDefault(); nextHit(e.shiftKey ? -1 : 1, true); }
      if (e.key === 'Escape') { e.stopPropagation(); box.value = ''; setSearch(''); box.blur(); }
    } });
  return box;
}

function makeParts() {
  const buttons = makeButtons(), search = makeSearch();
  const group = (...parts) => html('span', { class: 'pp-group' }, ...parts);
  const found = html('span', { id: 'pp-found', role: 'status', 'aria-live': 'polite' });
  const bar = html('div', { id: 'pp-bar', role: 'toolbar', 'aria-label': 'flame graph' }, html('span', { class: 'pp-group pp-find' }, search, buttons.icase, buttons.prev, buttons.next), found,
    group(buttons.reset, buttons.icicle, ...(view.chart ? [] : [buttons.turned]), buttons.side, buttons.dark, buttons.help));
  const path = html('div', { id: 'pp-path', role: 'navigation', 'aria-label': 'zoomed path' });
  const details = html('span', { id: 'pp-details', role: 'status' });
  const copies = html('span', { id: 'pp-copies' }, button('pp-copy', 'copy name', 'copy name (c)', () => copyName()), button('pp-copy-path', 'copy path', 'copy path (p)', () => copyPath()));
  const head = html('div', { id: 'pp-head' }, bar, path), foot = html('div', { id: 'pp-foot' }, copies, details);
  const side = html('div', { id: 'pp-side', role: 'region', 'aria-label': 'largest functions' }), tip = html('div', { id: 'pp-tip', role: 'tooltip' });
  const made = { buttons, search, found, path, details, copies, head, foot, side, tip, headHolder: holder('pp-head', head), footHolder: holder('pp-foot', foot),
    sideHolder: holder('pp-side', side), tipHolder: holder('pp-tip', tip) };
  made.sideHolder.setAttribute('display', 'none');
  made.tipHolder.setAttribute('display', 'none');
  return made;
}

/* The table stands beside the graph where there is room for both, else below it. */
function beside() {
  return state.side && width >= 2 * SIDE_WIDTH;
}

function graphWidth() {
  return beside() ? width - SIDE_WIDTH : width;
}

function placeHeadings() {
  const title = document.getElementById('title'), sub = document.getElementById('subtitle'), legend = document.getElementById('legend');
  const first = view.fontSize + 8, second = first + view.fontSize + 6;
  placeHeading(title, first, view.fontSize + 5);
  placeHeading(sub, second, view.fontSize);
  for (const id of ['details', 'matched']) { const still = document.getElementById(id); if (still) still.remove(); }
  return { headings: (sub && sub.textContent ? second : first) + 8, legend };
}

/* Smaller where it would be wider than the picture. */
function placeHeading(heading, y, size) {
  if (!heading) return;
  heading.setAttribute('x', width / 2);
  heading.setAttribute('y', y);
  if (heading.dataset.width === String(width)) return;
  heading.dataset.width = width;
  heading.setAttribute('font-size', size);
  const wide = heading.getComputedTextLength(), room = width - 2 * view.padX;
  if (wide > room) heading.setAttribute('font-size', Math.max(7, size * room / wide));
}

/* Measures the parts, and so where the graph begins and ends. */
function measure() {
  /* Read before anything is drawn: reading afterwards would have the browser lay out everything at once, and once more for what is written then. */
  geometry.scroll = document.scrollingElement ? document.scrollingElement.scrollTop : window.scrollY;
  geometry.window = window.innerHeight;
  const { headings, legend } = placeHeadings();
  geometry.head = headings;
  box(ui.headHolder, 0, headings, width, 400);
  geometry.headHeight = ui.head.offsetHeight;
  geometry.top = headings + geometry.headHeight + 6;
  if (legend) geometry.top += placeLegend(legend);
  box(ui.footHolder, 0, 0, width, 400);
  geometry.footHeight = Math.max(30, ui.foot.offsetHeight);
  box(ui.headHolder, 0, headings, width, geometry.headHeight);
  geometry.graphEnd = geometry.top + bands.all * view.frameHeight + 6;
}

/* The fields of the legend, side by side, in as many rows as they need. */
function placeLegend(legend) {
  let x = view.padX, y = geometry.top + 2;
  for (const field of legend.children) {
    const wide = field.getBBox().width;
    if (x > view.padX && x + wide > width - view.padX) { x = view.padX; y += 18; }
    const own = field.getBBox();
    field.setAttribute('transform', 'translate(' + round(x - own.x) + ' ' + round(y - own.y) + ')');
    x += wide + 16;
  }
  return y + 22 - geometry.top;
}

/* The picture is as high as the window at least, so that dark has no white rest. */
function placeParts() {
  const window_ = geometry.window - 1, below = state.side && !beside() ? Math.min(460, ui.side.scrollHeight + 24) : 0;
  geometry.height = Math.max(geometry.graphEnd + below + geometry.footHeight, window_, help ? geometry.top + help.firstElementChild.offsetHeight + 30 : 0);
  svg.setAttribute('viewBox', '0 0 ' + width + ' ' + geometry.height);
  svg.setAttribute('width', width);
  svg.setAttribute('height', geometry.height);
  if (below) box(ui.sideHolder, 6, geometry.graphEnd + 4, width - 12, below);
  stick();
}

function scrolled() {
  geometry.scroll = document.scrollingElement ? document.scrollingElement.scrollTop : window.scrollY;
  stick();
}

/* Tool bar, details and a table beside the graph stay in the window while a high graph is scrolled. */
function stick() {
  const from = geometry.scroll, end = Math.min(geometry.height, from + geometry.window);
  const head = Math.max(geometry.head, from);
  ui.headHolder.setAttribute('y', head);
  ui.head.classList.toggle('pp-stuck', from > geometry.head);
  box(ui.footHolder, 0, end - geometry.footHeight, width, geometry.footHeight);
  ui.foot.classList.toggle('pp-stuck', end < geometry.height - 1 || end - geometry.footHeight < geometry.graphEnd);
  if (beside()) {
    const y = Math.max(geometry.top, from + geometry.headHeight + 6);
    box(ui.sideHolder, width - SIDE_WIDTH - 6 + 8, y, SIDE_WIDTH - 8, end - geometry.footHeight - y - 4);
  }
}

/* A flame graph higher than the window is first seen at its root, a chart at that of its first thread. */
function scrollHome() {
  const end = view.chart ? geometry.top + bands.rows[0] * view.frameHeight + 6 : geometry.graphEnd;
  window.scrollTo(0, state.icicle ? 0 : Math.max(0, end + geometry.footHeight - window.innerHeight));
}

function showDetails(node) {
  ui.details.textContent = node ? (view.nameType + ' ' + describe(node)).replace(/\n/g, '  \u2502  ') : '';
  ui.copies.style.display = selected && node === selected ? '' : 'none';
}

/* Details for which there is no room: the foot grows over the graph. */
function growFoot() {
  const needed = ui.foot.scrollHeight;
  if (needed > geometry.footHeight) { geometry.footHeight = needed; stick(); }
}

function showTip(node, event) {
  const at = svg.getBoundingClientRect(), scale = width / at.width || 1, x = (event.clientX - at.left) * scale, y = (event.clientY - at.top) * scale;
  const wide = Math.min(460, width - 8), bottom = y - event.clientY * scale + window.innerHeight;
  ui.tip.textContent = describe(node);
  ui.tipHolder.removeAttribute('display');
  box(ui.tipHolder, 0, 0, wide, 1000);
  const height = ui.tip.offsetHeight + 8, own = ui.tip.offsetWidth;
  box(ui.tipHolder, Math.max(4, Math.min(x + 14, width - own - 10)), y + 18 + height > bottom ? Math.max(0, y - height - 6) : y + 18, wide, height);
}

function hideTip() {
  ui.tipHolder.setAttribute('display', 'none');
}

function showPath() {
  const path = [];
  const several = bands.rows.length > 1 && { name: 'all threads' };
  for (let at = state.zoom || several || tree[0]; at; at = at.parent) path.unshift(at);
  ui.path.textContent = '';
  path.forEach((node, i) => {
    if (i) ui.path.append(' \u203a ');
    ui.path.append(i + 1 === path.length ? html('span', { 'aria-current': 'location' }, node.name) : html('button', { type: 'button', onclick: () => zoom(node) }, node.name));
  });
  ui.path.append(html('span', { class: 'pp-sum' }, '  ' + count(lengthOfView())));
  shortenPath();
}

/* A long path loses steps behind its first one, so that its end can be read. They are in the document all the same, for those who listen. */
function shortenPath() {
  const links = Array.from(ui.path.querySelectorAll('button'));
  box(ui.headHolder, 0, geometry.head, width, 400);
  for (let i = 1; i < links.length && ui.path.scrollWidth > ui.path.clientWidth; i++) {
    const parts = [links[i], links[i].nextSibling];
    if (i === 1) links[0].nextSibling.after(html('span', { class: 'pp-cut', 'aria-hidden': 'true' }, '\u2026 \u203a '));
    const hidden = html('span', { class: 'pp-hidden' });
    links[i].before(hidden);
    hidden.append(...parts);
  }
}

const KEYS = [['click, Enter', 'zoom into a frame'], ['Backspace', 'back'], ['0, Escape', 'zoom out'], ['\u2190 \u2191 \u2192 \u2193', 'move between frames'], ['/', 'search'],
  ['n, N', 'next, previous match'], ['i', 'flame or icicle'], ['r', 'normal or reversed'], ['t', 'table of the largest'], ['d', 'light or dark'], ['c, p', 'copy name, copy path'],
  ['?', 'this help']];

function showHelp() {
  if (help) {
    help.remove();
    help = null;
    if (selected && selected.shown) selected.g.focus({ preventScroll: true });
  } else {
    const rows = KEYS.map(([key, what]) => html('tr', {}, html('th', { scope: 'row' }, key), html('td', {}, what)));
    const close = html('button', { type: 'button', 'aria-label': 'close', onclick: showHelp }, '\u00d7');
    const dialog = html('div', { id: 'pp-help', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'keys' }, close, html('table', {}, ...rows));
    help = holder('pp-help', dialog);
    const wide = Math.min(380, width - 12);
    box(help, (width - wide) / 2, geometry.top + 4, wide, 500);
    help.setAttribute('height', dialog.offsetHeight + 24);
    close.focus({ preventScroll: true });
  }
  placeParts();
}
