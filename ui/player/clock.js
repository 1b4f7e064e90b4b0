// ---- the clock: turns as long as there is something to wait for, at most one picture a turn; between them the page is at rest, and any change (state.js) rouses it
const rouse = (my) => { if (!my.frame && !my.gone) my.frame = requestAnimationFrame((now) => tick(my, now)); };
const astir = (my) => my.playing || my.panes.some(({glide}) => glide) || (count(my) > 0 && !ends(my));
const tick = (my, now) => {
  my.frame = 0;
  clearTimeout(my.nap);
  try { turn(my, now); } finally { if (astir(my)) rouse(my); else if (my.data.present) my.nap = setTimeout(rouse, FIT, my); }
};
const hurry = (my) => {                             // the first picture of a film waits for no frame of the browser's
  if (my.shown < 0 && !my.gone) turn(my, performance.now());
};
const turn = (my, now) => {
  glideOn(my, now);
  if (my.fresh) { my.fresh = false; state(my); tell("rows"); }
  if (my.data.present) fitAgain(my, now);
  if (my.busy || !my.Plotly || !my.outer || !my.films.length) return;
  const n = count(my), over = ends(my);
  if (!n) return;
  choose(my, now, n, over);
  const grown = (over || now - my.drawnAt > 400) && my.panes.some((pane) => pane.film && pane.film.count > pane.rows), to = Math.min(my.want, n - 1);
  if (to >= 0 && !here(my, to)) { if (my.films.some(({rests}) => rests)) wakeFilms(my); return; }      // it comes, and then it is drawn
  if (to >= 0 && (my.want !== my.shown || my.dirty || grown)) draw(my, to);
};
const asksFor = (i) => new URLSearchParams(location.search).get("step") === String(i);      // whether it is the address that names this picture
const FIT = 400;                                    // milliseconds
const fitAgain = (my, now) => {                     // on a projector: a question came or went above
  if (now - my.sized < FIT) return;
  const before = my.room * my.zoom;
  my.sized = now;
  measure(my);
  if (Math.abs(my.room * my.zoom - before) > 2) { arrange(my); my.dirty = true; }
};
const choose = (my, now, n, over) => {              // which picture should stand there now
  const settled = over || (now - my.opened > 150 && now - my.drawnAt > 80);      // a finished film should not flash its first picture
  if (my.start !== null && (my.start < n || over)) { if (my.start >= n && asksFor(my.start)) my.beyond = my.start; my.want = Math.min(my.start, n - 1); my.start = null; my.due = now + 1000 / rate(my); }
  else if ((my.following || my.want < 0) && settled) my.want = n - 1;
  else if (my.playing && my.shown >= 0 && my.shown === my.want && now >= my.due) playOn(my, now, n, over);
};
const playOn = (my, now, n, over) => {
  const gap = 1000 / rate(my) * (pictureOf(my, my.films[0], Math.min(my.shown + 1, n - 1))?.hold ?? 1);
  const jump = my.speed > 1 ? 1 + Math.floor(clamp((now - my.due) / gap, 0, 7)) : 1;                 // fast motion may leave pictures out, plain speed never
  my.due = Math.max(my.due + gap * jump, now);
  if (my.until !== null && my.shown >= (over ? Math.min(my.until, n - 1) : my.until)) { my.playing = false; my.until = null; state(my); }
  else if (my.shown < n - 1) my.want = Math.min(my.shown + jump, my.until ?? n - 1, n - 1);
  else if (over && my.loop && !still.matches && n > 1) my.want = 0;
  else if (over) { my.playing = false; state(my); put(my.$("live"), "textContent", my.panes.map((pane) => pane.alt).join(" ")); }
};
const rate = (my) => (my.films[0]?.head.rate ?? 12) * my.speed;
const go = (my, i) => { if (count(my) && my.shown >= 0) my.want = clamp(i, 0, count(my) - 1); };
const hand = (my, hasty = false) => {               // the visitor takes over
  const now = performance.now();
  Object.assign(my, {following: false, playing: false, start: null, until: null, hasty: hasty || now - my.handed < HASTE, handed: now});
};
const goByHand = (my, i, hasty) => { hand(my, hasty); go(my, i); state(my); };
const play = (my, yes = !my.playing) => {
  if (my.data.locked) return emit(my, {kind: "skip", nonce: Date.now()});
  if (yes && my.shown >= count(my) - 1 && ends(my)) go(my, 0);
  if (yes) wakeFilms(my);
  Object.assign(my, {playing: yes, following: false, start: null, due: performance.now() + 1000 / rate(my)});
  state(my);
};
const MOVES = {first: () => 0, back: (my) => my.want - 1, next: (my) => my.want + 1, last: (my) => count(my) - 1};
