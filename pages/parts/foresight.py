"""What a setting would do while it is still being typed: nothing is changed by it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from builder.edits import Configure, Edit, EditError, Rename, apply
from builder.graph import DocumentError, Graph, Node
from builder.layers.blocks import Instance
from builder.parameters import values_form
from builder.program import Facts
from builder.validate import problems
from pages.parts.effects import effect_text
from pages.parts.fields import fields
from pages.parts.inside import Place, place
from pages.parts.kinds import Number, Row, Text, in_words, read
from pages.parts.routes import PREFIX
from runtime.service import service
from runtime.store import store

ADDRESS = f"{PREFIX}/canvas/foresight"
PATIENCE = 0.6  # seconds that Keras may take
NAME = "Name"  # the label of the field that holds the layer's name


class Typed(BaseModel):
    """What stands in a field of the form just now: its label, and its text."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    project: str = Field(pattern=r"^[0-9a-f]{32}$")
    node: str = Field(max_length=4_000)  # its way from the top: `stage/unit/conv`
    label: str = Field(max_length=100)
    text: str = Field(max_length=1_000)


class Foreseen(BaseModel):
    """What is to be said beside the field; `wrong` where the value cannot be."""

    text: str = ""
    wrong: bool = False


def foresight(request: Request) -> Response:
    """`/canvas/foresight?project=ID&node=PATH&label=LABEL&text=TEXT`: what the value would do, or why it cannot be."""
    try:
        typed = Typed.model_validate(dict(request.query_params))
        project = store().project(typed.project)
    except (ValidationError, DocumentError):
        project = None
    if project is None:
        return JSONResponse({"message": "There is no such project."}, 404)
    *instances, name = typed.node.split("/")
    here = place(project.graph, instances)
    node = here.graph.find(name) if len(here.path) == len(instances) else None
    foreseen = foresee(project.graph, here, node, typed.label, typed.text) if node else Foreseen()
    return JSONResponse(foreseen.model_dump(), headers={"Cache-Control": "no-store"})


ROUTE = Route(ADDRESS, foresight)


def foresee(network: Graph, here: Place, node: Node, label: str, text: str) -> Foreseen:
    """What a text in a field of a layer's form would do.

    Args:
        network: the whole network.
        here: where the layer lies.
        node: the layer.
        label: of the field: `Kernel size`, and `Kernel size 2` for its second entry.
        text: what stands in it.
    """
    try:
        edit = _edit(here, node, label, text)
        if edit is None:
            return Foreseen()
        [inside] = here.edits(edit)
        changed = apply(network, inside)
    except ValidationError as error:
        return Foreseen(text=in_words(error.errors(include_url=False)[0]["msg"]), wrong=True)
    except EditError as error:
        return Foreseen(text=str(error), wrong=True)
    except ValueError as error:
        return Foreseen(text=in_words(str(error)), wrong=True)
    if isinstance(edit, Rename):
        return Foreseen()
    before, now = (service().shapes(one, PATIENCE, here.instances) for one in (network, changed))
    if before is None or now is None:
        return Foreseen()
    return _told(here, place(changed, here.instances), node.id, before, now)


def _told(here: Place, there: Place, name: str, before: dict[str, Facts], now: dict[str, Facts]) -> Foreseen:
    faults = {one: _errors(at, facts) for one, at, facts in (("before", here, before), ("now", there, now))}
    own = faults["now"].get(name)
    if own and name not in faults["before"]:
        return Foreseen(text=f"It would not fit. {own}", wrong=True)
    said = [effect_text(before.get(name), now[name])] if name in now and not now[name].error else []
    broken = [one for one in faults["now"] if one is not None and one not in faults["before"]]
    mended = [one for one in faults["before"] if one is not None and one not in faults["now"]]
    said += [f"Then {', '.join(broken[:3])} would not fit any more."] if broken else []
    said += [f"Then {', '.join(mended[:3])} would fit."] if mended else []
    return Foreseen(text=" ".join(said).replace("**", ""), wrong=bool(broken))


def _errors(here: Place, facts: dict[str, Facts]) -> dict[str | None, str]:
    found = problems(here.graph, facts=facts, inside=bool(here.path))
    return {problem.node: problem.message for problem in found if problem.severity == "error"}


def _edit(here: Place, node: Node, label: str, text: str) -> Edit | None:
    """The edit that this text stands for; None for a field that is not known, or a value that has not changed.

    Raises:
        ValueError: the text is no value of the field.
    """
    if label == NAME:
        return Rename(id=node.id, to=text) if text != node.id else None
    model: BaseModel = node.layer
    if isinstance(node.layer, Instance):
        block = here.graph.block(node.layer.block)
        if block is None:
            return None
        model = values_form(block, here.graph.blocks)(**{**node.layer.values, "repeat": node.layer.repeat})
    found = _value(model, label, text)
    if found is None:
        return None
    name, value = found
    checked = type(model).model_validate(
        {**{one: getattr(model, one) for one in type(model).model_fields}, name: value}
    )
    if getattr(checked, name) == getattr(model, name):
        return None
    if not isinstance(node.layer, Instance) or name == "repeat":
        return Configure(id=node.id, values={name: getattr(checked, name)})
    return Configure(id=node.id, values={"values": {**node.layer.values, name: getattr(checked, name)}})


def _value(model: BaseModel, label: str, text: str) -> tuple[str, Any] | None:
    """The field with this label, and the value that its text stands for."""
    for field in fields(type(model)):
        match field.kind:
            case Number() as kind if label == field.label:
                return field.name, _number(kind, text)
            case Text() as kind if label == field.label:
                return field.name, read(kind, text)
            case Row(parts) if entry := re.fullmatch(rf"{re.escape(field.label)}(?: (\d))?", label):
                at = int(entry[1] or 1) - 1
                now = getattr(model, field.name)
                if at >= len(parts) or not isinstance(parts[at], Number) or not isinstance(now, tuple):
                    return None
                return field.name, (*now[:at], _number(parts[at], text), *now[at + 1 :])
    return None


def _number(kind: Number | Any, text: str) -> float | int | None:
    if not text.strip():
        if kind.optional:
            return None
        raise ValueError("A number is needed here.")
    try:
        return int(text) if kind.integer else float(text)
    except ValueError:
        expected = "A whole number" if kind.integer else "A number"
        raise ValueError(f"{expected} is needed here; got {text[:20]!r}.") from None
