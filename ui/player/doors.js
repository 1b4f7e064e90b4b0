// ---- the prose beside the film: doors in it that take the film to a picture, and a small copy of the film that stays in sight while one reads
const DOOR = /^#([\w-]+):(\d+|last)$/;              // a link of the prose: which run, which of its pictures
const doorOf = (link) => DOOR.exec(link?.getAttribute("href") ?? "");
const enter = (my, event) => {
  const link = event.target.closest?.("a[href^='#']"), [, run, picture] = doorOf(link) ?? [];
  if (!run) return;
  event.preventDefault();
  if (my.data.locked) return;
  if (!my.data.runs?.includes(run)) emit(my, {kind: "door", run, picture, nonce: Date.now()});
  else { hand(my); my.start = picture === "last" ? Infinity : +picture; }      // as a link's: once it has come
  if (!inSight()) my.stage.scrollIntoView({block: "start", behavior: still.matches ? "auto" : "smooth"});
};
const inSight = () => Boolean(document.querySelector(".th-mini[data-shown=true]")?.offsetParent);
const MINI = '<div><span aria-hidden="true"></span><button type="button"></button></div><p><b></b> <span></span></p>';
const makeMini = (root) => {
  const box = root.appendChild(element("figure", "th-mini", MINI)), dress = dresser(box), my = {box, timer: 0, waits: 0, seen: null, eye: null};
  const hear = (what) => { if (what !== "rows") followFilm(my); };
  my.eye = new IntersectionObserver((all) => { put(box, "data-shown", String(all.at(-1).intersectionRatio < 0.4)); followFilm(my); }, {threshold: [0, 0.4]});
  box.querySelector("button").onclick = () => shared.player?.stage.scrollIntoView({block: "start", behavior: still.matches ? "auto" : "smooth"});
  shared.followers.add(hear);
  return {
    update({words = {}}) { dress.dress(); for (const name of ["ariaLabel", "title"]) put(box.querySelector("button"), name, words.to_film); followFilm(my); },
    stop() { shared.followers.delete(hear); my.eye.disconnect(); clearTimeout(my.timer); dress.stop(); box.remove(); },
  };
};
const followFilm = (my) => {
  const player = shared.player, pane = player?.panes[0], p = player ? pictureOf(player, player.films[0]) : null, {box} = my;
  if (pane && my.seen !== pane.plot) { my.eye.disconnect(); my.eye.observe(my.seen = pane.plot); }
  for (const link of document.querySelectorAll(".st-key-prose a[href^='#']")) {
    const [, run, picture] = doorOf(link) ?? [];
    if (run) put(link, "aria-current", String(player?.data.runs?.includes(run) && player.shown === (picture === "last" ? count(player) - 1 : +picture)));
  }
  if (box.dataset.shown !== "true") return;         // whatever changes in a tab is walked through by what keeps its focus: half of a film's time
  put(box.querySelector("b"), "innerHTML", p?.phase ?? ""); put(box.querySelector("p span"), "innerHTML", bound(p?.said ?? ""));
  if (!my.timer) my.timer = setTimeout(() => copySoon(my), 60);
};
const copySoon = (my) => {                          // once nothing glides; while a film plays, now and then
  const pane = shared.player?.panes[0];
  my.timer = 0;
  if (!pane?.film || my.box.dataset.shown !== "true" || !my.box.offsetParent) return;
  if (pane.glide && my.waits++ < 4) { my.timer = setTimeout(() => copySoon(my), 60); return; }
  my.waits = 0;
  copyPlot(my.box.querySelector("div span"), pane.plot);
};
const AROUND = [46, 30, 14, 40];                    // pixels left, above, right and below a panel: its axes and its title
const copyPlot = (node, plot) => {                  // the first panel as it stands, smaller
  const {xaxis, yaxis, width, height} = plot._fullLayout, [left, above, right, below] = AROUND;
  const x = Math.max(0, xaxis._offset - left), y = Math.max(0, yaxis._offset - above);
  const w = Math.min(width, xaxis._offset + xaxis._length + right) - x, h = Math.min(height, yaxis._offset + yaxis._length + below) - y;
  node.style.aspectRatio = `${w} / ${h}`;
  node.style.maxWidth = `${Math.round(w)}px`;
  node.replaceChildren(...[...plot.querySelectorAll(".main-svg, .th-floor, .th-sheet")].map((sheet) => {
    if (sheet instanceof HTMLCanvasElement) {
      const ratio = sheet.width / width, [across, down] = [w * ratio, h * ratio], canvas = Object.assign(element("canvas"), {width: across, height: down});
      canvas.getContext("2d").drawImage(sheet, x * ratio, y * ratio, across, down, 0, 0, across, down);
      return canvas;
    }
    const copy = sheet.cloneNode(true);
    copy.querySelectorAll(".hoverlayer,.draglayer").forEach((layer) => layer.remove());
    for (const [name, value] of [["viewBox", `${x} ${y} ${w} ${h}`], ["width", "100%"], ["height", "100%"]]) copy.setAttribute(name, value);
    return copy;
  }));
};
