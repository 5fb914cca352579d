"""What grading one submission came to, as plain data: the form in which it is stored, reported and written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from autograder.grading.reading import Flag

# graded: it ran. unreadable: a file that could not be taken. missing: nothing was handed in.
# failed: the grader itself failed, which is no zero
Status = Literal["graded", "unreadable", "missing", "failed"]
STATUSES = ("graded", "unreadable", "missing", "failed")


@dataclass(frozen=True)
class CellScore:
    """The points of one check cell; `score` None means that a person has to give them.

    `comment` is the feedback for the learner, as Markdown. `misconception` is the id of the bank's entry.
    """

    grade_id: str
    score: float | None
    max_score: float
    comment: str = ""
    exercise: str = ""
    misconception: str | None = None

    def __post_init__(self) -> None:
        if self.score is not None and not (math.isfinite(self.score) and 0 <= self.score <= self.max_score):
            raise ValueError(f"{self.grade_id}: {self.score} is no score from 0 to {self.max_score}")


@dataclass(frozen=True)
class Result:
    """What grading one submission came to.

    `notebook` is the executed notebook as nbformat JSON (built from the instructor's cells), None where nothing
    ran. `resources` holds seconds and bytes used, `sandbox` the level of isolation the submission ran in.
    """

    student: str
    chapter: str
    file_sha256: str
    course_version: str
    seed: int
    status: Status
    flags: tuple[Flag, ...] = ()
    scores: tuple[CellScore, ...] = ()
    notebook: Mapping[str, Any] | None = field(default=None, repr=False)
    resources: Mapping[str, Any] = field(default_factory=dict)
    sandbox: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"{self.status!r} is none of {', '.join(STATUSES)}")

    @property
    def score(self) -> float:
        """The points earned so far, in points."""
        return sum(cell.score or 0.0 for cell in self.scores)

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Result:
        """Read a result that `to_json` wrote. Raises TypeError, KeyError or ValueError for anything else."""
        flags = tuple(Flag(**flag) for flag in document["flags"])
        scores = tuple(CellScore(**score) for score in document["scores"])
        return cls(**{**document, "flags": flags, "scores": scores})
