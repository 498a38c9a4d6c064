"""The choice of a device, or of several that train together, with what each cannot do and how long it will take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from builder.graph import Graph
from builder.program import Facts
from builder.training import Task, Training
from pages.parts.cluster import CHOICE, choose_there
from pages.parts.cluster import offered as offered_there
from pages.parts.faults import whole_number
from runtime.devices import Device, devices, estimate, find, refusal
from runtime.expectation import expectation, memory_ratio
from runtime.measuring import measurements
from runtime.memory import size_in_words
from runtime.run import Run
from runtime.strategies import MOST, Strategy, StrategyError, differences, refusals, strategy

MIRRORED, WORKERS, MACHINES, GPUS = "mirrored:cpu", "workers", "machines", "mirrored:gpus"
SEVERAL = {
    MIRRORED: "Several logical processors (MirroredStrategy)",
    WORKERS: "Several processes here (MultiWorkerMirroredStrategy)",
    MACHINES: "Several machines (MultiWorkerMirroredStrategy)",
}


def choose_device(name: str, graph: Graph, training: Training) -> str:
    """Draw the choice; the name of what is chosen, or `name` while that is not complete."""
    offered = [device for device in devices() if not device.missing]
    titles = {device.name: f"{device.title}, {device.memory_bytes / 1e9:.0f} GB" for device in offered}
    gpus = [device.name for device in offered if device.name != "cpu"]
    if len(gpus) > 1:
        titles[GPUS] = f"All {len(gpus)} GPUs (MirroredStrategy)"
    titles |= SEVERAL | offered_there()
    now = strategy(name)
    kind = st.selectbox(
        "Device",
        list(titles),
        index=list(titles).index(_kind(now)) if _kind(now) in titles else 0,
        format_func=titles.__getitem__,
        help="Where the training runs. Several devices share each batch and learn together; the Devices page shows how.",
    )
    for device in devices():
        if device.missing:
            st.caption(f"{device.title} cannot be used: {device.missing}.")
    chosen = _completed(kind, now, gpus)
    if chosen is None:
        return name
    _told(strategy(chosen), graph, training)
    return chosen


def fits(
    device: Device, training: Training, facts: Mapping[str, Facts] | None, task: Task | None, graph: Graph
) -> tuple[int, list[str]]:
    """The bytes of memory that a training needs, 0 while nobody knows; and why its device cannot do it."""
    apart = refusals(strategy(device.name), graph, training)
    if facts is None or task is None:
        return 0, [*apart]
    too_large = refusal(facts, training, device, task, graph)
    memory = estimate(facts, training, task, device.name, graph).total
    return memory, [*([too_large] if too_large else []), *apart]


def expected(
    device: Device, training: Training, facts: Mapping[str, Facts], task: Task, graph: Graph, done: Sequence[Run]
) -> tuple[str, str]:
    """Time an epoch and memory on a device, in words."""
    newest = next((one for one in measurements() if one.figures), None)
    time = expectation(newest, device.name, training, facts, task.examples, done)
    memory = estimate(facts, training, task, device.name, graph)
    words = f"about {size_in_words(memory.total)} of memory"
    if ratio := memory_ratio(device.name, done):
        words += f"; finished runs took {ratio.value:.0%} of what was estimated for them"
    if time is None:
        there = strategy(device.name).asks is not None
        known = "not measured on the cluster" if there else "known once this machine is measured (Devices page)"
        return f"time an epoch: {known}", words
    return str(time), words


def _kind(chosen: Strategy) -> str:
    if chosen.asks:
        return CHOICE
    match chosen.kind:
        case "one":
            return chosen.devices[0]
        case "mirrored":
            return MIRRORED if chosen.devices == ("cpu",) else GPUS
    return MACHINES if chosen.addresses else WORKERS


def _completed(kind: str, now: Strategy, gpus: Sequence[str]) -> str | None:
    """The name of the strategy, with what it needs beside its kind; None while that is missing or wrong."""
    if kind == CHOICE:
        return choose_there(now)
    if kind == GPUS:
        return f"mirrored:{','.join(gpus)}"
    if kind in (MIRRORED, WORKERS):
        many = whole_number(
            "Replicas",
            2,
            MOST,
            max(2, now.replicas),
            key=f"replicas-{kind}",
            help="How many copies of the network share each batch. On one processor that is slower than one copy: it shows "
            "how several devices work, and that they learn the same.",
        )
        return f"{kind}:{many}"
    if kind != MACHINES:
        return kind
    text = st.text_area(
        "Addresses, one a line",
        "\n".join(now.addresses),
        placeholder="192.168.0.10:4000\n192.168.0.11:4000",
        help="This machine first, then the others, each as address:port. TensorFlow's port has no password, so only "
        "private networks are accepted.",
    )
    name = f"workers:{','.join(text.split())}"
    try:
        strategy(name)
    except StrategyError:
        st.caption("Write at least two lines such as 192.168.0.10:4000, this machine first.")
        return None
    st.caption("On each other machine, start: `python -m runtime join RUN.json --index 1` (then 2, 3, …).")
    return name


def _told(chosen: Strategy, graph: Graph, training: Training) -> None:
    if chosen.kind == "one":
        return
    each = -(-training.batch_size // chosen.replicas)
    st.caption(f"Each replica learns from about {each} of the {training.batch_size} examples of a batch.")
    if different := differences(chosen, graph, training):
        st.caption(f"The curve will differ a little from that of one device: {'; '.join(different)}.")
    else:
        st.caption(
            "The curve is that of one device, but for rounding, which adds up in long trainings of large networks."
        )
    if chosen.kind == "workers":
        st.caption(
            ":material/warning: While it trains, TensorFlow's workers listen on all addresses of a machine, without a "
            "password. Do this in a network that you trust."
        )


def device_of(name: str) -> Device:
    """The device of this name, or the processor when it is gone."""
    return find(name) or devices()[0]
