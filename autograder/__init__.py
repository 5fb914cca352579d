"""What a notebook imports: `from autograder import check, hint, progress, passed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.notebook import CheckFailed, check, hint, passed, progress

__all__ = ["CheckFailed", "check", "hint", "passed", "progress"]


def __getattr__(name: str) -> Any:
    # on first use: the command line starts, and a grader's sandbox with it, long before anything needs torch
    if name in __all__:
        from autograder import notebook

        return getattr(notebook, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
