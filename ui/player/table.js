// ---- the same numbers as a table
const TABLE = '<div class="th-scroll"><table><caption></caption><colgroup></colgroup><thead></thead></table></div><p class="th-empty"></p><button type="button" class="th-text"></button>';
const cell = (x) => typeof x !== "number" ? escaped(x ?? "–") : Number.isInteger(x) ? number(x, 0) : short(x, 5);
const cells = (row) => row.map((x) => `<td>${cell(x)}</td>`).join("");
const makeNumbers = (root) => {
  const box = root.appendChild(element("div", "th-numbers", TABLE)), $ = (name) => box.querySelector(name), scroll = $(".th-scroll"), dress = dresser(box);
  const my = {$, table: $("table"), scroll, words: {}, bodies: [], marked: [], both: null, key: null};
  const tab = whileOpen(box, (what) => { if (shared.player) wakeFilms(shared.player); tabulate(my, what); if (what === "opened") reveal(my); });
  for (const name of ["click", "keydown"]) my.table.addEventListener(name, pick);
  $(".th-text").onclick = () => { if (shared.player) saveCsv(shared.player); };
  return {
    update(next) {
      const {words} = Object.assign(my, {words: next.words ?? {}, key: null});
      dress.dress();
      put($("caption"), "textContent", words.numbers_title); put($(".th-empty"), "textContent", words.empty); put($(".th-text"), "textContent", words.save_numbers);
      tab.hear("film");
    },
    stop() { tab.stop(); dress.stop(); box.remove(); },
  };
};
const tabulate = (my, what) => {
  const {$, scroll} = my, player = shared.player, films = player?.films ?? [], key = JSON.stringify(films.map(({key, head}) => [key, head.columns]));
  if (key !== my.key) { my.key = key; newTable(my, films); }
  films.forEach((film, k) => { addRows(my, films, k); markRow(my, player, k, what); });
  if (my.both && player.shown >= 0 && films.every((film) => film.lines.length)) compareRows(my, player);
  const none = !films.some((film) => film.lines.length);
  put($(".th-empty"), "hidden", !none); put(scroll, "hidden", none); put($(".th-text"), "hidden", none);
};
const newTable = (my, films) => {                   // another film, another table
  const {$, table, words} = my, body = () => table.appendChild(document.createElement("tbody"));
  my.marked = [];
  my.bodies.forEach((old) => old.remove()); my.both?.remove();
  my.both = films.length > 1 ? body() : null;
  if (my.both) my.both.className = "th-both";
  my.bodies = films.map((film) => Object.assign(body(), {film}));
  const labels = (films[0]?.head.columns ?? []).map(([, label]) => `<th scope="col">${escaped(label)}</th>`).join("");
  $("thead").innerHTML = films.length ? `<tr><th scope="col">${escaped(words.picture)}</th>${labels}</tr>` : "";
};
const addRows = ({$, bodies}, films, k) => {
  const film = films[k], body = Object.assign(bodies[k], {film}), extra = films.length > 1 ? 1 : 0;      // where there are two, each begins with its name
  if (extra && !body.rows.length) body.innerHTML = `<tr class="th-run-name"><th colspan="99" scope="rowgroup">${escaped(film.name)}</th></tr>`;
  let html = "";
  for (let i = body.rows.length - extra; i < film.lines.length; i++) html += `<tr data-i="${i}" tabindex="-1"><th scope="row">${i}</th>${cells(film.rows[i] ?? [])}</tr>`;
  if (html) body.insertAdjacentHTML("beforeend", html);
  const gone = (film.head.columns ?? []).map(([, label], c) => hides(shared.player, label) || (film.rows.length > 0 && film.rows.every((row) => row[c] === null)));
  if (!k) put($("colgroup"), "innerHTML", "<col>" + gone.map((none) => `<col${none ? ' style="visibility: collapse"' : ""}>`).join(""));
};
const markRow = (my, player, k, what) => {
  const {bodies, marked} = my, {films} = player, row = bodies[k].rows[lastOf(player, films[k]) + (films.length > 1 ? 1 : 0)];
  if (row === marked[k] || player.shown < 0) return;
  if (marked[k]) { marked[k].removeAttribute("aria-current"); marked[k].tabIndex = -1; }
  marked[k] = row;
  if (!row) return;
  row.setAttribute("aria-current", "true"); row.tabIndex = 0;
  if (what === "step" && !k) reveal(my);
};
const compareRows = ({both, words}, player) => {    // the numbers that are shown, and what lies between them
  const [here, there] = player.films.map((film) => film.row(lastOf(player, film)));
  const gap = here.map((x, k) => typeof x === "number" && typeof there[k] === "number" ? x - there[k] : "");
  const lines = [[words.now, here], [words.pinned, there], [words.difference, gap]];
  put(both, "innerHTML", lines.map(([name, row]) => `<tr><th scope="row">${escaped(name)}</th>${cells(row)}</tr>`).join(""));
};
const reveal = ({marked, scroll}) => { if (marked[0] && !scroll.matches(":hover,:focus-within")) scroll.scrollTop = marked[0].offsetTop - scroll.clientHeight / 2; };
const pick = (event) => {                           // a row is a door to its picture; the arrows go from row to row
  const row = event.target.closest("tr[data-i]"), near = row && {ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling}[event.key];
  if (!row || (event.type === "keydown" && event.key !== "Enter" && !near)) return;
  const player = shared.player;
  if (near) near.focus(); else if (player) goByHand(player, Math.round(+row.dataset.i * scale(player, row.parentElement.film)));
  event.preventDefault();
};
