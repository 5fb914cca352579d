"""A program that tries to get out of its box. What it finds is judged outside, by what is known only there."""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import socket
from collections.abc import Callable
from typing import Any

CANARY = "AUTOGRADER_CANARY"


def try_to_escape(targets: dict[str, Any]) -> dict[str, str]:
    """Try every wall once; returns what was found behind each, in words.

    `targets`: `file` to read, `folder` to write into, `port` of a listener on this machine, `socket` the path of
    another, `pid` of a process to end. Whoever set them up looks afterwards whether they are unharmed.
    """
    attempts: dict[str, Callable[[dict[str, Any]], str]] = {
        "read": _read,
        "write": _write,
        "connect": _connect,
        "connect here": _connect_here,
        "see": _see,
        "environment": _environment,
        "kill": _kill,
    }
    found = {}
    for wall, attempt in attempts.items():
        with contextlib.suppress(OSError):
            found[wall] = attempt(targets)[:1000]
    return found


def _read(targets: dict[str, Any]) -> str:
    with open(targets["file"], errors="replace") as file:
        return file.read(1000)


def _write(targets: dict[str, Any]) -> str:
    with open(os.path.join(targets["folder"], "planted"), "w") as file:
        return str(file.write("planted"))


def _connect(targets: dict[str, Any]) -> str:
    with socket.create_connection(("127.0.0.1", targets["port"]), timeout=1) as found:
        return str(found.getpeername())


def _connect_here(targets: dict[str, Any]) -> str:
    with socket.socket(socket.AF_UNIX) as found:
        found.settimeout(1)
        found.connect(targets["socket"])
        return "connected"


def _see(targets: dict[str, Any]) -> str:
    return _search("/proc/[0-9]*/cmdline")


def _environment(targets: dict[str, Any]) -> str:
    return _search("/proc/[0-9]*/environ")


def _search(pattern: str) -> str:
    for path in glob.glob(pattern):
        with contextlib.suppress(OSError), open(path, "rb") as file:
            text = file.read(1 << 20).decode("utf-8", "replace")
            if CANARY in text:
                return text[text.index(CANARY) :][:200]
    return ""


def _kill(targets: dict[str, Any]) -> str:
    os.kill(targets["pid"], signal.SIGKILL)
    return "killed"
