"""Preprocessing: raw data brought into the range that a network learns well."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, listed

MANY = 10_000  # numbers in one field

OutputMode = Annotated[
    Literal["int", "one_hot", "multi_hot", "count"],
    Field(
        description="int: the number; one_hot: a row with one 1; multi_hot: all of a sample in one row; count: how often."
    ),
]
Salt = Annotated[int, Field(ge=1, le=2**63 - 1)]
Salts = Annotated[
    Salt | tuple[Salt, Salt] | None, Field(description="Another number gives another hash; empty: FarmHash64.")
]
Bins = Annotated[int, Field(ge=1, le=100_000_000, description="Number of different results.")]


class Rescaling(LayerSpec):
    """Multiplies every value by `scale` and adds `offset`.

    Shapes:
        in:  any
        out: the same

    Units:
        Bytes (0 to 255) to 0..1: scale 1/255; to -1..1: scale 1/127.5, offset -1.
        Values from 0 to 1 to -1..1, as MobileNetV2 wants them: scale 2, offset -1.
    """

    scale: float = Field(examples=[1 / 255], description="Factor, such as 1/255 = 0.00392 for bytes.")
    offset: float = Field(0.0, description="Added after the factor.")

    def summary(self) -> str:
        """`x 0.00392 - 1`."""
        shift = "" if self.offset == 0 else f" {'-' if self.offset < 0 else '+'} {abs(self.offset):.3g}"
        return f"x {self.scale:.3g}{shift}"


def _ascending(values: Sequence[float]) -> Sequence[float]:
    if any(after <= before for before, after in pairwise(values)):
        raise ValueError("Boundaries stand in ascending order, each once, such as 0, 18, 65.")
    return values


class Normalization(LayerSpec):
    """Subtracts a mean and divides by the root of a variance, both given.

    Shapes:
        in:  any
        out: the same

    Units:
        `mean`: as the data; `variance`: their square. Colours of ImageNet from 0 to 255: mean 123.7, 116.3, 103.5.

    Problems:
        Without `mean` and `variance` it changes nothing until its method `adapt` has seen the data, in code.
    """

    axis: p.Axis | tuple[p.Axis, ...] | None = Field(
        -1, description="Axis or axes with a mean of their own; -1: the last; empty: one mean for all."
    )
    mean: float | Annotated[tuple[float, ...], Field(max_length=MANY)] | None = Field(
        None, examples=[0.0], description="What is subtracted: one number, or one for each place of the axis."
    )
    variance: (
        Annotated[float, Field(ge=0)]
        | Annotated[tuple[Annotated[float, Field(ge=0)], ...], Field(max_length=MANY)]
        | None
    ) = Field(
        None, examples=[1.0], description="Square of what is divided by: one number, or one for each place of the axis."
    )
    invert: bool = Field(False, description="The other way round: from mean 0 and variance 1 back to the data.")

    def summary(self) -> str:
        """`mean 0.5, variance 0.1`."""
        if (
            self.mean is None
            or self.variance is None
            or isinstance(self.mean, tuple)
            or isinstance(self.variance, tuple)
        ):
            return ""
        return f"mean {self.mean:g}, variance {self.variance:g}"


class Discretization(LayerSpec):
    """Turns measurements into classes by boundaries: an age into child, adult, old.

    Shapes:
        in:  any
        out: the same for "int", else with bins = boundaries + 1:
             one_hot (..., bins), or (..., n, bins) where the last axis is longer than 1; multi_hot and count (..., bins)
    """

    bin_boundaries: (
        Annotated[tuple[float, ...], Field(min_length=1, max_length=MANY), AfterValidator(_ascending)] | None
    ) = Field(None, examples=[(0.0, 0.5)], description="Where one class ends and the next begins, ascending.")
    output_mode: OutputMode = "int"

    def summary(self) -> str:
        """`3 classes`."""
        return f"{len(self.bin_boundaries or ()) + 1} classes"


class CategoryEncoding(LayerSpec):
    """Turns the number of a class into a row of zeros and ones.

    Shapes:
        in:  (batch, n) of whole numbers from 0 to num_tokens - 1
        out: multi_hot, count: (batch, num_tokens); one_hot: (batch, n, num_tokens), or (batch, num_tokens) where n is 1

    Problems:
        A number of num_tokens or above comes in.
        The input holds fractions: give the Input dtype int32.
    """

    num_tokens: Bins | None = Field(None, examples=[10], description="Number of different classes.")
    output_mode: Literal["multi_hot", "one_hot", "count"] = Field(
        "multi_hot",
        description="multi_hot: all classes of an example in one row; one_hot: a row each; count: how often.",
    )

    def summary(self) -> str:
        """`10, multi_hot`."""
        return listed(self.num_tokens, self.output_mode)


class Hashing(LayerSpec):
    """Sorts any whole numbers into a fixed number of bins, always the same way: classes without a list of them.

    Shapes:
        in:  (batch, ...) of whole numbers
        out: the same for "int", else as CategoryEncoding with num_bins

    Problems:
        Two numbers can fall into one bin; take more bins.

    Source:
        Weinberger et al., Feature Hashing for Large Scale Multitask Learning, 2009. https://arxiv.org/abs/0902.2206
    """

    num_bins: Bins = Field(examples=[10])
    mask_value: int | None = Field(None, description="A number that stands for nothing; it goes to bin 0.")
    salt: Salts = None
    output_mode: OutputMode = "int"


class HashedCrossing(LayerSpec):
    """Makes one class of two or more: day and hour become a bin of their own.

    Shapes:
        in:  several (batch, 1) of whole numbers
        out: (batch, 1), or (batch, num_bins) for "one_hot"
    """

    ports: ClassVar[tuple[str, ...] | None] = None

    num_bins: Bins = Field(examples=[10])
    output_mode: Literal["int", "one_hot"] = Field("int", description="int: the number; one_hot: a row with one 1.")


class IntegerLookup(LayerSpec):
    """Numbers the whole numbers that stand in a list, from 1 on; all others become 0.

    Shapes:
        in:  (batch, n) of whole numbers
        out: the same for "int", else as CategoryEncoding with the length of the list + num_oov_indices

    Problems:
        The vocabulary is empty: here nothing can learn it from data.
        `num_oov_indices` is 0 and a number comes in that is not in the list: training stops.
    """

    max_tokens: int | None = Field(
        None, ge=1, le=100_000_000, description="Most entries; the width of the rows with `pad_to_max_tokens`."
    )
    num_oov_indices: int = Field(1, ge=0, le=1_000_000, description="Numbers kept for what is not in the list.")
    mask_token: int | None = Field(None, description="A number that stands for nothing, such as padding.")
    oov_token: int = Field(-1, description="With `invert`: what is told for a number without an entry.")
    vocabulary: Annotated[tuple[int, ...], Field(min_length=1, max_length=MANY)] | None = Field(
        None, examples=[(3, 5, 7)], description="The list, each number once."
    )
    idf_weights: Annotated[tuple[float, ...], Field(max_length=MANY)] | None = Field(
        None, description="For tf_idf: a weight for each number of the list."
    )
    invert: bool = Field(False, description="The other way round: from the place in the list to the number.")
    output_mode: Literal["int", "one_hot", "multi_hot", "count", "tf_idf"] = Field(
        "int", description="As in CategoryEncoding; tf_idf: counts times `idf_weights`."
    )
    pad_to_max_tokens: bool = Field(False, description="Rows have the width `max_tokens`.")
    oov_method: Literal["floormod", "farmhash"] = Field(
        "floormod", description="How what is not in the list is shared out among `num_oov_indices` numbers."
    )
    salt: Salts = None

    def summary(self) -> str:
        """`3 numbers`."""
        return f"{len(self.vocabulary or ())} numbers"
