"""Submissions that had bad luck on their way: each with what should be made of it.

Every case starts from a solved notebook of whatever chapter it is given, so that the same table serves the tests of
ingest and those of whole batches.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import uuid
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

Json = dict[str, Any]
Answers = Literal["all", "none", "all but the first"]


@dataclass
class Desk:
    """Where a case is laid out: a student's folder, and notebooks to spoil (each call returns a fresh copy)."""

    home: Path
    chapter: str
    solved_text: str
    release_text: str
    other_chapter: str
    other_text: str

    @property
    def outside(self) -> Path:
        """A folder outside of `submitted/`, for what links lead to."""
        folder = self.home.parent.parent / "outside" / self.home.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def solved(self) -> Json:
        """The chapter's notebook with every answer right."""
        return json.loads(self.solved_text)

    @property
    def release(self) -> Json:
        """The chapter's notebook as given out."""
        return json.loads(self.release_text)

    @property
    def other(self) -> Json:
        """The solved notebook of another chapter."""
        return json.loads(self.other_text)

    def put(self, content: Json | list | bytes | str, name: str | None = None, folder: str | None = None) -> Path:
        """Write a file, by default in the notebook's place."""
        path = self.home / (self.chapter if folder is None else folder) / (name or f"{self.chapter}.ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            content = content.encode()
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return path


@dataclass(frozen=True)
class Case:
    """One unlucky submission.

    `code` is empty where it is taken, else the code of NoSubmission. `flags` are the codes of all flags. `answers`
    says which right answers must be among the sources taken (the last one of each answer counts).
    """

    name: str
    lay_out: Callable[[Desk], object] = field(repr=False)
    code: str = ""
    flags: frozenset[str] = frozenset()
    answers: Answers = "all"


CASES: dict[str, Case] = {}


def case(name: str, *flags: str, code: str = "", answers: Answers | None = None) -> Callable[[Any], Any]:
    """Enter a case, made by a function of the desk."""

    def enter(lay_out: Callable[[Desk], object]) -> Callable[[Desk], object]:
        assert name not in CASES
        CASES[name] = Case(name, lay_out, code, frozenset(flags), answers or ("none" if code else "all"))
        return lay_out

    return enter


def spoiled(name: str, *flags: str, answers: Answers | None = None) -> Callable[[Any], Any]:
    """Enter a case, made by a function that changes the solved notebook in place or returns another."""

    def enter(spoil: Callable[[Json], Json | None]) -> Callable[[Json], Json | None]:
        def lay_out(desk: Desk) -> object:
            document = desk.solved
            return desk.put(spoil(document) or document)

        case(name, *flags, answers=answers)(lay_out)
        return spoil

    return enter


def by_grade_id(document: Json) -> dict[str, Json]:
    """The cells that nbgrader knows, by grade_id."""
    known = [cell for cell in document["cells"] if "nbgrader" in cell["metadata"]]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in known}


def answer_cells(document: Json) -> list[Json]:
    """The cells of the answers, in order."""
    return [cell for cell in by_grade_id(document).values() if cell["metadata"]["nbgrader"]["solution"]]


def check_cells(document: Json) -> list[Json]:
    """The cells of the checks, in order."""
    return [cell for cell in by_grade_id(document).values() if cell["metadata"]["nbgrader"]["grade"]]


def code(source: str) -> Json:
    """A code cell as a learner adds one."""
    return {"cell_type": "code", "id": uuid.uuid4().hex[:8], "metadata": {}, "source": source, "outputs": []}


def stub(desk_release: Json, cell: Json) -> Json:
    """The cell as given out."""
    return by_grade_id(desk_release)[cell["metadata"]["nbgrader"]["grade_id"]]


def copied(cell: Json, **changes: Any) -> Json:
    """A copy-pasted cell: same metadata, another id."""
    return {**json.loads(json.dumps(cell)), "id": uuid.uuid4().hex[:8], **changes}


