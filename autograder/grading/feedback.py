"""Write `feedback/<student>/<chapter>/<chapter>.html` by nbgrader's own `generate_feedback`."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.grading.configuration import course_directory, read_config
from autograder.grading.course import Course, stop

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.converters import GenerateFeedback


def write_feedback(course: Course, chapter: str, students: Iterable[str]) -> list[Path]:
    """Write the feedback of those of `students` who have an autograded notebook; returns the files.

    What was there is replaced: feedback is never older than its notebook.
    """
    from nbgrader.api import Gradebook

    with_notebook = [name for name in students if course.path("autograded", name, chapter).is_file()]
    paths = [course.path("feedback", name, chapter, ".html") for name in with_notebook]
    if not paths:
        return []
    with warnings.catch_warnings(), Gradebook(course_directory(course.root).db_url) as gradebook:
        warnings.simplefilter("ignore")
        converter, problems = _converter(course, gradebook, chapter, with_notebook)
        try:
            converter.start()
        except Exception as error:
            # nbgrader raises its own error after it has tried everybody
            if not any(path.is_file() for path in paths):
                stop(f"{chapter}: nbgrader wrote no feedback ({problems.last or error}).")
    missing = [name for name, path in zip(with_notebook, paths, strict=True) if not path.is_file()]
    if missing:
        stop(f"{chapter}: nbgrader wrote no feedback for {', '.join(missing)} ({problems.last}).")
    return paths


def _converter(
    course: Course, gradebook: Gradebook, chapter: str, students: list[str]
) -> tuple[GenerateFeedback, Problems]:
    """nbgrader's converter for exactly these students (its own choice is a glob, which a name may break)."""
    from nbconvert.preprocessors import Preprocessor
    from nbgrader.converters import GenerateFeedback
    from nbgrader.preprocessors import GetGrades

    class Grades(GetGrades):
        """nbgrader's step with one connection for everybody: opening one each time costs more than the rest."""

        def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
            names = resources["nbgrader"]
            self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
            self.student_id, self.gradebook = names["student"], gradebook
            nb, resources = Preprocessor.preprocess(self, nb, resources)
            row = gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
            penalty = row.late_submission_penalty or 0
            names |= {"score": row.score - penalty, "max_score": row.max_score, "late_penalty": penalty}
            gradebook.db.remove()
            return nb, resources

    class Feedback(GenerateFeedback):
        def init_notebooks(self) -> None:
            folders = {name: self._format_source(chapter, name) for name in students}
            self.assignments = {folder: [str(Path(folder, f"{chapter}.ipynb"))] for name, folder in folders.items()}

        def init_single_notebook_resources(self, notebook_filename: str) -> dict[str, Any]:
            resources = super().init_single_notebook_resources(notebook_filename)
            resources["metadata"] = {"name": chapter}
            return resources

    config = read_config(course.root)
    coursedir = course_directory(course.root, config)
    coursedir.assignment_id = chapter
    log = logging.Logger("nbgrader feedback")
    problems = Problems()
    log.addHandler(problems)
    converter = Feedback(coursedir=coursedir, config=config, log=log)
    converter.force = True
    converter.preprocessors = [Grades if step is GetGrades else step for step in converter.preprocessors]
    return converter, problems


class Problems(logging.Handler):
    """Keeps the last line of what nbgrader reports as an error."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the last line of a record."""
        lines = record.getMessage().strip().splitlines()
        self.last = lines[-1] if lines else self.last
