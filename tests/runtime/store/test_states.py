"""What is remembered of states is what the database holds."""

import pytest
from sqlalchemy import event

from builder.edits import AddLayer
from builder.graph import Graph
from runtime.store import Store


def added(store, project, layer, name):
    return store.edit(project.id, [AddLayer(layer=layer, id=name)])


def names(project):
    return [node.id for node in project.graph.nodes]


def test_a_step_that_could_not_be_stored_is_not_remembered(url):
    """As when the disk is full: the number of that step goes to the next one, which another server may take."""
    one, other = Store(url), Store(url)
    project = one.create("Mine", Graph())

    def full(_connection):
        raise RuntimeError("The disk is full.")

    event.listen(one._engine, "commit", full)
    with pytest.raises(RuntimeError, match="full"):
        added(one, project, "Flatten", "lost")
    event.remove(one._engine, "commit", full)

    assert names(added(other, project, "Dropout", "first")) == ["first"]
    assert names(one.project(project.id)) == ["first"]
    assert names(added(one, project, "ReLU", "second")) == ["first", "second"]
    assert names(Store(url).project(project.id)) == ["first", "second"]


def test_a_step_that_was_stored_is_not_read_again(url, monkeypatch):
    store = Store(url)
    project = store.create("Mine", Graph())
    added(store, project, "Dense", "dense")
    monkeypatch.delattr("runtime.store.states.read_graph")
    assert names(store.project(project.id)) == ["dense"]
    assert names(store.undo(project.id)) == []
