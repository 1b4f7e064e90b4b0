"""What browsers get of Streamlit's own: scripts compressed once, and an index page with hints; under any base path."""

import gzip
import re
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.testclient import TestClient

from runtime import packed, script
from runtime.doors import hash_of, policy
from runtime.front import EARLY, INDEX, Front
from runtime.packed import STATIC, Packed

NAME = next(file.name for file in sorted((STATIC / "static" / "js").iterdir()) if file.name.startswith("index."))
PLAIN = (STATIC / "static" / "js" / NAME).read_bytes()
PAGES = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip, deflate, br"}
BASES = pytest.mark.parametrize("base", ["", "/play/here"])


def index(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", headers={"Cache-Control": "no-cache", "Set-Cookie": "theoria_node=n1"})


def other(request: Request) -> Response:
    return HTMLResponse("x" * len(INDEX))  # as long as the index, and not the index


def client(base: str = "") -> TestClient:
    """As the app is put together, without Streamlit itself."""
    routes = [
        Mount("/static", StaticFiles(directory=STATIC / "static")),
        Route("/other", other),
        Route("/films/n0/x.html", lambda request: PlainTextResponse(request.headers.get("accept-encoding", ""))),
        Route("/{page:path}", index),
    ]
    middleware = [Middleware(Packed, base=base), Middleware(Front, base=base, plays=lambda page: page == "som")]
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
    there.get("/")  # the index page is packed as the server starts
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
@pytest.mark.parametrize("page", ["som", ""])
def test_the_index_page_asks_early_for_what_a_film_needs_and_for_no_font_that_nobody_uses(base: str, page: str) -> None:
    got = client(base).get(f"{base}/{page}", headers=PAGES)
    assert got.headers["content-encoding"] == "gzip"
    assert got.headers["cache-control"] == "no-cache"
    assert got.headers["set-cookie"] == "theoria_node=n1"  # what other middleware said stays
    assert "SourceSans" not in got.text
    hinted = re.findall(rf'"({base}/(?:static/js/)?[\w.-]+\.js)"', got.text)
    if page:
        assert hinted[0] == f"{base}/{script.PATH}"
        assert len(hinted) == 1 + len(EARLY)  # every stem is still there
        assert all((STATIC / name.removeprefix(f"{base}/")).exists() for name in hinted[1:])
    else:
        assert hinted == []
    scripts = re.findall(r"<script>(.*?)</script>", got.text, re.DOTALL)
    assert scripts
    assert all(hash_of(one) in policy() for one in scripts)


def test_but_for_the_font_and_the_hints_it_is_streamlits_page() -> None:
    text = client().get("/som", headers=PAGES).text
    left = [line for line in text.splitlines() if line.strip() and line not in INDEX.decode()]
    assert all("preload" in line or "module" in line for line in left)
    assert len(INDEX.decode().splitlines()) - len(text.splitlines()) < 10


def test_the_index_page_is_told_by_a_tag_of_its_own() -> None:
    there = client()
    got, plain = there.get("/som", headers=PAGES), there.get("/som", headers=PAGES | {"Accept-Encoding": "identity"})
    assert plain.text == got.text
    assert plain.headers["etag"] != got.headers["etag"] != there.get("/", headers=PAGES).headers["etag"]
    again = there.get("/som", headers=PAGES | {"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["set-cookie"] == "theoria_node=n1"
    head = there.head("/som", headers=PAGES)
    assert (head.content, head.headers["content-length"]) == (b"", got.headers["content-length"])


def test_other_pages_pass_as_they_are() -> None:
    assert client().get("/other", headers=PAGES).text == "x" * len(INDEX)
    assert "gzip" in client().get("/films/n0/x.html", headers=PAGES).text  # a saved film may be compressed on its way
