"""What earlier Keras called its layers and their arguments, in the names of today: for files and for code."""

from __future__ import annotations

from builder.layers.base import LAYERS

# The same layer under another name.
RENAMED = {
    **{f"Convolution{axes}D": f"Conv{axes}D" for axes in (1, 2, 3)},
    **{f"Convolution{axes}DTranspose": f"Conv{axes}DTranspose" for axes in (1, 2, 3)},
    "SeparableConvolution1D": "SeparableConv1D",
    "SeparableConvolution2D": "SeparableConv2D",
    "DepthwiseConvolution2D": "DepthwiseConv2D",
    "CuDNNLSTM": "LSTM",
    "CuDNNGRU": "GRU",
    "GroupedQueryAttention": "GroupQueryAttention",
}
# A layer that is a setting of another today, and names that only files have.
BECAME = {
    "AtrousConvolution1D": "Conv1D",
    "AtrousConvolution2D": "Conv2D",
    "AtrousConv2D": "Conv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Deconvolution3D": "Conv3DTranspose",
    "TimeDistributedDense": "Dense",
    "ThresholdedReLU": "ReLU",
    "GRUV1": "GRU", "GRUV2": "GRU", "LSTMV1": "LSTM", "LSTMV2": "LSTM",
    "BatchNormalizationV1": "BatchNormalization",
    "BatchNormalizationV2": "BatchNormalization",
    "SyncBatchNormalization": "BatchNormalization",
    "DenseV1": "Dense",
}  # fmt: skip
# Old argument -> today's, for every class; what belongs to a few classes stands in `argument`.
ARGUMENTS = {
    "nb_filter": "filters",
    "nb_row": "kernel_size",
    "filter_length": "kernel_size",
    "kernel_dim1": "kernel_size",
    "border_mode": "padding",
    "subsample": "strides",
    "subsample_length": "strides",
    "atrous_rate": "dilation_rate",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "inner_init": "recurrent_initializer",
    "inner_activation": "recurrent_activation",
    "W_regularizer": "kernel_regularizer",
    "U_regularizer": "recurrent_regularizer",
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "U_constraint": "recurrent_constraint",
    "b_constraint": "bias_constraint",
    "dropout_W": "dropout",
    "dropout_U": "recurrent_dropout",
    "depthwise_init": "depthwise_initializer",
    "pointwise_init": "pointwise_initializer",
    "beta_init": "beta_initializer",
    "gamma_init": "gamma_initializer",
    "p": "rate",
    "sigma": "stddev",
    "pool_length": "pool_size",
    "stride": "strides",
    "length": "size",
    "theta": "threshold",
    "dim_ordering": "data_format",
}
RECURRENT = ("SimpleRNN", "LSTM", "GRU")


def argument(kind: str, name: str) -> str:
    """An argument in today's name.

    Args:
        kind: the class in today's name.
        name: the argument as it is written; one of today is given back as it is.
    """
    if kind in LAYERS and name in LAYERS[kind].model_fields:  # sigma, of which GaussianNoise once had one too
        return name
    if kind == "Embedding":
        special = {
            "init": "embeddings_initializer",
            "W_regularizer": "embeddings_regularizer",
            "W_constraint": "embeddings_constraint",
        }
        return special.get(name, name)
    if kind in ("Dense", *RECURRENT) and name == "output_dim":
        return "units"
    if kind in ("LeakyReLU", "ReLU") and name == "alpha":
        return "negative_slope"
    if kind == "PReLU" and name == "init":
        return "alpha_initializer"
    if kind == "Concatenate" and name == "concat_axis":
        return "axis"
    if kind in ("L1", "L2") and name == "l":
        return kind.lower()
    if (kind, name) in (("Permute", "p"), ("GaussianNoise", "p"), ("STFTSpectrogram", "length")):
        return name
    return ARGUMENTS.get(name, name)
