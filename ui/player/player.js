// ---- the player itself: what it watches, and how it is told, started and stopped
const resize = (my) => {
  measure(my);
  if (my.shown < 0 && !my.panes.some((pane) => pane.film)) my.panes.forEach((pane) => put(pane.plot, "style", `height:${pane.wide ? my.room : 380}px`));
  my.dirty = true;
};
const resized = (my, wide) => {
  const w = Math.floor(wide);
  if (!w || w === my.outer) return;                 // 0: in a hidden tab
  my.outer = w;
  if (my.stage.dataset.narrow !== String(w < NARROW)) { put(my.stage, "data-narrow", String(w < NARROW)); label(my); }
  if (my.shown >= 0 || !my.panes.length) { measure(my); arrange(my); resize(my); }
};
const watched = (my) => {                           // sizes, theme, connection, keys (a tab that was clicked lets go of the arrows, even where the page has moved under the pointer: they step; who walks to it with the keyboard turns the tabs); returns what ends it
  const {stage} = my, away_ = ({target}) => away(my, target), kept = () => keepLeft(my), freed = ({target}) => { const tab = target.closest?.("[role=tab]"); if (tab) addEventListener("pointerup", () => setTimeout(() => tab.blur()), {capture: true, once: true}); }, keys = (event) => press(my, event), doors = (event) => enter(my, event), fit = () => resize(my);
  const dress = dresser(stage, (next) => { my.mood = next; my.template = paint(JSON.stringify(THEME.template), THEME[next]); my.dirty = true; });
  const width = new ResizeObserver(([{contentRect}]) => resized(my, contentRect.width));
  const app = document.querySelector(STREAMLIT.app), line = new MutationObserver(([{oldValue}]) => {      // a server that was restarted knows nothing of us: run the page, or the next change would be lost
    if (oldValue !== "CONNECTED" && app.getAttribute(STREAMLIT.line) === "CONNECTED") emit(my, {kind: "back", nonce: Date.now()});
  });
  width.observe(stage);
  if (app) line.observe(app, {attributes: true, attributeFilter: [STREAMLIT.line], attributeOldValue: true});
  document.addEventListener("keydown", keys); document.addEventListener("pointerdown", away_); document.addEventListener("pointerdown", freed, true); document.addEventListener("click", doors); addEventListener("resize", fit); addEventListener("pagehide", kept);
  return {dress: dress.dress, end: () => {
    document.removeEventListener("keydown", keys); document.removeEventListener("pointerdown", away_); document.removeEventListener("pointerdown", freed, true); document.removeEventListener("click", doors); removeEventListener("resize", fit); removeEventListener("pagehide", kept);
    for (const eye of [width, line]) eye.disconnect();
    dress.stop();
  }};
};
const obey = (my, before) => {                      // the page has run: other films, or the same ones told anew
  const {data} = my, keysOf = ({films = []}) => films.map(({key}) => key).join(",");
  if (keysOf(before) !== keysOf(data)) openFilms(my);
  else {
    const again = data.nonce === undefined ? data.start === before.start : data.nonce === before.nonce;        // merely run again, not told to go somewhere
    if (!again && (data.autoplay || Number.isInteger(data.start))) { told(my); delete document.documentElement.dataset.thSeen; }
    sameFilms(my);
    my.dirty ||= data.words !== before.words || data.veiled !== before.veiled || !same(data.asks, before.asks);
    if (data.locked && !before.locked) delete document.documentElement.dataset.thSeen;
  }
  for (const film of my.films) {
    const packed = data.inline?.films?.[film.key];
    if (packed && (!film.over || film.error?.lost) && film.packed !== packed) { film.packed = packed; takeInline(my, film, packed); }
  }
};
const makePlayer = (root) => {
  const my = makeState(root), {dress, end} = watched(my), beside = dresser(my.column), hear = () => followColumn(my), stand = () => { standCode(my); fillMenu(my); };
  wire(my);
  shared.followers.add(hear); ROOMY.addEventListener("change", stand);
  window.theoriaLoops++; rouse(my);
  shared.player = my;
  return {
    update(next, trigger) {
      const before = my.data;
      Object.assign(my, {data: next, words: next.words ?? {}, send: trigger ?? my.send});
      document.documentElement.dataset.thPresent = next.present ? "1" : "";
      dress(); beside.dress();
      if (Boolean(before.present) !== Boolean(next.present) && my.shown >= 0) { measure(my); arrange(my); my.dirty = true; }
      bringPlotly(my, next.inline?.plotly);         // before the films: they wait for it where the line is slow
      obey(my, before);
      if (next.link && !next.offline) remember(next);
      standCode(my); label(my); state(my); tell("film");
      hurry(my);                                    // the film may be there from before
    },
    stop() {
      my.gone = true; cancelAnimationFrame(my.frame); window.theoriaLoops--;
      my.films.forEach((film) => film.stop.abort());
      shelve(my.films, []);
      end(); beside.stop();
      shared.followers.delete(hear); ROOMY.removeEventListener("change", stand);
      my.panes.forEach((pane) => my.Plotly?.purge(pane.plot));
      my.pair.remove();
      if (shared.player === my) { shared.player = null; document.documentElement.dataset.thPresent = ""; tell("film"); }
    },
  };
};
