"""Blocks beside the canvas: the values of an instance, the parameters of an open block, and the blocks of the network."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from builder.call import Spec
from builder.edits import AddLayer, Configure, Edit, EditError, Expose, RemoveBlock, RenameBlock, Share, Unexpose
from builder.edits.room import STEP, WIDTH
from builder.graph import Node
from builder.layers.blocks import BlockInput, Instance
from builder.names import fresh_id
from builder.parameters import parameters, values_form
from pages.parts import state
from pages.parts.form import form
from pages.parts.inside import Place
from pages.parts.wire import Wire
from runtime.store import DatabaseError, Project, store


def edited(
    project: Project, edits: Sequence[Edit], conversation: Wire, selected: tuple[str, ...] | None = None
) -> Project:
    """The project after the edits; what does not fit is told on the canvas, and changes nothing.

    Args:
        selected: what was selected when they were entered; None: what is now.
    """
    try:
        return store().edit(project.id, edits, by=state.visitor())
    except EditError as error:
        conversation.say(str(error))
    except DatabaseError as error:
        conversation.unkept["form"] = str(error)
        conversation.entered[conversation.selected if selected is None else selected] = tuple(edits)
    return project


def once_more(project: Project, conversation: Wire) -> Project:
    """The project after what forms have entered before and could not keep; that of the open form asks again by itself."""
    conversation.unkept.pop("form", None)
    entered, conversation.entered = conversation.entered, {}
    for selected, edits in entered.items():
        if selected != conversation.selected:
            project = edited(project, edits, conversation, selected)
    return project


def first_line(error: ValueError) -> str:
    """What a person is told of an error: of pydantic's the first fault."""
    faults = getattr(error, "errors", None)
    return faults()[0]["msg"].removeprefix("Value error, ") if faults else str(error)


def instance_settings(project: Project, here: Place, node: Node, conversation: Wire) -> Project:
    """The form of an instance: what its block exposes, and how often it stands in a row."""
    assert isinstance(node.layer, Instance)
    block = here.graph.block(node.layer.block)
    if block is None:
        return project
    st.caption(f"Uses the block **{block.name}**. Double-click it on the canvas to see and change what is inside.")
    fields = values_form(block, here.graph.blocks)
    try:
        shown = fields.model_validate({**node.layer.values, "repeat": node.layer.repeat})
    except ValueError as error:
        st.error(first_line(error))
        shown = fields()
    after = form(shown, key=f"{project.id}.{here.block}.{node.id}")
    if after is None:
        return project
    own = fields()
    values = {name: value for name, value in after if name != "repeat" and value != getattr(own, name)}
    repeat = after.repeat  # type: ignore[attr-defined]  # every such form has it
    return edited(project, here.edits(Configure(id=node.id, values={"values": values, "repeat": repeat})), conversation)


def exposing(project: Project, here: Place, node: Node, conversation: Wire) -> None:
    """Inside a block: make a setting of the selected layer a parameter of the block."""
    block = project.graph.block(here.block or "")
    if block is None or isinstance(node.layer, BlockInput):
        return
    given = block.fields(node.id)
    for field, name in given.items():
        st.caption(f"`{field}` is the parameter **{name}** of the block.")
    free = [field for field in _plain_fields(here, node) if field not in given]
    if not free:
        return
    key = f"expose.{project.id}.{here.block}.{node.id}"
    with st.popover("Make a parameter", icon=":material/tune:", width="stretch"):
        st.caption(
            "Each instance of the block can then have its own value. The same name for two settings gives both one value."
        )
        field = st.selectbox("Setting", free, key=f"{key}.field")
        name = st.text_input("Name of the parameter", field, max_chars=64, key=f"{key}.name.{field}")
        st.button(
            "Make it a parameter", key=key, on_click=_expose, args=(project, here, node.id, field, name, conversation)
        )


def _expose(project: Project, here: Place, node_id: str, field: str, name: str, conversation: Wire) -> None:
    try:
        edit = Expose(node=node_id, field=field, name=name)
    except ValueError as error:
        conversation.say(first_line(error))
    else:
        edited(project, here.edits(edit), conversation)


