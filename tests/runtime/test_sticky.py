"""The cookie that names a replica: on what opens or holds a session, and only where it says something new."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send

from runtime import settings
from runtime.sticky import COOKIE, Sticky

PAGE, FILM = "text/html; charset=utf-8", "application/x-ndjson"


def answer(kind: str, path: str = "/som", content: str = PAGE, cookie: str = "") -> list[str]:
    """The cookies that an answer sets."""
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if kind == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", content.encode())]})

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"cookie", cookie.encode())] if cookie else []
    asyncio.run(Sticky(app)({"type": kind, "path": path, "headers": headers}, None, send))  # type: ignore[arg-type]
    return [value.decode() for name, value in sent[0].get("headers", []) if name == b"set-cookie"]


@pytest.mark.parametrize("cookie", ["", "theme=dark", f"theme=dark; {COOKIE}=another", f"{COOKIE}="])
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_comes_without_this_replicas_name_is_told_it(kind: str, cookie: str) -> None:
    assert answer(kind, cookie=cookie) == [f"{COOKIE}={settings.NODE}; Path=/; HttpOnly; SameSite=Lax"]


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_has_it_is_not_told_again(kind: str) -> None:
    assert answer(kind, cookie=f"{COOKIE}={settings.NODE}") == []


@pytest.mark.parametrize(
    ("path", "content"), [("/films/n0/key", FILM), ("/base/films/n0/key.html", PAGE), ("/static/a.js", "text/javascript")]
)
def test_films_and_files_may_come_from_any_replica_and_move_nobody(path: str, content: str) -> None:
    assert answer("http", path, content) == []


def test_a_server_that_was_given_no_name_sets_no_cookie() -> None:
    from app import app

    assert not settings.REPLICA
    assert Sticky not in [middleware.cls for middleware in app._user_middleware]
