"""A model as widgets."""

import pytest
from streamlit.testing.v1 import AppTest

KEY = "form.it.Settings"


def page():
    """A page as Build is one: it keeps the model, draws it, takes what comes back."""
    from typing import Annotated, Literal

    import streamlit as st
    from pydantic import BaseModel, Field, model_validator

    from pages.parts.form import form

    class Steady(BaseModel, frozen=True):
        type: Literal["Steady"] = "Steady"

    class Falling(BaseModel, frozen=True):
        type: Literal["Falling"] = "Falling"
        rate: float = Field(0.9, gt=0, le=1)

    Kind = Annotated[Steady | Falling, Field(discriminator="type")]
    Size = Annotated[int, Field(ge=1, le=99)]

    class Settings(BaseModel, frozen=True):
        filters: int = Field(ge=1, le=512, examples=[8])
        kernel_size: tuple[Size, Size] = (3, 3)
        strides: tuple[Size, Size] | None = None
        shape: tuple[int | None, ...] = (28, 28, 1)
        activation: Literal["relu", "tanh"] | None = None
        use_bias: bool = True
        learning_rate: float = Field(0.001, gt=0)
        schedule: Kind = Steady()
        several: tuple[Kind, ...] = ()
        seed: int | None = None

        @model_validator(mode="after")
        def _check(self):
            if self.filters == 13:
                raise ValueError("13 filters bring bad luck.")
            return self

    # AppTest makes the classes anew each run: what is kept is the values.
    kept = st.session_state.setdefault("kept", {"filters": 8})
    given = Settings.model_validate(kept)
    suggested = Settings.model_validate(st.session_state["suggested"]) if "suggested" in st.session_state else None
    hide, reset_all = st.session_state.get("hide", ()), st.session_state.get("reset_all", True)
    changed = form(given, "it", hide=hide, suggested=suggested, reset_all=reset_all)
    if changed is not None:
        st.session_state["kept"] = changed.model_dump()
        st.rerun()


@pytest.fixture
def app():
    return AppTest.from_function(page, default_timeout=120).run()


def entry(app, widget, name):
    """The widget of a field: `#n` stands behind its key once it has begun anew."""
    (found,) = [one for one in getattr(app, widget) if one.key.partition("#")[0] == f"{KEY}.{name}"]
    return found


def values(app):
    return app.session_state["kept"]


def test_nothing_comes_back_while_nothing_is_changed(app):
    assert values(app.run().run()) == {"filters": 8}
    assert not app.error


@pytest.mark.parametrize(
    ("widget", "key", "entered", "name", "value"),
    [
        ("number_input", "filters", 16, "filters", 16),
        ("number_input", "kernel_size.1", 5, "kernel_size", (3, 5)),
        ("text_input", "shape", "?, 3", "shape", (None, 3)),
        ("radio", "activation", "tanh", "activation", "tanh"),
        ("toggle", "use_bias", False, "use_bias", False),
        ("number_input", "learning_rate", 1e-7, "learning_rate", 1e-7),
        ("selectbox", "schedule", "Falling", "schedule", {"type": "Falling", "rate": 0.9}),
        ("multiselect", "several", ["Falling"], "several", ({"type": "Falling", "rate": 0.9},)),
        ("number_input", "seed", 4, "seed", 4),
    ],
)
def test_what_is_entered_comes_back_and_can_be_reset(app, widget, key, entered, name, value):
    entry(app, widget, key).set_value(entered).run()
    assert values(app)[name] == value
    assert entry(app, widget, key).value == entered
    if name != "filters":
        reset = app.button(key=f"reset-{KEY}.{name}")
        assert not reset.disabled
        reset.click().run()
        assert app.button(key=f"reset-{KEY}.{name}").disabled
        assert entry(app, widget, key).value != entered