def sharing(project: Project, here: Place, node: Node, conversation: Wire) -> Project:
    """Whether a node has a layer of its own, or uses that of another one of its type once more."""
    others = [
        other.id
        for other in here.graph.nodes
        if other.layer.type == node.layer.type and other.shares is None and other.id != node.id
    ]
    if not (node.layer.shareable and others):
        return project
    own = "its own"
    chosen = st.selectbox(
        "Layer and weights",
        [own, *others],
        index=others.index(node.shares) + 1 if node.shares in others else 0,
        key=f"share.{project.id}.{here.block}.{node.id}.{node.shares}",
        help="Choose another layer to use it once more here, with the same weights, as in a siamese network.",
    )
    of = None if chosen == own else chosen
    if of == node.shares:
        return project
    return edited(project, here.edits(Share(id=node.id, of=of)), conversation)


def _plain_fields(here: Place, node: Node) -> list[str]:
    if isinstance(node.layer, Instance):
        block = here.graph.block(node.layer.block)
        return ["repeat", *(parameters(block, here.graph.blocks) if block else ())]
    return [name for name, value in node.layer if name != "type" and not isinstance(value, Spec)]


def open_block(project: Project, here: Place, conversation: Wire) -> None:
    """What is to be said of the block that is open: its name, its inputs, its parameters."""
    block = project.graph.block(here.block or "")
    if block is None:
        return
    st.subheader(f"Block {block.name}", anchor=False)
    st.caption("What is changed here is changed in every instance of the block.")
    for name, parameter in parameters(block, here.graph.blocks).items():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{name}** = {parameter.value!r}", width="stretch")
            st.button(
                "",
                icon=":material/close:",
                type="tertiary",
                key=f"unexpose.{name}",
                help=f"No parameter {name} any more",
                on_click=edited,
                args=(project, here.edits(Unexpose(name=name)), conversation),
            )
    if not block.exposes:
        st.caption("It has no parameters yet: select a layer in it to make one of its settings a parameter.")
    name = fresh_id("BlockInput", (node.id for node in block.nodes))
    st.button(
        "Add an input",
        icon=":material/login:",
        help="One more tensor that comes into the block",
        on_click=edited,
        args=(project, here.edits(AddLayer(layer="BlockInput", id=name, x=WIDTH)), conversation),
    )


def block_list(project: Project, conversation: Wire) -> None:
    """The blocks of the network: one more instance, another name, away with one that nothing uses."""
    if project.graph.blocks:
        st.markdown("**Blocks of this network**")
    for block in project.graph.blocks:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(block.name, width="stretch")
            st.button(
                "Add",
                key=f"instance.{block.name}",
                help="Put one more instance on the canvas",
                on_click=edited,
                args=(project, [_instance(project, block.name)], conversation),
            )
            about = f"Rename or delete {block.name}"
            with st.popover("", key=f"menu.{block.name}", icon=":material/more_horiz:", type="tertiary", help=about):
                wanted = st.text_input("Name", block.name, max_chars=64, key=f"block.{project.id}.{block.name}")
                st.button(
                    "Rename",
                    key=f"reblock.{block.name}",
                    disabled=wanted == block.name,
                    on_click=_rename,
                    args=(project, block.name, wanted, conversation),
                )
                st.button(
                    "Delete",
                    key=f"unblock.{block.name}",
                    help="Only a block that nothing uses; Undo brings it back",
                    on_click=edited,
                    args=(project, [RemoveBlock(name=block.name)], conversation),
                )


def _instance(project: Project, block: str) -> AddLayer:
    name = fresh_id(block, (node.id for node in project.graph.nodes))
    low = max((node.y for node in project.graph.nodes), default=0.0)
    return AddLayer(layer="Block", id=name, values={"block": block}, y=low + STEP)


def _rename(project: Project, name: str, wanted: str, conversation: Wire) -> None:
    try:
        edit = RenameBlock(name=name, to=wanted)
    except ValueError as error:
        conversation.say(first_line(error))
    else:
        edited(project, [edit], conversation)
