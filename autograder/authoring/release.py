"""Make the student notebook from the solution notebook with nbgrader's own preprocessors."""

from __future__ import annotations

import copy

from nbformat import NotebookNode

from autograder.authoring.course import Chapter


def release(notebook: NotebookNode, chapter: Chapter) -> NotebookNode:
    """Return the student notebook: what `nbgrader generate_assignment` makes of a solution notebook.

    Runs the preprocessors of nbgrader's GenerateAssignment with the course's `nbgrader_config.py`, except for the
    one that writes to the gradebook.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.preprocessors import SaveCells
    from traitlets.config import PyFileConfigLoader

    config = PyFileConfigLoader("nbgrader_config.py", path=str(chapter.course.root)).load_config()
    converter = GenerateAssignment(config=config)
    student, resources = copy.deepcopy(notebook), {"nbgrader": {"assignment": chapter.name, "notebook": chapter.name}}
    for preprocessor in converter.preprocessors:
        if preprocessor is not SaveCells:
            student, resources = preprocessor(parent=converter).preprocess(student, resources)
    return student
