"""Whole scripts and notebooks. That they train to the same curve as the app is tested with the worker."""

import ast
import json

import nbformat
import pytest

from builder.codegen import CodeError
from builder.layers.core import Dense, Input
from builder.layers.preprocessing import Normalization
from builder.names import RESERVED
from builder.optimizers import SGD
from builder.program import lower
from builder.scripts import DataCode, StartCode, notebook, script
from builder.training import Training
from builder.zoo.drawing import chain

DATA = DataCode(("import numpy as np",), "x_train = np.zeros((9, 3))\ny_train = x_test = y_test = x_train")
PROGRAM = lower(chain(image=Input(shape=(3,)), dense=Dense(units=4)))


def test_a_script_needs_nothing_of_ours_and_says_its_parts():
    text = script(PROGRAM, Training(optimizer=SGD(momentum=0.5), epochs=3), DATA, 7)
    tree = ast.parse(text)
    modules = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert modules == {"keras", "numpy", "tensorflow"}
    assert "SEED = 7" in text
    assert "keras.optimizers.SGD(momentum=0.5)" in text
    assert "epochs=3" in text
    headings = [line for line in text.splitlines() if line.startswith("# ")]
    assert headings == ["# Data", "# Model", "# Batches", "# Training", "# Evaluation"]


def test_no_layer_can_hide_a_variable_of_the_script():
    text = script(PROGRAM, Training(), DATA, 0)
    assigned = {
        name.id
        for node in ast.walk(ast.parse(text[text.index("# Model") :]))
        if isinstance(node, ast.Assign)
        for name in ast.walk(node.targets[0])
        if isinstance(name, ast.Name)
    }
    assert assigned - {"image", "dense"} <= RESERVED


def test_without_validation_nothing_is_held_out():
    text = script(PROGRAM, Training(validation_split=0), DATA, 0)
    assert "held_out" not in text
    assert "validation_data" not in text


@pytest.mark.parametrize("style", ["functional", "sequential", "subclass"])
def test_a_notebook_holds_the_same_code(style):
    book = nbformat.reads(notebook(PROGRAM, Training(), DATA, 0, style), as_version=4)
    nbformat.validate(book)
    cells = "\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
    lines = script(PROGRAM, Training(), DATA, 0, style).splitlines()
    assert [line for line in cells.splitlines() if line] == [line for line in lines if line and line[:2] != "# "]
    assert json.loads(notebook(PROGRAM, Training(), DATA, 0, style)) == json.loads(
        notebook(PROGRAM, Training(), DATA, 0, style)
    )


def test_what_has_no_code_has_no_script():
    with pytest.raises(CodeError):
        script(lower(chain(only=Input(shape=(3,)))), Training(), DATA, 0)


def test_given_weights_come_behind_the_model_and_the_epochs_count_on():
    text = script(PROGRAM, Training(epochs=9), DATA, 0, start=StartCode("start.npz", epoch=4))
    headings = [line for line in text.splitlines() if line.startswith("# ")]
    assert headings[:4] == ["# Data", "# Model", "# First weights", "# Batches"]
    assert 'np.load("start.npz")' in text
    assert "initial_epoch=4, epochs=9" in text
    assert "finalize_state" not in text
    scaled = lower(chain(image=Input(shape=(3,)), scaled=Normalization(), dense=Dense(units=4)))
    assert "layer.finalize_state()" in script(scaled, Training(), DATA, 0, start=StartCode("start.npz"))


def test_number_format_and_compiler_stand_in_the_script():
    text = script(PROGRAM, Training(dtype_policy="mixed_bfloat16", jit_compile=True), DATA, 0)
    assert text.index('set_dtype_policy("mixed_bfloat16")') < text.index("# Model")
    assert "jit_compile=True" in text
    plain = script(PROGRAM, Training(), DATA, 0)
    assert "dtype_policy" not in plain
    assert "jit_compile" not in plain
