"""A training step on several replicas that together learn what one device learns from the whole batch.

Everything that leans on the inside of Keras 3.15.1 for this is here, and exported scripts hold this file word for word.
`fit` is not enough: with MultiWorkerMirroredStrategy it fails (https://github.com/keras-team/keras/issues/20585), and with
MirroredStrategy it gives each replica the same weight, also where the last batch is not shared evenly, and clips gradients
before they are added up. A test holds that curve and weights are those of one device.
"""

import keras
import tensorflow as tf


def synchronise(model):
    """Let every BatchNormalization take mean and variance over the shares of all replicas."""
    for layer in model.layers:
        while isinstance(layer, keras.layers.Wrapper):
            layer = layer.layer
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
        elif isinstance(layer, keras.Model):
            synchronise(layer)


def make_variables(model, batch):
    """Make the variables of optimizer and metrics now, from one batch; a step that makes them is traced twice."""
    model._symbolic_build(data_batch=batch)
    model.optimizer.build(model.trainable_variables)


def prepare(model, batch):
    """Make all variables now, as none can be made inside a loop of TensorFlow."""
    synchronise(model)
    make_variables(model, batch)
    # The steps below add up the gradients themselves, before Keras clips them and looks whether they are finite.
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    optimizer._all_reduce_sum_gradients = list


def share(batch):
    """This replica's part of a batch, how much of the batch it is, and how many of its examples the metrics count.

    The parts differ by one example at most. Of fewer examples than replicas every replica takes all, and the first one
    counts them.
    """
    context = tf.distribute.get_replica_context()
    number = tf.cast(context.replica_id_in_sync_group, tf.int32)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    with tf.device("CPU:0"):  # so that only the part is copied to a GPU
        size = tf.shape(tf.nest.flatten(batch)[0])[0]
        few = size < replicas
        begin = tf.where(few, 0, size * number // replicas)
        end = tf.where(few, size, size * (number + 1) // replicas)
        part = tf.nest.map_structure(lambda whole: whole[begin:end], batch)
    weight = tf.where(few, tf.constant(1 / replicas, tf.float64), (end - begin) / size)
    counted = tf.where(few & (number > 0), 0, end - begin)
    return part, weight, counted


def measured(model, x, y, training, counted):
    """The mean loss of a part; loss and metrics are remembered."""
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    answers = model(x, training=training)
    loss = model.compute_loss(x=x, y=y, y_pred=answers, training=training) * replicas  # Keras has divided by them
    model._loss_tracker.update_state(loss, sample_weight=counted)
    y, answers = tf.nest.map_structure(lambda whole: whole[:counted], (y, answers))
    model.compute_metrics(x, y, answers)
    return loss


def train_step(model):
    """What learns from a batch, on all replicas at once."""

    def on_replica(batch):
        (x, y), weight, counted = share(batch)
        with tf.GradientTape() as tape:
            loss = measured(model, x, y, True, counted)
            scaled = model.optimizer.scale_loss(loss * tf.cast(weight, loss.dtype))
        gradients = tape.gradient(scaled, model.trainable_weights)
        context = tf.distribute.get_replica_context()
        known = [gradient for gradient in gradients if gradient is not None]
        added = iter(context.all_reduce(tf.distribute.ReduceOp.SUM, known))
        gradients = [None if gradient is None else next(added) for gradient in gradients]
        model.optimizer.apply(gradients, model.trainable_weights)

    return lambda batch: model.distribute_strategy.run(on_replica, args=(batch,))


def test_step(model):
    """What measures a batch, on all replicas at once."""

    def on_replica(batch):
        (x, y), _, counted = share(batch)
        measured(model, x, y, False, counted)

    return lambda batch: model.distribute_strategy.run(on_replica, args=(batch,))
