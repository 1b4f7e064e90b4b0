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
const pixels = (gd, trace) => {                     // of all points: [x…, y…]
  const X = axis(gd, trace.xaxis ?? "x"), Y = axis(gd, trace.yaxis ?? "y"), {x, y} = trace, n = Math.min(x?.length ?? 0, y?.length ?? 0), out = new Float64Array(2 * n);
  if (!X?._length || !Y?._length || /category/.test(X.type + Y.type)) return null;
  const along = ({type, _m, _b, _offset, d2p}) => type === "linear" ? (v) => _offset + _m * v + _b : (v) => _offset + d2p(v);      // linear ones need no call of Plotly's
  const [atX, atY] = [along(X), along(Y)];
  for (let k = 0; k < n; k++) { out[k] = x[k] === null ? NaN : atX(x[k]); out[n + k] = y[k] === null ? NaN : atY(y[k]); }
  return out;
};
const entityOf = (trace, p) => trace.meta?.index ? trace.meta.index[p] : p;
