"""What the whole network comes to: the line below the canvas."""

from __future__ import annotations

from collections.abc import Mapping

from builder.program import Facts
from builder.training import Task, Training, defaults
from runtime.expectation import expectation, in_words
from runtime.measuring import measurements
from runtime.memory import estimate, size_in_words
from runtime.run import runs
from runtime.store import Project

Totals = list[dict[str, str]]


def totals(
    project: Project, facts: Mapping[str, Facts] | None, task: Task | None = None, device: str = "cpu"
) -> Totals:
    """The figures of a network in words, each with a `text` and a `hint` that explains it; layers alone while the rest is not known.

    Args:
        facts: what Keras says about the nodes of the whole network.
        task: the project's data, where it is known.
        device: where it would be trained.
    """
    count = len(project.graph.nodes)
    found = [_figure(f"{count} layer{'' if count == 1 else 's'}", "Nodes of the network; a block counts as one.")]
    if not facts:
        return found
    training = project.training or (defaults(project.graph, task, facts).training if task else Training())
    parameters = sum(one.parameters for one in facts.values())
    frozen = parameters - sum(one.trainable for one in facts.values())
    macs = sum(one.macs or 0 for one in facts.values())
    memory = estimate(facts, training, task, device, project.graph)
    measured = next(iter(measurements()), None)
    took = (
        expectation(measured, device, training, facts, task.examples, runs(project.id)) if task and measured else None
    )
    time = [_figure(f"about {in_words(took.seconds)} an epoch", f"Expected on {device}: {took}.")] if took else []
    return [
        *found,
        _figure(
            f"{parameters:,} parameters" + (f", {frozen:,} frozen" if frozen else ""),
            f"Numbers that the network holds: {parameters - frozen:,} are learned, {frozen:,} are frozen or statistics.",
        ),
        _figure(f"{macs:,} multiply-adds", "Multiplications with addition (MACs) that one example costs, forwards."),
        *time,
        _figure(
            f"{size_in_words(memory.total)} at batch size {training.batch_size}",
            f"Memory that training needs at its peak, estimated: {memory}.",
        ),
    ]


def _figure(text: str, hint: str) -> dict[str, str]:
    return {"text": text, "hint": hint}
