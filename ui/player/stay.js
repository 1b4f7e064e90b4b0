// ---- a page that is loaded again shows the picture it was left at; the browser keeps it for this tab, nobody else
const LEFT = "theoria.left";
let again = performance.getEntriesByType("navigation")[0]?.type === "reload";
const leftAt = ({data, films: [film]}) => {         // once, where neither the address nor the page says where to open
  const once = again, asked = new URLSearchParams(location.search);
  again = false;
  if (!once || data.offline || data.autoplay || asked.has("step") || asked.has("lesson")) return null;
  try { const [key, picture] = JSON.parse(sessionStorage.getItem(LEFT)); return key === film.key ? picture : null; } catch { return null; }
};
const keepLeft = (my) => {
  const {films: [film], shown} = my;
  if (!film || shown < 0 || my.data.offline) return;
  try { sessionStorage.setItem(LEFT, JSON.stringify([film.key, shown])); } catch { /* then it opens where it always does */ }
};
