"""A whole training as code: data, model, compile, fit, evaluate; as a script or as a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import indent

import nbformat.v4

from builder.call import Expression
from builder.codegen import CodeError, Style, definition, formatted, imports
from builder.flat import flat
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
class DeviceCode:
    """How several devices train together, in code: import lines, lines that make STRATEGY, and the functions that learn.

    `chief` is what must hold for the process that speaks and saves; empty where there is one process.
    """

    imports: tuple[str, ...]
    setup: str
    functions: str
    chief: str = ""


@dataclass(frozen=True, slots=True)
class StartCode:
    """What a training begins with: weights in a file beside the script, the `optimizer`'s state too, and after which epoch."""

    file: str
    epoch: int = 0
    optimizer: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a script: a heading, what a notebook says about it, and its lines."""

    heading: str
    words: str
    code: str


def script(
    program: Program,
    training: Training,
    data: DataCode,
    seed: int,
    style: Style = "functional",
    devices: DeviceCode | None = None,
    start: StartCode | None = None,
) -> str:
    """A script that needs nothing of Layerloom; on a CPU it gives the same loss curve as the app's run with this seed.

    Args:
        devices: several devices that train together; None: one.
        start: the weights that it begins with; None: random ones.

    Raises:
        CodeError: the program cannot be written in this style.
    """
    first, *rest = _parts(program, training, data, seed, style, devices, start)
    return formatted("\n\n".join([first.code, *(f"# {part.heading}\n{part.code}" for part in rest)]))


def notebook(
    program: Program,
    training: Training,
    data: DataCode,
    seed: int,
    style: Style = "functional",
    devices: DeviceCode | None = None,
    start: StartCode | None = None,
) -> str:
    """The same as a Jupyter notebook, in cells with a sentence each; JSON.

    Raises:
        CodeError: the program cannot be written in this style.
    """
    if devices and devices.chief:
        raise CodeError("A notebook is one process, and this training takes several processes: take the script.")
    cells = []
    for number, part in enumerate(_parts(program, training, data, seed, style, devices, start)):
        cells.append(nbformat.v4.new_markdown_cell(f"## {part.heading}\n\n{part.words}", id=f"words-{number}"))
        cells.append(nbformat.v4.new_code_cell(formatted(part.code).rstrip(), id=f"code-{number}"))
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.validate(book)
    text: str = nbformat.writes(book)
    return text + "\n"


def _parts(
    program: Program,
    training: Training,
    data: DataCode,
    seed: int,
    style: Style,
    devices: DeviceCode | None,
    start: StartCode | None,
) -> list[Part]:
    model = definition(program, style)
    held_out = training.validation_split > 0
    words = "The seed makes the training repeatable: first weights, dropout and the order of examples."
    setup = "\n".join(_import_block(program, data, devices, start)) + "\n\n"
    if devices:
        setup += f"{devices.setup}\n\n"
    if training.dtype_policy != "float32":
        setup += f"keras.config.set_dtype_policy({training.dtype_policy!r})\n"
    setup += f"SEED = {seed!r}\nkeras.utils.set_random_seed(SEED)"
    compiled, first = _compiled(program, training) + _optimizer_state(start), start.epoch if start else 0
    if devices is None:
        learning = [
            Part(
                "Training",
                "Compile with optimizer, loss and metrics, then fit.",
                compiled + _fit(training, held_out, first),
            ),
            Part("Evaluation", "How well it does on examples that it has never seen.", _evaluation(program, training)),
        ]
    else:
        model = _scoped(model)
        learning = [
            # Behind the model: a layer that is called `share` must not hide it.
            Part("Steps", "What the devices do with a batch. Each has a copy of the network.", devices.functions),
            Part(
                "Training",
                "Compile with optimizer, loss and metrics, then learn.",
                _loop(compiled, training, held_out, first),
            ),
            Part("Evaluation", "How well it does on unseen examples.", _looked(program, training, devices)),
        ]
    return [
        Part("Setup", words, setup),
        Part("Data", "Training and test examples as arrays.", data.body),
        # Before the batches: a layer that is called `train` or `x_val` must not hide them.
        Part("Model", "The network, layer by layer.", model),
        *([_first_weights(program, start)] if start else []),
        *_labels(training, data.classes),
        Part("Batches", _about_batches(held_out), _batches(program, training, held_out)),
        *learning,
    ]


def _import_block(program: Program, data: DataCode, devices: DeviceCode | None, start: StartCode | None) -> list[str]:
    more = [*(devices.imports if devices else ()), *(["import numpy as np"] if start else [])]
    lines = dict.fromkeys([*imports(program), "import tensorflow as tf", *data.imports, *more])
    plain = sorted(line for line in lines if line.startswith("import "))
    return plain + sorted(line for line in lines if not line.startswith("import "))


def _first_weights(program: Program, start: StartCode) -> Part:
    copies = any(step.layer.type == "Normalization" for step in flat(program).program.steps)
    finalize = "\n        if hasattr(layer, 'finalize_state'):\n            layer.finalize_state()" if copies else ""
    code = f"""with np.load({start.file!r}) as known:
    for layer in model.layers:
        names = [f"{{layer.name}}/{{number}}" for number in range(len(layer.weights))]
        given = [known[name] for name in names if name in known]
        if [array.shape for array in given] != [tuple(weight.shape) for weight in layer.weights]:
            print(f"{{layer.name}} begins with random weights.")
            continue
        layer.set_weights(given){finalize}"""
    words = (
        f"Those in {start.file}, which must lie beside this file; a layer that they do not fit begins with random ones."
    )
    return Part("First weights", words, code)


def _optimizer_state(start: StartCode | None) -> str:
    if start is None or not start.optimizer:
        return ""
    return f"""model.optimizer.build(model.trainable_variables)
