"""A page with the player and a server with films that do what a test says: finished, growing, lost, broken, not there at all."""

import base64
import contextlib
import gzip
import json
import math
import threading
import zlib
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

from charts import theme
from runtime import script
from ui.player import SCRIPT, STYLE

UI = Path(__file__).parents[3] / "ui"
STAGE = ".th-player"
WORDS = {
    "first": "To the start (Home)", "back": "Step back (←)", "next": "Step (→)", "last": "To the end (End)", "play": "Play", "pause": "Pause", "space": "Space", "scrub": "Step of the run", "step": "Step",
    "speed": "Speed", "loop": "Loop", "more": "More", "controls": "Controls of the film", "copy_step": "Copy link to this step", "save_svg": "Picture (SVG)", "save_png": "Picture (PNG)", "save_csv": "Numbers (CSV)",
    "save_film": "Film (one HTML file)", "copied": "link copied", "select_hint": "Press Ctrl+C to copy the selected link.", "closer": "Look closely here", "whole": "Back to the whole",
    "running": "computing {got} / {n}", "running_open": "computing {got}", "opening": "Opening the film …", "queued_title": "Waiting for a free worker", "queued": "{n} runs are ahead of yours. It starts by itself.",
    "queued_next": "Yours is next. It starts by itself.", "lost": "The connection broke", "retry": "Move any control, or reload the page, to start again.", "figure_hint": "Arrow keys move over the points, Enter chooses, Escape leaves.", "picture": "Picture", "run": "Run",
    "empty": "The numbers appear as the run computes them.", "numbers_title": "The numbers of every step", "save_numbers": "Download as CSV", "link_label": "Link to this page", "copy_link": "Copy link",
    "closer_short": "Look closely", "closeup": "Close-up", "pin_short": "Pin", "point": "point {n}", "pin": "Pin this run", "unpin": "Unpin", "pin_hint": "Keep this run", "pin_waits": "Pinned. Change one thing.", "lock_step": "Both at the same step.", "lock_part": "Both at the same part.", "now": "now", "pinned": "pinned", "difference": "difference", "plain": "Drawn without WebGL.",
    "gpu": "Compute on the GPU", "cpu": "Compute on the CPU", "report": "Something wrong here?", "reported": "report copied", "report_hint": "Press Ctrl+C to copy the report.", "beyond": "Asked for {asked}, ends at {last}.",
    "keys": "Keyboard", "close": "Close", "undo": "Undo: {what}", "code_beside": "Code beside the picture", "code_title": "Code",
}  # fmt: skip
PAGE = """<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>player</title>
<style>:root { --st-background-color: #FAF9F6; --st-font: "Plex Sans", system-ui, sans-serif; } :root.dark { --st-background-color: #131416; }
@font-face { font-family: "Plex Sans"; src: url(/fonts/ibm-plex-sans-latin-wght-normal.woff2); font-weight: 100 700; }
@font-face { font-family: "STIX Two Math"; src: url(/fonts/stix-two-math-latin-400-normal.woff2); }
body { margin: 0; padding: 12px 16px; background: var(--st-background-color); min-height: 1400px; } @media (min-width: 900px) { body { padding: 60px 28px 0 312px; } } p.far { height: 40px; }</style>
<link rel="stylesheet" href="/player.css"><input id="field"><div id="player"></div><p class="far"></p><div id="numbers"></div><div id="share"></div>
<script type="module">
import run from "/player.js";
window.events = []; window.stops = {};
window.mount = (data, id = data.kind) => window.stops[id] = run({data, parentElement: document.getElementById(id), setTriggerValue: (name, value) => window.events.push([name, value])});
window.unmount = (id) => window.stops[id]();
window.ready = true;
</script>"""


