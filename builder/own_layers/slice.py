"""A part of an axis."""

import keras


@keras.saving.register_keras_serializable()
class Slice(keras.layers.Layer):
    """Takes a part of an axis, such as the first steps of a sequence."""

    def __init__(self, start, stop, step=None, axis=1, **kwargs):
        super().__init__(**kwargs)
        self.start, self.stop, self.step, self.axis = start, stop, step, axis

    def call(self, inputs):
        before = self.axis % len(inputs.shape)
        return inputs[(slice(None),) * before + (slice(self.start, self.stop, self.step),)]

    def get_config(self):
        part = {"start": self.start, "stop": self.stop, "step": self.step, "axis": self.axis}
        return {**super().get_config(), **part}
