"""Diffusion: the page. By hand: sixteen pictures need one of the visitor's only where they begin with it."""

from dataclasses import replace
from typing import Any

import streamlit as st

import ui.kinds
from engine.drawings import small
from engine.generative import diffusion
from ui import address, shell
from ui.controls import controls
from ui.data import EDITED_POINTS, PICTURE, Form
from ui.strip import Strip
from views.generative import diffusion as view

CLOUDS = ("moons", "rings", "spiral", "heaps")
SAMPLES = {"pictures": ("seven", "drawn_boot", "chelsea"), "points": CLOUDS, "by_calls": CLOUDS,
           "forward": ("chelsea", "coffee", "seven")}  # fmt: skip
FORMS: dict[str, Form[Any]] = {"points": EDITED_POINTS, "by_calls": EDITED_POINTS, "forward": PICTURE}

text = shell.header("diffusion")
row = Strip(text)
left, right = shell.stage()
with left:
    box = st.container()
    before = address.kept("diffusion").get("show")
    kind = ui.kinds.picked(text, diffusion.ALGORITHMS)
    if before not in (None, kind.name) and issubclass(kind.Params, diffusion.Plane) and "score" not in address.kept("diffusion"):
        address.put("diffusion", "score", "exact")  # said in the address: one that says nothing of it means a network, for ever
    params, options = controls(text, kind, view.Options)
    needed = isinstance(params, diffusion.Pictures) and params.begin in ("picture", "invert")
    ink = getattr(params, "model", "") == "mnist"
    begins = {"pictures": replace(PICTURE, seen=lambda picture: small(picture, ink=ink))}
    with box:
        chosen = shell.about(text, kind, SAMPLES, FORMS | begins if needed else FORMS)
shell.picture(text, diffusion, view, kind, params, options, chosen, row, (left, right))
