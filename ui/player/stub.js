// ---- all that Streamlit sends with every run of a page. The player is a script of the server's own, which the browser keeps; where this host has not our routes, the page is asked for it.
const unpacked = async (base64) => new Response(new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))]).stream().pipeThrough(new DecompressionStream("gzip"))).blob();
const scripts = window.theoriaScripts ??= {};       // path → what it exports, once it is here (this script is a blob, which knows no path)
const bring = (address) => {
  const script = {run: null, take: null, asked: false};
  script.here = new Promise((wake) => { script.take = (module) => { script.run = module.default; wake(); }; });
  script.lost = import(new URL(address, location.href)).then(script.take).then(() => false, () => true);
  return script;
};
const ask = async (script, {data, setTriggerValue}) => {      // the player's own element is heard; its companions wait for it
  if (data.kind !== "player" || !await script.lost) return;
  const packed = data.inline?.script;
  if (packed) script.take(await import(URL.createObjectURL(new Blob([await unpacked(packed)], {type: "text/javascript"}))));
  else if (!script.asked) { script.asked = true; setTriggerValue("event", {kind: "inline", script: true}); }
};
const mounted = new WeakMap();                      // an element → what it was told last, and how it ends
export default function (told) {
  const script = scripts[told.data.script] ??= bring(told.data.script), element = mounted.get(told.parentElement) ?? {};
  if (script.run) return script.run(told);
  mounted.set(told.parentElement, Object.assign(element, {told}));
  script.here.then(() => { if (element.told === told) element.end = script.run(told); });
  ask(script, told);
  return () => { element.told = null; element.end?.(); };
}
