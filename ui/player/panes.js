// ---- panes: as many as films; two stand side by side when each has room
const PANE = `<p class="th-head" hidden><span class="th-name"></span> <span class="th-when"></span></p><div class="th-view"><div class="th-plot" tabindex="0" role="application"></div><div class="th-rings" aria-hidden="true"></div><div class="th-covers" aria-hidden="true"></div></div>
  <i class="th-above"></i><div class="th-caption"><button type="button" class="th-peek" aria-expanded="false"><span class="th-short"></span><span class="th-result"></span></button><p class="th-words"><span class="th-phase"></span><span class="th-said"></span></p><div class="th-sum"></div><dl class="th-metrics"></dl><table class="th-versus" hidden></table></div>`;
const CAPTIONS = [[900, 98], [640, 131], [0, 204]];    // the caption's height, by the least width of the pane it is for; player.css has them too
const HEAD = 30, BETWEEN = 40;                      // pixels: of the names of two runs, and what their numbers need more than those of one
const captionOf = (width) => CAPTIONS.find(([least]) => width >= least)[1];
const makePane = (my) => {
  const node = my.panesBox.appendChild(element("div", "th-pane", PANE)), part = (name) => node.querySelector(".th-" + name), plot = part("plot");
  const words = Object.fromEntries(["rings", "covers", "phase", "said", "sum", "metrics", "when", "versus", "short", "result"].map((name) => [name, part(name)]));
  const pane = {node, plot, ...words, film: null, at: -1, glide: null, rows: 0, marks: [], sheet: element("canvas", "th-sheet"), under: new Map(), floor: element("canvas", "th-floor")};
  plot.addEventListener("keydown", (event) => steer(my, pane, event));
  part("peek").onclick = () => openCaption(my, pane);
  foldAt(my, part("above"));
  plot.addEventListener("blur", () => { if (my.cursor?.pane === pane) leave(my); });
  return pane;
};
const FOLDED = 88 + 34 + 40;                        // pixels: bar and folded caption, and what must be seen of the caption before it unfolds
const foldAt = ({stage}, mark) => {                 // on a phone: whether the caption's own place lies below the window
  const fold = ([{boundingClientRect, rootBounds}]) => put(stage, "data-folded", String(Boolean(rootBounds) && boundingClientRect.top >= rootBounds.bottom));
  new IntersectionObserver(fold, {rootMargin: `0px 0px -${FOLDED}px 0px`, threshold: [0, 1]}).observe(mark);
};
const openCaption = ({stage}, {node}) => {
  const open = stage.dataset.open !== "true";
  put(stage, "data-open", String(open)); node.querySelector(".th-peek").setAttribute("aria-expanded", open);
};
const arrange = (my) => {
  const {films, panes, outer, zoom} = my;
  while (panes.length > films.length) { const pane = panes.pop(); my.Plotly?.purge(pane.plot); pane.node.remove(); }
  while (panes.length < films.length) panes.push(makePane(my));
  const two = films.length === 2, beside = two && outer >= NARROW;
  put(my.panesBox, "data-beside", String(beside));
  panes.forEach((pane, k) => {
    const width = beside ? (outer - 1) / 2 : outer;
    pane.width = Math.floor(width / zoom);
    put(pane.node, "data-caption", String(captionOf(outer)));
    pane.wide = pane.width >= 640; pane.huge = pane.width >= 1180;
    put(pane.node, "data-narrow", String(outer < NARROW));
    put(pane.node.querySelector(".th-head"), "hidden", !two); put(pane.node.querySelector(".th-name"), "textContent", films[k]?.name ?? "");
  });
  put(my.stage, "data-films", String(films.length));
};
const measure = (my) => {                           // what the window has left; read only when its size or the film changes
  const {stage, $, data} = my;
  let box = stage.parentElement;
  while (box && !(box.scrollHeight > box.clientHeight + 4 && /auto|scroll/.test(getComputedStyle(box).overflowY))) box = box.parentElement;
  const above = data.closeup?.now && my.outer >= NARROW ? LINE : 0;
  const below = innerHeight - (stage.getBoundingClientRect().top + (box ?? document.scrollingElement).scrollTop) - above;
  const free = below - $("bar").offsetHeight - $("plain").offsetHeight - ($("caption")?.offsetHeight ?? 110) - 10;
  my.zoom = data.present ? clamp(Math.min(my.outer / 940, free / 340), 1, 1.6) : 1;      // on a projector the figure is laid out smaller and drawn larger
  const single = clamp(below - captionOf(my.outer) - 46 - 44, 340, 680);
  my.room = my.films.length > 1 ? roomOfTwo(my, below, free) : data.present ? Math.max(240, free / my.zoom) : single;
};
const roomOfTwo = ({outer, zoom, data}, below, free) => {      // the main panels of two runs: side by side above the caption, on a phone both above the bar
  if (outer < NARROW) return clamp((below - 88 - 2 * HEAD) / 2, 200, 300);
  return data.present ? Math.max(200, (free - HEAD) / zoom) : clamp(below - HEAD - captionOf(outer) - BETWEEN - 46 - 44, 240, 680);
};
const sizeFor = (pane, p) => pane.huge && p.huge ? p.huge : pane.wide ? p.wide : p.narrow;      // the layout of a picture that this pane has room for
const heightOf = (my, pane, film, i) => {
  const p = pictureOf(my, film, i), otherwise = pane.wide ? my.room : 380;
  if (my.films.length > 1) return my.room;
  return p ? sizeFor(pane, p)?.height ?? (pane.wide ? p.figure.layout?.height ?? my.room : 380) : otherwise;
};
const enlarge = ({zoom}, {plot, rings}, height) => {        // Plotly knows where the mouse is under a transform, and not under a zoom
  put(plot.parentElement, "style", zoom > 1 ? `height:${Math.round(height * zoom)}px` : "");
  for (const node of [plot, rings]) { node.style.transform = zoom > 1 ? `scale(${zoom})` : ""; node.style.transformOrigin = "0 0"; }
};
