"""The data of pictures and plots; what plotly draws of it is plotly's."""

from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from pages.parts.charts import (
    BRIGHT,
    INVALID,
    MOST_PICTURES,
    SIGNED,
    WIDEST,
    bar_figure,
    feature_pictures,
    gradient,
    input_picture,
    kernel_pictures,
    paint,
    picture_figure,
    sequence_figure,
    shrunk,
    span,
    sprite,
)


def decoded(url: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))))


def test_kernels_are_shown_a_channel_at_a_time_on_a_scale_around_zero() -> None:
    kernels = np.zeros((3, 3, 2, 4))
    kernels[0, 1, 1, 2] = -0.5
    pictures = kernel_pictures(kernels, channel=1)
    assert pictures.values.shape == (4, 3, 3)
    assert pictures.values[2, 0, 1] == -0.5
    assert (pictures.low, pictures.high, pictures.palette) == (-0.5, 0.5, SIGNED)


def test_kernels_of_an_rgb_image_are_colour_pictures() -> None:
    kernels = np.random.default_rng(0).normal(size=(5, 5, 3, 8))
    pictures = kernel_pictures(kernels, channel=None)
    assert pictures.in_colour
    assert paint(pictures).shape == (8, 5, 5, 3)


def test_feature_maps_begin_at_zero_unless_some_are_below() -> None:
    bright = feature_pictures(np.array([[[0.5], [2.0]]]))
    assert (bright.low, bright.high, bright.palette) == (0.0, 2.0, BRIGHT)
    signed = feature_pictures(np.array([[[-3.0], [2.0]]]))
    assert (signed.low, signed.high, signed.palette) == (-3.0, 3.0, SIGNED)


def test_the_ends_of_the_scale_have_the_ends_of_the_palette() -> None:
    pixels = paint(feature_pictures(np.array([[[0.0], [1.0]]])))
    assert tuple(pixels[0, 0, 0]) == (68, 1, 84)
    assert tuple(pixels[0, 0, 1]) == (253, 231, 37)


def test_what_is_no_number_is_magenta_and_does_not_set_the_scale() -> None:
    pictures = feature_pictures(np.array([[[np.nan], [1.0], [np.inf]]]))
    assert pictures.high == 1.0
    assert tuple(paint(pictures)[0, 0, 0]) == INVALID
    nothing = feature_pictures(np.full((2, 2, 1), np.nan))
    assert (paint(nothing) == INVALID).all()


def test_a_constant_map_can_be_painted() -> None:
    assert (paint(feature_pictures(np.zeros((2, 2, 1)))) == (68, 1, 84)).all()


def test_the_sprite_holds_every_picture_in_rows() -> None:
    features = np.zeros((2, 3, 5))
    for channel in range(5):
        features[:, :, channel] = channel
    pictures = feature_pictures(features)
    url, columns = sprite(pictures)
    sheet = decoded(url)
    assert columns == 3
    assert sheet.shape == (2 * 2, 3 * 3, 3)
    for index, picture in enumerate(paint(pictures)):
        row, column = divmod(index, columns)
        assert (sheet[row * 2 : row * 2 + 2, column * 3 : column * 3 + 3] == picture).all()


def test_an_input_is_grey_or_in_its_own_colours() -> None:
    grey = input_picture(np.array([[[0.0], [0.5], [1.0]]]))
    assert paint(grey)[0, 0].tolist() == [[0, 0, 0], [128, 128, 128], [255, 255, 255]]
    colour = input_picture(np.array([[[0.0, 0.5, 1.0]]]))
    assert colour.in_colour
    assert paint(colour)[0, 0].tolist() == [[0, 128, 255]]


def test_large_maps_are_averaged_down_and_many_are_cut() -> None:
    small = shrunk(np.ones((224, 100, 2)))
    assert small.shape == (74, 33, 2)
    assert max(small.shape) <= WIDEST
    assert (small == 1).all()
    assert len(feature_pictures(np.zeros((2, 2, MOST_PICTURES + 9))).values) == MOST_PICTURES


def test_labels_tell_number_and_range() -> None:
    pictures = feature_pictures(np.array([[[0.0, 1.0], [0.25, 1.0]]]))
    assert pictures.labels("map") == ["map 1: 0 to 0.25", "map 2: 1 to 1"]
    assert span(np.array([np.nan])) == "not a number"


def test_the_gradient_goes_from_low_to_high() -> None:
    assert gradient(BRIGHT).startswith("linear-gradient(to right, rgb(68, 1, 84)")


def test_an_enlarged_picture_keeps_the_common_scale() -> None:
    pictures = feature_pictures(np.array([[[0.5, 4.0]]]))
    drawing = picture_figure(pictures, 0).data[0]
    assert (drawing.zmin, drawing.zmax) == (0.0, 4.0)
    assert drawing.z[0][0] == 0.5


def test_bars_bear_the_names_of_the_classes_where_there_are_as_many() -> None:
    assert list(bar_figure(np.array([0.1, 0.9]), ("cat", "dog")).data[0].x) == ["cat", "dog"]
    assert list(bar_figure(np.array([0.1, 0.9, 0.3]), ("cat", "dog")).data[0].x) == [1, 2, 3]


@pytest.mark.parametrize(("channels", "drawings", "kind"), [(1, 1, "scatter"), (6, 6, "scatter"), (7, 1, "heatmap")])
def test_sequences_are_curves_while_they_are_few(channels: int, drawings: int, kind: str) -> None:
    figure = sequence_figure(np.zeros((10, channels)))
    assert (len(figure.data), figure.data[0].type) == (drawings, kind)
