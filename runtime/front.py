"""What the head of a page's document says so that it is there sooner.

Streamlit's script is told where its server is: else it tries `/som/_stcore/…` first, and opens no connection before two answers
have come. A page with a film is told what it will ask for anyway, while Streamlit itself still starts.
"""

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

# `doors.policy` lets it run. A page's address has one part: runtime/cards.py
START = """window.__streamlit = {BACKEND_BASE_URL: new URL(".", location).href,
  HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false, metricsUrl: ""}};"""


def head(base: str, player: str | None) -> str:
    """What is added to the head of a page. `base` is the path the app is under, `player` its player's script, if it has one."""
    return f"<script>{START}</script>" + (hints(base, player) if player else "")


@cache
def hints(base: str, player: str) -> str:
    """Tags for a page with a film. A part that Streamlit no longer has is left out."""
    parts = [next((STATIC / "static" / "js").glob(f"{stem}.*.js"), None) for stem in EARLY]
    ours = f'<link rel="preload" as="script" href="{base}/{script.PATH}"><link rel="modulepreload" href="{base}/{player}">'
    return ours + "".join(f'<script type="module" async src="{base}/static/js/{part.name}"></script>' for part in parts if part)
