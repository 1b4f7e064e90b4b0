"""A server with one film of a run that never ends, and a main module that no worker may import. Run as a script by a test."""

import contextlib
import sys
from collections.abc import AsyncIterator

import streamlit  # noqa: F401  — what a worker would get if it imported this module
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from runtime import server
from tests.runtime import toys
from tests.runtime.helpers import ended, run


@contextlib.asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    server.start(2)
    yield
    server.stop()


def facts(request: Request) -> Response:
    """What a worker has imported, and who is whose child."""
    store, _ = server.running()
    return JSONResponse(ended(store.start(run(toys.facts), "a")).frames[0].text)  # type: ignore[attr-defined]


def film(request: Request) -> Response:
    store, films = server.running()
    job = store.start(run(toys.hang, place=sys.argv[2]), "a")
    made = films.open(job, toys.draw, (), toys.Options(), toys.Words())
    return StreamingResponse(made.stream(films.wake), headers={"Content-Encoding": "gzip"})


if __name__ == "__main__":
    routes = [Route("/facts", facts), Route("/film", film)]
    uvicorn.run(Starlette(routes=routes, lifespan=lifespan), port=int(sys.argv[1]), log_level="warning")
