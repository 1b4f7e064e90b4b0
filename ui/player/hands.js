// ---- hands: buttons, keys, clicks elsewhere
const typing = (event) => {                         // keys that belong to somebody else
  const node = event.target;
  return event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || node.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !node.classList.contains("th-scrub"))
    || node.closest?.("[role=slider],[role=spinbutton],[role=listbox],[role=combobox],[role=tab],[role=radiogroup],[role=menu],[role=dialog]");
};
const wire = (my) => {
  const {$, scrub} = my;
  for (const [name, move] of Object.entries(MOVES)) $(name).onclick = () => goByHand(my, move(my));
  $("play").onclick = () => play(my);
  scrub.oninput = () => goByHand(my, +scrub.value, true);
  $("speed").onclick = () => { my.speed = SPEEDS[(SPEEDS.indexOf(my.speed) + 1) % SPEEDS.length]; rated(my); };
  $("loop").onclick = () => { my.loop = !my.loop; $("loop").setAttribute("aria-pressed", my.loop); };
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
const KEYS = {ArrowLeft: MOVES.back, ArrowRight: MOVES.next, Home: MOVES.first, End: MOVES.last};
const saidByKey = ({data}, key) => {                // what a key says to the page, in a lesson
  if (!data.present) return null;
  if (key === "PageDown" || key === "PageUp") return {kind: "turn", value: key === "PageDown" ? 1 : -1};
  if (key === "Escape") return {kind: "leave"};
  return data.locked && /^[1-9]$/.test(key) ? {kind: "answer", value: key - 1} : null;
};
const press = (my, event) => {
  const {menu, $, data} = my;
  if (event.key === "Escape" && !menu.hidden) { closeMenu(my); $("more").focus(); return; }
  if (event.key === "Escape") my.linkbox.hidden = true;
  if (typing(event) || !my.stage.offsetParent) return;
  const said = saidByKey(my, event.key);
  if (said) { event.preventDefault(); return emit(my, {...said, nonce: Date.now()}); }
  const move = KEYS[event.key], held = event.target.closest?.("button,a,summary,[role=button],[role=checkbox],[role=switch],tr");
  const shut = data.present && held?.closest(".st-key-lesson-qr") && held.getAttribute("aria-expanded") !== "true";      // the code has been shown: space runs again
  if (!move && (event.key !== " " || (held && !shut))) return;
  event.preventDefault();
  if (move && !data.locked) goByHand(my, move(my)); else if (!move && count(my)) play(my);
};
const away = (my, target) => {
  const {menu, linkbox, $} = my;
  if (!menu.hidden && !menu.contains(target) && !$("more").contains(target)) closeMenu(my);
  if (!linkbox.hidden && !linkbox.contains(target)) linkbox.hidden = true;
  if (my.pointed && !my.cursor && !my.panesBox.contains(target)) pointAt(my, null);
};
