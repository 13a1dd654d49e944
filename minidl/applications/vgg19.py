"""VGG19 (Simonyan and Zisserman, 2015, table 1, column E)."""

from .imagenet_utils import decode_predictions, preprocessing
from .vgg16 import vgg

VGG19 = vgg(
    "vgg19",
    (2, 2, 4, 4, 4),
    ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"),
)
preprocess_input = preprocessing("caffe")
__all__ = ["VGG19", "decode_predictions", "preprocess_input"]
