// The drawing pad: strokes by mouse, finger, pen or keyboard on a grid, and beside them what a run gets of them. Strokes go to the page once
// they have ended, packed as a link has them (engine/strokes.py); what is made of them is the server's. Plain JavaScript for Streamlit's components.v2.
// Python puts `const PAD = {grid, bytes, pen, photo, lamp};` before this file; entry.js comes after it.
//
// Words: sheet gets undo clear photo keys hint_picture hint_points points size empty full down up bad_photo

const SPACE = "http://www.w3.org/2000/svg", WAIT = 300, STEP = 10, FINE = 2, THIN = 2.4, DOT = 6;      // milliseconds; places on the grid
const within = (x, low, high) => Math.max(low, Math.min(high, x));
const put = (words, values) => words.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
const node = (name, facts) => { const made = document.createElementNS(SPACE, name); for (const [key, value] of Object.entries(facts)) made.setAttribute(key, value); return made; };

// ---- packed: how wide, then of each stroke how many places, and each place as its way from the one before; small numbers in one byte
const written = (number) => {
  const out = [];
  for (let code = number < 0 ? -2 * number - 1 : 2 * number; ; code >>= 7) { if (code < 128) return [...out, code]; out.push(code & 127 | 128); }
};
const bytesOf = (strokes, across) => {
  const numbers = [across];
  let [x, y] = [0, 0];
  for (const stroke of strokes) {
    numbers.push(stroke.length);
    for (const [u, v] of stroke) { numbers.push(u - x, v - y); [x, y] = [u, v]; }
  }
  return numbers.flatMap(written);
};
const packed = (strokes, across) => strokes.length ? btoa(String.fromCharCode(...bytesOf(strokes, across))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "") : "";
const unpacked = (link) => {                        // of what the server has read: not looked at again
  const numbers = [], strokes = [];
  let code = 0, shift = 0, [x, y] = [0, 0];
  for (const sign of atob(link.replaceAll("-", "+").replaceAll("_", "/"))) {
    const byte = sign.charCodeAt(0);
    code |= (byte & 127) << shift;
    shift += 7;
    if (byte < 128) { numbers.push(code & 1 ? -(code + 1 >> 1) : code >> 1); code = shift = 0; }
  }
  for (let at = 1; at < numbers.length;) {
    const stroke = [];
    for (let count = numbers[at++]; count; count--) { x += numbers[at++]; y += numbers[at++]; stroke.push([x, y]); }
    strokes.push(stroke);
  }
  return strokes;
};

// ---- a hand makes more places than a line needs: those that lie within a half of the line without them are left out (Douglas, Peucker 1973)
function plainer(way) {
  if (way.length < 3) return way.length === 2 && String(way[0]) === String(way[1]) ? [way[0]] : way;
  const [a, b] = [way[0], way.at(-1)], [u, v] = [b[0] - a[0], b[1] - a[1]], length = Math.hypot(u, v);
  const off = ([x, y]) => length ? Math.abs((x - a[0]) * v - (y - a[1]) * u) / length : Math.hypot(x - a[0], y - a[1]);
  const far = way.map(off), most = Math.max(...far), at = far.indexOf(most);
  return most <= 0.5 ? plainer([a, b]) : [...plainer(way.slice(0, at + 1)).slice(0, -1), ...plainer(way.slice(at))];
}

// ---- the pad
let pads = 0;
function makePad(root) {
  const room = root.appendChild(document.createElement("div")), box = room.appendChild(document.createElement("div"));
  room.className = "th-pad-room";                   // whose width says whether both stand beside each other
  box.className = "th-pad";
  box.innerHTML = `<figure class="th-pad-sheet"><figcaption></figcaption><svg tabindex="0" role="application" aria-describedby="th-pad-keys-${++pads}"></svg></figure>
    <div class="th-pad-side"><figure class="th-pad-gets"><figcaption></figcaption><div role="img"></div></figure>
    <div class="th-pad-tools"><button type="button" class="th-pad-undo"></button><button type="button" class="th-pad-clear"></button>
    <label class="th-pad-photo"><span></span><input type="file" accept="image/*" capture="environment"></label></div></div>
    <p class="th-pad-said" role="alert"></p><p class="th-pad-hint"></p><p class="th-pad-keys" id="th-pad-keys-${pads}"></p><p class="th-pad-heard" role="status"></p>`;
  const $ = (name) => box.querySelector(".th-pad-" + name), sheet = box.querySelector("svg");
  const my = {box, $, sheet, strokes: [], live: null, pointer: null, cursor: null, timer: null, turn: null, data: null, send: () => {}};
  wirePointer(my);
  wireKeys(my);
  $("undo").onclick = () => undo(my);
  $("clear").onclick = () => change(my, []);
  $("photo").querySelector("input").onchange = ({target}) => takePhoto(my, target);
  const outside = ({target}) => { if (my.timer && !box.contains(target)) send(my); };      // who closes the box is not to wait
  document.addEventListener("pointerdown", outside, true);
  return {update: (data, trigger) => update(my, data, trigger), stop: () => { clearTimeout(my.timer); document.removeEventListener("pointerdown", outside, true); room.remove(); }};
}
const KINDS = {pad: makePad};

