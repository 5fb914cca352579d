"""Write results where nbgrader keeps its own: `gradebook.db`, `autograded/`, `feedback/`.

Formgrader, manual grading, late penalties, `nbgrader export` and `nbgrader generate_feedback` then work as ever.
Only what autograding says is written (`auto_score`, `auto_comment`, the late penalty): scores, extra credit and
comments that people gave stay, and a grade with a manual score is marked for another look, as nbgrader does.

| status | auto_score | needs_manual_grade | autograded notebook |
|---|---|---|---|
| graded | the result's | where a person gave a score, or has to | the executed one |
| unreadable | 0 | yes: somebody should look at the file | the one given out, with a notice on top |
| missing | 0 | no, as in nbgrader | none (one from before is removed) |
| failed | none | yes | as before |

nbgrader keeps comments for answers, not for checks: a check's comment goes to the answer it checks.
"""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from autograder.grading.autograded import autograded_notebook, comments_of, read_timestamp
from autograder.grading.configuration import course_directory, read_config, read_course
from autograder.grading.course import Course, stop
from autograder.grading.locks import Turn
from autograder.grading.results import Result
from autograder.grading.store import remove_leftovers, write_whole
from autograder.grading.template import read_template

if TYPE_CHECKING:
    from nbgrader.api import Gradebook, SubmittedNotebook
    from nbgrader.preprocessors import AssignLatePenalties

T = TypeVar("T")
Say = Callable[[str], None]
PATIENCE = 60.0

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


@contextmanager
def open_gradebook(course: Course, say: Say = log.warning, patience: float = PATIENCE) -> Iterator[Writer]:
    """Open the gradebook for writing results.

    Processes write one at a time, a student each; `say` is told when there is something to wait for. Raises
    GradingError after `patience` seconds of waiting.
    """
    with _quiet():
        writer = Writer(course, say, patience)
        try:
            yield writer
        finally:
            writer.close()


def write_results(course: Course, results: Iterator[Result] | list[Result], say: Say = log.warning) -> int:
    """Write results into the gradebook and `autograded/`; returns how many. Doing it twice changes nothing."""
    n_written = 0
    with open_gradebook(course, say) as writer:
        for result in results:
            writer.write(result)
            n_written += 1
    return n_written


@dataclass(frozen=True)
class Assignment:
    """What writing needs to know of a chapter's rows: database ids, by cell name."""

    id: str
    notebook_id: str
    grade_cells: Mapping[str, str]
    comment_cells: Mapping[str, str]


