"""All networks that can be opened, as rows of one table: the architectures of the course, and those of keras.applications."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from builder.graph import Graph
from builder.layers.applications import Backbone, PreprocessInput
from builder.layers.base import LAYERS, LayerSpec
from builder.layers.core import Dense, Input
from builder.layers.images import Resizing
from builder.zoo import TEMPLATES
from builder.zoo.applications import PUBLISHED, SOURCE, Published
from builder.zoo.drawing import network
from builder.zoo.figures import FIGURES
from builder.zoo.template import Group, Paper, Template

Kind = Literal["architecture", "trained"]
BYTES = 4  # of a number, as weights are kept


@dataclass(frozen=True, slots=True)
class Row:
    """A network of the zoo.

    `kind`: an architecture that is built of layers and blocks here, or one of keras.applications, whose weights were trained
    on ImageNet. `size`: of one example. `megabytes`: of its weights. `top1`, `top5`: percent of ImageNet's validation images
    whose class was the best guess, or among the best five; `source` is who published that.
    """

    name: str
    title: str
    kind: Kind
    group: Group
    size: tuple[int | None, ...]
    parameters: int
    macs: int
    megabytes: float
    paper: Paper | None
    top1: float | None = None
    top5: float | None = None
    source: str = ""

    @property
    def year(self) -> int | None:
        """Of its paper."""
        return self.paper.year if self.paper else None


def rows() -> tuple[Row, ...]:
    """Every network of the zoo: the architectures first, each group in the order of its list."""
    drawn = (_architecture(template) for template in TEMPLATES.values() if template.name != "empty")
    return (*drawn, *(_trained(name, published) for name, published in PUBLISHED.items()))


def _architecture(template: Template) -> Row:
    parameters, macs = FIGURES[template.name]
    paper = template.paper
    return Row(
        template.name,
        template.title,
        "architecture",
        "Images" if template.name in ("lenet5", "mobilenetv2") else template.group,
        _size(template.make()),
        parameters,
        macs,
        parameters * BYTES / 1e6,
        paper,
        top5=None if paper is None or paper.top5 is None else round(100 - paper.top5, 2),
        source="" if paper is None or paper.top5 is None else f"{paper.url} ({paper.measured})",
    )


def _trained(name: str, published: Published) -> Row:
    side, megabytes = published.side, published.megabytes
    return Row(
        name,
        name,
        "trained",
        "Images",
        (side, side, 3),
        published.parameters,
        published.macs,
        published.parameters * BYTES / 1e6 if megabytes is None else megabytes,
        published.paper,
        published.top1,
        published.top5,
        SOURCE if published.top1 else "",
    )


def _size(graph: Graph) -> tuple[int | None, ...]:
    return next(node.layer.shape for node in graph.nodes if isinstance(node.layer, Input))


DATA = "cifar10"  # what a backbone with a new head is ready for


def transfer(name: str, learned: bool) -> Graph:
    """A network of keras.applications as one layer with a new head for CIFAR-10, its images enlarged and prepared before it.

    Args:
        name: in `builder.zoo.applications.PUBLISHED`.
        learned: with the weights of ImageNet, which are a download, and frozen; else with random ones that learn.

    Raises:
        KeyError: no such network.
    """
    side = PUBLISHED[name].side
    given = {
        "include_top": False,
        "pooling": "avg",
        "weights": "imagenet" if learned else None,
        "trainable": not learned,
    }
    backbone = LAYERS[name].model_validate(given)
    assert isinstance(backbone, Backbone)
    layers: dict[str, LayerSpec] = {
        "image": Input(shape=(32, 32, 3)),
        "enlarged": Resizing(height=side, width=side),
        "prepared": PreprocessInput.model_validate({"network": backbone.network, "largest": 1}),
        "backbone": backbone,
        "label": Dense(units=10, activation="softmax"),
    }
    return network(layers)
