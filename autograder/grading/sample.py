"""Make a class to try grading on: submissions put together from a chapter's solutions and bank.

The same seed makes the same class, and nobody in it is a real person. Some submissions are right, some hold
misconceptions, some are half done, some had bad luck on their way, some mean harm; those do nothing when they are
opened, and what they try is bounded and aims at nothing that belongs to anybody.
"""

from __future__ import annotations

import json
import random
import shutil
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, Literal

from autograder.grading.course import Course, GradingError
from autograder.grading.sample_cases import HOSTILE, UNLUCKY
from autograder.grading.sample_material import Material
from autograder.grading.store import write_whole

RECORD = ".sample-class.json"
Kind = Literal["right", "wrong", "half-done", "unlucky", "hostile"]
# of forty students; every kind of bad luck and of harm has its turn among them
SHARES: dict[Kind, int] = {"right": 6, "wrong": 14, "half-done": 3, "unlucky": 8, "hostile": 9}
NAMES = """
ada boris chen dana emeka fatou greta hugo ines jonas kofi lena mira nils olga pablo quinn rosa sami tess
uma vera wim xenia yara zoe anouk bela cleo dario elif farid gita hana ivo jun kira liam maja noor
"""

Json = dict[str, Any]


@dataclass(frozen=True)
class Sample:
    """One submission of the class.

    `status` is what a result's status should be. `expected` says by exercise what is meant: passed, failed or
    untouched; an exercise whose outcome hangs on another that is wrong is left out. `misconceptions` are ids of the
    bank by exercise.
    """

    student: str
    chapter: str
    kind: Kind
    what: str
    status: str = "graded"
    expected: Mapping[str, str] = field(default_factory=dict)
    misconceptions: Mapping[str, str] = field(default_factory=dict)


def make_sample_class(
    course: Course,
    chapter: str = "04_learning_loops",
    n: int = 40,
    seed: int = 0,
    *,
    beside_others: bool = False,
    say: Callable[[str], object] = lambda line: None,
) -> list[Sample]:
    """Write `n` submissions of a chapter into `submitted/` and return what each is meant to come to.

    The same is kept in `submitted/.sample-class.json`, by chapter. What an earlier call wrote for the chapter is
    replaced. Raises GradingError where `submitted/` holds other students, unless `beside_others`.
    """
    folder = course.root / course.submitted
    known = read_sample_class(course)
    ours = {sample.student for samples in known.values() for sample in samples}
    present = {entry.name for entry in folder.iterdir() if entry.name[0] != "."} if folder.is_dir() else set()
    others = sorted(present - ours)
    if others and not beside_others:
        raise GradingError(
            f'"{course.submitted}/" holds other students ({", ".join(others[:3])}{", …" if others[3:] else ""}): '
            "make the sample class in a copy of the course, or say that it may stand beside them."
        )
    material = Material.of(course, chapter)
    for sample in known.get(chapter, ()):
        shutil.rmtree(folder / sample.student / chapter, ignore_errors=True)
    samples = []
    for student, kind, turn in _students(n, random.Random(f"{seed} {n}"), set(others)):
        sample = _MAKERS[kind](_Desk(material, student, folder, random.Random(f"{seed} {student}")), turn)
        samples.append(sample)
        say(f"{student}: {sample.kind}, {sample.what}")
    document = {name: [asdict(one) for one in entries] for name, entries in {**known, chapter: samples}.items()}
    write_whole(folder / RECORD, json.dumps(document, indent=1, sort_keys=True).encode())
    return samples


def read_sample_class(course: Course) -> dict[str, list[Sample]]:
    """What `make_sample_class` wrote into this course, by chapter; empty where it never did."""
    path = course.root / course.submitted / RECORD
    if not path.is_file():
        return {}
    return {
        chapter: [Sample(**entry) for entry in entries]
        for chapter, entries in json.loads(path.read_text(encoding="utf-8")).items()
    }


