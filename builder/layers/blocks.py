"""Blocks: an instance of a network within the network, and what comes into it. Neither is a layer of Keras's own."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, Field

from builder.layers.base import LayerSpec, brief
from builder.names import NodeId

Simple = bool | int | float | Annotated[str, Field(max_length=200)] | None
Value = (
    Simple | Annotated[tuple[Simple | Annotated[tuple[Simple, ...], Field(max_length=10)], ...], Field(max_length=10)]
)


class Values(dict[str, Any]):
    """Values by parameter that are part of a document, and so never changed: hashable."""

    def __hash__(self) -> int:  # type: ignore[override]
        """Of what is in it, in any order."""
        return hash(frozenset(self.items()))


class BlockInput(LayerSpec):
    """A tensor that comes into a block: a port of each of its instances."""

    ports: ClassVar[tuple[str, ...] | None] = ()
    offered: ClassVar[bool] = False
    shareable: ClassVar[bool] = False


class Instance(LayerSpec, tag="Block"):
    """Uses a block of this network: the layers inside it, with its own values for what the block exposes.

    With `repeat` its layers stand there several times in a row, each time with weights of their own.
    """

    offered: ClassVar[bool] = False
    shareable: ClassVar[bool] = False

    block: NodeId = Field(description="The block's name.")
    values: Annotated[dict[NodeId, Value], AfterValidator(Values)] = Field(
        Values(), max_length=100, description="Values for the parameters that the block exposes; else its own hold."
    )
    repeat: int = Field(1, ge=1, le=1000, description="How many times in a row.")

    def summary(self) -> str:
        """`bottleneck 64, 2x2, 3 times`."""
        given = ", ".join(brief(value) for value in self.values.values())
        times = f"{self.repeat} times" if self.repeat > 1 else ""
        return ", ".join(part for part in (f"{self.block} {given}".strip(), times) if part)
