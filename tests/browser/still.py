"""Nothing below the picture moves while a film plays: bar, metrics and tabs have one place for all its pictures. On the first
screen stand main panel and bar. Asked of every page by test_accessible.py, which has it open."""

import json
from itertools import pairwise

from playwright.sync_api import Page

from tests.browser.playground import PATIENCE, go, idle, main_in_sight

WHOLE = "() => window.theoria.player.films[0].lines.length === window.theoria.player.films[0].total"
# The first, the middle and the last picture, and the first one of every phase.
STEPS = """() => { const {lines} = window.theoria.player.films[0], phases = lines.map((line) => JSON.parse(line).picture.phase.replace(/[\\d.]+/g, ""));
    return [...new Set([0, lines.length >> 1, lines.length - 1, ...phases.map((phase) => phases.indexOf(phase))])]; }"""
PLACES = """() => { const tabs = document.querySelector(".st-key-below"); tabs.scrollIntoView({block: "end"});      // where the bar need not stick
    const from = document.querySelector(".th-player").getBoundingClientRect(), box = (node) => { const {x, y, width, height} = node.getBoundingClientRect(); return [x - from.x, y - from.y, width, height]; };
    return {bar: box(document.querySelector(".th-bar")), tabs: box(tabs).slice(0, 3), metrics: [...document.querySelectorAll(".th-metrics div")].map(box), player: [from.width, from.height]}; }"""
CROWDED = """() => [...document.querySelectorAll(".th-metrics div")].filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText)"""


def stands_still(page: Page) -> None:
    """Bar, tabs and metrics stand still through the film that is shown, in a window and on a phone."""
    go(page, 0)  # a film rests at its end until somebody steps
    page.wait_for_function(WHOLE, timeout=PATIENCE)
    steps = page.evaluate(STEPS)
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        idle(page)
        assert main_in_sight(page)
        seen = {}
        for step in steps:
            go(page, step)
            seen[step] = json.dumps(page.evaluate(PLACES))
            assert page.evaluate(CROWDED) == []
        for one, other in pairwise(steps):
            assert seen[one] == seen[other], (width, one, other)
