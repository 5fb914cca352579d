"""A Jupyter server on a course, and a headless browser to look at it with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
CHROMIUM = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)
MINUTE = 60_000


def screenshots(root: Path) -> Path:
    """The folder for screenshots: `screenshots/` in the course folder, or $COURSE_SCREENSHOTS. Look at them."""
    folder = Path(os.environ.get("COURSE_SCREENSHOTS", root / "screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def served(root: Path, folder: str, settings: Path) -> Iterator[tuple[str, str]]:
    """Start JupyterLab in the course at `root`, on `folder` in it; gives its address and its token.

    `settings` is a folder for all that Jupyter keeps about a user. Skips the test where there is no Chromium.
    """
    if CHROMIUM is None:
        if os.environ.get("COURSE_NO_SKIP"):
            pytest.fail("no Chromium here, and COURSE_NO_SKIP allows no skip")
        pytest.skip("no Chromium here: install it to drive the course as a learner does")
    environment = {**os.environ, "PYTHONPATH": str(root), "HOME": str(settings / "home")}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        environment[name] = str(settings / name.lower())
    command = [sys.executable, "-m", "jupyterlab", folder, "--no-browser", "--port=0", "--ip=127.0.0.1"]
    command += ["--LabApp.expose_app_in_browser=True"]  # lets the test run commands by name
    command += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with (settings / "lab.log").open("w+") as log:
        server = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            yield _address(server, settings)
        finally:
            server.terminate()
            server.wait()


def _address(server: subprocess.Popen[bytes], settings: Path) -> tuple[str, str]:
    """Wait until the server has written where it listens, and answers there."""
    while server.poll() is None:
        for path in (settings / "jupyter_runtime_dir").glob("jpserver-*.json"):
            try:
                info = json.loads(path.read_text())
                urllib.request.urlopen(f"{info['url']}api/status?token={info['token']}", timeout=30).read()
            except (ValueError, OSError):
                continue
            return info["url"], info["token"]
    pytest.fail(f"JupyterLab ended: {(settings / 'lab.log').read_text()}")


@contextmanager
def page() -> Iterator[Any]:
    """A page of a fresh headless browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1280, "height": 1000})
        browser.close()
