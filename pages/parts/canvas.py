"""The canvas: a component of our own without iframe, whose bundle a route of the app serves."""

from __future__ import annotations

import hashlib
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from pages.parts import exchange, state
from pages.parts.presence import PRESENCE
from pages.parts.routes import PREFIX
from pages.parts.sight import Sight
from pages.parts.wire import Wire
from runtime.store import Project, UnknownProjectError, store

DIST = Path(__file__).parents[2] / "assets" / "canvas" / "dist"
BUNDLE = f"{PREFIX}/canvas/bundle"
ENTRY = "canvas.js"


class Bundle(StaticFiles):
    """The built files. Their addresses hold their hash, so that a browser need not ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


ROUTES: list[BaseRoute] = [*exchange.ROUTES, Mount(BUNDLE, Bundle(directory=DIST, check_dir=False))]


def wire(project: Project) -> Wire:
    """The conversation of this tab's canvas about this project."""
    found: Wire | None = state.kept(f"canvas.{project.id}")
    if found is None:
        found = Wire(project.id, store(), state.visitor())
        state.keep(f"canvas.{project.id}", found)
    exchange.OPEN[found.epoch] = found
    return found


def canvas(conversation: Wire) -> Sight:
    """Draw the canvas of a project; what a person does there comes in at the next run, before anything is drawn.

    Returns:
        What the canvas shows.

    Raises:
        UnknownProjectError: the project has been deleted in the meantime.
    """
    key = f"canvas-{conversation.project}"
    conversation.device = state.device()
    PRESENCE.join(conversation.project, conversation.epoch, state.visitor())
    answered = exchange.answer(conversation)
    if answered is None:
        raise UnknownProjectError
    sight, message = answered
    hear = partial(_hear, key, conversation)
    _component()(
        key=key,
        data=message,
        default={"selection": [], "opened": list(sight.here.instances), "expanded": []},
        on_expanded_change=hear,
        on_outbox_change=hear,
        on_selection_change=hear,
        on_opened_change=hear,
    )
    return sight


def _hear(key: str, conversation: Wire) -> None:
    """Take what the canvas sent. Streamlit may stop a run at its next `st.`: so there is none after the first line."""
    sent: dict[str, Any] = dict(st.session_state.get(key, {}))  # empty when another page has been opened meanwhile
    conversation.choose(sent.get("selection"))
    conversation.open(sent.get("opened"))
    conversation.unroll(sent.get("expanded"))
    if sent.get("outbox") is not None:
        conversation.receive(sent["outbox"])


def loader(export: str) -> str:
    """The two lines that Streamlit sends with a component: they fetch the bundle, whose `export` draws it."""
    version = hashlib.sha256((DIST / ENTRY).read_bytes()).hexdigest()[:16]
    return (
        f'const canvas = import(new URL("{BUNDLE}/{ENTRY}?v={version}", document.baseURI).href);\n'
        f"export default async (component) => (await canvas).{export}(component);\n"
    )


@cache
def _component() -> Any:
    return st.components.v2.component("layerloom_canvas", js=loader("default"))
