"""Submissions that mean harm, graded as one batch: no undeserved point, nothing outside touched."""

from __future__ import annotations

import hashlib
import json
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.authoring.course import Course as AuthoredCourse
from autograder.authoring.course import is_setup
from autograder.authoring.keys import KeyMaker
from autograder.collect import collect
from autograder.evidence import Evidence, Item
from autograder.exercise import Exercise, chapters, exercises_of
from autograder.grading.batch import Report, Settings, grade
from autograder.grading.classroom import read_gradebook
from autograder.grading.course import Course
from autograder.grading.report import write_report
from autograder.grading.results import Result
from autograder.grading.store import Store
from autograder.grading.transcript import MB, Limits
from autograder.judge import judge, outcomes
from autograder.key import Key, public_keys
from autograder.tests.hostile import CASES, CHAPTER, LEFT_BEHIND, Case, in_place, own_cell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the sandbox is for Linux"),
    pytest.mark.xdist_group("hostile"),
]

LIMITS = Limits(
    cell_seconds=5, check_seconds=6, submission_seconds=40, cpu_seconds=30, interrupt_seconds=0.3, memory=700 * MB,
    processes=40, file_bytes=40 * MB, folder_bytes=64 * MB, output_bytes=MB // 4, restarts=1,
)  # fmt: skip
FIRST, LAST = "000-honest", "999-honest"
# a folder may be called that
SCRIPT_ID = "<img src=x onerror=alert(1)>"

Json = dict[str, Any]


@dataclass(frozen=True)
class Graded:
    """The batch, and what stood outside the box while it ran."""

    course: Course
    report: Report
    students: dict[str, Case]
    secret: str
    outside: Path
    before: dict[str, str]
    connections: int
    victim_lives: bool

    @property
    def results(self) -> dict[str, Result]:
        """The stored results, with their notebooks."""
        documents = Store(self.course.root).results(CHAPTER)
        return {student: Result.from_json(document) for student, document in documents}


@pytest.fixture(scope="module")
def graded(course: AuthoredCourse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Graded]:
    """All cases and two honest students, graded once."""
    secret = secrets.token_hex(16)
    outside = tmp_path_factory.mktemp("outside")
    (outside / "canary").write_text(secret)
    (outside / "canary").chmod(0o666)
    outside.chmod(0o777)
    found = Course(tmp_path_factory.mktemp("course"))
    right = small_course(course, found.root, secret)
    tcp = socket.create_server(("127.0.0.1", 0))
    here = socket.socket(socket.AF_UNIX)
    here.bind(str(outside / "socket"))
    (outside / "socket").chmod(0o777)
    here.listen()
    victim = subprocess.Popen(["sleep", "100000"], env={"HOSTILE_CANARY": secret})
    marks = {
        "OUTSIDE": str(outside), "COURSE": str(found.root), "PORT": str(tcp.getsockname()[1]),
        "SOCKET": str(outside / "socket"), "VICTIM": str(victim.pid), "ENVIRONMENT": "HOSTILE_CANARY",
    }  # fmt: skip
    students = {f"{number:03d}-{name.replace(' ', '-')}": one for number, (name, one) in enumerate(CASES.items(), 1)}
    students = {SCRIPT_ID if one.name == "scripts in texts" else student: one for student, one in students.items()}
    for student in (FIRST, LAST):
        hand_in(found, student, notebook(found, right, None, marks))
    for student, one in students.items():
        document = notebook(found, right, one, marks)
        document["cells"].append(own_cell(f"# {secret}"))
        hand_in(found, student, document)
    before = fingerprints(found.root, outside)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("HOSTILE_CANARY", secret)
            report = grade(found, CHAPTER, Settings(jobs=4, limits=LIMITS))
        lives = victim.poll() is None
        yield Graded(found, report, students, secret, outside, before, reached(tcp) + reached(here), lives)
    finally:
        victim.kill()
        victim.wait()
        tcp.close()
        here.close()


def small_course(course: AuthoredCourse, root: Path, secret: str) -> dict[str, str]:
    """Write the chapter without its prose and demonstrations below `root`; returns the right answers by grade_id."""
    right = {}
    for folder in ("solutions", "notebooks"):
        document = json.loads((course.root / folder / CHAPTER / f"{CHAPTER}.ipynb").read_text(encoding="utf-8"))
        code = [cell for cell in document["cells"] if cell["cell_type"] == "code"]
        document["cells"] = [cell for cell in code if is_setup(cell) or "nbgrader" in cell["metadata"]]
        for cell in document["cells"]:
            cell["source"] = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
            if folder == "solutions" and cell["metadata"].get("nbgrader", {}).get("solution"):
                right[cell["metadata"]["nbgrader"]["grade_id"]] = cell["source"]
                cell["source"] += f"\n# {secret}"
        path = root / folder / CHAPTER / f"{CHAPTER}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    (root / "solutions" / CHAPTER / f"{CHAPTER}.py").write_text(f"# {secret}\n")
    (root / "solutions" / CHAPTER / "bank.py").write_text(f'"""No misconceptions: {secret}."""\n')
    shutil.copy(course.root / "nbgrader_config.py", root)
    return right


def notebook(course: Course, right: dict[str, str], one: Case | None, marks: dict[str, str]) -> Json:
    """The student notebook with right answers, as a case spoils it."""
    document = json.loads(course.release_notebook(CHAPTER).read_text(encoding="utf-8"))
    for cell in document["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = right.get(grade_id, cell["source"])
        if one is not None and one.answer is not None and grade_id == one.target:
            cell["source"] = in_place(one.answer, marks)
    if one is not None:
        first = next(n for n, cell in enumerate(document["cells"]) if cell["metadata"].get("nbgrader"))
        document["cells"][first:first] = [own_cell(in_place(source, marks)) for source in one.own]
        if one.change is not None:
            one.change(document)
    return document


def hand_in(course: Course, student: str, document: Json) -> None:
    path = course.path("submitted", student, CHAPTER)
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), encoding="utf-8")


