"""Windows that slide, of which the greatest value or the mean is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from builder.layers import parameters as p
from builder.layers.base import LayerSpec, brief, listed

PoolSize1D = Annotated[p.Size, Field(description="Length of the window, in steps.")]
PoolSize2D = Annotated[p.Pair, Field(description="Height and width of the window, in pixels.")]
PoolSize3D = Annotated[p.Triple, Field(description="Depth, height and width of the window, in cells.")]
PoolStrides1D = Annotated[p.Size | None, Field(description="Steps between two windows; empty: one after the other.")]
PoolStrides2D = Annotated[p.Pair | None, Field(description="Pixels between two windows; empty: side by side.")]
PoolStrides3D = Annotated[p.Triple | None, Field(description="Cells between two windows; empty: side by side.")]


class Pooling(LayerSpec, abstract=True):
    """What all windows show of themselves."""

    def summary(self) -> str:
        """`2x2`, or `3x3, step 2x2` where the windows do not stand side by side."""
        size, strides = getattr(self, "pool_size"), getattr(self, "strides")  # noqa: B009 (declared below)
        return listed(size, None if strides in (None, size) else f"step {brief(strides)}")


class MaxPooling1D(Pooling):
    """Keeps the greatest value of each window, channel by channel.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', channels)
        padding="valid": steps' = floor((steps - pool_size) / stride) + 1
        padding="same":  steps' = ceil(steps / stride)

    Units:
        `pool_size`, `strides`: steps of the incoming sequence.

    Problems:
        The sequence is shorter than the window.
    """

    pool_size: PoolSize1D = 2
    strides: PoolStrides1D = None
    padding: p.Padding = "valid"


class MaxPooling2D(Pooling):
    """Keeps the greatest value of each window: the map shrinks, what was found stays.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', channels)
        padding="valid": height' = floor((height - pool_size) / stride) + 1
        padding="same":  height' = ceil(height / stride)

    Units:
        `pool_size`, `strides`: pixels of the incoming map.

    Problems:
        The map is smaller than the window.

    Source:
        Riesenhuber and Poggio, Hierarchical models of object recognition in cortex, 1999. https://doi.org/10.1038/14819
    """

    pool_size: PoolSize2D = (2, 2)
    strides: PoolStrides2D = None
    padding: p.Padding = "valid"


class MaxPooling3D(Pooling):
    """Keeps the greatest value of each window of a volume or a film.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, depth', height', width', channels)
        padding="valid": height' = floor((height - pool_size) / stride) + 1, the other axes alike
        padding="same":  height' = ceil(height / stride)

    Units:
        `pool_size`, `strides`: cells of the incoming volume.

    Problems:
        The volume is smaller than the window along one axis.
    """

    pool_size: PoolSize3D = (2, 2, 2)
    strides: PoolStrides3D = None
    padding: p.Padding = "valid"


class AveragePooling1D(Pooling):
    """Takes the mean of each window, channel by channel.

    Shapes:
        in:  (batch, steps, channels)
        out: (batch, steps', channels)
        padding="valid": steps' = floor((steps - pool_size) / stride) + 1
        padding="same":  steps' = ceil(steps / stride)

    Units:
        `pool_size`, `strides`: steps of the incoming sequence.

    Problems:
        The sequence is shorter than the window.
    """

    pool_size: PoolSize1D = Field(examples=[2])
    strides: PoolStrides1D = None
    padding: p.Padding = "valid"


class AveragePooling2D(Pooling):
    """Takes the mean of each window: the map shrinks and becomes smoother.

    Shapes:
        in:  (batch, height, width, channels)
        out: (batch, height', width', channels)
        padding="valid": height' = floor((height - pool_size) / stride) + 1
        padding="same":  height' = ceil(height / stride)

    Units:
        `pool_size`, `strides`: pixels of the incoming map.

    Problems:
        The map is smaller than the window.

    Source:
        LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998 (there called subsampling).
        https://doi.org/10.1109/5.726791
    """

    pool_size: PoolSize2D = Field(examples=[(2, 2)])
    strides: PoolStrides2D = None
    padding: p.Padding = "valid"


class AveragePooling3D(Pooling):
    """Takes the mean of each window of a volume or a film.

    Shapes:
        in:  (batch, depth, height, width, channels)
        out: (batch, depth', height', width', channels)
        padding="valid": height' = floor((height - pool_size) / stride) + 1, the other axes alike
        padding="same":  height' = ceil(height / stride)

    Units:
        `pool_size`, `strides`: cells of the incoming volume.

    Problems:
        The volume is smaller than the window along one axis.
    """

    pool_size: PoolSize3D = Field(examples=[(2, 2, 2)])
    strides: PoolStrides3D = None
    padding: p.Padding = "valid"
