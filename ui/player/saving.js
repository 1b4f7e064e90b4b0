// ---- the menu: the link, the picture, the numbers, the film
const fillMenu = (my) => {
  const {menu, data, words, films} = my, copies = !data.offline && data.link && ["copy_step", () => copyStep(my)];
  const narrow = my.outer < NARROW, closer = narrow && canClose(my) && [data.closeup.now ? "whole" : "closer", () => lookCloser(my)];
  const pin = narrow && canPin(my) && [data.pinned ? "unpin" : "pin", () => pinOrNot(my)];
  const back = data.undo && ["undo", () => history.back()], code = data.code && ROOMY.matches && ["code_beside", () => toggleCode(my), String(codeWanted(my))], keys = narrow ? null : ["keys", () => showKeys(my)];
  const items = [back, closer, pin, code, copies, ["save_svg", () => save(my, "svg")], ["save_png", () => save(my, "png")], ["save_csv", () => saveCsv(my)], keys].filter(Boolean);
  const button = ([name, run, pressed]) => Object.assign(element("button", "th-item"), {type: "button", textContent: fill(words[name], {what: data.undo}), ariaPressed: pressed ?? null, onclick: () => { closeMenu(my); run(); }});
  const there = films.filter((film) => !data.offline && film.address && !film.inline && !data.inline?.films?.[film.key]);
  const link = (film) => Object.assign(element("a", "th-item"), {href: film.address + ".html", download: `${data.file}.html`, textContent: words.save_film + (films.length > 1 ? " · " + film.name : ""), onclick: () => closeMenu(my)});
  menu.replaceChildren(...items.map(button), ...there.map(link));
};
const closeMenu = ({menu, $}) => { menu.hidden = true; $("more").setAttribute("aria-expanded", "false"); };
const toggleMenu = (my) => {
  const {menu, $} = my;
  menu.hidden = !menu.hidden;
  $("more").setAttribute("aria-expanded", String(!menu.hidden));
  if (!menu.hidden) menu.firstChild?.focus({preventScroll: true});
};
const flash = (my, text) => { my.$("note").textContent = text; my.$("note").thKept.textContent = null; setTimeout(() => { if (!my.gone) state(my); }, 2500); };
const copyStep = async (my) => {
  const {$, linkbox, data, words} = my, input = $("link");
  input.value = withStep(data.link, Math.max(my.shown, 0)); input.setAttribute("aria-label", words.link_label);
  linkbox.hidden = false;
  linkbox.lastChild.textContent = words.select_hint;
  if (await copy(input)) { linkbox.hidden = true; flash(my, words.copied); put($("live"), "textContent", words.copied); }
};
const saveCsv = ({films, words, data}) => download(new Blob([csv(films, words)], {type: "text/csv;charset=utf-8"}), `${data.file}.csv`);
const svgOf = async (my, {plot, layout, flip, marks}) => {
  const sheet = marks.length ? [asImage(paintMarks(element("canvas"), plot, marks, 2), plot)] : [];
  const figure = {data: plot.data, layout: {...structuredClone(layout), template: my.template, paper_bgcolor: THEME[my.mood].surface, images: [...layout.images ?? [], ...sheet]}};
  const url = await my.Plotly.toImage(figure, {format: "svg", width: layout.width, height: layout.height}), svg = decodeURIComponent(url.slice(url.indexOf(",") + 1));
  return flip && my.mood === "dark" ? svg.replaceAll("<image ", '<image filter="invert(1) hue-rotate(180deg)" ') : svg;
};
const save = async (my, format) => {                // one SVG of all panes, on the surface's colour; the PNG is that SVG, twice as large
  const parts = [];
  let w = 0, h = 0;
  for (const pane of my.panes.filter(({film}) => film)) {
    parts.push((await svgOf(my, pane)).replace("<svg ", `<svg x="${w}" y="0" `));
    w += pane.layout.width; h = Math.max(h, pane.layout.height);
  }
  const whole = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}"><rect width="100%" height="100%" fill="${THEME[my.mood].surface}"/>${parts.join("")}</svg>`;
  const name = `${my.data.file}-${Math.max(my.shown, 0)}.${format}`;
  if (format === "svg") return download(new Blob([whole], {type: "image/svg+xml"}), name);
  const image = new Image(), canvas = Object.assign(document.createElement("canvas"), {width: 2 * w, height: 2 * h});
  image.src = "data:image/svg+xml," + encodeURIComponent(whole);
  await image.decode();
  canvas.getContext("2d").drawImage(image, 0, 0, 2 * w, 2 * h);
  canvas.toBlob((blob) => download(blob, name));
};
