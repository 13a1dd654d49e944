"""Every optimizer with its defaults, and what the tests of optimizers share."""

import json

import numpy as np
import pytest

from minidl import (
    Sequential,
    Variable,
    layers,
    optimizers,
)
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    Optimizer,
    RAdam,
    RMSprop,
)

FAMILY = [SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, RAdam, Lion]


family = pytest.mark.parametrize("cls", FAMILY, ids=lambda c: c.__name__)


DEFAULTS = {  # Keras 3.15.1's; RAdam's are PyTorch's
    SGD: dict(learning_rate=0.01, momentum=0.0, nesterov=False),
    Adagrad: dict(learning_rate=0.001, initial_accumulator_value=0.1, epsilon=1e-7),
    Adadelta: dict(learning_rate=0.001, rho=0.95, epsilon=1e-7),
    RMSprop: dict(learning_rate=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False),
    Adam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False),
    AdamW: dict(
        learning_rate=0.001,
        weight_decay=0.004,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-7,
        amsgrad=False,
    ),
    Adamax: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    Nadam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    RAdam: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8),
    Lion: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.99),
}


COMMON = dict(
    weight_decay=None,
    clipnorm=None,
    clipvalue=None,
    global_clipnorm=None,
    use_ema=False,
    ema_momentum=0.99,
    ema_overwrite_frequency=None,
    loss_scale_factor=None,
    gradient_accumulation_steps=None,
)


def small_model():
    return Sequential(
        [layers.Dense(2, name="first", input_shape=(2,)), layers.Dense(1, name="second")]
    )


X, Y = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32), np.arange(6.0)


@optimizers.register()
class Own(Optimizer):
    """A registered optimizer as a reader writes it, with a slot that counts."""

    def slots(self):
        return ("velocity", "count")

    def update(self, w, g, lr, velocity, count):
        count += 1
        velocity *= 0.9
        velocity -= lr * g / np.sqrt(count)
        w += velocity


def some_variables():
    return [
        Variable(np.ones((2, 3)), name="kernel"),
        Variable(np.zeros(3), name="bias"),
        Variable(np.ones(3), name="bias"),
    ]


def some_gradients(steps):
    rng = np.random.default_rng(5)
    return [[rng.normal(size=(2, 3)), rng.normal(size=3), rng.normal(size=3)] for _ in range(steps)]


def again(optimizer):
    """The optimizer that JSON brings back."""
    return optimizers.deserialize(json.loads(json.dumps(optimizers.serialize(optimizer))))
