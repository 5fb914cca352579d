"""Evidence is plain data: it survives the trip as JSON, and nothing else gets through."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.compare import same_item, same_value
from autograder.evidence import AS_IT_IS, DTYPES, MAX_BYTES, Evidence, EvidenceError, Item
from autograder.judge import judge
from autograder.key import Key, Row
from autograder.plain import plain
from autograder.recorder import Recorder, Stop

floats = st.floats(width=32)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=50)
scalars = st.none() | st.booleans() | st.integers(-(2**62), 2**62) | floats | texts
arrays = hnp.arrays(st.sampled_from(DTYPES), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4))
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4), max_leaves=8) | arrays
items = st.builds(Item, texts, values, st.sampled_from(["outcome", "trace", "note"]))
runs = st.lists(items, max_size=5).map(tuple)


def evidence_of(*found: Item) -> Evidence:
    return Evidence("e", 1, {AS_IT_IS: found})


def key_of(reference: tuple[Item, ...], *rows: Row) -> Key:
    return Key("e", 1, 1.0, {AS_IT_IS: reference}, rows)


@given(runs)
def test_evidence_survives_the_trip_as_json(run: tuple[Item, ...]) -> None:
    back = Evidence.from_json(evidence_of(*run).to_json())
    assert len(back.ways[AS_IT_IS]) == len(run)
    for before, after in zip(run, back.ways[AS_IT_IS], strict=True):
        assert same_item(after, before)
        assert type(after.value) is type(before.value)


@given(
    st.recursive(scalars, lambda x: st.lists(x) | st.dictionaries(texts, x), max_leaves=20) | st.text() | st.binary()
)
def test_anything_else_is_refused_as_no_evidence(document: object) -> None:
    text = document if isinstance(document, (str, bytes)) else json.dumps(document)
    with pytest.raises(EvidenceError):
        Evidence.from_json(text)


@given(runs, runs, runs)
@settings(max_examples=300)
def test_the_judge_never_crashes_and_passes_only_equal_outcomes(
    found: tuple[Item, ...], reference: tuple[Item, ...], wrong: tuple[Item, ...]
) -> None:
    verdict = judge(evidence_of(*found), key_of(reference, Row("m", "message {got: a}", {AS_IT_IS: wrong})))
    f = [item for item in found if item.role == "outcome"]
    r = [item for item in reference if item.role == "outcome"]
    assert verdict.passed == (len(f) == len(r) and all(map(same_item, f, r)))
    assert verdict.passed or verdict.status == "not written" or verdict.misconception or verdict.message


@given(runs)
def test_equal_evidence_always_passes(run: tuple[Item, ...]) -> None:
    assert judge(evidence_of(*run), key_of(run)).passed


def test_evidence_of_another_challenge_is_no_matter_for_this_key() -> None:
    with pytest.raises(
        ValueError, match="evidence of 'e' on challenge 2 cannot be judged with the key of 'e' on challenge 1"
    ):
        judge(Evidence("e", 2, {AS_IT_IS: ()}), key_of(()))


def test_no_evidence_at_all_is_no_pass() -> None:
    verdict = judge(Evidence("e", 1, {}), key_of((Item("a", 1),)))
    assert (verdict.status, verdict.message) == ("failed", "No evidence arrived.")


def test_a_learners_tolerances_do_not_count() -> None:
    generous = Item("loss", 2.0, rtol=1e9, atol=1e9)
    assert not judge(evidence_of(generous), key_of((Item("loss", 1.0),))).passed


def test_a_note_never_decides() -> None:
    assert judge(evidence_of(Item("a", 1), Item("b", 2, "note")), key_of((Item("a", 1), Item("b", 3, "note")))).passed


def test_the_misconception_whose_traces_agree_most_is_named() -> None:
    def left(outcome: int, *traces: int) -> tuple[Item, ...]:
        return (Item("a", outcome), *(Item(f"t{i}", trace, "trace") for i, trace in enumerate(traces)))

    rows = [
        Row(name, f"message of {name}", {AS_IT_IS: left(2, *traces)}) for name, traces in [("x", (1, 1)), ("y", (1, 2))]
    ]
    for traces, name in [((1, 1), "x"), ((1, 2), "y"), ((5, 2), "y")]:
        verdict = judge(evidence_of(*left(2, *traces)), key_of(left(1), *rows))
        assert (verdict.misconception, verdict.message) == (name, f"message of {name}")


def test_numbers_are_put_into_messages() -> None:
    row = Row("x", "You got {got: a}, not {expected: a}.", {AS_IT_IS: (Item("a", np.array([1.0, 2.5])),)})
    verdict = judge(evidence_of(Item("a", np.array([1.0, 2.5]))), key_of((Item("a", np.array([3.0, 4.0])),), row))
    assert verdict.message == "You got [1, 2.5], not [3, 4]."


@pytest.mark.parametrize(
    "text",
    [
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",NaN]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",{"float":"1e999"}]]}}',
        '{"exercise":"e","seed":1,"seed":2,"ways":{}}',
        '{"exercise":"e","seed":-1,"ways":{}}',
        '{"exercise":"e","seed":true,"ways":{}}',
        '{"exercise":"e","seed":1,"ways":{"another way":[]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","verdict",1]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",{"array":"object","shape":[1],"data":[1]}]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",{"array":"float32","shape":[2],"data":[1]}]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",{"array":"int64","shape":[1],"data":[1e300]}]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",{"array":"uint8","shape":[1],"data":[-1]}]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",1,-1,0]]}}',
        '{"exercise":"e","seed":1,"ways":{"as it is":[["a","outcome",' + "[" * 50 + "]" * 50 + "]]}}",
        "[" * 100_000,
        "[" + "1," * MAX_BYTES + "1]",
        "[" + "9" * 5000 + "]",
    ],
)
def test_malformed_evidence_is_refused(text: str) -> None:
    with pytest.raises(EvidenceError):
        Evidence.from_json(text)


class AlwaysEqual(float):
    def __eq__(self, other: object) -> bool:
        return True

    def __float__(self) -> float:
        return 42.0

    __hash__ = None


class Liar(torch.Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return torch.zeros(2)


def test_a_poisoned_number_counts_as_the_number_behind_it() -> None:
    assert plain(AlwaysEqual(1.5)) == 1.5
    assert type(plain(AlwaysEqual(1.5))) is float
    assert not same_value(plain(AlwaysEqual(1.5)), 2.5, 1e-4, 1e-6)


def test_a_lying_tensor_counts_as_the_numbers_behind_it() -> None:
    value = plain(torch.ones(3).as_subclass(Liar))
    assert isinstance(value, np.ndarray)
    assert value.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(2, requires_grad=True),
        torch.ones(2, requires_grad=True) * 1,
        torch.ones(2).to_sparse(),
        torch.ones(4)[::2],
        torch.complex(torch.ones(2), torch.zeros(2)).conj().real,
        torch.ones(2, dtype=torch.bfloat16),
    ],
    ids=["leaf", "in a graph", "sparse", "strided", "conjugate", "bfloat16"],
)
def test_every_layout_of_a_tensor_is_read(tensor: torch.Tensor) -> None:
    value = plain(tensor)
    assert isinstance(value, np.ndarray)
    assert value.tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    "value", [torch.ones(2, device="meta"), torch.ones(60_000), torch.ones(2) * 1j, object(), {"a": 1}, {1, 2}, print]
)
def test_what_is_not_plain_becomes_a_short_text(value: object) -> None:
    text = plain(value)
    assert isinstance(text, str)
    assert text.startswith("<")


def test_nan_and_infinity_stay_what_they_are() -> None:
    record = Recorder()
    for number in (math.nan, math.inf, -math.inf):
        record.number("loss", number)
    back = Evidence.from_json(evidence_of(*record.items).to_json()).ways[AS_IT_IS]
    found = [item.value for item in back if item.role == "outcome"]
    assert [str(x) for x in found] == ["nan", "inf", "-inf"]
    assert not same_value(found[0], 1.0, 1e9, 1e9)
    assert not same_value(found[1], found[2], 1e9, 1e9)


@pytest.mark.parametrize("value", [None, "3", True, torch.ones(2), [1.0]])
def test_what_is_no_number_ends_a_probe(value: object) -> None:
    with pytest.raises(Stop):
        Recorder().number("loss", value)
