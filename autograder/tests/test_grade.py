"""Grading a class from the command line: everybody gets what is due, once, whatever happens on the way."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from autograder.authoring.course import Course
from autograder.grading.usage import tree
from autograder.tests.conftest import Run
from autograder.tests.test_stock_nbgrader import with_source

CHAPTER = "01_datasets"
FULL = 10.0

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("grade")]


def hand_in(course: Course, student: str, text: str, chapter: str = CHAPTER) -> Path:
    folder = course.root / "submitted" / student / chapter
    folder.mkdir(parents=True)
    path = folder / f"{chapter}.ipynb"
    path.write_text(text, encoding="utf-8")
    return path


def grade(course: Course, run: Run, *options: str) -> dict[str, dict]:
    done = run(course, "autograder", "grade", CHAPTER, "--json", *options)
    return {one["student"]: one for one in json.loads(done.stdout)["students"]}


def in_gradebook(course: Course) -> dict[str, float]:
    with sqlite3.connect(course.root / "gradebook.db") as db:
        rows = db.execute(
            "SELECT s.student_id, SUM(COALESCE(g.auto_score, 0)) FROM grade g "
            "JOIN submitted_notebook n ON g.notebook_id = n.id "
            "JOIN submitted_assignment s ON n.assignment_id = s.id GROUP BY s.student_id"
        )
        return dict(rows.fetchall())


DUE = {"right": 10.0, "untouched": 0.0, "wrong": 6.0, "endless": 8.0, "crash": 8.0, "broken": 0.0}


def fill_class(course: Course, *kinds: str, again: int = 1) -> dict[str, str]:
    """Hand in a notebook of each kind (keys of DUE), `again` times; returns each student's kind."""
    paths = course.chapter(CHAPTER)
    right = paths.solution_notebook.read_text(encoding="utf-8")
    header = "def batches_per_epoch(n_samples, batch_size, drop_last=False):\n"
    wrong = "class TabularDataset(Dataset):\n    def __init__(self, data, targets):\n        self.data = data\n"
    texts = {
        "right": right,
        "untouched": paths.student_notebook.read_text(encoding="utf-8"),
        "wrong": with_source(paths.solution_notebook, "TabularDataset", wrong),
        "endless": with_source(paths.solution_notebook, "batches_per_epoch", header + "    while True: pass"),
        "crash": with_source(paths.solution_notebook, "batches_per_epoch", header + "    import os; os._exit(1)"),
        "broken": right[: len(right) // 2],
    }
    students = {kind + str(n or ""): kind for n in range(again) for kind in kinds}
    for student, kind in students.items():
        hand_in(course, student, texts[kind])
    return students


def start(course: Course, *command: str) -> subprocess.Popen[str]:
    """Start the command line as a shell does: in a process group of its own."""
    entry = [sys.executable, "-W", "ignore", "-c", "from autograder.cli import app; app()"]
    return subprocess.Popen(
        [*entry, *command], cwd=course.root, env={**os.environ, "PYTHONPATH": str(course.root), "COLUMNS": "200"},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip


@pytest.fixture
def small_class(course_copy: Course) -> Course:
    """Six students: right, untouched, a known misconception, an endless loop, a crash, a broken file."""
    fill_class(course_copy, *DUE)
    return course_copy


def test_a_class_gets_what_is_due_and_a_second_run_repeats_nothing(small_class: Course, run: Run) -> None:
    found = grade(small_class, run)
    assert {student: one["score"] for student, one in found.items()} == DUE
    assert found["broken"]["status"] == "unreadable"
    assert in_gradebook(small_class) == DUE

    again = grade(small_class, run)
    assert {student: one["score"] for student, one in again.items()} == DUE
    assert all(one["reused"] for one in again.values() if one["status"] == "graded")

    # a file that got worse takes its score along; one that was mended brings one
    paths = small_class.chapter(CHAPTER)
    for student, notebook in (("right", paths.student_notebook), ("broken", paths.solution_notebook)):
        text = notebook.read_text(encoding="utf-8")
        (small_class.root / "submitted" / student / CHAPTER / f"{CHAPTER}.ipynb").write_text(text, encoding="utf-8")
    third = grade(small_class, run)
    assert (third["right"]["score"], third["broken"]["score"]) == (0.0, 10.0)
    assert in_gradebook(small_class) == DUE | {"right": 0.0, "broken": 10.0}

    # what nbgrader's users do with the results
    run(small_class, "nbgrader", "generate_feedback", CHAPTER)
    run(small_class, "nbgrader", "export")
    with (small_class.root / "grades.csv").open() as file:
        scores = {
            row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == CHAPTER
        }
    assert scores == DUE | {"right": 0.0, "broken": 10.0}
    feedback = (small_class.root / "feedback" / "wrong" / CHAPTER / f"{CHAPTER}.html").read_text(encoding="utf-8")
    assert "TabularDataset" in feedback
    page = run(small_class, "autograder", "report", CHAPTER)
    assert "wrote" in page.stdout


def executed(results: Path) -> dict[Path, int]:
    """The records of submissions that were executed: a record that is written again is another file."""
    records = {path: path.stat().st_ino for path in results.glob("*/*.json")}
    return {path: number for path, number in records.items() if '"status": "graded"' in path.read_text()}


def survivors(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that do not end within a minute; what only waits for its parent to take notice has ended."""
    end = time.monotonic() + 60
    left = processes
    while left and time.monotonic() < end:
        _, left = psutil.wait_procs(left, timeout=0.2)
        left = [one for one in left if _runs(one)]
    return left


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_a_grader_that_is_interrupted_or_killed_goes_on_and_nobody_grades_beside_it(
    small_class: Course, run: Run
) -> None:
    results = small_class.root / ".autograder" / "results" / CHAPTER
    grader = start(small_class, "grade", CHAPTER)
    while grader.poll() is None and not executed(results):
        pass
    # however long the second one takes to start, the first is still at work
    os.killpg(grader.pid, signal.SIGSTOP)
    beside = run(small_class, "autograder", "grade", CHAPTER, expect=1)
    told = rf"error: {CHAPTER} is being graded already by process {grader.pid} since .*"
    assert re.fullmatch(told, beside.stderr.strip()), beside.stderr
    below = [psutil.Process(pid) for pid in tree(grader.pid)[1:]]
    os.killpg(grader.pid, signal.SIGINT)
    os.killpg(grader.pid, signal.SIGCONT)
    _, said = grader.communicate()
    assert grader.returncode == 130
    assert said.splitlines()[-1].startswith("error: interrupted; what was graded so far is kept.")
    assert "Traceback" not in said
    assert survivors(below) == []

    before = executed(results)
    assert 0 < len(before) < 5
    grader = start(small_class, "grade", CHAPTER)
    while grader.poll() is None and not tree(grader.pid)[1:]:
        pass
    below = [psutil.Process(pid) for pid in tree(grader.pid)[1:]]
    os.killpg(grader.pid, signal.SIGKILL)
    grader.communicate()
    # nobody is there to end them: they find out by themselves
    assert survivors(below) == []

    found = grade(small_class, run)
    assert {student: one["score"] for student, one in found.items()} == DUE == in_gradebook(small_class)
    assert before.items() <= executed(results).items()
    assert sorted(path.name for path in results.iterdir() if path.is_dir()) == sorted(found)
    assert all(len(list((results / student).glob("*.json"))) == 1 for student in found)


def test_nbgraders_own_autograde_asks_the_same_judge(small_class: Course, run: Run) -> None:
    run(small_class, "nbgrader", "generate_assignment", CHAPTER, "--create", "--force")
    for student in ("right", "wrong"):
        run(small_class, "nbgrader", "autograde", CHAPTER, f"--student={student}")
    assert in_gradebook(small_class) == {"right": 10.0, "wrong": 6.0}


def test_the_bank_put_into_notebooks_scores_zero_on_its_exercise_and_full_elsewhere(
    course_copy: Course, run: Run
) -> None:
    """Every fifth entry of chapter 1's bank, each a notebook of its own, graded as one class."""
    from autograder.authoring.keys import KeyMaker

    maker = KeyMaker(course_copy.chapter(CHAPTER))
    notebook = course_copy.chapter(CHAPTER).solution_notebook
    due = {}
    for number, entry in enumerate(maker.bank[::5]):
        student = f"{entry.kind[:3]}-{number:03}"
        hand_in(course_copy, student, with_source(notebook, entry.exercise, entry.source))
        due[student] = {
            exercise.id: 0.0
            if (exercise.id, entry.kind) == (entry.exercise, "misconception")
            else maker.points(exercise)
            for exercise in maker.chapter.exercises
        }
    found = grade(course_copy, run)
    scores = {
        student: {name: score["score"] for name, score in one["exercises"].items()} for student, one in found.items()
    }
    assert {student: scores[student] for student in due if scores[student] != due[student]} == {}


def test_a_user_gets_one_line_for_a_mistake(course_copy: Course, run: Run, tmp_path: Path) -> None:
    done = run(course_copy, "autograder", "grade", "09_nothing", expect=1)
    assert "09_nothing" in done.stderr
    assert "Traceback" not in done.stderr
    done = run(course_copy, "autograder", "grade", CHAPTER, "--students", "nobody", expect=1)
    assert "no student 'nobody' in the gradebook or in submitted/ (there are: none)" in done.stderr
