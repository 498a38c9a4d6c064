"""What a node may be called: one name that is Python variable, Keras layer name and key everywhere."""

from __future__ import annotations

import keyword
import re
from typing import Annotated

from pydantic import AfterValidator, Field

# Names that a script or a keras.Model uses itself; a node of that name would hide them.
RESERVED = frozenset(
    """
    add_loss add_metric add_variable add_weight autocast_dtype build built call compile compile_from_config compiled
    compiled_loss compiled_metrics compute_dtype compute_loss compute_loss_and_updates compute_mask compute_metrics
    compute_output_shape compute_output_spec count_params distribute_reduction_method distribute_strategy dtype
    dtype_policy evaluate evaluate_step export fit from_config get_build_config get_compile_config get_config
    get_layer get_metrics_result get_weights input input_dtype input_shape input_spec inputs jit_compile keras
    layers load_own_variables load_weights logs loss losses make_model make_predict_function make_test_function
    make_train_function metrics metrics_names metrics_variables model name non_trainable_variables
    non_trainable_weights np operations optimizer output output_shape outputs path predict predict_on_batch
    predict_step quantization_mode quantize quantized_build quantized_call rematerialized_call reset_metrics
    run_eagerly save save_own_variables save_weights self set_state_tree set_weights stateless_call
    stateless_compute_loss stateless_reset_metrics stateless_rejit steps_per_execution stop_training summary
    supports_jit supports_masking symbolic_call test_function test_on_batch test_step tf to_json train_function
    train_on_batch train_step train_summary trainable trainable_variables trainable_weights training variable_dtype
    variables weights x_test x_train y_test y_train
    """.split()  # noqa: SIM905 (one name a line would be a hundred lines)
)


def _check_id(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", value):
        raise ValueError(
            "A layer's name becomes a Python variable: small letters, digits and _, starting with a letter. "
            f"{value[:60]!r} is not one."
        )
    if keyword.iskeyword(value) or keyword.issoftkeyword(value) or value in RESERVED:
        raise ValueError(f"{value!r} is a name that Python or Keras uses itself. Choose another, such as '{value}_1'.")
    return value


NodeId = Annotated[str, Field(max_length=64), AfterValidator(_check_id)]


def fresh_id(layer_type: str, taken: set[str]) -> str:
    """The name that Keras itself would give: `conv2d`, then `conv2d_1`, `conv2d_2`, ..."""
    base = "input_layer" if layer_type == "Input" else snake_case(layer_type)
    return next(name for n in range(len(taken) + 1) if (name := base if n == 0 else f"{base}_{n}") not in taken)


def snake_case(class_name: str) -> str:
    """`MaxPooling2D` -> `max_pooling2d`, as Keras names layers (keras.src.utils.naming)."""
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", class_name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
