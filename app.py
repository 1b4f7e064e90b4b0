"""The server: workers, films, Plotly's script, health; and the Streamlit script, handed to st.App. `streamlit run app.py`."""

import asyncio
import contextlib
import gc
import importlib
import itertools
import logging
import threading
from collections.abc import AsyncIterator
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Send

from contents import PATH, SECTIONS
from engine.algorithm import Algorithm, of
from engine.samples import sample
from runtime import front, metrics, script, server, settings
from runtime.cards import Card, Cards
from runtime.doors import Doors
from runtime.film import Film
from runtime.jobs import Job
from runtime.ledger import Ledger
from runtime.packed import Packed
from runtime.run import Run
from runtime.sticky import Sticky
from ui import offline, player, report, search, streamlit_patches
from ui.text import LANGUAGES, REFERENCE, phrases, theory

log = logging.getLogger("theoria")
FOREVER = {"Cache-Control": "public, max-age=31536000, immutable"}
SCRIPTS = {script.PATH: script.compressed, player.PATH: player.compressed}
GROWING = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}  # a proxy is to pass on each picture as it comes


@contextlib.asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[dict[str, Any]]:
    """Start the workers before any page runs; warm in the background; leave no orphan."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    views = [f"views.{section}.{slug}" for section, slugs in SECTIONS.items() for slug in slugs]
    store, films = server.start(at_hand=[*views, "ui.text"])
    store.alive = _alive
    for module in (*views, "ui.shell"):  # what the first page would wait for
        importlib.import_module(module)
    for slug in itertools.chain(*SECTIONS.values()):
        for language in LANGUAGES:
            theory(slug, language)
    report.version()
    if not await asyncio.to_thread(store.ready, settings.START_SECONDS):  # who comes now would wait for it, and not know why
        log.warning("no worker after %s seconds", settings.START_SECONDS)
    if settings.WARM:
        threading.Thread(target=warm, name="warm", daemon=True).start()
    with metrics.served(store, films):
        yield {}
    server.stop()


def warm() -> None:
    """Compute and draw what every page opens with, in every language, then take all that out of the collector's sight."""
    store, films = server.running()
    for made in SCRIPTS.values():
        made()
    for section, slugs in SECTIONS.items():
        for slug in slugs:
            engine, view = importlib.import_module(f"engine.{section}.{slug}"), importlib.import_module(f"views.{section}.{slug}")
            kind = engine.ALGORITHMS[0]
            job = store.start(Run(kind.train, kind.Params(), (sample(kind.sample),) if kind.sample else ()), "warm")
            ended(job)  # so that each film begins with what its page opens at
            for language in LANGUAGES:
                films.whole(films.open(job, view.draw, (), view.Options(), theory(slug, language), kind.opens))
    gc.collect()
    gc.freeze()
    log.info("warm")


def ended(job: Job) -> None:
    """Wait until a run is done."""
    changed = threading.Event()
    job.listen(changed.set)
    while not job.done:
        changed.wait()
        changed.clear()


def _alive(session: str) -> bool:
    """Whether somebody still has the page open."""
    if session in ("warm", "gpu"):
        return True
    return streamlit_patches.alive(session)


class PatientStream(StreamingResponse):
    """A stream whose reader is waited for, but not for ever: one that takes nothing for a minute is let go."""

    async def stream_response(self, send: Send) -> None:
        async def sent(message: Message) -> None:
            await asyncio.wait_for(send(message), settings.STALLED_SECONDS)

        await super().stream_response(sent)


async def film(request: Request) -> Response:
    """A film as it is drawn; with .opening at its end what a page opens with, with .html a page that plays without a server."""
    key, _, part = request.path_params["key"].partition(".")
    _, films = server.running()
    shown = films.get(key) if request.path_params["node"] == settings.NODE and part in ("", "opening", "html") else None
    if shown is None:
        return JSONResponse({"gone": True}, status_code=404, headers={"Cache-Control": "no-store"})
    if part == "html":
        content = await asyncio.to_thread(films.whole, shown)
        page = offline.page(shown.words, content, kind_of(shown))  # type: ignore[arg-type]
        return Response(
            page, media_type="text/html", headers={"Content-Disposition": f'attachment; filename="{shown.words.slug}.html"'}
        )
    whole = part != "opening"
    final = shown.done or (not whole and shown.opening is not None)
    headers = {"Content-Encoding": "gzip", **(FOREVER if final else GROWING)}
    stream = shown.stream(films.wake, whole=whole)
    return PatientStream(stream, media_type="application/x-ndjson", headers=headers)


def kind_of(film: Film) -> Algorithm[Any]:
    """The kind of run that a film shows."""
    section = next(section for section, slugs in SECTIONS.items() if film.words.slug in slugs)
    return of(importlib.import_module(f"engine.{section}.{film.words.slug}").ALGORITHMS, film.params)


def card(page: str, asked: str) -> Card:
    """What a link to a page shows in a language, where it is pasted."""
    language = asked if asked in LANGUAGES else REFERENCE
    if has_film(page):
        text = theory(page, language)
        return {"title": text.title, "description": text.question, "picture": f"app/static/thumbs/{page}.jpg"}
    said = phrases(language)["ui"]
    return {"title": said["tagline"], "description": said["lede"], "picture": f"app/static/thumbs/{PATH[0]}.jpg"}


def has_film(page: str) -> bool:
    return any(page in slugs for slugs in SECTIONS.values())


async def found(request: Request) -> Response:
    """The topics that have some words, and the terms that led there: what the search in the bar asks."""
    topics = await asyncio.to_thread(search.find, request.query_params.get("q", "")[:100])
    said = [{"slug": topic.slug, "terms": [" = ".join(dict.fromkeys(term.values())) for term in topic.terms]} for topic in topics]
    return JSONResponse(said, headers={"Cache-Control": "no-store"})


async def scripts(request: Request) -> Response:
    """Plotly's script, or the player's: their names change with what they hold."""
    made = SCRIPTS[request.url.path.rpartition("/")[2]]
    return Response(await asyncio.to_thread(made), media_type="text/javascript", headers={"Content-Encoding": "gzip", **FOREVER})


prefix = "/" + str(st.get_option("server.baseUrlPath") or "").strip("/")
prefix = "" if prefix == "/" else prefix
largest = st.get_option("server.maxUploadSize") * 2**20
streamlit_patches.in_memory(largest)
app = st.App(
    "ui/navigation.py",
    lifespan=lifespan,
    routes=[
        Route(f"{prefix}/films/{{node}}/{{key}}", film),
        Route(f"{prefix}/found", found),
        *(Route(f"{prefix}/{path}", scripts) for path in SCRIPTS),
    ],
    middleware=[
        Middleware(Doors, base=prefix, largest=largest, ledger=Ledger(streamlit_patches.held)),
        Middleware(Packed, base=prefix),
        *([Middleware(Sticky)] if settings.REPLICA else []),
        Middleware(Cards, base=prefix, told=card, more=lambda page: front.head(prefix, player.PATH if has_film(page) else None)),
    ],
)