def fingerprints(*roots: Path) -> dict[str, str]:
    """What every file outside the box holds, without what grading itself writes; of the package's files the names."""
    own = {".autograder", "autograded", "feedback", "reports"}
    files = [path for root in roots for path in root.rglob("*") if path.is_file() and not own & {*path.parts}]
    files = [path for path in files if not path.name.startswith("gradebook.db")]
    found = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    package = Path(sys.modules["autograder"].__file__ or "").parent
    for folder in (package, Path.home() / ".ipython/profile_default/startup"):
        found |= {str(path): "" for path in folder.rglob("*") if "__pycache__" not in path.parts}
    return found


def reached(listener: socket.socket) -> int:
    """How many connections wait."""
    listener.setblocking(False)
    for n in range(100):
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return n
    return 100


def test_everybody_gets_a_result(graded: Graded) -> None:
    assert {result.student: result.status for result in graded.report.results} == dict.fromkeys(
        [FIRST, *graded.students, LAST], "graded"
    )


def test_honest_students_before_and_after_have_all_points(graded: Graded) -> None:
    for student in (FIRST, LAST):
        assert {score.exercise: score.comment for score in graded.results[student].scores if not score.score} == {}


def test_no_hostile_submission_earns_what_it_does_not_deserve(graded: Graded) -> None:
    wrong = {student: one for student, one in graded.students.items() if one.answer is not None}
    scores = {(student, s.exercise): s.score for student in wrong for s in graded.results[student].scores}
    earned = {wrong[student].name: scores[student, wrong[student].target] for student in wrong}
    assert {name: score for name, score in earned.items() if score} == {}


def test_what_is_right_beside_it_goes_on_earning(graded: Graded) -> None:
    lost = {}
    for student, one in graded.students.items():
        if one.others == "passed":
            due = [s for s in graded.results[student].scores if one.answer is None or s.exercise != one.target]
            lost |= {(one.name, score.exercise): score.comment for score in due if score.score != score.max_score}
    assert lost == {}


def test_nothing_outside_is_seen(graded: Graded) -> None:
    seen = []
    for student, result in graded.results.items():
        outputs = json.dumps([cell.get("outputs", []) for cell in (result.notebook or {"cells": []})["cells"]])
        if graded.secret in outputs or "planted marker" in outputs:
            seen.append(student)
    assert seen == []


def test_nothing_outside_is_changed_reached_or_killed(graded: Graded) -> None:
    assert fingerprints(graded.course.root, graded.outside) == graded.before
    assert graded.connections == 0
    assert graded.victim_lives


def test_nothing_is_left_running(graded: Graded) -> None:
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    assert [line for line in lines if LEFT_BEHIND in line] == []


def test_the_gradebook_holds_what_the_judge_gave(graded: Graded) -> None:
    entered = read_gradebook(graded.course, CHAPTER)
    assert entered is not None
    assert {student: one.score for student, one in entered.items()} == {
        result.student: result.score for result in graded.report.results
    }


def test_the_report_shows_markup_as_text(graded: Graded) -> None:
    page = write_report(graded.course, CHAPTER).read_text(encoding="utf-8")
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in page
    assert "<script>alert" not in page


def maker_of(course: AuthoredCourse, chapter: str) -> KeyMaker:
    """The chapter's key maker, without the bank: only references are asked for."""
    if chapter not in course.chapters():
        pytest.skip(f"{chapter} has no solutions yet")
    maker = KeyMaker(course.chapter(chapter))
    maker.bank = ()
    return maker


def worth_points(exercise: Exercise, key: Key, ways: dict[str, tuple[Item, ...]]) -> bool:
    """Whether evidence that was made up is taken for a right solution's."""
    sent = Evidence.from_json(Evidence(exercise.id, key.seed, ways).to_json())
    return judge(exercise.followed_up(sent), key, exercise.signature).passed


@pytest.mark.parametrize("chapter", chapters())
def test_the_public_key_is_worth_nothing_under_another_seed(course: AuthoredCourse, chapter: str) -> None:
    maker = maker_of(course, chapter)
    public, seed = public_keys(chapter), secrets.randbelow(2**62)
    taken = [
        one.id for one in exercises_of(chapter) if worth_points(one, maker.make(one, seed), public[one.id].reference)
    ]
    assert taken == []


@pytest.mark.parametrize("chapter", chapters())
def test_what_follows_from_evidence_cannot_be_sent_along_with_it(course: AuthoredCourse, chapter: str) -> None:
    # whoever learns the seed can compute what follows from evidence, with the package's own code
    maker = maker_of(course, chapter)
    public, seed = public_keys(chapter), secrets.randbelow(2**62)
    taken = []
    for exercise in exercises_of(chapter):
        if exercise.follow_up is None:
            continue
        key = maker.make(exercise, seed)
        observed = collect(exercise, maker.reference(exercise), seed).ways
        ways = {}
        for way, items in key.reference.items():
            seen = {item.label for item in observed[way]}
            replayed = tuple(item for item in public[exercise.id].reference[way] if item.label in seen)
            ways[way] = (*replayed, *(item for item in outcomes(items) if item.label not in seen))
        if worth_points(exercise, key, ways):
            taken.append(exercise.id)
    assert taken == []