def test_a_nested_form_is_part_of_the_model(app):
    entry(app, "selectbox", "schedule").set_value("Falling").run()
    entry(app, "number_input", "schedule.Falling.rate").set_value(0.5).run()
    assert values(app)["schedule"] == {"type": "Falling", "rate": 0.5}
    entry(app, "selectbox", "schedule").set_value("Steady").run()
    assert values(app)["schedule"] == {"type": "Steady"}


def test_an_optional_row_is_filled_in_whole_or_not_at_all(app):
    entry(app, "number_input", "strides.0").set_value(2).run()
    assert "strides" not in values(app) or values(app)["strides"] is None
    assert [error.value for error in app.error] == ["Fill in all of these, or none."]
    entry(app, "number_input", "strides.1").set_value(1).run()
    assert values(app)["strides"] == (2, 1)
    assert not app.error


def test_what_is_not_valid_is_told_and_the_rest_is_kept(app):
    entry(app, "text_input", "shape").set_value("28, a")
    entry(app, "number_input", "learning_rate").set_value(0.0)
    entry(app, "number_input", "filters").set_value(32).run()
    assert values(app)["filters"] == 32
    assert values(app)["shape"] == (28, 28, 1)
    assert values(app)["learning_rate"] == 0.001
    assert sorted(error.value for error in app.error) == [
        "This has to be greater than 0",
        "expected numbers separated by commas, such as 28, 28, 1; got '28, a'",
    ]
    assert entry(app, "text_input", "shape").value == "28, a"


@pytest.mark.parametrize(
    ("name", "entered", "bound"),
    [
        ("filters", 513, "less than or equal to 512"),
        ("kernel_size.1", 0, "greater than or equal to 1"),
        ("seed", -1, ""),
    ],
)
def test_a_number_out_of_its_bounds_comes_here_and_is_told(app, name, entered, bound):
    """With bounds the browser would keep it, and the form go on with the one before."""
    assert not any(field.proto.has_min or field.proto.has_max for field in app.number_input)
    before = values(app)
    entry(app, "number_input", name).set_value(entered).run()
    assert not app.exception
    assert entry(app, "number_input", name).value == entered
    assert [error.value for error in app.error] == ([f"This has to be {bound}"] if bound else [])
    assert (values(app) == before) is bool(bound)


def test_a_rule_of_the_whole_model_is_told_where_the_change_was_made(app):
    entry(app, "number_input", "filters").set_value(13).run()
    assert values(app) == {"filters": 8}
    assert [error.value for error in app.error] == ["13 filters bring bad luck."]


def test_the_widgets_follow_a_change_from_elsewhere(app):
    entry(app, "number_input", "filters").set_value(32).run()
    app.session_state["kept"] = {"filters": 8, "shape": (5,)}  # undo, and another tab
    app.run()
    assert entry(app, "number_input", "filters").value == 8
    assert entry(app, "text_input", "shape").value == "5"
    app.session_state["kept"] = {"filters": 32, "shape": (5,)}  # redo
    app.run()
    assert entry(app, "number_input", "filters").value == 32
    assert values(app) == {"filters": 32, "shape": (5,)}


def test_a_click_that_comes_before_the_last_one_is_answered_is_not_lost(app):
    entry(app, "number_input", "filters").set_value(9).run()
    # The document still says 9 when the widget already says 10.
    entry(app, "number_input", "filters").set_value(10).run()
    assert values(app)["filters"] == 10
    assert entry(app, "number_input", "filters").value == 10


def test_all_is_reset_at_once(app):
    entry(app, "number_input", "learning_rate").set_value(0.5)
    entry(app, "text_input", "shape").set_value("4")
    entry(app, "number_input", "filters").set_value(9).run()
    app.button(key=f"reset-all-{KEY}").click().run()
    assert (values(app)["learning_rate"], values(app)["shape"]) == (0.001, (28, 28, 1))
    assert values(app)["filters"] == 9  # Keras has no default for it
    assert app.button(key=f"reset-all-{KEY}").disabled


