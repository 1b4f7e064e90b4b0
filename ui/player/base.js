// The player: films, one row of controls, and small companions (the table of numbers, the box with the link, ...). Plain JavaScript for Streamlit's components.v2.
// The files of this folder are one script: ui/player.py joins them in the order it declares, so they share one scope and no name is declared twice.
// Python puts `const THEME = {light, dark, projector, template};` before them. One component serves several kinds (kinds.js): they meet in `shared`.
//
// Words (flat, plain text): pin pin_short unpin pin_hint pin_waits lock_step lock_part now pinned difference plain first back next last play pause space scrub step speed loop more controls copy_step save_svg save_png save_csv save_film copied select_hint closer closer_short closeup whole point
// running running_open opening queued_title queued queued_next again lost retry figure_hint picture run empty numbers_title save_numbers gpu cpu report reported report_hint beyond keys close undo code_beside code_title code_whole link_label copy_link

const shared = window.theoria ??= {player: null, followers: new Set(), plotly: null, shelf: []};
window.theoriaLoops ??= 0;
const tell = (what) => shared.followers.forEach((hear) => hear(what));

// ---- small helpers
const NARROW = 640;                                 // pixels: a stage below it is a phone's
const SPEEDS = [0.5, 1, 2, 4];
const PATIENCE = {first: 3000, again: 1000, gone: 5000, lost: 30000};    // milliseconds
const still = matchMedia("(prefers-reduced-motion: reduce)"), night = matchMedia("(prefers-color-scheme: dark)");
const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));
const clamp = (x, low, high) => Math.max(low, Math.min(high, x));
const isPlain = (value) => value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype;
const fill = (text, values) => (text ?? "").replace(/\{(\w+)\}/g, (all, key) => values[key] ?? all);
const escaped = (text) => String(text).replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
const merge = (a, b) => {
  const out = {...a};
  for (const [key, value] of Object.entries(b ?? {})) out[key] = isPlain(value) && isPlain(out[key]) ? merge(out[key], value) : value;
  return out;
};
const put = (node, name, value) => {                // writes only what changed: sixty calls a second cost nothing
  const kept = node.thKept ??= {};
  if (kept[name] === value) return;
  kept[name] = value;
  if (name.startsWith("--")) node.style.setProperty(name, value);
  else if (name in node) node[name] = value;
  else node.setAttribute(name, value);
};
const element = (tag, name, html = "") => Object.assign(document.createElement(tag), {className: name, innerHTML: html});
const whileOpen = (box, hear) => {                  // a companion in a tab hears only while it is seen: what is written in a closed one, or asked about where it stands, costs each picture a layout
  const tab = {open: false, hear: (what) => { if (tab.open) hear(what); }}, eye = new ResizeObserver(([{contentRect}]) => {
    const was = tab.open;
    tab.open = contentRect.width > 0;
    if (tab.open && !was) hear("opened");
  });
  eye.observe(box); shared.followers.add(tab.hear);
  return Object.assign(tab, {stop: () => { eye.disconnect(); shared.followers.delete(tab.hear); }});
};
const download = (blob, name) => {
  const a = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name});
  a.click();
  setTimeout(() => URL.revokeObjectURL(a.href), 10000);
};
const bytesOf = (base64) => {                       // a loop: Uint8Array.from takes ten times as long
  const text = atob(base64), bytes = new Uint8Array(text.length);
  for (let k = 0; k < text.length; k++) bytes[k] = text.charCodeAt(k);
  return bytes;
};
const unpacked = (base64) => {                      // not by a blob: what that holds is read in a task of its own, after all that waits
  const {readable, writable} = new DecompressionStream("gzip"), pen = writable.getWriter();
  for (const done of [pen.write(bytesOf(base64)), pen.close()]) done.catch(() => {});      // who reads is told of it
  return new Response(readable);
};
const unpack = (base64) => unpacked(base64).text();
const withStep = (link, step) => { const [head, hash] = link.split("#"); return `${head}${head.includes("?") ? "&" : "?"}step=${step}${hash ? "#" + hash : ""}`; };
const copy = async (input) => {                     // true: copied. false: shown and selected, the visitor presses Ctrl+C
  try { await navigator.clipboard.writeText(input.value); return true; } catch { input.hidden = false; input.focus(); input.select(); return false; }
};

