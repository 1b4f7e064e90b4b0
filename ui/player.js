// The player: films, one row of controls, and two small companions (the table of numbers, the box with the link). Plain JavaScript for Streamlit's components.v2.
// A film is an HTTP stream with a JSON value a line: {head}, then {row} and {picture} in turn, {value}s that later lines refer to, at last {done} or {error}.
// Python puts `const THEME = {light, dark, template};` before this file. One component serves five kinds (player, numbers, share, visited, take): they meet in `shared`.
//
// Words (flat, plain text): pin unpin pin_hint pin_waits lock_step lock_part now pinned difference plain first back next last play pause space scrub step speed loop more controls copy_step save_svg save_png save_csv save_film copied select_hint closer whole
// running running_open opening queued_title queued queued_next again lost retry figure_hint picture run empty numbers_title save_numbers link_label copy_link

const shared = window.theoria ??= {player: null, followers: new Set(), plotly: null};
window.theoriaLoops ??= 0;
const tell = (what) => shared.followers.forEach((hear) => hear(what));

// ---- small helpers
const SPEEDS = [0.5, 1, 2, 4];
const PATIENCE = {first: 3000, again: 1000, gone: 5000, lost: 30000};    // milliseconds
const still = matchMedia("(prefers-reduced-motion: reduce)"), night = matchMedia("(prefers-color-scheme: dark)");
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
const isPlain = (value) => value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const merge = (a, b) => {
  const out = {...a};
  for (const [key, value] of Object.entries(b ?? {})) out[key] = isPlain(value) && isPlain(out[key]) ? merge(out[key], value) : value;
  return out;
};
const put = (node, name, value) => {                // writes only what changed: sixty calls a second cost nothing
  const kept = node.thKept ??= {};
  if (kept[name] === value) return;
  kept[name] = value;
  if (name.startsWith("--")) node.style.setProperty(name, value);
  else if (name in node) node[name] = value;
  else node.setAttribute(name, value);
};
const element = (tag, name, html = "") => Object.assign(document.createElement(tag), {className: name, innerHTML: html});
const download = (blob, name) => {
  const a = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name});
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
};
const unpack = async (base64) => new Response(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
const withStep = (link, step) => { const [head, hash] = link.split("#"); return `${head}${head.includes("?") ? "&" : "?"}step=${step}${hash ? "#" + hash : ""}`; };
const copy = async (input) => {                     // true: copied. false: shown and selected, the visitor presses Ctrl+C
  try { await navigator.clipboard.writeText(input.value); return true; } catch { input.hidden = false; input.focus(); input.select(); return false; }
};

// ---- colours: Streamlit tells its theme by a custom property; films and our own rules know only tokens
const moodOf = (node) => {
  if (document.documentElement.dataset.thPresent) return "projector";
  const colour = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const hex = colour.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const [r, g, b] = hex[0] === "#" ? hex.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16)) : colour.match(/[\d.]+/g) ?? [255, 255, 255];
  return r * 0.3 + g * 0.59 + b * 0.11 < 128 ? "dark" : "light";
};
const paint = (line, palette) => JSON.parse(raised(line).replace(/"@(\w+)"/g, (all, name) => Object.hasOwn(palette, name) ? JSON.stringify(palette[name]) : all));
const dresser = (node, changed = () => {}) => {     // keeps the custom properties of `node` on the theme; returns {dress, stop}
  let mood;
  const dress = () => {
    const next = moodOf(node.parentElement ?? node);
    if (next === mood) return;
    mood = node.dataset.mood = next;
    for (const [name, colour] of Object.entries(THEME[mood])) if (typeof colour === "string") node.style.setProperty("--th-" + name, colour);
    changed(mood);
  };
  const later = () => setTimeout(dress, 50), eye = new MutationObserver(dress);
  for (let up = node.parentElement; up; up = up.parentElement) eye.observe(up, {attributes: true, attributeFilter: ["class", "style"]});
  night.addEventListener("change", later);
  return {dress, stop: () => { eye.disconnect(); night.removeEventListener("change", later); }};
};

// ---- Plotly: one script for all, from the server, or handed over by the page where the server's routes do not reach us
const plotly = (source, text) => shared.plotly ??= new Promise((ok, no) => {
  if (window.Plotly) return ok(window.Plotly);
  const script = document.createElement("script"), done = () => window.Plotly ? ok(window.Plotly) : no(new Error("no Plotly"));
  Object.assign(script, {src: text ? URL.createObjectURL(new Blob([text], {type: "text/javascript"})) : source, onload: done, onerror: done});
  document.head.append(script);                     // a blob: the policy of the page lets no script stand in it
}).catch((problem) => { shared.plotly = null; throw problem; });

// ---- a film: raw lines kept, pictures parsed only around the one shown
const ARRAYS = {i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array};
const decode = ({dtype, bdata, shape}) => {         // Plotly's base64 arrays, decoded once instead of at every draw
  const numbers = new ARRAYS[dtype](Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0)).buffer);
  const [rows, columns] = String(shape ?? "").split(",").map(Number);
  return columns ? Array.from({length: rows}, (_, r) => numbers.subarray(r * columns, (r + 1) * columns)) : numbers;
};
class Film {
  constructor({key, run, address, name}) { Object.assign(this, {key, run, address, name, stop: new AbortController(), mood: "", asked: false, told: -Infinity}); this.clear(); }
  get length() { return this.over && !this.error ? this.lines.length : Math.max(this.lines.length, this.planned); }       // as far as it is known; of a run that broke, what it would have had
  clear() { Object.assign(this, {head: {}, total: 0, planned: 0, queued: null, again: false, lines: [], values: [], rows: [], marks: [], ended: false, error: null}); }
  get over() { return this.ended || this.error !== null; }
  feed(line) {
    const kind = /^\{\s*"(\w+)"/.exec(line)?.[1];
    if (kind === "picture") { if (/"mark":\s*true/.test(line)) this.marks.push(this.lines.length); this.lines.push(line); }
    else if (kind === "value") this.values.push(line);
    else if (kind === "row") this.rows.push(JSON.parse(line).row);
    else if (kind === "done") this.ended = true;
    else if (line.trim()) { Object.assign(this, JSON.parse(line)); this.planned = Math.max(this.planned, this.total); }          // head, total, queued, error
  }
  adopt(trial) {                                    // a second reading takes over as soon as it is no worse than what is there
    if (trial.lines.length < this.lines.length && !trial.over) return;
    for (const name of ["head", "total", "planned", "queued", "again", "lines", "values", "rows", "marks", "ended", "error"]) this[name] = trial[name];
  }
  picture(i, mood) {
    if (mood !== this.mood) { this.mood = mood; this.near = new Map(); this.known = new Map(); this.weight = 0; }
    if (!this.near.has(i)) {
      this.near.set(i, this.resolve(paint(this.lines[i], THEME[mood]).picture));
      if (this.near.size > 8) this.near.delete(this.near.keys().next().value);
    }
    return this.near.get(i);
  }
  value(n) {                                        // the same {"$": n} is the same object, so Plotly sees that nothing changed
    let value = this.known.get(n);
    if (value === undefined) { value = this.resolve(paint(this.values[n], THEME[this.mood]).value); this.weight += this.values[n].length; }
    else this.known.delete(n);
    this.known.set(n, value);                       // last used, last to go
    for (const [old] of this.known) { if (this.weight < 4e6 || old === n) break; this.weight -= this.values[old].length; this.known.delete(old); }
    return value;
  }
  resolve(node) {
    if (Array.isArray(node)) { for (let k = 0; k < node.length; k++) if (typeof node[k] === "object" && node[k]) node[k] = this.resolve(node[k]); return node; }
    if (!isPlain(node)) return node;
    if (node.$ !== undefined) return this.value(node.$);
    if (node.bdata !== undefined && ARRAYS[node.dtype]) return decode(node);
    for (const key in node) if (typeof node[key] === "object" && node[key]) node[key] = this.resolve(node[key]);
    return node;
  }
  column(key) { const k = (this.head.columns ?? []).findIndex(([name]) => name === key); return this.rows.slice(0, this.lines.length).map((row) => row[k] ?? null); }
}

// ---- reading
async function read(film, signal, news) {           // one attempt: "done", "gone" (the server forgot it), "strange" (no film here), "broken" (it tore)
  const trial = new Film(film), late = new AbortController(), timer = setTimeout(() => late.abort(), PATIENCE.first);
  try {
    const answer = await fetch(film.address, {signal: AbortSignal.any([signal, late.signal])}), type = answer.headers.get("content-type") ?? "";
    clearTimeout(timer);
    if (answer.status === 404 && type.includes("json")) return (await answer.json()).gone ? "gone" : "strange";
    if (!answer.ok || type.includes("html")) return "strange";
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = "";;) {
      const {value, done} = await reader.read();
      if (done || signal.aborted) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const line of parts) trial.feed(line);
      film.adopt(trial); news();
    }
    return film.over ? "done" : "broken";
  } catch { return film.lines.length || trial.head.columns ? "broken" : "strange"; } finally { clearTimeout(timer); }
}

