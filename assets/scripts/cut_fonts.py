"""Cut the fonts of icons and titles: `python assets/scripts/cut_fonts.py [NEWSREADER]`, with fonttools and brotli.

Icons: Streamlit's Material Symbols, cut to those that its own scripts name or our pages do; what is in it stands beside it, so
that a test can compare it with every page. NEWSREADER is `files/newsreader-latin-opsz-normal.woff2` of npm
`@fontsource-variable/newsreader`, cut to the weights that titles have.
"""

import hashlib
import json
import re
import sys
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).parents[2]
ICONS = ROOT / "assets" / "icons" / "material-symbols-rounded.woff2"
TITLES = ROOT / "ui" / "static" / "fonts" / "newsreader-latin-opsz-normal.woff2"
STATIC = Path(str(distribution("streamlit").locate_file("streamlit/static/static")))
OURS = ("ui/**/*.py", "pages/**/*.py", "app.py")
WEIGHTS = (500, 600)


def named() -> set[str]:
    """What could be an icon's name: every word that stands alone between quotes in Streamlit's scripts, and our own icons."""
    quoted = re.compile(r"""["'`/]([a-z0-9_]+)[:"'`]""")
    theirs = {name for file in (STATIC / "js").glob("*.js") for name in quoted.findall(file.read_text(encoding="utf-8"))}
    return theirs | ours()


def ours() -> set[str]:
    files = [file for pattern in OURS for file in ROOT.glob(pattern)]
    return {name for file in files for name in re.findall(r":material/(\w+):", file.read_text(encoding="utf-8"))}


def icons() -> None:
    """Write the font of icons, and their names."""
    (full,) = (STATIC / "media").glob("MaterialSymbols-Rounded.*.woff2")
    options = subset.Options(layout_features=["*"], hinting=False, flavor="woff2", notdef_outline=True)
    font = subset.load_font(str(full), options)
    kept = prune(font, named())
    cutter = subset.Subsetter(options)
    cutter.populate(text="abcdefghijklmnopqrstuvwxyz0123456789_")
    cutter.subset(font)
    subset.save_font(font, str(ICONS), options)
    told = {"of": full.name, "sha256": hashlib.sha256(ICONS.read_bytes()).hexdigest(), "icons": sorted(kept)}
    ICONS.with_suffix(".json").write_text(json.dumps(told) + "\n", encoding="utf-8")
    print(f"{ICONS.name}: {ICONS.stat().st_size} bytes, {len(kept)} icons")


def prune(font: Any, names: set[str]) -> set[str]:
    """Take out the ligatures of all other icons; the names of those that stay."""
    letters = {glyph: chr(code) for code, glyph in font.getBestCmap().items()}
    kept: set[str] = set()
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, ligatures in list(getattr(table, "ligatures", {}).items()):
                spelled = {id(one): "".join(letters.get(glyph, "?") for glyph in (first, *one.Component)) for one in ligatures}
                table.ligatures[first] = [one for one in ligatures if spelled[id(one)] in names]
                kept |= {spelled[id(one)] for one in table.ligatures[first]}
                if not table.ligatures[first]:
                    del table.ligatures[first]
    return kept


def titles(full: str) -> None:
    """Write the font of titles."""
    font = instancer.instantiateVariableFont(TTFont(full), {"wght": WEIGHTS})
    font.flavor = "woff2"
    font.save(TITLES)
    print(f"{TITLES.name}: {TITLES.stat().st_size} bytes")


if __name__ == "__main__":
    icons()
    if sys.argv[1:]:
        titles(sys.argv[1])
