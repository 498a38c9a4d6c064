"""What a text has made so far: layers, their calls, models; and what a person is told about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from builder.graph import MAX_NODES
from builder.layers.base import LAYERS, LayerSpec, Signature
from builder.layers.core import Input
from builder.names import base_name
from builder.reading import fields
from builder.reading.plain import Budget
from builder.reading.values import FaultError, Layer, Made, Model, Name, StopReadingError, Symbol, Tensor, Unknown

MOST_NOTES = 100
LAYER_STEPS = 20  # what it costs to make a layer, next to a step of Python
# What a layer may be told when it is called and that changes nothing in a network that is trained and used as usual.
ONLY_TRAINING = {"regularization", "augmentation", "colors"}  # families whose layers pass everything on otherwise
IN_PASSING = {"training", "mask"}
INPUT_ORDER = ("shape", "batch_size", "dtype", "sparse", "batch_shape", "name")
# What Keras calls the first input of some layers.
FIRST = {"x", "sequences", "sequence"}


class Trace:
    """One network, or the inside of one block, as far as the text has made it."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.made: list[Made] = []
        self.models: list[Model] = []
        self.counted: Counter[str] = Counter()
        self.assigned: Counter[tuple[str, str]] = Counter()
        self.notes: dict[tuple[int, str], None] = {}

    def look(self, line: int) -> None:
        """Count the steps of going through all that has been made."""
        self.budget.spend(line, 1 + len(self.made) // 10)

    def note(self, line: int, words: str) -> None:
        """Tell something once."""
        if len(self.notes) < MOST_NOTES:
            self.notes[line, words] = None

    def automatic(self, layer_type: str) -> str:
        """The name that Keras gives the next layer of this type."""
        base = base_name(layer_type)
        self.counted[base] += 1
        return base if self.counted[base] == 1 else f"{base}_{self.counted[base] - 1}"

    def layer(self, layer_type: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], line: int) -> Layer:
        """A layer of the palette, made as the text says.

        Raises:
            FaultError: it cannot be.
        """
        self.budget.spend(line, LAYER_STEPS)
        cls = LAYERS[layer_type]
        given = dict(kwargs)
        name = self._name(given.pop("name", None), line)
        shape = _example_shape(cls, given, line)
        spec, symbols = fields.spec(cls, args, given, line)
        layer = Layer(spec, line, spec.signature(), name, shape=shape, symbols=symbols)
        layer.trainable = getattr(spec, "trainable", True)
        if name is None:
            layer.automatic = self.automatic(layer_type)
        return layer

    def input(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], line: int) -> Tensor:
        """What `keras.Input(...)` returns."""
        given = dict(zip(INPUT_ORDER, args, strict=False)) | dict(kwargs)
        if "input_shape" in given:
            given["shape"] = given.pop("input_shape")
        batch = given.pop("batch_shape", None) or given.pop("batch_input_shape", None)
        if batch is not None:
            batch = fields.known(batch, "batch_shape of Input", line)
            given["shape"] = batch[1:] if isinstance(batch, tuple) else batch
        given["dtype"] = _kind_of_number(self, fields.known(given.get("dtype"), "dtype of Input", line), line)
        tensor: Tensor = self.use(self.layer("Input", (), given, line), (), {}, line)
        return tensor

    def input_of(self, shape: tuple[int | None, ...], line: int, dtype: str | None = None) -> Tensor:
        """The Input that Keras adds where the first layer of a model tells the shape."""
        return self.input((), {"shape": shape, **({"dtype": dtype} if dtype else {})}, line)

    def open_input(self, line: int, variable: str | None = None) -> Tensor:
        """A tensor from outside whose shape the text does not tell."""
        made = Made(None, line, variable=variable)
        self.made.append(made)
        return Tensor(made)

    def use(self, layer: Layer, arguments: Sequence[tuple[str, Tensor]], options: Mapping[str, Any], line: int) -> Any:
        """The call of a layer: a tensor, or a tuple of them.

        Raises:
            StopReadingError: the network has become too large.
        """
        if len(self.made) >= 2 * MAX_NODES:
            raise StopReadingError(line, f"A network has at most {MAX_NODES:,} layers; this text makes more.")
        made = Made(layer, line, tuple(arguments), dict(options))
        self.made.append(made)
        layer.uses.append(made)
        spec = fields_at_call(layer.spec, options)
        outputs = layer.signature.outputs if spec is layer.spec else spec.signature().outputs
        tensors = tuple(Tensor(made, part) for part in range(len(outputs)))
        return tensors[0] if len(tensors) == 1 else tensors

    def call(self, layer: Layer, args: tuple[Any, ...], kwargs: Mapping[str, Any], line: int) -> Any:
        """`layer(x)`, `layer([a, b])`, `layer(query=a, value=b)`.

        Raises:
            FaultError: what is given is no tensor, or stands at no port of the layer.
        """
        signature, what = layer.signature, layer.spec.type
        arguments: list[tuple[str, Tensor]] = []
        options: dict[str, Any] = {}
        for port, value in _ports(signature, args, kwargs, line, what):
            if port in layer.spec.at_call:
                options[port] = fields.field(type(layer.spec), port, value, line)
                if isinstance(value, Symbol):
                    layer.symbols[port] = value.name
            elif port in signature.ports:
                arguments += [(port, tensor) for tensor in tensors(value, what, line)]
            elif port in IN_PASSING:
                self._in_passing(port, value, layer, line)
            else:
                raise FaultError(
                    line,
                    f"{what} cannot be called with {port} here. It takes {', '.join(signature.ports)}. Leave it out.",
                )
        connected = {port for port, _ in arguments}
        if free := [port for port in signature.needed if port not in connected]:
            raise FaultError(line, f"{what} is called without {free[0]}. Give it a tensor there.")
        return self.use(layer, arguments, options, line)

    def merge(self, layer_type: str, values: Iterable[Any], line: int, **kwargs: Any) -> Any:
        """A layer that is made and called at once: `a + b`, `layers.concatenate([a, b])`."""
        if layer_type not in LAYERS:
            raise FaultError(line, f"Layerloom has no layer {layer_type}. Write the network without it.")
        return self.call(self.layer(layer_type, (), kwargs, line), (list(values),), {}, line)

    def log_variance(self, spread: Tensor) -> Tensor | None:
        """Of `exp(0.5 * log_variance)` the logarithm of the variance; None where the tensor is made in another way."""
        made: list[Made] = []
        tensor = spread
        for kind, setting, value in (("Activation", "activation", "exponential"), ("Rescaling", "scale", 0.5)):
            layer = tensor.made.layer
            if layer is None or layer.spec.type != kind or getattr(layer.spec, setting) != value:
                return None
            made.append(tensor.made)
            tensor = tensor.made.arguments[0][1]
        self.made = [one for one in self.made if one not in made]  # nothing else needs them
        return tensor

    @contextmanager
    def only_while_training(self, line: int) -> Iterator[None]:
        """What is called here is called only while the network trains, so that it must do nothing otherwise.

        Raises:
            FaultError: a layer that always does something.
        """
        before = len(self.made)
        yield
        for one in self.made[before:]:
            if one.layer is None or one.layer.spec.family() not in ONLY_TRAINING:
                what = one.layer.spec.type if one.layer else "what is done"
                raise FaultError(
                    line,
                    f"What stands here is done only while the network trains. That can be read of layers that do nothing "
                    f"otherwise, such as Dropout, and not of {what} in line {one.line}. Write it without the condition.",
                )

    def _in_passing(self, port: str, value: Any, layer: Layer, line: int) -> None:
        if port == "training" and value is False and layer.trainable:
            self.note(
                line,
                f"{layer.spec.type} is called with training=False; that is passed over. Freeze it (trainable=False) if "
                "it is meant to stay as it is.",
            )
        elif port == "mask":
            self.note(line, f"The mask given to {layer.spec.type} is passed over; masks of an Embedding still pass on.")

    def _name(self, name: Any, line: int) -> str | None:
        name = fields.known(name, "a layer's name", line)
        if name is None or isinstance(name, str):
            return name
        raise FaultError(line, f"A name is a text in quotes; here is {str(name)[:60]}.")


