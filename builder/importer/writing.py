"""The graph as it is written: nodes under names that are free and valid, and the edges between them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from builder.edits.arranging import in_rows
from builder.graph import MAX_EDGES, MAX_NODES, Edge, Graph, Node
from builder.importer.channels import Value
from builder.importer.refusal import ModelFileError, UnknownLayerError
from builder.layers.base import LAYERS, LayerSpec
from builder.names import MAX_LENGTH, fresh_names

UNKNOWN = "?"  # stands for a layer that was refused, so that the others are looked at too

Inputs = Sequence[tuple[str, Value]]  # port and tensor


class Writing:
    """Nodes and edges so far, and how many names had to change."""

    def __init__(self) -> None:
        self._layers: dict[str, LayerSpec] = {}
        self._shares: dict[str, str] = {}
        self._inputs: dict[str, list[tuple[str, Value]]] = {}
        self.renamed: list[tuple[str, str]] = []

    def place(self, wanted: str, layer: LayerSpec, inputs: Inputs, shares: str | None = None, told: bool = True) -> str:
        """Add a node and its edges.

        Args:
            wanted: the name in the file; another is taken where it is not valid or not free.
            told: whether a name that had to change is noted.

        Returns:
            The node's name.
        """
        if len(self._layers) >= MAX_NODES:
            raise ModelFileError(
                f"The model has more than {MAX_NODES:,} layers, which is more than a network here can have."
            )
        name = next(fresh_names([valid(wanted)], self._layers))
        if name != wanted and told and shares is None:
            self.renamed.append((wanted, name))
        self._layers[name] = layer
        if shares is not None:
            self._shares[name] = shares
        self._inputs[name] = list(inputs)
        return name

    def permuted(self, value: Value, dims: Sequence[int], moved: int) -> Value:
        """A tensor with its axes exchanged; what only undoes an exchange is left out, what was exchanged before is taken."""
        if "Permute" not in LAYERS:
            raise UnknownLayerError("Channels that stand first cannot be expressed: there is no Permute layer.")
        for name, inputs in self._inputs.items():
            if inputs == [("inputs", value)] and getattr(self._layers[name], "dims", None) == tuple(dims):
                return Value(name, 0, moved)
        layer = LAYERS["Permute"].model_validate({"dims": tuple(dims)})
        return Value(self.place(f"{value.node}_axes", layer, [("inputs", value)], told=False), 0, moved)

    def drop(self, nodes: Iterable[str]) -> None:
        """Take nodes away that nothing needs."""
        for name in nodes:
            del self._layers[name], self._inputs[name]

    def used(self) -> set[str]:
        """The nodes from which an edge leaves."""
        return {value.node for inputs in self._inputs.values() for _, value in inputs}

    def returns(self, name: str) -> int:
        """How many tensors a node gives."""
        return len(self._layers[name].outputs())

    def graph(self, last: Iterable[str]) -> Graph:
        """The document: inputs first, then the layers, at last the outputs in their order.

        Raises:
            ModelFileError: too many edges.
        """
        ends = list(last)
        order = [name for name in self._layers if name not in set(ends)] + ends
        edges = [
            Edge(source=value.node, output=value.output, target=name, port=port)
            for name in order
            for port, value in self._inputs[name]
        ]
        if len(edges) > MAX_EDGES:
            raise ModelFileError(
                f"The model has more than {MAX_EDGES:,} connections, which is more than a network can have."
            )
        places = self._places()
        nodes = (
            Node(id=name, layer=self._layers[name], shares=self._shares.get(name), x=places[name][0], y=places[name][1])
            for name in order
        )
        return Graph(nodes=tuple(nodes), edges=tuple(edges))

    def _places(self) -> dict[str, tuple[float, float]]:
        """Each node below all that it needs; those at the same height side by side."""
        arrows = ((value.node, name) for name, inputs in self._inputs.items() for _, value in inputs)
        return in_rows(self._inputs, arrows)


def valid(name: str) -> str:
    """The name as one that a node can bear: `conv1/bn` -> `conv1_bn`."""
    plain = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:MAX_LENGTH]
    return plain if re.match(r"[a-z]", plain) else f"layer_{plain}"[:MAX_LENGTH].rstrip("_")
