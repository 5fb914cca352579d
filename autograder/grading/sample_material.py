"""What the submissions of a sample class are made of: a chapter's release notebook, its solutions, its bank."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.authoring.bank import Entry, read_bank
from autograder.authoring.course import Course as AuthoredCourse
from autograder.authoring.course import CourseError
from autograder.exercise import Exercise, exercises_of
from autograder.grading.course import Course, GradingError
from autograder.grading.template import Slot, Template, read_template
from autograder.key import Key, public_keys
from autograder.recorder import DOES_NOT_END


@dataclass(frozen=True)
class Material:
    """What submissions of a chapter are made of.

    `answers` and `reference` hold, by exercise, the slot of its answer and the solution's source. `needs` are the
    exercises that another one's outcome hangs on, `all_needs` also those for which its probe has stand-ins.
    """

    chapter: str
    release: str
    template: Template
    exercises: tuple[Exercise, ...]
    answers: Mapping[str, Slot]
    reference: Mapping[str, str]
    bank: tuple[Entry, ...]
    needs: Mapping[str, frozenset[str]]
    all_needs: Mapping[str, frozenset[str]]

    @classmethod
    def of(cls, course: Course, chapter: str) -> Material:
        """Gather it. Raises GradingError for an unknown or unbuilt chapter."""
        try:
            authored = AuthoredCourse(course.root).chapter(chapter)
            bank, cells, exercises = read_bank(authored), authored.cells, exercises_of(chapter)
        except (CourseError, KeyError) as error:
            raise GradingError(f"no sample class of {chapter!r}: {error.args[0]}") from None
        template = read_template(course.release_notebook(chapter), chapter)
        answers = {one.id: slot for one in exercises if (slot := _answer(template, one)) is not None}
        sources = {cell["metadata"].get("nbgrader", {}).get("grade_id"): cell["source"] for cell in cells}
        reference = {id: _without_marks(sources[slot.grade_id]) for id, slot in answers.items()}
        exercises = tuple(one for one in exercises if one.id in reference)
        release = course.release_notebook(chapter).read_text(encoding="utf-8")
        endless = {(one, row) for one, key in public_keys(chapter).items() for row in _endless(key)}
        bank = tuple(one for one in bank if one.exercise in reference and (one.exercise, one.id) not in endless)
        needs, all_needs = (_needs(exercises, reference, stand_ins=free) for free in (True, False))
        return cls(chapter, release, template, exercises, answers, reference, bank, needs, all_needs)

    def entries(self, exercise: str, kind: str) -> list[Entry]:
        """The bank's misconceptions or alternatives for an exercise, the popular ones first."""
        return [entry for entry in self.bank if (entry.exercise, entry.kind) == (exercise, kind)]

    def with_definition(self, exercise: str, definition: str) -> str:
        """The answer's cell with another definition; helpers that the solution's cell defines stay."""
        own = next(one for one in self.exercises if one.id == exercise)
        helpers = [
            ast.get_source_segment(self.reference[exercise], node) or ""
            for node in ast.parse(self.reference[exercise]).body
            if getattr(node, "name", None) != own.name
        ]
        return "\n\n\n".join([*helpers, definition])

    @property
    def target(self) -> str:
        """The exercise that harmful work attacks: one that no other and no other cell of the notebook calls."""
        text = "\n".join(slot.source for slot in self.template.slots if slot.role == "plain")
        calm = [
            one.id
            for one in self.exercises
            if f"{one.name}(" not in text and one.id not in set().union(*self.needs.values())
        ]
        return (calm or [one.id for one in self.exercises])[-1]


def _answer(template: Template, exercise: Exercise) -> Slot | None:
    slots = [slot for slot in template.answers if slot.cell_type == "code"]
    return next((slot for slot in slots if exercise.name in slot.names or slot.grade_id == exercise.id), None)


def _without_marks(source: str) -> str:
    return "\n".join(
        line for line in source.split("\n") if line.strip() not in ("### BEGIN SOLUTION", "### END SOLUTION")
    )


def _endless(key: Key) -> list[str]:
    """The misconceptions that would only make a class slow to grade."""
    ways = [(row.id, items) for row in key.misconceptions for items in row.ways.values()]
    return [
        id for id, items in ways if any(isinstance(item.value, str) and item.value == DOES_NOT_END for item in items)
    ]


def _needs(
    exercises: tuple[Exercise, ...], reference: Mapping[str, str], *, stand_ins: bool
) -> dict[str, frozenset[str]]:
    """For each exercise the others whose objects its solution uses, directly or not.

    `stand_ins`: whether the stand-ins that a probe brings along count as a way out.
    """
    owners = {one.name: one.id for one in exercises}
    needs: dict[str, set[str]] = {}
    for one in exercises:
        names = {node.id for node in ast.walk(ast.parse(reference[one.id])) if isinstance(node, ast.Name)}
        free = stand_ins and one.stand_ins is not None
        needs[one.id] = set() if free else {owners[name] for name in names & owners.keys()} - {one.id}
    for _ in exercises:
        needs = {id: uses.union(*(needs[other] for other in uses)) for id, uses in needs.items()}
    return {id: frozenset(uses - {id}) for id, uses in needs.items()}
