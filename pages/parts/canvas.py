"""The canvas: a component of our own without iframe, whose bundle a route of the app serves, and the route that tells of news."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

import streamlit as st
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from builder.graph import DocumentError
from builder.problem import Problem
from builder.program import Facts
from builder.validate import problems
from pages.parts import state
from pages.parts.foresight import ADDRESS as FORESEEN
from pages.parts.foresight import ROUTE as FORESIGHT
from pages.parts.inside import Place, place, valued
from pages.parts.presence import PRESENCE, Doing
from pages.parts.routes import PREFIX
from pages.parts.runs import LIVE
from pages.parts.totals import Totals
from pages.parts.views import example, library, offered, view
from pages.parts.wire import Insides, Wire
from runtime.run import runs
from runtime.service import service
from runtime.statistics import read
from runtime.store import Project, store

DIST = Path(__file__).parents[2] / "assets" / "canvas" / "dist"
BUNDLE, PULSE, STATISTICS = (f"{PREFIX}/canvas/{name}" for name in ("bundle", "pulse", "statistics"))
ENTRY = "canvas.js"
PATIENCE = 0.25  # seconds that an edit waits for its shapes; later ones are picked up


class Bundle(StaticFiles):
    """The built files. Their addresses hold their hash, so that a browser need not ask again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, to be kept."""
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def pulse(request: Request) -> Response:
    """`/canvas/pulse?project=ID&inside=PATH&state=STATE`: the newest revision, and whether the state of the shapes has changed.

    With `tab`, `x`, `y` and `keys` a canvas says what its person does, and hears who else is there.
    """
    project_id = request.query_params.get("project", "")
    try:
        project = store().project(project_id) if re.fullmatch(r"[0-9a-f]{32}", project_id) else None
    except DocumentError:
        project = None
    if project is None:
        return JSONResponse({"message": "There is no such project."}, 404)
    here = place(project.graph, request.query_params.get("inside", "").split("/"))
    facts = service().shapes(project.graph, inside=here.instances)
    news = request.query_params.get("state") != shapes_state(facts)
    told = {"revision": project.revision, "news": news, "others": _others(request, project_id)}
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _others(request: Request, project_id: str) -> list[dict[str, Any]]:
    try:
        doing = Doing.model_validate(dict(request.query_params))
    except ValidationError:
        doing = Doing()
    return PRESENCE.tell(project_id, request.query_params.get("tab", ""), doing)


def layer_statistics(request: Request) -> Response:
    """`/canvas/statistics?project=ID`: how the layers of its newest run are doing; nothing (204) where none was measured."""
    project_id = request.query_params.get("project", "")
    found = runs(project_id) if re.fullmatch(r"[0-9a-f]{32}", project_id) else []
    measured = ((run, statistics) for run in found if (statistics := read(run)))
    run, statistics = next(measured, (None, None))
    if run is None or statistics is None:
        return Response(status_code=204)
    told = {"run": run.id, "name": run.name, "live": run.status() in LIVE}
    return JSONResponse(
        told | statistics.model_dump(mode="json", exclude_none=True), headers={"Cache-Control": "no-store"}
    )


ROUTES: list[BaseRoute] = [
    Route(PULSE, pulse),
    Route(STATISTICS, layer_statistics),
    FORESIGHT,
    Mount(BUNDLE, Bundle(directory=DIST, check_dir=False)),
]


def wire(project: Project) -> Wire:
    """The conversation of this tab's canvas about this project."""
    found: Wire | None = state.kept(f"canvas.{project.id}")
    if found is None:
        found = Wire(project.id, store(), state.visitor())
        state.keep(f"canvas.{project.id}", found)
    return found


def facts_of(project: Project, inside: tuple[str, ...] = ()) -> dict[str, Facts] | None:
    """What Keras says about the project's layers; None while it is not there yet. Waits no longer than PATIENCE."""
    return service().shapes(project.graph, wait=PATIENCE if service().state == "ready" else 0, inside=inside)


def insides(project: Project, here: Place, unrolled: Iterable[tuple[str, ...]]) -> tuple[Insides, bool]:
    """What is seen inside of blocks by the path that leads there, and whether all shapes are there already.

    Args:
        here: where the canvas is open; all that lies around it is told too, so that the outline is whole.
        unrolled: the instances that are shown from inside.
    """
    around = [here.instances[:depth] for depth in range(len(here.path))]
    patience = time.monotonic() + PATIENCE
    found: Insides = {}
    complete = True
    for path in dict.fromkeys([*around, *unrolled]):
        there = place(project.graph, path)
        if there.instances != path:
            continue
        left = max(0.0, patience - time.monotonic()) if service().state == "ready" else 0
        facts = service().shapes(project.graph, wait=left, inside=path)
        complete = complete and facts is not None
        faults = problems(there.graph, facts=facts, inside=bool(path))
        nodes = view(valued(project.graph, path), facts, faults)
        found["/".join(path)] = list(nodes.values())
    return found, complete


def shapes_state(facts: dict[str, Facts] | None) -> str:
    """`ready`, or why shapes are not there: `coming`, `restarting`, `failed`."""
    if service().state in ("restarting", "failed"):
        return service().state
    return "coming" if facts is None else "ready"


def canvas(
    project: Project, here: Place, facts: dict[str, Facts] | None, totals: Totals, found: Iterable[Problem]
) -> None:
    """Draw the canvas of a project, open `here`; what a person does there comes in at the next run, before anything is drawn.

    Args:
        project: what is worked on.
        here: the network, or the inside of one of its blocks.
        facts: what Keras says about the nodes that are shown.
        totals: what the whole network comes to.
        found: what does not fit among the nodes that are shown.
    """
    key = f"canvas-{project.id}"
    conversation = wire(project)
    PRESENCE.join(project.id, conversation.epoch, state.visitor())
    within, complete = insides(project, here, conversation.unrolled)
    waiting = shapes_state(facts if complete else None)
    words = service().message or ("Shapes are coming." if waiting == "coming" else "")
    data = conversation.tell(
        view(here.graph, facts, found),
        library(project.graph.blocks),
        within,
        palette=offered(),
        status={"state": waiting, "message": words},
        totals=totals,
        path=[{"node": node, "block": block} for node, block in here.path],
        blocks=[block.name for block in project.graph.blocks],
        undo=project.undoable,
        redo=project.redoable,
        revision=project.revision,
        pulse=f"{PULSE}?project={project.id}&inside={'/'.join(here.instances)}&tab={conversation.epoch}",
        statistics=f"{STATISTICS}?project={project.id}",
        foresight=f"{FORESEEN}?project={project.id}",
        example=example(project),
    )
    hear = partial(_hear, key, conversation)
    _component()(
        key=key,
        data=data,
        default={"selection": [], "opened": list(here.instances), "expanded": []},
        on_expanded_change=hear,
        on_outbox_change=hear,
        on_selection_change=hear,
        on_opened_change=hear,
    )


def _hear(key: str, conversation: Wire) -> None:
    """Take what the canvas sent. Streamlit may stop a run at its next `st.`: so there is none after the first line."""
    sent: dict[str, Any] = dict(st.session_state[key])
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
