"""Colours, scales and the figure template, as plain data.

Figures name colours by role ("@ink", "@accent", "@c1"). A film knows no theme: the player puts the viewer's own palette
in when it draws, so one film serves light and dark. `resolve` does the same in Python.
"""

from typing import Any

Palette = dict[str, Any]

SANS = "'Plex Sans', 'PingFang SC', 'Hiragino Sans GB', 'Microsoft YaHei', 'Noto Sans CJK SC', system-ui, sans-serif"

LIGHT: Palette = {
    "paper": "#FAF9F6",  # the page
    "surface": "#FFFFFF",  # the stage, cards, inputs
    "sunk": "#F1EFEA",  # tracks, code, hovered rows
    "tile": "#F6F4F0",  # the paper of small pictures and map cells
    "line": "#E2DFD8",  # hairlines, grid
    "edge": "#8C8983",  # borders that carry meaning (3:1)
    "ink": "#1B1C1E",
    "ink2": "#53565B",  # labels, captions
    "ink3": "#676A6F",  # ticks, hints
    "accent": "#B4510B",  # what is happening now, and only that
    "wash": "#FDF1E6",  # behind what is happening now
    "ghost": "#BDBAB3",  # pruned, past, background data (always with a second cue)
    "bad": "#A3202C",
    "c1": "#315BBB",
    "c2": "#01A790",
    "c3": "#7C1F74",
    "c4": "#A5931C",
    "c5": "#9C5A6F",
    "c6": "#5086B0",
}
DARK: Palette = {
    "paper": "#131416",
    "surface": "#191B1E",
    "sunk": "#22252A",
    "tile": "#212429",
    "line": "#2D3035",
    "edge": "#71757C",
    "ink": "#ECEAE5",
    "ink2": "#B3B5B8",
    "ink3": "#8F9399",
    "accent": "#FF9E52",
    "wash": "#3A2818",
    "ghost": "#52565D",
    "bad": "#FF8A8A",
    "c1": "#69B0F6",
    "c2": "#7FECE3",
    "c3": "#9169CC",
    "c4": "#FEE57B",
    "c5": "#B98A95",
    "c6": "#426D76",
}
CATEGORICAL = ["@c1", "@c2", "@c3", "@c4", "@c5", "@c6"]
SYMBOLS = ["circle", "diamond", "square", "triangle-up", "cross", "star"]  # the second cue, same order


LEGIBLE = 4.5  # to 1: how much words differ in luminance from the paper they stand on


def light(colour: str) -> float:
    """The relative luminance of WCAG 2.2."""
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """How many times as light the lighter of two colours is, as WCAG 2.2 reckons."""
    dark, bright = sorted((light(one), light(other)))
    return (bright + 0.05) / (dark + 0.05)


def legible(colour: str, ink: str, paper: str) -> str:
    """A colour with as much ink in it as it needs for words on this paper."""
    mixed = (mix([colour, ink], k / 20) for k in range(21))
    return next(one for one in mixed if contrast(one, paper) >= LEGIBLE)


def mix(colours: list[str], at: float) -> str:
    """The colour at `at` in [0, 1] of a list of colours, between neighbours by linear sRGB bytes."""
    i = min(int(at * (len(colours) - 1)), len(colours) - 2)
    part = at * (len(colours) - 1) - i
    a, b = ([int(colour[k : k + 2], 16) for k in (1, 3, 5)] for colour in colours[i : i + 2])
    return "#" + "".join(f"{round(x + (y - x) * part):02X}" for x, y in zip(a, b, strict=True))


