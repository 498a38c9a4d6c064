"""The random middle of a variational autoencoder."""

import keras


@keras.saving.register_keras_serializable()
class Sampling(keras.layers.Layer):
    """Draws from a normal distribution, and adds its distance from the standard one to the loss."""

    def __init__(self, weight=1.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.weight, self.seed = weight, seed
        self.draws = keras.random.SeedGenerator(seed)

    def call(self, mean, log_variance, training=None):
        distance = 1 + log_variance - keras.ops.square(mean) - keras.ops.exp(log_variance)
        self.add_loss(-0.5 * self.weight * keras.ops.mean(keras.ops.sum(distance, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.draws)
        return mean + keras.ops.exp(0.5 * log_variance) * noise

    def get_config(self):
        return {**super().get_config(), "weight": self.weight, "seed": self.seed}
