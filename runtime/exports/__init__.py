"""Formats that a run can be taken away in: one file each, none of which imports Keras before it is used."""

from __future__ import annotations

from runtime.exports.base import Document, ExportError, Format
from runtime.exports.card import CARD
from runtime.exports.keras_file import KERAS, WEIGHTS
from runtime.exports.litert import LITERT, LITERT_FLOAT16, LITERT_INT8
from runtime.exports.onnx import ONNX
from runtime.exports.png import PNG
from runtime.exports.saved_model import SAVED_MODEL
from runtime.exports.svg import SVG

__all__ = ["DOCUMENTS", "EXPORTS", "FORMATS", "Document", "ExportError", "Format"]

FORMATS: dict[str, Format] = {
    "keras": KERAS,
    "weights": WEIGHTS,
    "savedmodel": SAVED_MODEL,
    "onnx": ONNX,
    "litert": LITERT,
    "litert-float16": LITERT_FLOAT16,
    "litert-int8": LITERT_INT8,
}
DOCUMENTS: dict[str, Document] = {"svg": SVG, "png": PNG, "card": CARD}
EXPORTS: dict[str, Format | Document] = {**FORMATS, **DOCUMENTS}
