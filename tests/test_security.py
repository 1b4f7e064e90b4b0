"""Attacks on a server that really runs: by hand, past what a browser would do. What needs a browser is in tests/browser."""

import gzip
import io
import json
import pickle
import re
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from urllib.parse import quote

import numpy as np
import psutil
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from contents import SECTIONS
from runtime import doors, settings
from tests.browser.playground import Running, Server
from tests.guest import Answer, Guest, alerts, ask, form, under, words

TOPICS = [(section, slug) for section, slugs in SECTIONS.items() for slug in slugs]
TRACE = re.compile(r'Traceback|File \\?"/|site-packages|\.py\\?", line')
PROXY = {"X-Forwarded-Host": "play.example.edu", "X-Forwarded-Proto": "https"}


@pytest.fixture(scope="module")
def hosted() -> Iterator[Server]:
    """As on a host: a name, a base path, little room."""
    little = {"SESSION_MB": "6", "UPLOADS_MB": "10", "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "0"}
    server = Server(base="play", WORKERS="0", HOSTS="play.example.edu, *.school.example", **little)
    yield server
    server.stop()


# ---- who comes from where


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://localhost:3000", "http://127.0.0.1", "file://"])
def test_a_page_of_another_origin_opens_no_session(server: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Guest(server, headers={"Origin": origin})
    assert refused.value.response.status_code == 403
    assert "Content-Security-Policy" in refused.value.response.headers


def test_a_page_of_another_origin_brings_no_file_though_it_knows_session_and_token(server: Running) -> None:
    with Guest(server, headers={"Origin": server.url}) as guest:
        guest.run()
        assert guest.put(b"a,b\n1,2\n", Origin=server.url).status == 204
        for origin in ("http://evil.example", "null", f"http://evil.example@127.0.0.1:{server.port}.evil.example"):
            assert guest.put(b"a,b\n1,2\n", Origin=origin).status == 403
        for method in ("DELETE", "OPTIONS"):
            assert ask(server, guest.place(guest.file), method, headers={"Origin": "http://evil.example"}).status == 403


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE", "TRACE", "BREW"])
@pytest.mark.parametrize("path", ["/", "/films/n0/x", "/_stcore/stream", "/_stcore/upload_file/a/b/c", "/_stcore/upload_file/"])
def test_nothing_but_an_upload_changes_anything(server: Running, method: str, path: str) -> None:
    assert ask(server, path, method).status == 405


@pytest.mark.parametrize(
    "path", ["/", "/_stcore/health", "/som", "/films/n0/x", "/app/static/mark.svg", "/_stcore/upload_file/a/b"]
)
def test_a_name_that_is_not_the_servers_is_refused_everywhere(hosted: Running, path: str) -> None:
    path = under(hosted, path)
    for name in ("evil.example", "play.example.edu.evil.example", "school.example.evil", "xplay.example.edu"):
        assert ask(hosted, path, headers={"Host": name}).status == 421
        assert ask(hosted, path, headers={"X-Forwarded-Host": name}).status == 421
        assert ask(hosted, path, headers={"Host": name, "X-Forwarded-Host": "play.example.edu"}).status == 421
    for name in ("play.example.edu/x", "me@play.example.edu", "play.example.edu:port", "<b>"):
        assert ask(hosted, path, headers={"Host": name}).status == 400
    for name in ("play.example.edu", "PLAY.example.edu:8443", "a.school.example", "192.0.2.7:80", "[::1]:80", "localhost"):
        assert ask(hosted, path, headers={"Host": name}).status not in (400, 421)


def test_a_rebound_name_opens_no_session(hosted: Running) -> None:
    with pytest.raises(InvalidStatus) as refused:
        connect(
            f"ws://evil.example:{hosted.port}/play/_stcore/stream",
            sock=socket.create_connection(("127.0.0.1", hosted.port)),
            origin=f"http://evil.example:{hosted.port}",
            proxy=None,
        )
    assert refused.value.response.status_code == 421


def test_behind_a_proxy_the_visitors_own_origin_is_let_in_and_no_other(hosted: Running) -> None:
    own, other = PROXY | {"Origin": "https://play.example.edu"}, PROXY | {"Origin": "https://evil.example"}
    with Guest(hosted, headers=own) as guest:
        assert "script_finished" in words(guest.run())
        assert guest.put(b"a,b\n1,2\n", **own).status == 204
        assert guest.put(b"a,b\n1,2\n", **other).status == 403
    with pytest.raises(InvalidStatus):
        Guest(hosted, headers=other)


@pytest.mark.parametrize(
    ("origin", "name", "same"),
    [
        ("https://a.example", "a.example", True), ("https://a.example", "a.example:443", True), ("http://a.example", "A.example:80", True),
        ("http://a.example:8501", "a.example:8501", True), ("http://[::1]:8501", "[::1]:8501", True), ("http://a.example:8501", "a.example", False),
        ("https://a.example", "a.example:80", False), ("http://a.example.evil", "a.example", False), ("http://a.example@evil", "a.example", False),
        ("null", "null", False), ("", "a.example", False), ("ftp://a.example", "a.example", False), ("http://a.example:x", "a.example", False),
    ],
)  # fmt: skip
def test_an_origin_is_the_name_the_visitor_asked_for(origin: str, name: str, same: bool) -> None:
    assert doors.is_same(origin, [name]) is same


def test_under_a_base_path_nothing_is_served_beside_it(hosted: Running) -> None:
    for path in (
        "/",
        "/_stcore/health",
        "/films/n0/x",
        "/app/static/mark.svg",
        "/playful/_stcore/health",
        "/play/../_stcore/health",
    ):
        assert ask(hosted, path).status in (400, 404)
    assert ask(hosted, "/_stcore/upload_file/a/b", "PUT", b"x").status == 405
    assert ask(hosted, "/play/_stcore/health").content == b"ok"


@pytest.mark.parametrize(
    "start", ["/", "/app/static/", "/static/", "/media/", "/component/x/", "/_stcore/bidi-components/x/", "/films/n0/"]
)
def test_no_path_leads_out_of_what_is_served(server: Running, start: str) -> None:
    up = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "%252e%252e%252f", "....//", "..;/", "%c0%ae%c0%ae/"]
    for step in up:
        for wanted in ("etc/passwd", "app.py", "navigation.py", "house.css", "runtime/settings.py"):
            for times in (1, 3, 12):
                answer = ask(server, start + step * times + wanted)
                assert b"root:" not in answer.content
                assert b"import " not in answer.content
                assert b".th-ask" not in answer.content
    for path in (
        "//etc/passwd",
        "/static//etc/passwd",
        "/app/static/%00",
        "/app/static/C:%5Cwindows",
        "/app/static/..",
        "/%2e%2e",
    ):
        assert b"root:" not in ask(server, path).content


# ---- what is brought


def raw(server: Running, head: str, body: bytes = b"") -> bytes:
    """The beginning of an answer to a request that http.client would not send."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as line:
        line.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)
        return line.recv(65536)


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server: Running) -> None:
    with Guest(server) as guest:
        guest.run()
        head = f"PUT {guest.place('f')} HTTP/1.1\nHost: 127.0.0.1:{server.port}\nX-Xsrftoken: {guest.token}\nCookie: _streamlit_xsrf={guest.token}\n"
        assert raw(server, head + "Expect: 100-continue\nContent-Length: 17000000").startswith(b"HTTP/1.1 413")
        assert raw(server, head + "Content-Length: 99999999999999999999").startswith(b"HTTP/1.1 411")
        assert raw(server, head + "Transfer-Encoding: chunked", b"5\r\nhello\r\n0\r\n\r\n").startswith(b"HTTP/1.1 411")
        assert raw(
            server, head + "Content-Type: multipart/form-data; boundary=b\nExpect: 100-continue\nContent-Length: 900"
        ).startswith(b"HTTP/1.1 100")
        assert guest.put(b"x" * (15 * 2**20 + 1)).status == 413
        assert guest.put(b"x" * (15 * 2**20 - 1000)).status == 204


def test_a_visitor_has_room_for_so_much_and_gets_it_back_when_the_session_ends(hosted: Running) -> None:
    with Guest(hosted) as guest, Guest(hosted) as other, Guest(hosted) as third:
        for visitor in (guest, other, third):
            visitor.run()
        assert guest.put(b"x" * 5_000_000).status == 204
        refused = guest.put(b"x" * 1_200_000)
        assert (refused.status, refused.content) == (413, b"No room for more files")
        assert other.put(b"x" * 4_000_000).status == 204
        assert third.put(b"x" * 2_000_000).status == 413  # there is room for it, but not in all
        xsrf = {"X-Xsrftoken": other.token, "Cookie": f"_streamlit_xsrf={other.token}"}
        assert ask(hosted, other.place(other.file), "DELETE", headers=xsrf).status == 204
        assert third.put(b"x" * 2_000_000).status == 204
        for _ in range(70):  # nothing weighs nothing
            last = third.put(b"")
            if last.status == 413:
                break
    end = time.monotonic() + 10
    with Guest(hosted) as late:
        late.run()
        while late.put(b"x" * 4_900_000).status == 413:
            assert time.monotonic() < end


def test_files_that_are_read_leave_their_room(server: Running) -> None:
    """Twice as much as there is room for, one after another, each looked at."""
    with Guest(server) as guest:
        guest.run()
        guest.run("", {"som-own": {"bool_value": True}})
        for k in range(10):
            picture = png(20, 20, bytes([0, *range(60)]) * 20, padding=8_000_000 + k)
            assert guest.put(picture, f"{k}.png").status == 204
            assert alerts(guest.run("", {"som-upload": guest.brought(f"{k}.png", len(picture))})) == []


def png(width: int, height: int, lines: bytes, padding: int = 0) -> bytes:
    """A picture that claims a size and holds some lines, with padding that nobody reads."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + (
        chunk(b"prVt", bytes(padding)) if padding else b""
    )
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(lines, 1)) + chunk(b"IEND", b"")


