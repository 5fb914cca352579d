"""The audit: it finds what slips through a check, says so in a sentence, and makes the mutants it promises."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from typer.testing import CliRunner, Result

import autograder.exercises
from autograder.authoring.audit import audit, find_targets
from autograder.authoring.audit_report import as_json, lines, percent
from autograder.authoring.course import Course
from autograder.authoring.findings import Audited
from autograder.authoring.mutants import OPERATORS, fingerprint, make_mutants
from autograder.cli import app
from autograder.exercise import chapters, exercises_of

CHAPTER = "90_numbers"
REFERENCE = '''\
def mean(values):
    """The mean of a list of numbers."""
    ### BEGIN SOLUTION
    total = 0.0
    for value in values:
        total += value
    return total / len(values)
    ### END SOLUTION
'''
UNTOUCHED = '''\
def mean(values):
    """The mean of a list of numbers."""
    # YOUR CODE HERE
    raise NotImplementedError()
'''
PROBE = """\
from autograder.exercise import exercise


@exercise("mean(values)", hints=("", "", ""), seconds=1.0)
def mean(function, challenge, record):
    for n in (challenge.integer(3, 6), 2):
        values = [challenge.uniform(1, 9) for _ in range(n)]
        record.number("the mean", record.call("mean(values)", function, values))
"""
ONE_VALUE_ONLY = PROBE.replace("(challenge.integer(3, 6), 2)", "(1,)")
SUM_ONLY = """
@misconception("sum_only", "This is the sum of all values, {got: the mean}. How many are there?")
def mean(values):
    return sum(values)
"""
FIRST_ONLY = """
@misconception("first_only", "Only the first value is added: {got: the mean}. When does the loop end?")
def mean(values):
    return values[0] / len(values)
"""
NOT_IN_PLACE = """
@alternative("not_in_place", "`total + value` is a new number; so is what `+=` leaves, for a float")
def mean(values):
    total = 0.0
    for value in values:
        total = total + value
    return total / len(values)
"""
IN_ONE_LINE = """
@alternative("in_one_line", "Python adds up by itself")
def mean(values):
    return sum(values) / len(values)
"""
BANK = SUM_ONLY + FIRST_ONLY + NOT_IN_PLACE + IN_ONE_LINE


def notebook(answer: str) -> str:
    about = {"grade_id": "mean", "grade": False, "solution": True, "locked": False, "schema_version": 3}
    check = {"grade_id": "check_mean", "grade": True, "solution": False, "locked": True, "points": 1}
    cells = [(answer, about), ('check("mean", mean)', {**check, "schema_version": 3})]
    return json.dumps(
        {"cells": [{"cell_type": "code", "source": text, "metadata": {"nbgrader": info}} for text, info in cells]}
    )


Make = Callable[..., Course]


@pytest.fixture
def make_course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Write a course of one exercise, and let the package find its probe."""

    def make(probe: str = PROBE, bank: str = BANK, reference: str = REFERENCE, untouched: str = UNTOUCHED) -> Course:
        files = {
            f"probes/{CHAPTER}.py": probe,
            f"solutions/{CHAPTER}/{CHAPTER}.py": "",
            f"solutions/{CHAPTER}/bank.py": bank,
            f"solutions/{CHAPTER}/{CHAPTER}.ipynb": notebook(reference),
            f"notebooks/{CHAPTER}/{CHAPTER}.ipynb": notebook(untouched),
        }
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        monkeypatch.setattr(
            autograder.exercises, "__path__", [*autograder.exercises.__path__, str(tmp_path / "probes")]
        )
        monkeypatch.setenv("AUTOGRADER_COURSE", str(tmp_path))
        return Course(tmp_path)

    def forget() -> None:
        sys.modules.pop(f"autograder.exercises.{CHAPTER}", None)
        chapters.cache_clear()
        exercises_of.cache_clear()

    forget()
    yield make
    forget()


def audited(course: Course) -> Audited:
    [found] = audit(course, find_targets(course, []), range(1000, 1003), jobs=1, done=lambda: None)
    return found


