"""Each loss, and all metrics that go with it, on labels as the worker prepares them: one number each."""

import numpy as np
import pytest

from builder.call import Spec
from builder.labels import encoded, form
from builder.losses import Loss, LossSpec
from builder.metrics import Metric
from tests.builder.keras_choices import choices, example

pytestmark = pytest.mark.keras
RNG = np.random.default_rng(0)
CLASSES, YES, NUMBERS = RNG.integers(0, 3, 20), RNG.integers(0, 2, 20), RNG.random((20, 2)).astype("float32")
CASES = [(loss, labels) for loss in choices(Loss) for labels in loss.takes]


def prepared(loss: LossSpec, labels: str) -> tuple[object, np.ndarray]:
    """Labels in the form that the loss takes, and outputs that may stand against them."""
    from builder.compile import make

    classes = {"binary": 2, "values": 0}.get(labels, 3)
    raw = YES if labels == "binary" else CLASSES if classes else NUMBERS
    assert form(loss, classes, 2) == labels
    call = encoded(raw, loss, classes)
    outputs = RNG.random((20, {"binary": 1, "values": 2}.get(labels, 3))).astype("float32")
    return (make(call) if call else raw), outputs / outputs.sum(
        axis=1, keepdims=True
    ) if labels == "one_hot" else outputs


@pytest.mark.parametrize(("loss", "labels"), CASES, ids=lambda case: getattr(case, "__name__", case))
def test_a_loss_takes_its_labels(loss: type[LossSpec], labels: str):
    from builder.compile import make

    chosen = example(loss)
    y, outputs = prepared(chosen, labels)
    assert np.isfinite(float(make(chosen.call())(y, outputs)))


@pytest.mark.parametrize("metric", choices(Metric), ids=lambda metric: metric.__name__)
def test_a_metric_takes_the_labels_of_every_loss_that_it_goes_with(metric: type[Spec]):
    from builder.compile import make

    for loss, labels in CASES:
        if labels in metric.takes:
            y, outputs = prepared(example(loss), labels)
            made = make(example(metric).call())
            made.update_state(y[:12], outputs[:12])
            made.update_state(y[12:], outputs[12:])
            value = np.asarray(made.result())
            assert value.shape == ()
            assert np.isfinite(value)


def test_a_sum_over_a_batch_counts_every_example_of_two_classes():
    from builder.compile import make
    from builder.losses import BinaryCrossentropy

    mean, total = BinaryCrossentropy(), BinaryCrossentropy(reduction="sum")
    y, outputs = prepared(mean, "binary")
    assert float(make(total.call())(y, outputs)) == pytest.approx(20 * float(make(mean.call())(y, outputs)), rel=1e-5)
