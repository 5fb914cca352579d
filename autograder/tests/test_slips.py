"""Slips: an error that any Python program can raise is explained, unless the bank knows better."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from autograder.evidence import AS_IT_IS, Evidence, Item
from autograder.judge import judge
from autograder.key import Key, Row
from autograder.recorder import Recorder, Stop
from autograder.slips import SLIPS, find_slip

CALL = "f(x)"


def error_of(code: str) -> str:
    """The error that `code` raises, as a probe writes it down."""
    record = Recorder()
    with pytest.raises(Stop):
        record.call(CALL, lambda: exec(code, {"torch": torch, "np": np}))
    return next(str(item.value) for item in record.items if item.label == f"message of {CALL}")


@pytest.mark.parametrize(
    ("code", "slip", "says"),
    [
        ("loss", "name_without_value", "`loss`"),
        ("def f():\n    loss.backward()\n    loss = 1\nf()", "name_without_value", "`loss`"),
        ("def f(x, y): pass\nf(1)", "argument_missing", "The call of `f` leaves out 'y'."),
        ("class C:\n    def __init__(self, x): pass\nC()", "argument_missing", "leaves out 'x'."),
        ("divmod(1)", "argument_missing", "`divmod` got too few."),
        ("def f(x): pass\nf(x=1, k=2)", "argument_unknown", "`f` knows no argument called `k`."),
        ("a, b = 1, 2, 3", "unpacked_into_other_number", "on its left"),
        ("a, b = 1", "unpacked_into_other_number", "on its left"),
        ("None.step()", "none_used", "A function without `return` gives None"),
        ("1 + None", "none_used", "A function without `return` gives None"),
        ("[].w", "attribute_missing", "`.w` is looked for on something of kind `list`"),
        ("{}['X']", "key_missing", "asked for 'X'"),
        ("for x in 3: pass", "one_thing_taken_for_many", "of kind `int`, one single thing"),
        ("x = 3\nx()", "not_a_function", "that is of kind `int`"),
        ("torch.zeros(2) + torch.zeros(3)", "shapes_do_not_fit", "2 and 3 do not go together"),
        ("torch.zeros(2, 3) @ torch.zeros(2, 3)", "shapes_do_not_fit", "`.shape`"),
        ("np.zeros(2) + np.zeros(3)", "shapes_do_not_fit", "`.shape`"),
        ("torch.zeros(3).reshape(2)", "impossible_reshape", "keeps the number of entries"),
        ("torch.zeros(3).squeeze(2)", "no_such_dimension", "`.shape`"),
        ("torch.zeros(1) - {}", "kinds_do_not_mix", "The kinds `Tensor` and `dict` meet in `-`"),
        (
            "torch.nn.functional.linear({}, torch.zeros(1, 1))",
            "wrong_kind_handed_on",
            "Something of kind `dict` is handed on",
        ),
        ("range(1.0)", "whole_number_wanted", "Something of kind `float` is handed on"),
        ("1 / 0", "divided_by_nothing", "is 0 there"),
        ("torch.ones(2, requires_grad=True).backward()", "backward_from_many_numbers", "the loss"),
        ("torch.ones(2).item()", "one_number_wanted", "several"),
        ("float(np.ones(2))", "one_number_wanted", "several"),
    ],
)
def test_an_error_is_explained(code: str, slip: str, says: str) -> None:
    found = find_slip(error_of(code))
    assert found is not None
    assert found[0] == slip
    assert says in found[1]


@pytest.mark.parametrize(
    "error", ["ValueError: what now", "NameError: no", "KeyError", "NoSuchError: name 'x' is not defined"]
)
def test_an_error_that_proves_no_cause_is_left_alone(error: str) -> None:
    assert find_slip(error) is None


def test_explanations_are_short_and_end_with_a_question() -> None:
    for slip in SLIPS:
        assert len(slip.explanation) < 300
        assert slip.explanation.endswith("?")
        assert "!" not in slip.explanation
        assert len(re.findall(r"\{\d\}", slip.explanation)) <= 4


def raising(text: str) -> tuple[Item, ...]:
    trace = Item(f"error in {CALL}", text, "trace")
    return Item(CALL, "raises NameError"), trace, Item(f"message of {CALL}", f"NameError: {text}", "note")


def test_a_slip_is_named_beside_the_error_and_a_misconception_comes_first() -> None:
    items = raising("name 'loss' is not defined")
    evidence = Evidence("f", 20, {AS_IT_IS: items})
    right = {AS_IT_IS: (Item(CALL, "runs"),)}
    verdict = judge(evidence, Key("f", 20, 1.0, right, ()))
    assert verdict.misconception == "name_without_value"
    assert verdict.message.startswith("`f(x)` raised NameError: name 'loss' is not defined. Python works from top to")
    assert verdict.difference == ""
    known = Row("no_loss", "There is no loss.", {AS_IT_IS: items})
    assert judge(evidence, Key("f", 20, 1.0, right, (known,))).misconception == "no_loss"


def test_a_text_that_was_sent_along_cannot_break_the_explanation() -> None:
    evidence = Evidence("f", 20, {AS_IT_IS: raising("name '{0.__class__}' is not defined")})
    assert judge(evidence, Key("f", 20, 1.0, {AS_IT_IS: (Item(CALL, "runs"),)}, ())).misconception is None
    assert find_slip("KeyError: '{0.__class__} {9}'") == (
        "key_missing",
        "A dictionary is asked for '{0.__class__} {9}' and holds no such key. "
        "Which keys were put into it, letter by letter?",
    )
