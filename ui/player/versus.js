// ---- two runs compared: the main panel of each, on one scale; the numbers of both captions, and what lies between them
const mains = new WeakMap();                        // picture → what of it stands beside another's
const mainOf = (p) => {
  if (!mains.has(p)) {
    const {data, layout} = p.figure, {alone} = p, inside = ({xref}) => /^x( domain)?$/.test(xref), own = Object.entries(layout).filter(([name]) => !/^[xy]axis\d/.test(name));
    const flush = (note) => note.name === "title" ? {...note, xshift: 16 - alone.margin.l} : note;      // as far in as the name above
    const notes = {annotations: (layout.annotations ?? []).filter(inside).map(flush), shapes: (layout.shapes ?? []).filter(inside)};
    const figure = {data: data.filter(({xaxis = "x"}) => xaxis === "x"), layout: {...Object.fromEntries(own), ...notes}};
    mains.set(p, {...p, figure, wide: alone, narrow: alone, huge: alone, series: (p.series ?? []).filter(({axis}) => axis === "yaxis")});
  }
  return mains.get(p);
};
const named = ({type = "linear", title, ticktext}) => JSON.stringify([type, title?.text ?? title, ticktext && Array.from(ticktext)]);
const oneScale = (layouts) => {                     // an axis that says the same of both runs reaches as far in both
  for (const name of ["xaxis", "yaxis"]) {
    const axes = layouts.map((layout) => layout[name]), [a, b] = axes.map(({range}) => range);
    if (!a || !b || named(axes[0]) !== named(axes[1]) || (a[0] < a[1]) !== (b[0] < b[1])) continue;
    const [low, high] = reach([...a, ...b]), range = a[0] < a[1] ? [low, high] : [high, low];
    for (const layout of layouts) layout[name] = {...layout[name], range};
  }
};
const PLAIN = /^−?[\d\u202f]+(?:\.(\d+))?(\u00a0?%)?$/;      // a number in fixed decimals, or a percentage
const difference = (a, b, saidA, saidB) => {        // as the two are written
  if (typeof a !== "number" || typeof b !== "number") return "–";
  const forms = [saidA, saidB].map((said) => PLAIN.exec(said)), fixed = forms.every(Boolean), percent = fixed && forms[0][2], decimals = fixed && Math.max(...forms.map(([, tail]) => tail?.length ?? 0));
  const gap = percent ? 100 * (a - b) : a - b, text = fixed ? number(gap, decimals) + (percent ?? "") : short(gap);
  return gap > 0 && !/^[0.]+\D*$/.test(text) ? "+" + text : text;
};
const comparison = (my, i) => {                     // rows: the names of the metrics, now, pinned, what lies between
  const [here, there] = my.films.map((film) => {
    const {metrics = []} = pictureOf(my, film, i) ?? {}, row = film.row(lastOf(my, film, i));
    const known = metrics.map(([label, said]) => [label, {said, value: row[(film.head.columns ?? []).findIndex(([, name]) => name === label)]}]);
    return new Map(known);
  });
  const columns = [...here].map(([label, now]) => {
    const pinned = there.get(label);
    return hides(my, label) ? [label, "?", "?", "?"] : [label, now.said, pinned?.said ?? "–", pinned ? difference(now.value, pinned.value, now.said, pinned.said) : "–"];
  });
  const {now, pinned} = my.words;
  return ["", now, pinned, `${now} − ${pinned}`].map((name, k) => [escaped(name ?? ""), ...columns.map((column) => column[k])]);
};
const versusHtml = (my, i) => {
  const [head, ...rows] = comparison(my, i);
  return `<thead><tr>${head.map((label, k) => k ? `<th scope="col">${label}</th>` : "<td></td>").join("")}</tr></thead><tbody>${rows.map(([name, ...cells]) => `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("")}</tbody>`;
};
