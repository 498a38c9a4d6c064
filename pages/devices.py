"""Devices: what can train here and how busy it is, what it was measured to do, and how several of them learn together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import psutil
import streamlit as st

from builder.training import defaults
from pages.parts import state
from pages.parts.charts import NO_BAR
from pages.parts.cluster import draw_cluster
from pages.parts.device_charts import changes, changes_figure, products, ring, seconds_figure, steps
from pages.parts.device_choice import expected
from pages.parts.literal import literal
from pages.parts.runs import LIVE, STATES
from pages.parts.terms import terms
from runtime.datasets import task_of
from runtime.devices import Device, devices, find
from runtime.gpu import evidence, gauges, verdict
from runtime.measuring import Measurement, begin, cancel, log_end, measurements
from runtime.memory import size_in_words
from runtime.run import Run, runs
from runtime.service import service

POLL, WATCH = 1.0, 2.0  # seconds between two looks: at a measurement that goes on, at how busy the devices are
RING = """
Several devices learn as one, and this is how:

1. **The batch is shared.** Of a batch of 32 examples each of four devices gets 8. Each has its own copy of the network
   (a *replica*), with the same weights.
2. **Each finds its gradients**: how every weight should change for its own 8 examples.
3. **The gradients are added up, in a ring** (*ring all-reduce*). Each device cuts its gradients into as many parts as
   there are devices, and hands one part to its neighbour, which adds its own and hands the sum on. After one round every
   device holds one part that is complete; in a second round the complete parts go round. Nobody sits in the middle: each
   device sends about twice the size of the network, however many they are.
4. **Each makes the same step** with the same sum, so the copies stay equal.

