"""What Keras accepts when a network is put together, and cannot compute when data comes.

Some of it only some processors cannot, those for which TensorFlow uses oneDNN or those for which it does not. It is refused
on all of them, as a network is to be trained where it was not built.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras.src.layers.preprocessing.image_preprocessing.base_image_preprocessing_layer import (
    BaseImagePreprocessingLayer,
)

from builder.own_layers import PreprocessInput

ALIKE_STRIDES = (keras.layers.DepthwiseConv2D, keras.layers.SeparableConv2D)
# What these take, batch first; they tell the shape of what comes out whatever comes in.
AXES = {
    keras.layers.AdaptiveAveragePooling1D: 3,
    keras.layers.AdaptiveAveragePooling2D: 4,
    keras.layers.AdaptiveAveragePooling3D: 5,
    keras.layers.AdaptiveMaxPooling1D: 3,
    keras.layers.AdaptiveMaxPooling2D: 4,
    keras.layers.AdaptiveMaxPooling3D: 5,
    keras.layers.GroupQueryAttention: 3,
}
MOST_AXES = 8  # of the scores of attention
MOST_AXES_OF_SOFTMAX = 5  # with oneDNN
ON_IMAGES = (BaseImagePreprocessingLayer, PreprocessInput)
ON_COLOURS = (
    keras.layers.RandomHue,
    keras.layers.RandomSaturation,
    keras.layers.RandomColorDegeneration,
    keras.layers.RandomColorJitter,
    PreprocessInput,
)
GREY_OR_COLOURS = (keras.layers.AugMix, keras.layers.RandAugment, keras.layers.RandomGrayscale)
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
    if any(len(shape) != AXES.get(type(layer), len(shape)) for shape in shapes):
        raise ValueError(f"It takes {AXES[type(layer)]} axes, the batch among them. Received: {shapes}")
    if isinstance(layer, keras.layers.EinsumDense):
        _refuse_axes_of_a_sum(layer.equation.partition(",")[0], shapes[0])
    if isinstance(layer, keras.layers.MultiHeadAttention) and len(shapes[0]) + len(layer.attention_axes) > MOST_AXES:
        raise ValueError(f"TensorFlow compares along fewer axes. Received: {shapes[0]}; set attention_axes.")
    if (axes := _axes_of_softmax(layer, len(shapes[0]))) > MOST_AXES_OF_SOFTMAX:
        raise ValueError(f"TensorFlow's softmax takes up to {MOST_AXES_OF_SOFTMAX} axes. Received: {axes}")
    if isinstance(layer, ON_IMAGES) and len(shapes[0]) != 4:
        raise ValueError(f"Images have height, width and channels. Received: {shapes[0]}")
    if isinstance(layer, keras.layers.Resizing) and layer.crop_to_aspect_ratio and layer.pad_to_aspect_ratio:
        raise ValueError("An image is cut or filled up, not both: choose crop_to_aspect_ratio or pad_to_aspect_ratio.")
    if isinstance(layer, ON_COLOURS) and shapes[0][-1] != 3:
        raise ValueError(f"Colours need 3 channels: red, green, blue. Received: {shapes[0]}")
    if isinstance(layer, GREY_OR_COLOURS) and shapes[0][-1] not in (1, 3):
        raise ValueError(f"Images have 1 channel of grey or 3 of colour. Received: {shapes[0]}")
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


def _axes_of_softmax(layer: Any, axes: int) -> int:
    """How many axes TensorFlow's softmax gets from a layer that gets so many; 0 where Keras goes without it, as along two."""
    if isinstance(layer, keras.layers.MultiHeadAttention):
        return axes + 1 if len(layer.attention_axes) == 1 else 0
    if isinstance(layer, keras.layers.Softmax):
        return axes if isinstance(layer.axis, int) or len(layer.axis) == 1 else 0
    attends = isinstance(layer, keras.layers.Attention)  # AdditiveAttention is one
    return axes if attends or getattr(layer, "activation", None) is keras.activations.softmax else 0


def _refuse_axes_of_a_sum(letters: str, shape: tuple[int | None, ...]) -> None:
    """Keras does not count the axes of EinsumDense, and tells what `...` stands for in reverse order."""
    axes = len(shape) - len(letters.replace(".", ""))
    if "..." not in letters and axes:
        raise ValueError(f"The equation names {len(letters)} axes of the input. Received: {shape}")
    if axes > 2:
        raise ValueError(f"Here `...` stands for {axes} axes; Keras takes two. Give each axis a letter.")
