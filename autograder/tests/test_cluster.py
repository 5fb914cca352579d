"""Grading on a Dask cluster: a real scheduler and real workers on this machine, one of which is killed."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

import autograder
from autograder.authoring.course import Course
from autograder.grading import cluster
from autograder.grading.batch import GradingError, Progress, Settings, grade
from autograder.grading.nbgrader_bridge import read_course
from autograder.grading.results import Result
from autograder.grading.transcript import Limits
from autograder.grading.work import Work
from autograder.tests.test_grade import CHAPTER, DUE, fill_class, in_gradebook

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("grade")]


@contextmanager
def started(folder: Path, name: str, *command: str, path: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A part of the cluster, as a process of its own; what it says goes into a file."""
    environment = {**os.environ, "PYTHONPATH": path}
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "dask", *command, "--no-dashboard"],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of a running scheduler."""
    file = folder / "scheduler.json"
    command = ("scheduler", "--host", "127.0.0.1", "--port", "0", "--scheduler-file", str(file))
    with started(folder, "scheduler", *command) as process:
        while not file.exists() or not file.read_text().endswith("}"):
            assert process.poll() is None, (folder / "scheduler.log").read_text()
        yield json.loads(file.read_text())["address"]


@contextmanager
def worker(folder: Path, name: str, address: str, path: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """A running worker for one submission at a time; `path` goes before the installed package."""
    command = ("worker", address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
    with started(folder, name, *command, path=path) as process:
        yield process


class KillOne(Progress):
    """Kills a worker as soon as both have executed something."""

    def __init__(self, address: str, victim: subprocess.Popen[bytes]) -> None:
        from distributed import Client

        self.client = Client(address, set_as_default=False)
        self.client.wait_for_workers(2)
        self.victim, self.executed = victim, {}

    def done(self, result: Result) -> None:
        """Look who has executed how much."""
        if self.victim.poll() is None:
            self.executed = self.client.run(lambda dask_worker: dask_worker.state.executed_count)
            if all(self.executed.values()):
                self.victim.kill()
                self.victim.wait()


def test_two_workers_give_the_scores_of_one_machine_even_if_one_of_them_dies(course_copy: Course) -> None:
    students = fill_class(course_copy, "right", "untouched", "wrong", "crash", "broken", again=2)
    root = course_copy.root
    with ExitStack() as stack:
        address = stack.enter_context(scheduler(root))
        victim, _ = (stack.enter_context(worker(root, name, address)) for name in ("one", "two"))
        watching = KillOne(address, victim)
        report = grade(read_course(root), CHAPTER, Settings(scheduler=address), watching)
        watching.client.close()
    assert report.complete
    assert {one.student: one.score for one in report.results} == {name: DUE[kind] for name, kind in students.items()}
    assert in_gradebook(course_copy) == {name: DUE[kind] for name, kind in students.items()}
    assert victim.poll() is not None
    assert len(watching.executed) == 2


def test_nobody_who_answers_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        pytest.raises(GradingError, match=rf"^No Dask scheduler answers at 127.0.0.1:{port} \(.*Connection refused\)"),
        cluster.cluster(f"127.0.0.1:{port}", print),
    ):
        pass
    with pytest.raises(GradingError, match="missing port number"), cluster.cluster("nonsense", print):
        pass


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise ModuleNotFoundError('no such module')", "cannot import the course's package"),
        ("", "has another version of the course's package"),
    ],
)
def test_a_worker_with_no_or_another_package_is_told_in_one_line(tmp_path: Path, code: str, told: str) -> None:
    package = tmp_path / "autograder"
    shutil.copytree(Path(autograder.__file__).parent, package, ignore=shutil.ignore_patterns("tests", "keys"))
    (package / "__init__.py").write_text(code)
    work = Work("ada", CHAPTER, (), 1, Limits(), ())
    with (
        scheduler(tmp_path) as address,
        worker(tmp_path, "one", address, str(tmp_path)),
        cluster.cluster(address, print) as workers,
        pytest.raises(GradingError, match=rf"^The Dask worker tcp://127.0.0.1:\d+ {told}"),
    ):
        workers.submit(work).result()
