/* The state of the page, and how it changes. */

const state = { zoom: null, icicle: view.view === 'icicle', turned: false, search: '', icase: true, theme: '', side: false, sort: 'self' };
const geometry = { head: 28, headHeight: 0, top: view.padTop, footHeight: 30, graphEnd: 0, height: 0, scroll: 0, window: 0 };
const still = document.getElementById('frames'), normal = readTree(still);
const layer = element('g', { id: 'frames', role: 'tree', 'aria-label': 'frames', 'font-size': view.fontSize });
let tree = normal, turned = null, bands = bandsOf(tree), visible = [], hits = [], hitAt = -1, selected = null, help = null, width = svg.viewBox.baseVal.width;

function isDark() {
  return state.theme ? state.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

function zoom(node) {
  state.zoom = node && node.parent ? node : null;
  const fragment = toFragment(), depth = depthOfHistory();
  refresh();
  if (fragment === location.hash.slice(1)) return;
  location.hash = fragment || '_';
  try { history.replaceState({ depth: depth + 1 }, ''); } catch (e) { /* some viewers forbid it; the picture works without */ }
}

function depthOfHistory() {
  return (history.state && history.state.depth) || 0;
}

/* Never back out of the picture. */
function goBack() {
  if (depthOfHistory() > 0) history.back(); else if (state.zoom) zoom(state.zoom.parent);
}

function setTurned(on) {
  if (on === state.turned || view.chart) return;
  state.turned = on;
  state.zoom = null;
  select(null);
  if (on && !turned) turned = turnTree(normal);
  for (const node of visible) node.shown = false;
  visible = [];
  tree = on ? turned : normal;
  bands = bandsOf(tree);
  mark(pattern());
}

function layOutAgain() {
  measure();
  draw();
  placeParts();
}

function refresh() {
  const dark = isDark(), pressed = { icicle: state.icicle, turned: state.turned !== view.reversed, side: state.side, icase: state.icase };
  svg.classList.toggle('dark', dark);
  svg.classList.toggle('light', !dark);
  for (const key in pressed) ui.buttons[key].setAttribute('aria-pressed', pressed[key]);
  ui.head.classList.toggle('pp-narrow', width < NARROW);
  ui.foot.classList.toggle('pp-narrow', width < NARROW);
  showPath();
  showTable();
  showDetails(selected);
  layOutAgain();
  showFound(pattern());
  if (selected && !selected.shown) { select(null); showDetails(null); }
}

/* The view has changed, but not by a step one would go back to. */
function remember() {
  const fragment = toFragment();
  if (fragment === location.hash.slice(1)) return;
  try { history.replaceState(history.state, '', '#' + fragment); } catch (e) { /* as in zoom() */ }
}

function changed() {
  remember();
  refresh();
}

/* --- the fragment: a link shows the same view --- */

function toFragment() {
  const parts = [];
  if (state.zoom) parts.push('z=' + state.zoom.id);
  if (state.search) parts.push('s=' + encodeURIComponent(state.search));
  if (!state.icase) parts.push('case=1');
  if (state.icicle !== (view.view === 'icicle')) parts.push('i=' + (state.icicle ? 1 : 0));
  if (state.turned) parts.push('r=1');
  if (state.side) parts.push('t=1');
  if (state.sort !== 'self') parts.push('o=' + state.sort);
  if (state.theme) parts.push('theme=' + state.theme);
  return parts.join('&');
}

function readFragment() {
  const get = new Map();
  for (const part of location.hash.slice(1).split('&')) {
    const at = part.indexOf('=');
    if (at > 0) get.set(part.slice(0, at), part.slice(at + 1));
  }
  return get;
}

function decoded(text) {
  try { return decodeURIComponent(text); } catch (e) { return ''; }
}

function fromFragment() {
  const get = readFragment(), node = (tree_) => tree_[Number(get.get('z'))];
  state.icicle = get.has('i') ? get.get('i') === '1' : view.view === 'icicle';
  state.icase = get.get('case') !== '1';
  state.side = get.get('t') === '1';
  state.sort = COLUMNS.some(([key]) => key === get.get('o')) ? get.get('o') : 'self';
  state.theme = ['dark', 'light'].includes(get.get('theme')) ? get.get('theme') : '';
  setTurned(get.get('r') === '1');
  const zoomed = get.has('z') ? node(tree) : null;
  state.zoom = zoomed && zoomed.parent ? zoomed : null;
  state.search = decoded(get.get('s') || '');
  ui.search.value = state.search;
  mark(pattern());
  ui.search.classList.toggle('bad', pattern() === undefined);
  refresh();
}

function onHash() {
  if (location.hash.slice(1) !== (toFragment() || '_')) fromFragment();
}

function resized() {
  if (view.fluid) width = Math.max(280, (svg.clientWidth && Math.min(svg.clientWidth, window.innerWidth)) || window.innerWidth || width);
  refresh();
}

const ui = makeParts();
measureFont();
still.replaceWith(layer);
svg.setAttribute('role', 'graphics-document');
listen(layer);
window.addEventListener('keydown', onKey);
window.addEventListener('resize', resized);
window.addEventListener('scroll', scrolled);
window.addEventListener('hashchange', onHash);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', refresh);
if (view.fluid) width = Math.max(280, window.innerWidth || width);
fromFragment();
if (svg.clientWidth && view.fluid && window.innerWidth !== document.documentElement.clientWidth) resized();
scrollHome();
svg.dataset.ready = '1';
