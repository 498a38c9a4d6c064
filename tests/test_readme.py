"""README is true: its commands parse, its table of families and its list of pages are those of the app."""

import re
import shlex
from pathlib import Path

import pytest

import builder.__main__
import runtime.__main__
from builder.layers import family_labels
from builder.layers.base import LAYERS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PARSERS = {"builder": builder.__main__.parser, "runtime": runtime.__main__.parser}
COMMANDS = re.findall(r"^    python -m (builder|runtime) (.+)$", README, flags=re.M)


def test_every_command_of_both_command_lines_is_shown():
    for module, parser in PARSERS.items():
        shown = {arguments.split()[0] for name, arguments in COMMANDS if name == module}
        offered = next(action.choices for action in parser()._actions if action.dest == "command")
        assert shown == set(offered)


@pytest.mark.parametrize(("module", "arguments"), COMMANDS, ids=lambda text: text[:30])
def test_commands_parse(module: str, arguments: str):
    parsed = PARSERS[module]().parse_args(shlex.split(arguments))
    assert parsed.command == arguments.split()[0]


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.M))
    named = set(re.findall(r"`?make ([a-z-]+)", README))
    assert {"run", "test", "benchmarks"} <= named <= targets


def test_families_and_layers():
    members = {
        family: [name for name, layer in LAYERS.items() if layer.family() == family] for family in family_labels()
    }
    rows = [f"| {label} | {', '.join(members[family])} |" for family, label in family_labels().items()]
    assert re.findall(r"^\| .+ \|$", README, flags=re.M)[1:] == rows


def test_pages():
    listed = re.search(r"The pages are (.+?)\.\n", README, flags=re.S)
    assert listed is not None
    shell = (ROOT / "pages" / "shell.py").read_text()  # a Streamlit script: importing it would run it
    assert re.split(r",\s+|\s+and\s+", listed[1]) == re.findall(r'"([A-Z]\w+)", ":material/', shell)


def test_files_that_are_named_exist():
    for name in re.findall(r"\]\((assets/[^)]+)\)|`(assets/[^`]+)`", README):
        assert (ROOT / "".join(name)).is_file()
