"""A whole training as code: data, model, compile, fit, evaluate; as a script or as a notebook."""

from __future__ import annotations

from dataclasses import dataclass

import nbformat.v4

from builder.call import Expression
from builder.codegen import Style, definition, formatted, imports
from builder.labels import encoded
from builder.program import Program
from builder.training import Training


@dataclass(frozen=True, slots=True)
class DataCode:
    """How a data set is made in code: import lines, and lines that define x_train, y_train, x_test, y_test.

    `classes` says how many there are, whose numbers are the labels; 0 where numbers are to be predicted.
    """

    imports: tuple[str, ...]
    body: str
    classes: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a script: a heading, what a notebook says about it, and its lines."""

    heading: str
    words: str
    code: str


def script(program: Program, training: Training, data: DataCode, seed: int, style: Style = "functional") -> str:
    """A script that needs nothing of Layerloom; on a CPU it gives the same loss curve as the app's run with this seed.

    Raises:
        CodeError: the program cannot be written in this style.
    """
    first, *rest = _parts(program, training, data, seed, style)
    return formatted("\n\n".join([first.code, *(f"# {part.heading}\n{part.code}" for part in rest)]))


def notebook(program: Program, training: Training, data: DataCode, seed: int, style: Style = "functional") -> str:
    """The same as a Jupyter notebook, in cells with a sentence each; JSON.

    Raises:
        CodeError: the program cannot be written in this style.
    """
    cells = []
    for number, part in enumerate(_parts(program, training, data, seed, style)):
        cells.append(nbformat.v4.new_markdown_cell(f"## {part.heading}\n\n{part.words}", id=f"words-{number}"))
        cells.append(nbformat.v4.new_code_cell(formatted(part.code).rstrip(), id=f"code-{number}"))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.validate(book)
    text: str = nbformat.writes(book)
    return text + "\n"


def _parts(program: Program, training: Training, data: DataCode, seed: int, style: Style) -> list[Part]:
    model = definition(program, style)
    held_out = training.validation_split > 0
    setup = "\n".join(_import_block(program, data)) + f"\n\nSEED = {seed!r}\nkeras.utils.set_random_seed(SEED)"
    return [
        Part(
            "Setup", "The seed makes the training repeatable: first weights, dropout and the order of examples.", setup
        ),
        Part("Data", "Training and test examples as arrays.", data.body),
        # Before the batches: a layer that is called `train` or `x_val` must not hide them.
        Part("Model", "The network, layer by layer.", model),
        *_labels(training, data.classes),
        Part("Batches", _about_batches(held_out), _batches(program, training, held_out)),
        Part("Training", "Compile with optimizer, loss and metrics, then fit.", _fit(program, training, held_out)),
        Part("Evaluation", "How well it does on examples that it has never seen.", _evaluation(program, training)),
    ]


def _import_block(program: Program, data: DataCode) -> list[str]:
    lines = dict.fromkeys([*imports(program), "import tensorflow as tf", *data.imports])
    plain = sorted(line for line in lines if line.startswith("import "))
    return plain + sorted(line for line in lines if not line.startswith("import "))


def _labels(training: Training, classes: int) -> list[Part]:
    if training.target == "input":
        words = "An autoencoder is to give back what it gets."
        return [Part("Labels", words, "y_train, y_test = x_train, x_test")]
    calls = {name: encoded(Expression(name), training.loss, classes) for name in ("y_train", "y_test")}
    lines = [f"{name} = {call!r}" for name, call in calls.items() if call]
    words = f"The labels in the form that {training.loss.type} takes."
    return [Part("Labels", words, "\n".join(lines))] if lines else []


def _about_batches(held_out: bool) -> str:
    kept = " The last part of the training examples is kept for validation." if held_out else ""
    return f"The examples are shuffled anew for each epoch.{kept}"


def _batches(program: Program, training: Training, held_out: bool) -> str:
    lines = _arrange(program)
    if held_out:
        lines += [
            f"held_out = max(1, round(len(x_train) * {training.validation_split!r}))",
            "x_val, y_val = x_train[-held_out:], y_train[-held_out:]",
            "x_train, y_train = x_train[:-held_out], y_train[:-held_out]",
        ]
    batch = f".batch({training.batch_size!r})" + (".map(arrange)" if _several(program) else "")
    lines += [
        "train = tf.data.Dataset.from_tensor_slices((x_train, y_train))",
        f"train = train.shuffle(len(x_train), seed=SEED){batch}.prefetch(tf.data.AUTOTUNE)",
    ]
    if held_out:
        lines.append(f"validation = tf.data.Dataset.from_tensor_slices((x_val, y_val)){batch}")
    return "\n".join(lines)


def _several(program: Program) -> bool:
    return len(program.inputs) > 1 or len(program.outputs) > 1


def _arrange(program: Program) -> list[str]:
    """A function that gives each input its part of the examples, and each output the labels."""
    if not _several(program):
        return []
    examples = ", ".join(f"x[:, {number}]" for number in range(len(program.inputs)))
    labels = ", ".join("y" for _ in program.outputs)
    x = f"({examples})" if len(program.inputs) > 1 else "x"
    y = f"({labels})" if len(program.outputs) > 1 else "y"
    return ["def arrange(x, y):", f"    return {x}, {y}", ""]


def _evaluation(program: Program, training: Training) -> str:
    batch = f"batch_size={training.batch_size!r}"
    test = "*arrange(x_test, y_test)" if _several(program) else "x_test, y_test"
    return f"model.evaluate({test}, {batch})\nmodel.save('model.keras')"


def _fit(program: Program, training: Training, held_out: bool) -> str:
    settings = training.compiled([ref.step for ref in program.outputs])
    compiled = "".join(f"    {name}={value!r},\n" for name, value in settings)
    validation = "validation_data=validation, " if held_out else ""
    # Keras warns when it is left to shuffle a data set that has shuffled itself.
    return f"""model.compile(
{compiled})
model.fit(train, {validation}epochs={training.epochs!r}, shuffle=False)"""
