"""The templates: complete, without problems for their data, and what they claim to be."""

from itertools import combinations
from pathlib import Path

import pytest

from builder.codegen import source
from builder.edits.room import HEIGHT, WIDTH
from builder.flat import flat
from builder.graph import read_graph, write_graph
from builder.layers.convolutional import Conv2D
from builder.program import lower
from builder.training import defaults
from builder.validate import problems
from builder.zoo import TEMPLATES
from builder.zoo.figures import FIGURES
from runtime.datasets import DATASETS
from runtime.run import DataSpec

NETWORKS = [template for template in TEMPLATES.values() if template.name != "empty"]


READY = [template for template in NETWORKS if template.data]
# As published, or as keras.applications counts them; of ResNet-18, 34 and 20 those that are trained.
PARAMETERS = {
    # LeNet-5 with C3 connected to all six maps: 156 + 2,416 + 48,120 + 10,164 + 850.
    "lenet5": 61_706,
    "mlp": 64 * 64 + 64 + 64 * 10 + 10,
    "lstm": 4 * (32 * (1 + 32) + 32) + 33,
    # 410,208: MobileNetV2, alpha 0.35, without its head (keras.applications).
    "mobilenetv2": 410_208 + 6 + 12_810,
    "linear_regression": 11,
    "perceptron": 101_770,
    "two_layer": 1000 * 100 + 100 * 10,
    "cnn": 1_413_834,
    "alexnet": 60_965_224,
    "zfnet": 62_357_608,
    "vgg_a": 132_863_336,
    "vgg_a_lrn": 132_863_336,
    "vgg_b": 133_047_848,
    "vgg_c": 133_638_952,
    "vgg_d": 138_357_544,
    "vgg_e": 143_667_240,
    "nin": 966_986,
    "googlenet": 13_378_280,
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet20": 272_474,
    "resnet50": 25_636_712,
    "resnet101": 44_707_176,
    "resnet152": 60_419_944,
    "densenet121": 8_062_504,
    "densenet169": 14_307_880,
    "densenet201": 20_242_984,
    "squeezenet": 1_235_496,
    "mobilenet": 4_253_864,
    "unet": 31_030_593,
    "autoencoder": 2 * (64 * 32 + 32 * 8) + 32 + 8 + 32 + 64,
    "variational_autoencoder": 64 * 32 + 32 + 2 * (32 * 2 + 2) + 2 * 32 + 32 + 32 * 64 + 64,
    "vision_transformer": 64 * 4 + 64 + 16 * 64 + 4 * 33_472 + 128 + 650,
    "sequence_to_sequence": 440 + 820 + 21,
    "sequence_to_vector": 440 + 820 + 21,
    "vector_to_sequence": 20 * (16 + 20 + 1) + 168,
    "encoder_decoder": 2 * 4 * (64 * (11 + 64) + 64) + 650,
    "stacked_lstm": 4 * 32 * (34 + 65 + 65) + 33,
}
TRAINED = {"resnet18", "resnet34", "resnet20"}


def test_names():
    assert list(TEMPLATES)[:5] == ["empty", "lenet5", "mlp", "lstm", "mobilenetv2"]
    assert TEMPLATES["empty"].make().nodes == ()
    assert {template.name for template in NETWORKS} == set(PARAMETERS)


@pytest.mark.parametrize("template", NETWORKS, ids=lambda template: template.name)
def test_complete(template):
    graph = template.make()
    assert problems(graph) == () or {problem.code for problem in problems(graph)} == {"leads_nowhere"}
    assert flat(lower(graph)).program.missing == ()
    assert read_graph(write_graph(graph)) == graph


@pytest.mark.parametrize("template", READY, ids=lambda template: template.name)
def test_ready_for_its_data(template):
    graph, data = template.make(), DataSpec(name=template.data)
    task = DATASETS[template.data].task(data)
    assert problems(graph, task=task, training=defaults(graph, task).training) == ()


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_each_says_what_it_is(template):
    assert template.sentence.endswith(".")
    assert template.picture is None or Path(template.picture).is_file()
    assert template.group != "Images" or template.paper
    assert template.paper is None or (template.paper.url.startswith("https://") and template.paper.news.endswith("."))
    assert template.paper is None or bool(template.paper.measured) == (template.paper.top5 is not None)


@pytest.mark.parametrize("template", NETWORKS, ids=lambda template: template.name)
def test_laid_out_without_overlap(template):
    graph = template.make()
    for nodes in (graph.nodes, *(block.nodes for block in graph.blocks)):
        for one, other in combinations(nodes, 2):
            assert abs(one.x - other.x) >= WIDTH or abs(one.y - other.y) >= HEIGHT


def test_a_deep_network_is_code_of_a_page():
    text = source(lower(TEMPLATES["resnet152"].make()))
    assert len(text.splitlines()) < 70
    assert "for i in range(1, units + 1):" in text


def test_lenet5_is_the_papers():
    layers = {node.id: node.layer for node in TEMPLATES["lenet5"].make().nodes}
    convolutions = [layers[name] for name in ("c1", "c3", "c5")]
    assert all(isinstance(layer, Conv2D) and layer.kernel_size == (5, 5) for layer in convolutions)
    assert [layer.filters for layer in convolutions] == [6, 16, 120]
    assert layers["f6"].units == 84
    assert {layers[name].activation for name in ("c1", "c3", "c5", "f6")} == {"tanh"}
    assert {layers["s2"].type, layers["s4"].type} == {"AveragePooling2D"}


@pytest.mark.keras
@pytest.mark.parametrize("template", NETWORKS, ids=lambda template: template.name)
def test_parameters(template):
    from builder.compile import shapes

    facts = shapes(lower(template.make()))
    assert not any(fact.error for fact in facts.values())
    counted = sum(fact.trainable if template.name in TRAINED else fact.parameters for fact in facts.values())
    assert counted == PARAMETERS[template.name]
    assert FIGURES[template.name] == (
        sum(fact.parameters for fact in facts.values()),
        sum(fact.macs or 0 for fact in facts.values()),
    )


@pytest.mark.keras
@pytest.mark.parametrize(
    ("name", "theirs"),
    [("vgg_d", "VGG16"), ("resnet50", "ResNet50"), ("densenet121", "DenseNet121")],
)
def test_it_is_the_network_of_keras(name, theirs):
    """The shapes of all weights, one after the other, are those of keras.applications."""
    import keras

    from builder.compile import build

    with keras.StatelessScope(initialize_variables=False):
        reference = getattr(keras.applications, theirs)(weights=None)
        wanted = sorted(tuple(weight.shape) for weight in reference.weights)
    keras.utils.clear_session(free_memory=False)
    with keras.StatelessScope(initialize_variables=False):
        shapes = sorted(tuple(weight.shape) for weight in build(lower(TEMPLATES[name].make())).weights)
    keras.utils.clear_session(free_memory=False)
    assert shapes == wanted
