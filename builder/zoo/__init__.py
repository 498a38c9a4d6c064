"""Networks to start from: each a function that returns a graph, laid out from top to bottom."""

from __future__ import annotations

from functools import partial

from builder.graph import Graph
from builder.zoo import papers
from builder.zoo.alexnet import alexnet, zfnet
from builder.zoo.densenet import densenet
from builder.zoo.first import cnn, linear_regression, perceptron, two_layer
from builder.zoo.googlenet import googlenet
from builder.zoo.images_to_images import autoencoder, unet, variational_autoencoder
from builder.zoo.lenet5 import lenet5
from builder.zoo.lstm import lstm
from builder.zoo.mlp import mlp
from builder.zoo.mobilenetv2 import mobilenetv2
from builder.zoo.nin import nin
from builder.zoo.phones import mobilenet, squeezenet
from builder.zoo.resnet import resnet, resnet20
from builder.zoo.sequences import (
    encoder_decoder,
    sequence_to_sequence,
    sequence_to_vector,
    stacked_lstm,
    vector_to_sequence,
)
from builder.zoo.template import Group, Paper, Template
from builder.zoo.transformer import vision_transformer
from builder.zoo.vgg import vgg

__all__ = ["TEMPLATES", "Group", "Paper", "Template"]

START = (
    Template("empty", "Empty canvas", "Lay every layer yourself.", "digits", Graph),
    Template(
        "lenet5",
        "LeNet-5 (1998)",
        "The convolutional network that read cheques, ready to train on handwritten digits.",
        "digits",
        lenet5,
        paper=papers.LENET5,
    ),
    Template(
        "mlp",
        "Multi-layer perceptron",
        "One hidden layer of 64 neurons: the smallest network that reads digits well.",
        "digits",
        mlp,
    ),
    Template(
        "lstm",
        "LSTM for a sequence",
        "Reads 32 steps of a noisy wave one after the other and forecasts the next.",
        "sine",
        lstm,
        paper=papers.LSTM,
    ),
    Template(
        "mobilenetv2",
        "MobileNetV2, new head",
        "A network made for phones, with a last layer for your classes; starts untrained, or with the weights of ImageNet.",
        "digits",
        mobilenetv2,
    ),
)


def _first(name: str, title: str, sentence: str, data: str, make: partial[Graph]) -> Template:
    return Template(name, title, sentence, data, make, "First networks")


def _image(name: str, title: str, sentence: str, make: partial[Graph], paper: Paper, data: str = "") -> Template:
    return Template(name, title, sentence, data, make, "Images", paper)


FIRST_NETWORKS = (
    _first(
        "linear_regression",
        "Linear regression",
        "One neuron: a straight line through the points.",
        "diabetes",
        partial(linear_regression),
    ),
    _first(
        "perceptron",
        "Perceptron 784-128-10",
        "Flattens an image of 28 x 28 pixels for 128 neurons: the first network of most courses.",
        "mnist",
        partial(perceptron),
    ),
    _first(
        "two_layer",
        "Two layers on random data",
        "64 random examples of 1,000 numbers, 100 ReLU neurons, 10 numbers out, the squared error: training by itself.",
        "random",
        partial(two_layer),
    ),
    _first(
        "cnn",
        "CNN with 14 layers",
        "Wide filters first, pairs of small ones between poolings, and two dense layers with dropout.",
        "mnist",
        partial(cnn),
    ),
)

