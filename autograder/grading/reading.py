"""Read a learner's notebook file: from whatever bytes arrived to cells of plain text, executing nothing.

Everything a notebook is graded by is in `RawCell`; outputs, tags and all other metadata are left behind here.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.grading.course import open_beneath, printable
from autograder.grading.harmless import BASE64

MAX_BYTES = 50_000_000
MAX_CELLS = 2_000
MAX_CODE = 2_000_000
MAX_TEXT = 1_000_000
MAX_ATTACHMENTS = 4_000_000
# What 50 MB may hold at most, or parsing them would fill the grader's memory.
MAX_CONTAINERS, MAX_QUOTES, MAX_COMMAS = 1_000_000, 4_000_000, 10_000_000


@dataclass(frozen=True)
class Flag:
    """One irregularity: a code for programs and one line for people that says what was found and what to do."""

    code: str
    text: str


@dataclass(frozen=True)
class Unreadable:
    """Why a file was not taken. `code` is one of: missing, no file, too large, empty, no notebook, wrong chapter."""

    code: str
    text: str
    sha256: str = ""


@dataclass(frozen=True)
class RawCell:
    """One cell as handed in. `source` has `\\n` line ends and can be encoded; `id` and `grade_id` may be empty."""

    cell_type: str
    source: str
    id: str = ""
    grade_id: str = ""
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class RawNotebook:
    """A notebook as handed in. `name` is how messages call the file; `sha256` is of its bytes."""

    name: str
    sha256: str
    cells: tuple[RawCell, ...]
    flags: tuple[Flag, ...] = ()


def read_notebook(path: Path, root: Path | None = None, name: str | None = None) -> RawNotebook | Unreadable:
    """Read the notebook at `path`, following no symbolic link below `root` (by default the file's own folder).

    `name` is how messages call the file (default: its name). Never raises for anything a learner can hand in.
    """
    root = path.parent if root is None else root
    name = printable(path.name if name is None else name)
    content = _read_bytes(root, path.relative_to(root), name)
    return content if isinstance(content, Unreadable) else parse_notebook(content, name)


def parse_notebook(content: bytes, name: str) -> RawNotebook | Unreadable:
    """Read a notebook from its bytes. Never raises, whatever the bytes are."""
    sha256 = hashlib.sha256(content).hexdigest()
    flags: list[Flag] = []
    if why := _known_stranger(content):
        return Unreadable(*why(name), sha256)
    text = _decode(content, name, flags)
    document = _parse(text, name, sha256)
    if isinstance(document, Unreadable):
        return document
    found = _find_cells(document)
    if found is None:
        what = f'"{name}" is JSON but no notebook: it holds no list of cells.'
        return Unreadable("no notebook", f"{what} Ask for the notebook file (File → Download).", sha256)
    if len(found) > MAX_CELLS:
        return _too_large(name, f"{len(found)} cells", f"{MAX_CELLS} are read", sha256)
    if document.get("nbformat") in (1, 2, 3) or "worksheets" in document:
        flags.append(Flag("old format", f'"{name}" is in an old notebook format; it was read as it is.'))
    cells = tuple(_read_cell(cell, name, flags) for cell in found)
    n_code = sum(len(cell.source) for cell in cells if cell.cell_type == "code")
    if n_code > MAX_CODE:
        return _too_large(name, f"{n_code} characters of code", f"{MAX_CODE} are read", sha256)
    return RawNotebook(name, sha256, cells, _without_repeats(flags))


def _read_bytes(root: Path, relative: Path, name: str) -> bytes | Unreadable:
    try:
        descriptor = open_beneath(root, relative)
    except FileNotFoundError:
        return Unreadable("missing", f'"{name}" is not there.')
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EMLINK):
            return Unreadable(
                "no file", f'"{name}" is, or lies behind, a symbolic link; links are not followed. {_ASK}'
            )
        return Unreadable("no file", f'"{name}" cannot be opened ({error.strerror}). Look at its permissions.')
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        return Unreadable("no file", f'"{name}" is {_kind(found.st_mode)}, not a file. {_ASK}')
    try:
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(MAX_BYTES + 1) if found.st_size <= MAX_BYTES else b""
    except OSError as error:
        return Unreadable("no file", f'"{name}" cannot be read ({error.strerror}). Look at the disk it is on.')
    if max(found.st_size, len(content)) > MAX_BYTES:
        return _too_large(name, f"{found.st_size / 1e6:.0f} MB", f"{MAX_BYTES / 1e6:.0f} MB are read", "")
    return content


_ASK = "Ask for the notebook itself."


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    if stat.S_ISFIFO(mode):
        return "a named pipe"
    return "a socket" if stat.S_ISSOCK(mode) else "a device"


def _too_large(name: str, found: str, limit: str, sha256: str) -> Unreadable:
    what = f'"{name}" is too large: {found}, at most {limit}.'
    return Unreadable("too large", f"{what} Ask for it with its outputs cleared.", sha256)


def _known_stranger(content: bytes) -> Any:
    """A function from a file's name to (code, line) where the first bytes tell that this is no notebook."""
    start = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()

    def told(what: str, todo: str, code: str = "no notebook") -> Any:
        return lambda name: (code, f'"{name}" is {what}. {todo}')

    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return told("empty", "Ask for the notebook to be saved and handed in again.", "empty")
    if start.startswith((b"pk\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"rar!")):
        return told("an archive under a notebook's name", "Unpack it in its place and grade again.")
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head")):
        return told("a web page, not the notebook", "Ask for the .ipynb file (File → Download).")
    if start.startswith(b"%pdf"):
        return told("a PDF, not the notebook", "Ask for the .ipynb file (File → Download).")
    if start.startswith(b"version https://git-lfs"):
        return told("a Git LFS pointer, not the notebook", "Fetch the file itself with `git lfs pull`.")
    if re.search(rb"^<<<<<<< ", content[:MAX_BYTES], re.MULTILINE) and not start.startswith(b"<<<<<<<<"):
        return told("a file with unresolved merge conflicts", "Ask for it with the conflicts resolved.")
    counts = [content.count(b"[") + content.count(b"{"), content.count(b'"'), content.count(b",")]
    if any(n > limit for n, limit in zip(counts, (MAX_CONTAINERS, MAX_QUOTES, MAX_COMMAS), strict=True)):
        return told("too large: it holds millions of values", "Ask for it with its outputs cleared.", "too large")
    return None


def _decode(content: bytes, name: str, flags: list[Flag]) -> str:
    """Turn bytes into text, trying encodings from the likely to the one that takes everything."""
    marks = {
        b"\xff\xfe\x00\x00": "utf-32",
        b"\x00\x00\xfe\xff": "utf-32",
        b"\xff\xfe": "utf-16",
        b"\xfe\xff": "utf-16",
    }
    marked = next((codec for mark, codec in marks.items() if content.startswith(mark)), None)
    if marked is None and content[1:2] == b"\x00":
        marked = "utf-16-le"
    elif marked is None and content[:1] == b"\x00":
        marked = "utf-16-be"
    tries = [(marked, "strict"), (marked, "surrogatepass")] if marked else []
    tries += [
        ("utf-8-sig", "strict"),
        ("utf-8-sig", "surrogatepass"),
        ("cp1252", "strict"),
        ("latin-1", "strict"),
    ]
    for codec, errors in tries:
        try:
            text = content.decode(codec, errors)
        except UnicodeError:
            continue
        if not codec.startswith("utf-8"):
            flags.append(Flag("encoding", f'"{name}" is {codec}, not UTF-8; it was read as that.'))
        return text.lstrip("\ufeff")
    raise AssertionError("latin-1 decodes everything")


def _parse(text: str, name: str, sha256: str) -> dict[str, Any] | Unreadable:
    try:
        document = _load(text)
    except RecursionError:
        return Unreadable("no notebook", f'"{name}" is nested too deeply to be a notebook. {_ASK}', sha256)
    except json.JSONDecodeError as error:
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
            what = f'"{name}" breaks off in line {error.lineno}, before its end.'
            return Unreadable("no notebook", f"{what} Ask for the complete file.", sha256)
        what = f'"{name}" is no notebook: line {error.lineno} is no valid JSON ({error.msg}).'
        return Unreadable("no notebook", f"{what} {_ASK}", sha256)
    if not isinstance(document, dict):
        return Unreadable("no notebook", f'"{name}" is JSON but no notebook. {_ASK}', sha256)
    return document


def _load(text: str) -> Any:
    """Parse JSON as Python does (NaN included; the last of repeated keys counts), line breaks in strings allowed."""
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError:
        raise
    except ValueError:
        # an integer of thousands of digits, which Python refuses to convert
        return json.loads(text, strict=False, parse_int=lambda digits: int(digits[:300]))


def _find_cells(document: dict[str, Any]) -> list[Any] | None:
    cells = document.get("cells")
    if isinstance(cells, list):
        return cells
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        inner = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        return [cell for cells in inner if isinstance(cells, list) for cell in cells]
    return None


def _read_cell(cell: Any, name: str, flags: list[Flag]) -> RawCell:
    if not isinstance(cell, dict):
        flags.append(Flag("odd cell", f'"{name}" holds a cell that is none; it was left out.'))
        return RawCell("raw", "")
    cell_type = cell.get("cell_type")
    if cell_type not in ("code", "markdown", "raw"):
        cell_type = "markdown" if cell_type in ("heading", "html") else "code" if "input" in cell else "raw"
    source = _text(cell.get("source", cell.get("input")), name, flags)
    if cell_type != "code" and len(source) > MAX_TEXT:
        flags.append(Flag("cut", f'"{name}" holds a text cell of {len(source)} characters; it was cut.'))
        source = source[:MAX_TEXT]
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    # Colab keeps a cell's id in its metadata
    ids = [value for value in (cell.get("id"), metadata.get("id")) if isinstance(value, str) and value]
    attachments = {} if cell_type == "code" else _images(cell.get("attachments"))
    return RawCell(cell_type, source, *(_short(x) for x in (ids[0] if ids else "", grade_id)), attachments)


def _text(source: Any, name: str, flags: list[Flag]) -> str:
    """A cell's source as text that can be encoded, with `\\n` line ends."""
    if isinstance(source, list):
        if not all(isinstance(line, str) for line in source):
            flags.append(
                Flag(
                    "odd cell",
                    f'"{name}" holds a cell whose lines are not all text; the others were left out.',
                )
            )
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        if source is not None:
            flags.append(Flag("odd cell", f'"{name}" holds a cell whose source is no text; it was read as empty.'))
        return ""
    if not source.isascii():
        # pairs of surrogates that were written one by one belong together
        joined = source.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if "\ufffd" in joined and "\ufffd" not in source:
            flags.append(Flag("odd text", f'"{name}" holds half a character; it was replaced by "\ufffd".'))
        source = joined
    return source.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def _images(attachments: Any) -> dict[str, dict[str, str]]:
    """The pasted images of a text cell, if they are nothing else and not too large."""
    found: dict[str, dict[str, str]] = {}
    size = 0
    for key, bundle in attachments.items() if isinstance(attachments, dict) else ():
        kept = {
            mime: data
            for mime, data in (bundle.items() if isinstance(bundle, dict) else ())
            if re.fullmatch(r"image/(png|jpeg|gif)", mime) and isinstance(data, str) and BASE64.fullmatch(data)
        }
        size += sum(map(len, kept.values()))
        if kept and len(key) < 200 and key.isprintable():
            found[key] = kept
    return found if size <= MAX_ATTACHMENTS else {}


def _short(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= 200 and value.isprintable() else ""


def _without_repeats(flags: list[Flag]) -> tuple[Flag, ...]:
    return tuple(dict.fromkeys(flags))
