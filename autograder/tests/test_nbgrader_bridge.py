"""Results arrive in nbgrader's gradebook and files as nbgrader's own programs expect them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import autograder
from autograder.grading.course import Course, GradingError
from autograder.grading.feedback import write_feedback
from autograder.grading.ingest import rebuild
from autograder.grading.nbgrader_bridge import course_directory, open_gradebook, read_course, write_results
from autograder.grading.reading import Flag
from autograder.grading.results import CellScore, Result, Status
from autograder.grading.submissions import Submission, find_submission
from autograder.grading.template import read_template
from autograder.tests.tiny_course import (
    CHAPTER,
    hand_in,
    make_course,
    make_course_with_gradebook,
    release_of,
    solved,
)

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

REPOSITORY = Path(autograder.__file__).parents[1]
FULL_MARKS = (2.0, 3.0, 5.0)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    return read_course(make_course_with_gradebook(tmp_path))


@contextmanager
def gradebook(course: Course) -> Iterator[Gradebook]:
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{course.root}/gradebook.db") as found:
        yield found


def graded(
    course: Course,
    student: str = "alice",
    points: tuple[float | None, ...] = FULL_MARKS,
    comment: str = "Well done.",
    document: dict[str, Any] | None = None,
) -> Result:
    """Hand a notebook in and make the result that grading it would come to."""
    hand_in(course.root, student, document or solved())
    found = find_submission(course, student, CHAPTER)
    assert isinstance(found, Submission)
    template = read_template(course.release_notebook(CHAPTER), CHAPTER)
    text = {"output_type": "stream", "name": "stdout", "text": "passed\n"}
    notebook = rebuild(found.notebook, template).to_notebook({"check_double": [text]})
    scores = tuple(
        CellScore(slot.grade_id, got, worth, f"{slot.exercise}: {comment}", slot.exercise)
        for slot, got, worth in zip(template.checks, points, FULL_MARKS, strict=True)
    )
    return Result(student, CHAPTER, found.notebook.sha256, "v1", 7, "graded", (), scores, notebook)


def spoiled(status: Status, line: str = "", student: str = "alice") -> Result:
    flags = (Flag("no notebook", line),) if line else ()
    return Result(student, CHAPTER, "", "v1", 7, status, flags)


def points(course: Course, student: str = "alice") -> dict[str, tuple[float | None, float | None, bool]]:
    with gradebook(course) as book:
        found = book.find_submission_notebook(CHAPTER, CHAPTER, student)
        return {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade) for g in found.grades}


def comments(course: Course, student: str = "alice") -> dict[str, str | None]:
    with gradebook(course) as book:
        return {c.name: c.comment for c in book.find_submission_notebook(CHAPTER, CHAPTER, student).comments}


def everything(course: Course) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of the database, without the ids that are drawn at random."""
    with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {name: sorted(map(repr, database.execute(f"select * from {name}"))) for name in tables}


def test_scores_and_comments_arrive(course: Course) -> None:
    assert write_results(course, [graded(course, points=(2, 0, 2.5))]) == 1
    assert points(course) == {
        "check_double": (2.0, None, False),
        "check_Counter": (0.0, None, False),
        "check_mean": (2.5, None, False),
    }
    assert comments(course) == {
        "double": "double: Well done.",
        "Counter": "Counter: Well done.",
        "mean": "mean: Well done.",
    }


def test_the_chapters_rows_are_those_of_generate_assignment(course: Course, tmp_path_factory: Any) -> None:
    write_results(course, [graded(course)])
    other = Course(make_course_with_gradebook(tmp_path_factory.mktemp("other"), known=False))
    run_nbgrader(other.root, "generate_assignment", CHAPTER, "--force")
    rows = []
    for found in (course, other):
        with gradebook(found) as book:
            notebook = book.find_notebook(CHAPTER, CHAPTER)
            cells = [
                cell.to_dict() for cell in (*notebook.source_cells, *notebook.grade_cells, *notebook.solution_cells)
            ]
            rows.append([{**cell, "id": None} for cell in sorted(cells, key=lambda c: (c["name"], sorted(c)))])
            rows[-1].append({"kernelspec": notebook.kernelspec, "max": notebook.max_score})
    assert rows[0] == rows[1]


def test_the_autograded_notebook_is_the_executed_one_with_the_instructors_metadata(course: Course) -> None:
    from nbgrader.nbgraderformat import read

    write_results(course, [graded(course)])
    path = course.path("autograded", "alice", CHAPTER)
    with path.open(encoding="utf-8") as file:
        notebook = read(file, as_version=4)  # nbgrader's own reader: checks schemas
    assert [cell.metadata for cell in notebook.cells] == [cell["metadata"] for cell in release_of()["cells"]]
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.cells[4].outputs[0].text == "passed\n"


