"""The networks of keras.applications in figures: size and accuracy as Keras publishes them, and where each comes from.

The accuracies and megabytes are those of Keras's own table (https://keras.io/api/applications/), taken on ImageNet's
validation images; what it does not tell is None. Parameters and multiply-accumulates are counted here, for one image at
the size that the network was trained on; a test counts again.
"""

from __future__ import annotations

from dataclasses import dataclass

from builder.zoo.papers import MOBILENET
from builder.zoo.template import Paper

SOURCE = "https://keras.io/api/applications/"


@dataclass(frozen=True, slots=True)
class Published:
    """A network that was trained on ImageNet.

    `side`: height and width of its images in pixels. `macs`: multiply-accumulates for one image. `megabytes`: of the file
    of its weights. `top1`, `top5`: percent of the images whose class was its best guess, or among the best five.
    """

    paper: Paper
    side: int
    parameters: int
    macs: int
    megabytes: float | None
    top1: float | None
    top5: float | None


MOBILENET_V2 = Paper(
    2018,
    "Sandler et al.",
    "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
    "https://arxiv.org/abs/1801.04381",
    "Blocks that are wide inside and narrow where they meet, with a shortcut between the narrow ends.",
)
MOBILENET_V3 = Paper(
    2019,
    "Howard et al.",
    "Searching for MobileNetV3",
    "https://arxiv.org/abs/1905.02244",
    "Found by a search that measured real phones, then shortened by hand; channels are weighed against each other.",
)
RESNET = Paper(
    2015,
    "He, Zhang, Ren and Sun",
    "Deep Residual Learning for Image Recognition",
    "https://arxiv.org/abs/1512.03385",
    "Each block adds a correction to what comes in, so that a hundred layers and more can be trained.",
)
RESNET_V2 = Paper(
    2016,
    "He, Zhang, Ren and Sun",
    "Identity Mappings in Deep Residual Networks",
    "https://arxiv.org/abs/1603.05027",
    "Normalization and activation stand before the weights, so that nothing stands in the way of the shortcut.",
)
VGG = Paper(
    2014,
    "Simonyan and Zisserman",
    "Very Deep Convolutional Networks for Large-Scale Image Recognition",
    "https://arxiv.org/abs/1409.1556",
    "Nothing but 3x3 filters, one on top of the other: depth in place of large filters.",
)
DENSENET = Paper(
    2016,
    "Huang, Liu, van der Maaten and Weinberger",
    "Densely Connected Convolutional Networks",
    "https://arxiv.org/abs/1608.06993",
    "Each layer sees the maps of all layers before it in its block, and so needs few of its own.",
)
INCEPTION_V3 = Paper(
    2015,
    "Szegedy et al.",
    "Rethinking the Inception Architecture for Computer Vision",
    "https://arxiv.org/abs/1512.00567",
    "Large filters are split into small and one-sided ones; labels are smoothed.",
)
INCEPTION_RESNET = Paper(
    2016,
    "Szegedy, Ioffe, Vanhoucke and Alemi",
    "Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning",
    "https://arxiv.org/abs/1602.07261",
    "Inception modules with a shortcut around each.",
)
XCEPTION = Paper(
    2016,
    "Chollet",
    "Xception: Deep Learning with Depthwise Separable Convolutions",
    "https://arxiv.org/abs/1610.02357",
    "Inception to its end: each channel is filtered apart, and 1x1 filters mix them afterwards.",
)
NASNET = Paper(
    2017,
    "Zoph, Vasudevan, Shlens and Le",
    "Learning Transferable Architectures for Scalable Image Recognition",
    "https://arxiv.org/abs/1707.07012",
    "The blocks were found by a network that was taught to design networks.",
)
EFFICIENTNET = Paper(
    2019,
    "Tan and Le",
    "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
    "https://arxiv.org/abs/1905.11946",
    "Depth, width and image size grow together, by one number.",
)
EFFICIENTNET_V2 = Paper(
    2021,
    "Tan and Le",
    "EfficientNetV2: Smaller Models and Faster Training",
    "https://arxiv.org/abs/2104.00298",
    "Found by a search for quick training; images and their disturbances grow while it trains.",
)
CONVNEXT = Paper(
    2022,
    "Liu et al.",
    "A ConvNet for the 2020s",
    "https://arxiv.org/abs/2201.03545",
    "A ResNet brought up to date step by step after the vision transformers: 7x7 filters, fewer norms, GELU.",
)

