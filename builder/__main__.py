"""The command line of networks: python -m builder."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from builder import terminal
from builder.codegen import CodeError, source
from builder.graph import Graph, write_graph
from builder.layers import family_labels
from builder.layers.base import LAYERS
from builder.program import Facts, lower
from builder.reading import CodeReadError, read_code
from builder.terminal import NoError, UnusableError, read_network, read_text, show_json, table, write
from builder.zoo import TEMPLATES


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    top = argparse.ArgumentParser("python -m builder", description="Networks: list, check, describe, write as code.")
    commands = top.add_subparsers(dest="command", required=True)

    listed = commands.add_parser("list", help="what there is")
    listed.add_argument("what", choices=["layers", "blocks", "templates", "zoo"])
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_list)

    template = commands.add_parser("template", help="a network to start from, as a document")
    template.add_argument("name")
    template.add_argument("-o", "--output", metavar="NETWORK.json")
    template.set_defaults(run=_template)

    for name, run, about in (
        ("check", _check, "what does not fit; exit status 1 when there are problems"),
        ("summary", _summary, "a row for each layer: shape, parameters, multiply-accumulates"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("network", metavar="NETWORK.json")
        command.add_argument("--json", action="store_true")
        command.set_defaults(run=run)

    code = commands.add_parser("code", help="the Keras code of a network")
    code.add_argument("network", metavar="NETWORK.json")
    code.add_argument("--style", choices=["functional", "sequential", "subclass"], default="functional")
    code.add_argument("-o", "--output", metavar="FILE")
    code.set_defaults(run=_code)

    opened = commands.add_parser(
        "import", help="a model file of Keras 1, 2 or 3 (.keras, .h5, .json), or Python code (.py), as a document"
    )
    opened.add_argument("model", metavar="MODEL")
    opened.add_argument("-o", "--output", metavar="NETWORK.json")
    opened.add_argument("--weights", metavar="FILE", help="where to write the weights, as .npz")
    opened.add_argument("--weights-from", metavar="FILE", help="an .h5 of weights that belongs to a .json")
    opened.add_argument("--backend", choices=["theano", "tensorflow"], help="what Keras 1 computed with")
    opened.add_argument("--json", action="store_true")
    opened.set_defaults(run=_import)
    return top


def _list(chosen: argparse.Namespace) -> None:
    rows: list[dict[str, str]]
    labels = family_labels()
    if chosen.what == "templates":
        rows = [
            {"name": t.name, "title": t.title, "sentence": t.sentence} for t in TEMPLATES.values() if t.make().nodes
        ]
    elif chosen.what == "blocks":
        rows = [
            {"name": block.name, "template": t.name, "parameters": ", ".join(one.name for one in block.exposes)}
            for t in TEMPLATES.values()
            for block in t.make().blocks
        ]
    else:
        backbones = chosen.what == "zoo"
        rows = [
            {"name": name, "family": labels[layer.family()], "sentence": layer.tooltip()}
            for name, layer in LAYERS.items()
            if not backbones or layer.namespace == "keras.applications"
        ]
    if chosen.json:
        show_json(rows)
    else:
        write(table([tuple(row.values()) for row in rows]), None)


def _template(chosen: argparse.Namespace) -> None:
    if chosen.name not in TEMPLATES:
        raise UnusableError(f"No template is called {chosen.name!r}; there are {', '.join(TEMPLATES)}.")
    write(write_graph(TEMPLATES[chosen.name].make()), chosen.output)


def _check(chosen: argparse.Namespace) -> int:
    from builder.validate import problems

    graph = read_network(chosen.network)
    found = problems(graph, facts=_facts(graph))
    if chosen.json:
        show_json([problem.model_dump(mode="json") for problem in found])
    else:
        lines = [f"{p.severity}: {p.node or 'network'}: {p.message} {p.remedy}".rstrip() + "\n" for p in found]
        write("".join(lines) or "Everything fits.\n", None)
    return terminal.NO if found else terminal.DONE


def _summary(chosen: argparse.Namespace) -> None:
    graph = read_network(chosen.network)
    facts = _facts(graph)
    rows = [
        {"id": node.id, "layer": node.layer.type, **_described(facts.get(node.id, Facts()))} for node in graph.nodes
    ]
    if chosen.json:
        show_json(rows)
        return
    titles = [("id", "layer", "output shape", "parameters", "MACs")]
    cells = [(r["id"], r["layer"], r["output_shape"] or r["error"] or "?", r["parameters"], r["macs"]) for r in rows]
    total = sum(facts[node].parameters for node in facts)
    write(table([*titles, *cells]) + f"{total:,} parameters in {len(rows)} layers\n", None)


def _facts(graph: Graph) -> dict[str, Facts]:
    """What Keras says of each node."""
    with terminal.quiet():
        from builder.compile import shapes

        return shapes(lower(graph))


def _described(facts: Facts) -> dict[str, object]:
    shapes = [list(shape) for shape in facts.shapes]
    return {
        "output_shape": shapes[0] if len(shapes) == 1 else shapes or None,
        "parameters": facts.parameters,
        "trainable": facts.trainable,
        "macs": facts.macs,
        "activation_bytes": facts.activation_bytes,
        "error": facts.error,
    }


def _code(chosen: argparse.Namespace) -> None:
    try:
        text = source(lower(read_network(chosen.network)), chosen.style)
    except CodeError as error:
        raise NoError(str(error)) from None
    write(text, chosen.output)


def _import(chosen: argparse.Namespace) -> None:
    if chosen.model.endswith(".py"):
        _import_code(chosen)
        return
    with terminal.quiet():
        from builder.importer import ModelFileError, open_model, read_file, save_weights
    try:
        beside = None if chosen.weights_from is None else read_file(Path(chosen.weights_from))
        with terminal.quiet():
            opened = open_model(read_file(Path(chosen.model)), beside, chosen.backend)
    except ModelFileError as error:
        raise UnusableError(str(error)) from None
    if chosen.weights and opened.weights is None:
        raise NoError(f"{chosen.model} holds no weights, so that none can be written.")
    if chosen.weights and opened.weights is not None:
        with Path(chosen.weights).open("wb") as file:
            save_weights(opened.weights, file)
    told = {"keras": opened.keras, "layers": len(opened.graph.nodes), "weights": opened.weights is not None}
    _show_opened(chosen, opened.graph, opened.notes, told)


def _import_code(chosen: argparse.Namespace) -> None:
    if chosen.weights:
        raise NoError(f"{chosen.model} holds no weights, so that none can be written.")
    try:
        reading = read_code(read_text(chosen.model).decode(errors="replace"))
    except CodeReadError as error:
        raise UnusableError(str(error)) from None
    notes = tuple(f"Line {note.line}: {note.words}" for note in reading.notes)
    _show_opened(chosen, reading.graph, notes, {"layers": len(reading.graph.nodes), "weights": False})


def _show_opened(chosen: argparse.Namespace, graph: Graph, notes: tuple[str, ...], told: dict[str, object]) -> None:
    document = write_graph(graph)
    if chosen.output or not chosen.json:
        write(document, chosen.output)
    if chosen.json:
        show_json({**told, "notes": notes, **({} if chosen.output else {"network": json.loads(document)})})
    else:
        print(*notes, sep="\n", end="\n" if notes else "", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(terminal.run(parser()))
