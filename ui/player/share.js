// ---- the link, with the step that is shown
function makeShare(root) {
  const box = root.appendChild(element("div", "th-share", '<div><input class="th-link" readonly><button type="button" class="th-text"></button></div><p role="status"></p>'));
  const input = box.querySelector("input"), button = box.querySelector("button"), status = box.querySelector("p"), dress = dresser(box);
  let data = {words: {}};
  const hear = () => {
    const player = shared.player, link = player?.data.link || data.link || "";
    put(input, "value", player?.shown >= 0 && player.shown < count(player) - 1 ? withStep(link, player.shown) : link);
  };
  input.onfocus = () => input.select();
  button.onclick = async () => { status.textContent = await copy(input) ? data.words.copied : data.words.select_hint; };
  shared.followers.add(hear);
  return {
    update(next) { data = {...next, words: next.words ?? {}}; dress.dress(); put(input, "aria-label", data.words.link_label); put(button, "textContent", data.words.copy_link); hear(); },
    stop() { shared.followers.delete(hear); dress.stop(); box.remove(); },
  };
}