def test_formgrader_lists_the_submission_as_autograded(course: Course) -> None:
    from nbgrader.apps import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory

    write_results(course, [graded(course)])
    api = NbGraderAPI(CourseDirectory(root=str(course.root), source_directory="solutions"))
    found = api.get_submission(CHAPTER, "alice")
    assert (found["autograded"], found["score"], found["max_score"], found["needs_manual_grade"]) == (
        True,
        10,
        10,
        False,
    )
    assert [row["score"] for row in api.get_notebook_submissions(CHAPTER, CHAPTER)] == [10]


def test_writing_twice_changes_nothing(course: Course) -> None:
    result = graded(course)
    write_results(course, [result])
    path = course.path("autograded", "alice", CHAPTER)
    before = everything(course), path.read_bytes()
    write_results(course, [result])
    assert (everything(course), path.read_bytes()) == before


def test_what_a_person_gave_survives_regrading_and_is_marked_for_another_look(course: Course) -> None:
    write_results(course, [graded(course)])
    with gradebook(course) as book:
        grade = book.find_grade("check_mean", CHAPTER, CHAPTER, "alice")
        grade.manual_score, grade.extra_credit, grade.needs_manual_grade = 4.0, 0.5, False
        book.find_comment("mean", CHAPTER, CHAPTER, "alice").manual_comment = "By hand."
        book.db.commit()
    write_results(course, [graded(course, points=(2, 3, 0))])
    with gradebook(course) as book:
        grade = book.find_grade("check_mean", CHAPTER, CHAPTER, "alice")
        assert (grade.auto_score, grade.manual_score, grade.extra_credit, grade.score) == (0, 4, 0.5, 4.5)
        assert grade.needs_manual_grade
    assert comments(course)["mean"] == "By hand."


def test_no_score_stays_behind_when_the_file_got_unreadable(course: Course) -> None:
    write_results(course, [graded(course)])
    write_results(course, [spoiled("unreadable", "01_numbers: it breaks off. Ask for the <b>complete</b> file.")])
    assert set(points(course).values()) == {(0.0, None, True)}
    notebook = json.loads(course.path("autograded", "alice", CHAPTER).read_text())
    assert "".join(notebook["cells"][0]["source"]).startswith("**Not graded.** 01_numbers: it breaks off.")
    assert "return 2 * x" not in json.dumps(notebook)
    assert "it breaks off" in (comments(course)["double"] or "")


def test_no_score_and_no_notebook_stays_behind_when_the_file_is_gone(course: Course) -> None:
    write_results(course, [graded(course)])
    write_feedback(course, CHAPTER, ["alice"])
    write_results(course, [spoiled("missing")])
    assert set(points(course).values()) == {(0.0, None, False)}
    assert not course.path("autograded", "alice", CHAPTER).exists()
    assert not course.path("feedback", "alice", CHAPTER, ".html").exists()


def test_who_handed_in_nothing_has_a_row_with_zero(course: Course) -> None:
    write_results(course, [spoiled("missing", student="bob")])
    assert set(points(course, "bob").values()) == {(0.0, None, False)}


def test_a_failure_of_the_grader_is_no_zero(course: Course) -> None:
    write_results(course, [graded(course)])
    path = course.path("autograded", "alice", CHAPTER)
    before = path.read_bytes()
    write_results(course, [spoiled("failed")])
    assert set(points(course).values()) == {(None, None, True)}
    assert path.read_bytes() == before


def test_an_answer_left_as_it_was_given_out_says_no_response(course: Course) -> None:
    write_results(course, [graded(course, document=release_of(), points=(0, 0, 0), comment="")])
    result = graded(course, document=release_of(), points=(0, 0, 0))
    bare = Result(**{**vars(result), "scores": tuple(CellScore(s.grade_id, 0, s.max_score) for s in result.scores)})
    write_results(course, [bare])
    assert set(comments(course).values()) == {"No response."}


def test_a_comment_with_half_a_character_or_a_null_byte_arrives(course: Course) -> None:
    write_results(course, [graded(course, comment="You wrote \ud83d and \x00.")])
    assert comments(course)["mean"] == "mean: You wrote ? and \ufffd."


def test_a_late_submission_gets_the_courses_own_penalty(course: Course) -> None:
    config = course.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    write_results(course, [graded(course), graded(course, "bob")])
    with gradebook(course) as book:
        book.update_or_create_assignment(CHAPTER, duedate=datetime(2030, 1, 1))
    stamp = course.root / "submitted" / "alice" / CHAPTER / "timestamp.txt"
    stamp.write_text("2030-01-02 12:00:00.000000 UTC")
    (stamp.parents[2] / "bob" / CHAPTER / "timestamp.txt").write_text("2029-12-31 12:00:00 CET")
    write_results(course, [graded(course), graded(course, "bob")])
    with gradebook(course) as book:
        found = {s.student.id: (s.score, s.late_submission_penalty) for s in book.assignment_submissions(CHAPTER)}
        assert found == {"alice": (10, 10), "bob": (10, 0)}
        assert book.find_submission(CHAPTER, "alice").timestamp == datetime(2030, 1, 2, 12)
    assert course.path("autograded", "alice", CHAPTER).with_name("timestamp.txt").exists()


