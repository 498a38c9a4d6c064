"""Learned weights are given the images that they know."""

import pytest

from builder.checks.backbones import unprocessed
from builder.checks.network import Network
from builder.edits import apply
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.training import Task

PICTURES = Task(data="pictures", input_shape=(32, 32, 3), kind="classes", classes=("cat", "dog"))


def network(backbone="ResNet50", *between, **values):
    layers = [LAYERS["Input"](shape=(32, 32, 3)), *between, LAYERS[backbone](**{"include_top": False, **values})]
    nodes = tuple(Node(id=f"n{number}", layer=layer) for number, layer in enumerate(layers))
    return Graph(nodes=nodes, edges=tuple(Edge(source=f"n{i}", target=f"n{i + 1}") for i in range(len(layers) - 1)))


@pytest.mark.parametrize(("task", "largest"), [(None, 255), (PICTURES, 1)])
def test_one_click_puts_the_right_preprocessing_before_it(task, largest):
    graph = network()
    (problem,) = unprocessed(Network(graph, task=task))
    (fix,) = problem.fixes
    for edit in fix.edits:
        graph = apply(graph, edit)
    added = next(node for node in graph.nodes if node.layer.type == "PreprocessInput")
    assert (added.layer.network, added.layer.largest) == ("resnet", largest)
    assert [edge.source for edge in graph.edges if edge.target == "n1"] == [added.id]
    assert list(unprocessed(Network(graph, task=task))) == []


@pytest.mark.parametrize(
    "graph",
    [
        network(weights=None),
        network("ResNet50", LAYERS["Rescaling"](scale=2.0, offset=-1.0)),
        network("ResNet50", LAYERS["PreprocessInput"](network="resnet")),
        network("ResNet50", LAYERS["Conv2D"](filters=3, kernel_size=(1, 1)), LAYERS["RandomFlip"]()),
        network("EfficientNetB0"),
        Graph(nodes=(Node(id="alone", layer=LAYERS["VGG16"]()),)),
    ],
)
def test_nothing_is_told_of(graph):
    assert list(unprocessed(Network(graph))) == []


def test_disturbing_images_is_no_preprocessing():
    assert len(list(unprocessed(Network(network("VGG16", LAYERS["RandomFlip"]()))))) == 1


def test_a_network_that_rescales_bytes_itself_is_given_bytes():
    (problem,) = unprocessed(Network(network("EfficientNetB0"), task=PICTURES))
    assert "efficientnet" in problem.remedy
