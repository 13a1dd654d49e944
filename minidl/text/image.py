"""What tutorials find under keras.preprocessing.image. It opens at first use: `data/` has it."""

from typing import TYPE_CHECKING, Any

from .. import data

if TYPE_CHECKING:  # what editors see
    from ..data.augmenting import ImageDataGenerator
    from ..data.images import array_to_img, img_to_array, load_img, save_img, smart_resize

__all__ = [
    "ImageDataGenerator",
    "array_to_img",
    "img_to_array",
    "load_img",
    "save_img",
    "smart_resize",
]


def __getattr__(name) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'minidl.preprocessing.image' has no attribute {name!r}.")
    return getattr(data, name)


def __dir__():
    return sorted({*globals(), *__all__})