def sentences(found: Audited) -> list[str]:
    return [finding.sentence for finding in found.findings]


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", "--jobs", "1", "--challenges", "2", *arguments], env={"COLUMNS": "400"})


# What is found --------------------------------------------------------------------------------------------


def test_nothing_slips_through_a_sound_check(make_course: Make) -> None:
    found = audited(make_course())
    assert sentences(found) == []
    counts = found.counts
    assert (counts.challenges, counts.right_passed, counts.wrong_named) == (4, 2, 2)
    assert (counts.pairs, counts.pairs_apart) == (1, 1)
    assert (counts.proven, counts.survivors) == (1, 0)
    assert counts.killed == counts.mutants - 1 > 10
    assert 0 < counts.named < counts.killed
    done = command()
    assert done.exit_code == 0, done.output
    assert "sound: nothing slips through" in done.stdout


def test_a_weak_probe_is_caught_and_what_it_lets_through_is_said(make_course: Make) -> None:
    make_course(probe=ONE_VALUE_ONLY)
    done = command()
    assert done.exit_code == 1
    passes = (
        'unsound mean: the wrong solution "sum_only" passes on all 3 challenges: nothing that the probe records tells'
    )
    assert f"{passes} it from the reference." in done.stdout
    survivor = "unsound mean: a mutant passes all 3 challenges (line 6, arithmetic changed). Either the probe does not"
    assert f"{survivor} record what is wrong with it, or it is right: then enter it in bank.py" in done.stdout
    assert "-    return total / len(values)\n+    return total * len(values)" in done.stdout
    assert "-    return total / len(values)\n+        return total / len(values)" in done.stdout


def test_a_probe_that_raises_by_itself_is_told_with_its_place(make_course: Make) -> None:
    # whatever a learner hands over is read through `record.call`, or it can raise
    make_course(probe=PROBE.replace("    for n", "    record.outcome('rounded', round(function([1.5])))\n    for n"))
    done = command()
    assert done.exit_code == 1
    told = (
        "unsound mean: the probe itself raised TypeError: type NoneType doesn't define __round__ method, at autograder/"
    )
    assert told in done.stdout
    assert "Read a learner's attributes and methods through `record.call` too." in done.stdout


def test_a_message_that_names_what_no_evidence_holds_is_found(make_course: Make) -> None:
    make_course(bank=BANK.replace("{got: the mean}. How", "{got: the median}. How"))
    done = command()
    assert done.exit_code == 1
    told = (
        'unsound mean: the message of "sum_only" names "the median", which no evidence of it holds on all 3 challenges.'
    )
    assert told in done.stdout


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            '@misconception("a")\ndef mean(values): ...\n',
            "@misconception wants an id and a message, both plain strings",
        ),
        (
            '@alternative("a", f"{1}")\ndef mean(values): ...\n',
            "@alternative wants an id and a reason, both plain strings",
        ),
        ('@alternative("a", "b")\ndef meen(values): ...\n', "`meen` is nothing that a learner writes here (mean)"),
        ("def helper(values): ...\n", "every definition in a bank stands under @misconception or @alternative."),
    ],
)
def test_a_slip_in_a_bank_is_one_line_with_its_place(make_course: Make, entry: str, message: str) -> None:
    make_course(bank=BANK + entry)
    done = command()
    assert done.exit_code == 1
    assert re.search(rf"bank\.py:\d+: {re.escape(message)}", done.stderr)


def test_a_wrong_alternative_is_rejected(make_course: Make) -> None:
    largest = '@alternative("largest", "it is not")\ndef mean(values):\n    return max(values)\n'
    make_course(bank=BANK + largest)
    done = command()
    assert done.exit_code == 1
    assert (
        'unsound mean: the right solution "largest" is rejected on all 3 challenges: Expected the mean' in done.stdout
    )


def test_two_misconceptions_that_leave_the_same_evidence_are_named_as_a_pair(make_course: Make) -> None:
    twin = SUM_ONLY.replace("sum_only", "not_divided").replace("sum(values)", "0.0 + sum(values)")
    make_course(bank=BANK + twin)
    done = command()
    assert done.exit_code == 1
    assert (
        'unsound mean: the wrong solutions "not_divided" and "sum_only" cannot be told apart on all 3 challenges: '
        "the first gets the message of the second." in done.stdout
    )
    assert "1 unsound" in done.stdout