def test_hidden_fields_are_not_asked_and_stay(app):
    app.session_state["kept"] = {"filters": 8, "seed": 5}
    app.session_state["hide"] = ("seed",)
    app.run()
    assert [entry.label for entry in app.number_input if entry.label == "Seed"] == []
    entry(app, "number_input", "filters").set_value(9).run()
    assert values(app)["seed"] == 5


def test_a_number_that_a_browser_cannot_count_is_entered_as_text(app):
    app.session_state["kept"] = {"filters": 8, "seed": 2**60}
    app.run()
    assert not app.exception
    assert entry(app, "text_input", "seed").value == str(2**60)


def test_what_is_suggested_is_what_a_field_goes_back_to():
    app = AppTest.from_function(page, default_timeout=120)
    app.session_state["suggested"] = {"filters": 32, "learning_rate": 0.01}
    app.run()
    reset = app.button(key=f"reset-{KEY}.filters")  # required: without a suggestion it would have none
    assert (reset.help, reset.disabled) == ("Reset filters to 32", False)
    reset.click().run()
    app.button(key=f"reset-{KEY}.learning_rate").click().run()
    assert (values(app)["filters"], values(app)["learning_rate"]) == (32, 0.01)
    assert app.button(key=f"reset-all-{KEY}").disabled


def test_the_button_for_all_fields_can_be_left_out():
    app = AppTest.from_function(page, default_timeout=120)
    app.session_state["reset_all"] = False
    app.run()
    assert "Reset to defaults" not in {button.label for button in app.button}


def training_page():
    """The settings of a training, as the Train page asks them."""
    import streamlit as st

    from builder.training import Training
    from pages.parts.form import form

    given = Training.model_validate(st.session_state.setdefault("kept", {}))
    changed = form(given, "it", hide=("heads",))
    if changed is not None:
        st.session_state["kept"] = changed.model_dump()
        st.rerun()


def asked(app, widget, name):
    (found,) = [one for one in getattr(app, widget) if one.key.partition("#")[0] == f"form.it.Training.{name}"]
    return found


def test_a_schedule_of_several_rates_is_entered_as_lists():
    app = AppTest.from_function(training_page, default_timeout=120).run()
    asked(app, "selectbox", "optimizer.Adam.learning_rate").set_value("PiecewiseConstantDecay").run()
    schedule = "optimizer.Adam.learning_rate.PiecewiseConstantDecay"
    asked(app, "text_input", f"{schedule}.boundaries").set_value("100").run()
    assert any("have to be 2 values" in error.value for error in app.error)
    asked(app, "text_input", f"{schedule}.values").set_value("0.1, 0.01").run()
    rate = app.session_state["kept"]["optimizer"]["learning_rate"]
    assert (rate["boundaries"], rate["values"]) == ((100,), (0.1, 0.01))
    assert not app.error


def test_an_optimizer_inside_another_is_chosen_and_set():
    app = AppTest.from_function(training_page, default_timeout=120).run()
    asked(app, "selectbox", "optimizer").set_value("LossScaleOptimizer").run()
    inner = "optimizer.LossScaleOptimizer.inner_optimizer"
    assert asked(app, "selectbox", inner).value == "Adam"
    asked(app, "selectbox", inner).set_value("SGD").run()
    asked(app, "number_input", f"{inner}.SGD.momentum").set_value(0.9).run()
    optimizer = app.session_state["kept"]["optimizer"]
    assert (optimizer["type"], optimizer["inner_optimizer"]["type"]) == ("LossScaleOptimizer", "SGD")
    assert optimizer["inner_optimizer"]["momentum"] == 0.9
    assert not app.exception


def test_a_metric_that_needs_a_setting_begins_with_an_example():
    app = AppTest.from_function(training_page, default_timeout=120).run()
    asked(app, "multiselect", "metrics").set_value(["F1Score", "MeanIoU"]).run()
    assert [metric["type"] for metric in app.session_state["kept"]["metrics"]] == ["F1Score", "MeanIoU"]
    assert not app.exception
