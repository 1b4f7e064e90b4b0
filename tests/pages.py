"""Pages as a visitor's browser asks for them, run in this process without the browser."""

from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from contents import SECTIONS
from runtime import server
from ui.visit import Visit

SCRIPT = str(Path(__file__).parents[1] / "ui" / "navigation.py")
SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
CSV = b"height,width,kind\n" + b"".join(f"{k},{k % 7 + 0.5},{'ab'[k % 2]}\n".encode() for k in range(30))


def opened(slug: str = "som", **link: str) -> AppTest:
    """A topic's page at a link, "." written as "__"; what is folded away is open."""
    page = AppTest.from_file(SCRIPT, default_timeout=60)
    for key, value in link.items():
        page.query_params[key.replace("__", ".")] = value
    for door in ("own", "placing", "more"):  # what is folded away is not drawn
        page.session_state[f"{slug}-{door}"] = True
    return page.switch_page(f"../pages/{SECTION[slug]}/{slug}.py").run()


def visit(page: AppTest) -> Visit:
    """What the session remembers."""
    kept: Visit = page.session_state["visit"]
    return kept


def params() -> Any:
    """Of the run that a page has opened last."""
    return list(server.running()[1]._films.values())[-1].job.run.params


def said(page: AppTest) -> str:
    """All that a page says of our own making."""
    return " ".join(str(item.proto.body) for item in page.get("html"))
