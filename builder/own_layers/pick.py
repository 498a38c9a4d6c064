"""One place of an axis."""

import keras


@keras.saving.register_keras_serializable()
class Pick(keras.layers.Layer):
    """Takes one place along an axis, such as the last step of a sequence."""

    def __init__(self, index, axis=1, **kwargs):
        super().__init__(**kwargs)
        self.index, self.axis = index, axis

    def call(self, inputs):
        before = self.axis % len(inputs.shape)
        return inputs[(slice(None),) * before + (self.index,)]

    def get_config(self):
        return {**super().get_config(), "index": self.index, "axis": self.axis}
