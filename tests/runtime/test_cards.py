"""What a link shows where it is pasted is written into the document, and into nothing else."""

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from runtime.cards import Cards

FONT = '<link rel="preload" as="font" href="./static/media/SourceSansVF-Upright.ttf.x.woff2" crossorigin />'
PAGE = f'<!DOCTYPE html><html><head><meta charset="UTF-8" />{FONT}<title>Streamlit</title></head><body></body></html>'


async def document(request: Request) -> Response:
    gone = "accept-encoding" not in request.headers and "if-none-match" not in request.headers
    return HTMLResponse(PAGE, headers={"ETag": '"old"'}) if gone else PlainTextResponse("", 304)


async def film(request: Request) -> Response:
    return HTMLResponse(PAGE, headers={"Content-Disposition": "attachment"})


def told(page: str, language: str) -> dict[str, str]:
    return {"title": f"<{page}>", "description": f'"{language}"', "picture": "p.jpg"}


@pytest.fixture
def client() -> TestClient:
    routes = [
        Route("/base/films/{key}", film),
        Route("/base/plain", lambda _: PlainTextResponse(PAGE)),
        Route("/base/{path:path}", document),
    ]
    return TestClient(Cards(Starlette(routes=routes), base="/base", told=told), base_url="http://theoria.test")


def test_a_page_carries_its_card_escaped_with_the_address_it_was_asked_at(client):
    answer = client.get("/base/som?lang=zh", headers={"If-None-Match": '"old"', "X-Forwarded-Proto": "https"})
    assert '<meta property="og:title" content="&lt;som&gt;"/>' in answer.text
    assert '<meta property="og:description" content="&quot;zh&quot;"/>' in answer.text
    assert '<meta property="og:url" content="https://theoria.test/base/som"/>' in answer.text
    assert '<meta property="og:image" content="https://theoria.test/base/p.jpg"/>' in answer.text
    assert answer.text.index("charset") < answer.text.index("og:")
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert "etag" not in answer.headers
    assert "SourceSans" not in answer.text


def test_the_home_page_has_one_too(client):
    assert '<meta property="og:url" content="http://theoria.test/base/"/>' in client.get("/base/").text


@pytest.mark.parametrize("path", ["/base/plain", "/base/films/k.html", "/base/films/k"])
def test_what_is_no_document_passes_as_it_is(client, path):
    assert client.get(path).text == PAGE


def test_an_address_of_several_parts_leads_to_the_page_of_its_last(client):
    answer = client.get("/base/en/som?lang=zh", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/base/som?lang=zh")


def test_what_is_asked_without_reading_it_is_left_alone(client):
    assert "og:" not in client.post("/base/som").text
