"""Local response normalization, as AlexNet has it."""

import keras


@keras.saving.register_keras_serializable()
class LocalResponseNormalization(keras.layers.Layer):
    """Divides each value by the strength of the values around it in neighbouring channels."""

    def __init__(self, size=5, k=2.0, alpha=1e-4, beta=0.75, **kwargs):
        super().__init__(**kwargs)
        self.size, self.k, self.alpha, self.beta = size, k, alpha, beta

    def call(self, inputs):
        channels, reach = inputs.shape[-1], self.size // 2
        squares = keras.ops.pad(keras.ops.square(inputs), [[0, 0]] * (len(inputs.shape) - 1) + [[reach, reach]])
        around = sum(squares[..., start : start + channels] for start in range(2 * reach + 1))
        return inputs / keras.ops.power(self.k + self.alpha * around, self.beta)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "k": self.k, "alpha": self.alpha, "beta": self.beta}