# --- files ----------------------------------------------------------------------------------------------------


case("as it should be")(lambda desk: desk.put(desk.solved))
case("nothing handed in", code="missing")(lambda desk: None)
case("an empty folder", code="missing")(lambda desk: (desk.home / desk.chapter).mkdir(parents=True))
case("an empty file", code="empty")(lambda desk: desk.put(b""))
case("only blanks", code="empty")(lambda desk: desk.put(b"\n \n"))
case("only null bytes", code="empty")(lambda desk: desk.put(bytes(4096)))
case("UTF-8 with a byte order mark")(lambda desk: desk.put(b"\xef\xbb\xbf" + desk.solved_text.encode()))
case("UTF-16 with a byte order mark", "encoding")(lambda desk: desk.put(desk.solved_text.encode("utf-16")))
case("UTF-16 without one", "encoding")(lambda desk: desk.put(desk.solved_text.encode("utf-16-be")))
case("UTF-32", "encoding")(lambda desk: desk.put(desk.solved_text.encode("utf-32")))
case("broken off", code="no notebook")(lambda desk: desk.put(desk.solved_text[: len(desk.solved_text) // 2]))
case("broken off in a word", code="no notebook")(lambda desk: desk.put('{"cells": [], "metadata": {}, "nbf'))
case("random bytes", code="no notebook")(lambda desk: desk.put(random.Random(1).randbytes(5000)))
case("a JSON list", code="no notebook")(lambda desk: desk.put([1, 2, 3]))
case("a JSON number", code="no notebook")(lambda desk: desk.put("42"))
case("JSON without cells", code="no notebook")(lambda desk: desk.put({"metadata": {}, "nbformat": 4}))
case("cells that are no list", code="no notebook")(lambda desk: desk.put({"cells": {"0": {}}, "nbformat": 4}))
case("nested a hundred thousand deep", code="no notebook")(lambda desk: desk.put("[" * 100_000 + "]" * 100_000))
case("a million brackets", code="too large")(lambda desk: desk.put("[" + "[]," * 1_200_000 + "[]]"))
case("three thousand cells", code="too large")(lambda desk: desk.put({**desk.solved, "cells": [code("1")] * 3_000}))
case("a web page", code="no notebook")(lambda desk: desk.put("<!DOCTYPE html><html><body>Sign in</body></html>"))
case("the plain Python export", code="no notebook")(lambda desk: desk.put("#!/usr/bin/env python\n# In[1]:\nx = 1\n"))
case("a Git LFS pointer", code="no notebook")(
    lambda desk: desk.put("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
)
case("merge conflicts", code="no notebook")(
    lambda desk: desk.put(desk.solved_text.replace('"nbformat"', '\n<<<<<<< HEAD\n"nbformat"\n=======\n>>>>>>> b\n', 1))
)
case("a PDF under its name", code="no notebook")(lambda desk: desk.put(b"%PDF-1.7\n" + bytes(100)))
case("gzipped under its name", code="no notebook")(lambda desk: desk.put(gzip.compress(desk.solved_text.encode())))


@case("an archive under its name", code="no notebook")
def _(desk: Desk) -> None:
    desk.put(_zipped(desk))


@case("an archive beside its name", code="missing")
def _(desk: Desk) -> None:
    desk.put(_zipped(desk), name=f"{desk.chapter}.zip")


def _zipped(desk: Desk) -> bytes:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"{desk.chapter}.ipynb", desk.solved_text)
    return archive.getvalue()


@case("latin-1", "encoding")
def _(desk: Desk) -> None:
    document = desk.solved
    document["cells"].append(code("# SIZE"))
    desk.put(json.dumps(document).replace("SIZE", "Größe").encode("latin-1"))


@case("a symbolic link", code="no file")
def _(desk: Desk) -> None:
    target = desk.put(desk.solved, folder=str(desk.outside))
    place = desk.home / desk.chapter / f"{desk.chapter}.ipynb"
    place.parent.mkdir(parents=True)
    place.symlink_to(target)


@case("a chapter's folder that is a symbolic link", code="no file")
def _(desk: Desk) -> None:
    desk.put(desk.solved, folder=str(desk.outside))
    desk.home.mkdir()
    (desk.home / desk.chapter).symlink_to(desk.outside)


@case("a student's folder that is a symbolic link", code="no file")
def _(desk: Desk) -> None:
    desk.put(desk.solved, folder=str(desk.outside / desk.chapter))
    desk.home.symlink_to(desk.outside)


@case("a named pipe", code="no file")
def _(desk: Desk) -> None:
    (desk.home / desk.chapter).mkdir(parents=True)
    os.mkfifo(desk.home / desk.chapter / f"{desk.chapter}.ipynb")


@case("a folder under its name", code="no file")
def _(desk: Desk) -> None:
    (desk.home / desk.chapter / f"{desk.chapter}.ipynb").mkdir(parents=True)


@case("far too large", code="too large")
def _(desk: Desk) -> None:
    path = desk.put(desk.solved)
    with path.open("r+b") as file:
        file.truncate(300_000_000)


case("renamed", "misplaced")(lambda desk: desk.put(desk.solved, name="Untitled1.ipynb"))
case("downloaded a second time", "misplaced")(lambda desk: desk.put(desk.solved, name=f"{desk.chapter} (1).ipynb"))
case("an upper-case ending", "misplaced")(lambda desk: desk.put(desk.solved, name=f"{desk.chapter}.IPYNB"))
case("in a folder of its own", "misplaced")(lambda desk: desk.put(desk.solved, folder=f"{desk.chapter}/homework"))
case("beside the chapter's folder", "misplaced")(lambda desk: desk.put(desk.solved, folder="."))
case("another chapter in its place", code="wrong chapter")(lambda desk: desk.put(desk.other))
case("only another chapter", code="missing")(
    lambda desk: desk.put(desk.other, f"{desk.other_chapter}.ipynb", desk.other_chapter)
)
case("only an autosaved copy", code="missing")(
    lambda desk: desk.put(desk.solved, f"{desk.chapter}-checkpoint.ipynb", f"{desk.chapter}/.ipynb_checkpoints")
)


@case("an older copy beside it", "more notebooks")
def _(desk: Desk) -> None:
    desk.put(desk.solved)
    desk.put(desk.release, name="old.ipynb")


@case("macOS's shadow and an autosaved copy beside it")
def _(desk: Desk) -> None:
    desk.put(desk.solved)
    desk.put(b"\x00\x05\x16\x07", name=f"._{desk.chapter}.ipynb")
    desk.put(desk.release, f"{desk.chapter}-checkpoint.ipynb", f"{desk.chapter}/.ipynb_checkpoints")


@case("broken, and whole under another name", "misplaced")
def _(desk: Desk) -> None:
    desk.put(b"")
    desk.put(desk.solved, name="copy.ipynb")


@case("renamed, among notebooks of other chapters", "misplaced")
def _(desk: Desk) -> None:
    desk.put(desk.other, name="a.ipynb")
    desk.put(desk.solved, name="b.ipynb")
    desk.put(b"[]", name="c.ipynb")


@case("changed places with another chapter", "misplaced")
def _(desk: Desk) -> None:
    desk.put(desk.other)
    desk.put(desk.solved, name="mine.ipynb", folder=desk.other_chapter)


# --- notebooks ------------------------------------------------------------------------------------------------


case("untouched", answers="none")(lambda desk: desk.put(desk.release))


@case("metadata and ids stripped, as by Colab", "no metadata")
def _(desk: Desk) -> None:
    document = desk.solved
    for number, cell in enumerate(document["cells"]):
        cell["metadata"] = {"id": f"k{number}", "colab": {"base_uri": "https://localhost"}}
        del cell["id"]
    document["metadata"] |= {"colab": {"provenance": []}, "accelerator": "GPU"}
    desk.put({**document, "nbformat_minor": 0})


@case("as from Colab, with own cells in between and a plain cell changed", "no metadata")
def _(desk: Desk) -> None:
    document = desk.solved
    for cell in document["cells"]:
        cell["metadata"] = {}
        cell["id"] = uuid.uuid4().hex[:8]
    plain = next(cell for cell in document["cells"] if cell["cell_type"] == "code")
    plain["source"] += "\n# and more"
    document["cells"] = [new for cell in document["cells"] for new in (cell, code("print('a look')"))]
    desk.put(document)


@case("as from Colab, without the checks", "no metadata", "no check")
def _(desk: Desk) -> None:
    document = desk.solved
    checks = check_cells(document)
    document["cells"] = [cell for cell in document["cells"] if cell not in checks]
    for cell in document["cells"]:
        cell["metadata"] = {}
        cell["id"] = uuid.uuid4().hex[:8]
    desk.put(document)


@spoiled("as from VS Code: other ids, its own metadata")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["id"] = uuid.uuid4().hex[:8]
        cell["metadata"]["vscode"] = {"languageId": "python"}
    document["metadata"]["vscode"] = {"interpreter": {"hash": "0"}}


@spoiled("no metadata at all, not even the notebook's", "no metadata")
def _(document: Json) -> None:
    for cell in document["cells"]:
        del cell["metadata"], cell["id"]
    del document["metadata"], document["nbformat"], document["nbformat_minor"]


@spoiled("all ids the same")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["id"] = "same"


@spoiled("only the grade_ids lost", "no metadata")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["metadata"].pop("nbgrader", None)


@spoiled("an answer copied: the copy is the placeholder", "copied answer")
def _(document: Json) -> None:
    first = answer_cells(document)[0]
    name = first["metadata"]["nbgrader"]["grade_id"]
    document["cells"].append(copied(first, source=f"# {name}"))
    document["cells"][-1]["source"] = ""


@case("an answer copied: the first is the placeholder", "copied answer")
def _(desk: Desk) -> None:
    document = desk.solved
    first = answer_cells(document)[0]
    at = document["cells"].index(first)
    document["cells"].insert(at, copied(stub(desk.release, first)))
    desk.put(document)


@spoiled("an answer copied: wrong first, right later", "copied answer")
def _(document: Json) -> None:
    first = answer_cells(document)[0]
    at = document["cells"].index(first)
    document["cells"].insert(at, copied(first, source="raise ValueError('an earlier try')"))


@spoiled("an answer copied unchanged", "copied answer")
def _(document: Json) -> None:
    document["cells"].append(copied(answer_cells(document)[0]))


@spoiled("a check copied", "copied check")
def _(document: Json) -> None:
    document["cells"].append(copied(check_cells(document)[0]))


@spoiled("a check copied without its metadata", "copied check")
def _(document: Json) -> None:
    document["cells"].append(code(check_cells(document)[0]["source"]))


@spoiled("a check deleted", "no check")
def _(document: Json) -> None:
    document["cells"].remove(check_cells(document)[0])


@spoiled("all checks deleted", "no check")
def _(document: Json) -> None:
    for cell in check_cells(document):
        document["cells"].remove(cell)


@spoiled("a check emptied", "changed check")
def _(document: Json) -> None:
    check_cells(document)[0]["source"] = ""


@spoiled("a check rewritten", "changed check")
def _(document: Json) -> None:
    check_cells(document)[0]["source"] = "print('passed')"


@spoiled("a tag that skips the check")
def _(document: Json) -> None:
    for cell in check_cells(document):
        cell["metadata"]["tags"] = ["skip-execution"]


@spoiled("more points claimed")
def _(document: Json) -> None:
    for cell in check_cells(document):
        cell["metadata"]["nbgrader"]["points"] = 100


@spoiled("nbgrader's metadata broken")
def _(document: Json) -> None:
    for cell in by_grade_id(document).values():
        grade_id = cell["metadata"]["nbgrader"]["grade_id"]
        cell["metadata"]["nbgrader"] = {"grade_id": grade_id, "schema_version": "three", "locked": None}


@spoiled("an answer deleted", "no answer", answers="all but the first")
def _(document: Json) -> None:
    document["cells"].remove(answer_cells(document)[0])


@spoiled("an answer renamed", "answer elsewhere")
def _(document: Json) -> None:
    answer_cells(document)[0]["metadata"]["nbgrader"]["grade_id"] = "Untitled1"
    for cell in document["cells"]:
        cell["id"] = uuid.uuid4().hex[:8]


@case("an answer in a cell of its own, the placeholder left", "answer elsewhere")
def _(desk: Desk) -> None:
    document = desk.solved
    first = answer_cells(document)[0]
    at = document["cells"].index(first)
    document["cells"].insert(at + 1, code(first["source"]))
    document["cells"][at] = stub(desk.release, first)
    desk.put(document)


@case("an answer in a cell at the very end, the placeholder left", "answer elsewhere")
def _(desk: Desk) -> None:
    document = desk.solved
    first = answer_cells(document)[0]
    document["cells"].append(code(first["source"]))
    document["cells"][document["cells"].index(first)] = stub(desk.release, first)
    desk.put(document)


@spoiled("two answers merged into one cell", "merged cells")
def _(document: Json) -> None:
    first, second = answer_cells(document)[:2]
    first["source"] += "\n\n" + second["source"]
    document["cells"].remove(second)


@case("two answers in the first one's cell, the second's placeholder left", "merged cells")
def _(desk: Desk) -> None:
    document = desk.solved
    first, second = answer_cells(document)[:2]
    first["source"] += "\n\n" + second["source"]
    document["cells"][document["cells"].index(second)] = stub(desk.release, second)
    desk.put(document)


@spoiled("an answer merged into its check", "changed check", "merged cells")
def _(document: Json) -> None:
    first, check = answer_cells(document)[0], check_cells(document)[0]
    check["source"] = first["source"] + "\n\n" + check["source"]
    document["cells"].remove(first)


@spoiled("an answer split, both halves with its metadata", "copied answer")
def _(document: Json) -> None:
    first = answer_cells(document)[0]
    at = document["cells"].index(first)
    document["cells"].insert(at, copied(first, source="import math"))


@spoiled("an answer split, one half bare")
def _(document: Json) -> None:
    at = document["cells"].index(answer_cells(document)[0])
    document["cells"].insert(at, code("import math"))


@spoiled("the cells in reverse", "moved cells")
def _(document: Json) -> None:
    document["cells"].reverse()


@spoiled("the last answer moved to the front", "moved cells")
def _(document: Json) -> None:
    last = answer_cells(document)[-1]
    document["cells"].remove(last)
    document["cells"].insert(0, last)


@spoiled("an answer turned into text", "cell type")
def _(document: Json) -> None:
    cell = answer_cells(document)[0]
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


@spoiled("an answer turned into a raw cell", "cell type")
def _(document: Json) -> None:
    answer_cells(document)[0]["cell_type"] = "raw"


@spoiled("a check turned into text")
def _(document: Json) -> None:
    check_cells(document)[0]["cell_type"] = "markdown"


@spoiled("the cells' types missing", "cell type")
def _(document: Json) -> None:
    for cell in document["cells"]:
        del cell["cell_type"]


@spoiled("the setup deleted", "cell put back")
def _(document: Json) -> None:
    document["cells"].remove(next(cell for cell in document["cells"] if cell["cell_type"] == "code"))


@spoiled("the setup emptied")
def _(document: Json) -> None:
    next(cell for cell in document["cells"] if cell["cell_type"] == "code")["source"] = ""


@spoiled("line ends of Windows")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r\n")


@spoiled("line ends of the old Macintosh")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["source"] = cell["source"].replace("\n", "\r")


@spoiled("tabs for blanks")
def _(document: Json) -> None:
    for cell in answer_cells(document):
        cell["source"] = cell["source"].replace("    ", "\t")


@spoiled("sources as lists of lines")
def _(document: Json) -> None:
    for cell in document["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


@spoiled("sources as lists with other things between the lines", "odd cell")
def _(document: Json) -> None:
    cell = answer_cells(document)[0]
    cell["source"] = [None, *cell["source"].splitlines(keepends=True), 3]


@spoiled("a source that is null", answers="all but the first")
def _(document: Json) -> None:
    answer_cells(document)[0]["source"] = None


@spoiled("a source that is a number", "odd cell", answers="all but the first")
def _(document: Json) -> None:
    answer_cells(document)[0]["source"] = 7


@spoiled("half a character in an answer", "odd text")
def _(document: Json) -> None:
    answer_cells(document)[0]["source"] += "\n# \ud83d"


@spoiled("a character written as two halves")
def _(document: Json) -> None:
    answer_cells(document)[0]["source"] += "\n# \ud83d\ude00"


@spoiled("a null byte in a text")
def _(document: Json) -> None:
    document["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "a\x00b"})


@spoiled("cells that are none", "odd cell")
def _(document: Json) -> None:
    document["cells"] += [None, 3, "cell", []]


@spoiled("an unknown type of cell")
def _(document: Json) -> None:
    document["cells"].append({"cell_type": "heading", "level": 2, "metadata": {}, "source": "Mine"})


@spoiled("an image pasted into a text")
def _(document: Json) -> None:
    image = {"image.png": {"image/png": "iVBORw0KGgo="}, "bad": {"text/html": "<script>"}}
    document["cells"].append(
        {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:image.png)", "attachments": image}
    )


@spoiled("twenty megabytes of output")
def _(document: Json) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}
    answer_cells(document)[0]["outputs"] = [output]


@spoiled("outputs that are no outputs")
def _(document: Json) -> None:
    answer_cells(document)[0]["outputs"] = {"output_type": None}


@spoiled("NaN and Infinity in an output")
def _(document: Json) -> None:
    data = {"application/json": [float("nan"), float("inf")]}
    answer_cells(document)[0]["outputs"] = [{"output_type": "display_data", "data": data, "metadata": {}}]


@case("an integer of ten thousand digits in an output")
def _(desk: Desk) -> None:
    desk.put(desk.solved_text.replace('"nbformat": 4', f'"big": {"9" * 10_000}, "nbformat": 4'))


@spoiled("warnings on stderr in every output")
def _(document: Json) -> None:
    for cell in document["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"] = [{"output_type": "stream", "name": "stderr", "text": "UserWarning"}]


@spoiled("nbformat 3", "old format", "no metadata")
def _(document: Json) -> Json:
    cells = []
    for cell in document["cells"]:
        old = {"cell_type": cell["cell_type"], "metadata": {}}
        source = cell["source"].splitlines(keepends=True)
        cells.append({**old, "input": source} if cell["cell_type"] == "code" else {**old, "source": source})
    return {"metadata": {"name": ""}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}


@spoiled("nbformat 5, which does not exist yet")
def _(document: Json) -> None:
    document |= {"nbformat": 5, "nbformat_minor": 0, "novelty": True}


@spoiled("nbformat as text")
def _(document: Json) -> None:
    document["nbformat"] = "4"


@spoiled("another kernel")
def _(document: Json) -> None:
    document["metadata"]["kernelspec"] = {"name": "ir", "display_name": "R", "language": "R"}


@spoiled("a hundred own cells")
def _(document: Json) -> None:
    document["cells"][2:2] = [code(f"mine_{number} = {number}") for number in range(100)]


@spoiled("an essay in one cell", "cut")
def _(document: Json) -> None:
    document["cells"].append({"cell_type": "markdown", "metadata": {}, "source": "long " * 400_000})
