"""Preprocessing: raw data brought into the range that a network learns well."""

from __future__ import annotations

from pydantic import Field

from builder.layers.base import LayerSpec


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
