"""The sample class: what is written, and that it is what it says."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest

from autograder.authoring.bank import read_bank
from autograder.authoring.course import Course as AuthoredCourse
from autograder.exercise import chapters, exercises_of
from autograder.grading.course import Course, GradingError, list_students
from autograder.grading.ingest import rebuild
from autograder.grading.sample import RECORD, SHARES, Sample, make_sample_class, read_sample_class
from autograder.grading.sample_cases import HOSTILE, UNLUCKY
from autograder.grading.submissions import NoSubmission, Submission, find_submission
from autograder.grading.template import read_template

CHAPTER = "04_learning_loops"


@pytest.fixture
def empty(course: AuthoredCourse, tmp_path: Path) -> Course:
    """A course without students, with all chapters."""
    for folder in ("solutions", "notebooks"):
        shutil.copytree(course.root / folder, tmp_path / folder)
    return Course(tmp_path)


def content(course: Course) -> dict[str, str]:
    files = [path for path in (course.root / "submitted").rglob("*") if path.is_file()]
    return {str(path.relative_to(course.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def answers(course: Course, sample: Sample) -> dict[str, str]:
    """What a grader takes as the sample's answers, by exercise."""
    found = find_submission(course, sample.student, sample.chapter)
    assert isinstance(found, Submission)
    template = read_template(course.release_notebook(sample.chapter), sample.chapter)
    taken = rebuild(found.notebook, template).answers
    names = {one.id: one.name for one in exercises_of(sample.chapter)}
    slots = {id: next(s for s in template.answers if name in s.names) for id, name in names.items()}
    return {id: (taken.get(slot.grade_id) or ("",))[-1] for id, slot in slots.items()}


def test_forty_students_hold_every_kind_of_bad_luck_and_of_harm(empty: Course) -> None:
    samples = make_sample_class(empty)
    assert Counter(sample.kind for sample in samples) == SHARES
    told = {sample.what for sample in samples}
    assert {what for what, _ in UNLUCKY} | {harm.what for harm in HOSTILE} <= told
    assert list_students(empty) == (sorted(sample.student for sample in samples), [])


def test_the_same_seed_makes_the_same_class_and_another_seed_another(empty: Course) -> None:
    first = make_sample_class(empty, n=12, seed=3)
    before = content(empty)
    assert make_sample_class(empty, n=12, seed=3) == first
    assert content(empty) == before
    make_sample_class(empty, n=12, seed=4)
    assert content(empty) != before


def test_a_small_class_has_some_of_each_kind(empty: Course) -> None:
    assert {sample.kind for sample in make_sample_class(empty, n=10)} == set(SHARES)


def test_what_each_submission_should_come_to_is_kept(empty: Course) -> None:
    samples = make_sample_class(empty, n=8)
    assert read_sample_class(empty) == {CHAPTER: samples}
    make_sample_class(empty, "02_linear_model", n=4)
    assert list(read_sample_class(empty)) == ["02_linear_model", CHAPTER]


def test_a_smaller_class_leaves_nothing_of_the_larger_one(empty: Course) -> None:
    make_sample_class(empty, n=12)
    make_sample_class(empty, n=3)
    files = {name for name in content(empty) if not name.endswith(RECORD)}
    assert len({name.split("/")[1] for name in files}) <= 3


def test_other_students_are_left_alone(empty: Course) -> None:
    theirs = empty.path("submitted", "ada-01", CHAPTER)
    theirs.parent.mkdir(parents=True)
    theirs.write_text("{}")
    with pytest.raises(
        GradingError, match=r'^"submitted/" holds other students \(ada-01\): make the sample class in a copy'
    ):
        make_sample_class(empty, n=4)
    samples = make_sample_class(empty, n=4, beside_others=True)
    assert "ada-01" not in {sample.student for sample in samples}
    assert theirs.read_text() == "{}"


def test_an_unknown_chapter_is_one_line(empty: Course) -> None:
    with pytest.raises(GradingError, match=r"^no sample class of '09_nothing': no chapter '09_nothing' in "):
        make_sample_class(empty, "09_nothing")


def test_files_come_to_the_status_they_are_meant_to(empty: Course) -> None:
    for sample in make_sample_class(empty):
        found = find_submission(empty, sample.student, CHAPTER)
        if isinstance(found, NoSubmission):
            assert sample.status == ("missing" if found.code == "missing" else "unreadable"), found.text
        else:
            assert sample.status == "graded"


def test_wrong_submissions_hold_the_banks_own_text_and_the_others_none_of_it(empty: Course) -> None:
    bank = {(e.exercise, e.id): e for e in read_bank(AuthoredCourse(empty.root).chapter(CHAPTER))}
    for sample in make_sample_class(empty):
        if sample.status != "graded":
            continue
        texts = answers(empty, sample)
        for exercise, id in sample.misconceptions.items():
            assert sample.kind == "wrong"
            assert bank[exercise, id].source.strip() in texts[exercise]
        untouched = {exercise for exercise, expected in sample.expected.items() if expected == "untouched"}
        assert {exercise for exercise, text in texts.items() if not text} == untouched


def test_some_misconceptions_are_popular(empty: Course) -> None:
    held = Counter(pair for sample in make_sample_class(empty, n=120) for pair in sample.misconceptions.items())
    assert held.most_common(1)[0][1] >= 4


def test_no_solution_cell_carries_its_marks_into_a_submission(empty: Course) -> None:
    make_sample_class(empty)
    for path in (empty.root / "submitted").rglob("*.ipynb"):
        assert b"BEGIN SOLUTION" not in path.read_bytes()


@pytest.mark.parametrize("chapter", chapters())
def test_every_chapter_has_a_sample_class(empty: Course, chapter: str) -> None:
    samples = make_sample_class(empty, chapter, n=20)
    ids = {one.id for one in exercises_of(chapter)}
    right = next(sample for sample in samples if sample.kind == "right")
    assert dict(right.expected) == dict.fromkeys(ids, "passed")
    assert json.loads((empty.root / "submitted" / RECORD).read_text())[chapter]
