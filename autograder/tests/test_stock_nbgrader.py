"""Stock nbgrader, without any of our grading: the notebooks alone score right."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from autograder.authoring.course import Course
from autograder.authoring.keys import KeyMaker
from autograder.exercise import chapters
from autograder.tests.conftest import Run

STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.CourseDirectory.ignore = ["*.py", ".ipynb_checkpoints", "__pycache__"]
"""

pytestmark = [pytest.mark.kernel, pytest.mark.slow]


def with_source(notebook: Path, grade_id: str, source: str) -> str:
    """The text of a notebook file with one cell's source replaced."""
    document = json.loads(notebook.read_text(encoding="utf-8"))
    (cell,) = [cell for cell in document["cells"] if cell["id"] == grade_id]
    cell["source"] = source
    return json.dumps(document)


@pytest.mark.parametrize("chapter", chapters())
def test_a_class_of_three_gets_what_it_deserves(course_copy: Course, run: Run, chapter: str) -> None:
    """The solution scores full, the release 0, and a known misconception 0 on its exercise and full elsewhere."""
    (course_copy.root / "nbgrader_config.py").write_text(STOCK)
    maker = KeyMaker(course_copy.chapter(chapter))
    # the exercise that the others of its chapter build on is the one to get wrong
    exercise = max(maker.chapter.exercises, key=maker.points)
    wrong = maker.entries(exercise, "misconception")[0]
    paths = course_copy.chapter(chapter)
    handed_in = {
        "right": paths.solution_notebook.read_text(encoding="utf-8"),
        "untouched": paths.student_notebook.read_text(encoding="utf-8"),
        "wrong": with_source(paths.solution_notebook, exercise.id, wrong.source),
    }
    run(course_copy, "nbgrader", "generate_assignment", chapter, "--create", "--force")
    assert paths.student_notebook.read_text(encoding="utf-8") == handed_in["untouched"]
    for student, text in handed_in.items():
        folder = course_copy.root / "submitted" / student / chapter
        folder.mkdir(parents=True)
        (folder / f"{chapter}.ipynb").write_text(text, encoding="utf-8")

    run(course_copy, "nbgrader", "autograde", chapter)
    run(course_copy, "nbgrader", "generate_feedback", chapter)
    run(course_copy, "nbgrader", "export")
    with (course_copy.root / "grades.csv").open() as file:
        scores = {
            row["student_id"]: float(row["score"]) for row in csv.DictReader(file) if row["assignment"] == chapter
        }
    full = sum(maker.points(one) for one in maker.chapter.exercises)
    assert scores == {"right": full, "untouched": 0.0, "wrong": full - maker.points(exercise)}

    feedback = (course_copy.root / "feedback" / "wrong" / chapter / f"{chapter}.html").read_text(encoding="utf-8")
    assert f"{exercise.id}: not passed (0 of {maker.points(exercise):g} points)" in feedback
    checks = json.loads((course_copy.root / "autograded" / "wrong" / chapter / f"{chapter}.ipynb").read_text())
    shown = [cell["outputs"] for cell in checks["cells"] if cell["id"] == f"check_{exercise.id}"]
    assert "Traceback (most recent call last)" not in json.dumps(shown)
    executed = json.loads((course_copy.root / "autograded" / "right" / chapter / f"{chapter}.ipynb").read_text())
    outputs = [output for cell in executed["cells"] for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"]
    shutil.rmtree(course_copy.root / "autograded")


def test_validate_says_success_for_the_solution_and_names_what_fails_in_the_release(
    course_copy: Course, run: Run
) -> None:
    (course_copy.root / "nbgrader_config.py").write_text(STOCK)
    chapter = course_copy.chapter("01_datasets")
    done = run(course_copy, "nbgrader", "validate", str(chapter.solution_notebook))
    assert "Success! Your notebook passes all the tests." in done.stdout
    done = run(course_copy, "nbgrader", "validate", str(chapter.student_notebook))
    assert "TabularDataset: not written yet" in done.stdout
