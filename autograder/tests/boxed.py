"""One fork server in a box for all tests that need one: it takes seconds to start."""

from __future__ import annotations

import atexit
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import pytest

from autograder.grading.execute import MODULES, Cell, CellRecord, Limits, Server, Transcript, execute

SEED = 918_273_645_012
QUICK = Limits(cell_seconds=20, check_seconds=20, submission_seconds=60, interrupt_seconds=0.5, memory=1 << 30)


@cache
def _server() -> Server:
    server = Server(MODULES, "04_learning_loops")
    server.__enter__()
    atexit.register(server.close)
    return server


@pytest.fixture(scope="session")
def server() -> Server:
    """A running fork server; submissions on it cannot see one another."""
    return _server()


def cells(*sources: str) -> list[Cell]:
    """Ordinary cells, named by their position."""
    return [Cell(str(n), source) for n, source in enumerate(sources)]


def run(server: Server, *sources: str, **limits: float) -> Transcript:
    """Execute some ordinary cells in a fresh process."""
    return execute(cells(*sources), SEED, replace(QUICK, **limits), server)


def text_of(record: CellRecord) -> str:
    """All text a cell shows: streams, results, names and messages of errors."""
    parts: list[str] = []
    for output in record.outputs:
        if output["output_type"] == "stream":
            parts.append(output["text"])
        elif output["output_type"] == "error":
            parts.append(f"{output['ename']}: {output['evalue']}")
        else:
            parts.append(output["data"].get("text/plain", ""))
    return "\n".join(parts)


def statuses(transcript: Transcript | Sequence[CellRecord]) -> list[str]:
    """The status of every cell."""
    records = transcript.cells if isinstance(transcript, Transcript) else transcript
    return [record.status for record in records]
