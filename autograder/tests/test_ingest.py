"""What is made of what learners hand in: reading, finding and rebuilding notebooks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.grading.course import Course, list_students
from autograder.grading.ingest import Rebuilt, rebuild
from autograder.grading.reading import RawNotebook, Unreadable, parse_notebook
from autograder.grading.submissions import NoSubmission, Submission, find_submission
from autograder.grading.template import normalise, prepare, read_template
from autograder.tests.tiny_course import (
    CHAPTER,
    OTHER_CHAPTER,
    answers,
    hand_in,
    make_course,
    release_of,
    solved,
)
from autograder.tests.unlucky import CASES, Case, Desk, answer_cells, by_grade_id, check_cells, code, copied

TEMPLATE = prepare(release_of(), CHAPTER)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_course(tmp_path)


def lay_out(case: Case, root: Path) -> None:
    home = root / "submitted" / "alice"
    texts = json.dumps(solved()), json.dumps(release_of())
    case.lay_out(Desk(home, CHAPTER, *texts, OTHER_CHAPTER, json.dumps(solved(OTHER_CHAPTER))))


def read(document: dict[str, Any]) -> RawNotebook:
    found = parse_notebook(json.dumps(document).encode(), "alice.ipynb")
    assert isinstance(found, RawNotebook)
    return found


def rebuilt(document: dict[str, Any]) -> Rebuilt:
    return rebuild(read(document), TEMPLATE)


def lines(result: Rebuilt) -> list[str]:
    return [flag.text for flag in result.flags]


def test_the_table_holds_at_least_sixty_cases() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_each_unlucky_submission_is_made_the_best_of(case: Case, root: Path) -> None:
    lay_out(case, root)
    found = find_submission(Course(root), "alice", CHAPTER)
    if case.code:
        assert isinstance(found, NoSubmission)
        assert found.code == case.code
        assert found.text.startswith(f"{CHAPTER}: ")
        assert "\n" not in found.text
        return
    assert isinstance(found, Submission), found
    result = rebuild(found.notebook, TEMPLATE)
    flags = [*found.flags, *result.flags]
    assert {flag.code for flag in flags} == case.flags
    assert all("\n" not in flag.text and flag.text.isprintable() for flag in flags)
    right = {cell["metadata"]["nbgrader"]["grade_id"]: cell["source"] for cell in answer_cells(solved())}
    expected = {"all": answers(), "none": [], "all but the first": answers()[1:]}[case.answers]
    taken = {name: normalise(sources[-1]) for name, sources in result.answers.items() if sources}
    assert [name for name in answers() if name in taken and normalise(right[name]) in taken[name]] == expected
    if case.answers == "none":
        assert taken == {}
    assert_instructors_own(result)


def assert_instructors_own(result: Rebuilt) -> None:
    slots = {slot.id: slot for slot in TEMPLATE.slots}
    assert [cell.id for cell in result.cells if cell.id in slots] == [slot.id for slot in TEMPLATE.slots]
    assert len({cell.id for cell in result.cells}) == len(result.cells)
    for cell in result.cells:
        slot = slots.get(cell.id)
        if slot is None:
            assert cell.metadata == {} and not cell.grade_id and cell.kind != "check"
            continue
        assert (cell.metadata, cell.cell_type, cell.grade_id) == (
            slot.metadata,
            slot.cell_type,
            slot.grade_id,
        )
        assert (cell.exercise, cell.object_name) == (slot.exercise, slot.object_name)
        if slot.role == "locked":
            assert cell.source == slot.source
    notebook = result.to_notebook()
    json.dumps(notebook).encode("utf-8")
    assert notebook.metadata == TEMPLATE.metadata


@given(st.binary())
@settings(deadline=None)
def test_reading_never_crashes_on_any_bytes(content: bytes) -> None:
    assert isinstance(parse_notebook(content, "x"), RawNotebook | Unreadable)


plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
cell_like = st.fixed_dictionaries(
    {},
    optional={
        "cell_type": st.sampled_from(["code", "markdown", "raw", "heading", 3]) | anything,
        "id": st.sampled_from([slot.id for slot in TEMPLATE.slots]) | anything,
        "source": st.sampled_from([slot.source for slot in TEMPLATE.slots])
        | st.sampled_from(["def double(x):\n    return 1", "class Counter: pass", 'check("mean", mean)'])
        | anything,
        "input": anything,
        "metadata": st.fixed_dictionaries(
            {"tags": st.just(["skip-execution"])},
            optional={
                "nbgrader": st.fixed_dictionaries(
                    {
                        "grade_id": st.sampled_from([*TEMPLATE.by_grade_id, "other"]) | anything,
                        "points": st.just(1000),
                        "locked": st.booleans(),
                        "solution": st.booleans(),
                    }
                )
            },
        )
        | anything,
        "attachments": anything,
    },
)
notebook_like = st.fixed_dictionaries(
    {"cells": st.lists(cell_like | anything, max_size=12)},
    optional={"metadata": anything, "nbformat": anything},
)


@given(notebook_like)
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_no_notebook_changes_a_locked_cell_a_tag_or_metadata(document: dict[str, Any]) -> None:
    found = parse_notebook(json.dumps(document).encode(), "x")
    assert isinstance(found, RawNotebook)
    assert_instructors_own(rebuild(found, TEMPLATE))


@given(st.permutations(range(len(TEMPLATE.slots))), st.booleans())
@settings(deadline=None, max_examples=60)
def test_every_answer_is_found_in_any_order_of_the_cells(order: list[int], stripped: bool) -> None:
    document = solved()
    document["cells"] = [document["cells"][index] for index in order]
    if stripped:
        for cell in document["cells"]:
            cell["metadata"] = {}
            del cell["id"]
    assert all(len(sources) == 1 for sources in rebuilt(document).answers.values())


HOME = Course(Path(__file__).parents[2])


@pytest.mark.parametrize("chapter", HOME.chapters())
def test_each_chapters_answers_and_checks_are_understood(chapter: str) -> None:
    template = read_template(HOME.release_notebook(chapter), chapter)
    assert all(slot.names for slot in template.answers if slot.cell_type == "code")
    assert all(slot.exercise and slot.object_name for slot in template.checks)
    assert {slot.exercise for slot in template.checks} <= {slot.grade_id for slot in template.answers}


def test_a_right_submission_gets_no_flag_and_stays_as_it_is() -> None:
    result = rebuilt(solved())
    assert result.flags == ()
    assert [cell.source for cell in result.cells] == [cell["source"] for cell in solved()["cells"]]
    assert [cell.kind for cell in result.cells if cell.grade_id.startswith("check_")] == ["check"] * 3


def test_own_cells_stay_behind_the_cell_they_stood_behind() -> None:
    document = solved()
    at = next(n for n, cell in enumerate(document["cells"]) if cell["id"] == "Counter")
    document["cells"].insert(at + 1, code("mine = Counter()"))
    document["cells"].insert(0, code("first = 1"))
    cells = rebuilt(document).cells
    ids = [cell.id for cell in cells]
    assert cells[0].source == "first = 1"
    assert cells[ids.index("Counter") + 1].source == "mine = Counter()"
    assert ids[ids.index("Counter") + 2] == "check_Counter"


def test_of_copies_that_were_both_written_the_later_one_holds_and_both_are_kept() -> None:
    document = solved()
    later = copied(answer_cells(document)[0], source="def double(x):\n    return x + x")
    document["cells"].append(later)
    result = rebuilt(document)
    assert result.answers["double"] == (
        "def double(x):\n    return 2 * x",
        "def double(x):\n    return x + x",
    )
    assert [flag.code for flag in result.flags] == ["copied answer"]
    ids = [cell.id for cell in result.cells]
    assert result.cells[ids.index("check_double") - 1].source == later["source"]


def test_a_plain_cell_that_was_changed_is_the_learners() -> None:
    document = solved()
    document["cells"][1]["source"] = "SCALE = 2.0"
    result = rebuilt(document)
    assert (result.cells[1].source, result.cells[1].by, result.flags) == ("SCALE = 2.0", "learner", ())


def test_a_placeholder_does_not_overwrite_an_answer_that_stands_above_it() -> None:
    document = solved()
    first, second = answer_cells(document)[:2]
    first["source"] += "\n\n" + second["source"]
    at = document["cells"].index(second)
    document["cells"][at] = by_grade_id(release_of())["Counter"]
    result = rebuilt(document)
    counter = next(cell for cell in result.cells if cell.id == "Counter")
    assert counter.source == '# The answer stands in the cell "double" above.'


def test_a_missing_cell_is_told_with_what_was_found_instead() -> None:
    document = solved()
    cell = answer_cells(document)[0]
    cell["metadata"]["nbgrader"]["grade_id"] = "Untitled1"
    cell["source"] = "def twice(x):\n    return 2 * x"
    cell["id"] = "other"
    document["cells"].append(document["cells"].pop(document["cells"].index(cell)))
    assert lines(rebuilt(document)) == [
        '01_numbers: no cell "double" in "alice.ipynb" (found: "Untitled1", "twice"). Was it renamed?'
    ]


def test_a_cell_that_was_deleted_counts_as_not_written() -> None:
    document = solved()
    document["cells"].remove(answer_cells(document)[0])
    result = rebuilt(document)
    assert lines(result) == ['01_numbers: no cell "double" in "alice.ipynb". It counts as not written.']
    assert "NotImplementedError" in next(cell.source for cell in result.cells if cell.id == "double")


def test_a_renamed_notebook_is_told_with_both_names(root: Path) -> None:
    hand_in(root, "alice", solved(), name="Untitled1.ipynb")
    found = find_submission(Course(root), "alice", CHAPTER)
    assert isinstance(found, Submission)
    assert [flag.text for flag in found.flags] == [
        '01_numbers: "alice/01_numbers/01_numbers.ipynb" is not there; "alice/01_numbers/Untitled1.ipynb" holds this '
        "chapter and was taken."
    ]


def test_another_chapters_notebook_is_named(root: Path) -> None:
    hand_in(root, "alice", solved(OTHER_CHAPTER))
    found = find_submission(Course(root), "alice", CHAPTER)
    assert isinstance(found, NoSubmission)
    assert found.text == (
        '01_numbers: "alice/01_numbers/01_numbers.ipynb" is the notebook of 02_words. Ask for the one of 01_numbers.'
    )


def test_a_notebook_of_another_student_is_never_taken(root: Path) -> None:
    hand_in(root, "bob", solved())
    (root / "submitted" / "alice").mkdir()
    (root / "submitted" / "alice" / CHAPTER).symlink_to(root / "submitted" / "bob" / CHAPTER)
    assert isinstance(find_submission(Course(root), "alice", CHAPTER), NoSubmission)


def test_an_image_pasted_into_a_text_is_kept_and_nothing_else() -> None:
    document = solved()
    attachments = {
        "a.png": {"image/png": "iVBORw0KGgo=", "text/html": "<script>"},
        "b": {"text/html": "<script>"},
    }
    document["cells"].append(
        {
            "cell_type": "markdown",
            "metadata": {},
            "source": "![](attachment:a.png)",
            "attachments": attachments,
        }
    )
    assert rebuilt(document).to_notebook().cells[-1].attachments == {"a.png": {"image/png": "iVBORw0KGgo="}}


def test_everybody_with_a_folder_or_in_the_gradebook_gets_a_row(root: Path) -> None:
    hand_in(root, "bob", solved())
    (root / "submitted" / "carol").symlink_to(root / "submitted" / "bob")
    (root / "submitted" / "loose.ipynb").write_text("{}")
    (root / "submitted" / "new\nline").mkdir()
    (root / "submitted" / ".git").mkdir()
    students, told = list_students(Course(root), known=["alice"])
    assert students == ["alice", "bob", "carol"]
    assert told == [
        'submitted: "loose.ipynb" is no folder, so it is nobody\'s work. Whose is it? '
        "Move it to submitted/STUDENT/CHAPTER/CHAPTER.ipynb.",
        'submitted: the folder "new\\nline" has a name with characters that cannot be printed, or blanks at its ends. '
        "Rename it to the student's id.",
    ]


def test_rebuilding_leaves_the_instructors_notebook_untouched() -> None:
    release = release_of()
    before = copy.deepcopy(release)
    document = solved()
    check_cells(document)[0]["source"] = ""
    notebook = rebuild(read(document), release).to_notebook()
    notebook.cells[0].metadata["mine"] = True
    assert release == before
