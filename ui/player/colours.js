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
  if (window.Plotly) return ok(window.Plotly);
  const script = document.createElement("script"), done = () => window.Plotly ? ok(window.Plotly) : no(new Error("no Plotly"));
  Object.assign(script, {src: text ? URL.createObjectURL(new Blob([text], {type: "text/javascript"})) : source, onload: done, onerror: done});
  document.head.append(script);                     // a blob: the policy of the page lets no script stand in it
}).catch((problem) => { shared.plotly = null; throw problem; });
