// ---- the caption: phase, sentence, formula with this step's values, metrics
const broke = (my, film, p, i) => Boolean(film.error && (!p || lastOf(my, film, i) === film.count - 1));      // the last finite picture carries the explanation
const bound = (text) => text.replaceAll(" = ", "\u00a0=\u00a0").replaceAll(" × 10<", "\u00a0×\u00a010<");      // what is equal stays on one line, and a power with its number
const caption = (my, pane, film, p, i = my.shown) => {
  const {pointed} = my, stopped = broke(my, film, p, i);
  put(pane.node, "data-broke", String(stopped));
  put(pane.phase, "innerHTML", stopped ? "! " + film.error.title : p?.phase ?? "");
  put(pane.said, "innerHTML", stopped ? film.error.text : bound(p?.said ?? ""));
  const [[result, value] = []] = p?.metrics ?? [];
  put(pane.short, "innerHTML", pane.phase.innerHTML); put(pane.result, "innerHTML", result === undefined || stopped ? "" : `${result}<b>${hides(my, result) ? "?" : value}</b>`);
  put(pane.sum, "innerHTML", stopped || !p ? "" : formula(p, pointed && p.of === pointed.link ? pointed.entity : undefined));
  const two = my.films.length > 1, first = pane === my.panes[0];
  put(pane.when, "innerHTML", two && !stopped ? p?.phase ?? "" : "");
  put(pane.versus, "hidden", !two || !first || stopped); put(pane.versus, "innerHTML", two && first ? versusHtml(my, i) : "");
  put(pane.metrics, "hidden", two); put(pane.metrics, "innerHTML", (two ? [] : p?.metrics ?? []).map(([label, value, extra]) => hides(my, label) ? [label, "?"] : [label, value, extra]).map(([label, value, extra]) => `<div><dt>${label}</dt><dd>${value}${extra ? ` <small>${extra}</small>` : ""}</dd></div>`).join(""));
};
const tellNumbers = (film, i) => {                  // what the page says of a run gets the run's own numbers, once
  const value = (key) => film?.column(key)[i];
  for (const node of document.querySelectorAll("[data-th-value]:empty")) { const x = value(node.dataset.thValue); node.textContent = typeof x === "string" ? x : plain(number(x, node.dataset.thDigits ?? (Number.isInteger(x) ? 0 : 3))); }
  for (const node of document.querySelectorAll("[data-th-guess]:empty")) { const {thGuess, thColumn, thWithin, thNear, thFar} = node.dataset; node.textContent = Math.abs(thGuess - value(thColumn)) <= +thWithin + 1e-9 ? thNear : thFar; }
};
