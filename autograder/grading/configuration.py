"""What a course's `nbgrader_config.py` says: its folders, its database, its late penalties."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.grading.course import Course

if TYPE_CHECKING:
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config


def read_config(root: Path) -> Config:
    """The course's `nbgrader_config.py` (the instructor's own code), empty where there is none."""
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if not (root / "nbgrader_config.py").is_file():
        return Config()
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def course_directory(root: Path, config: Config | None = None) -> CourseDirectory:
    """nbgrader's own idea of the course: folders, database, what its configuration says."""
    from nbgrader.coursedir import CourseDirectory

    found = CourseDirectory(config=read_config(root) if config is None else config)
    found.root = str(root.resolve())
    defaults = Course(root)
    if "source_directory" not in found.config.CourseDirectory:
        found.source_directory = defaults.source
    if "release_directory" not in found.config.CourseDirectory:
        found.release_directory = defaults.release
    return found


def read_course(root: Path) -> Course:
    """The course at `root`, with the folders that its `nbgrader_config.py` names.

    Read without nbgrader, whose import takes seconds: a grader starts its sandbox meanwhile.
    """
    named = read_config(root).CourseDirectory
    options = {field.name: f"{field.name}_directory" for field in fields(Course) if field.name != "root"}
    return Course(root.resolve(), **{name: str(named[option]) for name, option in options.items() if option in named})
