"""Pictures of the pages for developers' eyes: `make look`, `make look TOPIC=em`, `make look TOPIC=em FULL=1`.

Every kind of run of a topic at its first and last step, in five looks, under build/look/<topic>/; contact sheets beside them.
A page is loaded once a kind and language; window and theme change in place, as they do for a visitor. On a phone both the
first screen and the page as far as its tabs are taken. At the end: pages that overflow sideways, and errors that were logged.
"""

import argparse
import importlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import ConsoleMessage, Page, TimeoutError, sync_playwright

from contents import SECTIONS
from tests.browser.chromium import launch
from tests.browser.playground import PATIENCE, STAGE, Server, another_film, count, go, idle, ready, sideways

OUT = Path(__file__).parents[2] / "build" / "look"
HEIGHT = {1280: 800, 1920: 1080, 390: 844}  # of a window, by its width
PHONE = 390
WIDEST, TALLEST, CELL, GAP = 4000, 4000, 620, 12  # of a contact sheet, in pixels; a screen's height on it
BELOW_TABS = 90  # pixels of a phone's page that are shown from the tabs' upper edge on

# What a kind cannot run without; and what its page opens with, where an address that names the kind means something older.
NEEDS = {
    ("som", "online"): {"data": "xkcd"},
    ("som", "unfold"): {"data": "square"},
    ("som", "unfold_batch"): {"data": "square"},
}

# Until nothing in the page has changed for a while.
STILL = """async (stage) => { await document.fonts.ready; await new Promise((done) => {
    const eye = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, 120); }), end = () => { eye.disconnect(); clearTimeout(cap); done(); };
    let timer = setTimeout(end, 120); const cap = setTimeout(end, 3000);
    eye.observe(document.querySelector(stage) ?? document.body, {subtree: true, childList: true, attributes: true, characterData: true}); }); }"""
TABS = """() => { const tabs = document.querySelector(".st-key-below"); if (!tabs) return 0;
    let box = tabs.parentElement; while (box && box.scrollHeight <= box.clientHeight + 4) box = box.parentElement;
    return Math.ceil(tabs.getBoundingClientRect().top + (box ?? document.scrollingElement).scrollTop); }"""


class Mode(NamedTuple):
    """A kind of run, and the parameters of the address that pick it."""

    name: str
    address: dict[str, str]


class Look(NamedTuple):
    """How a page is seen."""

    width: int
    theme: str
    language: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}-{self.language}"


LOOKS = (
    Look(1280, "light", "en"), Look(1280, "dark", "zh"), Look(1920, "light", "en"), Look(PHONE, "dark", "zh"), Look(PHONE, "light", "en"),
)  # fmt: skip
ALL_LOOKS = tuple(Look(width, theme, language) for language in ("en", "zh") for theme in ("light", "dark") for width in HEIGHT)
STEPS = ["none", "first", "middle", "last", "closer"]  # none: of a page without a picture
Shots = dict[tuple[str, str, str], Path]  # by mode, step, and look; a phone's whole page is the look "whole-…"


# ---- what there is to look at


def modes(slug: str) -> list[Mode]:
    """Every kind of run of a topic."""
    section = next(section for section, slugs in SECTIONS.items() if slug in slugs)
    kinds = importlib.import_module(f"engine.{section}.{slug}").ALGORITHMS
    return [Mode(kind.name, {f"{slug}.show": kind.name} | NEEDS.get((slug, kind.name), {})) for kind in kinds]


# ---- looking


def visit(slug: str, mode: Mode, looks: Sequence[Look], address: str, full: bool) -> tuple[Shots, list[str]]:
    """One load of a page in one language: its pictures, and what is wrong with it."""
    wrong: list[str] = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(viewport=_window(looks[0]), color_scheme=looks[0].theme, reduced_motion="reduce").new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda line: wrong.append(f"console: {line.text[:300]}") if _bad(line) else None)
        page.on("pageerror", lambda error: wrong.append(f"error: {str(error)[:300]}"))
        page.goto(f"{address}/{slug}?" + urlencode({"lang": looks[0].language, "step": "0"} | mode.address))
        shots = dict(_pictures(page, slug, mode, looks, full, wrong.append))
        browser.close()
    return shots, [f"{slug} {mode.name} {looks[0].language}: {line}" for line in dict.fromkeys(wrong)]


