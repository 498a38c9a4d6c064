"""Layers that prepare data and disturb images: what they do in a model, and why others are left out."""

from itertools import pairwise
from typing import Any

import keras
import numpy as np
import pytest

from builder.compile import build, shapes
from builder.graph import Edge, Graph, Node
from builder.layers import LAYERS
from builder.layers.excluded import EXCLUDED
from builder.program import lower

pytestmark = pytest.mark.keras

IMAGES = np.random.default_rng(0).uniform(0, 255, (4, 16, 16, 3)).astype("float32")
DISTURBING = [name for name, layer in LAYERS.items() if layer.family() in ("augmentation", "colors")]
ALWAYS_ACTIVE = {"AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization"}


def network(shape: tuple[int, ...], *layers: Any, dtype: str | None = None) -> Graph:
    made = (LAYERS["Input"](shape=shape, dtype=dtype), *layers)
    nodes = tuple(Node(id=f"n{number}", layer=layer) for number, layer in enumerate(made))
    return Graph(nodes=nodes, edges=tuple(Edge(source=a.id, target=b.id) for a, b in pairwise(nodes)))


def model(shape: tuple[int, ...], *layers: Any, dtype: str | None = None) -> Any:
    return build(lower(network(shape, *layers, dtype=dtype)))


@pytest.mark.parametrize("name", DISTURBING)
def test_it_disturbs_only_while_training_and_survives_a_file(name: str, tmp_path: Any) -> None:
    keras.utils.set_random_seed(3)
    made = model((16, 16, 3), LAYERS[name].example())
    disturbed = np.stack([made(IMAGES, training=True) for _ in range(3)])
    assert np.isfinite(disturbed).all()
    assert np.abs(disturbed - IMAGES).max() > 1
    told = made.predict(IMAGES, verbose=0)
    assert (np.abs(told - IMAGES).max() > 1) == (name in ALWAYS_ACTIVE)
    made.save(tmp_path / "model.keras")
    np.testing.assert_allclose(keras.models.load_model(tmp_path / "model.keras").predict(IMAGES, verbose=0), told)


@pytest.mark.parametrize(
    ("layer", "values", "incoming", "told"),
    [
        ("Normalization", {"mean": (1.0, 2.0), "variance": (4.0, 1.0)}, [[3.0, 3.0]], [[1.0, 1.0]]),
        ("Normalization", {"mean": 1.0, "variance": 4.0, "invert": True}, [[1.0, 0.0]], [[3.0, 1.0]]),
        ("Discretization", {"bin_boundaries": (0.0, 10.0)}, [[-1.0, 0.0, 99.0]], [[0, 1, 2]]),
        ("CategoryEncoding", {"num_tokens": 3}, [[0, 2]], [[1, 0, 1]]),
        ("CategoryEncoding", {"num_tokens": 3, "output_mode": "one_hot"}, [[2]], [[0, 0, 1]]),
        ("IntegerLookup", {"vocabulary": (5, 9)}, [[9, 5, 4]], [[2, 1, 0]]),
        ("IntegerLookup", {"vocabulary": (5, 9), "invert": True}, [[2, 1, 0]], [[9, 5, -1]]),
    ],
)
def test_it_computes_what_it_says(layer: str, values: dict[str, Any], incoming: list[Any], told: list[Any]) -> None:
    spec = LAYERS[layer].model_validate({**dict(LAYERS[layer].example()), **values})
    data = np.array(incoming)
    kind = "int32" if data.dtype.kind == "i" else "float32"
    made = model(data.shape[1:], spec, dtype=kind)
    np.testing.assert_allclose(made.predict(data.astype(kind), verbose=0), told)


def test_hashing_gives_equal_numbers_the_same_bin() -> None:
    found = model((3,), LAYERS["Hashing"](num_bins=100), dtype="int32").predict(
        np.array([[7, 7, 8]], "int32"), verbose=0
    )
    assert found[0, 0] == found[0, 1] != found[0, 2]


