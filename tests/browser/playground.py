"""The real playground for the tests: a server in a process of its own, and what a test asks of a page."""

import contextlib
import fcntl
import io
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import psutil
from PIL import Image
from playwright.sync_api import BrowserContext, Page, TimeoutError, WebSocket, expect

ROOT = Path(__file__).parents[2]
STAGE = ".th-player"
HERE = {
    "127.0.0.1",
    "localhost",
    "theoria.test",
}  # theoria.test is this machine by a plain name, as in a classroom: no secure context
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
TABLE = b"height;width;kind\n" + b"".join(f"{k},5;{k % 7 + 0.5:g};{'ab'[k % 2]}\n".replace(".", ",").encode() for k in range(30))
# `data-asked` on the page: what the browser asked its server to run has not ended. In Streamlit's protocol the message that asks
# begins with field 11; in its answers field 4 is a run that begins, field 6 one that ends.
ASKED = """{
    const kept = {get asked() { return document.documentElement.dataset.asked; }, set asked(what) { document.documentElement.dataset.asked = what; }};
    const forget = () => { delete document.documentElement.dataset.asked; }, over = () => { if (kept.asked === "begun") forget(); };
    const number = (bytes, from) => { let n = 0, at = from, shift = 1; for (; bytes[at] > 127; at++, shift *= 128) n += (bytes[at] - 128) * shift; return [n + bytes[at] * shift, at + 1]; };
    const fields = (bytes) => {
        const found = [];
        for (let at = 0, tag, size; at < bytes.length; at += size) {
            [tag, at] = number(bytes, at);
            found.push(tag >> 3);
            [size, at] = tag & 2 ? number(bytes, at) : [0, number(bytes, at)[1]];
        }
        return found;
    };
    const hear = (told) => {
        if (kept.asked === "" && told.includes(4)) kept.asked = "begun";
        if (told.includes(6)) requestAnimationFrame(() => setTimeout(over));      // once React has put in what came before
    };
    window.WebSocket = class extends WebSocket {
        constructor(...where) {
            super(...where);
            this.addEventListener("message", ({data}) => { if (data instanceof ArrayBuffer && kept.asked !== undefined) hear(fields(new Uint8Array(data))); });
            this.addEventListener("close", forget);
        }
        send(data) { if (data[0] === (11 << 3 | 2)) kept.asked = ""; super.send(data); }
    };
}"""
REFUSED = """window.refused = []; addEventListener("securitypolicyviolation", (e) => window.refused.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}`));"""
PATIENCE = 90_000  # milliseconds for what takes a blink on an idle machine; on a busy one seconds


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


class Server:
    """`streamlit run app.py`, as `make run` starts it, but nothing is computed before a test asks for it."""

    def __init__(self, *options: str, base: str = "", **environment: str) -> None:
        self.port, self.base, self.environment = free_port(), base, environment
        self.options = [*options, *(["--server.baseUrlPath", base] if base else [])]
        self.url = f"http://127.0.0.1:{self.port}" + (f"/{base}" if base else "")
        self.log = tempfile.NamedTemporaryFile(suffix=".log")  # noqa: SIM115
        self.start()

    def start(self) -> None:
        env = {key: value for key, value in os.environ.items() if key not in ("WORKERS", "CACHE_MB", "NODE")}
        env |= {"WARM": "off"} | self.environment
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), *self.options]
        self.process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=self.log, stderr=subprocess.STDOUT)
        end = time.monotonic() + 60
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(Path(self.log.name).read_text())
            time.sleep(0.05)

    @property
    def pid(self) -> int:
        return self.process.pid

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/_stcore/health", timeout=2) as answer:
                return answer.read() == b"ok"
        except OSError:
            return False

    def stop(self) -> None:
        ended(psutil.Process(self.pid))
        self.process.wait()


def ended(process: psutil.Process, patience: float = 10) -> None:
    """Asked to end, and made to, with all that it started, after some seconds."""
    started = process.children(recursive=True)
    process.terminate()
    try:
        process.wait(patience)
    except psutil.TimeoutExpired:
        for one in (process, *started):
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


