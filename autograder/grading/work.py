"""The unit of work: one submission's cells in, its transcript out. The same function for threads, processes, Dask."""

from __future__ import annotations

import ast
import atexit
import contextlib
import threading
from dataclasses import asdict, dataclass
from typing import Any

from autograder.grading.execute import execute
from autograder.grading.host import Server, ServerError
from autograder.grading.sandbox import SandboxError
from autograder.grading.template import Template
from autograder.grading.transcript import Cell, Limits, Transcript

ATTEMPTS = 3

_servers: dict[tuple[object, ...], Server] = {}
_lock = threading.Lock()
_interruptions = 0


@dataclass(frozen=True)
class Work:
    """Everything that executing one submission depends on, as plain data."""

    student: str
    chapter: str
    cells: tuple[Cell, ...]
    seed: int
    limits: Limits
    modules: tuple[str, ...]
    unsafe: bool = False


def run(work: Work) -> str:
    """Execute one submission and return its transcript as JSON.

    Servers are started on first use and kept for the next submission. Raises ServerError where the machinery failed
    three times: that says nothing about the submission.
    """
    before = _interruptions
    for attempt in range(1, ATTEMPTS + 1):
        try:
            server = server_for(work.modules, work.chapter, unsafe=work.unsafe)
            return execute(work.cells, work.seed, work.limits, server).to_json()
        except ServerError:
            if attempt == ATTEMPTS or before != _interruptions:
                raise
    raise AssertionError("unreachable")


def server_for(modules: tuple[str, ...], chapter: str, *, unsafe: bool) -> Server:
    """The server of this process for such work; started where there is none yet."""
    key = (modules, chapter, unsafe)
    with _lock:
        if key not in _servers:
            server = Server(modules, chapter, unsafe=unsafe)
            server.__enter__()
            _servers[key] = server
        return _servers[key]


def start_early(modules: tuple[str, ...], chapter: str, *, unsafe: bool) -> None:
    """Begin to start the server that work will soon ask for. If that fails, it fails again where it is asked for."""

    def start() -> None:
        with contextlib.suppress(SandboxError, ServerError):
            server_for(modules, chapter, unsafe=unsafe)

    threading.Thread(target=start, name="fork server", daemon=True).start()


def interrupt() -> None:
    """End whatever runs in this process now: each `run` under way raises ServerError and does not try again."""
    global _interruptions
    _interruptions += 1
    close_servers()


def close_servers() -> None:
    """End all servers of this process."""
    with _lock:
        while _servers:
            _servers.popitem()[1].close()


atexit.register(close_servers)


def imported_modules(template: Template) -> tuple[str, ...]:
    """The modules that a chapter's own cells import, without the course's package: what a server may import before.

    Only these: a module that is there already would hide that a learner forgot to import it.
    """
    names: dict[str, None] = {}
    for slot in template.slots:
        if slot.cell_type != "code" or slot.role == "answer":
            continue
        for node in ast.walk(ast.parse(slot.source)):
            if isinstance(node, ast.Import):
                names.update(dict.fromkeys(alias.name for alias in node.names))
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names[node.module] = None
    return tuple(name for name in names if name.split(".")[0] != "autograder")


def transcript_of(text: str) -> Transcript:
    """Read what `run` returned."""
    return Transcript.from_json(text)


def resources_of(transcript: Transcript) -> dict[str, Any]:
    """What a submission used, for its record."""
    return {**asdict(transcript.usage), "seconds": transcript.seconds, "restarts": transcript.restarts}
