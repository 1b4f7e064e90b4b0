// ---- the home page: where to go on, and the path as dots. Only the browser knows what was seen
function makeBegin(root) {
  const draw = ({language, base}) => {
    const {topics, words} = SITE.languages[language], [last, ...others] = visits(), next = following();
    const link = (slug, query, text, kind = "") => `<a${kind} href="${clean(base + slug + (query && "?" + query))}" data-go="${slug}">${clean(text)}</a>`, title = (slug) => topics[slug][0];
    const first = (slug, query, words) => link(slug, query, filled(words, {title: title(slug)}), ' class="th-button th-chief"');
    const then = last && next && next !== last.file ? link(next, "", filled(words.next, {title: title(next)}), ' class="th-button"') : "";
    return `<p class="th-buttons">${last ? first(last.file, last.query, words.go_on) : first(SITE.path[0], "", words.begin)}${then}</p>
      <p class="th-visited">${others.length ? `${clean(words.visited)} ${others.map(({file, query}) => link(file, query, title(file))).join(" · ")}` : ""}</p>`;
  };
  return made(root, "th-begin", draw);
}
function makePath(root) {
  const draw = ({language, base}, box) => {
    const {topics, sections, words} = SITE.languages[language], [last] = visits(), next = following(), now = sectionOf(next ?? last?.file);
    const name = (slug) => `<b>${clean(topics[slug][0])}</b>`;
    const dot = (slug) => `<li><a href="${clean(base + slug)}" data-go="${slug}" data-mark="${slug}"><span>${clean(topics[slug][0])}</span></a></li>`;
    const group = (section) => `<li${section === now ? " data-now" : ""}><span id="th-path-${section}">${clean(sections[section])}</span><ol aria-labelledby="th-path-${section}">${SITE.path.filter((slug) => SITE.sections[section].includes(slug)).map(dot).join("")}</ol></li>`;
    const rest = [last && `${clean(words.last)} ${name(last.file)}`, next && `${clean(words.then)} ${name(next)}`].filter(Boolean).join(" · ");
    box.onpointerover = box.onfocusin = ({target}) => { const slug = target.closest("[data-go]")?.dataset.go; box.querySelector(".th-tip").innerHTML = slug ? `${name(slug)} ${clean(topics[slug][1])}` : rest; };
    box.onpointerleave = box.onfocusout = () => { box.querySelector(".th-tip").innerHTML = rest; };
    return `<nav aria-label="${clean(words.path)}"><ol class="th-dots">${Object.keys(SITE.sections).map(group).join("")}</ol></nav><p class="th-tip" aria-hidden="true">${rest}</p>`;
  };
  return made(root, "th-path", draw);
}
const following = () => { const known = seen(); return SITE.path.find((slug) => !known.has(slug)); };
function made(root, name, draw) {      // drawn anew only where something differs
  const box = root.appendChild(document.createElement("div"));
  let drawn = "";
  box.className = name;
  return {
    update(data) {
      const now = JSON.stringify([data.language, data.base, visits(), [...seen()]]);
      if (now !== drawn) { drawn = now; box.innerHTML = draw(data, box); }
    },
    stop() { box.remove(); },
  };
}

const KINDS = {bar: makeBar, begin: makeBegin, path: makePath};
