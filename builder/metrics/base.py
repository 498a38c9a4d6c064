"""What every metric is: a Spec that says which form of labels it takes."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from builder.call import Spec
from builder.losses import Labels

Logits = Annotated[bool, Field(description="The output is logits: numbers before softmax or sigmoid.")]
Threshold = Annotated[
    float | None, Field(ge=0, le=1, description="From here on an output counts as yes; empty: from one half on.")
]


class MetricSpec(Spec, abstract=True):
    """What is measured beside the loss.

    `takes` says in which forms labels may come, as a loss does; `probabilities` that the outputs have to lie between 0
    and 1; `rows` that it compares whole rows of numbers, of which one number is none.
    """

    namespace: ClassVar[str] = "keras.metrics"
    takes: ClassVar[tuple[Labels, ...]]
    probabilities: ClassVar[bool] = False
    rows: ClassVar[bool] = False
