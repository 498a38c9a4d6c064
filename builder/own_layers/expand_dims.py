"""A new axis of length 1."""

import keras


@keras.saving.register_keras_serializable()
class ExpandDims(keras.layers.Layer):
    """Adds an axis of length 1."""

    def __init__(self, axis, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.expand_dims(inputs, self.axis)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
