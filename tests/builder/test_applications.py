"""The backbones: all of keras.applications, cheaply, since none of them gets weights here; freezing, files, preprocessing."""

import inspect
from itertools import pairwise
from math import prod
from typing import Any

import keras
import numpy as np
import pytest

from builder.codegen import source
from builder.compile import BuildError, build, shapes
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.layers.applications import Backbone, PreprocessInput
from builder.layers.applications.preprocess import Module
from builder.layers.base import LayerSpec
from builder.program import lower
from builder.zoo.applications import PUBLISHED

pytestmark = pytest.mark.keras

BACKBONES = {name: layer for name, layer in LAYERS.items() if issubclass(layer, Backbone)}
MODULES = Module.__args__  # type: ignore[attr-defined]


def network(shape: tuple[int | None, ...], *layers: LayerSpec) -> Graph:
    nodes = tuple(Node(id=f"n{n}", layer=layer) for n, layer in enumerate((LAYERS["Input"](shape=shape), *layers)))
    return Graph(nodes=nodes, edges=tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)))


def small(**values: Any) -> LayerSpec:
    return LAYERS["MobileNetV2"].model_validate({**dict(LAYERS["MobileNetV2"].example()), "alpha": 0.35, **values})


def test_all_forty_are_offered() -> None:
    functions = {name for name, thing in vars(keras.applications).items() if inspect.isfunction(thing)}
    assert set(BACKBONES) == functions == set(PUBLISHED)
    assert len(functions) == 40


@pytest.mark.parametrize("name", BACKBONES)
def test_figures_are_those_that_keras_builds(name: str) -> None:
    layer, published = BACKBONES[name], PUBLISHED[name]
    facts = shapes(lower(network((layer.side, layer.side, 3), layer(weights=None))))["n1"]
    assert facts.error is None
    assert facts.shapes == ((None, 1000),)
    assert (layer.side, facts.parameters, facts.macs) == (published.side, published.parameters, published.macs)
    assert getattr(getattr(keras.applications, layer.network), name, None) in (getattr(keras.applications, name), None)


# What the papers print, in billions: a count of our own could be wrong as a whole.
PRINTED = {"ResNet50": 3.8, "MobileNetV2": 0.3, "EfficientNetB0": 0.39, "ConvNeXtTiny": 4.5, "NASNetLarge": 23.8}


@pytest.mark.parametrize("name", PRINTED)
def test_multiplications_are_those_of_the_papers(name: str) -> None:
    assert PUBLISHED[name].macs / 1e9 == pytest.approx(PRINTED[name], rel=0.03)


@pytest.mark.parametrize(("trainable_layers", "learning"), [(None, 156), (1, 0), (4, 3), (500, 156)])
def test_only_the_last_layers_learn(trainable_layers: int | None, learning: int) -> None:
    program = lower(network((32, 32, 3), small(trainable_layers=trainable_layers), LAYERS["Dense"](units=2)))
    model = build(program)
    assert len(model.get_layer("n1").trainable_weights) == learning
    counted = sum(prod(weight.shape) for weight in model.get_layer("n1").trainable_weights)
    assert shapes(program)["n1"].trainable == counted


@pytest.mark.parametrize("style", ["functional", "sequential", "subclass"])
def test_the_code_freezes_what_build_freezes(style: Any) -> None:
    program = lower(network((32, 32, 3), small(trainable_layers=4), LAYERS["Dense"](units=2)))
    code = source(program, style)
    assert ".layers[:-4]:" in code
    scope: dict[str, Any] = {}
    keras.utils.clear_session(free_memory=False)
    exec(code, scope)
    images = np.zeros((1, 32, 32, 3), "float32")
    scope["model"](images)
    assert len(scope["model"].trainable_weights) == len(build(program).trainable_weights) == 3 + 2


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # Keras, reading what it has written
def test_weights_come_from_a_file_in_the_folder_of_weights(tmp_path: Any) -> None:
    learned = build(lower(network((32, 32, 3), small()))).get_layer("n1")
    learned.save_weights(tmp_path / "mine.weights.h5")
    program = lower(network((32, 32, 3), small(weights="mine.weights.h5")))
    assert "weights='mine.weights.h5'" in repr(program.steps[1].call)
    assert shapes(program)["n1"].error is None
    loaded = build(program, tmp_path).get_layer("n1")
    for ours, theirs in zip(loaded.get_weights(), learned.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(BuildError, match="weights"):
        build(program, tmp_path / "elsewhere")


@pytest.mark.parametrize("name", ["../mine.h5", "/etc/passwd", "folder/mine.h5", "mine.pkl", ".h5", "imagenet.npz", ""])
def test_weights_are_a_plain_file_name(name: str) -> None:
    with pytest.raises(ValueError, match="weights"):
        small(weights=name)


@pytest.mark.parametrize("largest", [255, 1])
@pytest.mark.parametrize("module", MODULES)
def test_images_are_prepared_as_the_network_asks(module: str, largest: int, tmp_path: Any) -> None:
    images = np.random.default_rng(0).uniform(0, 255, (2, 4, 4, 3)).astype("float32")
    wanted = getattr(keras.applications, module).preprocess_input(images.copy())
    model = build(lower(network((4, 4, 3), PreprocessInput(network=module, largest=largest))))
    np.testing.assert_allclose(model.predict(images * largest / 255, verbose=0), wanted, atol=1e-4, rtol=1e-5)
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.predict(images, verbose=0), model.predict(images, verbose=0))


def test_every_backbone_has_a_module_to_prepare_its_images() -> None:
    assert {layer.network for layer in BACKBONES.values()} == set(MODULES)
