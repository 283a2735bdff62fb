/* The largest functions of the view. A row's frames are marked by searching for its name. */

const ROWS = 100;

/* Self and total per name; a name counts once per path. */
function sums() {
  const root = state.zoom || tree[0], from = state.zoom ? root.id : 0, to = state.zoom ? root.end : tree.length, by = new Map(), open = [], onPath = new Int32Array(tree.names);
  for (let i = from; i < to; i++) {
    const node = tree[i];
    while (open.length && open[open.length - 1].d >= node.d) onPath[open.pop().key]--;
    open.push(node);
    if (node.d && !node.cut) addRow(by, node, onPath[node.key] === 0);
    onPath[node.key]++;
  }
  return Array.from(by.values());
}

function addRow(by, node, outermost) {
  let row = by.get(node.key);
  if (!row) {
    row = { node, name: node.name, self: 0, total: 0, selfChange: 0, totalChange: 0 };
    by.set(node.key, row);
  }
  row.self += selfOf(node);
  if (outermost) row.total += node.w;
  if (!view.diff) return;
  const leavesFirst = state.turned !== view.reversed;
  if (!leavesFirst) row.selfChange += node.selfAfter - node.selfNormal;
  else if (node.d === 1) row.selfChange += node.after - node.normal;
  if (outermost) row.totalChange += node.after - node.normal;
}

const COLUMNS = view.diff ? [['self', 'self'], ['total', 'total'], ['selfChange', '\u0394 self'], ['totalChange', '\u0394 total']] : [['self', 'self'], ['total', 'total']];

function exactly(name) {
  return '^' + name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&') + '$';
}

function pick(row) {
  const wanted = exactly(row.name), text = state.search === wanted ? '' : wanted;
  state.icase = text === '';
  ui.search.value = text;
  setSearch(text);
  refresh();
}

function headCell([key, text]) {
  const sorted = state.sort === key;
  return html('th', { scope: 'col', class: 'pp-number', 'aria-sort': sorted ? 'descending' : 'none' },
    html('button', { type: 'button', onclick: () => { state.sort = key; remember(); showTable(); } }, text + (sorted ? ' \u25be' : '')));
}

function shareText(key, row) {
  const text = percent(Math.abs(row[key]), widthOfView());
  return !key.endsWith('Change') || text === '0.00%' ? text : (row[key] > 0 ? '+' : '-') + text;
}

function bodyRow(row) {
  const [name, file] = [row.node.texts ? row.node.texts[row.node.texts.length - 1] : row.name, row.node.texts && row.node.texts.length > 2 ? row.node.texts[1] : ''];
  const where = file.startsWith(name + ' (') ? file.slice(name.length + 1) : '';
  const cells = COLUMNS.map(([key]) => html('td', { class: 'pp-number' }, shareText(key, row)));
  return html('tr', { tabindex: '0', class: state.search === exactly(row.name) ? 'on' : '', title: row.name, onclick: () => pick(row), onkeydown: (e) => { if (e.key === 'Enter') pick(row); } },
    ...cells, html('td', {}, name, where ? html('span', { class: 'pp-where' }, ' ' + where) : ''));
}

function showTable() {
  ui.sideHolder.setAttribute('display', state.side ? 'inline' : 'none');
  ui.side.textContent = '';
  if (!state.side) return;
  const size = (row) => Math.abs(row[state.sort]), rows = sums().sort((a, b) => size(b) - size(a) || (a.name < b.name ? -1 : 1));
  const body = html('tbody', {}, ...rows.slice(0, ROWS).map(bodyRow)), head = html('tr', {}, ...COLUMNS.map(headCell), html('th', { scope: 'col' }, 'function'));
  const said = 'shares of the view' + (rows.length > ROWS ? ', the largest ' + ROWS + ' of ' + rows.length : '') + (view.estimated ? '; from estimated stacks' : '');
  ui.side.append(html('table', {}, html('caption', {}, said), html('thead', {}, head), body));
}
