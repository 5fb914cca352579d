"""What goes wrong with submissions of a sample class: bad luck on the way, and intent."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from autograder.grading.template import Template

Json = dict[str, Any]
# a file's content (None: nothing is handed in), its name (None: the right one), the status it should come to
Spoilt = tuple[Json | bytes | None, str | None, str]


def _bytes(document: Json) -> bytes:
    return json.dumps(document, indent=1, ensure_ascii=False).encode()


def _answers(document: Json) -> list[Json]:
    return [cell for cell in document["cells"] if cell["metadata"].get("nbgrader", {}).get("solution")]


def byte_order_mark(document: Json, template: Template) -> Spoilt:
    """As some editors save it."""
    return b"\xef\xbb\xbf" + _bytes(document), None, "graded"


def without_metadata(document: Json, template: Template) -> Spoilt:
    """As Colab saves it: nbgrader's metadata and the cells' ids are gone, ids of its own are in their place."""
    for number, cell in enumerate(document["cells"]):
        cell.pop("id", None)
        cell["metadata"] = {"id": f"{number:012x}"}
    return document | {"metadata": {"colab": {"provenance": []}}, "nbformat_minor": 0}, None, "graded"


def copied_answer(document: Json, template: Template) -> Spoilt:
    """An answer's cell copied and pasted, with the id that nbgrader gave it."""
    cell = _answers(document)[0]
    document["cells"].insert(document["cells"].index(cell), copy.deepcopy(cell))
    return document, None, "graded"


def renamed(document: Json, template: Template) -> Spoilt:
    """As a browser names a second download."""
    return document, f"{template.chapter} (1).ipynb", "graded"


def truncated(document: Json, template: Template) -> Spoilt:
    """The upload broke off."""
    content = _bytes(document)
    return content[: len(content) // 2], None, "unreadable"


def nothing(document: Json, template: Template) -> Spoilt:
    """An empty folder."""
    return None, None, "missing"


def warnings_everywhere(document: Json, template: Template) -> Spoilt:
    """Every answer's cell writes to stderr, which means nothing."""
    for cell in _answers(document):
        cell["source"] = f'import sys\n\n{cell["source"]}\n\nprint("a warning", file=sys.stderr)'
    return document, None, "graded"


def without_checks(document: Json, template: Template) -> Spoilt:
    """The cells with checks were in the way."""
    kept = [cell for cell in document["cells"] if not cell["metadata"].get("nbgrader", {}).get("grade")]
    return document | {"cells": kept}, None, "graded"


UNLUCKY: tuple[tuple[str, Callable[[Json, Template], Spoilt]], ...] = (
    ("the file begins with a byte order mark", byte_order_mark),
    ("metadata stripped, as Colab does", without_metadata),
    ("an answer's cell is there twice", copied_answer),
    ("the file was renamed", renamed),
    ("the file breaks off half-way", truncated),
    ("nothing was handed in", nothing),
    ("every answer prints to stderr", warnings_everywhere),
    ("the checks were deleted", without_checks),
)


@dataclass(frozen=True)
class Harm:
    """What a hostile submission does: in a cell of its own behind the first code cell, and in the attacked answer."""

    what: str
    own_cell: str = ""
    body: str = "return None"


HOSTILE: tuple[Harm, ...] = (
    Harm("an endless loop", body="while True:\n    pass"),
    Harm("ends its process", body="import os\nos._exit(0)"),
    Harm(
        "reads files outside",
        own_cell="""\
import glob, os, socket, tempfile

canary = f"{tempfile.gettempdir()}/autograder-canary"
for path in ["../../../gradebook.db", canary, *glob.glob("../../../solutions/*/*.py")]:
    try:
        print(path, open(path, "rb").read(100))
    except OSError as error:
        print(path, error)
try:
    socket.create_connection(("127.0.0.1", 9), timeout=1).close()
except OSError as error:
    print(error)""",
    ),
    Harm(
        "prints a score",
        body='print("10.0")\nget_ipython().displayhook(10.0)\nprint("{\\"score\\": 10.0, \\"passed\\": true}")',
    ),
    Harm(
        "replaces the check and drops assertions",
        own_cell="""\
import ast
import autograder

check = autograder.check = lambda *args, **kwargs: None


class WithoutAsserts(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.Pass()


get_ipython().ast_transformers.append(WithoutAsserts())""",
    ),
    Harm(
        "returns objects that equal everything",
        own_cell="""\
class Always(float):
    __eq__ = __le__ = __ge__ = __lt__ = __gt__ = lambda self, other: True
    __hash__ = float.__hash__
    __getattr__ = lambda self, name: Always()
    __call__ = lambda self, *args, **kwargs: Always()""",
        body="return Always()",
    ),
    Harm("fills the memory", body='kept = [b"x" * (64 << 20) for _ in range(48)]'),
    Harm(
        "leaves a process behind",
        own_cell="""\
import os, time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(60)
    os._exit(0)""",
    ),
    Harm("prints one line of 50 MB", own_cell='print("x" * 50_000_000)'),
)
