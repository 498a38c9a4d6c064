"""Blocks in a text: a function that names its layers f"{name}_...", or a layer class, and the loops that repeat them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from builder.graph import Block, Exposed
from builder.layers.blocks import BlockInput
from builder.layers.blocks import Instance as BlockInstance
from builder.names import fresh_names, snake_case
from builder.reading import fields
from builder.reading.assembly import in_order, names, parts
from builder.reading.calls import Calls
from builder.reading.models import needed
from builder.reading.trace import Trace, tensors
from builder.reading.values import (
    Class,
    FaultError,
    Function,
    Inner,
    Instance,
    Layer,
    Made,
    StopReadingError,
    Symbol,
    Tensor,
    ToldError,
    UsedAgainError,
    is_plain,
)


@dataclass(slots=True)
class Form:
    """What a function or class is as a block: None where it is none; `inputs` are its parameters that take tensors."""

    inputs: tuple[str, ...]
    block: Block | None = None
    values: dict[str, Any] = field(default_factory=dict)

    def arguments(self, given: Mapping[str, Any]) -> list[tuple[str, Tensor]]:
        """What is given for the inputs, by the ports of the block."""
        ports = self.block.signature().ports if self.block else ()
        return list(zip(ports, (given[name] for name in self.inputs), strict=True))


class Blocks(Calls):
    """Carries out calls; what is written as a block becomes one."""

    def __init__(self, written_out: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self.written_out = written_out  # classes whose objects are used more than once, and so are no blocks
        self.forms: dict[Function | Class, Form] = {}
        self.blocks: list[Block] = []  # each after those that it uses
        self.lines: dict[str, int] = {}

    def blocks_in_order(self) -> list[Block]:
        """The blocks as they stand in the text, if none of them uses one that stands behind it."""
        ordered = sorted(self.blocks, key=lambda block: self.lines[block.name])
        known: set[str] = set()
        for block in ordered:
            if any(isinstance(node.layer, BlockInstance) and node.layer.block not in known for node in block.nodes):
                return self.blocks
            known.add(block.name)
        return ordered

    def carry_out(
        self, function: Function, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, instance: Any = None
    ) -> Any:
        """A function of the text: an instance of a block, or carried out where it is called."""
        if instance is None and names_its_layers(function):
            made = self.instance_of(function, args, kwargs, line)
            if made is not None:
                return made
        return super().carry_out(function, args, kwargs, line, instance)

    def of_instance(self, instance: Instance, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """`unit(x)`: an instance of a block where the class is one of a layer, else what its `call` does."""
        if instance.cls.kind == "layer":
            made = self.layer_object(instance, args, kwargs, line)
            if made is not None:
                return made
        return super().of_instance(instance, args, kwargs, line)

    # Instances.

    def instance_of(
        self,
        function: Function,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        line: int,
        repeat: int | Symbol = 1,
    ) -> Any:
        """A call of a block's function; None where the function cannot be a block."""
        given = self._arguments(function, args, kwargs, line)
        name = given.pop("name")
        if not isinstance(name, str) or (self.careful and not isinstance(name, Inner)):
            return None
        form = self._form(function, given, lambda values: self._returned(function, values))
        layer = self._made_of(form, given, line, repeat)
        if layer is None:
            return None
        function.called = True
        layer.name = name
        return self.trace.use(layer, form.arguments(given), {}, line)

    def layer_object(
        self, instance: Instance, args: tuple[Any, ...], kwargs: dict[str, Any], line: int, repeat: int | Symbol = 1
    ) -> Any:
        """A call of an object of a layer class; None where the class cannot be a block."""
        if instance.cls.name in self.written_out:
            return None
        start, method = instance.cls.method("__init__"), instance.cls.method("call")
        if method is None or instance.cls.method("build") or not all(isinstance(one, Tensor) for one in args):
            return None
        given: dict[str, Any] = {}
        if start is not None:
            given = self._arguments(start, (instance, *instance.given[0]), instance.given[1], line)
            for passed in (*start.node.args.args[:1], start.node.args.kwarg):
                if passed is not None:
                    given.pop(passed.arg, None)
        places = [one.arg for one in method.node.args.args[1:]][: len(args)]
        if kwargs.keys() - {"training", "mask"} or len(places) < len(args) or set(places) & set(given):
            return None
        given |= dict(zip(places, args, strict=True))
        form = self._form(instance.cls, given, lambda values: self._called(instance, values, places, line))
        layer = self._made_of(form, given, line, repeat)
        if layer is None:
            return None
        if instance.used:
            raise UsedAgainError(instance.cls.name)
        instance.used = True
        layer.name, layer.variable = instance.name, instance.variable
        layer.automatic = self.trace.automatic(instance.cls.name)
        if instance.variable is not None:
            self.trace.assigned["Layer", instance.variable] = self.trace.assigned["Instance", instance.variable]
        return self.trace.use(layer, form.arguments(given), {}, line)

    def _called(self, instance: Instance, values: dict[str, Any], places: Sequence[str], line: int) -> Any:
        """What an object of the class returns, made with parameters and called on the inputs of a block."""
        kwargs = {name: value for name, value in values.items() if name not in places}
        return self.called(
            self.make(instance.cls, (), kwargs, line), tuple(values[place] for place in places), {}, line
        )

    def _returned(self, function: Function, values: dict[str, Any]) -> Any:
        return super().carry_out(function, (), {**values, "name": Symbol("name")}, function.node.lineno)

    def _made_of(self, form: Form, given: Mapping[str, Any], line: int, repeat: int | Symbol) -> Layer | None:
        """The instance of a block with the values that are given, where they differ from its own."""
        inputs = tuple(name for name, value in given.items() if isinstance(value, Tensor))
        if form.block is None or inputs != form.inputs:
            return None
        values: dict[str, Any] = {}
        symbols: dict[str, str] = {}
        try:
            for one in form.block.exposes:
                value = given[one.name]
                if isinstance(value, Symbol):
                    symbols[one.name] = value.name
                value = self._held(form.block, one, value, line)
                if value != form.values[one.name]:
                    values[one.name] = value
            if isinstance(repeat, Symbol):
                symbols["repeat"], repeat = repeat.name, repeat.value
            spec = BlockInstance(block=form.block.name, values=values, repeat=repeat)
        except (ValidationError, FaultError, ToldError):
            return None
        return Layer(spec, line, form.block.signature(), symbols=symbols)

    def _held(self, block: Block, exposed: Exposed, value: Any, line: int) -> Any:
        """A value as the layers hold it that take it."""
        place, name = exposed.places[0]
        layer = next(node.layer for node in block.nodes if node.id == place)
        if isinstance(layer, BlockInstance) and name != "repeat":
            inner = next(one for one in self.blocks if one.name == layer.block)
            return self._held(inner, next(one for one in inner.exposes if one.name == name), value, line)
        return fields.field(type(layer), name, value, line)

    # Blocks.

    def _form(self, source: Function | Class, given: Mapping[str, Any], call: Callable[[dict[str, Any]], Any]) -> Form:
        """The block that a function or class is, found when it is called for the first time."""
        if source not in self.forms:
            form = self.forms[source] = Form(tuple(name for name, value in given.items() if isinstance(value, Tensor)))
            plain = all(is_plain(value) or isinstance(value, Tensor | Symbol) for value in given.values())
            if form.inputs and plain:
                outer, careful, self.trace, self.careful = self.trace, self.careful, Trace(self.budget), True
                try:
                    self._read_block(form, source, given, call)
                    outer.notes |= self.trace.notes
                except StopReadingError:
                    raise
                except (FaultError, ToldError, ValidationError):
                    form.block = None
                finally:
                    self.trace, self.careful = outer, careful
        return self.forms[source]

    def _read_block(
        self, form: Form, source: Function | Class, given: Mapping[str, Any], call: Callable[[dict[str, Any]], Any]
    ) -> None:
        line = source.node.lineno
        start = source if isinstance(source, Function) else source.method("__init__")
        defaults = start.defaults if start else {}
        values: dict[str, Any] = {}
        for name, value in given.items():
            if name in form.inputs:
                layer = Layer(BlockInput(), line, BlockInput().signature(), name=Inner(name))
                values[name] = self.trace.use(layer, (), {}, line)
            else:
                known = value.value if isinstance(value, Symbol) else value
                values[name] = Symbol(name, defaults.get(name, known))
        returned = call(values)
        outputs = tensors(returned, "what a block returns", line)
        made = _inside(self.trace, outputs, [values[name].made for name in form.inputs], isinstance(source, Function))
        nodes, edges = parts(self.trace, made)
        ids = names(self.trace, made)
        exposes = tuple(
            Exposed(name=name, places=places)
            for name in given
            if (places := tuple((ids[one], at) for one in made for at, by in _symbols(one).items() if by == name))
        )
        title = next(fresh_names([_title(source)], {block.name for block in self.blocks}))
        form.block = Block(name=title, nodes=nodes, edges=edges, exposes=exposes)
        form.values = {one.name: self._held(form.block, one, values[one.name], line) for one in exposes}
        self.blocks.append(form.block)
        self.lines[title] = line


