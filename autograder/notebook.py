"""What a learner calls in a notebook: `check`, `hint`, `progress`, `passed`."""

from __future__ import annotations

import importlib
from typing import Any

from autograder import cards, state
from autograder.challenge import PUBLIC_SEED
from autograder.collect import collect
from autograder.exercise import Exercise, chapter_of, chapters, exercises_of, find_exercise
from autograder.judge import Verdict, judge
from autograder.key import Key, public_keys

_verdicts: dict[str, Verdict] = {}


class CheckFailed(AssertionError):
    """A check that did not pass. Notebooks show its message without a traceback.

    Attributes: `exercise` (id), `misconception` (id or None), `message`, `points` (0.0), `max_points`.
    """

    def __init__(self, verdict: Verdict, max_points: float, *, card_shown: bool = False) -> None:
        self.exercise = verdict.exercise
        self.misconception = verdict.misconception
        self.message = verdict.message
        self.points = 0.0
        self.max_points = max_points
        self._verdict = verdict
        self._card_shown = card_shown
        super().__init__(cards.headline(verdict, max_points) if card_shown else cards.failed_text(verdict, max_points))

    def _render_traceback_(self) -> list[str]:
        # IPython shows these lines in place of a traceback
        return [str(self)]


def check(exercise: str, obj: Any, *, seed: int | None = None) -> None:
    """Check what you wrote for an exercise: `check("train_one_epoch", train_one_epoch)`.

    Shows a green card if it is right, else raises CheckFailed with what was expected, what was found and, where the
    check knows it, the misconception behind it. Changes nothing outside: not your variables, seeds or settings.
    `seed` draws another challenge; that needs a course folder with its bank (authors, graders).
    Raises ValueError for an unknown exercise.
    """
    found = _find(exercise)
    key = _key(found, seed)
    evidence = found.followed_up(collect(found, obj, key.seed))
    verdict = judge(evidence, key, found.signature)
    _verdicts[exercise] = verdict
    state.remember_attempt(exercise, verdict)
    if verdict.passed:
        cards.show(cards.passed_html(verdict, key.points), cards.passed_text(verdict, key.points))
        return
    shown = cards.show_html(cards.failed_html(verdict, key.points))
    # `from None`: an unwritten piece may have raised meanwhile, which is evidence and no cause of ours
    raise CheckFailed(verdict, key.points, card_shown=shown) from None


def passed(*exercises: str) -> bool:
    """Whether the last check of each of these exercises passed since the kernel started.

    Guards an assertion on what several pieces do together: a mistake then counts once, where it was made.
    """
    for exercise in exercises:
        _find(exercise)
    return all(exercise in _verdicts and _verdicts[exercise].passed for exercise in exercises)


def hint(exercise: str) -> None:
    """Show the next of three hints for an exercise: where to look, how to think, nearly the line."""
    found = _find(exercise)
    number = min(state.hints_shown(exercise) + 1, len(found.hints))
    state.remember_hint(exercise, number)
    cards.show(cards.hint_html(found, number), cards.hint_text(found, number))


def progress() -> None:
    """Show which exercises of which chapters you have passed, with their points."""
    known = state.load()
    table = []
    for chapter in chapters():
        keys = public_keys(chapter)
        for found in exercises_of(chapter):
            table.append((chapter, found.id, keys[found.id].points, known.get(found.id, state.Attempt())))
    cards.show(cards.progress_html(table), cards.progress_text(table))


def _find(exercise: str) -> Exercise:
    try:
        return find_exercise(exercise)
    except KeyError as error:
        raise ValueError(error.args[0]) from None


def _key(found: Exercise, seed: int | None) -> Key:
    if seed is None or seed == PUBLIC_SEED:
        return public_keys(chapter_of(found.id))[found.id]
    # by name: the learner's side never imports authoring unless an author asks for another challenge
    return importlib.import_module("autograder.authoring.keys").make_key(found.id, seed)
