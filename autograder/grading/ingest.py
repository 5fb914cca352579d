"""Rebuild a submission from the instructor's notebook: what is graded, and every irregularity as a flag.

Only the sources of answers, of the learner's own cells, and of instructor's cells that are free to change are the
learner's. Order, metadata, tags, checks and all locked cells are the instructor's.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from autograder.grading.harmless import harmless_outputs, inert
from autograder.grading.matching import Matching, match_cells
from autograder.grading.reading import Flag, RawCell, RawNotebook
from autograder.grading.template import Slot, Template, defined_in, normalise, prepare

if TYPE_CHECKING:
    from nbformat import NotebookNode

Kind = Literal["run", "check", "text"]


@dataclass(frozen=True)
class RebuiltCell:
    """One cell of what is graded.

    `kind` says what executing does with it: run the source, check the object `object_name` for `exercise`, or nothing.
    `by` tells whose source it is.
    """

    id: str
    cell_type: str
    source: str
    kind: Kind
    by: Literal["learner", "instructor"]
    metadata: Mapping[str, Any]
    grade_id: str = ""
    exercise: str = ""
    object_name: str = ""
    attachments: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Rebuilt:
    """A submission in the form of the instructor's notebook.

    `answers` holds, by grade_id, the sources that were taken as a learner's answer (none: not handed in).
    """

    template: Template
    cells: tuple[RebuiltCell, ...]
    answers: Mapping[str, tuple[str, ...]]
    flags: tuple[Flag, ...]

    def to_notebook(self, outputs: Mapping[str, Sequence[Any]] | None = None) -> NotebookNode:
        """Return the notebook for `autograded/`, with the outputs of each cell by cell id."""
        from nbformat.notebooknode import from_dict

        return from_dict(notebook_of(self.template, self.cells, outputs or {}))


def notebook_of(
    template: Template, cells: Sequence[RebuiltCell], outputs: Mapping[str, Sequence[Any]]
) -> dict[str, Any]:
    """Cells as nbformat 4.5 JSON with the instructor's metadata; nothing of a learner's can act where it is shown."""
    documents, shown = [], harmless_outputs(outputs)
    for number, cell in enumerate(cells, 1):
        document: dict[str, Any] = {
            "cell_type": cell.cell_type,
            "id": cell.id,
            "metadata": copy.deepcopy(dict(cell.metadata)),
            "source": inert(cell.source) if cell.kind == "text" and cell.by == "learner" else cell.source,
        }
        if cell.cell_type == "code":
            document |= {"execution_count": number, "outputs": shown.get(cell.id, [])}
        elif cell.attachments:
            document["attachments"] = {name: dict(bundle) for name, bundle in cell.attachments.items()}
        documents.append(document)
    metadata = copy.deepcopy(dict(template.metadata))
    return {"cells": documents, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def rebuild(raw: RawNotebook, instructor_notebook: Template | Mapping[str, Any]) -> Rebuilt:
    """Pour a submission into the instructor's notebook (the release: placeholders, no solutions). Never raises.

    Where an answer's cell was copied, the copies that differ from the placeholder count, in their order, so that the
    last one holds; a changed copy of a check is left out; what is missing comes back as it was given out.
    """
    template = (
        instructor_notebook if isinstance(instructor_notebook, Template) else prepare(instructor_notebook, raw.name)
    )
    matching = match_cells(raw.cells, template)
    return _Rebuilding(raw, template, matching).result()


class _Rebuilding:
    """The state of one rebuild: what has been placed so far, and what was found on the way."""

    def __init__(self, raw: RawNotebook, template: Template, matching: Matching) -> None:
        self.raw, self.template, self.matching = raw, template, matching
        self.found: dict[str, list[str]] = {}
        self.answers: dict[str, tuple[str, ...]] = {}
        self.n_extra = 0
        self.has_metadata = "grade_id" in matching.how.values()
        self.homes = self._homes_of_extras()

    def result(self) -> Rebuilt:
        cells = [self._extra(raw) for raw in self.homes.get(-1, [])]
        for slot in self.template.slots:
            build = {"answer": self._answer, "locked": self._locked, "plain": self._plain}[slot.role]
            cells += build(slot, self.matching.pieces(slot))
            cells += [self._extra(raw) for raw in self.homes.get(slot.index, [])]
        self._look_at_the_whole()
        flags = dict.fromkeys([*self.raw.flags, *_flags(self.found, self.raw.name, self.template.chapter)])
        return Rebuilt(self.template, tuple(cells), self.answers, tuple(flags))

    def _homes_of_extras(self) -> dict[int, list[int]]:
        """For each slot the learner's own cells that stand behind it (-1: before all)."""
        homes: dict[int, list[int]] = {}
        home, seen = -1, set()
        for raw, index in enumerate(self.matching.of):
            if index is not None:
                # a second copy says nothing about where its neighbours belong
                home = home if index in seen or raw in self.matching.copies else index
                seen.add(index)
            elif self.raw.cells[raw].source.strip() or self.raw.cells[raw].attachments:
                homes.setdefault(home, []).append(raw)
        return homes

    def _note(self, code: str, what: str) -> None:
        self.found.setdefault(code, [])
        if what not in self.found[code]:
            self.found[code].append(what)

    def _answer(self, slot: Slot, pieces: list[int]) -> list[RebuiltCell]:
        cells = [self.raw.cells[raw] for raw in pieces]
        written = [cell for cell in cells if normalise(cell.source) not in ("", slot.text)]
        sources = list(dict.fromkeys(cell.source for cell in written))
        by_name = [raw for raw in pieces if self.matching.how[raw] == "name"]
        if len(cells) > 1 and not by_name:
            self._note("copied answer", slot.grade_id)
        if by_name and (len(pieces) > 1 or self.has_metadata):
            self._note("answer elsewhere", slot.grade_id)
        if any(cell.cell_type != slot.cell_type for cell in cells):
            self._note("cell type", slot.grade_id)
        self.answers[slot.grade_id] = tuple(sources)
        elsewhere = self._defined_elsewhere(slot, written)
        if elsewhere is not None:
            self._note("merged cells", slot.grade_id)
            home, source = elsewhere
            self.answers[slot.grade_id] += (source,)
            if home > slot.index:
                sources.append(source)
            elif not sources:
                sources = [f'# The answer stands in the cell "{self.template.slots[home].grade_id}" above.']
        if not cells and not sources:
            self._note("no answer", slot.grade_id)
        first, *others = sources or [slot.source]
        rebuilt = [self._instructors(slot, first, by="learner" if sources else "instructor")]
        return rebuilt + [self._own(slot.cell_type, source) for source in others]

    def _defined_elsewhere(self, slot: Slot, written: list[RawCell]) -> tuple[int, str] | None:
        """Where an answer that its own cell lacks stands in another answer's cell, or in a check that was changed."""
        if not slot.names or any(slot.names & defined_in(cell.source) for cell in written):
            return None
        if written and self.matching.how[self.matching.pieces(slot)[0]] != "grade_id":
            return None
        for raw, index in enumerate(self.matching.of):
            other = self.template.slots[index] if index is not None else slot
            if other is slot or other.role == "plain":
                continue
            source = self.raw.cells[raw].source
            if slot.names & defined_in(source) and normalise(source) != other.text:
                # a locked cell's own text is put back, so what stood in it has to be taken from there
                return (len(self.template.slots) if other.role == "locked" else other.index), source
        return None

    def _locked(self, slot: Slot, pieces: list[int]) -> list[RebuiltCell]:
        name = slot.grade_id or slot.id
        copies = [raw for raw in pieces if raw in self.matching.copies]
        own = [raw for raw in pieces if raw not in self.matching.copies]
        if slot.is_check and len(pieces) > 1:
            self._note("copied check", name)
        if own and all(normalise(self.raw.cells[raw].source) != slot.text for raw in own):
            self._note("changed check" if slot.is_check else "changed locked cell", name)
        if not own and not copies and slot.is_check:
            self._note("no check", name)
        return [self._instructors(slot, slot.source, by="instructor")]

    def _plain(self, slot: Slot, pieces: list[int]) -> list[RebuiltCell]:
        # what is free to change is the learner's: an import added up there must not be lost. Emptied is put back
        sources = [self.raw.cells[raw].source for raw in pieces if self.raw.cells[raw].source.strip()]
        if not pieces and slot.cell_type == "code":
            self._note("cell put back", slot.id)
        first, *others = sources or [slot.source]
        rebuilt = [self._instructors(slot, first, by="instructor" if normalise(first) == slot.text else "learner")]
        return rebuilt + [self._own(slot.cell_type, source) for source in others]

    def _instructors(self, slot: Slot, source: str, *, by: Literal["learner", "instructor"]) -> RebuiltCell:
        kind: Kind = "text" if slot.cell_type != "code" else "check" if slot.is_check and slot.exercise else "run"
        return RebuiltCell(
            slot.id,
            slot.cell_type,
            source,
            kind,
            by,
            slot.metadata,
            slot.grade_id,
            slot.exercise,
            slot.object_name,
        )

    def _extra(self, raw: int) -> RebuiltCell:
        cell = self.raw.cells[raw]
        return self._own(cell.cell_type, cell.source, cell.attachments)

    def _own(self, cell_type: str, source: str, attachments: Mapping[str, Any] | None = None) -> RebuiltCell:
        self.n_extra += 1
        name = f"own-{self.n_extra}"
        while any(slot.id == name for slot in self.template.slots):
            name += "-"
        return RebuiltCell(
            name,
            cell_type,
            source,
            "run" if cell_type == "code" else "text",
            "learner",
            {},
            attachments=attachments,
        )

    def _look_at_the_whole(self) -> None:
        cells, matching = self.raw.cells, self.matching
        known = {slot.index for slot in (*self.template.answers, *self.template.checks)}
        order = [index for raw, index in enumerate(matching.of) if index in known and raw not in matching.copies]
        firsts = list(dict.fromkeys(order))
        if firsts != sorted(firsts):
            self._note("moved cells", "")
        if known & set(matching.of) and not self.has_metadata:
            self._note("no metadata", "")
        if "no answer" in self.found:
            strangers = [cell.grade_id for cell in cells if cell.grade_id not in ("", *self.template.by_grade_id)]
            own = [cell for raw, cell in enumerate(cells) if matching.of[raw] is None and cell.cell_type == "code"]
            strangers += [name for cell in own for name in sorted(defined_in(cell.source))]
            self.found["no answer: found"] = list(dict.fromkeys(name for name in strangers if len(name) < 60))


