/* Boxes on the screen. Only frames of the view that are wide enough to be hit get elements of their own; the rest of a view are slivers, drawn as one
 * path per colour, so that a graph of 20,000 frames zooms as fast as one of 2,000. */

const SLIVER = 2, LEAST = 0.05; /* px */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const nodeOf = new WeakMap();
let charWidth = view.fontSize * view.fontWidth;

function element(name, attributes, parent) {
  const e = document.createElementNS(SVG, name);
  for (const key in attributes) e.setAttribute(key, attributes[key]);
  if (parent) parent.append(e);
  return e;
}

/* Fonts differ: where all characters are equally wide, their real width is used. */
function measureFont() {
  const probe = element('text', { 'font-size': view.fontSize, visibility: 'hidden' }, svg), widths = [];
  for (const text of ['mmmmmmmmmm', 'iiiiiiiiii']) {
    probe.textContent = text;
    widths.push(probe.getComputedTextLength() / 10);
  }
  probe.remove();
  if (widths[0] > 0 && Math.abs(widths[0] - widths[1]) < 0.05) charWidth = widths[0];
}

function columns(text) {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let sum = 0;
  for (const c of text) sum += WIDE.test(c) ? 2 : /\p{M}/u.test(c) ? 0 : 1;
  return sum;
}

/* As many of the characters as fit, from the one end or the other. */
function cutText(text, room) {
  const left = view.truncate === 'left', chars = Array.from(text.length > 4 * room && !left ? text.slice(0, 4 * room) : text);
  if (left) chars.reverse();
  let used = 0, kept = 0;
  while (kept < chars.length && (used += columns(chars[kept])) <= room - 2) kept++;
  const part = chars.slice(0, kept);
  return left ? '..' + part.reverse().join('') : part.join('') + '..';
}

function label(node, px) {
  const room = Math.floor((px - 6) / charWidth);
  if (room < 3) return '';
  /* Of two texts the longer has nothing but a collector's mark ("_[k]") that the other has not. */
  const texts = node.cut ? [node.name.replace(')', ', ' + percent(node.w, lengthOfAll()).replace('%', ' %)')), node.name] : !node.texts ? [node.name] : node.texts.length === 2 ? node.texts.slice(1) : node.texts;
  for (const text of texts) if (text.length <= 8 * room && columns(text) <= room) return text;
  return cutText(texts[texts.length - 1], room);
}

/* Links, ids and classes of --nameattr are taken over from the still picture. */
function makeElement(node) {
  const g = element('g', { class: 'f' }), from = node.source, link = from && from.firstElementChild.localName === 'a' ? from.firstElementChild.cloneNode(false) : null;
  if (from) {
    g.setAttribute('class', from.getAttribute('class'));
    if (from.id) g.id = from.id;
  }
  if (node.cut) g.classList.add('more');
  if (node.est) g.classList.add('estimated');
  if (link) g.append(link);
  node.inner = link || g;
  node.rect = element('rect', { fill: node.fill, height: view.frameHeight - 1 }, node.inner);
  if (node.est) node.hatch = element('path', { class: 'h', fill: 'url(#hatch)' }, node.inner);
  g.setAttribute('role', 'treeitem');
  g.setAttribute('aria-level', node.d + 1);
  g.setAttribute('aria-label', node.name + ', ' + count(node.w) + ', ' + percent(node.w, lengthOfAll()));
  g.setAttribute('tabindex', '-1');
  node.g = g;
  nodeOf.set(g, node);
}

function setText(node, x, y, px) {
  const text = label(node, px);
  if (!text && !node.label) return;
  if (!node.label) node.label = element('text', {}, node.inner);
  if (node.label.textContent !== text) node.label.textContent = text;
  node.label.setAttribute('x', x + 3);
  node.label.setAttribute('y', y + view.frameHeight / 2 + view.fontSize * 0.3);
}

function setBox(node, x, y, px) {
  if (!node.g) makeElement(node);
  node.g.classList.toggle('hit', !!node.hit);
  node.g.classList.toggle('up', !!node.up);
  node.at = x;
  node.px = px;
  const place = x + ' ' + y + ' ' + px;
  if (node.drawn === place) return;
  node.drawn = place;
  node.rect.setAttribute('x', x);
  node.rect.setAttribute('y', y);
  node.rect.setAttribute('width', px);
  if (node.hatch) node.hatch.setAttribute('d', px < 3 ? '' : 'M' + x + ' ' + y + 'h' + px + 'v' + (view.frameHeight - 1) + 'h' + -px + 'z');
  setText(node, x, y, px);
}

/* Rows of each band (one per thread of a chart), one below the other with an empty row between. */
function bandsOf(nodes) {
  const rows = [], first = [];
  for (const node of nodes) rows[node.band] = Math.max(rows[node.band] || 0, node.d + 1);
  let sum = 0;
  for (const [i, count] of rows.entries()) { first[i] = sum; sum += count + 1; }
  return { rows, first, all: sum - 1 };
}

function rowOf(node) {
  return bands.first[node.band] + (state.icicle ? node.d : bands.rows[node.band] - 1 - node.d);
}

function round(px) {
  return Math.round(px * 100) / 100;
}

/* Near colours share a path. */
function coarse(fill) {
  return '#' + ((parseInt(fill.slice(1), 16) & 0xf8f8f8) | 0x1040404).toString(16).slice(-6);
}

/* What the view shows, in the order of the tree: the zoomed frame fills the width, and so do its callers. */
function layOut() {
  const zoomed = state.zoom, room = graphWidth() - 2 * view.padX, scale = room / (zoomed ? zoomed.w : view.chart ? view.total : tree[0].w);
  const shown = [], slivers = new Map(), height = view.frameHeight - 1;
  const y = (node) => geometry.top + rowOf(node) * view.frameHeight;
  for (const node of visible) { node.up = false; node.shown = false; }
  for (let up = zoomed && zoomed.parent; up; up = up.parent) {
    up.up = up.shown = true;
    setBox(up, view.padX, y(up), round(room));
    shown.unshift(up);
  }
  const seen = shown.slice(), end = zoomed ? zoomed.end : tree.length;
  for (let i = zoomed ? zoomed.id : 0; i < end;) {
    const node = tree[i], px = node.w * scale;
    if (px < LEAST) { i = node.end; continue; }
    const x = round(view.padX + (node.x - (zoomed ? zoomed.x : 0)) * scale);
    node.shown = true;
    seen.push(node);
    if (px >= SLIVER || node === selected) {
      setBox(node, x, y(node), round(px));
      shown.push(node);
    } else {
      const fill = node.hit ? 'hit' : coarse(node.fill);
      slivers.set(fill, (slivers.get(fill) || '') + 'M' + x + ' ' + y(node) + 'h' + round(px) + 'v' + height + 'h' + -round(px) + 'z');
      node.at = x;
      node.px = px;
    }
    i++;
  }
  visible = seen;
  return { shown, slivers };
}

function draw() {
  const { shown, slivers } = layOut(), elements = [], focus = layer.contains(document.activeElement);
  for (const [fill, d] of slivers) elements.push(element('path', fill === 'hit' ? { d, class: 'sliver hit' } : { d, fill, class: 'sliver' }));
  for (const node of shown) elements.push(node.g);
  layer.replaceChildren(...elements);
  if (focus && selected && selected.shown) selected.g.focus({ preventScroll: true });
}

/* The frame drawn at a place of the picture. */
function nodeAt(x, y) {
  const row = Math.floor((y - geometry.top) / view.frameHeight);
  return visible.find((node) => rowOf(node) === row && x >= node.at && x < node.at + node.px) || null;
}
