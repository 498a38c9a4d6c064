"""The command line of runs: python -m runtime."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from builder import terminal
from builder.codegen import CodeError
from builder.edits import reason
from builder.terminal import NoError, UnusableError, read_network, read_text, show_json, table, write
from builder.training import Task, defaults
from runtime import moving
from runtime.curves import Curves, read_curves
from runtime.datasets import DATASETS
from runtime.devices import devices, find
from runtime.exports import EXPORTS
from runtime.exports.command import described, take
from runtime.launchers import local
from runtime.launchers.command import queue_options, show_queue
from runtime.run import DataSpec, Run, RunError, RunSpec, Start, create, damaged, open_run, runs
from runtime.starts import StartError, bring
from runtime.steering import assign, steering_commands
from runtime.strategies import StrategyError, usable


def parser() -> argparse.ArgumentParser:
    """The commands and their arguments."""
    top = argparse.ArgumentParser("python -m runtime", description="Trainings: start, follow, steer, take away.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(name: str, run: Any, about: str, *, json_too: bool = True) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=about)
        added.set_defaults(run=run)
        if json_too:
            added.add_argument("--json", action="store_true", help="one JSON document on standard output")
        return added

    command("devices", _devices, "what can train here")
    spec = command("spec", _spec, "the settings of a run, with the app's own defaults", json_too=False)
    spec.add_argument("network", metavar="NETWORK.json")
    spec.add_argument("--data", required=True, metavar="NAME")
    spec.add_argument("--set", action="append", default=[], metavar="training.epochs=5", dest="values")
    spec.add_argument("--weights", metavar="FILE", help="begin with these (.npz, .keras, .h5) instead of random ones")
    spec.add_argument("-o", "--output", metavar="RUN.json")
    train = command("train", _train, "start a run; prints its id")
    train.add_argument("spec", metavar="RUN.json")
    train.add_argument("--device", metavar="NAME")
    train.add_argument("--wait", action="store_true", help="until it is over; exit status 1 when it failed")
    join = command("join", _join, "train along in a run of several machines, as worker 1, 2, ...", json_too=False)
    join.add_argument("spec", metavar="RUN.json")
    join.add_argument("--index", type=int, required=True, help="which of the run's addresses this machine is, from 1")
    command("list", _list, "all runs, newest first")
    command("show", _show, "status and curves of a run").add_argument("id", metavar="RUN")
    steering_commands(command)
    waiting = command(
        "queue", show_queue, "what waits, in its order; with an option, change the order of an owner's runs"
    )
    queue_options(waiting)
    maps = command("maps", _maps, "kernels and feature maps of a layer", json_too=False)
    maps.add_argument("id", metavar="RUN")
    maps.add_argument("node", metavar="NODE")
    maps.add_argument(
        "--sample", type=int, metavar="N", help="a test example by number, looked at with the model so far"
    )
    maps.add_argument("-o", "--output", required=True, metavar="MAPS.npz")
    script = command("script", _script, "the training as a script that needs nothing of Layerloom", json_too=False)
    script.add_argument("id", metavar="RUN")
    script.add_argument("--notebook", action="store_true")
    script.add_argument("-o", "--output", metavar="FILE")
    export = command("export", _export, "the trained model, or its picture or card, as a file", json_too=False)
    export.formatter_class, export.epilog = argparse.RawDescriptionHelpFormatter, described()
    export.add_argument("id", metavar="RUN")
    export.add_argument("--to", required=True, choices=EXPORTS, metavar="FORMAT", help="one of those below")
    export.add_argument("-o", "--output", required=True, metavar="PATH")
    archived = command("archive", _archive, "a run as one file, for another server", json_too=False)
    archived.add_argument("id", metavar="RUN")
    archived.add_argument("-o", "--output", required=True, metavar="FILE")
    adopted = command("adopt", _adopt, "put the run of such a file among those here; prints its id")
    adopted.add_argument("file", metavar="FILE")
    adopted.add_argument("--project", metavar="ID", help="the project that it belongs to from now on")
    return top


def _devices(chosen: argparse.Namespace) -> None:
    there = [*devices(), *filter(None, [find("cluster")])]
    found = [{"name": d.name, "title": d.title, "memory_bytes": d.memory_bytes, "threads": d.threads} for d in there]
    if chosen.json:
        show_json(found)
    else:
        write(table([(d["name"], d["title"]) for d in found]), None)


def _spec(chosen: argparse.Namespace) -> None:
    graph, data = read_network(chosen.network), _data(chosen.data)
    settings = RunSpec(graph=graph, data=data, training=defaults(graph, _task(data)).training).model_dump(mode="json")
    for assignment in chosen.values:
        assign(settings, assignment)
    try:
        spec = RunSpec.model_validate_json(json.dumps(settings))
    except ValidationError as error:
        raise UnusableError(reason(error)) from None
    if chosen.weights:
        spec = spec.model_copy(update={"start": _start(Path(chosen.weights))})
    write(spec.model_dump_json(indent=1) + "\n", chosen.output)


def _start(path: Path) -> Start:
    try:
        return bring(path)
    except StartError as error:
        raise UnusableError(str(error)) from None


def _join(chosen: argparse.Namespace) -> int:
    from runtime.joining import join

    try:
        spec = RunSpec.model_validate_json(read_text(chosen.spec))
        return join(spec, chosen.index)
    except ValidationError as error:
        raise UnusableError(f"{chosen.spec} describes no run: {reason(error)}") from None
    except ValueError as error:
        raise UnusableError(str(error)) from None


def _train(chosen: argparse.Namespace) -> int:
    try:
        spec = RunSpec.model_validate_json(read_text(chosen.spec))
        if chosen.device:
            spec = RunSpec.model_validate({**dict(spec), "device": chosen.device})
    except ValidationError as error:
        raise UnusableError(f"{chosen.spec} describes no run: {reason(error)}") from None
    _task(spec.data)
    _check_device(spec)
    run = create(spec)
    local.launch(run)
    if chosen.wait:
        local.wait(run)
    _say(run, chosen.json)
    if run.status() in ("failed", "crashed"):
        print(_why(run), file=sys.stderr)
        return terminal.NO
    return terminal.DONE


def _check_device(spec: RunSpec) -> None:
    """Refuse what a device or a strategy cannot do before anything waits for it."""
    try:
        usable(spec.device, spec.graph, spec.training)
    except StrategyError as error:
        raise UnusableError(str(error)) from None
    if find(spec.device) is None:
        raise UnusableError(f"No device is called {spec.device!r}; there are {', '.join(d.name for d in devices())}.")


def _list(chosen: argparse.Namespace) -> None:
    for words in damaged().values():
        print(words, file=sys.stderr)
    found = [
        {"id": run.id, "name": run.name, "status": run.status(), "created": run.created.isoformat(timespec="seconds")}
        for run in runs()
    ]
    if chosen.json:
        show_json(found)
    else:
        write(table([tuple(row.values()) for row in found]), None)


def _show(chosen: argparse.Namespace) -> None:
    run = _open(chosen.id)
    if chosen.json:
        show_json(_described(run))
        return
    curves = read_curves(run)
    write(table([("id", run.id), ("name", run.name), ("status", run.status()), ("device", run.spec.device)]), None)
    write(f"epoch {_epoch(curves)} of {curves.epochs}, step {curves.step} of {curves.steps}\n", None)
    names = list(curves.epochs_done)
    rows = zip(*(curves.epochs_done[name][1] for name in names), strict=True) if names else ()
    cells = [(number, *(f"{value:.4f}" for value in row)) for number, row in enumerate(rows, 1)]
    write(table([("epoch", *names), *cells]) if cells else "", None)
    if run.status() in ("failed", "crashed"):
        write(_why(run) + "\n", None)


def _maps(chosen: argparse.Namespace) -> None:
    run = _open(chosen.id)
    if run.spec.graph.find(chosen.node) is None:
        names = ", ".join(node.id for node in run.spec.graph.nodes)
        raise UnusableError(f"The network of {run.id} has no layer called {chosen.node!r}; there are {names}.")
    from runtime.maps import MapsError, of_node, save

    try:
        if chosen.sample is None:
            saved = read_curves(run).maps
            if not saved:
                raise NoError(f"{run.name} has saved no maps (yet).")
            arrays = of_node(run.maps / saved[-1][1], chosen.node)
        else:
            _task(run.spec.data)
            with terminal.quiet():
                from runtime.maps.model import look_with_model

                arrays = look_with_model(run, (chosen.node,), chosen.sample)
        save(Path(chosen.output), arrays)
    except (MapsError, RunError) as error:
        raise NoError(str(error)) from None
    except OSError as error:
        raise UnusableError(f"{chosen.output} cannot be written: {error.strerror}.") from None


def _script(chosen: argparse.Namespace) -> None:
    from runtime.script import script_of

    run = _open(chosen.id)
    _task(run.spec.data)
    try:
        write(script_of(run.spec, as_notebook=chosen.notebook), chosen.output)
    except CodeError as error:
        raise NoError(str(error)) from None


def _export(chosen: argparse.Namespace) -> None:
    take(_open(chosen.id), chosen.to, Path(chosen.output))


def _archive(chosen: argparse.Namespace) -> None:
    moving.give(_open(chosen.id), Path(chosen.output))


def _adopt(chosen: argparse.Namespace) -> None:
    _say(moving.take(Path(chosen.file), chosen.project), chosen.json)


def _open(run_id: str) -> Run:
    try:
        return open_run(run_id)
    except RunError as error:
        raise UnusableError(str(error)) from None


def _data(name: str) -> DataSpec:
    if name not in DATASETS:
        raise UnusableError(f"No data set is called {name[:60]!r}; there are {', '.join(DATASETS)}.")
    return DataSpec(name=name)


def _task(data: DataSpec) -> Task:
    _data(data.name)
    return DATASETS[data.name].task(data)


def _described(run: Run) -> dict[str, Any]:
    curves, worker = read_curves(run), run.worker()
    return {
        "id": run.id,
        "name": run.name,
        "status": run.status(),
        "device": run.spec.device,
        "pid": worker.pid if worker else None,
        "epoch": _epoch(curves),
        "step": curves.step,
        "curves": {name: list(ys) for name, (_, ys) in curves.epochs_done.items()},
        "test": dict(curves.test),
        "message": curves.message,
    }


def _epoch(curves: Curves) -> int:
    """The epoch that runs or ran last, counted from 1 as people do; 0 before the start."""
    return 0 if curves.started is None else curves.epoch + 1


def _say(run: Run, as_json: bool) -> None:
    if as_json:
        show_json(_described(run))
    else:
        print(run.id)


def _why(run: Run) -> str:
    curves = read_curves(run)
    return curves.message or f"The worker has died without a word. The end of its log:\n{run.log_end(1500)}"


if __name__ == "__main__":
    sys.exit(terminal.run(parser()))
