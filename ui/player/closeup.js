// ---- a close-up looks like one: where it lies in the whole run, and the parts of a step in their order, the one that is shown lit
const LINE = 28;                                    // pixels: of what the bar says of a close-up, on a wide stage
const CLOSE = `<b></b><div class="th-whole" aria-hidden="true"></div><span class="th-nth"></span><ol class="th-parts"></ol>`;
const told_ = new WeakMap();                        // film → how many of its lines were read, and its parts
const partsOf = (film) => {                         // part → what it is called, as they first come: a phase is "Step 3 · match"
  const known = told_.get(film) ?? {n: 0, parts: new Map()};
  told_.set(film, known);
  for (; known.n < film.lines.length; known.n++) {
    const line = film.lines[known.n], word = (key) => JSON.parse(/:\s*("(?:[^"\\]|\\.)*")/.exec(line.slice(line.lastIndexOf(`"${key}":`)))[1]), part = word("part"), [, name] = word("phase").split(" · ");
    if (part && name && !known.parts.has(part)) known.parts.set(part, name);
  }
  return known.parts;
};
const lastStep = (film, {from, steps, last}) => {   // of the whole run: its settings say it, or a close-up that ends before its time
  const end = film.over ? film.column("step").at(-1) : undefined;
  return last ?? (end < from + steps ? end : null);
};
const placeOf = (film, i) => {                      // between two steps, by the parts of the step that are done
  const all = film.column("step"), step = all[i], first = all.indexOf(step), n = all.lastIndexOf(step) - first + 1;
  return n === 1 ? step : step - 1 + (i - first + 1) / n;
};
const closeState = (my) => {
  const {stage, $, data, films: [film], words} = my, {now = false, from, steps} = data.closeup ?? {}, there = now && from !== undefined && Boolean(film?.lines.length);
  put(stage, "data-close", String(there)); put($("close"), "hidden", !there);
  if (!there) return;
  const last = lastStep(film, data.closeup), p = pictureOf(my, film), name = (film.head.columns ?? []).find(([key]) => key === "step")?.[1] ?? words.step;
  put($("close").firstChild, "textContent", words.closeup);
  put($("nth"), "style", `min-width:${name.length + 2 * String(last ?? from + steps).length + 4}ch`); put($("nth"), "textContent", p ? `${name} ${p.step}${last === null ? "" : " / " + last}` : "");
  put($("whole"), "hidden", !last);
  if (last) put($("whole"), "innerHTML", bracketed(from / last, Math.min(from + steps, last) / last, p ? placeOf(film, lastOf(my, film)) / last : null));
  const parts = [...partsOf(film)];
  put($("parts"), "innerHTML", parts.map(([part, name]) => `<li${part === p?.part ? ' aria-current="step"' : ""}>${name}</li>`).join(""));
};
const bracketed = (from, to, at) => {               // the whole run's track, what is looked at bracketed, an arrow at what is shown
  const left = 100 * from, right = Math.max(100 * to, left + 1), arrow = at === null ? "" : `<i style="left:${Math.min(100 * at, right)}%"></i>`;
  return `<svg viewBox="0 0 100 12" preserveAspectRatio="none"><path d="M0 6H100M${left} 2V10M${right} 2V10"/><path class="th-here" d="M${left} 6H${right}"/></svg>${arrow}`;
};
