"""The `preprocess_input` of a network of keras.applications as a layer, so that a saved model holds it."""

import keras


@keras.saving.register_keras_serializable()
class PreprocessInput(keras.layers.Layer):
    """Brings images from 0 to `largest` into the form that a network of keras.applications was trained with."""

    def __init__(self, network, largest=255, **kwargs):
        super().__init__(**kwargs)
        self.network, self.largest = network, largest

    def call(self, inputs):
        images = inputs if self.largest == 255 else inputs * (255 / self.largest)
        return getattr(keras.applications, self.network).preprocess_input(images)

    def get_config(self):
        return {**super().get_config(), "network": self.network, "largest": self.largest}