def test_a_misconception_without_a_message_of_its_own_is_found(make_course: Make) -> None:
    unwritten = '@misconception("lazy", "No.")\ndef mean(values):\n    raise NotImplementedError()\n'
    [sentence] = sentences(audited(make_course(bank=BANK + unwritten)))
    assert sentence.startswith(
        'mean: the wrong solution "lazy" fails without its own message on all 4 challenges: `mean`'
    )


def test_a_reference_that_does_not_get_through_its_own_probe_is_found(make_course: Make) -> None:
    make_course(reference=REFERENCE.replace("len(values)", "length"))
    done = command()
    assert done.exit_code == 1
    assert "unsound mean: the reference itself does not pass on all 3 challenges: " in done.stdout
    assert "it ends at 'mean(values)' (raises NameError)" in done.stdout


def test_a_reference_that_answers_differently_each_time_is_found(make_course: Make) -> None:
    reference = REFERENCE.replace("0.0", "__import__('time').perf_counter_ns() % 1000")
    assert any(
        sentence.startswith("mean: the reference itself does not pass on all 4 challenges: Expected the mean to be")
        for sentence in sentences(audited(make_course(reference=reference)))
    )


def test_an_answer_in_the_student_notebook_is_found(make_course: Make) -> None:
    assert sentences(audited(make_course(untouched=REFERENCE))) == [
        'mean: the untouched cell is not told as "not written yet" on all 4 challenges: it passes'
    ]


def test_a_flaw_on_some_challenges_names_them(make_course: Make) -> None:
    sometimes = PROBE.replace("2)", "2) if challenge.seed % 2 else (1,)")
    assert sentences(audited(make_course(probe=sometimes)))[0] == (
        'mean: the wrong solution "sum_only" passes on 3 of 4 challenges (the public one, 1000, 1002): '
        "nothing that the probe records tells it from the reference."
    )


def test_a_surviving_mutant_is_proven_right_by_an_alternative_of_the_same_code(make_course: Make) -> None:
    found = audited(make_course(bank=SUM_ONLY + IN_ONE_LINE))
    assert sentences(found) == [
        "mean: a mutant passes all 4 challenges (line 5, in place or not). Either the probe does not record what is "
        "wrong with it, or it is right: then enter it in bank.py as an alternative, with the reason."
    ]
    assert "-        total += value\n+        total = total + value" in found.findings[0].diff


def test_a_mutant_that_only_a_fresh_challenge_sees_is_told_without_being_unsound(make_course: Make) -> None:
    n = "(challenge.integer(3, 6), 2)"
    make_course(bank=NOT_IN_PLACE, probe=PROBE.replace(n, f"{n} if challenge.seed > 20 else (1,)"))
    done = command()
    assert done.exit_code == 0
    late = "late mean: a mutant passes the public challenge and fails 2 of 2 others (line 6, arithmetic changed)"
    assert late in done.stdout


def test_a_mutant_that_does_not_end_or_cannot_be_defined_is_killed(make_course: Make) -> None:
    endless = "def mean(values):\n    while not values:\n        pass\n    return sum(values) / len(values)\n"
    with_default = endless.replace("(values):", "(values, n=1 / 1):")
    found = audited(make_course(reference=with_default, bank=SUM_ONLY))
    messages = [mutation.message for mutation in found.mutations]
    assert any("does not end" in message for message in messages)
    assert "the cell itself raises ZeroDivisionError: division by zero" in messages


# What is shown --------------------------------------------------------------------------------------------


