"""What is bundled is named with its source and licence."""

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = (ROOT / "assets" / "SOURCES.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("folder", ["datasets", "weights"])
def test_every_file_stands_in_sources_with_its_checksum(folder):
    rows = dict(re.findall(rf"^\| {folder}/(\S+) .*`([0-9a-f]{{64}})` \|$", SOURCES, re.M))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "assets" / folder).iterdir()}
    assert rows == files


def test_every_font_has_its_licence_beside_it():
    fonts = ROOT / "ui" / "static" / "fonts"
    licences = re.findall(r"`(ui/static/fonts/\S+\.OFL\.txt)`", SOURCES)
    assert all((ROOT / path).exists() for path in licences)
    families = {path.name.split("-latin")[0].split("-greek")[0].replace("-two", "_two") for path in fonts.glob("*.woff2")}
    assert len(families) == len(licences)


def test_every_topic_has_a_picture_for_the_home_page():
    from contents import SECTIONS

    missing = [
        slug for slugs in SECTIONS.values() for slug in slugs if not (ROOT / "ui" / "static" / "thumbs" / f"{slug}.svg").exists()
    ]
    assert missing == []


def test_the_picture_for_links_has_the_size_that_is_shown():
    from PIL import Image

    with Image.open(ROOT / "assets" / "social.png") as picture:
        assert picture.size == (1280, 640)
