// The ways through the playground: the bar with its panel and search, and on the home page where to go on and the path.
// Python puts `const SITE = {sections, order, path, languages};` before this file. One component serves three kinds (bar, begin, path).
// A link is <a href="/base/slug" data-go="slug">, here or in st.html: a click on it is passed to Streamlit's own hidden link.

const NARROW = matchMedia("(max-width: 640px)"), SEEN = "theoria.seen", VISITED = "theoria.visited";
const clean = (text) => String(text).replace(/[&<>"]/g, (sign) => ({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})[sign]);
const kept = (name) => { try { const list = JSON.parse(localStorage.getItem(name)); return Array.isArray(list) ? list : []; } catch { return []; } };      // a browser may forbid it, or hold what is not ours
const keep = (name, list) => { try { localStorage.setItem(name, JSON.stringify(list)); } catch { /* then nothing is kept */ } };
const seen = () => new Set(kept(SEEN).filter((slug) => SITE.order.includes(slug)));
const visits = () => kept(VISITED).filter((one) => SITE.order.includes(one?.file));
const sectionOf = (slug) => Object.keys(SITE.sections).find((section) => SITE.sections[section].includes(slug));
const filled = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

let marks = null;      // one style sheet marks every link, whoever drew it; its look stands in ways.css
const LOOKS = {seen: "background: currentColor", open: "background: none", here: "border-color: var(--lamp); background: radial-gradient(circle, var(--lamp) 45%, transparent 50%)"};
function mark(here, words) {
  marks ??= document.head.appendChild(document.createElement("style"));
  const known = seen(), state = (slug) => slug === here ? "here" : known.has(slug) ? "seen" : "open";
  const sheet = SITE.order.map((slug) => `[data-mark="${slug}"]::before { content: ""; content: "" / "${words[state(slug)]}: "; ${LOOKS[state(slug)]} }`);
  sheet.push(...Object.keys(LOOKS).map((one) => `[data-state="${one}"]::before { content: ""; ${LOOKS[one]} }`));
  if (marks.textContent !== sheet.join("\n")) marks.textContent = sheet.join("\n");
}

// ---- going somewhere
const native = (href) => [...document.querySelectorAll(STREAMLIT.link)].find((one) => new URL(one.href).pathname.replace(/\/$/, "") === new URL(href).pathname.replace(/\/$/, ""));
let titled = null, closePanel = () => {};
function click(event) {
  const link = event.target.closest?.("a[data-go]"), button = event.target.closest?.("button[data-copy]");
  if (button) copied(button);
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;      // another tab, a download: the browser's own
  closePanel();
  const own = new URL(link.href).search ? null : native(link.href);      // a link with settings is opened as any link is
  if (!own) return;
  event.preventDefault();
  own.click();
}
async function copied(button) {      // the text before a button; where the browser forbids it, it is selected
  const text = button.previousElementSibling, was = button.dataset.copy || button.textContent;
  button.dataset.copy = was;
  try { await navigator.clipboard.writeText(text.textContent); } catch { getSelection().selectAllChildren(text); return; }
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = was; }, 2000);
}
function arrived(tries = 0) {      // as after a reload: at the top, and the title is what is read out
  const title = document.querySelector(STREAMLIT.title);
  if ((!title || title === titled) && tries < 40) return setTimeout(arrived, 25, tries + 1);
  titled = title;
  document.querySelector(STREAMLIT.main)?.scrollTo(0, 0);
  if (title) { title.tabIndex = -1; title.style.outline = "none"; title.focus({preventScroll: true}); }
}

// ---- the line to the server: where it is cut it is said, and at which end
const UNEASY = 2000, ANSWERS = 3000;                // milliseconds: after which the server is asked, and within which it is to answer
function makeLine(told, ran) {
  const app = document.querySelector(STREAMLIT.app), uneasy = () => app.getAttribute(STREAMLIT.line) !== "CONNECTED" || app.getAttribute(STREAMLIT.run) !== "notRunning" || !navigator.onLine;
  let timer = null, base = "/";
  const listen = () => { if (app.getAttribute(STREAMLIT.run) === "notRunning") ran(); if (uneasy()) timer ??= setTimeout(ask, UNEASY); };
  async function ask() {                            // a page that runs for long is no broken line, nor is a laptop that serves itself
    const there = !uneasy() || await fetch(base + "_stcore/health", {cache: "no-store", signal: AbortSignal.timeout(ANSWERS)}).then(({ok}) => ok, () => false);
    if (timer === null) return;
    told(there ? "" : navigator.onLine ? "unreachable" : "offline");
    timer = there && !uneasy() ? null : setTimeout(ask, UNEASY);
  }
  const eye = new MutationObserver(listen);
  eye.observe(app, {attributes: true, attributeFilter: [STREAMLIT.line, STREAMLIT.run]});
  addEventListener("offline", listen);
  return {under: (path) => { base = path; }, stop: () => { clearTimeout(timer); timer = null; eye.disconnect(); removeEventListener("offline", listen); }};
}