// ---- geometry of a drawn plot
const axis = (gd, short) => gd._fullLayout[short[0] + "axis" + short.slice(1)];
const GRIDS = {heatmap: 1, contour: 1, image: 1};
const width = (trace) => trace.z?.[0]?.length ?? 1;
const numberOf = (trace, point) => Array.isArray(point) ? point[0] * width(trace) + point[1] : point;          // a heatmap's cell (row, column) is row * columns + column
const sizeOf = (trace) => GRIDS[trace.type] ? (trace.z?.length ?? 0) * width(trace) : Math.max(trace.x?.length ?? 0, trace.y?.length ?? 0);
const place = (gd, trace, p) => {                   // where point p is, in pixels of the figure, or null
  const x = axis(gd, trace.xaxis ?? "x"), y = axis(gd, trace.yaxis ?? "y");
  if (!x || !y || !(p < sizeOf(trace))) return null;
  const grid = GRIDS[trace.type], columns = grid && width(trace), at = grid ? [p % columns, Math.floor(p / columns)] : [p, p];
  const along = (axis, values, start, step, k) => axis.d2l(values ? values[k] : (start ?? 0) + k * (step ?? 1));
  const xval = along(x, trace.x, trace.x0, trace.dx, at[0]), yval = along(y, trace.y, trace.y0, trace.dy, at[1]);
  const spot = {xval, yval, x: x._offset + x.l2p(xval), y: y._offset + y.l2p(yval)};
  if (grid && trace.meta?.ring === undefined) {     // a cell is ringed by its own border
    const size = (axis, values, step) => axis._length / Math.abs(axis.range[1] - axis.range[0]) * (typeof values?.[1] === "number" ? Math.abs(values[1] - values[0]) : step ?? 1);
    Object.assign(spot, {w: size(x, trace.x, trace.dx), h: size(y, trace.y, trace.dy)});
  }
  const inside = spot.x >= x._offset - 2 && spot.x <= x._offset + x._length + 2 && spot.y >= y._offset - 2 && spot.y <= y._offset + y._length + 2;
  return inside ? spot : null;                      // NaN is not inside either
};
const entityOf = (trace, p) => trace.meta?.index ? trace.meta.index[p] : p;

