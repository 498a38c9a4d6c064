"""The real app, in a process of its own, and a real browser that looks at it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.browser.server import ROOT, Server, chromium

EVIDENCE = ROOT / "test-evidence"
# What Streamlit says of a server that is being started again, and of strangers that cannot be reached.
LOST = (
    r"WebSocket|server endpoint|server is not responding|disconnected from server|"
    r"ERR_CONNECTION_REFUSED|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED"
)
PATIENCE = 60_000  # milliseconds in which the page must show what is waited for


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The running server."""
    with Server(tmp_path_factory.mktemp("home")) as server:
        yield server


@pytest.fixture(scope="session")
def app_url(app):
    """Where it answers."""
    return app.url


@pytest.fixture(scope="session")
def browser():
    """One Chromium for all tests."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        opened = chromium(playwright)
        yield opened
        opened.close()


@pytest.fixture
def context(browser):
    """A browser window of its own: its tabs share cookies with nobody."""
    window = browser.new_context(viewport={"width": 1440, "height": 900}, accept_downloads=True)
    window.set_default_timeout(PATIENCE)
    yield window
    window.close()


@pytest.fixture
def page(context, request):
    """A tab. An error in the page fails the test; when a test fails, a screenshot stays in test-evidence/."""
    tab = context.new_page()
    faults: list[str] = []
    tab.on("pageerror", lambda error: faults.append(str(error)))
    tab.on(
        "console",
        lambda message: faults.append(f"{message.text} {message.location.get('url')}") if _is_ours(message) else None,
    )
    yield tab
    failed = getattr(request.node, "rep_call", None) is None or request.node.rep_call.failed or faults
    if failed:
        EVIDENCE.mkdir(exist_ok=True)
        name = re.sub(r"\W+", "-", request.node.nodeid).strip("-")
        tab.screenshot(path=EVIDENCE / f"{name}.png")
    assert not faults, f"Errors in the page: {faults}"


def _is_ours(message) -> bool:
    """Whether a message of the console is an error of the app: Streamlit asks strangers, and itself at two addresses."""
    address = message.location.get("url", "")
    elsewhere = not address.startswith("http://127.0.0.1") or "/_stcore/" in address
    lost = re.search(LOST, message.text)
    return message.type == "error" and not (elsewhere and "Failed to load resource" in message.text) and not lost


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """Let fixtures know how their test ended."""
    outcome = yield
    report = outcome.get_result()
    setattr(item, f"rep_{report.when}", report)


def settled(tab) -> None:
    """Wait until the page has been drawn and no script runs."""
    tab.wait_for_selector("[data-testid=stMainBlockContainer]")
    tab.wait_for_function(
        "() => { const app = document.querySelector('[data-testid=stApp]');"
        " return app && app.dataset.testScriptState === 'notRunning'"
        " && app.dataset.testConnectionState === 'CONNECTED'; }"
    )


@pytest.fixture(name="settled")
def _settled():
    """`settled(page)` waits until nothing runs any more."""
    return settled
