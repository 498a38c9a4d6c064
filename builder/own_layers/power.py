"""Powers, value by value."""

import keras


@keras.saving.register_keras_serializable()
class Power(keras.layers.Layer):
    """Raises each value to a power."""

    def __init__(self, exponent, **kwargs):
        super().__init__(**kwargs)
        self.exponent = exponent

    def call(self, inputs):
        return keras.ops.power(inputs, self.exponent)

    def get_config(self):
        return {**super().get_config(), "exponent": self.exponent}
