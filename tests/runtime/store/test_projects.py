"""Projects and their history in the database."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builder.edits import AddLayer, Configure, Connect, EditError, Load, Move, Place, Remove
from builder.graph import Edge, Graph, Node
from builder.layers import example
from builder.training import Training
from runtime.spec import DataSpec, Start
from runtime.store import MAX_NAME, Store, UnknownProjectError, clean_name, store


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


def test_a_new_edit_after_an_undo_begins_a_branch_and_nothing_is_lost(projects, project):
    projects.edit(project.id, [Configure(id="dense", values={"units": 1})])
    projects.edit(project.id, [Configure(id="dense", values={"units": 2})])
    projects.undo(project.id)
    projects.undo(project.id)

    projects.edit(project.id, [Configure(id="dense", values={"units": 3})])

    assert not projects.project(project.id).redoable
    assert units(projects.redo(project.id)) == 3
    assert [(one.number, one.parent) for one in projects.history(project.id)] == [(0, None), (1, 0), (2, 1), (3, 0)]
    assert projects.graph(project.id, 2).find("dense").layer.units == 2
    assert units(projects.go_to(project.id, 2)) == 2
    assert units(projects.undo(project.id)) == 3
    assert units(projects.redo(project.id)) == 2


def test_going_to_the_state_that_is_there_is_no_step(projects, project):
    assert projects.go_to(project.id, 0) == project


def test_a_state_that_is_not_there_is_said(projects, project):
    with pytest.raises(EditError, match="no such state"):
        projects.go_to(project.id, 5)
    with pytest.raises(EditError, match="no such state"):
        projects.name_state(project.id, 5, "Five")


def test_a_state_is_named_and_found_by_its_name(projects, project):
    projects.name_state(project.id, 0, " The \n beginning ", by="Ada")
    projects.edit(project.id, [Configure(id="dense", values={"units": 1})])
    with pytest.raises(EditError, match="another name"):
        projects.name_state(project.id, 1, "The beginning")
    assert [one.name for one in projects.history(project.id)] == ["The beginning", None]

    projects.go_to(project.id, 0)
    assert projects.history(project.id)[-1].words == "Went back to The beginning"

    projects.name_state(project.id, 0, "")
    assert [one.name for one in projects.history(project.id)] == [None, None, None]


def test_the_last_step_of_a_client_is_found_even_when_it_is_undone(projects, project):
    for number in (1, 2, 10):
        projects.edit(project.id, [Configure(id="dense", values={"units": number})], step=f"{'a' * 16}#{number}")
    projects.undo(project.id)
    assert projects.last_step(project.id, "a" * 16) == 10
    assert projects.last_step(project.id, "a" * 15) == 0
    assert projects.last_step(project.id, "%") == 0


def test_people_see_their_own_projects_and_those_from_before_the_login(projects, project):
    mine = projects.create("Hers", Graph(), owner="ada@example.org")
    projects.create("His", Graph(), owner="bob@example.org")
    assert {row.id for row in projects.projects("ada@example.org")} == {project.id, mine.id}


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


NAMES = ("a", "b", "c")


@st.composite
def steps(draw):
    """What somebody may do: an edit of any of three layers, a step back or forth, a jump."""
    kind = draw(st.sampled_from(["add", "change", "remove", "move", "undo", "redo", "go"]))
    name = draw(st.sampled_from(NAMES))
    return kind, name, draw(st.integers(0, 30))


def take(projects, project, step):
    kind, name, number = step
    match kind:
        case "undo":
            return projects.undo(project.id)
        case "redo":
            return projects.redo(project.id)
        case "go":
            known = len(projects.history(project.id))
            return projects.go_to(project.id, number % known)
    edit = {
        "add": AddLayer(layer="Dense", id=name),
        "change": Configure(id=name, values={"units": number + 1}),
        "remove": Remove(ids=(name,)),
        "move": Move(places=(Place(id=name, x=number, y=0),)),
    }[kind]
    try:
        return projects.edit(project.id, [edit])
    except EditError:
        return projects.project(project.id)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(done=st.lists(steps(), max_size=25))
def test_any_sequence_of_steps_keeps_every_state_to_the_byte(url, projects, done):
    project = projects.create("Mine", Graph())
    seen = {0: project.graph.model_dump_json()}
    for step in done:
        now = take(projects, project, step)
        place = next(one for one in projects.history(project.id) if one.present)
        text = now.graph.model_dump_json()
        assert seen.setdefault(place.number, text) == text
        parent = place.parent
        assert now.undoable == (parent is not None)
        if step[0] == "undo" and now.redoable:
            again = projects.redo(project.id)
            assert projects.undo(project.id).graph == now.graph
            assert again.graph != now.graph

    projects._states.graphs.clear()
    fresh = Store(url)
    for number, text in seen.items():
        assert fresh.graph(project.id, number).model_dump_json() == text


def test_the_history_tells_who_did_what(projects, project):
    projects.edit(project.id, [AddLayer(layer="Dense")], by="Ada")
    projects.edit(project.id, [Configure(id="dense", values={"units": 3})], by="Bob")
    projects.undo(project.id)

    told = [(change.words, change.by, change.undone) for change in projects.history(project.id)]

    assert told[1:] == [("Added Dense", "Ada", False), ("Changed dense: units", "Bob", True)]
    assert [change.present for change in projects.history(project.id)] == [False, True, False]


def test_a_network_that_is_too_large_is_refused(projects, project, monkeypatch):
    monkeypatch.setattr("runtime.store.states.MAX_DOCUMENT_BYTES", 2_000)
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


def test_the_weights_that_came_with_a_network_are_remembered(projects, project):
    start = Start(file=f"{'a' * 64}.npz", title="old.h5")
    given = projects.create("Old", project.graph, start=start)
    assert projects.edit(given.id, [Configure(id="dense", values={"units": 1})]).start == start
    assert projects.project(project.id).start is None