class Shared:
    """One server for all processes of the tests: the first that asks starts it, the last that leaves stops it."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "server.json"
        with self._alone() as told:
            if not told["users"]:
                server = Server()
                told |= {"url": server.url, "port": server.port, "pid": server.process.pid}
            told["users"] += 1
        self.url, self.port, self.base, self.pid = told["url"], told["port"], "", told["pid"]

    @contextlib.contextmanager
    def _alone(self) -> Iterator[dict[str, Any]]:
        """What is known of it, while no other process looks or changes it."""
        with self._file.with_suffix(".lock").open("w") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            told = json.loads(self._file.read_text()) if self._file.exists() else {"users": 0}
            yield told
            self._file.write_text(json.dumps(told))

    def leave(self) -> None:
        with self._alone() as told:
            told["users"] -= 1
            if not told["users"]:
                ended(psutil.Process(self.pid), patience=1)  # how it ends is asked in tests/runtime


Running = Server | Shared


class Watch:
    """What the pages of a context asked of other machines, what broke in them, and what the policy refused them."""

    def __init__(self, context: BrowserContext) -> None:
        self.asked: list[str] = []
        self.broken: list[str] = []
        self.refused: list[str] = []
        self.complaints: list[str] = []
        context.on("console", lambda line: self.refused.append(line.text) if "Content Security Policy" in line.text else None)
        context.on("console", lambda line: self.complaints.append(line.text) if line.type == "error" else None)
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("weberror", lambda problem: self.broken.append(str(problem.error)))
        context.on("page", lambda page: page.on("websocket", lambda line: self.asked.append(line.url)))

    def forget(self) -> None:
        for noted in (self.asked, self.broken, self.refused, self.complaints):
            noted.clear()

    @property
    def strangers(self) -> list[str]:
        return [
            url
            for url in self.asked
            if urlsplit(url).scheme in ("http", "https", "ws", "wss") and urlsplit(url).hostname not in HERE
        ]


# ---- waiting


def ready(page: Page, **hooks: object) -> None:
    """Until the film stands there whole and drawn, and the stage says what `hooks` want: ready(page, step=3)."""
    wanted = {"state": "ready", "drawn": "true"} | hooks
    page.wait_for_selector(STAGE + "".join(f'[data-{name}="{value}"]' for name, value in wanted.items()), timeout=PATIENCE)


def idle(page: Page) -> None:
    """Until the page has run: nothing sent is unanswered."""
    page.wait_for_timeout(150)
    finished(page)


def finished(page: Page) -> None:
    """Until the run that has begun has ended."""
    page.wait_for_selector(
        "html:not([data-asked]) [data-testid=stApp][data-test-script-state=notRunning][data-test-connection-state=CONNECTED]",
        timeout=PATIENCE,
    )


@contextlib.contextmanager
def another_film(page: Page) -> Iterator[None]:
    """What is done inside, once the page has run, brings another film; it is there at the end."""
    idle(page)  # a control that is moved while its page runs may be put back by that run
    before = film(page)
    yield
    page.wait_for_function(
        f"before => {{ const {{film, state, step}} = document.querySelector('{STAGE}')?.dataset ?? {{film: before}}; return film !== before && state === 'ready' && +step >= 0; }}",
        arg=before, timeout=PATIENCE,
    )  # fmt: skip
    idle(page)


@contextlib.contextmanager
def heard_by_python(page: Page, line: WebSocket) -> Iterator[None]:
    """What is done inside sends something to the server, which has answered at the end."""
    with line.expect_event("framesent", timeout=PATIENCE):
        yield
    idle(page)


# ---- looking


def film(page: Page) -> str:
    return str(page.get_attribute(STAGE, "data-film"))


def step(page: Page) -> int:
    return int(page.get_attribute(STAGE, "data-step"))


def count(page: Page) -> int:
    return int(page.get_attribute(STAGE, "data-count"))


def caption(page: Page) -> str:
    """What is said of the picture, folded or not."""
    return "\n".join(page.locator(".th-caption").first.locator(".th-words, .th-sum, .th-metrics").all_text_contents())


def slider(page: Page, name: str) -> Any:
    return page.locator(f".st-key-som-{name}").get_by_role("slider")


def unbroken(page: Page) -> None:
    """No error of ours or of Streamlit's stands on the page."""
    for name in ("stException", "stAlertContentError"):
        expect(page.get_by_test_id(name)).to_have_count(0)
    expect(page.get_by_test_id("stDialog")).to_have_count(0)


def spot(page: Page, panel: str, entity: int) -> tuple[float, float]:
    """Where a unit is on the screen, in panel "" (the sheet) or "2" (the map)."""
    page.locator(".th-plot").scroll_into_view_if_needed()
    return tuple(page.evaluate("""([panel, p]) => { const gd = document.querySelector(".th-plot"), box = gd.getBoundingClientRect();
        const trace = gd._fullData.find(({meta, xaxis}) => meta?.click === "unit" && xaxis === "x" + panel), X = gd._fullLayout["xaxis" + panel], Y = gd._fullLayout["yaxis" + panel];
        return [box.left + X._offset + X.d2p(trace.x[p]), box.top + Y._offset + Y.d2p(trace.y[p])]; }""", [panel, entity]))  # fmt: skip


