// ---- curves: traces that name columns of the numbers
const series = (trace, film, i) => {                // curves are drawn from the rows that have come, so nothing is known before it is computed
  const {x, y, when} = trace.meta.series, n = film.count, [from, to] = {past: [0, i + 1], future: [i, film.veiled ? i : n], now: [i, i + 1]}[when ?? "past"];
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
    const log = layout[axis]?.type === "log", all = y.flatMap((key) => [...film.column(key), ...(film.guess?.column === key ? [film.guess.value] : [])]);
    set(axis, log ? all.map((v) => v > 0 ? Math.log10(v) : NaN) : all, 0.08, zero && !log);
  }
  for (const {meta, xaxis = "x"} of picture.figure.data) {
    const name = "xaxis" + xaxis.slice(1), n = film.count;
    if (!meta?.series || layout[name]?.range || layout[name]?.type === "log") continue;
    const all = film.column(meta.series.x), end = !film.computed && film.total > n && n > 1 ? all[0] + (all[n - 1] - all[0]) * (film.total - 1) / (n - 1) : all[0];
    set(name, [...all, end], 0.03);
  }
};
