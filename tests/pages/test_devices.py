"""The Devices page: what is there, what it was measured to do, and how several devices learn together."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from builder.program import Facts
from builder.zoo import TEMPLATES
from pages.parts.device_charts import (
    QUOTED,
    changes,
    changes_figure,
    products,
    ring,
    seconds_figure,
    steps,
    time_in_words,
)
from runtime import measuring
from runtime.gpu import Build, Gauge
from runtime.measuring import PRODUCT, Figure, Measurement
from runtime.run import DataSpec, RunSpec, create
from runtime.store import store

PAGE = Path(__file__).parents[2] / "pages" / "devices.py"
DONE = Measurement(
    at=1_800_000_000.0,
    machine="Test machine",
    threads=2,
    build=Build(tensorflow="2.21.0", cuda_build=True),
    figures=(
        Figure(what=PRODUCT, where="numpy", seconds=3.0),
        Figure(what=PRODUCT, where="cpu", seconds=2.5),
        Figure(what="LeNet-5", where="cpu", seconds=0.01, macs=400_000, batch=32),
        Figure(what="LeNet-5", where="cpu", seconds=0.03, macs=400_000, batch=32, variant="mixed_float16"),
        Figure(what="ResNet-20", where="cpu", error="out of memory"),
    ),
)


class Service:
    message = ""

    def shapes(self, graph: object, wait: float = 0.0) -> dict[str, Facts]:
        return {"dense": Facts(shapes=((None, 10),), parameters=10, macs=400_000)}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    monkeypatch.setattr("runtime.service.service", Service)


def show(**query: str) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=60)
    app.query_params.update(query)
    app.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    kinds = ("error", "warning", "success", "markdown", "caption")
    return "\n".join(str(element.value) for kind in kinds for element in app.get(kind))


def test_a_fresh_machine_says_what_to_do() -> None:
    app = show()
    assert [button.label for button in app.button] == ["Measure this machine"]
    assert "Nothing trains just now." in texts(app)
    assert "Not measured yet." in texts(app)
    assert "ring all-reduce" in texts(app)


def test_what_was_measured_is_drawn_and_compared() -> None:
    measuring.write(measuring._folder() / "20260101-000000.json", DONE)
    measuring.write(measuring._folder() / "20260102-000000.json", DONE.model_copy(update={"at": 1_800_100_000.0}))
    project = store().create("Mine", TEMPLATES["mlp"].make())
    app = show(project=project.id)
    assert len(app.get("plotly_chart")) == 3
    assert "Could not be measured: ResNet-20 on cpu, float32 (out of memory)" in texts(app)
    assert "**Mine** with digits" in texts(app)
    assert "an epoch" in texts(app)
    (compared,) = app.selectbox
    compared.select_index(1).run()
    assert not app.exception


def test_a_measurement_that_goes_on_is_shown_and_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    going = DONE.model_copy(update={"doing": "Training step", "done": 3, "total": 9})
    monkeypatch.setattr(Measurement, "goes_on", property(lambda one: bool(one.doing)))
    measuring.write(measuring._folder() / "20260101-000000.json", going)
    app = show()
    app.button[0].click().run()
    assert not app.exception
    assert [button.label for button in app.button] == ["Stop measuring"]


def test_gpus_and_runs_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    gauge = Gauge("gpu:0", "NVIDIA Test", 80_000_000_000, 20_000_000_000, 73, None)
    monkeypatch.setattr("runtime.gpu.gauges", lambda: (gauge,))
    create(RunSpec(graph=TEMPLATES["mlp"].make(), data=DataSpec()), name="Run [1]")
    app = show()
    written = " ".join(element.proto.body for element in app.get("html"))
    assert "NVIDIA Test" in written
    assert "73 %" in written
    assert "not told" in written
    assert r"`cpu`: **Run \[1\]** (digits)" in texts(app)


def test_charts_hold_what_was_measured_and_say_what_was_quoted() -> None:
    bars = products(DONE, None, {"cpu": "TensorFlow"})
    assert [(bar.name, bar.group, bar.seconds) for bar in bars[2:]] == [
        ("numpy", "here", 3.0),
        ("TensorFlow", "here", 2.5),
    ]
    assert {bar.name: bar.seconds for bar in bars[:2]} == QUOTED
    assert "quoted, not measured" in [trace.name for trace in seconds_figure(bars).data]
    compared = seconds_figure(products(DONE, DONE, {}))
    assert [trace.offsetgroup for trace in compared.data] == ["here", "earlier", "here"]
    assert compared.layout.height > seconds_figure(bars).layout.height  # or its words would be too small to read
    assert [bar.seconds for bar in steps(DONE, DONE, {})] == [0.01, 0.01]
    assert changes(DONE, {}) == [("LeNet-5, cpu", "mixed_float16", pytest.approx(3.0))]
    figure = changes_figure(changes(DONE, {}))
    assert figure.data[0].x == (pytest.approx(3.0),)
    assert figure.layout.shapes[0].line.color  # plotly's own is black, which a dark page hides
    assert ring(3).count("device ") == 3


@pytest.mark.parametrize(
    ("seconds", "words"), [(3.8, "3.8 s"), (0.02, "20 ms"), (0.00031, "310 µs"), (0.1234, "123 ms")]
)
def test_times_are_short(seconds: float, words: str) -> None:
    assert time_in_words(seconds) == words


def test_a_measurement_that_cannot_begin_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A callback in a fragment could leave words only for the next page: the frame, which shows them, is not drawn anew."""
    in_callback = []

    def refuse() -> None:
        context = get_script_run_ctx()
        assert context is not None
        in_callback.append(not context.has_script_started)
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr("runtime.measuring.begin", refuse)
    app = AppTest.from_file(PAGE.parent / "shell.py", default_timeout=60).run().switch_page("devices.py").run()
    next(button for button in app.button if button.label == "Measure this machine").click().run()
    assert not app.exception
    assert in_callback == [False]
    assert "The measurement could not be started: [Errno 30] Read-only file system." in texts(app)