**Why the curve is the same as on one device:** the loss of a batch is the mean over its examples, and the gradient of a mean
is the mean of the gradients, so it does not matter where each is computed. Two things must be looked after. When the last
batch cannot be shared evenly, each device counts by the number of its examples. And BatchNormalization takes its mean and
variance over the whole batch, not over each share. With the same seed the curves agree to about five decimals: sums in
another order are rounded otherwise, which a large learning rate amplifies from epoch to epoch. Layers that draw random
numbers, such as Dropout, draw others. Keep the *global* batch (all devices together) as it was, or learning itself changes.
"""


def main() -> None:
    """The page."""
    st.title("Devices", anchor=False)
    st.fragment(_now, run_every=WATCH)()
    known = measurements()
    newest = known[0] if known else None
    _gpu_verdict(newest)
    _project_here()
    st.header("What this machine can do", anchor=False)
    goes_on = newest is not None and newest.goes_on
    st.fragment(_measure, run_every=POLL if goes_on else None)(goes_on)
    if done := [one for one in known if one.figures]:
        _figures(done)
    st.header("How several devices learn together", anchor=False)
    words, drawing = st.columns([2, 1], gap="large")
    words.markdown(RING)
    drawing.image(ring(), width=300)
    drawing.caption("Each device hands the part it holds in full colour to the next, which adds its own to it.")


def _now() -> None:
    """How busy the devices are, and what they do."""
    cpu = devices()[0]
    memory = psutil.virtual_memory()
    st.html(
        terms(
            {
                "Processor": cpu.title,
                "Load": f"{psutil.cpu_percent():.0f} %",
                "Memory": f"{size_in_words(memory.total - memory.available)} of {size_in_words(cpu.memory_bytes)} used",
                "Threads a run": str(cpu.threads),
            },
            "facts",
        )
    )
    for gauge in gauges():
        told = {
            gauge.name: gauge.title,
            "Load": "not told" if gauge.utilisation is None else f"{gauge.utilisation} %",
            "Memory": f"{size_in_words(gauge.memory_used)} of {size_in_words(gauge.memory_total)} used",
            "Temperature": "not told" if gauge.temperature is None else f"{gauge.temperature} °C",
        }
        st.html(terms(told, "facts"))
    live = [run for run in runs() if run.status() in LIVE]
    _what_runs(live)
    draw_cluster(live)


def _what_runs(live: Sequence[Run]) -> None:
    if not live:
        st.caption("Nothing trains just now.")
        return
    rows = [
        {"Device": run.spec.device, "Run": run.name, "Data": run.spec.data.name, "State": run.status()} for run in live
    ]
    st.markdown(
        "\n".join(
            f"- `{row['Device']}`: **{literal(row['Run'])}** ({row['Data']}), {STATES[row['State']]}" for row in rows
        )
    )


def _gpu_verdict(newest: Measurement | None) -> None:
    """Whether TensorFlow uses the GPU, and if not, why and what to do."""
    said = verdict(evidence(), newest.build if newest else None)
    if said.used:
        st.success(said.why, icon=":material/check_circle:")
    elif said.remedy:
        st.warning(f"{said.why} {said.remedy}", icon=":material/build:")
    else:
        st.caption(f":material/info: {said.why}")


def _project_here() -> None:
    """What the network of this tab will take on each device."""
    project = state.project()
    task = task_of(project.data) if project else None
    if project is None or task is None:
        return
    facts = service().shapes(project.graph)
    if facts is None:
        return
    training = project.training or defaults(project.graph, task, facts).training
    done = runs()
    st.markdown(f"**{literal(project.name)}** with {project.data.name}, batches of {training.batch_size}:")
    lines = [
        f"- `{one.name}` {'; '.join(expected(one, training, facts, task, project.graph, done))}" for one in _usable()
    ]
    st.markdown("\n".join(lines))


def _usable() -> list[Device]:
    """The devices, and ways to use several of them together."""
    alone = [device for device in devices() if not device.missing]
    gpus = [device.name for device in alone if device.name != "cpu"]
    together = [f"mirrored:{','.join(gpus)}"] if len(gpus) > 1 else ["mirrored:cpu:2", "workers:2"]
    return [*alone, *filter(None, map(find, together))]


def _measure(went_on: bool) -> None:
    """The button, or how far it is."""
    newest = next(iter(measurements()), None)
    goes_on = newest is not None and newest.goes_on
    if goes_on != went_on:
        st.rerun()
    if newest is not None and goes_on:
        st.progress(newest.done / max(1, newest.total), f"{newest.doing} … ({newest.done} of {newest.total} done)")
        st.button("Stop measuring", icon=":material/stop:", on_click=cancel)
        return
    if st.button(
        "Measure this machine" if newest is None else "Measure again",
        icon=":material/speed:",
        help="A matrix product and training steps of three networks on every device, in four ways each. It takes one to a few "
        "minutes; trainings that run meanwhile disturb it.",
    ):
        _begin()
        st.rerun()  # the whole page: it shows what `_begin` says, and decides how often to look
    if newest is None:
        st.caption("Not measured yet. The figures also tell how long an epoch of your network will take.")
    elif newest.error or newest.broken_off:
        st.warning(f"The last measurement did not come to its end. {newest.error or 'Its process has ended.'}")
        with st.expander("What TensorFlow said"):
            st.code(log_end() or "Nothing.", language=None)


def _begin() -> None:
    try:
        begin()
    except OSError as error:
        state.say(f"The measurement could not be started: {error}.")


def _figures(done: Sequence[Measurement]) -> None:
    now, *others = done
    before = None
    if others:
        before = st.selectbox("Compare with", [None, *others], format_func=lambda one: _when(one) if one else "nothing")
    names = {"numpy": "NumPy, processor", "cpu": "TensorFlow, processor"}
    busy = " The machine was busy then, so the times are too long." if now.load > now.threads else ""
    st.caption(f"Measured {_when(now)} on {now.machine}.{busy}")
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Product of two 5000 x 5000 matrices", anchor=False)
        st.plotly_chart(seconds_figure(products(now, before, names)), key="products", config=NO_BAR)
        st.caption(
            "A layer is little else than such a product. Its 125 thousand million multiplications are what a GPU does at once."
        )
    with right:
        st.subheader("A training step of 32 examples", anchor=False)
        st.plotly_chart(seconds_figure(steps(now, before, {"cpu": "processor"})), key="steps", config=NO_BAR)
    if found := changes(now, {"cpu": "processor"}):
        st.subheader("Number formats and XLA", anchor=False)
        st.plotly_chart(changes_figure(found), key="changes", config=NO_BAR)
        st.caption(
            "Shorter is better. GPUs with tensor cores, and some processors, compute in 16 bits several times as fast; others "
            "must imitate it and become slower. XLA joins small operations into one."
        )
    failed = [one for one in now.figures if one.error]
    if failed:
        st.caption(
            "Could not be measured: "
            + "; ".join(f"{one.what} on {one.where}, {one.variant} ({one.error})" for one in failed)
        )


def _when(one: Measurement) -> str:
    return f"{datetime.fromtimestamp(one.at).astimezone():%d %B %Y, %H:%M}"


main()
