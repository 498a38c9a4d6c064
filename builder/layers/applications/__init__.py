"""Backbones: well-known networks as one layer, with the weights learned on ImageNet if you like."""

# In palette order, since importing a file registers its layers.
# isort: off
from builder.layers.applications import preprocess
from builder.layers.applications import mobilenet
from builder.layers.applications import resnet
from builder.layers.applications import vgg
from builder.layers.applications import densenet
from builder.layers.applications import inception
from builder.layers.applications import nasnet
from builder.layers.applications import efficientnet
from builder.layers.applications import efficientnet_v2
from builder.layers.applications import convnext

# isort: on
from builder.layers.applications.backbone import Backbone
from builder.layers.applications.preprocess import PreprocessInput

__all__ = [
    "Backbone",
    "PreprocessInput",
    "convnext",
    "densenet",
    "efficientnet",
    "efficientnet_v2",
    "inception",
    "mobilenet",
    "nasnet",
    "preprocess",
    "resnet",
    "vgg",
]
