"""Which cells of a rebuilt notebook nothing graded depends on: the course's own experiments and plots."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator
from functools import lru_cache

from autograder.authoring.course import SETUP_TAG
from autograder.grading.ingest import Rebuilt, RebuiltCell

# with these, code can reach a variable whose name it does not spell out
REFLECTION = {"globals", "locals", "vars", "dir", "eval", "exec", "get_ipython", "__main__", "__builtins__", "inspect"}


def demonstrations(rebuilt: Rebuilt) -> frozenset[str]:
    """The ids of the course's own cells that need not run for the points to be the same.

    A chapter's solutions run with nothing but the cells tagged "setup" (`autograder build` sees to that). A cell that
    is neither that, nor an answer, nor locked, nor the learner's, is left out unless what runs mentions a name it
    binds. Nothing is left out where the learner's code cannot be read that way.
    """
    free = [cell for cell in rebuilt.cells if _is_demonstration(cell)]
    running = [cell for cell in rebuilt.cells if cell.kind != "text" and cell not in free]
    try:
        wanted = {name for cell in running for name in _global_names(cell.source)}
        bound = {cell.id: _bound_names(cell.source) for cell in free}
        mentioned = {cell.id: _global_names(cell.source) for cell in free}
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    if wanted & REFLECTION:
        return frozenset()
    left_out = [cell.id for cell in free]
    while needed := [cell for cell in left_out if bound[cell] & wanted]:
        left_out = [cell for cell in left_out if cell not in needed]
        wanted = wanted.union(*(mentioned[cell] for cell in needed))
    return frozenset(left_out)


def _is_demonstration(cell: RebuiltCell) -> bool:
    if cell.kind != "run" or cell.by != "instructor" or cell.metadata.get("nbgrader"):
        return False
    return SETUP_TAG not in cell.metadata.get("tags", ())


# most cells of a class are the course's own
@lru_cache(maxsize=256)
def _bound_names(source: str) -> frozenset[str]:
    """The global variables that a cell binds. Raises SyntaxError."""
    table = symtable.symtable(source, "cell", "exec")
    return frozenset(symbol.get_name() for symbol in table.get_symbols() if _binds(symbol))


def _binds(symbol: symtable.Symbol) -> bool:
    return symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()


@lru_cache(maxsize=256)
def _global_names(source: str) -> frozenset[str]:
    """The global variables that a cell mentions, at its top level or inside its functions. Raises SyntaxError."""
    return frozenset(_mentioned(source))


def _mentioned(source: str) -> Iterator[str]:
    yield from (node.module or "" for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom))
    waiting = [symtable.symtable(source, "cell", "exec")]
    while waiting:
        table = waiting.pop()
        waiting += table.get_children()
        top = table.get_type() == "module"
        yield from (symbol.get_name() for symbol in table.get_symbols() if top or symbol.is_global())
