"""Make the pictures of the home page and the README from real films: `make screenshots`.

A thumbnail is the first panel with more than words of a topic's last picture as SVG, its colours replaced by variables that
follow the reader's theme.
"""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from charts import theme
from contents import SECTIONS
from tests.browser.chromium import launch
from tests.browser.playground import Server

ROOT = Path(__file__).parents[2]
FIRST_PANEL = """async () => {
  const plot = document.querySelector('.js-plotly-plot'), axes = plot._fullLayout;
  const panels = [...new Set(plot.data.map((trace) => trace.xaxis ?? 'x'))];
  const drawn = panels.find((panel) => plot.data.some((trace) => (trace.xaxis ?? 'x') === panel && trace.mode !== 'text')) ?? 'x';        // a table of words is no picture
  const short = drawn.slice(1), X = axes['xaxis' + short], Y = axes['yaxis' + short];
  const data = plot.data.filter((trace) => (trace.xaxis ?? 'x') === drawn && !trace.meta?.link?.startsWith('none')).map((trace) => ({...trace, xaxis: 'x', yaxis: 'y'}));
  const bare = {visible: false, fixedrange: true};
  const layout = {width: 640, height: 360, margin: {l: 0, r: 0, t: 0, b: 0}, showlegend: false, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
                  xaxis: {...bare, range: X.range}, yaxis: {...bare, range: Y.range}};
  const {xaxis, yaxis} = layout, across = xaxis.range[1] - xaxis.range[0], up = yaxis.range[1] - yaxis.range[0];
  if (X.scaleanchor || Y.scaleanchor) yaxis.range = [yaxis.range[0], yaxis.range[0] + Math.sign(up) * Math.abs(across) * 360 / 640];
  if (Y.range[0] > Y.range[1] && yaxis.range[1] !== Y.range[1]) yaxis.range = [Y.range[1] + Math.abs(across) * 360 / 640, Y.range[1]];
  return decodeURIComponent((await Plotly.toImage({data, layout}, {format: 'svg', width: 640, height: 360})).split(',').slice(1).join(','));
}"""


def thumbnail(page: Page, address: str, slug: str) -> str:
    """The SVG of a topic's default film."""
    page.goto(f"{address}/{slug}")
    page.wait_for_selector("[data-state=ready][data-drawn=true]", timeout=120_000)  # a fresh server computes it first
    page.wait_for_timeout(500)
    svg = page.evaluate(FIRST_PANEL)
    names = {colour.upper(): name for name, colour in theme.LIGHT.items() if isinstance(colour, str)}

    def role(found: re.Match[str]) -> str:
        colour = "#" + "".join(f"{int(part):02X}" for part in found.groups())
        return f"var(--{names[colour]})" if colour in names else found[0]

    svg = re.sub(r"rgb\((\d+), ?(\d+), ?(\d+)\)", role, svg)
    used = sorted(set(re.findall(r"var\(--(\w+)\)", svg)))
    light, dark = ("".join(f"--{name}:{palette[name]};" for name in used) for palette in (theme.LIGHT, theme.DARK))
    flip = "image{filter:invert(1)}" if page.locator("[data-flip=true]").count() else ""  # ink on paper, turned over at night
    style = f"<style>svg{{{light}}}@media(prefers-color-scheme:dark){{svg{{{dark}}}{flip}}}</style>"
    svg = re.sub(r"(-?\d+\.\d{2})\d+", r"\1", svg)
    return re.sub(r"(<svg[^>]*>)", r"\1" + style, svg, count=1)


def main() -> None:
    server = Server()
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright)
            take(browser, server.url)
            browser.close()
    finally:
        server.stop()


def take(browser: Browser, address: str) -> None:
    """A thumbnail of every topic, the README's picture, and what a link to the project shows."""
    page = visitor(browser, height=800)
    for slugs in SECTIONS.values():
        for slug in slugs:
            (ROOT / "ui/static/thumbs" / f"{slug}.svg").write_text(thumbnail(page, address, slug), encoding="utf-8")
    page.goto(address + "/som")
    page.wait_for_selector("[data-state=ready][data-drawn=true]")
    page.wait_for_timeout(1000)
    page.screenshot(path=ROOT / "assets" / "theoria.png")
    social(visitor(browser, height=640), address)


def visitor(browser: Browser, height: int) -> Page:
    """A page of somebody who was never here."""
    page = browser.new_context(viewport={"width": 1280, "height": height}, locale="en-US", reduced_motion="reduce").new_page()
    page.set_default_timeout(60_000)
    return page


def social(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("[class*=st-key-card-] img").last.wait_for()
    page.wait_for_timeout(2000)
    page.screenshot(path=ROOT / "assets" / "social.png")


if __name__ == "__main__":
    main()
