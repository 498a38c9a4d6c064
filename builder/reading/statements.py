"""Statements of a text: assignments, loops, conditions, functions and classes, carried out on what is known."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from builder.reading.assignments import Assignments
from builder.reading.own import own_layer
from builder.reading.values import (
    NOT_TRAINING,
    TRAINING,
    Class,
    FaultError,
    Function,
    Instance,
    Kind,
    Layer,
    Model,
    Name,
    Scope,
    StopReadingError,
    ToldError,
    Unknown,
    is_plain,
)

MOST_FAULTS = 200
IDLE_TURNS = 200  # a loop that has done nothing to the network for so long is a training loop
CHANGING = {"add", "append", "extend", "insert", "pop", "update", "remove", "clear"}


@dataclass(frozen=True, slots=True)
class Return:
    """A function ends here."""

    value: Any


BREAK, CONTINUE = object(), object()


class Statements(Assignments):
    """Carries out statements, and gathers the faults of all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[tuple[int, str], None] = {}
        self.told: set[Unknown] = set()

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
                if fault.origin not in self.told and len(self.faults) < MOST_FAULTS:
                    self.faults[fault.line, fault.words] = None
                if fault.origin is not None:
                    self.told.add(fault.origin)
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

    # What decides which statements are carried out.

    def _do_if(self, node: ast.If, scope: Scope) -> Any:
        truth = self.truth(node.test, scope)
        if truth is TRAINING or truth is NOT_TRAINING:
            return self._while_training(node, scope, truth is TRAINING)
        if isinstance(truth, Unknown):
            return self._undecided([*node.body, *node.orelse], scope, node, truth)
        return self.run(node.body if truth else node.orelse, scope)

    def _while_training(self, node: ast.If, scope: Scope, so: bool) -> Any:
        """`if training: x = self.dropout(x)`: what stands there is carried out, if it does nothing otherwise."""
        then, otherwise = (node.body, node.orelse) if so else (node.orelse, node.body)
        if any(not isinstance(one, ast.Pass) for one in otherwise):
            raise FaultError(
                node.lineno,
                "Here the network does one thing while it trains and another when it is used. Only layers such as Dropout, "
                "which do so by themselves, can be read: write it without the condition.",
            )
        with self.trace.only_while_training(node.lineno):
            return self.run(then, scope)

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
        self.kept.add(node.lineno)
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
            self.matter(node)

    # Functions and classes.

    def _do_functiondef(self, node: ast.FunctionDef, scope: Scope) -> None:
        self.kept.add(node.lineno)
        value: Any = self.function(node, scope)
        if any(isinstance(part, ast.Yield | ast.YieldFrom | ast.Await) for part in self._walk([node])):
            value = Unknown(node.lineno, f"`{node.name}` yields its values one by one, which is not read")
        for decorator in reversed(node.decorator_list):
            wrapper = self.evaluate(decorator, scope)
            if isinstance(wrapper, Function):
                call = ast.copy_location(ast.Call(decorator, [], []), decorator)
                value = self.call(wrapper, (value,), {}, call, scope)
        scope.values[node.name] = value

    def _do_classdef(self, node: ast.ClassDef, scope: Scope) -> None:
        if own := own_layer(node):
            scope.values[node.name] = Name(own)
            return
        bases = [self.evaluate(base, scope) for base in node.bases]
        base = next((one for one in bases if isinstance(one, Class)), None)
        known = {one.dotted for one in bases if isinstance(one, Name)} & {"keras.Model", "keras.layers.Layer"}
        if base is None and not known and [one for one in bases if one != Name("builtins.object")]:
            origin = f" of {bases[0].dotted}" if isinstance(bases[0], Name) else ""
            scope.values[node.name] = Unknown(
                node.lineno, f"`{node.name}` is a class{origin}, and none of a Keras model or layer"
            )
            return
        kind: Kind = "model" if "keras.Model" in known else "layer" if known else base.kind if base else "plain"
        made = Class(node, Scope(scope), base, kind)
        scope.values[node.name] = made
        for part in node.body:
            if isinstance(part, ast.FunctionDef):
                made.scope.values[part.name] = self.function(part, scope)
                if any(isinstance(one, ast.Name) and one.id == "staticmethod" for one in part.decorator_list):
                    made.static.add(part.name)
            else:
                self.run([part], made.scope)

    # What cannot be decided.

    def _undecided(self, nodes: Sequence[ast.stmt], scope: Scope, at: ast.stmt, why: Unknown | str) -> None:
        """Pass over statements of which the text does not tell whether they are carried out; what they would set is unknown."""
        words = why if isinstance(why, str) else why.words
        if isinstance(why, Unknown) and why.told:
            raise ToldError
        self.pass_over(at)
        for call, owner in self._changes(nodes, scope):
            if isinstance(owner, Model | Layer | Instance):
                raise FaultError(
                    at.lineno,
                    f"{words}, and whether line {call.lineno} is carried out depends on it. Write only what is to be done.",
                )
        self._forget(nodes, scope, Unknown(at.lineno, words))

    def _forget(self, nodes: Sequence[ast.stmt], scope: Scope, unknown: Unknown) -> None:
        """What these statements would set is not known."""
        for part in self._walk(nodes):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                scope.values[part.id] = unknown
            elif isinstance(part, ast.FunctionDef | ast.ClassDef):
                scope.values[part.name] = unknown
        for call, owner in self._changes(nodes, scope):
            if isinstance(owner, list | dict):
                scope.values[_root(call)] = unknown

    def _changes(self, nodes: Sequence[ast.stmt], scope: Scope) -> Iterator[tuple[ast.expr, Any]]:
        """What statements would change in place: `model.add(...)`, `layer.trainable = ...`, `names.append(...)`."""
        for part in self._walk(nodes):
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

    def _walk(self, nodes: Sequence[ast.stmt]) -> Iterator[ast.AST]:
        for node in nodes:
            for part in ast.walk(node):
                self.budget.spend(node.lineno)
                yield part


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
