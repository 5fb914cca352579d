"""Machine-made wrong solutions: mutants of a reference, one small change each.

Each operator of `statement_mutations` and `expression_mutations` is applied wherever it can be; what does not compile,
changes nothing or was made before is dropped. Docstrings, annotations and the inside of f-strings are left alone.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst

from autograder.authoring import expression_mutations, statement_mutations
from autograder.authoring.statement_mutations import is_docstring

OPERATORS = statement_mutations.OPERATORS | expression_mutations.OPERATORS

MARKER = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*(\n|\Z)", re.MULTILINE)


@dataclass(frozen=True)
class Mutant:
    """One changed copy of a reference: by which operator, at which line of the reference, and its whole source."""

    operator: str
    line: int
    source: str

    def diff(self, reference: str) -> str:
        """What was changed, as a unified diff of two lines of context without file names."""
        old, new = reference.splitlines(), self.source.splitlines()
        return "\n".join(list(difflib.unified_diff(old, new, lineterm="", n=2))[2:])


def without_markers(cell: str) -> str:
    """A solution cell's source without the lines that say where the solution begins and ends."""
    return MARKER.sub("", cell)


def fingerprint(source: str) -> str:
    """What two sources have in common that differ in nothing but layout, comments and docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def make_mutants(reference: str) -> tuple[Mutant, ...]:
    """All mutants of a reference, in the order of its lines.

    Each compiles, and its syntax tree differs from the reference's and from those of all others.
    """
    module = cst.parse_module(reference)
    seen = {fingerprint(reference)}
    found: list[Mutant] = []
    for node, parents in _walk(module, ()):
        for operator, change in OPERATORS.items():
            for changed in change(node, parents):
                source = module.deep_replace(node, changed).code
                try:
                    compile(source, "<mutant>", "exec")
                    mark = fingerprint(source)
                except SyntaxError:
                    continue
                if mark not in seen:
                    seen.add(mark)
                    found.append(Mutant(operator, _first_change(reference, source), source))
    return tuple(sorted(found, key=lambda mutant: mutant.line))


def _walk(node: cst.CSTNode, parents: tuple[cst.CSTNode, ...]) -> Iterator[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]]:
    """Every node that may be changed, with the nodes around it, outermost first."""
    yield node, parents
    for child in node.children:
        fixed = isinstance(child, (cst.Annotation, cst.FormattedString)) or is_docstring(child)
        if not fixed:
            yield from _walk(child, (*parents, node))


def _first_change(reference: str, source: str) -> int:
    """The number of the reference's first line that is not the mutant's."""
    old, new = reference.splitlines(), source.splitlines()
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    return same + 1
