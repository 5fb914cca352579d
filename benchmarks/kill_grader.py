"""What kill -9 does to a batch: python benchmarks/kill_grader.py

Invents a class in a copy of the course, kills `autograder grade` and its whole process group again and again at
random moments, then lets it finish and compares with a run of the same challenge that nobody disturbed. Prints what
it checked and ends with 1 if anything was lost or done twice. Takes some minutes; needs Linux.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
CHAPTER = "01_datasets"
COMMAND = [sys.executable, "-W", "ignore", "-c", "from autograder.cli import app; app()"]
# from the start of Python to the first submissions, on two cores
STARTING_SECONDS = 14.0


class Course:
    """A copy of the course, graded by its own copy of the package."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.results = root / ".autograder" / "results" / CHAPTER
        self.executed: dict[tuple[int, int], bool] = {}
        self.environment = {**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(root / "tmp")}
        for name in ("solutions", "notebooks", "autograder"):
            shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "tests"))
        shutil.copy(ROOT / "nbgrader_config.py", root)
        (root / "tmp").mkdir()

    def start(self, *command: str) -> subprocess.Popen[str]:
        """Start `autograder` in a process group of its own."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [*COMMAND, *command], cwd=self.root, env=self.environment,
            stdout=pipe, stderr=pipe, text=True, start_new_session=True,
        )  # fmt: skip

    def run(self, *command: str) -> str:
        """Run `autograder` to its end."""
        process = self.start(*command)
        output, errors = process.communicate()
        if process.returncode:
            sys.exit(f"autograder {' '.join(command)} ended with {process.returncode}\n{errors}")
        return output

    def records(self) -> dict[Path, tuple[int, int]]:
        """The records of submissions that were executed, with what changes if one is written again."""
        found = {}
        for path in self.results.glob("*/*.json"):
            number = (path.stat().st_ino, path.stat().st_mtime_ns)
            if number not in self.executed:
                self.executed[number] = json.loads(path.read_bytes())["result"]["status"] == "graded"
            if self.executed[number]:
                found[path] = number
        return found

    def rows(self) -> list[tuple[object, ...]]:
        """Every score in the gradebook: student, check, points, whether a person has to look."""
        with sqlite3.connect(self.root / "gradebook.db") as database:
            query = (
                "SELECT s.student_id, c.name, g.auto_score, g.needs_manual_grade FROM grade g "
                "JOIN base_cell c ON g.cell_id = c.id JOIN submitted_notebook n ON g.notebook_id = n.id "
                "JOIN submitted_assignment s ON n.assignment_id = s.id"
            )
            return sorted(database.execute(query).fetchall())


def kill_at_random(course: Course, rng: random.Random, wanted: int) -> tuple[str, list[psutil.Process]]:
    """Grade until about `wanted` records are there, then kill everything. Says when, and which processes were below."""
    process = course.start("grade", CHAPTER)
    began, seconds = time.monotonic(), rng.uniform(0, STARTING_SECONDS)
    early = len(course.records()) >= wanted
    while process.poll() is None:
        if early and time.monotonic() - began > seconds:
            break
        if not early and len(course.records()) >= wanted:
            time.sleep(rng.uniform(0, 0.5))
            break
        time.sleep(0.05)
    if process.poll() is not None:
        process.communicate()
        return "it had ended", []
    below = psutil.Process(process.pid).children(recursive=True)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return f"after {time.monotonic() - began:.1f} s", below


def main() -> None:
    """Kill, finish, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=25)
    parser.add_argument("--students", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="draws another class and other moments")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="kill-grader-") as folder:
        problems = compare(Path(folder), rng, options)
    for line in problems:
        print(f"PROBLEM: {line}")
    print("something was lost or done twice" if problems else "nothing lost, nobody graded twice")
    sys.exit(1 if problems else 0)


def compare(folder: Path, rng: random.Random, options: argparse.Namespace) -> list[str]:
    """Do it all and return what was wrong."""
    problems = []
    course = Course(folder / "killed")
    course.run("sample-class", CHAPTER, "-n", str(options.students), "--seed", str(options.seed))
    # the last ones are left to the run that nobody kills
    wanted = sorted(rng.randrange(options.students * 4 // 5) for _ in range(options.kills))
    seen: dict[Path, tuple[int, int]] = {}
    below: list[psutil.Process] = []
    for number, n_records in enumerate(wanted, 1):
        when, processes = kill_at_random(course, rng, n_records)
        below += processes
        now = course.records()
        problems += [f"{path.parent.name} was executed again" for path in seen if now.get(path) != seen[path]]
        seen = now
        print(f"kill {number}: {when}, {len(now)} of {options.students} have a record", flush=True)
    report = json.loads(course.run("grade", CHAPTER, "--json"))
    now = course.records()
    problems += [f"{path.parent.name} was executed again" for path in seen if now.get(path) != seen[path]]
    reused = {student["student"] for student in report["students"] if student["reused"]}
    if reused != {path.parent.name for path in seen}:
        problems.append(f"the last run reused {len(reused)} of {len(seen)} records")
    if len({path.parent for path in now}) != len(now):
        problems.append("somebody was executed for two records")
    if len([one for one in course.results.iterdir() if one.is_dir()]) != options.students:
        problems.append("a student has no record")
    seeds = {json.loads(path.read_bytes())["key"]["seed"] for path in now}
    if len(seeds) != 1:
        problems.append(f"one batch had {len(seeds)} challenges")

    calm = Course(folder / "calm")
    shutil.copytree(course.root / "submitted", calm.root / "submitted")
    calm.run("grade", CHAPTER, "--json", "--seed", str(min(seeds)))
    rows, due = course.rows(), calm.rows()
    n_rows = len({row[0] for row in rows})
    if rows != due:
        different = sorted({str(row[0]) for row in set(rows) ^ set(due)})
        problems.append(f"other scores than undisturbed: {', '.join(different)}")
    if len(rows) != len({row[:2] for row in rows}) or n_rows != options.students:
        problems.append(f"{n_rows} students in the gradebook, {len(rows)} rows")

    alive = [one for one in below if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    if alive:
        problems.append(f"{len(alive)} processes of killed graders are still running")
    parts = [path for name in (".autograder", "autograded") for path in (course.root / name).rglob("*.part")]
    if parts:
        problems.append(f"{len(parts)} half-written files are left, such as {parts[0].relative_to(course.root)}")
    boxes = list((course.root / "tmp").iterdir())
    print(f"{len(rows)} scores of {n_rows} students, equal to the undisturbed run: {rows == due}")
    print(f"{len(seen)} records reused by the last run; of {len(below)} processes in boxes {len(alive)} still run")
    print(f"half-written files: {len(parts)}; folders of killed boxes in the temporary folder: {len(boxes)}")
    return problems


if __name__ == "__main__":
    main()
