"""Several devices for one run: what the name of a strategy means, what it refuses, and how a script opens it.

A device's name says what a run trains on. `cpu` and `gpu:0` are one device. `mirrored:cpu:2` is the processor as two
logical ones, `mirrored:gpu:0,gpu:1` two GPUs: a replica of the network on each, in one process. `workers:2` is two
processes on this machine, `workers:10.0.0.5:4000,10.0.0.6:4000` one process on each of these machines. `cluster` is
somewhere on the cluster, `cluster:2:cpus=4:gpus=1` two workers there, each with so much. TensorFlow is not imported here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from builder.graph import Graph, Node
from builder.layers.base import LayerSpec
from builder.optimizers import LossScaleOptimizer, OptimizerSpec
from builder.training import Training
from runtime.cluster import is_private
from runtime.nodes import seen

if TYPE_CHECKING:
    from builder.scripts import DeviceCode

MOST = 16  # replicas: beyond that people have a cluster and its tools
PUBLIC = "LAYERLOOM_PUBLIC_WORKERS"  # in the server's environment: workers may listen where strangers can reach them
GPU = re.compile(r"gpu:\d{1,3}")
ADDRESS = re.compile(r"([A-Za-z0-9.-]{1,253}):(\d{1,5})")
ON_CLUSTER = re.compile(r"cluster(?::(\d{1,3}))?(?::cpus=(\d{1,3}))?(?::gpus=(\d{1,3}))?")
Kind = Literal["one", "mirrored", "workers"]


class StrategyError(ValueError):
    """A name that means no strategy; `str()` is shown."""


class Asks(NamedTuple):
    """What each worker of a run is given on the cluster, all on one node."""

    cpus: int = 1
    gpus: int = 0


@dataclass(frozen=True, slots=True)
class Strategy:
    """What a device's name means.

    Args:
        replicas: how many copies of the network learn together.
        devices: `cpu`, or names of GPUs, that each process uses.
        addresses: `host:port` of each worker on several machines, the chief's first; empty: all on this machine.
        asks: what each process needs on the cluster; None: it trains here, or at these addresses.
    """

    kind: Kind
    replicas: int
    devices: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    asks: Asks | None = None

    @property
    def processes(self) -> int:
        """How many processes train together."""
        return self.replicas if self.kind == "workers" else 1

    @property
    def title(self) -> str:
        """What it is, for a list."""
        if self.asks is not None:
            return _title_there(self.processes, self.asks)
        match self.kind:
            case "one":
                return self.devices[0]
            case "mirrored" if self.devices == ("cpu",):
                return f"{self.replicas} logical processors (MirroredStrategy)"
            case "mirrored":
                return f"{self.replicas} GPUs (MirroredStrategy)"
        where = "machines" if self.addresses else "processes on this machine"
        return f"{self.replicas} {where} (MultiWorkerMirroredStrategy)"


def strategy(name: str) -> Strategy:
    """What the name of a device means; that the device is there is not said.

    Raises:
        StrategyError: it means nothing.
    """
    kind, _, rest = name.partition(":")
    if kind == "cluster" and (found := ON_CLUSTER.fullmatch(name)):
        return _there(found[1], Asks(int(found[2] or 1), int(found[3] or 0)))
    if name == "cpu" or GPU.fullmatch(name):
        return Strategy("one", 1, (name,))
    if kind == "mirrored" and rest.startswith("cpu:"):
        return Strategy("mirrored", _count(rest.removeprefix("cpu:")), ("cpu",))
    if kind == "mirrored":
        gpus = tuple(rest.split(","))
        if all(map(GPU.fullmatch, gpus)) and len(set(gpus)) == len(gpus):
            return Strategy("mirrored", _count(str(len(gpus))), gpus)
    if kind == "workers" and ":" not in rest:
        return Strategy("workers", _count(rest), ("cpu",))
    if kind == "workers":
        addresses = tuple(rest.split(","))
        if all(map(_is_address, addresses)) and len(set(addresses)) == len(addresses):
            return Strategy("workers", _count(str(len(addresses))), ("cpu",), addresses)
    raise StrategyError(
        f"{name[:64]!r} is no device. Write cpu, gpu:0, mirrored:cpu:2, mirrored:gpu:0,gpu:1, workers:2, or "
        "workers:HOST:PORT,HOST:PORT with the addresses of several machines; cluster, or cluster:2:cpus=4:gpus=1, where "
        "there is a cluster."
    )


def name_there(workers: int, asks: Asks) -> str:
    """The name of so many workers on the cluster."""
    several = f":{workers}" if workers > 1 else ""
    return f"cluster{several}:cpus={asks.cpus}" + (f":gpus={asks.gpus}" if asks.gpus else "")


def usable(device: str, graph: Graph, training: Training) -> Strategy:
    """The strategy behind the name of a device.

    Raises:
        StrategyError: there is none of this name, or it cannot train this.
    """
    chosen = strategy(device)
    if found := refusals(chosen, graph, training):
        raise StrategyError("\n".join([f"This cannot be trained on {device}:", *found]))
    return chosen


def refusals(chosen: Strategy, graph: Graph, training: Training) -> tuple[str, ...]:
    """Why this training cannot be done on several devices, each with what to do; empty when it can."""
    if chosen.kind == "one":
        return ()
    return (*_about_addresses(chosen), *_about_settings(chosen, training), *_about_layers(graph))


def differences(chosen: Strategy, graph: Graph, training: Training) -> tuple[str, ...]:
    """Why the curve will not be that of one device to the last decimals; empty when it will."""
    if chosen.kind == "one":
        return ()
    drawn = sorted({name for name, layer in _layers(graph) if _draws(layer)})
    found = []
    if drawn:
        found.append(f"each replica draws its own random numbers in {', '.join(drawn[:5])}")
    if training.loss.type in ("Dice", "Tversky") or getattr(training.loss, "ignore_class", None) is not None:
        found.append(f"{training.loss.type} does not count all examples alike, and each replica sees only its share")
    if any(getattr(layer, "activity_regularizer", None) for _, layer in _layers(graph)):
        found.append("an activity regularizer counts each replica's share for itself")
    if training.heads:
        found.append("the loss that is told of a single output counts each replica's share alike")
    if training.dtype_policy != "float32":
        found.append("numbers of 16 bits are rounded in each share for itself")
    return tuple(found)


def cluster(addresses: tuple[str, ...], index: int) -> dict[str, object]:
    """What TensorFlow finds in TF_CONFIG: all workers, and which of them this process is."""
    return {"cluster": {"worker": list(addresses)}, "task": {"type": "worker", "index": index}}


def device_code(chosen: Strategy) -> DeviceCode | None:
    """How a script trains on several devices, by the same functions as we do; None for one device."""
    if chosen.kind == "one":
        return None
    from builder.scripts import DeviceCode  # it brings black, which takes a while

    text = (Path(__file__).parent / "replicated.py").read_text()
    functions = text[text.index("def synchronise") :]
    if chosen.kind == "mirrored":
        return DeviceCode((), _mirrored_code(chosen), functions)
    modules = ("json", "os", "sys") if chosen.addresses else ("json", "os", "subprocess", "sys")
    return DeviceCode(tuple(f"import {name}" for name in modules), _workers_code(chosen), functions, chief="INDEX == 0")


def _mirrored_code(chosen: Strategy) -> str:
    if chosen.devices != ("cpu",):
        names = [f"GPU:{device.removeprefix('gpu:')}" for device in chosen.devices]
        return f"STRATEGY = tf.distribute.MirroredStrategy({names!r})"
    return f"""# One processor as {chosen.replicas} logical ones, each with a replica of the network.
