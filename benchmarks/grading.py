"""How fast a class is graded: python benchmarks/grading.py [--students 40]

Grades the same honest submissions of chapter 4 in fresh copies of the course, one run after the other:

stock      `nbgrader autograde` with nbgrader's own execution, from the command to its end
ours       `autograder grade` with one job and with all cores, as it is and with `--full` (the course's own plots and
           experiments too, as stock runs them); sandbox, judge and gradebook included
floor      the submission's own computing time: its cells in a process that has everything imported already,
           without sandbox, hidden challenge, judge or gradebook; all cells (for `--full`), or those that run without it

`warm` is the time between results once the first is there, `all` the whole command divided by the submissions, both on
the clock. The machine should have nothing else to do; forty submissions take about ten minutes, most of it stock's.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

CHAPTER = "04_learning_loops"
CORES = os.cpu_count() or 1
COURSE = Path(__file__).resolve().parents[1]
STOCK = '\nc.Autograde.pop("autograde_preprocessors")\n'
SEED = 7


@dataclass(frozen=True)
class Timing:
    """One way of grading: seconds on the clock, the floor for the same cells and jobs, the scores that came of it."""

    name: str
    first: float
    warm: float
    total: float
    n: int
    floor: float | None = None
    scores: tuple[tuple[str, str, float], ...] = ()


def main(students: int = 40, stock: int = 0) -> None:
    """Time everything and print the table. STOCK submissions only are graded by stock (0: all of them)."""
    console = Console(width=110)
    with tempfile.TemporaryDirectory(prefix="grading-") as folder:
        root = Path(folder)
        names = make_class(root / "class", students)
        console.print(f"{len(names)} submissions of {CHAPTER}, {CORES} cores, Python {sys.version.split()[0]}")
        timings = [time_stock(root, names[: stock or len(names)])]
        for full in (False, True):
            for jobs in (1, CORES):
                timings.append(time_ours(root, names, jobs, full))
        twenty = time_ours(root, names[:20], CORES, False)
        floors = {full: float(child("floor", str(root / "class"), str(int(full)))) for full in (False, True)}
    stock, *ours = timings
    ours = [replace(one, floor=floors["full" in one.name] / (1 if "1 job" in one.name else CORES)) for one in ours]
    print_table(console, [stock, *ours, replace(twenty, name=f"ours, {CORES} jobs, {twenty.n} submissions")], floors)
    reference = dict_of(timings[0])
    for timing in timings[1:]:
        differing = sorted({key for key, score in dict_of(timing).items() if reference.get(key, score) != score})
        told = f"[red]{differing}[/red]" if differing else f"identical to stock's ({len(reference)} exercises)"
        console.print(f"scores, {timing.name}: {told}")


def make_class(root: Path, n: int) -> list[str]:
    """Copy the course and let `n` honest students hand in: right, wrong and half-done work from the bank."""
    from autograder.grading.nbgrader_bridge import read_course
    from autograder.grading.sample import make_sample_class

    for part in ("solutions", "notebooks"):
        shutil.copytree(COURSE / part, root / part, ignore=shutil.ignore_patterns(".progress.json*"))
    shutil.copy(COURSE / "nbgrader_config.py", root)
    samples = make_sample_class(read_course(root), CHAPTER, 2 * n + 10)
    honest = [sample.student for sample in samples if sample.kind in ("right", "wrong", "half-done")][:n]
    for folder in (root / "submitted").iterdir():
        if folder.is_dir() and folder.name not in honest:
            shutil.rmtree(folder)
    return sorted(honest)


def time_stock(root: Path, names: list[str]) -> Timing:
    """`nbgrader autograde` as it comes."""
    course = copy_class(root, "stock", names)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(STOCK)
    nbgrader = [sys.executable, "-W", "ignore", "-m", "nbgrader"]
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    quiet: dict[str, Any] = {"cwd": course, "env": environment, "capture_output": True}
    subprocess.run([*nbgrader, "generate_assignment", CHAPTER, "--force"], check=True, **quiet)
    start = time.time()
    subprocess.run([*nbgrader, "autograde", CHAPTER], check=False, **quiet)
    seconds = time.time() - start
    scores = scores_of(course)
    return Timing("stock nbgrader", seconds / len(names), seconds / len(names), seconds, len(names), scores=scores)


def time_ours(root: Path, names: list[str], jobs: int, full: bool) -> Timing:
    """`autograder grade`, with the moments at which results arrive."""
    name = f"ours, {jobs} job{'s' * (jobs > 1)}{', --full' * full}"
    course = copy_class(root, "ours", names)
    start = time.time()
    told = json.loads(child("grade", str(course), str(jobs), str(int(full))))
    total = time.time() - start
    arrived = sorted(told["arrived"])
    warm = (arrived[-1] - arrived[0]) / (len(arrived) - 1)
    return Timing(name, arrived[0] - start, warm, total, len(names), scores=scores_of(course))


def copy_class(root: Path, name: str, names: list[str]) -> Path:
    """A copy of the course that only some of the students handed in to."""
    course = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=root)) / "course"
    shutil.copytree(root / "class", course)
    for folder in (course / "submitted").iterdir():
        if folder.is_dir() and folder.name not in names:
            shutil.rmtree(folder)
    return course


def scores_of(course: Path) -> tuple[tuple[str, str, float], ...]:
    """Student, check, points: as they stand in the gradebook."""
    with sqlite3.connect(course / "gradebook.db") as db:
        rows = db.execute(
            "SELECT a.student_id, c.name, g.auto_score FROM grade g JOIN base_cell c ON g.cell_id = c.id "
            "JOIN submitted_notebook n ON g.notebook_id = n.id JOIN submitted_assignment a ON n.assignment_id = a.id"
        )
        return tuple(sorted((student, cell, float(score or 0)) for student, cell, score in rows))


def dict_of(timing: Timing) -> dict[tuple[str, str], float]:
    """Scores by student and check."""
    return {(student, cell): score for student, cell, score in timing.scores}


def print_table(console: Console, timings: list[Timing], floors: dict[bool, float]) -> None:
    """Seconds a submission, and ratios within this run."""
    stock = timings[0]
    titles = ("first (s)", "warm (s)", "faster than stock", "of the floor", "all (s)", "faster than stock")
    table = Table("a submission takes", *titles, box=None)
    for column in table.columns[1:]:
        column.justify = "right"
    for timing in timings:
        each = timing.total / timing.n
        of_floor = "" if timing.floor is None else f"{timing.warm / timing.floor:.2f}×"
        row = [f"{timing.first:.1f}", f"{timing.warm:.2f}", f"{stock.warm / timing.warm:.1f}×", of_floor]
        table.add_row(timing.name, *row, f"{each:.2f}", f"{stock.total / stock.n / each:.1f}×")
    for full, floor in floors.items():
        for cores in (1, CORES):
            name = f"floor{', --full' * full}, {cores} core{'s' * (cores > 1)}"
            table.add_row(name, "", f"{floor / cores:.2f}", f"{stock.warm * cores / floor:.1f}×", "1×")
    console.print(table)


def child(*arguments: str) -> str:
    """Run one of the parts below in a process of its own and return what it prints."""
    command = [sys.executable, "-W", "ignore", __file__, "child", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def grade_child(course: str, jobs: str, full: str) -> None:
    """Grade, and print when each result arrived."""
    from autograder import cli
    from autograder.grading.batch import Progress, Settings, grade
    from autograder.grading.nbgrader_bridge import read_course
    from autograder.grading.results import Result

    cli.main()  # what every command begins with
    arrived = []

    class Clock(Progress):
        def done(self, result: Result) -> None:
            arrived.append(time.time())

    settings = Settings(jobs=int(jobs), seed=SEED, full=bool(int(full)))
    grade(read_course(Path(course)), CHAPTER, settings, Clock())
    print(json.dumps({"arrived": arrived}))


def floor_child(course: str, full: str) -> None:
    """Run every submission's cells in a fork of a warm process and print the mean of their CPU seconds."""
    os.environ |= {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "OMP_NUM_THREADS": "1"}
    from autograder.grading.batch import cells_of
    from autograder.grading.demonstrations import demonstrations
    from autograder.grading.ingest import rebuild
    from autograder.grading.nbgrader_bridge import read_course
    from autograder.grading.submissions import Submission, find_submission
    from autograder.grading.template import read_template
    from autograder.grading.warm import warm_up
    from autograder.grading.work import imported_modules

    found = read_course(Path(course))
    template = read_template(found.release_notebook(CHAPTER), CHAPTER)
    notebook = warm_up(imported_modules(template), CHAPTER)
    seconds = []
    for folder in sorted(Path(course, "submitted").iterdir()):
        submission = find_submission(found, folder.name, CHAPTER) if folder.is_dir() else None
        if not isinstance(submission, Submission):
            continue
        rebuilt = rebuild(submission.notebook, template)
        cells = cells_of(rebuilt, frozenset() if int(full) else demonstrations(rebuilt))
        read, write = os.pipe()
        if os.fork() == 0:
            os.chdir(tempfile.mkdtemp(dir=course))
            devnull = os.open(os.devnull, os.O_WRONLY)
            os.dup2(devnull, 1)
            os.dup2(devnull, 2)
            for cell in cells:
                notebook.run(cell.source)
            os.write(write, str(sum(os.times()[:4])).encode())
            os._exit(0)
        os.close(write)
        seconds.append(float(os.read(read, 100)))
        os.wait()
    print(statistics.mean(seconds))


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        {"grade": grade_child, "floor": floor_child}[sys.argv[2]](*sys.argv[3:])
    else:
        typer.run(main)
