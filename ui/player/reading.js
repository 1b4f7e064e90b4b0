// ---- films come: read again where a connection tears, handed over by the page where this host has not our routes
async function read(film, signal, news) {           // one attempt: "done", "rests" (the rest is there when it is asked for), "gone" (the server forgot it), "strange" (no film here), "broken" (it tore)
  const trial = new Film(film), late = new AbortController();
  let timer = null, came = false;                   // while Plotly is under way the line is full: nothing is late before it is there
  Promise.resolve(shared.plotly).catch(() => {}).then(() => { if (!came) timer = setTimeout(() => late.abort(), PATIENCE.first); });
  const {whole, sent} = film;
  film.sent = "";                                   // the page may have sent the opening
  try {
    const answer = sent && !whole ? unpacked(sent) : await fetch(film.address + (whole ? "" : ".opening"), {signal: AbortSignal.any([signal, late.signal])}), type = answer.headers.get("content-type") ?? "";
    came = true; clearTimeout(timer);
    if (answer.status === 404 && type.includes("json")) return (await answer.json()).gone ? "gone" : "strange";
    if (!answer.ok || type.includes("html")) return "strange";
    film.reached ||= !sent || whole;
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let rest = "";;) {
      const {value, done} = await reader.read();
      if (done || signal.aborted) break;
      const parts = (rest + value).split("\n");
      rest = parts.pop();
      for (const line of parts) trial.feed(line);
      film.adopt(trial); news();
    }
    return film.over ? "done" : (film.course || film.partial) && !whole && !signal.aborted ? "rests" : "broken";
  } catch { return film.lines.length || trial.head.columns ? "broken" : "strange"; } finally { came = true; clearTimeout(timer); }
}
const follow = async (my, film) => {
  const {signal} = film.stop;
  for (let since = performance.now(); !signal.aborted && !film.over;) {
    const before = film.count, answer = film.opened && !film.whole ? "rests" : film.address ? await read(film, signal, () => { news(my); hurry(my); }) : "strange", now = performance.now();
    if (signal.aborted || film.over) return;
    if (answer === "rests") { film.opened = true; const woken = rest(film); rouse(my); await woken; since = performance.now(); continue; }
    if (film.count > before) since = now;
    if (answer === "gone") { if (now - film.told > PATIENCE.gone) { film.told = now; emit(my, {kind: "gone", film: film.key, nonce: Date.now()}); } }
    else if (!film.count || !film.reached) askInline(my, film);
    if (now - since > PATIENCE.lost) { film.error = {title: my.words.lost, text: my.words.retry, lost: true}; news(my); return; }
    await Promise.race([pause(PATIENCE.again), new Promise((wake) => { film.wake = wake; })]);
  }
};
const rest = async (film) => {                      // until the rest of it is wanted
  film.rests = true;
  if (!film.whole) await new Promise((wake) => { film.wanted = wake; });
  film.rests = false;
};
const wakeFilms = (my) => { for (const film of my.films) if (!film.whole) { film.whole = true; film.wanted?.(); } };
const whole = async (my) => {                       // what is saved is saved whole, where its run is done
  wakeFilms(my);
  while (my.films.some((film) => film.computed && !film.over)) await pause(30);
};
const askInline = (my, film) => {                   // a film, or Plotly (null), is asked for as data
  if (film ? film.asked || my.data.offline : my.plotlyAsked) return;
  if (film) film.asked = true; else my.plotlyAsked = true;
  my.asking ??= setTimeout(() => {
    my.asking = null;
    if (!my.gone) emit(my, {kind: "inline", films: my.films.filter((one) => one.asked && !one.over).map((one) => one.key), plotly: my.plotlyAsked && !my.Plotly});
  }, 60);
};
const takeInline = async (my, film, packed) => {
  film.stop.abort(); film.stop = new AbortController();
  const {signal} = film.stop, trial = new Film(film), text = await unpack(packed);
  if (signal.aborted) return;
  for (const line of text.split("\n")) trial.feed(line);
  film.inline = true; film.adopt(trial); news(my);
};
const bringPlotly = async (my, packed) => {
  if (my.Plotly) return;
  try { my.Plotly = await plotly(my.data.plotly, packed && await unpack(packed)); my.dirty = true; } catch { askInline(my, null); }
};

// ---- films that were shown before: whoever goes back to a setting, or to a topic, need not wait for them
const KEPT = 6;
const shelve = (left, now) => {                     // the last first
  const whole = left.filter(({over, opened, error}) => (over || opened) && !error);
  shared.shelf = [...whole, ...shared.shelf].filter((film) => !now.includes(film)).slice(0, KEPT);
};

// ---- the page says what is shown
const told = (my) => {                              // where the page wants the film to open
  const {data} = my;
  my.start = data.autoplay ? 0 : data.start ?? null;
  my.following = my.start === null;
  my.playing = Boolean(data.autoplay) && !still.matches;
  my.until = data.autoplay ? data.until ?? null : null;      // a lesson's step ends at its picture
  if (my.until !== null && still.matches) { my.start = my.until; my.until = null; }
};
const openFilms = (my) => {
  const {data, films: old} = my, at = my.want, went = !my.following, ran = my.playing, seen = my.shown >= 0, runs = (all) => all.map(({run}) => run).join();
  const kept = (source) => old.find(({key, error}) => key === source.key && !error?.lost) ?? shared.shelf.find(({key}) => key === source.key) ?? new Film(source);
  my.films = data.films.map((source, k) => Object.assign(kept(source), {name: source.name, address: source.address, veiled: data.veiled, guess: k ? null : data.asks?.guess}));
  old.forEach((film) => { if (!my.films.includes(film)) film.stop.abort(); });
  shelve(old, my.films);
  my.shown = my.want = -1;
  delete document.documentElement.dataset.thSeen;
  told(my);
  const left = seen ? null : leftAt(my);
  if (left !== null) { my.start = left; my.following = false; }
  if (seen && !data.autoplay && my.films[0].run && runs(old) === runs(my.films)) {      // the same run in other words or colours: stay where we are
    if (went) { my.start = at; my.following = false; }
    my.playing = ran;
  }
  Object.assign(my, {due: 0, opened: performance.now(), pointed: null, cursor: null, fresh: true, slips: 0, beyond: null});
  if (data.autoplay) wakeFilms(my);
  for (const film of my.films) if (!old.includes(film) && !data.inline?.films?.[film.key]) { film.stop = new AbortController(); follow(my, film); }
  tell("film");
};
const sameFilms = (my) => {                         // the page ran again and shows the films that are here
  const {data} = my;
  my.films.forEach((film, k) => Object.assign(film, {name: data.films[k].name, address: data.films[k].address, veiled: data.veiled, guess: k ? null : data.asks?.guess}));
  my.films.forEach((film) => film.wake?.());        // the page may have started the run again
};
