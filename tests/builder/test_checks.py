"""Problems that need shapes: asked of Keras itself, and asked again after every fix."""

import pytest

from builder.edits import AddLayer, Configure, Connect, Fold, apply
from builder.graph import Edge, Graph
from builder.layers import LAYERS
from builder.layers.applications import Backbone
from builder.program import Facts, lower
from builder.training import Task, Training, defaults
from builder.validate import Problem, problems
from builder.zoo import TEMPLATES
from runtime.datasets import DATASETS
from runtime.run import DataSpec

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

DIGITS = Task(data="digits", input_shape=(8, 8, 1), kind="classes", classes=tuple("0123456789"), examples=1437)
CANCER = Task(data="breast_cancer", input_shape=(30,), kind="classes", classes=("malignant", "benign"))
DIABETES = Task(data="diabetes", input_shape=(10,), kind="values")
SINE = Task(data="sine", input_shape=(20, 1), kind="values")
WORDS = Task(data="words", input_shape=(20,), input_dtype="int32", kind="classes", classes=("bad", "good"))


def facts(graph: Graph) -> dict[str, Facts]:
    from builder.compile import shapes

    return shapes(lower(graph))


def all_problems(graph: Graph, task: Task | None = None, training: Training | None = None) -> tuple[Problem, ...]:
    return problems(graph, facts=facts(graph), task=task, training=training)


def sequence(*layers: tuple[str, dict[str, object]]) -> Graph:
    graph = Graph()
    for layer, values in layers:
        after = graph.nodes[-1].id if graph.nodes else None
        graph = apply(graph, AddLayer(layer=layer, values=values, after=after))
    return graph


def check_fixes(graph: Graph, problem: Problem, task: Task | None = None, training: Training | None = None) -> None:
    assert problem.fixes
    for fix in problem.fixes:
        fixed = graph
        for edit in fix.edits:
            fixed = apply(fixed, edit)
        after = [(left.code, left.node) for left in all_problems(fixed, task, training)]
        assert (problem.code, problem.node) not in after, fix.label


def image(*shape: int) -> tuple[str, dict[str, object]]:
    return ("Input", {"shape": shape})


DENSE, SOFTMAX = ("Dense", {"units": 10}), ("Dense", {"units": 10, "activation": "softmax"})
CONV = ("Conv2D", {"filters": 4, "kernel_size": (3, 3)})
LSTM = ("LSTM", {"units": 4})
FLATTEN = ("Flatten", {})


