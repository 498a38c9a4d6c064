"""Plain values of Python: operators, methods and built-in functions, with bounds on the work and on what comes of it."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Sequence
from string import Formatter
from typing import Any

from builder.reading.values import FaultError, Name, StopReadingError, Symbol, Unknown

MAX_STEPS = 500_000
MAX_BITS = 1_000
MAX_ITEMS = 100_000

Operation = Callable[..., Any]


def _total(items: Any, start: float = 0) -> Any:
    if not isinstance(start, int | float):  # lists one behind the other would take for ever
        raise TypeError("only numbers can be summed")
    return sum(items, start)


OPERATORS: dict[type[ast.AST], Operation] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.MatMult: operator.matmul,
    ast.Pow: operator.pow,
    ast.LShift: operator.lshift,
    ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.BitXor: operator.xor,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
    ast.Invert: operator.invert,
}
METHODS: dict[type, frozenset[str]] = {
    str: frozenset(
        {"endswith", "format", "join", "lower", "lstrip", "rstrip", "split", "startswith", "strip", "title", "upper"}
    ),
    list: frozenset({"append", "clear", "copy", "count", "extend", "index", "insert", "pop", "remove", "reverse"}),
    tuple: frozenset({"count", "index"}),
    dict: frozenset({"copy", "get", "items", "keys", "pop", "setdefault", "update", "values"}),
    range: frozenset(),
}
# These look at how many values there are, not at what they are, so that an unknown one among them does no harm.
ARRANGING: dict[str, Operation] = {
    "dict": dict,
    "enumerate": lambda *args, **kwargs: list(enumerate(*args, **kwargs)),
    "len": len,
    "list": list,
    "range": range,
    "reversed": lambda items: list(reversed(items)),
    "tuple": tuple,
    "zip": lambda *args, **kwargs: list(zip(*args, **kwargs)),  # noqa: B905 (strict is what the text says)
}
COMPUTING: dict[str, Operation] = {
    "abs": abs,
    "all": all,
    "any": any,
    "bool": bool,
    "divmod": divmod,
    "float": float,
    "int": int,
    "max": max,
    "min": min,
    "round": round,
    "sorted": sorted,
    "str": str,
    "sum": _total,
}
MATH: dict[str, Operation] = {
    **{name: getattr(math, name) for name in ("ceil", "exp", "floor", "log", "log10", "log2", "sqrt")},
    "prod": math.prod,
}
FUNCTIONS: dict[str, Operation] = {
    **{f"builtins.{name}": function for name, function in {**ARRANGING, **COMPUTING}.items()},
    **{f"{module}.{name}": function for module in ("math", "numpy") for name, function in MATH.items()},
}
NUMBERS = {"math.pi": math.pi, "math.e": math.e, "numpy.pi": math.pi, "numpy.e": math.e}
TYPES = {f"builtins.{kind.__name__}": kind for kind in (bool, dict, float, int, list, range, str, tuple)}


class Budget:
    """How much work a text may make, so that its reading always ends."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self, line: int, steps: int = 1) -> None:
        """Count some steps.

        Raises:
            StopReadingError: it has been too many.
        """
        self.left -= steps
        if self.left < 0:
            raise StopReadingError(
                line,
                f"Reading stops here after {MAX_STEPS:,} steps: this is a loop that never ends, or far more than a "
                "network needs. Write the network without it.",
            )

    def weigh(self, value: Any, line: int) -> Unknown | None:
        """Count a step for each value in lists within lists, and each eighth letter; the first unknown value among them.

        Raises:
            StopReadingError: there are too many to be compared or shown.
        """
        waiting, unknown = [value], None
        while waiting:
            one = waiting.pop()
            self.spend(line)
            if isinstance(one, str):
                self.spend(line, len(one) // 8)
            elif isinstance(one, dict):
                waiting += [*one.keys(), *one.values()]
            elif isinstance(one, list | tuple):
                waiting += one
            elif isinstance(one, Unknown):
                unknown = unknown or one
            elif isinstance(one, Symbol):
                unknown = unknown or Unknown(line, f"The parameter {one.name} is open here")
        return unknown

    def items(self, value: Sequence[Any] | dict[Any, Any], line: int) -> list[Any]:
        """What a loop over the value goes through, as far as it is bounded.

        Raises:
            FaultError: there are too many.
        """
        if not isinstance(value, str | list | tuple | dict | range):
            raise FaultError(line, f"A list is expected here, and this is {str(value)[:60]}.")
        if isinstance(value, range) and not all(abs(end) <= MAX_ITEMS for end in (value.start, value.stop)):
            raise FaultError(line, f"This range goes beyond {MAX_ITEMS:,}. Write a smaller one.")
        self.spend(line, len(value))
        return list(value)


def operate(kind: type[ast.AST], values: tuple[Any, ...], line: int, budget: Budget) -> Any:
    """`left + right`, `left in right`, `-value` and the like.

    Raises:
        FaultError: Python would not compute it either, or it is too large.
    """
    if _too_large(kind, *values):
        raise FaultError(line, "This comes to something far too large for a network. Write a smaller number.")
    if kind in (ast.In, ast.NotIn) and isinstance(values[1], range):
        values = (values[0], budget.items(values[1], line))
    return compute(OPERATORS[kind], values, {}, line, budget)


def function(dotted: str, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, budget: Budget) -> Any:
    """`len(names)`, `math.sqrt(2)` and the like, for one of FUNCTIONS; what is unknown among the arguments stays so."""
    name = dotted.rpartition(".")[2]
    args = tuple(budget.items(one, line) if isinstance(one, range) and name != "len" else one for one in args)
    if name == "prod" and args and isinstance(args[0], list | tuple) and len(args[0]) > 10:
        raise FaultError(
            line, "This is a product of more than 10 numbers, which no shape has. Write the number itself."
        )
    if name in ARRANGING:
        budget.weigh([list(one)[:1] if isinstance(one, dict) else len(one) if _sized(one) else 0 for one in args], line)
        budget.spend(line, sum(len(one) for one in args if _sized(one)))
        return _result(FUNCTIONS[dotted], args, kwargs, line, budget)
    return compute(FUNCTIONS[dotted], args, kwargs, line, budget)


def compute(operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, budget: Budget) -> Any:
    """What an operation gives for plain values; unknown where one of them is, however deep.

    Raises:
        FaultError: Python would not compute it either, or what comes of it is too large.
    """
    unknown = budget.weigh([*args, *kwargs.values()], line)
    return unknown or _result(operation, args, kwargs, line, budget)


def method(owner: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, budget: Budget) -> Any:
    """`names.append(x)`, `"conv_{}".format(i)` and the like, for one of METHODS."""
    if isinstance(owner, str):
        if name == "format":
            _check_format(owner, line)
        if name == "join" and args and _sized(args[0]):
            budget.spend(line, len(owner) * len(args[0]) // 8)
        return compute(getattr(owner, name), args, kwargs, line, budget)
    if isinstance(owner, list) and name in ("append", "extend", "insert"):
        args = tuple(
            budget.items(one, line) if isinstance(one, range | dict) and name == "extend" else one for one in args
        )
        budget.spend(line, len(args[0]) if args and name == "extend" and _sized(args[0]) else 1)
        if len(owner) > MAX_ITEMS:
            raise FaultError(line, f"This list has more than {MAX_ITEMS:,} parts. Write a shorter one.")
    elif name in ("count", "index", "remove"):
        budget.weigh([owner, *args], line)
    else:
        budget.spend(line, len(owner))
        budget.weigh(args[:1], line)
    return _result(getattr(owner, name), args, kwargs, line, budget)


def shown(value: Any, spec: str, conversion: int, line: int, budget: Budget) -> Any:
    """A value within an f-string."""
    if not _modest(spec):
        raise FaultError(line, "This format is wider than any name. Write a narrower one.")
    if conversion in (ord("r"), ord("a"), ord("s")):
        conversions: dict[str, Operation] = {"r": repr, "a": ascii, "s": str}
        value = compute(conversions[chr(conversion)], (value,), {}, line, budget)
    return compute(format, (value, spec), {}, line, budget)


def is_type(value: Any, kinds: Any) -> bool | None:
    """`isinstance(value, kinds)` for types of Python itself; None where that cannot be told."""
    listed = kinds if isinstance(kinds, tuple) else (kinds,)
    known = tuple(TYPES[one.dotted] for one in listed if isinstance(one, Name) and one.dotted in TYPES)
    return isinstance(value, known) if known and len(known) == len(listed) else None


def _result(operation: Operation, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, budget: Budget) -> Any:
    try:
        result = operation(*args, **kwargs)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise FaultError(line, f"Python itself would stop here: {str(error)[:200]}.") from None
    if isinstance(result, type({}.keys()) | type({}.values()) | type({}.items())):
        result = list(result)
    if isinstance(result, complex):
        raise FaultError(line, "This comes to a complex number, which no layer takes. Write a number.")
    if isinstance(result, int) and result.bit_length() > MAX_BITS:
        raise FaultError(line, "This number is far too large for a network. Write a smaller one.")
    if isinstance(result, str | list | tuple | dict):
        budget.spend(line, len(result) // 8)
    return result


def _too_large(kind: type[ast.AST], left: Any, right: Any = None) -> bool:
    """Told before it is computed: `10**10**10` or `"x" * 10**9` would take all memory."""
    if isinstance(left, int) and isinstance(right, int):
        if kind is ast.Pow:
            return left.bit_length() * abs(right) > MAX_BITS
        return kind is ast.LShift and left.bit_length() + right > MAX_BITS
    if kind is ast.Mult:
        pairs = ((left, right), (right, left))
        return any(_sized(many) and isinstance(n, int) and len(many) * n > MAX_ITEMS for many, n in pairs)
    if kind is ast.Add:
        return _sized(left) and _sized(right) and len(left) + len(right) > MAX_ITEMS
    return kind is ast.Mod and isinstance(left, str) and not all(map(_modest, re.findall(r"%[^a-zA-Z%]*", left)))


def _sized(value: Any) -> bool:
    return isinstance(value, str | list | tuple | dict)


def _check_format(text: str, line: int) -> None:
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise FaultError(line, f"Python itself would stop here: {error}.") from None
    for _, place, spec, _ in parts:
        if re.search(r"[.\[]", place or "") or not _modest(spec or ""):
            raise FaultError(line, "Only plain places such as {} or {0} can be read in a format. Write an f-string.")


def _modest(spec: str) -> bool:
    return not re.search(r"[*{]", spec) and all(len(number) <= 3 for number in re.findall(r"\d+", spec))
