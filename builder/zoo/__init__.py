"""Networks to start from: each a function that returns a graph, laid out from top to bottom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builder.graph import Graph
from builder.zoo.lenet5 import lenet5
from builder.zoo.lstm import lstm
from builder.zoo.mlp import mlp
from builder.zoo.mobilenetv2 import mobilenetv2

PICTURES = Path(__file__).parents[2] / "assets" / "images"


@dataclass(frozen=True, slots=True)
class Template:
    """A network to start from; `data` names the data set that it is ready for."""

    name: str
    title: str
    sentence: str
    data: str
    make: Callable[[], Graph]

    @property
    def picture(self) -> str:
        """The file of its picture."""
        return str(PICTURES / f"{self.name}.svg")


TEMPLATES = {
    template.name: template
    for template in (
        Template("empty", "Empty canvas", "Lay every layer yourself.", "digits", Graph),
        Template(
            "lenet5",
            "LeNet-5 (1998)",
            "The convolutional network that read cheques, ready to train on handwritten digits.",
            "digits",
            lenet5,
        ),
        Template(
            "mlp",
            "Multi-layer perceptron",
            "One hidden layer of 64 neurons: the smallest network that reads digits well.",
            "digits",
            mlp,
        ),
        Template(
            "lstm",
            "LSTM for a sequence",
            "Reads 32 steps of a noisy wave one after the other and forecasts the next.",
            "sine",
            lstm,
        ),
        Template(
            "mobilenetv2",
            "MobileNetV2, new head",
            "A network made for phones, with a last layer for your classes; starts untrained, or with the weights of ImageNet.",
            "digits",
            mobilenetv2,
        ),
    )
}
