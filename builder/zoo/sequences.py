"""The shapes of recurrent networks: what goes in as a sequence, and what comes out as one."""

from __future__ import annotations

from builder.graph import Graph
from builder.layers.core import Dense, Input
from builder.layers.reshaping import RepeatVector
from builder.layers.rnn import LSTM, SimpleRNN, TimeDistributed
from builder.zoo.drawing import network


def sequence_to_sequence() -> Graph:
    """A number for each step: of a forecast that is made anew at every step."""
    return network(
        {
            "steps": Input(shape=(32, 1)),
            "rnn1": SimpleRNN(units=20, return_sequences=True),
            "rnn2": SimpleRNN(units=20, return_sequences=True),
            "each": TimeDistributed(layer=Dense(units=1)),
        }
    )


def sequence_to_vector() -> Graph:
    """A sequence is read to its end, then answered: the next value of a wave, the rating of a review."""
    return network(
        {
            "steps": Input(shape=(32, 1)),
            "rnn1": SimpleRNN(units=20, return_sequences=True),
            "rnn2": SimpleRNN(units=20),
            "forecast": Dense(units=1),
        }
    )


def vector_to_sequence() -> Graph:
    """One vector is told again and again, and a sequence grows from it: an image becomes a caption."""
    return network(
        {
            "vector": Input(shape=(16,)),
            "again": RepeatVector(n=10),
            "rnn": SimpleRNN(units=20, return_sequences=True),
            "each": TimeDistributed(layer=Dense(units=8, activation="softmax")),
        }
    )


def encoder_decoder() -> Graph:
    """One LSTM reads, and passes its state on to another one that writes: a sentence and its translation.

    Source:
        Sutskever, Vinyals and Le, Sequence to Sequence Learning with Neural Networks, 2014.
        https://arxiv.org/abs/1409.3215
    """
    return network(
        {
            "source": Input(shape=(8, 11)),
            "target": Input(shape=(8, 11)),
            "encoder": LSTM(units=64, return_state=True),
            "decoder": LSTM(units=64, return_sequences=True),
            "digit": Dense(units=10, activation="softmax"),
        },
        "source > encoder",
        "target > decoder",
        "encoder[1] > decoder.initial_state",
        "encoder[2] > decoder.initial_state",
        "decoder > digit",
    )


def stacked_lstm() -> Graph:
    """Three LSTMs on top of each other: the lower ones give every step to the next one.

    Source:
        Hochreiter and Schmidhuber, Long Short-Term Memory, 1997. https://doi.org/10.1162/neco.1997.9.8.1735
    """
    return network(
        {
            "steps": Input(shape=(32, 1)),
            "lstm1": LSTM(units=32, return_sequences=True),
            "lstm2": LSTM(units=32, return_sequences=True),
            "lstm3": LSTM(units=32),
            "forecast": Dense(units=1),
        }
    )
