// ---- gliding: Plotly draws the new picture as always; for a moment its marks are then shown on their way from where they stood.
// Only attributes of nodes are written, and all of them are put back as Plotly wrote them, so nothing can be left wrong. Which trace of one picture is
// which of the next is told by `meta.key`, else by its look and its turn among those that look alike; `meta.still` keeps a trace from gliding.
const GLIDE = 180, SHORTEST = 60, FEWEST = 3, SLIPS = 2;      // milliseconds, and those below which it is not worth it; frames a glide should have; glides with fewer before a film plays without
const HASTE = 250;                                  // milliseconds between two touches of somebody who does not look at single steps
const eased = (t) => 1 - (1 - t) ** 3;
const glideTime = (my, pane, film, p, i) => {       // how long the glide to a picture may take; 0: it is drawn at once
  const near = pane.film === film && Math.abs(i - pane.at) === 1, playing = my.playing && my.speed <= 1 && my.slips < SLIPS;
  if (!near || still.matches || (my.playing ? !playing : my.hasty)) return 0;
  const ms = my.playing ? Math.min(GLIDE, 900 / rate(my) * (p.hold ?? 1)) : GLIDE;
  return ms >= SHORTEST ? ms : 0;
};
const beginGlide = (my, pane, before, ms) => {
  const going = plan(pane.plot, before, pane.under.size ? (spots) => layFloor(my, pane, spots) : () => {});
  if (!going) return;
  pane.glide = {...going, ms, from: performance.now(), frames: 0, playing: my.playing};
  pane.glide.step(0);                               // nothing has been painted in between
};
const halt = (my, pane) => {                        // at its end, or overtaken: as Plotly drew it
  const {glide} = pane;
  pane.glide = null;
  if (!glide) return;
  glide.undo();
  if (glide.playing) my.slips = glide.frames >= FEWEST ? 0 : my.slips + 1;
};
const glideOn = (my, now) => {
  for (const pane of my.panes) {
    const {glide} = pane;
    if (!glide) continue;
    const e = (now - glide.from) / glide.ms;
    if (e >= 1) halt(my, pane); else if (e > 0) { glide.step(eased(e)); glide.frames++; }
  }
};

// What is where, in pixels, before the new picture is drawn: in the middle of a glide or not.
const turnOf = (trace, seen) => {
  const {type, mode = "", xaxis = "x", fill = "", meta, line, fillcolor, marker} = trace;
  const look = meta?.key ?? [type, mode, xaxis, fill, fillcolor, line?.color, line?.dash, typeof marker?.color === "string" && marker.color, marker?.symbol].join();
  return look + "|" + (seen[look] = (seen[look] ?? -1) + 1);
};
const nodesOf = (group, what) => [...group?.node()?.querySelectorAll(what) ?? []];      // of Plotly's d3
const barsOf = (cd) => nodesOf(cd?.[0]?.node3, "g.point > path");
const imageOf = (cd) => cd?.[0]?.node3?.select("image").node();
const boxOf = (node) => ["x", "y", "width", "height"].map((name) => +node.getAttribute(name));
const glance = (gd, going) => {
  const seen = {}, found = new Map();
  gd._fullData?.forEach((trace, t) => {
    const key = turnOf(gd.data[t], seen), cd = gd.calcdata[t], image = GRIDS[trace.type] && imageOf(cd);
    if (trace.visible !== true || trace.meta?.still) return;
    if (trace.type === "scatter") found.set(key, {ids: trace.meta?.index, spots: going?.get(key) ?? pixels(gd, trace)});
    else if (trace.type === "bar") found.set(key, {paths: barsOf(cd).map((node) => node.getAttribute("d"))});
    else if (image) found.set(key, {image: image.cloneNode(true), box: boxOf(image)});
  });
  return found;
};

