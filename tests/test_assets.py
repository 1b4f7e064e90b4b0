"""What is bundled is named with its source and licence."""

import hashlib
import re
from importlib.metadata import distribution
from pathlib import Path

import pytest

from runtime import script
from tests.films import TRACES

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "assets" / "SOURCES.md").read_text(encoding="utf-8")
OURS = ("build.mjs", "plotly-entry.js", "subset_font.py", "cut_fonts.py", "stix-two-math.json")


@pytest.mark.parametrize("folder", ["datasets", "weights", "scripts"])
def test_every_file_stands_in_sources_with_its_checksum(folder):
    rows = dict(re.findall(rf"^\| {folder}/(\S+) .*`([0-9a-f]{{64}})` \|$", SOURCES, re.M))
    files = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / "assets" / folder).iterdir()
        if path.name not in OURS
    }
    assert rows == files


def test_every_font_has_its_licence_beside_it():
    fonts = ROOT / "ui" / "static" / "fonts"
    licences = re.findall(r"`(ui/static/fonts/\S+\.OFL\.txt)`", SOURCES)
    assert all((ROOT / path).exists() for path in licences)
    families = {path.name.split("-latin")[0].split("-greek")[0].replace("-two", "_two") for path in fonts.glob("*.woff2")}
    assert len(families) == len(licences)


def test_every_topic_has_a_poster_by_day_and_by_night_and_one_for_links():
    from contents import SECTIONS

    slugs = [slug for slugs in SECTIONS.values() for slug in slugs]
    wanted = {f"{slug}{kind}" for slug in slugs for kind in ("-light.webp", "-dark.webp", ".jpg")}
    assert {path.name for path in (ROOT / "ui" / "static" / "thumbs").iterdir()} == wanted


def test_the_picture_for_links_has_the_size_that_is_shown():
    from PIL import Image

    with Image.open(ROOT / "assets" / "social.png") as picture:
        assert picture.size == (1280, 640)


# ---- Plotly's script

NO_TRACES = {"log", "rect", "line"}  # types of axes and of shapes


def test_the_script_of_plotly_is_the_one_of_the_python_package_in_another_choice_of_traces():
    version = re.fullmatch(r"plotly-([\d.]+)\.min\.js", script.PATH)[1]
    package = distribution("plotly").locate_file("plotly/package_data/plotly.min.js").read_text(encoding="utf-8")[:200]
    assert f"plotly.js v{version}\n" in package
    assert script.FILE.read_text(encoding="utf-8").startswith(f"/* plotly.js {version},")
    assert f'PLOTLY = "{version}"' in (script.FILE.parent / "build.mjs").read_text(encoding="utf-8")


def test_every_type_that_the_sources_name_is_in_the_script():
    sources = [path.read_text(encoding="utf-8") for folder in ("charts", "views") for path in (ROOT / folder).rglob("*.py")]
    named = set(re.findall(r'"type": "(\w+)"', "".join(sources)))
    assert named - NO_TRACES == TRACES