@pytest.mark.parametrize(
    ("layers", "code", "node", "said", "fixes"),
    [
        ([image(64), CONV], "axes_differ", "conv2d", "takes pictures or feature maps", ["Insert Reshape to 8x8x1"]),
        ([image(8, 8), CONV], "axes_differ", "conv2d", "gets 8x8 from input_layer", ["Insert Reshape to 8x8x1"]),
        (
            [image(8, 8, 1), FLATTEN, CONV],
            "axes_differ",
            "conv2d",
            "gets 64 from flatten",
            ["Remove flatten", "Insert Reshape to 8x8x1"],
        ),
        ([image(10), LSTM], "axes_differ", "lstm", "takes a sequence (steps x features)", ["Insert Reshape to 10x1"]),
        ([image(8, 8, 2), LSTM], "axes_differ", "lstm", "gets 8x8x2", ["Insert Reshape to 8x16"]),
        ([image(8, 8, 2), ("Conv1D", {})], "axes_differ", "conv1d", "takes a sequence", ["Insert Reshape to 8x16"]),
        ([image(48), ("MobileNetV2", {})], "axes_differ", "mobile_net_v2", "pictures", ["Insert Reshape to 4x4x3"]),
        (
            [image(10), ("TimeDistributed", {})],
            "axes_differ",
            "time_distributed",
            "takes a sequence",
            ["Insert Reshape to 10x1"],
        ),
        ([image(5, 1), LSTM, LSTM], "sequence_lost", "lstm_1", "only its last step: 4", ["Give every step of lstm"]),
        (
            [image(5, 1), LSTM, ("Dropout", {"rate": 0.5}), LSTM],
            "sequence_lost",
            "lstm_1",
            "lstm gives only its last step",
            ["Give every step of lstm"],
        ),
        (
            [image(5, 1), ("Bidirectional", {}), LSTM],
            "sequence_lost",
            "lstm",
            "bidirectional gives only its last step",
            ["Give every step of bidirectional"],
        ),
        (
            [image(2, 2, 1), CONV],
            "window_too_large",
            "conv2d",
            "larger than what comes in, 2x2x1 from input_layer",
            ['Set padding to "same"'],
        ),
        (
            [image(8, 8, 1), ("MaxPooling2D", {"pool_size": (9, 9)})],
            "window_too_large",
            "max_pooling2d",
            "Nothing is left",
            ['Set padding to "same"'],
        ),
        (
            [image(10), ("Reshape", {"target_shape": (3, 3)})],
            "count_differs",
            "reshape",
            "make 3x3 out of 10, which has 10 numbers",
            ["Make one row of it"],
        ),
        (
            [image(8, 8, 1), CONV, DENSE],
            "dense_on_map",
            "dense",
            "6x6x4",
            ["Insert Flatten", "Insert GlobalAveragePooling2D"],
        ),
        ([image(10), ("Embedding", {"input_dim": 9, "output_dim": 4})], "not_indices", "embedding", "looks up", None),
    ],
)
def test_what_does_not_fit_is_explained_and_fixed(
    layers: list[tuple[str, dict[str, object]]], code: str, node: str, said: str, fixes: list[str] | None
) -> None:
    graph = sequence(*layers)
    [problem] = all_problems(graph)
    assert (problem.code, problem.node) == (code, node)
    assert said in problem.message
    assert fixes is None or [fix.label for fix in problem.fixes] == fixes
    check_fixes(graph, problem)


def merged(merge: str, left: tuple[int, ...], right: tuple[int, ...]) -> Graph:
    graph = sequence(image(*left), ("Activation", {"activation": "relu"}), (merge, {}))
    graph = apply(graph, AddLayer(layer="Input", id="second", values={"shape": right}))
    return apply(graph, Connect(edge=Edge(source="second", target=graph.nodes[2].id)))


@pytest.mark.parametrize("merge", ["Add", "Multiply", "Average"])
@pytest.mark.parametrize(
    ("left", "right"),
    [((8, 8, 4), (8, 8, 3)), ((4, 4, 8), (8, 8, 3)), ((8, 8, 3), (4, 4, 8)), ((5,), (7,)), ((6, 2), (6, 3))],
)
def test_different_sizes_are_named_and_brought_together(
    merge: str, left: tuple[int, ...], right: tuple[int, ...]
) -> None:
    graph = merged(merge, left, right)
    [problem] = all_problems(graph)
    assert problem.code == "sizes_differ"
    assert f"{'x'.join(map(str, left))} from activation and {'x'.join(map(str, right))} from second" in problem.message
    check_fixes(graph, problem)


@pytest.mark.parametrize(
    ("left", "right", "labels"),
    [
        ((8, 8, 3), (4, 4, 8), ["MaxPooling2D", "UpSampling2D"]),
        ((7, 7, 3), (4, 4, 8), ["MaxPooling2D"]),
        ((8, 8, 3), (5,), ["Flatten"]),
    ],
)
def test_concatenate_is_brought_together(left: tuple[int, ...], right: tuple[int, ...], labels: list[str]) -> None:
    graph = merged("Concatenate", left, right)
    [problem] = all_problems(graph)
    assert [fix.label.split()[1] for fix in problem.fixes] == labels
    check_fixes(graph, problem)


