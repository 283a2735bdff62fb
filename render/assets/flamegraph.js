'use strict';
/* The life in a profpipe flame graph. Everything is read from the frames in the document (docs/svg-structure.md); nothing is fetched, nothing from the
   data is ever run: names go through textContent and attributes only. */
(function () {
  const svg = document.documentElement;
  if (!svg.dataset.profpipe) return;
  const SVG = 'http://www.w3.org/2000/svg', HTML = 'http://www.w3.org/1999/xhtml';
  const view = JSON.parse(document.getElementById('profpipe-view').textContent);
  const H = view.frameHeight, FONT = view.fontSize, CHAR = FONT * view.fontWidth, TOTAL = view.total;
  const DIFF = !!view.diff, CHART = view.chart, MARGIN = view.padX, BOTTOM = view.padBottom, MOST_REVERSED = 20000, ROWS = 100, SIDE_WIDTH = 400, SIDE_HEIGHT = 260, HELP_HEIGHT = 310;
  const frames = document.getElementById('frames'), background = document.getElementById('background');
  let width = svg.viewBox.baseVal.width, top = view.padTop;

  /* --- the tree ---  node: {name, x, w, d, self, parent, kids, g, before, after, lo, hi, est, cut, note} */
  function readTree() {
    const nodes = [], open = [];
    let band = -1;
    for (const g of frames.children) {
      const data = g.dataset, title = g.querySelector('title'), d = Number(data.d), frame = view.frames[data.f];
      const lines = title ? title.textContent.split('\n') : [''];
      const bounds = data.e ? data.e.split(',').map(Number) : null;
      if (d === 0) band++;
      const node = { g, d, band, x: Number(data.x), w: Number(data.w), self: Number(data.s || 0), kids: [], id: nodes.length, texts: frame ? textsOf(frame) : null,
        full: title ? title.textContent : '', cut: Number(data.m || 0), est: !!bounds, lo: bounds && bounds[0], hi: bounds && bounds[1],
        recursive: data.r === '1', unexpanded: data.c === '1', before: Number(data.b || 0), after: Number(data.a || 0) };
      node.name = frame ? node.texts[0] : node.cut ? '(' + node.cut + ' more)' : CHART ? lines[0].replace(/ \([^()]*\)$/, '') : 'all';
      open.length = d;
      node.parent = d ? open[d - 1] : null;
      if (node.parent) node.parent.kids.push(node);
      open[d] = node;
      nodes.push(node);
    }
    return nodes;
  }
  /* From long to short: the whole text, with the file's base name, the name alone. */
  function textsOf([name, file, line]) {
    const bare = name.replace(/_\[[kijw]\]$/, '');
    return file && file !== '~' ? [name + ' (' + file + ':' + line + ')', bare + ' (' + file.replace(/.*\//, '') + ':' + line + ')', bare] : [name, bare];
  }

  /* Leaves first: the self time of every frame, merged along its callers. */
  function reverseTree(nodes) {
    const root = { name: 'all', w: 0, d: 0, band: 0, kids: [], by: new Map(), x: 0, before: 0, after: 0 };
    for (const leaf of nodes) {
      if (leaf.self <= 0 || !leaf.parent) continue;
      let at = root;
      root.w += leaf.self;
      for (let up = leaf; up.parent; up = up.parent) {
        let next = at.by.get(up.name);
        if (!next) {
          next = { name: up.name, w: 0, d: at.d + 1, kids: [], by: new Map(), parent: at, band: 0, fill: fillOf(up), est: false, cut: up.cut, texts: up.texts, before: 0, after: 0 };
          at.by.set(up.name, next);
          at.kids.push(next);
        }
        next.w += leaf.self;
        next.est = next.est || up.est;
        at = next;
      }
    }
    const least = root.w / 4000, out = [];
    const stack = [root];
    while (stack.length && out.length < MOST_REVERSED) {
      const node = stack.pop();
      node.id = out.length;
      out.push(node);
      node.kids = node.kids.filter((k) => k.w >= least).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
      let x = node.x;
      node.self = node.w;
      for (const kid of node.kids) { kid.x = x; x += kid.w; node.self -= kid.w; }
      for (let i = node.kids.length; i-- > 0;) stack.push(node.kids[i]);
    }
    const kept = new Set(out);
    for (const node of out) { node.kids = node.kids.filter((k) => kept.has(k)); node.by = null; node.full = describe(node, root); }
    return out;
  }

  function fillOf(node) { return node.g ? node.g.querySelector('rect').getAttribute('fill') : node.fill; }

  /* --- numbers --- */
  function thousands(value, decimals) {
    const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
    return (value < 0 ? '-' : '') + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? '.' + fraction : '');
  }
  /* As the titles of the still picture: counts exactly, times and bytes with four digits in a fitting unit. */
  const UNITS = { ns: [['s', 1e9], ['ms', 1e6], ['us', 1e3], ['ns', 1]], bytes: [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 1024], ['B', 1]] };
  function count(value) {
    const v = value / 10 ** view.metric.decimals;
    if (view.countName) {
      const shown = v * view.factor, text = String(Number(Math.abs(shown).toFixed(view.factor === 1 ? view.metric.decimals : 2))).split('.');
      return thousands(shown, text[1] ? text[1].length : 0) + ' ' + view.countName;
    }
    const units = UNITS[CHART ? 'ns' : view.metric.unit];
    const [name, size] = units.find((u) => (view.unit === 'auto' ? Math.abs(v) >= u[1] : u[0] === view.unit)) || units[units.length - 1];
    const shown = v / size, big = Math.abs(shown);
    return thousands(shown, size === 1 || (view.unit === 'auto' && big >= 1000) ? 0 : view.unit !== 'auto' ? 3 : big >= 100 ? 1 : big >= 10 ? 2 : 3) + ' ' + name;
  }
  function percent(part, whole) { return whole > 0 ? (100 * part / whole).toFixed(2) + '%' : '0.00%'; }
  /* Where leaves stand first, a function's own time is the width of its box on the first level. */
  function selfOf(node) { return state.reversed === view.reversed ? node.self : node.d === 1 ? node.w : 0; }
  function describe(node) {
    const shown = state.zoom || tree[0] || node;
    let text = node.name + '\ntotal ' + count(node.w) + ', ' + percent(node.w, shown.w) + ' of view, ' + percent(node.w, TOTAL) + ' of all' +
      '\nself ' + count(selfOf(node)) + ', ' + percent(selfOf(node), shown.w) + ' of view, ' + percent(selfOf(node), TOTAL) + ' of all';
    if (DIFF && (node.before || node.after)) {
      const change = node.after - node.before;
      text += '\nbefore ' + count(node.before) + ', after ' + count(node.after) + (change > 0 ? ', +' : ', ') + count(change);
    }
    if (node.est) text += '\nestimated' + (node.hi !== null && node.hi !== undefined ? ': between ' + count(Number(node.lo)) + ' and ' + count(Number(node.hi)) : ' (a profile of calls has no stacks)');
    if (node.recursive) text += '\nrecursive: drawn to the first repeat';
    if (node.unexpanded) text += '\nnot expanded further: what is below counts as self';
    return text;
  }

  /* --- state --- */
  const state = { zoom: null, icicle: view.view === 'icicle', reversed: false, search: '', icase: true, theme: '', side: false };
  const normal = readTree();
  let tree = normal, reversed = null, layer = frames, hits = [], hitAt = -1, focused = null, help = null;

  /* --- drawing --- */
  function makeGroup(node, parent) {
    const g = document.createElementNS(SVG, 'g'), rect = document.createElementNS(SVG, 'rect');
    rect.setAttribute('rx', '2');
    rect.setAttribute('fill', node.fill || '#ddd');
    g.append(rect);
    if (node.est) {
      const hatch = document.createElementNS(SVG, 'path');
      hatch.setAttribute('class', 'h');
      hatch.setAttribute('fill', 'url(#hatch)');
      g.append(hatch);
    }
    node.g = g;
    parent.append(g);
  }

  function label(node, px) {
    const room = Math.floor((px - 6) / CHAR);
    if (room < 3) return '';
    const texts = node.texts || [node.name];
    for (const text of texts) if (text.length <= room) return text;
    const chars = Array.from(texts[texts.length - 1]);
    if (chars.length <= room) return chars.join('');
    return view.truncate === 'left' ? '..' + chars.slice(chars.length - room + 2).join('') : chars.slice(0, room - 2).join('') + '..';
  }

  function place(node, x, px, y) {
    const g = node.g;
    if (node.px === px && node.at === x && node.y === y && node.shown) return;
    node.px = px; node.at = x; node.y = y;
    if (!node.shown) { g.removeAttribute('display'); node.shown = true; }
    const inner = g.firstElementChild && g.firstElementChild.localName === 'a' ? g.firstElementChild : g;
    for (let c = inner.firstElementChild; c; c = c.nextElementSibling) {
      if (c.localName === 'rect') {
        c.setAttribute('x', x); c.setAttribute('y', y); c.setAttribute('width', px); c.setAttribute('height', H - 1);
      } else if (c.localName === 'path') {
        c.setAttribute('d', 'M' + x + ' ' + y + 'h' + px + 'v' + (H - 1) + 'h' + -px + 'z');
      }
    }
    const text = label(node, px);
    let t = node.text === undefined ? g.querySelector('text') : node.text;
    if (text && !t) { t = document.createElementNS(SVG, 'text'); inner.append(t); }
    node.text = t;
    if (t) {
      if (t.textContent !== text) t.textContent = text;
      t.setAttribute('x', x + 3);
      t.setAttribute('y', y + H / 2 + FONT * 0.35);
    }
  }

  function hide(node) {
    if (node.shown !== false) { node.g.setAttribute('display', 'none'); node.shown = false; node.px = -1; }
  }

  /* The table stands beside the graph where there is room for both, else above it. */
  function graphWidth() { return state.side && width >= 2 * SIDE_WIDTH ? width - SIDE_WIDTH : width; }

  /* Lays out what the zoom shows; everything else is hidden. Ancestors of the zoomed frame fill the width. */
  function draw() {
    const root = state.zoom || tree[0], room = graphWidth() - 2 * MARGIN, scale = room / root.w;
    const above = new Set();
    for (let up = root.parent; up; up = up.parent) above.add(up);
    /* Rows of each band (one per thread of a chart), one below the other with an empty row between. */
    const rows = [];
    for (const node of tree) rows[node.band] = Math.max(rows[node.band] || 0, node.d + 1);
    const first = rows.map((r, i) => rows.slice(0, i).reduce((sum, before) => sum + before + 1, 0));
    const height = top + (first[first.length - 1] + rows[rows.length - 1]) * H + BOTTOM;
    const y = (node) => top + (first[node.band] + (state.icicle ? node.d : rows[node.band] - 1 - node.d)) * H;
    let skip = -1;
    for (const node of tree) {
      if (skip >= 0 && node.d > skip) { hide(node); continue; }
      skip = -1;
      const up = above.has(node);
      if (node.g.classList.contains('up') !== up) node.g.classList.toggle('up', up);
      if (up) { place(node, MARGIN, room, y(node)); continue; }
      const inside = (!root.d || node.band === root.band) && node.x >= root.x && node.x + node.w <= root.x + root.w && node.d >= root.d;
      const px = node.w * scale;
      if (!inside || px < 0.3) { hide(node); skip = node.d; continue; }
      place(node, Math.round((MARGIN + (node.x - root.x) * scale) * 100) / 100, Math.round(px * 100) / 100, y(node));
    }
    resizePicture(height);
  }

  /* The picture is as high as the window at least, so that dark has no white rest, and as its help and table need. */
  function resizePicture(height) {
    const whole = Math.max(height, window.innerHeight - 1, top + (state.side ? SIDE_HEIGHT : 0) + 10, top + (help ? HELP_HEIGHT : 0) + 10);
    svg.setAttribute('viewBox', '0 0 ' + width + ' ' + whole);
    svg.setAttribute('width', width);
    svg.setAttribute('height', whole);
    const details = document.getElementById('details');
    if (details) details.remove();
    const matched = document.getElementById('matched');
    if (matched) matched.remove();
    const title = document.getElementById('title'), sub = document.getElementById('subtitle');
    for (const t of [title, sub]) if (t) t.setAttribute('x', width / 2);
    const legend = document.getElementById('legend');
    if (legend && DIFF) legend.setAttribute('transform', 'translate(0 ' + (top - legendHome) + ')');
    ui.place(height, whole);
  }
  const legendHome = view.padTop;

  /* --- page parts: HTML inside the picture, made here so that the still picture has none --- */
  function html(tag, attributes, ...children) {
    const e = document.createElementNS(HTML, tag);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (key.startsWith('on')) e.addEventListener(key.slice(2), value); else e.setAttribute(key, value);
    }
    e.append(...children);
    return e;
  }
  function holder(id, child) {
    const f = document.createElementNS(SVG, 'foreignObject');
    f.setAttribute('id', id + '-holder');
    f.append(child);
    svg.append(f);
    return f;
  }
  function box(f, x, y, w, h) {
    f.setAttribute('x', x); f.setAttribute('y', y); f.setAttribute('width', Math.max(0, w)); f.setAttribute('height', Math.max(0, h));
  }

  const ui = (function () {
    const toggle = (id, text, title, act) => html('button', { id, type: 'button', title, 'aria-pressed': 'false', onclick: act }, text);
    const search = html('input', { type: 'search', id: 'pp-search', placeholder: 'search (regex)  /', 'aria-label': 'search frames', autocomplete: 'off',
      oninput: () => setSearch(search.value), onkeydown: (e) => {
        if (e.key === 'Enter') { e.preventDefault(); nextHit(e.shiftKey ? -1 : 1, true); }
        if (e.key === 'Escape') { e.stopPropagation(); setSearch(''); search.value = ''; search.blur(); }
      } });
    const found = html('span', { id: 'pp-found', role: 'status', 'aria-live': 'polite' });
    const buttons = {
      icase: toggle('pp-icase', 'Aa', 'ignore case in searches', () => { state.icase = !state.icase; setSearch(state.search); }),
      prev: toggle('pp-prev', '\u2039', 'previous match (N)', () => nextHit(-1)),
      next: toggle('pp-next', '\u203a', 'next match (n)', () => nextHit(1)),
      reset: toggle('pp-reset', 'Reset', 'zoom out (0)', () => zoom(null)),
      icicle: toggle('pp-icicle', 'Icicle', 'root at the top (i)', () => { state.icicle = !state.icicle; changed(); }),
      reversed: toggle('pp-reversed', 'Reversed', 'leaves first (r)', () => setReversed(!state.reversed)),
      side: toggle('pp-table', 'Table', 'largest functions (t)', () => { state.side = !state.side; changed(); }),
      dark: toggle('pp-dark', '\u25d1', 'light or dark (d)', () => { state.theme = isDark() ? 'light' : 'dark'; changed(); }),
      help: toggle('pp-help-button', '?', 'keys (?)', () => showHelp()),
    };
    for (const b of ['prev', 'next', 'reset', 'help', 'dark']) buttons[b].removeAttribute('aria-pressed');
    if (CHART) buttons.reversed.remove();
    const bar = html('div', { id: 'pp-bar', role: 'toolbar', 'aria-label': 'flame graph' }, search, buttons.icase, buttons.prev, buttons.next, found,
      buttons.reset, buttons.icicle, CHART ? '' : buttons.reversed, buttons.side, buttons.dark, buttons.help);
    const path = html('div', { id: 'pp-path', role: 'navigation', 'aria-label': 'zoomed path' });
    const foot = html('div', { id: 'pp-foot', role: 'status' });
    const side = html('div', { id: 'pp-side' });
    const tip = html('div', { id: 'pp-tip', role: 'tooltip' });
    const title = document.getElementById('title'), sub = document.getElementById('subtitle');
    const head = holder('pp-head', html('div', {}, bar, path));
    const footHolder = holder('pp-foot', foot), sideHolder = holder('pp-side', side), tipHolder = holder('pp-tip', tip);
    sideHolder.setAttribute('display', 'none');
    tipHolder.setAttribute('display', 'none');
    function place(height, whole) {
      const narrow = width < 620, bars = narrow ? 100 : 40;
      box(head, 0, narrow ? 34 : 30, width, bars + 22);
      box(footHolder, 0, height - 30, width, 30);
      const w = Math.min(SIDE_WIDTH, width - 12);
      box(sideHolder, width - w - 6, top, w, Math.max(SIDE_HEIGHT, Math.min(whole, window.innerHeight || whole) - top - 10));
      if (title) title.setAttribute('y', 20);
      if (sub) { sub.setAttribute('y', 20); sub.setAttribute('display', sub.textContent && !narrow ? 'inline' : 'none'); sub.setAttribute('text-anchor', 'end'); sub.setAttribute('x', width - 10); }
    }
    return { search, found, buttons, path, foot, side, tip, tipHolder, sideHolder, place, bar };
  })();

  function measureTop() {
    const rows = width < 620 ? 100 : 40;
    top = 30 + rows + 24 + (DIFF ? 20 : 0);
  }

  /* --- search --- */
  function pattern() {
    if (!state.search) return null;
    try { return new RegExp(state.search, state.icase ? 'i' : ''); } catch (e) { return undefined; }
  }
  /* The widths of matching frames, counted once where one contains another. */
  function union(root, matches) {
    let sum = 0, skip = -1;
    for (const node of tree) {
      if (skip >= 0 && node.d > skip && node.x < skipEnd) continue;
      skip = -1;
      if (node.d < root.d || node.x < root.x || node.x + node.w > root.x + root.w) continue;
      if (matches.has(node)) { sum += node.w; skip = node.d; var skipEnd = node.x + node.w; }
    }
    return sum;
  }
  function setSearch(text) {
    state.search = text;
    const re = pattern();
    ui.search.classList.toggle('bad', re === undefined);
    for (const node of hits) node.g.classList.remove('hit');
    hits = [];
    hitAt = -1;
    if (re) {
      for (const node of tree) if (node.d && !node.cut && re.test(node.name)) { hits.push(node); node.g.classList.add('hit'); }
    }
    showFound(re);
    changed(true);
  }
  function showFound(re) {
    if (!state.search) { ui.found.textContent = ''; return; }
    if (re === undefined) { ui.found.textContent = 'not a regular expression'; return; }
    const set = new Set(hits), shown = state.zoom || tree[0];
    ui.found.textContent = hits.length + ' found, ' + percent(union(shown, set), shown.w) + ' of view, ' + percent(union(tree[0], set), TOTAL) + ' of all';
  }
  function nextHit(step, keepFocus) {
    const shown = hits.filter((node) => node.shown);
    if (!shown.length) return;
    hitAt = (hitAt + step + shown.length) % shown.length;
    if (step < 0 && hitAt < 0) hitAt = shown.length - 1;
    select(shown[hitAt], !keepFocus);
  }

  /* --- zoom, views --- */
  function zoom(node, fromHistory) {
    state.zoom = node && node.parent ? node : null;
    if (!fromHistory) {
      const fragment = toFragment();
      if (fragment !== location.hash.slice(1)) location.hash = fragment || '_';
    }
    refresh();
  }
  function setReversed(on) {
    if (on === state.reversed || CHART) return;
    state.reversed = on;
    state.zoom = null;
    focused = null;
    if (on && !reversed) {
      reversed = reverseTree(normal);
      reversed.layer = document.createElementNS(SVG, 'g');
      reversed.layer.setAttribute('id', 'frames-reversed');
      reversed.layer.setAttribute('font-size', FONT);
      for (const node of reversed) makeGroup(node, reversed.layer);
      prepare(reversed);
    }
    layer.remove();
    tree = on ? reversed : normal;
    layer = on ? reversed.layer : frames;
    layer.setAttribute('id', 'frames');
    background.after(layer);
    const text = state.search;
    setSearch(text);
    changed();
  }
  function isDark() {
    return state.theme ? state.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  function refresh() {
    const dark = isDark();
    svg.classList.toggle('dark', dark);
    svg.classList.toggle('light', !dark);
    measureTop();
    draw();
    showPath();
    showTable();
    showFound(pattern());
    ui.buttons.icicle.setAttribute('aria-pressed', state.icicle);
    ui.buttons.reversed.setAttribute('aria-pressed', state.reversed !== view.reversed);
    ui.buttons.side.setAttribute('aria-pressed', state.side);
    ui.buttons.icase.setAttribute('aria-pressed', state.icase);
    if (focused && focused.shown === false) focused = null;
    details(focused);
  }
  function changed(onlyFragment) {
    const fragment = toFragment();
    if (fragment !== location.hash.slice(1)) {
      try { history.replaceState(null, '', '#' + fragment); } catch (e) { /* some viewers forbid it; the picture works without */ }
    }
    if (!onlyFragment) refresh();
  }

  /* --- the fragment: a link shows the same view --- */
  function toFragment() {
    const parts = [];
    if (state.zoom) parts.push('z=' + state.zoom.id);
    if (state.search) parts.push('s=' + encodeURIComponent(state.search));
    if (!state.icase) parts.push('case=1');
    if (state.icicle !== (view.view === 'icicle')) parts.push('i=' + (state.icicle ? 1 : 0));
    if (state.reversed) parts.push('r=1');
    if (state.side) parts.push('t=1');
    if (state.theme) parts.push('theme=' + state.theme);
    return parts.join('&');
  }
  function fromFragment() {
    const get = {};
    for (const part of location.hash.slice(1).split('&')) {
      const at = part.indexOf('=');
      if (at > 0) get[part.slice(0, at)] = part.slice(at + 1);
    }
    state.icicle = get.i === undefined ? view.view === 'icicle' : get.i === '1';
    state.icase = get.case !== '1';
    state.side = get.t === '1';
    state.theme = get.theme === 'dark' || get.theme === 'light' ? get.theme : '';
    if ((get.r === '1') !== state.reversed) { const keep = location.hash; setReversed(get.r === '1'); try { history.replaceState(null, '', keep || '#'); } catch (e) { /* as above */ } }
    let text = '';
    try { text = decodeURIComponent(get.s || ''); } catch (e) { text = ''; }
    state.zoom = null;
    const node = get.z === undefined ? null : tree[Number(get.z)];
    state.zoom = node && node.parent ? node : null;
    if (text !== state.search) { state.search = text; ui.search.value = text; setSearch(text); }
    refresh();
  }

  /* --- details, tooltip, path, table --- */
  function details(node) {
    ui.foot.textContent = node ? view.nameType + ' ' + describe(node).replace(/\n/g, '  \u2502  ') : '';
  }
  function showTip(node, event) {
    ui.tip.textContent = describe(node);
    const scale = width / svg.getBoundingClientRect().width || 1;
    const x = Math.min(event.clientX * scale + 14, width - 320), y = (event.clientY - svg.getBoundingClientRect().top) * scale + 18;
    const height = svg.viewBox.baseVal.height;
    box(ui.tipHolder, Math.max(4, x), y + 110 > height ? Math.max(0, y - 130) : y, Math.min(420, width - 8), 130);
    ui.tipHolder.removeAttribute('display');
  }
  function hideTip() { ui.tipHolder.setAttribute('display', 'none'); }

  function showPath() {
    const path = [];
    for (let at = state.zoom; at; at = at.parent) path.unshift(at);
    ui.path.textContent = '';
    path.forEach((node, i) => {
      if (i) ui.path.append(' \u203a ');
      ui.path.append(html('button', { type: 'button', onclick: () => zoom(node) }, node.name));
    });
  }

  /* Self and total per name in the view; a name counts once per path. */
  function sums() {
    const root = state.zoom || tree[0], by = new Map(), open = [];
    for (const node of tree) {
      if (node.d < root.d || node.x < root.x || node.x + node.w > root.x + root.w || node.cut || !node.d) continue;
      open.length = node.d;
      open[node.d] = node.name;
      let row = by.get(node.name);
      if (!row) { row = { name: node.name, self: 0, total: 0 }; by.set(node.name, row); }
      row.self += selfOf(node);
      if (!open.slice(root.d, node.d).includes(node.name)) row.total += node.w;
    }
    return Array.from(by.values());
  }
  let sortBy = 'self';
  function showTable() {
    ui.sideHolder.setAttribute('display', state.side ? 'inline' : 'none');
    if (!state.side) return;
    const shown = state.zoom || tree[0];
    const rows = sums().sort((a, b) => b[sortBy] - a[sortBy] || (a.name < b.name ? -1 : 1)).slice(0, ROWS);
    const head = (key) => html('th', { scope: 'col', 'aria-sort': sortBy === key ? 'descending' : 'none' },
      html('button', { type: 'button', onclick: () => { sortBy = key; showTable(); } }, key + (sortBy === key ? ' \u25be' : '')));
    const body = html('tbody', {});
    const exact = (name) => '^' + name.replace(/[.*+?^${}()|[\]\\\/]/g, '\\$&') + '$';
    for (const row of rows) {
      const pick = () => { ui.search.value = exact(row.name); state.icase = false; setSearch(ui.search.value); showTable(); };
      body.append(html('tr', { tabindex: '0', class: state.search === exact(row.name) ? 'on' : '', onclick: pick, onkeydown: (e) => { if (e.key === 'Enter') pick(); } },
        html('td', {}, percent(row.self, shown.w)), html('td', {}, percent(row.total, shown.w)), html('td', { title: row.name }, row.name)));
    }
    ui.side.textContent = '';
    ui.side.append(html('table', {}, html('thead', {}, html('tr', {}, head('self'), head('total'), html('th', { scope: 'col' }, 'function'))), body));
  }

  function showHelp() {
    if (help) { help.remove(); help = null; draw(); return; }
    const keys = [['click, Enter', 'zoom'], ['Backspace, Alt+\u2190', 'back'], ['0, Escape', 'zoom out'], ['arrows', 'move between frames'], ['/', 'search'],
      ['n, N', 'next, previous match'], ['i', 'flame or icicle'], ['r', 'normal or reversed'], ['t', 'table'], ['d', 'light or dark'], ['c, p', 'copy name, copy path'], ['?', 'this help']];
    const table = html('table', {}, ...keys.map(([k, v]) => html('tr', {}, html('td', {}, html('b', {}, k)), html('td', {}, v))));
    help = holder('pp-help', html('div', { id: 'pp-help', role: 'dialog', 'aria-label': 'keys', onclick: showHelp }, table));
    box(help, Math.max(0, width / 2 - 200), top, Math.min(400, width), HELP_HEIGHT);
    draw();
  }

  function pathOf(node) {
    const names = [];
    for (let at = node; at && at.parent; at = at.parent) names.unshift(at.name);
    return (state.reversed !== view.reversed ? names.reverse() : names).join(';');
  }
  function copy(text) {
    ui.foot.textContent = 'copied: ' + text;
    svg.dataset.copied = text;
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => copyOld(text)); else copyOld(text);
  }
  function copyOld(text) {
    const area = html('textarea', {}, text), f = holder('pp-copy', area);
    box(f, 0, 0, 1, 1);
    area.select();
    try { document.execCommand('copy'); } catch (e) { /* nothing more to try */ }
    f.remove();
  }

  /* --- frames under mouse and keys --- */
  function select(node, focus) {
    if (focused) { focused.g.classList.remove('sel'); focused.g.setAttribute('tabindex', '-1'); }
    focused = node;
    if (!node) return;
    node.g.classList.add('sel');
    node.g.setAttribute('tabindex', '0');
    node.g.setAttribute('aria-label', describe(node).replace(/\n/g, ', '));
    if (focus) node.g.focus();
    if (node.g.scrollIntoView) node.g.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    details(node);
  }
  function neighbour(key) {
    const at = focused || state.zoom || tree[0];
    if (key === 'ArrowLeft' || key === 'ArrowRight') {
      const row = tree.filter((n) => n.d === at.d && n.shown).sort((a, b) => a.at - b.at), i = row.indexOf(at) + (key === 'ArrowRight' ? 1 : -1);
      return row[i] || at;
    }
    const outwards = (key === 'ArrowUp') !== state.icicle;
    if (!outwards) return at.parent && at.parent.shown ? at.parent : at;
    const kids = at.kids.filter((k) => k.shown).sort((a, b) => b.w - a.w);
    return kids[0] || at;
  }
  function onKey(e) {
    if (e.target && e.target.localName === 'input') return;
    if (e.ctrlKey && e.key === 'f') { e.preventDefault(); ui.search.focus(); ui.search.select(); return; }
    if (e.ctrlKey || e.altKey || e.metaKey) return;
    const actions = { '/': () => { ui.search.focus(); ui.search.select(); }, '?': showHelp, n: () => nextHit(1), N: () => nextHit(-1),
      i: () => ui.buttons.icicle.click(), r: () => ui.buttons.reversed.click(), t: () => ui.buttons.side.click(), d: () => ui.buttons.dark.click(),
      '0': () => zoom(null), Home: () => zoom(null), Backspace: () => history.back(),
      c: () => focused && copy(focused.name), p: () => focused && copy(pathOf(focused)),
      Enter: () => focused && !focused.cut && zoom(focused),
      Escape: () => { if (help) showHelp(); else if (state.search) { ui.search.value = ''; setSearch(''); } else zoom(null); } };
    if (e.key.startsWith('Arrow')) { e.preventDefault(); hideTip(); select(neighbour(e.key), true); return; }
    if (e.key === 'Enter' && e.target && (e.target.localName === 'button' || e.target.localName === 'tr')) return;
    if (actions[e.key]) { e.preventDefault(); actions[e.key](); }
  }

  const nodeOf = new WeakMap();
  function prepare(nodes) {
    for (const node of nodes) {
      nodeOf.set(node.g, node);
      node.g.setAttribute('role', 'treeitem');
      node.g.setAttribute('aria-level', node.d + 1);
      const title = node.g.querySelector('title');
      /* The tooltip below says more; without it the accessible name is the label. */
      if (title) title.remove();
      node.g.setAttribute('aria-label', node.full.split('\n')[0] || node.name);
      node.g.setAttribute('tabindex', node.parent ? '-1' : '0');
    }
    const host = nodes[0].g.closest('#frames, #frames-reversed') || nodes.layer;
    host.setAttribute('role', 'tree');
    host.setAttribute('aria-label', 'frames');
    host.addEventListener('mousemove', (e) => { const node = nodeOf.get(e.target.closest('g[role]')); if (node) { showTip(node, e); details(node); } });
    host.addEventListener('mouseleave', () => { hideTip(); details(focused); });
    host.addEventListener('click', (e) => {
      const node = nodeOf.get(e.target.closest('g[role]'));
      if (!node || node.cut) return;
      const link = e.target.closest('a');
      if (link && !e.ctrlKey) return;
      if (link) e.preventDefault();
      select(node);
      hideTip();
      zoom(node);
    });
    host.addEventListener('focusin', (e) => { const node = nodeOf.get(e.target.closest('g[role]')); if (node && node !== focused) select(node); });
  }

  function resized() {
    if (view.fluid) {
      const px = window.innerWidth || document.documentElement.clientWidth;
      if (px > 0) width = Math.max(280, px - 1);
    }
    refresh();
  }

  prepare(normal);
  window.addEventListener('keydown', onKey);
  window.addEventListener('resize', resized);
  window.addEventListener('hashchange', fromFragment);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
  if (view.fluid) width = Math.max(280, (window.innerWidth || width) - 1);
  fromFragment();
  svg.dataset.ready = '1';
})();
