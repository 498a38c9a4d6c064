"""Pages run in the tests as they do in the app: in a process without Keras, as far as Streamlit can see."""

from __future__ import annotations

import pytest
from streamlit.runtime.scriptrunner import script_runner


@pytest.fixture(autouse=True, scope="session")
def without_keras():
    """Where Keras is imported, which it is by other tests, Streamlit clears its session after every run of a page: 0.7 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield
