"""What all layers that read step by step have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import Weighted, listed

Dropout = Annotated[p.Rate, Field(description="Share of the input that is dropped at each step while training.")]
RecurrentDropout = Annotated[p.Rate, Field(description="Share of the state that is dropped at each step.")]
ReturnSequences = Annotated[bool, Field(description="Give the output of every step; off: that of the last step only.")]
ReturnState = Annotated[bool, Field(description="Give the state after the last step too.")]
GoBackwards = Annotated[bool, Field(description="Read the sequence from its end.")]
Unroll = Annotated[bool, Field(description="Lay the steps out one by one: quicker for short sequences, more memory.")]


class Recurrent(Weighted, abstract=True):
    """A layer that reads a sequence and carries a state from step to step."""

    ports: ClassVar[tuple[str, ...] | None] = ("inputs", "initial_state")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"initial_state"})
    list_ports: ClassVar[frozenset[str]] = frozenset({"initial_state"})
    states: ClassVar[tuple[str, ...]] = ("state",)

    if TYPE_CHECKING:
        units: int
        return_sequences: bool
        return_state: bool

    def outputs(self) -> tuple[str, ...]:
        """The output, and with `return_state` the states after the last step."""
        return ("output", *self.states) if self.return_state else ("output",)

    def summary(self) -> str:
        """`64, sequences`."""
        return listed(
            self.units, "sequences" if self.return_sequences else None, "state" if self.return_state else None
        )
