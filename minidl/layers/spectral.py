"""A layer whose kernel stretches no vector: its largest singular value is kept at 1."""

from __future__ import annotations

import numpy as np

from .. import initializers
from ..support.checks import check_count
from ..tensor import no_grad
from .base import layer_classes
from .wrapping import Wrapper


@layer_classes.register()
class SpectralNormalization(Wrapper):
    """Divides the kernel of `layer` by its largest singular value σ before each training step, so
    that the layer changes no more than its input does (Miyato et al. 2018, for discriminators of
    GANs).

    σ = v·W·uᵀ with W the kernel as a matrix (rows, outputs), by power iteration: v ← u·Wᵀ/‖·‖, u ←
    v·W/‖·‖, power_iterations times a step; u is remembered from step to step.
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        self.power_iterations = check_count("power_iterations", power_iterations)

    def build(self, input_shape):
        super().build(input_shape)
        kernel = getattr(self.layer, "kernel", getattr(self.layer, "embeddings", None))
        if kernel is None:
            raise ValueError(
                "SpectralNormalization is for a layer with a kernel, as Dense or Conv2D; "
                f"{type(self.layer).__name__} has none."
            )
        self.kernel = kernel
        self.vector_u = self.add_weight(
            shape=(1, self.kernel.shape[-1]),
            initializer=initializers.TruncatedNormal(stddev=0.02),
            trainable=False,
            name="vector_u",
        )

    def call(self, x, training=False):
        if training:
            with no_grad():
                self.normalize()
        return self.layer(x)

    def normalize(self) -> None:
        """Divide the kernel by σ. A kernel of zeros stays."""
        kernel = self.kernel.numpy()
        matrix, u, v = kernel.reshape(-1, kernel.shape[-1]), self.vector_u.numpy(), None
        if not matrix.any():
            return
        for _ in range(self.power_iterations):
            v = _unit(u @ matrix.T)
            u = _unit(v @ matrix)
        self.vector_u.assign(u)
        self.kernel.assign(kernel / (v @ matrix @ u.T).item())


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.sqrt(np.maximum((vector**2).sum(), 1e-12))
