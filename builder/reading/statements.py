"""Statements of a text: assignments, loops, conditions, functions and classes, carried out on what is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder.reading import models
from builder.reading.expressions import Expressions, written
from builder.reading.names import canonical
from builder.reading.values import (
    Class,
    FaultError,
    Function,
    Instance,
    Layer,
    Made,
    Model,
    Name,
    Scope,
    StopReadingError,
    Tensor,
    ToldError,
    Unknown,
    is_plain,
)

IDLE_TURNS = 200  # a loop that has done nothing to the network for so long is a training loop
CHANGING = {"add", "append", "extend", "insert", "pop", "update", "remove", "clear"}


@dataclass(frozen=True, slots=True)
class Return:
    """A function ends here."""

    value: Any


BREAK, CONTINUE = object(), object()


class Statements(Expressions):
    """Carries out statements, and gathers the faults of all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[tuple[int, str], None] = {}
        self.passed: dict[int, int] = {}  # first line -> last line of what says nothing about the network
        self.mattered = 0
        self.careful = False  # within a block: what cannot be decided is a fault

    def run(self, statements: Sequence[ast.stmt], scope: Scope) -> Any:
        """Carry out statements in order; Return, BREAK or CONTINUE where they end early."""
        for statement in statements:
            self.budget.spend(statement.lineno)
            try:
                flow = self._step(statement, scope)
            except StopReadingError:
                raise
            except FaultError as fault:
                if self.careful:
                    raise
                self.faults[fault.line, fault.words] = None
                self._forget([statement], scope, Unknown(fault.line, "", told=True))
            except ToldError:
                if self.careful:
                    raise
                self._forget([statement], scope, Unknown(statement.lineno, "", told=True))
            else:
                if flow is not None:
                    return flow
        return None

    def _step(self, statement: ast.stmt, scope: Scope) -> Any:
        read = getattr(self, f"_do_{type(statement).__name__.lower()}", None)
        if read is None:
            self._undecided([statement], scope, statement, f"`{type(statement).__name__.lower()}` is not read")
            return None
        return read(statement, scope)

    def pass_over(self, node: ast.stmt) -> None:
        """This says nothing about the network."""
        if self.careful:
            raise FaultError(node.lineno, "This cannot stand in a block.")
        self.passed[node.lineno] = max(node.end_lineno or node.lineno, self.passed.get(node.lineno, 0))

    # What gives names their values.

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
            self.mattered += 1

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
        if holder.variable is None:
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
        if isinstance(owner, Layer | Model) and name == "trainable":
            if isinstance(value, Unknown):
                raise FaultError(
                    value.line, f"{value.words}, and trainable in line {target.lineno} needs it. Write True or False."
                )
            models.freeze(self.trace, owner, bool(value))
        elif isinstance(owner, Layer) and name in ("name", "_name") and isinstance(value, str):
            owner.name = value
        elif isinstance(owner, Layer):
            raise FaultError(target.lineno, f"`{written(target)}` cannot be set here. Give it where the layer is made.")

    # What decides which statements are carried out.

    def _do_if(self, node: ast.If, scope: Scope) -> Any:
        truth = self.truth(node.test, scope)
        if isinstance(truth, Unknown):
            return self._undecided([*node.body, *node.orelse], scope, node, truth)
        return self.run(node.body if truth else node.orelse, scope)

    def _do_for(self, node: ast.For, scope: Scope) -> Any:
        value = self.evaluate(node.iter, scope)
        if not is_plain(value) or isinstance(value, int | float | None):
            why = value if isinstance(value, Unknown) else self.unread(node.iter)
            return self._undecided([node], scope, node, why)
        idle = 0
        for item in self.budget.items(value, node.lineno):
            self.bind(node.target, item, scope)
            before = self.mattered
            flow = self.run(node.body, scope)
            if isinstance(flow, Return):
                return flow
            if flow is BREAK:
                return None
            idle = idle + 1 if self.mattered == before else 0
            if idle >= IDLE_TURNS:
                return None
        return self.run(node.orelse, scope)

    def _do_while(self, node: ast.While, scope: Scope) -> Any:
        idle = 0
        while True:
            truth = self.truth(node.test, scope)
            if isinstance(truth, Unknown):
                return self._undecided([node], scope, node, truth)
            if not truth:
                return self.run(node.orelse, scope)
            before = self.mattered
            flow = self.run(node.body, scope)
            if isinstance(flow, Return):
                return flow
            if flow is BREAK:
                return None
            idle = idle + 1 if self.mattered == before else 0
            if idle >= IDLE_TURNS:
                return self.pass_over(node)

    def _do_with(self, node: ast.With, scope: Scope) -> Any:
        for one in node.items:
            value = self.evaluate(one.context_expr, scope)
            if one.optional_vars is not None:
                self.bind(one.optional_vars, value, scope)
        return self.run(node.body, scope)

    def _do_try(self, node: ast.Try, scope: Scope) -> Any:
        flow = self.run([*node.body, *node.orelse], scope)
        return flow or self.run(node.finalbody, scope)

    def _do_return(self, node: ast.Return, scope: Scope) -> Return:
        return Return(self.evaluate(node.value, scope) if node.value else None)

    def _do_break(self, node: ast.Break, scope: Scope) -> object:
        return BREAK

    def _do_continue(self, node: ast.Continue, scope: Scope) -> object:
        return CONTINUE

    def _do_pass(self, node: ast.stmt, scope: Scope) -> None:
        return None

    _do_nonlocal = _do_delete = _do_pass

    def _do_global(self, node: ast.Global, scope: Scope) -> None:
        scope.outside |= set(node.names)

    def _do_assert(self, node: ast.Assert, scope: Scope) -> None:
        if self.truth(node.test, scope) is False:
            raise FaultError(node.lineno, "The text itself stops here: what it asserts does not hold.")

    def _do_raise(self, node: ast.Raise, scope: Scope) -> None:
        raise FaultError(node.lineno, "The text itself stops here with an error (raise). Change what leads to it.")

    def _do_expr(self, node: ast.Expr, scope: Scope) -> None:
        if isinstance(node.value, ast.Constant):
            return
        value = self.evaluate(node.value, scope)
        if isinstance(value, Unknown):
            if value.told:
                raise ToldError
            self.pass_over(node)
        else:
            self.mattered += 1

    # Functions and classes.

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        value: Any = self.function(node, scope)
        if any(isinstance(part, ast.Yield | ast.YieldFrom | ast.Await) for part in ast.walk(node)):
            value = Unknown(node.lineno, f"`{node.name}` yields its values one by one, which is not read")
        for decorator in reversed(node.decorator_list):
            wrapper = self.evaluate(decorator, scope)
            if isinstance(wrapper, Function):
                call = ast.copy_location(ast.Call(decorator, [], []), decorator)
                value = self.call(wrapper, (value,), {}, call, scope)
        scope.values[node.name] = value

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        bases = [self.evaluate(base, scope) for base in node.bases]
        base = next((one for one in bases if isinstance(one, Class)), None)
        known = {one.dotted for one in bases if isinstance(one, Name)} & {"keras.Model", "keras.layers.Layer"}
        if base is None and not known:
            origin = f" of {bases[0].dotted}" if bases and isinstance(bases[0], Name) else ""
            scope.values[node.name] = Unknown(
                node.lineno, f"`{node.name}` is a class{origin}, and none of a Keras model or layer"
            )
            return
        made = Class(node, Scope(scope), base, model="keras.Model" in known or bool(base and base.model))
        scope.values[node.name] = made
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                made.scope.values[part.name] = self.function(part, scope)
            else:
                self.run([part], made.scope)

    # What cannot be decided.

    def _undecided(self, nodes: Sequence[ast.stmt], scope: Scope, at: ast.stmt, why: Unknown | str) -> None:
        """Pass over statements of which the text does not tell whether they are carried out; what they would set is unknown."""
        words = why if isinstance(why, str) else why.words
        if isinstance(why, Unknown) and why.told:
            raise ToldError
        self.pass_over(at)
        for call, owner in _changes(nodes, scope):
            if isinstance(owner, Model | Layer | Instance):
                raise FaultError(
                    at.lineno,
                    f"{words}, and whether line {call.lineno} is carried out depends on it. Write only what is to be done.",
                )
        self._forget(nodes, scope, Unknown(at.lineno, words))

    def _forget(self, nodes: Sequence[ast.stmt], scope: Scope, unknown: Unknown) -> None:
        """What these statements would set is not known."""
        for node in nodes:
            for part in ast.walk(node):
                if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                    scope.values[part.id] = unknown
                elif isinstance(part, ast.FunctionDef | ast.ClassDef):
                    scope.values[part.name] = unknown
        for call, owner in _changes(nodes, scope):
            if isinstance(owner, list | dict):
                scope.values[_root(call)] = unknown


def _changes(nodes: Sequence[ast.stmt], scope: Scope) -> Iterator[tuple[ast.expr, Any]]:
    """What statements would change in place: `model.add(...)`, `layer.trainable = ...`, `names.append(...)`."""
    for node in nodes:
        for part in ast.walk(node):
            changed: ast.expr | None = None
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and part.func.attr in CHANGING:
                changed = part.func.value
            elif isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and part.attr == "trainable":
                changed = part.value
            if changed is not None and (name := _root(changed)):
                try:
                    yield changed, scope.find(name)
                except KeyError:
                    continue


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


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
