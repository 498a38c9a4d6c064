"""Python text that makes a Keras model -> its graph. The text is read as syntax and never executed."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from dataclasses import dataclass

from builder.graph import Graph
from builder.reading.assembly import assemble
from builder.reading.loops import Reader
from builder.reading.models import needed
from builder.reading.values import (
    Class,
    FaultError,
    Function,
    Instance,
    Model,
    Name,
    Scope,
    Tensor,
    ToldError,
    Unknown,
    UsedAgainError,
)

MAX_BYTES = 1_000_000
LONGEST_NAME = 200
MAX_WORDS = 200_000  # words and signs: each becomes a piece of the syntax tree
MOST_FAULTS = 20


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a line of the text."""

    line: int
    words: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The network of a text, and what a person should know: what was passed over, what became of it."""

    graph: Graph
    notes: tuple[Note, ...] = ()


class CodeReadError(ValueError):
    """A text that no network can be read from; `faults` are all reasons, in the order of their lines."""

    def __init__(self, faults: tuple[Note, ...]) -> None:
        self.faults = faults
        shown = [f"Line {fault.line}: {fault.words}" for fault in faults[:MOST_FAULTS]]
        more = len(faults) - len(shown)
        super().__init__("\n".join([*shown, *([f"... and {more} more."] if more else [])]))


def read_code(text: str) -> Reading:
    """The network that Python text makes: code that Layerloom has written, or Keras code of any other origin.

    Args:
        text: at most MAX_BYTES of UTF-8.

    Returns:
        The graph and notes. What says nothing about the layers (data, compile, fit, plots) is passed over.

    Raises:
        CodeReadError: it is too large, not Python, makes no model, or something that matters cannot be read.
    """
    written_out: frozenset[str] = frozenset()
    while True:
        try:
            return _read(text, Reader(written_out))
        except UsedAgainError as again:
            written_out |= {again.name}


def _read(text: str, reader: Reader) -> Reading:
    module = Scope()
    module.values["__name__"] = "__main__"
    try:
        tree = _parsed(reader, text)
        reader.run(tree.body, module)
        if not reader.faults:
            return Reading(
                assemble(reader.trace, _model(reader, module), reader.blocks_in_order()), tuple(_notes(reader))
            )
    except FaultError as fault:
        reader.faults[fault.line, fault.words] = None
    except ToldError:
        pass
    except RecursionError:
        reader.faults[1, "The text is nested too deeply to be read. Write it in several steps."] = None
    raise CodeReadError(tuple(Note(*fault) for fault in sorted(reader.faults)))


def _parsed(reader: Reader, text: str) -> ast.Module:
    """The syntax tree, commands of a notebook passed over.

    Raises:
        FaultError: the text is too large or no Python.
    """
    size = len(text.encode(errors="replace"))
    if size > MAX_BYTES:
        raise FaultError(
            1, f"The text has {size / 1e6:.1f} MB; at most 1 MB can be read. Paste only what makes the model."
        )
    if sum(1 for _ in re.finditer(r"\w+|[^\w\s]", text)) > MAX_WORDS:
        raise FaultError(1, f"The text has more than {MAX_WORDS:,} words and signs. Paste only what makes the model.")
    lines = textwrap.dedent(text.removeprefix("\ufeff").replace("\r\n", "\n").expandtabs()).split("\n")
    for number, line in enumerate(lines):
        if re.match(r"\s*[!%]", line):
            lines[number] = re.sub(r"\S.*", "pass", line)
            reader.passed[number + 1] = number + 1
    try:
        with warnings.catch_warnings(action="ignore"):
            tree = ast.parse("\n".join(lines))
    except SyntaxError as error:
        said = (error.msg or "something is missing").partition(";")[0].rstrip(".?")
        raise FaultError(
            error.lineno or 1, f"This is not Python: {said}. Correct it, or paste the whole line."
        ) from None
    except (MemoryError, RecursionError):
        raise FaultError(1, "The text is nested too deeply to be read. Write it in several steps.") from None
    except ValueError as error:
        raise FaultError(1, f"This is not Python: {error}. Paste it as plain text.") from None
    if re.search(rf"\w{{{LONGEST_NAME}}}", text):
        _check_names(tree)
    return tree


def _check_names(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        for name in (getattr(node, place, None) for place in ("id", "attr", "arg", "name")):
            if isinstance(name, str) and len(name) >= LONGEST_NAME:
                raise FaultError(getattr(node, "lineno", 1), f"A name here has {len(name)} letters. Shorten it.")


def _model(reader: Reader, module: Scope) -> Model:
    """The model that the text is about.

    Raises:
        FaultError: there is none.
    """
    _carry_out_what_is_only_defined(reader, module)
    _call_networks(reader, module)
    if reader.faults:
        raise ToldError
    candidates = [model for model in reader.trace.models if model.outputs or model.layers]
    if not candidates:
        return _without_model(reader, module)
    chosen = _chosen(reader, module, candidates)
    for other in candidates:
        if other is not chosen and not other.inside:
            reader.trace.note(other.line, "Another model is made here, which is not read. Paste it alone to read it.")
    return _chained(reader, chosen)


def _chosen(reader: Reader, module: Scope, candidates: list[Model]) -> Model:
    named = module.values.get("model")
    named = named.model if isinstance(named, Instance) else named
    if isinstance(named, Model) and named in candidates:
        return named
    for wanted in (
        [model for model in candidates if model.trained and not model.inside],
        [model for model in candidates if not model.inside],
        candidates,
    ):
        if wanted:
            return max(
                wanted,
                key=lambda model: len(needed(model.outputs, set(), reader.trace.made)) or len(model.layers or ()),
            )
    return candidates[-1]


def _chained(reader: Reader, model: Model) -> Model:
    """A Sequential of which nobody knows the shape of an example yet, as a chain without Input."""
    if model.outputs or model.layers is None:
        return model
    from builder.reading.models import call

    tensor = reader.trace.open_input(model.line)
    call(reader.trace, model, (tensor,), model.line)
    return model


def _carry_out_what_is_only_defined(reader: Reader, module: Scope) -> None:
    """`def make_model(): ...` that nobody calls, or a class that nobody makes: it is meant to be read all the same."""
    if reader.trace.models:
        return
    waiting = [value for value in module.values.values() if isinstance(value, Function | Class)]
    for one in reversed(waiting):
        line = one.node.lineno
        needs = _needs(one)
        if (isinstance(one, Function) and one.called) or (isinstance(one, Class) and (one.made or not one.model)):
            continue
        if any(isinstance(value, Instance) for value in module.values.values()) and isinstance(one, Function):
            continue
        if needs:
            reader.trace.note(line, f"{one.node.name if not isinstance(one, Function) else one.name} is never called.")
            continue
        if isinstance(one, Function):
            reader.trace.note(line, f"{one.name} is never called; it is read as if it were, without arguments.")
            value = reader.carry_out(one, (), {}, line)
        else:
            value = reader.make(one, (), {}, line)
        if isinstance(value, Model | Instance):
            module.values["model"] = value
            return


def _needs(one: Function | Class) -> list[str]:
    """The arguments that must be given."""
    function = one if isinstance(one, Function) else one.method("__init__")
    if function is None:
        return []
    declared = function.node.args
    every = [argument.arg for argument in (*declared.posonlyargs, *declared.args, *declared.kwonlyargs)]
    every = every[1:] if isinstance(one, Class) else every
    return [name for name in every if name not in function.defaults]


def _call_networks(reader: Reader, module: Scope) -> None:
    """A network that is made and not called yet is called on tensors of unknown shape."""
    for value in list(module.values.values()):
        if not isinstance(value, Instance) or not value.cls.model or value.model is not None:
            continue
        method = value.cls.method("call")
        if method is None:
            continue
        line = method.node.lineno
        names = [one.arg for one in method.node.args.args[1:] if one.arg not in ("training", "mask")]
        required = [name for place, name in enumerate(names) if place == 0 or name not in method.defaults]
        given = tuple(reader.trace.open_input(line) for _ in required)
        reader.of_instance(value, given, {}, line)


def _without_model(reader: Reader, module: Scope) -> Model:
    """Layers that were called, without a model around them."""
    used = {tensor.made for made in reader.trace.made for _, tensor in made.arguments}
    ends = [Tensor(made) for made in reader.trace.made if made.arguments and made not in used]
    if ends:
        line = ends[-1].made.line
        reader.trace.note(line, "No keras.Model is made; all layers that are called are taken as the network.")
        return Model(line, outputs=ends)
    waiting = next(
        (value for value in module.values.values() if isinstance(value, Function) and not value.called), None
    )
    if waiting is not None and _needs(waiting):
        raise FaultError(
            waiting.node.lineno,
            f"{waiting.name} is never called, and what it takes ({', '.join(_needs(waiting))}) is not given. Add a line "
            f"such as model = {waiting.name}(...).",
        )
    model = module.values.get("model")
    if isinstance(model, Unknown):
        raise FaultError(model.line, f"{model.words}, so that the network is not known. Paste the code that makes it.")
    if any(isinstance(value, Name | Unknown) and "torch" in str(value) for value in module.values.values()):
        raise FaultError(1, "This is code for PyTorch. Only code for Keras can be read.")
    raise FaultError(
        1, "No network is found. Expected is Keras code that makes one, such as model = keras.Sequential([...])."
    )


def _notes(reader: Reader) -> list[Note]:
    """What is to be told, in the order of the lines; what is passed over as a run of lines."""
    notes = [Note(*one) for one in reader.trace.notes]
    runs: list[list[int]] = []
    for line, end in sorted(reader.passed.items()):
        if runs and not any(runs[-1][1] < kept < line for kept in reader.kept):
            runs[-1][1] = max(end, runs[-1][1])
        else:
            runs.append([line, end])
    for first, last in runs:
        done = dict.fromkeys(name for line, name in sorted(reader.training.items()) if first <= line <= last)
        where = f"Line {first} is" if first == last else f"Lines {first} to {last} are"
        words = f"{where} passed over: nothing there is about the layers."
        if done:
            words = f"{where} passed over ({', '.join(done)}): how the network is trained is chosen on the Train page."
        notes.append(Note(first, words))
    return sorted(notes, key=lambda note: note.line)
