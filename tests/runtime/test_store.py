"""Projects and their history in the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from builder.edits import AddLayer, Configure, Connect, EditError, Load, Move, Place, Remove
from builder.graph import Edge, Graph, Node
from builder.layers import example
from builder.training import Training
from runtime.run import DataSpec
from runtime.store import MAX_NAME, Store, UnknownProjectError, clean_name, store


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path / 'projects.sqlite'}"


@pytest.fixture
def projects(url):
    return Store(url)


@pytest.fixture
def project(projects):
    return projects.create("Mine", Graph(nodes=(Node(id="dense", layer=example("Dense")),)))


def units(project):
    return project.graph.find("dense").layer.units


def test_an_edit_is_kept_and_survives_the_process(url, projects, project):
    edited = projects.edit(project.id, [Configure(id="dense", values={"units": 7})], by="Ada")

    again = Store(url).project(project.id)

    assert units(again) == 7
    assert again == edited
    assert again.revision == project.revision + 1
    assert (again.undoable, again.redoable) == (True, False)


def test_undo_and_redo_walk_the_whole_history_even_after_a_restart(url, projects, project):
    for count in range(1, 51):
        projects.edit(project.id, [Configure(id="dense", values={"units": count})])

    later = Store(url)
    seen = [units(later.undo(project.id)) for _ in range(50)]

    assert seen == [*range(49, 0, -1), 64]
    assert not later.project(project.id).undoable
    assert [units(later.redo(project.id)) for _ in range(50)] == list(range(1, 51))
    assert not later.project(project.id).redoable


def test_at_the_ends_undo_and_redo_change_nothing(projects, project):
    assert projects.undo(project.id) == project
    assert projects.redo(project.id) == project


def test_a_new_edit_drops_what_was_undone(projects, project):
    projects.edit(project.id, [Configure(id="dense", values={"units": 1})])
    projects.edit(project.id, [Configure(id="dense", values={"units": 2})])
    projects.undo(project.id)
    projects.undo(project.id)

    projects.edit(project.id, [Configure(id="dense", values={"units": 3})])

    assert not projects.project(project.id).redoable
    assert units(projects.redo(project.id)) == 3
    assert units(projects.undo(project.id)) == 64


def test_several_edits_are_one_step_and_a_faulty_one_leaves_all_as_it_was(projects, project):
    good, bad = AddLayer(layer="Dense"), Configure(id="gone", values={"units": 1})

    with pytest.raises(EditError, match="gone"):
        projects.edit(project.id, [good, bad])
    assert projects.project(project.id) == project

    added = projects.edit(project.id, [good, Connect(edge=Edge(source="dense", target="dense_1"))])
    assert len(added.graph.edges) == 1
    assert projects.undo(project.id).graph == project.graph


def test_moving_is_a_step_of_undo_and_an_edit_without_effect_is_none(projects, project):
    moved = projects.edit(project.id, [Move(places=(Place(id="dense", x=5, y=6),))])
    assert moved.undoable
    assert projects.edit(project.id, [Configure(id="dense", values={"units": 64})]) == moved


def test_the_revision_grows_with_each_change_and_never_falls(projects, project):
    seen = [
        project.revision,
        projects.edit(project.id, [Configure(id="dense", values={"units": 1})]).revision,
        projects.undo(project.id).revision,
        projects.redo(project.id).revision,
        projects.settings(project.id, data=DataSpec(name="iris")).revision,
        projects.rename(project.id, "Other").revision,
        projects.settings(project.id, training=Training(epochs=3)).revision,
    ]
    assert seen == list(range(seen[0], seen[0] + 7))


def test_settings_keep_what_they_do_not_name(projects, project):
    projects.settings(project.id, training=Training(epochs=3))
    projects.settings(project.id, data=DataSpec(name="iris", seed=4))

    kept = projects.project(project.id)
    assert (kept.training, kept.data, kept.name) == (Training(epochs=3), DataSpec(name="iris", seed=4), "Mine")
    assert projects.settings(project.id, training=None).training is None
    assert projects.settings(project.id, training=None).revision == projects.project(project.id).revision


def test_a_deleted_project_is_gone_until_it_is_restored_with_its_history(projects, project):
    projects.edit(project.id, [Configure(id="dense", values={"units": 1})])
    projects.delete(project.id)

    assert projects.project(project.id) is None
    assert projects.projects() == []
    with pytest.raises(UnknownProjectError):
        projects.edit(project.id, [AddLayer(layer="Dense")])

    projects.restore(project.id)
    assert units(projects.undo(project.id)) == 64


@pytest.mark.parametrize("project_id", ["", "nobody", "0" * 32, "'; DROP TABLE project; --", "\x00"])
def test_an_unknown_id_is_none_or_a_clear_error(projects, project_id):
    assert projects.project(project_id) is None
    with pytest.raises(UnknownProjectError, match="not here any more"):
        projects.undo(project_id)
    with pytest.raises(UnknownProjectError):
        projects.restore(project_id)


def test_the_list_has_the_one_changed_last_first(projects, project):
    other = projects.create("Other", Graph())
    assert [row.id for row in projects.projects()] == [other.id, project.id]
    projects.edit(project.id, [Remove(ids=("dense",))])
    assert [row.name for row in projects.projects()] == ["Mine", "Other"]


def test_threads_that_edit_at_once_lose_nothing(url, project):
    tabs = [Store(url), Store(url)]

    def add(number):
        tabs[number % 2].edit(project.id, [AddLayer(layer="Dense", id=f"layer_{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))

    end = tabs[0].project(project.id)
    assert {node.id for node in end.graph.nodes} == {"dense", *(f"layer_{number}" for number in range(40))}
    assert end.revision == 40
    assert tabs[1].project(project.id) == end


def test_the_history_tells_who_did_what(projects, project):
    projects.edit(project.id, [AddLayer(layer="Dense")], by="Ada")
    projects.edit(project.id, [Configure(id="dense", values={"units": 3})], by="Bob")
    projects.undo(project.id)

    told = [(change.words, change.by, change.undone) for change in projects.history(project.id)]

    assert told == [("Added Dense", "Ada", False), ("Changed dense: units", "Bob", True)]


def test_a_network_that_is_too_large_is_refused(projects, project, monkeypatch):
    monkeypatch.setattr("runtime.store.MAX_DOCUMENT_BYTES", 2_000)
    nodes = tuple(Node(id=f"dense_{number}", layer=example("Dense")) for number in range(20))
    with pytest.raises(EditError, match="at most"):
        projects.edit(project.id, [Load(graph=Graph(nodes=nodes))])
    assert projects.project(project.id) == project


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("  LeNet \n 5\t", "LeNet 5"),
        ("", "Untitled network"),
        ("\x00\u200b", "Untitled network"),
        ("x" * 500, "x" * MAX_NAME),
        ("<b>&</b>", "<b>&</b>"),
    ],
)
def test_names_are_one_short_line(given, kept):
    assert clean_name(given) == kept


def test_the_store_of_the_process_stands_in_the_home(tmp_path, monkeypatch):
    monkeypatch.delenv("LAYERLOOM_DATABASE", raising=False)
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "here"))
    assert store() is store()
    store().create("Mine", Graph())
    assert (tmp_path / "here" / "projects.sqlite").exists()
