"""Every optimizer with its defaults, and what the tests of optimizers share."""

import json

import numpy as np
import pytest

from minidl import Sequential, Variable, layers, optimizers
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lamb,
    Lion,
    Muon,
    Nadam,
    Optimizer,
    RAdam,
    RMSprop,
    ScheduleFreeAdamW,
)
from minidl.optimizers.schedules import LearningRateSchedule

FAMILY = [SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, RAdam, Lion]
FAMILY += [Ftrl, Lamb, Adafactor, Muon, ScheduleFreeAdamW]


family = pytest.mark.parametrize("cls", FAMILY, ids=lambda c: c.__name__)


DEFAULTS = {  # Keras 3.15.1's; RAdam's are PyTorch's, ScheduleFreeAdamW's those of its authors
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
    Ftrl: dict(
        learning_rate=0.001,
        learning_rate_power=-0.5,
        initial_accumulator_value=0.1,
        l1_regularization_strength=0.0,
        l2_regularization_strength=0.0,
        l2_shrinkage_regularization_strength=0.0,
        beta=0.0,
    ),
    Lamb: dict(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7),
    Adafactor: dict(
        learning_rate=0.001,
        beta_2_decay=-0.8,
        epsilon_1=1e-30,
        epsilon_2=0.001,
        clip_threshold=1.0,
        relative_step=True,
    ),
    Muon: dict(
        learning_rate=0.001,
        adam_beta_1=0.9,
        adam_beta_2=0.999,
        adam_weight_decay=0.004,
        epsilon=1e-7,
        weight_decay=0.004,
        exclude_layers=[],
        exclude_embeddings=True,
        muon_a=3.4445,
        muon_b=-4.775,
        muon_c=2.0315,
        adam_lr_ratio=1,
        momentum=0.95,
        ns_steps=5,
        nesterov=True,
        rms_rate=0.2,
    ),
    ScheduleFreeAdamW: dict(
        learning_rate=0.0025,
        beta_1=0.9,
        beta_2=0.999,
        epsilon=1e-8,
        warmup_steps=0,
    ),
}


# Values that arguments do not have by default, where 0.5 is none.
_OTHERS = dict(learning_rate_power=-0.25, ns_steps=3, warmup_steps=7, exclude_layers=["output"])


def others(cls) -> dict:
    """For each argument of its own another value than its default."""
    return {
        name: _OTHERS.get(name, not value if type(value) is bool else 0.5)
        for name, value in DEFAULTS[cls].items()
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


# Every common argument, set to another value than its default where that can be.
SETTINGS = dict(
    weight_decay=0.125,
    clipnorm=2.0,
    clipvalue=None,
    global_clipnorm=None,
    use_ema=True,
    ema_momentum=0.75,
    ema_overwrite_frequency=3,
    loss_scale_factor=None,
    gradient_accumulation_steps=4,
    name="mine",
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


def compiled(optimizer, *names):
    model = Sequential(
        [
            layers.Dense(2, name="a", kernel_initializer="ones"),
            layers.Dense(1, name="b", kernel_initializer="ones"),
        ]
    )
    model.compile(optimizer, "mse", metrics=list(names))
    return model


class Halving(LearningRateSchedule):
    def __init__(self, first, every):
        self.first, self.every = first, every

    def __call__(self, step):
        return self.first * 0.5 ** (step // self.every)


def steps_of(rate, count=6):
    """The moves that a gradient of 1 makes: the rates themselves."""
    w, optimizer, places = Variable([0.0], dtype="float64"), SGD(rate), [0.0]
    for _ in range(count):
        optimizer.apply([np.ones(1)], [w])
        places.append(w.item())
    return -np.diff(places)
