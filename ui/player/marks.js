// ---- without WebGL, the marks that Plotly would draw with it, on a canvas in the same place; Plotly gets unseen points in their stead, to be pointed at
let webgl;
const hasWebgl = () => webgl ??= (() => {
  const context = document.createElement("canvas").getContext("webgl");
  const able = Boolean(context) && ["ANGLE_instanced_arrays", "OES_element_index_uint"].every((name) => context.getExtension(name));
  context?.getExtension("WEBGL_lose_context")?.loseContext();      // a page may have only some of them
  return able;
})();
const unseen = ({marker, line, hovertemplate = "", ...trace}) =>      // what is said of a point may be its colour's number
  ({customdata: marker?.color, ...trace, type: "scatter", mode: "none", hovertemplate: hovertemplate.replaceAll("%{marker.color}", "%{customdata}")});
const each = (value, otherwise) => isList(value) ? (p) => value[p] : () => value ?? otherwise;
const toned = (scale, low, high) => {               // a number's colour, between its neighbours on the scale
  const stops = scale.map(([at, colour]) => [at, colour.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16))]);
  return (value) => {
    const at = clamp((value - low) / (high - low), 0, 1), k = Math.max(1, stops.findIndex(([stop]) => stop >= at)), [[from, a], [to, b]] = [stops[k - 1], stops[k]];
    return `rgb(${a.map((x, c) => Math.round(x + (b[c] - x) * (at - from) / (to - from || 1)))})`;
  };
};
const strokes = (pen, {line, opacity = 1}, spots) => {
  pen.globalAlpha = opacity; pen.lineWidth = line.width; pen.strokeStyle = line.color;
  pen.beginPath();
  for (let p = 0, joined = false; p < spots.length; p++) {
    const [x, y] = spots[p], there = !Number.isNaN(x + y);
    if (there) pen[joined ? "lineTo" : "moveTo"](x, y);
    joined = there;
  }
  pen.stroke();
};
const discs = (pen, {marker, opacity = 1}, spots) => {
  const {color, colorscale, cmin, cmax, symbol = "circle", line = {}} = marker, open = symbol.endsWith("-open"), own = each(color);
  const tone = isList(color) && typeof color[0] === "number" ? toned(colorscale, cmin, cmax) : (said) => said, size = each(marker.size, 6), strength = each(marker.opacity, 1), width = each(line.width, 0), rim = each(line.color);
  for (let p = 0; p < spots.length; p++) {
    const [x, y] = spots[p], fill = tone(own(p)), thick = width(p);
    if (Number.isNaN(x + y)) continue;
    pen.globalAlpha = opacity * strength(p); pen.lineWidth = thick; pen.fillStyle = fill; pen.strokeStyle = open ? fill : rim(p);
    pen.beginPath(); pen.arc(x, y, size(p) / 2, 0, 7);
    if (!open) pen.fill();
    if (thick) pen.stroke();
  }
};
const paintMarks = (canvas, gd, traces, ratio) => {
  const {width, height} = gd._fullLayout, pen = canvas.getContext("2d");
  Object.assign(canvas, {width: width * ratio, height: height * ratio});      // which wipes it
  pen.scale(ratio, ratio);
  for (const trace of traces) {
    const x = axis(gd, trace.xaxis ?? "x"), y = axis(gd, trace.yaxis ?? "y");
    const spots = Array.from(trace.x, (v, p) => [x._offset + x.l2p(x.d2l(v)), y._offset + y.l2p(y.d2l(trace.y[p]))]);
    pen.save();
    pen.beginPath(); pen.rect(x._offset, y._offset, x._length, y._length); pen.clip();
    (/lines/.test(trace.mode) ? strokes : discs)(pen, trace, spots);
    pen.restore();
  }
  return canvas;
};
const asImage = (canvas, gd) => {                   // for a saved picture: the canvas as a part of the figure
  const {width, height, _size: {l, t, w, h}} = gd._fullLayout;
  return {source: canvas.toDataURL(), xref: "paper", yref: "paper", x: -l / w, y: 1 + t / h, sizex: width / w, sizey: height / h, sizing: "stretch", layer: "above"};
};
