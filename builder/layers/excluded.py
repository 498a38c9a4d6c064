"""The layers of Keras that the palette does not offer, each with the reason."""

from __future__ import annotations

BASE = "a class to derive layers from, which does nothing by itself"
CELL = "one step of a recurrent layer; SimpleRNN, LSTM and GRU hold theirs"
FOREIGN = "runs the code of another framework, which the app does not hold"

EXCLUDED: dict[str, str] = {
    "CutMix": "mixes the labels of a batch too, and a layer in a network is given no labels: they would be wrong",
    "Equalization": "cannot stand in a functional model of Keras 3.15.1: it tells its input as its output, a cycle",
    "FlaxLayer": FOREIGN,
    "GRUCell": CELL,
    "InputLayer": "what keras.Input makes; Input stands for it",
    "InputSpec": "no layer: what a layer says about what it takes",
    "JaxLayer": FOREIGN,
    "Lambda": "its parameter is Python code, and code from a document is never executed",
    "Layer": BASE,
    "LSTMCell": CELL,
    "MaxNumBoundingBoxes": "counts bounding boxes, and the examples here have labels or numbers; images it leaves as they are",
    "MixUp": "mixes the labels of a batch too, and a layer in a network is given no labels: they would be wrong",
    "Pipeline": "holds a list of layers; on the canvas they stand behind each other",
    "RandomCrop": "gives the whole image when it predicts, though it tells the cut size: what follows cannot take it",
    "RNN": "takes a cell; SimpleRNN, LSTM and GRU are RNN with theirs",
    "SimpleRNNCell": CELL,
    "StackedRNNCells": "takes cells; on the canvas recurrent layers stand behind each other",
    "StringLookup": "reads text, and what comes into a network here are numbers: text is numbered by the data set",
    "TextVectorization": "reads text, and what comes into a network here are numbers: text is numbered by the data set",
    "TFSMLayer": "runs a SavedModel from a path, code that nobody has read",
    "TorchModuleWrapper": FOREIGN,
    "Wrapper": BASE,
}
