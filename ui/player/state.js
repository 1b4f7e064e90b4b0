// ---- the state of a player: one object, which every function of these modules takes first as `my`
const makeState = (root) => {
  const pair = root.appendChild(element("div", "th-pair")), stage = pair.appendChild(element("section", "th-player", HTML)), column = pair.appendChild(element("div", "th-column")), $ = (name) => stage.querySelector(".th-" + name);
  return rousing({
    pair, stage, column, $, panesBox: $("panes"), veil: $("veil"), scrub: $("scrub"), menu: $("menu"), linkbox: $("linkbox"),
    data: {}, words: {}, send: () => {},            // what the page said last, and how it is answered
    Plotly: null, plotlyAsked: false, asking: null, outbox: Promise.resolve(),
    films: [], panes: [], agreed: ["", true],
    mood: "light", template: null,
    outer: 0, room: 0, zoom: 1, sized: 0,           // pixels: the stage's width, the height for a picture; its enlargement on a projector, and when that was measured
    shown: -1, want: -1,                            // the picture that stands there, and the one that should
    start: null, until: null, following: true,      // where to open, where a lesson's step ends, whether the newest picture is followed
    playing: false, loop: false, speed: 1, due: 0, opened: 0, drawnAt: 0, frame: 0, nap: 0,
    handed: -Infinity, hasty: false, slips: 0,      // when a hand was last felt, whether it is in haste; glides in a row that had too few frames
    busy: false, dirty: false, fresh: false, gone: false,      // being drawn; to be drawn again; lines have come; off the page
    beyond: null,                                   // a step that the link names and the run has not
    flashed: null,                                  // a word for a moment: "link copied"
    pointed: null, cursor: null,                    // the entity that is ringed, and the point that the keyboard is on
  });
};
const ROUSES = ["data", "Plotly", "films", "outer", "want", "start", "following", "playing", "busy", "dirty", "fresh"];      // what the clock looks at: it turns once somebody changes one of these
const rousing = (my) => {
  for (const name of ROUSES) {
    let kept = my[name];
    Object.defineProperty(my, name, {enumerable: true, get: () => kept, set: (next) => { if (next !== kept) { kept = next; rouse(my); } }});
  }
  return my;
};
const emit = (my, value) => { my.outbox = my.outbox.then(() => { my.send("event", value); return pause(120); }); };     // two triggers at once would be one for Streamlit
const news = (my) => { my.fresh = true; };

// Two films keep step by picture, where their steps agree as far as both have come; else both stand at the same part of their run. The clock counts the longer one's pictures.
const ends = ({films}) => films.every((film) => film.computed);
const here = (my, i) => my.films.every((film) => film.has(lastOf(my, film, i)));      // whether that picture has come
const agree = (my) => {
  const {films} = my, key = films.map((film) => film.key + film.count).join();
  if (films.length > 1 && my.agreed[0] !== key) { const [a, b] = films.map((film) => film.column("step")); my.agreed = [key, a.every((step, i) => i >= b.length || step === b[i])]; }
  return films.length < 2 || my.agreed[1];
};
const longest = ({films}) => Math.max(0, ...films.map((film) => film.length));
const scale = (my, film) => agree(my) || film.length < 2 ? 1 : (longest(my) - 1) / (film.length - 1);      // pictures of the clock for one of the film
const reached = (my, film) => film.count && Math.floor((film.count - 1) * scale(my, film)) + 1;
const count = (my) => {
  const live = my.films.filter((film) => !film.computed).map((film) => reached(my, film));
  return live.length ? Math.min(...live) : Math.max(0, ...my.films.map((film) => reached(my, film)));
};
const total = (my) => Math.max(count(my), ...my.films.map((film) => film.computed && agree(my) ? film.count : agree(my) ? film.total : film.length));
const lastOf = (my, film, i = my.shown) => { const own = Math.round(i / scale(my, film)); return Math.min(own, film.count - 1); };      // the film's own picture at the clock's
const pictureOf = (my, film, i = my.shown) => { const at = film && i >= 0 ? lastOf(my, film, i) : -1; return at >= 0 && film.has(at) ? film.picture(at, my.mood) : null; };      // null: one that broke may have none
