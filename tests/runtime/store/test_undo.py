"""Whatever is done to a network, undo goes back through every state to the byte, and redo forth again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.edits import Edit, EditError
from builder.graph import Graph, read_graph, write_graph
from runtime.store import Store
from tests.builder.networks import edits, graphs


@pytest.fixture(scope="module")
def projects(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(f"sqlite:///{tmp_path_factory.mktemp('undo') / 'projects.sqlite'}")


@settings(max_examples=25)
@given(graph=graphs, steps=st.lists(st.lists(edits, min_size=1, max_size=3), max_size=8))
def test_undo_and_redo_restore_every_state_to_the_byte(projects: Store, graph: Graph, steps: list[list[Edit]]) -> None:
    project = projects.create("Mine", graph)
    texts = [write_graph(project.graph)]
    for step in steps:
        try:
            text = write_graph(projects.edit(project.id, step).graph)
        except EditError:  # nothing of the step has happened
            text = texts[-1]
            assert write_graph(_now(projects, project.id)) == text
        if text != texts[-1]:
            texts.append(text)
        assert write_graph(read_graph(text)) == text
    for text in reversed(texts[:-1]):
        assert write_graph(projects.undo(project.id).graph) == text
    assert not projects.undo(project.id).undoable
    for text in texts[1:]:
        assert write_graph(projects.redo(project.id).graph) == text


def _now(projects: Store, project_id: str) -> Graph:
    project = projects.project(project_id)
    assert project is not None
    return project.graph
