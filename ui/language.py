"""Which language the visitor reads: the link's, else the one chosen before, else the browser's."""

import re

import streamlit as st

from ui.text import LANGUAGES, phrases
from ui.visit import visit

# where the signs of a language that writes them as wide as its words come from, on one system or another
WIDE = {"zh": ("PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC")}


def arrive() -> None:
    """Take the language of the page's link, before anything is said: once, since `language` is asked for eighty times a page."""
    now = visit()
    now.language = _of_link() or now.language


def language() -> str:
    now = visit()
    now.language = now.language or _of_link() or _of_browser()
    return now.language


def say(key: str, **values: object) -> str:
    """A phrase of the page's frame."""
    return phrases(language())["ui"][key].format(**values)


def punctuation(language: str) -> str:
    """The style that takes quotes, dashes and dots from another font, where a language writes them as wide as its words."""
    fonts = ", ".join(f'local("{font}")' for font in WIDE.get(language, ()))
    marks = "unicode-range: U+2014, U+2018-2019, U+201C-201D, U+2026"
    return f'@font-face {{ font-family: "Plex Sans"; font-weight: 100 700; src: {fonts}; {marks} }}' if fonts else ""


def following(speaks: str) -> str:
    """The language that the switch leads to from another: each has its turn."""
    return LANGUAGES[(LANGUAGES.index(speaks) + 1) % len(LANGUAGES)]


def switch() -> None:
    """The next language, in place."""
    visit().language = st.query_params["lang"] = following(language())


def _of_link() -> str:
    return known(st.query_params.get("lang"))


def _of_browser() -> str:
    return known(st.context.locale) or "en"


def known(tag: str | None) -> str:
    """The language that a tag means, as links and browsers write it: zh, ZH, zh_CN, zh-Hans-CN; "" where we have none."""
    language = re.split("[-_]", tag or "")[0].lower()
    return language if language in LANGUAGES else ""
