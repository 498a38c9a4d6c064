"""The Train page: what lets a run begin, what it begins with, and how a run that has ended is told."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from builder.program import Facts
from builder.training import Training
from builder.zoo import TEMPLATES
from pages.parts import state
from pages.parts.literal import literal
from runtime import checkpoints, deleted, tickets
from runtime.branching import name_of
from runtime.checkpoints import Position
from runtime.events import EpochEnded, Event, Failed, Finished, Paused, Started, Suspended, append
from runtime.home import runs_folder
from runtime.launchers import local
from runtime.run import DataSpec, Run, RunSpec, Start, Watch, create, open_run, runs
from runtime.starts import place
from runtime.store import Project, store

PAGE = Path(__file__).parents[2] / "pages" / "train.py"
FACTS = {"dense": Facts(shapes=((None, 10),), parameters=10)}
STARTED = Started(at=1000.0, device="cpu", epochs=2, steps=10, batch_size=32, examples=320, parameters=7)
EPOCH = EpochEnded(at=1010.0, epoch=0, seconds=10, logs={"loss": 1.0, "val_loss": 1.1, "val_accuracy": 0.9})


class Service:
    """The Keras service as the page sees it."""

    state, message = "starting", "Keras is starting."

    def __init__(self, facts: dict[str, Facts] | None) -> None:
        self.facts = facts

    def shapes(self, graph: object, wait: float = 0.0) -> dict[str, Facts] | None:
        return self.facts


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("runtime.service.service", lambda: Service(FACTS))
    return store().create("LeNet", TEMPLATES["lenet5"].make())


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """The runs that were to begin."""
    begun: list[Run] = []
    monkeypatch.setattr(local, "launch", lambda run, memory: begun.append(run))
    return begun


@pytest.fixture
def no_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that are not about problems: FACTS do not describe the network."""
    monkeypatch.setattr("builder.validate.problems", lambda *args, **kwargs: ())


def show(project: Project, run: str = "") -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.query_params["project"] = project.id
    if run:
        app.query_params["run"] = run
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(
        str(element.value) for kind in ("error", "warning", "info", "markdown", "caption") for element in app.get(kind)
    )


def by_label(elements: Any, label: str) -> Any:
    return next(element for element in elements if element.label == label)


def button(app: AppTest, label: str) -> Any:
    return next(button for button in app.button if button.label == label)


def ended(project: Project, *events: Event, training: Training | None = None) -> Run:
    run = create(RunSpec(graph=project.graph, training=training or Training()), name="Run 1", project=project.id)
    for event in events:
        append(run.events, event)
    return run


@pytest.mark.usefixtures("no_problems")
def test_train_begins_a_run_with_what_the_page_shows(project: Project, launched: list[Run]) -> None:
    app = show(project)
    assert "No run yet" in texts(app)
    button(app, "Train").click().run()
    (run,) = launched
    spec = open_run(run.id).spec
    assert (spec.graph, spec.data, spec.device) == (project.graph, project.data, "cpu")
    assert run.name == "Run 1"
    assert run.project == project.id
    assert app.query_params["run"] == run.id


