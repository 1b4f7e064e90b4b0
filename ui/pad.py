"""The drawing pad: strokes by mouse, finger, pen or keyboard, and beside them what a run gets of them.

It speaks packed drawings, as links do (`engine.strokes`), and of a phone's camera a picture made small. What is made of them
is said by who shows it.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from charts import theme
from engine.errors import DataError
from engine.images import SIDE
from engine.readings import UPLOAD_BYTES
from engine.strokes import DRAWING_BYTES, GRID, PEN
from ui.language import language
from ui.text import phrases

HERE = Path(__file__).parent
SHOWN = 112  # pixels along a side of the small picture beside the pad, at most
LAMP = [theme.LIGHT["accent"], theme.DARK["accent"]]
FACTS = {"grid": GRID, "bytes": DRAWING_BYTES, "pen": PEN, "photo": 2 * SIDE, "lamp": LAMP}
SCRIPT = f"const PAD = {json.dumps(FACTS)};\n" + "\n".join(
    (HERE / name).read_text(encoding="utf-8") for name in ("pad.js", "player/entry.js")
)
PAD = st.components.v2.component("pad", css=(HERE / "pad.css").read_text(encoding="utf-8"), js=SCRIPT, isolate_styles=False)


def pad(
    key: str,
    drawing: str,
    heard: int,
    *,
    on_drawn: Callable[[str, int], None],
    on_photo: Callable[[bytes], None] | None = None,
    dots: bool = False,
    across: int = 1,
    result: Mapping[str, Any] | None = None,
    said: str = "",
) -> None:
    """Show a packed drawing, to be drawn on. `on_drawn` is told of the next one and of its number, before the page runs again.

    The number comes back as `heard`: a drawing that is older than what is on the pad does not replace it. `on_photo`: whether
    a phone offers its camera, and who is told of what it took. `dots`: thin strokes, for points. `result`: what a run gets, as
    `small_picture` or `places` say it; `said`: what is to be said of it instead, or beside it.
    """

    def hear() -> None:
        event = (st.session_state.get(key) or {}).get("event")
        if not isinstance(event, dict):
            return
        drawn, turn, photo = event.get("drawing"), event.get("turn"), event.get("photo")
        if isinstance(drawn, str) and isinstance(turn, int):
            on_drawn(drawn, turn)
        elif isinstance(photo, str) and on_photo:
            on_photo(_decoded(photo))

    PAD(
        key=key,
        data={
            "kind": "pad", "drawing": drawing, "turn": heard, "dots": dots, "across": across, "camera": on_photo is not None,
            "result": result, "said": said, "words": phrases(language())["pad"],
        },
        on_event_change=hear,
    )  # fmt: skip


def _decoded(photo: str) -> bytes:
    """The bytes of a picture in base64; none where it is no base64, or longer than any upload."""
    if len(photo) > 4 * UPLOAD_BYTES // 3 + 4:
        return b""
    try:
        return base64.b64decode(photo, validate=True)
    except (binascii.Error, ValueError):
        return b""


def small_picture(pixels: NDArray[Any]) -> dict[str, Any]:
    """A picture for beside the pad: grey values in 0..1 (h, w), or pixels (h, w, 1 or 3) uint8, made small where it is large."""
    light = pixels[..., :3].mean(-1) if pixels.ndim == 3 else pixels
    whole = np.clip(light if pixels.dtype == np.uint8 else 255 * light, 0, 255).round().astype(np.uint8)
    small = Pillow.fromarray(whole)
    if max(small.size) > SHOWN:
        small.thumbnail((SHOWN, SHOWN), Pillow.Resampling.BOX)
    return {
        "of": whole.shape[::-1],
        "width": small.width,
        "height": small.height,
        "grey": base64.b64encode(small.tobytes()).decode(),
    }


def places(X: NDArray[np.float64]) -> dict[str, Any]:
    """Points (n, 2), in heights of the pad, for beside it."""
    return {"places": np.round(X, 3).tolist()}


def refusal(problem: DataError) -> str:
    """What is wrong with a drawing, in a sentence."""
    return phrases(language())["errors"][problem.code].format(**problem.values)
