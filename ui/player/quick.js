// ---- a faster Plotly.react for the usual step, where only numbers changed: those traces alone are computed and drawn again, by Plotly's own modules.
// Anything else (another layout, style, number of traces, free axes) says false and takes the ordinary way. The modules' calls are those of plotly 4.1 (doCalcdata, cartesian.plot).
const NUMBERS = {scatter: ["x", "y", "text", "customdata", "meta"], heatmap: ["z", "text", "customdata", "meta"], image: ["source"]};
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
  return visible === true && !zorder && !stackgroup && !coloraxis && !error_x?.visible && !error_y?.visible && !isList(hovertemplate) && !isList(hoverinfo) && (mode || GRIDS[type]) && !free(axis(gd, xaxis)) && !free(axis(gd, yaxis));
};
const repaint = (gd, t) => {                        // another picture in the same place: put there once it is loaded, so that nothing flashes
  const trace = gd._fullData[t], {source} = trace, file = new Image(), node = gd.calcdata[t][0].node3.select("image").node();
  file.onload = () => { if (trace.source === source) node.setAttributeNS("http://www.w3.org/1999/xlink", "href", source); };
  file.src = source;
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
    if (type === "image") { repaint(gd, t); return; }
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
