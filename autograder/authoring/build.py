"""Build what is derived: solution notebooks, student notebooks and public keys."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from autograder.authoring.course import Chapter, Course, CourseError, code_cells
from autograder.authoring.keys import KeyMaker
from autograder.authoring.release import release
from autograder.compare import same_item
from autograder.evidence import Item
from autograder.exercise import chapters as chapters_with_probes
from autograder.key import KEYS, Key

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
STAMP = "autograder"
BLANKS = "lines_to_next_cell"
AUTHORED = ("nbgrader", "tags", "editable", "deletable", "slideshow")


@dataclass(frozen=True)
class Built:
    """One derived file: where it lies and what it must hold."""

    path: Path
    text: str

    @property
    def differs(self) -> bool:
        """Whether the file on disk is missing or different."""
        return not self.path.exists() or self.path.read_text(encoding="utf-8") != self.text


def solution_notebook(source: str, name: str) -> NotebookNode:
    """Turn a chapter's py:percent text into nbgrader's source notebook, the same bytes each time.

    Cell ids come from grade_id, else from the position: jupytext would draw them at random.
    """
    notebook = jupytext.reads(source, fmt="py:percent")
    notebook.metadata = NotebookNode({"kernelspec": KERNELSPEC, "language_info": {"name": "python"}})
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen: set[str] = set()
    for position, cell in enumerate(notebook.cells, start=1):
        cell.metadata = NotebookNode({name: value for name, value in cell.metadata.items() if name in AUTHORED})
        info = cell.metadata.get("nbgrader", {})
        cell.id = info.get("grade_id") or f"{cell.cell_type}-{position:02d}"
        if cell.id in seen:
            raise CourseError(f"{name}: two cells are called {cell.id!r}; a grade_id must be unique")
        seen.add(cell.id)
        _look_at_form(cell, name)
        if info:
            info.update({name: value for name, value in _defaults(cell).items() if name not in info})
    notebook.metadata[STAMP] = {"source": digest(source), "built": digest(body(notebook))}
    return notebook


def _look_at_form(cell: NotebookNode, chapter: str) -> None:
    """Raise CourseError where a cell of an exercise would make nbgrader fail, or would hand out its answer."""
    info = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code":
        return
    begin, end = cell.source.count("### BEGIN SOLUTION"), cell.source.count("### END SOLUTION")
    if begin != end:
        raise CourseError(f"{chapter}: cell {cell.id!r} has {begin} `### BEGIN SOLUTION` and {end} `### END SOLUTION`")
    if info.get("solution") and not begin:
        raise CourseError(
            f"{chapter}: solution cell {cell.id!r} has no `### BEGIN SOLUTION` and `### END SOLUTION`: learners would "
            "get the answer as it stands"
        )
    if info.get("grade") and "points" not in info:
        raise CourseError(f'{chapter}: check cell {cell.id!r} has no points: `nbgrader={{…, "points": 2}}`')


def body(notebook: NotebookNode) -> str:
    """What an author means by a notebook, as text: sources, nbgrader metadata, tags; no outputs."""
    kept = [
        {
            "type": cell.cell_type,
            "source": cell.source,
            "nbgrader": cell.metadata.get("nbgrader"),
            "tags": cell.metadata.get("tags"),
        }
        for cell in notebook.cells
    ]
    return json.dumps(kept, sort_keys=True)


def digest(text: str) -> str:
    """A short fingerprint of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def notebook_text(notebook: NotebookNode) -> str:
    """The notebook file's text as nbformat writes it."""
    return nbformat.writes(notebook, version=4) + "\n"


def keys_text(maker: KeyMaker, path: Path) -> str:
    """The chapter's public keys as JSON, one item a line; what lies at `path` where only last digits differ.

    The last digits of a float depend on the processor: a rebuild elsewhere must not look like a change.
    """
    made = {exercise.id: maker.make(exercise).to_json() for exercise in maker.chapter.exercises}
    keys = {name: Key.from_json(name, entry) for name, entry in made.items()}
    text = json.dumps(made, allow_nan=False)
    text = (
        text.replace('[["', '[\n["')
        .replace('], ["', '],\n["')
        .replace('{"id"', '\n{"id"')
        .replace('{"seed"', '\n{"seed"')
    )
    if path.exists():
        old_text = path.read_text(encoding="utf-8")
        try:
            old = {name: Key.from_json(name, entry) for name, entry in json.loads(old_text).items()}
        except (ValueError, KeyError, TypeError):
            return text + "\n"
        if list(old) == list(keys) and all(_same_key(old[name], keys[name]) for name in keys):
            return old_text
    return text + "\n"


