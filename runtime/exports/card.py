"""A model card: what a stranger has to know before using the model. After Mitchell et al., https://doi.org/10.1145/3287560.3287596"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from builder.flat import flat
from builder.program import Facts, lower
from builder.training import Task
from runtime.curves import Curves, read_curves
from runtime.datasets import DATASETS, task_of
from runtime.exports.base import Document
from runtime.run import Run


def card(run: Run, facts: Mapping[str, Facts]) -> str:
    """The card as Markdown.

    Args:
        facts: what Keras says of each node, for the table of layers; what is missing is left out.
    """
    curves = read_curves(run)
    task = task_of(run.spec.data)
    parts = {
        "": _summary(run, curves, task),
        "Data": _data(run, task),
        "Network": _network(run, facts),
        "Training": _training(run, curves),
        "Results": _results(curves),
        "Limits": _limits(run, curves, task),
        "Versions": (f"- {name} {number}" for name, number in run.versions.items()),
    }
    sections = ("\n".join([*([f"## {title}", ""] if title else []), *lines]) for title, lines in parts.items())
    return f"# {_plain(run.name)}\n\n" + "\n\n".join(sections) + "\n"


def _summary(run: Run, curves: Curves, task: Task | None) -> Iterator[str]:
    count = len(flat(lower(run.spec.graph)).program.steps)
    what = "answers a question"
    shape = f" of shape {' x '.join(map(str, task.input_shape))}" if task else ""
    if task:
        what = (
            f"tells to which of {len(task.classes)} classes an example{shape} belongs"
            if task.classes
            else f"predicts {_counted(task.targets, 'number')} for an example{shape}"
        )
    yield f"A neural network of {_counted(count, 'layer')} that {what}."
    yield ""
    yield f"- run `{run.id}`, made with Layerloom on {run.created:%Y-%m-%d}; its training is {run.status()}"
    if task and task.inputs > 1:
        yield f"- {_counted(task.inputs, 'input')}, each of the shape above; they go in together, in the order of the network"
    if curves.parameters:
        yield f"- {curves.parameters:,} parameters (learned numbers)"
    if task and task.classes:
        yield f"- classes, in the order of the outputs: {', '.join(map(_plain, task.classes))}"


def _data(run: Run, task: Task | None) -> Iterator[str]:
    spec, dataset = run.spec.data, DATASETS.get(run.spec.data.name)
    if dataset is None or task is None:
        yield f"The data set `{spec.name}`, which is not known here."
        return
    yield f"**{dataset.title}** (`{spec.name}`): {dataset.description}"
    yield ""
    yield f"- source: {dataset.source}"
    held = "its own test examples" if dataset.own_test else f"{dataset.size - task.examples:,} kept for the test"
    yield f"- {task.examples:,} training examples; {held} (seed of the data: {spec.seed})"
    yield f"- of the training examples {run.spec.training.validation_split:.0%} only for validation"


def _network(run: Run, facts: Mapping[str, Facts]) -> Iterator[str]:
    rows = []
    for node in run.spec.graph.nodes:
        fact = facts.get(node.id, Facts())
        shape = " x ".join("?" if size is None else str(size) for size in fact.shapes[0][1:]) if fact.shapes else ""
        parameters = f"{fact.parameters:,}" if fact.parameters else ""
        rows.append((node.id, f"{node.layer.type} {node.layer.summary()}".strip(), shape, parameters))
    yield from _table(("name", "layer", "output of one example", "parameters"), rows)


def _training(run: Run, curves: Curves) -> Iterator[str]:
    training = run.spec.training
    yield f"- optimizer: `{training.optimizer.call()!r}`"
    yield f"- loss: `{training.loss.call()!r}`"
    yield f"- at most {_counted(training.epochs, 'epoch')}, batches of {training.batch_size}, seed {run.spec.seed}"
    took = f" in {curves.elapsed:,.0f} seconds" if curves.elapsed else ""
    yield f"- {_counted(_epochs(curves), 'epoch')} done{took} on {_plain(curves.device or run.spec.device)}"


def _results(curves: Curves) -> Iterator[str]:
    last = {name: ys[-1] for name, (_, ys) in curves.epochs_done.items() if ys}
    if not last and not curves.test:
        yield "Nothing has been measured yet."
        return
    names = [name for name in last if not name.startswith("val_")]
    rows = [
        (name, _figure(last.get(name)), _figure(last.get(f"val_{name}")), _figure(curves.test.get(name)))
        for name in names
    ]
    rows += [(name, "", "", _figure(value)) for name, value in curves.test.items() if name not in names]
    yield from _table(("figure", "training, last epoch", "validation, last epoch", "test, at the end"), rows)


def _limits(run: Run, curves: Curves, task: Task | None) -> Iterator[str]:
    yield (
        f"- It knows only what {_counted(task.examples, 'example') if task else 'its examples'} of "
        f"`{run.spec.data.name}` could teach. For other kinds of inputs its answers mean nothing, however sure they look."
    )
    yield "- Inputs must be prepared as in training; the exported script shows how."
    if task and task.classes:
        yield "- It always answers with one of its classes, also where none fits."
        yield "- Whether it errs more often for some groups of people or things than for others has not been measured."
    yield f"- One training with one seed ({run.spec.seed}): another seed gives somewhat other figures."
    if not curves.test:
        yield "- It was not measured on test examples."
    if gap := _overfitting(curves):
        yield f"- {gap}"
    if (status := run.status()) not in ("finished", "stopped"):
        yield f"- Its training is {status}: the model is that of the last checkpoint, the figures may be of a later epoch."
    if status == "stopped":
        yield f"- Its training was stopped after {_epochs(curves)} of {run.spec.training.epochs} epochs."


def _overfitting(curves: Curves) -> str:
    found = [ys[-1] for name in ("loss", "val_loss") if (ys := curves.epochs_done.get(name, ((), ()))[1])]
    if len(found) < 2 or not 0 < 1.5 * found[0] < found[1]:
        return ""
    return (
        f"It overfits: the loss is {found[1] / found[0]:.1f} times higher on validation examples than on those that it "
        "learned from."
    )


def _epochs(curves: Curves) -> int:
    return max((len(ys) for _, ys in curves.epochs_done.values()), default=0)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(map(_plain, row))} |"


def _plain(text: str) -> str:
    """A text from outside, so that nothing in it is taken for Markdown or HTML."""
    return re.sub(r"([\\`*_\[\]<>|#&])", r"\\\1", " ".join(text.split()))


def _make(run: Run, facts: Mapping[str, Facts]) -> bytes:
    return card(run, facts).encode()


CARD = Document(
    title="Model card",
    about="What others should know before they use the model, as text: data, settings, figures, versions, limits.",
    ending=".md",
    make=_make,
)
