/* Search: a regular expression over the whole text of frames, with and without a collector's mark ("_[k]"). */

/* null: nothing to search for; undefined: no regular expression (yet). */
function pattern() {
  if (!state.search) return null;
  try { return new RegExp(state.search, state.icase ? 'i' : ''); } catch (e) { return undefined; }
}

/* The widths of matching frames from one node to another, counted once where one contains another. */
function union(from, to) {
  let sum = 0;
  for (let i = from; i < to;) {
    if (tree[i].hit) sum += tree[i].w;
    i = tree[i].hit ? tree[i].end : i + 1;
  }
  return sum;
}

function mark(re) {
  const matches = new Map();
  hits = [];
  hitAt = -1;
  for (const node of tree) {
    if (re && !matches.has(node.key)) matches.set(node.key, re.test(node.name) || (!!node.texts && node.texts.length === 2 && re.test(node.texts[1])));
    node.hit = !!re && node.d > 0 && !node.cut && matches.get(node.key);
    if (node.hit) hits.push(node);
  }
}

function setSearch(text) {
  state.search = text;
  const re = pattern();
  ui.search.classList.toggle('bad', re === undefined);
  mark(re);
  draw();
  showFound(re);
  remember();
}

function showFound(re) {
  const root = state.zoom, before = ui.found.textContent;
  if (!state.search) ui.found.textContent = '';
  else if (re === undefined) ui.found.textContent = 'not a regular expression';
  else {
    ui.found.textContent = hits.length + ' found, ' + percent(union(root ? root.id : 0, root ? root.end : tree.length), widthOfView()) + ' of view, ' +
      percent(union(0, tree.length), widthOfAll()) + ' of all';
  }
  /* A line more or less in the tool bar moves the graph. */
  if (!before !== !ui.found.textContent) layOutAgain();
}

function nextHit(step, keepFocus) {
  const shown = hits.filter((node) => node.shown);
  if (!shown.length) return;
  hitAt = hitAt < 0 ? (step > 0 ? 0 : shown.length - 1) : (hitAt + step + shown.length) % shown.length;
  select(shown[hitAt], !keepFocus);
}
