"""What can train here, what memory a training needs, and the environment that a device means. TensorFlow is not imported."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import psutil

from builder.graph import Graph
from builder.program import Facts
from builder.training import Task, Training
from runtime.cgroup import cpu_limit, memory_limit
from runtime.cluster import JOB
from runtime.gpu import INSTALL, cudnn
from runtime.memory import FLOAT, Memory, estimate, sharing_of, size_in_words
from runtime.nodes import Seen, seen
from runtime.strategies import Asks, Strategy, StrategyError, strategy

__all__ = ["Device", "Memory", "devices", "environment", "estimate", "find", "refusal"]


@dataclass(frozen=True, slots=True)
class Device:
    """Something that can train. `threads` are those of the processor that prepare the data; `missing` says what is not installed."""

    name: str
    title: str
    memory_bytes: int
    threads: int
    missing: str = ""


@lru_cache(maxsize=1)
def devices() -> tuple[Device, ...]:
    """The processor first, then every NVIDIA GPU that this process may use."""
    return (_cpu(), *_gpus())


def find(name: str) -> Device | None:
    """The device of this name, such as `cpu` or `gpu:0`; several together where the name says so, as `mirrored:cpu:2`."""
    try:
        chosen = strategy(name)
    except StrategyError:
        return None
    if chosen.asks is not None and JOB not in os.environ:
        return _on_cluster(name, chosen)
    parts = [device for device in devices() if device.name in chosen.devices]
    if chosen.asks is not None and chosen.asks.gpus:  # the cluster has chosen which
        parts = [device for device in devices() if device.name != "cpu"][: chosen.asks.gpus]
    if len(parts) < len(chosen.devices):
        return None
    if chosen.kind == "one":
        return parts[0]
    return Device(
        name=name,
        title=chosen.title,
        memory_bytes=min(part.memory_bytes for part in parts),
        threads=parts[0].threads,
        missing=next((part.missing for part in parts if part.missing), ""),
    )


def _on_cluster(name: str, chosen: Strategy) -> Device | None:
    """What a run is given on the cluster: on the node that has most memory of those that have enough of the rest."""
    known, asks = seen(), chosen.asks
    if known is None or asks is None:
        return None
    fit = [node for node in known.alive if node.cpus >= asks.cpus and node.gpus >= asks.gpus]
    missing = "" if fit else _why_not(known, asks)
    memory = [node.gpu_memory or node.memory if asks.gpus else node.memory for node in fit]
    return Device(name, chosen.title, max(memory, default=0), asks.cpus, missing)


def _why_not(known: Seen, asks: Asks) -> str:
    if not known.alive:
        return (known.error or "none of its machines is there").removesuffix(".")
    wanted = f"{asks.cpus} CPUs" + (f" and {asks.gpus} GPUs" if asks.gpus else "")
    return f"none of its {len(known.alive)} machines has {wanted}. Ask for less"


def environment(name: str) -> dict[str, str]:
    """What a worker's environment must hold so that it trains on this device, set before it imports TensorFlow.

    Raises:
        ValueError: there is no such device.
    """
    device = find(name)
    if device is None:
        offered = ", ".join(device.name for device in devices())
        raise ValueError(f"There is no device called {name[:64]!r} here. Choose one of: {offered}.")
    shared = {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "OMP_NUM_THREADS": str(device.threads),
        "TF_NUM_INTRAOP_THREADS": str(device.threads),
    }
    chosen = strategy(name)
    used = chosen.devices
    if used == ("cpu",):
        return shared | {"CUDA_VISIBLE_DEVICES": "-1"}
    if chosen.asks is not None:
        return shared | {"TF_FORCE_GPU_ALLOW_GROWTH": "true"}
    return shared | {
        "CUDA_VISIBLE_DEVICES": ",".join(one.removeprefix("gpu:") for one in used),
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # the order in which NVML counts
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # leave room for a second run
    }


def refusal(
    facts: Mapping[str, Facts],
    training: Training,
    device: Device,
    task: Task | None = None,
    graph: Graph | None = None,
) -> str | None:
    """Why a training cannot start on this device, with the estimate and what to do; None when it can."""
    if device.missing:
        return f"{device.title} cannot be used: {device.missing}."
    memory = estimate(facts, training, task, device.name, graph)
    if memory.total <= device.memory_bytes:
        return None
    fewer = _fewer_replicas(device, lambda name: estimate(facts, training, task, name, graph).total)
    return (
        f"Training this network needs about {size_in_words(memory.total)} of memory ({memory}){_together(device)}, and "
        f"{device.title} has {size_in_words(device.memory_bytes)}. {fewer or _remedy(facts, training, device, memory)}"
    )


def _together(device: Device) -> str:
    """Says of whom the estimate is, where several replicas share a memory."""
    replicas = sharing_of(strategy(device.name)).replicas
    return f" for {replicas} replicas together" if replicas > 1 else ""


def _remedy(facts: Mapping[str, Facts], training: Training, device: Device, memory: Memory) -> str:
    """Smaller data or a smaller batch where that is enough, else the layer that takes most."""
    if memory.data + memory.framework > device.memory_bytes:
        return "Choose a smaller data set, or a device with more memory."
    room = device.memory_bytes - (memory.total - memory.activations)
    batch = room * training.batch_size // memory.activations if memory.activations else 0
    if batch >= 1:
        return f"Choose a batch size of {1 << (batch.bit_length() - 1)} instead of {training.batch_size}."
    name, largest = max(facts.items(), key=lambda item: item[1].parameters * FLOAT + (item[1].activation_bytes or 0))
    takes = (
        f"weights of {size_in_words(largest.parameters * FLOAT)}"
        if largest.parameters * FLOAT > (largest.activation_bytes or 0)
        else f"an output of {size_in_words(largest.activation_bytes or 0)} an example"
    )
    return f"Make the layer {name} smaller, which alone has {takes}, or what comes before it (by pooling, for example)."


def _fewer_replicas(device: Device, total: Callable[[str], int]) -> str:
    """How many replicas would fit on the processor, as each holds the network once; empty where that does not help.

    Args:
        total: the bytes that the training needs on a device, by its name.
    """
    replicas = sharing_of(strategy(device.name)).replicas
    kind = device.name.rpartition(":")[0]
    names = {f"{count} replicas": f"{kind}:{count}" for count in range(replicas - 1, 1, -1)}
    names |= {"the processor alone": "cpu"} if replicas > 1 else {}
    chosen = next((title for title, name in names.items() if total(name) <= device.memory_bytes), "")
    return chosen and f"Choose {chosen} instead of {replicas} replicas, each of which holds the network once."


def _cpu() -> Device:
    threads = _threads()
    memory = psutil.virtual_memory().total
    limit = memory_limit()
    return Device(
        name="cpu",
        title=f"{_processor()} ({threads} core{'s' if threads > 1 else ''})",
        memory_bytes=memory if limit is None else min(memory, limit),
        threads=threads,
    )


def _threads() -> int:
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limit = cpu_limit()
    return allowed if limit is None else max(1, min(allowed, limit))


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names and names[0] else platform.machine() or "Processor"


def _gpus() -> Iterator[Device]:
    import pynvml

    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError:
        return  # no NVIDIA driver
    try:
        for index in range(pynvml.nvmlDeviceGetCount()):
            handle = pynvml.nvmlDeviceGetHandleByIndex(index)
            if _visible(index, pynvml.nvmlDeviceGetUUID(handle)):
                yield Device(
                    name=f"gpu:{index}",
                    title=pynvml.nvmlDeviceGetName(handle),
                    memory_bytes=pynvml.nvmlDeviceGetMemoryInfo(handle).total,
                    threads=_threads(),
                    missing="" if cudnn() else f"TensorFlow's CUDA libraries are not installed. {INSTALL}",
                )
    except pynvml.NVMLError:
        return  # a driver that does not answer has no device to offer
    finally:
        pynvml.nvmlShutdown()


def _visible(index: int, uuid: str) -> bool:
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    return chosen is None or bool({str(index), uuid} & {part.strip() for part in chosen.split(",")})
