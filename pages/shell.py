"""The frame of every page: navigation, theme, and the project that this tab works on."""

from __future__ import annotations

import html
from pathlib import Path

import streamlit as st

from pages.parts import state
from runtime.store import Project

ASSETS = Path(__file__).parent.parent / "assets"
PAGES = (
    # file, name in the navigation, icon
    ("start.py", "Start", ":material/home:"),
    ("zoo.py", "Zoo", ":material/category:"),
    ("build.py", "Build", ":material/account_tree:"),
    ("history.py", "History", ":material/history:"),
    ("data.py", "Data", ":material/table_chart:"),
    ("train.py", "Train", ":material/play_circle:"),
    ("microscope.py", "Microscope", ":material/biotech:"),
    ("export.py", "Export", ":material/code:"),
    ("devices.py", "Devices", ":material/memory:"),
    ("reference.py", "Layers", ":material/menu_book:"),
)
FREE = ("Start", "Zoo", "Devices", "Layers")  # pages that need no project


def main() -> None:
    """Find page and project, draw the frame, run the page."""
    pages = [st.Page(file, title=title, icon=icon, default=file == "start.py") for file, title, icon in PAGES]
    page = st.navigation(pages, position="top")
    project = state.project()
    name = f"{project.name} · " if project else ""
    st.set_page_config(
        page_title=f"{name}{page.title} · Layerloom", page_icon=str(ASSETS / "images" / "icon.svg"), layout="wide"
    )
    st.logo(str(ASSETS / "images" / "logo.svg"), size="large")
    st.html(ASSETS / "style.css")
    if project is None and page.title not in FREE:
        state.say(state.notice() or f"{page.title} shows a network: begin one here, or open one of yours.")
        state.go("start.py")
    if project is not None and page.title not in FREE:
        _header(project)
    message = state.notice()
    if message:
        st.warning(message, icon=":material/info:")
    page.run()


def _header(project: Project) -> None:
    """Name and data; what changes with every edit is told by the canvas, which draws without this frame."""
    name, data = html.escape(project.name), html.escape(project.data.name)
    st.html(
        f'<header class="project"><h1 class="name" title="{name}">{name}</h1><span class="facts">data: {data}</span></header>'
    )


main()
