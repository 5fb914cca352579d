"""A whole class that had bad luck, graded in one batch: everybody gets what is due, and the batch goes on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.authoring.course import Course
from autograder.tests.conftest import Run
from autograder.tests.unlucky import CASES, Case, Desk

CHAPTER, OTHER_CHAPTER = "01_datasets", "02_linear_model"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("unlucky")]


@pytest.fixture(scope="module")
def by_name() -> dict[str, str]:
    """A student's folder for each case: short, and without what a file system or nbgrader would mind."""
    return {name: f"student-{number:03}" for number, name in enumerate(CASES)}


def test_a_class_of_unlucky_students_gets_what_is_due(course_copy: Course, run: Run, by_name: dict[str, str]) -> None:
    chapter, other = course_copy.chapter(CHAPTER), course_copy.chapter(OTHER_CHAPTER)
    solved, release = with_whole_sources(chapter.solution_notebook), with_whole_sources(chapter.student_notebook)
    for name, case in CASES.items():
        home = course_copy.root / "submitted" / by_name[name]
        home.parent.mkdir(exist_ok=True)
        case.lay_out(Desk(home, CHAPTER, solved, release, OTHER_CHAPTER, with_whole_sources(other.solution_notebook)))
    # who never handed anything in is known to the gradebook alone
    run(course_copy, "nbgrader", "db", "student", "add", by_name["nothing handed in"])
    done = run(course_copy, "autograder", "grade", CHAPTER, "--json")
    found = {one["student"]: one for one in json.loads(done.stdout)["students"]}
    assert set(found) == set(by_name.values())
    wrong = {name: told for name, case in CASES.items() if (told := differs(case, found[by_name[name]]))}
    assert not wrong


def with_whole_sources(path: Path) -> str:
    """A notebook's text with each source as one text, as the table of cases takes them."""
    document = json.loads(path.read_text(encoding="utf-8"))
    for cell in document["cells"]:
        cell["source"] = "".join(cell["source"])
    return json.dumps(document)


def differs(case: Case, one: dict) -> str:
    """What a case's result has that it should not have, or ""."""
    first = next(iter(one["exercises"].values()))["max_score"]
    due = {"all": one["max_score"], "none": 0.0, "all but the first": one["max_score"] - first}[case.answers]
    status = ("missing" if case.code == "missing" else "unreadable") if case.code else "graded"
    if (one["status"], one["score"]) != (status, due):
        return f"{one['status']} with {one['score']} points in place of {status} with {due}"
    return ""
