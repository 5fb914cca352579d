"""What a learner meets: `check` on every kind of object, and that it leaves no trace in the kernel."""

from __future__ import annotations

import copy
import os
import random
import subprocess
import sys
import textwrap
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import autograder
from autograder import CheckFailed, check, hint, passed, progress
from autograder.challenge import Challenge
from autograder.exercise import find_exercise
from autograder.recorder import Recorder

RIGHT = """
def train_one_epoch(model, data_loader, optimizer):
    for batch in data_loader:
        optimizer.zero_grad()
        loss = ((model.forward(batch["X"]).squeeze(1) - batch["y"]) ** 2).sum()
        loss.backward()
        optimizer.step()
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def written(source: str, **variables: Any) -> dict[str, Any]:
    """The names that a notebook would hold after running `source`."""
    namespace = {"torch": torch, **variables}
    exec(textwrap.dedent(source), namespace)
    return namespace


def failure(exercise: str, obj: Any) -> CheckFailed:
    with pytest.raises(CheckFailed) as caught:
        check(exercise, obj)
    return caught.value


def train_failure(body: str, **variables: Any) -> CheckFailed:
    source = "def train_one_epoch(model, data_loader, optimizer):\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return failure("train_one_epoch", written(source, **variables)["train_one_epoch"])


def test_a_right_solution_prints_one_line_with_its_points(capsys: pytest.CaptureFixture[str]) -> None:
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])
    points = autograder.notebook.public_keys("04_learning_loops")["train_one_epoch"].points
    assert capsys.readouterr() == (f"train_one_epoch: passed ({points:g} of {points:g} points)\n", "")
    assert passed("train_one_epoch")


def test_a_known_misconception_is_named() -> None:
    error = failure("train_one_epoch", written(RIGHT.replace("optimizer.zero_grad()", "pass"))["train_one_epoch"])
    assert (error.exercise, error.misconception, error.points) == ("train_one_epoch", "no_zero_grad", 0.0)
    assert error.max_points > 0
    assert error.message in str(error)
    assert not passed("train_one_epoch")


def test_an_unknown_mistake_is_told_by_its_first_difference() -> None:
    odd = RIGHT.replace("        loss.backward()", "        (loss * 1.1).backward()")
    error = failure("train_one_epoch", written(odd)["train_one_epoch"])
    assert error.misconception is None
    assert error.message.startswith("Expected the weights and bias after epoch 1 to be [")
    assert "; got [" in error.message


def test_an_endless_loop_ends_with_a_message_even_where_it_swallows_exceptions() -> None:
    error = train_failure("while True:\n    try:\n        1 / 0\n    except:\n        pass")
    assert "`train_one_epoch(model, data_loader, optimizer)` does not end" in error.message


def test_sleeping_for_ever_ends_with_a_message() -> None:
    assert "does not end" in train_failure("import time\ntime.sleep(1e6)").message


def test_an_endless_loop_ends_outside_the_main_thread_too() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(train_failure("while True: pass").message))
    thread.start()
    thread.join()
    assert "does not end" in found[0]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("import sys; sys.exit(3)", "`train_one_epoch(model, data_loader, optimizer)` raised SystemExit: 3."),
        ("raise NotImplementedError()", "`train_one_epoch` is not written yet"),
        ("undefined_name", "raised NameError: name 'undefined_name' is not defined."),
        ("raise ValueError('what now')", "raised ValueError: what now."),
    ],
)
def test_what_the_learners_code_raises_is_told(body: str, message: str) -> None:
    assert message in train_failure(body).message


@pytest.mark.parametrize(
    ("obj", "message"),
    [
        (3, "The check wants `train_one_epoch` itself, a function; what it was given is int."),
        (None, "The check wants `train_one_epoch` itself, a function; what it was given is None."),
        (dict, "The check wants `train_one_epoch` itself, a function; what it was given is a class."),
        (
            lambda model, loader: None,
            "It will be called as `train_one_epoch(model, data_loader, optimizer)`, "
            "but yours is `train_one_epoch(model, loader)`.",
        ),
    ],
)
def test_something_else_than_the_function_is_told(obj: Any, message: str) -> None:
    assert failure("train_one_epoch", obj).message == message


def test_an_instance_in_place_of_its_class_is_told() -> None:
    class Linear:
        def __init__(self, n_in: int, n_out: int) -> None:
            pass

    assert failure("Linear", Linear(4, 1)).message == (
        "The check wants `Linear` itself, a class; what it was given is an instance, Linear(…), "
        "where the class itself is wanted."
    )


def test_a_probe_that_meets_something_unforeseen_still_answers_the_learner(monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(obj: Any, challenge: Challenge, record: Recorder) -> None:
        obj.nowhere()

    found = replace(find_exercise("train_one_epoch"), probe=careless)
    monkeypatch.setattr("autograder.notebook.find_exercise", lambda name: found)
    with pytest.raises(CheckFailed) as failed:
        check("train_one_epoch", lambda model, data_loader, optimizer: None)
    assert (
        "`train_one_epoch` raised AttributeError: 'function' object has no attribute 'nowhere'." in failed.value.message
    )


def test_an_unknown_exercise_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="no exercise 'train_one_epok'; there are TabularDataset, "):
        check("train_one_epok", print)


def test_printing_and_warning_inside_the_function_reach_nobody(capfd: pytest.CaptureFixture[str]) -> None:
    loud = RIGHT.replace(
        "        loss.backward()",
        "        print('x' * 1000)\n        import warnings; warnings.warn('hm')\n        loss.backward()",
    )
    check("train_one_epoch", written(loud)["train_one_epoch"])
    out, err = capfd.readouterr()
    assert out.startswith("train_one_epoch: passed")
    assert out.count("\n") == 1
    assert err == ""


def test_seeds_settings_and_folder_stay_as_they_were(tmp_path: Path) -> None:
    body = """
        import os, random, numpy
        torch.manual_seed(1); numpy.random.seed(1); random.seed(1)
        torch.set_default_dtype(torch.float64); torch.set_grad_enabled(False); torch.set_num_threads(1)
        os.chdir("/")
    """
    threads = torch.get_num_threads()
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    with torch.no_grad():
        train_failure(body)
        assert not torch.is_grad_enabled()
    assert torch.is_grad_enabled()
    drawn = torch.rand(1).item(), np.random.rand(), random.random()
    torch.manual_seed(5)
    np.random.seed(5)
    random.seed(5)
    assert drawn == (torch.rand(1).item(), np.random.rand(), random.random())
    assert torch.get_default_dtype() is torch.float32
    assert torch.get_num_threads() == threads
    assert Path.cwd() == tmp_path


def test_a_function_that_trains_the_notebooks_own_model_leaves_it_as_it_was() -> None:
    own = torch.nn.Linear(2, 1)
    before = copy.deepcopy(own.state_dict())
    source = """
        settings = {"lr": 1}
        def train_one_epoch(model, data_loader, optimizer):
            global extra
            extra = 1
            settings["lr"] = 2
            with torch.no_grad():
                own.weight.add_(1.0)
    """
    notebook = written(source, own=own)
    failure("train_one_epoch", notebook["train_one_epoch"])
    assert notebook["own"] is own
    assert all(torch.equal(own.state_dict()[name], before[name]) for name in before)
    assert notebook["settings"] == {"lr": 1}
    assert "extra" not in notebook


def test_another_challenge_needs_the_bank_and_works_with_it() -> None:
    right = written(RIGHT)["train_one_epoch"]
    check("train_one_epoch", right, seed=7)
    wrong = written(RIGHT.replace("optimizer.zero_grad()", "pass"))["train_one_epoch"]
    with pytest.raises(CheckFailed) as caught:
        check("train_one_epoch", wrong, seed=7)
    assert caught.value.misconception == "no_zero_grad"


def test_importing_the_learners_side_imports_neither_nbgrader_nor_authoring_nor_grading() -> None:
    code = (
        "import sys, autograder; autograder.check; "
        "far = ('nbgrader', 'jupytext', 'autograder.authoring', 'autograder.grading'); "
        "print([m for m in sys.modules if m.startswith(far)])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_hints_come_one_after_the_other_and_stay_at_the_last(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        hint("train_one_epoch")
    titles = [line for line in capsys.readouterr().out.splitlines() if line.startswith("Hint ")]
    assert titles == [
        "Hint 1 of 3 for train_one_epoch, where to look:",
        "Hint 2 of 3 for train_one_epoch, how to think:",
        "Hint 3 of 3 for train_one_epoch, nearly the line:",
        "Hint 3 of 3 for train_one_epoch, nearly the line:",
    ]


def test_progress_survives_a_new_process(capsys: pytest.CaptureFixture[str]) -> None:
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])
    done = subprocess.run(
        [sys.executable, "-c", "from autograder import progress; progress()"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "✓ train_one_epoch" in done.stdout
    assert "· fit" in done.stdout


def test_an_exercise_once_passed_stays_passed(capsys: pytest.CaptureFixture[str]) -> None:
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])
    train_failure("return 1 / 0")
    progress()
    assert "✓ train_one_epoch" in capsys.readouterr().out


def test_progress_counts_everything_when_many_processes_write_at_once(tmp_path: Path) -> None:
    code = (
        "from autograder import state; from autograder.judge import Verdict\n"
        "for i in range(20): state.remember_attempt('exercise%d' % (i % 4), Verdict('e', 'failed'))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    tries = {name: attempt.tries for name, attempt in autograder.state.load().items()}
    assert tries == {f"exercise{i}": 20 for i in range(4)}


@pytest.mark.parametrize(
    "damage", ["", "{", "[1, 2]", '{"train_one_epoch": 3}', '{"train_one_epoch": {"surprise": 1}}']
)
def test_a_damaged_progress_file_does_not_stop_a_check(damage: str, tmp_path: Path) -> None:
    (tmp_path / ".progress.json").write_text(damage)
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])


def test_a_folder_without_write_permission_does_not_stop_a_check(capsys: pytest.CaptureFixture[str]) -> None:
    # /proc takes no new files, not even from root
    os.chdir("/proc")
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])
    assert "passed" in capsys.readouterr().out


def test_nothing_is_remembered_while_nbgrader_runs_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("train_one_epoch", written(RIGHT)["train_one_epoch"])
    assert list(tmp_path.iterdir()) == []