// ---- names that Streamlit gives in English, heard in the reader's language. After every run of the page, and once more for what comes late
const renamed = new WeakMap();                      // a node → the name it had
function rename(names) {
  const told = (was) => names[was] ?? Object.entries(names).filter(([key]) => key.endsWith("{what}") && was.startsWith(key.slice(0, -6))).map(([key, text]) => text.replace("{what}", was.slice(key.length - 6)))[0];
  for (const node of document.querySelectorAll(STREAMLIT.named)) {
    const now = node.getAttribute("aria-label") ?? (node.querySelector("p") ?? node).textContent.trim(), [was, ours] = renamed.get(node) ?? [now];
    const text = told(now === ours ? was : now);
    if (!text) continue;
    renamed.set(node, [now === ours ? was : now, text]);
    if (now !== text) node.setAttribute("aria-label", text);
  }
}

// ---- the bar
const MARK = '<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9.5" fill="none" stroke="currentColor" stroke-width="1.6"/><circle cx="12" cy="12" r="5" fill="light-dark(#B4510B, #FF9E52)"/></svg>';

function makeBar(root) {
  const box = root.appendChild(document.createElement("div"));
  box.className = "th-site";
  let data = null, words = {}, drawn = "", was = null, asked = 0, opened = null;
  const $ = (name) => box.querySelector("." + name);
  const topics = () => SITE.languages[data.language].topics;
  const at = (slug) => clean(data.base + slug);
  const link = (slug, text, more = "") => `<a href="${at(slug)}" data-go="${slug}"${slug === data.here ? ' aria-current="page"' : ""}${more}>${clean(text)}</a>`;

  function item(slug) {
    return `<li>${link(slug, topics()[slug][0], ` data-mark="${slug}"`)}</li>`;
  }
  function column(section) {
    const slugs = SITE.sections[section], name = `${clean(SITE.languages[data.language].sections[section])} <small>${slugs.length}</small>`, open = section === opened;
    const head = NARROW.matches ? `<button type="button" class="th-fold" data-section="${section}" aria-expanded="${open}" aria-controls="th-list-${section}">${name}</button>` : name;
    return `<div class="th-shelf"><p class="th-shelf-name" id="th-name-${section}">${head}</p><ul id="th-list-${section}" aria-labelledby="th-name-${section}"${NARROW.matches && !open ? " hidden" : ""}>${slugs.map(item).join("")}</ul></div>`;
  }
  function place() {
    const k = SITE.order.indexOf(data.here), section = sectionOf(data.here);
    if (k < 0) return "";
    const among = SITE.sections[section], [before, after] = [SITE.order[k - 1], SITE.order[k + 1]];
    const told = filled(words.place, {section: SITE.languages[data.language].sections[section], i: among.indexOf(data.here) + 1, n: among.length});
    const way = (slug, text, rel) => slug ? link(slug, text, ` rel="${rel}" class="th-way"`) : "";
    return `${way(before, before && "‹ " + topics()[before][0], "prev")}<span>${clean(told)}</span>${way(after, after && topics()[after][0] + " ›", "next")}`;
  }
  function draw() {
    const pages = link("syllabus", words.syllabus) + link("engine", words.engine);
    box.innerHTML = `<nav aria-label="Theoria"><a class="th-home" href="${at("")}" data-go=""${data.here === "" ? ' aria-current="page"' : ""}>${MARK}<span>Theoria</span></a>
      <button type="button" class="th-menu-button" aria-expanded="false" aria-controls="th-panel"><span>${clean(words.topics)}</span><i aria-hidden="true"></i></button>
      <span class="th-wide">${pages}</span>
      <span class="th-place">${place()}</span>
      <span class="th-seek" role="search"><input type="search" autocomplete="off" spellcheck="false" aria-label="${clean(words.search)}" placeholder="${clean(NARROW.matches ? words.find : words.search)}" aria-controls="th-panel"><kbd aria-hidden="true">/</kbd></span>
      <button type="button" class="th-tongue" lang="${clean(SITE.languages[data.language].next)}">${clean(SITE.languages[data.language].following)}</button></nav>
      <div class="th-panel" id="th-panel" hidden><div class="th-found" aria-live="polite" hidden></div><div class="th-groups">${Object.keys(SITE.sections).map(column).join("")}</div><div class="th-pages">${pages + link("files", words.files)}</div>
      <p class="th-key"><span data-state="seen">${clean(words.seen)}</span><span data-state="open">${clean(words.open)}</span><span data-state="here">${clean(words.here)}</span></p></div><p class="th-line" role="status"></p>`;
    cut(missing);
    $("th-menu-button").onclick = () => show($("th-panel").hidden);
    $("th-tongue").onclick = () => document.querySelector(".st-key-language_button button")?.click();
    const input = $("th-seek input");
    input.oninput = seek;
    input.onfocus = () => input.value && show(true);
    box.querySelectorAll(".th-fold").forEach((button) => button.onclick = () => fold(button.dataset.section));
  }
  function fold(section) {
    opened = section === opened ? null : section;
    for (const button of box.querySelectorAll(".th-fold")) {
      const open = button.dataset.section === opened;
      button.setAttribute("aria-expanded", String(open));
      box.querySelector(`#th-list-${button.dataset.section}`).hidden = !open;
    }
  }
  function show(yes) {      // a disclosure with links, not role=menu
    $("th-panel").hidden = !yes;
    $("th-menu-button").setAttribute("aria-expanded", String(yes));
    if (!yes && $("th-seek input").value) { $("th-seek input").value = ""; seek(); }
  }
  async function answers(wanted) {      // the server has read everything; without its route, titles and questions of both languages
    try {
      const answer = await fetch(`${data.base}found?q=${encodeURIComponent(wanted)}`);
      if (answer.ok) return await answer.json();
    } catch { /* as if it had no route */ }
    const all = Object.values(SITE.languages), has = (slug) => all.some((one) => one.topics[slug].join(" ").toLowerCase().includes(wanted.toLowerCase()));
    return SITE.order.filter(has).map((slug) => ({slug, terms: []}));
  }
  async function seek() {
    const wanted = $("th-seek input").value.trim(), number = ++asked;
    const found = wanted && await answers(wanted);
    if (number !== asked) return;      // something else is typed by now
    $("th-found").hidden = !wanted;
    $("th-groups").hidden = Boolean(wanted);
    if (!wanted) return;
    const row = ({slug, terms}) => `<li>${link(slug, topics()[slug][0], ` data-mark="${slug}"`)} <small>${clean(SITE.languages[data.language].sections[sectionOf(slug)])}</small><p>${clean(topics()[slug][1])}</p>${terms.map((term) => `<p class="th-term">${clean(term)}</p>`).join("")}</li>`;
    $("th-found").innerHTML = found.length ? `<p>${clean(filled(words.found, {n: found.length}))}</p><ul>${found.map(row).join("")}</ul>` : `<p>${clean(words.none)}</p>`;
    if ($("th-panel").hidden) { $("th-panel").hidden = false; $("th-menu-button").setAttribute("aria-expanded", "true"); }
  }
  function keys(event) {
    const input = $("th-seek input"), typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey && box.getClientRects().length) { event.preventDefault(); input.focus(); }
    else if (event.key === "Escape" && !$("th-panel").hidden && (box.contains(event.target) || event.target === document.body)) escape(event, input);
    else if (event.target === input && event.key === "ArrowDown") { event.preventDefault(); $("th-found a")?.focus(); }
    else if (event.target === input && event.key === "Enter") seek().then(() => $("th-found a")?.click());      // the first, also where it has not come yet
    else if (event.target.closest?.(".th-found") && /^Arrow(Up|Down)$/.test(event.key)) step(event, input);
  }
  function escape(event, input) {      // back to where it was opened from
    const from = event.target === input || event.target.closest?.(".th-found") ? input : $("th-menu-button");
    event.stopPropagation();
    show(false);
    from.focus();
  }
  function step(event, input) {
    const links = [...box.querySelectorAll(".th-found a")], to = links.indexOf(event.target) + (event.key === "ArrowDown" ? 1 : -1);
    event.preventDefault();
    (to < 0 ? input : links[Math.min(to, links.length - 1)]).focus();
  }
  let missing = "";
  const cut = (what) => { missing = what; if ($("th-line")) $("th-line").textContent = what && words[what]; };
  let names = [];                                   // when it is looked for names again: who walks with the keyboard calls at every step
  const name = () => { names.forEach(clearTimeout); names = [50, 150, 300, 500].map((wait) => setTimeout(() => data && rename(SITE.languages[data.language].names), wait)); }, line = makeLine(cut, name), rest = watchPictures();
  const away = (event) => { if (!$("th-panel").hidden && !box.contains(event.target)) show(false); };
  document.addEventListener("click", click);
  document.addEventListener("pointerdown", away);
  document.addEventListener("focusin", name);
  document.addEventListener("keydown", keys, true);
  NARROW.addEventListener("change", draw);
  closePanel = () => show(false);
  return {
    update(next) {      // Streamlit calls this at every rerun: drawing anew would close the panel while somebody types
      data = next;
      line.under(data.base);
      words = SITE.languages[data.language].words;
      if (SITE.order.includes(data.here) && !seen().has(data.here)) keep(SEEN, [...seen(), data.here]);
      mark(data.here, words);
      const now = `${data.here} ${data.language} ${data.base}`;
      if (now !== drawn) { opened = sectionOf(data.here) ?? opened; drawn = now; draw(); }
      name();
      if (was !== null && was !== data.here) arrived();
      else titled = document.querySelector(STREAMLIT.title);
      was = data.here;
    },
    stop() {
      document.removeEventListener("click", click);
      document.removeEventListener("pointerdown", away);
      document.removeEventListener("focusin", name);
      document.removeEventListener("keydown", keys, true);
      NARROW.removeEventListener("change", draw);
      line.stop();
      rest();
      box.remove();
    },
  };
}
