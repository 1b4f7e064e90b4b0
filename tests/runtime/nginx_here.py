"""The proxy of deploy/nginx.conf on this machine. `python -m tests.runtime.nginx_here` brings nginx where there is none."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from benchmarks.classroom import free_port
from tests.runtime import toys

CONFIGURATION = Path(__file__).parents[2] / "deploy" / "nginx.conf"
MAIN = """{user}
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log {folder}/access.log; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
    include {folder}/site.conf;
}}
"""


def found() -> str | None:
    """Where nginx is; Debian's lies beside the path of plain users."""
    return shutil.which("nginx", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))


def bring() -> str | None:
    """Install the system's package where it is missing and we may."""
    if not found() and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print("Installing nginx ...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "nginx"], env=quiet, check=False)
    return found()


@contextlib.contextmanager
def before(*replicas: str) -> Iterator[str]:
    """The address of the proxy before two replicas."""
    binary = found()
    assert binary
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        where = {f"N{k}": urlsplit(replica).netloc for k, replica in enumerate(replicas)}
        site = Template(CONFIGURATION.read_text()).safe_substitute(where, LISTEN=f"127.0.0.1:{port}", CACHE=f"{folder}/films")
        Path(folder, "site.conf").write_text(site)
        Path(folder, "nginx.conf").write_text(MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""))
        command = [binary, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            toys.until(lambda: Path(folder, "pid").exists() or process.poll() is not None)
            assert process.poll() is None, Path(folder, "error.log").read_text()
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


if __name__ == "__main__":
    if not bring():
        print("Tests of the proxy are left out: they need nginx (Debian: apt install nginx).", file=sys.stderr)
