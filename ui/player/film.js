// ---- a film: an HTTP stream with a JSON value a line: {head}, then {row} and {picture} in turn (the one after {at} before its turn), {value}s that later lines refer to, at last {done} or {error}.
// Where its run is done, {course} says what its curves are of, and the film rests once the picture that the page opens at is there: the others are asked for when somebody plays, steps or saves.
// Raw lines are kept, pictures parsed only around the one shown.
const ARRAYS = {i1: Int8Array, u1: Uint8Array, u1c: Uint8ClampedArray, i2: Int16Array, u2: Uint16Array, i4: Int32Array, u4: Uint32Array, f4: Float32Array, f8: Float64Array};
const decode = ({dtype, bdata, shape}) => {         // Plotly's base64 arrays, decoded once instead of at every draw
  const numbers = new ARRAYS[dtype](bytesOf(bdata).buffer);
  const [rows, columns] = String(shape ?? "").split(",").map(Number);
  return columns ? Array.from({length: rows}, (_, r) => numbers.subarray(r * columns, (r + 1) * columns)) : numbers;
};
class Film {
  constructor({key, run, address, name, sent}) { Object.assign(this, {key, run, address, name, sent, stop: new AbortController(), mood: "", asked: false, reached: false, whole: false, opened: false, rests: false, told: -Infinity}); this.clear(); }
  get count() { return this.course && !this.over ? this.total : this.lines.length; }      // pictures that one can go to: there, or drawn when they are asked for
  get computed() { return this.over || Boolean(this.course); }      // whether the run is done
  has(i) { return i < this.lines.length || (this.early?.i === i && Boolean(this.early.line)); }
  row(i) { return this.rows[i] ?? ((this.early?.i === i && this.early.row) || []); }      // what the table says of a picture
  get length() { return this.over && !this.error ? this.lines.length : Math.max(this.lines.length, this.planned); }       // as far as it is known; of a run that broke, what it would have had
  clear() { Object.assign(this, {head: {}, total: 0, planned: 0, queued: null, again: false, lines: [], values: [], rows: [], marks: [], early: null, course: null, partial: false, ended: false, error: null}); }
  get over() { return this.ended || this.error !== null; }
  feed(line) {
    const kind = /^\{\s*"(\w+)"/.exec(line)?.[1];
    if (kind === "picture" && this.course && [...line.matchAll(/"series":\{"x":"(\w+)","y":"(\w+)"/g)].some(([, x, y]) => !this.course[x] || !this.course[y])) Object.assign(this, {course: null, partial: true});      // a curve of what comes with pictures alone
    if (kind === "picture") { if (this.early && !this.early.line) this.early.line = line; else this.put(line); }
    else if (kind === "value") this.values.push(line);
    else if (kind === "row") { const {row} = JSON.parse(line); if (this.early && !this.early.row) this.early.row = row; else this.rows.push(row); }
    else if (kind === "at") this.early = {i: JSON.parse(line).at};      // what comes next has this number: what the page opens at, before the others
    else if (kind === "course") this.course = JSON.parse(line).course;
    else if (kind === "done") this.ended = true;
    else if (line.trim()) { Object.assign(this, JSON.parse(line)); this.planned = Math.max(this.planned, this.total); }          // head, total, queued, error
  }
  put(line) {
    if (/"mark":\s*true/.test(line)) this.marks.push(this.lines.length);
    this.lines.push(line);
    const {early} = this;
    if (early?.line && early.i === this.lines.length) { this.early = null; this.rows.push(early.row); this.put(early.line); }
  }
  adopt(trial) {                                    // a second reading takes over as soon as it is no worse than what is there
    if (!trial.over && (trial.lines.length < this.lines.length || (this.early?.line && !trial.has(this.early.i)))) return;
    this.whole ||= trial.partial;
    if (this.values !== trial.values) this.mood = "";      // its references may count otherwise
    for (const name of ["head", "total", "planned", "queued", "again", "lines", "values", "rows", "marks", "early", "course", "partial", "ended", "error"]) this[name] = trial[name];
  }
  picture(i, mood) {
    if (mood !== this.mood) { this.mood = mood; this.near = new Map(); this.known = new Map(); this.weight = 0; }
    if (!this.near.has(i)) {
      this.near.set(i, this.resolve(paint(this.lines[i] ?? this.early.line, THEME[mood]).picture));
      if (this.near.size > 8) this.near.delete(this.near.keys().next().value);
    }
    return this.near.get(i);
  }
  value(n) {                                        // the same {"$": n} is the same object, so Plotly sees that nothing changed
    let value = this.known.get(n);
    if (value === undefined) { value = this.resolve(paint(this.values[n], THEME[this.mood]).value); this.weight += this.values[n].length; }
    else this.known.delete(n);
    this.known.set(n, value);                       // last used, last to go
    for (const [old] of this.known) { if (this.weight < 4e6 || old === n) break; this.weight -= this.values[old].length; this.known.delete(old); }
    return value;
  }
  resolve(node) {
    if (Array.isArray(node)) { for (let k = 0; k < node.length; k++) if (typeof node[k] === "object" && node[k]) node[k] = this.resolve(node[k]); return node; }
    if (!isPlain(node)) return node;
    if (node.$ !== undefined) return this.value(node.$);
    if (node.bdata !== undefined && ARRAYS[node.dtype]) return decode(node);
    for (const key in node) if (typeof node[key] === "object" && node[key]) node[key] = this.resolve(node[key]);
    return node;
  }
  column(key) {
    if (this.course?.[key] && !this.over) return this.course[key];
    const k = (this.head.columns ?? []).findIndex(([name]) => name === key), rows = this.rows.slice(0, this.lines.length);
    if (this.early?.row) rows[this.early.i] = this.early.row;
    return Array.from(rows, (row) => row?.[k] ?? null);
  }
  get begins() {                                    // pictures in which a step of the algorithm begins
    const at = !this.over && this.course?.step;
    return at ? [...at.keys()].filter((i) => i && at[i] !== at[i - 1]) : this.marks;
  }
}
