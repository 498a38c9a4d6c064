"""The papers behind the architectures, with the figures that they publish."""

from builder.zoo.template import Paper

VALIDATION = "one network, validation images"

LENET5 = Paper(
    1998,
    "LeCun, Bottou, Bengio and Haffner",
    "Gradient-Based Learning Applied to Document Recognition",
    "https://doi.org/10.1109/5.726791",
    "Filters that are learned and shared over the image, with pooling between them.",
)
ALEXNET = Paper(
    2012,
    "Krizhevsky, Sutskever and Hinton",
    "ImageNet Classification with Deep Convolutional Neural Networks",
    "https://papers.nips.cc/paper/4824",
    "Deep, on two GPUs, with ReLU, dropout and local response normalization: it won ImageNet by far.",
    18.2,
    VALIDATION,
)
ZFNET = Paper(
    2013,
    "Zeiler and Fergus",
    "Visualizing and Understanding Convolutional Networks",
    "https://arxiv.org/abs/1311.2901",
    "Pictures of what each layer sees, and from them smaller filters and steps in front.",
    16.5,
    VALIDATION,
)
NIN = Paper(
    2013,
    "Lin, Chen and Yan",
    "Network In Network",
    "https://arxiv.org/abs/1312.4400",
    "1x1 convolutions as small perceptrons, and an average over each map in place of dense layers.",
)
GOOGLENET = Paper(
    2014,
    "Szegedy et al.",
    "Going Deeper with Convolutions",
    "https://arxiv.org/abs/1409.4842",
    "Modules that look at several sizes at once, and auxiliary heads that help while training.",
    10.07,
    "one network, one crop, validation images; 6.67 for seven networks",
)
SQUEEZENET = Paper(
    2016,
    "Iandola et al.",
    "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters",
    "https://arxiv.org/abs/1602.07360",
    "1x1 filters squeeze the channels before 3x3 filters see them.",
    19.7,
    VALIDATION,
)
MOBILENET = Paper(
    2017,
    "Howard et al.",
    "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications",
    "https://arxiv.org/abs/1704.04861",
    "A filter for each channel, then 1x1 filters across channels: an eighth of the work.",
)
UNET = Paper(
    2015,
    "Ronneberger, Fischer and Brox",
    "U-Net: Convolutional Networks for Biomedical Image Segmentation",
    "https://arxiv.org/abs/1505.04597",
    "Fine maps are passed across to where the image is drawn again.",
)
AUTOENCODER = Paper(
    2006,
    "Hinton and Salakhutdinov",
    "Reducing the Dimensionality of Data with Neural Networks",
    "https://doi.org/10.1126/science.1127647",
    "A narrow middle forces the network to find what matters.",
)
VARIATIONAL = Paper(
    2014,
    "Kingma and Welling",
    "Auto-Encoding Variational Bayes",
    "https://arxiv.org/abs/1312.6114",
    "The code is a distribution, so that new examples can be drawn from it.",
)
TRANSFORMER = Paper(
    2021,
    "Dosovitskiy et al.",
    "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
    "https://arxiv.org/abs/2010.11929",
    "Attention between patches of the image, and no convolution but the first.",
)
LSTM = Paper(
    1997,
    "Hochreiter and Schmidhuber",
    "Long Short-Term Memory",
    "https://doi.org/10.1162/neco.1997.9.8.1735",
    "A memory cell with gates, through which the gradient does not fade.",
)
SIMPLE_RNN = Paper(
    1990,
    "Elman",
    "Finding Structure in Time",
    "https://doi.org/10.1207/s15516709cog1402_1",
    "The output of a step goes into the next one.",
)
SEQUENCES = Paper(
    2014,
    "Sutskever, Vinyals and Le",
    "Sequence to Sequence Learning with Neural Networks",
    "https://arxiv.org/abs/1409.3215",
    "One network reads, another one writes; only a state goes from one to the other.",
)


def vgg(top5: float) -> Paper:
    """VGG, with the error of one of its configurations."""
    return Paper(
        2014,
        "Simonyan and Zisserman",
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        "https://arxiv.org/abs/1409.1556",
        "Only 3x3 filters, two or three in a row in place of one large one.",
        top5,
        "one network, one scale, validation images (table 3)",
    )


def resnet(top5: float | None) -> Paper:
    """ResNet, with the error of one of its depths."""
    return Paper(
        2015,
        "He, Zhang, Ren and Sun",
        "Deep Residual Learning for Image Recognition",
        "https://arxiv.org/abs/1512.03385",
        "Each unit adds to what came in, so that a hundred layers still learn.",
        top5,
        "one network, validation images (table 4)" if top5 else "",
    )


def densenet(top5: float) -> Paper:
    """DenseNet, with the error of one of its depths."""
    return Paper(
        2017,
        "Huang, Liu, van der Maaten and Weinberger",
        "Densely Connected Convolutional Networks",
        "https://arxiv.org/abs/1608.06993",
        "Each layer sees the maps of all layers before it.",
        top5,
        "one network, one crop, validation images (table 3)",
    )
