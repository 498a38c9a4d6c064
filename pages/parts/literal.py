"""Texts that people gave, in pages that are written in Markdown."""

from __future__ import annotations

import re

_ANYWHERE = re.compile(r"[\\`*_\[\]<>$~&|]|:(?=\S)|@")
_AT_THE_START = re.compile(r"^(\d*)([.)](?=\s|$)|[#+=-])", re.MULTILINE)


def literal(text: str) -> str:
    """What a person or a file says, as Markdown that shows it as it is: no emphasis, no formula, no picture fetched from elsewhere."""
    return _AT_THE_START.sub(r"\1\\\2", _ANYWHERE.sub(r"\\\g<0>", text)).replace("\n", "  \n")
