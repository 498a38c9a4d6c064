"""What Keras has beside layers and Layerloom does not offer, each with the reason; layers stand in `builder.layers.excluded`."""

from __future__ import annotations

from collections.abc import Mapping

# By namespace: classes (of `keras.activations`, functions).
CHOICES: Mapping[str, Mapping[str, str]] = {
    "keras.optimizers": {
        "MultiOptimizer": "gives groups of layers optimizers of their own, which it knows by patterns over Keras's own paths",
        "Optimizer": "a base class, to derive from",
        "OptimizerMap": "no optimizer: the table that MultiOptimizer reads",
    },
    "keras.optimizers.schedules": {"LearningRateSchedule": "a base class, to derive from"},
    "keras.losses": {
        "CTC": "takes a sequence of labels for each example, and the data sets here have one label or numbers",
        "Loss": "a base class, to derive from",
    },
    "keras.metrics": {
        "Accuracy": "counts outputs that equal the label exactly, which scores never do",
        "Mean": "averages what custom code gives it; it compares no output with a label",
        "MeanMetricWrapper": "a base class: it wraps a Python function, and code from a document is never executed",
        "Metric": "a base class, to derive from",
        "Sum": "adds up what custom code gives it; it compares no output with a label",
    },
    "keras.initializers": {
        "Initializer": "a base class, to derive from",
        "STFT": "fills the kernel of a Fourier transform, which STFTSpectrogram does itself",
    },
    "keras.regularizers": {"Regularizer": "a base class, to derive from"},
    "keras.constraints": {"Constraint": "a base class, to derive from"},
    "keras.activations": {
        "glu": "halves the channels, which the layers that take an activation do not expect",
        "hard_swish": "the same as hard_silu",
        "swish": "the same as silu",
        "threshold": "needs two more arguments",
    },
}

# By namespace, or by class where it is the only one: parameters.
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "keras.optimizers": {"name": "Keras's own, which names variables that nobody sees"},
    "keras.optimizers.Muon": {"exclude_layers": "patterns over Keras's own paths of weights, not over names of layers"},
    "keras.optimizers.schedules": {"name": "Keras's own, which nobody sees"},
    "keras.losses": {
        "axis": "the classes stand on the last axis of every output; Dice and Tversky compare the whole batch",
        "dtype": "a network computes in one precision, which belongs to the training",
        "name": "Keras's own, which nobody sees",
    },
    "keras.metrics": {
        "axis": "the classes stand on the last axis of every output",
        "dtype": "a network computes in one precision, which belongs to the training",
        "name": "the curve bears the name that Keras gives it",
    },
    "keras.metrics.AUC": {
        "label_weights": "with multi_label",
        "multi_label": "an example has one label",
        "num_labels": "with multi_label",
        "thresholds": "a list of them in place of num_thresholds, which spreads them evenly",
    },
    "keras.metrics.IoU": {
        "sparse_y_pred": "always off: outputs are scores",
        "sparse_y_true": "always on: for one-hot labels there is OneHotIoU",
    },
    "keras.metrics.MeanIoU": {
        "sparse_y_pred": "always off: outputs are scores",
        "sparse_y_true": "always on: for one-hot labels there is OneHotMeanIoU",
    },
    "keras.metrics.OneHotIoU": {"sparse_y_pred": "always off: outputs are scores"},
    "keras.metrics.OneHotMeanIoU": {"sparse_y_pred": "always off: outputs are scores"},
    "keras.metrics.SparseTopKCategoricalAccuracy": {
        "from_sorted_ids": "outputs are scores, never sorted numbers of classes"
    },
}
