"""Mutations of expressions: operators, numbers, texts, arguments, entries and names beside the right ones.

Operators are of the same form as those of `statement_mutations`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise

import libcst as cst
import libcst.matchers as m

from autograder.authoring.statement_mutations import Operator, Parents

ARITHMETIC = {
    cst.Add: cst.Subtract,
    cst.Subtract: cst.Add,
    cst.Multiply: cst.Divide,
    cst.Divide: cst.Multiply,
    cst.FloorDivide: cst.Divide,
    cst.Modulo: cst.FloorDivide,
    cst.Power: cst.Multiply,
    cst.MatrixMultiply: cst.Multiply,
    cst.AddAssign: cst.SubtractAssign,
    cst.SubtractAssign: cst.AddAssign,
    cst.MultiplyAssign: cst.DivideAssign,
    cst.DivideAssign: cst.MultiplyAssign,
}
COMPARISON = {
    cst.LessThan: (cst.LessThanEqual, cst.GreaterThan),
    cst.LessThanEqual: (cst.LessThan, cst.GreaterThan),
    cst.GreaterThan: (cst.GreaterThanEqual, cst.LessThan),
    cst.GreaterThanEqual: (cst.GreaterThan, cst.LessThan),
    cst.Equal: (cst.NotEqual,),
    cst.NotEqual: (cst.Equal,),
    cst.Is: (cst.IsNot,),
    cst.IsNot: (cst.Is,),
    cst.In: (cst.NotIn,),
    cst.NotIn: (cst.In,),
}
# the operator that an augmented assignment stands for
PLAIN = {
    cst.AddAssign: cst.Add,
    cst.SubtractAssign: cst.Subtract,
    cst.MultiplyAssign: cst.Multiply,
    cst.DivideAssign: cst.Divide,
}
AUGMENTED = {plain: augmented for augmented, plain in PLAIN.items()}
ORDERED = (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Modulo, cst.Power, cst.MatrixMultiply)
NEIGHBOURS = {
    "sum": "mean",
    "mean": "sum",
    "max": "min",
    "min": "max",
    "argmax": "argmin",
    "argmin": "argmax",
    "zeros": "ones",
    "ones": "zeros",
    "randn": "zeros",
    "squeeze": "unsqueeze",
    "unsqueeze": "squeeze",
    "float32": "float64",
    "no_grad": "enable_grad",
    "append": "extend",
    "sqrt": "square",
    "square": "sqrt",
    "SGD": "Adam",
    "Adam": "SGD",
    "RMSprop": "Adagrad",
    "Adagrad": "Adadelta",
    "Adadelta": "RMSprop",
    "ValueError": "KeyError",
}


def negate_condition(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """`if x` for `if not x`; comparisons have an operator of their own."""
    conditional = isinstance(node, (cst.If, cst.While, cst.IfExp))
    if conditional and not isinstance(node.test, (cst.Comparison, cst.UnaryOperation)):
        yield node.with_changes(test=cst.UnaryOperation(cst.Not(), _in_brackets(node.test)))


def change_arithmetic(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """Another operator between two numbers; a sign that is missing."""
    if isinstance(node, (cst.BinaryOperation, cst.AugAssign)) and type(node.operator) in ARITHMETIC:
        yield node.with_changes(operator=ARITHMETIC[type(node.operator)]())
    if m.matches(node, m.UnaryOperation(operator=m.Minus())) and _number(node) is None:
        yield node.expression


def swap_operands(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """`b - a` for `a - b`, where the order matters."""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, ORDERED):
        yield node.with_changes(left=_in_brackets(node.right), right=_in_brackets(node.left))


def change_comparison(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """Another operator between two values that are compared."""
    if isinstance(node, cst.Comparison):
        target = node.comparisons[0]
        for other in COMPARISON.get(type(target.operator), ()):
            yield node.with_changes(comparisons=[target.with_changes(operator=other()), *node.comparisons[1:]])


def flip_boolean(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """True for False, `and` for `or`, `x` for `not x`."""
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        yield cst.Name("False" if node.value == "True" else "True")
    if isinstance(node, cst.BooleanOperation):
        yield node.with_changes(operator=cst.Or() if isinstance(node.operator, cst.And) else cst.And())
    if m.matches(node, m.UnaryOperation(operator=m.Not())):
        yield node.expression


def change_number(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A number off by one, zero, or with the other sign."""
    value = _number(node)
    inside = bool(parents) and _number(parents[-1]) is not None
    if value is not None and not inside:
        for other in (value + 1, value - 1, type(value)(0), -value):
            if other != value:
                yield cst.parse_expression(repr(other))


