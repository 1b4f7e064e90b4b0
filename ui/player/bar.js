// ---- the bar: buttons, track, and what the stage says of itself
const icon = (path, kind = "") => `<svg class="${kind}" viewBox="0 0 16 16" aria-hidden="true"><path fill-rule="evenodd" d="${path}"/></svg>`;
const GLASS = "M7 1.8a5 5 0 1 0 3 9l3.5 3.5 1-1-3.5-3.5a5 5 0 0 0-4-8zm0 1.4a3.6 3.6 0 1 1 0 7.2 3.6 3.6 0 0 1 0-7.2zM4.8 6.2h4.4v1.2H4.8z";
const ICONS = {closer: GLASS + "M6.4 4.6h1.2v1.6H6.4zM6.4 7.4h1.2V9H6.4z", whole: GLASS, pin: "M5.5 1.5h5v1l-1 .9v3.3l2.3 2v1.4H8.7V14L8 15l-.7-1v-3.9H4.2V8.7l2.3-2V3.4l-1-.9z"};
const BAR = [
  ["first", "M3 3h1.6v10H3zM13 3v10L5.6 8z"], ["back", "M5 3h1.6v10H5zM12 3v10L7.4 8z"], ["play"], ["next", "M9.4 3H11v10H9.4zM4 3v10l4.6-5z"], ["last", "M11.4 3H13v10h-1.6zM3 3v10l7.4-5z"],
].map(([name, path]) => `<button type="button" class="th-${name}">${path ? icon(path) : icon("M5 2.6v10.8L13.2 8z", "th-run") + icon("M4 3h2.8v10H4zm5.2 0H12v10H9.2z", "th-rest")}</button>`).join("");
const HTML = `<p class="th-plain" hidden></p><p class="th-beyond" role="status" hidden></p><div class="th-screen"><div class="th-panes"><p class="th-lock" hidden></p></div><div class="th-veil" role="status"><strong></strong><span></span></div></div>
  <div class="th-bar" role="group"><div class="th-close" hidden>${CLOSE}</div>${BAR}<div class="th-track"><div class="th-ticks" aria-hidden="true"></div><input class="th-scrub" type="range" min="0" max="1" value="0"></div>
    <span class="th-note"></span><span class="th-count"></span><button type="button" class="th-speed"></button>
    <button type="button" class="th-loop" aria-pressed="false">${icon("M4.5 4H11V2l3 2.8L11 7.6V5.5H4.5v3H3V5.5A1.5 1.5 0 0 1 4.5 4zM13 7.5v3a1.5 1.5 0 0 1-1.5 1.5H5v2l-3-2.8L5 8.4v2.1h6.5v-3z")}</button>
    <button type="button" class="th-closer" hidden></button><button type="button" class="th-pin" hidden></button>
    <button type="button" class="th-device" hidden><b>CPU</b><i aria-hidden="true"> | </i><b>GPU</b></button>
    <button type="button" class="th-more" aria-expanded="false">${icon("M3 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm5 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm5 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z")}</button>
    <div class="th-menu" hidden></div></div>
  <div class="th-linkbox" hidden><input class="th-link" readonly><textarea class="th-report" rows="6" readonly hidden></textarea><span></span></div><dialog class="th-keys"></dialog><div class="th-live th-quiet" aria-live="polite"></div>`;
