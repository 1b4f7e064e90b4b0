// ---- the code that is running: the functions that make a step, their lines lit by the picture's part, what the step says beside them
const CODE = `<div class="th-listings"></div><aside><p><b></b> <span></span></p><div class="th-sum" tabindex="0"></div><dl></dl><p class="th-invite"><span></span> <button type="button"></button></p></aside>`;
const codeLine = ([indent, text]) => `<li><code style="padding-left:${indent + 4}ch">${text || " "}</code></li>`;
const listing = ({name, file, lines}) => `<section><p><b>${escaped(name)}</b> · ${escaped(file)}</p><ol>${lines.map(codeLine).join("")}</ol></section>`;
const makeCode = (root) => {
  const box = root.appendChild(element("div", "th-code", CODE)), $ = (name) => box.querySelector(name), dress = dresser(box);
  const my = {$, functions: [], parts: {}}, hear = () => followLines(my);
  box.setAttribute("role", "group");
  $("button").onclick = () => { if (shared.player) lookCloser(shared.player); };
  shared.followers.add(hear);
  return {
    update({words = {}, functions = [], parts = {}}) {
      Object.assign(my, {functions, parts});
      dress.dress();
      put(box, "aria-label", words.code_title); put($(".th-invite span"), "textContent", words.code_whole); put($("button"), "textContent", words.closer);
      put($(".th-listings"), "innerHTML", functions.map(listing).join(""));
      hear();
    },
    stop() { shared.followers.delete(hear); dress.stop(); box.remove(); },
  };
};
const followLines = ({$, functions, parts}) => {
  const player = shared.player, p = player ? pictureOf(player, player.films[0]) : null, [shown, lit] = (p && parts[p.part || "step"]) ?? [0, []];
  [...$(".th-listings").children].slice(0, functions.length).forEach((section, k) => {
    put(section, "data-shown", String(k === shown));   // one at a time, in a place that has room for each: nothing below moves
    [...section.lastChild.children].forEach((line, row) => put(line, "aria-current", k === shown && lit.includes(row) ? "step" : "false"));
  });
  besideCode($, player, p);
};
const besideCode = ($, player, p) => {              // what the picture says of the step: its phase, its sentence, its formula with the values in it, its numbers
  put($("aside b"), "innerHTML", p?.phase ?? ""); put($("aside span"), "innerHTML", bound(p?.said ?? ""));
  put($(".th-sum"), "innerHTML", p ? formula(p, player.pointed && p.of === player.pointed.link ? player.pointed.entity : undefined) : "");
  put($("dl"), "innerHTML", (p?.metrics ?? []).map(([label, value]) => `<div><dt>${label}</dt><dd>${hides(player, label) ? "?" : value}</dd></div>`).join(""));
  put($(".th-invite"), "hidden", !p || Boolean(p.part) || !player.data.closeup?.offered || player.data.closeup.now || player.$("closer").hidden);
};