IMAGES = (
    _image("alexnet", "AlexNet (2012)", "Five convolutions in two groups.", partial(alexnet), papers.ALEXNET),
    _image("zfnet", "ZFNet (2013)", "AlexNet with smaller filters in front.", partial(zfnet), papers.ZFNET),
    _image("vgg_a", "VGG A (2014)", "11 layers with weights.", partial(vgg, "a"), papers.vgg(10.4)),
    _image(
        "vgg_a_lrn",
        "VGG A-LRN (2014)",
        "VGG A with local response normalization, which did not help.",
        partial(vgg, "a", True),
        papers.vgg(10.5),
    ),
    _image("vgg_b", "VGG B (2014)", "13 layers with weights.", partial(vgg, "b"), papers.vgg(9.9)),
    _image("vgg_c", "VGG C (2014)", "16 layers, three of 1x1 filters.", partial(vgg, "c"), papers.vgg(8.8)),
    _image("vgg_d", "VGG D, VGG16 (2014)", "16 layers of 3x3 filters.", partial(vgg, "d"), papers.vgg(8.1)),
    _image("vgg_e", "VGG E, VGG19 (2014)", "19 layers of 3x3 filters.", partial(vgg, "e"), papers.vgg(8.0)),
    _image(
        "nin",
        "Network in network (2013)",
        "Small perceptrons in place of filters, for images of 32 x 32.",
        partial(nin),
        papers.NIN,
        "cifar10",
    ),
    _image(
        "googlenet",
        "GoogLeNet (2014)",
        "Nine inception modules, and two auxiliary heads.",
        partial(googlenet),
        papers.GOOGLENET,
    ),
    _image("resnet18", "ResNet-18 (2015)", "Residual units of two layers.", partial(resnet, 18), papers.resnet(None)),
    _image("resnet34", "ResNet-34 (2015)", "The same, twice as deep.", partial(resnet, 34), papers.resnet(5.71)),
    _image(
        "resnet50", "ResNet-50 (2015)", "Residual units with a bottleneck.", partial(resnet, 50), papers.resnet(5.25)
    ),
    _image("resnet101", "ResNet-101 (2015)", "Twice as deep as ResNet-50.", partial(resnet, 101), papers.resnet(4.6)),
    _image("resnet152", "ResNet-152 (2015)", "The deepest of them.", partial(resnet, 152), papers.resnet(4.49)),
    _image(
        "resnet20",
        "ResNet-20 for CIFAR-10 (2015)",
        "The smallest residual network of the paper, for images of 32 x 32.",
        partial(resnet20),
        papers.resnet(None),
        "cifar10",
    ),
    _image("densenet121", "DenseNet-121 (2017)", "Four dense blocks.", partial(densenet, 121), papers.densenet(7.71)),
    _image("densenet169", "DenseNet-169 (2017)", "Longer dense blocks.", partial(densenet, 169), papers.densenet(6.8)),
    _image("densenet201", "DenseNet-201 (2017)", "The longest of them.", partial(densenet, 201), papers.densenet(6.34)),
    _image("squeezenet", "SqueezeNet 1.1 (2016)", "Eight fire modules.", partial(squeezenet), papers.SQUEEZENET),
    _image("mobilenet", "MobileNet (2017)", "13 separable convolutions.", partial(mobilenet), papers.MOBILENET),
    _image(
        "vision_transformer",
        "Vision transformer, small (2021)",
        "Attention between the patches of a digit.",
        partial(vision_transformer),
        papers.TRANSFORMER,
        "digits",
    ),
)

IMAGES_TO_IMAGES = (
    Template(
        "unet", "U-Net (2015)", "Marks each pixel of an image.", "", partial(unet), "Images to images", papers.UNET
    ),
    Template(
        "autoencoder",
        "Autoencoder",
        "Squeezes a digit into eight numbers and draws it again.",
        "digits",
        partial(autoencoder),
        "Images to images",
        papers.AUTOENCODER,
    ),
    Template(
        "variational_autoencoder",
        "Variational autoencoder (2014)",
        "Draws digits from two numbers, and new ones from chance.",
        "digits",
        partial(variational_autoencoder),
        "Images to images",
        papers.VARIATIONAL,
    ),
)


def _sequence(name: str, title: str, sentence: str, make: partial[Graph], paper: Paper, data: str = "") -> Template:
    return Template(name, title, sentence, data, make, "Sequences", paper)


SEQUENCES = (
    _sequence(
        "sequence_to_sequence",
        "Sequence to sequence",
        "A number out for each number in.",
        partial(sequence_to_sequence),
        papers.SIMPLE_RNN,
    ),
    _sequence(
        "sequence_to_vector",
        "Sequence to vector",
        "Reads a sequence to its end, then answers.",
        partial(sequence_to_vector),
        papers.SIMPLE_RNN,
        "sine",
    ),
    _sequence(
        "vector_to_sequence",
        "Vector to sequence",
        "A sequence grows from one vector.",
        partial(vector_to_sequence),
        papers.SIMPLE_RNN,
    ),
    _sequence(
        "encoder_decoder",
        "Encoder and decoder",
        "One LSTM reads and passes its state on to another one that writes.",
        partial(encoder_decoder),
        papers.SEQUENCES,
        "reversal",
    ),
    _sequence(
        "stacked_lstm",
        "Stacked LSTM",
        "Three LSTMs on top of each other forecast a wave.",
        partial(stacked_lstm),
        papers.LSTM,
        "sine",
    ),
)

TEMPLATES = {template.name: template for template in (*START, *FIRST_NETWORKS, *IMAGES, *IMAGES_TO_IMAGES, *SEQUENCES)}
