"""Estimates, against what was measured and against sums by hand."""

from __future__ import annotations

from itertools import pairwise

import pytest

from builder.graph import Edge, Graph, Node
from builder.layers.attention import AdditiveAttention, Attention, GroupQueryAttention, MultiHeadAttention
from builder.layers.core import Input
from builder.layers.rnn import GRU, LSTM, Bidirectional, ConvLSTM2D
from builder.optimizers import SGD, Adam, Inner, LossScaleOptimizer, Muon
from builder.program import Facts
from builder.training import Task, Training
from runtime.memory import FRAMEWORK, SLOTS, Memory, estimate, size_in_words, slots_of
from tests.builder.keras_choices import choices

PERCEPTRON = [784 * 4096 + 4096, 4096 * 4096 + 4096, 4096 * 4096 + 4096, 4096 * 10 + 10]


def facts(parameters=(), outputs=()):
    layers = {f"w{n}": Facts(parameters=count, trainable=count) for n, count in enumerate(parameters)}
    return layers | {f"a{n}": Facts(activation_bytes=size) for n, size in enumerate(outputs)}


def test_a_perceptron_is_estimated_as_measured():
    """1,606 MB was the peak of this training, see the module."""
    memory = estimate(facts(PERCEPTRON), Training(optimizer=Adam(), batch_size=32))
    assert memory.total == pytest.approx(1_606e6, rel=0.1)


def test_convolutions_are_estimated_as_measured():
    """2,325 MB was the peak at batch size 256 with 1,024 pictures, see the module."""
    pixels = 64 * 64 * 4
    task = Task(data="x", input_shape=(64, 64, 3), kind="classes", classes=("a", "b"), examples=1024)
    memory = estimate(facts(outputs=[pixels * 3] + [pixels * 64] * 4), Training(batch_size=256), task)
    assert memory.total == pytest.approx(2_325e6, rel=0.1)


@pytest.mark.parametrize(
    ("layer", "peak"),
    [(LSTM(units=128), 1_229e6), (GRU(units=128), 1_254e6), (Bidirectional(layer=LSTM(units=128)), 1_756e6)],
)
def test_recurrent_layers_are_estimated_as_measured(layer, peak):
    """Their outputs are tiny, what they keep for each of 400 steps is not; see the module."""
    nodes = (Node(id="x", layer=Input(shape=(400, 8))), Node(id="rnn", layer=layer))
    graph = Graph(nodes=nodes, edges=(Edge(source="x", target="rnn"),))
    network = {"x": Facts(shapes=((None, 400, 8),), activation_bytes=400 * 8 * 4), "rnn": Facts(activation_bytes=512)}
    task = Task(data="x", input_shape=(400, 8), kind="values", examples=512)
    assert estimate(network, Training(batch_size=256), task, graph=graph).total == pytest.approx(peak, rel=0.1)


@pytest.mark.parametrize(
    ("layer", "numbers"),
    [
        (MultiHeadAttention(num_heads=4, key_dim=8), 4 * 3),
        (GroupQueryAttention(head_dim=8, num_query_heads=6, num_key_value_heads=2), 6 * 3),
        (Attention(), 3),
        (AdditiveAttention(), 2 * 32 + 3),
    ],
)
def test_attention_keeps_the_scores_of_every_pair(layer, numbers):
    nodes = (Node(id="x", layer=Input(shape=(1000, 32))), Node(id="attention", layer=layer))
    ports = ("query", "value")
    graph = Graph(nodes=nodes, edges=tuple(Edge(source="x", target="attention", port=port) for port in ports))
    network = {"x": Facts(shapes=((None, 1000, 32),)), "attention": Facts()}
    memory = estimate(network, Training(batch_size=2), graph=graph)
    assert memory.activations == 2 * 4 * numbers * 1000**2


@pytest.mark.parametrize("sequences", [False, True])
def test_films_are_estimated_as_measured(sequences):
    """1,981 MB was the peak with 128 films at batch size 64, see the module."""
    layer = ConvLSTM2D(filters=16, kernel_size=(3, 3), padding="same", return_sequences=sequences)
    nodes = (Node(id="x", layer=Input(shape=(20, 32, 32, 3))), Node(id="film", layer=layer))
    graph = Graph(nodes=nodes, edges=(Edge(source="x", target="film"),))
    out = (None, 20, 32, 32, 16) if sequences else (None, 32, 32, 16)
    network = {
        "x": Facts(shapes=((None, 20, 32, 32, 3),), activation_bytes=20 * 32 * 32 * 3 * 4),
        "film": Facts(shapes=(out,)),
    }
    task = Task(data="x", input_shape=(20, 32, 32, 3), kind="values", examples=128)
    assert estimate(network, Training(batch_size=64), task, graph=graph).total == pytest.approx(1_981e6, rel=0.1)


def test_each_part():
    network = {
        "frozen": Facts(parameters=100, trainable=0, activation_bytes=10),
        "dense": Facts(parameters=50, trainable=50, activation_bytes=30),
        "open": Facts(activation_bytes=None),
    }
    task = Task(data="x", input_shape=(5,), kind="values", examples=1000)
    memory = estimate(network, Training(optimizer=Adam(), batch_size=8), task)
    assert memory == Memory(
        weights=600, gradients=200, optimizer=2 * 200 + 2 * 200, activations=8 * 70, data=40_000, framework=FRAMEWORK
    )
    assert memory.total == FRAMEWORK + 600 + 200 + 800 + 560 + 40_000


def test_data_is_not_on_the_gpu():
    task = Task(data="x", input_shape=(5,), kind="values", examples=1000)
    assert estimate({}, Training(), task, "gpu:0").data == 0


def test_every_optimizer_that_is_offered_has_its_slots():
    assert {optimizer.__name__ for optimizer in choices(Inner)} == set(SLOTS)
    assert slots_of(Adam()) == 2
    assert slots_of(Muon()) == 2
    assert slots_of(LossScaleOptimizer(inner_optimizer=SGD(gradient_accumulation_steps=4))) == 1


def test_words():
    assert size_in_words(40_000_000_000) == "40.0 GB"
    assert size_in_words(3_400_000) == "3 MB"
    memory = Memory(weights=2 * 10**9, gradients=10**9, optimizer=0, activations=5, data=0, framework=0)
    assert str(memory) == "weights 2.0 GB, gradients 1.0 GB"


def test_what_is_frozen_in_front_of_all_that_learns_keeps_nothing():
    """1,380 MB was the peak at batch size 256 with 512 pictures, see the module."""
    pixels = 64 * 64 * 4
    names = ("image", "first", "second", "third", "fourth", "pool", "scores")
    film = Facts(
        shapes=((None, 64, 64, 64),), parameters=36_928, activation_bytes=pixels * 64, largest_bytes=pixels * 64
    )
    pooled = Facts(shapes=((None, 64),), activation_bytes=256, largest_bytes=256)
    network = {
        "image": Facts(shapes=((None, 64, 64, 3),), activation_bytes=pixels * 3, largest_bytes=pixels * 3),
        **dict.fromkeys(names[1:5], film),
        "pool": pooled,
        "scores": Facts(shapes=((None, 10),), parameters=650, trainable=650, activation_bytes=40, largest_bytes=40),
    }
    graph = Graph(
        nodes=tuple(Node(id=name, layer=Input(shape=(1,))) for name in names),
        edges=tuple(Edge(source=source, target=target) for source, target in pairwise(names)),
    )
    task = Task(data="x", input_shape=(64, 64, 3), kind="classes", classes=("a", "b"), examples=512)
    frozen = estimate(network, Training(batch_size=256), task, graph=graph)
    assert frozen.total == pytest.approx(1_380e6, rel=0.1)
    learning = network | {"first": film.model_copy(update={"trainable": 36_928})}  # behind it all is kept
    assert estimate(learning, Training(batch_size=256), task, graph=graph).activations > 2 * frozen.activations


@pytest.mark.parametrize(
    ("optimizer", "device", "peak"),
    [
        (Adam(), "cpu", 1_295e6), (Adam(), "mirrored:cpu:2", 1_657e6), (Adam(), "mirrored:cpu:8", 3_960e6),
        (Adam(), "workers:2", 3_581e6), (Adam(), "workers:4", 5_119e6), (SGD(), "workers:2", 2_708e6),
    ],
)  # fmt: skip
def test_replicas_on_one_machine_are_estimated_as_measured(optimizer, device, peak):
    """Two Dense of 4,000 units on digits, see the module."""
    task = Task(data="digits", input_shape=(8, 8, 1), kind="classes", classes=("0", "1"), examples=1_797)
    layers = facts([64 * 4000 + 4000, 4000 * 4000 + 4000, 4000 * 10 + 10])
    assert estimate(layers, Training(optimizer=optimizer), task, device).total == pytest.approx(peak, rel=0.15)


@pytest.mark.parametrize("device", ["mirrored:gpu:0,gpu:1", "workers:10.0.0.5:4000,10.0.0.6:4000", "cluster:2:cpus=4"])
def test_replicas_with_a_memory_each_are_estimated_as_one(device):
    alone = "gpu:0" if "gpu" in device else "cpu"
    layers = facts(PERCEPTRON, outputs=[1000])
    assert estimate(layers, Training(), device=device) == estimate(layers, Training(), device=alone)


def test_replicas_share_a_batch_and_processes_hold_the_data_once_each():
    task = Task(data="x", input_shape=(100,), kind="values", examples=1000)
    one, mirrored, workers = (
        estimate(facts([50], [1000]), Training(), task, device) for device in ("cpu", "mirrored:cpu:3", "workers:3")
    )
    assert mirrored.weights == workers.weights == 3 * one.weights
    assert mirrored.activations == workers.activations == one.activations
    assert (mirrored.data, workers.data) == (one.data, 3 * one.data)
    assert (mirrored.framework, workers.framework) == (FRAMEWORK, 3 * FRAMEWORK)
