"""Streamlit's scripts and styles, each compressed once, when it is first asked for. Streamlit itself sends them as they are.

React shows at once what has been loaded. Its font of icons comes cut to those that are used (assets/scripts/cut_fonts.py);
another Streamlit's comes whole.
"""

import asyncio
import gzip
import json
import re
from functools import partial
from importlib.metadata import distribution
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

STREAMLIT = distribution("streamlit")
STATIC = Path(str(STREAMLIT.locate_file("streamlit/static")))
UNUSED = re.compile(rb"@font-face\{font-family:Source Sans;[^}]*\}")  # 170 kB for what stands there before our fonts are known
# React holds back for half a second what has been loaded, where it has shown a place for it
HELD = re.compile(rb"(=\w+)\+500(-\w+\(\),10<\w+)")
ICONS = Path(__file__).parents[1] / "assets" / "icons" / "material-symbols-rounded.woff2"
CUT = json.loads(ICONS.with_suffix(".json").read_text(encoding="utf-8"))
ICON_NAMES = f"media/{CUT['of']}"
KINDS = {".js": "text/javascript", ".css": "text/css"}
TAG = f'"streamlit-{STREAMLIT.version}-gzip"'
TOLD = {"Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding", "ETag": TAG}  # their names are hashes
ASKED = {"Cache-Control": "no-cache", "ETag": f'"{CUT["sha256"][:16]}"'}  # its name is theirs, and what we cut to may change


class Packed:
    """Middleware inside the doors. `base` is the path the app is under."""

    def __init__(self, app: ASGIApp, *, base: str) -> None:
        self._app, self._at = app, f"{base}/static/"
        inside = STATIC / "static"
        self._files = {str(file.relative_to(inside).as_posix()): file for file in inside.rglob("*") if file.suffix in KINDS}
        self._font = ICONS.read_bytes()
        self._packed: dict[str, bytes] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        name = self._name(scope)
        if scope["type"] == "http" and scope["path"] == self._at + ICON_NAMES:
            await self._icons(scope)(scope, receive, send)
        elif name is None:
            await self._app(scope, receive, send)
        elif TAG in Headers(scope=scope).get("if-none-match", ""):
            await Response(status_code=304, headers=TOLD)(scope, receive, send)
        else:
            kind = KINDS[self._files[name].suffix]
            answer = Response(await self._content(name), media_type=kind, headers={"Content-Encoding": "gzip", **TOLD})
            await answer(scope, receive, send)

    def _icons(self, scope: Scope) -> Response:
        there = Headers(scope=scope).get("if-none-match") == ASKED["ETag"]
        return Response(status_code=304, headers=ASKED) if there else Response(self._font, media_type="font/woff2", headers=ASKED)

    def _name(self, scope: Scope) -> str | None:
        """The file that is asked for, if it is one of these and may come compressed."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or not scope["path"].startswith(self._at):
            return None
        headers, name = Headers(scope=scope), scope["path"].removeprefix(self._at)
        return name if name in self._files and takes_gzip(headers) and "range" not in headers else None

    async def _content(self, name: str) -> bytes:
        if name not in self._packed:
            content = HELD.sub(rb"\1\2", UNUSED.sub(b"", self._files[name].read_bytes()))
            self._packed[name] = await asyncio.to_thread(partial(gzip.compress, mtime=0), content)
        return self._packed[name]


def takes_gzip(headers: Headers) -> bool:
    """Whether whoever asks can read it."""
    offers = [offer.replace(" ", "").lower() for offer in headers.get("accept-encoding", "").split(",")]
    return any(offer.split(";")[0] == "gzip" and not offer.endswith((";q=0", ";q=0.0")) for offer in offers)
