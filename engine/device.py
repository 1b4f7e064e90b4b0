"""Where torch computes: the CPU, or one GPU. Chosen for a run from outside, never part of its parameters.

Random numbers are always drawn on the CPU, by numpy, from the run's own seed; so a GPU changes a run by rounding only. torch's
own generator, which layers draw their first weights from, is put back to where it was.
"""

import contextlib
import platform
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.errors import DeviceError
from engine.frames import Frame
from engine.params import Params

if TYPE_CHECKING:
    import torch

Device = Literal["cpu", "cuda", "mps"]
_now: ContextVar[Device] = ContextVar("device", default="cpu")


def seen() -> Device:
    """The best device this machine seems to have, judged without torch: whether it can be used, only a worker can say."""
    if any(Path(path).exists() for path in ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg")):
        return "cuda"
    return "mps" if (platform.system(), platform.machine()) == ("Darwin", "arm64") else "cpu"


@contextlib.contextmanager
def on(device: Device) -> Iterator[None]:
    """What runs inside computes there."""
    token = _now.set(device)
    try:
        yield
    finally:
        _now.reset(token)


def here() -> "torch.device":
    """The device of the run under way, as torch names it. Raises DeviceError where it is not there."""
    import torch

    device = _now.get()
    if device == "cpu":
        return torch.device("cpu")
    if device == "cuda" and torch.version.cuda is None:
        raise DeviceError("no_cuda_build", version=torch.__version__)
    if (device == "cuda" and not torch.cuda.is_available()) or (device == "mps" and not torch.backends.mps.is_available()):
        raise DeviceError("no_device", device=device)
    return torch.device(device)


@contextlib.contextmanager
def seeded(seed: int) -> Iterator[None]:
    """torch's own generator seeded, and put back afterwards."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


@dataclass(frozen=True)
class DeviceFrame(Frame):
    name: str  # what the device calls itself


def probe(params: Params) -> Iterator[DeviceFrame]:
    """One frame, once the device has computed something. Raises DeviceError where torch cannot use it."""
    import torch

    where = here()
    try:
        torch.ones(2, device=where).sum().item()
    except RuntimeError as problem:  # a driver too old, no memory left
        raise DeviceError("device_broken", device=where.type) from problem
    yield DeviceFrame(step=0, part="", total=1, name=torch.cuda.get_device_name() if where.type == "cuda" else "Apple GPU")
