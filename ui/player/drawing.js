// ---- drawing: Plotly.react into one figure a pane, never remounted
const CONFIG = {displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false};
const draw = async (my, i) => {
  const mine = my.films, {panes} = my;
  Object.assign(my, {busy: true, dirty: false, drawnAt: performance.now()});
  try {
    if (my.shown < 0) { measure(my); arrange(my); }
    const pictures = mine.map((film) => pictureOf(my, film, i)), drawn = mine.length > 1 ? pictures.map((p) => p && mainOf(p)) : pictures;
    const layouts = panes.map((pane, k) => drawn[k] && layoutOf(my, pane, drawn[k], mine[k], heightOf(my, pane, mine[k], i)));
    if (layouts.length > 1 && layouts.every(Boolean)) oneScale(layouts);
    my.want = i;
    await Promise.all(panes.map((pane, k) => show(my, pane, mine[k], i, drawn[k], layouts[k])));
    if (my.gone || my.films !== mine) return;       // another film was opened meanwhile
    my.shown = i;
    if (!my.playing) put(my.$("live"), "textContent", panes.map((pane) => pane.alt).filter(Boolean).join(" "));
    state(my); ring(my); tell("step");
  } catch (problem) { console.error(problem); if (my.films === mine) my.shown = i; } finally { my.busy = false; }
};
const show = async (my, pane, film, i, p, layout) => {
  const {plot} = pane, height = layout?.height ?? heightOf(my, pane, film, i), ms = p ? glideTime(my, pane, film, p, i) : 0;
  put(plot, "style", `height:${height}px`);
  if (!p) { halt(my, pane); if (pane.film) my.Plotly.purge(plot); pane.film = null; pane.under.clear(); return caption(my, pane, film, null, i); }
  const curves = p.figure.data.map((trace) => trace.meta?.series ? series(trace, film, lastOf(my, film, i)) : unsaid(my, film, trace)), filled = [...curves, ...guessed(my, film, curves)];
  const marks = hasWebgl() ? [] : filled.filter(({type}) => type === "scattergl"), under = onFloor(filled, layout), painted = new Set([...marks, ...under]);
  const traces = filled.map((trace) => solid(painted.has(trace) ? unseen(trace) : trace));
  enlarge(my, pane, height);
  put(plot, "data-flip", String(pane.flip = Boolean(p.flip)));
  const {template} = my, steady = pane.film && pane.template === template && same(layout, pane.layout);
  const sized = pane.layout?.width === layout.width && pane.layout?.height === layout.height;
  const rows = p.series || traces.some((trace) => trace.meta?.series) ? film.count : Infinity;
  Object.assign(pane, {film, layout, template, rows, alt: plain(broke(my, film, p, i) ? `${film.error.title}. ${film.error.text}` : asked(my) ? p.said : p.alt)});
  const points = traces.some(({meta}) => meta?.link && !meta.silent);
  put(plot, "role", points ? "application" : "img"); put(plot, "aria-label", pane.alt); put(plot, "aria-description", points ? my.words.figure_hint : "");
  caption(my, pane, film, p, i);
  const before = ms && sized ? glance(plot, pane.glide?.now) : null;
  halt(my, pane); pane.at = i;
  const drawn = steady && quick(plot, traces) ? null : my.Plotly.react(plot, traces, {...structuredClone(layout), template}, CONFIG);      // Plotly writes into its layout
  pane.under = new Map(under.map((trace) => [filled.indexOf(trace), trace]));
  layFloor(my, pane);                               // before the browser shows what Plotly has drawn
  await drawn;
  if (plot.querySelector(".no-webgl")) {            // promised, and not kept
    webgl = false; my.Plotly.purge(plot); Object.assign(pane, {film: null, heard: false});
    return show(my, pane, film, i, p, layout);
  }
  pane.marks = marks;
  if (marks.length) plot.querySelector(".gl-container").append(paintMarks(pane.sheet, plot, marks, devicePixelRatio * my.zoom)); else pane.sheet.remove();
  cover(my, pane);
  if (before) beginGlide(my, pane, before, ms);
  hear(my, pane);
};
const atEdge = (note, titles) => {                  // a title at the edge of its column instead of its plot's
  const x = note.name === "title" ? titles[note.xref.slice(1).split(" ")[0]] : undefined;
  return x === undefined ? note : {...note, xref: "paper", x};
};
const layoutOf = (my, pane, p, film, height) => {
  const layout = {...merge(p.figure.layout, sizeFor(pane, p)), width: pane.width, height, autosize: false};
  if (layout.titles) layout.annotations = layout.annotations.map((note) => atEdge(note, layout.titles));
  delete layout.titles;
  if (!pane.wide && layout.annotations) layout.annotations = layout.annotations.filter((note) => note.name !== "wide");     // no room for these on a phone
  ranges(p, film, layout);
  return layout;
};
const hear = (my, pane) => {
  if (pane.heard) return;
  pane.heard = true;
  pane.plot.on("plotly_hover", ({points: [point]}) => { if (point) hover(my, point.fullData, numberOf(point.fullData, point.pointNumber)); });
  pane.plot.on("plotly_unhover", () => { if (!my.cursor) pointAt(my, null); });
  pane.plot.on("plotly_click", ({points: [point]}) => { if (point) act(my, pane, point.data, numberOf(point.fullData, point.pointNumber)); });
};