@pytest.mark.parametrize("content", [b"", b"yesterday", b"\xff" * 50, b"9" * 400, None])
def test_a_timestamp_that_is_none_is_left_out(course: Course, content: bytes | None) -> None:
    result = graded(course)
    path = course.root / "submitted" / "alice" / CHAPTER / "timestamp.txt"
    path.mkdir() if content is None else path.write_bytes(content)
    write_results(course, [result])
    with gradebook(course) as book:
        assert book.find_submission(CHAPTER, "alice").timestamp is None


def test_while_the_database_is_locked_it_waits_and_says_so(course: Course) -> None:
    result = graded(course)
    write_results(course, [])
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None, check_same_thread=False)
    said: list[str] = []

    def say(line: str) -> None:
        said.append(line)
        other.execute("rollback")

    with open_gradebook(course, say) as writer:
        writer.assignment(CHAPTER)
        other.execute("begin exclusive")
        writer.write(result)
    assert said == ["The gradebook is in use by another program; waiting."]
    assert points(course)["check_mean"][0] == 5


def test_a_database_that_stays_locked_is_told_in_one_line_and_nothing_is_half_written(course: Course) -> None:
    result = graded(course)
    other = sqlite3.connect(course.root / "gradebook.db", isolation_level=None)
    with open_gradebook(course, lambda line: None, patience=0) as writer:
        writer.assignment(CHAPTER)
        other.execute("begin exclusive")
        with pytest.raises(GradingError, match="locked for too long"):
            writer.write(result)
        other.execute("rollback")
    assert not course.path("autograded", "alice", CHAPTER).exists()
    with gradebook(course) as book:
        assert book.students == []


def test_only_one_process_writes_at_a_time(course: Course) -> None:
    said: list[str] = []
    result = graded(course)
    with open_gradebook(course) as one, open_gradebook(course, said.append, patience=0) as other:
        other.assignment(CHAPTER)
        with one.turn.taken(), pytest.raises(GradingError, match="Another grader is still writing"):
            other.write(result)
        other.write(result)
    assert said == ["Another grader is writing into the gradebook; waiting for it to end."]
    assert points(course)["check_mean"][0] == 5


def test_exercises_that_changed_after_submissions_are_told_in_one_line(course: Course) -> None:
    write_results(course, [graded(course)])
    path = course.source_notebook(CHAPTER)
    source = json.loads(path.read_text())
    source["cells"] = [cell for cell in source["cells"] if cell["id"] not in ("mean", "check_mean")]
    path.write_text(json.dumps(source))
    with pytest.raises(GradingError, match="nbgrader db assignment remove 01_numbers"):
        write_results(course, [graded(course)])


def test_points_that_changed_arrive(course: Course) -> None:
    write_results(course, [graded(course)])
    path = course.source_notebook(CHAPTER)
    path.write_text(path.read_text().replace('"points": 5', '"points": 50'))
    write_results(course, [graded(course)])
    with gradebook(course) as book:
        assert book.find_assignment(CHAPTER).max_score == 55


def test_a_score_above_the_maximum_is_refused() -> None:
    with pytest.raises(ValueError, match=r"check_mean: 6 is no score from 0 to 5"):
        CellScore("check_mean", 6, 5)


def test_a_result_comes_back_from_its_record(course: Course) -> None:
    result = graded(course)
    document = json.loads(json.dumps(result.to_json()))
    assert Result.from_json(document) == result


WRITER = """
import sys
from pathlib import Path
from autograder.grading.nbgrader_bridge import open_gradebook, read_course
from autograder.tests.test_nbgrader_bridge import graded
course = read_course(Path(sys.argv[1]))
with open_gradebook(course) as writer:
    for number in range(int(sys.argv[2])):
        writer.write(graded(course, f"s{number:02d}"))
        print(number, flush=True)
"""


def test_a_writer_that_is_killed_leaves_everybody_whole_or_absent_and_the_next_two_at_once_end_the_work(
    course: Course,
) -> None:
    command = [sys.executable, "-c", WRITER, str(course.root), "8"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdout=pipe, stderr=pipe, text=True) as child:
        assert child.stdout is not None
        told = [int(child.stdout.readline()) for _ in range(4)]
        child.kill()
    with gradebook(course) as book:
        known = [student.id for student in book.students]
    assert set(known) >= {f"s{number:02d}" for number in told}
    assert all(points(course, student)["check_mean"] == (5.0, None, False) for student in known)
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=pipe) for _ in range(2)]
    assert [(child.communicate()[1], child.returncode) for child in both] == [(b"", 0)] * 2
    with gradebook(course) as book:
        assert len(book.students) == len(book.assignment_submissions(CHAPTER)) == 8


