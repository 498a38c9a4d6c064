"""Which of the models in a text it is about."""

from __future__ import annotations

from builder.reading import models
from builder.reading.loops import Reader
from builder.reading.values import Class, FaultError, Function, Instance, Model, Name, Scope, Tensor, ToldError, Unknown


def network(reader: Reader, module: Scope) -> Model:
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
    """The one called `model`, else the largest of those that are trained, or of all."""
    named = module.values.get("model")
    named = named.model if isinstance(named, Instance) else named
    if isinstance(named, Model) and named in candidates:
        return named
    alone = [model for model in candidates if not model.inside] or candidates
    trained = [model for model in alone if model.trained]

    def size(model: Model) -> int:
        return len(models.needed(model.outputs, set(), reader.trace.made)) or len(model.layers or ())

    return max(trained or alone, key=size)


def _chained(reader: Reader, model: Model) -> Model:
    """A Sequential of which nobody knows the shape of an example yet, as a chain without Input."""
    if model.outputs or model.layers is None:
        return model
    tensor = reader.trace.open_input(model.line)
    models.call(reader.trace, model, (tensor,), model.line)
    return model


def _carry_out_what_is_only_defined(reader: Reader, module: Scope) -> None:
    """`def make_model(): ...` that nobody calls, or a class that nobody makes: it is meant to be read all the same."""
    values = list(module.values.values())
    if reader.trace.models or any(isinstance(value, Instance) for value in values):
        return
    for one in reversed([value for value in values if isinstance(value, Function | Class)]):
        line = one.node.lineno
        if one.called or (isinstance(one, Class) and not one.model):
            continue
        if _needs(one):
            reader.trace.note(line, f"{one.name} is never called.")
            continue
        reader.trace.note(line, f"{one.name} is never called; it is read as if it were, without arguments.")
        value = reader.carry_out(one, (), {}, line) if isinstance(one, Function) else reader.make(one, (), {}, line)
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
