"""A real Ray on this machine, small, whose processes are all ours: nothing is left of it in the end."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]
SMALL = {
    "--num-cpus": 2, "--num-gpus": 0, "--object-store-memory": 100_000_000, "--min-worker-port": 0, "--max-worker-port": 0,
    "--include-dashboard": "false", "--include-log-monitor": "false",
}  # fmt: skip


@contextlib.contextmanager
def local(**options: object) -> Iterator[tuple[str, psutil.Process]]:
    """The address of a head with two CPUs, and the process whose children are all of Ray."""
    with (
        socket.socket() as free,
        tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder,
    ):  # a short name: sockets lie in it
        free.bind(("", 0))
        port = free.getsockname()[1]
        free.close()
        told = {
            **SMALL,
            "--port": port,
            "--temp-dir": folder,
            **{f"--{name.replace('_', '-')}": value for name, value in options.items()},
        }
        command = [str(Path(sys.executable).with_name("ray")), "start", "--head", "--block", "--disable-usage-stats"]
        started = subprocess.Popen(
            [*command, *(str(word) for pair in told.items() for word in pair)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "RAY_USAGE_STATS_ENABLED": "0"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert started.stdout
        process = psutil.Process(started.pid)
        everybody: list[psutil.Process] = []
        try:
            said = []
            for line in started.stdout:
                everybody = process.children(recursive=True)
                said.append(line)
                if "Ray runtime started" in line:
                    break
            else:
                raise RuntimeError("".join(said))
            yield f"127.0.0.1:{port}", process
        finally:
            with contextlib.suppress(psutil.NoSuchProcess):
                everybody += [process, *process.children(recursive=True)]
            started.terminate()
            _, left = psutil.wait_procs(everybody, timeout=10)
            for one in left:
                one.kill()
            started.wait(10)
            started.stdout.close()
