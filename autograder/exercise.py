"""What an exercise is: an id, the object a learner writes, three hints, and a probe."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from autograder.challenge import Challenge
from autograder.evidence import Evidence, Item
from autograder.recorder import Recorder

FOLLOWS = "what follows from this"

Probe = Callable[[Any, Challenge, Recorder], None]


@dataclass(frozen=True)
class Exercise:
    """One thing to write.

    `signature` is how the learner's object is called, as in the text: `fit(model, …)`. `stand_ins` returns objects
    that replace the notebook's own of the same name during a second run of the probe, so that a mistake made in an
    earlier exercise does not count twice. `follow_up` computes, on the side that judges, items that follow from
    plain evidence (it never meets the learner's object); they are put behind those of the evidence.
    """

    id: str
    signature: str
    hints: tuple[str, str, str]
    probe: Probe
    is_class: bool = False
    stand_ins: Callable[[Challenge, Recorder], dict[str, Any]] | None = None
    follow_up: Callable[[Challenge, dict[str, Any]], list[Item]] | None = None
    seconds: float = 4.0

    @property
    def name(self) -> str:
        """The name of the function or class a learner writes."""
        return self.signature.split("(")[0]

    @property
    def parameters(self) -> ast.arguments:
        """The parameters of the signature, `self` left out."""
        definition = ast.parse(f"def {self.signature}: ...").body[0]
        assert isinstance(definition, ast.FunctionDef)
        return definition.args

    def nothing(self) -> Any:
        """An object of the right kind that does nothing: an empty class, or a function that returns None."""
        return type(self.name, (), {}) if self.is_class else lambda *args, **kwargs: None

    def followed_up(self, evidence: Evidence) -> Evidence:
        """Return `evidence` with the items that follow from it. Runs on the side that judges."""
        if self.follow_up is None:
            return evidence
        ways = {}
        for way, items in evidence.ways.items():
            # what arrives under this label is not ours: nobody may send along what is computed here
            sent = tuple(item for item in items if item.label != FOLLOWS)
            computed = self.follow_up(Challenge(self.id, evidence.seed), {item.label: item.value for item in sent})
            ways[way] = (*sent, Item(FOLLOWS, True), *computed)
        return replace(evidence, ways=ways)


def exercise(
    signature: str,
    *,
    hints: tuple[str, str, str],
    id: str | None = None,
    is_class: bool = False,
    stand_ins: Callable[[Challenge, Recorder], dict[str, Any]] | None = None,
    follow_up: Callable[[Challenge, dict[str, Any]], list[Item]] | None = None,
    seconds: float = 4.0,
) -> Callable[[Probe], Exercise]:
    """Declare a probe `(learner's object, challenge, recorder) -> None` as an exercise.

    The id is the probed function's name unless `id` is given.
    """

    def declare(probe: Probe) -> Exercise:
        found = id or probe.__name__
        return Exercise(found, signature, hints, probe, is_class, stand_ins, follow_up, seconds)

    return declare


@cache
def chapters() -> tuple[str, ...]:
    """The names of all chapters (`01_datasets` …), in order: the modules of `autograder.exercises`."""
    package = importlib.import_module("autograder.exercises")
    return tuple(sorted(module.name for module in pkgutil.iter_modules(package.__path__) if module.name[0].isdigit()))


@cache
def exercises_of(chapter: str) -> tuple[Exercise, ...]:
    """The exercises of one chapter, in the order in which its module declares them."""
    if chapter not in chapters():
        raise KeyError(f"no chapter {chapter!r}; the chapters are {', '.join(chapters())}")
    module = importlib.import_module(f"autograder.exercises.{chapter}")
    return tuple(value for value in vars(module).values() if isinstance(value, Exercise))


def chapter_of(exercise_id: str) -> str:
    """The chapter that holds an exercise. Raises KeyError with the ids there are."""
    for chapter in chapters():
        if any(exercise.id == exercise_id for exercise in exercises_of(chapter)):
            return chapter
    known = ", ".join(exercise.id for chapter in chapters() for exercise in exercises_of(chapter))
    raise KeyError(f"no exercise {exercise_id!r}; there are {known}")


def find_exercise(exercise_id: str) -> Exercise:
    """Return the exercise with this id. Raises KeyError with the ids there are."""
    return next(found for found in exercises_of(chapter_of(exercise_id)) if found.id == exercise_id)


__all__ = [
    "Challenge",
    "Evidence",
    "Exercise",
    "Recorder",
    "chapter_of",
    "chapters",
    "exercise",
    "exercises_of",
    "find_exercise",
]