def change_text(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A text replaced by the next other one that the reference uses: "y" for "X"."""
    if isinstance(node, cst.SimpleString):
        texts = [found.value for found in m.findall(parents[0], m.SimpleString()) if '"""' not in found.value]
        following = [text for text in _after(texts, node.value) if text != node.value]
        if following and '"""' not in node.value:
            yield node.with_changes(value=following[0])


def drop_argument(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A call with one argument less: any keyword, or a positional one of several."""
    if isinstance(node, cst.Call):
        for i, argument in enumerate(node.args):
            if argument.keyword is not None or len(node.args) > 1:
                yield node.with_changes(args=_without(node.args, i))


def swap_arguments(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A call in which two positional arguments changed places."""
    if isinstance(node, cst.Call):
        for i, (first, second) in enumerate(pairwise(node.args)):
            if first.keyword is None and second.keyword is None:
                yield node.with_changes(args=_swapped(node.args, i, "value"))


def change_argument(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A call that hands on the next parameter of the function around it."""
    if isinstance(node, cst.Arg) and isinstance(node.value, cst.Name):
        around = [parent for parent in parents if isinstance(parent, cst.FunctionDef)]
        names = [param.name.value for param in around[-1].params.params if param.name.value != "self"] if around else []
        if node.value.value in names and len(names) > 1:
            yield node.with_changes(value=cst.Name(_after(names, node.value.value)[0]))


def drop_call(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """What a call is given, uncalled: its first argument that is no literal, else what stands before the dot."""
    if isinstance(node, cst.Call) and not isinstance(parents[-1], (cst.Expr, cst.Decorator, cst.WithItem, cst.Raise)):
        literal = m.Integer() | m.Float() | m.SimpleString() | m.UnaryOperation()
        given = [arg.value for arg in node.args if arg.keyword is None and not m.matches(arg.value, literal)]
        if given:
            yield given[0]
        elif isinstance(node.func, cst.Attribute):
            yield node.func.value


def drop_index(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """The whole where one entry was meant."""
    if isinstance(node, cst.Subscript):
        yield node.value


def change_elements(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A tuple, list or dict with one entry less, or with two neighbours swapped; targets are only swapped."""
    if isinstance(node, (cst.Tuple, cst.List)):
        for i in range(len(node.elements) - 1):
            yield node.with_changes(elements=_swapped(node.elements, i, "value"))
    is_target = bool(parents) and isinstance(parents[-1], (cst.AssignTarget, cst.For))
    if isinstance(node, (cst.Tuple, cst.List, cst.Dict)) and len(node.elements) > 1 and not is_target:
        for i in range(len(node.elements)):
            yield node.with_changes(elements=_without(node.elements, i))


def take_neighbour(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """The function, method or class next to the one that is meant; another attribute of `self`; `X` for `X.T`."""
    naming = (cst.Param, cst.Arg, cst.FunctionDef, cst.ClassDef)
    if isinstance(node, cst.Name) and node.value in NEIGHBOURS and not isinstance(parents[-1], naming):
        yield cst.Name(NEIGHBOURS[node.value])
    if m.matches(node, m.Attribute(attr=m.Name("T"))):
        yield node.value
    own = m.Attribute(value=m.Name("self"))
    if m.matches(node, own) and not isinstance(parents[-1], cst.AssignTarget):
        kept = [target.target.attr.value for target in m.findall(parents[0], m.AssignTarget(target=own))]
        following = [name for name in _after(kept, node.attr.value) if name != node.attr.value]
        if following and node.attr.value in kept:
            yield node.with_changes(attr=cst.Name(following[0]))


def change_in_place(node: cst.CSTNode, parents: Parents) -> Iterator[cst.CSTNode]:
    """A new object where the old one is to be changed, and the other way round."""
    if isinstance(node, cst.AugAssign) and type(node.operator) in PLAIN:
        operation = cst.BinaryOperation(node.target, PLAIN[type(node.operator)](), _in_brackets(node.value))
        yield cst.Assign([cst.AssignTarget(node.target)], operation)
    if isinstance(node, cst.Assign) and len(node.targets) == 1 and isinstance(node.value, cst.BinaryOperation):
        target, value = node.targets[0].target, node.value
        if type(value.operator) in AUGMENTED and target.deep_equals(value.left):
            yield cst.AugAssign(target, AUGMENTED[type(value.operator)](), value.right)
    if isinstance(node, cst.Attribute) and isinstance(parents[-1], cst.Call) and node.attr.value.endswith("_"):
        name = node.attr.value.rstrip("_")
        if name and not node.attr.value.startswith("_"):
            yield node.with_changes(attr=cst.Name(name))


OPERATORS: dict[str, Operator] = {
    "condition negated": negate_condition,
    "arithmetic changed": change_arithmetic,
    "operands swapped": swap_operands,
    "comparison changed": change_comparison,
    "boolean flipped": flip_boolean,
    "number changed": change_number,
    "text changed": change_text,
    "argument dropped": drop_argument,
    "arguments swapped": swap_arguments,
    "argument changed": change_argument,
    "call dropped": drop_call,
    "index dropped": drop_index,
    "elements changed": change_elements,
    "neighbour taken": take_neighbour,
    "in place or not": change_in_place,
}


def _without(entries: Sequence[cst.CSTNode], i: int) -> list[cst.CSTNode]:
    kept = [*entries[:i], *entries[i + 1 :]]
    if kept and i == len(entries) - 1 and hasattr(kept[-1], "comma"):
        kept[-1] = kept[-1].with_changes(comma=entries[i].comma)  # type: ignore[attr-defined]
    return kept


def _swapped(entries: Sequence[cst.CSTNode], i: int, part: str) -> list[cst.CSTNode]:
    """The entries with that `part` of two neighbours exchanged: commas and brackets stay where they are."""
    first, second = entries[i], entries[i + 1]
    exchanged = [
        first.with_changes(**{part: getattr(second, part)}),
        second.with_changes(**{part: getattr(first, part)}),
    ]
    return [*entries[:i], *exchanged, *entries[i + 2 :]]


def _after(names: Sequence[str], name: str) -> Sequence[str]:
    """What follows the first `name` among `names`, and then begins anew."""
    start = names.index(name) + 1 if name in names else 0
    return [*names[start:], *names[:start]]


def _number(node: cst.CSTNode) -> int | float | None:
    """The number that a literal stands for, with its sign."""
    literal = m.Integer() | m.Float()
    if m.matches(node, literal | m.UnaryOperation(operator=m.Minus(), expression=literal)):
        return ast.literal_eval(cst.Module([]).code_for_node(node))
    return None


def _in_brackets(node: cst.BaseExpression) -> cst.BaseExpression:
    """The expression in brackets where it is made of several parts."""
    compound = isinstance(
        node, (cst.BinaryOperation, cst.BooleanOperation, cst.Comparison, cst.UnaryOperation, cst.IfExp)
    )
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()]) if compound and not node.lpar else node
