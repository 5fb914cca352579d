"""What a submission's files for nbgrader hold: the autograded notebook, its comments, its time of submission."""

from __future__ import annotations

import os
import stat
from datetime import datetime
from pathlib import Path

from autograder.grading.course import open_beneath
from autograder.grading.harmless import inert
from autograder.grading.ingest import RebuiltCell, notebook_of, rebuild
from autograder.grading.reading import RawNotebook
from autograder.grading.results import Result
from autograder.grading.template import Slot, Template, normalise

NO_RESPONSE = "No response."


def autograded_notebook(result: Result, template: Template) -> bytes | None:
    """The bytes of `autograded/…/CHAPTER.ipynb`, None where there is none to write.

    A file that could not be read leaves the notebook as it was given out, with a notice on top.
    """
    from nbformat.notebooknode import from_dict
    from nbformat.v4 import writes

    if result.status == "unreadable":
        blank = rebuild(RawNotebook("", "", ()), template)
        lines = "\n\n".join(inert(flag.text) for flag in result.flags)
        notice = RebuiltCell("notice", "markdown", f"**Not graded.** {lines}", "text", "instructor", {})
        document = notebook_of(template, (notice, *blank.cells), {})
    elif result.notebook is not None and result.status == "graded":
        document = {**result.notebook, "metadata": {**result.notebook["metadata"], **template.metadata}}
    else:
        return None
    # checking the schema of every cell again would cost more than all the rest
    return (writes(from_dict(document)) + "\n").encode("utf-8", "replace")


def comments_of(result: Result, template: Template) -> dict[str, str]:
    """The comments by the grade_id of the answer they belong to. An answer left as it was given out says so."""
    texts: dict[str, list[str]] = {}
    for score in result.scores:
        slot = answer_of(score.grade_id, template)
        if slot is not None and score.comment:
            texts.setdefault(slot.grade_id, []).append(inert(score.comment))
    if result.status == "unreadable":
        notice = "\n\n".join(inert(flag.text) for flag in result.flags)
        return {slot.grade_id: notice for slot in template.answers} if notice else {}
    if result.notebook is not None:
        untouched = {slot.id for slot in template.answers} & _untouched(result, template)
        for slot in template.answers:
            if slot.id in untouched and slot.grade_id not in texts:
                texts[slot.grade_id] = [NO_RESPONSE]
    return {name: "\n\n".join(dict.fromkeys(lines)) for name, lines in texts.items()}


def answer_of(check: str, template: Template) -> Slot | None:
    """The answer that a check checks: the one it is named after, else the one it stands behind."""
    slot = template.by_grade_id.get(check)
    if slot is None or slot.role == "answer":
        return slot
    named = template.by_grade_id.get(slot.exercise) or template.by_grade_id.get(check.removeprefix("check_"))
    if named is not None and named.role == "answer":
        return named
    before = [answer for answer in template.answers if answer.index < slot.index]
    return before[-1] if before else None


def read_timestamp(root: Path, folder: Path) -> datetime | None:
    """When a submission was handed in (UTC), from the `timestamp.txt` that collecting it left; None without one."""
    from nbgrader.utils import parse_utc

    try:
        descriptor = open_beneath(root, (folder / "timestamp.txt").relative_to(root))
    except OSError:
        return None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        return None
    with os.fdopen(descriptor, "rb") as file:
        text = file.read(200).decode("utf-8", "replace").strip("\ufeff \r\n\t")
    try:
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError):
        return None


def _untouched(result: Result, template: Template) -> set[str]:
    """The ids of the cells of an executed notebook that are as they were given out."""
    assert result.notebook is not None
    given = {slot.id: slot.text for slot in template.answers}
    sources = {cell.get("id", ""): cell["source"] for cell in result.notebook["cells"]}
    texts = {id: normalise(text if isinstance(text, str) else "".join(text)) for id, text in sources.items()}
    return {id for id, text in given.items() if texts.get(id) == text}
