"""Beyond Keras: layers that Keras does not have; the code holds their few lines."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, Weighted, listed


class LocalResponseNormalization(LayerSpec):
    """Divides each value by the strength of the values around it in neighbouring channels.

    Shapes:
        in:  (batch, height, width, channels)
        out: the same; value / (k + alpha * sum of squares over `size` channels) ** beta

    Problems:
        Newer networks use BatchNormalization instead, which helps more.

    Source:
        Krizhevsky, Sutskever and Hinton, ImageNet Classification with Deep Convolutional Neural Networks, 2012,
        section 3.3. https://papers.nips.cc/paper/4824
    """

    namespace: ClassVar[str] = "builder.own_layers"

    size: int = Field(5, ge=1, le=999, description="Neighbouring channels that are looked at (n).")
    k: float = Field(2.0, gt=0, le=1e6, description="Keeps the division from zero (k).")
    alpha: float = Field(1e-4, ge=0, le=1e6, description="How much the neighbours count.")
    beta: float = Field(0.75, ge=0, le=10, description="Power of the divisor.")

    def summary(self) -> str:
        """`over 5 channels`."""
        return f"over {self.size} channels"


class PositionEmbedding(Weighted):
    """Adds a learned vector to each step of a sequence, so that attention knows where it stands.

    Shapes:
        in:  (batch, steps, features), both fixed
        out: the same

    Source:
        Dosovitskiy et al., An Image is Worth 16x16 Words, 2021. https://arxiv.org/abs/2010.11929
    """

    namespace: ClassVar[str] = "builder.own_layers"


class Sampling(LayerSpec):
    """Draws from a normal distribution, and adds its distance from the standard one to the loss.

    It is the middle of a variational autoencoder. When the network does not train, the mean passes.

    Shapes:
        mean:         (batch, features)
        log_variance: (batch, features)
        out:          (batch, features)

    Source:
        Kingma and Welling, Auto-Encoding Variational Bayes, 2014. https://arxiv.org/abs/1312.6114
    """

    namespace: ClassVar[str] = "builder.own_layers"
    ports: ClassVar[tuple[str, ...] | None] = ("mean", "log_variance")

    weight: float = Field(1.0, ge=0, le=1e6, description="How much the distance counts in the loss (beta).")
    seed: p.Seed = None

    def summary(self) -> str:
        """`weight 0.1`."""
        return listed(f"weight {self.weight:g}" if self.weight != 1 else None)
