"""Pay once, before any submission, for what every submission would pay for: imports and first uses."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterable
from typing import Any

from autograder.grading.shell import Notebook

_MADV_HUGEPAGE, _MADV_COLLAPSE = 14, 25
_HUGE = 2 << 20

CELLS = (
    "import math\ndef f(x):\n    return x / 0\nf(1)",
    "def g(:",
    "unknown_name",
    "(1, 'two', [3.0])",
    "await __import__('asyncio').sleep(0)",
    "print('text')\nraise NotImplementedError()",
    "from IPython.display import HTML, Markdown, display\ndisplay(HTML('<b>x</b>'), Markdown('x'))",
)


def warm_up(modules: Iterable[str], chapter: str | None) -> Notebook:
    """Import `modules` and the probes up to those of `chapter`; return a fresh notebook, ready to be forked.

    Only what a chapter imports itself may be in `modules`: a module that is already there hides a missing import.
    """
    imported = [name for name in modules if _import(name)]
    if chapter is not None:
        _import_probes(chapter)
    settings = dict(sys.modules["matplotlib"].rcParams) if "matplotlib.pyplot" in imported else {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if "torch" in imported:
                _train_once()
            if "matplotlib.pyplot" in imported:
                _draw_once()
            rehearsal = Notebook()
            for cell in (*CELLS, *_display_cells(imported)):
                rehearsal.run(cell)
            if chapter is not None:
                _rehearse_checks(chapter)
        if rehearsal.loop is not None:
            rehearsal.loop.close()
    if "matplotlib.pyplot" in imported:
        _forget_backend(settings)
    notebook = Notebook()
    reseed()
    gc.collect()
    gc.freeze()
    return notebook


def _import(name: str) -> bool:
    try:
        importlib.import_module(name)
    except ImportError:
        # a chapter's own import cell will say so where a learner can see it
        return False
    return True


def _import_probes(chapter: str) -> None:
    from autograder.exercise import chapters, exercises_of

    for name in chapters():
        exercises_of(name)
        if name == chapter:
            return


def _rehearse_checks(chapter: str) -> None:
    """Check something that does nothing: reads the public keys, and uses for the first time what every check uses."""
    from autograder import cards
    from autograder.collect import collect
    from autograder.exercise import chapters, exercises_of
    from autograder.judge import judge
    from autograder.key import public_keys

    # the learner's own overview shows all chapters
    keys = {name: public_keys(name) for name in chapters()}
    for exercise in exercises_of(chapter):
        key = keys[chapter][exercise.id]
        verdict = judge(exercise.followed_up(collect(exercise, exercise.nothing(), key.seed)), key, exercise.signature)
        cards.failed_html(verdict, key.points)


def _train_once() -> None:
    import torch

    # torch imports its compiler on the first optimizer step: pay for it before the fork
    torch.set_num_threads(1)
    weight = torch.zeros(2, 1, requires_grad=True)
    optimizer = torch.optim.SGD([weight], lr=0.1)
    if "torch.utils.data" in sys.modules:
        data = torch.utils.data.TensorDataset(torch.zeros(4, 2))
        for (rows,) in torch.utils.data.DataLoader(data, batch_size=2, shuffle=True):
            ((rows @ weight) ** 2).sum().backward()
    optimizer.step()
    optimizer.zero_grad()


def _draw_once() -> None:
    # on a canvas of its own: pyplot must not choose its backend before the fork
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.plot([1, 2, 3], [1, 10, 100], marker="o", label="a line")
    axes.scatter([1, 2], [3, 4], c=[0.1, 0.9])
    axes.bar([1, 2], [3, 4])
    axes.set(title="title", xlabel="$x$", ylabel="y", yscale="log")
    axes.legend()
    axes.grid(True)
    figure.canvas.print_figure(io.BytesIO(), format="png", bbox_inches="tight")


def _forget_backend(settings: dict[str, Any]) -> None:
    """Bring pyplot back to where it has chosen no backend: that must happen where the submission's own shell is."""
    from matplotlib import pyplot, rcParams

    pyplot.close("all")
    pyplot._backend_mod = None  # type: ignore[attr-defined]
    pyplot._REPL_DISPLAYHOOK = type(pyplot._REPL_DISPLAYHOOK).NONE  # type: ignore[attr-defined]
    dict.update(rcParams, settings)
    sys.modules.pop("matplotlib_inline.backend_inline", None)
    config = sys.modules.get("matplotlib_inline.config")
    if config is not None:
        config.InlineBackend.clear_instance()


def _display_cells(imported: list[str]) -> list[str]:
    cells = []
    if "torch" in imported:
        cells += [
            "import torch\ntorch.ones(2, requires_grad=True)",
            "import torch\ntorch.ones(2) @ torch.ones(3)",
        ]
    if "numpy" in imported:
        cells += ["import numpy\nnumpy.ones(3)"]
    if "pandas" in imported:
        cells += ["import pandas\npandas.DataFrame({'a': [1.5]})"]
    if "matplotlib.pyplot" in imported:
        cells += ["import IPython.core.pylabtools, matplotlib_inline.config"]
    return cells


def merge_pages() -> None:
    """Ask for huge pages for all memory in use: a fork copies one entry for each page.

    Measured with torch, sklearn and matplotlib loaded: a fork and its end take half of the time. Kernels before 6.1
    refuse, which does no harm.
    """
    libc: Any = ctypes.CDLL(None)
    with open("/proc/self/maps") as maps:
        lines = maps.read().splitlines()
    for line in lines:
        fields = line.split()
        if fields[1].startswith("rw") and fields[4] == "0" and (len(fields) == 5 or fields[5] == "[heap]"):
            start, end = (int(part, 16) for part in fields[0].split("-"))
            start, end = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
            if start < end:
                for advice in (_MADV_HUGEPAGE, _MADV_COLLAPSE):
                    libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), advice)


def reseed() -> None:
    """Give this process random numbers of its own; Python's `random` does so by itself at a fork."""
    for name in ("numpy", "torch"):
        module = sys.modules.get(name)
        if name == "numpy" and module is not None:
            module.random.seed()
        elif module is not None:
            module.default_generator.manual_seed(int.from_bytes(os.urandom(7), "big"))
