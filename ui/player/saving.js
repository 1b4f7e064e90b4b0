// ---- the menu: the link, the picture, the numbers, the film
const fillMenu = (my) => {
  const {menu, data, words, films} = my, copies = !data.offline && data.link && ["copy_step", () => copyStep(my)];
  const narrow = my.outer < NARROW, closer = narrow && canClose(my) && [data.closeup.now ? "whole" : "closer", () => lookCloser(my)];
  const pin = narrow && canPin(my) && [data.pinned ? "unpin" : "pin", () => pinOrNot(my)];
  const device = narrow && canChoose(my) && [data.device.gpu ? "cpu" : "gpu", () => computeElsewhere(my), {not: data.device.there ? "" : data.device.said}];
  const back = data.undo && ["undo", () => history.back()], code = data.code && ROOMY.matches && ["code_beside", () => toggleCode(my), {pressed: String(codeWanted(my))}], keys = narrow ? null : ["keys", () => showKeys(my)];
  const items = [back, closer, pin, device, code, copies, ["save_svg", () => save(my, "svg")], ["save_png", () => save(my, "png")], ["save_csv", () => saveCsv(my)], keys].filter(Boolean);
  const button = ([name, run, {not = "", pressed = null} = {}]) => Object.assign(element("button", "th-item"), {type: "button", textContent: fill(words[name], {what: data.undo}), title: not, ariaDisabled: String(Boolean(not)), ariaPressed: pressed, onclick: () => { closeMenu(my); run(); }});
  const there = films.filter((film) => !data.offline && film.address && !film.inline && !data.inline?.films?.[film.key]);
  const link = (film) => Object.assign(element("a", "th-item"), {href: film.address + ".html", download: `${data.file}.html`, textContent: words.save_film + (films.length > 1 ? " · " + film.name : ""), onclick: () => closeMenu(my)});
  const report = data.offline ? [] : [["report", () => copyReport(my)]];
  menu.replaceChildren(...items.map(button), ...there.map(link), ...report.map(button));
};
const closeMenu = ({menu, $}) => { menu.hidden = true; $("more").setAttribute("aria-expanded", "false"); };
const toggleMenu = (my) => {
  const {menu, $} = my;
  menu.hidden = !menu.hidden;
  $("more").setAttribute("aria-expanded", String(!menu.hidden));
  if (!menu.hidden) menu.firstChild?.focus({preventScroll: true});
};
const flash = (my, text) => {                       // it stays, whatever else happens meanwhile
  const flashed = my.flashed = {text};
  state(my);
  setTimeout(() => { if (my.flashed === flashed) { my.flashed = null; state(my); } }, 2500);
};
const inBox = ({linkbox, $}, field, said) => {      // the box over the bar: a link or a report to copy by hand, or words alone
  for (const name of ["link", "report"]) $(name).hidden = $(name) !== field;
  linkbox.hidden = false;
  put(linkbox, "data-field", field ?? "");
  linkbox.lastChild.textContent = said;
};
const tellInBox = (my, said) => { inBox(my, null, said); put(my.$("live"), "textContent", said); };
const copyFrom = async (my, field, text, name, said, otherwise) => {
  field.value = text; field.setAttribute("aria-label", name);
  inBox(my, field, otherwise);
  if (await copy(field)) { my.linkbox.hidden = true; flash(my, said); put(my.$("live"), "textContent", said); }
};
const linkOfStep = ({data, shown}) => withStep(data.link, Math.max(shown, 0));
const copyStep = (my) => copyFrom(my, my.$("link"), linkOfStep(my), my.words.link_label, my.words.copied, my.words.select_hint);
const copyReport = (my) => copyFrom(my, my.$("report"), reportOf(my), my.words.report, my.words.reported, my.words.report_hint);
const reportOf = (my) => {                          // what whoever mends it needs: which run, which step, what stands there, where
  const {films, data, words, shown} = my, at = Math.max(shown, 0);
  const numbers = films.flatMap((film) => [...(films.length > 1 ? ["", film.name] : []), ...(film.error ? [plain(film.error.title) + ": " + plain(film.error.text)] : []),
    ...(film.head.columns ?? []).map(([, label], k) => [label, film.row(lastOf(my, film, at))[k] ?? ""]).filter(([, value]) => value !== "").map((pair) => pair.join(": "))]);
  const where = [data.device?.gpu ? "GPU" : "CPU", `${innerWidth}×${innerHeight}`, my.mood, navigator.language, navigator.userAgent].join(" · ");
  return ["Theoria " + data.version, linkOfStep(my), `${words.step} ${at} / ${Math.max(total(my) - 1, 0)}`, ...numbers, where].join("\n");
};
const saveCsv = async (my) => {
  const {films, words, data} = my;
  await whole(my);
  download(new Blob([csv(films, words)], {type: "text/csv;charset=utf-8"}), `${data.file}.csv`);
};
const svgOf = async (my, {plot, layout, flip, marks, under}) => {
  const sheet = [[marks, "above"], [[...under.values()], "below"]].filter(([some]) => some.length).map(([some, layer]) => asImage(paintMarks(element("canvas"), plot, some, 2), plot, layer));
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
