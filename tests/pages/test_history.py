"""The History page in Streamlit's own test harness."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from builder.edits import AddLayer, Configure, Remove
from builder.graph import Graph
from builder.zoo import TEMPLATES
from pages.parts.comparison import marks
from runtime.run import create
from runtime.spec import RunSpec
from runtime.store import store

PAGE = Path(__file__).parents[2] / "pages" / "history.py"


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


@pytest.fixture
def project():
    """Two branches: c1 got 8 filters, that was undone, and a Dropout came instead."""
    made = store().create("LeNet", TEMPLATES["lenet5"].make())
    store().edit(made.id, [Configure(id="c1", values={"filters": 8})], by="Ada")
    store().undo(made.id)
    return store().edit(made.id, [AddLayer(layer="Dropout", id="drop", after="f6")], by="Ada")


@pytest.fixture
def page(project):
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["project"] = project.id
    page.run()
    assert not page.exception
    return page


def chosen(page):
    return page.selectbox[0]


def choose(page, number):
    wanted = next(option for option in range(9) if chosen(page).options[option].startswith(number))
    return chosen(page).select_index(wanted).run()


def button(page, label):
    return next(one for one in page.button if one.label == label)


def words(page):
    return " ".join(one.value for one in page.markdown)


def test_a_new_network_has_nothing_to_compare_with():
    made = store().create("Mine", Graph())
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.query_params["project"] = made.id
    page.run()
    assert not page.exception
    assert "nothing to compare" in page.caption[-1].value


def test_the_present_state_is_compared_with_the_one_before(page):
    assert chosen(page).value.words == "Added Dropout"
    assert "`drop: Dropout rate 0.5`" in words(page)


def test_an_undone_state_is_gone_back_to_and_undo_takes_that_back(page, project):
    choose(page, "Changed c1")
    assert chosen(page).value.undone
    assert "`c1: filters 8 → 6`" in words(page)
    button(page, "Go back to this state").click().run()
    assert not page.exception
    now = store().project(project.id)
    assert now.graph.find("c1").layer.filters == 8
    assert now.graph.find("drop") is None
    assert store().undo(project.id).graph == project.graph


def test_a_state_is_named_and_offered_for_comparison(page, project):
    choose(page, "Began")
    page.text_input[0].set_value("Handed in").run()
    assert store().history(project.id)[0].name == "Handed in"
    choose(page, "Changed c1")
    assert "the version Handed in" in page.selectbox[1].options
    page.text_input[0].set_value("Handed in").run()
    assert "Choose another name" in page.error[0].value


def test_the_network_of_a_run_is_compared(page, project):
    create(RunSpec(graph=TEMPLATES["mlp"].make()), name="Old one", project=project.id)
    create(RunSpec(graph=project.graph), name="Same", project=project.id)
    page.run()
    options = page.selectbox[1].options
    page.selectbox[1].select_index(options.index("the network of Same")).run()
    assert "The two networks are the same" in page.success[0].value
    page.selectbox[1].select_index(options.index("the network of Old one")).run()
    assert ":green" in words(page)


def test_what_differs_inside_a_block_marks_its_instances_too():
    from builder.compare import compare
    from builder.edits import Fold, apply

    flat = TEMPLATES["mlp"].make()
    dense = next(node.id for node in flat.nodes if node.layer.type == "Dense")
    before = apply(flat, Fold(ids=(dense,), name="unit"))
    after = apply(before, Configure(id=dense, values={"units": 3}, inside="unit"))
    found = compare(before, after)
    assert marks(after, found, "after") == {"unit": "changed"}
    assert marks(after, found, "after", block="unit") == {dense: "changed"}
    assert marks(flat, compare(flat, before), "before", block="unit") == {}
    gone = apply(after, Remove(ids=("unit",)))
    assert marks(after, compare(after, gone), "before")["unit"] == "removed"
