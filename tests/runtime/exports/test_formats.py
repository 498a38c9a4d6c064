"""Every format with networks of four kinds: written, opened again by the library that it is meant for, and compared."""

import numpy as np
import pytest

from builder.layers import LAYERS
from builder.program import lower
from builder.zoo.drawing import network
from runtime.exports import FORMATS, ExportError
from runtime.exports.base import Format, Trained
from runtime.exports.litert import ONE_AT_A_TIME
from runtime.run import DataSpec, RunError, RunSpec, create

pytestmark = [
    pytest.mark.keras,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
    pytest.mark.filterwarnings(
        r"ignore:.*tf\.lite\.Interpreter is deprecated:UserWarning"
    ),  # TensorFlow's own converter uses it
]


def layers(**specs):
    return {name: LAYERS[kind](**values) for name, (kind, values) in specs.items()}


CNN = network(
    layers(
        image=("Input", {"shape": (8, 8, 1)}),
        conv=("Conv2D", {"filters": 4, "kernel_size": (3, 3), "activation": "relu"}),
        norm=("BatchNormalization", {}),
        pool=("MaxPooling2D", {}),
        flat=("Flatten", {}),
        drop=("Dropout", {"rate": 0.3}),
        digit=("Dense", {"units": 10, "activation": "softmax"}),
    )
)
GELU = network(
    layers(
        row=("Input", {"shape": (6,)}), hidden=("Dense", {"units": 8, "activation": "gelu"}), y=("Dense", {"units": 2})
    )
)
LSTM = network(
    layers(steps=("Input", {"shape": (7, 2)}), memory=("LSTM", {"units": 4}), forecast=("Dense", {"units": 1}))
)
TWO = network(  # its inputs stand in another order than their names do in the alphabet
    layers(
        second=("Input", {"shape": (4,)}),
        first=("Input", {"shape": (3,)}),
        joined=("Concatenate", {}),
        sides=("Dense", {"units": 2}),
        value=("Dense", {"units": 1}),
    ),
    "second > joined",
    "first > joined",
    "joined > sides",
    "joined > value",
)
DISTURBED = network(
    layers(
        image=("Input", {"shape": (8, 8, 1)}),
        flip=("RandomFlip", {}),
        turn=("RandomRotation", {"factor": 0.2}),
        flat=("Flatten", {}),
        y=("Dense", {"units": 2}),
    )
)
GRAPHS = {"cnn": CNN, "gelu": GELU, "lstm": LSTM, "two": TWO, "disturbed": DISTURBED}
NEEDED = [
    *[(name, export) for name in ("cnn", "two") for export in FORMATS],
    *[("lstm", export) for export in FORMATS if export != "litert-int8"],
    *[("gelu", export) for export in ("onnx", "litert", "litert-int8")],
    ("disturbed", "onnx"),
]


@pytest.fixture(scope="module")
def trained():
    """Each model with weights that a little training has moved, and examples of its own."""
    import keras

    from builder.compile import build

    keras.utils.set_random_seed(0)
    random = np.random.default_rng(0)
    found = {}
    for name, graph in GRAPHS.items():
        model = build(lower(graph))
        arrays = tuple(random.normal(size=(200, *tensor.shape[1:])).astype("float32") for tensor in model.inputs)
        targets = [random.random((200, *tensor.shape[1:])) for tensor in model.outputs]
        model.compile("sgd", "mse")
        given, asked = (list(arrays), targets) if len(arrays) > 1 else (arrays[0], targets[0])
        model.fit(given, asked, epochs=1, verbose=0)
        found[name] = Trained(model, tuple(array[:16] for array in arrays), arrays)
    return found


@pytest.mark.parametrize(("name", "export"), NEEDED)
def test_a_file_answers_like_its_model(trained, tmp_path, name, export):
    from runtime.exports.comparing import write_and_compare

    path = tmp_path / f"model{FORMATS[export].ending}"
    found = write_and_compare(FORMATS[export], trained[name], path, GRAPHS[name])
    assert path.stat().st_size > 0
    assert found.samples == 16
    if export.startswith("litert"):
        assert found.note == (ONE_AT_A_TIME if name == "lstm" else "")
    if export in ("keras", "weights"):
        assert found.largest == 0
    elif export == "litert-int8":
        assert 0 < found.largest < 0.1 * found.scale
    elif export == "litert-float16":
        assert 0 < found.largest < 0.01 * max(found.scale, 1)
    else:
        assert found.largest < 1e-5
    if name == "cnn" and export != "litert-int8":
        assert found.same_class == 16


