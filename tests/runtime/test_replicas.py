"""Two replicas behind nginx, with the configuration that is deployed: who goes where, what is kept, what is not let through."""

import asyncio
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from email.message import Message

import aiohttp
import pytest
from yarl import URL

from benchmarks.classroom import OWN, Host, host
from benchmarks.visitors import Visitor
from runtime.sticky import COOKIE
from tests.runtime import nginx_here, toys
from tests.runtime.helpers import LIGHT


@dataclass
class Site:
    address: str
    nodes: dict[str, Host]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    if not nginx_here.bring():
        pytest.skip("nginx is not here and cannot be installed")
    with (
        host(warm=False, WORKERS="1", NODE="n0", **LIGHT) as n0,
        host(warm=False, WORKERS="1", NODE="n1", **LIGHT) as n1,
        nginx_here.before(n0.address, n1.address) as address,
    ):
        yield Site(address, {"n0": n0, "n1": n1})


def browser(site: Site, node: str = "") -> aiohttp.ClientSession:
    """What keeps cookies, as a browser does; with one that says where it was."""
    jar = aiohttp.CookieJar(unsafe=True)  # for an address that is a number
    if node:
        jar.update_cookies({COOKIE: node}, URL(site.address))
    return aiohttp.ClientSession(cookie_jar=jar)


def cookie(http: aiohttp.ClientSession) -> str:
    [value] = [item.value for item in http.cookie_jar if item.key == COOKIE]
    return value


def ask(address: str, method: str = "GET", body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    asked = urllib.request.Request(address, body, headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return answer.status, lowered(answer.headers), answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, lowered(refused.headers), refused.read()


def lowered(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def visits(what: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(what())


def test_a_visitor_stays_with_the_replica_that_answered_first_and_visitors_are_spread(site: Site) -> None:
    async def come() -> None:
        nodes = []
        for seed in range(4):
            async with browser(site) as http:
                async with http.get(site.address + "/som") as page:
                    assert page.status == 200
                node = cookie(http)
                for _ in range(2):  # and again after a reload
                    async with Visitor(http, site.address) as visitor:
                        seen = await visitor.watch(await visitor.open(f"som.rows=5&som.cols=5&som.steps=600&som.seed={seed}&v=1"))
                    assert seen.film.split("/")[2] == node == cookie(http)
                    assert seen.pictures == 61
                nodes.append(node)
        assert set(nodes) == {"n0", "n1"}

    visits(come)


def test_a_film_is_routed_by_its_address_and_a_finished_one_is_kept_by_the_proxy(site: Site) -> None:
    async def come() -> None:
        async with browser(site, "n0") as http, Visitor(http, site.address) as visitor:
            seen = await visitor.watch(await visitor.open("som.seed=50&v=1"))
            assert cookie(http) == "n0"
        _, _, name = seen.film.rpartition("/")
        drawn = ask(f"{site.nodes['n0'].address}/films/n0/{name}")
        kept = [ask(site.address + f"/films/n0/{name}", Cookie=f"{COOKIE}=n1") for _ in range(2)]  # of another replica's visitor
        assert [headers["x-cache"] for _, headers, _ in kept] == ["MISS", "HIT"]
        assert [(status, body) for status, _, body in kept] == [(200, drawn[2])] * 2
        assert "immutable" in kept[1][1]["cache-control"]
        assert "set-cookie" not in kept[1][1]
        there = ask(site.address + f"/films/n1/{name}")  # equal names, equal films: n1 need not draw it
        assert (there[0], there[1]["x-cache"], there[2]) == (200, "HIT", drawn[2])

    visits(come)


def test_a_film_that_grows_comes_picture_by_picture_and_is_not_kept(site: Site) -> None:
    async def come() -> None:
        async with browser(site, "n1") as http, Visitor(http, site.address) as visitor:
            seen = await visitor.open(OWN + "&som.seed=9")
            async with http.get(site.address + seen.film, auto_decompress=False) as growing:
                assert growing.headers["x-cache"] == "MISS"
                assert growing.headers["cache-control"] == "no-store"
            await visitor.watch(seen)
            assert seen.pictures == 61
            assert seen.first < 0.8 * seen.last
        assert ask(site.address + seen.film)[1]["x-cache"] == "MISS"
        assert ask(site.address + seen.film)[1]["x-cache"] == "HIT"

    visits(come)


def test_what_is_too_large_or_not_for_visitors_is_not_let_through(site: Site) -> None:
    assert ask(site.address + "/_stcore/upload_file/a/b", "PUT", bytes(17_000_000))[0] == 413
    assert ask(site.address + "/_stcore/upload_file/a/b", "PUT", bytes(1_000))[0] != 413
    assert ask(site.address + "/_stcore/health")[0] == 200
    for path in ("/metrics", "/_stcore/metrics"):
        status, _, body = ask(site.address + path)
        assert (status, b"theoria_" in body) == (404, False)


def test_a_film_nobody_has_is_gone_and_the_answer_is_not_kept(site: Site) -> None:
    for _ in range(2):
        status, headers, body = ask(site.address + "/films/n0/nothing")
        assert (status, body, headers["x-cache"]) == (404, b'{"gone":true}', "MISS")


def test_visitors_of_a_replica_that_dies_come_back_to_the_other_with_what_they_had_set(site: Site) -> None:
    async def come() -> None:
        async with browser(site, "n0") as http:
            async with Visitor(http, site.address) as visitor:
                before = await visitor.open(OWN + "&som.seed=31")
                assert before.film.startswith("/films/n0/")
                await visitor.watch(before, pictures=1)
                site.nodes["n0"].process.kill()
                async with asyncio.timeout(20):
                    while await visitor._said.get():  # the connection closes
                        pass
            toys.until(lambda: ask(site.address + before.film)[0] == 404)  # half drawn: it went with its replica
            assert ask(site.address + before.film)[2] == b'{"gone":true}'
            async with Visitor(http, site.address) as visitor:  # what the page in the browser does by itself
                after = await visitor.watch(await visitor.open(OWN + "&som.seed=31"))
            assert after.film == before.film.replace("/n0/", "/n1/")  # the same film, drawn anew
            assert after.pictures == 61
            assert cookie(http) == "n1"

    visits(come)
