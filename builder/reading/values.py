"""What the names in a text stand for while it is read: plain values of Python, and the things of Keras that they meet.

Plain values are None, bool, int, float, str, list, tuple, dict and range; everything else is one of the classes here.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any, Literal

from builder.layers.base import LayerSpec, Signature

Kind = Literal["model", "layer", "plain"]  # what a class of the text derives from


class FaultError(Exception):
    """What matters for the network and cannot be read: the line, and what was expected, what came, what to do."""

    def __init__(self, line: int, words: str, origin: Unknown | None = None) -> None:
        super().__init__(words)
        self.line = line
        self.words = words
        self.origin = origin  # the unknown value that is needed; it is told once


class StopReadingError(FaultError):
    """A bound is reached: nothing more is read."""


class ToldError(Exception):
    """A value is missing because of a fault that has been told already."""


class UsedAgainError(Exception):
    """An object of a layer class is used once more: a block would have weights of its own, so the class is to be none."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that the text alone does not tell; harmless until the network needs it.

    `words` are a clause that says what it is and why it is not known; with `told` a fault says so already. `remedy` is
    what to do about it, where that is something of its own. `shape` is that of an array of numbers, where it is known, and
    `classes` how many different ones they are.
    """

    line: int
    words: str
    told: bool = False
    remedy: str = ""
    shape: tuple[int, ...] | None = None
    classes: int | None = None


# Whether a network trains, which changes as it runs; and whether it does not.
TRAINING = Unknown(1, "Whether the network trains changes as it runs")
NOT_TRAINING = Unknown(1, "Whether the network does not train changes as it runs")


@dataclass(frozen=True, slots=True)
class Noise:
    """Numbers drawn from the standard normal distribution, times a tensor if there is a `spread`."""

    line: int
    spread: Tensor | None = None


@dataclass(frozen=True, slots=True)
class Symbol:
    """A parameter of a block while the block is read, and the value that holds where an instance gives none."""

    name: str
    value: Any = None


class Inner(str):
    """The name of a layer inside a block, without the name of the instance before it."""


@dataclass(frozen=True, slots=True)
class Name:
    """Something that is imported or built in, by its dotted name: `keras.layers.Dense`, `builtins.len`."""

    dotted: str


@dataclass(eq=False, repr=False, slots=True)
class Layer:
    """A layer that the text makes. `automatic` is the name that Keras counts up to, where the text gives none.

    `shape` is that of one example, where the text gives it with the layer; `symbols` are the fields that a parameter of
    the block sets; `uses` are its calls.
    """

    spec: LayerSpec
    line: int
    signature: Signature
    name: str | None = None
    automatic: str = ""
    shape: tuple[int | None, ...] | None = None
    symbols: dict[str, str] = field(default_factory=dict)
    trainable: bool = True
    trainable_layers: int | None = None
    variable: str | None = None
    uses: list[Made] = field(default_factory=list)

    @property
    def called(self) -> str:
        """What Keras calls it."""
        return self.name or self.automatic


@dataclass(eq=False, repr=False, slots=True)
class Made:
    """One call of a layer, with the tensors at its ports; without a layer it is a tensor from outside, of unknown shape."""

    layer: Layer | None
    line: int
    arguments: tuple[tuple[str, Tensor], ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    variable: str | None = None


@dataclass(frozen=True, repr=False, slots=True)
class Tensor:
    """What a call returns, or one part of it."""

    made: Made
    part: int = 0


@dataclass(eq=False, repr=False, slots=True)
class Model:
    """A model of Keras; `layers` are the parts of a Sequential, None for a functional one."""

    line: int
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    layers: list[Layer | Model] | None = None
    name: str | None = None
    listed: bool = False
    inside: bool = False
    trained: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Layers within a backbone, which is one layer here: all of them, all but the `last` at its end, or only those."""

    layer: Layer
    last: int | None = None
    at_end: bool = False


class Inside(list[Part]):
    """`backbone.layers`."""


@dataclass(frozen=True, repr=False, slots=True)
class Shape:
    """The shape of a tensor, of which only the last axis may be known."""

    tensor: Tensor


class Scope:
    """Names and what they stand for; what is not found here is looked for in `parent`."""

    def __init__(self, parent: Scope | None = None, comprehension: bool = False) -> None:
        self.values: dict[str, Any] = {}
        self.parent = parent
        self.comprehension = comprehension
        self.outside: set[str] = set()  # declared global

    def find(self, name: str) -> Any:
        """The value of a name.

        Raises:
            KeyError: it has none.
        """
        if name in self.values:
            return self.values[name]
        if self.parent is None:
            raise KeyError(name)
        return self.parent.find(name)

    def module(self) -> Scope:
        """The outermost scope."""
        return self if self.parent is None else self.parent.module()


@dataclass(eq=False, repr=False, slots=True)
class Function:
    """A function of the text, with the values of its defaults."""

    node: ast.FunctionDef | ast.Lambda
    scope: Scope
    defaults: dict[str, Any]
    called: bool = False

    @property
    def name(self) -> str:
        """Its name in the text."""
        return self.node.name if isinstance(self.node, ast.FunctionDef) else "lambda"


@dataclass(eq=False, repr=False, slots=True)
class Class:
    """A class of the text: of a model or a layer of Keras, or of neither; `base` is its base where that is in the text too."""

    node: ast.ClassDef
    scope: Scope
    base: Class | None
    kind: Kind
    static: set[str] = field(default_factory=set)
    called: bool = False

    @property
    def model(self) -> bool:
        """Whether its objects are models."""
        return self.kind == "model"

    @property
    def name(self) -> str:
        """Its name in the text."""
        return self.node.name

    def holder(self, name: str) -> Class | None:
        """The class that something of this name stands in: itself, or one that it derives from."""
        if name in self.scope.values:
            return self
        return self.base.holder(name) if self.base else None

    def method(self, name: str) -> Function | None:
        """The method of this name, its own or inherited."""
        holder = self.holder(name)
        found = holder.scope.values[name] if holder else None
        return found if isinstance(found, Function) else None


@dataclass(eq=False, repr=False, slots=True)
class Instance:
    """An object of such a class, with what it was made with; `model` is what its calls have come to."""

    cls: Class
    line: int
    given: tuple[tuple[Any, ...], dict[str, Any]]
    attributes: dict[str, Any] = field(default_factory=dict)
    variable: str | None = None
    name: str | None = None
    model: Model | None = None
    used: bool = False
    built: bool = False


@dataclass(frozen=True, repr=False, slots=True)
class Partial:
    """`partial(layers.Conv2D, padding="same")`: a call of which some arguments are given already."""

    function: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


@dataclass(frozen=True, repr=False, slots=True)
class Super:
    """`super()` within a method."""

    instance: Instance
    base: Class | None


@dataclass(frozen=True, repr=False, slots=True)
class Bound:
    """A method of a value: `model.add`, `names.append`, or a function of the text with its `self`."""

    owner: Any
    name: str
    function: Function | None = None


PLAIN = (bool, int, float, str, list, tuple, dict, range)


def is_plain(value: Any) -> bool:
    """Whether this is a value of Python itself."""
    return value is None or isinstance(value, PLAIN)