@pytest.mark.usefixtures("no_problems")
def test_on_a_full_disk_the_page_stays_and_says_what_to_do(
    project: Project, launched: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*args: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    app = show(project)
    with monkeypatch.context() as full:
        full.setattr("runtime.run.write_record", no_room)
        button(app, "Train").click().run()
    assert "no room left" in texts(app)
    assert by_label(app.number_input, "Epochs")
    assert not runs(project.id)
    button(app, "Train").click().run()
    assert "no room left" not in texts(app)
    assert len(launched) == 1


@pytest.mark.usefixtures("no_problems")
def test_a_new_tab_trains_where_and_with_what_the_newest_run_did(project: Project, launched: list[Run]) -> None:
    earlier = RunSpec(graph=project.graph, device="mirrored:cpu:3", seed=7, watch=Watch(maps=False))
    create(earlier, name="Run 1", project=project.id)
    app = show(project)
    assert by_label(app.selectbox, "Device").value == "mirrored:cpu"
    button(app, "Train").click().run()
    spec = open_run(launched[0].id).spec
    assert (spec.device, spec.seed, spec.watch) == (earlier.device, earlier.seed, earlier.watch)


@pytest.mark.usefixtures("no_problems")
def test_names_count_on(project: Project, launched: list[Run]) -> None:
    ended(project, STARTED, Finished(at=1020.0))
    create(RunSpec(graph=project.graph), name="Run 4 from 2", project=project.id)  # Run 4 itself has been deleted
    button(show(project), "Train").click().run()
    assert launched[0].name == "Run 5"


def test_a_network_with_errors_cannot_be_trained_and_says_why(project: Project, launched: list[Run]) -> None:
    first = project.graph.nodes[0].id
    broken = project.graph.model_copy(update={"edges": project.graph.edges[1:]})
    app = show(store().create("Broken", broken))
    assert button(app, "Train").disabled
    assert "cannot be trained yet" in texts(app)
    assert button(app, "Mend it on the Build page")
    assert first
    assert not launched


@pytest.mark.usefixtures("no_problems")
def test_until_keras_is_there_the_page_says_so(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.service.service", lambda: Service(None))
    app = show(project)
    assert button(app, "Train").disabled
    assert Service.message in texts(app)


@pytest.mark.usefixtures("no_problems")
def test_what_does_not_fit_the_memory_is_refused_with_the_reason(
    project: Project, monkeypatch: pytest.MonkeyPatch, launched: list[Run]
) -> None:
    monkeypatch.setattr("pages.parts.device_choice.refusal", lambda *args: "It needs 40 GB; this device has 8 GB.")
    app = show(project)
    assert button(app, "Train").disabled
    assert "It needs 40 GB" in texts(app)


@pytest.mark.usefixtures("no_problems")
def test_settings_are_kept_in_the_project(project: Project) -> None:
    app = show(project)
    epochs = next(entry for entry in app.number_input if entry.label == "Epochs")
    epochs.set_value(3).run()
    kept = store().project(project.id)
    assert kept is not None
    assert kept.training is not None
    assert kept.training.epochs == 3


@pytest.mark.usefixtures("no_problems")
@pytest.mark.parametrize(
    ("label", "entered"),
    [
        ("Epochs", 0),
        ("Batch size", 100_000),
        ("Validation split", 1.5),
        ("Learning rate: number", -1.0),
        ("Seed", -1),
        ("Watched example", 0),
    ],
)
def test_a_number_out_of_its_bounds_bars_the_training_until_it_is_mended(
    project: Project, launched: list[Run], label: str, entered: float
) -> None:
    app = show(project)
    field = by_label(app.number_input, label)
    bounds = field.proto.has_min, field.proto.has_max  # with them the browser would keep the number to itself
    assert bounds == (False, False)
    before = field.value
    field.set_value(entered)
    button(app, "Train").click().run()  # both come at once where one clicks right after typing
    assert not app.exception
    assert not launched
    assert button(app, "Train").disabled
    assert f"{label.partition(':')[0]}: This has to be" in texts(app)
    by_label(app.number_input, label).set_value(before).run()
    assert not button(app, "Train").disabled
    assert not app.error
    button(app, "Train").click().run()
    assert len(launched) == 1


@pytest.mark.usefixtures("no_problems")
def test_what_is_entered_right_before_the_click_is_trained_with(project: Project, launched: list[Run]) -> None:
    app = show(project)
    by_label(app.number_input, "Epochs").set_value(3)
    by_label(app.number_input, "Seed").set_value(5)
    button(app, "Train").click().run()
    assert [(run.spec.training.epochs, run.spec.seed) for run in launched] == [(3, 5)]


@pytest.mark.usefixtures("no_problems")
def test_one_button_takes_the_suggested_settings_again_where_others_are_in_use(project: Project) -> None:
    suggested = "Take the suggested settings again"
    app = show(project)
    assert suggested not in {button.label for button in app.button}
    assert "Reset to defaults" not in {button.label for button in app.button}
    by_label(app.number_input, "Epochs").set_value(3).run()
    by_label(app.selectbox, "Optimizer").select("SGD").run()
    kept = store().project(project.id)
    assert kept is not None
    assert kept.training is not None
    assert (kept.training.epochs, kept.training.optimizer.type) == (3, "SGD")

    button(app, suggested).click().run()
    kept = store().project(project.id)
    assert kept is not None
    assert kept.training is None
    assert by_label(app.number_input, "Epochs").value == 15
    assert by_label(app.selectbox, "Optimizer").value == "Adam"
    assert suggested not in {button.label for button in app.button}


@pytest.mark.usefixtures("no_problems")
def test_a_field_goes_back_to_what_was_suggested_not_to_the_class_default(project: Project) -> None:
    app = show(project)
    by_label(app.number_input, "Epochs").set_value(3).run()
    reset = next(button for button in app.button if str(button.key).endswith("Training.epochs"))
    reset.click().run()
    kept = store().project(project.id)
    assert kept is not None
    assert kept.training is not None
    assert kept.training.epochs == 15 != Training().epochs


def test_a_data_set_that_is_not_here_leads_to_the_data_page(project: Project) -> None:
    store().settings(project.id, data=DataSpec(name="gone"))
    app = show(project)
    assert "There is no data set called “gone” here" in texts(app)
    assert button(app, "Choose data")
    assert "Train" not in {button.label for button in app.button}


@pytest.mark.usefixtures("no_problems")
def test_a_run_tells_what_it_was_made_from_and_opens_as_a_project(project: Project) -> None:
    run = ended(project, STARTED, EPOCH, Finished(at=1020.0), training=Training(epochs=7))
    app = show(project, run.id)
    told = "".join(element.proto.body for element in app.get("html"))
    assert all(part in told for part in ("7 epochs", "Adam, learning rate 0.001", "layerloom 0."))
    opens = button(app, "Open this network as a project of its own")
    opens.click().run()
    copy = store().project(store().projects()[0].id)
    assert copy is not None
    assert copy.id != project.id
    assert (copy.name, copy.graph, copy.data) == (run.name, run.spec.graph, run.spec.data)
    assert copy.training == run.spec.training


@pytest.mark.usefixtures("no_problems")
def test_a_damaged_run_is_told_in_the_list(project: Project) -> None:
    run = ended(project, STARTED, EPOCH, Finished(at=1020.0))
    damaged = ended(project, STARTED)
    (damaged.folder / "run.json").write_text("{")
    app = show(project, run.id)
    assert "1 run cannot be read" in {expander.label for expander in app.expander}
    assert any(damaged.id in str(text.value) for text in app.text)


@pytest.mark.usefixtures("no_problems")
def test_a_finished_run_shows_its_test_figures(project: Project) -> None:
    run = ended(project, STARTED, EPOCH, Finished(at=1020.0, test={"loss": 0.25, "sparse_categorical_accuracy": 0.971}))
    app = show(project, run.id)
    assert [(metric.label, metric.value) for metric in app.metric] == [("Loss", "0.25"), ("Accuracy", "97.1 %")]
    assert "90.0 % accuracy in epoch 1" in texts(app)
    assert button(app, "Look inside with the Microscope")


@pytest.mark.usefixtures("no_problems")
def test_a_failed_run_says_why_and_shows_its_log(project: Project) -> None:
    run = ended(project, STARTED, Failed(at=1001.0, message="The data could not be had.", log="Traceback: no network"))
    app = show(project, run.id)
    assert "The data could not be had." in texts(app)
    assert app.code[0].value == "Traceback: no network"


@pytest.mark.usefixtures("no_problems")
def test_a_run_whose_worker_is_gone_is_told_as_crashed(project: Project) -> None:
    run = ended(project, STARTED, EPOCH)
    run.log.write_text("Killed\n")
    app = show(project, run.id)
    assert "has crashed" in texts(app)
    assert "Killed" in app.code[0].value


@pytest.mark.usefixtures("no_problems")
@pytest.mark.parametrize(
    ("told", "label", "words"),
    [
        ((STARTED,), "Pause", "It pauses as soon as its first batch is done; its training step is still being built"),
        ((STARTED, EPOCH), "Pause", "It pauses as soon as the batch that is under way is done."),
        ((STARTED, EPOCH), "Suspend", "It is saved and its process ended as soon as the batch"),
        ((STARTED, EPOCH), "Stop", "It stops as soon as the batch that is under way is done."),
        ((STARTED, EPOCH, Paused(at=1011.0)), "Resume", "It is about to go on."),
    ],
)
def test_until_a_run_does_what_it_is_asked_the_page_says_what_it_waits_for(
    project: Project, monkeypatch: pytest.MonkeyPatch, told: tuple[Event, ...], label: str, words: str
) -> None:
    monkeypatch.setattr(Run, "status", lambda run: "paused" if label == "Resume" else "running")
    app = show(project, ended(project, *told).id)
    assert words not in texts(app)
    button(app, label).click().run()
    assert words in texts(app)


@pytest.mark.usefixtures("no_problems")
def test_a_run_that_goes_on_in_a_new_process_says_what_that_does_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "status", lambda _: "running")
    run = ended(project, STARTED, EPOCH, Suspended(at=1011.0))
    tickets.put(tickets.Ticket(run=run.id))
    app = show(project, run.id)
    assert "is loading TensorFlow" in texts(app)
    button(app, "Stop").click().run()
    assert "It stops as soon as its process has loaded TensorFlow" in texts(app)


@pytest.mark.usefixtures("no_problems")
def test_a_divergence_is_explained_and_a_button_lowers_the_learning_rate(project: Project) -> None:
    bad = EPOCH.model_copy(update={"logs": {"loss": float("nan")}})
    run = ended(project, STARTED, bad, Finished(at=1020.0))
    app = show(project, run.id)
    assert "diverged in epoch 1" in texts(app)
    button(app, "Set the learning rate to 0.0001").click().run()
    kept = store().project(project.id)
    assert kept is not None
    assert kept.training is not None
    assert kept.training.optimizer.learning_rate == pytest.approx(0.0001)


@pytest.mark.usefixtures("no_problems")
def test_a_run_that_failed_by_diverging_offers_a_smaller_learning_rate_too(project: Project) -> None:
    bad = EPOCH.model_copy(update={"logs": {"loss": float("nan")}})
    app = show(project, ended(project, STARTED, bad, Failed(at=1020.0, message="The loss became no number.")).id)
    assert "The loss became no number." in texts(app)
    assert button(app, "Set the learning rate to 0.0001")


@pytest.mark.usefixtures("no_problems")
@pytest.mark.parametrize("run_id", ["nonsense", "../../etc", "20260101-000000-abcdef"])
def test_an_address_without_a_run_is_told(project: Project, run_id: str) -> None:
    assert "leads to no run" in texts(show(project, run_id))


@pytest.mark.usefixtures("no_problems")
def test_runs_are_compared_renamed_and_deleted(project: Project) -> None:
    first = ended(project, STARTED, EPOCH, Finished(at=1020.0))
    second = ended(project, STARTED, EPOCH, Finished(at=1020.0))
    app = show(project, second.id)
    assert charted(app) == [second.id]
    app.checkbox(key=f"tick-{first.id}").check().run()
    assert charted(app) == [second.id, first.id]

    rename = next(entry for entry in app.text_input if entry.label == "Name")
    rename.set_value("Baseline")
    button(app, "Rename").click().run()
    assert "Baseline" in {run.name for run in runs(project.id)}

    third = ended(project, STARTED, EPOCH, Finished(at=1020.0))
    app.button(key=f"delete-{first.id}").click().run()
    assert [run.id for run in runs(project.id)] == [third.id, second.id]
    assert charted(app) == [second.id]  # what one looks at stays, though another is newer
    assert not app.exception


@pytest.mark.usefixtures("no_problems")
def test_a_deleted_run_comes_back_or_makes_room_at_once(project: Project, tmp_path: Path) -> None:
    first, second = (ended(project, STARTED, EPOCH, Finished(at=1020.0)) for _ in range(2))
    app = show(project, first.id)
    app.button(key=f"delete-{first.id}").click().run()
    assert charted(app) == [second.id]
    assert f"Deleted **{literal(first.name)}**" in texts(app)
    button(app, "Undo").click().run()
    assert charted(app) == [first.id]
    assert "Deleted **" not in texts(app)

    app.button(key=f"delete-{first.id}").click().run()
    button(app, "Remove now").click().run()
    assert [run.id for run in runs(project.id)] == [second.id]
    assert not list((runs_folder() / deleted.FOLDER).iterdir())
    assert "Deleted **" not in texts(app)


@pytest.mark.usefixtures("no_problems")
def test_a_run_that_does_not_come_back_is_told(project: Project) -> None:
    run = ended(project, STARTED, EPOCH, Finished(at=1020.0))
    app = show(project)
    app.button(key=f"delete-{run.id}").click().run()
    deleted.forget(run.id)
    button(app, "Undo").click().run()
    assert "removed for good" in app.session_state[state.NOTICE]
    assert not app.exception


def charted(app: AppTest) -> list[str]:
    """The runs of the live chart."""
    find: Callable[[Any], Any] = lambda proto: json.loads(proto.json)  # noqa: E731
    (chart,) = [element for element in app.get("bidi_component") if element.proto.component_name == "layerloom_live"]
    return [run["id"] for run in find(chart.proto)["runs"]]


def test_settings_that_do_not_go_together_are_mended_by_one_click(project: Project, launched: list[Run]) -> None:
    chosen = Training.model_validate({"loss": {"type": "CategoricalCrossentropy"}})  # beside the sparse accuracy
    store().settings(project.id, training=chosen)
    app = show(project)
    assert button(app, "Train").disabled
    assert "SparseCategoricalAccuracy does not go with the loss CategoricalCrossentropy" in texts(app)
    button(app, "Take CategoricalAccuracy instead").click().run()
    training = store().project(project.id).training
    assert training is not None
    assert [metric.type for metric in training.metrics] == ["CategoricalAccuracy"]
    assert not launched


@pytest.mark.usefixtures("no_problems")
def test_a_run_begins_with_the_weights_that_came_with_the_network_or_with_random_ones(
    project: Project, launched: list[Run]
) -> None:
    start = Start(file=f"{'a' * 64}.npz", title="old.h5")
    given = store().create("Old", project.graph, start=start)
    app = show(given)
    assert "Begin with" not in {box.label for box in show(project).selectbox}
    assert "weights of old.h5 are not here any more" in texts(app)
    place(start).write_bytes(b"weights")
    app.run()
    assert "not here any more" not in texts(app)
    button(app, "Train").click().run()
    by_label(app.selectbox, "Begin with").select("Random weights").run()
    button(app, "Train").click().run()
    assert [run.spec.start for run in launched] == [start, None]
    assert "the weights of old.h5" in "".join(element.proto.body for element in show(given, launched[0].id).get("html"))


def test_a_run_is_continued_from_an_epoch_with_other_settings(
    project: Project, monkeypatch: pytest.MonkeyPatch, no_problems: None
) -> None:
    run = create(RunSpec(graph=project.graph, training=Training(epochs=2)), name="First", project=project.id)
    for event in (STARTED, EPOCH, Finished(at=1020.0)):
        append(run.events, event)
    for epoch in (1, 2):
        checkpoints.write(run, Position(epoch), {"dense/0": np.ones(3)}, lasting=False)
    begun: list[Run] = []
    monkeypatch.setattr(local, "launch", lambda run, memory: begun.append(run) if memory else None)
    app = show(project)
    key = f"branch.{run.id}"
    epochs = app.number_input(key=f"form.{key}.steps.Training.epochs")
    assert (epochs.value, button(app, "Train the new run").disabled) == (4, False)  # as many again
    app.selectbox(key=f"{key}.epoch").set_value(1).run()
    app.number_input(key=f"form.{key}.steps.Training.epochs").set_value(5).run()
    assert "The optimizer goes on as it was." in " ".join(caption.value for caption in app.caption)
    button(app, "Train the new run").click().run()
    assert not app.exception
    assert [(made.name, made.spec.training.epochs, made.spec.start) for made in begun] == [
        ("First from 1", 5, begun[0].spec.start)
    ]
    assert begun[0].spec.start is not None
    assert (begun[0].spec.start.run, begun[0].spec.start.epoch) == (run.id, 1)
    assert name_of(run, 1) == "First from 1 (2)"  # two curves of one name could not be told apart
    assert charted(app) == [begun[0].id, run.id]
    ticked = app.checkbox(key=f"parent-{run.id}")  # it is in the chart, whether or not one compares it
    assert (ticked.value, ticked.disabled) == (True, True)
    button(app, run.name).click().run()
    assert not app.checkbox(key=f"tick-{begun[0].id}").value


@pytest.mark.usefixtures("no_problems")
def test_a_branch_that_its_device_cannot_train_is_refused_with_the_reason(project: Project) -> None:
    spec = RunSpec(graph=project.graph, device="mirrored:cpu:4", training=Training(epochs=2))
    run = create(spec, project=project.id)
    for event in (STARTED, EPOCH, Finished(at=1020.0)):
        append(run.events, event)
    checkpoints.write(run, Position(1), {"dense/0": np.ones(3)}, lasting=False)
    app = show(project)
    assert not button(app, "Train the new run").disabled
    app.number_input(key=f"form.branch.{run.id}.steps.Training.batch_size").set_value(3).run()
    assert "4 replicas" in texts(app)
    assert button(app, "Train the new run").disabled
    app.number_input(key=f"form.branch.{run.id}.steps.Training.batch_size").set_value(4).run()
    assert not button(app, "Train the new run").disabled
    app.number_input(key=f"form.branch.{run.id}.steps.Training.batch_size").set_value(0).run()
    assert "This has to be greater than or equal to 1" in texts(app)
    assert button(app, "Train the new run").disabled
