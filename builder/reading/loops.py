"""Loops that repeat a block: `for i in range(1, 4): x = unit(x, name=f"x_{i}")`, `for unit in self.units: x = unit(x)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from builder.reading.blocks import Blocks, names_its_layers
from builder.reading.values import Function, Instance, Scope, Symbol, Tensor


@dataclass(frozen=True, slots=True)
class Repeated:
    """Objects of a layer class, as many as a parameter of the block around them says."""

    instance: Instance
    count: Symbol


class Reader(Blocks):
    """Carries out a whole text."""

    def _do_for(self, node: ast.For, scope: Scope) -> Any:
        if not self._repeat(node, scope):
            return super()._do_for(node, scope)
        self.matter(node)
        return None

    def _repeat(self, node: ast.For, scope: Scope) -> bool:
        """A loop that only repeats a block, each time on what came before: `for i in range(1, 4): x = unit(x, name=f"x_{i}")`."""
        match node:
            case ast.For(
                target=ast.Name(id=turn),
                body=[ast.Assign(targets=[ast.Name(id=tensor)], value=ast.Call(args=[ast.Name(id=first), *_]) as call)],
                orelse=[],
            ) if first == tensor and isinstance(scope.values.get(tensor), Tensor) and _only_names(call):
                made = self._repeated_object(node, call, turn, scope) or self._repeated_call(node, call, turn, scope)
            case _:
                return False
        if made is None:
            return False
        self.bind(ast.Name(tensor, ast.Store()), made, scope)
        return True

    def _repeated_call(self, node: ast.For, call: ast.Call, turn: str, scope: Scope) -> Any:
        """`for i in range(1, 4): x = unit(x, 64, name=f"x_{i}")`."""
        if not isinstance(call.func, ast.Name):  # looking at a name changes nothing
            return None
        function = self.evaluate(call.func, scope)
        prefix = _numbered(call, turn)
        count = self._count(node.iter, scope)
        if not isinstance(function, Function) or prefix is None or count is None or not names_its_layers(function):
            return None
        args = tuple(self.evaluate(one, scope) for one in call.args)
        kwargs = {one.arg: self.evaluate(one.value, scope) for one in call.keywords if one.arg and one.arg != "name"}
        kwargs["name"] = self.evaluate(prefix, scope)
        return self.instance_of(function, args, kwargs, call.lineno, count)

    def _repeated_object(self, node: ast.For, call: ast.Call, turn: str, scope: Scope) -> Any:
        """`for unit in self.units: x = unit(x)`."""
        named = isinstance(call.func, ast.Name) and isinstance(node.iter, ast.Name | ast.Attribute)
        if not named or ast.unparse(call.func) != turn or call.keywords:
            return None
        objects = self.evaluate(node.iter, scope)
        count: int | Symbol
        if isinstance(objects, Repeated):
            first, count = objects.instance, objects.count
        elif isinstance(objects, list) and len(objects) > 1 and isinstance(objects[0], Instance):
            first, count = objects[0], len(objects)
            if not all(
                isinstance(one, Instance) and (one.cls, one.given) == (first.cls, first.given) for one in objects
            ):
                return None
        else:
            return None
        args = tuple(self.evaluate(one, scope) for one in call.args)
        return None if first.cls.kind != "layer" else self.layer_object(first, args, {}, call.lineno, count)

    def _count(self, node: ast.expr, scope: Scope) -> int | Symbol | None:
        """How often `range(1, 4)` or `range(1, repeat + 1)` goes round, if more than once or as a parameter says."""
        match node:
            case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=1), ast.Constant(value=int(last))]):
                return last - 1 if last > 2 else None
            case ast.Call(
                func=ast.Name(id="range"),
                args=[ast.Constant(value=1), ast.BinOp(left=number, op=ast.Add(), right=ast.Constant(value=1))],
            ):
                value = self.evaluate(number, scope)
                return value if isinstance(value, Symbol) or (isinstance(value, int) and value > 1) else None
        return None

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Any:
        match node.generators:
            case [ast.comprehension(iter=ast.Call(func=ast.Name(id="range"), args=[ast.Name() as count]), ifs=[])]:
                times = self.evaluate(count, scope)
                if isinstance(times, Symbol):
                    made = self.evaluate(node.elt, scope)
                    return Repeated(made, times) if isinstance(made, Instance) else self.unread(node)
        return super()._listcomp(node, scope)

    def holder(self, value: Any) -> Any:
        """What a variable gives its name to."""
        return value.instance if isinstance(value, Repeated) else super().holder(value)


def _only_names(call: ast.Call) -> bool:
    """Whether looking at what a call is given changes nothing."""
    given = (*call.args, *(one.value for one in call.keywords))
    return not any(isinstance(part, ast.Call | ast.NamedExpr | ast.Lambda) for one in given for part in ast.walk(one))


def _numbered(call: ast.Call, turn: str) -> ast.expr | None:
    """The name of a repeated instance in `name=f"x_{i}"`, without its number; None where it is not written so."""
    if any(isinstance(part, ast.Name) and part.id == turn for one in call.args for part in ast.walk(one)):
        return None
    for keyword in call.keywords:
        match keyword.value:
            case ast.JoinedStr(
                values=[*before, ast.Constant(value=str(text)), ast.FormattedValue(value=ast.Name(id=number))]
            ) if keyword.arg == "name" and number == turn and text.endswith("_"):
                prefix = ast.JoinedStr([*before, ast.Constant(text.removesuffix("_"))])
                return ast.fix_missing_locations(ast.copy_location(prefix, keyword.value))
            case _ if any(isinstance(part, ast.Name) and part.id == turn for part in ast.walk(keyword.value)):
                return None
    return None
