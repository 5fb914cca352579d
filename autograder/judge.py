"""Compare a learner's evidence with a key and say what it shows. Meets plain data only."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from autograder.compare import describe, same_item
from autograder.evidence import STAND_INS, Evidence, Item, Plain
from autograder.key import Key, Row
from autograder.recorder import DOES_NOT_END, ERROR_IN
from autograder.slips import find_slip

Status = Literal["passed", "failed", "not written"]
PLACEHOLDER = re.compile(r"\{(got|expected): ([^}]+)\}")


@dataclass(frozen=True)
class Verdict:
    """What the evidence shows.

    `message` speaks to the learner; `difference` names the first observation that differs, with the value expected
    and the value found (empty where nothing can be compared, or the message says it); `where` is its label alone.
    `misconception` is the id of the bank's entry that leaves the same evidence, or that of the slip behind an error, or
    None.
    """

    exercise: str
    status: Status
    message: str = ""
    difference: str = ""
    misconception: str | None = None
    where: str = ""

    @property
    def passed(self) -> bool:
        """Whether the exercise is solved."""
        return self.status == "passed"


def judge(evidence: Evidence, key: Key, signature: str = "") -> Verdict:
    """Compare a learner's evidence with the key and say what it shows.

    Only `outcome` items decide; `trace` items choose among misconceptions that leave the same outcome. Where an
    exercise is probed in two ways, being right in one is enough: as the notebook stands, or with stand-ins for the
    pieces that earlier exercises ask for. `signature` names the exercise's object in messages.
    Raises ValueError if `evidence` and `key` come from different challenges.
    """
    if (evidence.exercise, evidence.seed) != (key.exercise, key.seed):
        raise ValueError(
            f"evidence of {evidence.exercise!r} on challenge {evidence.seed} cannot be judged "
            f"with the key of {key.exercise!r} on challenge {key.seed}"
        )
    ways = [way for way in key.reference if way in evidence.ways]
    verdicts = [_judge_way(evidence.ways[way], key.reference[way], way, key, signature) for way in ways]
    if not verdicts:
        return Verdict(key.exercise, "failed", "No evidence arrived.")
    # the way with stand-ins comes first: what it shows cannot be the fault of an earlier exercise
    verdicts.reverse()
    order = [
        lambda v: v.passed,
        lambda v: v.status == "not written",
        lambda v: v.misconception is not None,
        lambda v: True,
    ]
    verdict = next(verdict for wanted in order for verdict in verdicts if wanted(verdict))
    way = ways[-1 - verdicts.index(verdict)]
    return _with_slip(verdict, evidence.ways[way])


def outcomes(items: tuple[Item, ...]) -> list[Item]:
    """The items that decide."""
    return [item for item in items if item.role == "outcome"]


def same_outcome(found: tuple[Item, ...], expected: tuple[Item, ...]) -> bool:
    """Whether two runs agree in every outcome, in order."""
    f, e = outcomes(found), outcomes(expected)
    return len(f) == len(e) and all(map(same_item, f, e))


def errors(items: tuple[Item, ...]) -> list[Plain]:
    """The texts of what was raised: one type of error has many causes, and its name alone proves none of them."""
    return [item.value for item in items if item.role == "trace" and item.label.startswith(ERROR_IN)]


def trace_agreement(found: tuple[Item, ...], expected: tuple[Item, ...]) -> float:
    """The share of trace items on which two runs agree, 1.0 where neither has any."""
    f, e = ([item for item in items if item.role == "trace"] for items in (found, expected))
    longest = max(len(f), len(e))
    return sum(map(same_item, f, e)) / longest if longest else 1.0


def _judge_way(items: tuple[Item, ...], reference: tuple[Item, ...], way: str, key: Key, signature: str) -> Verdict:
    if same_outcome(items, reference):
        return Verdict(key.exercise, "passed")
    found, expected = _first_difference(items, reference)
    if found is not None and _is(found.value, "raises NotImplementedError"):
        return Verdict(key.exercise, "not written", _not_written(found.label, signature), where=found.label)
    difference = _tell(found, expected, items)
    where = (found or expected or items[-1]).label
    row = _misconception(items, way, key.misconceptions)
    if row is not None:
        message = fill(row.message, items, reference)
        return Verdict(key.exercise, "failed", message, difference, row.id, where)
    message = difference
    if way == STAND_INS and where not in (item.label for item in outcomes(reference)[:2]):
        message += " (The pieces from earlier exercises were replaced by ours for this test.)"
    return Verdict(key.exercise, "failed", message, difference, where=where)


def _with_slip(verdict: Verdict, items: tuple[Item, ...]) -> Verdict:
    """The verdict with the slip behind an error that no misconception explains."""
    if verdict.status != "failed" or verdict.misconception is not None:
        return verdict
    error = next((item.value for item in items if item.label == f"message of {verdict.where}"), None)
    slip = find_slip(error) if isinstance(error, str) else None
    if slip is None:
        return verdict
    return replace(verdict, message=f"{verdict.message} {slip[1]}", difference="", misconception=slip[0])


def _misconception(items: tuple[Item, ...], way: str, rows: tuple[Row, ...]) -> Row | None:
    """The misconception that leaves the same outcome; among several the one whose traces agree most."""
    rows = tuple(row for row in rows if way in row.ways)
    equal = [row for row in rows if same_outcome(items, row.ways[way]) and errors(items) == errors(row.ways[way])]
    return max(equal, key=lambda row: trace_agreement(items, row.ways[way]), default=None)


def _first_difference(items: tuple[Item, ...], reference: tuple[Item, ...]) -> tuple[Item | None, Item | None]:
    """The first pair of outcomes that disagree: (found, expected), None where one side ended before."""
    found, expected = outcomes(items), outcomes(reference)
    for f, e in zip(found, expected, strict=False):
        if not same_item(f, e):
            return f, e
    n = min(len(found), len(expected))
    return (found[n] if len(found) > n else None), (expected[n] if len(expected) > n else None)


def _not_written(label: str, signature: str) -> str:
    name = signature.split("(")[0] or label.split("(")[0]
    return (
        f"`{name}` is not written yet: `{label}` still meets the placeholder `raise NotImplementedError()`. "
        "Put your code in its place, run that cell, then run this one again."
    )


def _is(value: Plain, text: str) -> bool:
    return isinstance(value, str) and value == text


def _tell(found: Item | None, expected: Item | None, items: tuple[Item, ...]) -> str:
    """One or two sentences on the first difference, with what was expected and what was got."""
    notes = {item.label: item.value for item in items if item.role == "note"}
    if found is None and expected is not None:
        return f"Nothing was seen of {expected.label}; expected {describe(expected.value)}."
    if found is None:
        return ""
    where = notes.get(f"line in {found.label}")
    where = f" It happened at {where}." if where else ""
    if _is(found.value, DOES_NOT_END):
        return (
            f"`{found.label}` does not end: it was stopped. Is there a loop in it that never comes to its end?{where}"
        )
    if isinstance(found.value, str) and found.value.startswith("raises "):
        message = notes.get(f"message of {found.label}", str(found.value).removeprefix("raises "))
        return f"`{found.label}` raised {message}.{where}".replace("..", ".")
    if expected is not None and found.label == expected.label and found.label.startswith("what `"):
        name = found.label.split("`")[1]
        given = describe(found.value)
        return f"The check wants `{name}` itself, {describe(expected.value)}; what it was given is {given}."
    if expected is not None and found.label == expected.label and found.label.startswith("how `"):
        return f"It will be called as `{describe(expected.value)}`, but yours is `{describe(found.value)}`."
    if expected is None or found.label != expected.label:
        return f"Unexpected: {found.label} is {describe(found.value)}."
    if expected.value is True or expected.value is False:
        return f"Expected {expected.label}: {'yes' if expected.value else 'no'}; got: {_yes(found.value)}."
    return f"Expected {expected.label} to be {describe(expected.value)}; got {describe(found.value)}."


def _yes(value: Plain) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else describe(value)


def fill(message: str, items: tuple[Item, ...], reference: tuple[Item, ...]) -> str:
    """Put values into a message: `{got: LABEL}` and `{expected: LABEL}`."""
    tables = {
        "got": {item.label: item.value for item in items},
        "expected": {item.label: item.value for item in reference},
    }

    def value_of(match: re.Match[str]) -> str:
        table = tables[match[1]]
        return describe(table[match[2]]) if match[2] in table else "another value"

    return PLACEHOLDER.sub(value_of, message)
