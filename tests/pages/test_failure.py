"""A fault of the app on the screen."""

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest


def test_a_fault_is_words_and_a_number_that_the_log_knows(caplog):
    def page():
        from pages.parts import failure

        assert failure.show(RuntimeError("secret detail"))

    with caplog.at_level(logging.ERROR, "layerloom"):
        app = AppTest.from_function(page, default_timeout=60).run()
    (message,) = [error.value for error in app.error]
    number = re.search(r"[0-9a-f]{8}", message).group()
    assert "secret detail" not in message
    assert number in caplog.text
    assert "RuntimeError: secret detail" in caplog.text


def test_a_database_that_cannot_be_used_is_told_as_it_is():
    def page():
        from pages.parts import failure
        from runtime.store import DatabaseError

        assert failure.show(DatabaseError("Update Layerloom."))

    (message,) = AppTest.from_function(page, default_timeout=60).run().error
    assert message.value == "Update Layerloom."


def test_a_full_disk_is_told_with_what_to_do():
    def page():
        import errno

        from pages.parts import failure

        assert failure.show(OSError(errno.ENOSPC, "No space left on device"))

    (message,) = AppTest.from_function(page, default_timeout=60).run().error
    assert "Make room" in message.value


@pytest.mark.parametrize("name", ["EROFS", "EACCES", "EPERM"])
def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(name):
    def page(name):
        import errno
        import os

        from pages.parts import failure

        number = getattr(errno, name)
        assert failure.show(OSError(number, os.strerror(number)))

    (message,) = AppTest.from_function(page, args=(name,), default_timeout=60).run().error
    assert "may not write" in message.value
    assert "LAYERLOOM_HOME" in message.value


def test_keras_that_was_given_up_is_started_again_on_request(monkeypatch):
    from runtime.service import KerasService

    started = []
    monkeypatch.setattr(KerasService, "start", lambda self: started.append(self.state))
    monkeypatch.setattr(KerasService, "state", "failed")

    def page():
        from pages.parts.failure import keras_again
        from runtime.service import service

        keras_again(service())

    app = AppTest.from_function(page, default_timeout=60).run()
    before = len(started)
    app.button[0].click().run()
    assert len(started) > before
    monkeypatch.setattr(KerasService, "state", "ready")
    assert not app.run().button
