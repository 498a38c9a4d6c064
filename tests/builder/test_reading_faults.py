"""Text that no network can be read from: each fault with its line, and no text that hangs, fills the memory or runs."""

import subprocess
import sys
import tracemalloc
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.graph import MAX_NODES
from builder.reading import CodeReadError, read_code
from builder.reading.plain import MAX_STEPS
from builder.reading.reader import MAX_BYTES, MAX_WORDS, Note

ROOT = Path(__file__).parents[2]
HEAD = "import keras\nfrom keras import layers\n"


def faults(text: str) -> tuple[Note, ...]:
    with pytest.raises(CodeReadError) as error:
        read_code(text)
    assert error.value.faults
    assert str(error.value).startswith(f"Line {error.value.faults[0].line}: ")
    return error.value.faults


WORDS = {
    "layers.Dense()": (3, "Dense needs units"),
    "layers.Dense(-3)": (3, "units of Dense cannot be -3"),
    "layers.Dense('many')": (3, "units of Dense cannot be 'many'"),
    "layers.Dense(3, activatoin='relu')": (3, "Is activation meant?"),
    "layers.Dense(3, units=4)": (3, "given units twice"),
    "layers.Dense(3, activation=lambda x: x)": (3, "activation of Dense"),
    "layers.Dense(3, activation=layers.LeakyReLU())": (3, "a layer of its own"),
    "layers.Dense(3, kernel_regularizer='l3')": (3, "kernel_regularizer of Dense cannot be 'l3'"),
    "layers.Dense(3, name=7)": (3, "A name is a text"),
    "layers.Dense(units)": (3, "`units` is not defined"),
    "layers.Dense(len(np.unique(y)))": (3, "np.unique"),
    "layers.Conv2D(3, (3, 3), padding='sme')": (3, "'valid' or 'same'"),
    "layers.Conv2D(3, 3, 1, 'same', 'channels_first')": (3, "data_format='channels_first'"),
    "layers.LSTM(3, stateful=True)": (3, "stateful"),
    "layers.Lambda(lambda x: tf.einsum('ab->ba', x))": (3, "einsum"),
    "layers.TextVectorization(100)": (3, "text is numbered by the data set"),
    "layers.TimeDistributed(keras.Model(keras.Input((3,)), keras.Input((3,))))": (3, "around each layer"),
    "layers.Dens(3)": (3, "is Dense meant?"),
    "keras.applications.Resnet(3)": (3, "no backbone that is called Resnet"),
    "layers.Dense(1 / 0)": (3, "division by zero"),
    "layers.Dense([3, 4][2])": (3, "out of range"),
    "layers.Dense(10 ** 10 ** 10)": (3, "far too large"),
    "layers.Dense(3)(layers.Dense(3))": (3, "not called yet"),
    "layers.Dense(3)(keras.Input((3,)))(4)": (3, "cannot be called"),
    "layers.Add()(keras.Input((3,)), keras.Input((3,)))": (3, "1 tensors by their place"),
    "layers.MultiHeadAttention(2, 3)(keras.Input((3, 4)))": (3, "without value"),
    "keras.Input('wide')": (3, "shape of Input cannot be 'wide'"),
    "keras.Input((3,), dtype='string')": (3, "float32 or int32"),
    "keras.Model(keras.Input((3,)))": (3, "needs outputs"),
    "make(3)": (3, "`make` is not defined"),
    "[layers.Dense(3)": (3, "This is not Python"),
}


@pytest.mark.parametrize("written", WORDS)
def test_what_cannot_be_read_is_told_with_its_line(written: str) -> None:
    line, words = WORDS[written]
    (fault,) = faults(f"{HEAD}model = keras.Sequential([keras.Input((4,)), {written}])\n")
    assert fault.line == line
    assert words in fault.words
    assert fault.words.endswith((".", "?", ")"))


def test_all_faults_are_told_at_once_each_once() -> None:
    found = faults(
        dedent("""
        import keras
        from keras import layers
        (x_train, y_train), _ = load_my_data()
        inp = keras.Input(x_train.shape[1:])
        for i in range(3):
            a = layers.Dense()(inp)
        b = layers.Dense(2)(a)
        c = layers.Conv2D(3, 'x')(keras.Input((8, 8, 1)))
        model = keras.Model(inp, [b, c])
        """)
    )
    assert [fault.line for fault in found] == [4, 7, 9]
    assert "line 5 needs it for shape of Input" in found[0].words


def test_what_is_decided_elsewhere_matters_only_for_the_network() -> None:
    text = f"{HEAD}model = keras.Sequential([keras.Input((4,)), layers.Dense(3)])\n"
    kept = read_code(f"{text}if os.path.exists('w.h5'):\n    note = 'there'\nfor batch in data:\n    print(batch)\n")
    assert len(kept.graph.nodes) == 2
    (fault,) = faults(f"{text}if deep:\n    model.add(layers.Dense(4))\n")
    assert fault.line == 4
    assert "line 5" in fault.words
    (fault,) = faults(f"{text}for size in sizes:\n    model.add(layers.Dense(size))\n")
    assert fault.line == 4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No network is found"),
        ("x = 3", "No network is found"),
        ("import torch.nn as nn\nnet = nn.Linear(3, 4)", "PyTorch"),
        ("def make(n):\n    return keras.Sequential([layers.Dense(n)])", "model = make(...)"),
        (f"{HEAD}model = keras.Sequential()\nmodel.add(model)", "part of itself"),
        (f"{HEAD}def f(x):\n    return f(x)\ny = f(3)", "functions call one another"),
        ("class A(keras.Model):\n    pass\nmodel = A()\nmodel(keras.Input((3,)))", "no call"),
        ("import keras\nmodel = keras.models.load_model('a.h5')", "Paste the code that makes it"),
        ("raise ValueError('no')", "stops here"),
        ("x = 3 @ 3", "Python itself would stop"),
        ("print(*5)\nzip(*5)", "A list is expected"),
        ("print 'x'", "not Python"),
        ("x = 1\0", "not Python"),
        ("x = '\ud800'", "not Python"),
    ],
)
def test_a_text_without_a_network_is_told(text: str, words: str) -> None:
    assert any(words in fault.words for fault in faults(text))


