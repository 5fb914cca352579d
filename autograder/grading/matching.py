"""Find out which cell of a submission is which cell of the instructor's notebook.

By nbgrader's grade_id first, then by cell id, by text, by the name that an answer defines, and at last by order,
so that notebooks that lost their metadata (Colab), their ids or their order are still understood.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from autograder.grading.reading import RawCell
from autograder.grading.template import Slot, Template, assigned_in, defined_in, normalise

SIMILAR = 0.6
# Only the beginnings of texts are compared, and only in gaps of a sane size.
MAX_COMPARED, MAX_LETTERS = 2_000, 3_000


@dataclass
class Matching:
    """For each submitted cell the index of its slot (None: the learner's own), and how that was found out."""

    of: list[int | None]
    how: dict[int, str] = field(default_factory=dict)
    copies: set[int] = field(default_factory=set)

    def pieces(self, slot: Slot) -> list[int]:
        """The submitted cells of one slot, in the order of the submission."""
        return [raw for raw, index in enumerate(self.of) if index == slot.index]


def match_cells(cells: tuple[RawCell, ...], template: Template) -> Matching:
    """Match submitted cells with slots. Several cells may belong to one answer; `copies` are of locked cells."""
    matching = Matching([None] * len(cells))
    texts = [normalise(cell.source) for cell in cells]
    _by_grade_id(cells, template, matching)
    _by_id(cells, template, matching)
    _by_text(cells, texts, template, matching)
    _by_name(cells, texts, template, matching)
    _by_order(cells, texts, template, matching)
    return matching


def _take(matching: Matching, raw: int, slot: Slot, how: str) -> None:
    matching.of[raw] = slot.index
    matching.how[raw] = how


def _by_grade_id(cells: tuple[RawCell, ...], template: Template, matching: Matching) -> None:
    for raw, cell in enumerate(cells):
        slot = template.by_grade_id.get(cell.grade_id)
        if slot is not None:
            _take(matching, raw, slot, "grade_id")


def _by_id(cells: tuple[RawCell, ...], template: Template, matching: Matching) -> None:
    times = Counter(cell.id for cell in cells)
    taken = set(matching.of)
    slots = {slot.id: slot for slot in template.slots if slot.index not in taken}
    for raw, cell in enumerate(cells):
        if matching.of[raw] is None and times[cell.id] == 1 and cell.id in slots:
            _take(matching, raw, slots[cell.id], "id")


def _by_text(cells: tuple[RawCell, ...], texts: list[str], template: Template, matching: Matching) -> None:
    taken = set(matching.of)
    free: dict[tuple[bool, str], list[Slot]] = defaultdict(list)
    locked: dict[str, Slot] = {}
    for slot in template.slots:
        if slot.index not in taken and slot.text:
            free[slot.cell_type == "code", slot.text].append(slot)
        if slot.role == "locked" and slot.cell_type == "code":
            locked[slot.text] = slot
    checks = {slot.exercise: slot for slot in template.checks if slot.exercise}
    for raw, cell in enumerate(cells):
        if matching.of[raw] is not None:
            continue
        equal = free.get((cell.cell_type == "code", texts[raw]))
        if equal:
            _take(matching, raw, equal.pop(0), "text")
            taken.add(matching.of[raw])
        elif texts[raw] in locked:
            matching.copies.add(raw)
            _take(matching, raw, locked[texts[raw]], "text")
        elif cell.cell_type == "code" and not defined_in(cell.source):
            asked = re.search(r"\bcheck\(\s*[\"'](\w+)[\"']", cell.source)
            slot = checks.get(asked[1]) if asked else None
            if slot is not None and slot.index not in taken:
                _take(matching, raw, slot, "text")
                taken.add(slot.index)


def _by_name(cells: tuple[RawCell, ...], texts: list[str], template: Template, matching: Matching) -> None:
    """Give answers that are missing or still untouched the cells that define what they should define."""
    free = {raw for raw, cell in enumerate(cells) if matching.of[raw] is None and cell.cell_type == "code"}
    for slot in template.answers:
        pieces = matching.pieces(slot)
        if any(texts[raw] not in ("", slot.text) for raw in pieces):
            continue
        # an assignment to a common name is no proof where the learner's cell is there
        names_in = defined_in if pieces else assigned_in
        for raw in sorted(free):
            if slot.names & names_in(cells[raw].source):
                _take(matching, raw, slot, "name")
                free.discard(raw)


def _by_order(cells: tuple[RawCell, ...], texts: list[str], template: Template, matching: Matching) -> None:
    """Pair what is left between two neighbours that are known."""
    taken = set(matching.of)
    before = -1
    raw = 0
    while raw < len(cells):
        if matching.of[raw] is not None:
            before = max(before, matching.of[raw] or 0)
            raw += 1
            continue
        end = next((n for n in range(raw, len(cells)) if matching.of[n] is not None), len(cells))
        after = matching.of[end] if end < len(cells) else None
        after = len(template.slots) if after is None else after
        missing = [slot for slot in template.slots[before + 1 : max(after, 0)] if slot.index not in taken]
        _pair([n for n in range(raw, end) if texts[n]], missing, cells, texts, matching)
        taken.update(matching.of[raw:end])
        raw = end


def _pair(
    run: list[int], missing: list[Slot], cells: tuple[RawCell, ...], texts: list[str], matching: Matching
) -> None:
    if not run or not missing or len(run) * len(missing) > MAX_COMPARED:
        return
    free = list(missing)
    for raw in run:
        alike = [(_similarity(texts[raw], slot), slot) for slot in free if slot.cell_type == cells[raw].cell_type]
        ratio, slot = max(alike, key=lambda pair: pair[0], default=(0.0, None))
        if slot is not None and ratio >= SIMILAR:
            _take(matching, raw, slot, "order")
            free = [other for other in free if other.index > slot.index]
    open_answers = [slot for slot in free if slot.role == "answer"]
    left = [raw for raw in run if matching.of[raw] is None and cells[raw].cell_type == "code"]
    if len(open_answers) == len(left) == 1:
        _take(matching, left[0], open_answers[0], "order")


def _similarity(text: str, slot: Slot) -> float:
    """The share of words that two texts have in common, from 0 to 1, whatever their order."""
    one, other = (Counter(re.findall(r"\w+|\S", t[:MAX_LETTERS])) for t in (text, slot.text))
    total = one.total() + other.total()
    return 2 * (one & other).total() / total if total else 0.0