def residual(merge: str, **values: object) -> Graph:
    """A convolution and a pooling without padding, and a connection past both."""
    convolution = ("Conv2D", {"filters": 4, "kernel_size": (3, 3), **values})
    pooling = ("MaxPooling2D", {"pool_size": (3, 3), "strides": (1, 1)})
    graph = sequence(image(8, 8, 4), convolution, pooling, (merge, {}))
    return apply(graph, Connect(edge=Edge(source=graph.nodes[0].id, target=graph.nodes[-1].id)))


@pytest.mark.parametrize("merge", ["Add", "Concatenate"])
def test_what_only_lacks_padding_gets_it_where_it_was_cut_off(merge: str) -> None:
    graph = residual(merge)
    [problem] = all_problems(graph)
    assert problem.fixes[0].label == 'Set the padding of conv2d and max_pooling2d to "same"'
    check_fixes(graph, problem)
    [problem] = all_problems(residual(merge, kernel_size=(1, 1), strides=(2, 2)))
    assert not any("padding" in fix.label for fix in problem.fixes)


def test_of_a_block_it_is_told_which_layer_inside_does_not_fit() -> None:
    graph = residual("Add")
    names = tuple(node.id for node in graph.nodes[1:])
    [problem] = all_problems(apply(graph, Fold(ids=names, name="unit")))
    assert (problem.code, problem.node) == ("inside_block", "unit")
    assert "a layer does not fit: add." in problem.message


def test_what_no_layer_can_bring_together_is_told_without_a_fix() -> None:
    [problem] = all_problems(merged("Add", (7, 5), (3, 5)))
    assert (problem.code, problem.fixes) == ("sizes_differ", ())


def test_an_open_size_before_dense_is_told() -> None:
    graph = sequence(("Input", {"shape": (None, 3)}), FLATTEN, DENSE)
    [problem] = all_problems(graph)
    assert (problem.code, problem.node) == ("open_size", "dense")
    assert "? from flatten" in problem.message


def test_a_picture_too_small_for_a_backbone_is_told() -> None:
    [problem] = all_problems(sequence(image(8, 8, 1), ("MobileNetV2", {})))
    assert (problem.code, problem.fixes) == ("window_too_large", ())
    assert "too small for it: 8x8x1 from input_layer" in problem.message


def test_what_nobody_has_explained_gives_the_reason_of_keras() -> None:
    graph = sequence(image(8, 8, 3), ("Conv2D", {"filters": 3, "kernel_size": (3, 3), "groups": 2}))
    [problem] = all_problems(graph)
    assert (problem.code, problem.node) == ("rejected", "conv2d")
    assert "8x8x3 from input_layer" in problem.message
    assert "groups" in (problem.detail or "")


def test_a_rejected_layer_has_no_further_problems_behind_it() -> None:
    graph = sequence(image(64), CONV, CONV, FLATTEN, DENSE)
    assert [problem.node for problem in all_problems(graph, DIGITS) if problem.code != "input_shape"] == ["conv2d"]


def test_only_the_first_dense_on_a_map_is_told() -> None:
    found = all_problems(sequence(image(8, 8, 1), CONV, DENSE, ("Dropout", {"rate": 0.5}), SOFTMAX), DIGITS)
    assert [(problem.code, problem.node, problem.severity) for problem in found] == [("dense_on_map", "dense", "error")]


def test_a_layer_of_forty_gigabytes_is_named_with_its_size() -> None:
    graph = sequence(image(1000, 1000, 10), FLATTEN, ("Dense", {"units": 1000}))
    [problem] = all_problems(graph)
    assert problem.code == "large_layer"
    assert "10.0 billion weights: 40 GB" in problem.message
    check_fixes(graph, problem)


def test_the_input_is_set_to_the_data() -> None:
    graph = sequence(image(28, 28, 1), FLATTEN, SOFTMAX)
    [problem] = all_problems(graph, DIGITS)
    assert (problem.code, problem.message) == (
        "input_shape",
        "input_layer takes 28x28x1, but an example of digits is 8x8x1.",
    )
    check_fixes(graph, problem, DIGITS)