with np.load({start.file!r}) as known:
    for number, variable in enumerate(model.optimizer.variables):
        if variable.name != "learning_rate":
            variable.assign(known[f"Optimizer/{{number}}"])
"""


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


def _compiled(program: Program, training: Training) -> str:
    settings = training.compiled([ref.step for ref in program.outputs])
    return "model.compile(\n" + "".join(f"    {name}={value!r},\n" for name, value in settings) + ")\n"


def _fit(training: Training, held_out: bool, first: int) -> str:
    validation = "validation_data=validation, " if held_out else ""
    # Keras warns when it is left to shuffle a data set that has shuffled itself.
    initial = f"initial_epoch={first!r}, " if first else ""
    return f"model.fit(train, {validation}{initial}epochs={training.epochs!r}, shuffle=False)"


def _scoped(code: str) -> str:
    return f"with STRATEGY.scope():\n{indent(code, '    ')}"


def _loop(compiled: str, training: Training, held_out: bool, first: int) -> str:
    """`fit` in few lines: that of Keras does not give several devices the curve of one."""
    validation = (
        "\n    found |= {f'val_{name}': value for name, value in run(look, validation).items()}" if held_out else ""
    )
    return f"""{_scoped(compiled)}    # Made up: another look at the data would shuffle them once more.
    prepare(model, tf.nest.map_structure(lambda spec: tf.zeros((1, *spec.shape[1:]), spec.dtype), train.element_spec))
learn, look = (tf.function(step(model), autograph=False) for step in (train_step, test_step))
result = tf.function(model.get_metrics_result, autograph=False)


def run(step, batches):
    model.reset_metrics()
    for batch in batches:
        step(batch)
    return {{name: float(value) for name, value in result().items()}}


history = []
for epoch in range({f"{first!r}, " if first else ""}{training.epochs!r}):
    found = run(learn, train)
    iter(train)  # `fit` opens the data once more and shuffles them by that, so we do{validation}
    history.append(found)
    print(f"epoch {{epoch + 1}}:", found)"""


def _looked(program: Program, training: Training, devices: DeviceCode) -> str:
    arranged = ".map(arrange)" if _several(program) else ""
    saved = f"if {devices.chief}:\n    model.save('model.keras')" if devices.chief else "model.save('model.keras')"
    return f"""test = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch({training.batch_size!r}){arranged}
print("test:", run(look, test))
{saved}"""
