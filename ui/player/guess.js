// ---- an experiment's question: what would answer it is covered until it is answered; a guess stands where its column is drawn
const hides = ({data}, label) => (data.asks?.labels ?? []).includes(label);
const covered = (my, {head}, name) => (head?.columns ?? []).some(([key, label]) => key === name && hides(my, label));      // a column by its own name, as formulas and marks say it
const unsaid = (my, film, trace) => trace.meta?.tells && covered(my, film, trace.meta.tells) ? {...trace, text: trace.text.map((word) => word && "?")} : trace;
const asked = ({data}) => Boolean(data.asks?.labels?.length || data.asks?.panels?.length);
const cover = (my, {plot, rings, covers}) => {
  const axes = (my.data.asks?.panels ?? []).map((k) => ["x", "y"].map((name) => plot._fullLayout[`${name}axis${k}`])).filter(([x]) => x);
  const beside = ({showticklabels, ticklabelposition}, room) => showticklabels && !/inside/.test(ticklabelposition) ? room : 3;      // what stands at an axis tells too
  put(covers, "innerHTML", axes.map(([x, y]) => [x._offset, y._offset, beside(y, 34), beside(x, 20), x._length, y._length]).map(([left, top, aside, below, wide, high]) =>
    `<i style="left:${left - aside}px;top:${top - 8}px;width:${wide + aside + 8}px;height:${high + below + 8}px">?</i>`).join(""));
  Object.assign(covers.style, {transform: rings.style.transform, transformOrigin: "0 0"});
};
const aimed = (film) => {                           // whether a goal is reached is said by the picture that stands there, and so are the numbers of a hint
  for (const node of document.querySelectorAll(".th-hint [data-th-value]")) put(node, "textContent", numeral(film?.column(node.dataset.thValue).at(-1), node.dataset));
  for (const node of document.querySelectorAll("[data-th-aim]")) {
    const {thAim, thColumn, thBound} = node.dataset, value = film?.column(thColumn).at(-1);
    if (typeof value !== "number") continue;
    const there = thAim === "below" ? value < +thBound : value > +thBound;
    node.hidden = !there; node.previousElementSibling.hidden = there;
  }
};
const endOf = (film, column) => {                   // where a curve will end, as far as it is known
  const all = film.column(column), n = all.length;
  return film.computed || n < 2 ? all[n - 1] : all[0] + (all[n - 1] - all[0]) * (film.total - 1) / (n - 1);
};
const guessed = (my, film, traces) => {             // a hollow mark at the end of the curve of the column that was asked for, called what it is
  const {guess} = film, curve = guess && traces.find(({meta}) => meta?.series && meta.column === guess.column);
  if (!curve) return [];
  const marker = {symbol: "circle-open", size: 11, color: THEME[my.mood].ink, line: {width: 2}}, {xaxis, yaxis, meta} = curve;
  const textfont = {size: 11, color: marker.color, shadow: THEME[my.mood].halo};
  return [{type: "scatter", mode: "markers+text", text: [`${my.words.my_guess}\u2002`], textposition: "middle left", textfont, x: [endOf(film, meta.series.x)], y: [guess.value], xaxis, yaxis, marker, cliponaxis: false, hoverinfo: "skip", showlegend: false}];
};
