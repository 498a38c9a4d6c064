"""An axis of length 1 less."""

import keras


@keras.saving.register_keras_serializable()
class Squeeze(keras.layers.Layer):
    """Leaves an axis of length 1 out."""

    def __init__(self, axis, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def call(self, inputs):
        return keras.ops.squeeze(inputs, self.axis)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}
