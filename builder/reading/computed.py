"""What a text computes with tensors between layers, `tf.reduce_mean(x, axis=1)` or `x ** 2`, and cells of recurrent layers."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from builder import cutting, operations
from builder.layers.base import LayerSpec
from builder.reading import names
from builder.reading.channels import channels
from builder.reading.statements import Statements
from builder.reading.values import FaultError, Layer, Model, Name, Noise, Tensor, Unknown
from builder.reading.written import written

CELLS = {"LSTMCell": "LSTM", "GRUCell": "GRU", "SimpleRNNCell": "SimpleRNN"}

# Where the functions stand that compute with tensors.
COMPUTING = ("keras.ops", "keras.backend", "keras.activations", "tensorflow")
# Functions on tensors that are a layer too: `keras.ops.concatenate([a, b])`, `tf.add(a, b)`.
ON_TENSORS = {**names.MERGING, "concat": "Concatenate"}
SAMPLED = (
    "A draw from a normal distribution becomes a Sampling layer. It also adds the distance of that distribution from the "
    "standard one to the loss, as a variational autoencoder needs; its weight says how much, 0 leaves it out."
)


class Computed(Statements):
    """Makes layers of operations and of cells."""

    def operation(
        self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], line: int, tensorflow: bool = False
    ) -> Any:
        """What an operation on tensors comes to, such as `power` of a tensor and a number; see `builder.operations`."""
        named = {key: value for key, value in kwargs.items() if key != "name"}
        args = [*args, *(named.pop(key) for key in ("x2", "y", "b") if key in named)]
        unknown = Unknown(line, f"No layer does exactly what {name or 'this operation'} does here")
        if data := next((one for one in (*args, *named.values()) if isinstance(one, Unknown)), None):
            return data
        if not args:
            return unknown
        first, rest = args[0], args[1:]
        second = rest[0] if rest else None
        if isinstance(first, list | tuple):
            return (
                self._joined(operations.of_list(name, operations.settings(name, rest, named)), first, line) or unknown
            )
        if name == "split" and isinstance(first, Tensor):
            return self._split(first, operations.settings(name, rest, named), tensorflow, line) or unknown
        if isinstance(first, Tensor) and isinstance(second, Tensor):
            layer = operations.of_two(name, operations.settings(name, rest[1:], named))
            return self._joined(layer, (first, second), line) or unknown
        if isinstance(first, Tensor) and _is_number(second) and len(args) == 2 and not named:
            layer = operations.with_number(name, float(second or 0))
            if layer is not None:
                return self.through(first, [layer], line)
        if isinstance(second, Tensor) and _is_number(first):
            layer = operations.with_number(name, float(first), tensor_first=False)
            return self.through(second, [layer], line) if layer else unknown
        if not isinstance(first, Tensor):
            return unknown
        given = operations.settings(name, rest, named)
        if name == "gelu":
            given.setdefault("approximate", not tensorflow)
        layer = operations.of_one(name, given) or (
            operations.reshaped(given.get("shape")) if name == "reshape" else None
        )
        return self.through(first, [layer], line) if layer else unknown

    def _joined(self, layer: LayerSpec | None, given: Sequence[Any], line: int) -> Any:
        if layer is None or not all(isinstance(one, Tensor) for one in given):
            return None
        values = {name: getattr(layer, name) for name in type(layer).model_fields if name != "type"}
        made = self.trace.layer(layer.type, (), values, line)
        return self.trace.call(made, tuple(given) if layer.ports else (list(given),), {}, line)

    def _split(self, tensor: Tensor, given: Mapping[str, Any], tensorflow: bool, line: int) -> Any:
        axis, sections = given.get("axis", 0), given.get("indices_or_sections")
        size = channels(tensor) if axis == -1 else None
        layers = cutting.parts(sections, axis, size, tensorflow)
        return tuple(self.through(tensor, [layer], line) for layer in layers) if layers else None

    def _of_cells(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        """`RNN([LSTMCell(8), LSTMCell(4)])`: one recurrent layer for each cell, the one behind the other."""
        line = node.lineno
        cells = args[0] if args else kwargs.get("cell", kwargs.get("cells"))
        if last == "StackedRNNCells" or isinstance(cells, Unknown):
            return cells
        settings = {key: value for key, value in kwargs.items() if key not in ("cell", "name")}
        settings |= dict(zip(("return_sequences", "return_state", "go_backwards"), args[1:], strict=False))
        given = list(cells) if isinstance(cells, list | tuple) else [cells]
        listed = [cell for cell in given if isinstance(cell, Layer) and cell.spec.type in CELLS.values()]
        if not listed or len(listed) < len(given):
            return Unknown(line, "RNN is read around LSTMCell, GRUCell and SimpleRNNCell, and this is another cell")
        if len(listed) > 1 and settings.get("return_state"):
            return Unknown(line, "RNN around several cells is read without return_state only")
        layers: list[Layer | Model] = []
        for cell in listed:
            values = {
                name: getattr(cell.spec, name) for name in cell.spec.model_fields_set if name != "type"
            } | settings
            if len(layers) < len(listed) - 1:
                values["return_sequences"] = True
            if layers:
                values.pop("go_backwards", None)
            name = kwargs.get("name") if len(listed) == 1 else cell.name
            layers.append(self.trace.layer(cell.spec.type, (), values | ({"name": name} if name else {}), line))
        return layers[0] if len(layers) == 1 else Model(line, layers=layers, inside=True)

    def merged(self, last: str, args: tuple[Any, ...], kwargs: dict[str, Any], line: int) -> Any:
        """`layers.concatenate([a, b])`: a layer that is made and called at once."""
        values = kwargs.get("inputs", kwargs.get("values", kwargs.get("xs")))
        if args:
            values = args[0] if isinstance(args[0], list | tuple) else args
        named = {name: value for name, value in kwargs.items() if name not in ("inputs", "values", "xs")}
        if isinstance(args[0] if args else None, list | tuple) and len(args) > 1:
            named["axis"] = args[1]
        return self.trace.merge(
            ON_TENSORS[last], values if isinstance(values, list | tuple) else (values,), line, **named
        )

    def on_tensors(self, name: Name, args: tuple[Any, ...], kwargs: dict[str, Any], node: ast.Call) -> Any:
        """A function of Keras or TensorFlow that is called on tensors."""
        space, _, last = name.dotted.rpartition(".")
        activation = names.activation(name)
        if activation and len(args) == 1 and not kwargs and activation not in ("softmax", "gelu", "exp"):
            try:
                layer = self.trace.layer("Activation", (activation,), {}, node.lineno)
            except FaultError:
                layer = None
            if layer is not None:
                return self.trace.call(layer, args[:1], {}, node.lineno)
        if last == "preprocess_input" and space.startswith("keras.applications."):
            return self._preprocessed(space.rpartition(".")[2], args[0], node)
        if space.startswith(COMPUTING):
            return self.operation(operations.canonical(last), args, kwargs, node.lineno, space.startswith("tensorflow"))
        return Unknown(node.lineno, f"`{written(node)}` is no layer that Layerloom has")

    def _preprocessed(self, network: str, tensor: Any, node: ast.Call) -> Any:
        """`keras.applications.vgg16.preprocess_input(x)`."""
        network = {"resnet50": "resnet"}.get(network, network)
        try:
            layer = self.trace.layer("PreprocessInput", (network,), {}, node.lineno)
        except FaultError:
            return Unknown(node.lineno, f"`{written(node)}` is no layer that Layerloom has")
        return self.trace.call(layer, (tensor,), {}, node.lineno)

    def drawn(self, kind: type[ast.operator], left: Any, right: Any, line: int) -> Any:
        """Random numbers in an expression: `mean + exp(log_variance / 2) * noise` is what a Sampling does."""
        noise, other = (left, right) if isinstance(left, Noise) else (right, left)
        if isinstance(other, Tensor) and kind is ast.Mult and noise.spread is None:
            return Noise(line, other)
        summed = isinstance(other, Tensor) and kind is ast.Add and noise.spread is not None
        if summed and noise.spread and (log_variance := self.trace.log_variance(noise.spread)):
            self.trace.note(line, SAMPLED)
            return self.trace.call(self.trace.layer("Sampling", (), {}, line), (other, log_variance), {}, line)
        return Unknown(line, "Random numbers that are drawn while the network runs")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
