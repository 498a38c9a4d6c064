"""Expressions of a text: each comes to a value, or to an Unknown that says why it does not."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from builder.reading import arrays, models, names, plain
from builder.reading.trace import Trace
from builder.reading.values import (
    NOT_TRAINING,
    TRAINING,
    Bound,
    Class,
    FaultError,
    Function,
    Instance,
    Layer,
    Model,
    Name,
    Noise,
    Scope,
    Shape,
    Super,
    Symbol,
    Tensor,
    Unknown,
    is_plain,
)
from builder.reading.written import written

MAX_DEPTH = 60  # of expressions in one another
UNKNOWN_SHAPE = "is known only when Keras computes it"
TENSOR_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.MatMult: "matmul",
}


class Expressions:
    """Evaluates expressions; `Statements` adds what they are part of."""

    def __init__(self) -> None:
        self.budget = plain.Budget()
        self.trace = Trace(self.budget)
        self.stars: list[str] = []  # modules of which everything is imported
        self.lenient: set[str] = set()
        self.depth = 0

    def call(self, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call, scope: Scope) -> Any:
        """What a call comes to."""
        raise NotImplementedError

    def bind(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Give a value to what stands left of an equals sign."""
        raise NotImplementedError

    def function(self, node: ast.FunctionDef | ast.Lambda, scope: Scope) -> Function:
        """A function of the text."""
        arguments = node.args
        places = [*arguments.posonlyargs, *arguments.args]
        defaults = dict(
            zip((one.arg for one in places[len(places) - len(arguments.defaults) :]), arguments.defaults, strict=True)
        )
        defaults |= {
            one.arg: value for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if value
        }
        return Function(node, scope, {name: self.evaluate(value, scope) for name, value in defaults.items()})

    def evaluate(self, node: ast.expr, scope: Scope) -> Any:
        """The value of an expression.

        Raises:
            FaultError: it matters and cannot be read.
            ToldError: it needs something that a fault has been told of.
        """
        self.budget.spend(node.lineno)
        self.depth += 1
        try:
            if self.depth > MAX_DEPTH:
                raise FaultError(
                    node.lineno,
                    f"Expressions stand more than {MAX_DEPTH} deep in one another. Write them in several lines.",
                )
            read = getattr(self, f"_{type(node).__name__.lower()}", None)
            return read(node, scope) if read else self.unread(node)
        finally:
            self.depth -= 1

    def unread(self, node: ast.expr, why: str = "is not computed, because the text is read and never run") -> Unknown:
        """An expression that the text alone does not answer."""
        return Unknown(node.lineno, f"`{written(node)}` {why}")

    def truth(self, node: ast.expr, scope: Scope) -> bool | Unknown:
        """Whether a condition holds; unknown where the text does not tell."""
        return self._truth(self.evaluate(node, scope), node)

    def _truth(self, value: Any, node: ast.expr) -> bool | Unknown:
        if isinstance(value, Unknown | Symbol):
            return value if isinstance(value, Unknown) else self.unread(node)
        return bool(value) if is_plain(value) else True

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value if is_plain(node.value) else self.unread(node)

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        try:
            return scope.find(node.id)
        except KeyError:
            pass
        return self._not_bound(node)

    def _not_bound(self, node: ast.Name) -> Any:
        found = names.built_in(node.id) or next(
            (one for module in self.stars if (one := names.starred(node.id, module))), None
        )
        if found is None and (found := names.usual(node.id)):
            if node.id not in self.lenient:
                self.trace.note(node.lineno, f"{node.id} is not imported here; it is taken as Keras's own.")
            self.lenient.add(node.id)
        return found or Unknown(node.lineno, f"`{node.id}` is not defined before this line")

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self.attribute(self.evaluate(node.value, scope), node, scope)

    def attribute(self, owner: Any, node: ast.Attribute, scope: Scope) -> Any:
        """What `owner.name` comes to."""
        name, line = node.attr, node.lineno
        match owner:
            case Unknown() if owner.shape is not None:
                told = arrays.attribute(owner, name)
                return Bound(owner, name) if told is NotImplemented else told
            case Unknown():
                return owner
            case Name():
                found = names.attribute(owner, name)
                return plain.NUMBERS.get(found.dotted, found)
            case Layer() | Model():
                told = models.attribute(self.trace, owner, name, line)
                return Bound(owner, name) if told is NotImplemented else told
            case Instance():
                return self._of_instance(owner, node)
            case Super():
                method = owner.base.method(name) if owner.base else None
                return Bound(owner.instance, name, method)
            case Class():
                holder = owner.holder(name)
                return holder.scope.values[name] if holder else self.unread(node)
            case Tensor():
                return Shape(owner) if name == "shape" else self.unread(node, "cannot be read")
        if is_plain(owner) and any(isinstance(owner, kind) and name in known for kind, known in plain.METHODS.items()):
            return Bound(owner, name)
        return self.unread(node)

    def _of_instance(self, owner: Instance, node: ast.Attribute) -> Any:
        if node.attr in owner.attributes:
            return owner.attributes[node.attr]
        if holder := owner.cls.holder(node.attr):
            found = holder.scope.values[node.attr]
            plain_function = not isinstance(found, Function) or node.attr in holder.static
            return found if plain_function else Bound(owner, node.attr, found)
        if owner.model is not None:
            told = models.attribute(self.trace, owner.model, node.attr, node.lineno)
            if told is not NotImplemented:
                return told
        return Bound(owner, node.attr)

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        function = self.evaluate(node.func, scope)
        args: list[Any] = []
        for one in node.args:
            if isinstance(one, ast.Starred):
                value = self.evaluate(one.value, scope)
                if not is_plain(value):
                    return value if isinstance(value, Unknown) else self.unread(node)
                args += self.budget.items(value, node.lineno)
            else:
                args.append(self.evaluate(one, scope))
        kwargs: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.evaluate(keyword.value, scope)
            if keyword.arg is not None:
                kwargs[keyword.arg] = value
            elif isinstance(value, dict) and all(isinstance(name, str) for name in value):
                kwargs |= value
            else:
                return value if isinstance(value, Unknown) else self.unread(node)
        return self.call(function, tuple(args), kwargs, node, scope)

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        return self.binary(node, self.evaluate(node.left, scope), self.evaluate(node.right, scope))

    def binary(self, node: ast.BinOp | ast.AugAssign, left: Any, right: Any) -> Any:
        """`left + right`: of numbers, or of tensors, which is a layer."""
        kind, line = type(node.op), node.lineno
        if isinstance(left, Noise) or isinstance(right, Noise):
            return self.drawn(kind, left, right, line)
        for value in (left, right):
            if isinstance(value, Unknown):
                return value
        if isinstance(left, Tensor) or isinstance(right, Tensor):
            return self.operation(TENSOR_OPERATORS.get(kind, ""), [left, right], {}, line)
        if is_plain(left) and is_plain(right):
            return plain.operate(kind, (left, right), line, self.budget)
        return Unknown(line, "What comes of this operation is not known")

    def operation(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], line: int) -> Any:
        """What an operation on tensors comes to, such as `power` of a tensor and a number; see `builder.operations`."""
        raise NotImplementedError

    def drawn(self, kind: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        """What an expression with random numbers comes to."""
        raise NotImplementedError

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        if isinstance(node.op, ast.Not):
            truth = self.truth(node.operand, scope)
            if isinstance(truth, Unknown):
                return {TRAINING: NOT_TRAINING, NOT_TRAINING: TRAINING}.get(truth, truth)
            return not truth
        value = self.evaluate(node.operand, scope)
        if isinstance(value, Unknown):
            return value
        if isinstance(value, Tensor) and isinstance(node.op, ast.USub):
            return self.operation("negative", [value], {}, node.lineno)
        return (
            plain.operate(type(node.op), (value,), node.lineno, self.budget) if is_plain(value) else self.unread(node)
        )

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        ends = isinstance(node.op, ast.Or)
        value: Any = None
        for part in node.values:
            value = self.evaluate(part, scope)
            truth = self._truth(value, part)
            if isinstance(truth, Unknown):
                return truth
            if truth == ends:
                return value
        return value

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left = self.evaluate(node.left, scope)
        for operation, part in zip(node.ops, node.comparators, strict=True):
            right = self.evaluate(part, scope)
            holds = self._compared(operation, left, right, node.lineno)
            if isinstance(holds, Unknown) or not holds:
                return holds
            left = right
        return True

    def _compared(self, operation: ast.cmpop, left: Any, right: Any, line: int) -> Any:
        if left is TRAINING and not (right is True and isinstance(operation, ast.Is | ast.Eq)):
            return Unknown(line, TRAINING.words)
        for value in (left, right):
            if isinstance(value, Unknown):
                return value
            if isinstance(value, Symbol):
                return Unknown(line, f"The parameter {value.name} is open here")
        if isinstance(operation, ast.Is | ast.IsNot):
            return (left is right or (isinstance(left, Name) and left == right)) == isinstance(operation, ast.Is)
        if is_plain(left) and is_plain(right):
            return plain.operate(type(operation), (left, right), line, self.budget)
        if isinstance(operation, ast.Eq | ast.NotEq) and not any(
            isinstance(one, Bound | Shape) for one in (left, right)
        ):
            return (left == right) == isinstance(operation, ast.Eq)
        return Unknown(line, "What comes of this comparison is not known")

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        truth = self.truth(node.test, scope)
        if truth is TRAINING or truth is NOT_TRAINING:
            then, otherwise = (node.body, node.orelse) if truth is TRAINING else (node.orelse, node.body)
            with self.trace.only_while_training(node.lineno):
                return (
                    self.evaluate(then, scope) if isinstance(otherwise, ast.Name) else Unknown(node.lineno, truth.words)
                )
        return truth if isinstance(truth, Unknown) else self.evaluate(node.body if truth else node.orelse, scope)

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.evaluate(node.value, scope)
        self.bind(node.target, value, scope)
        return value

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return self.function(node, scope)
