"""What reading knows of Keras by heart, compared with Keras itself."""

import inspect

import keras
import pytest

from builder.constraints import ConstraintSpec
from builder.importer.applications import application_graph
from builder.initializers import InitializerSpec
from builder.layers import LAYERS
from builder.layers.base import Weighted
from builder.reading import fields, read_code
from builder.reading.names import MERGING, SAME
from builder.regularizers import RegularizerSpec
from tests.builder.keras_signature import target
from tests.builder.meaning import meaning, written

pytestmark = pytest.mark.keras
KERAS_LAYERS = [layer for layer in LAYERS.values() if layer.namespace.startswith("keras")]


@pytest.mark.parametrize("layer", KERAS_LAYERS, ids=lambda layer: layer.__name__)
def test_values_by_their_place_are_those_that_keras_means(layer: type) -> None:
    theirs = [p.name for p in inspect.signature(target(layer)).parameters.values() if p.kind == p.POSITIONAL_OR_KEYWORD]
    ours = fields.positional(layer)
    assert ours == theirs[: len(ours)]


def test_other_names_of_layers_are_those_of_keras() -> None:
    still = {other: name for other, name in SAME.items() if hasattr(keras.layers, other)}
    assert {"MaxPool2D", "Convolution2D", "GlobalAvgPool1D"} <= set(still)
    for other, name in still.items():
        assert getattr(keras.layers, other) is getattr(keras.layers, name)
    for function, layer in MERGING.items():
        assert callable(getattr(keras.layers, function))
        assert hasattr(keras.layers, layer)


@pytest.mark.parametrize(
    ("kind", "get", "texts"),
    [
        (InitializerSpec, keras.initializers.get, "he_normal HeNormal glorot_uniform uniform normal zeros one orthogonal"),
        (RegularizerSpec, keras.regularizers.get, "l1 L2 l1l2 orthogonal_regularizer"),
        (ConstraintSpec, keras.constraints.get, "max_norm non_neg unit_norm min_max_norm MaxNorm"),
    ],
)  # fmt: skip
def test_texts_mean_what_they_mean_in_keras(kind: type, get: object, texts: str) -> None:
    for text in texts.split():
        found = fields.choice(kind, text)
        assert found is not None
        assert type(get(text)) is target(found)


def make_model():
    x = first = keras.Input((4, 3))
    for _ in range(2):
        x = keras.layers.LSTM(3, return_sequences=True)(x)
        x = keras.layers.Bidirectional(keras.layers.LSTM(2, return_sequences=True))(x)
        x = keras.layers.add([x, keras.layers.TimeDistributed(keras.layers.Dense(4))(x)])
    x = keras.layers.Dense(2)(keras.layers.GlobalMaxPool1D()(x)) * 2
    return keras.Model(first, keras.layers.Dense(1)(x))


def test_names_are_those_that_keras_gives() -> None:
    keras.utils.clear_session(free_memory=False)
    theirs = [layer.name for layer in make_model().layers if layer.weights]
    graph = read_code("import keras\n" + inspect.getsource(make_model)).graph
    ours = [node.id for node in graph.nodes if isinstance(node.layer, Weighted)]
    assert ours == theirs


ONE_OF_EACH_KIND = (
    *("ConvNeXtTiny", "DenseNet121", "EfficientNetB0", "EfficientNetV2B0", "InceptionResNetV2", "InceptionV3"),
    *("MobileNet", "MobileNetV2", "MobileNetV3Small", "NASNetMobile", "ResNet50", "ResNet50V2", "VGG16", "Xception"),
)


@pytest.mark.parametrize("name", ONE_OF_EACH_KIND)
def test_a_network_of_keras_applications_is_read_back(name: str) -> None:
    graph = application_graph(name)
    text = written(graph, "functional")
    assert text is not None
    reading = read_code(text)
    assert meaning(reading.graph, graph) == meaning(graph, graph)
    assert reading.notes == ()
