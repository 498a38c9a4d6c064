"""The cluster on the page: its machines and what they do, and what a run asks of it. Nothing here waits for the cluster."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import streamlit as st

from pages.parts.faults import whole_number
from runtime.cluster import Node
from runtime.events import last
from runtime.memory import size_in_words
from runtime.nodes import Seen, seen
from runtime.run import Run
from runtime.schedule import on_cluster
from runtime.strategies import MOST, Asks, Strategy, name_there

CHOICE = "cluster"  # in the list of devices


def offered() -> dict[str, str]:
    """The cluster as a line of the list of devices, where one is known."""
    known = seen()
    if known is None or not known.nodes:
        return {}
    cpus, gpus = (int(sum(getattr(node, name) for node in known.alive)) for name in ("cpus", "gpus"))
    room = [_counted(len(known.alive), "machine"), _counted(cpus, "CPU"), *([_counted(gpus, "GPU")] if gpus else [])]
    return {CHOICE: f"Cluster ({', '.join(room)})"}


def choose_there(now: Strategy) -> str:
    """Draw what a run asks of the cluster; the name of that as a device."""
    known = seen()
    alive = known.alive if known else ()
    before = now.asks or Asks()
    with st.container(horizontal=True):
        workers = whole_number(
            "Workers",
            1,
            MOST,
            now.processes if now.asks else 1,
            key="cluster-workers",
            help="Processes that learn as one, each on a machine of its own where there is room. They share each batch.",
        )
        cpus = whole_number(
            "CPUs each",
            1,
            999,
            before.cpus,
            key="cluster-cpus",
            help="All on one machine. More make a large network faster, not a small one.",
        )
        gpus = 0
        if any(node.gpus for node in alive) or before.gpus:
            most = 1 if workers > 1 else MOST
            gpus = whole_number(
                "GPUs each", 0, most, min(before.gpus, most), key="cluster-gpus", help="All on one machine."
            )
    if known is not None:
        _out_of_reach(known)
    return name_there(int(workers), Asks(int(cpus), int(gpus)))


def in_reach() -> bool:
    """Whether runs can be sent to the cluster now."""
    known = seen()
    return known is not None and known.answers


def waiting_in_words(run: Run) -> str:
    """Why a run for the cluster waits that has had its turn."""
    known = seen()
    if known is None:
        return "It waits for a cluster, and Layerloom has been started without one (LAYERLOOM_CLUSTER)."
    if not known.answers:
        return f"It waits for the cluster. {known.error or 'Nobody has looked at it for a while.'}"
    if why := known.troubles.get(run.id):
        return f"It waits for the storage through which the cluster gets it. {why}"
    if run.id in known.packing:
        return "What it needs (its weights and data, where it has any) is being brought to where the cluster finds it."
    goes_on = "goes on from its newest checkpoint" if last(run.events) else "begins"
    return f"It has been sent to the cluster, and {goes_on} as soon as a machine has room, has its files and has loaded TensorFlow."


def standstill_in_words(run: Run) -> str:
    """Why nothing new is known of a run that a cluster trains; empty where that is no fault."""
    known = seen() if on_cluster(run.spec.device) else None
    if known is None:
        return ""
    why = known.troubles.get(run.id) or ("" if known.answers else known.error)
    return f"Its curves may stand still; it trains on meanwhile. {why}" if why else ""


def draw_cluster(live: Sequence[Run]) -> None:
    """The machines and what each does; nothing where there is no cluster."""
    known = seen()
    if known is None:
        return
    st.subheader("Cluster", anchor=False)
    _out_of_reach(known)
    if known.nodes:
        trains = {node.id: [run.name for run in live if node.id in known.jobs.get(run.id, ())] for node in known.nodes}
        st.html(_table([_told(node, trains[node.id]) for node in known.nodes]))


def _out_of_reach(known: Seen) -> None:
    if known.answers:
        return
    why = known.error or "Nobody has looked at the cluster for a while."
    st.warning(f"{why} {f'What was known is {_age(known.age)} old.' if known.nodes else ''}".strip())


def _told(node: Node, trains: Sequence[str]) -> dict[str, str]:
    name = {"Machine": f"{node.address}{' (head)' if node.head else ''}"}
    if not node.alive:
        return {**name, "Trains": "gone; its runs go on elsewhere"}
    gpus = {"GPUs": f"{node.gpus:g}"} if node.gpus else {}
    return {
        **name,
        "CPUs": f"{node.cpus:g}",
        **gpus,
        "Load": f"{node.load:.0f} %",
        "Memory": f"{size_in_words(node.memory_used)} of {size_in_words(node.memory)} used",
        "Trains": ", ".join(trains) or "nothing",
    }


def _table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows of named cells as HTML; what a row does not have stays empty."""
    names = list(max(rows, key=len))
    head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
    cells = ("".join(f"<td>{html.escape(row.get(name, ''))}</td>" for name in names) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in cells)
    return f'<div class="rows"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _age(seconds: float) -> str:
    return _counted(round(seconds), "second") if seconds < 90 else _counted(round(seconds / 60), "minute")
