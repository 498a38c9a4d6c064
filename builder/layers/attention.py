"""Attention: every step of a sequence looks at the others and takes what it needs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.base import Weighted


class MultiHeadAttention(Weighted):
    """Compares each step of `query` with all steps of `key`, and mixes `value` accordingly, in several heads at once.

    Connect one tensor to both `query` and `value` for self-attention; `key` is `value` unless it is connected.

    Shapes:
        query: (batch, steps, features)
        value: (batch, other steps, features)
        key:   (batch, other steps, features)
        out:   (batch, steps, features of query), or (batch, steps, *output_shape)

    Problems:
        A feature map comes in: put Reshape before it, so that the pixels become steps.

    Source:
        Vaswani et al., Attention Is All You Need, 2017. https://arxiv.org/abs/1706.03762
    """

    keywords: ClassVar[bool] = True
    ports: ClassVar[tuple[str, ...] | None] = ("query", "value", "key")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"key"})

    num_heads: int = Field(ge=1, le=10_000, examples=[4], description="Number of heads, which attend apart.")
    key_dim: p.Units = Field(examples=[16], description="Length of query and key in each head (d_k).")
    value_dim: p.Units | None = Field(None, description="Length of value in each head (d_v); empty: as key_dim.")
    dropout: p.Rate = Field(0.0, description="Share of the attention weights that are dropped while training.")
    use_bias: p.UseBias = True
    output_shape: tuple[p.Units, ...] | None = Field(
        None, min_length=1, max_length=4, description="Shape of each outgoing step; empty: that of query."
    )
    attention_axes: tuple[p.Axis, ...] | None = Field(
        None, min_length=1, max_length=4, description="Axes over which to attend; empty: all but batch and features."
    )
    sliding_window: p.Size | None = Field(
        None, description="A step sees only others at most this many steps minus one away; empty: all."
    )
    kernel_initializer: p.KernelInitializer = GlorotUniform()
    bias_initializer: p.BiasInitializer = Zeros()
    kernel_regularizer: p.KernelRegularizer = None
    bias_regularizer: p.BiasRegularizer = None
    activity_regularizer: p.ActivityRegularizer = None
    kernel_constraint: p.KernelConstraint = None
    bias_constraint: p.BiasConstraint = None
    use_gate: bool = Field(False, description="Let query switch parts of the result off (Qiu et al., 2025).")
    seed: p.Seed = None

    def summary(self) -> str:
        """`4 heads of 16`."""
        return f"{self.num_heads} head{'s' if self.num_heads > 1 else ''} of {self.key_dim}"
