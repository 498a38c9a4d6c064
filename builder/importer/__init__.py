"""Models of other people: files of Keras 1, 2 and 3, and models at hand, opened as graphs with their weights."""

from builder.importer.files import read_file
from builder.importer.opening import Imported, graph_of, open_model
from builder.importer.refusal import ModelFileError
from builder.importer.weights import Weights, WeightsError, apply_weights, begin_with, load_weights, save_weights

__all__ = [
    "Imported",
    "ModelFileError",
    "Weights",
    "WeightsError",
    "apply_weights",
    "begin_with",
    "graph_of",
    "load_weights",
    "open_model",
    "read_file",
    "save_weights",
]
