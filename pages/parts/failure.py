"""What a person sees when the app itself has a fault: words and a number, never a traceback."""

from __future__ import annotations

import errno
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from pages.parts.literal import literal
from runtime.service import KerasService
from runtime.store import DatabaseError

LOG = logging.getLogger("layerloom")
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
NOT_WRITABLE = (errno.EROFS, errno.EACCES, errno.EPERM)


def keras_again(service: KerasService) -> None:
    """A button where the Keras service has been given up after it could not be started several times."""
    if service.state == "failed":
        st.button(
            "Start Keras again",
            icon=":material/refresh:",
            help="Shapes, checks and model files need Keras. It was tried several times; the server's log tells why it failed.",
            on_click=service.start,
        )


@contextmanager
def told() -> Iterator[None]:
    """Say in its place that the disk or the database did not take something; the rest of the page is drawn all the same."""
    try:
        yield
    except (OSError, DatabaseError) as error:
        show(error)


def show(error: Exception) -> bool:
    """Say that something went wrong, under a number that finds the traceback in the server's log.

    Returns:
        True: Streamlit need not show the error itself.
    """
    if isinstance(error, DatabaseError):
        LOG.error("%s", error)
        st.error(str(error), icon=":material/database_off:")
        return True
    if isinstance(error, OSError) and error.errno in NO_ROOM:
        LOG.error("%s", error)
        st.error(
            "There is no room left on the server's disk, so this was not done. Make room, for example by deleting runs, and "
            "try again; what trains goes on as long as it can.",
            icon=":material/hard_drive:",
        )
        return True
    if isinstance(error, OSError) and error.errno in NOT_WRITABLE:
        LOG.error("%s", error)
        st.error(
            f"The server may not write where this is kept ({literal(error.strerror or '')}), so it was not done. Make the "
            "folder that LAYERLOOM_HOME names (else ~/.layerloom) and all in it writable for the server, and try again.",
            icon=":material/lock:",
        )
        return True
    number = uuid.uuid4().hex[:8]
    LOG.error("Fault %s", number, exc_info=error)
    st.error(
        f"**Something went wrong here; nothing of your project is lost.** Reload the page to go on. "
        f"If it happens again, report it with the number **{number}**, under which the server's log tells more.",
        icon=":material/report:",
    )
    return True
