"""A verdict depends on what the learner wrote: not on settings of the notebook, not on the machine's last digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
import torch

from autograder.authoring.keys import key_maker
from autograder.evidence import Item, Plain
from autograder.exercise import Exercise, chapter_of, chapters, exercises_of
from autograder.judge import judge, same_outcome
from autograder.key import Key, public_keys

EXERCISES = [
    pytest.param(one, id=one.id, marks=pytest.mark.xdist_group(one.id))
    for chapter in chapters()
    for one in exercises_of(chapter)
]
# float32 holds seven digits; sums in another order lose about one
LAST_DIGITS = 2e-6


def key_of(exercise: Exercise) -> Key:
    return public_keys(chapter_of(exercise.id))[exercise.id]


@contextmanager
def changed(change: Callable[[], object], undo: Callable[[], object]) -> Iterator[None]:
    change()
    try:
        yield
    finally:
        undo()


def settings() -> dict[str, Any]:
    """What a notebook may have set before a check runs."""
    threads = torch.get_num_threads()

    def threads_back() -> None:
        torch.set_num_threads(threads)

    return {
        "two threads": changed(lambda: torch.set_num_threads(2), threads_back),
        "another default dtype": changed(
            lambda: torch.set_default_dtype(torch.float64), lambda: torch.set_default_dtype(torch.float32)
        ),
        "other seeds": changed(lambda: (torch.manual_seed(99), np.random.seed(99)), torch.seed),
        "no gradients": torch.no_grad(),
        "inference": torch.inference_mode(),
        "strict numpy": np.errstate(all="raise"),
        "short prints": np.printoptions(precision=1),
    }


@pytest.mark.parametrize("exercise", EXERCISES)
@pytest.mark.parametrize("setting", settings())
def test_settings_of_the_notebook_change_no_verdict(exercise: Exercise, setting: str) -> None:
    maker, key = key_maker(chapter_of(exercise.id)), key_of(exercise)
    wrong = maker.entries(exercise, "misconception")[0]
    with settings()[setting]:
        right = judge(maker.evidence(exercise, maker.reference(exercise), key.seed), key, exercise.signature)
        named = judge(maker.evidence(exercise, maker.build(wrong), key.seed), key, exercise.signature)
    assert right.passed
    assert named.misconception == wrong.id


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_last_digits_of_a_machine_change_no_verdict(exercise: Exercise) -> None:
    key, rng = key_of(exercise), Random(0)
    for way, items in key.reference.items():
        assert same_outcome(shaken(items, rng), items), way
    for row in key.misconceptions:
        for way, items in row.ways.items():
            assert same_outcome(shaken(items, rng), items), (row.id, way)
            # close to this misconception is not close to right
            assert not same_outcome(shaken(items, rng), key.reference[way]), (row.id, way)


def shaken(items: tuple[Item, ...], rng: Random) -> tuple[Item, ...]:
    """The items with every fractional number off in its last digits."""
    return tuple(replace(item, value=shake(item.value, rng)) for item in items)


def shake(value: Plain, rng: Random) -> Plain:
    if isinstance(value, list):
        return [shake(entry, rng) for entry in value]
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        off = np.array([rng.uniform(-1, 1) for _ in range(value.size)]).reshape(value.shape)
        return np.asarray(value * (1 + LAST_DIGITS * off), dtype=value.dtype)
    return value * (1 + LAST_DIGITS * rng.uniform(-1, 1)) if type(value) is float else value
