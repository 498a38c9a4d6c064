"""What gives names their values: imports and assignments."""

from __future__ import annotations

import ast
from typing import Any

from builder.reading import models
from builder.reading.literals import Literals
from builder.reading.names import canonical
from builder.reading.values import (
    FaultError,
    Instance,
    Layer,
    Made,
    Model,
    Name,
    Part,
    Scope,
    Tensor,
    Unknown,
    is_plain,
)
from builder.reading.written import written


class Assignments(Literals):
    """Carries out imports and assignments."""

    def __init__(self) -> None:
        super().__init__()
        self.passed: dict[int, int] = {}  # first line -> last line of what says nothing about the network
        self.mattered = 0
        self.kept: set[int] = set()  # lines that say something about it
        self.careful = False  # within a block: what cannot be decided is a fault

    def matter(self, node: ast.stmt) -> None:
        """This may say something about the network."""
        self.mattered += 1
        self.kept.add(node.lineno)

    def pass_over(self, node: ast.stmt) -> None:
        """This says nothing about the network."""
        if self.careful:
            raise FaultError(node.lineno, "This cannot stand in a block.")
        self.passed[node.lineno] = max(node.end_lineno or node.lineno, self.passed.get(node.lineno, 0))

    def _do_import(self, node: ast.Import, scope: Scope) -> None:
        for one in node.names:
            if one.asname:
                scope.values[one.asname] = Name(canonical(one.name))
            else:
                root = one.name.partition(".")[0]
                scope.values[root] = Name(canonical(root))

    def _do_importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        for one in node.names:
            if one.name == "*":
                self.stars.append(canonical(node.module or ""))
            else:
                scope.values[one.asname or one.name] = Name(canonical(f"{node.module or 'here'}.{one.name}"))

    def _do_assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.evaluate(node.value, scope)
        for target in node.targets:
            self.bind(target, value, scope)
        self._weigh(node, value)

    def _do_annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            value = self.evaluate(node.value, scope)
            self.bind(node.target, value, scope)
            self._weigh(node, value)

    def _do_augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        before = self.evaluate(_loaded(node.target), scope)
        value = self.binary(node, before, self.evaluate(node.value, scope))
        if isinstance(before, list) and isinstance(value, list):
            before[:] = value  # Python changes the list itself
            value = before
        self.bind(node.target, value, scope)
        self._weigh(node, value)

    def _weigh(self, node: ast.stmt, value: Any) -> None:
        if isinstance(value, Unknown) or (
            isinstance(value, list | tuple) and value and all(isinstance(v, Unknown) for v in value)
        ):
            self.pass_over(node)
        else:
            self.matter(node)

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to a name, to the names of a tuple, to an attribute or a place in a list."""
        match target:
            case ast.Name():
                owner = scope.module() if target.id in scope.outside else scope
                owner.values[target.id] = value
                self._call_it(target.id, value)
            case ast.Tuple() | ast.List():
                for part, item in zip(target.elts, self._parts(target, value), strict=True):
                    self.bind(part.value if isinstance(part, ast.Starred) else part, item, scope)
            case ast.Attribute():
                self._set(self.evaluate(target.value, scope), target, value)
            case ast.Subscript():
                owner, key = self.evaluate(target.value, scope), self._key(target.slice, scope)
                if isinstance(owner, list | dict) and isinstance(key, int | str):
                    self._put(owner, key, value, target.lineno)

    def _put(self, into: Any, key: Any, value: Any, line: int) -> None:
        self.budget.weigh(key, line)
        try:
            into[key] = value
        except (TypeError, IndexError) as error:
            raise FaultError(line, f"Python itself would stop here: {error}.") from None

    def _call_it(self, name: str, value: Any) -> None:
        """Remember a variable as a name for what it holds, if it holds one thing in all."""
        value = self.holder(value)
        if isinstance(value, Tensor):
            holder: Made | Layer | Instance = value.made
        elif isinstance(value, Layer | Instance):
            holder = value
        else:
            return
        if holder.variable is None or len(holder.variable) < 2 <= len(name):
            holder.variable = name
            self.trace.assigned[type(holder).__name__, name] += 1

    def holder(self, value: Any) -> Any:
        """What a variable gives its name to: of several results or objects the first."""
        first = value[0] if isinstance(value, list | tuple) and value else None
        several = isinstance(first, Tensor) if isinstance(value, tuple) else isinstance(first, Instance)
        return first if several else value

    def _parts(self, target: ast.Tuple | ast.List, value: Any) -> list[Any]:
        names, line = target.elts, target.lineno
        if isinstance(value, Unknown):
            return [value] * len(names)
        if isinstance(value, Tensor) and value.made.layer is None and value.part == 0:
            return [self.trace.open_input(line) for _ in names]
        if isinstance(value, Tensor):
            raise FaultError(line, f"{len(names)} names stand here for one tensor. Is return_state=True missing?")
        if not is_plain(value) or isinstance(value, int | float | None):
            return [Unknown(line, f"`{written(target)}` is not known")] * len(names)
        items = self.budget.items(value, line)
        star = next((place for place, part in enumerate(names) if isinstance(part, ast.Starred)), None)
        if star is not None and len(items) >= len(names) - 1:
            behind = len(names) - star - 1
            end = len(items) - behind
            items = [*items[:star], items[star:end], *items[end:]]
        if len(items) != len(names):
            raise FaultError(line, f"{len(names)} names stand here for {len(items)} values.")
        return items

    def _set(self, owner: Any, target: ast.Attribute, value: Any) -> None:
        name = target.attr
        if isinstance(owner, Instance):
            owner.attributes[name] = value
            self._call_it(name, value)
            if owner.model is None or name != "trainable":
                return
            owner = owner.model
        if isinstance(owner, Layer | Model | Part) and name == "trainable":
            if isinstance(value, Unknown):
                raise FaultError(
                    value.line, f"{value.words}, and trainable in line {target.lineno} needs it. Write True or False."
                )
            models.freeze(self.trace, owner, bool(value), target.lineno)
        elif isinstance(owner, Layer) and name in ("name", "_name") and isinstance(value, str):
            owner.name = value
        elif isinstance(owner, Layer):
            raise FaultError(target.lineno, f"`{written(target)}` cannot be set here. Give it where the layer is made.")


def _loaded(target: ast.expr) -> ast.expr:
    """The same place, to be read."""
    match target:
        case ast.Name():
            return ast.copy_location(ast.Name(target.id, ast.Load()), target)
        case ast.Attribute():
            return ast.copy_location(ast.Attribute(target.value, target.attr, ast.Load()), target)
        case ast.Subscript():
            return ast.copy_location(ast.Subscript(target.value, target.slice, ast.Load()), target)
    return target