class Stream:
    """A film a test writes by hand: `say` sends a line to whoever reads, `tear` breaks the connection."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any] | None] = []
        self.more = threading.Condition()

    def say(self, *lines: dict[str, Any]) -> None:
        with self.more:
            self.lines += lines
            self.more.notify_all()

    def tear(self) -> None:
        with self.more:
            self.lines.append(None)
            self.more.notify_all()

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for at in range(10_000):
            with self.more:
                if not self.more.wait_for(lambda at=at: len(self.lines) > at, timeout=20):
                    return
                line = self.lines[at]
            if line is None:
                return
            yield line
            if "done" in line or "error" in line:
                return


Films = dict[str, Any]  # key → lines, a Stream, or a (status, content type, body) that is no film


class Server:
    """The films of one test module, and what was asked for."""

    def __init__(self) -> None:
        self.films: Films = {}
        self.asked: list[str] = []
        self.reading: Counter[str] = Counter()  # who reads which film now
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.answer(self)

            def log_message(self, *_: object) -> None: ...

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def answer(self, to: BaseHTTPRequestHandler) -> None:
        path = to.path.split("?")[0]
        if path.startswith("/films/"):
            self.asked.append(path.removesuffix(".opening"))
            name = path[7:].removesuffix(".html").removesuffix(".opening")
            self.film(to, self.films.get(name, (404, "application/json", '{"gone": true}')), path.endswith(".opening"))
            return
        found: dict[str, tuple[str, bytes]] = {
            "/": ("text/html", PAGE.encode()),
            "/player.js": ("text/javascript", SCRIPT.encode()),
            "/player.css": ("text/css", STYLE.encode()),
            "/plotly.js": ("text/javascript", script.FILE.read_bytes()),
        }
        font = UI / "static" / "fonts" / Path(path).name
        kind, body = found.get(path) or (
            ("font/woff2", font.read_bytes())
            if path.startswith("/fonts/") and font.exists()
            else ("text/html", b"<h1>Streamlit</h1>")
        )
        to.send_response(200)
        to.send_header("Content-Type", kind + ("" if "font" in kind else "; charset=utf-8"))
        to.send_header("Cache-Control", "max-age=600" if path == "/plotly.js" else "no-store")
        to.end_headers()
        to.wfile.write(body)

    def film(self, to: BaseHTTPRequestHandler, film: Any, opening: bool) -> None:
        if isinstance(film, tuple):
            status, kind, body = film
            to.send_response(status)
            to.send_header("Content-Type", kind)
            to.end_headers()
            to.wfile.write(body.encode())
            return
        to.send_response(200)
        to.send_header("Content-Type", "application/x-ndjson")
        to.send_header("Content-Encoding", "gzip")
        to.send_header("Cache-Control", "no-store")
        to.end_headers()
        self.reading[to.path.removesuffix(".opening")] += 1
        known = False
        deflate = zlib.compressobj(6, zlib.DEFLATED, 31)
        with contextlib.suppress(OSError):
            for line in film:
                to.wfile.write(deflate.compress(packed(line)) + deflate.flush(zlib.Z_SYNC_FLUSH))
                to.wfile.flush()
                known |= "course" in line
                if opening and known and "picture" in line:
                    break
            to.wfile.write(deflate.flush())
        self.reading[to.path.removesuffix(".opening")] -= 1


def packed(line: dict[str, Any]) -> bytes:
    return (json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def show(page: Page, *keys: str, **more: Any) -> None:
    """Mount the player on the films of these keys, or tell the mounted one about them."""
    page.evaluate("data => window.mount(data)", player(*keys, **more))


def player(*keys: str, **more: Any) -> dict[str, Any]:
    films = [{"key": key, "run": f"run {key}", "address": f"/films/{key}", "name": f"film {key}"} for key in keys]
    closeup = {"now": False, "offered": True}
    return {"kind": "player", "films": films, "start": None, "autoplay": False, "link": "https://theoria.example/som?v=1&som.rows=5", "file": "som", "plotly": "/plotly.js", "words": WORDS, "closeup": closeup, "inline": None} | more  # fmt: skip


# ---- what a test does with the page, and asks of it


def opened(browser: Browser, server: Server, **more: object) -> Page:
    page = browser.new_context(**{"viewport": {"width": 1280, "height": 800}} | more).new_page()
    page.problems = []
    page.on("pageerror", lambda problem: page.problems.append(str(problem)))
    page.goto(server.url)
    page.wait_for_function("window.ready")
    return page


def wait(page: Page, **hooks: object) -> None:
    """Until the stage says so: wait(page, step=3, state="ready")."""
    page.wait_for_selector(STAGE + "".join(f'[data-{name}="{value}"]' for name, value in hooks.items()), timeout=40_000)


def step(page: Page) -> int:
    return int(page.get_attribute(STAGE, "data-step"))


def press(page: Page, *names: str) -> None:
    for name in names:
        page.click(f".th-player .th-{name}")


def events(page: Page, kind: str) -> list[dict[str, Any]]:
    return [value for name, value in page.evaluate("window.events") if name == "event" and value["kind"] == kind]


def spot(page: Page, x: float, y: float, axes: str = "") -> tuple[float, float]:
    """Where a point of the first plot is on the screen."""
    return tuple(page.evaluate(
        """([x, y, k]) => { const gd = document.querySelector(".th-plot"), box = gd.getBoundingClientRect(), X = gd._fullLayout["xaxis" + k], Y = gd._fullLayout["yaxis" + k];
        return [box.left + X._offset + X.l2p(x), box.top + Y._offset + Y.l2p(y)]; }""", [x, y, axes]))  # fmt: skip


def remember_steps(page: Page) -> None:
    page.evaluate("""() => { window.seen = []; const stage = document.querySelector(".th-player");
        new MutationObserver(() => window.seen.push(+stage.dataset.step)).observe(stage, {attributes: true, attributeFilter: ["data-step"]}); }""")


def inline(lines: list[dict[str, Any]]) -> str:
    """A film as the page hands it over."""
    return base64.b64encode(gzip.compress(b"".join(map(packed, lines)))).decode()


# ---- films

COLUMNS = [["step", "step"], ["error", "error"], ["=kind", "=kind"]]
FORMULA = '<math><mi>w</mi><mo>=</mo><mn>⟦a⟧</mn><mo>·</mo><mn>⟦(b)⟧</mn><mo>=</mo><mn class="th-now">⟦w⟧</mn></math>'
WIDE = {
    "xaxis": {"domain": [0, 0.45]},
    "xaxis2": {"domain": [0.55, 1]},
    "xaxis3": {"domain": [0.55, 1]},
    "yaxis": {"domain": [0, 1]},
    "yaxis2": {"domain": [0.35, 1]},
    "yaxis3": {"domain": [0, 0.2]},
}
NARROW = {
    "height": 620,
    "xaxis": {"domain": [0, 1]},
    "xaxis2": {"domain": [0, 1]},
    "xaxis3": {"domain": [0, 1]},
    "yaxis": {"domain": [0.6, 1]},
    "yaxis2": {"domain": [0.2, 0.5]},
    "yaxis3": {"domain": [0, 0.1]},
}


ALONE = {"xaxis": {"domain": [0, 1]}, "yaxis": {"domain": [0, 1]}, "margin": {"l": 54, "r": 16, "t": 32, "b": 28}}


def head(**more: Any) -> dict[str, Any]:
    return {"head": {"columns": COLUMNS, "title": "A small map", "rate": 12} | more}


def error_at(i: int) -> float:
    return round(1 / (1 + 0.2 * i), 4)


def picture(i: int, n: int = 12, **more: Any) -> dict[str, Any]:
    """Nine units in space, the same nine as cells of a heatmap with a silent twin, and a curve whose points are doors."""
    x, y = [k % 3 + 0.02 * i for k in range(9)], [k // 3 + 0.01 * i for k in range(9)]
    axes = {"xaxis": "x2", "yaxis": "y2"}
    series = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "xaxis": "x3",
            "yaxis": "y3",
            "x": [],
            "y": [],
            "line": {"color": colour},
            "meta": {"series": {"x": "step", "y": "error", "when": when}},
        }
        for when, colour in (("future", "@ghost"), ("past", "@ink"), ("now", "@accent"))
    ]
    data = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": x,
            "y": y,
            "meta": {"link": "unit", "click": "unit"},
            "marker": {"color": "@ink", "size": 9},
            "hovertemplate": "unit %{pointNumber}<br>x %{x:.2f}<extra></extra>",
        },
        {
            "type": "heatmap",
            **axes,
            "z": [[k + 3 * r for k in range(3)] for r in range(3)],
            "colorscale": "@sequential",
            "showscale": False,
            "meta": {"link": "unit"},
            "hovertemplate": "cell %{x}, %{y}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            **axes,
            "x": [0, 1, 2, 0],
            "y": [0, 0, 0, 1],
            "marker": {"color": "@accent", "size": 6},
            "hoverinfo": "skip",
            "meta": {"link": "unit", "index": [0, 1, 2, 0], "silent": True, "ring": 12},
        },
        *series,
    ]
    layout = {
        "xaxis": {"range": [-0.5, 3.5], "anchor": "y"},
        "yaxis": {"range": [-0.5, 3.5], "anchor": "x"},
        "xaxis2": {"anchor": "y2"},
        "yaxis2": {"anchor": "x2"},
        "xaxis3": {"anchor": "y3", "range": [-5, 10 * n]},
        "yaxis3": {"anchor": "x3"},
    }
    content = {
        "figure": {"data": data, "layout": layout}, "wide": WIDE, "narrow": NARROW, "alone": ALONE, "series": [{"axis": "yaxis3", "y": ["error"], "zero": True}],
        "phase": f"Step {i}", "said": f"Unit <b>{i % 9}</b> moves.", "formula": FORMULA, "values": {"a": [[k / 10 for k in range(9)], 2], "b": [-0.5, 1], "w": [[-k / 20 for k in range(9)], 3]},
        "of": "unit", "at": i % 9, "metrics": [["error", f"{error_at(i):.3f}"], ["radius σ", "1.49"]], "alt": f"Alt text of step {i}.", "step": 10 * i, "part": "", "mark": i % 4 == 0,
    } | more  # fmt: skip
    return {"picture": content}


def row(i: int) -> dict[str, Any]:
    return {"row": [10 * i, error_at(i), "=1+1" if i == 0 else f'a "{i}"']}


def steps(start: int, stop: int, n: int = 12) -> list[dict[str, Any]]:
    return [line for i in range(start, stop) for line in (row(i), picture(i, n))]


def opening(at: int, n: int = 12, **more: Any) -> list[dict[str, Any]]:
    """A film up to the picture that its page opens at, its run done."""
    course = {"step": [10 * i for i in range(n)], "error": [error_at(i) for i in range(n)]}
    return [head(**more), {"total": n}, {"course": course}, {"at": at}, *steps(at, at + 1, n)]


def film(n: int = 12, flip: bool = False, **more: Any) -> list[dict[str, Any]]:
    pictures = steps(0, n, n)
    for line in pictures:
        if flip and "picture" in line:
            line["picture"]["flip"] = True
    return [head(**more), {"total": n}, *pictures, {"done": True}]


def map_film(n: int = 60, side: int = 12) -> list[dict[str, Any]]:
    """As heavy as the default film of the self-organising map: 342 points, a mesh, hexagons by level, hits, a curve."""
    points = [[math.sin(7.1 * k + c) + 0.7 * math.cos(3.3 * k + 2 * c) for k in range(114)] for c in range(6)]
    values = [{"value": points[c]} for c in range(6)]
    place = [(c + 0.5 * (r % 2), r * 0.866) for r in range(side) for c in range(side)]
    lines = [
        {"head": {"columns": [["step", "step"], ["error", "error"]], "title": "Map", "rate": 60}},
        {"total": n},
        *values,
    ]
    corner = [(0.58 * math.cos(math.pi * (k + 0.5) / 3), 0.58 * math.sin(math.pi * (k + 0.5) / 3)) for k in range(7)]
    for i in range(n):
        grow = 0.3 + 0.7 * i / n
        unit = [(grow * (x / 5 - 1) + 0.05 * math.sin(i + x), grow * (y / 5 - 1) + 0.05 * math.cos(i + y)) for x, y in place]
        mx, my = [], []
        for k in range(side * side):
            for to in (k + 1 if (k + 1) % side else -1, k + side):
                if 0 <= to < side * side:
                    mx += [round(unit[k][0], 3), round(unit[to][0], 3), None]
                    my += [round(unit[k][1], 3), round(unit[to][1], 3), None]
        data = [
            {
                "type": "scatter",
                "mode": "markers",
                "x": {"$": 2 * k},
                "y": {"$": 2 * k + 1},
                "hoverinfo": "skip",
                "marker": {"size": 6, "color": f"@c{k + 1}", "symbol": theme.SYMBOLS[k], "opacity": 0.55},
            }
            for k in range(3)
        ]
        data += [
            {
                "type": "scatter",
                "mode": "lines",
                "x": mx,
                "y": my,
                "line": {"color": "@ink", "width": 0.9},
                "opacity": 0.55,
                "hoverinfo": "skip",
            }
        ]
        data += [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [round(u[0], 3) for u in unit],
                "y": [round(u[1], 3) for u in unit],
                "marker": {"size": 4.5, "color": "@ink"},
                "meta": {"link": "unit"},
            }
        ]
        for level in range(14):
            cells = [p for k, p in enumerate(place) if (k * 7 + i * (k % 3)) % 14 == level]
            hx = [v for x, _ in cells for v in [*(round(x + c, 3) for c, _ in corner), None]]
            hy = [v for _, y in cells for v in [*(round(y + c, 3) for _, c in corner), None]]
            data += [
                {
                    "type": "scatter",
                    "mode": "lines",
                    "fill": "toself",
                    "x": hx,
                    "y": hy,
                    "xaxis": "x2",
                    "yaxis": "y2",
                    "hoverinfo": "skip",
                    "line": {"color": "@surface", "width": 1},
                    "fillcolor": f"@neutral{level}",
                }
            ]
        data += [
            {
                "type": "scatter",
                "mode": "markers",
                "x": [p[0] for p in place],
                "y": [p[1] for p in place],
                "xaxis": "x2",
                "yaxis": "y2",
                "meta": {"link": "unit", "ring": 20},
                "marker": {"size": 16, "opacity": 0},
                "hovertemplate": "unit %{pointNumber}<extra></extra>",
            }
        ]
        for when, colour in (("future", "@ghost"), ("past", "@ink"), ("now", "@accent")):
            data += [
                {
                    "type": "scatter",
                    "mode": "markers" if when == "now" else "lines",
                    "xaxis": "x3",
                    "yaxis": "y3",
                    "x": [],
                    "y": [],
                    "line": {"color": colour, "width": 2},
                    "marker": {"size": 9, "color": colour},
                    "meta": {"series": {"x": "step", "y": "error", "when": when}},
                }
            ]
        notes = [
            {
                "text": text,
                "xref": f"x{k} domain",
                "yref": f"y{k} domain",
                "x": 0,
                "y": 1,
                "xanchor": "left",
                "yanchor": "bottom",
                "yshift": 8,
                "showarrow": False,
                "font": {"size": 12, "color": "@ink2"},
            }
            for k, text in (
                ("", "The sheet in data space"),
                ("2", "U-matrix: distance to neighbours"),
                ("3", "Mean distance to the nearest unit"),
            )
        ]
        hidden = {"visible": False, "showgrid": False, "fixedrange": True}
        layout = {
            "annotations": notes,
            "xaxis": {"range": [-1.9, 1.9], "anchor": "y"},
            "yaxis": {"range": [-1.9, 1.9], "anchor": "x"},
            "xaxis2": {**hidden, "range": [-0.7, side + 0.1], "anchor": "y2"},
            "yaxis2": {**hidden, "range": [-0.7, side * 0.87], "anchor": "x2"},
            "xaxis3": {"anchor": "y3", "range": [-1, n]},
            "yaxis3": {"anchor": "x3", "nticks": 3},
        }
        said = f"Sample {i * 7 % 342} pulls its winner, unit ({i % 12}, {i * 5 % 12}), and the winner's neighbours."
        lines += [{"row": [i, error_at(i)]}, picture(i, n, figure={"data": data, "layout": layout}, said=said)]
    return [*lines, {"done": True}]
