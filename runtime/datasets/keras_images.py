"""Pictures that Keras downloads once and keeps: MNIST, Fashion-MNIST and CIFAR-10."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from runtime.datasets import downloads
from runtime.datasets.base import Arrays, Dataset, DataUnavailable, Preview, Progress
from runtime.run import DataSpec
from runtime.service import service

if TYPE_CHECKING:
    from builder.scripts import DataCode

PATIENCE = 45.0  # seconds in which a download must tell of progress; it gives up by itself before that
TELL = 0.2  # seconds between two words about it


class KerasImages(Dataset):
    """A set of `keras.datasets`; the screen looks at it through the Keras service."""

    def preview(self, spec: DataSpec, progress: Progress | None = None) -> Preview:
        """Download the set if need be, and look at it, in the Keras service; once for all who ask."""
        with _beginning:
            fetch = _fetches.get(self.name)
            if fetch is None or fetch.failed():
                fetch = _fetches[self.name] = _Fetch(self, spec)
        while True:
            try:
                return fetch.preview.result(timeout=TELL)
            except TimeoutError:
                if progress is not None:
                    progress(*fetch.step)

    def look(self, spec: DataSpec) -> Preview:
        """The preview, made in this process, which has Keras."""
        (x_train, y_train), (_, y_test) = self.read()
        return self.show(x_train, y_train.ravel(), y_test.ravel())

    def read(self) -> Any:
        """What `keras.datasets` gives: ((x_train, y_train), (x_test, y_test)), uint8.

        Raises:
            Exception: of any kind; it is not in Keras's cache and cannot be downloaded, or is damaged.
        """
        import keras

        downloads.guard()
        return getattr(keras.datasets, self.name).load_data()

    def scaled(self, inputs: NDArray[Any]) -> NDArray[np.float32]:
        """From bytes to 0..1, with an axis for the channels."""
        return inputs.reshape(-1, *self.input_shape).astype(np.float32) / np.float32(255)


class _Fetch:
    """The one fetch of a set that goes on or has ended. It goes on when those who wait for it have left."""

    def __init__(self, dataset: KerasImages, spec: DataSpec) -> None:
        self.step: tuple[int, int | None] = (0, None)
        self.preview: Future[Preview] = Future()
        threading.Thread(target=self._run, args=(dataset, spec), name=f"fetch-{dataset.name}", daemon=True).start()

    def failed(self) -> bool:
        return self.preview.done() and self.preview.exception() is not None

    def _run(self, dataset: KerasImages, spec: DataSpec) -> None:
        try:
            answer = service().call("dataset", {"data": spec.model_dump()}, PATIENCE, self._told)
            self.preview.set_result(Preview.model_validate(answer))
        except Exception as error:
            self.preview.set_exception(DataUnavailable(unavailable(dataset, error)))

    def _told(self, received: int, total: int | None) -> None:
        self.step = (received, total)


_fetches: dict[str, _Fetch] = {}  # by set; the sets bring their own test examples, so that all see the same
_beginning = threading.Lock()


def unavailable(dataset: Dataset, reason: object) -> str:
    """What a person is told when a set cannot be had."""
    return (
        f"{dataset.title} is downloaded once and could not be had just now: {str(reason)[:300]}. "
        "Connect to the internet and try again, or choose Handwritten digits (digits), which needs no download."
    )


def _images(
    name: str,
    title: str,
    description: str,
    source: str,
    size: int,
    shape: tuple[int, ...],
    classes: tuple[str, ...],
    files: tuple[str, ...],
) -> KerasImages:
    """The set `keras.datasets.NAME`."""

    def load(_spec: DataSpec) -> Arrays:
        try:
            (x_train, y_train), (x_test, y_test) = dataset.read()
        except Exception as error:
            raise DataUnavailable(unavailable(dataset, error)) from error
        x_train, x_test = dataset.scaled(x_train), dataset.scaled(x_test)
        return Arrays(x_train, y_train.ravel().astype("int64"), x_test, y_test.ravel().astype("int64"))

    def code(_spec: DataSpec) -> DataCode:
        from builder.scripts import DataCode

        # grey pictures come without the axis for the channels, CIFAR-10's labels as a column
        reshape, ravel = (f".reshape(-1, {', '.join(map(str, shape))})", "") if shape[-1] == 1 else ("", ".ravel()")
        body = f"""
(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
x_train = x_train{reshape}.astype("float32") / 255  # from 0 to 1
x_test = x_test{reshape}.astype("float32") / 255
y_train, y_test = y_train{ravel}.astype("int64"), y_test{ravel}.astype("int64")
"""
        return DataCode(("import keras",), body.strip(), len(dataset.classes))

    dataset = KerasImages(
        name=name,
        title=title,
        description=f"{description} Values are scaled to 0..1. Downloaded once by Keras, with its own test examples.",
        source=source,
        group="images",
        size=size,
        input_shape=shape,
        classes=classes,
        own_test=True,
        needs_keras=True,
        files=files,
        load=load,
        code=code,
    )
    return dataset


MNIST = _images(
    "mnist",
    "MNIST",
    "70,000 grey pictures of handwritten digits, 28x28 pixels.",
    "Y. LeCun, C. Cortes, C. Burges: The MNIST database of handwritten digits, 1998.",
    60_000,
    (28, 28, 1),
    tuple("0123456789"),
    ("mnist.npz",),
)

FASHION_MNIST = _images(
    "fashion_mnist",
    "Fashion-MNIST",
    "70,000 grey pictures of clothes, 28x28 pixels: as large as MNIST and harder.",
    "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, 2017. https://arxiv.org/abs/1708.07747",
    60_000,
    (28, 28, 1),
    ("T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"),
    tuple(
        f"fashion-mnist/{part}-ubyte.gz"
        for part in ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    ),
)

CIFAR10 = _images(
    "cifar10",
    "CIFAR-10",
    "60,000 colour pictures of animals and vehicles, 32x32 pixels.",
    "A. Krizhevsky: Learning Multiple Layers of Features from Tiny Images, 2009.",
    50_000,
    (32, 32, 3),
    ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    ("cifar-10-batches-py-target_archive",),
)
