/* Values and shares as the titles of the still picture have them: counts exactly, times and bytes with four digits in a fitting unit. */

const UNITS = { ns: [['s', 1e9], ['ms', 1e6], ['us', 1e3], ['ns', 1]], bytes: [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 1024], ['B', 1]] };

function thousands(value, decimals) {
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  return (value < 0 ? '-' : '') + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (fraction ? '.' + fraction : '');
}

/* How many of at most `most` decimals it takes to write the value. */
function decimalsOf(value, most) {
  return (value.toFixed(most).replace(/0+$/, '').split('.')[1] || '').length;
}

function plainCount(v) {
  const shown = v * view.factor;
  if (view.factor !== 1) return thousands(shown, Math.abs(shown - Math.round(shown)) < 1e-9 ? 0 : 2);
  return thousands(shown, view.metric.decimals ? decimalsOf(shown, view.metric.decimals) : 0);
}

function count(value) {
  const v = value / 10 ** view.metric.decimals;
  if (view.countName) return plainCount(v) + ' ' + view.countName;
  const units = UNITS[view.metric.unit], auto = view.unit === 'auto';
  const [name, size] = units.find((u) => (auto ? Math.abs(v) >= u[1] : u[0] === view.unit)) || units[units.length - 1];
  const shown = v / size, big = Math.abs(shown), whole = size === 1 && view.metric.decimals === 0;
  return thousands(shown, whole || (auto && big >= 1000) ? 0 : !auto ? 3 : big >= 100 ? 1 : big >= 10 ? 2 : 3) + ' ' + name;
}

function change(value) {
  return (value > 0 ? '+' : '') + count(value);
}

function percent(part, whole) {
  return whole > 0 ? (Math.floor(part / whole * 10000 + 0.5) / 100).toFixed(2) + '%' : '0.00%';
}

/* Where leaves stand first, a function's own time is the width of its box on the first level. */
function selfOf(node) {
  return state.turned === view.reversed ? node.self : node.d === 1 ? node.w : 0;
}

/* What the whole width of the view stands for: bands of a chart add up. */
function widthOfView() {
  return state.zoom ? state.zoom.w : tree.all;
}

function widthOfAll() {
  return tree.all;
}

/* What a frame's share is of: in a chart each thread lasts as long as all of it. */
function lengthOfAll() {
  return view.chart ? view.total : tree.all;
}

function lengthOfView() {
  return state.zoom ? state.zoom.w : lengthOfAll();
}

/* --nameattr may have given a function a text of its own. */
function ownTitle(node) {
  const title = node.source && node.source.querySelector('title');
  return title && !node.cut && node.d && !title.textContent.startsWith(node.name + ' (') ? title.textContent : '';
}

function describeSides(node) {
  if (!view.diff) return '';
  let text = '\nbefore ' + count(node.before) + ', after ' + count(node.after) + ', ' + (node.before === 0 ? 'new' : node.after === 0 ? 'vanished' : change(node.after - node.before));
  if (node.selfBefore || node.selfAfter) text += '\nself before ' + count(node.selfBefore) + ', after ' + count(node.selfAfter) + ', ' + change(node.selfAfter - node.selfBefore);
  return text;
}

function describe(node) {
  const shown = lengthOfView(), all = lengthOfAll(), self = selfOf(node), own = ownTitle(node);
  let text = node.name + (own ? '\n' + own : '') + '\ntotal ' + count(node.w) + ', ' + percent(node.w, shown) + ' of view, ' + percent(node.w, all) + ' of all';
  if (!node.cut) text += '\nself ' + count(self) + ', ' + percent(self, shown) + ' of view, ' + percent(self, all) + ' of all';
  text += describeSides(node);
  if (node.cut) text += '\nframes too small to be drawn one by one';
  if (node.est) text += view.diff ? '\nestimated: a profile of calls has no stacks' : '\nestimated: between ' + count(node.lo) + ' and ' + count(node.hi);
  if (node.recursive) text += '\nrecursive: drawn to the first repeat, what is below counts as self';
  if (node.unexpanded) text += '\nnot expanded further: what is below counts as self';
  return text;
}
