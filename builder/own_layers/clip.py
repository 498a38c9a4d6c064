"""Bounds, value by value."""

import keras


@keras.saving.register_keras_serializable()
class Clip(keras.layers.Layer):
    """Keeps each value between two bounds."""

    def __init__(self, minimum=None, maximum=None, **kwargs):
        super().__init__(**kwargs)
        self.minimum, self.maximum = minimum, maximum

    def call(self, inputs):
        raised = inputs if self.minimum is None else keras.ops.maximum(inputs, self.minimum)
        return raised if self.maximum is None else keras.ops.minimum(raised, self.maximum)

    def get_config(self):
        return {**super().get_config(), "minimum": self.minimum, "maximum": self.maximum}
