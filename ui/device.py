"""Where a run of torch computes, a word in the player's row: kept for the session, in no link."""

from collections.abc import Mapping
from typing import Any

from engine.algorithm import Algorithm
from engine.device import Device
from runtime import server
from ui.language import say
from ui.visit import visit


def chosen(kind: Algorithm[Any]) -> Device:
    """What a run of this kind computes on: the GPU where it can, one is there and it was asked for."""
    device, _ = server.running()[0].gpu
    return device if kind.torch and visit().gpu_wanted else "cpu"


def word(kind: Algorithm[Any]) -> dict[str, Any] | None:
    """What the row says: where it computes now, and of the GPU which one it is, or why there is none to choose."""
    if not kind.torch:
        return None
    device, told = server.running()[0].gpu
    there = device != "cpu"
    said = say("gpu_there", name=told) if there else say(f"gpu_{told}")
    return {"gpu": there and visit().gpu_wanted, "there": there, "said": said}


def hear(event: Mapping[str, Any]) -> None:
    """The word was pressed."""
    if event.get("kind") == "device":
        visit().gpu_wanted = event.get("gpu") is True
