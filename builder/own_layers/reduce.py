"""One value of many along some axes."""

import keras


@keras.saving.register_keras_serializable()
class Reduce(keras.layers.Layer):
    """Makes one value of all along some axes with a function of keras.ops; without `axis` along all but the batch."""

    def __init__(self, function, axis=None, keepdims=False, **kwargs):
        super().__init__(**kwargs)
        self.function, self.axis, self.keepdims = function, axis, keepdims

    def call(self, inputs):
        axes = tuple(range(1, len(inputs.shape))) if self.axis is None else self.axis
        return getattr(keras.ops, self.function)(inputs, axis=axes, keepdims=self.keepdims)

    def get_config(self):
        return {**super().get_config(), "function": self.function, "axis": self.axis, "keepdims": self.keepdims}
