"""Slips: what goes wrong in any Python program, told by the text of the error alone.

A bank's misconception is about an exercise and always comes first. A slip is only named where the error's text leaves
one cause open; the message says what happened, the explanation what that means and where to look.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Slip:
    """One kind of error: a pattern of "Type: text", and an explanation; {0}, {1} … in it are what the pattern found."""

    id: str
    pattern: str
    explanation: str


SHAPES = "Print the `.shape` of both just before that line: which of the two is not what you expect?"
CALL = "Which values does it need, and in which order?"
UNPACK = "How many values does the right side of the `=` really give, and how many names stand on its left?"

SLIPS = (
    Slip(
        "name_without_value",
        r"NameError: name '(\w+)' is not defined|UnboundLocalError: cannot access local variable '(\w+)'",
        "Python works from top to bottom, and no line on the way there has given `{0}` a value. Is that line missing, "
        "further down, or is the name spelt otherwise there?",
    ),
    Slip(
        "argument_missing",
        r"TypeError: (?:.*\.)?(\w+)\(\) missing \d+ required .*arguments?: (.+)",
        "The call of `{0}` leaves out {1}. " + CALL,
    ),
    Slip(
        "argument_missing",
        r"TypeError: (\w+) expected (?:at least )?\d+ arguments?, got \d+",
        f"`{{0}}` got too few. {CALL}",
    ),
    Slip(
        "argument_unknown",
        r"TypeError: (?:.*\.)?(\w+)\(\) got an unexpected keyword argument '(\w+)'",
        "`{0}` knows no argument called `{1}`. What are its arguments called?",
    ),
    Slip(
        "unpacked_into_other_number",
        r"(?:ValueError: (?:not enough|too many) values to unpack|TypeError: cannot unpack non-iterable)",
        UNPACK,
    ),
    Slip(
        "none_used",
        r"(?:AttributeError|TypeError): (?:'NoneType' object|unsupported operand type\(s\) for .*'NoneType')",
        "Something is None there. A function without `return` gives None, and so does one that changes its argument in "
        "place. Where does this value come from?",
    ),
    Slip(
        "attribute_missing",
        r"AttributeError: '(\w+)' object has no attribute '(\w+)'",
        "`.{1}` is looked for on something of kind `{0}`, which has none. Is it the object that you expect at this "
        "place, and was `{1}` ever put on it?",
    ),
    Slip(
        "key_missing",
        r"KeyError: (.+)",
        "A dictionary is asked for {0} and holds no such key. Which keys were put into it, letter by letter?",
    ),
    Slip(
        "one_thing_taken_for_many",
        r"TypeError: '(\w+)' object is not (?:iterable|subscriptable)",
        "What stands there is of kind `{0}`, one single thing, and the line asks for its entries. Where are the many "
        "things that you want?",
    ),
    Slip(
        "not_a_function",
        r"TypeError: '(\w+)' object is not callable",
        "The brackets call what stands before them, and that is of kind `{0}`. Which function or class did you "
        "mean to call?",
    ),
    Slip(
        "shapes_do_not_fit",
        r"RuntimeError: The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\)",
        f"Entry by entry, {{0}} and {{1}} do not go together. {SHAPES}",
    ),
    Slip(
        "shapes_do_not_fit",
        r"RuntimeError: (?:mat1 and mat2 shapes cannot be multiplied|size mismatch)|"
        r"ValueError: (?:operands could not be broadcast|matmul)",
        f"The sizes of two factors do not go together. {SHAPES}",
    ),
    Slip(
        "impossible_reshape",
        r"RuntimeError: (?:shape '.*' is invalid for input of size|only one dimension can be inferred|invalid shape "
        r"dimension|cannot reshape tensor)",
        "A reshape keeps the number of entries, and the sizes that it is given do not come to that number. What may "
        "each of these sizes be?",
    ),
    Slip(
        "no_such_dimension",
        r"IndexError: Dimension out of range",
        "Dimensions are counted from 0, and this tensor has fewer than the line takes for granted. What is its "
        "`.shape`?",
    ),
    Slip(
        "kinds_do_not_mix",
        r"TypeError: unsupported operand type\(s\) for ([^:]+): '([^']+)' and '([^']+)'",
        "The kinds `{1}` and `{2}` meet in `{0}`, which is made for two numbers or tensors. Which of the two is not "
        "what you wanted there, and is the right thing inside it?",
    ),
    Slip(
        "wrong_kind_handed_on",
        r"TypeError: .*argument '(\w+)' .*must be (\w+), not (\w+)",
        "Something of kind `{2}` is handed on where a `{1}` is wanted. Is the `{1}` inside it, or did another name "
        "slip in?",
    ),
    Slip(
        "whole_number_wanted",
        r"TypeError: '(\w+)' object cannot be interpreted as an integer",
        "Something of kind `{0}` is handed on where a whole number is wanted. Which of your names holds that number?",
    ),
    Slip(
        "divided_by_nothing",
        r"ZeroDivisionError: ",
        "What stands under the fraction is 0 there. What is it meant to count, and has it been counted by then?",
    ),
    Slip(
        "backward_from_many_numbers",
        r"RuntimeError: grad can be implicitly created only for scalar outputs",
        "`backward` starts from one number, the loss, and was called on several. What makes one number of them?",
    ),
    Slip(
        "one_number_wanted",
        r"RuntimeError: a Tensor with \d+ elements cannot be converted to Scalar|"
        r"TypeError: only (?:0-dim|length-1|size-1).*can be converted",
        "One plain number is wanted there, and what arrives holds several. Which step makes one of them?",
    ),
)


def find_slip(error: str) -> tuple[str, str] | None:
    """The id and the explanation of the slip behind an error, given as "Type: text"; None where none is certain."""
    for slip in SLIPS:
        match = re.match(slip.pattern, error)
        if match:
            found = [group.rstrip(".") for group in match.groups() if group is not None]
            return slip.id, slip.explanation.format(*found)
    return None
