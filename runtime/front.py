"""Streamlit's index page on its way out: without a font that no page of ours uses, with hints at what every topic asks for.

Its scripts are untouched (the policy names them by their hashes). Where the page is not as expected, it goes out as it is.
"""

import gzip
import hashlib
import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime import script
from runtime.packed import STATIC, is_known, takes_gzip

INDEX = (STATIC / "index.html").read_bytes()
UNUSED = re.compile(r'\s*<link\s+rel="preload"\s+href="[^"]*/SourceSans[^"]*"[^>]*>')
EARLY = ("BidiComponent", "Html", "ButtonGroup", "Selectbox", "Slider", "Button", "rehype-katex")  # what topics are shown with
SENT = (b"content-length", b"content-encoding", b"etag", b"last-modified", b"vary", b"accept-ranges")


class Front:
    """Middleware inside the doors. `base` is the path the app is under; `plays` says of a page whether a film is on it."""

    def __init__(self, app: ASGIApp, *, base: str, plays: Callable[[str], bool]) -> None:
        self._app, self._base, self._plays = app, base, plays
        self._pages = {playing: _Page(base, playing) for playing in (False, True)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or "." in scope["path"].rpartition("/")[2]:
            await self._app(scope, receive, send)
            return
        asked, held = Headers(scope=scope), list[Message]()

        async def sift(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_index(message):
                held.append(message)
            elif not held:
                await send(message)
            else:
                held.append(message)
                if not message.get("more_body"):
                    await self._answer(held, asked, scope, receive, send)

        plain = [(key, value) for key, value in scope["headers"] if key != b"accept-encoding"]  # compressed it could not be told
        await self._app({**scope, "headers": plain} if "text/html" in asked.get("accept", "") else scope, receive, sift)

    async def _answer(self, held: list[Message], asked: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        """Our page in the place of Streamlit's; what only looked like it as it is."""
        body = b"".join(message.get("body", b"") for message in held[1:])
        if body == INDEX or (scope["method"] == "HEAD" and not body):
            page = self._pages[self._plays(scope["path"].removeprefix(self._base).strip("/"))]
            await page.answer(asked, held[0]["headers"])(scope, receive, send)
        else:
            for message in held:
                await send(message)


class _Page:
    """The page as we send it."""

    def __init__(self, base: str, playing: bool) -> None:
        self._plain = changed(INDEX.decode(), base, playing).encode()
        self._packed = gzip.compress(self._plain, 9, mtime=0)
        self._tag = hashlib.blake2b(self._plain, digest_size=12).hexdigest()

    def answer(self, asked: Headers, kept: list[tuple[bytes, bytes]]) -> Response:
        """With what else its answer said: cookies, how long it is kept."""
        packed = takes_gzip(asked)
        tag = f'"{self._tag}{"-gzip" * packed}"'
        told = {"ETag": tag, "Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if packed else {})}
        known = is_known(asked, tag)
        answer = Response(status_code=304) if known else Response(self._packed if packed else self._plain)
        answer.headers.update(told)
        answer.raw_headers.extend((key, value) for key, value in kept if key.lower() not in SENT)
        return answer


def changed(page: str, base: str, playing: bool) -> str:
    """The page without the font, and with hints where a film is on it."""
    page = UNUSED.sub("", page)
    early = [next((STATIC / "static" / "js").glob(f"{stem}.*.js"), None) for stem in EARLY] if playing else []
    hints = [f'<link rel="preload" as="script" href="{base}/{script.PATH}">'] if playing else []
    hints += [f'<script type="module" async src="{base}/static/js/{file.name}"></script>' for file in early if file]
    return page.replace("</head>", "".join(f"  {hint}\n" for hint in hints) + "  </head>", 1)


def _is_index(message: Message) -> bool:
    headers = Headers(raw=message["headers"])
    found = headers.get("content-type", "").startswith("text/html"), headers.get("content-length")
    return message["status"] == 200 and found == (True, str(len(INDEX)))