def _students(n: int, rng: random.Random, taken: set[str]) -> Iterator[tuple[str, Kind, int]]:
    """`n` ids with what kind of work each hands in, and which of its kind it is."""
    kinds: list[Kind] = []
    for turn in range(-(-n // sum(SHARES.values()))):
        # spread evenly, so that a small class has some of each
        spread = [((i + 0.5) / share + turn, kind) for kind, share in SHARES.items() for i in range(share)]
        kinds += [kind for _, kind in sorted(spread)]
    turns = {kind: count() for kind in SHARES}
    entries = [(kind, next(turns[kind])) for kind in kinds[:n]]
    rng.shuffle(entries)
    ids = (f"{name}-{number:02d}" for number in count(1) for name in NAMES.split())
    free = (student for student in ids if student not in taken)
    yield from ((student, *entry) for student, entry in zip(free, entries, strict=False))


@dataclass(frozen=True)
class _Desk:
    """Where one student's notebook is written."""

    material: Material
    student: str
    folder: Path
    rng: random.Random

    def answers(self) -> dict[str, str]:
        """Right answers: the solution's, or one that looks unusual."""
        found = {}
        for one in self.material.exercises:
            options = [None, None, *self.material.entries(one.id, "alternative")]
            entry = self.rng.choice(options)
            definition = self.material.with_definition(one.id, entry.source.rstrip()) if entry else None
            found[one.id] = definition or self.material.reference[one.id]
        return found

    def notebook(self, answers: Mapping[str, str]) -> Json:
        """The student notebook with these answers written into it."""
        document = json.loads(self.material.release)
        sources: dict[str, list[str]] = {}
        for exercise, source in answers.items():
            sources.setdefault(self.material.answers[exercise].grade_id, []).append(source)
        for cell in document["cells"]:
            grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
            if grade_id in sources:
                cell["source"] = "\n\n\n".join(dict.fromkeys(sources[grade_id]))
        return document

    def write(self, content: Json | bytes, name: str | None = None) -> None:
        """Hand a notebook in."""
        path = self.folder / self.student / self.material.chapter / (name or f"{self.material.chapter}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else json.dumps(content, indent=1, ensure_ascii=False).encode()
        path.write_bytes(data)

    def sample(self, kind: Kind, what: str, status: str = "graded", **wrong: Any) -> Sample:
        """Say what is meant; `failed`, `untouched` name exercises, `misconceptions` maps them to ids."""
        misconceptions = wrong.get("misconceptions", {})
        failed, untouched = {*wrong.get("failed", ()), *misconceptions}, set(wrong.get("untouched", ()))
        expected = {}
        for one in self.material.exercises if status == "graded" else ():
            if one.id in failed | untouched:
                expected[one.id] = "failed" if one.id in failed else "untouched"
            elif not self.material.needs[one.id] & (failed | untouched):
                expected[one.id] = "passed"
        return Sample(self.student, self.material.chapter, kind, what, status, expected, misconceptions)


def _right(desk: _Desk, turn: int) -> Sample:
    desk.write(desk.notebook(desk.answers() if turn else desk.material.reference))
    return desk.sample("right", "the bank's unusual solutions" if turn else "the solutions themselves")


def _wrong(desk: _Desk, turn: int) -> Sample:
    answers, material = desk.answers(), desk.material
    wrong: dict[str, str] = {}
    candidates = [one.id for one in material.exercises if material.entries(one.id, "misconception")]
    # early exercises and the first entries of a bank are the popular ones
    for _ in range(min(len(candidates), 1 + (turn % 3 == 2))):
        exercise = desk.rng.choices(candidates, [1 / (1 + rank) for rank in range(len(candidates))])[0]
        candidates.remove(exercise)
        entries = material.entries(exercise, "misconception")
        entry = desk.rng.choices(entries, [1 / (1 + rank) ** 1.5 for rank in range(len(entries))])[0]
        answers[exercise], wrong[exercise] = material.with_definition(exercise, entry.source.rstrip()), entry.id
    for one in material.exercises:
        # an unusual solution may use other pieces than those for which there are stand-ins
        if one.id not in wrong and material.all_needs[one.id] & wrong.keys():
            answers[one.id] = material.reference[one.id]
    desk.write(desk.notebook(answers))
    told = ", ".join(f"{exercise}: {id}" for exercise, id in wrong.items())
    return desk.sample("wrong", told or "nothing to get wrong", misconceptions=wrong)


def _half_done(desk: _Desk, turn: int) -> Sample:
    ids = [one.id for one in desk.material.exercises]
    # the first stop is before the first exercise: a notebook as it was given out
    done = ids[: turn % len(ids)]
    answers = desk.answers()
    desk.write(desk.notebook({exercise: answers[exercise] for exercise in done}))
    return desk.sample("half-done", f"{len(done)} of {len(ids)} exercises written", untouched=ids[len(done) :])


def _unlucky(desk: _Desk, turn: int) -> Sample:
    what, spoil = UNLUCKY[turn % len(UNLUCKY)]
    content, name, status = spoil(desk.notebook(desk.answers()), desk.material.template)
    if content is None:
        (desk.folder / desk.student / desk.material.chapter).mkdir(parents=True, exist_ok=True)
    else:
        desk.write(content, name)
    return desk.sample("unlucky", what, status)


def _hostile(desk: _Desk, turn: int) -> Sample:
    harm, material = HOSTILE[turn % len(HOSTILE)], desk.material
    target = next(one for one in material.exercises if one.id == material.target)
    body = textwrap.indent(harm.body, "    ")
    definition = f"def {target.name}(*args, **kwargs):\n{body}"
    if target.is_class:
        definition = f"class {target.name}:\n    def __init__(self, *args, **kwargs):\n{textwrap.indent(body, '    ')}"
    document = desk.notebook({**material.reference, target.id: definition})
    if harm.own_cell:
        place = 1 + next(number for number, cell in enumerate(document["cells"]) if cell["cell_type"] == "code")
        own = {"cell_type": "code", "execution_count": None, "id": "mine", "metadata": {}, "outputs": []}
        document["cells"].insert(place, {**own, "source": harm.own_cell})
    desk.write(document)
    return desk.sample("hostile", harm.what, failed=[target.id])


_MAKERS: dict[Kind, Callable[[_Desk, int], Sample]] = {
    "right": _right,
    "wrong": _wrong,
    "half-done": _half_done,
    "unlucky": _unlucky,
    "hostile": _hostile,
}
