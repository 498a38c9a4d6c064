"""Formats that a run can be taken away in: one file each, none of which imports Keras before it is used."""

from __future__ import annotations

from runtime.exports.base import Document, ExportError, Format
from runtime.exports.keras_file import KERAS, WEIGHTS
from runtime.exports.litert import LITERT, LITERT_FLOAT16, LITERT_INT8
from runtime.exports.onnx import ONNX
from runtime.exports.saved_model import SAVED_MODEL

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
DOCUMENTS: dict[str, Document] = {}
EXPORTS: dict[str, Format | Document] = {**FORMATS, **DOCUMENTS}
