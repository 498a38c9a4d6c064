"""Functions of mathematics, value by value."""

import keras


@keras.saving.register_keras_serializable()
class Elementwise(keras.layers.Layer):
    """Applies a function of keras.ops to each value."""

    def __init__(self, function, **kwargs):
        super().__init__(**kwargs)
        self.function = function

    def call(self, inputs):
        return getattr(keras.ops, self.function)(inputs)

    def get_config(self):
        return {**super().get_config(), "function": self.function}
