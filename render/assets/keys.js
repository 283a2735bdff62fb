/* Frames under mouse, fingers and keys. */

function select(node, focus) {
  const before = selected;
  if (before && before.g) {
    before.g.classList.remove('sel');
    before.g.setAttribute('tabindex', '-1');
    before.g.removeAttribute('aria-selected');
  }
  selected = node;
  if (!node) return;
  /* A sliver gets an element of its own while it is selected. */
  if (!layer.contains(node.g || null)) draw();
  node.g.classList.add('sel');
  node.g.setAttribute('tabindex', '0');
  node.g.setAttribute('aria-selected', 'true');
  if (focus) node.g.focus({ preventScroll: true });
  showDetails(node);
  growFoot();
  reveal(node);
}

/* Scrolls a frame out from behind the tool bar and the details. */
function reveal(node) {
  const at = node.rect.getBoundingClientRect(), least = geometry.headHeight + 4, most = window.innerHeight - geometry.footHeight - 4;
  if (at.top < least) window.scrollBy(0, at.top - least);
  else if (at.bottom > most) window.scrollBy(0, at.bottom - most);
}

function neighbour(key) {
  const at = selected && selected.shown ? selected : state.zoom || tree[0];
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const row = visible.filter((n) => n.d === at.d && n.band === at.band).sort((a, b) => a.at - b.at), i = row.indexOf(at) + (key === 'ArrowRight' ? 1 : -1);
    return row[i] || at;
  }
  const outwards = (key === 'ArrowUp') !== state.icicle;
  if (!outwards) return at.parent && at.parent.shown ? at.parent : at;
  const kids = at.kids.filter((k) => k.shown).sort((a, b) => b.w - a.w);
  return kids[0] || at;
}

function pathOf(node) {
  const names = [];
  for (let at = node; at && at.parent; at = at.parent) names.unshift(at.name);
  return (state.turned !== view.reversed ? names.reverse() : names).join(';');
}

function copyName() {
  if (selected) copy(selected.name);
}

function copyPath() {
  if (selected) copy(pathOf(selected));
}

function copy(text) {
  const old = () => copyOld(text);
  ui.details.textContent = 'copied: ' + text;
  if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text).catch(old); else old();
}

/* For pages from file:// in browsers that keep the clipboard from them. */
function copyOld(text) {
  const area = html('textarea', {}, text), f = holder('pp-copy', area), focus = document.activeElement;
  area.select();
  try { document.execCommand('copy'); } catch (e) { /* nothing more to try */ }
  f.remove();
  if (focus && focus.focus) focus.focus({ preventScroll: true });
}

function escape() {
  if (help) showHelp();
  else if (state.search) {
    ui.search.value = '';
    setSearch('');
    showTable();
  } else zoom(null);
}

function toSearch() {
  ui.search.focus();
  ui.search.select();
}

const ACTIONS = { '/': toSearch, '?': showHelp, n: () => nextHit(1), N: () => nextHit(-1), i: () => ui.buttons.icicle.click(), r: () => ui.buttons.turned.click(),
  t: () => ui.buttons.side.click(), d: () => ui.buttons.dark.click(), 0: () => zoom(null), Home: () => zoom(null), Backspace: goBack, c: copyName, p: copyPath,
  Enter: () => selected && !selected.cut && zoom(selected), ' ': () => selected && !selected.cut && zoom(selected), Escape: escape };

function onKey(e) {
  const on = e.target && e.target.localName;
  if (on === 'input') return;
  if (e.ctrlKey && e.key === 'f' && document.activeElement !== ui.search) { e.preventDefault(); toSearch(); return; }
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  if ((e.key === 'Enter' || e.key === ' ') && (on === 'button' || on === 'tr')) return;
  if (e.key.startsWith('Arrow') && !ui.side.contains(e.target)) {
    e.preventDefault();
    hideTip();
    select(neighbour(e.key), true);
  } else if (Object.prototype.hasOwnProperty.call(ACTIONS, e.key)) {
    e.preventDefault();
    ACTIONS[e.key]();
  }
}

/* The node of an event's frame; slivers have no element and are found by place. */
function nodeUnder(e) {
  const g = e.target.closest && e.target.closest('g[role]'), at = svg.getBoundingClientRect(), scale = width / at.width || 1;
  return (g && nodeOf.get(g)) || nodeAt((e.clientX - at.left) * scale, (e.clientY - at.top) * scale);
}

function onClick(e) {
  const node = nodeUnder(e), link = e.target.closest('a');
  if (!node || (link && !e.ctrlKey)) return;
  if (link) e.preventDefault();
  hideTip();
  select(node);
  if (!node.cut) zoom(node);
}

function listen(on) {
  on.addEventListener('mousemove', (e) => { const node = nodeUnder(e); if (node) { showTip(node, e); showDetails(node); growFoot(); } });
  on.addEventListener('mouseleave', () => { hideTip(); showDetails(selected); });
  on.addEventListener('click', onClick);
  on.addEventListener('focusin', (e) => { const node = nodeUnder(e); if (node && node !== selected) select(node); });
}
