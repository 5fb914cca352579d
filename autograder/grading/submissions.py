"""Find a student's notebook for a chapter, also where it was renamed or put in another folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.grading.course import Course, printable
from autograder.grading.reading import Flag, RawNotebook, Unreadable, read_notebook
from autograder.grading.template import Template, assigned_in, normalise, read_template

MAX_ENTRIES, MAX_DEPTH, MAX_CANDIDATES = 2_000, 4, 12


@dataclass(frozen=True)
class Submission:
    """A student's notebook for a chapter, as found and read. `path` is relative to the course's root."""

    student: str
    chapter: str
    path: Path
    notebook: RawNotebook
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class NoSubmission:
    """Why there is nothing to grade: code and line as in Unreadable, and the hash of what was there, if anything."""

    student: str
    chapter: str
    code: str
    text: str
    sha256: str = ""


def find_submission(course: Course, student: str, chapter: str) -> Submission | NoSubmission:
    """Find and read one student's notebook for one chapter.

    Where it is not in its place, a notebook elsewhere in the student's folder is taken if its cells are this
    chapter's, and flagged. A notebook of another chapter is never taken. Raises GradingError only for a course
    without a release notebook.
    """
    template = read_template(course.release_notebook(chapter), chapter)
    root = course.root / course.submitted
    expected = Path(student, chapter, f"{chapter}.ipynb")
    read = read_notebook(root / expected, root, str(expected))
    if isinstance(read, RawNotebook):
        other = _other_chapter(read, course, template)
        if other is None:
            return _submission(student, chapter, course, read, _also_there(root, expected))
        told = f'{chapter}: "{read.name}" is the notebook of {other}. Ask for the one of {chapter}.'
        read = Unreadable("wrong chapter", told, read.sha256)
    return _elsewhere(course, student, template, read)


def _submission(student: str, chapter: str, course: Course, read: RawNotebook, flags: tuple[Flag, ...]) -> Submission:
    return Submission(student, chapter, Path(course.submitted, read.name), read, flags)


def _elsewhere(course: Course, student: str, template: Template, why: Unreadable) -> Submission | NoSubmission:
    """Look through the student's folder for the notebook that is not in its place."""
    root, chapter = course.root / course.submitted, template.chapter
    expected = Path(student, chapter, f"{chapter}.ipynb")
    names = [name for name in _entries(root, student) if name != expected]
    candidates = [name for name in names if name.suffix.lower() == ".ipynb" and not _is_copy(name)]
    in_place = [name for name in candidates if not _is_anothers(name, course, chapter)]
    # the likeliest first: those in the chapter's own folder, of these the latest
    in_place.sort(key=lambda name: (name.parts[1:2] != (chapter,), -_changed(root / name), str(name)))
    found_ones = []
    for name in in_place[:MAX_CANDIDATES]:
        read = read_notebook(root / name, root, str(name))
        if isinstance(read, RawNotebook) and _other_chapter(read, course, template) is None:
            found_ones.append((_likeness(read, template), read))
    found_ones = [(likeness, read) for likeness, read in found_ones if any(likeness)]
    if found_ones:
        _, best = max(found_ones, key=lambda pair: pair[0])
        found = f'{chapter}: "{expected}" is {_state(why)}; "{best.name}" holds this chapter and was taken.'
        rivals = [read.name for _, read in found_ones if read is not best]
        if rivals:
            found += f" There is also {_listed(rivals)}: look whether it is the right one."
        return _submission(student, chapter, course, best, (Flag("misplaced", found),))
    if why.code != "missing":
        return NoSubmission(student, chapter, why.code, _with_chapter(chapter, why.text), why.sha256)
    return NoSubmission(student, chapter, *_nothing(course, student, chapter, names))


