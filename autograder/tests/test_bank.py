"""The bank against the checks: every wrong solution fails with its own message, every right one passes.

On a few challenges: `autograder audit` does the same on many, and more.
"""

from __future__ import annotations

import json
from functools import cache

import pytest

from autograder.authoring.bank import Entry
from autograder.authoring.course import code_cells, find_course
from autograder.authoring.keys import KeyMaker, key_maker
from autograder.challenge import PUBLIC_SEED
from autograder.exercise import chapters, exercises_of, find_exercise
from autograder.judge import Verdict, fill, judge
from autograder.key import Key, public_keys

RANDOM_SEEDS = tuple(range(1000, 1003))
FOUR_LARGEST = ("TabularDataset", "Linear", "train_one_epoch", "validate_one_epoch")


def on_one_worker(chapter: str, exercise: str, value: object) -> object:
    """Tests of one exercise run on one worker of pytest-xdist: its keys for all challenges are made once."""
    return pytest.param(chapter, value, marks=pytest.mark.xdist_group(exercise))


EXERCISES = [on_one_worker(chapter, one.id, one.id) for chapter in chapters() for one in exercises_of(chapter)]
ENTRIES = [on_one_worker(chapter, one.exercise, one) for chapter in chapters() for one in key_maker(chapter).bank]


@cache
def key_for(chapter: str, exercise: str, seed: int) -> Key:
    if seed == PUBLIC_SEED:
        return public_keys(chapter)[exercise]
    return key_maker(chapter).make(find_exercise(exercise), seed)


def verdict_on(maker: KeyMaker, exercise_id: str, obj: object, seed: int) -> Verdict:
    exercise = find_exercise(exercise_id)
    return judge(
        maker.evidence(exercise, obj, seed), key_for(maker.chapter.name, exercise_id, seed), exercise.signature
    )


def name(value: object) -> str | None:
    return f"{value.exercise}-{value.kind}-{value.id}" if isinstance(value, Entry) else None


@pytest.mark.parametrize(("chapter", "entry"), ENTRIES, ids=name)
def test_every_wrong_solution_gets_its_own_message_and_every_right_one_passes(chapter: str, entry: Entry) -> None:
    maker = key_maker(chapter)
    wrong = {}
    for seed in (PUBLIC_SEED, *RANDOM_SEEDS):
        verdict = verdict_on(maker, entry.exercise, maker.build(entry), seed)
        if entry.kind == "alternative":
            right = verdict.passed
        else:
            right = verdict.misconception == entry.id and not verdict.passed and len(verdict.message) > 40
        if not right:
            wrong[seed] = (verdict.status, verdict.misconception, verdict.message)
    assert not wrong


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_the_reference_passes_every_challenge(chapter: str, exercise: str) -> None:
    maker = key_maker(chapter)
    reference = maker.reference(find_exercise(exercise))
    failed = [seed for seed in (PUBLIC_SEED, *RANDOM_SEEDS) if not verdict_on(maker, exercise, reference, seed).passed]
    assert not failed


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_the_untouched_cell_fails_as_not_written_yet(chapter: str, exercise: str) -> None:
    maker = key_maker(chapter)
    found = find_course()
    assert found is not None
    student = code_cells(json.loads(found.chapter(chapter).student_notebook.read_text(encoding="utf-8")))
    source = next(
        cell["source"] for cell in student if cell["metadata"].get("nbgrader", {}).get("grade_id") == exercise
    )
    untouched = Entry("alternative", exercise, "untouched", "", source)
    for seed in (PUBLIC_SEED, *RANDOM_SEEDS):
        verdict = verdict_on(maker, exercise, maker.build(untouched), seed)
        assert (verdict.status, verdict.misconception) == ("not written", None)
        assert "not written yet" in verdict.message


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_no_two_challenges_share_an_outcome(chapter: str, exercise: str) -> None:
    """What one challenge wants cannot be hard-coded for the next."""
    maker = key_maker(chapter)
    found = find_exercise(exercise)
    keys = [key_for(chapter, exercise, seed) for seed in RANDOM_SEEDS]
    for key in keys[1:]:
        evidence = maker.evidence(found, maker.reference(found), keys[0].seed)
        moved = type(evidence)(evidence.exercise, key.seed, evidence.ways)
        assert not judge(moved, key).passed


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_the_bank_of_an_exercise_is_large_enough(chapter: str, exercise: str) -> None:
    maker = key_maker(chapter)
    found = find_exercise(exercise)
    assert len(maker.entries(found, "misconception")) >= (8 if exercise in FOUR_LARGEST else 4)
    assert len(maker.entries(found, "alternative")) >= 4


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_messages_are_short_differ_and_name_only_items_that_exist(chapter: str, exercise: str) -> None:
    maker = key_maker(chapter)
    key = key_for(chapter, exercise, PUBLIC_SEED)
    texts = [entry.text for entry in maker.entries(find_exercise(exercise), "misconception")]
    assert len(set(texts)) == len(texts)
    for row in key.misconceptions:
        assert len(row.message) < 500
        assert "!" not in row.message.replace("!=", "")
        for way in row.ways:
            assert "another value" not in fill(row.message, row.ways[way], key.reference[way])


@pytest.mark.parametrize(("chapter", "exercise"), EXERCISES)
def test_every_exercise_has_three_real_hints(chapter: str, exercise: str) -> None:
    hints = find_exercise(exercise).hints
    assert len(hints) == len(set(hints)) == 3
    assert all(40 < len(hint) < 600 for hint in hints)
