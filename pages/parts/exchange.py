"""What Python and the canvas exchange by routes of their own, beside Streamlit; the other side is assets/canvas/src/exchange.ts."""

from __future__ import annotations

import re
from typing import Any
from weakref import WeakValueDictionary

from pydantic import ValidationError
from pydantic_core import from_json, to_json
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from builder.graph import DocumentError
from pages.parts.foresight import ADDRESS as FORESEEN
from pages.parts.foresight import ROUTE as FORESIGHT
from pages.parts.inside import place
from pages.parts.presence import PRESENCE, Doing
from pages.parts.routes import PREFIX
from pages.parts.runs import LIVE
from pages.parts.sight import Sight, insides, look, shapes_state
from pages.parts.totals import totals
from pages.parts.views import example, library, offered, view
from pages.parts.wire import Wire
from runtime.run import runs
from runtime.service import service
from runtime.statistics import read
from runtime.store import Project, store

STEPS, PULSE, STATISTICS = (f"{PREFIX}/canvas/{name}" for name in ("steps", "pulse", "statistics"))
LARGEST = 8_000_000  # bytes of a message from the canvas
FRESH = {"Cache-Control": "no-store"}
# The conversations of the tabs that are open, by epoch: nobody else can guess it. Each lives as long as its tab's session.
OPEN: WeakValueDictionary[str, Wire] = WeakValueDictionary()


def answer(conversation: Wire) -> tuple[Sight, dict[str, Any]] | None:
    """What is to be seen now, and the message that leads the canvas there; None where the project is gone.

    Raises:
        DocumentError: the project's document cannot be read.
    """
    with conversation.lock:  # or an older look could be told after a newer one
        project = store().project(conversation.project)
        if project is None:
            return None
        sight = look(project, conversation.opened)
        return sight, _message(sight, conversation)


def _message(sight: Sight, conversation: Wire) -> dict[str, Any]:
    project, here = sight.project, sight.here
    within, complete = insides(project, here, conversation.unrolled)
    state = shapes_state(sight.facts_here if complete else None)
    words = service().message or ("Shapes are coming." if state == "coming" else "")
    tab = f"project={project.id}&tab={conversation.epoch}"
    return conversation.tell(
        view(here.graph, sight.facts_here, sight.problems_here),
        library(project.graph.blocks),
        within,
        palette=offered(),
        status={"state": state, "message": words},
        totals=totals(project, sight.facts, sight.task, conversation.device),
        path=[{"node": node, "block": block} for node, block in here.path],
        blocks=[block.name for block in project.graph.blocks],
        undo=project.undoable,
        redo=project.redoable,
        revision=project.revision,
        steps=f"{STEPS}?{tab}",
        pulse=f"{PULSE}?{tab}&inside={'/'.join(here.instances)}",
        statistics=f"{STATISTICS}?project={project.id}",
        foresight=f"{FORESEEN}?project={project.id}",
        example=example(sight.task),
    )


async def steps(request: Request) -> Response:
    """`POST /canvas/steps?tab=EPOCH`: take what the canvas sends, and answer with the message that follows from it.

    To a tab that is unknown here, as after the server has been started again, nothing (204): it then asks by the page.
    A run of the page would say the same, in three times the time.
    """
    conversation = OPEN.get(request.query_params.get("tab", ""))
    if conversation is None:
        return Response(status_code=204)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST:
            return JSONResponse({"message": f"A message holds at most {LARGEST:,} bytes."}, 413)
    return await run_in_threadpool(_taken, conversation, bytes(body))


def _taken(conversation: Wire, body: bytes) -> Response:
    try:
        sent = from_json(body)
    except ValueError as error:
        return JSONResponse({"message": f"This is no JSON: {error}"}, 400)
    conversation.receive(sent)
    try:
        answered = answer(conversation)
    except DocumentError as error:
        return JSONResponse({"message": str(error)}, 404)
    if answered is None:
        return JSONResponse({"message": "There is no such project."}, 404)
    return Response(to_json(answered[1]), media_type="application/json", headers=FRESH)


def pulse(request: Request) -> Response:
    """`/canvas/pulse?project=ID&inside=PATH&state=STATE`: the newest revision, and whether there is more to hear of, as shapes.

    With `tab`, `x`, `y` and `keys` a canvas says what its person does, and hears who else is there.
    """
    project = _project(request)
    if project is None:
        return JSONResponse({"message": "There is no such project."}, 404)
    here = place(project.graph, request.query_params.get("inside", "").split("/"))
    facts = service().shapes(project.graph, inside=here.instances)
    news = request.query_params.get("state") != shapes_state(facts)
    conversation = OPEN.get(request.query_params.get("tab", ""))
    news = news or bool(conversation and conversation.unkept)  # so that the page tries again
    told = {"revision": project.revision, "news": news, "others": _others(request, project.id)}
    return JSONResponse(told, headers=FRESH)


def _project(request: Request) -> Project | None:
    project_id = request.query_params.get("project", "")
    try:
        return store().project(project_id) if re.fullmatch(r"[0-9a-f]{32}", project_id) else None
    except DocumentError:
        return None


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
    return JSONResponse(told | statistics.model_dump(mode="json", exclude_none=True), headers=FRESH)


ROUTES = [
    Route(STEPS, steps, methods=["POST"]),
    Route(PULSE, pulse),
    Route(STATISTICS, layer_statistics),
    FORESIGHT,
]
