"""Where a course keeps its folders, and who is in it. Reads names only, never a learner's file."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

MAX_STUDENT_ID = 128


class GradingError(Exception):
    """Something the instructor has to mend; the message is one line that says what and how."""


@dataclass(frozen=True)
class Course:
    """A course folder in nbgrader's layout (`submitted/<student>/<chapter>/<chapter>.ipynb`)."""

    root: Path
    source: str = "solutions"
    release: str = "notebooks"
    submitted: str = "submitted"
    autograded: str = "autograded"
    feedback: str = "feedback"

    def path(self, step: str, student: str, chapter: str, suffix: str = ".ipynb") -> Path:
        """The file of one student's chapter in one step (`"submitted"`, `"autograded"`, `"feedback"`)."""
        return self.root / getattr(self, step) / student / chapter / f"{chapter}{suffix}"

    def source_notebook(self, chapter: str) -> Path:
        """nbgrader's source: prose, solutions, checks."""
        return self.root / self.source / chapter / f"{chapter}.ipynb"

    def release_notebook(self, chapter: str) -> Path:
        """What learners were given."""
        return self.root / self.release / chapter / f"{chapter}.ipynb"

    def chapters(self) -> tuple[str, ...]:
        """The chapters that have a release notebook, in order."""
        folder = self.root / self.release
        names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
        return tuple(name for name in names if self.release_notebook(name).is_file())


def list_students(course: Course, known: Iterable[str] = ()) -> tuple[list[str], list[str]]:
    """Everybody who gets a row: all of `known` and everybody with a folder in `submitted/`.

    Returns (ids, in alphabetical order; one line on every entry of `submitted/` that is nobody's folder).
    """
    students, lines = set(known), []
    folder = course.root / course.submitted
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name) if folder.is_dir() else []
    for entry in entries:
        shown = printable(entry.name)
        if entry.name.startswith((".", "__MACOSX")):
            continue
        if not (entry.is_symlink() or entry.is_dir(follow_symlinks=False)):
            lines.append(
                f'{course.submitted}: "{shown}" is no folder, so it is nobody\'s work. '
                f"Whose is it? Move it to {course.submitted}/STUDENT/CHAPTER/CHAPTER.ipynb."
            )
        elif problem := _unusable(entry.name):
            lines.append(f'{course.submitted}: the folder "{shown}" {problem}. Rename it to the student\'s id.')
        else:
            students.add(entry.name)
    return sorted(students), lines


def _unusable(student: str) -> str | None:
    """Why a folder's name cannot be a student's id in the gradebook, or None."""
    if len(student) > MAX_STUDENT_ID:
        return f"has a name of more than {MAX_STUDENT_ID} characters"
    if not student.isprintable() or student != student.strip():
        return "has a name with characters that cannot be printed, or blanks at its ends"
    return None


def printable(name: str) -> str:
    """A file's name as it can stand in one line of a message."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)


def open_beneath(root: Path, relative: str | os.PathLike[str]) -> int:
    """Open `root/relative` for reading and return its descriptor, following no symbolic link below `root`.

    The descriptor may be of anything but a link: look with `os.fstat` before reading. Opening never waits
    (a FIFO without a writer opens at once). Raises OSError; for a link, NotADirectoryError or one with ELOOP.
    """
    parts = Path(relative).parts
    if not parts or any(part in ("..", os.sep) for part in parts):
        raise ValueError(f"{relative} does not lie below {root}")
    if os.open not in os.supports_dir_fd:
        return _open_by_name(root, parts)
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)


def _open_by_name(root: Path, parts: tuple[str, ...]) -> int:
    """As `open_beneath`, for systems that cannot open relative to a folder (Windows)."""
    path = root
    for part in parts:
        path = path / part
        if stat.S_ISLNK(path.lstat().st_mode):
            raise NotADirectoryError(f"{path} is a symbolic link")
    return os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))


def stop(message: str) -> NoReturn:
    """Raise GradingError without the chain of what led to it."""
    raise GradingError(message) from None