def _nothing(course: Course, student: str, chapter: str, names: list[Path]) -> tuple[str, str]:
    folder = f"{course.submitted}/{student}/{chapter}"
    if (course.root / course.submitted / student).is_symlink():
        return (
            "no file",
            f'{chapter}: "{course.submitted}/{student}" is a symbolic link; links are not followed.',
        )
    if not names:
        return "missing", f"{chapter}: {student} handed in nothing. Was it put in another folder?"
    copies = [name for name in names if _is_copy(name) and chapter in name.name]
    near = [name for name in names if name.parts[1:2] == (chapter,) and not _is_copy(name)]
    if copies and not near:
        todo = "Ask for the notebook, or copy that one into its place if it has to do."
        return (
            "missing",
            f'{chapter}: {student} handed in only an autosaved copy, "{printable(str(copies[0]))}". {todo}',
        )
    if near:
        found = f'no notebook of this chapter in "{folder}" (found: {_listed([name.name for name in near])})'
        archive = any(name.suffix.lower() in (".zip", ".gz", ".tar", ".7z", ".rar") for name in near)
        return (
            "missing",
            f"{chapter}: {found}. {'Unpack it there' if archive else 'Ask for the .ipynb file'}.",
        )
    return "missing", f"{chapter}: {student} handed in other chapters, but not this one."


def _entries(root: Path, student: str) -> list[Path]:
    """What lies in a student's folder, links left out, relative to `root`; at most MAX_ENTRIES."""

    def walk(folder: Path, depth: int) -> Iterator[Path]:
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            return
        for entry in entries:
            if entry.is_symlink() or entry.name == "__MACOSX":
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield Path(entry.path).relative_to(root)
            elif depth < MAX_DEPTH:
                yield from walk(Path(entry.path), depth + 1)

    if (root / student).is_symlink():
        return []
    return [name for name, _ in zip(walk(root / student, 0), range(MAX_ENTRIES), strict=False)]


def _is_copy(name: Path) -> bool:
    """Whether a file is Jupyter's autosave or the shadow that macOS puts beside a file."""
    return ".ipynb_checkpoints" in name.parts or name.name.startswith("._")


def _is_anothers(name: Path, course: Course, chapter: str) -> bool:
    """Whether a file stands where another chapter's notebook belongs."""
    return name.parts[1:] in [(other, f"{other}.ipynb") for other in course.chapters() if other != chapter]


def _changed(path: Path) -> float:
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0


def _likeness(read: RawNotebook, template: Template) -> tuple[int, int]:
    """How many of a chapter's answers and checks a notebook holds: by grade_id, and by text or name."""
    ids = {cell.grade_id for cell in read.cells}
    texts = {normalise(cell.source) for cell in read.cells}
    names = {name for cell in read.cells if cell.cell_type == "code" for name in assigned_in(cell.source)}
    slots = (*template.answers, *template.checks)
    by_id = sum(slot.grade_id in ids for slot in slots)
    return by_id, sum(slot.text in texts or bool(slot.names & names) for slot in slots)


def _other_chapter(read: RawNotebook, course: Course, template: Template) -> str | None:
    """The chapter whose notebook this is, if it is another than the template's.

    A later chapter repeats pieces of earlier ones, so the chapter with most in common counts.
    """
    own = _likeness(read, template)
    if own[0] > 0:
        return None
    others = [name for name in course.chapters() if name != template.chapter]
    found = {name: _likeness(read, read_template(course.release_notebook(name), name)) for name in others}
    best = max(found, key=lambda name: found[name], default=None)
    return best if best is not None and found[best] > own else None


def _also_there(root: Path, expected: Path) -> tuple[Flag, ...]:
    try:
        entries = sorted(os.listdir(root / expected.parent))
    except OSError:
        return ()
    others = [name for name in entries if name.lower().endswith(".ipynb") and name != expected.name]
    others = [name for name in others if not name.startswith("._") and name.isprintable()]
    if not others:
        return ()
    text = f'{expected.stem}: "{expected.name}" was graded; beside it lies {_listed(others)}, which was not.'
    return (Flag("more notebooks", f"{text} Was one of them meant?"),)


def _state(why: Unreadable) -> str:
    return {"missing": "not there", "wrong chapter": "another chapter's"}.get(why.code, f"not usable ({why.code})")


def _with_chapter(chapter: str, text: str) -> str:
    return text if text.startswith(f"{chapter}:") else f"{chapter}: {text}"


def _listed(names: list[str]) -> str:
    shown = [f'"{printable(name)}"' for name in names[:3]]
    return ", ".join(shown) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
