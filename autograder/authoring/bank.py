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
        entry = _entry(node, text, ids)
        if entry is None:
            raise CourseError(
                f"{chapter.bank}:{node.lineno}: a bank holds imports and definitions under @misconception or "
                f"@alternative, named like what the learner writes ({', '.join(ids)}); this is neither"
            )
        if any((other.exercise, other.id) == (entry.exercise, entry.id) for other in found):
            raise CourseError(f"{chapter.bank}:{node.lineno}: {entry.exercise} has a second entry {entry.id!r}")
        found.append(entry)
    return tuple(found)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _entry(node: ast.stmt, text: str, ids: dict[str, str]) -> Entry | None:
    if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or node.name not in ids:
        return None
    for position, decorator in enumerate(node.decorator_list):
        known = isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name)
        if known and decorator.func.id in ("misconception", "alternative"):
            arguments = [ast.literal_eval(argument) for argument in decorator.args]
            arguments += [ast.literal_eval(keyword.value) for keyword in decorator.keywords]
            rest = node.decorator_list[position + 1 :]
            first = min([node.lineno, *(other.lineno for other in rest)])
            source = "\n".join(text.splitlines()[first - 1 : node.end_lineno]) + "\n"
            entry_id, message = arguments
            return Entry(decorator.func.id, ids[node.name], entry_id, inspect.cleandoc(message), source)  # type: ignore[arg-type]
    return None
