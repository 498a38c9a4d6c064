"""Layers that Keras does not have, one a file: what `build` uses, and word for word what the exported code contains."""

from builder.own_layers.clip import Clip
from builder.own_layers.divide import Divide
from builder.own_layers.elementwise import Elementwise
from builder.own_layers.expand_dims import ExpandDims
from builder.own_layers.local_response_normalization import LocalResponseNormalization
from builder.own_layers.mat_mul import MatMul
from builder.own_layers.pick import Pick
from builder.own_layers.position_embedding import PositionEmbedding
from builder.own_layers.power import Power
from builder.own_layers.preprocess_input import PreprocessInput
from builder.own_layers.reduce import Reduce
from builder.own_layers.sampling import Sampling
from builder.own_layers.slice import Slice
from builder.own_layers.squeeze import Squeeze
from builder.own_layers.stack import Stack

__all__ = [
    "Clip",
    "Divide",
    "Elementwise",
    "ExpandDims",
    "LocalResponseNormalization",
    "MatMul",
    "Pick",
    "PositionEmbedding",
    "Power",
    "PreprocessInput",
    "Reduce",
    "Sampling",
    "Slice",
    "Squeeze",
    "Stack",
]