def test_what_onnx_cannot_hold_is_refused_where_nobody_knew_it_before(trained, tmp_path):
    """tf2onnx writes an invalid file for it without an error."""
    import keras

    from runtime.exports.comparing import write_and_compare

    row = keras.Input((3,), name="row")
    model = keras.Model(row, keras.layers.Activation("celu")(row))
    samples = (np.ones((4, 3), "float32"),)
    with pytest.raises(ExportError, match=r"ONNX has no operation .* Expm1"):
        write_and_compare(FORMATS["onnx"], Trained(model, samples, samples), tmp_path / "model.onnx")


def test_what_litert_cannot_hold_is_refused_where_nobody_knew_it_before(tmp_path):
    import keras

    from runtime.exports.comparing import write_and_compare

    cube = keras.Input((4, 4, 4, 1), name="cube")
    model = keras.Model(cube, keras.layers.MaxPooling3D()(cube))
    samples = (np.ones((4, 4, 4, 4, 1), "float32"),)
    with pytest.raises(ExportError, match=r"LiteRT has no operation .*\(tf\.MaxPool3D\)"):
        write_and_compare(FORMATS["litert"], Trained(model, samples, samples), tmp_path / "model.tflite")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (lambda trained, path: (np.zeros((16, 10), "float32"),), "does not answer like the model"),
        (lambda trained, path: (np.zeros((16, 9), "float32"),), "instead of"),
        (lambda trained, path: (), "instead of"),
        (lambda trained, path: (np.full((16, 10), np.nan, "float32"),), "NaN"),
    ],
    ids=["others", "shape", "none", "nan"],
)
def test_a_file_that_answers_otherwise_is_not_offered(trained, tmp_path, answers, words):
    from runtime.exports.comparing import write_and_compare

    broken = Format("Broken", "", ".txt", lambda trained, path: "", answers)
    with pytest.raises(ExportError, match=words):
        write_and_compare(broken, trained["cnn"], tmp_path / "model.txt")


def test_a_model_that_has_diverged_is_not_compared(tmp_path):
    import keras

    from runtime.exports.comparing import write_and_compare

    row = keras.Input((3,), name="row")
    model = keras.Model(row, keras.layers.Dense(1, kernel_initializer=keras.initializers.Constant(float("nan")))(row))
    samples = (np.ones((4, 3), "float32"),)
    with pytest.raises(ExportError, match="diverged"):
        write_and_compare(FORMATS["keras"], Trained(model, samples, samples), tmp_path / "model.keras")


def test_a_model_that_cannot_be_read(tmp_path, monkeypatch):
    from runtime.exports.child import trained_of

    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    run = create(RunSpec(graph=CNN), name="first")
    run.model.write_bytes(b"no model")
    with pytest.raises(RunError, match="The model of first cannot be read"):
        trained_of(run)
    gone = create(RunSpec(graph=CNN, data=DataSpec(name="gone")))
    with pytest.raises(RunError, match="'gone' is not here"):
        trained_of(gone)


def test_examples_are_those_of_the_test():
    import keras

    from runtime.datasets import Arrays
    from runtime.exports.child import with_examples

    row = keras.Input((1,), name="row", dtype="int32")
    data = Arrays(*(np.arange(count, dtype="float32").reshape(-1, 1) for count in (300, 300, 100, 100)))
    made = with_examples(keras.Model(row, row + 1), data)
    assert made.samples[0].ravel().tolist() == list(range(64))
    assert made.samples[0].dtype == np.int32
    assert len(set(made.calibration[0].ravel().tolist())) == 200
    other = keras.Input((1,), name="other")
    model = keras.Model([row, other], other)
    with pytest.raises(RunError, match="2 inputs"):
        with_examples(model, data)
    pairs = Arrays(*(np.arange(count * 2, dtype="float32").reshape(-1, 2, 1) for count in (300, 300, 100, 100)))
    first, second = with_examples(model, pairs).samples
    assert (first[:2].tolist(), second[:2].tolist()) == ([[0], [2]], [[1], [3]])
