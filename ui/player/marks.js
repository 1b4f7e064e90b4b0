// ---- marks on a canvas; Plotly gets unseen points in their stead, to be pointed at: without WebGL those that it would draw with it (on the sheet above its drawing),
// and where many lie under all else in their panel, those (on the floor below it): one element instead of hundreds
let webgl;
const hasWebgl = () => webgl ??= (() => {
  const context = document.createElement("canvas").getContext("webgl");
  const able = Boolean(context) && ["ANGLE_instanced_arrays", "OES_element_index_uint"].every((name) => context.getExtension(name));
  context?.getExtension("WEBGL_lose_context")?.loseContext();      // a page may have only some of them
  return able;
})();
const unseen = ({marker, line, hovertemplate = "", ...trace}) =>      // what is said of a point may be its colour's number
  ({customdata: marker?.color, ...trace, type: "scatter", mode: "none", hovertemplate: isList(hovertemplate) ? hovertemplate : hovertemplate.replaceAll("%{marker.color}", "%{customdata}")});
const MANY = 150, PAINTED = /^(color|size|symbol|opacity|line|colorscale|cmin|cmax)$/;
const paintable = ({mode, marker = {}}) => {             // not what fades as one with its rim, nor what Plotly gives a rim and paleness of its own (marks of several sizes)
  const {size, opacity, line} = marker, told = line?.width !== undefined && opacity !== undefined;
  return mode === "markers" && Object.keys(marker).every((key) => PAINTED.test(key)) && (!line?.width || [1, undefined].includes(opacity)) && (!isList(size) || told);
};
const onFloor = (traces, layout) => {               // the marks that each panel begins with, where they are many and nothing of its own lies under them
  if ([...layout.shapes ?? [], ...layout.images ?? []].some(({layer}) => layer === "below")) return [];
  const panels = Map.groupBy(traces, ({xaxis = "x", yaxis = "y"}) => xaxis + " " + yaxis);
  return [...panels].flatMap(([axes, all]) => {
    const bare = axes.split(" ").every((short) => { const {visible, showgrid, overlaying} = layout[short[0] + "axis" + short.slice(1)] ?? {}; return !overlaying && (visible === false || showgrid === false); });
    if (!bare || all.some(({type}) => type !== "scatter")) return [];
    const end = all.findIndex((trace) => !paintable(trace)), first = all.slice(0, end < 0 ? all.length : end);
    return first.reduce((sum, {x}) => sum + x.length, 0) < MANY ? [] : first;
  });
};
const each = (value, otherwise) => isList(value) ? (p) => value[p] : () => value ?? otherwise;
const toned = (scale, low, high) => {               // a number's colour, between its neighbours on the scale
  const stops = scale.map(([at, colour]) => [at, colour.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16))]);
  return (value) => {
    const at = clamp((value - low) / (high - low), 0, 1), k = Math.max(1, stops.findIndex(([stop]) => stop >= at)), [[from, a], [to, b]] = [stops[k - 1], stops[k]];
    return `rgb(${a.map((x, c) => Math.round(x + (b[c] - x) * (at - from) / (to - from || 1)))})`;
  };
};
const strokes = (pen, {line, opacity = 1}, spots) => {
  const n = spots.length / 2;
  pen.globalAlpha = opacity; pen.lineWidth = line.width; pen.strokeStyle = line.color;
  pen.beginPath();
  for (let p = 0, joined = false; p < n; p++) {
    const x = spots[p], y = spots[n + p], there = !Number.isNaN(x + y);
    if (there) pen[joined ? "lineTo" : "moveTo"](x, y);
    joined = there;
  }
  pen.stroke();
};
const corners = (pen, all) => { all.forEach(([x, y], k) => pen[k ? "lineTo" : "moveTo"](x, y)); pen.closePath(); };
const star = Array.from({length: 10}, (_, k) => [(k % 2 ? 0.535 : 1.4) * Math.sin(k * Math.PI / 5), (k % 2 ? -0.535 : -1.4) * Math.cos(k * Math.PI / 5)]);
const SHAPES = {                                    // around (0, 0), of Plotly's own sizes for a radius of 1
  circle: (pen) => pen.arc(0, 0, 1, 0, 7), square: (pen) => pen.rect(-1, -1, 2, 2),
  diamond: (pen) => corners(pen, [[0, -1.3], [1.3, 0], [0, 1.3], [-1.3, 0]]),
  "triangle-up": (pen) => corners(pen, [[-1.155, 0.5], [1.155, 0.5], [0, -1]]),
  cross: (pen) => corners(pen, [[1.2, -0.4], [0.4, -0.4], [0.4, -1.2], [-0.4, -1.2], [-0.4, -0.4], [-1.2, -0.4], [-1.2, 0.4], [-0.4, 0.4], [-0.4, 1.2], [0.4, 1.2], [0.4, 0.4], [1.2, 0.4]]),
  star: (pen) => corners(pen, star),
};
const marksAt = (pen, {marker, opacity = 1}, spots) => {
  const {color, colorscale, cmin, cmax, line = {}} = marker, n = spots.length / 2, own = each(color), symbol = each(marker.symbol, "circle");
  const tone = isList(color) && typeof color[0] === "number" ? toned(colorscale, cmin, cmax) : (said) => said, size = each(marker.size, 6), strength = each(marker.opacity, 1), width = each(line.width, 0), rim = each(line.color);
  const scale = pen.getTransform();
  for (let p = 0; p < n; p++) {
    const x = spots[p], y = spots[n + p], fill = tone(own(p)), r = size(p) / 2, name = symbol(p), open = name.endsWith("-open"), thick = width(p) || Number(open);
    if (Number.isNaN(x + y) || !(r > 0)) continue;
    pen.globalAlpha = opacity * strength(p); pen.lineWidth = thick; pen.fillStyle = fill; pen.strokeStyle = open ? fill : rim(p);
    pen.beginPath();
    pen.translate(x, y); pen.scale(r, r); SHAPES[name.replace("-open", "")](pen); pen.setTransform(scale);
    if (!open) pen.fill();
    if (thick) pen.stroke();
  }
};
const paintMarks = (canvas, gd, traces, ratio, now = []) => {      // `now`: where the points of each are on their way
  const {width, height} = gd._fullLayout, pen = canvas.getContext("2d");
  Object.assign(canvas, {width: width * ratio, height: height * ratio});      // which wipes it
  pen.scale(ratio, ratio); pen.miterLimit = 2;      // as Plotly has it
  for (const [k, trace] of traces.entries()) {
    const x = axis(gd, trace.xaxis ?? "x"), y = axis(gd, trace.yaxis ?? "y"), spots = now[k] ?? pixels(gd, trace) ?? [];
    pen.save();
    if (trace.cliponaxis !== false) { pen.beginPath(); pen.rect(x._offset, y._offset, x._length, y._length); pen.clip(); }
    (/lines/.test(trace.mode) ? strokes : marksAt)(pen, trace, spots);
    pen.restore();
  }
  return canvas;
};
const layFloor = (my, {plot, floor, under}, spots) => {
  if (!under.size) return floor.remove();
  paintMarks(floor, plot, [...under.values()], devicePixelRatio * my.zoom, Array.from(under.keys(), (t) => spots?.get(t)));
  if (!floor.isConnected) plot.querySelector(".svg-container").prepend(floor);
};
const asImage = (canvas, gd, layer) => {            // for a saved picture: the canvas as a part of the figure
  const {width, height, _size: {l, t, w, h}} = gd._fullLayout;
  return {source: canvas.toDataURL(), xref: "paper", yref: "paper", x: -l / w, y: 1 + t / h, sizex: width / w, sizey: height / h, sizing: "stretch", layer};
};
