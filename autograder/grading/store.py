"""What has been graded, on disk, so that nothing is lost or done twice whenever a grader dies.

One file a submission, written whole or not at all. (What keeps two graders apart is in `locks`.)
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.grading.course import GradingError, stop

FOLDER = ".autograder"
FORMAT = 1
MAX_RECORD = 200_000_000


@dataclass(frozen=True)
class Key:
    """What one result is the result of. `file_sha256` is empty where no file was handed in."""

    student: str
    chapter: str
    file_sha256: str
    course_version: str
    seed: int


@dataclass(frozen=True)
class Batch:
    """One run over a chapter, which may take several starts: its seed stays the same until it is closed."""

    chapter: str
    course_version: str
    seed: int
    resumed: bool


class Store:
    """The records of one course, below `<course>/.autograder`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / FOLDER
        self.complaints: list[str] = []

    def save(self, key: Key, result: dict[str, Any]) -> Path:
        """Write one record (JSON data), whole or not at all, and onto the disk before returning.

        Raises GradingError where the disk is full.
        """
        path = self._path(key)
        document = {"format": FORMAT, "key": asdict(key), "result": result}
        write_whole(path, json.dumps(document, ensure_ascii=True).encode("ascii"))
        return path

    def load(self, key: Key) -> dict[str, Any] | None:
        """Return the result saved for `key`, or None. A damaged or foreign file counts as none, and is told of."""
        return self._read(self._path(key), key)

    def latest(self, student: str, chapter: str, file_sha256: str, course_version: str) -> dict[str, Any] | None:
        """The newest result for the same file and course version, whatever its seed."""
        folder = self._path(Key(student, chapter, file_sha256, course_version, 0)).parent
        paths = sorted(folder.glob("*.json"), key=_written, reverse=True) if folder.is_dir() else []
        for path in paths:
            document = self._document(path)
            if document is None:
                continue
            key = Key(**document["key"])
            if (key.student, key.file_sha256, key.course_version) == (student, file_sha256, course_version):
                return document["result"]
        return None

    def results(self, chapter: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each student's newest result for a chapter, read when it is asked for: together they may fill the memory."""
        folder = self.folder_of(chapter)
        for one in sorted(folder.iterdir()) if folder.is_dir() else ():
            for path in sorted(one.glob("*.json"), key=_written, reverse=True):
                document = self._document(path)
                if document is not None and document["key"]["chapter"] == chapter:
                    yield document["key"]["student"], document["result"]
                    break

    def is_behind(self, chapter: str, submitted: Path) -> bool:
        """Whether a file below `submitted` is newer than every record of the chapter: a quick look, no proof."""
        newest = max(map(_written, self.folder_of(chapter).glob("*/*.json")), default=0.0)
        return any(_written(path) > newest for path in submitted.glob(f"*/{chapter}/*.ipynb"))

    def open_batch(self, chapter: str, course_version: str, seed: int | None = None) -> Batch:
        """Begin a batch, or go on with the one that was not closed for the same course version.

        `seed` chooses the challenge (default: that of the open batch, or a fresh one from the system's randomness).
        For the sole grader of the chapter: what others left half written is removed.
        """
        path = self._batch_path(chapter)
        remove_leftovers(path.parent)
        known = json_object(path)
        same = known.get("course_version") == course_version and type(known.get("seed")) is int
        if same and seed in (None, known["seed"]):
            return Batch(chapter, course_version, known["seed"], resumed=True)
        chosen = fresh_seed() if seed is None else seed
        write_whole(path, json.dumps({"course_version": course_version, "seed": chosen}).encode())
        return Batch(chapter, course_version, chosen, resumed=False)

    def close_batch(self, batch: Batch) -> None:
        """Say that everybody in a batch has a result, so that the next run draws a fresh challenge."""
        self._batch_path(batch.chapter).unlink(missing_ok=True)

    def _batch_path(self, chapter: str) -> Path:
        return self.folder_of(chapter) / "batch.json"

    def folder_of(self, chapter: str) -> Path:
        """Where the records of a chapter lie."""
        return self.folder / "results" / safe_name(chapter)

    def _path(self, key: Key) -> Path:
        told = f"{key.file_sha256}\n{key.course_version}\n{key.seed}"
        name = f"{key.file_sha256[:12] or 'nothing'}-{hashlib.sha256(told.encode()).hexdigest()[:20]}.json"
        return self.folder_of(key.chapter) / safe_name(key.student) / name

    def _read(self, path: Path, key: Key) -> dict[str, Any] | None:
        document = self._document(path)
        if document is None:
            return None
        if document["key"] != asdict(key):
            self._complain(f'"{path}" is the record of another submission; it was left alone and not used.')
            return None
        return document["result"]

    def _document(self, path: Path) -> dict[str, Any] | None:
        try:
            if path.stat().st_size > MAX_RECORD:
                raise ValueError("too large")
            document = json.loads(path.read_bytes())
            if document["format"] != FORMAT or not isinstance(document["result"], dict):
                raise ValueError("another format")
            Key(**document["key"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            self._complain(f'"{path}" is damaged or no record of ours; that submission is graded again.')
            return None
        return document

    def _complain(self, line: str) -> None:
        if line not in self.complaints:
            self.complaints.append(line)


def fresh_seed() -> int:
    """A challenge that nobody can know before."""
    return secrets.randbelow(2**62) + 1


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file so that at every moment either the old or the new one is there, whole.

    Raises GradingError in one line where the disk is full or the folder cannot be written.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        stop(told_of(error, path))
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def safe_name(name: str) -> str:
    """A file name for any student or chapter: readable where possible, and different for different ones."""
    quoted = quote(name, safe=" @+,=", errors="surrogatepass")
    quoted = quoted.replace(".", "%2E") if quoted.strip(".") == "" else quoted
    if quoted != quoted.lower() or len(quoted) > 100 or quoted.startswith("."):
        # file systems that know no case, and names longer than a file's may be
        quoted = f"{quoted[:80].lstrip('.')}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    return quoted


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        except OSError as error:
            # some network file systems cannot; the file itself is safe
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EBADF):
                raise
        finally:
            os.close(descriptor)


def told_of(error: OSError, path: str | os.PathLike[str]) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f'The disk is full: "{path}" could not be written. Free some space and run the same command again; '
            "what was graded so far is kept."
        )
    return f'"{path}" cannot be written ({error.strerror}). Look at the permissions of its folder.'


def remove_leftovers(folder: Path) -> None:
    """Remove what writers that were killed left half written. Nobody else may be writing there."""
    for path in folder.glob("**/.*.part") if folder.is_dir() else ():
        path.unlink(missing_ok=True)


def _written(path: Path) -> float:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def json_object(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


__all__ = ["Batch", "GradingError", "Key", "Store", "safe_name", "write_whole"]
