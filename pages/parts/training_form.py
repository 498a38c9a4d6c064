"""The settings of a training as a form, for a new run and for one that continues another."""

from __future__ import annotations

import streamlit as st

from builder.training import Task, Training, labels_taken, suited_metrics
from pages.parts.form import form
from pages.parts.run_details import optimizer_in_words

HOW = {"optimizer", "loss", "metrics"}
NUMBERS = {"dtype_policy", "jit_compile"}


def training_form(training: Training, suggested: Training, key: str, task: Task | None) -> Training | None:
    """The few settings that everybody tries first; the rest behind a line that says what they are.

    Args:
        training: the settings as they are.
        suggested: those that a field goes back to.
        key: of the form; the same key keeps what was entered.
        task: what the data ask for, where they are known: the metrics that suit it stand first.

    Returns:
        The changed settings; None when nothing has changed.
    """
    changed = form(training, f"{key}.steps", hide={*HOW, *NUMBERS, "heads"}, suggested=suggested, reset_all=False)
    now = changed or training
    st.caption(f"Learns with {optimizer_in_words(now)}; makes {now.loss.type} small.")
    with st.expander("Optimizer, loss, metrics", icon=":material/tune:"):
        others = set(Training.model_fields) - HOW
        first = {"metrics": suited_metrics(now.loss, labels_taken(now.loss, task))} if task else {}
        now = form(now, f"{key}.how", hide=others, suggested=suggested, reset_all=False, first=first) or now
    with st.expander("Number format and compiler", icon=":material/memory:"):
        others = set(Training.model_fields) - NUMBERS
        now = form(now, f"{key}.numbers", hide=others, suggested=suggested, reset_all=False) or now
        st.caption("What these change on this machine is measured on the Devices page.")
    now = _heads_form(now, key)
    return now if now != training else None


def _heads_form(training: Training, key: str) -> Training:
    """What is special to one of several outputs."""
    if not training.heads:
        return training
    with st.expander("Outputs beside the main one", icon=":material/call_split:"):
        heads = []
        for head in training.heads:
            st.caption(f"{head.output}: what is empty is as above")
            heads.append(form(head, f"{key}.{head.output}", hide={"output"}, reset_all=False) or head)
    return training.model_copy(update={"heads": tuple(heads)})
