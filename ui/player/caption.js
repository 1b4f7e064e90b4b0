// ---- the caption: phase, sentence, formula with this step's values, metrics
const broke = (my, film, p, i) => Boolean(film.error && (!p || lastOf(my, film, i) === film.count - 1));      // the last finite picture carries the explanation
const bound = (text) => text.replaceAll(" = ", "\u00a0=\u00a0").replaceAll(" × 10<", "\u00a0×\u00a010<");      // what is equal stays on one line, and a power with its number
const MACRON = '<math><mover accent="true"><mi>α</mi><mo>¯</mo></mover></math>';      // few fonts have the letter with its macron, and then it stands beside it
const measured = (my, box, film, metrics) => {      // names stay where they are, so that who is on one stays there; values change
  const names = metrics.map(([label]) => `<div><dt${meaning(film, label)}>${label.replaceAll("ᾱ", MACRON)}</dt><dd></dd></div>`).join("");
  if (box.th !== names) { box.innerHTML = names; box.th = names; }
  box.querySelectorAll("dd").forEach((place, k) => { const [label, value, extra] = metrics[k]; put(place, "innerHTML", hides(my, label) ? "?" : `${value}${extra ? ` <small>${extra}</small>` : ""}`); });
};
const meaning = ({head}, label) => {                 // what a number says, for whoever points at its name, comes to it by keyboard or taps it
  const [key] = head.columns?.find(([, name]) => name === label) ?? [], said = head.means?.[key];
  return said ? ` class="th-means" tabindex="0" data-means="${escaped(said)}" aria-description="${escaped(said)}"` : "";
};
const explains = (box) => {                          // the box that says so, above the name and within the window; whatever else is done takes it away
  const tip = box.appendChild(element("div", "th-tip"));
  const over = ({target}) => {
    const name = target.closest?.(".th-means");
    tip.hidden = !name;
    if (!name) return;
    const {left, top} = name.getBoundingClientRect(), wide = Math.min(248, innerWidth - 16);
    tip.textContent = name.dataset.means;
    Object.assign(tip.style, {width: `${wide}px`, left: `${Math.max(8, Math.min(left - 8, innerWidth - wide - 8))}px`, bottom: `${innerHeight - top + 6}px`});
  }, gone = () => { tip.hidden = true; };
  gone();
  tip.setAttribute("aria-hidden", "true");          // the name has it as its description
  for (const sign of ["pointerover", "pointerdown", "focusin"]) box.addEventListener(sign, over);
  for (const sign of ["focusout", "keydown", "wheel"]) box.addEventListener(sign, gone, {passive: true});
  box.addEventListener("pointerleave", ({pointerType}) => { if (pointerType === "mouse") gone(); });       // a finger leaves as soon as it is lifted
};
const caption = (my, pane, film, p, i = my.shown) => {
  const {pointed} = my, stopped = broke(my, film, p, i);
  put(pane.node, "data-broke", String(stopped));
  put(pane.phase, "innerHTML", stopped ? "! " + film.error.title : p?.phase ?? "");
  put(pane.said, "innerHTML", stopped ? film.error.text : bound(p?.said ?? ""));
  const [[result, value] = []] = p?.metrics ?? [];
  put(pane.short, "innerHTML", pane.phase.innerHTML); put(pane.result, "innerHTML", result === undefined || stopped ? "" : `${result}<b>${hides(my, result) ? "?" : value}</b>`);
  put(pane.sum, "innerHTML", stopped || !p ? "" : formula(p, pointed && p.of === pointed.link ? pointed.entity : undefined, (name) => covered(my, film, name)));
  const two = my.films.length > 1, first = pane === my.panes[0];
  put(pane.when, "innerHTML", two && !stopped ? p?.phase ?? "" : "");
  put(pane.versus, "hidden", !two || !first || stopped); put(pane.versus, "innerHTML", two && first ? versusHtml(my, i) : "");
  put(pane.metrics, "hidden", two); measured(my, pane.metrics, film, two ? [] : p?.metrics ?? []);
};
const numeral = (x, {thDigits}) => typeof x === "string" ? x : plain(number(x, thDigits ?? (Number.isInteger(x) ? 0 : 3)));
const tellNumbers = (film, i) => {                  // what the page says of a run gets the run's own numbers, once
  const value = (key) => film?.column(key)[i];
  for (const node of document.querySelectorAll("[data-th-value]:empty")) node.textContent = numeral(value(node.dataset.thValue), node.dataset);
  for (const node of document.querySelectorAll("[data-th-guess]:empty")) { const {thGuess, thColumn, thWithin, thNear, thFar} = node.dataset; node.textContent = Math.abs(thGuess - value(thColumn)) <= +thWithin + 1e-9 ? thNear : thFar; }
};
