"""What a browser tab remembers: the only user of `st.session_state`. The project itself lives in the store, its id in the URL."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NoReturn

import streamlit as st

from builder.graph import DocumentError
from runtime.store import LOCAL, MAX_LOGIN, Project, store

PROJECT, NOTICE, VISITOR, KEPT = "layerloom.project", "layerloom.notice", "layerloom.visitor", "layerloom.kept."
OPTIONS = "train.options"  # kept by the Train page; the device comes first
FOLLOWED = "layerloom.followed."
UNKNOWN = (
    "This address leads to no project: it was deleted, or the address is incomplete. "
    "Open one of your projects below, or begin a new one."
)


def project() -> Project | None:
    """The project that this tab works on, as it is now in the store; None when there is none (yet).

    Its id is taken from the URL, else from the session, because the navigation drops query parameters; it is written
    back to the URL. An id that leads nowhere is forgotten, and `notice` says so.
    """
    given = st.query_params.get("project") or st.session_state.get(PROJECT)
    if given is None:
        return None
    try:
        found = store().project(given) if re.fullmatch(r"[0-9a-f]{32}", given) else None
        message = UNKNOWN
    except DocumentError as error:
        found, message = None, f"This project cannot be opened. {error}"
    if found is None:
        close_project()
        say(message)
        return None
    open_project(found.id)
    return found


def open_project(project_id: str) -> None:
    """Make this the tab's project; its pages show it from the next run on."""
    if st.session_state.get(PROJECT) != project_id:
        st.session_state[PROJECT] = project_id
    if st.query_params.get("project") != project_id:
        st.query_params["project"] = project_id


def close_project() -> None:
    """Leave the project; it stays in the store."""
    st.session_state.pop(PROJECT, None)
    st.query_params.pop("project", None)


def go(page: str) -> NoReturn:
    """Leave for another page (`"build.py"`), with the project."""
    project_id = st.session_state.get(PROJECT)
    st.switch_page(page, query_params={"project": project_id} if project_id else None)


def say(message: str) -> None:
    """Leave a message that the next page shows once."""
    st.session_state[NOTICE] = message


def notice() -> str | None:
    """The message left for this page, taken away as it is read."""
    message: str | None = st.session_state.pop(NOTICE, None)
    return message


def login() -> str:
    """Who is logged in, where the app asks for a login; else empty."""
    known = st.user.get("email") or st.user.get("name") if st.user.get("is_logged_in") else None
    return str(known or "")[:MAX_LOGIN]


def owner() -> str:
    """Who owns what is made here."""
    return login() or LOCAL


def visitor() -> str:
    """By what name the history and the others on the canvas know this tab: the login, else that of a guest."""
    name: str = st.session_state.setdefault(VISITOR, f"Guest {secrets.token_hex(2).upper()}")
    return name if owner() == LOCAL else owner()


def device() -> str:
    """The device on which this tab would train: the one chosen on the Train page, else the processor."""
    chosen: tuple[str, ...] = kept(OPTIONS, ("",))
    return chosen[0] or "cpu"


def keep(key: str, value: Any) -> None:
    """Remember something for this tab."""
    st.session_state[KEPT + key] = value


def note(key: str, widget: str) -> None:
    """Remember what a widget says: for its `on_change`, which comes before anything is drawn."""
    keep(key, st.session_state[widget])


def kept(key: str, default: Any = None) -> Any:
    """What was remembered under this key."""
    return st.session_state.get(KEPT + key, default)


def forget(key: str) -> None:
    """Remember it no longer."""
    st.session_state.pop(KEPT + key, None)


@dataclass(frozen=True)
class Followed:
    """What is remembered of a widget that edits a value which others may change too.

    `version` makes its key: a widget under a new key begins anew. `first` is what it began with, `known` the value that
    it was last drawn for and what it made of it.
    """

    version: int = 0
    first: Any = None
    known: tuple[Any, ...] = ()


def follow(key: str, value: Any, shown: Any) -> tuple[str, Any]:
    """The key and the first value for the widget that edits `value`, which it shows as `shown`.

    The widget begins anew when somebody else has changed `value` (undo, another tab), or when it was away. What a person
    has just entered stays: a value that the widget itself gave (`followed`) is no news to it. It never is set through the
    session state, because a browser that misses that one message would send back a value that nobody entered.
    """
    before: Followed = st.session_state.get(FOLLOWED + key, Followed())
    now = before
    if before.known and (value not in before.known or _widget(key, before) not in st.session_state):
        now = Followed(before.version + 1)
    if not now.known:
        now = Followed(now.version, shown, (value,))
    st.session_state[FOLLOWED + key] = now
    return _widget(key, now), now.first


def followed(key: str, value: Any, result: Any) -> None:
    """Note what the widget made of `value`."""
    st.session_state[FOLLOWED + key] = replace(st.session_state[FOLLOWED + key], known=(value, result))


def says(key: str, value: Any, shown: Any, widget: Callable[[str, Any], Any]) -> Any:
    """What a widget says that is drawn under a key of its own with a first value: see `follow`."""
    result = widget(*follow(key, value, shown))
    followed(key, value, result)
    return result


def begin_anew(key: str) -> None:
    """Let the widget of this key and those below it (`key.…`) begin anew."""
    for name in [str(name) for name in st.session_state]:
        rest = name.removeprefix(FOLLOWED)
        if rest != name and (rest == key or rest.startswith(f"{key}.")):
            st.session_state[name] = Followed(st.session_state[name].version + 1)


def _widget(key: str, followed: Followed) -> str:
    return f"{key}#{followed.version}" if followed.version else key