FULL = """
import shutil, sys
from pathlib import Path
from autograder.grading.course import GradingError
from autograder.grading.nbgrader_bridge import read_course, write_results
from autograder.tests.test_nbgrader_bridge import graded
root, disk = map(Path, sys.argv[1:])
shutil.copytree(root, disk, dirs_exist_ok=True)
course = read_course(disk)
results = [graded(course, f"s{number:02d}") for number in range(40)]
filler = disk / "filler"
with filler.open("wb", buffering=0) as file:
    try:
        for _ in range(10_000):
            file.write(bytes(10_000))
    except OSError:
        file.truncate(file.tell() - 150_000)
try:
    print(write_results(course, results))
except GradingError as error:
    print(error)
filler.unlink()
print(write_results(course, results), len(list(disk.glob("autograded/*/*/*.ipynb"))), *disk.rglob(".*.part"))
"""


def test_a_disk_that_fills_up_is_told_in_one_line_and_the_next_run_ends_the_work(
    course: Course, tmp_path_factory: pytest.TempPathFactory
) -> None:
    disk = tmp_path_factory.mktemp("disk")
    script = f'mount -t tmpfs -o size=4m none "{disk}" && exec "{sys.executable}" -c "$1" "{course.root}" "{disk}"'
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    command = ["unshare", "-rm", "sh", "-c", script, "sh", FULL]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if "unshare:" in done.stderr or "mount:" in done.stderr:
        pytest.skip("this machine lets nobody make a small disk")
    told, ended = done.stdout.splitlines()
    assert told.startswith("The disk is full: ")
    assert ended == "40 40"


def run_nbgrader(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_feedback_tells_each_verdict_and_nothing_a_learner_wrote_becomes_html(course: Course) -> None:
    result = graded(course, points=(2, 0, 5), comment="Who clears `.grad`? You wrote <script>alert(1)</script>.")
    odd = "Zoë [x] {0} *"
    write_results(course, [result, graded(course, odd), spoiled("missing", student="carol")])
    paths = write_feedback(course, CHAPTER, ["alice", odd, "carol"])
    assert paths == [course.path("feedback", name, CHAPTER, ".html") for name in ("alice", odd)]
    page = paths[0].read_text(encoding="utf-8")
    assert "Counter: Who clears <code>.grad</code>?" in page
    assert "(Score: 7.0 / 10.0)" in page
    assert "<script>alert(1)" not in page and "alert(1)" in page
    assert "Well done" in paths[1].read_text(encoding="utf-8")


def test_nbgraders_own_generate_feedback_makes_the_same_page(course: Course) -> None:
    write_results(course, [graded(course, comment="Who clears `.grad`?")])
    (path,) = write_feedback(course, CHAPTER, ["alice"])
    ours = path.read_text(encoding="utf-8")
    run_nbgrader(course.root, "generate_feedback", CHAPTER, "--force")
    assert path.read_text(encoding="utf-8") == ours


def test_a_new_gradebook_has_the_revision_that_nbgrader_would_give_it(tmp_path: Path) -> None:
    from nbgrader.api import get_alembic_version

    with open_gradebook(read_course(make_course(tmp_path))), closing(sqlite3.connect(tmp_path / "gradebook.db")) as db:
        made = db.execute("SELECT version_num FROM alembic_version").fetchall()
    assert made == [(get_alembic_version(),)]


def test_the_folders_are_those_that_nbgrader_itself_uses(tmp_path: Path) -> None:
    configured = "c = get_config()\nc.CourseDirectory.submitted_directory = 'handed-in'\n"
    for name, config in (("silent", ""), ("configured", configured)):
        root = tmp_path / name
        root.mkdir()
        (root / "nbgrader_config.py").write_text(config)
        found, own = read_course(root), course_directory(root)
        for step in ("source", "release", "submitted", "autograded", "feedback"):
            assert getattr(found, step) == getattr(own, f"{step}_directory"), step
        assert str(found.root) == own.root


def test_a_course_is_read_long_before_nbgrader_is_imported(tmp_path: Path) -> None:
    # a grader's sandbox starts meanwhile
    code = (
        "import sys\nfrom pathlib import Path\nfrom autograder.grading import batch, nbgrader_bridge\n"
        "nbgrader_bridge.read_course(Path(sys.argv[1]))\n"
        "print([name for name in ('nbgrader', 'torch', 'sqlalchemy', 'jsonschema') if name in sys.modules])"
    )
    command = [sys.executable, "-W", "ignore", "-c", code, str(make_course(tmp_path))]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "[]\n"
