"""TensorFlow's SavedModel: a folder, here in a zip."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from runtime.exports.base import Arrays, Format, Trained, only_answers


def _write(trained: Trained, path: Path) -> str:
    with TemporaryDirectory() as folder:
        trained.model.export(Path(folder) / "model", format="tf_saved_model", verbose=False)
        shutil.make_archive(str(path.with_suffix("")), "zip", Path(folder) / "model")
    return ""


def _answers(trained: Trained, path: Path) -> Arrays:
    import tensorflow as tf

    with TemporaryDirectory() as folder:
        shutil.unpack_archive(path, folder, "zip")
        loaded, samples = tf.saved_model.load(folder), trained.samples
        outputs = loaded.serve(list(samples) if len(samples) > 1 else samples[0])
    return tuple(np.asarray(output) for output in tf.nest.flatten(outputs))


SAVED_MODEL = Format(
    title="SavedModel",
    about="For TensorFlow Serving and programs with TensorFlow in any language; a folder, which you get as a zip.",
    ending=".zip",
    write=_write,
    answers=_answers,
    limits=only_answers,
)
