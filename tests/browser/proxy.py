"""A small proxy that stands for a host without our routes: it answers 404 to some paths and passes everything else through, websockets too."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Iterator, Sequence

LOST = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 18\r\nConnection: close\r\n\r\n<h1>Not Found</h1>"


@contextlib.contextmanager
def without(routes: Sequence[str], port: int) -> Iterator[tuple[str, list[str]]]:
    """The address of a server at `port` as a host shows it that lacks what begins with one of `routes`; and what was refused."""
    refused: list[str] = []
    loop = asyncio.new_event_loop()
    ended: asyncio.Event = asyncio.Event()

    async def pipe(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await source.read(65536):
                sink.write(piece)
                await sink.drain()
            sink.write_eof()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, or one websocket. Each request asks for the connection to be closed after it."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ", 2)[1].decode()
            if path.startswith(tuple(routes)):
                refused.append(path)
                writer.write(LOST)
                await writer.drain()
            else:
                if not re.search(rb"\r\nupgrade:", head, re.I):
                    head = re.sub(rb"\r\nconnection:[^\r]*", b"", head, flags=re.I)[:-2] + b"Connection: close\r\n\r\n"
                there, onwards = await asyncio.open_connection("127.0.0.1", port)
                onwards.write(head)
                await asyncio.wait(
                    {loop.create_task(pipe(reader, onwards)), loop.create_task(pipe(there, writer))},
                    return_when=asyncio.ALL_COMPLETED,
                )
                onwards.close()
        writer.close()

    async def run(started: threading.Event, at: list[int]) -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 20)
        at.append(server.sockets[0].getsockname()[1])
        started.set()
        await ended.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    started, at = threading.Event(), list[int]()
    thread = threading.Thread(target=lambda: loop.run_until_complete(run(started, at)), name="proxy", daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield f"http://127.0.0.1:{at[0]}", refused
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join(10)
        loop.close()
