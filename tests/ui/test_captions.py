"""What is said of a picture has room in the caption's one height, in every film a page shows, wide and on a phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

import tests.ui.player.harness as harness
from contents import SECTIONS
from ui.language import punctuation
from ui.text import LANGUAGES, theory

SLUGS = [slug for slugs in SECTIONS.values() for slug in slugs]
# The player's own functions write the captions of a film; what does not fit is told.
TIGHT = """async (film) => {
    const source = await (await fetch("/player.js")).text(), module = URL.createObjectURL(new Blob([source + "\\nexport {Film, caption};"], {type: "text/javascript"}));
    const {Film, caption} = window.own ??= await import(module), told = new Film({key: "told"}), pane = window.theoria.player.panes[0], box = pane.node.querySelector(".th-caption"), out = [];
    for (const line of film.split("\\n")) told.feed(line);
    const my = {...window.theoria.player, films: [told], agreed: ["", true], pointed: null}, last = told.lines.length - 1;
    for (let i = 0; i <= last; i++) {
        const picture = told.picture(i, "light");
        caption(my, pane, told, picture, i);
        if (box.scrollHeight > box.clientHeight + 1) out.push([i, "too high", box.scrollHeight, picture.said]);
        if (pane.node.querySelector(".th-words").offsetHeight > (box.clientWidth < 640 ? 140 : 60)) out.push([i, "too many words", picture.said]);
        const sum = box.querySelector(".th-sum").lastElementChild, below = box.querySelector(".th-metrics");
        if (box.clientWidth < 640 && sum?.getBoundingClientRect().bottom > below.getBoundingClientRect().top + 1) out.push([i, "on the metrics", sum.textContent]);
        for (const one of box.querySelectorAll(".th-metrics div")) if (one.scrollWidth > one.clientWidth + 1) out.push([i, "too wide", one.innerText]);
        for (const one of box.querySelectorAll(".th-sum math")) if (one.getBoundingClientRect().right > box.getBoundingClientRect().right + 1) out.push([i, "cut", one.textContent]);
    }
    return out; }"""


DRESS = """async (style) => {
    const own = document.getElementById("punctuation") ?? document.head.appendChild(Object.assign(document.createElement("style"), {id: "punctuation"}));
    own.textContent = style;
    await document.fonts.load('15px "Plex Sans"', "“—…"); }"""


@pytest.fixture(scope="module")
def pages(browser: Browser) -> Iterator[list[Page]]:
    server, opened = harness.Server(), []
    server.films["small"] = harness.film(rate=30)
    for width in (1280, 1100, 390):
        page = browser.new_context(viewport={"width": width, "height": 844}).new_page()
        page.goto(server.url)
        page.wait_for_function("window.ready")
        harness.show(page, "small")
        page.wait_for_selector('.th-player[data-step="11"]')
        opened.append(page)
    yield opened
    for page in opened:
        page.context.close()


@pytest.mark.parametrize("slug", SLUGS)
def test_captions_fit(films, pages, slug):
    assert [page.evaluate("document.querySelector('.th-caption').offsetHeight") for page in pages] == [98, 131, 204]
    for language in LANGUAGES:
        for page in pages:
            page.evaluate(DRESS, punctuation(language))
        for experiment in ("", *(item.id for item in theory(slug, "en").experiments)):
            shown = films.get(slug, experiment, language).spoken()
            assert [page.evaluate(TIGHT, shown) for page in pages] == [[], [], []], (experiment, language)