// ---- a faster Plotly.react for the usual step, where only numbers changed: those traces alone are computed and drawn again, by Plotly's own modules.
// Anything else (another layout, style, number of traces, free axes) says false and takes the ordinary way. The modules' calls are those of plotly 4.1 (doCalcdata, cartesian.plot).
const NUMBERS = {scatter: ["x", "y", "text", "customdata", "meta"], heatmap: ["z", "text", "customdata", "meta"]};
const isList = (value) => Array.isArray(value) || ArrayBuffer.isView(value);
const same = (a, b) => {
  if (a === b) return true;
  if (isList(a) && isList(b)) return a.length === b.length && a.length < 100 && Array.prototype.every.call(a, (x, k) => same(x, b[k]));
  if (!isPlain(a) || !isPlain(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => same(a[name], b[name]));
};
const changes = (old, next) => {                    // the names of what differs, or null when that is more than numbers
  const names = Object.keys(old), differ = [];
  if (names.length !== Object.keys(next).length) return null;
  for (const name of names) {
    if (same(old[name], next[name])) continue;
    const [a, b] = [old[name], next[name]];
    if (name === "marker" && isPlain(b) && Object.keys(a).length === Object.keys(b).length && Object.keys(a).every((key) => same(a[key], b[key]) || (isList(a[key]) && isList(b[key])))) differ.push(name);
    else if (NUMBERS[old.type]?.includes(name) && isList(a) === isList(b) && b !== undefined) differ.push(name);
    else return null;
  }
  return differ;
};
const calm = (gd, {type, visible, zorder, stackgroup, fill = "", coloraxis, error_x, error_y, hovertemplate, hoverinfo, mode, xaxis, yaxis}) => {
  const free = (axis) => axis.autorange || (type === "scatter" && /category/.test(axis.type));
  return visible === true && !zorder && !stackgroup && !coloraxis && !error_x?.visible && !error_y?.visible && !isList(hovertemplate) && !isList(hoverinfo) && (mode || type === "heatmap") && !free(axis(gd, xaxis)) && !free(axis(gd, yaxis));
};
const quick = (gd, traces) => {
  const full = gd._fullData, runs = [];
  if (!full || traces.length !== full.length || full.some(({fill}) => /^tonext/.test(fill))) return false;
  const differ = traces.map((trace, t) => changes(gd.data[t], trace));
  if (differ.some((names, t) => names === null || (names.length && !(NUMBERS[full[t].type] && calm(gd, full[t]))))) return false;
  const last = {};                                  // neighbours in a layer are drawn in one go: a d3 join keeps only their order among themselves
  full.forEach((trace, t) => {
    const {type, xaxis, yaxis} = trace, names = differ[t], layer = xaxis + yaxis + type;
    if (type === "heatmap") { if (full.some((one, k) => one.type === type && one.xaxis + one.yaxis + type === layer && differ[k].length)) (last[layer] ??= runs[runs.push([]) - 1]).push(t); }
    else if (names.some((name) => name !== "meta" && name !== "customdata" && (name !== "text" || /text/.test(trace.mode)))) (last[layer] ??= runs[runs.push([]) - 1]).push(t);
    else delete last[layer];
    for (const name of names) if (name === "marker") for (const [key, value] of Object.entries(traces[t].marker)) { if (isList(value)) trace.marker[key] = value; } else trace[name] = traces[t][name];
    trace._input = traces[t];
    if (!names.length) return;
    if (type === "scatter") trace._length = Math.min(trace.x.length, trace.y.length);
    trace._extremes = {};
    const cd = trace._module.calc(gd, trace);
    Object.assign(cd[0], {t: cd[0].t ?? {}, trace});
    gd.calcdata[t] = cd;
  });
  for (const run of runs) {
    const {_module: module, xaxis, yaxis} = full[run[0]], plot = gd._fullLayout._plots[xaxis + yaxis];
    module.plot(gd, plot, run.map((t) => gd.calcdata[t]), plot.plot.selectAll(`g.${module.layerName ?? module.name + "layer"}`), {duration: 0});
  }
  gd.data = traces;
  gd._fullLayout._rehover?.();                      // a label that is open says the new numbers
  return true;
};

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

// ---- the caption
// Numbers are written as `charts/numbers.py` writes them; powers of ten come raised with <sup>, which `plain` makes superscripts again.
const UNRAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", endless = (x) => x === Infinity ? "∞" : x === -Infinity ? "−∞" : "–";
const raised = (text) => text.replace(/× 10([⁻⁰¹²³⁴-⁹]+)/g, (all, power) => `× 10<sup>${power.replace(/./g, (sign) => "−0123456789"[UNRAISED.indexOf(sign)])}</sup>`);
const short = (x, digits = 3) => {
  if (!Number.isFinite(x)) return endless(x);
  const [mantissa, power] = x.toExponential(digits - 1).split("e").map(Number);
  if (x !== 0 && (power < -4 || power >= 6)) return `${mantissa} × 10<sup>${power}</sup>`.replaceAll("-", "−");
  return power >= digits ? number(x, 0) : String(Number(x.toPrecision(digits))).replace("-", "−");
};
const number = (x, digits) => {
  if (typeof x === "string") return x;
  if (!Number.isFinite(x)) return endless(x);
  if (Math.abs(x) >= 1e12) return short(x);
  const text = x.toFixed(digits ?? 0);
  return text.startsWith("-") ? (Number(text) === 0 ? "" : "−") + text.slice(1) : text;
};
const plain = (text) => element("template", "", (text ?? "").replace(/<sup>([−\d]+)<\/sup>/g, (all, power) => power.replace(/./g, (sign) => UNRAISED["−0123456789".indexOf(sign)]))).content.textContent;      // what is escaped for a page, for a listener
const broken = new Map();                           // formula → the same in pieces that begin at "=", so that a long one may go on in the next line
const pieces = (text) => {
  if (!broken.has(text)) {
    const box = element("template", "", text);
    for (const math of box.content.querySelectorAll("math")) {
      const row = math.children.length === 1 && math.firstElementChild.localName === "mrow" ? math.firstElementChild : math, parts = [math.cloneNode(false)];
      for (const node of [...row.childNodes]) { if (node.localName === "mo" && node.textContent === "=" && parts.at(-1).childNodes.length) parts.push(math.cloneNode(false)); parts.at(-1).append(node); }
      math.replaceWith(...parts);
    }
    broken.set(text, box.innerHTML);
  }
  return broken.get(text);
};
const TEN = /^([^]*?) × 10<sup>([−\d]+)<\/sup>/;
const inMath = (text, look) => {                    // m × 10ⁿ with its power raised as MathML does
  let rest = text, made = "";
  for (let found; (found = TEN.exec(rest)); rest = rest.slice(found[0].length)) made += `${found[1] && `<mn>${found[1]}</mn>`}<mo>×</mo><msup><mn>10</mn><mn>${found[2]}</mn></msup>`;
  return made ? `<mrow${look}>${made}${rest && `<mn>${rest}</mn>`}</mrow>` : `<mn${look}>${text}</mn>`;
};
const formula = ({formula: text = "", values = {}, at = 0}, entity = at) => pieces(text).replace(/<mn([^>]*)>⟦(.+?)⟧<\/mn>/g, (all, look, name) => {
  const bare = name.replace(/^\((.+)\)$/, "$1");        // "(name)": a negative number gets parentheses there
  if (!Object.hasOwn(values, bare)) return all;
  const [x, digits] = values[bare], said = number(Array.isArray(x) || ArrayBuffer.isView(x) ? x[entity] ?? null : x, digits);
  return inMath(bare !== name && said.startsWith("−") ? `(${said})` : said, look);
});
const series = (trace, film, i) => {                // curves are drawn from the rows that have come, so nothing is known before it is computed
  const {x, y, when} = trace.meta.series, n = film.lines.length, [from, to] = {past: [0, i + 1], future: [i, film.veiled ? i : n], now: [i, i + 1]}[when ?? "past"];
  return {...trace, ...(when === "now" && {cliponaxis: false}), x: film.column(x).slice(from, to), y: film.column(y).slice(from, to), meta: {...trace.meta, frames: Array.from({length: to - from}, (_, k) => from + k)}};
};
const solid = (trace) => {                          // Plotly takes an empty trace out, and the place of an empty word: neither comes back by itself
  const {type, mode, text} = trace, some = {...trace};
  if (type === "scatter" && trace.x?.length === 0) Object.assign(some, {x: [null], y: [null]});
  if (/text/.test(mode) && Array.isArray(text) && text.includes("")) some.text = text.map((word) => word || "\u00a0");
  return some;
};
const reach = (numbers) => {
  let low = Infinity, high = -Infinity;
  for (const v of numbers) if (Number.isFinite(v)) { low = Math.min(low, v); high = Math.max(high, v); }
  return low <= high ? [low, high] : null;
};
const ranges = (picture, film, layout) => {         // the scales of those curves: y from what has come, x with room for what is to come
  const set = (name, numbers, part, zero) => {
    const found = reach(zero ? [...numbers, 0] : numbers), [low, high] = found ?? [], room = part * (high - low || Math.abs(high) || 1);
    if (found && reach(numbers)) layout[name] = {...layout[name], range: [zero && low === 0 ? 0 : low - room, zero && high === 0 && low < 0 ? 0 : high + room], autorange: false};
  };
  for (const {axis, y, zero} of picture.series ?? []) {
    const log = layout[axis]?.type === "log", all = y.flatMap((key) => film.column(key));
    set(axis, log ? all.map((v) => v > 0 ? Math.log10(v) : NaN) : all, 0.08, zero && !log);
  }
  for (const {meta, xaxis = "x"} of picture.figure.data) {
    const name = "xaxis" + xaxis.slice(1), n = film.lines.length;
    if (!meta?.series || layout[name]?.range || layout[name]?.type === "log") continue;
    const all = film.column(meta.series.x), end = !film.over && film.total > n && n > 1 ? all[0] + (all[n - 1] - all[0]) * (film.total - 1) / (n - 1) : all[0];
    set(name, [...all, end], 0.03);
  }
};

// ---- numbers as text
const guarded = (value) => {                        // a spreadsheet must not take a visitor's word for a formula
  const text = value === null || value === undefined ? "" : String(value), risky = /^[=+\-@\t\r]/.test(text) && !(text.trim() && Number.isFinite(Number(text)));
  const safe = risky ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const csv = (films, words) => "\ufeff" + films.flatMap((film, k) => {
  const two = films.length > 1, labels = (film.head.columns ?? []).map(([, label]) => label), rows = film.rows.slice(0, film.lines.length);
  return [...(k ? [] : [two ? [words.run, ...labels] : labels]), ...rows.map((row) => two ? [film.name, ...row] : row)];
}).map((row) => row.map(guarded).join(",") + "\r\n").join("");

const tellNumbers = (film, i) => {                  // what the page says of a run gets the run's own numbers, once
  const value = (key) => film?.column(key)[i];
  for (const node of document.querySelectorAll("[data-th-value]:empty")) { const x = value(node.dataset.thValue); node.textContent = typeof x === "string" ? x : plain(number(x, node.dataset.thDigits ?? (Number.isInteger(x) ? 0 : 3))); }
  for (const node of document.querySelectorAll("[data-th-guess]:empty")) { const {thGuess, thColumn, thWithin, thNear, thFar} = node.dataset; node.textContent = Math.abs(thGuess - value(thColumn)) <= +thWithin + 1e-9 ? thNear : thFar; }
};

const icon = (path, kind = "") => `<svg class="${kind}" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`;
const BAR = [
  ["first", "M3 3h1.6v10H3zM13 3v10L5.6 8z"], ["back", "M5 3h1.6v10H5zM12 3v10L7.4 8z"], ["play"], ["next", "M9.4 3H11v10H9.4zM4 3v10l4.6-5z"], ["last", "M11.4 3H13v10h-1.6zM3 3v10l7.4-5z"],
].map(([name, path]) => `<button type="button" class="th-${name}">${path ? icon(path) : icon("M5 2.6v10.8L13.2 8z", "th-run") + icon("M4 3h2.8v10H4zm5.2 0H12v10H9.2z", "th-rest")}</button>`).join("");
const HTML = `<p class="th-lock" hidden></p><p class="th-plain" hidden></p><div class="th-screen"><div class="th-panes"></div><div class="th-veil" role="status"><strong></strong><span></span></div></div>
  <div class="th-bar" role="group">${BAR}<div class="th-track"><div class="th-ticks" aria-hidden="true"></div><input class="th-scrub" type="range" min="0" max="1" value="0"></div>
    <span class="th-note"></span><button type="button" class="th-closer" hidden></button><button type="button" class="th-pin" hidden></button><span class="th-count"></span><button type="button" class="th-speed"></button>
    <button type="button" class="th-loop" aria-pressed="false">${icon("M4.5 4H11V2l3 2.8L11 7.6V5.5H4.5v3H3V5.5A1.5 1.5 0 0 1 4.5 4zM13 7.5v3a1.5 1.5 0 0 1-1.5 1.5H5v2l-3-2.8L5 8.4v2.1h6.5v-3z")}</button>
    <button type="button" class="th-more" aria-expanded="false">${icon("M3 6.7a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm5 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6zm5 0a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6z")}</button>
    <div class="th-menu" hidden></div></div>
  <div class="th-linkbox" hidden><input class="th-link" readonly><span></span></div><div class="th-live th-quiet" aria-live="polite"></div>`;
const PANE = `<p class="th-name" hidden></p><div class="th-view"><div class="th-plot" tabindex="0" role="application"></div><div class="th-rings" aria-hidden="true"></div></div>
  <div class="th-caption"><div class="th-words"><p><span class="th-phase"></span><span class="th-said"></span></p><div class="th-sum"></div></div><dl class="th-metrics"></dl></div>`;
const CONFIG = {displayModeBar: false, responsive: false, doubleClick: false, showTips: false, scrollZoom: false};
const typing = (event) => {                         // keys that belong to somebody else
  const node = event.target;
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || node.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !node.classList.contains("th-scrub"))
    || node.closest?.("[role=slider],[role=spinbutton],[role=listbox],[role=combobox],[role=tab],[role=radiogroup],[role=menu],[role=dialog]");
};

function makePlayer(root) {
  const stage = root.appendChild(element("section", "th-player", HTML)), $ = (name) => stage.querySelector(".th-" + name);
  const panesBox = $("panes"), veil = $("veil"), scrub = $("scrub"), menu = $("menu"), linkbox = $("linkbox");
  let data = {}, words = {}, send = () => {}, Plotly = null, films = [], panes = [], mood = "light", room = 0, outer = 0, frame = 0;
  let shown = -1, want = -1, start = null, stop = null, following = true, playing = false, loop = false, speed = 1, due = 0, opened = 0, drawnAt = 0, busy = false, dirty = false, fresh = false, pointed = null, cursor = null;
  let gone = false, zoom = 1, sized = 0, asking = null, plotlyAsked = false, outbox = Promise.resolve();

  const emit = (value) => { outbox = outbox.then(() => { send("event", value); return pause(120); }); };     // two triggers at once would be one for Streamlit
  const ends = () => films.every((film) => film.over);
  // Two films keep step by picture, where their steps agree as far as both have come; else both stand at the same part of their run. The clock counts the longer one's pictures.
  let agreed = ["", true];
  const agree = () => {
    const key = films.map((film) => film.key + film.lines.length).join();
    if (films.length > 1 && agreed[0] !== key) { const [a, b] = films.map((film) => film.column("step")); agreed = [key, a.every((step, i) => i >= b.length || step === b[i])]; }
    return films.length < 2 || agreed[1];
  };
  const longest = () => Math.max(0, ...films.map((film) => film.length));
  const scale = (film) => agree() || film.length < 2 ? 1 : (longest() - 1) / (film.length - 1);      // pictures of the clock for one of the film
  const reached = (film) => film.lines.length && Math.floor((film.lines.length - 1) * scale(film)) + 1;
  const count = () => { const live = films.filter((film) => !film.over).map(reached); return live.length ? Math.min(...live) : Math.max(0, ...films.map(reached)); };
  const total = () => Math.max(count(), ...films.map((film) => film.over && agree() ? film.lines.length : agree() ? film.total : film.length));
  const last = (film, i) => Math.min(Math.round(i / scale(film)), film.lines.length - 1);
  const picture = (film, i = shown) => film?.lines.length && i >= 0 ? film.picture(last(film, i), mood) : null;
  const news = () => { fresh = true; };

  // ---- films come
  const follow = async (film) => {
    const {signal} = film.stop;
    for (let since = performance.now(); !signal.aborted && !film.over;) {
      const before = film.lines.length, answer = film.address ? await read(film, signal, news) : "strange", now = performance.now();
      if (signal.aborted || film.over) return;
      if (film.lines.length > before) since = now;
      if (answer === "gone") { if (now - film.told > PATIENCE.gone) { film.told = now; emit({kind: "gone", film: film.key, nonce: Date.now()}); } }
      else if (!film.lines.length) askInline(film);
      if (now - since > PATIENCE.lost) { film.error = {title: words.lost, text: words.retry, lost: true}; news(); return; }
      await Promise.race([pause(PATIENCE.again), new Promise((wake) => { film.wake = wake; })]);
    }
  };
  const askInline = (film) => {                     // this host has not our routes: the page hands the film over as data
    if (film ? film.asked || data.offline : plotlyAsked) return;
    if (film) film.asked = true; else plotlyAsked = true;
    asking ??= setTimeout(() => {
      asking = null;
      if (!gone) emit({kind: "inline", films: films.filter((one) => one.asked && !one.over).map((one) => one.key), plotly: plotlyAsked && !Plotly});
    }, 60);
  };
  const takeInline = async (film, packed) => {
    film.stop.abort(); film.stop = new AbortController();
    const {signal} = film.stop, trial = new Film(film), text = await unpack(packed);
    if (signal.aborted) return;
    for (const line of text.split("\n")) trial.feed(line);
    film.inline = true; film.adopt(trial); news();
  };
  const bringPlotly = async (packed) => {
    if (Plotly) return;
    try { Plotly = await plotly(data.plotly, packed && await unpack(packed)); dirty = true; } catch { askInline(null); }
  };
  const told = () => {                              // where the page wants the film to open
    start = data.autoplay ? 0 : data.start ?? null;
    following = start === null;
    playing = Boolean(data.autoplay) && !still.matches;
    stop = data.autoplay ? data.until ?? null : null;      // a lesson's step ends at its picture
    if (stop !== null && still.matches) { start = stop; stop = null; }
  };
  const open = () => {
    const old = films, at = want, went = !following, ran = playing, seen = shown >= 0, runs = (all) => all.map(({run}) => run).join();
    films = data.films.map((source) => Object.assign(old.find(({key, error}) => key === source.key && !error?.lost) ?? new Film(source), {name: source.name, address: source.address, veiled: data.veiled}));
    old.forEach((film) => { if (!films.includes(film)) film.stop.abort(); });
    shown = want = -1;
    delete document.documentElement.dataset.thSeen;
    told();
    if (seen && !data.autoplay && films[0].run && runs(old) === runs(films)) {      // the same run in other words or colours: stay where we are
      if (went) { start = at; following = false; }
      playing = ran;
    }
    due = 0; opened = performance.now(); pointed = cursor = null; fresh = true;
    films.forEach((film) => { if (!old.includes(film) && !data.inline?.films?.[film.key]) follow(film); });
    tell("film");
  };

  // ---- drawing: Plotly.react into one figure a pane, never remounted
  const arrange = () => {                           // as many panes as films; two stand side by side when each has room
    while (panes.length > films.length) { const pane = panes.pop(); Plotly?.purge(pane.plot); pane.node.remove(); }
    while (panes.length < films.length) panes.push(makePane());
    const beside = films.length === 2 && outer >= 640;
    put(panesBox, "data-beside", String(beside));
    panes.forEach((pane, k) => {
      pane.width = Math.floor((beside ? (outer - 1) / 2 : outer) / zoom);
      pane.wide = pane.width >= 640; pane.huge = pane.width >= 1180;
      put(pane.node, "data-narrow", String(!pane.wide));
      const name = pane.node.querySelector(".th-name");
      put(name, "hidden", films.length < 2); put(name, "textContent", films[k]?.name ?? "");
    });
    put(stage, "data-films", String(films.length));
  };
  const makePane = () => {
    const node = panesBox.appendChild(element("div", "th-pane", PANE)), part = (name) => node.querySelector(".th-" + name), plot = part("plot");
    const pane = {node, plot, rings: part("rings"), phase: part("phase"), said: part("said"), sum: part("sum"), metrics: part("metrics"), film: null, rows: 0, marks: [], sheet: element("canvas", "th-sheet")};
    plot.addEventListener("keydown", (event) => steer(pane, event));
    plot.addEventListener("blur", () => { if (cursor?.pane === pane) leave(); });
    return pane;
  };
  const measure = () => {                           // what the window has left; read only when its size or the film changes
    let box = stage.parentElement;
    while (box && !(box.scrollHeight > box.clientHeight + 4 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
    const below = innerHeight - (stage.getBoundingClientRect().top + (box ?? document.scrollingElement).scrollTop);
    const free = below - $("bar").offsetHeight - $("plain").offsetHeight - ($("caption")?.offsetHeight ?? 110) - 10;
    zoom = data.present ? clamp(Math.min(outer / 940, free / 340), 1, 1.6) : 1;      // on a projector the figure is laid out smaller and drawn larger
    room = data.present ? Math.max(240, free / zoom) : clamp(below - 84 - 46 - 44, 340, 680);
  };
  const sizeFor = (pane, p) => pane.huge && p.huge ? p.huge : pane.wide ? p.wide : p.narrow;      // the layout of a picture that this pane has room for
  const heightOf = (pane, film, i) => { const p = picture(film, i); return p ? sizeFor(pane, p)?.height ?? (pane.wide ? p.figure.layout?.height ?? room : 380) : pane.wide ? room : 380; };
  const draw = async (i) => {
    const mine = films;
    busy = true; dirty = false; drawnAt = performance.now();
    try {
      if (shown < 0) { measure(); arrange(); }
      const heights = panes.map((pane, k) => heightOf(pane, films[k], i)), tallest = Math.max(...heights), beside = panesBox.dataset.beside === "true";
      want = i;
      await Promise.all(panes.map((pane, k) => show(pane, films[k], i, beside ? tallest : heights[k])));
      if (gone || films !== mine) return;           // another film was opened meanwhile
      shown = i;
      const said = panes.map((pane) => pane.alt).filter(Boolean).join(" ");
      if (!playing) put($("live"), "textContent", said);
      state(); ring(); tell("step");
    } catch (problem) { console.error(problem); if (films === mine) shown = i; } finally { busy = false; }
  };
  const show = async (pane, film, i, height) => {
    const p = picture(film, i);
    if (!p) { if (pane.film) Plotly.purge(pane.plot); pane.film = null; put(pane.plot, "style", `height:${height}px`); return caption(pane, film, null, i); }
    const layout = {...merge(p.figure.layout, sizeFor(pane, p)), width: pane.width, height, autosize: false};
    if (!pane.wide && layout.annotations) layout.annotations = layout.annotations.filter((note) => note.name !== "wide");     // no room for these on a phone
    ranges(p, film, layout);
    const filled = p.figure.data.map((trace) => trace.meta?.series ? series(trace, film, last(film, i)) : trace);
    const marks = hasWebgl() ? [] : filled.filter(({type}) => type === "scattergl"), traces = filled.map((trace) => solid(marks.includes(trace) ? unseen(trace) : trace));
    put(pane.plot, "style", `height:${height}px`); enlarge(pane, height);
    put(pane.plot, "data-flip", String(pane.flip = Boolean(p.flip)));
    const steady = pane.film && pane.template === template && same(layout, pane.layout);
    Object.assign(pane, {film, layout, template, rows: p.series || traces.some((trace) => trace.meta?.series) ? film.lines.length : Infinity, alt: plain(broke(film, p, i) ? `${film.error.title}. ${film.error.text}` : p.alt)});
    const points = traces.some(({meta}) => meta?.link && !meta.silent);
    put(pane.plot, "role", points ? "application" : "img"); put(pane.plot, "aria-label", pane.alt); put(pane.plot, "aria-description", points ? words.figure_hint : "");
    caption(pane, film, p, i);
    if (!steady || !quick(pane.plot, traces)) await Plotly.react(pane.plot, traces, {...structuredClone(layout), template}, CONFIG);    // Plotly writes into its layout
    if (pane.plot.querySelector(".no-webgl")) { webgl = false; Plotly.purge(pane.plot); Object.assign(pane, {film: null, heard: false}); return show(pane, film, i, height); }      // promised, and not kept
    pane.marks = marks;
    if (marks.length) pane.plot.querySelector(".gl-container").append(paintMarks(pane.sheet, pane.plot, marks, devicePixelRatio * zoom)); else pane.sheet.remove();
    if (!pane.heard) {
      pane.heard = true;
      pane.plot.on("plotly_hover", ({points: [point]}) => { if (point) hover(point.fullData, numberOf(point.fullData, point.pointNumber)); });
      pane.plot.on("plotly_unhover", () => { if (!cursor) point(null); });
      pane.plot.on("plotly_click", ({points: [point]}) => { if (point) act(pane, point.data, numberOf(point.fullData, point.pointNumber)); });
    }
  };
  const enlarge = ({plot, rings}, height) => {        // Plotly knows where the mouse is under a transform, and not under a zoom
    put(plot.parentElement, "style", zoom > 1 ? `height:${Math.round(height * zoom)}px` : "");
    for (const node of [plot, rings]) { node.style.transform = zoom > 1 ? `scale(${zoom})` : ""; node.style.transformOrigin = "0 0"; }
  };
  const broke = (film, p, i) => Boolean(film.error && (!p || last(film, i) === film.lines.length - 1));      // the last finite picture carries the explanation
  const caption = (pane, film, p, i = shown) => {
    const stopped = broke(film, p, i);
    put(pane.node, "data-broke", String(stopped));
    put(pane.phase, "innerHTML", stopped ? "! " + film.error.title : p?.phase ?? "");
    put(pane.said, "innerHTML", stopped ? film.error.text : p?.said ?? "");
    put(pane.sum, "innerHTML", stopped || !p ? "" : formula(p, pointed && p.of === pointed.link ? pointed.entity : undefined));
    put(pane.metrics, "innerHTML", (p?.metrics ?? []).map(([label, value, extra]) => `<div><dt>${label}</dt><dd>${value}${extra ? ` <small>${extra}</small>` : ""}</dd></div>`).join(""));
  };

  // ---- linked views: the same entity in every panel gets a ring; pointing never moves time
  const hover = (trace, p) => { if (!cursor && trace.meta?.link && !trace.meta.silent) point({link: trace.meta.link, entity: entityOf(trace, p)}); };
  const point = (next) => {
    if (next?.link === pointed?.link && next?.entity === pointed?.entity) return;
    pointed = next;
    if (shown >= 0) panes.forEach((pane) => { if (pane.film) caption(pane, pane.film, picture(pane.film)); });
    ring();
  };
  const ring = () => {
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
  const act = ({film}, trace, p) => {
    const to = trace.meta?.frames?.[p];
    if (to !== undefined && to !== null) { hand(); go(Math.round(to * scale(film))); }
    else if (trace.meta?.click && film === films[0]) emit({kind: "click", name: trace.meta.click, index: entityOf(trace, p), step: last(film, shown)});      // the pinned run is only looked at
  };
  // the keyboard's pointer: arrows go to the nearest point that way, PageUp/PageDown to another panel
  const stops = ({plot}) => (plot._fullData ?? []).flatMap((trace, t) => !trace.meta?.link || trace.meta.silent || trace.visible !== true ? [] :
    Array.from({length: sizeOf(trace)}, (_, p) => { const spot = place(plot, trace, p); return spot && {t, p, x: spot.x, y: spot.y, panel: (trace.xaxis ?? "x") + (trace.yaxis ?? "y")}; }).filter(Boolean));
  const steer = (pane, event) => {
    const way = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key], page = {PageUp: -1, PageDown: 1}[event.key];
    const trace = cursor?.pane === pane && pane.plot._fullData?.[cursor.t];
    if (event.ctrlKey || event.metaKey || event.altKey || !(way || page || (trace && /^(Enter|Escape)$/.test(event.key)))) return;
    const all = stops(pane), panels = [...new Set(all.map((stop) => stop.panel))];
    if (!all.length) return;                        // nothing to point at: the arrows step
    event.preventDefault(); event.stopPropagation();
    if (event.key === "Enter") return act(pane, trace, cursor.p);
    if (event.key === "Escape") return pane.plot.blur();
    const here = trace && all.find((stop) => stop.t === cursor.t && stop.p === cursor.p);
    let next;
    if (!here) { const {of, at} = picture(pane.film) ?? {}; next = all.find((stop) => { const one = pane.plot._fullData[stop.t]; return one.meta.link === of && entityOf(one, stop.p) === at; }) ?? all[0]; }
    else if (page) {
      const panel = panels[(panels.indexOf(here.panel) + page + panels.length) % panels.length], inside = all.filter((stop) => stop.panel === panel);
      next = inside.find((stop) => { const one = pane.plot._fullData[stop.t]; return one.meta.link === trace.meta.link && entityOf(one, stop.p) === entityOf(trace, cursor.p); }) ?? inside[0];
    } else {
      let best = Infinity;
      for (const stop of all) {
        const dx = stop.x - here.x, dy = stop.y - here.y, along = dx * way[0] + dy * way[1], across = Math.abs(dx * way[1]) + Math.abs(dy * way[0]), cost = along + 3 * across;
        if (stop.panel === here.panel && along > 0.5 && cost < best) { best = cost; next = stop; }
      }
    }
    if (next) aim(pane, next);
  };
  const aim = (pane, {t, p}) => {
    const trace = pane.plot._fullData[t];
    cursor = null; hover(trace, p);
    cursor = {pane, t, p};
    playing = following = false; state();
    const {xval, yval} = place(pane.plot, trace, p);
    Plotly.Fx.hover(pane.plot, [{curveNumber: t, ...(GRIDS[trace.type] ? {xval, yval} : {pointNumber: p})}], trace.xaxis + trace.yaxis);
    setTimeout(() => {                              // Plotly writes its label a little later; what it says is what is read out
      if (cursor?.pane !== pane || cursor.p !== p) return;
      const lines = [...pane.plot.querySelectorAll(".hoverlayer .hovertext text")].map((text) => [...text.querySelectorAll("tspan.line")].map((line) => line.textContent).join(", ") || text.textContent);
      put($("live"), "textContent", [...lines.filter(Boolean), trace.meta.link + " " + entityOf(trace, p)].slice(0, Math.max(1, lines.filter(Boolean).length)).join(", "));
    }, 90);
  };
  const leave = () => { const {pane} = cursor; cursor = null; if (pane.heard) Plotly.Fx.unhover(pane.plot); point(null); };

  // ---- the clock: one loop as long as the player is on the page, at most one picture a turn
  const tick = (now) => {
    frame = requestAnimationFrame(tick);
    if (fresh) { fresh = false; state(); tell("rows"); }
    if (data.present && now - sized > 400) { sized = now; const before = room * zoom; measure(); if (Math.abs(room * zoom - before) > 2) { arrange(); dirty = true; } }     // a question came or went above
    if (busy || !Plotly || !outer || !films.length) return;
    const n = count(), over = ends();
    if (!n) return;
    if (start !== null && (start < n || over)) { want = Math.min(start, n - 1); start = null; due = now + 1000 / rate(); }
    else if ((following || shown < 0) && (over || (now - opened > 150 && now - drawnAt > 80))) want = n - 1;     // a finished film should not flash its first picture
    else if (playing && shown >= 0 && now >= due) {
      const gap = 1000 / rate() * (picture(films[0], Math.min(shown + 1, n - 1))?.hold ?? 1), jump = speed > 1 ? 1 + Math.floor(clamp((now - due) / gap, 0, 7)) : 1;                 // fast motion may leave pictures out, plain speed never
      due = Math.max(due + gap * jump, now);
      if (stop !== null && shown >= (over ? Math.min(stop, n - 1) : stop)) { playing = false; stop = null; state(); }
      else if (shown < n - 1) want = Math.min(shown + jump, stop ?? n - 1, n - 1);
      else if (over) { if (loop && !still.matches && n > 1) want = 0; else { playing = false; state(); put($("live"), "textContent", panes.map((pane) => pane.alt).join(" ")); } }
    }
    const grown = (over || now - drawnAt > 400) && panes.some((pane) => pane.film && pane.film.lines.length > pane.rows);
    if (want >= 0 && (want !== shown || dirty || grown)) draw(Math.min(want, n - 1));
  };
  const rate = () => (films[0]?.head.rate ?? 12) * speed;
  const go = (i) => { if (count() && shown >= 0) want = clamp(i, 0, count() - 1); };
  const hand = () => { following = playing = false; start = stop = null; };
  const play = (yes = !playing) => {
    if (data.locked) return emit({kind: "skip", nonce: Date.now()});
    if (yes && shown >= count() - 1 && ends()) go(0);
    playing = yes; following = false; start = null; due = performance.now() + 1000 / rate();
    state();
  };

  // ---- words and states
  const state = () => {
    if (gone) return;
    const n = total(), got = count(), over = ends(), at = Math.max(shown, 0), failed = films.find((film) => film.error), queued = films.find((film) => film.queued !== null && !film.lines.length && !film.over);
    const status = over && failed ? "error" : over && films.length ? "ready" : queued ? "queued" : got ? "running" : "opening";
    for (const [name, value] of [["state", status], ["step", shown], ["film", films.map((film) => film.key).join(",")], ["count", got], ["playing", playing], ["drawn", panes.some((pane) => pane.film)]]) put(stage, "data-" + name, String(value));
    if (n && !data.locked && (data.until ?? null) !== null ? shown >= data.until || (over && shown >= n - 1) : over && n && shown >= n - 1) document.documentElement.dataset.thSeen = "";      // what the page says about the end may be read now
    if (document.documentElement.dataset.thSeen !== undefined) tellNumbers(films[0], Math.min(data.until ?? n - 1, n - 1));
    if (films[0]?.head.title) put(stage, "aria-label", films[0].head.title);
    put(scrub, "max", Math.max(n - 1, 1));
    if (+scrub.value !== at) scrub.value = at;
    put(stage, "--th-at", n > 1 ? at / (n - 1) : 0); put(stage, "--th-got", n > 1 ? Math.max(got - 1, 0) / (n - 1) : 0);
    put(scrub, "aria-valuetext", `${words.step} ${at} / ${Math.max(n - 1, 0)}`);
    put($("count"), "innerHTML", `<b>${at}</b> / ${Math.max(n - 1, 0)}`);
    const label = playing ? words.pause : words.play;
    put($("play"), "aria-label", label); put($("play"), "title", `${label} (${words.space})`);
    const {locked = false} = data;
    put($("first"), "disabled", locked || shown <= 0); put($("back"), "disabled", locked || shown <= 0);
    put($("next"), "disabled", locked || shown >= got - 1); put($("last"), "disabled", locked || shown >= got - 1); put(scrub, "disabled", locked);
    put($("play"), "disabled", locked || !got); put($("closer"), "disabled", !got && !data.closeup?.now);
    put($("note"), "textContent", status === "running" ? (films.some((film) => film.again) ? words.again + " " : "") + fill(films.some((film) => film.total) ? words.running : words.running_open, {got: Math.max(got - 1, 0), n: n - 1}) : "");
    put($("lock"), "textContent", films.length > 1 ? agree() ? words.lock_step : words.lock_part : data.pinned ? words.pin_waits : ""); put($("lock"), "hidden", films.length < 2 && !data.pinned);
    put($("plain"), "textContent", words.plain); put($("plain"), "hidden", !panes.some(({marks}) => marks.length));
    const marks = [...new Set(films.flatMap((film) => film.marks.map((mark) => Math.round(mark * scale(film)))))], ticks = n > 1 && marks.length <= 80 ? marks.map((mark) => `<i style="left:${(100 * mark) / (n - 1)}%"></i>`).join("") : "";
    put($("ticks"), "innerHTML", ticks);
    const [title, text] = failed && over && shown < 0 && !got ? [failed.error.title, failed.error.text] : shown >= 0 ? [] : queued ? [words.queued_title, fill(queued.queued ? words.queued : words.queued_next, {n: queued.queued})]
      : panes.some((pane) => pane.film) ? [] : ["", words.opening];
    if (status === "error" && got === 0 && films[0].complained !== films[0].error && document.querySelector("[data-testid=stPopoverBody]")) { films[0].complained = films[0].error; emit({kind: "failed", nonce: Date.now()}); }      // what is said must be seen
    put(veil, "hidden", text === undefined);        // an old picture stays until the new one comes
    put(veil.firstChild, "innerHTML", title ?? ""); put(veil.lastChild, "innerHTML", text ?? "");     // escaped by the server
    panes.forEach((pane) => { if (pane.film?.error && films.includes(pane.film) && shown >= 0) caption(pane, pane.film, picture(pane.film)); });
  };
  const rated = () => { put($("speed"), "textContent", `${speed}×`); put($("speed"), "aria-label", `${words.speed} ${speed}×`); };
  const label = () => {
    put($("speed"), "title", words.speed);
    for (const name of ["first", "back", "next", "last", "loop", "more", "scrub"]) { put($(name), "title", words[name]); put($(name), "aria-label", words[name]); }
    put($("bar"), "aria-label", words.controls);
    rated();
    const {now, offered} = data.closeup ?? {};
    put($("closer"), "hidden", data.offline || !(now || offered)); put($("closer"), "textContent", now ? words.whole : words.closer ?? "");
    put($("pin"), "hidden", data.offline || data.pinned === undefined); put($("pin"), "textContent", data.pinned ? words.unpin : words.pin); put($("pin"), "title", data.pinned ? "" : words.pin_hint ?? ""); put($("pin"), "aria-pressed", String(Boolean(data.pinned)));
    const items = [!data.offline && data.link && ["copy_step", () => copyStep()], ["save_svg", () => save("svg")], ["save_png", () => save("png")], ["save_csv", () => saveCsv()]].filter(Boolean);
    menu.replaceChildren(...items.map(([name, run]) => Object.assign(element("button", "th-item"), {type: "button", textContent: words[name], onclick: () => { closeMenu(); run(); }})),
      ...films.filter((film) => !data.offline && film.address && !film.inline && !data.inline?.films?.[film.key]).map((film) =>
        Object.assign(element("a", "th-item"), {href: film.address + ".html", download: `${data.file}.html`, textContent: words.save_film + (films.length > 1 ? " · " + film.name : ""), onclick: () => closeMenu()})));
  };

  // ---- hands
  const note = (text) => { $("note").textContent = text; $("note").thKept.textContent = null; setTimeout(() => { if (!gone) state(); }, 2500); };
  const closeMenu = () => { menu.hidden = true; $("more").setAttribute("aria-expanded", "false"); };
  const copyStep = async () => {
    const input = $("link");
    input.value = withStep(data.link, Math.max(shown, 0)); input.setAttribute("aria-label", words.link_label);
    linkbox.hidden = false;
    linkbox.lastChild.textContent = words.select_hint;
    if (await copy(input)) { linkbox.hidden = true; note(words.copied); put($("live"), "textContent", words.copied); }
  };
  const saveCsv = () => download(new Blob([csv(films, words)], {type: "text/csv;charset=utf-8"}), `${data.file}.csv`);
  const save = async (format) => {                  // one SVG of all panes, on the surface's colour; the PNG is that SVG, twice as large
    const {surface} = THEME[mood], parts = [];
    let w = 0, h = 0;
    for (const {plot, layout, flip, marks} of panes.filter((pane) => pane.film)) {
      const sheet = marks.length ? [asImage(paintMarks(element("canvas"), plot, marks, 2), plot)] : [];
      const url = await Plotly.toImage({data: plot.data, layout: {...structuredClone(layout), template, paper_bgcolor: surface, images: [...layout.images ?? [], ...sheet]}}, {format: "svg", width: layout.width, height: layout.height});
      const svg = decodeURIComponent(url.slice(url.indexOf(",") + 1));
      parts.push((flip && mood === "dark" ? svg.replaceAll("<image ", '<image filter="invert(1) hue-rotate(180deg)" ') : svg).replace("<svg ", `<svg x="${w}" y="0" `));
      w += layout.width; h = Math.max(h, layout.height);
    }
    const whole = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="100%" height="100%" fill="${surface}"/>${parts.join("")}</svg>`;
    const name = `${data.file}-${Math.max(shown, 0)}.${format}`;
    if (format === "svg") return download(new Blob([whole], {type: "image/svg+xml"}), name);
    const image = new Image(), canvas = Object.assign(document.createElement("canvas"), {width: 2 * w, height: 2 * h});
    image.src = "data:image/svg+xml," + encodeURIComponent(whole);
    await image.decode();
    canvas.getContext("2d").drawImage(image, 0, 0, 2 * w, 2 * h);
    canvas.toBlob((blob) => download(blob, name));
  };
  const moves = {first: () => go(0), back: () => go(want - 1), next: () => go(want + 1), last: () => go(count() - 1)};
  for (const [name, move] of Object.entries(moves)) $(name).onclick = () => { hand(); move(); state(); };
  $("play").onclick = () => play();
  scrub.oninput = () => { hand(); go(+scrub.value); state(); };
  $("speed").onclick = () => { speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length]; rated(); };
  $("loop").onclick = () => { loop = !loop; $("loop").setAttribute("aria-pressed", loop); };
  $("more").onclick = () => { menu.hidden = !menu.hidden; $("more").setAttribute("aria-expanded", String(!menu.hidden)); if (!menu.hidden) menu.firstChild?.focus({preventScroll: true}); };
  $("pin").onclick = () => emit({kind: data.pinned ? "unpin" : "pin", nonce: Date.now()});
  $("closer").onclick = () => emit(data.closeup.now ? {kind: "whole"} : {kind: "closer", step: picture(films[0])?.step ?? shown, picture: shown, end: ends() && shown === count() - 1});
  const keys = (event) => {
    if (event.key === "Escape" && !menu.hidden) { closeMenu(); $("more").focus(); return; }
    if (event.key === "Escape") linkbox.hidden = true;
    if (typing(event) || !stage.offsetParent) return;
    const said = {PageDown: {kind: "turn", value: 1}, PageUp: {kind: "turn", value: -1}, Escape: data.present && {kind: "leave"}}[event.key] || (data.locked && /^[1-9]$/.test(event.key) && {kind: "answer", value: event.key - 1});
    if (said && data.present) { event.preventDefault(); return emit({...said, nonce: Date.now()}); }
    const move = {ArrowLeft: moves.back, ArrowRight: moves.next, Home: moves.first, End: moves.last}[event.key];
    const held = event.target.closest?.("button,a,summary,[role=button],[role=checkbox],[role=switch],tr");
    const shut = data.present && held?.closest(".st-key-lesson-qr") && held.getAttribute("aria-expanded") !== "true";      // the code has been shown: space runs again
    if (!move && (event.key !== " " || (held && !shut))) return;
    event.preventDefault();
    if (move && !data.locked) { hand(); move(); state(); } else if (!move && count()) play();
  };
  const away = ({target}) => {
    if (!menu.hidden && !menu.contains(target) && !$("more").contains(target)) closeMenu();
    if (!linkbox.hidden && !linkbox.contains(target)) linkbox.hidden = true;
    if (pointed && !cursor && !panesBox.contains(target)) point(null);
  };
  const resize = () => { measure(); if (shown < 0 && !panes.some((pane) => pane.film)) panes.forEach((pane) => put(pane.plot, "style", `height:${pane.wide ? room : 380}px`)); dirty = true; };

  let template;
  const dress = dresser(stage, (next) => { mood = next; template = paint(JSON.stringify(THEME.template), THEME[mood]); dirty = true; });
  const watch = new ResizeObserver(([{contentRect}]) => {
    const w = Math.floor(contentRect.width);
    if (!w || w === outer) return;                  // 0: in a hidden tab
    outer = w;
    put(stage, "data-narrow", String(w < 640));
    if (shown >= 0 || !panes.length) { arrange(); resize(); }
  });
  const bar = new ResizeObserver(([{target}]) => stage.style.setProperty("--th-bar-height", `${target.offsetHeight}px`));      // on a phone the caption rests on it
  bar.observe(stage.querySelector(".th-bar"));
  const app = document.querySelector("[data-testid=stApp]"), line = new MutationObserver(([{oldValue}]) => {      // a server that was restarted knows nothing of us: run the page, or the next change would be lost
    if (oldValue !== "CONNECTED" && app.getAttribute("data-test-connection-state") === "CONNECTED") emit({kind: "back", nonce: Date.now()});
  });
  if (app) line.observe(app, {attributes: true, attributeFilter: ["data-test-connection-state"], attributeOldValue: true});
  const player = {
    at: (film) => last(film, shown), scale, get films() { return films; }, get shown() { return shown; }, get count() { return count(); }, get data() { return data; },
    go: (i) => { hand(); go(i); state(); }, saveCsv,
    update(next, trigger) {
      const before = data;
      [data, words, send] = [next, next.words ?? {}, trigger ?? send];
      document.documentElement.dataset.thPresent = data.present ? "1" : "";
      dress.dress();
      if (Boolean(before.present) !== Boolean(data.present) && shown >= 0) { measure(); arrange(); dirty = true; }
      const keysOf = ({films: all = []}) => all.map(({key}) => key).join(",");
      if (keysOf(before) !== keysOf(data)) open();
      else {
        films.forEach((film, k) => Object.assign(film, {name: data.films[k].name, address: data.films[k].address, veiled: data.veiled}));
        const again = data.nonce === undefined ? data.start === before.start : data.nonce === before.nonce;        // merely run again, not told to go somewhere
        if (!again && (data.autoplay || Number.isInteger(data.start))) told();
        films.forEach((film) => film.wake?.());     // the page may have started the run again
        dirty ||= data.words !== before.words || data.veiled !== before.veiled;
        if (data.locked && !before.locked) delete document.documentElement.dataset.thSeen;
      }
      films.forEach((film) => { const packed = data.inline?.films?.[film.key]; if (packed && (!film.over || film.error?.lost) && film.packed !== packed) { film.packed = packed; takeInline(film, packed); } });
      bringPlotly(data.inline?.plotly);
      if (data.link && !data.offline) remember(data);
      label(); state(); tell("film");
    },
    stop() {
      gone = true; cancelAnimationFrame(frame); window.theoriaLoops--;
      films.forEach((film) => film.stop.abort());
      document.removeEventListener("keydown", keys); document.removeEventListener("pointerdown", away); removeEventListener("resize", resize);
      watch.disconnect(); bar.disconnect(); dress.stop(); line.disconnect();
      panes.forEach((pane) => Plotly?.purge(pane.plot));
      stage.remove();
      if (shared.player === player) { shared.player = null; document.documentElement.dataset.thPresent = ""; tell("film"); }
    },
  };
  window.theoriaLoops++; frame = requestAnimationFrame(tick);
  document.addEventListener("keydown", keys); document.addEventListener("pointerdown", away); addEventListener("resize", resize); watch.observe(stage);
  return shared.player = player;
}

// ---- the same numbers as a table
const cell = (x) => typeof x !== "number" ? escaped(x ?? "–") : Number.isInteger(x) ? number(x, 0) : short(x, 5);
function makeNumbers(root) {
  const box = root.appendChild(element("div", "th-numbers", '<div class="th-scroll"><table><caption></caption><colgroup></colgroup><thead></thead></table></div><p class="th-empty"></p><button type="button" class="th-text"></button>'));
  const $ = (name) => box.querySelector(name), table = $("table"), scroll = $(".th-scroll"), dress = dresser(box);
  let words = {}, bodies = [], marked = [], key = null, both = null;
  const hear = (what) => {
    const player = shared.player, films = player?.films ?? [], now = JSON.stringify(films.map(({key: name, head}) => [name, head.columns]));
    if (now !== key) {                              // another film, another table
      key = now; marked = [];
      bodies.forEach((body) => body.remove());
      bodies = films.map((film) => { const body = table.appendChild(document.createElement("tbody")); body.film = film; return body; });
      both?.remove(); both = films.length > 1 ? table.insertBefore(document.createElement("tbody"), bodies[0]) : null;
      if (both) both.className = "th-both";
      $("thead").innerHTML = films.length ? `<tr><th scope="col">${escaped(words.picture)}</th>${(films[0].head.columns ?? []).map(([, label]) => `<th scope="col">${escaped(label)}</th>`).join("")}</tr>` : "";
    }
    films.forEach((film, k) => {
      const body = bodies[k], extra = films.length > 1 ? 1 : 0;
      body.film = film;
      if (extra && !body.rows.length) body.innerHTML = `<tr class="th-run-name"><th colspan="99" scope="rowgroup">${escaped(film.name)}</th></tr>`;
      let html = "";
      for (let i = body.rows.length - extra; i < film.lines.length; i++) html += `<tr data-i="${i}" tabindex="-1"><th scope="row">${i}</th>${(film.rows[i] ?? []).map((x) => `<td>${cell(x)}</td>`).join("")}</tr>`;
      if (html) body.insertAdjacentHTML("beforeend", html);
      const columns = film.head.columns ?? [], empty = columns.map((_, c) => film.rows.length > 0 && film.rows.every((row) => row[c] === null));
      if (!k) put($("colgroup"), "innerHTML", "<col>" + empty.map((none) => `<col${none ? ' style="visibility: collapse"' : ""}>`).join(""));
      const row = body.rows[player.at(film) + extra];
      if (row === marked[k] || player.shown < 0) return;
      marked[k]?.removeAttribute("aria-current"); if (marked[k]) marked[k].tabIndex = -1;
      marked[k] = row;
      if (!row) return;
      row.setAttribute("aria-current", "true"); row.tabIndex = 0;
      if (what === "step" && !k) reveal();
    });
    if (both && player.shown >= 0 && films.every((film) => film.lines.length)) {      // the numbers that are shown, and what lies between them
      const [here, there] = films.map((film) => film.rows[player.at(film)] ?? []), gap = here.map((x, k) => typeof x === "number" && typeof there[k] === "number" ? x - there[k] : "");
      put(both, "innerHTML", [[words.now, here], [words.pinned, there], [words.difference, gap]].map(([name, row]) => `<tr><th scope="row">${escaped(name)}</th>${row.map((x) => `<td>${cell(x)}</td>`).join("")}</tr>`).join(""));
    }
    const none = !films.some((film) => film.lines.length);
    put($(".th-empty"), "hidden", !none); put(scroll, "hidden", none); put($(".th-text"), "hidden", none);
  };
  const reveal = () => { if (marked[0] && scroll.offsetParent && !scroll.matches(":hover,:focus-within")) scroll.scrollTop = marked[0].offsetTop - scroll.clientHeight / 2; };
  const watch = new ResizeObserver(reveal);          // the tab was opened
  watch.observe(scroll);
  const pick = (event) => {
    const row = event.target.closest("tr[data-i]"), near = row && {ArrowUp: row.previousElementSibling, ArrowDown: row.nextElementSibling}[event.key];
    if (!row || (event.type === "keydown" && event.key !== "Enter" && !near)) return;
    const film = row?.parentElement.film;
    if (near) near.focus(); else shared.player?.go(Math.round(+row.dataset.i * shared.player.scale(film)));
    event.preventDefault();
  };
  table.addEventListener("click", pick); table.addEventListener("keydown", pick);
  $(".th-text").onclick = () => shared.player?.saveCsv();
  shared.followers.add(hear);
  return {
    update(next) { words = next.words ?? {}; dress.dress(); put($("caption"), "textContent", words.numbers_title); put($(".th-empty"), "textContent", words.empty); put($(".th-text"), "textContent", words.save_numbers); key = null; hear("film"); },
    stop() { shared.followers.delete(hear); watch.disconnect(); dress.stop(); box.remove(); },
  };
}

// ---- the link, with the step that is shown
function makeShare(root) {
  const box = root.appendChild(element("div", "th-share", '<div><input class="th-link" readonly><button type="button" class="th-text"></button></div><p role="status"></p>'));
  const input = box.querySelector("input"), button = box.querySelector("button"), status = box.querySelector("p"), dress = dresser(box);
  let data = {words: {}};
  const hear = () => {
    const {shown, count} = shared.player ?? {}, link = shared.player?.data.link || data.link || "";
    put(input, "value", shown >= 0 && shown < count - 1 ? withStep(link, shown) : link);
  };
  input.onfocus = () => input.select();
  button.onclick = async () => { status.textContent = await copy(input) ? data.words.copied : data.words.select_hint; };
  shared.followers.add(hear);
  return {
    update(next) { data = {...next, words: next.words ?? {}}; dress.dress(); put(input, "aria-label", data.words.link_label); put(button, "textContent", data.words.copy_link); hear(); },
    stop() { shared.followers.delete(hear); dress.stop(); box.remove(); },
  };
}

// ---- what was visited last: kept in this browser, sent nowhere
const VISITED = "theoria.visited";
const visits = () => { try { return JSON.parse(localStorage.getItem(VISITED)) ?? []; } catch { return []; } };      // a browser may forbid it, or hold what is not ours
const remember = ({file, link}) => {
  const query = new URL(link, location.href).searchParams;
  for (const name of ["lang", "v"]) query.delete(name);
  if (/^[~]|^file:/.test(query.get("data") ?? "")) query.delete("data");     // whoever sits here next need not find somebody's own data
  query.delete("pin");
  try { localStorage.setItem(VISITED, JSON.stringify([{file, query: query.toString()}, ...visits().filter((one) => one.file !== file)].slice(0, 4))); } catch { /* then nothing is kept */ }
};
function makeVisited(root) {
  const box = root.appendChild(element("p", "th-visited")), dress = dresser(box);
  return {
    update({words, titles, base}) {
      dress.dress();
      const known = visits().filter(({file}) => Object.hasOwn(titles, file));
      put(box, "innerHTML", known.length ? `${escaped(words.visited)} ` + known.map(({file, query}) => `<a href="${escaped(`${base}${file}${query ? "?" + query : ""}`)}">${escaped(titles[file])}</a>`).join(" · ") : "");
    },
    stop() { dress.stop(); box.remove(); },
  };
}

// ---- what is shown, with its step, for a lesson
function makeTake(root) {
  const box = root.appendChild(element("div", "th-share", '<button type="button" class="th-text th-take"></button>')), button = box.querySelector("button"), dress = dresser(box);
  let send = () => {};
  const hear = () => put(button, "disabled", !(shared.player?.shown >= 0));
  button.onclick = () => { const {shown, count} = shared.player; send("event", {kind: "take", step: shown, last: shown >= count - 1, nonce: Date.now()}); };
  shared.followers.add(hear);
  return {
    update(next, trigger) { send = trigger ?? send; dress.dress(); put(button, "textContent", next.words.take); hear(); },
    stop() { shared.followers.delete(hear); dress.stop(); box.remove(); },
  };
}

// ---- Streamlit calls this again on changed data and on a changed theme, and runs only the last cleanup: so one object per mounted element, one `stop`
const parts = new WeakMap(), KINDS = {player: makePlayer, numbers: makeNumbers, share: makeShare, visited: makeVisited, take: makeTake};
export default function ({data, parentElement, setTriggerValue}) {
  let part = parts.get(parentElement);
  if (!part) {
    part = KINDS[data.kind](parentElement);
    const {stop} = part;
    part.end = () => { if (parts.get(parentElement) === part) { parts.delete(parentElement); stop(); } };
    parts.set(parentElement, part);
  }
  part.update(data, setTriggerValue);
  return part.end;
}