def zipped(names: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as box:
        for name, content in names.items():
            box.writestr(name, content)
    return file.getvalue()


class Evil:
    """Leaves a file behind wherever it is unpickled."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, (str(self.place), "w")


def npz(evil: Evil) -> bytes:
    file = io.BytesIO()
    np.savez(file, np.array([evil], dtype=object))
    return file.getvalue()


BOMB = 100_000_000  # bytes that a file would unfold to
BOMBS: dict[str, Callable[[Evil], bytes]] = {
    "a pickle": lambda evil: pickle.dumps(evil),
    "a pickle in letters": lambda evil: pickle.dumps(evil, 0),
    "an npz of objects": npz,
    "a torch file": lambda evil: zipped({"archive/data.pkl": pickle.dumps(evil), "archive/version": b"3"}),
    "a gzip bomb": lambda evil: gzip.compress(bytes(BOMB), 1),
    "a zip bomb": lambda evil: zipped({"x.csv": bytes(BOMB)}),
    "a workbook bomb": lambda evil: zipped({"[Content_Types].xml": b"", "xl/workbook.xml": bytes(BOMB)}),
    "a png bomb": lambda evil: png(30_000, 30_000, bytes(BOMB)),
    "a page": lambda evil: b"<!doctype html><script>window.hacked = 1</script>",
    "an svg": lambda evil: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="window.hacked=1"/>',
    "xml that grows": lambda evil: b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><a>&b;</a>',
    "json that is deep": lambda evil: b"[" * 100_000,
}  # fmt: skip


WORDS = {("a.txt", what) for what in ("a pickle in letters", "xml that grows", "json that is deep")}  # a text is a text


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    place = tmp_path_factory.mktemp("evil") / "done"
    return place, {name: make(Evil(place)) for name, make in BOMBS.items()}


UPLOADS = {  # topic → what it would like to get; one topic for each kind of data
    "som": ("a.csv", "a.png"), "gcn": ("a.json",), "ngram": ("a.txt",), "decoding": ("a.json",), "swin": ("a.png",),
}  # fmt: skip


@pytest.mark.parametrize("slug", UPLOADS)
def test_a_file_that_is_not_what_it_is_called_is_refused_and_never_opened(
    server: Running, slug: str, boxes: tuple[Path, dict[str, bytes]]
) -> None:
    place, contents = boxes
    process = psutil.Process(server.pid)
    with Guest(server, slug) as guest:
        guest.run()
        guest.run("", {f"{slug}-own": {"bool_value": True}})
        before = process.memory_info().rss
        for what, content in contents.items():
            for name in UPLOADS[slug]:
                assert guest.put(content, name, "text/csv").status == 204
                said = guest.run("", {f"{slug}-upload": guest.brought(name, len(content))})
                assert not TRACE.search(words(said)), what
                assert len(alerts(said)) == ((name, what) not in WORDS), (what, name)
                assert "broke here" not in str(alerts(said))
                assert not place.exists(), what
        assert process.memory_info().rss - before < BOMB


# ---- whose film is whose


def film(said: str) -> str:
    found = re.search(r"/films/[a-z0-9]+/([0-9a-f]+)", said)
    assert found
    return found[1]


def test_the_film_of_an_upload_has_a_name_that_nobody_can_work_out_and_nobody_is_told(server: Running, hosted: Running) -> None:
    table = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i % 7) for i in range(50))
    keys = []
    for there in (server, hosted):
        with Guest(there) as guest:
            sample = film(words(guest.run()))
            guest.run("", {"som-own": {"bool_value": True}})
            guest.put(table)
            keys.append((sample, film(words(guest.run("", {"som-upload": guest.brought("a.csv", len(table))})))))
    (one, mine), (same, other) = keys
    assert one == same  # a sample's film has one name everywhere, an upload's has another on each server
    assert len({one, mine, other}) == 3
    assert len(mine) == 32
    for path in ("/films", "/films/", "/films/n0", "/films/n0/", "/films/n0/%2a", "/films/n0/" + mine[:31], "/_stcore/metrics"):
        answer = ask(server, path)
        assert mine.encode() not in answer.content
        assert not answer.headers.get("content-type", "").startswith("application/x-ndjson")
    assert ask(server, f"/films/n1/{mine}").status == 404
    assert ask(server, f"/films/n0/{mine}").status == 200


# ---- what an answer says


PATHS = ["/", "/som", "/_stcore/health", "/_stcore/host-config", "/app/static/mark.svg", "/app/static/none", "/static/js/none.js",
         "/films/n0/none", "/_stcore/metrics", "//x", "/media/none", f"/{import_module('runtime.script').PATH}"]  # fmt: skip


def guarded(answer: Answer) -> bool:
    wanted = {name.lower(): value for name, value in doors.headers().items()}
    return {name: answer.headers.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_every_answer_carries_the_headers(server: Running, method: str) -> None:
    for path in PATHS:
        assert guarded(ask(server, path, method)), path
    assert guarded(ask(server, "/", headers={"Host": "<b>"}))
    assert guarded(ask(server, "/_stcore/upload_file/a/b", "PUT", form(b"", "a", "b")))


def test_a_film_and_its_page_carry_the_headers_too(server: Running) -> None:
    with Guest(server) as guest:
        key = film(words(guest.run()))
        for path in (f"/films/n0/{key}", f"/films/n0/{key}.html"):
            answer = ask(server, path)
            assert answer.status == 200
            assert guarded(answer)
        assert answer.headers["content-disposition"].startswith("attachment")


def test_the_policy_lets_nothing_run_that_does_not_come_from_here() -> None:
    rules = dict(rule.split(" ", 1) for rule in doors.policy().split("; "))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert not {"'unsafe-inline'", "'unsafe-eval'", "data:", "*", "https:", "http:"} & set(rules["script-src"].split())
    assert rules["connect-src"] == rules["frame-ancestors"] == "'self'"
    assert not re.search(r"https?:|\*", doors.policy())


def test_another_site_may_show_it_in_a_frame_only_where_the_host_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "EMBEDDED_BY", ("https://course.example",))
    assert doors.policy().endswith("frame-ancestors 'self' https://course.example")


# ---- what is said when something breaks


def test_whatever_is_sent_nobody_gets_a_traceback(server: Running) -> None:
    with Guest(server) as guest:
        guest.run()
        for changed in (
            {"som.rows": {"string_value": "__import__('os')"}},
            {"som.rows": {"int_value": 2**62}},
            {"som-upload": {"json_value": "{}"}},
            {"som.data.en": {"json_value": "["}},
            {"som-experiment": {"int_value": -9}},
            {"som-tabs-en": {"string_value": "x" * 10_000}},
        ):
            if next(iter(changed)) in guest.ids:
                assert not TRACE.search(words(guest.run("", changed)))
        assert not TRACE.search(words(guest.run("%ff%fe=%00&som.rows=%ff&lang=../../etc&step=9e9&v=%00&data=~%00")))
        guest.send("no bytes at all")
        guest.send(b"\xff" * 1000)
    for path in ("/som?" + "a" * 5000, "/films/n0/" + "x" * 5000 + ".html", "/films/%00/%00", "/media/%ff"):
        assert not TRACE.search(ask(server, path).content.decode("utf-8", "replace"))


EVENTS = [
    "x", ["x"], 7, {"kind": "click"}, {"kind": "click", "name": "unit", "index": 10**9, "step": 10**9}, {"kind": "click", "name": {}, "index": [], "step": "x"},
    {"kind": "click", "name": "unit", "index": -1, "step": -1}, {"kind": "closer", "step": 10**30}, {"kind": "closer", "step": -5, "end": "x"},
    {"kind": "whole", "picture": {}}, {"kind": "inline", "films": "x", "plotly": []}, {"kind": ["closer"]}, {"kind": "click", "name": "unit", "index": True, "step": True},
]  # fmt: skip


@pytest.mark.parametrize("event", EVENTS, ids=map(json.dumps, EVENTS))
def test_whatever_the_player_is_made_to_say_the_page_goes_on(server: Running, event: object) -> None:
    with Guest(server) as guest:
        guest.run()
        base = guest.ids["player"]
        guest.ids["events"] = f"$$STREAMLIT_INTERNAL_KEY_{base}__events"
        said = guest.run("", {"events": {"json_trigger_value": json.dumps([{"event": "event", "value": event}])}})
        assert not TRACE.search(words(said))
        assert alerts(said) == []


CODE = [
    "__import__('os').system('touch {place}')",
    "{0.__class__.__mro__}",
    "${{7*7}}",
    "9**9**9",
    "1e999",
    "nan",
    "0x10",
    "'; DROP",
    "$(touch {place})",
]


@pytest.mark.parametrize(("section", "slug"), TOPICS)
def test_code_in_a_link_is_a_bad_value(server: Running, section: str, slug: str, tmp_path: Path) -> None:
    place = tmp_path / "done"
    kinds = import_module(f"engine.{section}.{slug}").ALGORITHMS
    specs = {spec.name: spec for kind in kinds for spec in kind.Params.specs() if kinds[0].closes or spec.name != "close_up"}
    numbers = [name for name, spec in specs.items() if spec.kind in ("int", "float")]
    strings = [name for name, spec in specs.items() if spec.kind == "str"]
    kind = [f"{slug}.show={kinds[0].name}"] * (len(kinds) > 1)
    with Guest(server, slug) as guest:
        plain = film(words(guest.run("&".join(["v=1", *kind]))))
    for names, turn in ((numbers, 0), (numbers, 3), (strings, 0), (strings, 2)):
        codes = [CODE[(k + turn) % len(CODE)].replace("{place}", str(place)) for k in range(len(names))]
        with Guest(server, slug) as guest:
            said = [f"{slug}.{name}={quote(code)}" for name, code in zip(names, codes, strict=True)]
            run = guest.run("&".join([*kind, *said]))
        said = words(run)
        assert not TRACE.search(said)
        assert "broke here" not in str(alerts(run))
        assert not place.exists()
        if names is numbers:
            assert film(said) == plain, codes
            assert said.count('class=\\"th-notice') == len(numbers), codes
