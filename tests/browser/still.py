"""Nothing below the picture moves while a film plays: bar, metrics and tabs have one place for all its pictures. On the first
screen stand main panel and bar. Asked of every page by test_accessible.py, which has it open."""

from itertools import pairwise

from playwright.sync_api import Page

from tests.browser.playground import PATIENCE, go, idle, main_in_sight

WHOLE = "() => window.theoria.player.films[0].lines.length === window.theoria.player.films[0].total"
# The first, the middle and the last picture, and the first one of every phase.
STEPS = """() => { const {lines} = window.theoria.player.films[0], phases = lines.map((line) => JSON.parse(line).picture.phase.replace(/[\\d.]+/g, ""));
    return [...new Set([0, lines.length >> 1, lines.length - 1, ...phases.map((phase) => phases.indexOf(phase))])]; }"""
# Where everything stands at some steps, and which metrics have no room. Not stepped by hand: to scroll there and back costs more than to draw.
SEEN = """async (steps) => { const stage = document.querySelector(".th-player"), scrub = stage.querySelector(".th-scrub"), tabs = document.querySelector(".st-key-below"), seen = [];
    tabs.scrollIntoView({block: "end"});      // where the bar need not stick
    const there = (step) => stage.dataset.step === `${step}` && stage.dataset.drawn === "true" && stage.dataset.state === "ready", next = () => new Promise(requestAnimationFrame);
    for (const step of steps) {
        scrub.value = step; scrub.dispatchEvent(new Event("input", {bubbles: true}));
        do await next(); while (!there(step));
        const from = stage.getBoundingClientRect(), box = (node) => { const {x, y, width, height} = node.getBoundingClientRect(); return [x - from.x, y - from.y, width, height]; };
        const metrics = [...document.querySelectorAll(".th-metrics div")], crowded = metrics.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.innerText);
        seen.push([JSON.stringify({bar: box(document.querySelector(".th-bar")), tabs: box(tabs).slice(0, 3), metrics: metrics.map(box), player: [from.width, from.height]}), crowded]);
    }
    return seen; }"""


def stands_still(page: Page) -> None:
    """Bar, tabs and metrics stand still through the film that is shown, in a window and on a phone."""
    go(page, 0)  # a film rests at its end until somebody steps
    page.wait_for_function(WHOLE, timeout=PATIENCE)
    steps = page.evaluate(STEPS)
    for width, height in ((1280, 800), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        idle(page)
        assert main_in_sight(page)
        seen = page.evaluate(SEEN, steps)
        assert [crowded for _, crowded in seen if crowded] == []
        for (one, (here, _)), (other, (there, _)) in pairwise(zip(steps, seen, strict=True)):
            assert here == there, (width, one, other)
