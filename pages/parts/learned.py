"""The learned weights of backbones: what they take, and fetching them before a training does."""

from __future__ import annotations

import streamlit as st

from builder.graph import Graph, write_graph
from builder.layers.applications import Backbone
from builder.zoo.applications import PUBLISHED
from pages.parts import state
from runtime.child import ServiceError
from runtime.fetching import Download, begin, bring, download_of
from runtime.service import service
from runtime.weights import WeightsFile, WeightsUnavailable

LIMIT = 120.0  # seconds in which Keras must say which files a network needs
POLL = 0.5  # seconds between two looks at a download
MEGABYTES = 1_500  # of a file that is brought; the largest, ConvNeXtXLarge's, has 1.4 GB


def networks(graph: Graph) -> tuple[str, ...]:
    """The backbones that begin with the weights learned on ImageNet, each once."""
    nodes = (*graph.nodes, *(node for block in graph.blocks for node in block.nodes))
    learned = (node.layer for node in nodes if getattr(node.layer, "weights", None) == "imagenet")
    return tuple(dict.fromkeys(layer.type for layer in learned if isinstance(layer, Backbone)))


def draw_learned(graph: Graph, key: str) -> None:
    """What learned weights a network needs, how large they are, and the ways to have them here; nothing where it needs none."""
    found = networks(graph)
    if not found:
        return
    key = f"learned.{key}.{'.'.join(found)}"
    with st.container(border=True, key=key, gap="xsmall"):
        files: tuple[WeightsFile, ...] | None = state.kept(key)
        if files is None:
            st.markdown(
                f":material/cloud_download: **Learned weights** of {', '.join(map(_sized, found))}. They are downloaded when the "
                "training begins, unless they are here already."
            )
            st.button("Download them now", key=f"{key}.look", width="stretch", on_click=_look, args=(key, graph))
            if told := state.kept(f"{key}.problem"):
                st.error(told)
            return
        busy = any(_goes_on(file) for file in files)
        st.fragment(_rows, run_every=POLL if busy else None)(files, busy)


def _sized(network: str) -> str:
    published = PUBLISHED.get(network)
    return f"{network} (at most {published.megabytes:,.0f} MB)" if published else network


def _look(key: str, graph: Graph) -> None:
    """Ask Keras for the files, and begin with those that are missing."""
    try:
        answer = service().call("weights", {"graph": write_graph(graph)}, LIMIT)
    except ServiceError as error:
        state.keep(f"{key}.problem", str(error))
        return
    files = tuple(WeightsFile(**file) for file in answer)
    state.keep(f"{key}.problem", "")
    state.keep(key, files)
    for file in files:
        begin(file)


def _goes_on(file: WeightsFile) -> bool:
    download = download_of(file)
    return download is not None and not download.over


def _rows(files: tuple[WeightsFile, ...], busy: bool) -> None:
    if busy != any(map(_goes_on, files)):
        st.rerun()  # the whole page: it decides how often to look
    for file in files:
        _row(file, download_of(file))


def _row(file: WeightsFile, download: Download | None) -> None:
    if download is not None and not download.over:
        share = download.received / download.total if download.total else 0.0
        of = f" of {download.total / 1e6:,.0f}" if download.total else ""
        st.progress(min(share, 1.0), f"Learned weights of {file.network}: {download.received / 1e6:,.0f}{of} MB")
        return
    if file.path.is_file() and (download is None or not download.error):
        st.caption(f":material/check_circle: The learned weights of {file.network} are here.")
        return
    st.error(download.error if download else f"The learned weights of {file.network} are not here.")
    st.button("Try again", key=f"again-{file.name}", icon=":material/refresh:", on_click=begin, args=(file,))
    with st.popover("Open a local file", icon=":material/folder_open:", width="stretch"):
        st.caption(f"`{file.name}`, fetched on another machine from {file.url}")
        brought = st.file_uploader("The file", type=["h5"], key=f"bring-{file.name}", max_upload_size=MEGABYTES)
        if brought is not None:
            _take(file, brought.getvalue())


def _take(file: WeightsFile, content: bytes) -> None:
    try:
        bring(file, content)
    except WeightsUnavailable as error:
        st.error(str(error))
        return
    begin(file)  # it is here, so that this only notes it
    st.rerun()
