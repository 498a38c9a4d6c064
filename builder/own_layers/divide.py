"""One tensor by another."""

import keras


@keras.saving.register_keras_serializable()
class Divide(keras.layers.Layer):
    """Divides one tensor by another, value by value."""

    def call(self, dividend, divisor):
        return keras.ops.divide(dividend, divisor)
