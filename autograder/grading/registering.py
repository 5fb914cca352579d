"""Make a chapter known to the gradebook, as `nbgrader generate_assignment` does it: by nbgrader's own steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from autograder.grading.course import Course, stop

if TYPE_CHECKING:
    from nbgrader.api import Gradebook
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config


def register(gradebook: Gradebook, coursedir: CourseDirectory, config: Config, course: Course, chapter: str) -> None:
    """Save a chapter's cells into the gradebook, unless the same ones are there.

    Raises GradingError where the source notebook is missing, or where its cells were added or removed after
    submissions had been recorded (nbgrader then refuses too).
    """
    import nbformat
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells
    from traitlets import import_item

    path = course.source_notebook(chapter)
    if not path.is_file():
        stop(f'{chapter}: "{path}" is missing. Build it with `autograder build`.')
    notebook = nbformat.read(path, as_version=4)
    resources = {
        "unique_key": chapter,
        "nbgrader": {
            "assignment": chapter,
            "notebook": chapter,
            "student": ".",
            "db_url": coursedir.db_url,
        },
    }
    named = GenerateAssignment(coursedir=coursedir, config=config).preprocessors
    steps = [import_item(step) if isinstance(step, str) else step for step in named]
    names = [step.__name__ for step in steps]
    if "SaveCells" not in names:
        stop("nbgrader_config.py takes SaveCells out of GenerateAssignment: nothing can be recorded without it.")
    for step in steps[: names.index("SaveCells")]:
        notebook, resources = step(config=config)(notebook, resources)
    if _is_known(gradebook, notebook, chapter):
        return
    gradebook.update_or_create_assignment(chapter, course_id=gradebook.course_id)
    gradebook.db.remove()
    try:
        SaveCells(config=config)(notebook, resources)
    except RuntimeError:
        stop(
            f"{chapter}: exercises were added or removed after submissions had been recorded, and nbgrader cannot "
            f"mix them. Build the course as it was, or begin anew with `nbgrader db assignment remove {chapter}`."
        )


def _is_known(gradebook: Gradebook, notebook: object, chapter: str) -> bool:
    """Whether the gradebook holds exactly the cells of a prepared source notebook."""
    from nbgrader import utils
    from nbgrader.api import MissingEntry

    try:
        known = gradebook.find_notebook(chapter, chapter)
    except MissingEntry:
        gradebook.db.rollback()
        return False
    rows = {(cell.name, cell.cell_type, cell.locked, cell.source, cell.checksum) for cell in known.source_cells}
    points = {cell.name: cell.max_score for cell in known.grade_cells}
    kernel = known.kernelspec
    gradebook.db.rollback()
    cells = [
        cell
        for cell in notebook.cells  # type: ignore[attr-defined]
        if utils.is_grade(cell) or utils.is_solution(cell) or utils.is_locked(cell) or utils.is_task(cell)
    ]
    wanted = {
        (
            c.metadata.nbgrader["grade_id"],
            c.cell_type,
            utils.is_locked(c),
            c.source,
            c.metadata.nbgrader.get("checksum"),
        )
        for c in cells
    }
    worth = {c.metadata.nbgrader["grade_id"]: float(c.metadata.nbgrader["points"]) for c in cells if utils.is_grade(c)}
    spec = json.dumps(notebook.metadata.get("kernelspec", {}))  # type: ignore[attr-defined]
    return rows == wanted and points == worth and kernel == spec
