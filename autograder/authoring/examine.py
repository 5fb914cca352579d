"""Examine one exercise on one challenge: what its check says about right, wrong, untouched and mutated solutions."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from autograder.authoring.bank import Entry
from autograder.authoring.course import Chapter, Course, CourseError, code_cells, grade_info
from autograder.authoring.keys import KeyMaker
from autograder.authoring.mutants import Mutant, make_mutants, without_markers
from autograder.collect import raised_by_probe
from autograder.evidence import Evidence
from autograder.exercise import Exercise
from autograder.judge import PLACEHOLDER, Verdict, judge
from autograder.key import Key, Row

Kind = Literal["reference", "untouched", "alternative", "passes", "unnamed", "pair", "probe", "label"]

# a mutant that takes this many times as long as the reference does not end
PATIENCE, AT_LEAST = 10, 1.0


@dataclass(frozen=True)
class Task:
    """What is to be examined: one exercise of a course's chapter on one challenge.

    `mutants` are those to run; None stands for all that can be made.
    """

    root: Path
    chapter: str
    exercise: str
    seed: int
    mutants: tuple[Mutant, ...] | None = None


@dataclass(frozen=True)
class Flaw:
    """One thing that is not as it must be on one challenge. `about` holds ids of the bank."""

    kind: Kind
    about: tuple[str, ...]
    message: str


@dataclass(frozen=True)
class Fate:
    """What became of a mutant on one challenge."""

    mutant: Mutant
    killed: bool
    misconception: str | None = None
    message: str = ""


@dataclass(frozen=True)
class Examined:
    """What was found on one challenge."""

    task: Task
    flaws: tuple[Flaw, ...] = ()
    fates: tuple[Fate, ...] = ()


def examine(task: Task) -> Examined:
    """Do one task. Raises CourseError where the chapter's files are not fit to be examined."""
    maker = maker_of(task.root, task.chapter)
    exercise = next(found for found in maker.chapter.exercises if found.id == task.exercise)
    mutants = make_mutants(reference_source(maker.chapter, exercise)) if task.mutants is None else task.mutants
    try:
        made = maker.make(exercise, task.seed)
    except CourseError as error:
        # without a key there is nothing to judge by
        flaw = Flaw("reference", (), str(error))
        return Examined(task, (flaw,), tuple(Fate(mutant, killed=False) for mutant in mutants))
    # as it arrives at a learner or a grader
    key = Key.from_json(exercise.id, json.loads(json.dumps(made.to_json(), allow_nan=False)))
    start = time.process_time()
    again = judge(maker.evidence(exercise, maker.reference(exercise), task.seed), key, exercise.signature)
    seconds = min(exercise.seconds, max(AT_LEAST, PATIENCE * (time.process_time() - start)))
    flaws = [] if again.passed else [Flaw("reference", (), again.message)]
    flaws += _untouched(maker, exercise, key)
    flaws += _alternatives(maker, exercise, key)
    flaws += _misconceptions(exercise, made, key)
    impatient = replace(exercise, seconds=seconds)
    looked = [_fate(maker, impatient, mutant, key) for mutant in mutants]
    raised = [raised_by_probe(maker.evidence(exercise, exercise.nothing(), task.seed)), *(told for _, told in looked)]
    flaws += [Flaw("probe", (), told) for told in dict.fromkeys(raised) if told][:1]
    return Examined(task, tuple(flaws), tuple(fate for fate, _ in looked))


@cache
def maker_of(root: Path, chapter: str) -> KeyMaker:
    """The key maker of a chapter, one for each process."""
    return KeyMaker(Course(root).chapter(chapter))


def reference_source(chapter: Chapter, exercise: Exercise) -> str:
    """The solution cell of an exercise, as a learner would have written it."""
    return without_markers(_cell(chapter.cells, exercise, chapter.solution_notebook))


def _cell(cells: list[dict[str, Any]], exercise: Exercise, path: Path) -> str:
    sources = {info["grade_id"]: cell["source"] for cell in cells if (info := grade_info(cell)).get("solution")}
    if exercise.id in sources:
        return sources[exercise.id]
    raise CourseError(
        f"{path}: no solution cell {exercise.id!r} (found: {', '.join(sources)}). "
        "Its grade_id must be the exercise's id"
    )


@cache
def _student_cells(chapter: Chapter) -> list[dict[str, Any]]:
    path = chapter.student_notebook
    if not path.exists():
        raise CourseError(f"{path} is missing: run `autograder build`")
    return code_cells(json.loads(path.read_text(encoding="utf-8")))


def _judged(maker: KeyMaker, exercise: Exercise, source: str, key: Key) -> tuple[Verdict, str]:
    """The verdict on a cell's source, and what the probe itself raised. What the cell itself raises passes through."""
    # a cell that does not define the object must not be taken for the reference
    around = {name: value for name, value in maker.namespace.items() if name != exercise.name}
    obj = Entry("alternative", exercise.id, "a cell", "", source).build(around, exercise.name)
    evidence = maker.evidence(exercise, obj, key.seed)
    return judge(evidence, key, exercise.signature), raised_by_probe(evidence)


def _untouched(maker: KeyMaker, exercise: Exercise, key: Key) -> list[Flaw]:
    source = _cell(_student_cells(maker.chapter), exercise, maker.chapter.student_notebook)
    verdict, _ = _judged(maker, exercise, source, key)
    if verdict.status == "not written":
        return []
    return [Flaw("untouched", (), "it passes" if verdict.passed else verdict.message)]


def _alternatives(maker: KeyMaker, exercise: Exercise, key: Key) -> list[Flaw]:
    flaws = []
    for entry in maker.entries(exercise, "alternative"):
        verdict = judge(maker.evidence(exercise, maker.build(entry), key.seed), key, exercise.signature)
        if not verdict.passed:
            flaws.append(Flaw("alternative", (entry.id,), verdict.message))
    return flaws


def _misconceptions(exercise: Exercise, made: Key, key: Key) -> list[Flaw]:
    """Judge the evidence that each misconception left when the key was made."""
    # as keys are given out: notes stay behind
    flaws = [Flaw("label", (row.id, label), "") for row in key.misconceptions for label in unknown_labels(row, key)]
    for row in made.misconceptions:
        verdict = judge(Evidence(exercise.id, made.seed, row.ways), key, exercise.signature)
        if verdict.passed:
            flaws.append(Flaw("passes", (row.id,), ""))
        elif verdict.misconception is None:
            flaws.append(Flaw("unnamed", (row.id,), verdict.message))
        elif verdict.misconception != row.id:
            flaws.append(Flaw("pair", (row.id, verdict.misconception), verdict.message))
    return flaws


def unknown_labels(row: Row, key: Key) -> list[str]:
    """The labels in a misconception's message that no evidence of its own, or of the reference, holds."""
    found = []
    for way, items in row.ways.items():
        tables = {"got": items, "expected": key.reference.get(way, ())}
        for table, label in PLACEHOLDER.findall(row.message):
            if label not in {item.label for item in tables[table]}:
                found.append(label)
    return list(dict.fromkeys(found))


def _fate(maker: KeyMaker, exercise: Exercise, mutant: Mutant, key: Key) -> tuple[Fate, str]:
    """What becomes of a mutant, and what the probe itself raised meanwhile."""
    try:
        verdict, raised = _judged(maker, exercise, mutant.source, key)
    except Exception as error:
        return Fate(mutant, True, message=f"the cell itself raises {type(error).__name__}: {error}"), ""
    return Fate(mutant, not verdict.passed, verdict.misconception, verdict.message), raised
