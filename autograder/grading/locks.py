"""What keeps two graders apart. Every lock is the kernel's own: it ends with the process that holds it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from socket import gethostname
from typing import Any

from autograder.grading.course import stop
from autograder.grading.store import FOLDER, json_object, told_of, write_whole

# what another process writes into the gradebook at a time takes less than a second
NO_NEWS = 2.0


@contextmanager
def sole_grader(folder: Path, chapter: str) -> Iterator[None]:
    """Be the only one who grades a chapter, whose records lie in `folder`, until the block or the process ends.

    Raises GradingError that says who is grading it already.
    """
    from filelock import FileLock, Timeout

    owner = folder / "grader.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / "grader.lock")
        lock.acquire(timeout=0)
    except Timeout:
        stop(
            f"{chapter} is being graded already{_who(json_object(owner))}. Its results will be in the gradebook; "
            "run the same command when it has ended to see them."
        )
    except OSError as error:
        stop(told_of(error, folder))
    try:
        # a lock says that it is held, not by whom
        now = datetime.now().isoformat(" ", "minutes")
        write_whole(owner, json.dumps({"pid": os.getpid(), "host": gethostname(), "since": now}).encode())
        yield
    finally:
        lock.release()


def _who(owner: dict[str, Any]) -> str:
    """Which process holds a lock and since when, as far as it had time to say."""
    if not owner:
        return ""
    place = "" if owner.get("host") == gethostname() else f" on {owner.get('host')}"
    return f" by process {owner.get('pid')}{place} since {owner.get('since')}"


class Turn:
    """The turn to write into a course's gradebook. nbgrader looks and then inserts, which two must not do at once."""

    def __init__(self, root: Path, say: Callable[[str], None], patience: float) -> None:
        from filelock import FileLock

        path = root / FOLDER / "import.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            stop(told_of(error, path))
        self.lock, self.say, self.patience = FileLock(path), say, patience

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for the turn and have it for the block. Raises GradingError when patience ends."""
        from filelock import Timeout

        try:
            self.lock.acquire(timeout=min(NO_NEWS, self.patience))
        except Timeout:
            self.say("Another grader is writing into the gradebook; waiting for it to end.")
            try:
                self.lock.acquire(timeout=self.patience)
            except Timeout:
                told = "Another grader is still writing into the gradebook."
                stop(f"{told} Run the same command again when it has ended.")
        try:
            yield
        finally:
            self.lock.release()
