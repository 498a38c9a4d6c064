"""Learned positions, as transformers have them."""

import keras


@keras.saving.register_keras_serializable()
class PositionEmbedding(keras.layers.Layer):
    """Adds a learned vector to each step of a sequence, so that attention knows where it stands."""

    def build(self, input_shape):
        self.positions = self.add_weight(shape=input_shape[1:], initializer="random_normal", name="positions")

    def call(self, inputs):
        return inputs + self.positions
