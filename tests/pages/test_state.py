"""What a tab remembers, and which project it works on."""

import pytest
from streamlit.testing.v1 import AppTest

from builder.graph import Graph
from runtime.store import store


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path))


def script():
    import streamlit as st

    from pages.parts import state

    found = state.project()
    st.text(f"{found and found.name}|{st.query_params.get('project')}|{state.notice()}")


def shown(app):
    return app.run().text[0].value.split("|")


def test_the_project_of_the_url_is_kept_when_the_navigation_drops_the_url():
    made = store().create("Mine", Graph())
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["project"] = made.id
    assert shown(app) == ["Mine", made.id, "None"]

    app.query_params.clear()
    assert shown(app) == ["Mine", made.id, "None"]


def test_the_url_wins_over_the_session():
    first, second = store().create("First", Graph()), store().create("Second", Graph())
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["project"] = first.id
    assert shown(app)[0] == "First"
    app.query_params["project"] = second.id
    assert shown(app)[:2] == ["Second", second.id]


def test_a_tab_without_project_has_none_and_no_message():
    assert shown(AppTest.from_function(script, default_timeout=60)) == ["None", "None", "None"]


@pytest.mark.parametrize(
    "given", ["0" * 32, "../../etc/passwd", "'; DROP TABLE project", "x" * 10_000, "0" * 31 + "\n"]
)
def test_an_id_that_leads_nowhere_is_forgotten_and_said_once(given):
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["project"] = given
    name, url, message = shown(app)
    assert (name, url) == ("None", "None")
    assert message.startswith("This address leads to no project")
    assert shown(app) == ["None", "None", "None"]


def test_a_project_that_another_tab_deletes_is_said():
    made = store().create("Mine", Graph())
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["project"] = made.id
    shown(app)
    store().delete(made.id)
    assert shown(app)[2].startswith("This address leads to no project")


def test_a_project_of_another_version_is_told_in_words(monkeypatch):
    made = store().create("Mine", Graph())
    store()._states.graphs.clear()
    monkeypatch.setattr("runtime.store.states.unpacked", lambda blob: _another_version())
    app = AppTest.from_function(script, default_timeout=60)
    app.query_params["project"] = made.id
    assert "version: expected 1" in shown(app)[2]


def _another_version():
    from builder.graph import read_graph

    return read_graph('{"version": 9}')


def test_what_a_tab_keeps():
    def keeper():
        import streamlit as st

        from pages.parts import state

        state.keep("seen", [*state.kept("seen", []), state.visitor()])
        st.text(len(set(state.kept("seen"))))
        state.forget("other")

    app = AppTest.from_function(keeper, default_timeout=60)
    app.run()
    assert app.run().text[0].value == "1"
    assert len(app.session_state["layerloom.kept.seen"]) == 2


def who():
    import streamlit as st

    from pages.parts import state

    st.text(state.login())
    st.text(state.owner())
    st.text(state.visitor())


def test_without_a_login_everybody_is_a_guest_of_the_local_owner():
    login, owner, visitor = (text.value for text in AppTest.from_function(who, default_timeout=60).run().text)
    assert (login, owner) == ("", "local")
    assert visitor.startswith("Guest ")


def test_with_a_login_everything_bears_it(monkeypatch):
    monkeypatch.setattr("streamlit.user", {"is_logged_in": True, "email": "ada@example.org" + "x" * 200, "name": "Ada"})
    told = [text.value for text in AppTest.from_function(who, default_timeout=60).run().text]
    assert len(set(told)) == 1
    assert told[0].startswith("ada@example.org")
    assert len(told[0]) == 100