def names_its_layers(function: Function) -> bool:
    """Whether this is written as Layerloom writes a block: `def unit(x, filters=64, *, name)`."""
    declared = function.node.args
    only_name = [one.arg for one in declared.kwonlyargs] == ["name"] and "name" not in function.defaults
    return only_name and not (declared.vararg or declared.kwarg) and bool(declared.posonlyargs or declared.args)


def _inside(trace: Trace, outputs: list[Tensor], inputs: list[Made], named: bool) -> list[Made]:
    """The calls inside a block, what it returns last.

    Raises:
        FaultError: it is none: it uses tensors from outside, returns what it uses itself, or names its layers otherwise.
    """
    ends = [tensor.made for tensor in outputs]
    wanted = {*needed(outputs, set(), trace.made), *inputs}
    made = [one for one in trace.made if one in wanted]
    known, used = set(made), {tensor.made for one in made for _, tensor in one.arguments}
    fits = (
        all(tensor.made in known for one in made for _, tensor in one.arguments)
        and len(set(ends)) == len(ends)
        and not any(tensor.part or tensor.made in used or tensor.made in inputs for tensor in outputs)
        and not any(
            one.layer and isinstance(one.layer.spec, BlockInstance) and len(one.layer.signature.outputs) > 1
            for one in ends
        )
        and all(one.layer is not None and (not named or isinstance(one.layer.name, Inner)) for one in made)
    )
    if not fits:
        raise FaultError(0, "This is no block.")
    return in_order(made, ends)


def _symbols(made: Made) -> dict[str, str]:
    """Field -> parameter, of a layer where it is made."""
    return made.layer.symbols if made.layer is not None and made.layer.uses[0] is made else {}


def _title(source: Function | Class) -> str:
    """The name of a block."""
    if isinstance(source, Function):
        return source.name
    return snake_case(source.node.name.removesuffix("Block") or source.node.name).strip("_")
