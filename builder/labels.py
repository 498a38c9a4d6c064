"""The labels of a data set in the form that a loss takes: one Call, which a script writes down and the worker makes."""

from __future__ import annotations

from typing import Any

from builder.call import Call
from builder.losses import Labels, LossSpec


def form(loss: LossSpec, classes: int, numbers: int = 1) -> Labels | None:
    """In which form a loss takes what a data set asks for; None if it measures something else.

    Args:
        classes: how many there are; 0 where numbers are to be predicted.
        numbers: how many are to be predicted for an example.
    """
    if classes:
        possible = {"number", "one_hot", "embedding"} | ({"binary"} if classes == 2 else set())
    else:
        possible = {"values"} if numbers > 1 or not loss.rows else set()
    return next((label for label in loss.takes if label in possible), None)


def encoded(labels: Any, loss: LossSpec, classes: int) -> Call | None:
    """The call that brings labels into that form; None where they are in it.

    Args:
        labels: the numbers of the classes: an array to make the call with, or an Expression to write it down.
        classes: as in `form`.
    """
    match form(loss, classes):
        case "one_hot":
            return Call("keras.utils.to_categorical", (labels, classes))
        case "binary":  # one output is a column; Keras averages a plain row of labels over the batch too early
            return Call("keras.ops.expand_dims", (labels, -1))
    return None
