"""Adam and its descendants: momentum's direction, with RMSprop's step size for each weight.

Below, m and v are kept without their factors (1−β₁) and (1−β₂), which move into the step size and
ε: the same numbers from fewer passes over memory, which is what an update costs.
"""

import math

import numpy as np

from .base import Optimizer, Rate, check_epsilon, check_number, optimizers
from .legacy import check_flag


class _TwoMoments(Optimizer):
    """What the family shares: fading means of the gradient (m) and of its square (v)."""

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, *shared, **options)
        self.beta_1, self.beta_2 = (
            check_number("beta_1", beta_1, 0, 1),
            check_number("beta_2", beta_2, 0, 1),
        )
        self.epsilon = check_epsilon(epsilon)

    def slots(self):
        return ("m", "v")

    def as_in_paper(self, slot, array):
        return array * {"m": 1 - self.beta_1, "v": 1 - self.beta_2, "v_max": 1 - self.beta_2}.get(
            slot, 1.0
        )

    def remember(self, g, m, v, d):
        """m ← β₁m + g;  v ← β₂v + g², using d on the way."""
        m *= self.beta_1
        m += g
        v *= self.beta_2
        v += np.square(g, out=d)


@optimizers.register()
class Adam(_TwoMoments):
    """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Kingma & Ba 2015, the 'ε-hat' form at the end of their section 2. amsgrad: v is replaced by the
    largest v so far (Reddi et al. 2018).
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *shared,
        **options,
    ):
        check_flag(
            type(self).__name__,
            "amsgrad",
            amsgrad,
            old_order="Adam(lr, beta_1, beta_2, epsilon, decay, amsgrad)",
            by_name="Adam(learning_rate=..., beta_1=..., beta_2=..., epsilon=..., amsgrad=...)",
        )
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *shared, **options)
        self.amsgrad = amsgrad

    def slots(self):
        return ("m", "v", "v_max") if self.amsgrad else ("m", "v")

    def begin_step(self, t):
        root = math.sqrt(1 - self.beta_2)
        self.scale = math.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t) * (1 - self.beta_1) / root
        self.fuzz = self.epsilon / root

    def update(self, w, g, lr, m, v, v_max=None):
        d = self.scratch(w)
        self.remember(g, m, v, d)
        if v_max is not None:
            v = np.maximum(v_max, v, out=v_max)
        np.sqrt(v, out=d)
        d += self.fuzz
        np.divide(m, d, out=d)
        d *= lr * self.scale
        w -= d  # w ← w − η·scale·m/(√v + fuzz)


@optimizers.register()
class AdamW(Adam):
    """Adam that also shrinks the weights: w ← w − η·λ·w, apart from the gradient, then Adam's step.
    Loshchilov & Hutter 2019

    λ is `weight_decay`. Added to the loss instead (L2), it would be divided by √v like every
    gradient, and so hardly work.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *shared,
        **options,
    ):
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *shared, **options
        )


@optimizers.register()
class Adamax(_TwoMoments):
    """m ← β₁m + (1−β₁)g;  u ← max(β₂u, |g|);  w ← w − η/(1−β₁ᵗ) · m/(u + ε)
    Kingma & Ba 2015, section 7.1

    Adam with the largest recent gradient in place of the root of the mean square.
    """

    def slots(self):
        return ("m", "u")

    def begin_step(self, t):
        self.scale = (1 - self.beta_1) / (1 - self.beta_1**t)

    def update(self, w, g, lr, m, u):
        m *= self.beta_1
        m += g  # m ← β₁m + g
        u *= self.beta_2
        d = np.abs(g, out=self.scratch(w))
        np.maximum(u, d, out=u)  # u ← max(β₂u, |g|)
        np.add(u, self.epsilon, out=d)
        np.divide(m, d, out=d)
        d *= lr * self.scale
        w -= d


@optimizers.register()
class Nadam(_TwoMoments):
    """m, v as Adam;  m̂ = μₜ₊₁·m/(1−Pₜ₊₁) + (1−μₜ)·g/(1−Pₜ);  v̂ = v/(1−β₂ᵗ);
    w ← w − η·m̂/(√v̂ + ε)     Dozat 2016

    Adam with Nesterov's look ahead. μₜ = β₁(1 − ½·0.96ᵗ) warms the momentum up, and Pₜ =
    μ₁·μ₂···μₜ.
    """

    WARM_UP = 1 - 0.5 * 0.96 ** np.arange(1, 1001)  # after 1000 steps it is 1 to the last bit
    WARM_UP_PRODUCTS = np.cumprod(WARM_UP)

    def begin_step(self, t):
        mu, mu_next = (self.beta_1 * float(self.WARM_UP[min(i, 1000) - 1]) for i in (t, t + 1))
        product, product_next = (
            self.beta_1**i * float(self.WARM_UP_PRODUCTS[min(i, 1000) - 1]) for i in (t, t + 1)
        )
        root = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**t))  # √v̂ = root·√(Σ β₂ⁱ g²)
        self.of_m = mu_next * (1 - self.beta_1) / (1 - product_next) / root
        self.of_g = (1 - mu) / (1 - product) / root
        self.fuzz = self.epsilon / root

    def update(self, w, g, lr, m, v):
        d, e = self.scratch(w), self.scratch(w, 1)
        self.remember(g, m, v, d)
        np.sqrt(v, out=d)
        d += self.fuzz
        np.multiply(m, lr * self.of_m, out=e)
        e /= d
        w -= e
        np.multiply(g, lr * self.of_g, out=e)
        e /= d
        w -= e


@optimizers.register()
class RAdam(_TwoMoments):
    """Adam whose step waits until v is trustworthy.
    Liu et al. 2020, algorithm 2, with PyTorch's threshold of 5

    ρ∞ = 2/(1−β₂) − 1;  ρₜ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ), about the number of gradients in v.
    If ρₜ > 5:  w ← w − η·r·m̂·√(1−β₂ᵗ)/(√v + ε), where r² = (ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ);
    before that plain momentum, w ← w − η·m̂, where m̂ = m/(1−β₁ᵗ). With β₂ = 0.999 the sixth step
    is the first rectified one.

    Others differ: the paper's threshold is 4 (the fifth step); the authors' code does not move at
    all before it, and starts at ρₜ >= 5; TensorFlow Addons has ε after the correction of v, and
    1e-7. Keras has no RAdam.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        *shared,
        **options,
    ):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *shared, **options)

    def begin_step(self, t):
        longest = 2 / (1 - self.beta_2) - 1
        length = longest - 2 * t * self.beta_2**t / (1 - self.beta_2**t)
        self.scale = (1 - self.beta_1) / (1 - self.beta_1**t)
        self.is_rectified = length > 5
        if self.is_rectified:
            root = math.sqrt(1 - self.beta_2)
            r2 = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            self.scale *= math.sqrt(r2 * (1 - self.beta_2**t)) / root
            self.fuzz = self.epsilon / root

    def update(self, w, g, lr, m, v):
        d = self.scratch(w)
        self.remember(g, m, v, d)
        if self.is_rectified:
            np.sqrt(v, out=d)
            d += self.fuzz
            np.divide(m, d, out=d)
            d *= lr * self.scale
        else:
            np.multiply(m, lr * self.scale, out=d)
        w -= d
