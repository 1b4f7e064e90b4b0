"""Visitors without a browser: Streamlit's websocket, and the film's stream, read as a browser reads them."""

import asyncio
import contextlib
import json
import time
import zlib
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

WAIT = 180.0  # seconds after which something has not come


class Wrong(Exception):
    """Something a visitor would have seen as an error."""


@dataclass
class Seen:
    """One run of a page, and the film on it: seconds from when it was asked for; NaN: not yet."""

    asked: float = field(default_factory=time.perf_counter)
    page: float = float("nan")  # the player has its film
    first: float = float("nan")  # the first picture
    end: float = float("nan")  # the picture that the page opens at, the run's last
    last: float = float("nan")  # the end of what was read of the film
    early: bool = False  # that picture came before the others
    pictures: int = 0
    ahead: int = 0  # the longest queue that was told
    film: str = ""


class Visitor:
    """One open page. `async with Visitor(...) as visitor: await visitor.open(...)`."""

    def __init__(self, http: aiohttp.ClientSession, address: str, page: str = "som") -> None:
        self._http, self._address, self._page = http, address, page
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._said: asyncio.Queue[ForwardMsg | None] = asyncio.Queue()
        self._listening: asyncio.Task[None] | None = None
        self._widgets: dict[str, WidgetState] = {}
        self._query = ""
        self._early = False  # the next picture comes before its turn
        self.ids: dict[str, str] = {}  # what the address calls a setting → its widget

    async def __aenter__(self) -> "Visitor":
        self._socket = await self._http.ws_connect(
            self._address.replace("http", "ws", 1) + "/_stcore/stream", protocols=["streamlit"], max_msg_size=0
        )
        self._listening = asyncio.create_task(self._listen(self._socket))
        return self

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take what comes as it comes: that also answers the server's pings."""
        async for frame in socket:
            self._said.put_nowait(ForwardMsg.FromString(frame.data))
        self._said.put_nowait(None)

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket and self._listening:
            await self._socket.close()
            await self._listening

    async def open(self, query: str) -> Seen:
        """Open the page with a query, as a link does, up to where the player has its film."""
        self._query = query
        return await self._run()

    async def slide(self, setting: str, value: float) -> Seen:
        """Move a slider; everything else stays as it is."""
        state = WidgetState(id=self.ids[setting])
        state.double_array_value.data.append(value)
        self._widgets[setting] = state
        return await self._run()

    async def watch(self, seen: Seen, *, pictures: int | None = None, whole: bool = True) -> Seen:
        """Read the film to its end, or until it has so many pictures; without `whole` what its page opens with."""
        inflate, rest = zlib.decompressobj(31), b""
        async with self._http.get(self._address + seen.film + ("" if whole else ".opening"), auto_decompress=False) as answer:
            if answer.status != 200:
                raise Wrong(f"film {answer.status}")
            async for chunk in answer.content.iter_any():
                *lines, rest = (rest + inflate.decompress(chunk)).split(b"\n")
                for line in lines:
                    self._read(line, seen)
                if pictures and seen.pictures >= pictures:
                    return seen
        seen.last = time.perf_counter() - seen.asked
        return seen

    def _read(self, line: bytes, seen: Seen) -> None:
        if line.startswith(b'{"picture"'):
            seen.pictures += 1
            now = time.perf_counter() - seen.asked
            if seen.pictures == 1:
                seen.first = now
            if not seen.early or self._early:
                seen.end = now
            self._early = False
        elif line.startswith(b'{"at"'):
            seen.early = self._early = True
        elif line.startswith(b'{"queued"'):
            seen.ahead = max(seen.ahead, json.loads(line)["queued"] or 0)
        elif line.startswith(b'{"error"'):
            raise Wrong(line.decode())

    async def _run(self) -> Seen:
        assert self._socket
        asked, seen = BackMsg(), Seen()
        asked.rerun_script.query_string = self._query
        asked.rerun_script.page_name = self._page
        asked.rerun_script.context_info.locale = "en-US"
        asked.rerun_script.context_info.url = f"{self._address}/{self._page}"
        asked.rerun_script.widget_states.widgets.extend(self._widgets.values())
        await self._socket.send_bytes(asked.SerializeToString())
        async with asyncio.timeout(WAIT):
            while message := await self._said.get():
                if self._take(message, seen):
                    return seen
        raise Wrong("the connection closed")

    def _take(self, message: ForwardMsg, seen: Seen) -> bool:
        """Note what a message says; whether the page is done."""
        if message.WhichOneof("type") == "script_finished":
            if not seen.film:
                raise Wrong("a page without a film")
            return True
        if message.WhichOneof("type") == "page_info_changed":
            self._query = message.page_info_changed.query_string
        if message.WhichOneof("type") != "delta":
            return False
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component" and element.bidi_component.component_name == "player":
            data: dict[str, Any] = json.loads(element.bidi_component.json)
            if data["kind"] == "player":
                seen.film, seen.page = data["films"][0]["address"], time.perf_counter() - seen.asked
        elif kind in ("exception", "alert"):
            raise Wrong(str(getattr(element, kind))[:300])
        elif kind == "slider":
            self.ids[element.slider.id.rpartition("-")[2]] = element.slider.id
        return False


@contextlib.asynccontextmanager
async def door() -> Any:
    """Connections for any number of visitors."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None, sock_read=WAIT)) as http:
        yield http
