// ---- numbers, sentences and formulas as text
// Numbers are written as `charts/numbers.py` writes them; powers of ten come raised with <sup>, which `plain` makes superscripts again.
const UNRAISED = "⁻⁰¹²³⁴⁵⁶⁷⁸⁹", endless = (x) => x === Infinity ? "∞" : x === -Infinity ? "−∞" : "–";
const raised = (text) => text.replace(/× 10([⁻⁰¹²³⁴-⁹]+)/g, (all, power) => `× 10<sup>${power.replace(/./g, (sign) => "−0123456789"[UNRAISED.indexOf(sign)])}</sup>`);
const short = (x, digits = 3) => {
  if (!Number.isFinite(x)) return endless(x);
  const [mantissa, power] = x.toExponential(digits - 1).split("e").map(Number);
  if (x !== 0 && (power < -4 || power >= 6)) return `${mantissa} × 10<sup>${power}</sup>`.replaceAll("-", "−");
  return power >= digits ? number(x, 0) : String(Number(x.toPrecision(digits))).replace("-", "−");
};
const number = (x, digits) => {
  if (typeof x === "string") return x;
  if (!Number.isFinite(x)) return endless(x);
  if (Math.abs(x) >= 1e12) return short(x);
  const text = x.toFixed(digits ?? 0);
  return text.startsWith("-") ? (Number(text) === 0 ? "" : "−") + text.slice(1) : text;
};
const plain = (text) => element("template", "", (text ?? "").replace(/<sup>([−\d]+)<\/sup>/g, (all, power) => power.replace(/./g, (sign) => UNRAISED["−0123456789".indexOf(sign)]))).content.textContent;      // what is escaped for a page, for a listener
const broken = new Map();                           // markup → formulas, each a box of its own; in it pieces that begin at "=", so that one that is longer than the line goes on in the next
const pieces = (text) => {
  if (!broken.has(text)) {
    const box = element("template", "", text);
    for (const math of box.content.querySelectorAll("math")) math.replaceWith(...formulasOf(math));
    broken.set(text, box.innerHTML);
  }
  return broken.get(text);
};
const formulasOf = (math) => {
  const row = math.children.length === 1 && math.firstElementChild.localName === "mrow" ? math.firstElementChild : math;
  const piece = () => math.cloneNode(false), boxes = [[piece()]];
  for (const node of [...row.childNodes]) {
    const wide = node.localName === "mspace" && node.getAttribute("width") === "2em", here = boxes.at(-1);      // \qquad stands between two formulas
    if (wide) { boxes.push([piece()]); continue; }
    if (node.localName === "mo" && node.textContent === "=" && here.at(-1).childNodes.length) here.push(piece());
    here.at(-1).append(node);
  }
  return boxes.map((parts) => { const box = element("span", "th-formula"); box.append(...parts); return box; });
};
const TEN = /^([^]*?) × 10<sup>([−\d]+)<\/sup>/;
const inMath = (text, look) => {                    // m × 10ⁿ with its power raised as MathML does
  let rest = text, made = "";
  for (let found; (found = TEN.exec(rest)); rest = rest.slice(found[0].length)) made += `${found[1] && `<mn>${found[1]}</mn>`}<mo>×</mo><msup><mn>10</mn><mn>${found[2]}</mn></msup>`;
  return made ? `<mrow${look}>${made}${rest && `<mn>${rest}</mn>`}</mrow>` : `<mn${look}>${text}</mn>`;
};
const formula = ({formula: text = "", values = {}, at = 0}, entity = at, covered = () => false) => pieces(text).replace(/<mn([^>]*)>⟦(.+?)⟧<\/mn>/g, (all, look, name) => {
  const bare = name.replace(/^\((.+)\)$/, "$1");        // "(name)": a negative number gets parentheses there
  if (!Object.hasOwn(values, bare)) return all;
  if (covered(bare)) return inMath("?", look);
  const [x, digits] = values[bare], said = number(Array.isArray(x) || ArrayBuffer.isView(x) ? x[entity] ?? null : x, digits);
  return inMath(bare !== name && said.startsWith("−") ? `(${said})` : said, look);
});

// ---- numbers as text
const guarded = (value) => {                        // a spreadsheet must not take a visitor's word for a formula
  const text = value === null || value === undefined ? "" : String(value), risky = /^[=+\-@\t\r]/.test(text) && !(text.trim() && Number.isFinite(Number(text)));
  const safe = risky ? "'" + text : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};
const csv = (films, words) => "\ufeff" + films.flatMap((film, k) => {
  const two = films.length > 1, labels = (film.head.columns ?? []).map(([, label]) => label), rows = film.rows.slice(0, film.lines.length);
  return [...(k ? [] : [two ? [words.run, ...labels] : labels]), ...rows.map((row) => two ? [film.name, ...row] : row)];
}).map((row) => row.map(guarded).join(",") + "\r\n").join("");
