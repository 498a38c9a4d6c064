"""Attention: every step of a sequence looks at the others and takes what it needs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from builder.initializers import GlorotUniform, Zeros
from builder.layers import parameters as p
from builder.layers.base import Weighted, listed

Scores = Annotated[bool, Field(description="Give the scores too: how much each step looks at each other one.")]
Causal = Annotated[bool, Field(description="No step sees a later one: for forecasts and for text that is continued.")]
AT_CALL = frozenset({"return_attention_scores", "use_causal_mask"})


def outputs(scores: bool) -> tuple[str, ...]:
    """What attention returns."""
    return ("output", "scores") if scores else ("output",)


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
    at_call: ClassVar[frozenset[str]] = AT_CALL
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
    return_attention_scores: Scores = False
    use_causal_mask: Causal = False

    def outputs(self) -> tuple[str, ...]:
        """The output, and the scores where they are asked for."""
        return outputs(self.return_attention_scores)

    def summary(self) -> str:
        """`4 heads of 16`."""
        return f"{self.num_heads} head{'s' if self.num_heads > 1 else ''} of {self.key_dim}"


class GroupQueryAttention(Weighted):
    """Attends like MultiHeadAttention, but several heads of `query` share one of `key` and `value`: less memory.

    Shapes:
        query: (batch, steps, features)
        value: (batch, other steps, features)
        key:   (batch, other steps, features)
        out:   (batch, steps, features of query)
        scores: (batch, query heads, steps, other steps), with `return_attention_scores`

    Problems:
        `num_key_value_heads` does not divide `num_query_heads`.

    Source:
        Ainslie et al., GQA: Training Generalized Multi-Query Transformer Models, 2023. https://arxiv.org/abs/2305.13245
    """

    keywords: ClassVar[bool] = True
    at_call: ClassVar[frozenset[str]] = AT_CALL
    ports: ClassVar[tuple[str, ...] | None] = ("query", "value", "key")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"key"})

    head_dim: p.Units = Field(examples=[16], description="Length of query, key and value in each head (d).")
    num_query_heads: int = Field(ge=1, le=10_000, examples=[4], description="Number of heads that ask.")
    num_key_value_heads: int = Field(
        ge=1,
        le=10_000,
        examples=[2],
        description="Number of heads that answer; it divides the number of those that ask.",
    )
    dropout: p.Rate = Field(0.0, description="Share of the attention weights that are dropped while training.")
    use_bias: p.UseBias = True
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
    return_attention_scores: Scores = False
    use_causal_mask: Causal = False

    def outputs(self) -> tuple[str, ...]:
        """The output, and the scores where they are asked for."""
        return outputs(self.return_attention_scores)

    def summary(self) -> str:
        """`4 heads of 16, 2 answering`."""
        return listed(f"{self.num_query_heads} heads of {self.head_dim}", f"{self.num_key_value_heads} answering")


class Attention(Weighted):
    """Compares each step of `query` with all steps of `key` by their product, and mixes `value` accordingly.

    Shapes:
        query: (batch, steps, features)
        value: (batch, other steps, features)
        key:   (batch, other steps, features of query), `value` unless it is connected
        out:   (batch, steps, features of value)
        scores: (batch, steps, other steps), with `return_attention_scores`

    Problems:
        The features of query and key differ: put Dense before one of them.

    Source:
        Luong, Pham and Manning, Effective Approaches to Attention-based Neural Machine Translation, 2015.
        https://arxiv.org/abs/1508.04025
    """

    at_call: ClassVar[frozenset[str]] = AT_CALL
    ports: ClassVar[tuple[str, ...] | None] = ("query", "value", "key")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"key"})
    as_list: ClassVar[bool] = True

    use_scale: bool = Field(False, description="Learn a factor on the scores.")
    score_mode: Literal["dot", "concat"] = Field(
        "dot", description="dot: the product of query and key; concat: the sum of the tanh of their sum."
    )
    dropout: p.Rate = Field(0.0, description="Share of the attention weights that are dropped while training.")
    seed: p.Seed = None
    return_attention_scores: Scores = False
    use_causal_mask: Causal = False

    def outputs(self) -> tuple[str, ...]:
        """The output, and the scores where they are asked for."""
        return outputs(self.return_attention_scores)


class AdditiveAttention(Weighted):
    """Compares each step of `query` with all steps of `key` by the tanh of their sum, and mixes `value` accordingly.

    Shapes:
        query: (batch, steps, features)
        value: (batch, other steps, features)
        key:   (batch, other steps, features of query), `value` unless it is connected
        out:   (batch, steps, features of value)
        scores: (batch, steps, other steps), with `return_attention_scores`

    Problems:
        The features of query and key differ: put Dense before one of them.

    Source:
        Bahdanau, Cho and Bengio, Neural Machine Translation by Jointly Learning to Align and Translate, 2015.
        https://arxiv.org/abs/1409.0473
    """

    at_call: ClassVar[frozenset[str]] = AT_CALL
    ports: ClassVar[tuple[str, ...] | None] = ("query", "value", "key")
    optional_ports: ClassVar[frozenset[str]] = frozenset({"key"})
    as_list: ClassVar[bool] = True

    use_scale: bool = Field(True, description="Learn a factor on each feature of the comparison.")
    dropout: p.Rate = Field(0.0, description="Share of the attention weights that are dropped while training.")
    return_attention_scores: Scores = False
    use_causal_mask: Causal = False

    def outputs(self) -> tuple[str, ...]:
        """The output, and the scores where they are asked for."""
        return outputs(self.return_attention_scores)
