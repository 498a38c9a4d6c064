"""What a person does to a network: the Edit union, and the reducer `apply(graph, edit) -> graph`."""

from builder.edits.apply import EditError, apply, reason
from builder.edits.union import (
    EDIT,
    AddLayer,
    Configure,
    Connect,
    Disconnect,
    Edit,
    Insert,
    Load,
    Move,
    Paste,
    Place,
    Remove,
    Rename,
    Values,
)

__all__ = [
    "EDIT",
    "AddLayer",
    "Configure",
    "Connect",
    "Disconnect",
    "Edit",
    "EditError",
    "Insert",
    "Load",
    "Move",
    "Paste",
    "Place",
    "Remove",
    "Rename",
    "Values",
    "apply",
    "reason",
]
