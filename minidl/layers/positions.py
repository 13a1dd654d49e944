"""Numbers that encode the position of a step in a sequence. Attention itself does not use the order
of the steps.
"""

from __future__ import annotations

import numpy as np

from ..support.checks import check_number
from ..tensor import Tensor
from .base import Layer, layer_classes


@layer_classes.register()
class SinePositionEncoding(Layer):
    """For step t of (n, T, d) the numbers sin(t/w^(0/d)), cos(t/w^(0/d)), sin(t/w^(2/d)),
    cos(t/w^(2/d)), ... with w = max_wavelength. Vaswani et al. 2017, section 3.5.

    Returns these numbers alone, in the shape of the input; x + SinePositionEncoding()(x) is what
    attention takes. start_index: which step the first one is. Keras's core has no such layer;
    keras_hub has, with these numbers.
    """

    supports_masking = True

    def __init__(self, max_wavelength=10000, **kwargs):
        super().__init__(**kwargs)
        self.max_wavelength = check_number(
            "SinePositionEncoding: max_wavelength", max_wavelength, 1
        )

    def call(self, inputs, start_index=0):
        steps, size = inputs.shape[-2:]
        even = 2 * (np.arange(size) // 2)
        t = start_index + np.arange(steps)[:, None]
        angles = t / self.max_wavelength ** (even / size)
        codes = np.where(np.arange(size) % 2, np.cos(angles), np.sin(angles))
        return Tensor(np.broadcast_to(codes, inputs.shape), dtype=self.dtype)
