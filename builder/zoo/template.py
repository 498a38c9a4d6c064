"""What a network to start from says of itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from builder.graph import Graph

PICTURES = Path(__file__).parents[2] / "assets" / "images"

Group = Literal["Start", "First networks", "Images", "Images to images", "Sequences"]


@dataclass(frozen=True, slots=True)
class Paper:
    """Where an architecture comes from, and what was new in it.

    `top5` is the share of ImageNet's images, in percent, whose class was not among the five best guesses, and `measured`
    on what; None where the paper does not give it.
    """

    year: int
    authors: str
    title: str
    url: str
    news: str
    top5: float | None = None
    measured: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """A network to start from; `data` names the data set that it is ready for, "" where none of the app's is."""

    name: str
    title: str
    sentence: str
    data: str
    make: Callable[[], Graph]
    group: Group = "Start"
    paper: Paper | None = None

    @property
    def picture(self) -> str | None:
        """The file of its picture, for those on the first screen."""
        file = PICTURES / f"{self.name}.svg"
        return str(file) if self.group == "Start" else None
