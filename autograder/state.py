"""A learner's own progress: one small file beside the notebooks.

Never in the way of a check: where the file cannot be read or written (a read-only folder, a full disk), the check
goes on without it. Written under a lock and swapped in whole, so two notebooks at once lose nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from filelock import FileLock, Timeout

from autograder.exercise import chapters
from autograder.judge import Verdict

FILE = ".progress.json"


@dataclass(frozen=True)
class Attempt:
    """What is remembered of one exercise."""

    passed: bool = False
    tries: int = 0
    hints: int = 0
    misconception: str | None = None


def path() -> Path:
    """Where the progress file lies: in the nearest folder around here that holds chapters, else here."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if sum((folder / chapter).is_dir() for chapter in chapters()) >= min(2, len(chapters())):
            return folder / FILE
    return here / FILE


def load() -> dict[str, Attempt]:
    """Everything remembered, by exercise id; empty where the file is missing or damaged."""
    try:
        document = json.loads(path().read_text(encoding="utf-8"))
        names = {field.name for field in fields(Attempt)}
        return {
            exercise: Attempt(**{name: value for name, value in entry.items() if name in names})
            for exercise, entry in document.items()
        }
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def remember_attempt(exercise: str, verdict: Verdict) -> None:
    """Count a try. An exercise once passed stays passed."""
    if verdict.status == "not written":
        return

    def update(old: Attempt) -> Attempt:
        return replace(
            old, passed=old.passed or verdict.passed, tries=old.tries + 1, misconception=verdict.misconception
        )

    _change(exercise, update)


def hints_shown(exercise: str) -> int:
    """How many hints of an exercise were shown so far."""
    return load().get(exercise, Attempt()).hints


def remember_hint(exercise: str, number: int) -> None:
    """Remember that hint `number` was shown."""
    _change(exercise, lambda old: replace(old, hints=max(old.hints, number)))


def _change(exercise: str, update: Callable[[Attempt], Attempt]) -> None:
    if os.environ.get("NBGRADER_EXECUTION"):
        return
    with contextlib.suppress(OSError, Timeout), _locked():
        known = load()
        known[exercise] = update(known.get(exercise, Attempt()))
        text = json.dumps({name: asdict(attempt) for name, attempt in known.items()}, indent=1)
        handle, temporary = tempfile.mkstemp(dir=path().parent, prefix=FILE)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(temporary, path())
        except OSError:
            os.unlink(temporary)
            raise


@contextlib.contextmanager
def _locked() -> Iterator[None]:
    with FileLock(f"{path()}.lock", timeout=2):
        yield
