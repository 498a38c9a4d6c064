"""What Keras's own signatures say, next to what our classes say. Imports Keras."""

import inspect
from typing import Any

import keras

from builder import own_layers
from builder.call import OWN, Spec
from builder.compile import make

PRECISION = "a network computes in one precision, which belongs to the training, not to a layer"
SPARSE = "the layers behind it compute with full rows"
NOT_OURS = {
    "*": {
        "data_format": "channels first does not run on a CPU with TensorFlow, and the app draws channels last",
        "lora_alpha": "with lora_rank",
        "lora_rank": "adapts learned weights, and a network starts without any; to come with the import of weights",
        "name": "is the node's id",
        "quantization_config": "an object that holds other objects; a trained model is quantized at its export",
        "stateful": "needs a fixed batch size, and the last batch of an epoch is smaller",
    },
    "BatchNormalization": {"renorm_clipping": "a dictionary of three limits, which nobody chooses by hand"},
    "Bidirectional": {"weights": "arrays are not part of a document"},
    "CategoryEncoding": {"sparse": SPARSE},
    "Discretization": {
        "dtype": PRECISION,
        "epsilon": "with num_bins",
        "num_bins": "asks for `adapt`, which looks at the data before training",
        "sparse": SPARSE,
    },
    "Embedding": {"weights": "arrays are not part of a document"},
    "HashedCrossing": {
        "dtype": PRECISION,
        "sparse": SPARSE,
    },
    "Hashing": {"sparse": SPARSE},
    "Input": {
        "batch_shape": "as batch_size",
        "batch_size": "batches are made by the training; the last one of an epoch is smaller",
        "optional": "every port that has an edge gets a tensor",
        "ragged": "no data set of the app is ragged",
        "sparse": "no data set of the app is sparse",
        "tensor": "a tensor is not part of a document",
    },
    "IntegerLookup": {"sparse": SPARSE, "vocabulary_dtype": "Keras has only int64"},
    "keras.applications": {"input_tensor": "a tensor is not part of a document; what comes in is an edge"},
    "ReversibleEmbedding": {"reverse_dtype": PRECISION},
    "SpatialDropout1D": {"dtype": PRECISION},
    "SpatialDropout2D": {"dtype": PRECISION},
    "SpatialDropout3D": {"dtype": PRECISION},
    "EinsumDense": {"gptq_unpacked_column_size": "of a quantized kernel; a trained model is quantized at its export"},
    "GroupQueryAttention": {"flash_attention": "Keras does not have it on TensorFlow"},
    "MultiHeadAttention": {"flash_attention": "Keras does not have it on TensorFlow"},
}


def target(spec: type[Spec]) -> Any:
    """The class or function of Keras that a Spec stands for."""
    if spec.namespace == OWN:
        return getattr(own_layers, spec.__name__)
    place = keras
    for name in spec.namespace.split(".")[1:]:
        place = getattr(place, name)
    return getattr(place, spec.__name__)


def parameters(spec: type[Spec]) -> dict[str, inspect.Parameter]:
    """Keras's parameters by name; `*args` and `**kwargs` left out."""
    signature = inspect.signature(target(spec)).parameters.values()
    return {p.name: p for p in signature if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


def left_out(spec: type[Spec]) -> dict[str, str]:
    """Parameters of Keras that are not offered, with the reason."""
    return {**NOT_OURS["*"], **NOT_OURS.get(spec.namespace, {}), **NOT_OURS.get(spec.__name__, {})}


def assert_same_signature(spec: type[Spec]) -> None:
    """Names, order, what is required, and defaults are those of Keras, but for what is left out."""
    theirs = {name: p for name, p in parameters(spec).items() if name not in left_out(spec)}
    beside = ("type", "trainable", "trainable_layers")
    ours = {name: field for name, field in spec.model_fields.items() if name not in {*beside, *spec.at_call}}
    assert list(ours) == list(theirs)
    for name, field in ours.items():
        required = theirs[name].default is inspect.Parameter.empty
        always_given = (
            spec.__name__ == "Input" and name == "shape"
        )  # optional in Keras only beside batch_shape and tensor
        assert field.is_required() == (required or always_given), name
        if not field.is_required():
            assert_same_value(field.default, theirs[name].default)
    called = inspect.signature(target(spec).call).parameters if spec.at_call else {}
    for name in spec.at_call:
        assert_same_value(spec.model_fields[name].default, called[name].default)


def assert_same_value(ours: Any, theirs: Any) -> None:
    """`HeNormal()` is what Keras means by "he_normal"; everything else is equal."""
    if isinstance(ours, Spec):
        meant = keras.initializers.get(theirs)
        made = make(ours.call())
        assert type(made) is type(meant)
        assert made.get_config() == meant.get_config()
    else:
        assert type(ours) is type(theirs)
        assert ours == theirs


def public_classes(namespace: Any, *abstract: str) -> set[str]:
    """The classes of a namespace by the name that is theirs, or the only one; without those to derive from."""
    names: dict[Any, list[str]] = {}
    for name, thing in vars(namespace).items():
        if inspect.isclass(thing):
            names.setdefault(thing, []).append(name)
    found = {thing.__name__ if thing.__name__ in known else known[0] for thing, known in names.items()}
    return found - set(abstract)
