"""The queue on the page."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph
from pages.parts import queue as shown
from runtime import queue
from runtime.queue import Board, Place
from runtime.run import RunSpec, create
from runtime.store import store

SPEC = RunSpec(graph=Graph())


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))
    return store().create("Mine", Graph())


def queued(name, project):
    run = create(SPEC, name=name, project=project)
    queue.join(run)
    return run


def page(project_id):
    from pages.parts.queue import queue_list
    from runtime.store import store

    queue_list(store().project(project_id))


def show(project):
    app = AppTest.from_function(page, args=(project.id,), default_timeout=60).run()
    assert not app.exception
    return app


def order():
    return [place.run for place in queue.places()]


def test_ones_own_runs_are_moved_and_cancelled_and_others_are_not(project):
    first, second, other = queued("One", project.id), queued("Two", project.id), queued("Secret", "another")
    app = show(project)
    words = [element.value for element in app.markdown]
    assert [word for word in words if word in ("One", "Two", "Secret", ":gray[somebody else's]")] == [
        "One",
        "Two",
        ":gray[somebody else's]",
    ]
    assert {button.key for button in app.button if not button.disabled} == {
        f"Later-{first.id}",
        f"cancel-{first.id}",
        f"Earlier-{second.id}",
        f"cancel-{second.id}",
    }
    app.button(key=f"Earlier-{second.id}").click().run()
    assert order() == [second.id, first.id, other.id]
    app.button(key=f"cancel-{first.id}").click().run()
    assert not app.exception
    assert (order(), first.status()) == ([second.id, other.id], "stopped")


def test_that_a_run_was_cancelled_elsewhere_is_told_by_the_list_and_not_by_the_callback(project, monkeypatch):
    """What the callback of a fragment draws takes the place of the page's first elements, as its style sheet."""
    run = queued("One", project.id)
    app = show(project)
    queue.leave(run)  # in another tab
    app.button(key=f"cancel-{run.id}").click().run()
    assert not app.exception
    assert not app.toast
    assert ["One is over (stopped), so it cannot stop." in warning.value for warning in app.warning] == [True]
    app.run()  # the list is drawn anew every few seconds
    assert app.warning
    monkeypatch.setattr(shown.time, "monotonic", lambda: float("inf"))
    assert not app.run().warning


def test_an_empty_queue_takes_no_room(project):
    assert not show(project).expander


def test_a_run_says_where_it_stands(project):
    first, second = queued("One", project.id), queued("Two", project.id)
    assert shown.place_in_words(second) == "2nd of 2 in the queue; begins when those before it are done."
    queue.tell(Board(queue=tuple(Place(run=run.id, owner=run.owner, starts=130.0) for run in (first, second))))
    assert shown.place_in_words(first) == "Next in the queue; begins in about 2 minutes."
    place = Place(run=first.id, owner=first.owner, starts=130.0, memory=2_800_000_000)
    queue.tell(Board(queue=(place, Place(run=second.id, owner=second.owner))))
    waits = "begins in about 2 minutes: it waits for 2.8 GB of free memory"
    assert shown.place_in_words(first) == f"Next in the queue; {waits}."
    assert waits.removeprefix("begins ") in [text.value for text in show(project).markdown]
    queue.move(first, 1)
    assert not any(place.memory for place in queue.places())  # as long as nobody has reckoned anew
    queue.leave(first)
    assert shown.place_in_words(first) == "Its training is being started."


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "at any moment"), (7, "10 seconds"), (42, "40 seconds"), (100, "2 minutes"), (7300, "2 hours")],
)
def test_times_in_words(seconds, words):
    assert shown.begins(Place(run="", starts=seconds)).endswith(words)


@pytest.mark.parametrize(("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd")])
def test_ordinals(number, words):
    assert shown.ordinal(number) == words


def test_the_list_stays_open_while_the_queue_gets_shorter(project):
    """An expander that bears another label is closed by the browser."""
    runs = [queued(name, project.id) for name in ("One", "Two")]
    app = show(project)
    before = app.expander[0].label
    app.button(key=f"cancel-{runs[0].id}").click().run()
    assert app.expander[0].label == before
    assert "One run waits" in app.caption[0].value


def test_ones_own_run_far_behind_is_in_the_list(project):
    for number in range(shown.MOST + 2):
        queued(f"Other {number}", "another")
    run = queued("Mine", project.id)
    queue.tell(Board(queue=tuple(Place(run=place.run, owner=place.owner) for place in queue.places())))
    app = show(project)
    assert f"cancel-{run.id}" in {button.key for button in app.button}
    assert any("and 2 more" in caption.value for caption in app.caption)
