"""An LSTM that forecasts."""

from builder.graph import Graph
from builder.layers.core import Dense, Input
from builder.layers.rnn import LSTM
from builder.zoo.drawing import chain


def lstm() -> Graph:
    """Sequence to vector: 32 steps in, the next value out.

    Source:
        Hochreiter and Schmidhuber, Long Short-Term Memory, 1997. https://doi.org/10.1162/neco.1997.9.8.1735
    """
    return chain(series=Input(shape=(32, 1)), memory=LSTM(units=32), forecast=Dense(units=1))
