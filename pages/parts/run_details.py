"""What a run was made from: its network, data, settings and versions, and the way to go on from there."""

from __future__ import annotations

import streamlit as st

from builder.optimizers import GradientStep, LossScaleOptimizer
from builder.training import Training
from pages.parts import state
from pages.parts.runs import curves, share
from pages.parts.terms import terms
from runtime.run import Run
from runtime.store import store


def run_details(run: Run) -> None:
    """The details, folded away."""
    with st.expander("What was trained, and how", icon=":material/receipt_long:"):
        st.html(terms(details(run), "lines"))
        if st.button(
            "Open this network as a project of its own",
            icon=":material/account_tree:",
            help="A copy of the network as it was when this run began, with its data and settings.",
        ):
            project = store().create(run.name, run.spec.graph, run.spec.data, owner=state.owner())
            store().settings(project.id, training=run.spec.training)
            state.open_project(project.id)
            state.go("build.py")


def details(run: Run) -> dict[str, str]:
    """Enough to repeat the run, by term."""
    spec, training = run.spec, run.spec.training
    count = len(spec.graph.nodes)
    return {
        "Network": f"{count} layer{'' if count == 1 else 's'}",
        "Data": f"{spec.data.name}; {share(spec.data.test_fraction)} kept for the test, split with seed {spec.data.seed}",
        "Training": f"{training.epochs} epochs, batch size {training.batch_size}, "
        f"{share(training.validation_split)} for validation",
        "Optimizer": optimizer_in_words(training),
        "Loss": training.loss.type,
        "Metrics": ", ".join(metric.type for metric in training.metrics) or "none",
        "Begins with": _start(run),
        "Seed": str(spec.seed),
        "Device": spec.device,
        "Versions": ", ".join(f"{name} {number}" for name, number in run.versions.items()),
    }


def _start(run: Run) -> str:
    if run.spec.start is None:
        return "random weights"
    anew = curves(run).anew
    shown = ", ".join(anew[:5]) + (f" and {len(anew) - 5} more" if len(anew) > 5 else "")
    return f"the weights of {run.spec.start.title}" + (
        f"; random ones in {shown}, which they do not fit" if anew else ""
    )


def optimizer_in_words(training: Training) -> str:
    """`Adam, learning rate 0.001`."""
    optimizer = training.optimizer
    if isinstance(optimizer, LossScaleOptimizer):
        return f"{optimizer.type} over {_in_words(optimizer.inner_optimizer)}"
    return _in_words(optimizer)


def _in_words(optimizer: GradientStep) -> str:
    rate = optimizer.learning_rate
    return f"{optimizer.type}, learning rate {f'{rate:g}' if isinstance(rate, float) else rate.type}"
