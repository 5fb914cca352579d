"""The tables for Canvas and Moodle, also by the real `nbgrader export`."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from autograder.grading.course import Course
from autograder.grading.exports import CanvasExporter, MoodleExporter
from autograder.grading.nbgrader_bridge import read_course, write_results
from autograder.grading.results import CellScore, Result
from autograder.tests.test_nbgrader_bridge import gradebook, graded, run_nbgrader, spoiled
from autograder.tests.tiny_course import CHAPTER, make_course_with_gradebook


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A small class: alice has all points, bob some, carol handed in nothing, dora was never graded."""
    course = read_course(make_course_with_gradebook(tmp_path_factory.mktemp("course")))
    bob = graded(course, "bob", points=(2, 0, 3.3333))
    formula = CellScore("check_double", 2, 2, "=HYPERLINK(1)", "double")
    bob = Result(**{**vars(bob), "scores": (formula, *bob.scores[1:])})
    write_results(course, [graded(course), bob, spoiled("missing", student="carol")])
    with gradebook(course) as book:
        book.update_or_create_student(
            "alice", first_name="Alice", last_name="Å, Berg", email="alice@example.org", lms_user_id="991"
        )
        book.update_or_create_student("dora")
    return course


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def export(course: Course, exporter: Any, **settings: Any) -> list[list[str]]:
    path = course.root / "out.csv"
    with gradebook(course) as book:
        exporter(to=str(path), **settings).export(book)
    return read(path)


def export_by_nbgrader(course: Course, *options: str) -> list[list[str]]:
    run_nbgrader(course.root, "export", "--to=out.csv", *options)
    return read(course.root / "out.csv")


def by_student(rows: list[list[str]], column: int) -> dict[str, list[str]]:
    return {row[column]: row for row in rows}


def test_canvas_gets_its_columns_points_possible_and_a_row_a_student(course: Course) -> None:
    header, possible, *rows = export(course, CanvasExporter)
    assert header == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "01_numbers"]
    assert possible == ["    Points Possible", "", "", "", "", "10"]
    assert by_student(rows, 3) == {
        "alice": ["Å, Berg, Alice", "991", "", "alice", "", "10"],
        "bob": ["bob", "", "", "bob", "", "5.33"],
        "carol": ["carol", "", "", "carol", "", "0"],
        "dora": ["dora", "", "", "dora", "", ""],
    }


def test_canvas_gets_a_column_an_exercise_and_its_numbers_where_asked_for(course: Course) -> None:
    header, possible, *rows = export_by_nbgrader(
        course,
        "--exporter=autograder.grading.exports.CanvasExporter",
        "--CanvasExporter.per_exercise=True",
        "--CanvasExporter.assignment_ids=01_numbers=1234",
        "--CanvasExporter.login_id=email",
        '--student=["alice"]',
    )
    assert header[5:] == ["01_numbers (1234)", "01_numbers double", "01_numbers Counter", "01_numbers mean"]
    assert possible[5:] == ["10", "2", "3", "5"]
    assert rows == [["Å, Berg, Alice", "991", "", "alice@example.org", "", "10", "2", "3", "5"]]


def test_moodle_gets_points_and_feedback_by_mail_address(course: Course) -> None:
    header, *rows = export(course, MoodleExporter)
    assert header == [
        "First name",
        "Last name",
        "ID number",
        "Email address",
        "Assignment: 01_numbers (Real)",
        "Assignment: 01_numbers (Feedback)",
    ]
    alice = by_student(rows, 2)["alice"]
    assert alice[:5] == ["Alice", "Å, Berg", "alice", "alice@example.org", "10"]
    assert alice[5] == "Counter: Counter: Well done.\ndouble: double: Well done.\nmean: mean: Well done."


def test_no_feedback_is_a_formula_to_a_spreadsheet(course: Course) -> None:
    header, *rows = export(course, MoodleExporter, per_exercise=True, assignment=[CHAPTER])
    bob = dict(zip(header, by_student(rows, 2)["bob"], strict=True))
    assert bob["Assignment: 01_numbers double (Feedback)"] == "'=HYPERLINK(1)"
    assert bob["Assignment: 01_numbers mean (Real)"] == "3.33"


def test_nbgraders_own_exporter_reads_the_same_points(course: Course) -> None:
    from nbgrader.plugins import CsvExportPlugin

    rows = export(course, CsvExportPlugin)
    scores = {row[3]: float(row[9]) for row in rows[1:] if row[3] in ("bob", "carol")}
    assert scores == {"bob": pytest.approx(5.3333), "carol": 0.0}
