// ---- hands: buttons, keys, clicks elsewhere
const inText = (node) => node.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !node.classList.contains("th-scrub"));
const typing = (event) => {                         // keys that belong to somebody else
  const node = event.target;
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || inText(node)
    || node.closest?.("[role=slider],[role=spinbutton],[role=listbox],[role=combobox],[role=tab],[role=radiogroup],[role=menu],[role=dialog],dialog");
};
const wire = (my) => {
  const {$, scrub} = my;
  for (const [name, move] of Object.entries(MOVES)) $(name).onclick = () => goByHand(my, move(my));
  $("play").onclick = () => play(my);
  scrub.oninput = () => goByHand(my, +scrub.value, true);
  $("speed").onclick = () => { my.speed = SPEEDS[(SPEEDS.indexOf(my.speed) + 1) % SPEEDS.length]; rated(my); };
  $("loop").onclick = () => { my.loop = !my.loop; $("loop").setAttribute("aria-pressed", my.loop); };
  explains(my.stage);
  for (const name of ["pointerenter", "focusin"]) $("bar").addEventListener(name, () => wakeFilms(my));      // a hand is near: what it will ask for may come
  $("more").onclick = () => toggleMenu(my);
  $("pin").onclick = () => pinOrNot(my);
  $("closer").onclick = () => lookCloser(my);
  $("device").onclick = () => computeElsewhere(my);
};
const lookCloser = (my) => {
  if (my.data.closeup.now) return emit(my, {kind: "whole"});
  const {shown, films: [film]} = my, step = pictureOf(my, film)?.step ?? shown, end = ends(my) && shown === count(my) - 1;
  emit(my, {kind: "closer", step, picture: shown, end});
};
const pinOrNot = (my) => emit(my, {kind: my.data.pinned ? "unpin" : "pin", nonce: Date.now()});
const computeElsewhere = (my) => {                  // or why there is nowhere else
  const {there, gpu, said} = my.data.device;
  if (there) emit(my, {kind: "device", gpu: !gpu, nonce: Date.now()}); else tellInBox(my, said);
};

// ---- keys: declared once, for the hand that presses them and for the list that ? shows
const KEYS = [                                      // of the film
  {keys: ["ArrowRight"], sign: "→", word: "key_next", move: MOVES.next},
  {keys: ["ArrowLeft"], sign: "←", word: "key_back", move: MOVES.back},
  {keys: ["Home"], sign: "Home", word: "key_first", move: MOVES.first},
  {keys: ["End"], sign: "End", word: "key_last", move: MOVES.last},
  {keys: [" "], sign: "space", word: "key_play", run: (my) => { if (count(my)) play(my); }},
  {keys: ["?"], sign: "?", word: "key_list", run: (my) => showKeys(my)},
];
const UNDO = {keys: ["z"], sign: "Ctrl Z · ⌘ Z", word: "key_undo", run: () => history.back()};
const LEADS = [                                     // on a projector: what is said to the page
  {keys: ["PageDown"], sign: "Page ↓", word: "key_on", said: () => ({kind: "turn", value: 1})},
  {keys: ["PageUp"], sign: "Page ↑", word: "key_before", said: () => ({kind: "turn", value: -1})},
  {keys: [..."123456789"], sign: "1 … 9", word: "key_answer", when: ({data}) => data.locked, said: (key) => ({kind: "answer", value: key - 1})},
  {keys: ["Escape"], sign: "Esc", word: "key_leave", said: () => ({kind: "leave"})},
];
const POINTS = [                                    // in the picture, as pointing.js has them
  {keys: Object.keys(ARROWS), sign: "← → ↑ ↓", word: "key_point"},
  {keys: Object.keys(PAGES), sign: "Page ↑ ↓", word: "key_panel"},
  {keys: ["Enter"], sign: "Enter", word: "key_choose"},
];
const SEARCH = {keys: ["/"], sign: "/", word: "key_search"};      // heard by the bar
const keysOf = ({data}) => [["keys_film", [...KEYS, ...(data.offline ? [] : [UNDO, SEARCH])]], ["keys_picture", POINTS], ...(data.offline ? [] : [["keys_projector", LEADS]])];
const pressed = (all, {key}) => all.find(({keys}) => keys.includes(key));
const press = (my, event) => {
  const {menu, $, data} = my;
  if (event.key === "Escape" && !menu.hidden) { closeMenu(my); $("more").focus(); return; }
  if (event.key === "Escape") my.linkbox.hidden = true;
  if (undoes(my, event)) { event.preventDefault(); return UNDO.run(); }
  if (typing(event) || !my.stage.offsetParent) return;
  const lead = data.present && pressed(LEADS, event);
  if (lead && (!lead.when || lead.when(my))) { event.preventDefault(); return emit(my, {...lead.said(event.key), nonce: Date.now()}); }
  const hit = pressed(KEYS, event), held = event.target.closest?.("button,a,summary,[role=button],[role=checkbox],[role=switch],tr");
  const shut = data.present && held?.closest(".st-key-lesson-qr") && held.getAttribute("aria-expanded") !== "true";      // the code has been shown: space runs again
  if (!hit || (event.key === " " && held && !shut)) return;
  event.preventDefault();
  if (hit.run) hit.run(my); else if (!data.locked) goByHand(my, hit.move(my));
};
const undoes = ({data}, event) => {                 // not where somebody writes; a closed box of choices is no text
  const {target} = event, writes = inText(target) && !target.matches("[type=range],[type=checkbox],[type=radio],[aria-expanded=false]");
  return data.undo && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && pressed([UNDO], {key: event.key.toLowerCase()}) && !event.defaultPrevented && !writes;
};
const showKeys = (my) => {
  const {words} = my, dialog = my.$("keys"), sign = (text) => `<dt><kbd>${escaped(text === "space" ? words.space : text)}</kbd></dt>`;
  const rows = (all) => all.map(({sign: text, word}) => `${sign(text)}<dd>${escaped(words[word])}</dd>`).join("");
  put(dialog, "innerHTML", `<h2>${escaped(words.keys)}</h2><button type="button" aria-label="${escaped(words.close)}" title="${escaped(words.close)}">×</button>${keysOf(my).map(([title, all]) => `<section><h3>${escaped(words[title])}</h3><dl>${rows(all)}</dl></section>`).join("")}`);
  dialog.setAttribute("aria-label", words.keys);
  dialog.onclick = ({target}) => { if (target === dialog || target.closest("button")) dialog.close(); };      // the backdrop is the dialog itself
  dialog.showModal();                               // Escape closes it and the focus returns: the browser's own
};
const away = (my, target) => {
  const {menu, linkbox, $} = my;
  if (!menu.hidden && !menu.contains(target) && !$("more").contains(target)) closeMenu(my);
  if (!linkbox.hidden && !linkbox.contains(target)) linkbox.hidden = true;
  if (my.pointed && !my.cursor && !my.panesBox.contains(target)) pointAt(my, null);
};
