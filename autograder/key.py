"""The answer key: a table of the evidence that the reference and each known misconception leave."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.evidence import Item, item_to_json, items_from_json

KEYS = Path(__file__).parent / "keys"


@dataclass(frozen=True, eq=False)
class Row:
    """What one misconception leaves, way by way."""

    id: str
    message: str
    ways: dict[str, tuple[Item, ...]]


@dataclass(frozen=True, eq=False)
class Key:
    """The table for one exercise and one challenge. Two keys of one seed hold the same challenge."""

    exercise: str
    seed: int
    points: float
    reference: dict[str, tuple[Item, ...]]
    misconceptions: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the key as JSON data."""
        return {
            "seed": self.seed,
            "points": self.points,
            # only outcomes decide whether a solution is right: how the reference came to them stays at home
            "reference": _ways_to_json(self.reference, ("outcome",)),
            "misconceptions": [
                {"id": row.id, "message": row.message, "ways": _ways_to_json(row.ways, ("outcome", "trace"))}
                for row in self.misconceptions
            ],
        }

    @classmethod
    def from_json(cls, exercise: str, document: dict[str, Any]) -> Key:
        """Read a key that `to_json` wrote."""
        rows = tuple(Row(row["id"], row["message"], _ways(row["ways"])) for row in document["misconceptions"])
        return cls(exercise, document["seed"], document["points"], _ways(document["reference"]), rows)


def _ways_to_json(ways: dict[str, tuple[Item, ...]], roles: tuple[str, ...]) -> dict[str, list]:
    return {way: [item_to_json(item) for item in items if item.role in roles] for way, items in ways.items()}


def _ways(document: dict[str, Any]) -> dict[str, tuple[Item, ...]]:
    return {way: items_from_json(items) for way, items in document.items()}


@cache
def public_keys(chapter: str) -> dict[str, Key]:
    """The keys of one chapter for the public challenge, by exercise id.

    Raises FileNotFoundError where the chapter's keys were not built.
    """
    path = KEYS / f"{chapter}.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: run `autograder build`")
    document = json.loads(path.read_text(encoding="utf-8"))
    return {exercise: Key.from_json(exercise, entry) for exercise, entry in document.items()}