ENDLESS = {
    "while": "while True:\n    x = 1",
    "counting": "i = 0\nwhile i >= 0:\n    i += 1",
    "calls": "def f(n):\n    return f(n - 1) + f(n - 1) if n else 1\nx = f(24)",
    "layers": "x = keras.Input((3,))\nwhile True:\n    x = layers.Dense(3)(x)",
}
LARGE = {
    "power": "x = 9 ** 9 ** 9",
    "shift": "x = 1 << 10 ** 9",
    "product": "import math\nx = math.prod([10 ** 300] * 100_000)",
    "long text": "x = 'x' * 10 ** 9",
    "wide format": "x = f'{1:999999999}'",
    "wide old format": "x = '%999999999d' % 1",
    "wide method": "x = '{:{}}'.format(1, 10 ** 9)",
    "large range": "for i in range(10 ** 12):\n    x = i",
    "least of a range": "x = min(range(10 ** 15))",
    "in a range": "x = 0.5 in range(10 ** 15)",
    "doubled list": "a = [1]\nfor i in range(100):\n    a = a + a",
    "list in list": "a = [1]\nfor i in range(100):\n    a = [a, a]\nx = str(a)",
    "equal lists": "a = b = (1,)\nfor i in range(100):\n    a, b = (a, a), (b, b)\nx = a == b",
    "key of lists": "a = (1,)\nfor i in range(100):\n    a = (a, a)\nx = {a: 1}",
    "shape of lists": "a = (1,)\nfor i in range(100):\n    a = (a, a)\nkeras.Input(a)",
    "long lists": "a = [[0] * 100_000 for _ in range(100_000)]",
    "sum of lists": "a = sum([[1]] * 10_000, [])",
    "growing list": "a = [1]\nwhile True:\n    a.extend(a)",
    "joined": "a = ','.join(['x' * 1000] * 100_000)",
    "models": "m = keras.Sequential([layers.Dense(3)])\nfor i in range(60):\n    m = keras.Sequential([m, m])\n"
    "m(keras.Input((3,)))",
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_no_text_takes_for_ever(name: str) -> None:
    assert faults(HEAD + ENDLESS[name])[0].line > 2


@pytest.mark.parametrize("name", LARGE)
def test_no_text_takes_all_memory(name: str) -> None:
    tracemalloc.start()
    try:
        found = faults(HEAD + LARGE[name])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 100_000_000
    assert found[0].line > 2


def test_bounds_are_told() -> None:
    assert f"{MAX_STEPS:,} steps" in faults("i = 0\nwhile True:\n    i += 1")[0].words
    assert f"{MAX_NODES:,} layers" in faults(HEAD + ENDLESS["layers"])[0].words
    assert "1 MB" in faults("#" + "x" * MAX_BYTES)[0].words
    assert f"{MAX_WORDS:,} words" in faults("a,\n" * (MAX_WORDS // 2 + 1))[0].words
    assert "letters" in faults(f"{'x' * 500} = 1")[0].words
    assert "nested" in faults(f"x = {'-' * 20_000}1")[0].words
    assert "deep" in faults(f"x = {'(1 + ' * 90}1{')' * 90}")[0].words


def test_as_many_layers_as_a_network_holds_are_read() -> None:
    text = (
        f"{HEAD}m = keras.Sequential([keras.Input((3,))])\nfor _ in range({MAX_NODES - 1}):\n    m.add(layers.ReLU())"
    )
    graph = read_code(text).graph
    assert len(graph.nodes) == MAX_NODES


def test_the_screen_can_read_without_keras() -> None:
    program = "import sys, builder.reading; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_nothing_is_executed(tmp_path: Path) -> None:
    target = tmp_path / "written"
    text = dedent(f"""
        import os, subprocess, pathlib
        open({str(target)!r}, "w").write("x")
        pathlib.Path({str(target)!r}).touch()
        os.system("touch {target}")
        subprocess.run(["touch", {str(target)!r}])
        exec("open({str(target)!r}, 'w')")
        eval("open({str(target)!r}, 'w')")
        __import__("pathlib").Path({str(target)!r}).touch()
        f"{{open({str(target)!r}, 'w')}}"
        [one for one in ().__class__.__bases__[0].__subclasses__()]
        "{{0.__class__}}".format(1)
        """)
    faults(text)
    assert not target.exists()


PIECES = [
    *(
        "x",
        "y",
        "model",
        "keras",
        "layers",
        "Dense(",
        "Input(",
        "Sequential([",
        "Conv2D(",
        ")",
        ")",
        "]",
        "])",
        ",",
        "=",
    ),
    *(
        "+=",
        ":",
        ".",
        "(",
        "[",
        "{",
        "}",
        "*",
        "**",
        "%",
        "+",
        "-",
        "/",
        "3",
        "0",
        "-1",
        "1.5",
        "'a'",
        "'relu'",
        "\n",
        "\n",
    ),
    *(
        "\n    ",
        "for ",
        "in ",
        "range(9)",
        "if ",
        "else",
        "def f(x, n=2):",
        "class A(keras.Model):",
        "return ",
        "self.",
    ),
    *("call", "__init__", "super()", "f'{x}_1'", "lambda x: ", "while ", "name=", "shape=", "units=", "activation="),
    *(
        ".add(",
        ".append(",
        "None",
        "True",
        "(x)",
        "(3)",
        "((4,))",
        "not ",
        "==",
        "<",
        "and ",
        "is ",
        "with ",
        "try:",
        "@",
    ),
    *("import keras\n", "from keras import layers\n", "*args", "x = keras.Input((4,))\n", "x = layers.Dense(3)(x)\n"),
]


@settings(max_examples=200)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert read_code(text).graph.nodes
    except CodeReadError as error:
        faults_told = len(error.faults)
    else:
        return
    assert faults_told
