"""expression.py - arithmetic as Accelergy's files have it in place of numbers:
`datawidth * 3`, `ceil(WIDTH / 8)`.
SPDX-License-Identifier: MIT
"""

import ast
import math
import operator
import warnings

from importers.tree import NUMBER_MAX

OPERATORS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: operator.truediv, ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod, ast.Pow: operator.pow,
}
FUNCTIONS = {"ceil": math.ceil, "floor": math.floor, "round": round,
             "min": min, "max": max, "abs": abs, "int": int, "float": float,
             "log2": math.log2, "sqrt": math.sqrt}
LETTERS_MAX = 500


class Unknown(Exception):
    """A name without a value, or what is no arithmetic."""


def value_of(text, names):
    """The number that a text stands for; `names`: numbers of its names."""
    if len(text) > LETTERS_MAX:
        raise Unknown("it is too long")
    try:
        with warnings.catch_warnings():  # of Python's, on what is no Python
            warnings.simplefilter("ignore")
            tree = ast.parse(text.strip(), mode="eval")
        value = walk(tree.body, names)
    except (SyntaxError, ValueError, ZeroDivisionError, TypeError,
            OverflowError, MemoryError, RecursionError) as fault:
        raise Unknown(f"'{text}' is no arithmetic") from fault
    if not isinstance(value, (int, float)) or not abs(value) <= NUMBER_MAX:
        raise Unknown(f"'{text}' is no size of anything")
    return value


def walk(node, names):
    if isinstance(node, ast.Constant) and \
            isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise Unknown(f"'{node.id}' has no value")
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -walk(node.operand, names)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        left, right = walk(node.left, names), walk(node.right, names)
        if isinstance(node.op, ast.Pow) and abs(right) > 64:
            raise Unknown("a power is too large")
        out = OPERATORS[type(node.op)](left, right)
        if not isinstance(out, (int, float)) or not abs(out) <= NUMBER_MAX:
            raise Unknown("a number is too large")
        return out
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and \
            node.func.id in FUNCTIONS and not node.keywords:
        return FUNCTIONS[node.func.id](*(walk(one, names)
                                         for one in node.args))
    raise Unknown("it is no arithmetic")
