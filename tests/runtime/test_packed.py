"""What browsers get of Streamlit's own: scripts compressed once, and hints at them; under any base path."""

import gzip
import hashlib
import re
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

import app
from runtime import packed
from runtime.front import EARLY, hints
from runtime.packed import STATIC, Packed
from ui import player

NAME = next(file.name for file in sorted((STATIC / "static" / "js").iterdir()) if file.name.startswith("index."))
PLAIN = (STATIC / "static" / "js" / NAME).read_bytes()
BASES = pytest.mark.parametrize("base", ["", "/play/here"])


def client(base: str = "") -> TestClient:
    """As the app is put together, without Streamlit itself."""
    routes = [
        Mount("/static", StaticFiles(directory=STATIC / "static")),
    ]
    middleware = [Middleware(Packed, base=base)]
    return TestClient(Starlette(routes=[Mount(base or "/", routes=routes)], middleware=middleware))


@BASES
def test_a_script_comes_compressed_and_for_ever(base: str) -> None:
    got = client(base).get(f"{base}/static/js/{NAME}", headers={"Accept-Encoding": "gzip"})
    assert got.content == PLAIN
    assert got.headers["content-encoding"] == "gzip"
    assert got.headers["content-type"].startswith("text/javascript")
    assert "immutable" in got.headers["cache-control"]
    assert got.headers["vary"] == "Accept-Encoding"
    assert int(got.headers["content-length"]) < len(PLAIN) / 2.5


def test_it_is_compressed_once_and_when_first_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    there, made = client(), list[int]()
    compress: Callable[..., bytes] = gzip.compress
    monkeypatch.setattr(packed.gzip, "compress", lambda *what, **how: (made.append(len(what[0])), compress(*what, **how))[1])
    assert made == []
    for _ in range(3):
        there.get(f"/static/js/{NAME}", headers={"Accept-Encoding": "gzip"})
    assert made == [len(PLAIN)]


def test_asked_for_the_head_alone_it_says_its_length_and_sends_no_body() -> None:
    there = client()
    got, whole = (there.request(method, f"/static/js/{NAME}", headers={"Accept-Encoding": "gzip"}) for method in ("HEAD", "GET"))
    assert got.content == b""
    assert got.headers == whole.headers


@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", ""])
def test_who_cannot_read_it_gets_it_plain(accepted: str) -> None:
    got = client().get(f"/static/js/{NAME}", headers={"Accept-Encoding": accepted})
    assert got.content == PLAIN
    assert "content-encoding" not in got.headers


def test_a_part_is_a_part_of_the_plain_file() -> None:
    got = client().get(f"/static/js/{NAME}", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"})
    assert (got.status_code, got.content) == (206, PLAIN[:10])


def test_who_has_it_is_told_so() -> None:
    there = client()
    tag = there.get(f"/static/js/{NAME}", headers={"Accept-Encoding": "gzip"}).headers["etag"]
    got = there.get(f"/static/js/{NAME}", headers={"Accept-Encoding": "gzip", "If-None-Match": f"W/{tag}"})
    assert (got.status_code, got.content) == (304, b"")


@pytest.mark.parametrize("name", ["js/none.js", "../index.html", "js/../../index.html", "media", "", "js/" + NAME + "/"])
def test_nothing_but_those_files_is_answered(name: str) -> None:
    got = client().get(f"/static/{name}", headers={"Accept-Encoding": "gzip"})
    assert got.headers.get("etag") != packed.TAG


@BASES
def test_the_hints_are_addresses_that_are_there_and_need_no_other_policy(base: str) -> None:
    said = hints(base, player.PATH)
    hinted = re.findall(r'"([^"]*\.js)"', said)
    assert hinted[:2] == [f"{base}/{path}" for path in app.SCRIPTS]
    assert len(hinted) == 2 + len(EARLY)  # Streamlit still has every part
    assert all((STATIC / name.removeprefix(f"{base}/")).exists() for name in hinted[2:])
    assert "<script>" not in said  # nothing that the policy would have to name


def test_only_a_page_with_a_film_is_given_hints() -> None:
    assert [app.has_film(page) for page in ("som", "swin", "", "syllabus", "som/x")] == [True, True, False, False, False]


# ---- icons


@BASES
def test_the_font_of_icons_comes_cut_and_is_asked_about_each_time(base: str) -> None:
    there, path = client(base), f"{base}/static/{packed.ICON_NAMES}"
    got = there.get(path)
    assert got.content == packed.ICONS.read_bytes()
    assert len(got.content) < (STATIC / "static" / packed.ICON_NAMES).stat().st_size / 4
    assert got.headers["cache-control"] == "no-cache"
    assert there.get(path, headers={"If-None-Match": got.headers["etag"]}).status_code == 304


def test_every_icon_of_ours_is_in_the_font_and_the_font_is_cut_from_this_streamlit() -> None:
    assert (STATIC / "static" / packed.ICON_NAMES).exists(), "run assets/scripts/cut_fonts.py"
    assert hashlib.sha256(packed.ICONS.read_bytes()).hexdigest() == packed.CUT["sha256"]
    root = packed.ICONS.parents[2]
    files = [root / "app.py", *(file for folder in ("ui", "pages") for file in (root / folder).rglob("*.py"))]
    ours = {name for file in files for name in re.findall(r":material/(\w+):", file.read_text(encoding="utf-8"))}
    assert ours
    assert ours <= set(packed.CUT["icons"])


def test_the_font_that_no_page_is_set_in_is_not_spoken_of() -> None:
    name = next(file.name for file in (STATIC / "static" / "css").iterdir() if file.name.startswith("index."))
    plain = (STATIC / "static" / "css" / name).read_text(encoding="utf-8")
    got = client().get(f"/static/css/{name}", headers={"Accept-Encoding": "gzip"}).text
    assert "SourceSans" in plain
    assert "SourceSans" not in got
    assert got.count("@font-face") == plain.count("@font-face") - 2
