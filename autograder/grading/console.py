"""What grading looks like in a terminal: a live bar, a closing table, or JSON."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from autograder.grading import batch
from autograder.grading.results import STATUSES, Result

MARKS = {
    "graded": "[green]graded[/green]",
    "missing": "[yellow]missing[/yellow]",
    "unreadable": "[red]unreadable[/red]",
}


class Live(batch.Progress):
    """Draws a bar with counts and the time left."""

    def __init__(self, bar: Bar) -> None:
        self.bar, self.counts = bar, Counter[str]()
        self.task = bar.add_task("Preparing", total=None, counts="")
        self.begun = False

    def begin(self, total: int, reused: int) -> None:
        """Show how many students there are."""
        self.begun = True
        self.bar.update(self.task, description="Grading", total=total)
        if reused:
            self.say(f"{reused} of {total} have a result for the same file already; --force grades them again")

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.bar.console.print(line, markup=False, highlight=False)

    def done(self, result: Result) -> None:
        """Count one more."""
        self.counts[result.status] += 1
        self.counts["flagged"] += bool(result.flags)
        told = ", ".join(f"{n} {name}" for name, n in self.counts.items() if n)
        self.bar.update(self.task, advance=1, counts=told)


@contextmanager
def progress(*, quiet: bool) -> Iterator[batch.Progress]:
    """A live bar on stderr; with `quiet` nothing."""
    if quiet:
        yield batch.Progress()
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, TextColumn("{task.fields[counts]}"), console=Console(stderr=True)) as bar:
        live = Live(bar)
        try:
            yield live
        except BaseException:
            # where nothing was begun there is nothing to show beside the one line of the error
            bar.update(live.task, visible=live.begun)
            raise


def print_report(report: batch.Report, *, as_json: bool) -> None:
    """Print what a run came to: a line a student, then the counts."""
    if as_json:
        print(json.dumps(as_document(report)))
        return
    console = Console()
    table = Table(box=None, pad_edge=False)
    for name, options in (
        ("student", {}),
        ("status", {}),
        ("points", {"justify": "right"}),
        ("why", {"overflow": "fold"}),
    ):
        table.add_column(name, **options)  # type: ignore[arg-type]
    for result in report.results:
        highest = sum(score.max_score for score in result.scores)
        points = "–" if result.status == "failed" else f"{result.score:g} of {highest:g}"
        mark = MARKS.get(result.status, f"[bold red]{result.status}[/bold red]")
        table.add_row(_plain(result.student), mark, points, _plain(_why(result)))
    console.print(table)
    for line in report.lines:
        console.print(line, markup=False, highlight=False)
    counts = Counter(result.status for result in report.results)
    flagged = sum(bool(result.flags) for result in report.results)
    told = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status]) or "nobody"
    told += f", {flagged} flagged" if flagged else ""
    sandbox = report.sandbox or "not needed"
    console.print(f"{len(report.results)} students: {told}. Seed {report.seed}, sandbox: {sandbox}.")
    if not report.complete:
        Console(stderr=True).print("Not everybody has a result: run the same command again.")


def as_document(report: batch.Report) -> dict[str, Any]:
    """A run as JSON data, without notebooks."""
    students = [
        {
            "student": result.student,
            "status": result.status,
            "score": result.score,
            "max_score": sum(score.max_score for score in result.scores),
            "exercises": {
                score.exercise or score.grade_id: {
                    "score": score.score,
                    "max_score": score.max_score,
                    "misconception": score.misconception,
                }
                for score in result.scores
            },
            "flags": [{"code": flag.code, "text": flag.text} for flag in result.flags],
            "resources": dict(result.resources),
            "reused": result.student in report.reused,
        }
        for result in report.results
    ]
    return {
        "chapter": report.chapter,
        "seed": report.seed,
        "sandbox": report.sandbox,
        "complete": report.complete,
        "lines": list(report.lines),
        "students": students,
    }


def _why(result: Result) -> str:
    """One line: the first flag, and how many more there are; else the exercises that were not passed."""
    if result.flags:
        more = f" (and {len(result.flags) - 1} more)" if len(result.flags) > 1 else ""
        return result.flags[0].text + more
    missed = [
        f"{score.exercise}{f': {score.misconception}' if score.misconception else ''}"
        for score in result.scores
        if not score.score
    ]
    return ", ".join(missed)


def _plain(text: str) -> str:
    """Text from a learner: no markup, no control characters."""
    from rich.markup import escape

    encoding = sys.stdout.encoding or "utf-8"
    printable = "".join(character if character.isprintable() else "�" for character in text)
    return escape(printable.encode(encoding, "replace").decode(encoding))
