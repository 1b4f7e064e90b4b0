"""Cut STIX Two Math to what formulas use: `python assets/scripts/subset_font.py FULL.woff2`, with fonttools and brotli.

FULL is `files/stix-two-math-latin-400-normal.woff2` of npm `@fontsource/stix-two-math`. Written are the font that is served and,
in `assets/scripts/stix-two-math.json`, its characters and digest, so that a test can compare them with every formula.
"""

import hashlib
import json
import sys
from pathlib import Path

from fontTools import subset

ROOT = Path(__file__).parents[2]
FONT = ROOT / "ui" / "static" / "fonts" / "stix-two-math-latin-400-normal.woff2"
TOLD = Path(__file__).with_name("stix-two-math.json")
FEATURES = ("ssty", "dtls", "kern", "mark", "mkmk", "ccmp", "flac", "rtlm")
SIGNS = "¬°±·×÷–—‖′″‴…‾⁰¹²³⁴⁵⁶⁷⁸⁹⁻←↑→↓↔↦⇐⇒⇔∀∂∃∅∇∈∉∋∏∑−∓∗∘√∝∞∣∥∧∨∩∪∫∼≃≅≈≠≡≤≥≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋮⋯⋱⌈⌉⌊⌋⏞⏟◦⟦⟧⟨⟩⊢△★≔ℓℒℋℛℬℰℱℐℳℝℕℤℚℂℙ𝔼𝟙"
RANGES = (
    (0x20, 0x7E), (0xA0, 0xA0), (0x391, 0x3A9), (0x3B1, 0x3C9), (0x3D1, 0x3D1), (0x3D5, 0x3D6), (0x3F1, 0x3F1), (0x3F5, 0x3F5),
    (0x2C6, 0x2C7), (0x2D8, 0x2DC), (0xAF, 0xAF), (0xA8, 0xA8), (0x300, 0x30A), (0x20D7, 0x20D7),  # accents
    (0x2002, 0x200A), (0x2061, 0x2064),  # spaces, and operators that are not seen
    (0x1D434, 0x1D467), (0x210E, 0x210E), (0x1D6E2, 0x1D71B), (0x1D400, 0x1D433),  # letters set italic in the browser; bold ones
)  # fmt: skip


def wanted() -> set[int]:
    """The characters that the font is to have."""
    return {ord(sign) for sign in SIGNS} | {code for first, last in RANGES for code in range(first, last + 1)}


def main(full: str) -> None:
    """Write the font, and what is in it."""
    options = subset.Options(layout_features=list(FEATURES), hinting=False, flavor="woff2", notdef_outline=True)
    font = subset.load_font(full, options)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=wanted())
    cutter.subset(font)
    subset.save_font(font, str(FONT), options)
    characters = "".join(map(chr, sorted(font.getBestCmap())))
    digest = hashlib.sha256(FONT.read_bytes()).hexdigest()
    TOLD.write_text(json.dumps({"sha256": digest, "characters": characters}, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{FONT.name}: {FONT.stat().st_size} bytes, {len(characters)} characters")


if __name__ == "__main__":
    main(sys.argv[1])