class Writer:
    """An open gradebook. Made by `open_gradebook`."""

    def __init__(self, course: Course, say: Say, patience: float) -> None:
        from nbgrader.preprocessors import AssignLatePenalties

        self.course, self.say, self.patience = course, say, patience
        self.turn = Turn(course.root, say, patience)
        self.config = read_config(course.root)
        self.coursedir = course_directory(course.root, self.config)
        with self.turn.taken():
            self.gradebook: Gradebook = self._patiently(self._open)
        self.penalties: AssignLatePenalties = AssignLatePenalties(config=self.config)
        self.penalties.init_plugin()
        self._assignments: dict[str, Assignment] = {}

    def close(self) -> None:
        """Close the database."""
        self.gradebook.close()

    def students(self) -> list[str]:
        """Everybody the gradebook knows."""
        return self._patiently(lambda: [student.id for student in self.gradebook.students])

    def assignment(self, chapter: str) -> Assignment:
        """The chapter's rows, made and kept up to date as `nbgrader generate_assignment` does it."""
        if chapter not in self._assignments:
            from autograder.grading.registering import register

            with self.turn.taken():
                self._patiently(lambda: register(self.gradebook, self.coursedir, self.config, self.course, chapter))
            self._assignments[chapter] = self._patiently(lambda: self._look_up(chapter))
        return self._assignments[chapter]

    def write(self, result: Result) -> None:
        """Write one result: all its rows in one transaction, then its notebook.

        Raises GradingError where the database stays locked or the disk is full; nothing is half written then.
        """
        assignment = self.assignment(result.chapter)
        folder = self.course.path("submitted", result.student, result.chapter).parent
        timestamp = read_timestamp(self.course.root / self.course.submitted, folder)
        template = read_template(self.course.release_notebook(result.chapter), result.chapter)
        path = self.course.path("autograded", result.student, result.chapter)
        notebook = autograded_notebook(result, template)
        with self.turn.taken():
            self._patiently(lambda: self._write_rows(result, assignment, timestamp))
            remove_leftovers(path.parent)
            if notebook is not None:
                write_whole(path, notebook, 0o664 if self.coursedir.groupshared else 0o444)
                if timestamp is not None:
                    write_whole(path.parent / "timestamp.txt", f"{timestamp.isoformat(' ')} UTC\n".encode())
            elif result.status == "missing":
                path.unlink(missing_ok=True)
                self.course.path("feedback", result.student, result.chapter, ".html").unlink(missing_ok=True)

    def _open(self) -> Gradebook:
        from nbgrader.api import Gradebook
        from sqlalchemy import event
        from sqlalchemy.exc import ArgumentError

        try:
            with _revision_known():
                gradebook = Gradebook(self.coursedir.db_url, self.coursedir.course_id or "default_course")
        except (ImportError, ArgumentError) as error:
            stop(f"nbgrader_config.py: the database of db_url cannot be used ({error}). Is its driver installed?")
        if gradebook.engine.dialect.name == "sqlite":
            # shorter than SQLite's own, so that we can tell that we wait
            gradebook.engine.dispose()
            event.listen(
                gradebook.engine,
                "connect",
                lambda connection, _: connection.execute("PRAGMA busy_timeout=1000"),
            )
        return gradebook

    def _look_up(self, chapter: str) -> Assignment:
        from nbgrader.api import GradeCell

        notebook = self.gradebook.find_notebook(chapter, chapter)
        graded = {cell.name: cell.id for cell in notebook.grade_cells}
        comments = {cell.name: cell.id for cell in (*notebook.solution_cells, *notebook.task_cells)}
        assert all(isinstance(cell, GradeCell) for cell in notebook.grade_cells)
        found = Assignment(notebook.assignment_id, notebook.id, graded, comments)
        self.gradebook.db.rollback()
        return found

    def _write_rows(self, result: Result, assignment: Assignment, timestamp: Any) -> None:
        session = self.gradebook.db
        notebook = self._submitted_notebook(result, assignment, timestamp)
        self._write_scores(result, assignment, notebook)
        self._write_comments(result, assignment, notebook)
        session.flush()
        self._write_penalty(result, notebook)
        session.commit()
        session.expunge_all()

    def _submitted_notebook(self, result: Result, assignment: Assignment, timestamp: Any) -> SubmittedNotebook:
        """The row of a student's notebook, made with all that nbgrader's `add_submission` makes where it is new."""
        from nbgrader.api import Student, SubmittedAssignment, SubmittedNotebook

        session = self.gradebook.db
        if session.get(Student, result.student) is None:
            session.add(Student(id=result.student))
            session.flush()
        submissions = session.query(SubmittedAssignment)
        submission = submissions.filter_by(assignment_id=assignment.id, student_id=result.student).one_or_none()
        if submission is None:
            submission = SubmittedAssignment(assignment_id=assignment.id, student_id=result.student)
            session.add(submission)
            session.flush()
        if timestamp is not None:
            submission.timestamp = timestamp
        notebooks = session.query(SubmittedNotebook)
        found = notebooks.filter_by(assignment_id=submission.id, notebook_id=assignment.notebook_id).one_or_none()
        if found is None:
            found = SubmittedNotebook(assignment_id=submission.id, notebook_id=assignment.notebook_id)
            session.add(found)
            session.flush()
        return found

    def _write_scores(self, result: Result, assignment: Assignment, notebook: SubmittedNotebook) -> None:
        from nbgrader.api import Grade

        session = self.gradebook.db
        grades = {grade.cell_id: grade for grade in session.query(Grade).filter_by(notebook_id=notebook.id)}
        scores = {score.grade_id: score.score for score in result.scores}
        if unknown := sorted(scores.keys() - assignment.grade_cells.keys()):
            stop(f'{result.chapter}: the gradebook knows no check "{unknown[0]}". Build the course again.')
        for name, cell_id in assignment.grade_cells.items():
            grade = grades.get(cell_id)
            if grade is None:
                grade = Grade(cell_id=cell_id, notebook_id=notebook.id)
                session.add(grade)
            # what nobody scored is a person's to score, but never where there is no file
            grade.auto_score = 0.0 if result.status in ("missing", "unreadable") else scores.get(name)
            open_score = grade.auto_score is None or result.status == "unreadable"
            grade.needs_manual_grade = open_score or grade.manual_score is not None

    def _write_comments(self, result: Result, assignment: Assignment, notebook: SubmittedNotebook) -> None:
        from nbgrader.api import Comment

        session = self.gradebook.db
        comments = {comment.cell_id: comment for comment in session.query(Comment).filter_by(notebook_id=notebook.id)}
        template = read_template(self.course.release_notebook(result.chapter), result.chapter)
        texts = comments_of(result, template)
        for name, cell_id in assignment.comment_cells.items():
            comment = comments.get(cell_id)
            if comment is None:
                comment = Comment(cell_id=cell_id, notebook_id=notebook.id)
                session.add(comment)
            comment.auto_comment = texts.get(name)

    def _write_penalty(self, result: Result, notebook: SubmittedNotebook) -> None:
        """Assign the late penalty as nbgrader's AssignLatePenalties does, with the course's own plugin."""
        session = self.gradebook.db
        session.refresh(notebook, ["score", "assignment"])
        late = notebook.assignment.total_seconds_late
        penalty = None
        if late > 0:
            penalty = self.penalties.plugin_inst.late_submission_penalty(result.student, notebook.score, late)
        notebook.late_submission_penalty = None if penalty is None else min(max(penalty, 0), notebook.score)

    def _patiently(self, action: Callable[[], T]) -> T:
        """Do something with the database; where somebody else holds it, say so, wait and try again."""
        from sqlalchemy.exc import OperationalError

        end = time.monotonic() + self.patience
        told = False
        while True:
            try:
                return action()
            except OperationalError as error:
                if hasattr(self, "gradebook"):
                    self.gradebook.db.rollback()
                cause = str(error.orig).splitlines()[0]
                if "full" in cause:
                    stop("The disk is full: the gradebook could not be written. Free some space and run again.")
                if "locked" not in cause and "busy" not in cause:
                    hint = "After an update, run `nbgrader db upgrade`." if "no such" in cause else "Then run again."
                    stop(f"The gradebook cannot be used ({cause}). {hint}")
                if time.monotonic() > end:
                    stop(
                        "The gradebook has been locked for too long by another program. "
                        "Close what uses it (formgrader, nbgrader, a database browser) and run again."
                    )
                if not told:
                    self.say("The gradebook is in use by another program; waiting.")
                    told = True
                time.sleep(0.2)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep warnings about nbgrader's own queries from whoever grades a class."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def newest_revision() -> str:
    """The revision of nbgrader's tables that a new gradebook has, as the program `alembic` tells it."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    config = Config()
    config.set_main_option("script_location", ALEMBIC_DIR)
    return str(ScriptDirectory.from_config(config).get_current_head())


@contextmanager
def _revision_known() -> Iterator[None]:
    """nbgrader runs `alembic`, which must be on the PATH, to make a new gradebook: two seconds for one number."""
    from nbgrader import api

    before = api.get_alembic_version
    api.get_alembic_version = newest_revision
    try:
        yield
    finally:
        api.get_alembic_version = before


__all__ = ["Assignment", "Writer", "course_directory", "open_gradebook", "read_config", "read_course", "write_results"]
