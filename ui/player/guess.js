// ---- an experiment's question: what would answer it is covered until it is answered; a guess stands where its column is drawn
const hides = ({data}, label) => (data.asks?.labels ?? []).includes(label);
const asked = ({data}) => Boolean(data.asks?.labels?.length || data.asks?.panels?.length);
const cover = (my, {plot, rings, covers}) => {
  const axes = (my.data.asks?.panels ?? []).map((k) => ["x", "y"].map((name) => plot._fullLayout[`${name}axis${k}`])).filter(([x]) => x);
  put(covers, "innerHTML", axes.map(([x, y]) => `<i style="left:${x._offset - 3}px;top:${y._offset - 3}px;width:${x._length + 6}px;height:${y._length + 6}px">?</i>`).join(""));
  Object.assign(covers.style, {transform: rings.style.transform, transformOrigin: "0 0"});
};
const endOf = (film, column) => {                   // where a curve will end, as far as it is known
  const all = film.column(column), n = all.length;
  return film.computed || n < 2 ? all[n - 1] : all[0] + (all[n - 1] - all[0]) * (film.total - 1) / (n - 1);
};
const guessed = (my, film, traces) => {             // a hollow mark at the end of the curve of the column that was asked for
  const {guess} = film, curve = guess && traces.find(({meta}) => meta?.series && meta.column === guess.column);
  if (!curve) return [];
  const marker = {symbol: "circle-open", size: 11, color: THEME[my.mood].ink, line: {width: 2}}, {xaxis, yaxis, meta} = curve;
  return [{type: "scatter", mode: "markers", x: [endOf(film, meta.series.x)], y: [guess.value], xaxis, yaxis, marker, cliponaxis: false, hoverinfo: "skip", showlegend: false}];
};
