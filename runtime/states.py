"""All variables of a model that trains, as arrays by name, and back. Only the worker imports this.

Layers of Keras keep what they draw random numbers from in variables too, so that these, with the optimizer's, are all that
a training has; `variables` of a model lists them in the order in which they were made, which is the same in each process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from runtime.checkpoints import OPTIMIZER, Arrays


class StateError(ValueError):
    """A state that belongs to another network, or to another version of Keras."""


def arrays_of(model: Any, metrics: bool = True) -> Arrays:
    """A copy of all variables, or of all but those of the `metrics`, which several processes read together only."""
    return {name: _read(variable) for name, variable in _variables(model).items() if metrics or not _measures(name)}


def restore(model: Any, arrays: Mapping[str, Any]) -> None:
    """Give all variables their values, which several processes do together; none is changed unless all fit.

    Raises:
        StateError: they belong to another model.
    """
    for name, variable in _fitting(model, arrays).items():
        variable.assign(arrays[name])


def filled(model: Any, arrays: Mapping[str, Any] | None) -> Arrays:
    """Arrays for all variables: these, with zeros for metrics that are not among them; None: only zeros.

    Raises:
        StateError: they belong to another model.
    """
    known: Mapping[str, Any] = {} if arrays is None else arrays
    if arrays is not None:
        _fitting(model, arrays)
    return {
        name: np.asarray(known.get(name, np.zeros(variable.shape)), variable.dtype)
        for name, variable in _variables(model).items()
    }


def _fitting(model: Any, arrays: Mapping[str, Any]) -> dict[str, Any]:
    """The variables for these arrays: all but those of metrics, which say nothing between two epochs, must be there."""
    own = {name: value for name, value in _variables(model).items() if name in arrays or not _measures(name)}
    for name in sorted(own.keys() | arrays.keys()):
        if name not in own or name not in arrays:
            raise StateError(f"{name} is only in {'the network' if name in own else 'the checkpoint'}")
        if tuple(own[name].shape) != arrays[name].shape:
            raise StateError(f"{name} has the shape {arrays[name].shape} there and {tuple(own[name].shape)} here")
    return own


def restore_optimizer(model: Any, arrays: Sequence[Any]) -> None:
    """Let the optimizer of a compiled model go on with the state of another one; its learning rate stays its own.

    Raises:
        StateError: it belongs to an optimizer of another kind.
    """
    model.optimizer.build(model.trainable_variables)
    own = model.optimizer.variables
    if [tuple(variable.shape) for variable in own] != [array.shape for array in arrays]:
        raise StateError("the optimizer has other variables")
    for variable, array in zip(own, arrays, strict=True):
        if variable.name != "learning_rate":
            variable.assign(array)


def _read(variable: Any) -> NDArray[Any]:
    """A copy. TensorFlow's operation by itself takes a fifth of the time of `numpy()`, which hundreds of small variables notice."""
    found = variable.value
    if isinstance(found, tf.distribute.DistributedValues):
        return np.array(variable)
    return np.array(tf.raw_ops.ReadVariableOp(resource=found.handle, dtype=found.dtype))


def _measures(name: str) -> bool:
    return name.startswith("Metrics/")


def _variables(model: Any) -> dict[str, Any]:
    """Weights as `layer/0`, `layer/1`, ... in the order of `layer.get_weights()`; the others with a capital letter."""
    found: dict[str, Any] = {}
    for layer in model.layers:
        found |= {f"{layer.name}/{number}": weight for number, weight in enumerate(layer.weights)}
    known = {id(variable) for variable in found.values()}
    groups = {
        OPTIMIZER: model.optimizer.variables,
        "Metrics": model.metrics_variables,
        "Others": model.variables,
    }
    for group, variables in groups.items():
        fresh = [variable for variable in variables if id(variable) not in known]
        known |= {id(variable) for variable in fresh}
        found |= {f"{group}/{number}": variable for number, variable in enumerate(fresh)}
    return found
