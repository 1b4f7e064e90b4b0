// ---- linked views: the same entity in every panel gets a ring; pointing never moves time
const hover = (my, trace, p) => { if (!my.cursor && trace.meta?.link && !trace.meta.silent) pointAt(my, {link: trace.meta.link, entity: entityOf(trace, p)}); };
const pointAt = (my, next) => {
  if (next?.link === my.pointed?.link && next?.entity === my.pointed?.entity) return;
  my.pointed = next;
  if (my.shown >= 0) my.panes.forEach((pane) => { if (pane.film) caption(my, pane, pane.film, pictureOf(my, pane.film)); });
  ring(my); tell("point");
};
const ring = ({panes, pointed}) => {
  let left = 60;
  for (const {plot, rings} of panes) {
    const spots = [];
    for (const trace of pointed && plot._fullData || []) {
      if (trace.meta?.link !== pointed.link || trace.visible !== true) continue;
      const index = trace.meta.index, found = index ? [...index.keys()].filter((p) => index[p] === pointed.entity) : [pointed.entity];
      for (const p of found) {
        const spot = left > 0 && place(plot, trace, p);
        if (!spot) continue;
        left--;
        const {x, y, w = trace.meta.ring ?? 16, h = w} = spot;
        spots.push(`<i class="th-ring${spot.w ? " th-cell" : ""}" style="left:${x}px;top:${y}px;width:${w}px;height:${h}px"></i>`);
      }
    }
    put(rings, "innerHTML", spots.join(""));
  }
};
const act = (my, {film}, trace, p) => {
  const to = trace.meta?.frames?.[p];
  if (to !== undefined && to !== null) { hand(my); go(my, Math.round(to * scale(my, film))); }
  else if (trace.meta?.click && film === my.films[0]) emit(my, {kind: "click", name: trace.meta.click, index: entityOf(trace, p), step: lastOf(my, film)});      // the pinned run is only looked at
};

// ---- the keyboard's pointer: arrows go to the nearest point that way, PageUp/PageDown to another panel
const ARROWS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}, PAGES = {PageUp: -1, PageDown: 1};
const targets = ({plot}) => (plot._fullData ?? []).flatMap((trace, t) => {
  if (!trace.meta?.link || trace.meta.silent || trace.visible !== true) return [];
  const panel = (trace.xaxis ?? "x") + (trace.yaxis ?? "y"), name = (p) => trace.meta.link + " " + entityOf(trace, p);
  return Array.from({length: sizeOf(trace)}, (_, p) => { const spot = place(plot, trace, p); return spot && {t, p, x: spot.x, y: spot.y, panel, name: name(p)}; }).filter(Boolean);
});
const steer = (my, pane, event) => {
  const way = ARROWS[event.key], page = PAGES[event.key], {cursor} = my;
  const trace = cursor?.pane === pane && pane.plot._fullData?.[cursor.t];
  if (event.ctrlKey || event.metaKey || event.altKey || !(way || page || (trace && /^(Enter|Escape)$/.test(event.key)))) return;
  const all = targets(pane);
  if (!all.length) return;                          // nothing to point at: the arrows step
  event.preventDefault(); event.stopPropagation();
  if (event.key === "Enter") return act(my, pane, trace, cursor.p);
  if (event.key === "Escape") return pane.plot.blur();
  const here = trace && all.find((one) => one.t === cursor.t && one.p === cursor.p);
  const next = !here ? entrance(my, pane, all) : page ? acrossPanels(all, here, page) : nearest(all, here, way);
  if (next) aim(my, pane, next);
};
const entrance = (my, pane, all) => {               // the keyboard comes in where the formula is
  const {of, at} = pictureOf(my, pane.film) ?? {};
  return all.find(({name}) => name === `${of} ${at}`) ?? all[0];
};
const acrossPanels = (all, here, page) => {         // to the same thing in the next panel
  const panels = [...new Set(all.map(({panel}) => panel))], panel = panels[(panels.indexOf(here.panel) + page + panels.length) % panels.length];
  const inside = all.filter((one) => one.panel === panel);
  return inside.find(({name}) => name === here.name) ?? inside[0];
};
const nearest = (all, here, way) => {
  let best = Infinity, next;
  for (const one of all) {
    const dx = one.x - here.x, dy = one.y - here.y, along = dx * way[0] + dy * way[1], across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]), cost = along + 3 * across;
    if (one.panel === here.panel && along > 0.5 && cost < best) { best = cost; next = one; }
  }
  return next;
};
const aim = (my, pane, {t, p}) => {
  const {plot} = pane, trace = plot._fullData[t];
  my.cursor = null; hover(my, trace, p);
  my.cursor = {pane, t, p};
  my.playing = my.following = false; state(my);
  const {xval, yval} = place(plot, trace, p);
  my.Plotly.Fx.hover(plot, [{curveNumber: t, ...(GRIDS[trace.type] ? {xval, yval} : {pointNumber: p})}], trace.xaxis + trace.yaxis);
  setTimeout(() => {                                // Plotly writes its label a little later; what it says is what is read out
    if (my.cursor?.pane !== pane || my.cursor.p !== p) return;
    const said = (text) => [...text.querySelectorAll("tspan.line")].map((line) => line.textContent).join(", ") || text.textContent;
    const lines = [...plot.querySelectorAll(".hoverlayer .hovertext text")].map(said).filter(Boolean);
    put(my.$("live"), "textContent", lines.join(", ") || fill(my.words.point, {n: p + 1}));
  }, 90);
};
const leave = (my) => { const {pane} = my.cursor; my.cursor = null; if (pane.heard) my.Plotly.Fx.unhover(pane.plot); pointAt(my, null); };