function update(my, data, trigger) {
  const {box, $, sheet} = my, {words} = data, fresh = my.data === null;
  my.data = data;
  my.send = (event) => trigger("event", event);
  const [r, g, b] = getComputedStyle(box).color.match(/[\d.]+/g).map(Number);
  box.style.setProperty("--lamp", PAD.lamp[+(r + g + b > 384)]);      // light type: night
  box.classList.toggle("th-wide", data.across > 1);
  box.classList.toggle("th-dots", data.dots);
  box.classList.toggle("th-camera", data.camera);
  sheet.setAttribute("viewBox", `0 0 ${PAD.grid * data.across} ${PAD.grid}`);
  sheet.setAttribute("aria-label", words.sheet);
  $("sheet").firstChild.textContent = words.sheet;
  for (const name of ["undo", "clear"]) $(name).textContent = words[name];
  $("photo").firstChild.textContent = words.photo;
  $("hint").textContent = words[data.dots ? "hint_points" : "hint_picture"];
  $("keys").textContent = words.keys;
  if (fresh) my.turn = data.turn;
  const still = my.turn <= data.turn && !my.timer && !my.live;
  if (still) my.strokes = data.drawing ? unpacked(data.drawing) : [];      // else the page speaks of an older one
  if (still) say(my, data.said);
  drawn(my);
  showResult(my, data.result, words);
}

function drawn(my) {
  const {sheet, data, strokes, live, cursor} = my, {grid, pen} = PAD, all = live ? [...strokes, live] : strokes;
  const lines = node("path", {class: "th-grid", d: Array.from({length: 10 * data.across + 1}, (none, k) => `M${20 * k} 0V${grid}`).join("") + Array.from({length: 11}, (none, k) => `M0 ${20 * k}H${grid * data.across}`).join("")});
  const ways = all.map((way, k) => node("path", {
    class: k === all.length - 1 ? "th-last" : "", d: `M${way.join("L")}${way.length > 1 ? "" : "h0"}`,
    "stroke-width": data.dots ? way.length > 1 ? THIN : DOT : pen,
  }));
  const mark = cursor ? [node("path", {class: "th-cursor", d: `M${cursor[0] - 8} ${cursor[1]}h16M${cursor[0]} ${cursor[1] - 8}v16`})] : [];
  sheet.replaceChildren(lines, ...ways, ...mark);
  my.$("undo").disabled = my.$("clear").disabled = !all.length;
  my.box.dataset.strokes = strokes.length;
}

function showResult({$}, result, words) {
  const [caption, place] = $("gets").children;
  let told = words.empty;
  if (!result) place.replaceChildren();
  else if (result.places) {
    const plot = node("svg", {viewBox: "-4 -4 208 208"});
    plot.append(...result.places.map(([x, y]) => node("circle", {cx: x * PAD.grid, cy: (1 - y) * PAD.grid, r: 2.4})));
    place.replaceChildren(plot);
    told = put(words.points, {count: result.places.length});
  } else {
    const {width, height, grey, of} = result, canvas = Object.assign(document.createElement("canvas"), {width, height}), paint = canvas.getContext("2d");
    const picture = paint.createImageData(width, height), bytes = atob(grey);
    for (let k = 0; k < bytes.length; k++) picture.data.set([...Array(3).fill(bytes.charCodeAt(k)), 255], 4 * k);
    paint.putImageData(picture, 0, 0);
    place.replaceChildren(canvas);
    told = put(words.size, {width: of[0], height: of[1]});
  }
  caption.textContent = put(words.gets, {what: told});
  place.setAttribute("aria-label", caption.textContent);
}