const state = (my) => {                             // everything that is not in the picture is written here
  if (my.gone) return;
  const {films} = my, over = ends(my), got = count(my), failed = films.find((film) => film.error), queued = films.find((film) => film.queued !== null && !film.lines.length && !film.over);
  const now = {n: total(my), got, over, failed, queued, at: Math.max(my.shown >= 0 && my.want >= 0 && !here(my, my.want) ? my.want : my.shown, 0)};
  now.status = over && failed ? "error" : over && films.length ? "ready" : queued ? "queued" : got ? "running" : "opening";
  stageState(my, now); seenState(my, now); trackState(my, now); closeState(my); buttonState(my, now); lineState(my, now); veilState(my, now);
  my.panes.forEach((pane) => { if (pane.film?.error && films.includes(pane.film) && my.shown >= 0) caption(my, pane, pane.film, pictureOf(my, pane.film)); });
};
const stageState = ({stage, films, panes, shown, playing}, {status, got}) => {
  const hooks = {state: status, step: shown, film: films.map((film) => film.key).join(","), count: got, playing, drawn: panes.some((pane) => pane.film)};
  for (const [name, value] of Object.entries(hooks)) put(stage, "data-" + name, String(value));
  if (films[0]?.head.title) put(stage, "aria-label", films[0].head.title);
};
const seenState = ({data, films, shown, start, want}, {n, over}) => {      // what the page says about the end may be read now
  const {until = null, locked} = data, atEnd = over && shown >= n - 1;
  const due = start === null && want === shown && !data.veiled;      // not while it is to stand elsewhere, or a question waits
  if (due && (n && !locked && until !== null ? shown >= until || atEnd : n && atEnd)) document.documentElement.dataset.thSeen = "";
  if (document.documentElement.dataset.thSeen !== undefined) tellNumbers(films[0], Math.min(until ?? n - 1, n - 1));
  if (over) aimed(films[0]);
};
const trackState = (my, {n, got, at}) => {
  const {scrub, films, words, $} = my, end = Math.max(n - 1, 0);
  put(scrub, "max", Math.max(end, 1));
  if (+scrub.value !== at) scrub.value = at;
  put(scrub, "--th-at", end ? at / end : 0); put(scrub, "--th-got", end ? Math.max(got - 1, 0) / end : 0);      // not higher up: all below it would be styled anew
  put(scrub, "aria-valuetext", `${words.step} ${at} / ${end}`);
  put($("count"), "innerHTML", `<b>${at}</b> / ${end}`);
  const marks = [...new Set(films.flatMap((film) => film.begins.map((mark) => Math.round(mark * scale(my, film)))))];
  put($("ticks"), "innerHTML", end && marks.length <= 80 ? marks.map((mark) => `<i style="left:${(100 * mark) / end}%"></i>`).join("") : "");
};
const buttonState = ({$, scrub, data, words, playing, shown}, {got, n, over}) => {
  const {locked = false} = data, label = playing ? words.pause : words.play;
  put($("play"), "aria-label", label); put($("play"), "title", `${label} (${words.space})`);
  for (const name of ["first", "back"]) put($(name), "disabled", locked || shown <= 0);
  for (const name of ["next", "last"]) put($(name), "disabled", locked || shown >= got - 1);
  put(scrub, "disabled", locked); put($("play"), "disabled", locked || !got || (over && n < 2)); put($("closer"), "disabled", !got && !data.closeup?.now);
};
const lineState = (my, {n, got, status}) => {       // lines of words: what is being computed, how two films keep step, how marks are drawn
  const {$, films, panes, words, data} = my, two = films.length > 1;
  const again = films.some((film) => film.again) ? words.again + " " : "", how = films.some((film) => film.total) ? words.running : words.running_open;
  const note = my.flashed ? my.flashed.text : status === "running" ? again + fill(how, {got: Math.max(got - 1, 0), n: n - 1}) : "";
  put($("note"), "textContent", note); put($("bar"), "data-noted", String(Boolean(note)));
  put($("lock"), "textContent", two ? films.some((film) => film.over && !film.count) ? "" : agree(my) ? words.lock_step : words.lock_part : data.pinned ? words.pin_waits : ""); put($("lock"), "hidden", !two && !data.pinned);
  put($("plain"), "textContent", words.plain); put($("plain"), "hidden", !panes.some(({marks}) => marks.length));
  put($("beyond"), "textContent", my.beyond === null ? "" : fill(words.beyond, {asked: my.beyond, last: n - 1})); put($("beyond"), "hidden", my.beyond === null);
};
const veilState = (my, {got, over, status, failed, queued}) => {
  const {films, panes, shown, words, veil} = my;
  const waiting = queued && [words.queued_title, fill(queued.queued ? words.queued : words.queued_next, {n: queued.queued})];
  const opening = panes.some((pane) => pane.film) ? [] : ["", words.opening];      // an old picture stays until the new one comes
  const [title, text] = failed && over && shown < 0 && !got ? [failed.error.title, failed.error.text] : shown >= 0 ? [] : waiting || opening;
  if (status === "error" && got === 0 && films[0].complained !== films[0].error && document.querySelector(STREAMLIT.popover)) {      // what is said must be seen
    films[0].complained = films[0].error;
    emit(my, {kind: "failed", nonce: Date.now()});
  }
  put(veil, "hidden", text === undefined);
  put(veil.firstChild, "innerHTML", title ?? ""); put(veil.lastChild, "innerHTML", text ?? "");     // escaped by the server
};
const rated = ({$, speed, words}) => { put($("speed"), "textContent", `${speed}×`); put($("speed"), "aria-label", `${words.speed} ${speed}×`); };
const canClose = ({data}) => !data.offline && Boolean(data.closeup?.now || data.closeup?.offered);
const canChoose = ({data}) => !data.offline && Boolean(data.device);      // where torch computes
const canPin = ({data}) => !data.offline && data.pinned !== undefined;
const actions = ({data, words}) => [                // button, icon, word, name, hint
  data.closeup?.now ? ["closer", "whole", words.whole, words.whole, words.whole] : ["closer", "closer", words.closer_short, words.closer, words.closer],
  data.pinned ? ["pin", "pin", words.unpin, words.unpin, words.unpin] : ["pin", "pin", words.pin_short, words.pin, words.pin_hint],
];
const label = (my) => {                             // words of the visitor's language
  const {$, data, words} = my;
  put($("speed"), "title", words.speed);
  for (const name of ["first", "back", "next", "last", "loop", "more", "scrub"]) { put($(name), "title", words[name]); put($(name), "aria-label", words[name]); }
  put($("bar"), "aria-label", words.controls);
  rated(my);
  for (const [name, icon_, short_, full, hint] of actions(my)) {
    const button = $(name);
    put(button, "innerHTML", `${icon(ICONS[icon_])}<span>${escaped(short_)}</span>`); put(button, "aria-label", full); put(button, "title", hint);
  }
  const narrow = my.outer < NARROW;                 // there they stand in the menu
  put($("closer"), "hidden", narrow || !canClose(my)); put($("pin"), "hidden", narrow || !canPin(my));
  put($("pin"), "aria-pressed", String(Boolean(data.pinned)));
  put($("device"), "hidden", narrow || !canChoose(my)); put($("device"), "aria-label", `CPU | GPU: ${words.gpu}`); put($("device"), "title", data.device?.said ?? "");
  put($("device"), "aria-pressed", String(Boolean(data.device?.gpu))); put($("device"), "aria-disabled", String(!data.device?.there));
  fillMenu(my);
};
