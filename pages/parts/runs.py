"""Runs as the pages speak of them: which one this tab looks at, its curves, its figures in words."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import nullcontext

import streamlit as st

from pages.parts import state
from runtime.curves import Curves, fold_all
from runtime.events import read, size_of
from runtime.run import NoRunError, Run, RunError, open_run

LIVE = ("waiting", "running", "paused")
STATES = {
    "waiting": ":material/hourglass_empty: waiting",
    "running": ":material/play_circle: training",
    "paused": ":material/pause_circle: paused",
    "suspended": ":material/bedtime: suspended",
    "finished": ":material/check_circle: finished",
    "stopped": ":material/stop_circle: stopped",
    "failed": ":material/error: failed",
    "crashed": ":material/error: crashed",
}
REMEMBERED = 50  # runs whose curves are kept in memory
MUCH = 20_000_000  # bytes of a log, which take longer to read than a person waits without a word

_lock = threading.Lock()
_read: OrderedDict[str, tuple[int, Curves]] = OrderedDict()


def chosen(found: Sequence[Run]) -> Run | None:
    """The run that this tab looks at: named by the URL (`?run=`), else kept from another page, else the newest of `found`.

    An id that leads nowhere is forgotten, and said so.
    """
    given = st.query_params.get("run")
    run_id = given or state.kept("run")
    if run_id:
        try:
            run = open_run(run_id)
        except NoRunError:
            choose(None)
            if given:
                st.warning("This address leads to no run: it was deleted, or the address is incomplete.")
        except RunError as error:
            choose(None)
            st.warning(f"This run cannot be shown. {error}")
        else:
            choose(run.id)
            return run
    return found[0] if found else None


def choose(run_id: str | None) -> None:
    """Look at this run from now on, on every page of this tab; None: at the newest."""
    state.keep("run", run_id)
    if run_id is None:
        st.query_params.pop("run", None)
    elif st.query_params.get("run") != run_id:
        st.query_params["run"] = run_id


def curves(run: Run) -> Curves:
    """The curves of a run as they stand; only what is new is read."""
    with _lock:
        begin, known = _read.get(run.id, (0, Curves()))
    with st.spinner("Reading the log of this run …") if size_of(run.events) - begin > MUCH else nullcontext():
        events, end = read(run.events, begin)
        known = fold_all(events, known)
    with _lock:
        _read[run.id] = (end, known)
        _read.move_to_end(run.id)
        while len(_read) > REMEMBERED:
            _read.popitem(last=False)
    return known


def epochs_done(found: Curves) -> int:
    """Whole epochs that have ended."""
    xs, _ = found.epochs_done.get("loss", ((), ()))
    return round(xs[-1]) if xs else 0


def best(found: Curves) -> str:
    """The best value of the validation (else of the training): "97.2 % accuracy in epoch 8"; empty when there is none."""
    names = [name for name in found.epochs_done if name.endswith("accuracy")] or ["val_loss", "loss"]
    name = next((n for n in sorted(names, key=lambda n: not n.startswith("val_")) if n in found.epochs_done), None)
    if name is None:
        return ""
    points = [(x, y) for x, y in zip(*found.epochs_done[name], strict=True) if math.isfinite(y)]
    if not points:
        return ""
    epoch, value = (max if name.endswith("accuracy") else min)(points, key=lambda point: point[1])
    return f"{amount(name, value)} in epoch {epoch:.0f}"


def amount(name: str, value: float) -> str:
    """A figure with its name: "97.2 % accuracy", "0.231 loss"."""
    plain = name.removeprefix("val_")
    if plain.endswith("accuracy"):
        return f"{share(value, 1)} accuracy"
    return f"{value:.4g} {plain.replace('_', ' ')}"


def share(value: float, digits: int = 0) -> str:
    """`20 %`."""
    return f"{value:.{digits}%}".replace("%", " %")


def duration(seconds: float | None) -> str:
    """`0:07`, `3:05` or `1:02:03`; empty for None."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