def _pictures(
    page: Page, slug: str, mode: Mode, looks: Sequence[Look], full: bool, wrong: Callable[[str], None]
) -> Iterator[tuple[tuple[str, str, str], Path]]:
    """Every look at every step; of a page without a picture one look each."""
    try:
        ready(page)
    except TimeoutError:
        wrong("no picture stands")
        steps = {"none": None}
    else:
        last = count(page) - 1
        steps = {"first": 0, "middle": last // 2, "last": last} if full else {"first": 0, "last": last}
    idle(page)
    for look in looks:
        yield from _seen(page, slug, mode, look, steps, wrong)
    if full and "middle" in steps and _closer(page, looks[0], steps["middle"]):
        for look in looks:
            yield from _seen(page, slug, mode, look, {"closer": count(page) - 1}, wrong)


def _closer(page: Page, look: Look, step: int) -> bool:
    """Look closely at a step, where the page offers it."""
    _dress(page, look)
    go(page, step)
    button = page.locator(f"{STAGE} .th-closer").first
    if not button.is_visible():
        return False
    with another_film(page):
        button.click()
    ready(page)
    return True


def _seen(
    page: Page, slug: str, mode: Mode, look: Look, steps: dict[str, Any], wrong: Callable[[str], None]
) -> Iterator[tuple[tuple[str, str, str], Path]]:
    """A page in one look: its first screen at every step, and on a phone the page down to its tabs."""
    _dress(page, look)
    for whole in (False, True)[: 1 + (look.width == PHONE)]:
        name = f"whole-{look}" if whole else str(look)
        for step, at in steps.items():
            if at is not None:
                go(page, at)
            page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollTo(0, 0)")  # what is filled in is scrolled to
            page.evaluate(STILL, STAGE)
            if whole:
                page.set_viewport_size({"width": PHONE, "height": max(HEIGHT[PHONE], page.evaluate(TABS) + BELOW_TABS)})
                page.evaluate(STILL, STAGE)
            for box in sideways(page):
                wrong(f"{look} {step}: overflows sideways: {box}")
            path = OUT / slug / f"{mode.name}-{step}-{name}.png"
            page.screenshot(path=path, animations="disabled", caret="hide")
            yield (mode.name, step, name), path


def _window(look: Look) -> dict[str, int]:
    return {"width": look.width, "height": HEIGHT[look.width]}


def _dress(page: Page, look: Look) -> None:
    """Another window and theme, in place."""
    page.set_viewport_size(_window(look))
    page.emulate_media(color_scheme=look.theme)
    if page.locator(f"{STAGE}[data-mood]").count():
        page.wait_for_selector(f"{STAGE}[data-mood={look.theme}]")
    page.evaluate(STILL, STAGE)


# ---- contact sheets


def sheets(slug: str, shots: Shots) -> list[Path]:
    """Lay the pictures of a topic out: a row for each kind and step, a column for each look; phones' whole pages by themselves."""
    made = []
    for suffix, whole, height in (("", False, CELL), ("-phone", True, None)):
        chosen = {key: path for key, path in shots.items() if key[2].startswith("whole-") == whole}
        rows = list(dict.fromkeys((mode, "" if whole else step) for mode, step, _ in chosen))
        columns = list(dict.fromkeys((step if whole else "", look) for _, step, look in chosen))
        table = [
            [
                (f"{mode} · {step or at} · {look.removeprefix('whole-')}", chosen.get((mode, step or at, look)))
                for at, look in columns
            ]
            for mode, step in rows
        ]
        strips = [strip for row in table for strip in _strips(row, height)]
        for number, part in enumerate(_stacks(strips)):
            made.append(OUT / f"{slug}{suffix}{f'-{number + 1}' if number else ''}.png")
            _stacked(part).save(made[-1])
    return made


def _strips(row: Sequence[tuple[str, Path | None]], height: int | None) -> Iterator[Image.Image]:
    """Pictures side by side, each under its label; another strip where one would be too wide."""
    cells = [_cell(label, path, height) for label, path in row if path]
    while cells:
        fits = 1
        while fits < len(cells) and sum(cell.width + GAP for cell in cells[: fits + 1]) <= WIDEST:
            fits += 1
        strip = Image.new(
            "RGB", (sum(cell.width + GAP for cell in cells[:fits]), max(cell.height for cell in cells[:fits])), "#777"
        )
        left = 0
        for cell in cells[:fits]:
            strip.paste(cell, (left, 0))
            left += cell.width + GAP
        yield strip
        cells = cells[fits:]


def _cell(label: str, path: Path, height: int | None) -> Image.Image:
    picture: Image.Image = Image.open(path).convert("RGB")
    if height:
        picture = picture.resize((round(picture.width * height / picture.height), height), Image.Resampling.LANCZOS)
    cell = Image.new("RGB", (picture.width, picture.height + 22), "#777")
    ImageDraw.Draw(cell).text((2, 2), label, "#fff", ImageFont.load_default(15))
    cell.paste(picture, (0, 22))
    return cell


def _stacks(strips: Sequence[Image.Image]) -> Iterator[list[Image.Image]]:
    """Strips in piles of a sheet's height."""
    pile: list[Image.Image] = []
    for strip in strips:
        if pile and sum(other.height + GAP for other in [*pile, strip]) > TALLEST:
            yield pile
            pile = []
        pile.append(strip)
    if pile:
        yield pile


def _stacked(strips: Sequence[Image.Image]) -> Image.Image:
    size = max(strip.width for strip in strips), sum(strip.height + GAP for strip in strips)
    sheet, top = Image.new("RGB", size, "#777"), 0
    for strip in strips:
        sheet.paste(strip, (0, top))
        top += strip.height + GAP
    return sheet


# ---- all of it


def look_at(slug: str, address: str, full: bool) -> list[str]:
    """Take a topic's pictures and lay them out. Returns what is wrong."""
    looks, kinds, began = ALL_LOOKS if full else LOOKS, modes(slug), time.monotonic()
    _clear(slug)
    of_language = [[look for look in looks if look.language == language] for language in ("en", "zh")]
    with ThreadPoolExecutor(2) as two:
        coming = [two.submit(visit, slug, mode, some, address, full) for mode in kinds for some in of_language]
        seen = [each.result() for each in coming]
    shots = {key: path for some, _ in seen for key, path in some.items()}
    places = [mode.name for mode in kinds], STEPS, [f"{whole}{look}" for whole in ("", "whole-") for look in looks]
    order = sorted(shots, key=lambda key: [place.index(part) for place, part in zip(places, key, strict=True)])
    made = sheets(slug, {key: shots[key] for key in order})
    print(
        f"{slug}: {len(shots)} pictures in {time.monotonic() - began:.0f} s: {' '.join(path.name for path in made)}", flush=True
    )
    return [line for _, wrong in seen for line in wrong]


def _clear(slug: str) -> None:
    """Away with the pictures of another time."""
    shutil.rmtree(OUT / slug, ignore_errors=True)
    (OUT / slug).mkdir(parents=True)
    for old in [*OUT.glob(f"{slug}.png"), *OUT.glob(f"{slug}-*.png")]:
        old.unlink()


def main() -> None:
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("topics", nargs="*", default=[slug for slugs in SECTIONS.values() for slug in slugs])
    asked.add_argument("--full", action="store_true", help="every size, theme and language, the middle step and a close-up too")
    told = asked.parse_args()
    server = Server()
    try:
        wrong = [line for slug in told.topics for line in look_at(slug, server.url, told.full)]
    finally:
        server.stop()
    print(*(wrong or ["Nothing overflows, no error was logged."]), sep="\n")
    sys.exit(bool(wrong))


def _bad(line: ConsoleMessage) -> bool:
    """Whether the console has an error that is ours: Streamlit feels its way to its own routes, and is refused."""
    return line.type == "error" and "/_stcore/" not in line.location["url"]


if __name__ == "__main__":
    main()
