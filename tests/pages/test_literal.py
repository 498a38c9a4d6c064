"""Names are shown as they are."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from pages.parts.literal import literal

MARKDOWN = MarkdownIt("js-default")


@pytest.mark.parametrize(
    "name",
    [
        "my_net_v2 and __init__",
        "LeNet *final*",
        "![](https://example.org/seen.png)",
        "[a](https://example.org)",
        "<b>bold</b> &lt;",
        "5$ and 6$",
        "`code`",
        "1. first",
        "# head",
        "a \\ b",
        "https://example.org",
    ],
)
def test_a_name_is_shown_letter_by_letter(name: str) -> None:
    html = MARKDOWN.render(literal(name))
    assert re.fullmatch(r"<p>[^<]*</p>\n", html)


@given(
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=60).filter(
        str.strip
    )
)
def test_nothing_is_left_that_markdown_knows(name: str) -> None:
    name = name.strip()
    (_, inline, _) = MARKDOWN.parse(literal(name))
    assert "".join(child.content for child in inline.children or ()) == name
    assert {child.type for child in inline.children or ()} <= {"text", "text_special"}


def test_lines_stay_lines() -> None:
    assert "<br>\n" in MARKDOWN.render(literal("one\ntwo"))
