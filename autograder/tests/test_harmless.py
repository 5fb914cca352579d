"""What a learner wrote or showed keeps its looks and loses what could act."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder import cards
from autograder.exercise import chapters, exercises_of
from autograder.grading.harmless import MAX_HTML, harmless_outputs, inert
from autograder.judge import Verdict


def shown(data: dict, metadata: dict | None = None) -> dict:
    """What is kept of one displayed output."""
    (kept,) = harmless_outputs({"a": [{"output_type": "display_data", "data": data, "metadata": metadata or {}}]})["a"]
    return kept


def test_cards_keep_their_looks() -> None:
    exercise = exercises_of(chapters()[0])[0]
    verdict = Verdict(exercise.id, "failed", "You `return` *nothing*.", "Expected 1; got 2.", "nothing")
    for card in (cards.passed_html(verdict, 2), cards.failed_html(verdict, 2), cards.hint_html(exercise, 1)):
        kept = shown({"text/html": card})["data"]["text/html"]
        for part in ("border-left:6px solid", "justify-content:space-between", "border-radius:4px", "opacity:0.75"):
            assert part in kept.replace(": ", ":"), part
        assert kept.count("<code") == card.count("<code")
        assert "margin" not in kept


def test_a_table_stays_a_table_and_its_style_sheet_goes() -> None:
    table = '<style scoped>td {color: red}</style><table border="1" class="dataframe"><tr><td>1</td></tr></table>'
    kept = shown({"text/html": table, "text/plain": "1"})["data"]
    assert kept == {
        "text/html": '<table border="1"><tbody><tr><td>1</td></tr></tbody></table>', "text/plain": "1",
    }  # fmt: skip


def test_streams_errors_and_pictures_stay_as_they_are() -> None:
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": "<b>1</b>"},
        {"output_type": "error", "ename": "E", "evalue": "<b>", "traceback": ["<b>"]},
        {"output_type": "display_data", "data": {"image/png": "aGk=\n"}, "metadata": {"image/png": {"width": 9}}},
    ]
    assert harmless_outputs({"a": outputs}) == {"a": outputs}


def test_what_is_not_known_to_be_harmless_is_named_and_left_out() -> None:
    kept = shown({"application/javascript": "alert(1)"}, {"application/javascript": {"width": 1}})
    assert kept["data"] == {"text/plain": "[an output that is not shown: application/javascript]"}
    assert kept["metadata"] == {}


def test_long_html_is_not_kept_and_a_notebook_has_an_end() -> None:
    assert shown({"text/html": "x" * (MAX_HTML + 1)})["data"]["text/html"].startswith("<p>[HTML of more than 50,000")
    each = [{"output_type": "display_data", "data": {"text/html": "x" * 40_000}, "metadata": {}}]
    found = harmless_outputs({str(n): each for n in range(20)})
    kept = [len(one["data"]["text/html"]) for shown in found.values() for one in shown]
    assert kept[:12] == [40_000] * 12
    assert max(kept[13:]) < 100


@pytest.mark.parametrize(
    "text", ["1 < 2", "a<=b", "[1]: below", "see https://a.b/c", "[web](https://a.b)", "$\\frac{1}{2}$", "`x[0](1)`"]
)
def test_ordinary_text_looks_the_same(text: str) -> None:
    assert inert(text).replace("\u2060", "") == text


@given(st.text(), st.text())
def test_no_text_holds_a_tag_afterwards(before: str, after: str) -> None:
    for tag in ("<script>", "<IMG src=x>", "</p>", "<!-- -->", "<?xml?>"):
        assert tag[:2] not in inert(f"{before}{tag}{after}")