// What moves, and how: `step(e)` writes attributes, from 0 to 1 of the way; `undo` puts back what stood in them; `now` is where points are meanwhile, `lay` paints the floor with them.
const plan = (gd, before, lay) => {
  const seen = {}, steps = [], undo = [], now = new Map(), spots = new Map();
  const keep = (node, name) => { const value = node.getAttribute(name); undo.push(() => value === null ? node.removeAttribute(name) : node.setAttribute(name, value)); };
  gd._fullData?.forEach((trace, t) => {
    const key = turnOf(gd.data[t], seen), was = before.get(key), cd = gd.calcdata[t];
    if (!was || !cd?.[0]?.node3 || trace.visible !== true || trace.meta?.still) return;
    const moves = was.spots ? pointsMove(gd, trace, cd[0].node3, was, keep) : was.paths ? barsMove(cd, was, keep) : was.image ? imageMoves(cd, was, keep, undo) : null;
    if (!moves) return;
    steps.push(moves.step);
    if (moves.at) { now.set(key, moves.at); spots.set(t, moves.at); }
  });
  return steps.length ? {now, step: (e) => { steps.forEach((one) => one(e)); lay(spots); }, undo: () => { undo.forEach((one) => one()); lay(); }} : null;
};
const startOf = (was, to, ids) => {                 // the old places in the new order; what is new stands where it belongs
  const n = to.length / 2, m = was.spots.length / 2, known = ids && was.ids && new Map(Array.from(was.ids, (id, k) => [id, k]));
  if (!known || known.size < m) return n === m ? was.spots : null;      // an index that several share (a sample's unit) is no name
  const from = Float64Array.from(to);
  for (let k = 0; k < n; k++) { const j = known.get(ids[k]); if (j !== undefined) { from[k] = was.spots[j]; from[n + k] = was.spots[m + j]; } }
  return from;
};
const moved = (from, to) => to.some((at, k) => Math.abs(from[k] - at) > 0.5);
const outline = (p, n, left, top, closed) => {      // the path of a line with gaps
  let d = "", pen = false;
  for (let k = 0; k < n; k++) {
    const x = p[k] - left, y = p[n + k] - top;
    if (x !== x || y !== y) { if (pen && closed) d += "Z"; pen = false; continue; }
    d += (pen ? "L" : "M") + Math.round(10 * x) / 10 + "," + Math.round(10 * y) / 10; pen = true;
  }
  return pen && closed ? d + "Z" : d;
};
const pointsMove = (gd, trace, group, was, keep) => {
  const unseen = /lines/.test(trace.mode) && !trace.line.width && !trace.fill?.replace("none", ""), curved = trace.line?.shape && trace.line.shape !== "linear";
  const to = unseen || curved ? null : pixels(gd, trace), from = to && startOf(was, to, trace.meta?.index);
  if (!from || !moved(from, to)) return null;
  const n = to.length / 2, at = new Float64Array(2 * n), left = axis(gd, trace.xaxis)._offset, top = axis(gd, trace.yaxis)._offset;
  const [line] = nodesOf(group, "path.js-line"), [area] = nodesOf(group, "path.js-fill"), dots = nodesOf(group, "path.point"), words = nodesOf(group, "g.textpoint");
  for (const node of [line, area]) if (node) keep(node, "d");
  for (const node of [...dots, ...words]) keep(node, "transform");
  return {at, step: (e) => {
    for (let k = 0; k < 2 * n; k++) at[k] = from[k] === from[k] ? from[k] + (to[k] - from[k]) * e : to[k];
    const d = line || area ? outline(at, n, left, top, Boolean(area)) : "";
    line?.setAttribute("d", d); area?.setAttribute("d", d);
    for (const node of dots) { const {i} = node.__data__; node.setAttribute("transform", `translate(${at[i] - left},${at[n + i] - top})`); }
    for (const node of words) { const {i} = node.__data__; node.setAttribute("transform", `translate(${at[i] - to[i]},${at[n + i] - to[n + i]})`); }
  }};
};
const barsMove = (cd, was, keep) => {               // the numbers in their paths
  const bars = barsOf(cd).flatMap((node, k) => {
    const d = node.getAttribute("d"), numbers = (path) => path?.match(/-?[\d.]+/g)?.map(Number), a = numbers(was.paths[k]), b = numbers(d);
    if (!a || !b || was.paths[k] === d || a.length !== b.length) return [];
    keep(node, "d");
    return [{node, a, b, parts: d.split(/-?[\d.]+/)}];
  });
  const between = ({a, b, parts}, e) => parts.map((part, j) => part + (j < b.length ? a[j] + (b[j] - a[j]) * e : "")).join("");
  return bars.length ? {step: (e) => bars.forEach((bar) => bar.node.setAttribute("d", between(bar, e)))} : null;
};
const imageMoves = (cd, was, keep, undo) => {
  const node = imageOf(cd), box = node && boxOf(node);
  if (!node) return null;
  const [dx, dy] = [was.box[0] - box[0], was.box[1] - box[1]], same = node.getAttribute("href") === was.image.getAttribute("href");
  if (same && box[2] === was.box[2]) {              // the same picture elsewhere: it travels
    if (Math.hypot(dx, dy) < 0.5) return null;
    keep(node, "transform");
    return {step: (e) => node.setAttribute("transform", `translate(${dx * (1 - e)},${dy * (1 - e)})`)};
  }
  if (same || String(box) !== String(was.box)) return null;
  const ghost = was.image, full = node.style.opacity === "" ? 1 : +node.style.opacity;      // another picture in its place: it comes out of the old one
  ghost.__data__ = node.__data__;                   // Plotly's next pass over its nodes asks for it
  node.before(ghost);
  keep(node, "style"); undo.push(() => ghost.remove());
  return {step: (e) => { node.style.opacity = full * e; if (full < 1) ghost.style.opacity = full * (1 - e); }};
};
