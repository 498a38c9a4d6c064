"""Keras code as people write it, in many styles: what network it is read as, and what is said of it."""

from textwrap import dedent

import pytest

from builder.graph import Graph
from builder.reading import Note, read_code


def read(text: str) -> tuple[Graph, tuple[Note, ...]]:
    reading = read_code(dedent(text))
    return reading.graph, reading.notes


def described(graph: Graph) -> list[str]:
    """A line a node: `dense Dense 10, softmax <- flatten`."""
    incoming: dict[str, list[str]] = {}
    for edge in graph.edges:
        part = f"[{edge.output}]" if edge.output else ""
        port = "" if edge.port == "inputs" else f" as {edge.port}"
        incoming.setdefault(edge.target, []).append(f"{edge.source}{part}{port}")
    lines = []
    for node in graph.nodes:
        frozen = "" if getattr(node.layer, "trainable", True) else " frozen"
        shared = f" = {node.shares}" if node.shares else ""
        sources = f" <- {', '.join(incoming[node.id])}" if node.id in incoming else ""
        lines.append(f"{node.id} {node.layer.type} {node.layer.summary()}".rstrip() + frozen + shared + sources)
    return lines


CHAIN = [
    "input_layer Input 28x28x1",
    "conv2d Conv2D 32 @ 3x3, relu <- input_layer",
    "max_pooling2d MaxPooling2D 2x2 <- conv2d",
    "flatten Flatten <- max_pooling2d",
    "dropout Dropout rate 0.5 <- flatten",
    "dense Dense 10, softmax <- dropout",
]
CASES: dict[str, tuple[str, list[str]]] = {
    "one list, the shape with the first layer": (
        """
        from tensorflow.keras.models import Sequential
        from tensorflow.keras.layers import Dense, Conv2D, MaxPool2D, Flatten, Dropout
        classes = 10
        model = Sequential([
            Conv2D(32, 3, activation='relu', input_shape=(28, 28, 1)),
            MaxPool2D(),
            Flatten(), Dropout(.5),
            Dense(classes, activation='softmax')
        ])
        """,
        CHAIN,
    ),
    "add, one layer after the other": (
        """
        import tensorflow as tf
        from tensorflow import keras
        m = keras.models.Sequential(name="digits")
        m.add(keras.layers.InputLayer(input_shape=(28, 28, 1)))
        m.add(tf.keras.layers.Conv2D(filters=32, kernel_size=[3, 3], activation=tf.nn.relu))
        m.add(keras.layers.MaxPooling2D(2))
        m.add(keras.layers.Flatten())
        m.add(keras.layers.Dropout(rate=1 / 2))
        m.add(keras.layers.Dense(units=10, activation=keras.activations.softmax))
        """,
        CHAIN,
    ),
    "Keras 1 and 2 names": (
        """
        from keras.models import Sequential
        from keras.layers.core import Dense, Dropout, Flatten
        from keras.layers.convolutional import Convolution2D, MaxPooling2D
        model = Sequential()
        model.add(Convolution2D(32, 3, 3, border_mode='valid', activation='relu', dim_ordering='tf',
                                batch_input_shape=(None, 28, 28, 1)))
        model.add(MaxPooling2D())
        model.add(Flatten())
        model.add(Dropout(p=0.5))
        model.add(Dense(output_dim=10, activation='softmax'))
        """,
        CHAIN,
    ),
    "everything imported, loops and conditions": (
        """
        from keras.models import Sequential
        from keras.layers import *
        from keras import regularizers
        model = Sequential()
        model.add(Input(shape=(784,)))
        for i, n in enumerate([64, 32]):
            model.add(Dense(n, activation="relu", kernel_regularizer=regularizers.l2(0.001), name=f"hidden_{i + 1}"))
            if i % 2 == 0:
                model.add(Dropout(0.3))
        model.add(Dense(1)); model.add(Activation('sigmoid'))
        """,
        [
            "input_layer Input 784",
            "hidden_1 Dense 64, relu <- input_layer",
            "dropout Dropout rate 0.3 <- hidden_1",
            "hidden_2 Dense 32, relu <- dropout",
            "dense Dense 1 <- hidden_2",
            "activation Activation sigmoid <- dense",
        ],
    ),
    "a list that says what comes, while and isinstance": (
        """
        import keras
        from keras.layers import Conv2D, MaxPooling2D, LeakyReLU, Flatten, Dense
        plan = [64, "M", *[128] * 2, "M"]
        inp = x = keras.Input((32, 32, 3))
        i = 0
        while i < len(plan):
            step = plan[i]
            if isinstance(step, str):
                x = MaxPooling2D(2, strides=2)(x)
            else:
                x = Conv2D(step, 3, padding="same")(x)
                x = LeakyReLU(alpha=0.1)(x)
            i += 1
        net = keras.Model(inp, Dense(10)(Flatten()(x)))
        """,
        [
            "inp Input 32x32x3",
            "conv2d Conv2D 64 @ 3x3 <- inp",
            "leaky_re_lu LeakyReLU slope 0.1 <- conv2d",
            "max_pooling2d MaxPooling2D 2x2 <- leaky_re_lu",
            "conv2d_1 Conv2D 128 @ 3x3 <- max_pooling2d",
            "leaky_re_lu_1 LeakyReLU slope 0.1 <- conv2d_1",
            "conv2d_2 Conv2D 128 @ 3x3 <- leaky_re_lu_1",
            "leaky_re_lu_2 LeakyReLU slope 0.1 <- conv2d_2",
            "max_pooling2d_1 MaxPooling2D 2x2 <- leaky_re_lu_2",
            "flatten Flatten <- max_pooling2d_1",
            "dense Dense 10 <- flatten",
        ],
    ),
    "settings in a dictionary": (
        """
        from keras import Sequential, layers as L
        CFG = dict(dense=(128, 64, 10), drop=0.25)
        CFG["act"] = "relu"
        m = Sequential([L.Input((20,))])
        *hidden, last = CFG["dense"]
        for h in hidden: m.add(L.Dense(h, CFG.get("act", "tanh")))
        m.add(L.Dropout(CFG["drop"]))
        m.add(L.Dense(last, name="{}_{}".format("out", last)))
        """,
        [
            "input_layer Input 20",
            "dense Dense 128, relu <- input_layer",
            "dense_1 Dense 64, relu <- dense",
            "dropout Dropout rate 0.25 <- dense_1",
            "out_10 Dense 10 <- dropout",
        ],
    ),
    "a function for a residual block, + for Add": (
        """
        import tensorflow as tf
        L = tf.keras.layers
        def residual(x, filters, stride=1):
            y = L.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
            y = tf.nn.relu(L.BatchNormalization()(y))
            if stride != 1 or x.shape[-1] != filters:
                x = L.Conv2D(filters, 1, strides=stride)(x)
            return L.ReLU()(x + y)
        inputs = tf.keras.Input((32, 32, 16))
        x = inputs
        for f, s in zip([16, 32], (1, 2)):
            x = residual(x, f, s)
        model = tf.keras.Model(inputs=inputs, outputs=x, name="resnet")
        """,
        [
            "input_layer Input 32x32x16",
            "conv2d Conv2D 16 @ 3x3 <- input_layer",
            "batch_normalization BatchNormalization <- conv2d",
            "activation Activation relu <- batch_normalization",
            "add Add <- input_layer, activation",
            "re_lu ReLU <- add",
            "conv2d_1 Conv2D 32 @ 3x3, step 2x2 <- re_lu",
            "batch_normalization_1 BatchNormalization <- conv2d_1",
            "activation_1 Activation relu <- batch_normalization_1",
            "conv2d_2 Conv2D 32 @ 1x1, step 2x2 <- re_lu",
            "add_1 Add <- conv2d_2, activation_1",
            "re_lu_1 ReLU <- add_1",
        ],
    ),
    "states passed on": (
        """
        from keras.models import Model
        from keras.layers import Input, LSTM, Dense
        source = Input(shape=(None, 71))
        encoder = LSTM(256, return_state=True)
        encoded, h, c = encoder(source)
        states = [h, c]
        target = Input(shape=(None, 93))
        decoder = LSTM(256, return_sequences=True, return_state=True)
        decoded, _, _ = decoder(target, initial_state=states)
        word = Dense(93, activation="softmax")(decoded)
        model = Model([source, target], word)
        """,
        [
            "source Input ?x71",
            "encoded LSTM 256, state <- source",
            "target Input ?x93",
            "decoded LSTM 256, sequences, state <- target, encoded[1] as initial_state, encoded[2] as initial_state",
            "word Dense 93, softmax <- decoded",
        ],
    ),
    "one network for two inputs": (
        """
        import keras
        from keras import layers
        base = keras.Sequential([layers.Dense(64, activation="relu"), layers.Dense(32)])
        a = keras.Input((100,)); b = keras.Input((100,))
        near, far = base(a), base(b)
        out = layers.Dense(1)(layers.concatenate([near, far]))
        model = keras.Model([b, a], out)
        """,
        [
            "input_layer_1 Input 100",
            "input_layer Input 100",
            "dense Dense 64, relu <- input_layer",
            "near Dense 32 <- dense",
            "dense_1 Dense 64, relu = dense <- input_layer_1",
            "far Dense 32 = near <- dense_1",
            "concatenate Concatenate <- near, far",
            "out Dense 1 <- concatenate",
        ],
    ),
    "models as layers": (
        """
        import keras
        from keras import layers
        picture = keras.Input((28, 28, 1))
        encoder = keras.Model(picture, layers.GlobalMaxPooling2D()(layers.Conv2D(16, 3)(picture)), name="encoder")
        code = keras.Input((16,))
        decoder = keras.Model(code, layers.Dense(3)(code), name="decoder")
        img = keras.Input((28, 28, 1), name="img")
        autoencoder = keras.Model(img, decoder(encoder(img)))
        autoencoder.compile(loss="mse")
        """,
        [
            "img Input 28x28x1",
            "conv2d Conv2D 16 @ 3x3 <- img",
            "global_max_pooling2d GlobalMaxPooling2D <- conv2d",
            "dense Dense 3 <- global_max_pooling2d",
        ],
    ),
    "attention": (
        """
        import keras
        from keras import layers
        def block(x, heads, dim):
            attended = layers.MultiHeadAttention(num_heads=heads, key_dim=dim)(x, x)
            return layers.LayerNormalization(epsilon=1e-6)(layers.add([x, attended]))
        x = tokens = keras.Input((20, 32))
        for _ in range(2):
            x = block(x, 4, 8)
        model = keras.Model(tokens, x)
        """,
        [
            "tokens Input 20x32",
            "multi_head_attention MultiHeadAttention 4 heads of 8 <- tokens as query, tokens as value",
            "add Add <- tokens, multi_head_attention",
            "layer_normalization LayerNormalization <- add",
            "multi_head_attention_1 MultiHeadAttention 4 heads of 8"
            " <- layer_normalization as query, layer_normalization as value",
            "add_1 Add <- layer_normalization, multi_head_attention_1",
            "layer_normalization_1 LayerNormalization <- add_1",
        ],
    ),
    "tokens, and a layer in a layer": (
        """
        from keras.models import Sequential
        from keras.layers import Embedding, Bidirectional, LSTM, Dense
        m = Sequential()
        m.add(Embedding(5000, 64, input_length=100))
        m.add(Bidirectional(LSTM(32, return_sequences=True), merge_mode='sum'))
        m.add(LSTM(16, dropout=.2))
        m.add(Dense(1, 'sigmoid'))
        """,
        [
            "input_layer Input 100",
            "embedding Embedding 5000 to 64 <- input_layer",
            "bidirectional Bidirectional LSTM 32, sequences <- embedding",
            "lstm_1 LSTM 16 <- bidirectional",
            "dense Dense 1, sigmoid <- lstm_1",
        ],
    ),
    "several inputs and outputs by name": (
        """
        import keras
        from keras import layers
        title = keras.Input(shape=(None,), name="title", dtype="int32")
        tags = keras.Input(shape=(12,), name="tags")
        t = layers.LSTM(128)(layers.Embedding(1000, 64)(title))
        x = layers.concatenate([t, tags])
        model = keras.Model(
            inputs={"title": title, "tags": tags},
            outputs={"b": layers.Dense(4, name="department")(x), "a": layers.Dense(1, name="priority")(x)},
        )
        """,
        [
            "title Input ?",
            "tags Input 12",
            "embedding Embedding 1000 to 64 <- title",
            "lstm LSTM 128 <- embedding",
            "concatenate Concatenate <- lstm, tags",
            "department Dense 4 <- concatenate",
            "priority Dense 1 <- concatenate",
        ],
    ),
    "transfer, called": (
        """
        import tensorflow as tf
        base = tf.keras.applications.MobileNetV2(input_shape=(160, 160, 3), include_top=False, weights='imagenet')
        base.trainable = False
        inputs = tf.keras.Input(shape=(160, 160, 3))
        x = tf.keras.applications.mobilenet_v2.preprocess_input(inputs)
        x = base(x, training=False)
        outputs = tf.keras.layers.Dense(1)(tf.keras.layers.GlobalAveragePooling2D()(x))
        model = tf.keras.Model(inputs, outputs)
        """,
        [
            "input_layer Input 160x160x3",
            "preprocess_input PreprocessInput mobilenet_v2, from 0..255 <- input_layer",
            "base MobileNetV2 imagenet, frozen frozen <- preprocess_input",
            "global_average_pooling2d GlobalAveragePooling2D <- base",
            "dense Dense 1 <- global_average_pooling2d",
        ],
    ),
    "transfer, from its output": (
        """
        from tensorflow.keras.applications import MobileNetV2
        from tensorflow.keras import layers, Model
        base = MobileNetV2(weights=None, include_top=False, input_shape=(96, 96, 3))
        for layer in base.layers:
            layer.trainable = False
        pred = layers.Dense(5)(layers.Flatten()(base.output))
        model = Model(inputs=base.input, outputs=pred)
        """,
        [
            "input_layer Input 96x96x3",
            "base MobileNetV2 random weights, frozen frozen <- input_layer",
            "flatten Flatten <- base",
            "pred Dense 5 <- flatten",
        ],
    ),
    "fine tuning of the last layers": (
        """
        import keras
        base = keras.applications.VGG16(include_top=False, weights=None, pooling="avg")
        base.trainable = True
        for layer in base.layers[:-4]:
            layer.trainable = False
        other = keras.applications.ResNet50(include_top=False, weights=None, pooling="avg")
        other.trainable = False
        for layer in other.layers[-10:]:
            layer.trainable = True
        x = keras.Input((224, 224, 3))
        model = keras.Model(x, keras.layers.concatenate([base(x), other(x)]))
        """,
        [
            "input_layer Input 224x224x3",
            "base VGG16 random weights, avg, last 4 learn <- input_layer",
            "other ResNet50 random weights, avg, last 10 learn <- input_layer",
            "concatenate Concatenate <- base, other",
        ],
    ),
    "frozen one by one": (
        """
        import keras
        from keras import layers
        model = keras.Sequential([keras.Input((4,)), layers.Dense(3, name="a"), layers.Dense(3, name="b"),
                                  layers.Dense(2, trainable=False, name="c")])
        model.get_layer("a").trainable = False
        model.layers[-1].trainable = True
        """,
        ["input_layer Input 4", "a Dense 3 frozen <- input_layer", "b Dense 3 <- a", "c Dense 2 <- b"],
    ),
    "a model of one's own": (
        """
        import tensorflow as tf
        class Net(tf.keras.Model):
            def __init__(self, n=10):
                super(Net, self).__init__()
                self.conv = tf.keras.layers.Conv2D(32, 3, activation="relu")
                self.flat = tf.keras.layers.Flatten()
                self.stack = [tf.keras.layers.Dense(32) for _ in range(2)]
                self.out = tf.keras.layers.Dense(n)
            def call(self, x, training=False):
                x = self.flat(self.conv(x))
                for layer in self.stack:
                    x = layer(x)
                return self.out(x)
        model = Net(5)
        model.build((None, 28, 28, 1))
        """,
        [
            "input_layer Input 28x28x1",
            "conv Conv2D 32 @ 3x3, relu <- input_layer",
            "flat Flatten <- conv",
            "dense Dense 32 <- flat",
            "dense_1 Dense 32 <- dense",
            "out Dense 5 <- dense_1",
        ],
    ),
    "classes around it": (
        """
        import keras
        from dataclasses import dataclass
        class Config:
            sizes = [4, 5]
        @dataclass
        class Head:
            units: int = 3
            act: str = "relu"
        class Builder:
            def __init__(self, config):
                self.config = config
            @staticmethod
            def dense(n):
                return keras.layers.Dense(n)
            def build(self):
                first = x = keras.Input((12,))
                for size in self.config.sizes:
                    x = self.dense(size)(x)
                head = Head(units=7)
                self.model = keras.Model(first, keras.layers.Dense(head.units, head.act)(x))
                return self.model
        model = Builder(Config()).build()
        """,
        [
            "first Input 12",
            "dense Dense 4 <- first",
            "dense_1 Dense 5 <- dense",
            "dense_2 Dense 7, relu <- dense_1",
        ],
    ),
    "operations on tensors": (
        """
        import keras
        x = keras.Input((4,))
        first = keras.layers.Dense(4)(x / 255)
        both = keras.ops.concatenate([keras.ops.add(first, x), first * x], axis=-1)
        model = keras.Model(x, 1 - keras.ops.tanh(both))
        """,
        [
            "input_layer Input 4",
            "rescaling Rescaling x 0.00392 <- input_layer",
            "first Dense 4 <- rescaling",
            "add Add <- first, input_layer",
            "multiply Multiply <- first, input_layer",
            "both Concatenate <- add, multiply",
            "activation Activation tanh <- both",
            "rescaling_1 Rescaling x -1 + 1 <- activation",
        ],
    ),
    "a script with everything around": (
        '''
        #!/usr/bin/env python
        """What this is."""
        import argparse, os
        from tensorflow.keras import layers, models

        def options():
            p = argparse.ArgumentParser()
            p.add_argument("--units", type=int, default=3)
            return p.parse_args()

        def make_model(shape=(28, 28), units: int = 128) -> models.Model:
            model = models.Sequential([layers.Flatten(input_shape=shape), layers.Dense(units, activation="relu")])
            model.compile(optimizer="adam", loss="mse")
            return model

        def main():
            args = options()
            (x_train, y_train), (x_test, y_test) = load()
            x_train, x_test = x_train / 255.0, x_test / 255.0
            model = make_model(units=64)
            for epoch in range(100_000):
                model.train_on_batch(x_train, y_train)
                if epoch % 10 == 0:
                    print(epoch)
            model.save("here.keras")

        if __name__ == "__main__":
            main()
        ''',
        ["input_layer Input 28x28", "flatten Flatten <- input_layer", "dense Dense 64, relu <- flatten"],
    ),
    "a call of which some is given already, and an assertion on a shape that only Keras knows": (
        """
        from functools import partial
        from tensorflow import keras

        Conv = partial(keras.layers.Conv2D, kernel_size=3, padding="same", activation="relu")
        model = keras.Sequential([Conv(8, kernel_size=7, input_shape=[28, 28, 1]), Conv(filters=16)])
        assert model.output_shape == (None, 28, 28, 16)
        model.add(keras.layers.Flatten())
        """,
        [
            "input_layer Input 28x28x1",
            "conv2d Conv2D 8 @ 7x7, relu <- input_layer",
            "conv2d_1 Conv2D 16 @ 3x3, relu <- conv2d",
            "flatten Flatten <- conv2d_1",
        ],
    ),
    "a Sequential at each step": (
        """
        from keras import layers, models

        cnn = models.Sequential([layers.Conv2D(8, 3, input_shape=(32, 32, 3)), layers.Flatten(name="flat")])
        video = layers.Input((10, 32, 32, 3))
        model = models.Model(video, layers.GRU(4)(layers.TimeDistributed(cnn)(video)))
        """,
        [
            "video Input 10x32x32x3",
            "time_distributed TimeDistributed Conv2D 8 @ 3x3 <- video",
            "flat TimeDistributed Flatten <- time_distributed",
            "gru GRU 4 <- flat",
        ],
    ),
    "a layer of one's own in a Sequential": (
        """
        import keras
        from keras import layers

        class Unit(layers.Layer):
            def __init__(self, filters, activation="relu", **kwargs):
                super().__init__(**kwargs)
                self.activation = keras.activations.get(activation)
                self.main = [layers.Conv2D(filters, 3, padding="same"), self.activation, layers.BatchNormalization()]

            def call(self, inputs):
                z = inputs
                for layer in self.main:
                    z = layer(z)
                return self.activation(z + inputs)

        model = keras.Sequential([layers.Input((8, 8, 4))])
        for filters in [4]:
            model.add(Unit(filters))
        model.add(layers.Flatten())
        """,
        [
            "input_layer Input 8x8x4",
            "conv2d Conv2D 4 @ 3x3 <- input_layer",
            "activation Activation relu <- conv2d",
            "batch_normalization BatchNormalization <- activation",
            "add Add <- batch_normalization, input_layer",
            "activation_1 Activation relu <- add",
            "flatten Flatten <- activation_1",
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_people_write_is_read(name: str) -> None:
    text, expected = CASES[name]
    graph, _ = read(text)
    assert described(graph) == expected


def test_a_layer_of_ones_own_becomes_a_block() -> None:
    graph, notes = read("""
        import keras
        from keras import layers
        class ResBlock(layers.Layer):
            def __init__(self, filters, **kwargs):
                super().__init__(**kwargs)
                self.first = layers.Conv2D(filters, 3, padding="same", activation="relu")
                self.second = layers.Conv2D(filters, 3, padding="same")
                self.add = layers.Add()
            def call(self, inputs):
                return self.add([inputs, self.second(self.first(inputs))])
        x = pixels = keras.Input((32, 32, 16))
        for filters in (16, 16, 32):
            x = ResBlock(filters)(x)
        model = keras.Model(pixels, x)
    """)
    assert described(graph) == [
        "pixels Input 32x32x16",
        "res_block Block res <- pixels as inputs_1",
        "res_block_1 Block res <- res_block as inputs_1",
        "res_block_2 Block res 32 <- res_block_1 as inputs_1",
    ]
    (block,) = graph.blocks
    assert [(one.name, one.places) for one in block.exposes] == [
        ("filters", (("first", "filters"), ("second", "filters")))
    ]
    assert notes == ()


def test_a_function_that_names_its_layers_becomes_a_block_and_its_loop_a_repeat() -> None:
    text = """
        import keras
        from keras import layers
        def unit(x, width, *, name):
            hidden = layers.Dense(width, activation="relu", name=f"{name}_hidden")(x)
            return layers.Dense(8, name=f"{name}_back")(hidden)
        x = keras.Input((8,), name="given")
        y = unit(x, 16, name="first")
        for i in range(1, 4):
            y = unit(y, width=32, name=f"rest_{i}")
        model = keras.Model(x, y)
    """
    graph, _ = read(text)
    assert described(graph) == [
        "given Input 8",
        "first Block unit <- given as x",
        "rest Block unit 32, 3 times <- first as x",
    ]
    decided, _ = read(
        text.replace("return", "if width > 20:\n                pass\n            return")
    )  # no block can
    assert [node.id for node in decided.nodes][-2:] == ["rest_3_hidden", "rest_3_back"]
    assert not decided.blocks


def test_a_layer_of_ones_own_that_is_used_twice_shares_what_is_in_it() -> None:
    graph, notes = read("""
        import keras
        from keras import layers
        class Tower(layers.Layer):
            def __init__(self, units):
                super().__init__()
                self.first, self.second = layers.Dense(units), layers.Dense(units)
            def call(self, x):
                return self.second(self.first(x))
        tower = Tower(3)
        left, right = keras.Input((3,), name="left"), keras.Input((3,), name="right")
        model = keras.Model([left, right], layers.concatenate([tower(left), tower(right)]))
        guess = model(x_test)
    """)
    assert described(graph) == [
        "left Input 3",
        "right Input 3",
        "first Dense 3 <- left",
        "second Dense 3 <- first",
        "first_1 Dense 3 = first <- right",
        "second_1 Dense 3 = second <- first_1",
        "concatenate Concatenate <- second, second_1",
    ]
    assert [note.line for note in notes] == [13]


def test_rows_and_columns_of_keras_1_are_no_steps() -> None:
    text = "import keras\nmodel = keras.Sequential([keras.layers.{}, keras.layers.Flatten()])"
    for written in (
        "Convolution2D(8, 3, 5)",
        "Convolution2D(nb_filter=8, nb_row=3, nb_col=5)",
        "Conv2D(8, 3, 5, init='one')",
    ):
        assert described(read(text.format(written))[0])[0] == "conv2d Conv2D 8 @ 3x5"
    assert described(read(text.format("Conv2D(8, 3, 5)"))[0])[0] == "conv2d Conv2D 8 @ 3x3, step 5x5"


def test_text_choices_are_those_of_keras() -> None:
    graph, _ = read("""
        import keras
        from keras import layers, regularizers, constraints
        x = keras.Input((4,))
        y = layers.Dense(3, kernel_initializer="he_normal", bias_initializer=keras.initializers.Constant(0.5),
            kernel_regularizer="l2", bias_regularizer=regularizers.l1_l2(l1=0.1, l2=0.2),
            kernel_constraint=constraints.max_norm(3), activity_regularizer=regularizers.L1(0.1), activation="swish")(x)
        model = keras.Model(x, y)
    """)
    layer = graph.nodes[1].layer
    assert repr(layer.call()) == (
        "layers.Dense(3, activation='silu', kernel_initializer=keras.initializers.HeNormal(), "
        "bias_initializer=keras.initializers.Constant(value=0.5), kernel_regularizer=keras.regularizers.L2(), "
        "bias_regularizer=keras.regularizers.L1L2(l1=0.1, l2=0.2), "
        "activity_regularizer=keras.regularizers.L1(l1=0.1), kernel_constraint=keras.constraints.MaxNorm(max_value=3.0))"
    )


def test_of_several_models_the_one_that_is_meant_is_read() -> None:
    text = """
        import keras
        from keras import layers
        inp = keras.Input((784,))
        encoded = layers.Dense(32)(inp)
        whole = keras.Model(inp, layers.Dense(784)(encoded))
        encoder = keras.Model(inp, encoded)
        {}
    """
    graph, notes = read(text.format("whole.fit(x, x)"))
    assert [node.id for node in graph.nodes] == ["inp", "encoded", "dense_1"]
    assert [note.line for note in notes if "Another model" in note.words] == [7]
    assert len(read(text.format("model = encoder"))[0].nodes) == 2


def test_a_function_that_nobody_calls_is_read_if_it_needs_nothing() -> None:
    graph, notes = read("""
        def build_model(units=64, rate=1e-3):
            model = keras.Sequential([layers.Dense(units, input_dim=8)])
            model.compile(optimizer=keras.optimizers.Adam(rate), loss="mse")
            return model
    """)
    assert described(graph) == ["input_layer Input 8", "dense Dense 64 <- input_layer"]
    words = [note.words for note in notes]
    assert any("never called" in one for one in words)
    assert any("keras is not imported" in one for one in words)


def test_a_shape_that_nobody_tells_is_noted() -> None:
    graph, notes = read("import keras\nmodel = keras.Sequential([keras.layers.Dense(2, name='My Layer!')])")
    assert described(graph) == ["my_layer Dense 2"]
    assert [note.line for note in notes] == [2, 2]
    assert "add an Input" in notes[0].words
    assert "my_layer" in notes[1].words


def test_an_output_that_is_used_inside_gets_an_end() -> None:
    graph, notes = read("""
        import keras
        x = keras.Input((8,))
        h = keras.layers.Dense(4, name="h")(x)
        model = keras.Model(x, [keras.layers.Dense(1, name="end")(h), h])
    """)
    assert described(graph)[2:] == ["end Dense 1 <- h", "activation Activation linear <- h"]
    assert len(notes) == 1


def test_commands_of_a_notebook_and_training_are_passed_over() -> None:
    graph, notes = read("""
        !pip install keras
        %matplotlib inline
        import keras
        model = keras.Sequential([keras.layers.Dense(3, input_shape=(2,))])
        model.load_weights("w.h5")
        model.compile("sgd", "mse")

        history = model.fit(x, y)
        plt.plot(history.history["loss"])
    """)
    assert len(graph.nodes) == 2
    assert [(note.line, note.words) for note in notes] == [
        (2, "Lines 2 to 3 are passed over: nothing there is about the layers."),
        (6, "load_weights is passed over: the weights are not in this text, so that the network starts anew."),
        (6, "Lines 6 to 10 are passed over (compile, fit): how the network is trained is chosen on the Train page."),
    ]