// ---- what changes is shown at once, and told to the page when the hand rests
const say = (my, words) => { my.$("said").textContent = words; };
const hear = (my, words) => { my.$("heard").textContent = words; };
function change(my, strokes) {
  if (bytesOf(strokes, my.data.across).length > PAD.bytes) { say(my, my.data.words.full); drawn(my); tellRest(my); return; }
  Object.assign(my, {strokes, live: null});
  my.turn++;
  say(my, "");
  hear(my, put(my.data.words.up, {count: strokes.length}));
  drawn(my);
  rest(my);
}
const tellRest = (my) => { if (my.turn > my.data.turn) rest(my); };      // what waited while the pen was down
const rest = (my) => { clearTimeout(my.timer); my.timer = setTimeout(send, WAIT, my); };
function send(my) {
  clearTimeout(my.timer);
  my.timer = null;
  my.send({drawing: packed(my.strokes, my.data.across), turn: my.turn});
}
const undo = (my) => { if (my.live) { my.live = null; drawn(my); tellRest(my); } else if (my.strokes.length) change(my, my.strokes.slice(0, -1)); };
function begin(my, at) {
  clearTimeout(my.timer);                           // what was drawn before is told with this stroke
  my.live = [at];
  drawn(my);
}
const extend = (my, at) => { if (String(at) !== String(my.live.at(-1))) my.live.push(at); };
function end(my) {
  if (!my.live) return;
  const stroke = plainer(my.live);
  my.live = null;
  change(my, [...my.strokes, stroke]);
}

// ---- mouse, finger and pen
function wirePointer(my) {
  const {sheet} = my;
  const at = ({clientX, clientY}) => {
    const {left, top, width, height} = sheet.getBoundingClientRect(), {grid} = PAD, {across} = my.data;
    return [within(Math.round((clientX - left) / width * grid * across), 0, grid * across), within(Math.round((clientY - top) / height * grid), 0, grid)];
  };
  sheet.onpointerdown = (event) => {
    if (event.button || my.pointer !== null) return;      // another finger, another button
    event.preventDefault();
    sheet.setPointerCapture(event.pointerId);
    sheet.focus({preventScroll: true});
    Object.assign(my, {pointer: event.pointerId, cursor: null});
    end(my);
    begin(my, at(event));
  };
  sheet.onpointermove = (event) => {
    if (event.pointerId !== my.pointer || !my.live) return;
    for (const one of event.getCoalescedEvents?.() ?? []) extend(my, at(one));
    extend(my, at(event));
    drawn(my);
  };
  sheet.onpointerup = sheet.onpointercancel = (event) => {
    if (event.pointerId !== my.pointer) return;
    my.pointer = null;
    end(my);
  };
}

// ---- the keyboard: arrows move a cursor, space puts the pen down and lifts it
const WAYS = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
function wireKeys(my) {
  const {sheet} = my;
  sheet.onkeydown = (event) => {
    const {key, shiftKey} = event, plain = !(event.ctrlKey || event.metaKey || event.altKey);
    if (plain && WAYS[key]) move(my, WAYS[key].map((by) => by * (shiftKey ? FINE : STEP)));
    else if (plain && (key === " " || key === "Enter")) press(my);
    else if (plain && (key === "Backspace" || key === "Delete") || key === "z" && (event.ctrlKey || event.metaKey)) undo(my);
    else if (key === "Escape" && my.live) end(my);
    else return;                                    // Tab goes on, Escape closes the box
    event.preventDefault();
    event.stopPropagation();
  };
  sheet.onblur = () => { my.cursor = null; if (my.pointer === null) end(my); drawn(my); };
}
const middle = ({data}) => [PAD.grid * data.across / 2, PAD.grid / 2];
function move(my, [u, v]) {
  const {grid} = PAD, {across, dots} = my.data, [x, y] = my.cursor ?? middle(my);
  my.cursor = [within(x + u, 0, grid * across), within(y + v, 0, grid)];
  if (my.live) extend(my, my.cursor);
  drawn(my);
  hear(my, dots ? `${my.cursor[0] / grid}, ${1 - my.cursor[1] / grid}` : my.cursor.join(", "));
}
function press(my) {
  if (my.live) return end(my);
  my.cursor ??= middle(my);
  begin(my, my.cursor);
  hear(my, my.data.words.down);
}

// ---- the camera of a phone: made small here, so that little travels
async function takePhoto(my, input) {
  const [file] = input.files;
  input.value = "";
  if (!file) return;
  try {
    const whole = await createImageBitmap(file, {imageOrientation: "from-image"}), scale = Math.min(1, PAD.photo / Math.max(whole.width, whole.height));
    const canvas = Object.assign(document.createElement("canvas"), {width: Math.max(1, Math.round(whole.width * scale)), height: Math.max(1, Math.round(whole.height * scale))});
    canvas.getContext("2d").drawImage(whole, 0, 0, canvas.width, canvas.height);
    const said = canvas.toDataURL("image/jpeg", 0.92);
    my.send({photo: said.slice(said.indexOf(",") + 1), turn: my.turn});
  } catch { say(my, my.data.words.bad_photo); }
}
