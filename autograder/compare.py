"""When two plain values count as equal, and how a value reads in a message."""

from __future__ import annotations

import math

import numpy as np

from autograder.evidence import Item, Plain


def same_value(found: Plain, expected: Plain, rtol: float, atol: float) -> bool:
    """Whether `found` equals `expected`, numbers to within `atol + rtol * scale`.

    The scale of an array is its largest finite magnitude, so that a small entry beside large ones is not held to
    more digits than float32 arithmetic can give. NaN equals NaN: two programs that diverge alike left the same
    evidence. Kinds must agree: True is not 1, a list is not an array.
    """
    if isinstance(expected, np.ndarray) or isinstance(found, np.ndarray):
        return _same_array(found, expected, rtol, atol)
    if isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            return False
        if expected and all(type(x) is float for x in [*expected, *found]):
            return _same_array(np.array(found), np.array(expected), rtol, atol)
        return all(same_value(f, e, rtol, atol) for f, e in zip(found, expected, strict=True))
    if type(found) is not type(expected):
        return False
    if isinstance(expected, float) and isinstance(found, float):
        return _same_array(np.array([found]), np.array([expected]), rtol, atol)
    return found == expected


def _same_array(found: Plain, expected: Plain, rtol: float, atol: float) -> bool:
    if not isinstance(found, np.ndarray) or not isinstance(expected, np.ndarray):
        return False
    if found.shape != expected.shape or found.dtype != expected.dtype:
        return False
    if expected.dtype.kind != "f":
        return bool((found == expected).all())
    f, e = found.astype(np.float64), expected.astype(np.float64)
    finite = np.isfinite(e)
    if not np.array_equal(finite, np.isfinite(f)) or not np.array_equal(f[~finite], e[~finite], equal_nan=True):
        return False
    if not finite.any():
        return True
    scale = np.abs(e[finite]).max()
    return bool((np.abs(f[finite] - e[finite]) <= atol + rtol * scale).all())


def same_item(found: Item, expected: Item) -> bool:
    """Whether two items agree in label, role and value, to the tolerances of `expected`."""
    if (found.label, found.role) != (expected.label, expected.role):
        return False
    return same_value(found.value, expected.value, expected.rtol, expected.atol)


def describe(value: Plain) -> str:
    """Return `value` as a learner would write it, short enough for one line."""
    if isinstance(value, np.ndarray):
        if value.size > 12:
            flat = ", ".join(_number(x) for x in value.ravel()[:4].tolist())
            return f"[{flat}, …] (shape {tuple(value.shape)})"
        return _nested(value.tolist())
    if isinstance(value, list):
        if len(value) > 12:
            return f"[{', '.join(describe(x) for x in value[:6])}, …] ({len(value)} values)"
        return f"[{', '.join(describe(x) for x in value)}]"
    if isinstance(value, float):
        return _number(value)
    return str(value)


def _nested(values: object) -> str:
    if isinstance(values, list):
        return f"[{', '.join(_nested(value) for value in values)}]"
    return _number(values)


def _number(value: object) -> str:
    if not isinstance(value, float):
        return str(value)
    if not math.isfinite(value):
        return str(value)
    return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.5g}"
