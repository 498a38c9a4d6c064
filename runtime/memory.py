"""What memory a training needs, estimated from what Keras says about each node.

Measured with Keras 3.15.1 and TensorFlow 2.21 on a processor, peak resident memory of a short training with tf.data:
a perceptron of 37 million weights with Adam 1,606 MB (estimate 1,573) and with SGD 1,095 MB (1,145), four Conv2D of 64
filters on 64x64 pixels at batch size 256 2,325 MB (2,305), LSTM, GRU and a bidirectional LSTM of 128 units over 400
steps at batch size 256 1,229, 1,254 and 1,756 MB (1,289, 1,289, 1,709), ConvLSTM2D of 16 filters over 20 pictures of
32x32 pixels at batch size 64 1,981 MB (1,946), AdditiveAttention of 400 steps of 16 numbers at batch size 8 938 MB
(1,037), Attention of as many at batch size 64 773 MB (981; the framework itself took less). BatchNormalization and ReLU share memory, so
that a chain of them is estimated too high (by 12 %). Frozen: four Conv2D as above 1,380 MB (1,440), a MobileNetV2 on
96x96 pixels at batch size 64 1,060 MB (1,010).

Several replicas on one processor, two Dense of 4,000 units on the digits: with Adam alone 1,295 MB (1,242), mirrored:cpu:2
1,657 (1,629), mirrored:cpu:4 2,524 (2,406), mirrored:cpu:8 3,960 (3,962); processes, their proportional set sizes together:
workers:2 3,581 MB (3,262), workers:4 5,119 (5,742), and with SGD workers:2 2,708 (2,745).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod
from typing import NamedTuple, TypeGuard

from builder.graph import Graph
from builder.layers.attention import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention
from builder.layers.base import LayerSpec
from builder.layers.rnn import GRU, LSTM, Bidirectional, SimpleRNN
from builder.layers.rnn.convolutional import ConvolutionalRecurrent
from builder.optimizers import LossScaleOptimizer, OptimizerSpec
from builder.program import Facts
from builder.training import Task, Training
from runtime.strategies import Strategy, strategy

FLOAT = 4  # bytes
FRAMEWORK = 850_000_000  # Python with TensorFlow and a traced training step
CUDA = 700_000_000  # its context and the workspace of cuDNN, on the device

EXCHANGED = 12  # times the gradients: what is on its way between processes, of however many it is (measured)

# Numbers that an optimizer keeps for each weight that it changes.
SLOTS = {
    "SGD": 0, "Lion": 1, "Adagrad": 1, "RMSprop": 1, "Adafactor": 1, "Muon": 1, "Adam": 2, "AdamW": 2, "Adamax": 2,
    "Nadam": 2, "Adadelta": 2, "Ftrl": 2, "Lamb": 2, "ScheduleFreeAdamW": 2,
}  # fmt: skip
MORE_SLOTS = (
    "momentum",
    "centered",
    "amsgrad",
    "use_ema",
    "gradient_accumulation_steps",
)  # settings that each cost one more


@dataclass(frozen=True, slots=True)
class Memory:
    """An estimate in bytes, by what takes it."""

    weights: int
    gradients: int
    optimizer: int
    activations: int
    data: int
    framework: int

    @property
    def total(self) -> int:
        """All of it."""
        return sum(asdict(self).values())

    def __str__(self) -> str:
        """The parts that matter, the largest first: "weights 40.0 GB, gradients 40.0 GB"."""
        parts = sorted(asdict(self).items(), key=lambda part: -part[1])
        return ", ".join(f"{name} {size_in_words(size)}" for name, size in parts if size * 50 > self.total)


class Sharing(NamedTuple):
    """How many replicas of a network, in how many processes, lie in the same memory."""

    replicas: int = 1
    processes: int = 1


def estimate(
    facts: Mapping[str, Facts],
    training: Training,
    task: Task | None = None,
    device: str = "cpu",
    graph: Graph | None = None,
) -> Memory:
    """The memory at the peak of a training step, of all replicas that share one memory; they share each batch too.

    Args:
        facts: of every node; where an open size leaves activations unknown they count as nothing.
        task: the data, which a processor holds twice: as arrays and as TensorFlow's copy.
        device: its name; of a GPU the own memory is meant, where the data is not.
        graph: the network, to count what recurrent and attention layers keep beside their outputs.
    """
    chosen = strategy(device)
    gpu, sharing = chosen.devices != ("cpu",), sharing_of(chosen)
    weights = FLOAT * sum(fact.parameters for fact in facts.values())
    trainable = FLOAT * sum(fact.trainable for fact in facts.values())
    slots = slots_of(training.optimizer)
    update = 2 * FLOAT * max((fact.trainable for fact in facts.values()), default=0) if slots else 0
    learning = (_learning(graph, facts) if graph else set()) or set(facts)
    outputs = [facts[name].activation_bytes or 0 for name in learning]
    passing = [fact.largest_bytes or 0 for name, fact in facts.items() if name not in learning]
    kept = FLOAT * sum(size for name, size in _kept(graph, facts).items() if name in learning) if graph else 0
    entering = sum(_output_bytes(facts[name]) for name in _entering(graph, learning) if name in facts) if graph else 0
    at_once = max(
        max(outputs, default=0), 2 * max(passing, default=0)
    )  # one gradient; or what goes in and what comes out
    held = training.batch_size * (sum(outputs) + entering + at_once + kept)
    mixed = training.dtype_policy != "float32"
    examples = task.examples * task.inputs * prod(size or 1 for size in task.input_shape) if task else 0
    return Memory(
        # In mixed precision with a copy of half the size, to compute with.
        weights=sharing.replicas * (weights + (weights // 2 if mixed else 0)),
        gradients=(sharing.replicas + (EXCHANGED if sharing.processes > 1 else 0)) * trainable,
        optimizer=sharing.replicas * (trainable * slots + update),
        activations=held // 2 if mixed else held,
        data=0 if gpu else sharing.processes * 2 * FLOAT * examples,
        framework=CUDA if gpu else sharing.processes * FRAMEWORK,
    )


def sharing_of(chosen: Strategy) -> Sharing:
    """What shares one memory: all replicas on one processor. GPUs and other machines each have a memory of their own."""
    apart = chosen.addresses or chosen.asks is not None or chosen.devices != ("cpu",)
    return Sharing() if apart else Sharing(chosen.replicas, chosen.processes)


def _learning(graph: Graph, facts: Mapping[str, Facts]) -> set[str]:
    """The nodes that a gradient reaches: those that learn, and all behind them. What the others give out is soon forgotten."""
    owners = {node.id: node.shares or node.id for node in graph.nodes}
    found = {name for name in facts if facts.get(owners.get(name, name), Facts()).trainable}
    behind: dict[str, list[str]] = {}
    for edge in graph.edges:
        behind.setdefault(edge.source, []).append(edge.target)
    waiting = list(found)
    while waiting:
        new = {name for name in behind.get(waiting.pop(), ()) if name in facts} - found
        found |= new
        waiting += new
    return found


def _entering(graph: Graph, learning: set[str]) -> set[str]:
    """Nodes outside whose output a learning layer needs once more for its gradient."""
    return {edge.source for edge in graph.edges if edge.target in learning and edge.source not in learning}


def _output_bytes(fact: Facts) -> int:
    """Of one example, of what comes out in the end."""
    return sum(FLOAT * prod(size or 1 for size in shape[1:]) for shape in fact.shapes)


def _kept(graph: Graph, facts: Mapping[str, Facts]) -> dict[str, int]:
    """Numbers by node that it keeps for the backward pass and that its output does not show, for one example."""
    layers = {node.id: node.layer for node in graph.nodes}
    kept: dict[str, int] = {}
    for edge in graph.edges:
        shapes = facts[edge.source].shapes if edge.source in facts else ()
        if edge.target in layers and edge.output < len(shapes) and len(shapes[edge.output]) >= 3:
            steps, *_, features = (size or 0 for size in shapes[edge.output][1:])
            layer, out = layers[edge.target], facts.get(edge.target, Facts()).shapes
            state = (
                prod(size or 0 for size in out[0][2 if layer.return_sequences else 1 :]) if _films(layer) and out else 0
            )
            kept[edge.target] = max(kept.get(edge.target, 0), _kept_by(layer, steps, features, state))
    return kept


def _films(layer: LayerSpec) -> TypeGuard[ConvolutionalRecurrent]:
    return isinstance(layer, ConvolutionalRecurrent)


def _kept_by(layer: LayerSpec, steps: int, features: int, state: int) -> int:
    """See `_kept`; the gates and states of each step, or the scores of each pair of steps (their softmax, its dropout).

    Args:
        features: of what comes in at each step.
        state: numbers in the state of a ConvLSTM.
    """
    match layer:
        case LSTM() | GRU():
            return 8 * steps * layer.units
        case SimpleRNN():
            return steps * layer.units
        case Bidirectional():
            return 2 * _kept_by(layer.layer, steps, features, state)
        case ConvolutionalRecurrent():
            return 12 * steps * state
        case MultiHeadAttention():
            return 3 * layer.num_heads * steps**2
        case GroupQueryAttention():
            return 3 * layer.num_query_heads * steps**2
        case Attention():
            return 3 * steps**2
        case AdditiveAttention():
            return (2 * features + 3) * steps**2  # the sum of every query and key, and its tanh
    return 0


def slots_of(optimizer: OptimizerSpec) -> int:
    """How many numbers the optimizer keeps a weight."""
    if isinstance(optimizer, LossScaleOptimizer):
        return slots_of(optimizer.inner_optimizer)
    return SLOTS.get(optimizer.type, 2) + sum(bool(getattr(optimizer, name, False)) for name in MORE_SLOTS)


def size_in_words(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{max(1, round(size / 1e6))} MB"
