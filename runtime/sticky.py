"""Which of several replicas a visitor's session lives in, told to the proxy in a cookie. deploy/nginx.conf reads it."""

from http.cookies import SimpleCookie

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime import settings

COOKIE = "theoria_node"


class Sticky:
    """Middleware: pages and websockets say who answered. Films do not: a visitor may watch one of another replica."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or _node(scope) == settings.NODE or "/films/" in scope["path"]:
            await self._app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "websocket.accept" or _is_page(message):
                cookie = f"{COOKIE}={settings.NODE}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(raw=message.setdefault("headers", [])).append("set-cookie", cookie)
            await send(message)

        await self._app(scope, receive, told)


def _node(scope: Scope) -> str | None:
    """What the visitor's cookie says."""
    found = SimpleCookie(Headers(scope=scope).get("cookie", "")).get(COOKIE)
    return found.value if found else None


def _is_page(message: Message) -> bool:
    return message["type"] == "http.response.start" and Headers(raw=message["headers"]).get("content-type", "").startswith(
        "text/html"
    )
