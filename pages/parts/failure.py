"""What a person sees when the app itself has a fault: words and a number, never a traceback."""

from __future__ import annotations

import logging
import uuid

import streamlit as st

from runtime.store import DatabaseError

LOG = logging.getLogger("layerloom")


def show(error: Exception) -> bool:
    """Say that something went wrong, under a number that finds the traceback in the server's log.

    Returns:
        True: Streamlit need not show the error itself.
    """
    if isinstance(error, DatabaseError):
        LOG.error("%s", error)
        st.error(str(error), icon=":material/database_off:")
        return True
    number = uuid.uuid4().hex[:8]
    LOG.error("Fault %s", number, exc_info=error)
    st.error(
        f"**Something went wrong here; nothing of your project is lost.** Reload the page to go on. "
        f"If it happens again, report it with the number **{number}**, under which the server's log tells more.",
        icon=":material/report:",
    )
    return True
