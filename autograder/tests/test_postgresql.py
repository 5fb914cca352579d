"""The gradebook in PostgreSQL, as `db_url` in nbgrader_config.py asks for it: a real server, where one is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading.classroom import read_gradebook
from autograder.grading.course import Course, GradingError
from autograder.grading.nbgrader_bridge import course_directory, read_course, write_results
from autograder.tests.test_nbgrader_bridge import graded, spoiled
from autograder.tests.tiny_course import CHAPTER, make_course


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The folder with the socket of a server that listens there and nowhere else."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")), shutil.which("initdb")]
    programs = next((Path(path).parent for path in reversed(found) if path), None)
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    # it refuses to run as root
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else os.geteuid()
    os.chown(folder, user, -1)

    def call(program: str, *arguments: str) -> None:
        as_user = {"user": user, "extra_groups": []} if os.geteuid() == 0 else {}
        command = [programs / program, "-D", folder / "data", *arguments]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, **as_user)

    call("initdb", "--auth=trust", "--username=course", "--no-sync", "--encoding=UTF8", "--locale=C")
    call("pg_ctl", "start", "-w", "-l", str(folder / "log"), "-o", f"-c listen_addresses='' -F -k {folder}")
    yield str(folder)
    call("pg_ctl", "stop", "-m", "immediate")
    shutil.rmtree(folder)


def course_with(root: Path, db_url: str) -> Course:
    make_course(root)
    with (root / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {db_url!r}\n")
    return read_course(root)


def test_results_arrive_and_nbgrader_finds_them(server: str, tmp_path: Path) -> None:
    from nbgrader.api import Gradebook

    course = course_with(tmp_path, f"postgresql+psycopg://course@/postgres?host={server}")
    odd = "Zoë '; --"
    write_results(course, [graded(course), graded(course, odd, points=(2, 0, None), comment="null \x00, half \ud83d")])
    write_results(course, [graded(course, points=(2, 3, 0)), spoiled("missing", student="carol")])
    entered = read_gradebook(course, CHAPTER) or {}
    found = {student: (one.score, one.max_score, one.needs_manual_grade) for student, one in entered.items()}
    assert found == {"alice": (5, 10, False), odd: (2, 10, True), "carol": (0, 10, False)}
    with Gradebook(course_directory(course.root).db_url) as gradebook:
        assert gradebook.find_submission(CHAPTER, "alice").score == 5
    assert not (course.root / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "postgresql+psycopg://course@/postgres?host={folder}",
            r"^The gradebook cannot be used \(connection .*",
        ),
        ("postgresql+nothing://", r"^nbgrader_config.py: the database of db_url cannot be used \(.*nothing.*driver"),
    ],
)
def test_a_database_that_is_not_there_is_told_in_one_line(tmp_path: Path, url: str, told: str) -> None:
    course = course_with(tmp_path, url.format(folder=tmp_path))
    with pytest.raises(GradingError, match=told) as raised:
        write_results(course, [])
    assert "\n" not in str(raised.value)
