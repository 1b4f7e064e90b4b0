// ---- Streamlit calls this again on changed data and on a changed theme, and runs only the last cleanup: so one object per mounted element, one `stop`
// A script that is joined with this one says in KINDS what it can make.
const parts = new WeakMap();
export default function ({data, parentElement, setTriggerValue}) {
  let part = parts.get(parentElement);
  if (!part) {
    part = KINDS[data.kind](parentElement);
    const {stop} = part;
    part.end = () => { if (parts.get(parentElement) === part) { parts.delete(parentElement); stop(); } };
    parts.set(parentElement, part);
  }
  part.update(data, setTriggerValue);
  return part.end;
}
