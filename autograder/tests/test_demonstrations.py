"""Which cells of a submission are left out: only the course's own, and none that anything graded depends on."""

from __future__ import annotations

import json

import pytest

from autograder.authoring.course import Course
from autograder.exercise import chapters
from autograder.grading.demonstrations import demonstrations
from autograder.grading.ingest import rebuild
from autograder.grading.reading import RawNotebook, parse_notebook
from autograder.grading.template import Template, prepare

SETUP = {"tags": ["setup"]}
ANSWER = {"nbgrader": {"grade": False, "grade_id": "double", "locked": False, "schema_version": 3, "solution": True}}
CHECK = {
    "nbgrader": {
        "grade": True,
        "grade_id": "check_double",
        "locked": True,
        "points": 1,
        "schema_version": 3,
        "solution": False,
    }
}


def notebook(*cells: tuple[str, str, dict]) -> dict:
    documents = [
        {
            "cell_type": "code",
            "id": name,
            "metadata": metadata,
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for name, source, metadata in cells
    ]
    return {"cells": documents, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def left_out(answer: str, check: str = 'check("double", double)', own: str = "") -> set[str]:
    """What is left out of a small chapter with three demonstrations, for this answer, check and cell of one's own."""
    cells = [
        ("setup", "import math\nrows = [1, 2]", SETUP),
        ("first", "factor = 2\nprint(rows)", {}),
        ("second", "table = [factor * row for row in rows]", {}),
        ("answer", "raise NotImplementedError()", ANSWER),
        ("check", check, CHECK),
        ("third", "for row in rows:\n    print(double(row))", {}),
    ]
    template = prepare(notebook(*cells), "00_small")
    handed_in = [(name, answer if name == "answer" else source, metadata) for name, source, metadata in cells]
    if own:
        handed_in.append(("own", own, {}))
    return set(demonstrations(rebuild(read(notebook(*handed_in)), template)))


def read(document: dict) -> RawNotebook:
    found = parse_notebook(json.dumps(document).encode(), "00_small.ipynb")
    assert isinstance(found, RawNotebook)
    return found


def test_what_nothing_graded_mentions_is_left_out() -> None:
    assert left_out("def double(x):\n    return 2 * x") == {"first", "second", "third"}


def test_a_name_that_is_the_answers_own_keeps_no_cell() -> None:
    assert left_out("def double(x):\n    factor = 2\n    return factor * x") == {"first", "second", "third"}


def test_what_an_answer_uses_runs() -> None:
    assert left_out("def double(x):\n    return factor * x") == {"second", "third"}


def test_what_is_needed_brings_what_it_needs_itself() -> None:
    assert left_out("def double(x):\n    return table[x]") == {"third"}


def test_what_a_check_uses_runs() -> None:
    assert left_out("def double(x):\n    return 2 * x", 'check("double", double)\nassert table') == {"third"}


def test_what_a_cell_of_the_learners_own_uses_runs() -> None:
    assert left_out("def double(x):\n    return 2 * x", own="print(factor)") == {"second", "third"}


@pytest.mark.parametrize(
    "answer",
    [
        "def double(x):\n    return globals()['fac' + 'tor'] * x",
        "double = eval('lambda x: x')",
        "def double(x:",
        "%time",
    ],
)
def test_nothing_is_left_out_where_the_answer_cannot_be_followed(answer: str) -> None:
    assert left_out(answer) == set()


def test_a_demonstration_that_the_learner_changed_is_the_learners() -> None:
    cells = [("setup", "rows = [1, 2]", SETUP), ("first", "print(rows)", {}), ("second", "sum(rows)", {})]
    template = prepare(notebook(*cells), "00_small")
    cells[1] = ("first", "print(rows, 'mine')", {})
    assert demonstrations(rebuild(read(notebook(*cells)), template)) == {"second"}


@pytest.mark.parametrize("chapter", chapters())
def test_all_checks_and_answers_of_a_chapter_run_and_most_of_the_rest_does_not(course: Course, chapter: str) -> None:
    paths = course.chapter(chapter)
    template: Template = prepare(json.loads(paths.student_notebook.read_text(encoding="utf-8")), chapter)
    rebuilt = rebuild(read(json.loads(paths.solution_notebook.read_text(encoding="utf-8"))), template)
    found = demonstrations(rebuilt)
    graded = {
        cell.id for cell in rebuilt.cells if cell.metadata.get("nbgrader") or "setup" in cell.metadata.get("tags", ())
    }
    free = {cell.id for cell in rebuilt.cells if cell.kind == "run"} - graded
    assert not found & graded
    assert len(found) > 0.8 * len(free)
