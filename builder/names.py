"""What a node may be called: one name that is Python variable, Keras layer name and key everywhere."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_LENGTH = 64

# Layers whose class has another name than the one that it is imported by; and `slice` is a name of Python itself.
KERAS_NAMES = {"GroupQueryAttention": "grouped_query_attention", "Input": "input_layer", "Slice": "sliced"}

# Names that a script or a keras.Model uses itself; a node of that name would hide them.
RESERVED = frozenset(dir(builtins)) | frozenset(
    """
    activity_regularizer add_loss add_metric add_variable add_weight autocast autocast_dtype build build_from_config
    built call call_signature_parameters compile compile_from_config compiled compiled_loss compiled_metrics
    arrange compute_dtype compute_loss compute_loss_and_updates compute_mask compute_metrics compute_output_shape
    compute_output_spec count_params distribute_reduction_method distribute_strategy dtype dtype_policy evaluate
    evaluate_step export fit from_config get_build_config get_compile_config get_config get_layer get_metrics_result
    get_quantization_layer_structure get_state_tree get_weights held_out input input_dtype input_shape input_spec
    inputs jit_compile keras layers load_own_variables load_weights logs loss losses make_model
    make_predict_function make_test_function make_train_function metrics metrics_names metrics_variables model name
    non_trainable_variables non_trainable_weights np operations optimizer output output_names output_shape outputs path predict
    predict_function predict_on_batch predict_step quantization_mode quantize quantized_build quantized_call
    rematerialized_call reset_metrics run_eagerly save save_own_variables save_weights self set_state_tree
    set_weights stateless_call stateless_compute_loss stateless_rejit stateless_reset_metrics steps_per_execution
    stop_training summary supports_jit supports_masking symbolic_call test_function test_on_batch test_step tf
    to_json train train_function train_on_batch train_step train_summary trainable trainable_variables
    trainable_weights training unrolled_steps_per_execution validation variable_dtype variables weights x_test
    x_train x_val y_test y_train y_val
    """.split()  # noqa: SIM905 (one name a line would be a hundred lines)
)


def _check_id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(
            "A layer's name becomes a Python variable: small letters, digits and _, starting with a letter. "
            f"{value[:60]!r} is not one."
        )
    if _is_reserved(value):
        raise ValueError(f"{value!r} is a name that Python or Keras uses itself. Choose another, such as '{value}_1'.")
    return value


def _is_reserved(name: str) -> bool:
    return keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in RESERVED


NodeId = Annotated[str, Field(max_length=MAX_LENGTH), AfterValidator(_check_id)]


def fresh_id(layer_type: str, taken: Iterable[str]) -> str:
    """The name that Keras itself would give: `conv2d`, then `conv2d_1`, `conv2d_2`, ..."""
    return next(fresh_names([base_name(layer_type)], taken))


def base_name(layer_type: str) -> str:
    """The name that Keras gives the first layer of a type."""
    return KERAS_NAMES.get(layer_type) or snake_case(layer_type)


def fresh_names(wanted: Iterable[str], taken: Iterable[str]) -> Iterator[str]:
    """For each wanted name the name itself if it is free, else the next number of it: `stem`, `stem_1`, `stem_2`, ..."""
    used = set(taken)
    counters: dict[str, int] = {}
    for name in wanted:
        if name in used or _is_reserved(name):
            base = re.sub(r"_\d+$", "", name)[: MAX_LENGTH - 6]
            number = counters.get(base, 1)
            while (name := f"{base}_{number}") in used:
                number += 1
            counters[base] = number + 1
        used.add(name)
        yield name


def snake_case(class_name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras names layers (keras.src.utils.naming)."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
