"""Where a course lies on disk, and what its authored chapters hold."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.exercise import Exercise

SETUP_TAG = "setup"


class CourseError(Exception):
    """An author's mistake; the message names the thing, what was found and what to do."""


@dataclass(frozen=True)
class Course:
    """A course folder: `solutions/` and `notebooks/` side by side."""

    root: Path

    @property
    def solutions(self) -> Path:
        """The authored side."""
        return self.root / "solutions"

    @property
    def notebooks(self) -> Path:
        """What learners get."""
        return self.root / "notebooks"

    def chapters(self) -> list[str]:
        """The names of the authored chapters, in order."""
        folders = self.solutions.glob("[0-9]*_*")
        return sorted(folder.name for folder in folders if (folder / f"{folder.name}.py").exists())

    def chapter(self, name: str) -> Chapter:
        """One authored chapter. Raises CourseError naming the chapters there are."""
        if name not in self.chapters():
            raise CourseError(
                f"no chapter {name!r} in {self.solutions} (found: {', '.join(self.chapters()) or 'none'})"
            )
        return Chapter(self, name)


def find_course(start: Path | None = None) -> Course | None:
    """The course around `start` (default: AUTOGRADER_COURSE, the current folder, this package's own), or None."""
    named = os.environ.get("AUTOGRADER_COURSE")
    starts = [start] if start else [*([Path(named)] if named else []), Path.cwd(), Path(__file__).parents[2]]
    for folder in starts:
        for candidate in (folder.resolve(), *folder.resolve().parents):
            if any(candidate.glob("solutions/[0-9]*_*/bank.py")):
                return Course(candidate)
    return None


@dataclass(frozen=True)
class Chapter:
    """One authored chapter: `solutions/NAME/NAME.py`, `bank.py`, and what is built from them."""

    course: Course
    name: str

    @property
    def source(self) -> Path:
        """The authored text, py:percent."""
        return self.course.solutions / self.name / f"{self.name}.py"

    @property
    def bank(self) -> Path:
        """The bank of misconceptions and alternatives."""
        return self.course.solutions / self.name / "bank.py"

    @property
    def solution_notebook(self) -> Path:
        """Built: nbgrader's source notebook."""
        return self.course.solutions / self.name / f"{self.name}.ipynb"

    @property
    def student_notebook(self) -> Path:
        """Built: what a learner opens."""
        return self.course.notebooks / self.name / f"{self.name}.ipynb"

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """The exercises of the chapter's probe module."""
        # late: brings torch, which takes seconds, and a grader first wants to know where things lie
        from autograder.exercise import exercises_of

        return exercises_of(self.name)

    @cached_property
    def cells(self) -> list[dict[str, Any]]:
        """The code cells of the built solution notebook. Raises CourseError where it was not built."""
        if not self.solution_notebook.exists():
            raise CourseError(f"{self.solution_notebook} is missing: run `autograder build`")
        return code_cells(json.loads(self.solution_notebook.read_text(encoding="utf-8")))


def code_cells(notebook: dict[str, Any]) -> list[dict[str, Any]]:
    """The code cells of a notebook, each source as one text."""
    found = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            source = cell["source"]
            found.append({**cell, "source": source if isinstance(source, str) else "".join(source)})
    return found


def grade_info(cell: dict[str, Any]) -> dict[str, Any]:
    """nbgrader's metadata of a cell, empty where there is none."""
    return cell.get("metadata", {}).get("nbgrader", {})


def is_solution(cell: dict[str, Any]) -> bool:
    """Whether a learner writes in this cell."""
    return bool(grade_info(cell).get("solution"))


def is_setup(cell: dict[str, Any]) -> bool:
    """Whether the cell is tagged as giving what the chapter's code needs: imports, data, pieces of earlier chapters."""
    return SETUP_TAG in cell.get("metadata", {}).get("tags", [])


def reference_namespace(cells: list[dict[str, Any]], chapter: str) -> dict[str, Any]:
    """Run a chapter's setup and solution cells and return the names they leave.

    Raises CourseError naming the cell that fails.
    """
    namespace: dict[str, Any] = {"__name__": f"solutions of {chapter}"}
    for cell in cells:
        if is_setup(cell) or is_solution(cell):
            name = grade_info(cell).get("grade_id") or cell.get("id", "setup")
            try:
                exec(compile(cell["source"], f"<{chapter}: {name}>", "exec"), namespace)
            except Exception as error:
                raise CourseError(
                    f"{chapter}: cell {name!r} fails without the cells that are neither solution nor tagged "
                    f'"{SETUP_TAG}": {type(error).__name__}: {error}'
                ) from error
    return namespace
