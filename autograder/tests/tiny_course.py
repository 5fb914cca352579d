"""A course of two small chapters on disk, for tests of grading that need no torch and no kernel."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

CHAPTER = "01_numbers"
OTHER_CHAPTER = "02_words"

# (answer, its solution, points)
EXERCISES: dict[str, list[tuple[str, str, int]]] = {
    CHAPTER: [
        (
            "double",
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            2,
        ),
        (
            "Counter",
            "class Counter:\n    def __init__(self):\n        ### BEGIN SOLUTION\n        self.n = 0\n"
            "        ### END SOLUTION",
            3,
        ),
        (
            "mean",
            "def mean(values):\n    ### BEGIN SOLUTION\n    return SCALE * sum(values) / len(values)\n"
            "    ### END SOLUTION",
            5,
        ),
    ],
    OTHER_CHAPTER: [
        (
            "shout",
            "def shout(word):\n    ### BEGIN SOLUTION\n    return word.upper()\n    ### END SOLUTION",
            1,
        )
    ],
}

Json = dict[str, Any]


def answers(chapter: str = CHAPTER) -> list[str]:
    """The grade_ids of a chapter's answers."""
    return [name for name, *_ in EXERCISES[chapter]]


@cache
def _built(chapter: str) -> tuple[str, str]:
    """A chapter's source notebook and what nbgrader's own steps make of it for learners, as text."""
    import nbformat
    from nbgrader import preprocessors as steps

    source = nbformat.from_dict(_source(chapter))
    released = nbformat.from_dict(json.loads(json.dumps(source)))
    for step in (steps.LockCells, steps.ClearSolutions, steps.ClearOutput, steps.ComputeChecksums):
        released, _ = step()(released, {})
    return json.dumps(source), json.dumps(released)


def release_of(chapter: str = CHAPTER) -> Json:
    """The chapter's notebook as given out."""
    return json.loads(_built(chapter)[1])


def solved(chapter: str = CHAPTER) -> Json:
    """The chapter's notebook with every answer written, as a learner hands it in."""
    document = release_of(chapter)
    for name, source, _ in EXERCISES[chapter]:
        cell = next(cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("grade_id") == name)
        cell["source"] = "\n".join(line for line in source.split("\n") if "###" not in line)
    return document


def make_course(root: Path) -> Path:
    """Write both chapters below `root`: `solutions/` and `notebooks/`; `submitted/` is empty."""
    for chapter in EXERCISES:
        for folder, text in zip(("solutions", "notebooks"), _built(chapter), strict=True):
            path = root / folder / chapter / f"{chapter}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
    (root / "submitted").mkdir()
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.source_directory = 'solutions'\n"
        "c.CourseDirectory.release_directory = 'notebooks'\n"
    )
    return root


@cache
def _with_gradebook() -> tuple[tempfile.TemporaryDirectory[str], Path]:
    """A course with a gradebook that knows its first chapter, and one that knows nothing yet (`empty.db`)."""
    from autograder.grading.nbgrader_bridge import open_gradebook, read_course

    folder = tempfile.TemporaryDirectory()
    root = make_course(Path(folder.name, "course"))
    with open_gradebook(read_course(root)) as writer:
        writer.students()
        shutil.copy(root / "gradebook.db", root / "empty.db")
        writer.assignment(CHAPTER)
    return folder, root


def make_course_with_gradebook(root: Path, *, known: bool = True) -> Path:
    """As `make_course`, with a gradebook: nbgrader needs seconds to make a new one."""
    _, made = _with_gradebook()
    shutil.copytree(made, root, dirs_exist_ok=True)
    empty = root / "empty.db"
    empty.unlink() if known else empty.replace(root / "gradebook.db")
    return root


def hand_in(root: Path, student: str, document: Json | bytes, chapter: str = CHAPTER, name: str | None = None) -> Path:
    """Put a notebook into a student's folder and return its path."""
    path = root / "submitted" / student / chapter / (name or f"{chapter}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())
    return path


def _source(chapter: str) -> Json:
    cells = [
        _cell("markdown", f"# {chapter}\n\nWe begin with numbers.", "intro"),
        _cell("code", f"from autograder import check\n\nSCALE = 1.0  # of {chapter}", "setup"),
    ]
    for name, source, points in EXERCISES[chapter]:
        answer = {"grade": False, "solution": True, "locked": False, "task": False}
        check = {"grade": True, "solution": False, "locked": True, "task": False, "points": points}
        cells += [
            _cell("markdown", f"## {name}\n\nWrite `{name}`.", f"text-{name}"),
            _cell("code", source, name, {**answer, "schema_version": 3, "grade_id": name}),
            _cell(
                "code",
                f'check("{name}", {name})',
                f"check_{name}",
                {**check, "schema_version": 3, "grade_id": f"check_{name}"},
            ),
        ]
    cells.append(_cell("code", f"print('the end of {chapter}')", "end"))
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}


def _cell(cell_type: str, source: str, id: str, nbgrader: Json | None = None) -> Json:
    cell: Json = {"cell_type": cell_type, "id": id, "metadata": {}, "source": source}
    if nbgrader is not None:
        cell["metadata"] = {"nbgrader": nbgrader}
    if cell_type == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
