"""Evidence: ordered, labelled plain values that a probe leaves behind, and their strict JSON form.

Plain means None, bool, int, float, str, a list of plain values, or a numeric array. Nothing else passes between
the side that runs a learner's code and the side that judges it: no pickles, no objects, no code.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

Plain = None | bool | int | float | str | list | np.ndarray
Role = Literal["outcome", "trace", "note"]

ROLES = ("outcome", "trace", "note")
AS_IT_IS = "as it is"
STAND_INS = "with stand-ins"
WAYS = (AS_IT_IS, STAND_INS)

RTOL, ATOL = 1e-4, 1e-6
DTYPES = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
MAX_BYTES = 2_000_000
MAX_ITEMS = 400
MAX_ELEMENTS = 50_000
MAX_DEPTH = 6
MAX_TEXT = 2_000
NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class EvidenceError(ValueError):
    """What arrived is no evidence; the message says which part is wrong."""


@dataclass(frozen=True, eq=False)
class Item:
    """One observation.

    `outcome` items decide a verdict, `trace` items only choose among misconceptions that leave the same outcome,
    `note` items are shown to people and never compared. `rtol` and `atol` say how close a number must come to
    this one; a judge reads them from the key, never from a learner's evidence.
    """

    label: str
    value: Plain
    role: Role = "outcome"
    rtol: float = RTOL
    atol: float = ATOL


@dataclass(frozen=True, eq=False)
class Evidence:
    """What one run of a probe on one object left: the items of each way the probe was run."""

    exercise: str
    seed: int
    ways: dict[str, tuple[Item, ...]] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the evidence as one line of strict JSON (no NaN literals, no objects)."""
        ways = {way: [item_to_json(item) for item in items] for way, items in self.ways.items()}
        document = {"exercise": self.exercise, "seed": self.seed, "ways": ways}
        return json.dumps(document, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> Evidence:
        """Read evidence that came from an untrusted place.

        Raises EvidenceError for anything but well-formed evidence within the limits of this module.
        """
        document = parse_json(text)
        if not isinstance(document, dict) or set(document) != {"exercise", "seed", "ways"}:
            raise EvidenceError("evidence must be an object with exactly: exercise, seed, ways")
        exercise, seed, ways = document["exercise"], document["seed"], document["ways"]
        if type(exercise) is not str or len(exercise) > 100:
            raise EvidenceError("evidence: `exercise` is no short text")
        if type(seed) is not int or not 0 <= seed < 2**63:
            raise EvidenceError("evidence: `seed` is no integer from 0 to 2**63")
        if not isinstance(ways, dict) or not set(ways) <= set(WAYS):
            raise EvidenceError(f"evidence: `ways` may only hold {', '.join(WAYS)}")
        return cls(exercise, seed, {way: items_from_json(items) for way, items in ways.items()})


def parse_json(text: str | bytes) -> Any:
    """Parse JSON within the size limit, refusing NaN literals and repeated keys."""
    if len(text) > MAX_BYTES:
        raise EvidenceError(f"evidence is {len(text)} bytes long; at most {MAX_BYTES} are read")

    def refuse_constant(name: str) -> None:
        raise EvidenceError(f"evidence holds the bare literal {name}")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise EvidenceError("evidence repeats a key")
        return dict(pairs)

    try:
        return json.loads(text, parse_constant=refuse_constant, object_pairs_hook=unique)
    except EvidenceError:
        raise
    except (ValueError, RecursionError) as error:
        raise EvidenceError(f"evidence is no JSON: {error}") from None


def item_to_json(item: Item) -> list:
    """`[label, role, value]`, and `[label, role, value, rtol, atol]` where the tolerances are not the default."""
    short = [item.label, item.role, value_to_json(item.value)]
    return short if (item.rtol, item.atol) == (RTOL, ATOL) else [*short, item.rtol, item.atol]


def items_from_json(document: Any) -> tuple[Item, ...]:
    """Read a list of items; raises EvidenceError naming the first bad one."""
    if not isinstance(document, list) or len(document) > MAX_ITEMS:
        raise EvidenceError(f"evidence: a way must be a list of at most {MAX_ITEMS} items")
    return tuple(_item_from_json(entry) for entry in document)


def _item_from_json(entry: Any) -> Item:
    if not isinstance(entry, list) or len(entry) not in (3, 5):
        raise EvidenceError("evidence: an item must be [label, role, value] or [label, role, value, rtol, atol]")
    label, role, value = entry[:3]
    if type(label) is not str or len(label) > 300:
        raise EvidenceError("evidence: an item's label is no short text")
    if role not in ROLES:
        raise EvidenceError(f"evidence: the role of {label!r} is none of {', '.join(ROLES)}")
    tolerances = entry[3:] or [RTOL, ATOL]
    if not all(type(x) in (int, float) and math.isfinite(x) and x >= 0 for x in tolerances):
        raise EvidenceError(f"evidence: the tolerances of {label!r} are no numbers from 0 up")
    return Item(label, value_from_json(value, label), role, *map(float, tolerances))


def value_to_json(value: Plain) -> Any:
    """Return `value` as JSON data; arrays carry dtype and shape, numbers that are not finite become text."""
    if isinstance(value, np.ndarray):
        flat = value.ravel().tolist()
        if value.dtype.kind == "f":
            # nine significant digits hold every float32; more would only carry a platform's rounding around
            flat = [float(f"{x:.9g}") if math.isfinite(x) else str(x) for x in flat]
        return {"array": value.dtype.name, "shape": list(value.shape), "data": flat}
    if type(value) is float:
        return float(f"{value:.9g}") if math.isfinite(value) else {"float": str(value)}
    if type(value) is list:
        return [value_to_json(entry) for entry in value]
    if value is None or type(value) in (bool, int, str):
        return value
    raise EvidenceError(f"{type(value).__name__} is no plain value")


def value_from_json(document: Any, label: str, depth: int = 0) -> Plain:
    """Read one value; raises EvidenceError naming `label`."""
    if depth > MAX_DEPTH:
        raise EvidenceError(f"evidence: {label!r} is nested more than {MAX_DEPTH} deep")
    if document is None or type(document) in (bool, float):
        return document
    if type(document) is int:
        if abs(document) >= 2**63:
            raise EvidenceError(f"evidence: {label!r} holds an integer beyond 64 bits")
        return document
    if type(document) is str:
        if len(document) > MAX_TEXT:
            raise EvidenceError(f"evidence: {label!r} holds a text of more than {MAX_TEXT} characters")
        return document
    if type(document) is list:
        if len(document) > MAX_ELEMENTS:
            raise EvidenceError(f"evidence: {label!r} holds a list of more than {MAX_ELEMENTS} values")
        return [value_from_json(entry, label, depth + 1) for entry in document]
    if set(document) == {"float"} and document["float"] in NOT_FINITE:
        return NOT_FINITE[document["float"]]
    if set(document) == {"array", "shape", "data"}:
        return _array_from_json(document["array"], document["shape"], document["data"], label)
    raise EvidenceError(f"evidence: {label!r} holds an object that is neither an array nor a number")


def _array_from_json(dtype: Any, shape: Any, data: Any, label: str) -> np.ndarray:
    if dtype not in DTYPES:
        raise EvidenceError(f"evidence: {label!r} is an array of an unknown dtype")
    sizes = isinstance(shape, list) and len(shape) <= MAX_DEPTH and all(type(n) is int and n >= 0 for n in shape)
    if not sizes or not isinstance(data, list) or len(data) > MAX_ELEMENTS or math.prod(shape) != len(data):
        raise EvidenceError(f"evidence: {label!r} is an array whose shape does not fit its data")
    kinds = {"b": (bool,), "f": (float, int)}.get(np.dtype(dtype).kind, (int,))
    numbers = [NOT_FINITE.get(x, x) if type(x) is str and np.dtype(dtype).kind == "f" else x for x in data]
    if not all(type(x) in kinds for x in numbers):
        raise EvidenceError(f"evidence: {label!r} is an array whose data are no {dtype} numbers")
    try:
        with np.errstate(over="ignore"):
            return np.array(numbers, dtype=dtype).reshape(shape)
    except (OverflowError, ValueError) as error:
        raise EvidenceError(f"evidence: {label!r} is no {dtype} array: {error}") from None
