"""Cells, limits, and what executing cells leaves: plain data on the trusted side."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from autograder.grading.levels import Level
from autograder.grading.usage import Usage

Kind = Literal["run", "check", "probe"]
Status = Literal["ok", "error", "timeout", "died", "memory", "skipped"]
STATUSES = ("ok", "error", "timeout", "died", "memory", "skipped")

MB = 1 << 20


@dataclass(frozen=True)
class Cell:
    """One code cell to execute.

    For a `check` the object is probed for `exercise` besides, in a fork that leaves no trace. A `probe` does only that,
    and where it stands: for code that is ours.
    """

    id: str
    source: str
    kind: Kind = "run"
    exercise: str | None = None
    object_name: str | None = None


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Seconds are of wall time unless their name says otherwise, sizes in bytes.

    A cell that takes too long is interrupted first and ended `interrupt_seconds` later. `restarts`: how often a
    dead process is replaced by a fresh one that repeats the cells before the deadly one.
    """

    cell_seconds: float = 60
    check_seconds: float = 30
    submission_seconds: float = 300
    cpu_seconds: float = 300
    interrupt_seconds: float = 2
    memory: int = 2048 * MB
    processes: int = 64
    file_bytes: int = 64 * MB
    folder_bytes: int = 128 * MB
    output_bytes: int = 1 * MB
    restarts: int = 2


@dataclass(frozen=True)
class CellRecord:
    """What one cell left.

    `outputs` are nbformat's. `evidence` is what a check's probe sent, unread; where there is none, `reason` says why:
    missing (nothing of that name), timeout, died, memory, failed (the probe itself), skipped.
    """

    id: str
    status: Status
    execution_count: int | None = None
    outputs: tuple[dict[str, Any], ...] = ()
    seconds: float = 0.0
    evidence: str | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Transcript:
    """What executing one submission produced, with what it used and how it was kept in."""

    cells: tuple[CellRecord, ...]
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    restarts: int = 0
    level: Level = field(default_factory=lambda: Level("none"))

    def to_json(self) -> str:
        """Return the transcript as one line of JSON."""
        return json.dumps(asdict(self), allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Transcript:
        """Read what `to_json` wrote."""
        document = json.loads(text)
        cells = tuple(CellRecord(**entry | {"outputs": tuple(entry["outputs"])}) for entry in document.pop("cells"))
        level = document.pop("level")
        level = Level(level["name"], tuple(level["held"]), tuple(level["open"]))
        return cls(cells=cells, usage=Usage(**document.pop("usage")), level=level, **document)


class Outputs:
    """Build the outputs of cells from the events of an untrusted process, as a notebook client does.

    Whatever is not of the expected form is left out; sizes are bounded whatever arrives.
    """

    MAX_OUTPUTS = 500

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.cells: dict[str, list[dict[str, Any]]] = {}
        self.displays: dict[str, list[dict[str, Any]]] = {}
        self.current: list[dict[str, Any]] = []
        self.clear_next = False
        self.size = 0

    def start(self, cell: str) -> None:
        """Begin a cell anew."""
        self.current = self.cells[cell] = []
        self.clear_next, self.size = False, 0

    def add(self, event: dict[str, Any], size: int) -> None:
        """Take in one event of `size` bytes."""
        self.size += size
        if self.size > 40 * self.limit:
            return
        kind, content = event.get("event"), event.get("content", {})
        if kind == "stream":
            self._stream(event.get("name"), event.get("text"))
        elif not isinstance(content, dict):
            return
        elif kind == "clear_output":
            self.clear_next = bool(content.get("wait"))
            if not self.clear_next:
                self._clear()
        elif kind == "error":
            self._append(_error(content))
        elif kind in ("display_data", "execute_result", "update_display_data"):
            self._display(kind, content)

    def note(self, text: str) -> None:
        """Add a line of our own for the reader."""
        self._stream("stderr", text)

    def _stream(self, name: Any, text: Any) -> None:
        if name not in ("stdout", "stderr") or not isinstance(text, str):
            return
        if self.clear_next:
            self._clear()
        last = self.current[-1] if self.current else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"] += text
        else:
            self._append({"output_type": "stream", "name": name, "text": text})

    def _display(self, kind: str, content: dict[str, Any]) -> None:
        data, metadata = _bundle(content.get("data")), _bundle(content.get("metadata"))
        transient = content.get("transient")
        display_id = transient.get("display_id") if isinstance(transient, dict) else None
        if isinstance(display_id, str):
            for shown in self.displays.get(display_id, []):
                shown["data"], shown["metadata"] = data, metadata
        if kind == "update_display_data":
            return
        output: dict[str, Any] = {"output_type": kind, "data": data, "metadata": metadata}
        if kind == "execute_result":
            count = content.get("execution_count")
            output["execution_count"] = count if type(count) is int else None
        self._append(output)
        if isinstance(display_id, str) and len(self.displays) < self.MAX_OUTPUTS:
            self.displays.setdefault(display_id, []).append(output)

    def _append(self, output: dict[str, Any]) -> None:
        if self.clear_next:
            self._clear()
        if len(self.current) < self.MAX_OUTPUTS:
            self.current.append(output)

    def _clear(self) -> None:
        self.current.clear()
        self.clear_next = False


def _bundle(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _error(content: dict[str, Any]) -> dict[str, Any]:
    traceback = content.get("traceback")
    lines = [line for line in traceback if isinstance(line, str)] if isinstance(traceback, list) else []
    name, value = content.get("ename"), content.get("evalue")
    return {
        "output_type": "error",
        "ename": name if isinstance(name, str) else "",
        "evalue": value if isinstance(value, str) else "",
        "traceback": lines,
    }