def test_an_open_size_takes_any_length_but_not_another_rank() -> None:
    graph = sequence(("Input", {"shape": (None, 1)}), LSTM, ("Dense", {"units": 1}))
    assert all_problems(graph, SINE) == ()
    assert [problem.code for problem in all_problems(graph, DIABETES)] == ["input_shape"]


@pytest.mark.parametrize(("dtype", "task"), [("int32", DIABETES), (None, WORDS)])
def test_the_type_of_the_input_is_set_to_the_data(dtype: str | None, task: Task) -> None:
    units = 2 if task is WORDS else 1
    graph = sequence(("Input", {"shape": task.input_shape, "dtype": dtype}), ("Dense", {"units": units}))
    problem = next(problem for problem in all_problems(graph, task))
    assert problem.code == "input_dtype"
    check_fixes(graph, problem, task)


def classifier(task: Task, *layers: tuple[str, dict[str, object]]) -> Graph:
    return sequence(("Input", {"shape": task.input_shape}), *layers)


def dense(units: int, activation: str | None = None) -> tuple[str, dict[str, object]]:
    return "Dense", {"units": units, "activation": activation}


@pytest.mark.parametrize(
    ("task", "layers"),
    [
        (DIGITS, [FLATTEN, dense(10, "softmax")]),
        (DIGITS, [FLATTEN, dense(10)]),
        (DIGITS, [FLATTEN, dense(10), ("Activation", {"activation": "softmax"})]),
        (DIGITS, [FLATTEN, dense(10), ("Softmax", {})]),
        (CANCER, [dense(1, "sigmoid")]),
        (CANCER, [dense(2, "softmax")]),
        (DIABETES, [dense(1)]),
        (SINE, [LSTM, dense(1)]),
    ],
)
def test_outputs_that_suit_the_data_are_no_problem(task: Task, layers: list[tuple[str, dict[str, object]]]) -> None:
    assert all_problems(classifier(task, *layers), task) == ()


@pytest.mark.parametrize(
    ("task", "layers", "code", "said"),
    [
        (DIGITS, [FLATTEN, dense(5, "relu")], "output_units", "digits has 10 classes, but dense gives 5 numbers"),
        (DIGITS, [FLATTEN, dense(12, "softmax")], "output_units", "12 numbers"),
        (DIGITS, [FLATTEN, dense(5), ("Softmax", {})], "output_units", "softmax gives 5"),
        (DIGITS, [FLATTEN], "output_units", "flatten gives 64 numbers"),
        (DIGITS, [FLATTEN, dense(10, "relu")], "output_activation", "ends in relu"),
        (DIGITS, [FLATTEN, dense(10), ("ReLU", {})], "output_activation", "re_lu ends in relu"),
        (DIGITS, [CONV], "output_axes", "conv2d gives 6x6x4"),
        (CANCER, [dense(1, "softmax")], "output_activation", "always 1"),
        (CANCER, [dense(3, "softmax")], "output_units", "3 numbers"),
        (DIABETES, [dense(1, "sigmoid")], "output_activation", "ends in sigmoid"),
        (DIABETES, [dense(3)], "output_units", "diabetes asks for 1 number, but dense gives 3 numbers"),
        (SINE, [("LSTM", {"units": 4, "return_sequences": True}), dense(1)], "output_axes", "dense gives 20x1"),
        (SINE, [dense(4), dense(1)], "output_axes", "dense_1 gives 20x1"),
    ],
)
def test_outputs_that_do_not_suit_the_data_are_set(
    task: Task, layers: list[tuple[str, dict[str, object]]], code: str, said: str
) -> None:
    graph = classifier(task, *layers)
    [problem] = all_problems(graph, task)
    assert problem.code == code
    assert said in problem.message
    check_fixes(graph, problem, task)
    for edit in problem.fixes[0].edits:
        graph = apply(graph, edit)
    assert all_problems(graph, task) == ()


