// The run on the home page: a map settling on named colours, drawn from one small file; it plays when it is pointed at or asked.
const SECONDS = 7, STILL = matchMedia("(prefers-reduced-motion: reduce)"), NIGHT = matchMedia("(prefers-color-scheme: dark)");
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));

function makeHero(root) {
  const box = root.appendChild(document.createElement("div"));
  box.className = "th-hero";
  box.innerHTML = '<canvas role="img"></canvas><p class="th-hero-said"></p><div class="th-hero-bar"><button type="button"><i aria-hidden="true"></i></button><div class="th-hero-track"><u></u></div><a></a></div>';
  const [canvas, said, button, done, link] = ["canvas", ".th-hero-said", "button", "u", "a"].map((name) => box.querySelector(name)), pen = canvas.getContext("2d");
  let film = null, data = null, at = 0, playing = false, clock = 0;
  const last = () => film.steps.length - 1;

  async function load() {
    const answer = await fetch(data.film);
    if (!answer.ok) { box.hidden = true; return; }      // a host without our files: the page stands without it
    film = await answer.json();
    film.data = bytes(film.data);
    film.units = bytes(film.units);
    film.cloud = Array.from({length: film.data.length / 3}, (_, i) => seenAt(film.data, 3 * i));
    film.low = [0, 1].map((side) => Math.min(...film.cloud.map((one) => one[side])));
    film.span = [0, 1].map((side) => Math.max(...film.cloud.map((one) => one[side])) - film.low[side]);
    at = last();
    size();
  }
  const seenAt = (colours, k) => film.plane.map((row) => row[0] * colours[k] + row[1] * colours[k + 1] + row[2] * colours[k + 2]);
  function size() {
    const {width, height} = canvas.getBoundingClientRect(), fine = Math.min(devicePixelRatio || 1, 2);
    if (!film || !width) return;
    [canvas.width, canvas.height] = [width * fine, height * fine];
    pen.setTransform(fine, 0, 0, fine, 0, 0);
    draw();
  }
  function layout() {      // the sheet in the larger part, the map beside it: both from one box
    const width = canvas.clientWidth, height = canvas.clientHeight, wide = width * 0.62, cell = Math.min((width - wide - 18) / 12.6, (height - 24) / 10.6);
    return {wide, height, cell, left: wide + (width - wide - 12.5 * cell) / 2, top: (height - 9.53 * cell) / 2};
  }
  function units() {      // between two frames what is shown lies between them
    const k = Math.floor(at), part = STILL.matches ? 0 : at - k, n = 3 * film.places.length, now = film.units.subarray(k * n, (k + 1) * n), next = film.units.subarray(Math.min(k + 1, last()) * n);
    return Float32Array.from(now, (value, i) => value + part * (next[i] - value));
  }
  function draw() {
    const night = NIGHT.matches, ink = night ? "#ECEAE5" : "#1B1C1E", lamp = night ? "#FF9E52" : "#B4510B";
    const {wide, height, cell, left, top} = layout(), now = units(), k = Math.floor(at), winner = film.winners[k];
    const {cloud, low, span} = film;
    const put = ([x, y]) => [12 + (x - low[0]) / span[0] * (wide - 24), height - 12 - (y - low[1]) / span[1] * (height - 24)];
    const rgb = (colours, i) => `rgb(${colours[3 * i] | 0} ${colours[3 * i + 1] | 0} ${colours[3 * i + 2] | 0})`;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    cloud.forEach((one, i) => { pen.fillStyle = rgb(film.data, i); pen.beginPath(); pen.arc(...put(one), 3.1, 0, 7); pen.fill(); });
    const spots = film.places.map((_, i) => put(seenAt(now, 3 * i)));
    pen.strokeStyle = ink; pen.lineWidth = 1.1; pen.globalAlpha = 0.75; pen.beginPath();
    for (const [a, b] of film.pairs) { pen.moveTo(...spots[a]); pen.lineTo(...spots[b]); }
    pen.stroke(); pen.globalAlpha = 1; pen.fillStyle = ink;
    for (const spot of spots) { pen.beginPath(); pen.arc(...spot, 1.9, 0, 7); pen.fill(); }
    const hexes = film.places.map(([x, y]) => [left + (x + 0.5) * cell, top + y * cell]);
    hexes.forEach(([x, y], i) => { pen.fillStyle = rgb(now, i); hex(x, y, cell * 0.585); pen.fill(); });
    if (winner >= 0) { pen.strokeStyle = lamp; pen.lineWidth = 3; pen.beginPath(); pen.arc(...spots[winner], 7, 0, 7); pen.stroke(); hex(...hexes[winner], cell * 0.6); pen.stroke(); }
    tell(k);
  }
  function hex(x, y, r) {
    pen.beginPath();
    for (let i = 0; i < 6; i++) pen.lineTo(x + r * Math.sin(i * Math.PI / 3), y + r * Math.cos(i * Math.PI / 3));
    pen.closePath();
  }
  function tell(k) {
    const {words} = data, sentence = film.samples[k] ? words.hero_said.replace("{name}", film.samples[k]) : words.hero_start, step = words.hero_step.replace("{n}", film.steps[k]);
    if (said.dataset.k === `${k}${words.hero_step}`) return;
    said.dataset.k = `${k}${words.hero_step}`;
    said.replaceChildren(Object.assign(document.createElement("b"), {textContent: step}), ` ${sentence}`);
    if (!playing) canvas.setAttribute("aria-label", `${words.hero}. ${step}: ${sentence}`);
    done.style.width = `${100 * k / last()}%`;
    box.dataset.step = k;
  }
  function turn(time) {
    if (!playing) return;
    const gone = clock ? time - clock : 0;
    clock = time;
    at = Math.min(last(), at + gone / 1000 * last() / SECONDS);
    if (at >= last()) stop();
    draw();
    if (playing) requestAnimationFrame(turn);
  }
  function play() {
    if (!film || playing) return;
    if (at >= last()) at = 0;
    [playing, clock] = [true, 0];
    box.dataset.playing = "";
    name();
    requestAnimationFrame(turn);
  }
  function stop() { playing = false; delete box.dataset.playing; name(); }
  const name = () => button.setAttribute("aria-label", data.words[playing ? "hero_pause" : "hero_play"]);
  button.onclick = () => playing ? stop() : play();
  canvas.onpointerenter = ({pointerType}) => { if (pointerType === "mouse" && !STILL.matches) play(); };
  const again = () => film && draw(), watch = new ResizeObserver(size);
  watch.observe(canvas);
  NIGHT.addEventListener("change", again);
  return {
    update(next) {
      const first = !data;
      data = next;
      name();
      link.textContent = data.words.hero_open;
      link.href = data.link;
      if (first) load().catch(() => { box.hidden = true; });
      else if (film) { said.dataset.k = ""; draw(); }
    },
    stop() { stop(); watch.disconnect(); NIGHT.removeEventListener("change", again); box.remove(); },
  };
}

const parts = new WeakMap();
export default function ({data, parentElement}) {
  let part = parts.get(parentElement);
  if (!part) {
    part = makeHero(parentElement);
    const {stop} = part;
    part.end = () => { if (parts.get(parentElement) === part) { parts.delete(parentElement); stop(); } };
    parts.set(parentElement, part);
  }
  part.update(data);
  return part.end;
}
