"""The product of matrices."""

import keras


@keras.saving.register_keras_serializable()
class MatMul(keras.layers.Layer):
    """Multiplies the matrices in the last two axes of two tensors."""

    def __init__(self, transpose_first=False, transpose_second=False, **kwargs):
        super().__init__(**kwargs)
        self.transpose_first, self.transpose_second = transpose_first, transpose_second

    def call(self, first, second):
        if min(len(first.shape), len(second.shape)) < 3:  # the examples of a batch would be mixed
            raise ValueError("Matrices are multiplied here: each input needs two axes beside the batch.")
        first = keras.ops.swapaxes(first, -1, -2) if self.transpose_first else first
        second = keras.ops.swapaxes(second, -1, -2) if self.transpose_second else second
        return keras.ops.matmul(first, second)

    def get_config(self):
        turned = {"transpose_first": self.transpose_first, "transpose_second": self.transpose_second}
        return {**super().get_config(), **turned}
