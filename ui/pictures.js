// A picture that a visitor chooses, drops or pastes for Streamlit's uploader is made smaller before it travels, where the browser can draw it.
// What is small, what is no picture and what cannot be drawn travels as it is, byte for byte. Python puts `const SENT_PIXELS` before this file.

const DRAWABLE = 2e8;                               // pixels: what is larger could take the whole tab down; the server refuses it by its header
const passed = new WeakSet();                       // events that are ours, to be let through
const loaded = (source) => new Promise((done, failed) => { const picture = new Image(); picture.onload = () => done(picture); picture.onerror = failed; picture.src = source; });
const blobOf = (canvas, kind) => new Promise((done, failed) => canvas.toBlob((blob) => blob?.type === kind ? done(blob) : failed(), kind, .92));

async function sizeOf(file) {                       // upright, read without drawing it
  const source = URL.createObjectURL(file);
  try { const {naturalWidth, naturalHeight} = await loaded(source); return [naturalWidth, naturalHeight]; } finally { URL.revokeObjectURL(source); }
}
async function smaller(file) {
  const [width, height] = await sizeOf(file);
  if (!(width * height > SENT_PIXELS) || width * height > DRAWABLE) return file;
  const scale = Math.sqrt(SENT_PIXELS / (width * height)), size = {width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale))};
  const bitmap = await createImageBitmap(file, {imageOrientation: "from-image", resizeWidth: size.width, resizeHeight: size.height, resizeQuality: "high"});
  const canvas = Object.assign(document.createElement("canvas"), size), pen = canvas.getContext("2d"), keeps = file.type === "image/png";
  if (!keeps) { pen.fillStyle = "#fff"; pen.fillRect(0, 0, size.width, size.height); }      // a JPEG has no transparency: on white, as the server does
  pen.drawImage(bitmap, 0, 0, size.width, size.height);
  bitmap.close();
  const made = await blobOf(canvas, keeps ? "image/png" : "image/jpeg");
  return new File([made, `\nshrunk from ${width}x${height}`], file.name, {type: made.type, lastModified: file.lastModified});
}
const isPicture = (file) => file.type.startsWith("image/") && file.type !== "image/svg+xml";

async function bring(event) {
  const zone = event.target.closest?.(STREAMLIT.dropzone), files = [...((event.dataTransfer ?? event.clipboardData ?? event.target).files ?? [])];
  if (!zone || passed.has(event) || !files.some(isPicture)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type === "drop") zone.dispatchEvent(new DragEvent("dragleave", {bubbles: true, dataTransfer: new DataTransfer()}));      // the zone stops showing that something hovers
  const brought = new DataTransfer(), input = zone.querySelector("input[type=file]"), change = new Event("change", {bubbles: true});
  for (const file of files) brought.items.add(isPicture(file) ? await smaller(file).catch(() => file) : file);
  input.files = brought.files;
  passed.add(change);
  input.dispatchEvent(change);
}
function watchPictures() {
  const kinds = ["change", "drop", "paste"];
  for (const kind of kinds) addEventListener(kind, bring, true);
  return () => { for (const kind of kinds) removeEventListener(kind, bring, true); };
}