def test_json_and_page_hold_what_the_table_holds(make_course: Make, tmp_path: Path) -> None:
    course = make_course(bank=SUM_ONLY)
    page = tmp_path / "audit.html"
    done = command("--json", "--html", str(page))
    assert done.exit_code == 1
    document = json.loads(done.stdout)
    [exercise] = document["exercises"]
    assert document["sound"] is False
    assert exercise["survivors"] == document["all"]["survivors"] == 1
    assert [one["fate"] for one in exercise["mutations"]].count("survived") == 1
    assert exercise["seeds"] == [20, 1000, 1001]
    shown = command().stdout
    html = page.read_text()
    assert "<script" not in html and "http" not in html.replace("http-equiv", "")
    named = percent(exercise["named_share"])
    for cell in (str(exercise["mutants"]), f"{exercise['wrong_named']}/{exercise['wrong']}", named):
        assert cell in shown
        assert f"<td>{cell}</td>" in html
    assert '<span class="plus">+        total = total + value</span>' in html
    assert exercise["findings"][0]["sentence"] in shown
    assert exercise["findings"][0]["sentence"] in html
    one = audited(course)
    other = replace(one, chapter="91_more")
    assert [row.name for row in lines([one])] == ["mean"]
    assert [row.name for row in lines([one, one])] == ["mean", "mean", CHAPTER]
    assert [row.name for row in lines([one, other])] == ["mean", "mean", "all"]
    row, _, everything = lines([one, other])
    assert int(everything.cells[0]) == 2 * int(row.cells[0])


def test_json_says_of_every_mutant_what_became_of_it(make_course: Make) -> None:
    [exercise] = as_json([audited(make_course())])["exercises"]
    fates = {one["diff"].splitlines()[-1]: one for one in exercise["mutations"]}
    [named] = [one for one in exercise["mutations"] if one["misconception"] == "first_only"]
    assert (named["fate"], named["operator"]) == ("killed", "next statement moved into the block")
    assert named["message"].startswith("Only the first value is added: ")
    assert [one["alternative"] for one in fates.values() if one["fate"] == "proven"] == ["not_in_place"]


def test_killed_mutants_without_a_name_are_listed_on_demand(make_course: Make) -> None:
    make_course()
    told = command().stdout
    assert "unnamed mean" not in told
    assert "killed mutants get no misconception's message: --unnamed lists them" in told
    assert "unnamed mean: operands swapped, line 6: Expected the mean to be" in command("--unnamed").stdout


def test_too_few_named_mutants_are_an_error_on_demand(make_course: Make) -> None:
    make_course()
    done = command("--min-named", "99")
    assert done.exit_code == 1
    assert "of the killed mutants are named" in done.stderr


def test_an_unknown_name_is_told_in_one_line_with_those_there_are(make_course: Make) -> None:
    make_course()
    done = command("meen")
    assert done.exit_code == 1
    assert (
        done.stderr.strip()
        == "error: no chapter or exercise 'meen'; did you mean 'mean'? The chapters are 90_numbers, the exercises mean"
    )


def test_a_missing_libcst_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "libcst" or name.startswith("autograder.auth")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "libcst", None)
    done = command()
    assert done.exit_code == 1
    assert done.stderr.strip().startswith(
        "error: an audit makes mutants with libcst, which is not installed: pip install"
    )


def test_an_interrupt_ends_all_processes_in_one_line(course: Course) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from autograder.cli import app; app()", "audit", "--jobs", "2"],
        cwd=course.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while len(children := psutil.Process(process.pid).children(recursive=True)) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (out, err.strip()) == ("", "error: interrupted; an audit keeps nothing")
    assert psutil.wait_procs(children, timeout=10)[1] == []


# Mutants --------------------------------------------------------------------------------------------------


def changed_lines(source: str, operator: str) -> set[str]:
    """What the mutants of one operator have in place of the reference's lines."""
    found = set()
    for mutant in make_mutants(source):
        if mutant.operator == operator:
            lines = [line for line in mutant.diff(source).splitlines() if line[0] == "+"]
            found.add("\n".join(line[1:] for line in lines))
    return found


LOOP = "def f(xs):\n    with quiet():\n        for x in xs:\n            a(x)\n            b(x)\n    return xs\n"


