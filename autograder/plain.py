"""Turn anything a learner's code hands over into a plain value, without trusting its methods."""

from __future__ import annotations

import numpy as np
import torch

from autograder.evidence import DTYPES, MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT, Plain

KINDS = {
    torch.Tensor: "tensor",
    torch.nn.Parameter: "tensor",
    np.ndarray: "numpy array",
    type(None): "None",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
}


def kind_of(value: object) -> str:
    """Name the kind of `value` in a learner's words: tensor, numpy array, float, None, tuple of 2, `Linear` …"""
    exact = type(value)
    if exact in KINDS:
        return KINDS[exact]
    if exact in (tuple, list):
        return f"{exact.__name__} of {len(value)}"  # type: ignore[arg-type]
    if isinstance(value, type):
        return f"class {value.__name__}"
    return exact.__name__


def array_of(value: object) -> np.ndarray | None:
    """Return a copy of a tensor or numpy array as a plain array, None where it is neither or holds no numbers.

    Looks at the data behind subclasses, gradients, sparse layouts and other devices; an `__eq__` or `__array__`
    that a learner's class brings along is never called.
    """
    if isinstance(value, torch.Tensor):
        try:
            with torch._C.DisableTorchFunctionSubclass(), torch.no_grad():
                dense = torch.Tensor.detach(value)
                if dense.layout is not torch.strided:
                    dense = dense.to_dense()
                if dense.dtype is torch.bfloat16:
                    dense = dense.to(torch.float32)
                array = np.array(dense.cpu().resolve_conj().resolve_neg().numpy(), copy=True)
        except (RuntimeError, TypeError, NotImplementedError):
            return None
    elif isinstance(value, (np.ndarray, np.generic)):
        array = np.array(value, copy=True, subok=False)
    else:
        return None
    return array if array.dtype.name in DTYPES and array.size <= MAX_ELEMENTS else None


def plain(value: object, depth: int = 0) -> Plain:
    """Return `value` as plain data; what is not plain becomes a short text that names its kind.

    Subclasses of numbers and texts lose what they override. Integers beyond 64 bits become text.
    """
    if value is None or type(value) in (bool, float):
        return value  # type: ignore[return-value]
    if isinstance(value, int):
        number = int.__add__(value, 0)
        return number if abs(number) < 2**63 else "int beyond 64 bits"
    if isinstance(value, float):
        return float.__add__(value, 0.0)
    if isinstance(value, str):
        return short_text(str.__str__(value))
    array = array_of(value)
    if array is not None:
        return array
    if type(value) in (list, tuple) and depth < MAX_DEPTH:
        if len(value) > MAX_ELEMENTS:  # type: ignore[arg-type]
            return kind_of(value)
        return [plain(entry, depth + 1) for entry in value]  # type: ignore[attr-defined]
    return f"<{kind_of(value)}>"


def short_text(text: str, limit: int = MAX_TEXT) -> str:
    """Cut `text` to `limit` characters and replace what UTF-8 cannot hold."""
    text = text if len(text) <= limit else text[: limit - 1] + "…"
    return text.encode("utf-8", "replace").decode("utf-8")
