"""A call, made: layers, optimizers and losses of Keras, called on tensors; and Keras's reasons in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any

import keras

from builder import own_layers
from builder.call import OWN, Call
from builder.program import Argument

Options = tuple[tuple[str, Any], ...]  # what a layer is called with beside its tensors


def make(call: Call) -> Any:
    """What the call returns: a layer, an initializer, an optimizer, ..."""
    module, name = (own_layers, f"{OWN}.") if call.target.startswith(f"{OWN}.") else (keras, "keras.")
    target = attrgetter(call.target.removeprefix(name))(module)
    return target(*map(made, call.args), **made(dict(call.kwargs)))


def made(value: Any) -> Any:
    """A value in which every call is made, within tuples, lists and dictionaries too."""
    match value:
        case Call():
            return make(value)
        case tuple() | list():
            return type(value)(map(made, value))
        case dict():
            return {name: made(one) for name, one in value.items()}
    return value


def called(
    layer: Any, arguments: Sequence[Argument], options: Options, results: Mapping[str, Sequence[Any]]
) -> list[Any]:
    """What a layer returns for tensors looked up in `results`, by step and output number."""
    positional, keywords = [], dict(options)
    for argument in arguments:
        tensors = [results[ref.step][ref.part or 0] for ref in argument.refs]
        value = tensors if argument.many else tensors[0]
        if argument.port is None:
            positional.append(value)
        else:
            keywords[argument.port] = value
    return as_list(layer(*positional, **keywords))


def as_list(returned: Any) -> list[Any]:
    """One tensor or several, as a list."""
    return list(returned) if isinstance(returned, list | tuple) else [returned]


def reason(error: Exception) -> str:
    """Keras's reason in a sentence, without the lists of arguments and the automatic names around it."""
    text = str(error)
    if marked := re.findall(r"\x1b\[1m(.*?)\x1b\[0m", text, re.DOTALL):
        text = marked[-1]
    text = text.partition("Arguments received by")[0].partition(" for '{{node")[0]
    text = re.sub(r"\{\{.*?\}\} ?|Input \d+ with name '\S*' of layer '\S*' is incompatible with the layer: ", "", text)
    text = re.sub(r" path='\S*/(\w+)'", r" '\1'", text)
    text = " ".join(text.split())[:500]
    return text[:1].upper() + text[1:] if text else type(error).__name__
