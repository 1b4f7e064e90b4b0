"""What a link to a page shows where it is pasted: its title, its question, its picture, written into the page's document.

Streamlit serves one document for every page. An address with more than one part, which that document cannot be shown under,
is led to the page of its last part.
"""

import html
import re
from collections.abc import Callable, Mapping
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders, URLPath
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Card = Mapping[str, str]  # title, description, and the picture's path
UNUSED = re.compile(rb"<link[^>]*SourceSans[^>]*>")  # a font of 170 kB that no page of ours is set in
PLAIN = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")  # what would bring less than the document


class Cards:
    """Middleware. `base` is the path the app is under; `told` says of a page and a language what stands on its card.

    `more` says of a page what else its document's head is to hold.
    """

    def __init__(
        self, app: ASGIApp, *, base: str, told: Callable[[str, str], Card], more: Callable[[str], str] = lambda page: ""
    ) -> None:
        self._app, self._base, self._told, self._more = app, base, told, more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        page = scope["path"].removeprefix(self._base).strip("/") if scope["type"] == "http" else "."
        if scope.get("method") != "GET" or "." in page.rpartition("/")[2]:
            await self._app(scope, receive, send)
            return
        plain = {**scope, "headers": [(name, value) for name, value in scope["headers"] if name not in PLAIN]}
        await self._app(plain, receive, _Document(scope, send, page, self._written, self._base))

    def _written(self, scope: Scope, page: str) -> str:
        language = parse_qs(scope["query_string"].decode("latin-1")).get("lang", [""])[0]
        card = self._told(page, language)
        headers = Headers(scope=scope)
        site = f"{headers.get('x-forwarded-proto', scope['scheme'])}://{headers.get('host', '')}{self._base}/"
        said = {"og:type": "website", "og:site_name": "Theoria", "og:title": card["title"], "og:description": card["description"]}
        said |= {"og:url": site + page, "og:image": site + card["picture"], "twitter:card": "summary_large_image"}
        lines = [f'<meta property="{name}" content="{html.escape(value)}"/>' for name, value in said.items()]
        return "".join([*lines, f'<meta name="description" content="{html.escape(card["description"])}"/>', self._more(page)])


class _Document:
    """An answer on its way: held back where it is the document, passed on where it is anything else."""

    def __init__(self, scope: Scope, send: Send, page: str, written: Callable[[Scope, str], str], base: str) -> None:
        self._scope, self._send, self._page, self._written, self._base = scope, send, page, written, base
        self._start: Message | None = None
        self._parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_document(message):
            self._start = message
        elif self._start is None:
            await self._send(message)
        elif message["type"] == "http.response.body":
            self._parts.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._end(self._start)

    async def _end(self, start: Message) -> None:
        if "/" in self._page:
            query = self._scope["query_string"].decode("latin-1")
            to = URLPath(f"{self._base}/{self._page.rpartition('/')[2]}")
            await RedirectResponse(f"{to}?{query}" if query else to, 302)(self._scope, _nothing, self._send)
            return
        body = UNUSED.sub(b"", b"".join(self._parts)).replace(
            b"</head>", self._written(self._scope, self._page).encode() + b"</head>", 1
        )
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(body))
        for name in ("etag", "last-modified", "accept-ranges"):  # they are those of the file
            del headers[name]
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_document(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith("text/html")
        and "content-disposition" not in headers
    )


async def _nothing() -> Message:
    return {"type": "http.disconnect"}
