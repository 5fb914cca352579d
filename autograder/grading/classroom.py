"""What is known of a class in one chapter, gathered from the records and the gradebook: plain data for a report."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.grading.course import Course, GradingError, list_students
from autograder.grading.judging import NO_EVIDENCE
from autograder.grading.nbgrader_bridge import course_directory
from autograder.grading.results import CellScore, Result
from autograder.grading.store import Store
from autograder.grading.template import read_template

OUTCOMES = {
    "passed": "passed",
    "misconception": "a known misconception",
    "wrong": "wrong in another way",
    "unwritten": "not written",
    "stopped": "no result: stopped, crashed or not reached",
    "by hand": "to be graded by hand",
}


@dataclass(frozen=True)
class Mark:
    """What one student's work on one exercise came to. `outcome` is a key of OUTCOMES."""

    outcome: str
    score: float | None
    max_score: float
    misconception: str = ""
    message: str = ""


@dataclass(frozen=True)
class Entered:
    """What the gradebook holds for one student: points with manual ones and extra credit, and the late penalty."""

    score: float
    penalty: float
    max_score: float
    needs_manual_grade: bool


@dataclass(frozen=True)
class Row:
    """One student. `status` is a result's, or "no result"; `points` counts penalties where the gradebook has some."""

    student: str
    anchor: str
    status: str
    marks: Mapping[str, Mark]
    points: float
    autograded: float
    entered: Entered | None
    result: Result | None
    link: str = ""
    link_text: str = ""

    @property
    def handed_in(self) -> bool:
        """Whether a notebook was executed."""
        return self.status == "graded"

    @property
    def changed(self) -> str:
        """How the points came about where they are not what autograding gave, else an empty text."""
        if self.entered is None or self.points == self.autograded:
            return ""
        parts = [f"autograded {number(self.autograded)}"]
        if self.entered.score != self.autograded:
            parts.append(f"in the gradebook {number(self.entered.score)}")
        if self.entered.penalty:
            parts.append(f"late penalty −{number(self.entered.penalty)}")
        return ", ".join(parts)


@dataclass(frozen=True)
class Class:
    """Everything the page tells. `exercises` are (check's id, title, points), in the chapter's order."""

    chapter: str
    exercises: tuple[tuple[str, str, float], ...]
    max_points: float
    rows: tuple[Row, ...]
    from_gradebook: bool
    notes: tuple[str, ...] = ()


def read_class(course: Course, chapter: str, folder: Path) -> Class:
    """Gather what is known of everybody; links are relative to `folder`, where the page will lie."""
    store = Store(course.root)
    records = store.results(chapter)
    results = {student: Result.from_json({**document, "notebook": None}) for student, document in records}
    if not results:
        raise GradingError(f"{chapter}: nothing has been graded yet. Run `autograder grade {chapter}` first.")
    entered = read_gradebook(course, chapter)
    students, lines = list_students(course, {*results, *(entered or {})})
    exercises = _exercises(course, chapter, results.values())
    rows = []
    for index, student in enumerate(students, 1):
        result, known = results.get(student), (entered or {}).get(student)
        autograded = result.score if result else 0.0
        points = max(0.0, known.score - known.penalty) if known else autograded
        marks = {score.grade_id: mark_of(score) for score in result.scores} if result else {}
        status = result.status if result and result.status != "failed" else "no result"
        link, text = _link(course, student, chapter, folder)
        rows.append(Row(student, f"s{index}", status, marks, points, autograded, known, result, link, text))
    max_points = max([sum(worth for *_, worth in exercises), *(one.max_score for one in (entered or {}).values())])
    return Class(chapter, exercises, max_points, tuple(rows), entered is not None, (*lines, *store.complaints))


def read_gradebook(course: Course, chapter: str) -> dict[str, Entered] | None:
    """What nbgrader's gradebook holds for a chapter, by student; None where there is no gradebook. Writes nothing."""
    directory = course_directory(course.root)
    url = directory.db_url
    if url.startswith("sqlite:///"):
        file = Path(course.root, url.removeprefix("sqlite:///"))
        if not file.is_file():
            return None
        url = f"sqlite:///file:{quote(str(file.resolve()))}?mode=ro&uri=true"
    from nbgrader.api import Assignment, SubmittedAssignment
    from sqlalchemy import create_engine, select
    from sqlalchemy.exc import SQLAlchemyError
    from sqlalchemy.orm import Session

    found = SubmittedAssignment
    columns = (found.student_id, found.score, found.late_submission_penalty, found.max_score, found.needs_manual_grade)
    query = select(*columns).join(Assignment, Assignment.id == found.assignment_id).where(Assignment.name == chapter)
    engine = create_engine(url)
    try:
        with Session(engine) as session:
            return {student: Entered(*map(float, rest[:3]), bool(rest[3])) for student, *rest in session.execute(query)}
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).splitlines()[0]
        raise GradingError(f"The gradebook cannot be read ({cause}). Close what uses it and run again.") from None
    finally:
        engine.dispose()


_NO_EVIDENCE = {
    reason: re.compile(r"(`[^`]*`: )?" + re.escape(text).replace(r"\{name\}", "[^`]*"))
    for reason, text in NO_EVIDENCE.items()
}
_UNWRITTEN = re.compile(r"`[^`]*`: `[^`]*` is not written yet: ")


def mark_of(score: CellScore) -> Mark:
    """Tell an exercise's outcome from its score."""
    message = re.sub(r"^`[^`]*`: ", "", score.comment)

    def mark(outcome: str) -> Mark:
        return Mark(outcome, score.score, score.max_score, score.misconception or "", message)

    if score.score is None:
        return mark("by hand")
    if score.score == score.max_score and not score.misconception:
        return mark("passed")
    if score.misconception:
        return mark("misconception")
    reason = next((reason for reason, text in _NO_EVIDENCE.items() if text.fullmatch(score.comment)), None)
    if reason == "missing" or _UNWRITTEN.match(score.comment):
        return mark("unwritten")
    return mark("stopped" if reason else "wrong")


def _exercises(course: Course, chapter: str, results: Iterable[Result]) -> tuple[tuple[str, str, float], ...]:
    """The checks in the chapter's order, then those that only records of older versions know."""
    found: dict[str, tuple[str, str, float]] = {}
    if course.release_notebook(chapter).is_file():
        for slot in read_template(course.release_notebook(chapter), chapter).checks:
            points = float(slot.metadata["nbgrader"].get("points", 0))
            found[slot.grade_id] = (slot.grade_id, slot.exercise or slot.grade_id, points)
    for score in (score for result in results for score in result.scores):
        found.setdefault(score.grade_id, (score.grade_id, score.exercise or score.grade_id, score.max_score))
    return tuple(found.values())


def _link(course: Course, student: str, chapter: str, folder: Path) -> tuple[str, str]:
    for step, suffix in (("feedback", ".html"), ("autograded", ".ipynb")):
        path = course.path(step, student, chapter, suffix)
        if path.is_file():
            return quote(Path(os.path.relpath(path, folder)).as_posix(), errors="surrogatepass"), step
    return "", ""


def number(value: float) -> str:
    """A number of points with at most two decimals."""
    return f"{round(value, 2):g}"
