"""What kernels and feature maps show, in words for a beginner."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pages.parts.charts import Array


def kernels_in_words(kernels: Array, whole: Sequence[int], epoch: float) -> str:
    """What one sees in the filters of a convolution: (height, width, channels in, filters).

    Args:
        kernels: the part that was recorded.
        whole: the shape of all of it.
        epoch: epochs done; 0 before training.
    """
    height, width, channels, filters = whole or kernels.shape
    depth = "one channel" if channels == 1 else f"each of {channels} incoming channels"
    size = f"{height} × {width}"
    said = (
        f"**{_count(filters, 'filter')}** of {size} weights for {depth}. Where the image looks like the filter, the filter "
        "answers strongly: red weights count for it, blue ones against it, white ones hardly at all."
    )
    if epoch == 0:
        return said + " This is before training, so the weights are random; move the slider to watch patterns form."
    return said + _faulty(kernels)


def features_in_words(features: Array, whole: Sequence[int] = ()) -> str:
    """What one sees in feature maps (height, width, channels), a sequence (steps, channels) or single numbers (units,).

    Args:
        features: the part that was recorded.
        whole: the shape of all of it.
    """
    shape = whole if len(whole) == features.ndim else features.shape
    if features.ndim == 1:
        return f"**{_count(shape[0], 'number')}** for this example, {_largest(features)}.{_faulty(features)}"
    if features.ndim == 2:
        steps, channels = shape
        return f"**{_count(channels, 'channel')}** over {_count(steps, 'step')} of the sequence.{_faulty(features)}"
    height, width, channels = shape
    signed = bool((features < 0).any())
    scale = "red is above zero, blue below" if signed else "the brighter, the stronger"
    said = f"**{_count(channels, 'map')}** of {height} × {width}: what was found in this example, and where; {scale}."
    dark = int((features == 0).all(axis=(0, 1)).sum())
    if dark:
        verb = "is" if dark == 1 else "are"
        said += (
            f" {dark} of them {verb} zero everywhere: nothing in this example excites {'it' if dark == 1 else 'them'}."
        )
    return said + _faulty(features)


def answer_in_words(output: Array, classes: Sequence[str]) -> str:
    """What the network says about the example, where its output is one share a class; empty where it is not."""
    is_shares = output.ndim == 1 and len(output) == len(classes) > 1 and bool(np.isclose(output.sum(), 1, atol=1e-3))
    if not is_shares or (output < 0).any():
        return ""
    first = int(np.argmax(output))
    return f"The network says **{classes[first]}** and is {output[first]:.0%} sure.".replace("%", " %")


def _largest(features: Array) -> str:
    if not np.isfinite(features).any():
        return "none of them a number"
    return f"the largest at place {int(np.nanargmax(features)) + 1}"


def _faulty(values: Array) -> str:
    count = int((~np.isfinite(values)).sum())
    if not count:
        return ""
    return f" **{_count(count, 'value')} {'is' if count == 1 else 'are'} no number** (NaN, shown in magenta): training has diverged."


def _count(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")