def test_softmax_over_one_number_is_told_without_data_too() -> None:
    graph = sequence(image(4), dense(1, "softmax"))
    [problem] = all_problems(graph)
    assert "always 1" in problem.message
    check_fixes(graph, problem)


def training(loss: str, metric: str = "SparseCategoricalAccuracy", **values: object) -> Training:
    return Training.model_validate({"loss": {"type": loss, **values}, "metrics": [{"type": metric}]})


@pytest.mark.parametrize(
    ("task", "last", "setting", "said"),
    [
        (DIGITS, dense(10), training("SparseCategoricalCrossentropy"), "ends in linear"),
        (DIGITS, dense(10, "sigmoid"), training("SparseCategoricalCrossentropy"), "expects softmax"),
        (DIGITS, dense(10, "softmax"), training("SparseCategoricalCrossentropy", from_logits=True), "expects linear"),
        (CANCER, dense(1), training("BinaryCrossentropy", "BinaryAccuracy"), "expects sigmoid"),
        (CANCER, dense(1, "sigmoid"), training("BinaryCrossentropy", "AUC", from_logits=True), "expects linear"),
        (CANCER, dense(2, "sigmoid"), training("SparseCategoricalCrossentropy"), "expects softmax"),
    ],
)
def test_an_activation_that_does_not_suit_the_loss_is_set(
    task: Task, last: tuple[str, dict[str, object]], setting: Training, said: str
) -> None:
    graph = classifier(task, FLATTEN, last)
    [problem] = all_problems(graph, task, setting)
    assert problem.code == "output_activation"
    assert said in problem.message
    check_fixes(graph, problem, task, setting)


@pytest.mark.parametrize("template", [t.name for t in TEMPLATES.values() if t.data and t.name != "empty"])
def test_every_template_suits_its_data_with_the_settings_that_are_offered(template: str) -> None:
    chosen = TEMPLATES[template]
    graph, task = chosen.make(), DATASETS[chosen.data].task(DataSpec(name=chosen.data))
    assert all_problems(graph, task) == ()
    assert all_problems(graph, task, defaults(graph, task, facts(graph)).training) == ()


def test_while_shapes_are_coming_only_the_graph_speaks() -> None:
    graph = sequence(image(64), CONV)
    assert problems(graph) == ()
    assert [problem.code for problem in problems(graph, task=DIGITS)] == ["input_shape"]


def test_a_configured_layer_is_checked_anew() -> None:
    graph = classifier(DIGITS, FLATTEN, dense(9, "softmax"))
    graph = apply(graph, Configure(id="dense", values={"units": 10}))
    assert all_problems(graph, DIGITS) == ()


BACKBONES = {name: layer for name, layer in LAYERS.items() if issubclass(layer, Backbone)}
# Of the backbones of one file only the first, the smallest: the others differ in depth, and take seconds each.
ONE_A_FILE = {layer.__module__: name for name, layer in reversed(BACKBONES.items())}.values()
TRIED = sorted((set(LAYERS) - {"Input"} - set(BACKBONES)) | set(ONE_A_FILE))


@pytest.mark.parametrize("shape", [(7,), (12,), (5, 3), (8, 8, 1), (3, 8, 8, 1)], ids=str)
@pytest.mark.parametrize("layer", TRIED)
def test_every_layer_on_every_kind_of_input_gets_fixes_that_hold(layer: str, shape: tuple[int, ...]) -> None:
    graph = sequence(image(*shape), (layer, {}), DENSE)
    for problem in all_problems(graph, DIGITS, Training()):
        assert problem.node is None or problem.node in graph_names(graph)
        assert problem.message
        assert problem.remedy
        if problem.fixes:
            check_fixes(graph, problem, DIGITS, Training())


def graph_names(graph: Graph) -> set[str]:
    return {node.id for node in graph.nodes}
