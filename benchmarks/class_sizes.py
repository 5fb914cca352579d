"""How time and memory grow with a class: python benchmarks/class_sizes.py [--most 1000]

Grades 10, 100, … honest submissions of chapter 4 with all cores, each number in a fresh copy of the course, and prints
for each: when the first result was there, seconds on the clock a submission after that, the whole command, and memory:

grader      the trusted process, at its largest: it reads all files before it begins
server      the fork server in the sandbox, with everything imported
submission  what one running submission adds: pages that its processes share with nobody, at their largest

A thousand submissions take about six minutes on two cores. Needs Linux, and the right to look into the sandbox's
processes (root).
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import psutil
import typer
from grading import CORES, copy_class, make_class, scores_of
from rich.console import Console
from rich.table import Table

MB = 2**20
LOOK_SECONDS = 0.5
GRADING = Path(__file__).with_name("grading.py")


def main(most: int = 1000) -> None:
    """Grade classes of 10, 100, … up to MOST and print the table."""
    console = Console(width=110)
    table = Table("students", "first (s)", "a submission (s)", "all (s)", "grader (MB)", "server (MB)", box=None)
    table.add_column("submission (MB)")
    for column in table.columns:
        column.justify = "right"
    with tempfile.TemporaryDirectory(prefix="class-sizes-") as folder:
        names = make_class(Path(folder) / "class", most)
        for size in (10**power for power in range(1, len(str(most)))):
            table.add_row(*measure(Path(folder), names[:size]))
    console.print(f"{CORES} cores, Python {sys.version.split()[0]}")
    console.print(table)


def measure(root: Path, names: list[str]) -> list[str]:
    """A row: grade a copy of the class in a process of its own and look at its processes meanwhile."""
    course = copy_class(root, "size", names)
    command = [sys.executable, "-W", "ignore", str(GRADING), "child", "grade", str(course), str(CORES), "0"]
    start = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    grader = server = 0
    submissions: dict[int, int] = defaultdict(int)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            own = psutil.Process(process.pid)
            grader = max(grader, own.memory_info().rss)
            for one, guards in servers(own):
                server = max(server, one.memory_info().rss)
                for guard in guards:
                    used = sum(map(private, [guard, *guard.children(recursive=True)]))
                    submissions[guard.pid] = max(submissions[guard.pid], used)
        time.sleep(LOOK_SECONDS)
    total = time.time() - start
    assert process.stdout is not None
    arrived = sorted(json.loads(process.stdout.read())["arrived"])
    graded = {student for student, *_ in scores_of(course)}
    assert graded == set(names), f"{len(set(names) - graded)} students have no score"
    each = (arrived[-1] - arrived[0]) / (len(arrived) - 1)
    one = statistics.median(submissions.values()) / MB if submissions else float("nan")
    numbers = [f"{arrived[0] - start:.1f}", f"{each:.3f}", f"{total:.1f}"]
    return [str(len(names)), *numbers, f"{grader / MB:.0f}", f"{server / MB:.0f}", f"{one:.0f}"]


def servers(grader: psutil.Process) -> Iterator[tuple[psutil.Process, list[psutil.Process]]]:
    """Each fork server below the grader with the processes it has forked, one a submission."""
    for one in grader.children(recursive=True):
        if one.name() != "bwrap" and "autograder.grading.server" in " ".join(one.cmdline()):
            above = one.parent()
            if above is not None and above.name() == "bwrap":
                yield one, one.children()


def private(process: psutil.Process) -> int:
    """Bytes that this process shares with no other."""
    with contextlib.suppress(psutil.Error):
        return process.memory_full_info().uss
    return 0


if __name__ == "__main__":
    typer.run(main)
