"""What several test modules need: a copy of the course to change, and the command line in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.course import Course, find_course

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def course() -> Course:
    """The course these tests stand in; nothing may be written to it."""
    found = find_course(Path(__file__))
    assert found is not None, "the tests need the course folder around them"
    return found


@pytest.fixture
def course_copy(course: Course, tmp_path: Path) -> Course:
    """A copy of the course with a package of its own: what a test does to it stays in it."""
    root = tmp_path / "course"
    ignore = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".progress.json*", "tests")
    for folder in ("solutions", "notebooks", "autograder"):
        shutil.copytree(course.root / folder, root / folder, ignore=ignore)
    shutil.copy(course.root / "nbgrader_config.py", root)
    return Course(root)


@pytest.fixture(scope="session")
def run() -> Run:
    """Run a command of the environment in a course folder: `run(course, "autograder", "build")`."""

    def run_command(course: Course, *command: str, expect: int | None = 0) -> subprocess.CompletedProcess[str]:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("NBGRADER", "JUPYTER"))
        }
        environment["PYTHONPATH"] = str(course.root)
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        environment["COLUMNS"] = "200"
        entry = {
            "autograder": ["-c", "from autograder.cli import app; app()"],
            "nbgrader": ["-m", "nbgrader"],
        }[command[0]]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *entry, *command[1:]],
            cwd=course.root,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        assert expect is None or done.returncode == expect, (
            f"{command} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    return run_command
