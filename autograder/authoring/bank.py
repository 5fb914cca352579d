"""The bank of a chapter: wrong solutions that learners really write, and right ones that look unusual.

A bank is read, never imported: every decorated definition of `solutions/NN_name/bank.py` is run by itself in the
chapter's own namespace, exactly as if it stood in the learner's cell.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from autograder.authoring.course import Chapter, CourseError

T = TypeVar("T")
# what a decorator is given besides an id
SECOND = {"misconception": "a message", "alternative": "a reason"}


def misconception(id: str, message: str) -> Callable[[T], T]:
    """Enter the definition below as a wrong solution. `message` may hold `{got: LABEL}` and `{expected: LABEL}`."""
    return lambda definition: definition


def alternative(id: str, why: str) -> Callable[[T], T]:
    """Enter the definition below as a right solution. `why` says why it is right although it looks different."""
    return lambda definition: definition


@dataclass(frozen=True)
class Entry:
    """One definition of a bank."""

    kind: Literal["misconception", "alternative"]
    exercise: str
    id: str
    text: str
    source: str

    def build(self, namespace: dict[str, Any], name: str) -> Any:
        """Define the entry in a copy of `namespace` and return the object called `name`."""
        own = dict(namespace)
        exec(compile(self.source, f"<bank: {self.exercise}: {self.id}>", "exec"), own)
        return own[name]


def read_bank(chapter: Chapter) -> tuple[Entry, ...]:
    """Read `bank.py` of a chapter. Raises CourseError naming the line that is no bank entry."""
    if not chapter.bank.exists():
        raise CourseError(f"{chapter.bank} is missing: every chapter keeps a bank")
    text = chapter.bank.read_text(encoding="utf-8")
    ids = {exercise.name: exercise.id for exercise in chapter.exercises}
    found: list[Entry] = []
    for node in ast.parse(text, filename=str(chapter.bank)).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) or _is_docstring(node):
            continue
        entry = _entry(node, text, ids, f"{chapter.bank}:{node.lineno}")
        if any((other.exercise, other.id) == (entry.exercise, entry.id) for other in found):
            raise CourseError(f"{chapter.bank}:{node.lineno}: {entry.exercise} has a second entry {entry.id!r}")
        found.append(entry)
    return tuple(found)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _entry(node: ast.stmt, text: str, ids: dict[str, str], place: str) -> Entry:
    """The entry that a statement makes. Raises CourseError, naming the place, where it makes none."""
    decorators = node.decorator_list if isinstance(node, (ast.FunctionDef, ast.ClassDef)) else []
    for position, decorator in enumerate(decorators):
        called = decorator.func if isinstance(decorator, ast.Call) else None
        if not isinstance(called, ast.Name) or called.id not in SECOND:
            continue
        assert isinstance(node, (ast.FunctionDef, ast.ClassDef))
        if node.name not in ids:
            raise CourseError(f"{place}: `{node.name}` is nothing that a learner writes here ({', '.join(ids)})")
        texts = _texts(decorator, f"{place}: @{called.id} wants an id and {SECOND[called.id]}, both plain strings")
        first = min([node.lineno, *(other.lineno for other in decorators[position + 1 :])])
        source = "\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n"
        return Entry(called.id, ids[node.name], texts[0], inspect.cleandoc(texts[1]), source)  # type: ignore[arg-type]
    raise CourseError(
        f"{place}: every definition in a bank stands under @misconception or @alternative. What several entries need "
        "has to stand in each of them: they run alone"
    )


def _texts(decorator: ast.expr, complaint: str) -> list[str]:
    """The two texts that a decorator is given. Raises CourseError with the complaint for anything else."""
    assert isinstance(decorator, ast.Call)
    given = [*decorator.args, *(keyword.value for keyword in decorator.keywords)]
    try:
        texts = [ast.literal_eval(argument) for argument in given]
    except ValueError:
        raise CourseError(complaint) from None
    if len(texts) != 2 or not all(isinstance(one, str) for one in texts):
        raise CourseError(complaint)
    return texts