CPU = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(CPU, [tf.config.LogicalDeviceConfiguration()] * {chosen.replicas})
STRATEGY = tf.distribute.MirroredStrategy([f"CPU:{{number}}" for number in range({chosen.replicas})])"""


def _workers_code(chosen: Strategy) -> str:
    here = not chosen.addresses
    addresses = chosen.addresses or tuple(f"127.0.0.1:{port}" for port in range(23450, 23450 + chosen.replicas))
    how = (
        "Without a number it starts the other processes itself."
        if here
        else "Run it on each machine: `python train.py 0` on the first, `python train.py 1` on the second, ..."
    )
    others = """if len(sys.argv) == 1:
    for number in range(1, len(WORKERS)):
        subprocess.Popen([sys.executable, __file__, str(number)])
"""
    return f"""# TensorFlow listens on all of a machine's addresses, without a password: use a network that you trust. {how}
WORKERS = {list(addresses)!r}
INDEX = int(sys.argv[1]) if len(sys.argv) > 1 else 0
{others if here else ""}os.environ["TF_CONFIG"] = json.dumps(
    {{"cluster": {{"worker": WORKERS}}, "task": {{"type": "worker", "index": INDEX}}}}
)
STRATEGY = tf.distribute.MultiWorkerMirroredStrategy()"""


def _there(workers: str | None, asks: Asks) -> Strategy:
    """Workers on the cluster; each sees only what it is given, and numbers that from 0."""
    if not asks.cpus or (workers and asks.gpus > 1):
        raise StrategyError("On the cluster a worker has at least one CPU, and one of several workers at most one GPU.")
    devices = tuple(f"gpu:{number}" for number in range(asks.gpus)) or ("cpu",)
    if workers:
        return Strategy("workers", _count(workers), devices, asks=asks)
    if asks.gpus > 1:
        return Strategy("mirrored", _count(str(asks.gpus)), devices, asks=asks)
    return Strategy("one", 1, devices, asks=asks)


def _title_there(workers: int, asks: Asks) -> str:
    parts = [f"{asks.cpus} CPU{'s' * (asks.cpus > 1)}"]
    if asks.gpus:
        parts.append(f"{asks.gpus} GPU{'s' * (asks.gpus > 1)}")
    many = f"{workers} workers with " if workers > 1 else ""
    return f"Cluster: {many}{' and '.join(parts)}{' each' if workers > 1 else ''}"


def _count(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text) or not 2 <= int(text) <= MOST:
        raise StrategyError(f"A strategy has from 2 to {MOST} replicas, and {text[:20]!r} is none of these numbers.")
    return int(text)


def _is_address(text: str) -> bool:
    found = ADDRESS.fullmatch(text)
    return found is not None and 1 <= int(found[2]) <= 65535


def _about_addresses(chosen: Strategy) -> Iterator[str]:
    """Whoever reaches the port of a worker can make it execute what he likes, so private networks only."""
    if os.environ.get(PUBLIC):
        return
    hosts = [address.rpartition(":")[0] for address in chosen.addresses]
    if chosen.asks and chosen.kind == "workers" and (known := seen()):
        hosts += [node.address for node in known.alive]
    for host in hosts:
        if not is_private(host):
            yield (
                f"{host} is no address of a private network. TensorFlow's workers take orders from whoever reaches "
                f"their port, without a password. Use private addresses, or start Layerloom with {PUBLIC}=1 if a "
                "firewall protects these machines."
            )


def _about_settings(chosen: Strategy, training: Training) -> Iterator[str]:
    if training.batch_size < chosen.replicas:
        yield (
            f"A batch of {training.batch_size} cannot be shared by {chosen.replicas} replicas: choose a batch size of "
            f"at least {chosen.replicas}."
        )
    if training.jit_compile is True:
        yield "XLA does not compile a step of several replicas: set jit compile to auto, or choose one device."
    optimizer: OptimizerSpec = training.optimizer
    if isinstance(optimizer, LossScaleOptimizer):
        optimizer = optimizer.inner_optimizer
    if getattr(optimizer, "gradient_accumulation_steps", None):
        yield "Gradients cannot be accumulated on several replicas: empty gradient accumulation steps; choose larger batches."
    if getattr(optimizer, "use_ema", False):
        yield "Averaged weights (use ema) do not go with several replicas: switch them off, or choose one device."
    losses = [training.loss, *(head.loss for head in training.heads if head.loss)]
    for loss in losses:
        if getattr(loss, "reduction", "") == "sum":
            yield f"{loss.type} adds up its batch (reduction sum), which replicas cannot share: take the mean."


def _about_layers(graph: Graph) -> Iterator[str]:
    for name, layer in _layers(graph):
        if layer.type == "SpectralNormalization":
            yield f"{name} ({layer.type}) keeps a state that replicas would each change for themselves: take it out, or choose one device."
        if getattr(layer, "renorm", False):
            yield f"{name} renormalises (renorm), which cannot be synchronised: switch that off, or choose one device."


def _layers(graph: Graph) -> Iterator[tuple[str, LayerSpec]]:
    """Every layer by the name of its node, those inside blocks and wrappers too."""
    nodes: list[Node] = [*graph.nodes, *(node for block in graph.blocks for node in block.nodes)]
    for node in nodes:
        layer: object = node.layer
        while isinstance(layer, LayerSpec):
            yield node.id, layer
            layer = getattr(layer, "layer", None)


def _draws(layer: LayerSpec) -> bool:
    """Whether the layer uses random numbers while it trains."""
    rates = [getattr(layer, name) for name in ("rate", "dropout", "recurrent_dropout") if hasattr(layer, name)]
    return hasattr(layer, "seed") and (not rates or any(rates))
