"""What a pydantic model asks a person, as data: a field each, with its kind, help and default. Drawn by `form`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pages.parts.kinds import Choice, Flag, Kind, Nested, Number, Row, Several, Variants, kind_of

# Fields that few people change: a form folds them away.
RARE = re.compile(
    r".*_(initializer|regularizer|constraint)|trainable|dtype|data_format|seed|epsilon|.*weight_decay|.*clip.*|ema_.*|muon_.|"
    r"renorm.*|reduction|ignore_class|name"
)
RARE_IN = {
    "adam_lr_ratio", "amsgrad", "attention_axes", "backward_layer", "depth_multiplier", "dilation_rate", "go_backwards",
    "gradient_accumulation_steps", "groups", "loss_scale_factor", "noise_shape", "output_padding",
    "recurrent_activation", "reset_after", "return_state", "sliding_window", "stateful", "synchronized",
    "unit_forget_bias", "unroll", "use_cudnn", "use_ema", "use_gate", "zero_output_for_mask",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One entry of a form. `default` is None and `required` true where Keras has no default."""

    name: str
    kind: Kind
    help: str
    required: bool
    default: Any
    rare: bool

    @property
    def label(self) -> str:
        """The name in plain words."""
        return label_of(self.name)


def label_of(name: str) -> str:
    """The name of a field in plain words."""
    return name.replace("_", " ").capitalize()


@cache
def fields(model: type[BaseModel]) -> tuple[Field, ...]:
    """What a model asks, in its own order; its `type` tag is no question."""
    return tuple(_field(model, name, info) for name, info in model.model_fields.items() if name != "type")


def fresh(model: type[BaseModel]) -> BaseModel:
    """A model as it begins: defaults, and the first example of what has no default."""
    required = {
        name: info.examples[0] for name, info in model.model_fields.items() if info.is_required() and info.examples
    }
    return model(**required)


def begin(kind: Kind | None) -> Any:
    """A value to start with when a person has just chosen this kind."""
    match kind:
        case Nested(model):
            return fresh(model)
        case Choice(options):
            return options[0]
        case Number(integer, low):
            return (int if integer else float)(low or 0)
        case Row(parts):
            return tuple(begin(part) for part in parts)
        case Variants(options):
            return begin(next(iter(options.values())))
        case Flag():
            return False
        case Several():
            return ()
    return None


def step(kind: Number, default: Any) -> float:
    """How far one click goes: 1 for whole numbers, 0.05 in a share, else half of the default's power of ten."""
    if kind.integer:
        return 1
    if not isinstance(default, int | float) or default <= 0:
        return 0.05 if kind.high is not None and kind.high <= 1 else 0.1
    if kind.high is not None and kind.high <= 1 and default >= 0.05:
        return 0.05
    return float(f"{10.0 ** math.floor(math.log10(default)) / 2:.3g}")


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> Field:
    required = info.is_required()
    rare = not required and (RARE.fullmatch(name) is not None or name in RARE_IN)
    default = None if required else info.get_default(call_default_factory=True)
    kind = kind_of(info.annotation, info.metadata)
    return Field(name, kind, help_text(model, name), required, default, rare)


def help_text(model: type[BaseModel], name: str) -> str:
    """The field's description, else what the model's docstring says of it; then its name in Keras."""
    said = model.model_fields[name].description
    if not said:
        lines = [line.strip() for line in (model.__doc__ or "").splitlines()[1:] if f"`{name}`" in line]
        said = " ".join(lines)
    return f"{said}\n\nIn Keras: `{name}`".strip()
