"""Mutations of statements: dropped, in another order, inside or outside the block beside them.

An operator is a function `(node, parents) -> changed copies of node`; it yields nothing for nodes it has no business
with. `parents` are the nodes around `node`, outermost first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

import libcst as cst
import libcst.matchers as m

Parents = tuple[cst.CSTNode, ...]
Operator = Callable[[cst.CSTNode, Parents], Iterator[cst.CSTNode]]

BLOCKS = (cst.For, cst.While, cst.With, cst.If)


def is_docstring(node: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a text."""
    text = m.SimpleString() | m.ConcatenatedString()
    return m.matches(node, m.SimpleStatementLine(body=[m.Expr(value=text)]))


def drop_statement(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A block without one of its statements."""
    for i, statement in enumerate(_statements(node)):
        if not is_docstring(statement) and not m.matches(statement, m.SimpleStatementLine(body=[m.Pass()])):
            yield _with_body(node, [*_statements(node)[:i], *_statements(node)[i + 1 :]])


def swap_statements(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A block in which two neighbours changed places; the order of two definitions says nothing."""
    body = _statements(node)
    for i, (first, second) in enumerate(pairwise(body)):
        both_defined = isinstance(first, cst.FunctionDef) and isinstance(second, cst.FunctionDef)
        if not is_docstring(first) and not both_defined:
            yield _with_body(node, [*body[:i], second, first, *body[i + 2 :]])


def move_out(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """The last statement of a loop, `with` or `if` stands behind it."""
    body = _statements(node)
    for i, statement in enumerate(body):
        inner = _inner(statement)
        if len(inner) > 1:
            yield _with_body(node, [*body[:i], _with_inner(statement, inner[:-1]), inner[-1], *body[i + 1 :]])


def move_in(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """The statement behind a loop, `with` or `if` is its last, or the last of the one that ends it."""
    body = _statements(node)
    for i, (statement, after) in enumerate(pairwise(body)):
        for longer in _ending_with(statement, after):
            yield _with_body(node, [*body[:i], longer, *body[i + 2 :]])


def unwrap(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """What stands in a `with` or an `if` without `else` stands by itself."""
    body = _statements(node)
    for i, statement in enumerate(body):
        if isinstance(statement, cst.With) or (isinstance(statement, cst.If) and statement.orelse is None):
            yield _with_body(node, [*body[:i], *_inner(statement), *body[i + 1 :]])


def drop_decorator(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A definition without one of its decorators."""
    if isinstance(node, (cst.FunctionDef, cst.ClassDef)):
        for i in range(len(node.decorators)):
            yield node.with_changes(decorators=[*node.decorators[:i], *node.decorators[i + 1 :]])


def drop_return(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A value that is computed and not returned."""
    if isinstance(node, cst.Return) and node.value is not None:
        yield cst.Expr(node.value)


OPERATORS: dict[str, Operator] = {
    "statement dropped": drop_statement,
    "statements swapped": swap_statements,
    "last statement moved out of its block": move_out,
    "next statement moved into the block": move_in,
    "with or if unwrapped": unwrap,
    "decorator dropped": drop_decorator,
    "return dropped": drop_return,
}


def _statements(node: cst.CSTNode) -> Sequence[cst.BaseStatement]:
    return node.body if isinstance(node, cst.IndentedBlock) else ()  # type: ignore[return-value]


def _with_body(block: cst.CSTNode, body: Iterable[cst.BaseStatement]) -> cst.CSTNode:
    kept = list(body)
    only_text = all(is_docstring(statement) for statement in kept)
    return block.with_changes(body=[*kept, cst.SimpleStatementLine([cst.Pass()])] if only_text else kept)


def _inner(statement: cst.CSTNode) -> Sequence[cst.BaseStatement]:
    """The statements inside a loop, `with` or `if`; nothing for others."""
    return _statements(statement.body) if isinstance(statement, BLOCKS) else ()


def _with_inner(statement: cst.CSTNode, body: Iterable[cst.BaseStatement]) -> cst.BaseStatement:
    return statement.with_changes(body=_with_body(statement.body, body))  # type: ignore[attr-defined, return-value]


def _ending_with(statement: cst.BaseStatement, after: cst.BaseStatement) -> Iterator[cst.BaseStatement]:
    """The block with one statement more at its end, at each depth that its end has."""
    inner = _inner(statement)
    if inner:
        yield _with_inner(statement, [*inner, after])
        for longer in _ending_with(inner[-1], after):
            yield _with_inner(statement, [*inner[:-1], longer])
