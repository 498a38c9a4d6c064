"""The layers of Keras that the palette does not offer, each with the reason."""

from __future__ import annotations

EXCLUDED: dict[str, str] = {
    "CutMix": "mixes the labels of a batch too, and a layer in a network is given no labels: they would be wrong",
    "Equalization": "cannot stand in a functional model of Keras 3.15.1: it tells its input as its output, a cycle",
    "MaxNumBoundingBoxes": "counts bounding boxes, and the examples here have labels or numbers; images it leaves as they are",
    "MixUp": "mixes the labels of a batch too, and a layer in a network is given no labels: they would be wrong",
    "RandomCrop": "gives the whole image when it predicts, though it tells the cut size: what follows cannot take it",
    "StringLookup": "reads text, and what comes into a network here are numbers: text is numbered by the data set",
    "TextVectorization": "reads text, and what comes into a network here are numbers: text is numbered by the data set",
}