def _same_key(old: Key, new: Key) -> bool:
    if (old.seed, old.points) != (new.seed, new.points):
        return False
    if [(row.id, row.message) for row in old.misconceptions] != [(row.id, row.message) for row in new.misconceptions]:
        return False
    pairs = [(old.reference, new.reference)]
    pairs += [(a.ways, b.ways) for a, b in zip(old.misconceptions, new.misconceptions, strict=True)]
    return all(list(a) == list(b) and all(map(_same_items, a.values(), b.values())) for a, b in pairs)


def _same_items(old: tuple[Item, ...], new: tuple[Item, ...]) -> bool:
    if len(old) != len(new) or not all(map(same_item, new, old)):
        return False
    return all((a.rtol, a.atol) == (b.rtol, b.atol) for a, b in zip(old, new, strict=True))


def build_chapter(chapter: Chapter) -> Iterator[Built]:
    """Yield every derived file of one chapter. Writes nothing."""
    logging.getLogger("traitlets").setLevel(logging.ERROR)
    source = chapter.source.read_text(encoding="utf-8")
    notebook = solution_notebook(source, chapter.name)
    yield Built(chapter.solution_notebook, notebook_text(notebook))
    yield Built(chapter.student_notebook, notebook_text(release(notebook, chapter)))
    path = KEYS / f"{chapter.name}.json"
    yield Built(path, keys_text(KeyMaker(chapter, code_cells(notebook)), path))


def edited_by_hand(chapter: Chapter) -> bool:
    """Whether the solution notebook on disk holds changes that its text does not."""
    if not chapter.solution_notebook.exists():
        return False
    found = body(nbformat.read(chapter.solution_notebook, as_version=4))
    if _stamp(chapter).get("built") == digest(found):
        return False
    return body(solution_notebook(chapter.source.read_text(encoding="utf-8"), chapter.name)) != found


def text_from_notebook(chapter: Chapter) -> str:
    """The py:percent text for a solution notebook that was edited in JupyterLab.

    Raises CourseError where the text was changed as well since the notebook was built from it.
    """
    source = chapter.source.read_text(encoding="utf-8")
    if _stamp(chapter).get("source") != digest(source):
        raise CourseError(
            f"{chapter.name}: both {chapter.source.name} and {chapter.solution_notebook.name} were changed "
            "since the last build. Nothing was written. Keep the notebook's side by undoing the change in the "
            "text, or the text's side with `autograder build --force`"
        )
    notebook = nbformat.read(chapter.solution_notebook, as_version=4)
    notebook.metadata = NotebookNode({"jupytext": {"notebook_metadata_filter": "-all"}})
    # the author's own blank lines between cells, so that only what was edited shows up as changed
    blanks = {cell.source: cell.metadata.get(BLANKS) for cell in jupytext.reads(source, fmt="py:percent").cells}
    for cell in notebook.cells:
        cell.metadata = NotebookNode({name: value for name, value in cell.metadata.items() if name in AUTHORED})
        info = cell.metadata.get("nbgrader", {})
        for name, value in _defaults(cell).items():
            if info.get(name) == value:
                del info[name]
        if blanks.get(cell.source) is not None:
            cell.metadata[BLANKS] = blanks[cell.source]
    return jupytext.writes(notebook, fmt="py:percent")


def _stamp(chapter: Chapter) -> dict[str, str]:
    """What the last build wrote into the solution notebook: digests of the text and of what was built from it."""
    return nbformat.read(chapter.solution_notebook, as_version=4).metadata.get(STAMP, {})


def _defaults(cell: NotebookNode) -> dict[str, object]:
    """What nbgrader wants in a cell's metadata and an author need not write."""
    return {"schema_version": 3, "task": False, "cell_type": cell.cell_type}


def stray_files(course: Course) -> list[Path]:
    """Files under the built trees that no build makes: an old chapter, an answer that was copied by hand."""
    names = course.chapters()
    expected = {course.chapter(name).student_notebook for name in names} | {KEYS / f"{name}.json" for name in names}
    expected |= {KEYS / "__init__.py"}
    ignored = {".ipynb_checkpoints", "__pycache__"}
    found = [path for folder in (course.notebooks, KEYS) for path in folder.rglob("*") if path.is_file()]
    own = [path for path in found if not ignored & set(path.parts) and not path.name.startswith(".progress")]
    orphans = [path for path in own if path not in expected]
    solutions = [path for path in course.solutions.rglob("*.ipynb") if not ignored & set(path.parts)]
    return orphans + [path for path in solutions if path.parent.name not in names or path.stem != path.parent.name]


def check_names(course: Course) -> None:
    """Raise CourseError where chapters and probe modules do not go together."""
    authored, probed = set(course.chapters()), set(chapters_with_probes())
    for name in sorted(authored ^ probed):
        where = "has no module in autograder/exercises" if name in authored else "has no text in solutions/"
        raise CourseError(f"{name} {where}: folder, text, bank and module share one name")
