"""Windows whose size follows from that of the outgoing map."""

from __future__ import annotations

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec


class AdaptiveMaxPooling1D(LayerSpec):
    """Keeps the greatest value of windows as large as it takes to bring any sequence to one size.

    Shapes:
        in:  (batch, steps, channels), of known size
        out: (batch, output_size, channels)

    Units:
        `output_size`: steps of the outgoing sequence.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Size = Field(examples=[4], description="Length of the outgoing sequence, in steps.")


class AdaptiveMaxPooling2D(LayerSpec):
    """Keeps the greatest value of windows as large as it takes to bring any map to one size.

    Shapes:
        in:  (batch, height, width, channels), of known size
        out: (batch, *output_size, channels)

    Units:
        `output_size`: pixels of the outgoing map.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Pair = Field(examples=[(4, 4)], description="Height and width of the outgoing map, in pixels.")


class AdaptiveMaxPooling3D(LayerSpec):
    """Keeps the greatest value of windows as large as it takes to bring any volume to one size.

    Shapes:
        in:  (batch, depth, height, width, channels), of known size
        out: (batch, *output_size, channels)

    Units:
        `output_size`: cells of the outgoing volume.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Triple = Field(
        examples=[(2, 4, 4)], description="Depth, height and width of the outgoing volume, in cells."
    )


class AdaptiveAveragePooling1D(LayerSpec):
    """Takes the mean of windows as large as it takes to bring any sequence to one size.

    Shapes:
        in:  (batch, steps, channels), of known size
        out: (batch, output_size, channels)

    Units:
        `output_size`: steps of the outgoing sequence.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Size = Field(examples=[4], description="Length of the outgoing sequence, in steps.")


class AdaptiveAveragePooling2D(LayerSpec):
    """Takes the mean of windows as large as it takes to bring any map to one size.

    Shapes:
        in:  (batch, height, width, channels), of known size
        out: (batch, *output_size, channels)

    Units:
        `output_size`: pixels of the outgoing map.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Pair = Field(examples=[(4, 4)], description="Height and width of the outgoing map, in pixels.")


class AdaptiveAveragePooling3D(LayerSpec):
    """Takes the mean of windows as large as it takes to bring any volume to one size.

    Shapes:
        in:  (batch, depth, height, width, channels), of known size
        out: (batch, *output_size, channels)

    Units:
        `output_size`: cells of the outgoing volume.

    Source:
        He et al., Spatial Pyramid Pooling in Deep Convolutional Networks, 2014. https://arxiv.org/abs/1406.4729
    """

    output_size: p.Triple = Field(
        examples=[(2, 4, 4)], description="Depth, height and width of the outgoing volume, in cells."
    )
