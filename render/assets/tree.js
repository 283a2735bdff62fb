/* The boxes of the document as a tree; docs/svg-structure.md says what each attribute is.
 *
 * node: {id, end, d, band, x, w, self, parent, kids, key, name, texts, fill, est, lo, hi, cut, recursive, unexpanded, source} and of a differential
 * graph {before, after, normal} with {selfBefore, selfAfter, selfNormal}. Nodes stand depth first: those below a node have the numbers id + 1 … end - 1. */

function attribute(g, name) {
  return Number(g.getAttribute(name));
}

/* From long to short: the whole text, with the file's base name, the name alone. */
function textsOf([name, file, line]) {
  const bare = name.replace(/_\[[kijw]\]$/, '');
  return file && file !== '~' ? [name + ' (' + file + ':' + line + ')', bare + ' (' + file.replace(/.*\//, '') + ':' + line + ')', bare] : [name, bare];
}

function rootName(g) {
  const title = g.querySelector('title');
  return view.chart && title ? title.textContent.split('\n')[0].replace(/ \([^()]*\)$/, '') : 'all';
}

function readNode(g, texts) {
  const inner = g.firstElementChild.localName === 'a' ? g.firstElementChild : g, bounds = g.getAttribute('data-e'), frame = g.getAttribute('data-f');
  const node = { d: attribute(g, 'data-d'), x: attribute(g, 'data-x'), w: attribute(g, 'data-w'), self: attribute(g, 'data-s'), cut: attribute(g, 'data-m'), kids: [],
    parent: null, source: g, texts: frame === null ? null : texts[frame], fill: inner.firstElementChild.nextElementSibling.getAttribute('fill'), est: bounds !== null,
    recursive: g.hasAttribute('data-r'), unexpanded: g.hasAttribute('data-c') };
  if (node.est) [node.lo, node.hi] = bounds.split(',').map(Number);
  node.name = node.texts ? node.texts[0] : node.cut ? '(' + node.cut + ' more)' : rootName(g);
  return node;
}

/* Numbers the nodes of one tree, depth first, and gives equal names equal keys. */
function number(nodes) {
  const keys = new Map();
  nodes.forEach((node, i) => {
    node.id = i;
    node.end = nodes.length;
    if (!keys.has(node.name)) keys.set(node.name, keys.size);
    node.key = keys.get(node.name);
  });
  const open = [];
  for (const node of nodes) {
    while (open.length && open[open.length - 1].d >= node.d) open.pop().end = node.id;
    open.push(node);
  }
  nodes.names = keys.size;
  nodes.all = nodes.reduce((sum, node) => (node.d ? sum : sum + node.w), 0);
  return nodes;
}

function readTree(layer) {
  const nodes = [], open = [], texts = view.frames.map(textsOf);
  let band = -1;
  for (let g = layer.firstElementChild; g; g = g.nextElementSibling) {
    const node = readNode(g, texts);
    if (node.d === 0) band++;
    node.band = band;
    if (node.d) {
      node.parent = open[node.d - 1];
      node.parent.kids.push(node);
    }
    open[node.d] = node;
    nodes.push(node);
  }
  if (view.diff) readSides(nodes);
  return number(nodes);
}

/* Both sides of a differential graph; normal: the side before, scaled as --normalize says. */
function readSides(nodes) {
  let byRoot = 1;
  for (const node of nodes) {
    const g = node.source;
    node.before = attribute(g, 'data-b');
    node.after = attribute(g, 'data-a');
    node.selfBefore = attribute(g, 'data-sb');
    node.selfAfter = attribute(g, 'data-sa');
    if (node.d === 1) byRoot = node.before > 0 && node.after > 0 ? node.after / node.before : 1;
    const both = view.diff.totalBefore > 0 && view.diff.totalAfter > 0;
    const scale = view.diff.normalize === 'root' && node.d ? byRoot : view.diff.normalize === 'total' && both ? view.diff.totalAfter / view.diff.totalBefore : 1;
    node.normal = Math.floor(node.before * scale + 0.5);
    node.selfNormal = Math.floor(node.selfBefore * scale + 0.5);
  }
}