@pytest.mark.parametrize(
    ("operator", "source", "expected"),
    [
        ("statement dropped", "def f():\n    a()\n", {"    pass"}),
        ("statement dropped", 'def f():\n    "text"\n    a()\n    b()\n', {""}),
        ("statements swapped", "def f():\n    a()\n    b()\n", {"    b()"}),
        (
            "last statement moved out of its block",
            LOOP,
            {"        b(x)"},
        ),
        ("next statement moved into the block", LOOP, {"        return xs", "            return xs"}),
        (
            "with or if unwrapped",
            "def f(x):\n    if x:\n        a()\n    with b():\n        c()\n",
            {"    a()", "    c()"},
        ),
        ("decorator dropped", "@a\n@b\ndef f():\n    pass\n", {""}),
        ("return dropped", "def f(x):\n    return x + 1\n", {"    x + 1"}),
        ("condition negated", "def f(x):\n    if x:\n        a()\n", {"    if not x:"}),
        ("arithmetic changed", "y = a + -b\n", {"y = a - -b", "y = a + b"}),
        ("arithmetic changed", "y -= a ** b\n", {"y += a ** b", "y -= a * b"}),
        ("operands swapped", "y = a - (b + c)\n", {"y = (b + c) - a"}),
        ("comparison changed", "y = a < b\n", {"y = a <= b", "y = a > b"}),
        ("comparison changed", "y = a is not None\n", {"y = a is None"}),
        ("boolean flipped", "y = True and not x\n", {"y = False and not x", "y = True or not x", "y = True and x"}),
        ("number changed", "y = 5\n", {"y = 6", "y = 4", "y = 0", "y = -5"}),
        ("number changed", "y = -0.5\n", {"y = 0.5", "y = -1.5", "y = 0.0"}),
        ("text changed", 'y = d["X"], d["y"]\n', {'y = d["y"], d["y"]', 'y = d["X"], d["X"]'}),
        ("argument dropped", "y = f(a, b, k=c)\n", {"y = f(b, k=c)", "y = f(a, k=c)", "y = f(a, b)"}),
        ("argument dropped", "y = f(a)\n", set()),
        ("arguments swapped", "y = f(a, b, k=c)\n", {"y = f(b, a, k=c)"}),
        ("argument changed", "def f(a, b):\n    return g(a)\n", {"    return g(b)"}),
        ("call dropped", "y = a.f().g(1, b)\n", {"y = b", "y = a.g(1, b)"}),
        ("index dropped", "y = a[i]\n", {"y = a"}),
        ("elements changed", "y = [a, b]\n", {"y = [b, a]", "y = [b]", "y = [a]"}),
        ("elements changed", "a, b = c\n", {"b, a = c"}),
        ("neighbour taken", "y = x.T.sum()\n", {"y = x.sum()", "y = x.T.mean()"}),
        (
            "neighbour taken",
            "class C:\n    def __init__(self, a, b):\n        self.a = a\n        self.b = b\n\n"
            "    def f(self):\n        return self.a\n",
            {"        return self.b"},
        ),
        ("in place or not", "x += f(y)\n", {"x = x + f(y)"}),
        ("in place or not", "x = x - y\n", {"x -= y"}),
        ("in place or not", "x.zero_()\n", {"x.zero()"}),
    ],
)
def test_an_operator_makes_these_mutants(operator: str, source: str, expected: set[str]) -> None:
    assert operator in OPERATORS
    assert changed_lines(source, operator) == expected


def test_mutants_compile_and_differ_from_the_reference_and_from_each_other() -> None:
    mutants = make_mutants(REFERENCE)
    marks = [fingerprint(mutant.source) for mutant in mutants]
    assert len(set(marks)) == len(marks) == 15
    assert fingerprint(REFERENCE) not in marks


def test_docstrings_annotations_and_texts_to_be_filled_in_are_left_alone() -> None:
    source = 'def f(x: Literal["a", "b"]) -> None:\n    "text"\n    return f"{x + 1} {\'a\'}"\n'
    assert {mutant.operator for mutant in make_mutants(source)} == {"statement dropped", "return dropped"}


def test_a_mutant_knows_the_first_line_that_it_changes() -> None:
    assert {(mutant.operator, mutant.line) for mutant in make_mutants("a = 1\nb = 0\n")} == {
        ("number changed", 1),
        ("number changed", 2),
    }
