/* The life in a profpipe flame graph. Everything is read from the document (docs/svg-structure.md); nothing is fetched, and nothing from the data is ever
 * run: names go through textContent and attributes only. The files beside this one follow here, in one function, in the order of render/CMakeLists.txt. */

const svg = document.documentElement, SVG = 'http://www.w3.org/2000/svg';
if (!svg.dataset.profpipe) return;
const view = JSON.parse(document.getElementById('profpipe-view').textContent);