def test_images_are_brought_to_a_size() -> None:
    assert model((16, 16, 3), LAYERS["Resizing"](height=8, width=4)).predict(IMAGES, verbose=0).shape == (4, 8, 4, 3)
    middle = model((16, 16, 3), LAYERS["CenterCrop"](height=8, width=4)).predict(IMAGES, verbose=0)
    np.testing.assert_allclose(middle, IMAGES[:, 4:12, 6:10])


def test_the_loudest_pitch_is_the_one_that_sounds() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000).astype("float32")
    layer = LAYERS["STFTSpectrogram"](frame_length=256, mode="magnitude")
    spectrum = model((8000, 1), layer).predict(tone[None, :, None], verbose=0)
    assert set(spectrum[0].argmax(axis=-1)) == {1000 * 256 // 8000}
    mel = model((8000,), LAYERS["MelSpectrogram"](sampling_rate=8000, num_mel_bins=40, fft_length=512, max_freq=4000.0))
    pitches = mel.predict(tone[None], verbose=0)[0]
    assert pitches.shape[0] == 40
    assert len(set(pitches.argmax(axis=0))) == 1


@pytest.mark.parametrize(
    ("layer", "shape", "reason"),
    [
        (LAYERS["RandomHue"](factor=0.1), (16, 16, 1), "3 channels"),
        (LAYERS["RandomFlip"](), (16, 3), "height, width"),
        (LAYERS["IntegerLookup"](), (3,), "vocabulary"),
        (LAYERS["CategoryEncoding"](), (3,), "tokens"),
        (LAYERS["MelSpectrogram"](), (500,), "too few"),
        (LAYERS["Resizing"](height=4, width=4, crop_to_aspect_ratio=True, pad_to_aspect_ratio=True), (9, 8, 3), "both"),
    ],
    ids=lambda value: getattr(value, "type", None),
)
def test_what_does_not_fit_is_told_before_training(layer: Any, shape: tuple[int, ...], reason: str) -> None:
    assert reason in (shapes(lower(network(shape, layer)))["n1"].error or "")


def test_boundaries_ascend() -> None:
    with pytest.raises(ValueError, match="ascending"):
        LAYERS["Discretization"](bin_boundaries=(1.0, 0.0))


# The reasons for leaving layers out, as far as they are about what Keras does: a release that mends one shows up here.


def test_equalization_is_a_cycle() -> None:
    tensor = keras.Input((8, 8, 3))
    assert keras.layers.Equalization()(tensor) is tensor
    assert "cycle" in EXCLUDED["Equalization"]


def test_random_crop_gives_the_whole_image_when_it_predicts() -> None:
    tensor = keras.Input((16, 16, 3))
    cut = keras.Model(tensor, keras.layers.RandomCrop(8, 8)(tensor))
    assert cut.output_shape == (None, 8, 8, 3)
    assert cut.predict(IMAGES, verbose=0).shape == (4, 16, 16, 3)


@pytest.mark.parametrize("layer", [keras.layers.StringLookup, keras.layers.TextVectorization])
def test_text_cannot_be_made_of_numbers(layer: Any) -> None:
    tensor = keras.Input((1,), dtype="int32")
    with pytest.raises(Exception, match=r"string|Cast"):
        keras.Model(tensor, layer(vocabulary=["a"])(tensor)).predict(np.ones((2, 1), "int32"), verbose=0)


@pytest.mark.parametrize("layer", [keras.layers.MixUp, keras.layers.CutMix])
def test_mixing_without_labels_mixes_only_images(layer: Any) -> None:
    keras.utils.set_random_seed(0)
    mixed = layer()(IMAGES, training=True)
    assert np.abs(np.asarray(mixed) - IMAGES).max() > 1


def test_bounding_boxes_are_nothing_to_a_plain_image() -> None:
    np.testing.assert_array_equal(keras.layers.MaxNumBoundingBoxes(3)(IMAGES), IMAGES)
