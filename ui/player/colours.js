// ---- colours: Streamlit tells its theme by a custom property; films and our own rules know only tokens
const moodOf = (node) => {
  if (document.documentElement.dataset.thPresent) return "projector";
  const colour = getComputedStyle(node).getPropertyValue("--st-background-color").trim();
  const hex = colour.replace(/^#(.)(.)(.)$/, "#$1$1$2$2$3$3");
  const [r, g, b] = hex[0] === "#" ? hex.match(/[0-9a-f]{2}/gi).map((h) => parseInt(h, 16)) : colour.match(/[\d.]+/g) ?? [255, 255, 255];
  return r * 0.3 + g * 0.59 + b * 0.11 < 128 ? "dark" : "light";
};
const paint = (line, palette) => JSON.parse(raised(line).replace(/"@(\w+)"/g, (all, name) => Object.hasOwn(palette, name) ? JSON.stringify(palette[name]) : all));
const dresser = (node, changed = () => {}) => {     // keeps the custom properties of `node` on the theme; returns {dress, stop}
  let mood;
  const dress = () => {
    const next = moodOf(node.parentElement ?? node);
    if (next === mood) return;
    mood = node.dataset.mood = next;
    for (const [name, colour] of Object.entries(THEME[mood])) if (typeof colour === "string") node.style.setProperty("--th-" + name, colour);
    changed(mood);
  };
  const later = () => setTimeout(dress, 50), eye = new MutationObserver(dress);
  for (let up = node.parentElement; up; up = up.parentElement) eye.observe(up, {attributes: true, attributeFilter: ["class", "style"]});
  night.addEventListener("change", later);
  return {dress, stop: () => { eye.disconnect(); night.removeEventListener("change", later); }};
};

// ---- Plotly: one script for all, from the server, or handed over by the page where the server's routes do not reach us
const plotly = (source, text) => shared.plotly ??= new Promise((ok, no) => {
  if (window.Plotly) return ok(hasten(window.Plotly));
  const script = document.createElement("script"), done = () => window.Plotly ? ok(hasten(window.Plotly)) : no(new Error("no Plotly"));
  Object.assign(script, {src: text ? URL.createObjectURL(new Blob([text], {type: "text/javascript"})) : source, onload: done, onerror: done});
  document.head.append(script);                     // a blob: the policy of the page lets no script stand in it
}).catch((problem) => { shared.plotly = null; throw problem; });
// At every draw Plotly asks which attributes of a trace are lists, by walking through all that its kind could have: a fifth of the time. What a kind could have is asked once.
const hasten = (Plotly) => {
  const {PlotSchema} = Plotly, {findArrayAttributes: walk} = PlotSchema, known = new Map();
  if (!walk.walk) PlotSchema.findArrayAttributes = Object.assign((trace) => {
    const {_module} = trace, inside = (one, name) => isPlain(one) ? one[name] : undefined;
    if (!known.has(_module)) known.set(_module, placesOf(walk, _module));
    return known.get(_module).filter((path) => isList(path.reduce(inside, trace))).map((path) => path.join("."));
  }, {walk});
  return Plotly;
};
const placesOf = (walk, _module) => {               // where a list could be: where it is looked for in a trace that has everything
  const seen = [], parents = new Set();
  const all = (path) => new Proxy({}, {get: (none, name) => {
    if (typeof name === "symbol") return undefined;
    if (name === "_module") return _module;
    seen.push([...path, name]); parents.add(path.join("."));
    return all([...path, name]);
  }});
  walk(all([]));
  return seen.filter((path) => !parents.has(path.join(".")));
};