# `diverging` ends in blue and in red-violet: no end has the lamp's hue
for palette, scales in (
    (
        LIGHT,
        (
            ["#F1F5F8", "#CFE3F3", "#A6CCEB", "#7DB2E0", "#5A97D1", "#427CBD", "#3163A3", "#274C85", "#203764", "#1B2544"],
            [
                "#1B58AC",
                "#4777BE",
                "#6F96CF",
                "#99B5DF",
                "#C4D4EC",
                "#F6F3F1",
                "#EBC7D7",
                "#DD9DBB",
                "#C9769E",
                "#B14F83",
                "#942D67",
            ],
        ),
    ),
    (
        DARK,
        (
            ["#202630", "#263A58", "#2C4F7E", "#33659F", "#3D7DBE", "#4F95D8", "#6BADEA", "#8FC5F5", "#B7DCFB", "#E2F2FF"],
            [
                "#7AB4FE",
                "#6097DC",
                "#537BAF",
                "#456083",
                "#384759",
                "#2F2D2C",
                "#5A3C45",
                "#814C5D",
                "#A95F77",
                "#D47091",
                "#FC85AD",
            ],
        ),
    ),
):
    for name, colours in zip(("sequential", "diverging"), scales, strict=True):
        palette[name] = [[i / (len(colours) - 1), colour] for i, colour in enumerate(colours)]
    for i in range(14):  # the same scale in fourteen steps, for filled shapes; and a neutral one, for under coloured marks
        palette[f"sequential{i}"] = mix(scales[0], i / 13)
        palette[f"neutral{i}"] = mix([palette["tile"], palette["ink3"]], i / 13)
    # a halo of paper around a label, instead of a box
    palette["halo"] = ", ".join(f"{x}px {y}px 1px {palette['surface']}" for x, y in ((-1, -1), (1, -1), (-1, 1), (1, 1)))
    # pictures made of numbers are ink on paper; 0 is the gap between pictures
    palette["sheet"] = [[0, palette["surface"]], [0.0039, palette["surface"]], [0.00391, palette["tile"]], [1, palette["ink"]]]

# a projector washes colours out: black on white, hairlines and labels darker, the light theme's scales and data colours
PROJECTOR: Palette = LIGHT | {
    "paper": "#FFFFFF",
    "sunk": "#EBEBEB",
    "line": "#B8B8B8",
    "edge": "#5C5C5C",
    "ink": "#000000",
    "ink2": "#26282B",
    "ink3": "#3A3D41",
    "ghost": "#8F8F8F",
    "accent": "#9A3E00",
    "c2": "#007F6E",
    "c4": "#857300",
}

for palette in (LIGHT, DARK, PROJECTOR):  # the categorical colours as words have them: marks may be paler than that
    for k in range(1, 1 + len(SYMBOLS)):
        palette[f"word{k}"] = legible(palette[f"c{k}"], palette["ink"], palette["surface"])

AXIS: dict[str, Any] = {
    "showline": False,
    "zeroline": False,
    "gridcolor": "@line",
    "gridwidth": 1,
    "griddash": "solid",
    "ticks": "",
    "tickangle": 0,  # type never slants: what is too long is cut or set in rows (`words.ticks`)
    "tickcolor": "@line",
    "tickfont": {"size": 11, "color": "@ink3"},
    "nticks": 5,
    "automargin": False,
    "title": {"font": {"size": 12, "color": "@ink2"}, "standoff": 6},
    "fixedrange": True,
}
TEMPLATE: dict[str, Any] = {
    "layout": {
        "font": {"family": SANS, "size": 12, "color": "@ink2"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": CATEGORICAL,
        "colorscale": {"sequential": "@sequential", "diverging": "@diverging"},
        "margin": {"l": 40, "r": 16, "t": 34, "b": 34},
        "xaxis": AXIS,
        "yaxis": AXIS,
        "showlegend": False,
        "dragmode": False,
        "hovermode": "closest",
        "hoverdistance": 24,
        "hoverlabel": {
            "bgcolor": "@ink",
            "bordercolor": "@ink",
            "align": "left",
            "font": {"family": SANS, "size": 12, "color": "@paper"},
        },
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "bottom", "font": {"size": 12}},
        "annotationdefaults": {"font": {"size": 12, "color": "@ink2"}, "showarrow": False},
        "uirevision": "theoria",
    }
}
BLANK: dict[str, Any] = {
    "visible": False,
    "showgrid": False,
    "zeroline": False,
    "fixedrange": True,
}  # axes of pictures, trees and maps


def worded(colour: Any) -> Any:
    """The colour of words, or of each of them: a categorical one as it can be read."""
    if not isinstance(colour, str):
        return [worded(one) for one in colour]
    return colour.replace("@c", "@word") if colour in CATEGORICAL else colour


def resolve(value: Any, palette: Palette) -> Any:
    """Put a palette's colours in the place of roles."""
    if isinstance(value, dict):
        return {key: resolve(item, palette) for key, item in value.items()}
    if isinstance(value, list):
        return [resolve(item, palette) for item in value]
    return palette.get(value[1:], value) if isinstance(value, str) and value.startswith("@") else value
