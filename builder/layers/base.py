"""What every layer of the palette is: a Spec with ports, outputs, and a place in the registry `LAYERS`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from builder.call import NO_SYMBOLS, Call, Expression, Spec


@dataclass(frozen=True, slots=True)
class Signature:
    """What a layer or a block is called with, and what it returns.

    `ports` are its inputs by name; those in `optional` may stay free, those in `lists` take any number of tensors. With
    `as_list` all go into one list by position, with `by_place` each by its position.
    """

    ports: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    as_list: bool = False
    by_place: bool = False
    outputs: tuple[str, ...] = ("output",)

    @property
    def first(self) -> str | None:
        """Where a new connection goes when nobody says where; None for what takes no input."""
        return next(iter(self.ports), None)

    @property
    def needed(self) -> tuple[str, ...]:
        """The ports that must be connected."""
        return tuple(port for port in self.ports if port not in self.optional)


@dataclass(frozen=True, slots=True)
class Setting:
    """An attribute that is set after a layer is made: on itself, or with `last` on all layers inside but that many at the end."""

    name: str
    value: bool
    last: int | None = None

    def written(self, layer: str, part: str) -> str:
        """The lines that set it.

        Args:
            layer: the expression for the layer.
            part: a free name for each of the layers inside.
        """
        if self.last is None:
            return f"{layer}.{self.name} = {self.value!r}"
        return f"for {part} in {layer}.layers[:-{self.last}]:\n    {part}.{self.name} = {self.value!r}"

    def put(self, layer: Any) -> None:
        """Set it on a layer of Keras."""
        for one in [layer] if self.last is None else layer.layers[: -self.last]:
            setattr(one, self.name, self.value)


# Every layer that a person can pick, by the name that Keras gives its class. Filled as the family files are imported.
LAYERS: dict[str, type[LayerSpec]] = {}


class LayerSpec(Spec, abstract=True):
    """A layer as a person configures it; subclassing it in a family file adds it to the palette.

    `ports` names what the layer is called with: a first port `inputs` is passed by position, the others by keyword,
    `None` stands for any number of tensors in one list (Add), and `()` for none (Input). Ports in `optional_ports` may
    stay unconnected; those in `list_ports` take any number of tensors (initial_state). With `as_list` all of them go into
    one list (Attention). Fields in `at_call` are written where the layer is called, not where it is made. What is not
    `offered` stands in documents but not on the palette; what is not `shareable` cannot be used once more by another node.
    """

    namespace: ClassVar[str] = "keras.layers"
    ports: ClassVar[tuple[str, ...] | None] = ("inputs",)
    optional_ports: ClassVar[frozenset[str]] = frozenset()
    list_ports: ClassVar[frozenset[str]] = frozenset()
    as_list: ClassVar[bool] = False
    offered: ClassVar[bool] = True
    shareable: ClassVar[bool] = True

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(abstract=abstract, **kwargs)
        if not abstract and cls.offered:
            LAYERS[cls.__name__] = cls

    @classmethod
    def family(cls) -> str:
        """The palette group: the name of the file or folder that the class stands in, `convolutional` for Conv2D."""
        return cls.__module__.removeprefix("builder.layers.").partition(".")[0]

    @classmethod
    def tooltip(cls) -> str:
        """The first sentence of the docstring."""
        return inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]

    @classmethod
    def example(cls) -> LayerSpec:
        """The layer as it comes from the palette: the first of `examples` where a field has some, else Keras's default."""
        return cls(**cls.example_values())

    @classmethod
    def example_values(cls) -> dict[str, Any]:
        """The values of `example` that are not Keras's defaults."""
        return {name: field.examples[0] for name, field in cls.model_fields.items() if field.examples}

    def outputs(self) -> tuple[str, ...]:
        """The names of what the layer returns; more than one for an RNN with `return_state`."""
        return ("output",)

    def signature(self) -> Signature:
        """What goes in and what comes out."""
        if self.ports is None:
            return Signature(("inputs",), lists=frozenset({"inputs"}), outputs=self.outputs())
        return Signature(self.ports, self.optional_ports, self.list_ports, self.as_list, outputs=self.outputs())

    def summary(self) -> str:
        """The parameters that matter, as a node shows them: `32 @ 3x3, relu`."""
        required = [getattr(self, name) for name, field in type(self).model_fields.items() if field.is_required()]
        return listed(*required, self.activation_name())

    def activation_name(self) -> str | None:
        """The activation, where the layer has one that does something."""
        activation = getattr(self, "activation", None)
        return None if activation in (None, "linear") else str(activation)

    def options(self, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> tuple[tuple[str, Any], ...]:
        """What is written where the layer is called beside its tensors: the fields in `at_call` that differ from their default."""
        fields = type(self).model_fields
        given = ((name, symbols.get(name, getattr(self, name))) for name in fields if name in self.at_call)
        return tuple((name, value) for name, value in given if value != fields[name].default)

    def settings(self) -> tuple[Setting, ...]:
        """What is set on the layer after it is made, such as `trainable` on a backbone that takes no such argument."""
        return ()


class Weighted(LayerSpec, abstract=True):
    """A layer with weights of its own, which can be frozen: its last field is `trainable`."""

    if TYPE_CHECKING:
        trainable: bool = True

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(abstract=abstract, **kwargs)
        if not abstract:  # added here and not inherited, so that it comes after the fields of Keras's own signature
            cls.__annotations__["trainable"] = bool
            cls.trainable = Field(True, description="Off: the weights stay as they are while training.")


def layer_call(layer: LayerSpec, name: str | Expression, symbols: Mapping[str, Expression] = NO_SYMBOLS) -> Call:
    """The call that makes `layer` under the name of its node."""
    return layer.call(symbols).with_kwargs(name=name)


def listed(*values: object) -> str:
    """What a node shows of some values: `32, 3x3`; None is left out."""
    return ", ".join(brief(value) for value in values if value is not None)


def brief(value: object) -> str:
    """One value as a node shows it: `3x3`, `?x28`, `LSTM 64`."""
    if isinstance(value, tuple):
        return "x".join("?" if item is None else str(item) for item in value)
    if isinstance(value, LayerSpec):
        return f"{value.type} {value.summary()}".strip()
    if isinstance(value, Spec):
        return value.type
    return str(value)
