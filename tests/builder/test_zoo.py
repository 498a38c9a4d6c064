"""The templates: complete, without problems for their data, and what they claim to be."""

from itertools import pairwise
from pathlib import Path

import pytest

from builder.layers.convolutional import Conv2D
from builder.program import lower
from builder.training import defaults
from builder.validate import problems
from builder.zoo import TEMPLATES
from runtime.datasets import DATASETS
from runtime.run import DataSpec

NETWORKS = [template for template in TEMPLATES.values() if template.name != "empty"]


def test_names():
    assert list(TEMPLATES) == ["empty", "lenet5", "mlp", "lstm", "mobilenetv2"]
    assert TEMPLATES["empty"].make().nodes == ()


@pytest.mark.parametrize("template", NETWORKS, ids=lambda template: template.name)
def test_ready_for_its_data(template):
    graph, data = template.make(), DataSpec(name=template.data)
    task = DATASETS[template.data].task(data)
    assert problems(graph, task=task, training=defaults(graph, task).training) == ()
    assert lower(graph).missing == ()


@pytest.mark.parametrize("template", TEMPLATES.values(), ids=lambda template: template.name)
def test_each_has_a_picture_and_one_sentence(template):
    assert Path(template.picture).is_file()
    assert template.sentence.endswith(".")


@pytest.mark.parametrize("template", NETWORKS, ids=lambda template: template.name)
def test_laid_out_without_overlap(template):
    places = [(node.x, node.y) for node in template.make().nodes]
    assert len(set(places)) == len(places)
    assert all(abs(a[1] - b[1]) >= 110 for a, b in pairwise(places))


def test_lenet5_is_the_papers():
    layers = {node.id: node.layer for node in TEMPLATES["lenet5"].make().nodes}
    convolutions = [layers[name] for name in ("c1", "c3", "c5")]
    assert all(isinstance(layer, Conv2D) and layer.kernel_size == (5, 5) for layer in convolutions)
    assert [layer.filters for layer in convolutions] == [6, 16, 120]
    assert layers["f6"].units == 84
    assert {layers[name].activation for name in ("c1", "c3", "c5", "f6")} == {"tanh"}
    assert {layers["s2"].type, layers["s4"].type} == {"AveragePooling2D"}


@pytest.mark.keras
def test_parameters():
    from builder.compile import build

    counted = {t.name: build(lower(t.make())).count_params() for t in NETWORKS}
    # LeNet-5 with C3 connected to all six maps: 156 + 2,416 + 48,120 + 10,164 + 850.
    assert counted["lenet5"] == 61_706
    assert counted["mlp"] == 64 * 64 + 64 + 64 * 10 + 10
    assert counted["lstm"] == 4 * (32 * (1 + 32) + 32) + 33
    # 410,208: MobileNetV2, alpha 0.35, without its head (keras.applications).
    assert counted["mobilenetv2"] == 410_208 + 6 + 12_810
