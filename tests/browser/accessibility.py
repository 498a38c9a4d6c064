"""What axe-core finds on a page that keeps somebody out."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser.server import ROOT

AXE = ROOT / "assets" / "canvas" / "node_modules" / "axe-core" / "axe.min.js"
# Streamlit fades what is being drawn anew; faded text has too little contrast for a moment. A run that begins and ends
# while axe reads leaves the page as it was, so the beginning of a fade is listened for.
# Left out: the numbers beside the lines of code, which Streamlit paints in a colour of its own that no theme reaches.
STILL = """() => document.querySelector("[data-testid=stApp]").dataset.testScriptState === "notRunning"
    && [...document.querySelectorAll("[data-testid=stElementContainer]")].every((one) => getComputedStyle(one).opacity === "1")
    && document.getAnimations().every(({ playState, effect }) => playState !== "running" || effect.getTiming().iterations === Infinity)"""
FIND = """async (still) => {
    let moved = !still();
    const move = () => { moved = true; };
    document.addEventListener("transitionstart", move);
    const { violations } = await axe.run({ exclude: [".linenumber"] }, { resultTypes: ["violations"] });
    document.removeEventListener("transitionstart", move);
    return moved || !still() ? null : violations.filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""


def barriers(page: Page) -> list[str]:
    """The serious and critical findings of axe-core on all that is shown, shadow roots included, while it stands still."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    while True:
        page.wait_for_function(STILL)
        found: Any = page.evaluate(f"() => ({FIND})({STILL})")
        if found is not None:
            return list(found)
