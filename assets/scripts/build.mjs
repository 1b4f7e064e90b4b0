// Makes plotly-<version>.min.js beside this file, and the notices of all that is in it. `node assets/scripts/build.mjs`; needs npm, and is needed only for another version.
// The version is that of the script in the Python package plotly (a test compares them); `before` keeps the packages that Plotly itself asks for at what they were.
import {execFileSync} from "node:child_process";
import {mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from "node:fs";
import {createRequire} from "node:module";
import {tmpdir} from "node:os";
import {dirname, join} from "node:path";
import {fileURLToPath} from "node:url";

const PLOTLY = "4.1.1", BEFORE = "2026-11-29", TOOLS = ["esbuild@0.28.2", "buffer@6.0.3"];
const here = dirname(fileURLToPath(import.meta.url)), work = mkdtempSync(join(tmpdir(), "plotly-"));

const install = () => {
  writeFileSync(join(work, "package.json"), '{"private": true}');
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock", `--before=${BEFORE}`, `plotly.js@${PLOTLY}`, ...TOOLS], {cwd: work, stdio: "inherit"});
};
// A line with gaps is one element of the page and not one for each of its parts: a map's mesh has 400 of them, and each is styled by itself.
const ONE_PATH = [
  ["return function(pts) {\n                thispath", "return function(parts) {\n                var drawn = ''; for(var pts of parts) {\n                thispath"],
  ["// actual lines get drawn here", "drawn += thispath; }\n                // actual lines get drawn here"],
  [".attr('d', thispath)\n", ".attr('d', drawn)\n"],
  ["sel.attr('d', thispath)", "sel.attr('d', drawn)"],
  [".data(segments);", ".data(segments.length ? [segments] : []);"],
];
const joined = {name: "one path a line", setup: ({onLoad}) => onLoad({filter: /plotly\.js.src.traces.scatter.plot\.js$/}, ({path}) => {
  let contents = readFileSync(path, "utf8");
  for (const [old, ours] of ONE_PATH) {
    if (contents.split(old).length !== 2) throw new Error(`Plotly's line is drawn in other words: ${old}`);
    contents = contents.replace(old, () => ours);
  }
  return {contents};
})};
const bundle = async () => (await createRequire(join(work, "package.json"))("esbuild").build({
  absWorkingDir: work, nodePaths: [join(work, "node_modules")], entryPoints: [join(here, "plotly-entry.js")], outfile: join(here, `plotly-${PLOTLY}.min.js`),
  bundle: true, minify: true, target: "es2020", format: "iife", globalName: "Plotly", define: {global: "window"}, alias: {regl: "@plotly/regl"}, loader: {".css": "empty"}, plugins: [joined],
  legalComments: "none", banner: {js: `/* plotly.js ${PLOTLY}, built for this project from its sources, but for ONE_PATH: assets/scripts/build.mjs. MIT and others: assets/licences/plotly.js.MIT.txt */`}, metafile: true,
})).metafile;
const inside = ({outputs}) => {                     // the folders of the packages that gave the bundle a byte
  const files = Object.values(outputs).flatMap(({inputs}) => Object.entries(inputs)).filter(([path, {bytesInOutput}]) => bytesInOutput && !path.endsWith(".css")).map(([path]) => path);
  return [...new Set(files.flatMap((path) => /.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))].sort();
};
const notice = (path) => {
  const folder = join(work, path), {name, version, license, licenses, author} = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const kind = license?.type ?? license ?? licenses.map(({type}) => type).join(", "), by = (author?.name ?? author ?? "its authors").replace(/ <.*/, "");
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)/i.test(name));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : `By ${by}. The package names this licence and brings no text of it: the terms are those above, under plotly.js.`;
  if (!file && kind !== "MIT") throw new Error(`no licence text: ${name} (${kind})`);
  return `${name} ${version} (${kind})\n\n${text}\n`;
};

try {
  install();
  const packages = inside(await bundle());
  packages.sort((a, b) => b.endsWith("/plotly.js") - a.endsWith("/plotly.js"));
  const line = `\n${"-".repeat(80)}\n\n`;
  writeFileSync(join(here, "..", "licences", "plotly.js.MIT.txt"), `What is inside assets/scripts/plotly-${PLOTLY}.min.js, package by package.\n${line}${packages.map(notice).join(line)}`);
} finally { rmSync(work, {recursive: true}); }
