// ---- a close-up looks like one: where it lies in the whole run, and the parts of a step in their order, the one that is shown lit
const LINE = 28;                                    // pixels: of what the bar says of a close-up, on a wide stage
const CLOSE = `<b></b><div class="th-whole" aria-hidden="true"></div><span class="th-nth"></span><ol class="th-parts"></ol>`;
const lastStep = (film, {from, steps, last}) => {   // of the whole run: its settings say it, or a close-up that ends before its time
  const end = film.over ? film.column("step").at(-1) : undefined;
  return last ?? (end < from + steps ? end : null);
};
const placeOf = ({mood}, film, {step, part}, parts) => {      // between two steps, by the parts that are done; they lead to the step, or on from it where it is whole first
  const k = parts.findIndex(([one]) => one === part), n = parts.length, first = film.column("step").indexOf(step);
  const onwards = first >= 0 && film.has(first) && film.picture(first, mood).part === "";
  return k < 0 ? step : onwards ? step + (k + 1) / (n + 1) : step - 1 + (k + 1) / n;
};
const closeState = (my) => {
  const {stage, $, data, films: [film], words} = my, {now = false, from, steps, parts = []} = data.closeup ?? {}, there = now && from !== undefined && Boolean(film?.count);
  put(stage, "data-close", String(there)); put($("close"), "hidden", !there);
  if (!there) return;
  const last = lastStep(film, data.closeup), p = pictureOf(my, film), name = (film.head.columns ?? []).find(([key]) => key === "step")?.[1] ?? words.step;
  put($("close").firstChild, "textContent", words.closeup);
  put($("nth"), "style", `min-width:${name.length + 2 * String(last ?? from + steps).length + 4}ch`); put($("nth"), "textContent", p ? `${name} ${p.step}${last === null ? "" : " / " + last}` : "");
  put($("whole"), "hidden", !last);
  if (last) put($("whole"), "innerHTML", bracketed(from / last, Math.min(from + steps, last) / last, p ? placeOf(my, film, p, parts) / last : null));
  put($("parts"), "innerHTML", parts.map(([part, name]) => `<li${part === p?.part ? ' aria-current="step"' : ""}>${escaped(name)}</li>`).join(""));
};
const bracketed = (from, to, at) => {               // the whole run's track, what is looked at bracketed, an arrow at what is shown
  const left = 100 * from, right = Math.max(100 * to, left + 1), arrow = at === null ? "" : `<i style="left:${Math.min(100 * at, right)}%"></i>`;
  return `<svg viewBox="0 0 100 12" preserveAspectRatio="none"><path d="M0 6H100M${left} 2V10M${right} 2V10"/><path class="th-here" d="M${left} 6H${right}"/></svg>${arrow}`;
};
