"""What every layer of the palette is: a Spec with ports, outputs, and a place in the registry `LAYERS`."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from builder.call import Call, Spec

# Every layer that a person can pick, by the name that Keras gives its class. Filled as the family files are imported.
LAYERS: dict[str, type[LayerSpec]] = {}


class LayerSpec(Spec, abstract=True):
    """A layer as a person configures it; subclassing it in a family file adds it to the palette.

    `ports` names what the layer is called with: one port is passed by position, several by keyword, `None` stands for
    any number of tensors in one list (Add), and `()` for none (Input). Ports in `optional_ports` may stay unconnected.
    """

    namespace: ClassVar[str] = "keras.layers"
    ports: ClassVar[tuple[str, ...] | None] = ("inputs",)
    optional_ports: ClassVar[frozenset[str]] = frozenset()

    def __init_subclass__(cls, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(abstract=abstract, **kwargs)
        if not abstract:
            LAYERS[cls.__name__] = cls

    @classmethod
    def family(cls) -> str:
        """The palette group: the name of the file that the class stands in, `convolutional` for Conv2D."""
        return cls.__module__.rpartition(".")[2]

    @classmethod
    def tooltip(cls) -> str:
        """The first sentence of the docstring."""
        return inspect.cleandoc(cls.__doc__ or "").partition("\n")[0]

    @classmethod
    def example(cls) -> LayerSpec:
        """The layer as it comes from the palette: the first of `examples` where a field has some, else Keras's default."""
        return cls(**{name: field.examples[0] for name, field in cls.model_fields.items() if field.examples})

    def outputs(self) -> tuple[str, ...]:
        """The names of what the layer returns; more than one for an RNN with `return_state`."""
        return ("output",)

    def summary(self) -> str:
        """The parameters that matter, as a node shows them: `32 @ 3x3, relu`."""
        required = [getattr(self, name) for name, field in type(self).model_fields.items() if field.is_required()]
        return listed(*required, self.activation_name())

    def activation_name(self) -> str | None:
        """The activation, where the layer has one that does something."""
        activation = getattr(self, "activation", None)
        return None if activation in (None, "linear") else str(activation)

    def attributes(self) -> tuple[tuple[str, bool], ...]:
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


def layer_call(layer: LayerSpec, name: str) -> Call:
    """The call that makes `layer` under the name of its node."""
    return layer.call().with_kwargs(name=name)


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
