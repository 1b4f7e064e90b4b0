"""The browser the tests use: the system's Chromium, else Playwright's own. `python -m tests.browser.chromium` brings one."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

QUIET = [
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # theoria.test is this machine by a name that is no secure context; nobody else is found at all
    "--host-resolver-rules=MAP theoria.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
FLAT = ["--disable-gpu", "--disable-3d-apis"]
DRAWS = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
COLD = "--js-flags=--no-maglev --no-opt"  # a test's page runs for seconds: to make its code fast costs a sixth more than it saves
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def launch(playwright: Any, *more: str) -> Any:
    """A headless browser that asks nobody on the network, without WebGL."""
    return playwright.chromium.launch(executable_path=found(), args=[*QUIET, *FLAT, *more])


def another(browser: Any) -> Any:
    """Another that has WebGL, drawn by the processor."""
    return browser.browser_type.launch(executable_path=found(), args=[*QUIET, *DRAWS])


def found() -> str | None:
    """The system's browser; None leaves the choice to Playwright."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def bring() -> int:
    """Install a browser where there is none: the system's package as root, else Playwright's own."""
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path).exists()
    if found() or own:
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print("Installing Chromium ...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
        for package in ("chromium-headless-shell", "chromium"):  # the first is quicker; an older Debian has not got it
            if not found():
                subprocess.run(["apt-get", "install", "-y", "-qq", package, "fonts-noto-cjk"], env=quiet, check=False)
    if not found():
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
        with sync_playwright() as playwright:
            own = Path(playwright.chromium.executable_path).exists()
        if not own:
            print("The browser tests need Chromium. Install it (Debian: apt install chromium fonts-noto-cjk) and try again.")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(bring())