def tensors(value: Any, use: str, line: int) -> list[Tensor]:
    """The tensors in a value: itself, or those in a list.

    Raises:
        FaultError: something else is there.
    """
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Unknown):
        fields.known(value, use, line, "Use a layer of Keras for it.")
    if isinstance(value, list | tuple):
        return [tensor for item in value for tensor in tensors(item, use, line)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in tensors(item, use, line)]
    what = "a layer that is not called yet" if isinstance(value, Layer) else f"a {type(value).__name__}"
    hint = " Call it first, as in layers.Flatten()(x)." if isinstance(value, Layer) else ""
    raise FaultError(line, f"A tensor is expected here for {use}, and this is {what}.{hint}")


def fields_at_call(spec: LayerSpec, options: Mapping[str, Any]) -> LayerSpec:
    """The layer with the fields that are given where it is called."""
    return spec.model_copy(update=dict(options)) if options else spec


def _ports(
    signature: Signature, args: tuple[Any, ...], kwargs: Mapping[str, Any], line: int, what: str
) -> list[tuple[str, Any]]:
    """What is given, by port."""
    ports = signature.ports
    values = list(args)
    if values and isinstance(values[0], list | tuple):
        whole = list(values[0])
        if signature.as_list:
            values = whole
        elif len(values) == 1 < len(ports) and ports[0] not in signature.lists:  # Keras 2: rnn([x, h, c])
            values = [whole[0], whole[1:]] if ports[1] in signature.lists else whole
    if len(values) > len(ports):
        raise FaultError(line, f"{what} takes {len(ports)} tensors by their place; here are {len(values)}.")
    given = list(zip(ports, values, strict=False))
    for name, value in kwargs.items():
        first = name in FIRST and name not in ports
        given.append((ports[0] if first and ports else name, value))
    return [(port, value) for port, value in given if value is not None]


