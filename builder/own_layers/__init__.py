"""Layers that Keras does not have, one a file: what `build` uses, and word for word what the exported code contains."""

from builder.own_layers.local_response_normalization import LocalResponseNormalization
from builder.own_layers.position_embedding import PositionEmbedding
from builder.own_layers.preprocess_input import PreprocessInput
from builder.own_layers.sampling import Sampling

__all__ = ["LocalResponseNormalization", "PositionEmbedding", "PreprocessInput", "Sampling"]