PUBLISHED: dict[str, Published] = {
    "MobileNet": Published(MOBILENET, 224, 4_253_864, 568_740_352, 16, 70.4, 89.5),
    "MobileNetV2": Published(MOBILENET_V2, 224, 3_538_984, 300_774_272, 14, 71.3, 90.1),
    "MobileNetV3Small": Published(MOBILENET_V3, 224, 2_554_968, 56_510_400, None, None, None),
    "MobileNetV3Large": Published(MOBILENET_V3, 224, 5_507_432, 216_589_760, None, None, None),
    "ResNet50": Published(RESNET, 224, 25_636_712, 3_857_973_248, 98, 74.9, 92.1),
    "ResNet101": Published(RESNET, 224, 44_707_176, 7_570_194_432, 171, 76.4, 92.8),
    "ResNet152": Published(RESNET, 224, 60_419_944, 11_282_415_616, 232, 76.6, 93.1),
    "ResNet50V2": Published(RESNET_V2, 224, 25_613_800, 3_482_255_360, 98, 76.0, 93.0),
    "ResNet101V2": Published(RESNET_V2, 224, 44_675_560, 7_194_476_544, 171, 77.2, 93.8),
    "ResNet152V2": Published(RESNET_V2, 224, 60_380_648, 10_906_697_728, 232, 78.0, 94.2),
    "VGG16": Published(VGG, 224, 138_357_544, 15_470_264_320, 528, 71.3, 90.1),
    "VGG19": Published(VGG, 224, 143_667_240, 19_632_062_464, 549, 71.3, 90.0),
    "DenseNet121": Published(DENSENET, 224, 8_062_504, 2_834_161_664, 33, 75.0, 92.3),
    "DenseNet169": Published(DENSENET, 224, 14_307_880, 3_359_843_328, 57, 76.2, 93.2),
    "DenseNet201": Published(DENSENET, 224, 20_242_984, 4_291_365_888, 80, 77.3, 93.6),
    "InceptionV3": Published(INCEPTION_V3, 299, 23_851_784, 5_713_216_096, 92, 77.9, 93.7),
    "InceptionResNetV2": Published(INCEPTION_RESNET, 299, 55_873_736, 13_155_794_016, 215, 80.3, 95.3),
    "Xception": Published(XCEPTION, 299, 22_910_480, 8_357_403_496, 88, 79.0, 94.5),
    "NASNetMobile": Published(NASNET, 224, 5_326_716, 563_638_816, 23, 74.4, 91.9),
    "NASNetLarge": Published(NASNET, 331, 88_949_818, 23_783_414_658, 343, 82.5, 96.0),
    "EfficientNetB0": Published(EFFICIENTNET, 224, 5_330_571, 385_814_752, 29, 77.1, 93.3),
    "EfficientNetB1": Published(EFFICIENTNET, 240, 7_856_239, 686_802_832, 31, 79.1, 94.4),
    "EfficientNetB2": Published(EFFICIENTNET, 260, 9_177_569, 993_561_872, 36, 80.1, 94.9),
    "EfficientNetB3": Published(EFFICIENTNET, 300, 12_320_535, 1_827_141_392, 48, 81.6, 95.7),
    "EfficientNetB4": Published(EFFICIENTNET, 380, 19_466_823, 4_393_771_024, 75, 82.9, 96.4),
    "EfficientNetB5": Published(EFFICIENTNET, 456, 30_562_527, 10_266_384_752, 118, 83.6, 96.7),
    "EfficientNetB6": Published(EFFICIENTNET, 528, 43_265_143, 19_067_593_536, 166, 84.0, 96.8),
    "EfficientNetB7": Published(EFFICIENTNET, 600, 66_658_687, 37_745_884_192, 256, 84.3, 97.0),
    "EfficientNetV2B0": Published(EFFICIENTNET_V2, 224, 7_200_312, 718_086_176, 29, 78.7, 94.3),
    "EfficientNetV2B1": Published(EFFICIENTNET_V2, 240, 8_212_124, 1_196_819_360, 34, 79.8, 95.0),
    "EfficientNetV2B2": Published(EFFICIENTNET_V2, 260, 10_178_374, 1_697_542_832, 42, 80.5, 95.1),
    "EfficientNetV2B3": Published(EFFICIENTNET_V2, 300, 14_467_622, 3_011_458_816, 59, 82.0, 95.8),
    "EfficientNetV2S": Published(EFFICIENTNET_V2, 384, 21_612_360, 8_365_617_152, 88, 83.9, 96.7),
    "EfficientNetV2M": Published(EFFICIENTNET_V2, 480, 54_431_388, 24_582_460_384, 220, 85.3, 97.4),
    "EfficientNetV2L": Published(EFFICIENTNET_V2, 480, 119_027_848, 56_079_699_008, 479, 85.7, 97.5),
    "ConvNeXtTiny": Published(CONVNEXT, 224, 28_589_128, 4_455_531_264, 109.42, 81.3, None),
    "ConvNeXtSmall": Published(CONVNEXT, 224, 50_223_688, 8_683_712_256, 192.29, 82.3, None),
    "ConvNeXtBase": Published(CONVNEXT, 224, 88_591_464, 15_354_729_472, 338.58, 85.3, None),
    "ConvNeXtLarge": Published(CONVNEXT, 224, 197_767_336, 34_361_433_600, 755.07, 86.3, None),
    "ConvNeXtXLarge": Published(CONVNEXT, 224, 350_196_968, 60_921_030_656, 1310, 86.7, None),
}
