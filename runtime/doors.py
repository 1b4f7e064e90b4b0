"""Who may come in, and what every answer says. Stands before everything else that serves: Streamlit's routes and ours.

Refused are: a name that is not ours (HOSTS), a page of another origin that wants more than to read, methods that nothing
here answers, uploads for which there is no room. A body that is refused is not read, so a client that asks first
(Expect: 100-continue) never sends it.
"""

import asyncio
import base64
import hashlib
import ipaddress
import logging
import re
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from runtime import front, settings
from runtime.ledger import Ledger

log = logging.getLogger("theoria.doors")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9_.-]+)(?::([0-9]{1,5}))?", re.IGNORECASE)
READING = ("GET", "HEAD")
CLOSED = ("_stcore/metrics",)  # Streamlit's own figures, open to everybody; ours are on METRICS_PORT


class Doors:
    """Middleware. `base` is the path the app is under, `largest` the bytes of the largest upload."""

    def __init__(self, app: ASGIApp, *, base: str, largest: int, ledger: Ledger) -> None:
        self._app, self._base, self._largest, self._ledger = app, base, largest, ledger
        self._uploads = re.compile(re.escape(base) + r"/_stcore/upload_file/([^/]+)/([^/]+)")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        names = _names(Headers(scope=scope))
        answer = self._refused(scope, names)
        if scope["type"] == "websocket":
            await (self._app(_renamed(scope, names), receive, send) if answer is None else _deny(answer, scope, receive, send))
            return
        reply = _Reply(send)
        await (self._serve(_renamed(scope, names), receive, reply) if answer is None else answer(scope, receive, reply))

    def _refused(self, scope: Scope, names: list[str]) -> Response | None:
        """The answer to who may not come in; None for everybody else."""
        headers, path = Headers(scope=scope), scope["path"]
        if not all(HOST.fullmatch(name) for name in names) or len(headers.getlist("host")) > 1:
            return PlainTextResponse("Bad Host", 400)
        if not all(map(is_ours, names)):
            return PlainTextResponse("Not the name of this server", 421)
        method = scope.get("method", "WEBSOCKET")
        if method not in READING and not all(is_same(origin, names) for origin in headers.getlist("origin")):
            return PlainTextResponse("Not from another site", 403)
        if path.removeprefix(self._base + "/") in CLOSED:
            return PlainTextResponse("Not Found", 404)
        if method in (*READING, "OPTIONS", "WEBSOCKET"):
            return None
        if method not in ("PUT", "DELETE") or not self._uploads.fullmatch(path):
            return PlainTextResponse("Method Not Allowed", 405)
        return None

    async def _serve(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        """Let it in. What breaks is told to the log alone."""
        try:
            if scope["method"] == "PUT":
                await self._take(scope, receive, reply)
            else:
                await self._app(scope, receive, reply)
        except Exception:  # the visitor sees a number of three digits
            log.exception("%s %s", scope["method"], scope["path"])
            if not reply.begun:
                await PlainTextResponse("Internal Server Error", 500)(scope, receive, reply)

    async def _take(self, scope: Scope, receive: Receive, reply: "_Reply") -> None:
        """An upload, if there is room for it and it comes within its time."""
        found, size = self._uploads.fullmatch(scope["path"]), Headers(scope=scope).get("content-length", "")
        assert found
        if not re.fullmatch("[0-9]{1,15}", size):
            await PlainTextResponse("Length Required", 411)(scope, receive, reply)
        elif int(size) > self._largest:
            await PlainTextResponse("File too large", 413)(scope, receive, reply)
        else:
            with self._ledger.entry(found[1], found[2], int(size)) as fits:
                if not fits:
                    await PlainTextResponse("No room for more files", 413)(scope, receive, reply)
                    return
                try:
                    async with asyncio.timeout(settings.UPLOAD_SECONDS):
                        await self._app(scope, receive, reply)
                except TimeoutError:
                    if not reply.begun:
                        await PlainTextResponse("Request Timeout", 408)(scope, receive, reply)


class _Reply:
    """An answer on its way, with the headers of every answer."""

    def __init__(self, send: Send) -> None:
        self._send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            MutableHeaders(scope=message).update(headers())
        await self._send(message)


async def _deny(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a websocket before it is open."""
    answer.headers.update(headers())
    await WebSocket(scope, receive, send).send_denial_response(answer)


# ---- names


def _names(headers: Headers) -> list[str]:
    """The names the request was sent to: the one a proxy was asked for, if it tells it, and the one we were asked for."""
    forwarded = headers.get("x-forwarded-host", "").split(",")[0].strip()
    return [name for name in (forwarded, headers.get("host", "")) if name]


def _renamed(scope: Scope, names: list[str]) -> Scope:
    """The request as if it had been sent to the first of the names: Streamlit compares that with the Origin, as we do."""
    if not names:
        return scope
    others = [(key, value) for key, value in scope["headers"] if key != b"host"]
    return {**scope, "headers": [(b"host", names[0].encode("latin-1")), *others]}


def is_ours(name: str) -> bool:
    """Whether a server with these HOSTS goes by that name. An address in numbers is always ours: nobody can point it at us."""
    host = _split(name)[0]
    if not settings.HOSTS or host == "localhost" or _is_address(host):
        return True
    return any(host == ours or (ours.startswith("*.") and host.endswith(ours[1:])) for ours in settings.HOSTS)


def is_same(origin: str, names: Iterable[str]) -> bool:
    """Whether the page of that Origin came from one of the names."""
    try:
        parts = urlsplit(origin)
        standard = {"http": 80, "https": 443}[parts.scheme]
        asked = parts.hostname, parts.port or standard
    except (ValueError, KeyError):  # "null", and what is no address
        return False
    return asked in [(host, port or standard) for host, port in map(_split, names)]


def _split(name: str) -> tuple[str, int | None]:
    """Host and port of a Host header that HOST matches."""
    found = HOST.fullmatch(name)
    assert found
    return found[1].lower().strip("[]").rstrip("."), int(found[2]) if found[2] else None


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# ---- headers


@cache
def headers() -> dict[str, str]:
    """What every answer says to the browser."""
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


def policy() -> str:
    """What a page may load and run: what comes from here. Each exception says whose it is."""
    page = Path(str(distribution("streamlit").locate_file("streamlit/static/index.html"))).read_text(encoding="utf-8")
    own = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    rules = {
        "default-src": ["'none'"],
        "script-src": [
            "'self'",
            "blob:",
            "'wasm-unsafe-eval'",
            *map(hash_of, [*own, front.START]),
        ],  # what Streamlit mounts comes as a blob; its protobuf; what its document says, and ours in its head
        "style-src": ["'self'", "'unsafe-inline'"],  # Streamlit and Plotly write styles into elements
        "img-src": ["'self'", "data:", "blob:"],  # pictures in films; a picture that is saved
        "font-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'self'", *settings.EMBEDDED_BY],
    }
    return "; ".join(f"{name} {' '.join(values)}" for name, values in rules.items())


def hash_of(script: str) -> str:
    """A script that stands in a page, as a policy names it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
