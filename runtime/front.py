"""Hints in the document of a page with a film: what it will ask for anyway, asked for while Streamlit itself still starts."""

from functools import cache

from runtime import script
from runtime.packed import STATIC

EARLY = (
    "BidiComponent",
    "Html",
    "ButtonGroup",
    "Selectbox",
    "Slider",
    "Button",
    "rehype-katex",
)  # what a topic's page is shown with


@cache
def hints(base: str) -> str:
    """Tags for the head. `base` is the path the app is under. A part that Streamlit no longer has is left out."""
    parts = [next((STATIC / "static" / "js").glob(f"{stem}.*.js"), None) for stem in EARLY]
    plotly = f'<link rel="preload" as="script" href="{base}/{script.PATH}">'
    return plotly + "".join(f'<script type="module" async src="{base}/static/js/{part.name}"></script>' for part in parts if part)