_LINES = {
    "copied answer": 'the cell {cells} is there more than once in "{name}"; what was written '
    "counts, the last one last. Look which one was meant.",
    "answer elsewhere": 'the answer of {cells} stands in another cell of "{name}" than the one for it; it was taken.',
    "merged cells": 'the answer of {cells} stands in the cell of another exercise in "{name}"; it was taken.',
    "cell type": 'the cell {cells} was turned into another type in "{name}"; it was turned back.',
    "copied check": 'the check {cells} is there more than once in "{name}"; it ran once, as it was given out.',
    "changed check": 'the check {cells} was changed in "{name}"; it ran as it was given out.',
    "changed locked cell": 'the locked cell {cells} was changed in "{name}"; it was put back.',
    "no check": 'the check {cells} is missing from "{name}"; it was put back.',
    "cell put back": 'code that was given out is missing from "{name}" ({cells}); it was put back.',
    "moved cells": 'the exercises are in another order in "{name}"; they ran in the order of what was given out.',
    "no metadata": '"{name}" lost its nbgrader metadata (Colab strips it); the cells were found by their text.',
}


def _flags(found: Mapping[str, list[str]], name: str, chapter: str) -> list[Flag]:
    """One flag a code, in a fixed order."""
    flags = []
    if missing := found.get("no answer"):
        strangers = _listed(found.get("no answer: found", []))
        hint = f" (found: {strangers}). Was it renamed?" if strangers else ". It counts as not written."
        flags.append(Flag("no answer", f'{chapter}: no cell {_listed(missing)} in "{name}"{hint}'))
    for code, line in _LINES.items():
        if code in found:
            text = line.format(cells=_listed(found[code]), name=name)
            flags.append(Flag(code, f"{chapter}: {text}"))
    return flags


def _listed(names: Sequence[str], at_most: int = 4) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:at_most])
    return f"{shown} and {len(names) - at_most} more" if len(names) > at_most else shown
