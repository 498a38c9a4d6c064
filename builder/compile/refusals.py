"""What Keras accepts when a network is put together, and cannot compute when data comes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)

from builder.own_layers import PreprocessInput

ALIKE_STRIDES = (keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
ON_IMAGES = (BaseImagePreprocessingLayer, PreprocessInput)
ON_COLOURS = (
    keras.layers.RandomHue,
    keras.layers.RandomSaturation,
    keras.layers.RandomColorDegeneration,
    keras.layers.RandomColorJitter,
    PreprocessInput,
)
ONE_ROW = ("multi_hot", "count", "tf_idf")  # of more axes Keras makes another shape than it tells


def refuse_what_only_data_would_show(layer: Any, shapes: Sequence[tuple[int | None, ...]]) -> None:
    """Raise what data would, in words.

    Args:
        layer: made and called.
        shapes: of what comes in, batch axis first.

    Raises:
        ValueError: the layer cannot compute such a thing.
    """
    if isinstance(layer, ALIKE_STRIDES) and len(set(layer.strides)) > 1:
        raise ValueError(
            f"TensorFlow takes the same step down and to the right here. Received: strides={layer.strides}"
        )
    if isinstance(layer, ON_IMAGES) and len(shapes[0]) != 4:
        raise ValueError(f"Images have height, width and channels. Received: {shapes[0]}")
    if isinstance(layer, keras.layers.Resizing) and layer.crop_to_aspect_ratio and layer.pad_to_aspect_ratio:
        raise ValueError("An image is cut or filled up, not both: choose crop_to_aspect_ratio or pad_to_aspect_ratio.")
    if isinstance(layer, ON_COLOURS) and shapes[0][-1] != 3:
        raise ValueError(f"Colours need 3 channels: red, green, blue. Received: {shapes[0]}")
    if isinstance(layer, keras.layers.MelSpectrogram) and len(shapes[0]) != 2:
        raise ValueError(f"Sound is one number a sample, without further axes. Received: {shapes[0]}")
    if isinstance(layer, keras.layers.MelSpectrogram) and (shapes[0][1] or layer.fft_length) <= layer.fft_length // 2:
        raise ValueError(f"Sound is mirrored at its ends, for which {shapes[0][1]} samples are too few.")
    if isinstance(layer, keras.layers.HashedCrossing) and any(shape[1:] not in ((), (1,)) for shape in shapes):
        raise ValueError(f"It crosses single numbers. Received: {shapes[0]}")
    if getattr(layer, "output_mode", None) in ONE_ROW and len(shapes[0]) > 2:
        raise ValueError(f"One row of classes is made of one row of numbers. Received: {shapes[0]}")
    if isinstance(layer, keras.layers.IntegerLookup) and layer.input_vocabulary is None:
        raise ValueError("It needs its vocabulary: the list of numbers that it numbers.")
