"""The notebook a probe writes its observations into."""

from __future__ import annotations

import linecache
import re
import sysconfig
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from autograder.evidence import ATOL, RTOL, Item, Role
from autograder.plain import array_of, kind_of, plain, short_text

RUNS = "runs"
DOES_NOT_END = "does not end"
ERROR_IN = "error in "
ENDED_EARLY = "the probe ended early"
PROBE_RAISED = "the probe itself raised"
_NOT_THE_LEARNERS = (str(Path(__file__).parent), sysconfig.get_paths()["purelib"], sysconfig.get_paths()["stdlib"])


class Stop(BaseException):
    """Ends a probe early: what was observed so far already tells what is wrong."""


class OutOfTime(BaseException):
    """Raised inside a learner's code that does not end."""


class Recorder:
    """Collects items in the order in which a tutor would look. Every method converts to plain data at once."""

    def __init__(self, disarm: Callable[[], None] = lambda: None) -> None:
        self.items: list[Item] = []
        self._disarm = disarm

    def outcome(self, label: str, value: object, rtol: float = RTOL, atol: float = ATOL) -> None:
        """Record something the exercise's text asks for: it decides the verdict."""
        self._record(label, value, "outcome", rtol, atol)

    def trace(self, label: str, value: object, rtol: float = RTOL, atol: float = ATOL) -> None:
        """Record something that only helps to tell misconceptions apart."""
        self._record(label, value, "trace", rtol, atol)

    def note(self, label: str, value: object) -> None:
        """Record something to show to people; it is never compared."""
        self._record(label, value, "note", RTOL, ATOL)

    def _record(self, label: str, value: object, role: Role, rtol: float, atol: float) -> None:
        self.items.append(Item(label, plain(value), role, rtol, atol))

    def call(self, label: str, function: Callable, *args: Any, **kwargs: Any) -> Any:
        """Call the learner's code, record whether it runs, and return what it returns.

        `label` is shown to the learner: write the call as they would (`model.forward(x)`). Ends the probe where the
        call raises or does not end.
        """
        try:
            value = function(*args, **kwargs)
        except (KeyboardInterrupt, Stop):
            raise
        except OutOfTime as error:
            self._disarm()
            self.outcome(label, DOES_NOT_END)
            self.note(f"line in {label}", learners_line(error.__traceback__))
            raise Stop from None
        except BaseException as error:
            self.outcome(label, f"raises {type(error).__name__}")
            self.trace(f"{ERROR_IN}{label}", re.sub(r"\d+", "#", str(error).split("\n")[0])[:200])
            self.note(f"message of {label}", short_text(f"{type(error).__name__}: {error}".removesuffix(": "), 300))
            self.note(f"line in {label}", learners_line(error.__traceback__))
            raise Stop from None
        self.outcome(label, RUNS)
        return value

    def require(self, label: str, value: object, expected: object) -> None:
        """Record an outcome and end the probe unless it equals `expected`: nothing later would make sense."""
        self.outcome(label, value)
        if plain(value) != expected:
            raise Stop

    def tensor(
        self,
        label: str,
        value: object,
        *,
        role: Role = "outcome",
        shape: bool = True,
        dtype: bool = True,
        rtol: float = RTOL,
        atol: float = ATOL,
    ) -> np.ndarray:
        """Record a tensor as a tutor looks at it: that it is one, its shape, its dtype, its values.

        `shape=False` or `dtype=False` leave open what the exercise's text leaves open; the values are then recorded
        flat or as float64. Returns the values; ends the probe where `value` is no tensor.
        """
        kind = kind_of(value)
        self._record(f"kind of {label}", kind, role, rtol, atol)
        array = array_of(value)
        if kind != "tensor" or array is None:
            raise Stop
        if shape:
            self._record(f"shape of {label}", list(array.shape), role, rtol, atol)
        if dtype:
            self._record(f"dtype of {label}", str(value.dtype).removeprefix("torch."), role, rtol, atol)  # type: ignore[attr-defined]
        seen = array if shape else array.ravel()
        self._record(label, seen if dtype else seen.astype(np.float64), role, rtol, atol)
        return array

    def number(
        self, label: str, value: object, *, role: Role = "outcome", rtol: float = RTOL, atol: float = ATOL
    ) -> float:
        """Record one number, given as int, float, numpy scalar or tensor with one element; its kind is only a trace.

        Returns it as float; ends the probe where `value` is no number.
        """
        self.trace(f"kind of {label}", kind_of(value))
        array = array_of(value)
        if array is not None and array.size == 1:
            found: object = float(array.reshape(()))
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            found = plain(value)
        else:
            found = f"<{kind_of(value)}>" if array is None else f"<{array.size} numbers>"
        self._record(label, float(found) if isinstance(found, (int, float)) else found, role, rtol, atol)
        if not isinstance(found, (int, float)):
            raise Stop
        return float(found)


def learners_line(traceback: TracebackType | None) -> str:
    """Return the last line of the learner's own code in `traceback`, such as "line 5: `loss.backward()`", or ""."""
    found = ""
    while traceback is not None:
        filename = traceback.tb_frame.f_code.co_filename
        if not filename.startswith(_NOT_THE_LEARNERS):
            source = linecache.getline(filename, traceback.tb_lineno).strip()
            found = f"line {traceback.tb_lineno}: `{short_text(source, 120)}`" if source else ""
        traceback = traceback.tb_next
    return found
