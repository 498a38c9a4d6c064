"""Lists, texts, comprehensions and the places in them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from builder import cutting
from builder.layers.base import LayerSpec
from builder.reading import arrays, models, plain
from builder.reading.channels import channels, rank
from builder.reading.expressions import UNKNOWN_SHAPE, Expressions
from builder.reading.values import (
    FaultError,
    Inner,
    Inside,
    Name,
    Part,
    Scope,
    Shape,
    Symbol,
    Tensor,
    Unknown,
    is_plain,
)
from builder.reading.written import written

NEW_AXIS = {"tensorflow.newaxis", "numpy.newaxis"}


class Literals(Expressions):
    """Evaluates what is made of several values."""

    def _list(self, node: ast.List | ast.Tuple, scope: Scope) -> Any:
        items: list[Any] = []
        for one in node.elts:
            if isinstance(one, ast.Starred):
                value = self.evaluate(one.value, scope)
                if not is_plain(value) or isinstance(value, int | float | None):
                    return value if isinstance(value, Unknown) else self.unread(node)
                items += self.budget.items(value, node.lineno)
            else:
                items.append(self.evaluate(one, scope))
        return items

    def _tuple(self, node: ast.Tuple, scope: Scope) -> Any:
        items = self._list(node, scope)
        return tuple(items) if isinstance(items, list) else items

    def _dict(self, node: ast.Dict, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        for key, value_node in zip(node.keys, node.values, strict=True):
            value = self.evaluate(value_node, scope)
            if key is None:
                if not isinstance(value, dict):
                    return value if isinstance(value, Unknown) else self.unread(node)
                found |= value
                self.budget.spend(node.lineno, len(value))
                continue
            known = self.evaluate(key, scope)
            if isinstance(known, Unknown):
                return known
            self._put(found, known, value, node.lineno)
        return found

    def _put(self, into: dict[Any, Any], key: Any, value: Any, line: int) -> None:
        self.budget.weigh(key, line)
        try:
            into[key] = value
        except TypeError as error:
            raise FaultError(line, f"Python itself would stop here: {error}.") from None

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        owner = self.evaluate(node.value, scope)
        if (isinstance(owner, Tensor) and owner.made.layer is not None) or _is_array(owner):
            return self._part(owner, node, scope)
        key = self._key(node.slice, scope)
        for value in (owner, key):
            if isinstance(value, Unknown):
                return value
        if isinstance(owner, Tensor):  # one of several inputs that come as a list
            return self.unread(node, "takes a part of the input")
        if isinstance(owner, Shape):
            count = channels(owner.tensor) if key == -1 else None
            return self.unread(node, UNKNOWN_SHAPE) if count is None else count
        if isinstance(owner, Inside):
            return self._cut(owner[0], key, node)
        if not is_plain(owner):
            return self.unread(node)
        self.budget.weigh(key, node.lineno)
        try:
            found = owner[key]
        except (LookupError, TypeError, ValueError) as error:
            raise FaultError(
                node.lineno, f"`{written(node)}`: Python itself would stop here: {str(error)[:200]}."
            ) from None
        if isinstance(found, list | str | tuple):
            self.budget.spend(node.lineno, len(found) // 8)
        return found

    def _part(self, owner: Any, node: ast.Subscript, scope: Scope) -> Any:
        """`x[:, -1]` of a tensor, which are layers, or of an array, of which only the shape is known."""
        listed = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        keys = [self._place(one, scope) for one in listed]
        if unknown := next((one for one in keys if isinstance(one, Unknown)), None):
            return unknown
        if isinstance(owner, Unknown):
            return arrays.part(owner, tuple(keys))
        layers = cutting.taken([cutting.ELLIPSIS if one is ... else one for one in keys], rank(owner))
        if layers is None:
            return self.unread(node, "takes a part of a tensor, which no layer here does")
        return self.through(owner, layers, node.lineno)

    def _place(self, node: ast.expr, scope: Scope) -> Any:
        """A place, a slice of them, None for a new axis, Ellipsis."""
        if isinstance(node, ast.Constant) and node.value is ...:
            return ...
        value = self._key(node, scope)
        return None if isinstance(value, Name) and value.dotted in NEW_AXIS else value

    def through(self, tensor: Tensor, layers: Sequence[LayerSpec], line: int) -> Any:
        """What comes of a tensor in some layers, one after the other."""
        for spec in layers:
            given = {name: getattr(spec, name) for name in type(spec).model_fields if name != "type"}
            tensor = self.trace.call(self.trace.layer(spec.type, (), given, line), (tensor,), {}, line)
        return tensor

    def _cut(self, whole: Part, key: Any, node: ast.Subscript) -> Any:
        """`backbone.layers[:-20]`, `backbone.layers[-20:]`."""
        match key:
            case slice(start=None, stop=int(stop), step=None) if stop < 0:
                return Inside([Part(whole.layer, -stop)])
            case slice(start=int(start), stop=None, step=None) if start < 0:
                return Inside([Part(whole.layer, -start, at_end=True)])
            case slice(start=None, stop=None, step=None):
                return Inside([whole])
        models.single_layers(self.trace, whole.layer, node.lineno)
        return self.unread(node)

    def _key(self, node: ast.expr, scope: Scope) -> Any:
        if not isinstance(node, ast.Slice):
            return self.evaluate(node, scope)
        ends = [self.evaluate(end, scope) if end else None for end in (node.lower, node.upper, node.step)]
        unknown = next((end for end in ends if isinstance(end, Unknown)), None)
        return unknown or slice(*ends)

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        text, inner = "", False
        for number, part in enumerate(node.values):
            value = self.evaluate(part, scope)
            if number == 0 and isinstance(value, Symbol) and value.name == "name":
                inner = True  # f"{name}_conv1": the name of a layer inside a block
                continue
            if not isinstance(value, str):
                return value if isinstance(value, Unknown) else self.unread(node)
            self.budget.spend(node.lineno, len(value) // 8)
            text += value
        return Inner(text.removeprefix("_")) if inner and text.startswith("_") else text

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> Any:
        value = self.evaluate(node.value, scope)
        if isinstance(value, Symbol) and value.name == "name":
            return value
        spec = self.evaluate(node.format_spec, scope) if node.format_spec else ""
        for one in (value, spec):
            if isinstance(one, Unknown):
                return one
        if not is_plain(value):
            return self.unread(node.value, "cannot be part of a name")
        return plain.shown(value, spec, node.conversion, node.lineno, self.budget)

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, scope: Scope) -> Any:
        items: list[Any] = []
        inner = Scope(scope, comprehension=True)
        unknown = self._turns(node.generators, inner, lambda: items.append(self.evaluate(node.elt, inner)))
        return unknown or items

    _generatorexp = _setcomp = _listcomp

    def _dictcomp(self, node: ast.DictComp, scope: Scope) -> Any:
        found: dict[Any, Any] = {}
        inner = Scope(scope, comprehension=True)
        unknown = self._turns(
            node.generators,
            inner,
            lambda: self._put(found, self.evaluate(node.key, inner), self.evaluate(node.value, inner), node.lineno),
        )
        return unknown or found

    def _turns(self, generators: list[ast.comprehension], scope: Scope, then: Any) -> Unknown | None:
        if not generators:
            then()
            return None
        first, *rest = generators
        value = self.evaluate(first.iter, scope)
        if not is_plain(value) or isinstance(value, int | float | None):
            return value if isinstance(value, Unknown) else self.unread(first.iter)
        for item in self.budget.items(value, first.iter.lineno):
            self.bind(first.target, item, scope)
            truths = [self.truth(condition, scope) for condition in first.ifs]
            if unknown := next((truth for truth in truths if isinstance(truth, Unknown)), None):
                return unknown
            if all(truths) and (unknown := self._turns(rest, scope, then)):
                return unknown
        return None


def _is_array(value: Any) -> bool:
    return isinstance(value, Unknown) and value.shape is not None
