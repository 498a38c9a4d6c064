"""Tensors upon another along a new axis."""

import keras


@keras.saving.register_keras_serializable()
class Stack(keras.layers.Layer):
    """Lays tensors upon another along a new axis."""

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.stack(inputs, axis=self.axis)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
