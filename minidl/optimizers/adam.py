"""Adam and related optimizers: the direction of momentum, with a step size for each weight."""

import math

import numpy as np

from ..core import optimizer as core
from ..guards.optimizer import Rate, check_epsilon
from ..support.checks import check_flag, check_number
from .base import Optimizer, registry


class TwoMoments(Optimizer, core.Adam):
    """The common base of the family: fading means of the gradient (m) and of its square (v)."""

    memory_names: tuple = ({"m": "momentum", "v": "velocity"},)

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
        self.beta_1 = check_number("beta_1", beta_1, 0, 1)
        self.beta_2 = check_number("beta_2", beta_2, 0, 1)
        self.epsilon = check_epsilon(epsilon)


@registry.register()
class Adam(TwoMoments):
    """m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  w ← w − η·√(1−β₂ᵗ)/(1−β₁ᵗ) · m/(√v + ε)

    Kingma & Ba 2015, the 'ε-hat' form at the end of their section 2. Their algorithm 1 adds its ε
    after the correction of v: ε = ε̂/√(1−β₂ᵗ). (The formula is computed in core/optimizer.py.)
    amsgrad: uses the largest v so far instead of v (Reddi et al. 2018, who do not correct the
    bias).
    """

    elementwise = True
    memory_names = ({"m": "momentum", "v": "velocity"}, {"v_max": "velocity_hat"})

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
        amsgrad = check_flag(f"{type(self).__name__}: amsgrad", amsgrad)
        super().__init__(learning_rate, beta_1, beta_2, epsilon, *shared, **options)
        self.amsgrad = amsgrad
        if amsgrad and type(self).update is TwoMoments.update:  # not one of your own
            vars(self)["update"] = self.update_with_largest  # in the place of the class's

    def slots(self):
        return ("m", "v", "v_max") if self.amsgrad else ("m", "v")

    def update_with_largest(self, w, g, lr, m, v, v_max):
        """Update w with the largest v so far instead of v."""
        spare = self.scratch(w)
        self.remember(g, m, v, spare)
        np.maximum(v_max, v, out=v_max)
        self.descend(w, lr * self.correction, m, v_max, spare)


@registry.register()
class AdamW(Adam):
    """Adam that also shrinks the weights: first w ← w − η·λ·w, independent of the gradient, then
    Adam's step. Loshchilov & Hutter 2019

    λ is `weight_decay`. If it were added to the loss instead (L2), it would be divided by √v like
    every gradient and would have little effect.
    """

    def __init__(
        self,
        learning_rate: Rate = 0.001,
        weight_decay: float | None = 0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
        *shared,
        **options,
    ):
        if weight_decay is None:
            raise ValueError("AdamW: weight_decay must be a number; without it, use Adam.")
        super().__init__(
            learning_rate, beta_1, beta_2, epsilon, amsgrad, weight_decay, *shared, **options
        )


@registry.register()
class Adamax(TwoMoments):
    """m ← β₁m + (1−β₁)g;  u ← max(β₂u, |g|);  w ← w − η/(1−β₁ᵗ) · m/(u + ε)
    Kingma & Ba 2015, section 7.1, which has no ε

    Adam with the largest recent gradient instead of the root of the mean square.
    """

    elementwise = True
    memory_names = ({"m": "momentum", "u": "norm"},)

    def slots(self):
        return ("m", "u")

    def begin_step(self, t):
        self.correction = 1 / (1 - self.beta_1**t)

    def update(self, w, g, lr, m, u):
        spare = self.scratch(w)
        m *= self.beta_1
        m += np.multiply(1 - self.beta_1, g, out=spare)
        u *= self.beta_2
        np.maximum(u, np.abs(g, out=spare), out=u)
        size = np.add(u, self.epsilon, out=spare)
        step = np.divide(m, size, out=spare)
        step *= lr * self.correction
        w -= step


@registry.register()
class Nadam(TwoMoments):
    """m, v as Adam;  m̂ = μₜ₊₁·m/(1−Pₜ₊₁) + (1−μₜ)·g/(1−Pₜ);  v̂ = v/(1−β₂ᵗ);
    w ← w − η·m̂/(√v̂ + ε)     Dozat 2016

    Adam with Nesterov's look ahead. μₜ = β₁(1 − ½·0.96ᵗ) warms the momentum up, and Pₜ =
    μ₁·μ₂···μₜ. The paper lets m fade by μₜ; Keras by β₁, as here.
    """

    elementwise = True
    WARM_UP = 1 - 0.5 * 0.96 ** np.arange(1, 1001)  # after 1000 steps it is 1 to the last bit
    WARM_UP_PRODUCTS = np.cumprod(WARM_UP)

    def begin_step(self, t):
        mu, mu_next = (self.beta_1 * float(self.WARM_UP[min(i, 1000) - 1]) for i in (t, t + 1))
        self.of_m = mu_next / (1 - self.product(t + 1))
        self.of_g = (1 - mu) / (1 - self.product(t))
        self.root = math.sqrt(1 - self.beta_2**t)

    def product(self, t: int) -> float:
        """Pₜ = μ₁·μ₂···μₜ, stored in Keras's optimizer memory; 1 before the first step."""
        return self.beta_1**t * float(self.WARM_UP_PRODUCTS[min(t, 1000) - 1]) if t else 1.0

    def update(self, w, g, lr, m, v):
        d, e = self.scratch(w), self.scratch(w, 1)
        self.remember(g, m, v, d)
        size = np.sqrt(v, out=d)
        size /= self.root
        size += self.epsilon  # √v̂ + ε
        for of, direction in ((self.of_m, m), (self.of_g, g)):
            step = np.multiply(lr * of, direction, out=e)
            step /= size
            w -= step


@registry.register()
class RAdam(TwoMoments):
    """Adam that does not divide by √v until v is reliable.
    Liu et al. 2020, algorithm 2, with PyTorch's threshold of 5

    ρ∞ = 2/(1−β₂) − 1;  ρₜ = ρ∞ − 2t·β₂ᵗ/(1−β₂ᵗ), about the number of gradients in v.
    If ρₜ > 5:  w ← w − η·r·m̂·√(1−β₂ᵗ)/(√v + ε), where r² = (ρₜ−4)(ρₜ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρₜ);
    before that the step is plain momentum, w ← w − η·m̂, where m̂ = m/(1−β₁ᵗ). With β₂ = 0.999 the
    sixth step is the first rectified one.

    Other versions differ. The paper's threshold is 4 (the fifth step). The authors' code does not
    move at all before the threshold, and starts at ρₜ >= 5. TensorFlow Addons adds ε after the
    correction of v, and its ε is 1e-7. Keras has no RAdam.
    """

    elementwise = True

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
        self.correction = 1 / (1 - self.beta_1**t)
        self.is_rectified = length > 5
        if self.is_rectified:
            r2 = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            self.correction *= math.sqrt(r2 * (1 - self.beta_2**t))

    def update(self, w, g, lr, m, v):
        spare = self.scratch(w)
        self.remember(g, m, v, spare)
        if self.is_rectified:
            self.descend(w, lr * self.correction, m, v, spare)
        else:
            w -= np.multiply(lr * self.correction, m, out=spare)
