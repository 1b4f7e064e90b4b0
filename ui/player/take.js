// ---- what is shown, with its step, for a lesson
function makeTake(root) {
  const box = root.appendChild(element("div", "th-share", '<button type="button" class="th-text th-take"></button>')), button = box.querySelector("button"), dress = dresser(box);
  let send = () => {};
  const hear = () => put(button, "disabled", !(shared.player?.shown >= 0));
  button.onclick = () => { const {shown} = shared.player; send("event", {kind: "take", step: shown, last: shown >= count(shared.player) - 1, nonce: Date.now()}); };
  shared.followers.add(hear);
  return {
    update(next, trigger) { send = trigger ?? send; dress.dress(); put(button, "textContent", next.words.take); hear(); },
    stop() { shared.followers.delete(hear); dress.stop(); box.remove(); },
  };
}
