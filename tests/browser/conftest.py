"""The real app, in a process of its own, and a real browser that looks at it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVIDENCE = ROOT / "test-evidence"
CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What Streamlit says of a server that is being started again, and of strangers that cannot be reached.
LOST = (
    r"WebSocket|server endpoint|server is not responding|disconnected from server|"
    r"ERR_CONNECTION_REFUSED|ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED"
)
STARTED_WITHIN = 120  # seconds
PATIENCE = 60_000  # milliseconds in which the page must show what is waited for


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class App:
    """The server: started, ended, and started again at the same address with the same home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = home / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)]
        environment = {**os.environ, "LAYERLOOM_HOME": str(self.home), "TF_CPP_MIN_LOG_LEVEL": "3"}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        deadline = time.monotonic() + STARTED_WITHIN
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The app did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End it as Ctrl+C does."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    """The running server."""
    server = App(tmp_path_factory.mktemp("home"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def app_url(app):
    """Where it answers."""
    return app.url


@pytest.fixture(scope="session")
def browser():
    """Debian's Chromium, else Playwright's own."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        executable = str(CHROMIUM) if CHROMIUM.exists() else None
        chromium = playwright.chromium.launch(executable_path=executable, args=QUIET)
        yield chromium
        chromium.close()


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
    tab.on("console", lambda message: faults.append(message.text) if _is_ours(message) else None)
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
