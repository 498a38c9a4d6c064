"""Hundreds of gestures drawn at random: the canvas and Python end with the same document, and the browser forgets what is gone.

The gate makes a few of them; `make soak` makes 500. LAYERLOOM_SOAK says how many, LAYERLOOM_SOAK_SEED which.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.test_canvas import CHAIN
from tests.browser.test_gestures import (  # noqa: F401 (pytest takes the fixtures from here)
    BRANCHES,
    Stage,
    in_store,
    on_canvas,
    page_of_all,
    projects,
    stage,
)

pytestmark = pytest.mark.browser

GESTURES = int(os.environ.get("LAYERLOOM_SOAK", "16"))
SEED = int(os.environ.get("LAYERLOOM_SOAK_SEED", "4"))
MOST_LAYERS = 25
GROWTH = 0.25  # of the memory in use, which may come from the engine itself
WARMING = 12e6  # bytes that the engine takes for what it compiles in the first gestures
EDITING = ["Control+d", "Control+z", "Control+z", "Control+Shift+z", "Control+c", "Control+v", "Control+x", "Delete"]
LAYERS = ["Control+g", "Control+Shift+g", "e", "l", "ArrowRight", "ArrowDown", "Control+Enter", "Control+ArrowUp"]
SELECTING = ["u", "d", "w", "s", "Control+a", "Escape", "f", "Shift+F10", "?", "Control+f"]
KEYS = [*EDITING, *LAYERS, *SELECTING]


def test_the_two_sides_agree_and_memory_stays_flat(stage: Stage) -> None:  # noqa: F811
    chance = random.Random(SEED)
    perform(stage, chance, GESTURES // 2)
    before = memory(stage)
    perform(stage, chance, GESTURES - GESTURES // 2)
    assert memory(stage) < before * (1 + GROWTH) + WARMING


def perform(stage: Stage, chance: random.Random, count: int) -> None:  # noqa: F811
    """So many gestures, one after the other; now and then both sides are compared."""
    stage.show(*BRANCHES)
    for number in range(count):
        gesture = chance.choice((key, key, key, append, click, drag, connect, replace))
        gesture(stage, chance)
        if stage.page.locator(".layer").count() > MOST_LAYERS:
            home(stage)
            stage.press("Control+a", "Delete")
            stage.show(*CHAIN)
        if number % 50 == 49:
            agree(stage)
    agree(stage)


def agree(stage: Stage) -> None:  # noqa: F811
    home(stage)
    stored = in_store(stage)  # first: it waits until Python has everything, and the canvas has heard so
    assert on_canvas(stage) == stored


def home(stage: Stage) -> None:  # noqa: F811
    """Close what is open, and go out of every block."""
    stage.press("Escape", "Escape")
    while stage.page.get_by_role("navigation", name="Open block").count():
        stage.page.get_by_role("button", name="Network", exact=True).click()
        expect(stage.page.get_by_role("navigation", name="Open block")).to_have_count(0)


def memory(stage: Stage) -> int:  # noqa: F811
    """Bytes that the page uses once what is gone has been collected, with the same network as always."""
    stage.show(*BRANCHES)
    assert stage.edges
    session = stage.page.context.new_cdp_session(stage.page)
    for _ in range(3):
        session.send("HeapProfiler.collectGarbage")
    used: int = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used


def key(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    pressed = chance.choice(KEYS)
    stage.press(pressed)
    if pressed in ("Shift+F10", "?", "Control+f"):
        stage.press("Escape")


def append(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    layer = chance.choice(["Dense", "Conv2D", "Flatten", "Dropout", "Add", "LSTM", "MultiHeadAttention", "Input"])
    stage.press("a")
    stage.page.keyboard.type(layer)
    stage.press("Enter", "Escape")


def replace(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    click(stage, chance)
    stage.press("t")
    stage.page.keyboard.type(chance.choice(["dense", "conv1d", "average", "attention"]))
    stage.press("Enter", "Escape")


def click(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    with_one(stage, chance, ".layer", lambda x, y: stage.page.mouse.click(x, y))


def drag(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    way = chance.randint(-150, 150), chance.randint(-100, 100)
    with_one(stage, chance, ".layer", lambda x, y: stage.drag((x, y), (x + way[0], y + way[1])))


def connect(stage: Stage, chance: random.Random) -> None:  # noqa: F811
    def draw(x: float, y: float) -> None:
        with_one(stage, chance, ".react-flow__handle.target", lambda to_x, to_y: stage.drag((x, y), (to_x, to_y)))

    with_one(stage, chance, ".react-flow__handle.source", draw)
    stage.press("Escape")


def with_one(stage: Stage, chance: random.Random, what: str, act: Callable[[float, float], None]) -> None:  # noqa: F811
    """Do something at the middle of one of these, if there is one in view."""
    box = stage.page.locator(".network").bounding_box()
    assert box
    places = stage.page.locator(what).evaluate_all("all => all.map(one => one.getBoundingClientRect().toJSON())")
    points = [(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2) for place in places]
    inside = [
        (x, y)
        for x, y in points
        if box["x"] + 160 < x < box["x"] + box["width"] - 220 and box["y"] + 60 < y < box["y"] + box["height"] - 160
    ]
    if inside:
        act(*chance.choice(inside))
