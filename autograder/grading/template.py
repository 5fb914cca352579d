"""The instructor's notebook as the form that a submission is poured into."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from autograder.grading.course import stop

Role = Literal["answer", "locked", "plain"]

_DEFINED = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
_ASSIGNED = re.compile(r"^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)


@dataclass(frozen=True)
class Slot:
    """One cell of the instructor's notebook.

    An `answer` is the learner's to write, a `locked` cell is the instructor's, a `plain` one (no nbgrader metadata)
    is the instructor's to give and the learner's to change. `names` are what an answer is expected to define.
    A check has the `exercise` it checks and the name of the object it is given.
    """

    index: int
    id: str
    cell_type: str
    source: str
    role: Role
    metadata: Mapping[str, Any]
    grade_id: str = ""
    names: frozenset[str] = frozenset()
    exercise: str = ""
    object_name: str = ""

    @cached_property
    def text(self) -> str:
        """The source, brought to the form in which texts are compared."""
        return normalise(self.source)

    @property
    def is_check(self) -> bool:
        """Whether the cell gives points by itself: a grade cell that is not the answer too."""
        nbgrader = self.metadata.get("nbgrader", {})
        return self.cell_type == "code" and bool(nbgrader.get("grade")) and not nbgrader.get("solution")


@dataclass(frozen=True)
class Template:
    """A prepared instructor's notebook. `chapter` names it in messages."""

    chapter: str
    slots: tuple[Slot, ...]
    metadata: Mapping[str, Any]

    @cached_property
    def by_grade_id(self) -> dict[str, Slot]:
        """The slots that nbgrader knows, by grade_id."""
        return {slot.grade_id: slot for slot in self.slots if slot.grade_id}

    @cached_property
    def answers(self) -> tuple[Slot, ...]:
        """The slots that a learner fills."""
        return tuple(slot for slot in self.slots if slot.role == "answer")

    @cached_property
    def checks(self) -> tuple[Slot, ...]:
        """The slots that give points."""
        return tuple(slot for slot in self.slots if slot.is_check)


def prepare(notebook: Mapping[str, Any], chapter: str) -> Template:
    """Prepare the instructor's notebook (nbformat 4 JSON, as released: with placeholders for the solutions)."""
    slots: list[Slot] = []
    for index, cell in enumerate(notebook["cells"]):
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        nbgrader = cell["metadata"].get("nbgrader", {})
        role: Role = "plain"
        if nbgrader.get("solution"):
            role = "answer"
        elif nbgrader.get("grade") or nbgrader.get("locked") or nbgrader.get("task"):
            role = "locked"
        exercise, object_name = find_check(source) if role == "locked" and cell["cell_type"] == "code" else ("", "")
        slots.append(
            Slot(
                index=index,
                id=cell.get("id") or f"cell-{index}",
                cell_type=cell["cell_type"],
                source=source,
                role=role,
                metadata=cell["metadata"],
                grade_id=nbgrader.get("grade_id", "") if role != "plain" else "",
                exercise=exercise,
                object_name=object_name,
            )
        )
    expected = {slot.object_name for slot in slots if slot.object_name}
    return Template(chapter, tuple(_with_names(slot, expected) for slot in slots), notebook.get("metadata", {}))


def read_template(path: Path, chapter: str) -> Template:
    """Read and prepare the instructor's notebook at `path`. Raises GradingError where there is none."""
    try:
        return _read_template(path, chapter, path.stat().st_mtime_ns)
    except OSError as error:
        stop(f'{chapter}: "{path}" cannot be read ({error.strerror}). Build it with `autograder build`.')
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        stop(f'{chapter}: "{path}" is no notebook ({error}). Build it again with `autograder build`.')


@lru_cache(maxsize=64)
def _read_template(path: Path, chapter: str, _changed: int) -> Template:
    return prepare(json.loads(path.read_text(encoding="utf-8")), chapter)


def find_check(source: str) -> tuple[str, str]:
    """The exercise and the object's name in the first `check("exercise", object)` of an instructor's cell."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return "", ""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and len(node.args) >= 2:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            exercise = node.args[0]
            if called == "check" and isinstance(exercise, ast.Constant) and isinstance(exercise.value, str):
                return exercise.value, ast.unparse(node.args[1])
    return "", ""


def normalise(source: str) -> str:
    """A source without blank lines, line ends, tabs and trailing blanks: what two equal cells have in common."""
    lines = (line.rstrip() for line in source.expandtabs(4).replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)


def defined_in(source: str) -> set[str]:
    """The functions and classes that a cell's source seems to define at its top level.

    Read line by line, not parsed: the source may be anything.
    """
    return set(_DEFINED.findall(source))


def assigned_in(source: str) -> set[str]:
    """The names that a cell's source seems to define or assign at its top level."""
    return defined_in(source) | set(_ASSIGNED.findall(source))


def _with_names(slot: Slot, expected: set[str]) -> Slot:
    """The slot with the names its answer defines: those that checks ask for, else all functions and classes."""
    if slot.role != "answer" or slot.cell_type != "code":
        return slot
    all_names = assigned_in(slot.source)
    names = (all_names & expected) or defined_in(slot.source) or all_names or ({slot.grade_id} & expected)
    return replace(slot, names=frozenset(names))