def _example_shape(cls: type[LayerSpec], given: dict[str, Any], line: int) -> tuple[int | None, ...] | None:
    """The shape of one example that older code gives with the first layer of a model."""
    if cls is Input:
        return None
    for name in ("input_shape", "batch_input_shape", "input_dim"):
        if name in given and name not in cls.model_fields:
            shape = fields.known(given.pop(name), f"{name} of {cls.__name__}", line)
            if shape is None:
                continue
            shape = shape if isinstance(shape, tuple) else (shape,)
            kept = shape[1:] if name == "batch_input_shape" else shape
            checked: tuple[int | None, ...] = fields.field(Input, "shape", kept, line)
            return checked
    length = fields.known(given.get("input_length"), f"input_length of {cls.__name__}", line)
    return (length,) if isinstance(length, int) else None


def _kind_of_number(trace: Trace, dtype: Any, line: int) -> str | None:
    """Keras's dtype as an Input holds it."""
    text = dtype.dotted.rpartition(".")[2] if isinstance(dtype, Name) else dtype
    if text in (None, "float32", "int32"):
        return text
    if isinstance(text, str) and text.startswith(("int", "uint")):
        trace.note(line, f"Numbers of the kind {text} are read as int32.")
        return "int32"
    if isinstance(text, str) and "float" in text:
        trace.note(line, f"Numbers of the kind {text} are read as float32.")
        return None
    raise FaultError(line, f"An Input takes numbers: float32 or int32; this is {str(text)[:40]}.")
