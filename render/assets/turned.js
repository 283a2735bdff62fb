/* The tree turned over: leaves first, merged along their callers (of a picture that has leaves first: the stacks as they were). */

const MOST_TURNED = 20000;

function turnedNode(parent, like, name) {
  return { name, texts: like && like.texts, fill: like ? like.fill : '#dedede', parent, d: parent ? parent.d + 1 : 0, band: 0, x: 0, w: 0, self: 0, kids: [], cut: 0, est: false,
    before: 0, after: 0, normal: 0, selfBefore: 0, selfAfter: 0, selfNormal: 0, leaves: [] };
}

function addLeaf(node, leaf, up) {
  node.w += leaf.self;
  node.leaves.push(leaf, up);
  if (view.diff) {
    node.before += leaf.selfBefore;
    node.after += leaf.selfAfter;
    node.normal += leaf.selfNormal;
  }
}

/* The next level: whoever stood below each leaf's last frame. What ends here is self. */
function callersOf(node) {
  const by = new Map();
  for (let i = 0; i < node.leaves.length; i += 2) {
    const leaf = node.leaves[i], up = node.leaves[i + 1];
    if (!up.parent) {
      node.self += leaf.self;
      node.selfBefore += leaf.selfBefore;
      node.selfAfter += leaf.selfAfter;
      node.selfNormal += leaf.selfNormal;
      continue;
    }
    let caller = by.get(up.name);
    if (!caller) {
      caller = turnedNode(node, up, up.name);
      by.set(up.name, caller);
    }
    addLeaf(caller, leaf, up.parent);
    /* The first level are sums of self values, which are exact. */
    caller.est = caller.est || (leaf.est && caller.d > 1);
  }
  return Array.from(by.values());
}

/* Callers too small to see become one box: nothing is left out silently. */
function keepLarge(node, callers, least) {
  const large = callers.filter((c) => c.w >= least), small = callers.filter((c) => c.w < least);
  node.kids = large.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  if (small.length === 0) return;
  const rest = turnedNode(node, null, '(' + small.length + ' smaller)');
  rest.cut = small.length;
  for (const key of ['w', 'before', 'after', 'normal']) rest[key] = small.reduce((sum, c) => sum + c[key], 0);
  rest.self = rest.w;
  node.kids.push(rest);
}

function flatten(nodes, root) {
  const open = [root];
  while (open.length) {
    const node = open.pop();
    nodes.push(node);
    node.leaves = null;
    let x = node.x;
    for (const kid of node.kids) { kid.x = x; x += kid.w; }
    for (let i = node.kids.length; i-- > 0;) open.push(node.kids[i]);
  }
}

function turnTree(nodes) {
  const root = turnedNode(null, nodes[0], 'all'), open = [root];
  for (const leaf of nodes) if (leaf.self > 0 && leaf.parent) addLeaf(root, leaf, leaf);
  const least = root.w / 4000;
  let made = 1;
  for (let at = 0; at < open.length; at++) {
    const node = open[at], top = node.d ? node.top || node : null;
    if (made > MOST_TURNED) { node.unexpanded = true; node.self = node.w; continue; }
    keepLarge(node, callersOf(node), least);
    for (const kid of node.kids) {
      kid.top = top;
      if (kid.est) { kid.lo = 0; kid.hi = top.w; }
      if (!kid.cut) open.push(kid);
    }
    made += node.kids.length;
  }
  root.w = Math.max(root.w, nodes[0].w);
  const turned = [];
  flatten(turned, root);
  if (view.diff) for (const node of turned) node.fill = deltaFill(node);
  return number(turned);
}

/* The colour of a change, as the writer chooses it (render/delta.c, render/palette.c). */
function deltaFill(node) {
  const diff = view.diff, before = diff.by === 'self' ? node.selfNormal : node.normal, after = diff.by === 'self' ? node.selfAfter : node.after;
  const read = diff.by === 'self' ? node.selfBefore : node.before, larger = Math.max(before, after), delta = after - before;
  const noise = diff.noiseUnit === 'sigma' ? diff.noise * Math.sqrt(after + (read > 0 ? before * before / read : before)) : diff.noise / 100 * larger;
  if (larger <= 0 || Math.abs(delta) <= noise) return '#fafafa';
  const share = (diff.negate ? -delta : delta) / larger, classic = diff.colors === 'red-blue', strength = 0.25 + 0.75 * Math.min(1, Math.abs(share));
  const far = share > 0 ? (classic ? [255, 90, 90] : [230, 130, 20]) : classic ? [90, 90, 255] : [50, 130, 210];
  return '#' + far.map((c) => Math.floor(250 + (c - 250) * strength + 0.5).toString(16).padStart(2, '0')).join('');
}
