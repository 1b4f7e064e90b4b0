// ---- the code that is running: the functions that make a step, their lines lit by the picture's part, the step's values beside them. It stands in its tab, and on a wide window in a column beside the picture
const codeLine = ([indent, text], says) => `<li><code style="padding-left:${indent + 4}ch">${text || " "}</code>${says ? `<span style="min-width:${says[3]}ch"></span>` : ""}</li>`;
const listing = ({name, file, lines}, k, says) => `<section><p><b>${escaped(name)}</b> · ${escaped(file)}</p><ol>${lines.map((line, row) => codeLine(line, says.find((one) => one[0] === k && one[1] === row))).join("")}</ol></section>`;
const listings = (node, {functions, says}) => put(node, "innerHTML", functions.map((made, k) => listing(made, k, says)).join(""));
const followLines = (node, player, p) => {
  const {parts, says} = player.data.code, [shown, lit] = (p && parts[p.part || "step"]) ?? [0, []], told = p && says.length ? toldBeside(player, p) : new Map();
  [...node.children].forEach((section, k) => {
    put(section, "data-shown", String(k === shown));   // one at a time
    [...section.lastChild.children].forEach((line, row) => {
      put(line, "aria-current", k === shown && lit.includes(row) ? "step" : "false");
      if (line.children[1]) { const [text, now] = told.get(`${k} ${row}`) ?? ["", false]; put(line.children[1], "innerHTML", text); put(line.children[1], "data-now", String(now)); }
    });
  });
};
const BACK = 6;                                     // pictures of a step that are looked through for what its earlier parts said; a film keeps eight at hand
const toldBeside = (player, p) => {                 // line → what stands beside it, and whether this picture says it; what earlier parts of the step said stays
  const {films: [film], mood, data: {code: {parts, says}}} = player, last = lastOf(player, film), told = new Map();
  for (let i = last, q = p; q?.step === p.step && i > last - BACK; q = --i < 0 || i >= film.lines.length ? null : film.picture(i, mood)) {
    const [k, lit] = parts[q.part || "step"] ?? [-1, []];
    for (const [made, row, template] of says) {
      const name = `${made} ${row}`, text = made === k && lit.includes(row) && !told.has(name) ? withValues(player, film, q, i, template) : "";
      if (text) told.set(name, [text, i === last]);
    }
  }
  return told;
};
const withValues = (player, film, p, i, template) => {      // the values of a picture, else the numbers of its row; nothing where one of them is not known
  const {pointed} = player, entity = pointed && p.of === pointed.link ? pointed.entity : p.at;
  let known = true;
  const text = template.replace(/⟦(\w+)⟧/g, (all, name) => {
    const said = Object.hasOwn(p.values ?? {}, name) ? valueOf(p.values[name], entity) : inRow(player, film, i, name);
    known &&= said !== null;
    return said;
  });
  return known ? text : "";
};
const valueOf = ([x, digits], entity) => {
  const one = Array.isArray(x) || ArrayBuffer.isView(x) ? x[entity] ?? null : x;
  return one === null ? null : number(one, digits);
};
const inRow = (player, film, i, name) => {
  const k = (film.head.columns ?? []).findIndex(([column]) => column === name), x = film.row(i)[k] ?? null;
  return x === null ? null : hides(player, film.head.columns[k][1]) ? "?" : cell(x);
};

// ---- in its tab
const CODE = `<div class="th-listings"></div><aside><p><b></b> <span></span></p><div class="th-sum" tabindex="0"></div><dl></dl><p class="th-invite"><span></span> <button type="button"></button></p></aside>`;
const makeCode = (root) => {
  const box = root.appendChild(element("div", "th-code", CODE)), $ = (name) => box.querySelector(name), dress = dresser(box), tab = whileOpen(box, () => hearCode($));
  box.setAttribute("role", "group");
  $("button").onclick = () => { if (shared.player) lookCloser(shared.player); };
  return {
    update({words = {}}) {
      dress.dress();
      put(box, "aria-label", words.code_title); put($(".th-invite span"), "textContent", words.code_whole); put($("button"), "textContent", words.closer);
      tab.hear("film");
    },
    stop() { tab.stop(); dress.stop(); box.remove(); },
  };
};
const hearCode = ($) => {
  const player = shared.player, p = player ? pictureOf(player, player.films[0]) : null;
  if (!player?.data.code) return;
  listings($(".th-listings"), player.data.code);        // all in one place, which has room for each: nothing below moves
  followLines($(".th-listings"), player, p);
  besideCode($, player, p);
};
const besideCode = ($, player, p) => {              // what the picture says of the step: its phase, its sentence, its formula with the values in it, its numbers
  put($("aside b"), "innerHTML", p?.phase ?? ""); put($("aside span"), "innerHTML", bound(p?.said ?? ""));
  put($(".th-sum"), "innerHTML", p ? formula(p, player.pointed && p.of === player.pointed.link ? player.pointed.entity : undefined, (name) => covered(player, player.films[0], name)) : "");
  put($("dl"), "innerHTML", (p?.metrics ?? []).map(([label, value]) => `<div><dt>${label}</dt><dd>${hides(player, label) ? "?" : value}</dd></div>`).join(""));
  put($(".th-invite"), "hidden", !p || Boolean(p.part) || !player.data.closeup?.offered || player.data.closeup.now || player.$("closer").hidden);
};

// ---- beside the picture, where the window has room for both: when asked for, and at first in a close-up of one run
const ROOMY = matchMedia("(min-width: 1500px)");
const codeKept = shared.code ??= {};                // what was asked for in this visit: on the page, on a projector
const codeWanted = ({data, films}) => codeKept[data.present ? "projector" : "page"] ?? Boolean(data.closeup?.now && !data.present && films.length < 2);
const codeStands = (my) => Boolean(my.data.code && ROOMY.matches && codeWanted(my));
const toggleCode = (my) => { codeKept[my.data.present ? "projector" : "page"] = !codeWanted(my); standCode(my); fillMenu(my); };
const standCode = (my) => {
  const stands = codeStands(my);
  put(my.pair, "data-code", String(stands)); put(my.column, "hidden", !stands);
  if (!stands) return;
  put(my.column, "aria-label", my.words.code_title);
  listings(my.column, my.data.code);
  followColumn(my);
};
const followColumn = (my) => {
  if (!my.data.code || my.column.hidden) return;
  followLines(my.column, my, pictureOf(my, my.films[0]));
  const line = my.column.querySelector("[data-shown=true] [aria-current=step]"), top = line?.offsetTop ?? 0;
  if (my.column.matches(":hover,:focus")) return;
  if (top < my.column.scrollTop || top > my.column.scrollTop + my.column.clientHeight - 60) my.column.scrollTop = top - my.column.clientHeight / 3;
};
