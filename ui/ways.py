"""The ways through the playground: the bar over every page, what stands before and after a topic, the path on the home page."""

import html
import json
from pathlib import Path
from typing import Any

import streamlit as st

from contents import AFTER, PATH, POSTER, SECTIONS
from engine.images import SENT_PIXELS
from ui.language import following, language, switch
from ui.player import base
from ui.text import LANGUAGES, phrases, theory

HERE = Path(__file__).parent
SHOWN = {section: slugs for section, slugs in SECTIONS.items() if slugs}
ORDER = [slug for slugs in SECTIONS.values() for slug in slugs]
SECTION = {slug: section for section, slugs in SECTIONS.items() for slug in slugs}
STYLE = "".join((HERE / name).read_text(encoding="utf-8") for name in ("ways.css", "pages.css"))


def site() -> dict[str, Any]:
    """What the script knows of all pages, in every language: so a change of page says no more than where it leads."""

    def of(speaks: str) -> dict[str, Any]:
        said, then = phrases(speaks), following(speaks)
        texts = {slug: theory(slug, speaks) for slug in ORDER}
        return {
            "sections": {section: said["sections"][section] for section in SHOWN},
            "topics": {slug: [text.title, text.question] for slug, text in texts.items()},
            "words": said["ways"],
            "names": said["streamlit"],
            "next": then,
            "following": phrases(then)["ui"]["language_name"],
        }

    return {"sections": SHOWN, "order": ORDER, "path": PATH, "languages": {speaks: of(speaks) for speaks in LANGUAGES}}


PARTS = (
    "streamlit.js",
    "pictures.js",
    "ways.js",
    "path.js",
    "player/entry.js",
)  # joined in this order; the last holds what Streamlit calls
SCRIPT = f"const SITE = {json.dumps(site(), ensure_ascii=False)}, SENT_PIXELS = {SENT_PIXELS};\n" + "".join(
    (HERE / name).read_text(encoding="utf-8") for name in PARTS
)
WAYS = st.components.v2.component("ways", js=SCRIPT, isolate_styles=False)


def bar(here: str) -> None:
    """The bar over the page `here`. Its switch of languages is passed to a button of Streamlit's, as its links are."""
    with st.container(key="bar"):
        st.button(phrases(following(language()))["ui"]["language_name"], on_click=switch, key="language_button")
        WAYS(key="site", data={"kind": "bar", "here": here, "language": language(), "base": base()})


def begin() -> None:
    """Where to go on."""
    WAYS(key="begin", data={"kind": "begin", "language": language(), "base": base()})


def path() -> None:
    """The path as dots by section."""
    WAYS(key="path", data={"kind": "path", "language": language(), "base": base()})


def link(address: str, text: str, *, mark: str = "", rel: str = "") -> str:
    """A link to a page that the bar's script follows without a reload; `mark`: the topic that says whether it was seen."""
    more = (f' data-mark="{mark}"' if mark else "") + (f' rel="{rel}"' if rel else "")
    return f'<a href="{base()}{address}" data-go="{address.partition("?")[0]}"{more}>{html.escape(text)}</a>'


def to_files() -> None:
    """Beside every door of own data: the page that says how files are read and where they go."""
    st.html(f"<p>{link('files', phrases(language())['ui']['files_door'])}</p>")


def poster(section: str) -> str:
    """The picture of a section, by day and by night: of the topic that says it best."""
    day, night = (f"{base()}app/static/thumbs/{POSTER[section]}-{mood}.webp" for mood in ("light", "dark"))
    night_too = f'<source media="(prefers-color-scheme: dark)" srcset="{night}">'
    return f'<picture>{night_too}<img src="{day}" alt="" loading="lazy" width="640" height="360"></picture>'


def title(slug: str) -> str:
    return theory(slug, language()).title


def around(slug: str) -> None:
    """Below a topic: what it builds on, and the topics before and after it."""
    words = phrases(language())["ways"]
    among, at = SECTIONS[SECTION[slug]], ORDER.index(slug)
    section = phrases(language())["sections"][SECTION[slug]]
    place = words["place"].format(section=section, i=among.index(slug) + 1, n=len(among))
    before = link(ORDER[at - 1], "‹ " + title(ORDER[at - 1]), rel="prev") if at else ""
    after = link(ORDER[at + 1], title(ORDER[at + 1]) + " ›", rel="next") if at + 1 < len(ORDER) else ""
    needed = phrases(language())["ui"]["comma"].join(link(other, title(other), mark=other) for other in AFTER.get(slug, ()))
    need = f"<p>{html.escape(words['need'])} {needed}</p>" if needed else ""
    with st.container(key="around"):
        st.html(f'{need}<p class="th-around"><span>{before}</span><span>{html.escape(place)}</span><span>{after}</span></p>')
