"""A change in words."""

from __future__ import annotations

from collections.abc import Sequence

from builder.edits import (
    AddLayer,
    Configure,
    ConfigureAll,
    Connect,
    Disable,
    Disconnect,
    Edit,
    Expose,
    Fold,
    Insert,
    Load,
    Move,
    Paste,
    Remove,
    RemoveBlock,
    Rename,
    RenameBlock,
    Replace,
    Share,
    Unexpose,
    Unfold,
)


def words(edits: Sequence[Edit]) -> str:
    """What a person did, in words, for the history and the tooltip of undo: "Changed conv2d: filters"."""
    said = list(dict.fromkeys(_words(edit) + (f" in {edit.inside}" if edit.inside else "") for edit in edits))
    return "; ".join(said[:3]) + ("; ..." if len(said) > 3 else "")


def _words(edit: Edit) -> str:
    match edit:
        case AddLayer():
            return f"Added {edit.layer}"
        case Insert():
            return f"Put {edit.id} between {edit.edge.source} and {edit.edge.target}"
        case Move():
            return f"Moved {_layers(len(edit.places))}"
        case Connect():
            return f"Connected {edit.edge.source} to {edit.edge.target}"
        case Disconnect():
            return "Disconnected " + ("an edge" if len(edit.edges) == 1 else f"{len(edit.edges)} edges")
        case Configure():
            return f"Changed {edit.id}: {', '.join(name for name in edit.values if name != 'type')}"[:200]
        case ConfigureAll():
            return f"Changed {_layers(len(edit.ids))}: {', '.join(name for name in edit.values if name != 'type')}"[
                :200
            ]
        case Replace():
            return f"Put {edit.layer} in the place of {edit.id}"
        case Disable():
            which = ", ".join(edit.ids) if 0 < len(edit.ids) <= 3 else _layers(len(edit.ids))
            return f"Switched {'off' if edit.disabled else 'on'} {which}"
        case Rename():
            return f"Renamed {edit.id} to {edit.to}"
        case Remove():
            return "Removed " + (", ".join(edit.ids) if 0 < len(edit.ids) <= 3 else _layers(len(edit.ids)))
        case Paste():
            return f"Pasted {_layers(len(edit.nodes))}"
        case Share():
            return f"Let {edit.id} use the layer of {edit.of}" if edit.of else f"Gave {edit.id} a layer of its own"
        case Fold():
            return f"Folded {_layers(len(edit.ids))} into {edit.name}"
        case Unfold():
            return f"Unfolded {edit.id}"
        case Expose():
            return f"Made {edit.field} of {edit.node} the parameter {edit.name}"
        case Unexpose():
            return f"Took away the parameter {edit.name}"
        case RenameBlock():
            return f"Renamed the block {edit.name} to {edit.to}"
        case RemoveBlock():
            return f"Removed the block {edit.name}"
        case Load():
            return f"Opened a network of {_layers(len(edit.graph.nodes))}"


def _layers(count: int) -> str:
    return "a layer" if count == 1 else f"{count} layers"
