"""A run is a deterministic computation named by what goes into it: equal names, equal frames."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

from engine.device import Device
from engine.frames import Frame
from engine.params import Params
from runtime.settings import SECRET

ROOT = Path(__file__).parents[1]
ENGINE = ("engine", "assets/weights", "assets/datasets")  # what frames are made from
COMPILED = "__pycache__"


class Data(Protocol):
    """What a run can be about: arrays with a name made from their content."""

    @property
    def digest(self) -> str: ...
    @property
    def origin(self) -> str: ...  # "sample:…", "upload", "edited" …
    @property
    def nbytes(self) -> int: ...


@dataclass(frozen=True)
class Run:
    """`train(params, *data)` on a device, not yet started."""

    train: Callable[..., Iterator[Frame]]
    params: Params
    data: tuple[Any, ...] = ()
    device: Device = "cpu"  # the one really used

    @cached_property
    def key(self) -> str:
        """The name of the run; another engine, another name. One on a visitor's data cannot be guessed."""
        facts = [
            digest_of(*ENGINE),
            self.train.__module__,
            self.train.__qualname__,
            self.params.model_dump_json(),
        ]
        return name([*facts, *(item.digest for item in self.data), self.device], private=is_private(self.data))


def is_private(data: Iterable[Data]) -> bool:
    """Whether any of the data came from a visitor."""
    return any(not item.origin.startswith("sample:") for item in data)


def uploads(data: Iterable[Data]) -> dict[str, int]:
    """Digest and bytes of the data that came from a visitor."""
    return {item.digest: item.nbytes for item in data if is_private((item,))}


def name(facts: Iterable[str], *, private: bool) -> str:
    """A short hash of some facts; keyed by this server's secret where they are private."""
    text = "\x1f".join(facts).encode()
    return hashlib.blake2b(text, digest_size=16, key=SECRET if private else b"").hexdigest()


@cache
def digest_of(*folders: str) -> str:
    """A hash over the files in some folders: a change in them changes every name made from it."""
    sources = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.is_file() and COMPILED not in file.parts:
                content = file.read_bytes()
                sources.update(f"{file.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return sources.hexdigest()
