"""Recurrent: layers that read a sequence step by step, and wrappers around other layers."""

from __future__ import annotations

# In palette order, since importing a class registers it.
# isort: off
from builder.layers.rnn.recurrent import SimpleRNN, LSTM, GRU
from builder.layers.rnn.convolutional import ConvLSTM1D, ConvLSTM2D, ConvLSTM3D
from builder.layers.rnn.wrappers import Bidirectional, TimeDistributed, SpectralNormalization, Wrapper

# isort: on
__all__ = [
    "GRU",
    "LSTM",
    "Bidirectional",
    "ConvLSTM1D",
    "ConvLSTM2D",
    "ConvLSTM3D",
    "SimpleRNN",
    "SpectralNormalization",
    "TimeDistributed",
    "Wrapper",
]
