"""Execute one submission: cells, a seed and limits in, a transcript out. The trusted side of grading."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autograder.evidence import MAX_BYTES
from autograder.grading.host import MODULES, Ended, Server, ServerError, Student, is_broken
from autograder.grading.transcript import Cell, CellRecord, Limits, Outputs, Status, Transcript
from autograder.grading.usage import Usage

DEADLY: tuple[Status, ...] = ("timeout", "died", "memory")


def check_seed(challenge_seed: int, exercise: str) -> int:
    """The seed of one exercise's challenge: who learns it learns nothing about any other exercise's."""
    digest = hashlib.blake2b(f"{challenge_seed}:{exercise}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 2**63


def execute(cells: Sequence[Cell], challenge_seed: int, limits: Limits, server: Server) -> Transcript:
    """Execute `cells` in order in a fresh process on `server` and return what they left.

    A cell that fails, hangs or kills its process loses itself and nothing before it; cells after it still run, in a
    fresh process that repeats what came before, at most `limits.restarts` times.
    Raises ServerError where the grader's own machinery failed: nothing was found out about the submission.
    """
    run = _Run(list(cells), challenge_seed, limits)
    while _run_once(run, server):
        run.restarts += 1
        if run.restarts > limits.restarts:
            break
    records = [run.records.get(n) or CellRecord(c.id, "skipped", reason="skipped") for n, c in enumerate(cells)]
    shown = [replace(r, outputs=tuple(run.outputs.cells.get(str(n), ()))) for n, r in enumerate(records)]
    seconds = time.monotonic() - run.started
    return Transcript(tuple(shown), run.usage, round(seconds, 3), min(run.restarts, limits.restarts), server.level)


@dataclass
class _Run:
    cells: list[Cell]
    seed: int
    limits: Limits
    started: float = field(default_factory=time.monotonic)
    records: dict[int, CellRecord] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    restarts: int = 0

    def __post_init__(self) -> None:
        self.outputs = Outputs(self.limits.output_bytes)

    def seconds_left(self, most: float) -> float:
        return min(most, self.started + self.limits.submission_seconds - time.monotonic())


def _run_once(run: _Run, server: Server) -> bool:
    """Execute what has no record yet, repeating what has; True where the process died before the end."""
    with server.student(run.limits) as student:
        try:
            for number, cell in enumerate(run.cells):
                if run.seconds_left(1) <= 0:
                    return False
                if not _take(run, student, number, cell):
                    return True
            return False
        finally:
            student.close()
            run.usage = run.usage.most(student.usage)


def _take(run: _Run, student: Student, number: int, cell: Cell) -> bool:
    """Execute one cell, or repeat it after a restart; False where the process is no more."""
    before = run.records.get(number)
    began = time.monotonic()
    repeated = before is not None
    outputs = Outputs(run.limits.output_bytes) if repeated else run.outputs
    outputs.start(str(number))
    proven: tuple[str | None, str | None] = (before.evidence, before.reason) if before is not None else (None, None)
    try:
        if before is not None and before.status in DEADLY:
            student.skip(cell.source)
            return True
        deadly = None
        if cell.kind == "probe":
            report, status = student.probe(_task(run, cell), run.seconds_left(run.limits.check_seconds))
            run.records[number] = CellRecord(cell.id, status, None, (), 0.0, *_read(report, status))
            return True
        if cell.kind == "check" and before is None:
            *found, deadly = _probe(run, student, cell)
            proven = (found[0], found[1])
        if deadly is None:
            status, count = student.run(cell.source, run.seconds_left(_seconds(run, cell)), outputs)
        else:
            # what took the probe's process with it would take this one too
            status, count = _show_in_fork(run, student, cell)
    except Ended as end:
        if is_broken(student.box):
            raise ServerError(f"the fork server is gone: {student.box.last_words()}") from None
        reason = proven[1] or (end.status if cell.kind == "check" and proven[0] is None else None)
        outputs.note(f"[this cell was ended: {end}]\n")
        record = CellRecord(cell.id, end.status, evidence=proven[0], reason=reason)
        run.records[number] = replace(record, seconds=round(time.monotonic() - began, 3))
        return False
    if not repeated:
        record = CellRecord(cell.id, status, count, evidence=proven[0], reason=proven[1])
        run.records[number] = replace(record, seconds=round(time.monotonic() - began, 3))
    return True


def _seconds(run: _Run, cell: Cell) -> float:
    return run.limits.check_seconds if cell.kind == "check" else run.limits.cell_seconds


def _probe(run: _Run, student: Student, cell: Cell) -> tuple[str | None, str | None, Status | None]:
    """Probe on the hidden challenge, in a fork that leaves no trace: evidence, reason, and what it died of, if it did.

    The check cell itself then runs where all cells run: what it defines or asserts is part of the notebook.
    """
    if cell.exercise is None:
        return None, None, None
    with student.fork() as fork:
        report, status = fork.do(_task(run, cell), run.seconds_left(run.limits.check_seconds), None)
    evidence, reason = _read(report, status)
    return evidence, reason, status if status in DEADLY else None


def _task(run: _Run, cell: Cell) -> dict[str, object]:
    exercise = cell.exercise or ""
    seed = check_seed(run.seed, exercise)
    return {"op": "probe", "exercise": exercise, "object": cell.object_name or exercise, "seed": seed}


def _show_in_fork(run: _Run, student: Student, cell: Cell) -> tuple[Status, int | None]:
    with student.fork() as fork:
        show = {"op": "run", "source": cell.source}
        _, status = fork.do(show, run.seconds_left(run.limits.check_seconds), run.outputs)
    if status in DEADLY:
        run.outputs.note(f"[this check was ended: {status}]\n")
    return status, student.skip(cell.source)


def _read(report: dict[str, object], status: Status) -> tuple[str | None, str | None]:
    evidence = report.get("evidence")
    if isinstance(evidence, str) and len(evidence) <= MAX_BYTES:
        return evidence, None
    if status in DEADLY:
        return None, status
    return None, "missing" if "missing" in report else "failed"


__all__ = ["MODULES", "Cell", "CellRecord", "Limits", "Server", "ServerError", "Transcript", "check_seed", "execute"]
