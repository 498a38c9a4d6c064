"""What can be chosen beside layers, in one list. Imports no Keras."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from builder.call import Spec


def choices(union: Any) -> tuple[type[Spec], ...]:
    """The classes of a union tagged by `type`, also of one inside another."""
    if get_origin(union) is Annotated:
        return choices(get_args(union)[0])
    if get_origin(union) in (Union, UnionType):
        return tuple(choice for member in get_args(union) for choice in choices(member))
    return (union,)


def example(spec: type[Spec]) -> Spec:
    """With the first example of what Keras requires, as a form begins."""
    return spec(**{name: field.examples[0] for name, field in spec.model_fields.items() if field.is_required()})
