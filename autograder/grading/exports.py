"""Grades as Canvas and Moodle read them, by `nbgrader export`.

    nbgrader export --exporter autograder.grading.exports.CanvasExporter --to canvas.csv
    nbgrader export --exporter autograder.grading.exports.MoodleExporter --to moodle.csv
    nbgrader export --exporter autograder.grading.exports.MoodleExporter --MoodleExporter.per_exercise=True

Both give one column a chapter; `per_exercise` adds one for each check. `--assignment` and `--student` choose rows
and columns as with nbgrader's own exporter. Who handed in nothing that was graded gets an empty cell, which both
systems leave alone; who handed in nothing and was graded gets the zero that the gradebook holds.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nbgrader.plugins import ExportPlugin
from traitlets import Bool, Dict, Unicode

if TYPE_CHECKING:
    from nbgrader.api import Assignment, Gradebook, Student, SubmittedAssignment


@dataclass(frozen=True)
class Column:
    """One column of points: a chapter (`check` empty) or one of its checks."""

    chapter: str
    check: str
    max_score: float

    @property
    def title(self) -> str:
        """How the column is called: `04_learning_loops`, `04_learning_loops train_one_epoch`."""
        return f"{self.chapter} {self.check.removeprefix('check_')}" if self.check else self.chapter


@dataclass(frozen=True)
class Row:
    """One student's points and feedback; a column that is missing was never graded."""

    student: Student
    points: dict[Column, float]
    feedback: dict[Column, str]


class TableExporter(ExportPlugin):
    """What both exporters share: which rows and columns, and reading them from the gradebook."""

    per_exercise = Bool(False, help="Whether to add a column for each check.").tag(config=True)
    default_file = "grades.csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the table into the file named by `--to`."""
        columns = self.columns(gradebook)
        rows = [self.row(gradebook, student, columns) for student in self.students(gradebook)]
        path = Path(self.to or self.default_file)
        self.log.info("Exporting grades to %s", path)
        # newline="": the csv module writes its own line ends
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(self.table(columns, rows))

    def table(self, columns: list[Column], rows: list[Row]) -> Iterable[list[str]]:
        """The lines of the file."""
        raise NotImplementedError

    def students(self, gradebook: Gradebook) -> list[Student]:
        """The students asked for, by name."""
        wanted = {str(student) for student in self.student}
        return [student for student in gradebook.students if not wanted or student.id in wanted]

    def columns(self, gradebook: Gradebook) -> list[Column]:
        """The columns asked for, in the order of the chapters and of their checks."""
        wanted = {str(name) for name in self.assignment}
        columns: list[Column] = []
        for assignment in sorted(gradebook.assignments, key=lambda assignment: assignment.name):
            if wanted and assignment.name not in wanted:
                continue
            columns.append(Column(assignment.name, "", assignment.max_score))
            if self.per_exercise:
                columns += [Column(assignment.name, name, points) for name, points in _checks(assignment)]
        return columns

    def row(self, gradebook: Gradebook, student: Student, columns: list[Column]) -> Row:
        """One student's points, late penalties taken off the chapters' columns."""
        row = Row(student, {}, {})
        for chapter in dict.fromkeys(column.chapter for column in columns):
            submission = _submission(gradebook, student, chapter)
            if submission is None:
                continue
            grades = {grade.name: grade.score for book in submission.notebooks for grade in book.grades}
            texts = [comment for book in submission.notebooks for comment in book.comments if comment.comment]
            comments = {comment.name: comment.comment for comment in texts}
            total = Column(chapter, "", submission.max_score)
            row.points[total] = max(0.0, submission.score - submission.late_submission_penalty)
            row.feedback[total] = "\n".join(f"{name}: {text}" for name, text in sorted(comments.items()))
            for column in columns:
                if column.chapter == chapter and column.check in grades:
                    row.points[column] = grades[column.check]
                    row.feedback[column] = comments.get(column.check.removeprefix("check_"), "")
        return row


class CanvasExporter(TableExporter):
    """The CSV file of Canvas' gradebook (Grades → Import).

    Canvas finds students by ID (`lms_user_id` in nbgrader), else by SIS Login ID. It finds an assignment by the
    number in brackets, else by its title, and makes a new one where there is none: columns per exercise become
    assignments of their own, beside the chapter's.
    """

    assignment_ids = Dict({}, help="Canvas' number of each column's assignment: {'04_learning_loops': 1234}.").tag(
        config=True
    )
    login_id = Unicode("id", help="What Canvas knows as SIS Login ID: 'id' or 'email'.").tag(config=True)
    section = Unicode("", help="The section to write into every row.").tag(config=True)
    default_file = "canvas.csv"

    def table(self, columns: list[Column], rows: list[Row]) -> Iterable[list[str]]:
        """Header, the row of maximal points, and a row a student."""
        titles = [self._header(column) for column in columns]
        yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *titles]
        yield ["    Points Possible", "", "", "", "", *(_number(column.max_score) for column in columns)]
        for row in rows:
            student = row.student
            name = ", ".join(part for part in (student.last_name, student.first_name) if part) or student.id
            login = student.email if self.login_id == "email" and student.email else student.id
            points = [_number(row.points[column]) if column in row.points else "" for column in columns]
            yield [name, student.lms_user_id or "", "", login, self.section, *points]

    def _header(self, column: Column) -> str:
        number = self.assignment_ids.get(column.title)
        return column.title if number is None else f"{column.title} ({number})"


class MoodleExporter(TableExporter):
    """A CSV file for Moodle's gradebook (Grades → Import → CSV file).

    Map "Email address" (or "ID number") to the user and each column to its grade item; a feedback column can be
    mapped to that item's feedback. The columns are called as in Moodle's own export.
    """

    default_file = "moodle.csv"

    def table(self, columns: list[Column], rows: list[Row]) -> Iterable[list[str]]:
        """Header and a row a student."""
        kinds = ("Real", "Feedback")
        titles = [f"Assignment: {column.title} ({kind})" for column in columns for kind in kinds]
        yield ["First name", "Last name", "ID number", "Email address", *titles]
        for row in rows:
            student = row.student
            cells: list[str] = []
            for column in columns:
                cells.append(_number(row.points[column]) if column in row.points else "")
                cells.append(_harmless(row.feedback.get(column, "")))
            yield [student.first_name or "", student.last_name or "", student.id, student.email or "", *cells]


def _checks(assignment: Assignment) -> list[tuple[str, float]]:
    """The checks of an assignment with their points, in the order of its notebooks' cells."""
    found = []
    for notebook in assignment.notebooks:
        order = {cell.name: n for n, cell in enumerate(notebook.source_cells)}
        graded = [*notebook.grade_cells, *notebook.task_cells]
        found += [(cell.name, cell.max_score) for cell in sorted(graded, key=lambda cell: order.get(cell.name, 0))]
    return found


def _submission(gradebook: Gradebook, student: Student, chapter: str) -> SubmittedAssignment | None:
    from nbgrader.api import MissingEntry

    try:
        return gradebook.find_submission(chapter, student.id)
    except MissingEntry:
        return None


def _number(points: float) -> str:
    """Points as both systems read them: `5`, `3.33`."""
    return f"{points:.2f}".rstrip("0").rstrip(".")


def _harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula: feedback may repeat what a learner wrote."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
