"""Make the keys of a batch: solutions and bank run where submissions run, and before the first of them does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

from autograder.authoring.course import Course, CourseError, grade_info, is_setup, is_solution
from autograder.authoring.keys import REFERENCE, KeyMaker
from autograder.evidence import Evidence, EvidenceError
from autograder.exercise import Exercise, exercises_of
from autograder.grading.judging import Judge
from autograder.grading.transcript import Cell, Limits, Transcript
from autograder.grading.work import Work, transcript_of
from autograder.key import Key, public_keys

# a bank is longer than a submission, and nothing in it is to be given up
LIMITS = Limits(submission_seconds=1800, check_seconds=300, cpu_seconds=1800, restarts=0)


def prepare_judge(root: Path, work: Work, submit: Callable[[Work], Future[str]]) -> Judge:
    """Make the judge of a batch from the course's solutions and bank, with all evidence there before it returns.

    `work` is one of the batch's, for its chapter, challenge seed and sandbox; `submit` executes such work. What ran the
    learners' code could not see the keys: no submission may be handed in before. Raises CourseError, and what executing
    raises.
    """
    maker = KeyMaker(Course(root).chapter(work.chapter))
    exercises = exercises_of(work.chapter)
    running = [
        submit(replace(work, student="", cells=tuple(_cells(maker, exercise)), limits=LIMITS)) for exercise in exercises
    ]
    keys = {
        exercise.id: _key(maker, exercise, transcript_of(future.result()))
        for exercise, future in zip(exercises, running, strict=True)
    }
    return Judge(work.chapter, work.seed, keys, public_keys(work.chapter))


def _cells(maker: KeyMaker, exercise: Exercise) -> Iterator[Cell]:
    """The chapter's setup and solutions, a probe of the reference, then each misconception with a probe of it."""
    for number, cell in enumerate(maker.cells):
        if is_setup(cell) or is_solution(cell):
            yield Cell(grade_info(cell).get("grade_id") or f"setup cell {number}", cell["source"])
    yield Cell(f"probe of {REFERENCE}", "", "probe", exercise.id, exercise.name)
    for entry in maker.entries(exercise, "misconception"):
        yield Cell(entry.id, entry.source)
        yield Cell(f"probe of {entry.id}", "", "probe", exercise.id, exercise.name)


def _key(maker: KeyMaker, exercise: Exercise, transcript: Transcript) -> Key:
    found = {}
    for record in transcript.cells:
        if record.status != "ok" or record.reason is not None:
            raise CourseError(
                f"{maker.chapter.name}: the key of {exercise.id!r} cannot be made: {record.id!r} ended with "
                f"{record.reason or record.status}. `autograder audit {exercise.id}` shows more."
            )
        if record.evidence is not None:
            try:
                evidence = Evidence.from_json(record.evidence)
            except EvidenceError as error:
                raise CourseError(f"{maker.chapter.name}: {record.id!r} of {exercise.id!r}: {error}") from None
            found[record.id.removeprefix("probe of ")] = exercise.followed_up(evidence)
    return maker.key_from(exercise, found.pop(REFERENCE), found)
