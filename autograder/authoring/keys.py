"""Make answer keys: run the reference and every misconception on a challenge and keep the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from autograder.authoring.bank import Entry, read_bank
from autograder.authoring.course import Chapter, CourseError, find_course, grade_info, reference_namespace
from autograder.challenge import PUBLIC_SEED
from autograder.collect import collect, raised_by_probe
from autograder.compare import describe
from autograder.evidence import Evidence
from autograder.exercise import Exercise, chapter_of, find_exercise
from autograder.key import Key, Row
from autograder.recorder import ENDED_EARLY

REFERENCE = "the reference"


class KeyMaker:
    """Makes keys for the exercises of one chapter; runs the chapter's solution cells once.

    `cells` are the code cells of the solution notebook, by default those of the built one.
    """

    def __init__(self, chapter: Chapter, cells: list[dict[str, Any]] | None = None) -> None:
        self.chapter = chapter
        self.cells = chapter.cells if cells is None else cells
        self.bank = read_bank(chapter)

    @cached_property
    def namespace(self) -> dict[str, Any]:
        """What the chapter's setup and solution cells leave, run on first use."""
        return reference_namespace(self.cells, self.chapter.name)

    def reference(self, exercise: Exercise) -> Any:
        """The object that the solution cell leaves. Raises CourseError where it leaves none."""
        if exercise.name not in self.namespace:
            raise CourseError(f"{self.chapter.name}: no solution cell defines `{exercise.name}` for {exercise.id!r}")
        return self.namespace[exercise.name]

    def entries(self, exercise: Exercise, kind: str) -> tuple[Entry, ...]:
        """The bank's misconceptions or alternatives for one exercise."""
        return tuple(entry for entry in self.bank if (entry.exercise, entry.kind) == (exercise.id, kind))

    def build(self, entry: Entry) -> Any:
        """The object that a bank entry defines in the chapter's namespace."""
        return entry.build(self.namespace, find_exercise(entry.exercise).name)

    def evidence(self, exercise: Exercise, obj: Any, seed: int) -> Evidence:
        """What `obj` leaves, with what follows from it."""
        return exercise.followed_up(collect(exercise, obj, seed))

    def points(self, exercise: Exercise) -> float:
        """The points of the exercise's check cell. Raises CourseError where there is none."""
        wanted = f"check_{exercise.id}"
        graded = {info["grade_id"]: info for info in map(grade_info, self.cells) if info.get("grade")}
        if wanted in graded:
            return float(graded[wanted]["points"])
        raise CourseError(
            f"{self.chapter.name}: no graded cell {wanted!r} for exercise {exercise.id!r} "
            f"(found: {', '.join(graded)}). The id is the probe's name, unless `@exercise` gives an `id`"
        )

    def make(self, exercise: Exercise, seed: int = PUBLIC_SEED) -> Key:
        """The key of one exercise for the challenge of `seed`."""
        wrong = {
            entry.id: self.evidence(exercise, self.build(entry), seed)
            for entry in self.entries(exercise, "misconception")
        }
        return self.key_from(exercise, self.evidence(exercise, self.reference(exercise), seed), wrong)

    def key_from(self, exercise: Exercise, reference: Evidence, wrong: Mapping[str, Evidence]) -> Key:
        """The key that the evidence of the reference and of each misconception make, by its id.

        Raises CourseError where the reference does not get through its own probe.
        """
        rows = tuple(
            Row(entry.id, entry.text, wrong[entry.id].ways) for entry in self.entries(exercise, "misconception")
        )
        for name, evidence in {REFERENCE: reference, **wrong}.items():
            if raised := raised_by_probe(evidence):
                raise CourseError(
                    f"{self.chapter.name}: the probe of {exercise.id!r} itself raised {raised}, with {name!r}. "
                    "Read a learner's attributes and methods through `record.call` too"
                )
        for items in reference.ways.values():
            if any(item.label == ENDED_EARLY for item in items):
                # a key that ends early would pass whoever ends there too
                last = next(item for item in reversed(items) if item.label != ENDED_EARLY and item.role == "outcome")
                raise CourseError(
                    f"{self.chapter.name}: the reference of {exercise.id!r} does not get through its own probe on "
                    f"challenge {reference.seed}: it ends at {last.label!r} ({describe(last.value)})"
                    + (". `@exercise` needs is_class=True for a class" if last.value == "a class" else "")
                )
        return Key(exercise.id, reference.seed, self.points(exercise), reference.ways, rows)


@cache
def key_maker(chapter: str) -> KeyMaker:
    """The key maker of a chapter of the course around here. Raises CourseError where no course is found."""
    course = find_course()
    if course is None:
        raise CourseError("other challenges than the public one need a course folder with `solutions/` and its banks")
    return KeyMaker(course.chapter(chapter))


def make_key(exercise_id: str, seed: int) -> Key:
    """The key of an exercise for the challenge of `seed`, made from the course around here."""
    return key_maker(chapter_of(exercise_id)).make(find_exercise(exercise_id), seed)
