"""Keras, asked: `make` a call, `build` the model of a program, and `shapes`, what Keras says about each of its nodes."""

from builder.compile.asking import shapes, shapes_inside
from builder.compile.building import BuildError, build
from builder.compile.making import made, make, reason
from builder.compile.offline import Download, download_wanted

__all__ = ["BuildError", "Download", "build", "download_wanted", "made", "make", "reason", "shapes", "shapes_inside"]
