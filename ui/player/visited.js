// ---- what was visited last: kept in this browser, sent nowhere
const VISITED = "theoria.visited";
const visits = () => { try { return JSON.parse(localStorage.getItem(VISITED)) ?? []; } catch { return []; } };      // a browser may forbid it, or hold what is not ours
const remember = ({file, link}) => {
  const query = new URL(link, location.href).searchParams;
  for (const name of ["lang", "v"]) query.delete(name);
  if (/^[~]|^file:/.test(query.get("data") ?? "")) query.delete("data");     // whoever sits here next need not find somebody's own data
  query.delete("pin");
  try { localStorage.setItem(VISITED, JSON.stringify([{file, query: query.toString()}, ...visits().filter((one) => one.file !== file)].slice(0, 4))); } catch { /* then nothing is kept */ }
};