def on_the_error_curve(page: Page, frame: int) -> tuple[float, float]:
    """Where a picture is on the curve of the error, on the screen."""
    x, y, bottom = page.evaluate("""frame => { const gd = document.querySelector(".th-plot"), X = gd._fullLayout.xaxis3, Y = gd._fullLayout.yaxis3;
        const trace = gd._fullData.find(({meta, xaxis}) => xaxis === "x3" && meta?.frames?.includes(frame)), k = trace.meta.frames.indexOf(frame), at = () => gd.getBoundingClientRect();
        if (at().top + Y._offset + Y._length > innerHeight) gd.parentElement.scrollIntoView({block: "end"});
        return [Math.round(at().left + X._offset + X.d2p(trace.x[k])), Math.round(at().top + Y._offset + Y.d2p(trace.y[k])), innerHeight]; }""", frame)  # fmt: skip
    assert y < bottom
    return x, y


def sideways(page: Page) -> list[str]:
    """What is wider than the window: empty where nothing scrolls sideways."""
    return page.evaluate("""() => [document.documentElement, document.body, ...document.querySelectorAll("[data-testid=stMain], [data-testid=stAppViewContainer], [data-testid=stMainBlockContainer]")]
        .filter((box) => box.scrollWidth > box.clientWidth + 1 || box.getBoundingClientRect().right > innerWidth + 1).map((box) => `${box.dataset.testid ?? box.tagName}: ${box.scrollWidth} > ${box.clientWidth}`)""")  # fmt: skip


def main_in_sight(page: Page) -> bool:
    """Whether the whole main panel stands above the bar, on the first screen and on a phone above the folded caption."""
    return bool(page.evaluate("""() => { document.querySelector("[data-testid=stMain]").scrollTo(0, 0);
        const plot = document.querySelector(".th-plot"), {_offset, _length} = plot._fullLayout.yaxis, top = (name) => document.querySelector(name).getBoundingClientRect().top;
        return plot.getBoundingClientRect().top + _offset + _length <= Math.min(top(".th-bar"), top(".th-caption")); }"""))  # fmt: skip


def light(page: Page, selector: str, style: str) -> float:
    """How light a colour is, 0 to 255; a background seen through transparent boxes."""
    return float(page.evaluate("""([selector, style]) => { let node = document.querySelector(selector), colour;
        do { colour = getComputedStyle(node)[style]; node = node.parentElement; } while (node && style === "backgroundColor" && /, 0\\)|transparent/.test(colour));
        const [r, g, b] = colour.match(/[\\d.]+/g).map(Number); return 0.3 * r + 0.59 * g + 0.11 * b; }""", [selector, style]))  # fmt: skip


def data_box(page: Page) -> Any:
    """The box that says which data are shown."""
    return page.locator("[class*=st-key-som-data-]").get_by_role("combobox")


# ---- doing


def press(page: Page, *names: str) -> None:
    for name in names:
        page.click(f".th-player .th-{name}")


def go(page: Page, to: int) -> None:
    page.fill(".th-scrub", str(to))
    ready(page, step=to)


def picture() -> bytes:
    """A little picture as a file."""
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def bring(page: Page, name: str, content: bytes, kind: str = "text/csv") -> None:
    """Give the page a file of one's own."""
    field = page.locator(".st-key-som-upload input[type=file]")
    if not field.count():
        page.locator(".st-key-som-own button").first.click()
    field.set_input_files({"name": name, "mimeType": kind, "buffer": content})
    idle(page)


def saved(page: Page, item: str, folder: Path) -> Path:
    """What an item of the player's menu saves."""
    press(page, "more")
    with page.expect_download(timeout=PATIENCE) as waiting:
        page.locator(".th-menu .th-item", has_text=item).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def opened_box(page: Page, box: Any) -> None:
    """Open a select box; a page that runs at that moment may close it again."""
    for _ in range(5):
        idle(page)
        box.click()
        try:
            page.get_by_role("option").first.wait_for(timeout=2000)
        except TimeoutError:
            continue
        return


def shared_link(page: Page) -> str:
    """What the share box copies."""
    page.locator(".st-key-sharing button").first.click()
    page.click(".th-share button")
    expect(page.locator(".th-share p")).to_have_text("link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("Escape")
    return str(link)
