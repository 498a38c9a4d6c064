"""What memory a training needs, estimated from what Keras says about each node.

Measured with Keras 3.15.1 and TensorFlow 2.21 on a processor, peak resident memory of a short training with tf.data:
a perceptron of 37 million weights with Adam 1,606 MB (estimate 1,572) and with SGD 1,095 MB (1,145), four Conv2D of 64
filters on 64x64 pixels at batch size 256 2,325 MB (2,307). BatchNormalization and ReLU share memory (estimate 12 %
above); a recurrent layer keeps about ten numbers a unit and time step that its output does not show (estimate below).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import prod

from builder.program import Facts
from builder.optimizers import OptimizerSpec
from builder.training import Task, Training

FLOAT = 4  # bytes
FRAMEWORK = 850_000_000  # Python with TensorFlow and a traced training step
CUDA = 700_000_000  # its context and the workspace of cuDNN, on the device

# Numbers that an optimizer keeps for each weight that it changes.
SLOTS = {
    "SGD": 0, "Lion": 1, "Adagrad": 1, "RMSprop": 1, "Adafactor": 1, "Muon": 2, "Adam": 2, "AdamW": 2, "Adamax": 2,
    "Nadam": 2, "Adadelta": 2, "Ftrl": 2, "Lamb": 2,
}  # fmt: skip
MORE_SLOTS = ("momentum", "centered", "amsgrad", "use_ema")  # settings that each cost one more


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


def estimate(facts: Mapping[str, Facts], training: Training, task: Task | None = None, gpu: bool = False) -> Memory:
    """The memory at the peak of a training step.

    Args:
        facts: of every node; where an open size leaves activations unknown they count as nothing.
        task: the data, which a processor holds twice: as arrays and as TensorFlow's copy.
        gpu: on the device's own memory, where the data is not.
    """
    weights = FLOAT * sum(fact.parameters for fact in facts.values())
    trainable = FLOAT * sum(fact.trainable for fact in facts.values())
    slots = slots_of(training.optimizer)
    update = 2 * FLOAT * max((fact.trainable for fact in facts.values()), default=0) if slots else 0
    outputs = [fact.activation_bytes or 0 for fact in facts.values()]
    examples = task.examples * prod(size or 1 for size in task.input_shape) if task else 0
    return Memory(
        weights=weights,
        gradients=trainable,
        optimizer=trainable * slots + update,
        activations=training.batch_size * (sum(outputs) + max(outputs, default=0)),  # all, and one gradient
        data=0 if gpu else 2 * FLOAT * examples,
        framework=CUDA if gpu else FRAMEWORK,
    )


def slots_of(optimizer: OptimizerSpec) -> int:
    """How many numbers the optimizer keeps a weight."""
    return SLOTS.get(optimizer.type, 2) + sum(bool(getattr(optimizer, name, False)) for name in MORE_SLOTS)


def size_in_words(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{max(1, round(size / 1e6))} MB"
