"""The public functions on tensors, under the names of keras.ops. Each takes tensors, arrays,
numbers or symbols and returns a Tensor.

The formula and the derivative of each function are in the op that it calls, in
minidl/core/derivatives. Piecewise constant functions (comparisons, argmax, floor, ...) have the
derivative 0, so their float results get gradient 0.
"""

import importlib as _importlib
from types import SimpleNamespace as _SimpleNamespace
from typing import TYPE_CHECKING, Any

from . import (
    arranging,
    base,
    comparing,
    counting,
    creation,
    crossentropies,
    elementwise,
    linalg,
    loops,
    networks,
    normalizing,
    ordering,
    picking,
    placing,
    products,
    reducing,
)
from .arranging import *
from .base import *
from .comparing import *
from .counting import *
from .creation import *
from .crossentropies import *
from .elementwise import *
from .linalg import *
from .loops import *
from .networks import *
from .normalizing import *
from .ordering import *
from .picking import *
from .placing import *
from .products import *
from .reducing import *

__all__: list[str] = []
__all__ += base.__all__
__all__ += elementwise.__all__
__all__ += comparing.__all__
__all__ += creation.__all__
__all__ += arranging.__all__
__all__ += picking.__all__
__all__ += reducing.__all__
__all__ += ordering.__all__
__all__ += counting.__all__
__all__ += products.__all__
__all__ += linalg.__all__
__all__ += networks.__all__
__all__ += normalizing.__all__
__all__ += crossentropies.__all__
__all__ += placing.__all__
__all__ += loops.__all__

if TYPE_CHECKING:  # what editors see
    from . import (
        bits,
        blocks,
        custom,
        forms,
        formulas,
        frequencies,
        images,
        missing,
        sequences,
        signals,
    )
    from .bits import *
    from .blocks import *
    from .custom import *
    from .forms import *
    from .formulas import *
    from .frequencies import *
    from .images import *
    from .missing import *
    from .sequences import *
    from .signals import *

    __all__ += bits.__all__
    __all__ += blocks.__all__
    __all__ += custom.__all__
    __all__ += forms.__all__
    __all__ += formulas.__all__
    __all__ += frequencies.__all__
    __all__ += images.__all__
    __all__ += missing.__all__
    __all__ += sequences.__all__
    __all__ += signals.__all__

# Functions whose file is imported at first use: file -> names.
LATER = {
    "blocks": "argpartition depth_to_space dtype get_item psnr saturate_cast space_to_depth switch "
    "vectorize view",
    "bits": "bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or "
    "bitwise_right_shift bitwise_xor gcd heaviside isneginf isposinf lcm left_shift "
    "nextafter right_shift signbit",
    "forms": "array_split diagflat dsplit dstack empty_like fliplr flipud geomspace hsplit "
    "kron logspace segment_max segment_min segment_prod tri unravel_index vander "
    "vsplit",
    "formulas": "cbrt cdist deg2rad divide_no_nan erfc erfinv fabs fmax fmin hypot ldexp "
    "logaddexp2 ptp rad2deg rms_normalization sinc trapezoid",
    "images": "adaptive_average_pool adaptive_max_pool average_pool conv conv_transpose "
    "depthwise_conv max_pool separable_conv",
    "custom": "custom_gradient",
    "frequencies": "extract_sequences fft fft2 ifft2 irfft istft rfft stft",
    "missing": "nanargmax nanargmin nancumprod nancumsum nanprod nanstd nanvar",
    "sequences": "ctc_decode ctc_loss dot_product_attention",
    "signals": "angle bartlett blackman conj conjugate corrcoef correlate hamming hanning imag "
    "isreal kaiser real",
}
_FILE_OF = {name: file for file, names in LATER.items() for name in names.split()}
__all__ += _FILE_OF


def __getattr__(name) -> Any:
    if name not in _FILE_OF:
        raise AttributeError(f"module 'minidl.ops' has no attribute {name!r}.")
    return getattr(_importlib.import_module(f".{_FILE_OF[name]}", __name__), name)


def __dir__():
    return sorted({*globals(), *_FILE_OF})


class _Shelf(_SimpleNamespace):
    """A namespace of public functions, such as ops.nn. `_later`: the files of the functions that
    are imported at first use. `answers`: returns the text of an error for an unknown name, or None.
    """

    __slots__ = ("_later", "answers", "__name__", "__path__", "__spec__")

    def __getattr__(self, name) -> Any:
        if name in self._later:
            return getattr(_importlib.import_module(f".{self._later[name]}", __name__), name)
        raise AttributeError(self.answers(name) or f"minidl.ops has no {name!r} there.")

    def __dir__(self):
        return sorted({*vars(self), *self._later})


def _shelf(*names):
    """Create a namespace of the functions with these names."""
    shelf = _Shelf(**{name: globals()[name] for name in sorted(names) if name not in _FILE_OF})
    shelf._later = {name: _FILE_OF[name] for name in names if name in _FILE_OF}
    shelf.answers = lambda name: None
    return shelf


# As in Keras the functions are also grouped: ops.nn.relu, ops.numpy.mean, ops.linalg.inv (the file
# itself).
nn = _shelf(
    "moments",
    "multi_hot",
    "normalize",
    "one_hot",
    *LATER["images"].split(),
    *LATER["sequences"].split(),
    "depth_to_space",
    "psnr",
    "rms_normalization",
    "space_to_depth",
    *networks.__all__,
    *normalizing.__all__,
    *crossentropies.__all__,
)
numpy = _shelf(
    "array",
    "copy",
    "ndim",
    "size",
    "tanh",
    *elementwise.__all__,
    *comparing.__all__,
    *creation.__all__,
    *arranging.__all__,
    *picking.__all__,
    *reducing.__all__,
    *ordering.__all__,
    *counting.__all__,
    *products.__all__,
    *LATER["bits"].split(),
    *LATER["forms"].split(),
    *LATER["formulas"].split(),
    *LATER["missing"].split(),
    *LATER["signals"].split(),
    "argpartition",
    "get_item",
    "slogdet",
    "vectorize",
    "view",
)
_IMAGE = (
    "crop_images extract_patches hsv_to_rgb pad_images resize rgb_to_grayscale rgb_to_hsv "
    "sobel_edges"
)
image = _shelf()
image._later = dict.fromkeys(_IMAGE.split(), "pictures")
