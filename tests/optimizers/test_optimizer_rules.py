"""The optimizers' arithmetic: Keras's numbers, the papers' formulas typed a second time, and what
ε, t and averages do.
"""

import math
from fractions import Fraction

import numpy as np
import pytest
from optimizer_cases import CASES, KERAS_CASES, OWN, SHAPES, first_weights, follow, gradients, title
from places import GOLDENS

from minidl import Sequential, Variable, layers, ops, optimizers
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
    RAdam,
    RMSprop,
    ScheduleFreeAdamW,
)

FAMILY = [SGD, Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, Lion, RAdam]
FAMILY += [Adafactor, Ftrl, Lamb, Muon, ScheduleFreeAdamW]


def test_all_optimizers_are_tried_here():
    assert (
        {cls.__name__ for cls in FAMILY}
        == set(OWN)
        == {
            cls.__name__
            for cls in optimizers.registry.names.values()
            if cls.__module__.startswith("minidl.")
        }
    )


# --- Keras's numbers
# ---

START = [1.0, 2.0, 3.0, 4.0]
# the gradient of step t is STEEP·t, with the sign changing each step
STEEP = np.array([0.1, -0.2, 0.3, -0.4])

# After step 1 and after step 5, measured with Keras 3.15.1 in float32.
GOLDEN = [
    (SGD, (0.1,), {}, [0.99, 2.02, 2.97, 4.04], [0.97, 2.06, 2.91, 4.12]),
    (
        SGD,
        (0.1,),
        {"momentum": 0.9},
        [0.99, 2.02, 2.97, 4.04],
        [0.972529, 2.054942, 2.917587, 4.109884],
    ),
    (
        SGD,
        (0.1, 0.9, True),
        {},
        [0.981, 2.038, 2.943, 4.076],
        [0.945276, 2.109448, 2.835828, 4.218896],
    ),
    (SGD, (0.1,), {"weight_decay": 0.1}, None, [0.920987, 1.961986, 2.762961, 3.923972]),
    (
        SGD,
        (0.1,),
        {"clipnorm": 0.1},
        [0.998174, 2.003651, 2.994523, 4.007303],
        [0.998174, 2.003651, 2.994523, 4.007303],
    ),
    (
        Adagrad,
        (0.1,),
        {},
        [0.969849, 2.053452, 2.931175, 4.078446],
        [0.96148, 2.050051, 2.939869, 4.067325],
    ),
    (
        Adadelta,
        (1.0,),
        {},
        [0.998586, 2.001414, 2.998586, 4.001414],
        [0.997863, 2.002137, 2.997863, 4.002138],
    ),
    (
        RMSprop,
        (0.01,),
        {},
        [0.968379, 2.031622, 2.968377, 4.031623],
        [0.972616, 2.027385, 2.972615, 4.027385],
    ),
    (
        RMSprop,
        (0.01,),
        {"momentum": 0.9, "centered": True},
        None,
        [0.914956, 2.085049, 2.91495, 4.085051],
    ),
    (Adam, (0.01,), {}, [0.99, 2.01, 2.99, 4.01], [0.990326, 2.009674, 2.990326, 4.009674]),
    (
        Adam,
        (0.01,),
        {"weight_decay": 0.1},
        [0.989, 2.008, 2.987, 4.006],
        [0.985369, 1.999661, 2.975389, 3.989681],
    ),
    (
        AdamW,
        (0.01, 0.1),
        {},
        [0.989, 2.008, 2.987, 4.006],
        [0.985369, 1.999661, 2.975389, 3.989681],
    ),
    (Adamax, (0.01,), {}, [0.99, 2.01, 2.99, 4.01], [0.990536, 2.009464, 2.990536, 4.009464]),
    (
        Nadam,
        (0.01,),
        {},
        [0.989372, 2.010628, 2.989372, 4.010628],
        [0.990021, 2.009979, 2.990021, 4.009979],
    ),
]


@pytest.mark.parametrize(
    ("cls", "args", "options", "first", "fifth"),
    GOLDEN,
    ids=[
        c.__name__ + "".join(f"-{k}" for k in o) + "-nesterov" * (len(a) > 2)
        for c, a, o, *_ in GOLDEN
    ],
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_keras_golden_trajectories(cls, args, options, first, fifth, dtype):
    w, optimizer = Variable(START, dtype=dtype), cls(*args, **options)
    for t in range(1, 6):
        optimizer.apply([STEEP * t * (1 if t % 2 else -1)], [w])
        if t == 1 and first:
            np.testing.assert_allclose(w.data, first, rtol=0, atol=1.1e-6)
    np.testing.assert_allclose(w.data, fifth, rtol=0, atol=1.1e-6)
    assert w.dtype == dtype and optimizer.iterations == 5


# Several batches make one update: the weights after the batches 2, 5 and 7, measured with Keras
# 3.15.1 in float32, like those above.
UP, UPPER = optimizers.schedules.ExponentialDecay(0.1, 1, 0.5), dict(use_ema=True, ema_momentum=0.5)
ACCUMULATED = [
    (
        SGD,
        (0.1,),
        {},
        3,
        [1, 2, 3, 4],
        [0.993333, 2.013333, 2.98, 4.026667],
        [1.01, 1.98, 3.03, 3.96],
    ),
    (
        SGD,
        (0.1, 0.9),
        {},
        2,
        [1.005, 1.99, 3.015, 3.98],
        [1.0145, 1.971, 3.0435, 3.942],
        [1.02805, 1.9439, 3.08415, 3.8878],
    ),
    (
        SGD,
        (0.1, 0.9, True),
        {},
        2,
        [1.0095, 1.981, 3.0285, 3.962],
        [1.02305, 1.9539, 3.06915, 3.9078],
        [1.040245, 1.91951, 3.120735, 3.83902],
    ),
    (
        Adam,
        (0.01,),
        {},
        2,
        [1.009999, 1.99, 3.01, 3.99],
        [1.019999, 1.980001, 3.02, 3.98],
        [1.029998, 1.970001, 3.029999, 3.970001],
    ),
    (
        AdamW,
        (0.01, 0.1),
        {},
        3,
        [1, 2, 3, 4],
        [0.989001, 2.008, 2.987, 4.006],
        [0.992434, 2.00157, 2.988436, 3.997572],
    ),
    (
        Nadam,
        (0.01,),
        {},
        2,
        [1.010628, 1.989372, 3.010628, 3.989372],
        [1.018364, 1.981636, 3.018364, 3.981636],
        [1.025477, 1.974523, 3.025477, 3.974523],
    ),
    (
        Adamax,
        (0.01,),
        {},
        2,
        [1.01, 1.99, 3.01, 3.99],
        [1.02, 1.98, 3.02, 3.98],
        [1.03, 1.97, 3.03, 3.97],
    ),
    (
        RMSprop,
        (0.01,),
        {},
        2,
        [1.031616, 1.968379, 3.031622, 3.968378],
        [1.054556, 1.945438, 3.054564, 3.945436],
        [1.073764, 1.926229, 3.073773, 3.926227],
    ),
    (
        Adagrad,
        (0.1,),
        {},
        2,
        [1.015617, 1.969849, 3.042857, 3.946548],
        [1.031048, 1.940981, 3.082249, 3.899407],
        [1.046298, 1.913246, 3.1189, 3.856767],
    ),
    (
        Adadelta,
        (1.0,),
        {},
        2,
        [1.001414, 1.998586, 3.001414, 3.998586],
        [1.002845, 1.997154, 3.002846, 3.997154],
        [1.004289, 1.99571, 3.004291, 3.995709],
    ),
    (
        Lion,
        (0.01,),
        {},
        2,
        [1.01, 1.99, 3.01, 3.99],
        [1.02, 1.98, 3.02, 3.98],
        [1.03, 1.97, 3.03, 3.97],
    ),
    (
        SGD,
        (0.1,),
        {"clipnorm": 0.1},
        2,
        [1.001826, 1.996349, 3.005477, 3.992697],
        [1.003651, 1.992697, 3.010954, 3.985394],
        [1.005477, 1.989046, 3.016432, 3.978091],
    ),
    (
        SGD,
        (0.1,),
        {"global_clipnorm": 0.1},
        2,
        [1.001826, 1.996349, 3.005477, 3.992697],
        [1.003651, 1.992697, 3.010954, 3.985394],
        [1.005477, 1.989046, 3.016432, 3.978091],
    ),
    (
        SGD,
        (0.1,),
        {"clipvalue": 0.1},
        2,
        [1.005, 1.99, 3.01, 3.99],
        [1.01, 1.98, 3.02, 3.98],
        [1.015, 1.97, 3.03, 3.97],
    ),
    (
        SGD,
        (UP,),
        {},
        2,
        [1.0025, 1.995, 3.0075, 3.99],
        [1.003125, 1.99375, 3.009375, 3.9875],
        [1.003281, 1.993438, 3.009844, 3.986875],
    ),
    (
        SGD,
        (0.1,),
        UPPER,
        2,
        [1.005, 1.99, 3.015, 3.98],
        [1.01, 1.98, 3.03, 3.96],
        [1.015, 1.97, 3.045, 3.94],
    ),
    (
        SGD,
        (0.1,),
        {**UPPER, "ema_overwrite_frequency": 2},
        2,
        [1.005, 1.99, 3.015, 3.98],
        [1.0075, 1.985, 3.0225, 3.97],
        [1.01125, 1.9775, 3.03375, 3.955],
    ),
    (
        SGD,
        (0.1,),
        {**UPPER, "ema_overwrite_frequency": 3},
        2,
        [1.005, 1.99, 3.015, 3.98],
        [1.00875, 1.9825, 3.02625, 3.965],
        [1.01125, 1.9775, 3.03375, 3.955],
    ),
]


@pytest.mark.parametrize(
    ("cls", "args", "options", "n", "second", "fifth", "seventh"),
    ACCUMULATED,
    ids=lambda v: getattr(v, "__name__", ""),
)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_kerass_numbers_when_several_batches_make_one_update(
    cls, args, options, n, second, fifth, seventh, dtype
):
    w, optimizer = (
        Variable(START, dtype=dtype),
        cls(*args, gradient_accumulation_steps=n, **options),
    )
    for t in range(1, 8):
        optimizer.apply([STEEP * t * (1 if t % 2 else -1)], [w])
        if expected := {2: second, 5: fifth, 7: seventh}.get(t):
            np.testing.assert_allclose(w.data, expected, rtol=0, atol=1.1e-6)
        assert optimizer.iterations == t // n
    if options == UPPER:
        np.testing.assert_allclose(
            optimizer.kept.averages[0].data,
            [1.0134375, 1.973125, 3.0403128, 3.94625],
            rtol=0,
            atol=1.1e-6,
        )


def test_as_in_keras_limits_hold_after_every_batch_and_schedules_count_batches():
    w = Variable(START)
    w.constraint = lambda values: values * 0.5
    optimizer, rates = SGD(UP, gradient_accumulation_steps=2), []
    for _ in range(3):
        rates.append(optimizer.learning_rate)
        optimizer.apply([np.zeros(4)], [w])
    np.testing.assert_array_equal(w.data, np.array(START) / 8)
    assert rates == [0.1, 0.05, 0.025]


KERAS = np.load(GOLDENS / "optimizers.npz", allow_pickle=False)


def ours(case, dtype):
    variables, optimizer = (
        [Variable(w, dtype=dtype) for w in first_weights(case)],
        getattr(optimizers, case[0])(**case[1]),
    )
    return follow(
        lambda grads: optimizer.apply(grads, variables),
        lambda: [v.data for v in variables],
        optimizer.finalize_variable_values,
    )


def test_every_case_has_its_line_in_the_file_of_kerass_weights():
    assert KERAS["titles"].tolist() == [title(c) for c in KERAS_CASES]
    assert (
        KERAS["weights"].shape == (len(KERAS_CASES), 5, sum(math.prod(s) for s in SHAPES))
        and np.isfinite(KERAS["weights"]).all()
    )


@pytest.mark.parametrize("number", range(len(KERAS_CASES)), ids=map(title, KERAS_CASES))
@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-5)])
def test_fifty_steps_end_where_kerass_do(number, dtype, tolerance):
    """Keras's side was computed in float64. Only centered RMSprop takes a difference of near
    numbers, too near for float32.
    """
    if dtype == "float32" and "centered" in KERAS_CASES[number][1]:
        return
    expected, furthest = KERAS["weights"][number], KERAS["weights"][number][-1]
    error = np.abs(ours(KERAS_CASES[number], dtype) - expected)
    assert (error <= tolerance * furthest).all(), (
        f"off by {np.max(error / furthest):.1e} of the furthest weight"
    )
    assert furthest.all()


# --- the papers, typed literally: float64, fresh arrays, nothing in place
# --------------------------------------------


def paper_sgd(lr=0.01, momentum=0.0, nesterov=False):
    def step(w, g, t, s):
        if not momentum:
            return w - lr * g
        s["v"] = momentum * s.get("v", 0) - lr * g
        return w + momentum * s["v"] - lr * g if nesterov else w + s["v"]

    return step


def paper_adagrad(lr=0.001, initial_accumulator_value=0.1, epsilon=1e-7):
    def step(w, g, t, s):
        s["s"] = s.get("s", initial_accumulator_value) + g**2
        return w - lr * g / np.sqrt(s["s"] + epsilon)

    return step


def paper_adadelta(lr=0.001, rho=0.95, epsilon=1e-7):
    def step(w, g, t, s):
        s["g2"] = rho * s.get("g2", 0) + (1 - rho) * g**2
        delta = -np.sqrt(s.get("d2", 0) + epsilon) / np.sqrt(s["g2"] + epsilon) * g
        s["d2"] = rho * s.get("d2", 0) + (1 - rho) * delta**2
        return w + lr * delta

    return step


def paper_rmsprop(lr=0.001, rho=0.9, momentum=0.0, epsilon=1e-7, centered=False):
    def step(w, g, t, s):
        s["v"] = rho * s.get("v", 0) + (1 - rho) * g**2
        s["mean"] = rho * s.get("mean", 0) + (1 - rho) * g
        move = lr * g / np.sqrt(s["v"] - (s["mean"] ** 2 if centered else 0) + epsilon)
        s["b"] = momentum * s.get("b", 0) + move
        return w - (s["b"] if momentum else move)

    return step


def paper_adam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, amsgrad=False):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        s["top"] = np.maximum(s.get("top", 0), s["v"])
        rate = lr * math.sqrt(1 - beta_2**t) / (1 - beta_1**t)
        return w - rate * s["m"] / (np.sqrt(s["top"] if amsgrad else s["v"]) + epsilon)

    return step


def paper_adamax(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["u"] = np.maximum(beta_2 * s.get("u", 0), abs(g))
        return w - lr / (1 - beta_1**t) * s["m"] / (s["u"] + epsilon)

    return step


def paper_nadam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        mu, mu_next = beta_1 * (1 - 0.5 * 0.96**t), beta_1 * (1 - 0.5 * 0.96 ** (t + 1))
        s["product"] = s.get("product", 1) * mu
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        m_hat = mu_next * s["m"] / (1 - s["product"] * mu_next) + (1 - mu) * g / (1 - s["product"])
        return w - lr * m_hat / (np.sqrt(s["v"] / (1 - beta_2**t)) + epsilon)

    return step


def paper_radam(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        m_hat = s["m"] / (1 - beta_1**t)
        longest = 2 / (1 - beta_2) - 1
        length = longest - 2 * t * beta_2**t / (1 - beta_2**t)
        if length <= 5:
            return w - lr * m_hat
        r = math.sqrt(
            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        )
        return w - lr * r * m_hat * math.sqrt(1 - beta_2**t) / (np.sqrt(s["v"]) + epsilon)

    return step


def paper_lion(lr=0.001, beta_1=0.9, beta_2=0.99):
    def step(w, g, t, s):
        direction = np.sign(beta_1 * s.get("m", 0) + (1 - beta_1) * g)
        s["m"] = beta_2 * s.get("m", 0) + (1 - beta_2) * g
        return w - lr * direction

    return step


def paper_lamb(lr=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7):
    def step(w, g, t, s):
        s["m"] = beta_1 * s.get("m", 0) + (1 - beta_1) * g
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        u = s["m"] / (1 - beta_1**t) / (np.sqrt(s["v"] / (1 - beta_2**t)) + epsilon)
        length, longest = math.sqrt((w**2).sum()), math.sqrt((u**2).sum())
        return w - lr * (length / longest if length > 0 and longest > 0 else 1) * u

    return step


def paper_ftrl(
    lr=0.001,
    learning_rate_power=-0.5,
    initial_accumulator_value=0.1,
    l1_regularization_strength=0.0,
    l2_regularization_strength=0.0,
    l2_shrinkage_regularization_strength=0.0,
    beta=0.0,
):
    p, l1 = -learning_rate_power, l1_regularization_strength

    def step(w, g, t, s):
        n = s.get("n", initial_accumulator_value)
        sigma = ((n + g**2) ** p - n**p) / lr
        s["n"] = n + g**2
        shrink = 2 * l2_shrinkage_regularization_strength * w
        s["z"] = s.get("z", 0) + g + shrink - sigma * w
        slope = s["n"] ** p / lr + 2 * (l2_regularization_strength + beta / (2 * lr))
        return np.where(abs(s["z"]) <= l1, 0.0, (np.sign(s["z"]) * l1 - s["z"]) / slope)

    return step


def paper_adafactor(
    lr=0.001,
    beta_2_decay=-0.8,
    epsilon_1=1e-30,
    epsilon_2=1e-3,
    clip_threshold=1.0,
    relative_step=True,
):
    def rms(x):
        return math.sqrt((x**2).mean())

    def step(w, g, t, s):
        beta = 1 - t**beta_2_decay
        squares = g**2 + epsilon_1
        if w.ndim > 1:
            s["r"] = beta * s.get("r", 0) + (1 - beta) * squares.mean(-1, keepdims=True)
            s["c"] = beta * s.get("c", 0) + (1 - beta) * squares.mean(-2, keepdims=True)
            v = s["r"] * s["c"] / s["r"].mean(-2, keepdims=True)
        else:
            v = s["v"] = beta * s.get("v", 0) + (1 - beta) * squares
        u = g / np.sqrt(v)
        u_hat = u / max(1, rms(u) / clip_threshold)
        return w - max(epsilon_2, rms(w)) * min(lr, 1 / math.sqrt(t)) * u_hat

    return step


def paper_muon(
    lr=0.001,
    weight_decay=0.004,
    adam_weight_decay=0.004,
    adam_beta_1=0.9,
    adam_beta_2=0.999,
    epsilon=1e-7,
    muon_a=3.4445,
    muon_b=-4.7750,
    muon_c=2.0315,
    adam_lr_ratio=1,
    momentum=0.95,
    ns_steps=5,
    nesterov=True,
    rms_rate=0.2,
):
    adam = paper_adam(lr * adam_lr_ratio, adam_beta_1, adam_beta_2, epsilon)

    def step(w, g, t, s):
        if w.ndim != 2:
            return adam(w - lr * (adam_weight_decay or 0) * w, g, t, s)
        s["m"] = momentum * s.get("m", 0) + g
        d = g + momentum * s["m"] if nesterov else s["m"]
        u, sizes, v = np.linalg.svd(d / (np.linalg.norm(d) + 1e-7), full_matrices=False)
        for _ in range(ns_steps):  # of a matrix the polynomial is that of its singular values
            sizes = muon_a * sizes + muon_b * sizes**3 + muon_c * sizes**5
        factor = 1 if rms_rate is None else rms_rate * math.sqrt(max(w.shape))
        return w - lr * (weight_decay or 0) * w - lr * factor * (u * sizes) @ v

    return step


def paper_schedule_free(
    lr=0.0025, weight_decay=0.0, beta_1=0.9, beta_2=0.999, epsilon=1e-8, warmup_steps=0
):
    def step(y, g, t, s):
        z, x = s.get("z", y), s.get("x", y)
        s["v"] = beta_2 * s.get("v", 0) + (1 - beta_2) * g**2
        v_hat = s["v"] / (1 - beta_2**t)
        rate = lr * min(1, t / warmup_steps) if warmup_steps else lr
        s["z"] = z - rate * g / (np.sqrt(v_hat) + epsilon) - rate * (weight_decay or 0) * y
        s["squares"] = s.get("squares", 0) + rate**2
        c = rate**2 / s["squares"]
        s["x"] = (1 - c) * x + c * s["z"]
        return (1 - beta_1) * s["z"] + beta_1 * s["x"]

    return step


DECAYING = ("Muon", "ScheduleFreeAdamW")  # whose own formula has the decay
PAPERS = {
    "Lamb": paper_lamb,
    "Ftrl": paper_ftrl,
    "Adafactor": paper_adafactor,
    "Muon": paper_muon,
    "ScheduleFreeAdamW": paper_schedule_free,
    "SGD": paper_sgd,
    "Adagrad": paper_adagrad,
    "Adadelta": paper_adadelta,
    "RMSprop": paper_rmsprop,
    "Adam": paper_adam,
    "AdamW": paper_adam,
    "Adamax": paper_adamax,
    "Nadam": paper_nadam,
    "RAdam": paper_radam,
    "Lion": paper_lion,
}


class Paper:
    """A paper's step with what stands around it: clip, decay, step, average."""

    def __init__(
        self,
        name,
        learning_rate,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        **own,
    ):
        decay = None if name in DECAYING else own.pop("weight_decay", None)
        self.step, self.rate = PAPERS[name](learning_rate, **own), learning_rate
        self.decay = 0.004 if name == "AdamW" and decay is None else decay or 0
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.mu, self.every, self.averages = (
            ema_momentum if use_ema else None,
            ema_overwrite_frequency,
            None,
        )
        self.t, self.states = 0, {}

    def apply(self, grads, weights):
        self.t += 1
        if self.clipvalue:
            grads = [
                np.where(abs(g) > self.clipvalue, np.sign(g) * self.clipvalue, g) for g in grads
            ]
        lengths = [math.sqrt((g**2).sum()) for g in grads]
        if self.clipnorm:
            grads = [
                g * self.clipnorm / n if n > self.clipnorm else g for g, n in zip(grads, lengths)
            ]
        total = math.sqrt(sum(n**2 for n in lengths))
        if self.global_clipnorm and total > self.global_clipnorm:
            grads = [g * self.global_clipnorm / total for g in grads]
        weights = [w - self.rate * self.decay * w for w in weights]
        weights = [
            self.step(w, g, self.t, self.states.setdefault(i, {}))
            for i, (w, g) in enumerate(zip(weights, grads))
        ]
        if self.mu is not None:
            self.averages = [
                w if self.t == 1 else self.mu * a + (1 - self.mu) * w
                for a, w in zip(self.averages or weights, weights)
            ]
            if self.every and self.t % self.every == 0:
                weights = self.averages
        return weights

    def learned(self, weights):
        """What is in the weights in the end."""
        if self.averages:
            return self.averages
        return [s.get("x", w) for w, s in zip(weights, self.states.values())]


every_case = pytest.mark.parametrize("case", CASES, ids=title)
own_case = pytest.mark.parametrize(
    "case", [(n, o) for n, own in OWN.items() for o in own], ids=title
)


@every_case
def test_fifty_steps_equal_the_paper(case):
    """Also centered RMSprop: with gradients that change, its variance is not far smaller than what
    it is the difference of.
    """
    variables, optimizer, paper = (
        [Variable(w, dtype="float64") for w in first_weights(case)],
        getattr(optimizers, case[0])(**case[1]),
        Paper(case[0], **case[1]),
    )
    expected, furthest = first_weights(case), [np.abs(w) for w in first_weights(case)]
    for t, grads in enumerate(gradients(), 1):
        optimizer.apply(grads, variables)
        expected = paper.apply(grads, expected)
        furthest = [np.maximum(f, abs(e)) for f, e in zip(furthest, expected)]
        for v, e, f in zip(variables, expected, furthest):
            assert (abs(v.data - e) <= 1e-12 * f).all(), f"step {t}"
    optimizer.finalize_variable_values()
    for v, e, f in zip(variables, paper.learned(expected), furthest):
        assert (abs(v.data - e) <= 1e-12 * f).all() and f.all()


@pytest.mark.parametrize("case", [c for c in CASES if "centered" not in c[1]], ids=title)
def test_float32_follows_the_paper(case):
    variables, optimizer, paper = (
        [Variable(w, dtype="float32") for w in first_weights(case)],
        getattr(optimizers, case[0])(**case[1]),
        Paper(case[0], **case[1]),
    )
    expected, furthest = first_weights(case), [np.abs(w) for w in first_weights(case)]
    for t, grads in enumerate(gradients(), 1):
        optimizer.apply(grads, variables)
        expected = paper.apply(grads, expected)
        furthest = [np.maximum(f, abs(e)) for f, e in zip(furthest, expected)]
        for v, e, f in zip(variables, expected, furthest):
            assert v.dtype == np.float32 and (abs(v.data - e) <= 1e-5 * f).all(), f"step {t}"


@own_case
def test_variables_move_as_if_each_had_its_own_optimizer(case):
    name, options = case
    together = [Variable(np.ones(s), dtype="float64") for s in SHAPES]
    apart, shared = [Variable(v) for v in together], getattr(optimizers, name)(0.05, **options)
    alone = [getattr(optimizers, name)(0.05, **options) for _ in together]
    for grads in gradients(7):
        shared.apply(grads, together)
        for optimizer, g, v in zip(alone, grads, apart):
            optimizer.apply([g], [v])
    for a, b in zip(together, apart):
        np.testing.assert_array_equal(a.data, b.data)


@own_case
def test_a_long_constant_gradient_gives_no_nan(case):
    """In float32, where the variance of a constant comes out as a little less than 0."""
    rng = np.random.default_rng(0)
    g = (rng.choice([-1, 1], 3000) * 10 ** rng.uniform(-8, 8, 3000)).astype(np.float32)
    w, optimizer = Variable(np.zeros(3000)), getattr(optimizers, case[0])(0.01, **case[1])
    for _ in range(400):
        optimizer.apply([g], [w])
    assert np.isfinite(w.data).all() and (np.sign(w.data) == -np.sign(g)).all()


@own_case
def test_float16_weights_keep_their_dtype_and_so_do_the_slots(case):
    w, optimizer = (
        Variable(np.zeros(3), dtype="float16"),
        getattr(optimizers, case[0])(0.05, **case[1]),
    )
    for _ in range(3):
        optimizer.apply([np.float16([0.5, -1.0, 2.0])], [w])
    slots = [slot for slot in optimizer.memory[0] if slot is not None]
    assert w.dtype == np.float16 and all(s.dtype == np.float16 for s in slots)
    assert (np.sign(w.data) == [-1, 1, -1]).all()


BOWL = [
    SGD(0.1),
    SGD(0.1, 0.9),
    SGD(0.1, 0.9, True),
    Adagrad(1.0),
    Adagrad(1.0, 0.0),
    Adadelta(20.0),
    RMSprop(0.05),
    RMSprop(0.05, momentum=0.5),
    RMSprop(0.05, centered=True),
    Adam(0.1),
    Adam(0.1, amsgrad=True),
    AdamW(0.1, 1e-4),
    Adamax(0.1),
    Nadam(0.1),
    RAdam(0.1),
    Lion(0.02, beta_2=0.9),
    Adam(0.1, use_ema=True, ema_momentum=0.9),
]


@pytest.mark.parametrize(
    "optimizer", BOWL, ids=[f"{i}-{type(o).__name__}" for i, o in enumerate(BOWL)]
)
def test_downhill_on_a_bowl(optimizer):
    w = Variable([3.0, -2.0], dtype="float64")
    optimizer.build([w])
    for _ in range(300):
        ops.sum(ops.square(w - np.array([1.0, 2.0])) * np.array([1.0, 0.3])).backward()
        optimizer.step()
    np.testing.assert_allclose(w.data, [1.0, 2.0], atol=0.06)


# --- where ε stands
# ---

# Where |g| is near ε, its place in the formula decides the step. First step from w = 0 at learning
# rate 1, worked out by hand.
TINY = [
    (Adagrad(1.0, 0.0), 1e-4, 0.301511345),  # g/√(g² + ε); ε outside the root would give 0.999
    (Adagrad(1.0, 0.0, 1e-2), 1e-2, 0.0995037190),
    (Adagrad(1.0), 0.1, 0.301511208),  # g/√(0.1 + g² + ε)
    (Adadelta(1.0), 1e-7, 1e-7),  # √ε/√(.05·g² + ε)·g: below √ε steps are gradient descent's
    (
        Adadelta(1.0),
        1e-3,
        8.16496581e-4,
    ),  # ... and without the ε above there would be no step at all
    (Adadelta(1.0, epsilon=1e-4), 0.1, 0.0408248290),
    (RMSprop(1.0), 1e-7, 3.16227764e-4),  # g/√(.1·g² + ε); ε outside the root would give 0.76
    (RMSprop(1.0), 1e-4, 0.314658388),  # ... and 3.15
    (RMSprop(1.0, epsilon=1e-3), 1e-2, 0.314658387),
    (RMSprop(1.0, centered=True), 1e-3, 2.29415734),  # g/√(.1·g² − .01·g² + ε)
    (Adam(1.0), 1e-7, 0.0306534300),  # √.001·g/(√.001·g + ε); PyTorch's place of ε would give 0.5
    (Adam(1.0), 1e-4, 0.9693466),  # ... and 0.999
    (Adam(1.0, epsilon=1e-3), 1e-4, 0.00315230918),
    (Adamax(1.0), 1e-7, 0.5),  # g/(|g| + ε)
    (Adamax(1.0, epsilon=1e-3), 1e-4, 0.0909090909),
    (
        Nadam(1.0),
        1e-7,
        0.531393902,
    ),  # (.1·μ₂/(1 − μ₁μ₂) + 1)·g/(g + ε) with μ₁ = .468 and μ₂ = .48528
    (Nadam(1.0, epsilon=1e-3), 1e-4, 0.0966170730),
    (RAdam(1.0), 1e-7, 1e-7),  # not yet rectified: g
    (Lion(1.0), 1e-30, 1.0),  # its sign, however small it is
    (SGD(1.0), 1e-7, 1e-7),
]


@pytest.mark.parametrize(
    ("optimizer", "g", "moved"), TINY, ids=[f"{type(o).__name__}-{g}-{m}" for o, g, m in TINY]
)
def test_tiny_gradients_show_where_epsilon_stands(optimizer, g, moved):
    w = Variable([0.0], dtype="float64")
    optimizer.apply([np.array([g])], [w])
    assert -w.item() == pytest.approx(moved, rel=2e-7)


# --- one optimizer at a time
# -----------------------------------------------------------------------------------------


def walk(optimizer, grads, dtype="float64"):
    """The places of one weight that begins at 0."""
    w, places = Variable([0.0], dtype=dtype), []
    for g in grads:
        optimizer.apply([np.array([float(g)])], [w])
        places.append(w.item())
    return places


def test_radam_is_momentum_for_five_steps_and_rectified_from_the_sixth():
    """A constant gradient g: m̂ = g and √v̂ = g, so a step is η·g before, and
    η·r·√(1−β₂⁶)/(√(1−β₂⁶) + ε/g) from the sixth on.
    """
    places = walk(RAdam(0.5, epsilon=0.0), [4.0] * 8)
    np.testing.assert_allclose(places[:5], [-2.0, -4.0, -6.0, -8.0, -10.0], rtol=1e-14)
    moves = -np.diff(places)[4:] / 0.5
    # r₆, r₇ and r₈, worked out with 40 digits: ρ∞ = 1999, ρ₆ = 5.994164, ρ₇ = 6.991996, ρ₈ =
    # 7.989495
    np.testing.assert_allclose(moves, [0.02582111280, 0.03273881441, 0.03873827702], rtol=1e-9)


@pytest.mark.parametrize(
    ("beta_2", "first"),
    [(0.999, 6), (0.99, 6), (0.9, 6), (0.8, 7), (0.7, 10), (0.5, None), (0.0, None)],
)
def test_the_step_at_which_radam_begins_to_rectify(beta_2, first):
    """ρ∞ = 2/(1−β₂) − 1 is at most 5 up to β₂ = 2/3; in exact fractions the threshold cannot be
    missed by rounding.
    """
    beta = Fraction(str(beta_2))
    longest = 2 / (1 - beta) - 1
    lengths = [longest - 2 * t * beta**t / (1 - beta**t) for t in range(1, 61)]
    by_fractions = next((t for t, length in enumerate(lengths, 1) if length > 5), None)
    places = np.array([0.0, *walk(RAdam(1.0, beta_1=0.0, beta_2=beta_2), [100.0] * 60)])
    small = np.flatnonzero(np.abs(np.diff(places)) < 50)  # unrectified, a step is the gradient: 100
    assert (small[0] + 1 if small.size else None) == by_fractions == first


def test_nadam_past_the_thousandth_step():
    """Its products of 1000 warm-up factors are a table; past its end nothing may jump."""
    rng = np.random.default_rng(0)
    optimizer, paper, w, expected = (
        Nadam(2**-5),
        Paper("Nadam", 2**-5),
        Variable(np.zeros(4), dtype="float64"),
        [np.zeros(4)],
    )
    for t in range(1, 1011):
        g = rng.normal(size=4) + 0.5
        optimizer.apply([g], [w])
        expected = paper.apply([g], expected)
        if t > 990:
            np.testing.assert_allclose(w.data, expected[0], rtol=1e-12, err_msg=f"step {t}")


def test_nadams_warm_up_by_hand():
    """A constant gradient, no ε: √v̂ = g, so only μ and its products are left. μ₁ = .468, μ₂ =
    .48528, μ₃ = .5018688.
    """
    first = 0.48528 * 0.1 / (1 - 0.468 * 0.48528) + 1
    second = 0.5018688 * 0.19 / (1 - 0.468 * 0.48528 * 0.5018688) + (1 - 0.48528) / (
        1 - 0.468 * 0.48528
    )
    np.testing.assert_allclose(
        walk(Nadam(1.0, epsilon=0.0), [3.0, 3.0]), [-first, -first - second], rtol=1e-13
    )


def test_adadelta_hardly_moves_at_kerass_default_rate():
    """Its first step is √ε/√.05 times the learning rate, whatever the gradient: .0014 at the
    paper's rate 1, a millionth of it at .001.
    """
    for g in (10.0, 1e6):
        assert walk(Adadelta(1.0), [g])[0] == pytest.approx(-math.sqrt(1e-7 / 0.05), rel=1e-6)
        assert walk(Adadelta(), [g])[0] == pytest.approx(-1e-3 * math.sqrt(1e-7 / 0.05), rel=1e-6)
    by_default, by_paper = walk(Adadelta(), [1.0] * 200)[-1], walk(Adadelta(1.0), [1.0] * 200)[-1]
    assert (
        abs(by_default) < 0.0004
        and by_paper < -0.3
        and by_paper == pytest.approx(1000 * by_default, rel=1e-12)
    )


def test_adagrads_steps_shrink_like_one_over_the_root_of_t():
    moves = -np.diff(
        [0.0, *walk(Adagrad(1.0, initial_accumulator_value=0.0, epsilon=0.0), [5.0] * 9)]
    )
    np.testing.assert_allclose(moves, [1 / math.sqrt(t) for t in range(1, 10)], rtol=1e-12)


def test_small_first_gradients_are_no_reason_to_warn():
    """In float32 0.1 + g² is 0.1 up to g = 8e-5."""
    w = Variable([1.0], dtype="float32")
    Adagrad(1.0).apply([np.full(1, 5e-5)], [w])
    assert w.item() == pytest.approx(1 - 5e-5 / math.sqrt(0.1), rel=1e-6)


def test_lion_moves_by_the_rate_and_stands_only_where_nothing_pulls():
    # m remembers the large one
    assert walk(Lion(0.5), [1e-20, 1e20, 0.0, -1e-20]) == [-0.5, -1.0, -1.5, -2.0]
    assert walk(Lion(0.5), [0.0, 0.0]) == [0.0, 0.0]
    # the direction mixes by β₁ = ½, the memory by β₂ = ¾: m = .25, then .1375; directions .5, then
    # .125 − .1 > 0, then .06875 − .1 < 0
    assert walk(Lion(1.0, beta_1=0.5, beta_2=0.75), [1.0, -0.2, -0.2]) == [-1.0, -2.0, -1.0]


def test_amsgrad_remembers_the_largest_mean_square():
    """β₂ = 0: v is the last g². After 10 and then 1 plain Adam's denominator is 1, amsgrad's stays
    10.
    """
    plain, stubborn = (
        walk(Adam(1.0, beta_1=0.0, beta_2=0.0, epsilon=0.0, amsgrad=a), [10.0, 1.0])
        for a in (False, True)
    )
    np.testing.assert_allclose(plain, [-1.0, -2.0], rtol=1e-14)
    np.testing.assert_allclose(stubborn, [-1.0, -1.1], rtol=1e-14)


def test_adamax_divides_by_the_largest_recent_gradient():
    """β₁ = 0: steps are g/u. u falls by β₂ = ½ a step until a gradient is larger."""
    np.testing.assert_allclose(
        walk(Adamax(1.0, beta_1=0.0, beta_2=0.5, epsilon=0.0), [8.0, 1.0, 1.0, 4.0]),
        np.cumsum([-1.0, -1 / 4, -1 / 2, -1.0]),
        rtol=1e-14,
    )


def test_a_centered_rmsprop_takes_larger_steps_where_gradients_agree():
    """After t equal gradients v = (1−ρᵗ)g² and the mean's square (1−ρᵗ)²g², so the variance is
    ρᵗ(1−ρᵗ)g².
    """
    for t, g in ((1, 2.0), (6, 2.0), (40, 0.5)):
        last = walk(RMSprop(1.0, epsilon=0.0, centered=True), [g] * t)
        move = -(last[-1] - (last[-2] if t > 1 else 0.0))
        assert move == pytest.approx(1 / math.sqrt(0.9**t * (1 - 0.9**t)), rel=1e-10)


def test_adamw_shrinks_weights_by_rate_times_decay_whatever_the_gradients():
    """Zero gradients leave Adam's step at 0; ten gradients of 1e4 change nothing in the shrinking,
    which L2 in the loss would.
    """
    w = Variable([4.0, 4.0], dtype="float64")
    AdamW(0.5, weight_decay=0.1).apply([np.array([0.0, 1e4])], [w])
    np.testing.assert_allclose(w.data, [4 * 0.95, 4 * 0.95 - 0.5], rtol=1e-10)
    w = Variable([4.0], dtype="float64")
    AdamW(0.5).apply([np.zeros(1)], [w])  # the default is .004
    assert w.item() == pytest.approx(4 * (1 - 0.5 * 0.004), rel=1e-15)
    with pytest.raises(ValueError, match="weight_decay must be a number; without it, use Adam"):
        AdamW(0.5, weight_decay=None)


def test_epsilon_none_is_the_backends_epsilon():
    from minidl import backend

    try:
        backend.set_epsilon(1e-3)
        for cls in (Adagrad, Adadelta, RMSprop, Adam, AdamW, Adamax, Nadam, RAdam):
            assert cls(epsilon=None).epsilon == 1e-3
        assert walk(Adamax(1.0, epsilon=None), [1e-3])[0] == pytest.approx(-0.5, rel=1e-12)
    finally:
        backend.set_epsilon(1e-7)
    assert Adam(epsilon=None).epsilon == 1e-7


# --- averages of the weights
# -----------------------------------------------------------------------------------------


def test_averages_by_hand():
    """w = −1, −2, −3; with μ = ½ the averages are −1 (the first weight itself), −1.5 and −2.25."""
    w, optimizer = Variable([0.0], dtype="float64"), SGD(1.0, use_ema=True, ema_momentum=0.5)
    for expected, average in ((-1.0, -1.0), (-2.0, -1.5), (-3.0, -2.25)):
        optimizer.apply([np.ones(1)], [w])
        assert (
            w.item() == expected and optimizer.get_state()["0/variable/average"].item() == average
        )
    optimizer.finalize_variable_values()
    assert w.item() == -2.25


def test_averages_take_the_weights_place_every_few_steps():
    """As above, but after steps 2 and 4 the average is put in place, and the next step starts
    there.
    """
    assert walk(SGD(1.0, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=2), [1.0] * 5) == [
        -1.0,
        -1.5,
        -2.5,
        -2.75,
        -3.75,
    ]


def test_the_default_average_moves_by_a_hundredth():
    w, optimizer = Variable([0.0], dtype="float64"), SGD(1.0, use_ema=True)
    for _ in range(3):
        optimizer.apply([np.ones(1)], [w])
    optimizer.finalize_variable_values()
    assert w.item() == pytest.approx(-(0.99 * (0.99 * 1 + 0.01 * 2) + 0.01 * 3), rel=1e-15)


def test_without_averages_there_is_nothing_to_finalize():
    w, optimizer = (
        Variable([0.0], dtype="float64"),
        SGD(1.0, ema_momentum=0.5, ema_overwrite_frequency=1),
    )
    for _ in range(2):
        optimizer.apply([np.ones(1)], [w])
    optimizer.finalize_variable_values()
    assert w.item() == -2.0 and "0/variable/average" not in optimizer.get_state()


def test_finalizing_before_the_first_step_leaves_the_weights():
    w, optimizer = Variable([7.0]), SGD(1.0, use_ema=True)
    optimizer.build([w])
    optimizer.finalize_variable_values()
    assert w.item() == 7.0


def test_fit_leaves_the_averages_in_the_model():
    """One weight, gradient 2(w − 1): w = .5, .75, .875 at rate ¼, and averages .5, .625, .75 with μ
    = ½.
    """
    model = Sequential(
        [layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))]
    )
    model.compile(SGD(0.25, use_ema=True, ema_momentum=0.5), "mse")
    seen = []
    for _ in range(3):
        model.train_on_batch(np.ones((1, 1)), np.ones(1))
        seen.append(model.get_weights()[0].item())
    assert seen == [0.5, 0.75, 0.875]
    model = Sequential(
        [layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))]
    )
    model.compile(SGD(0.25, use_ema=True, ema_momentum=0.5), "mse")
    model.fit(np.ones((1, 1)), np.ones(1), epochs=3, verbose=0)
    assert model.get_weights()[0].item() == 0.75
    # goes on from there: .875, average (.75 + .875)/2
    model.fit(np.ones((1, 1)), np.ones(1), verbose=0)
    assert model.get_weights()[0].item() == 0.8125


def test_a_graph_that_waits_notices_that_averages_were_put_in_place():
    from minidl import GraphError

    w, optimizer = Variable([2.0]), SGD(0.1, use_ema=True)
    optimizer.apply([np.ones(1)], [w])
    loss = ops.sum(w * w)
    optimizer.finalize_variable_values()
    with pytest.raises(GraphError, match="was modified in place"):
        loss.backward()


# --- the optimizers of the last years


def test_ftrl_keeps_weights_at_0_whose_feature_tells_nothing():
    """A feature that pulls as often up as down gets exactly 0; without λ₁ it does not."""
    ends = {}
    for l1 in (0.0, 3.0):
        w, optimizer = Variable(np.zeros(2)), Ftrl(0.5, l1_regularization_strength=l1)
        for t in range(40):
            optimizer.apply([np.array([-1.0, 0.9 * (-1) ** t])], [w])
        ends[l1] = w.numpy()
    assert ends[3.0][1] == 0 != ends[0.0][1] and ends[3.0][0] > 1


def test_lamb_moves_each_variable_by_a_share_of_its_length():
    small, large = (
        Variable(np.ones(3), dtype="float64"),
        Variable(np.full(3, 50.0), dtype="float64"),
    )
    optimizer, nothing = Lamb(0.01), Variable(np.zeros(3), dtype="float64")
    optimizer.apply([np.array([1.0, -2.0, 3.0])] * 3, [small, large, nothing])
    np.testing.assert_allclose(nothing.data, [-0.01, 0.01, -0.01], rtol=1e-5)  # has no length
    for v, before in ((small, 1.0), (large, 50.0)):
        moved = np.linalg.norm(v.data - before)
        assert moved == pytest.approx(0.01 * before * math.sqrt(3), rel=1e-6)


def test_muon_moves_alike_in_all_directions():
    """One strong and one weak direction: the step is as long along both (within 0.7 to 1.2)."""
    u, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(5, 3)))
    g = u @ np.diag([100.0, 1.0, 0.03])
    w = Variable(np.zeros((5, 3)), dtype="float64")
    Muon(0.1, rms_rate=None, weight_decay=None).apply([g], [w])
    sizes = np.linalg.svd(w.data / 0.1, compute_uv=False)
    assert sizes[0] < 1.3 and sizes[1] > 0.65
    assert np.sign(u.T @ w.data).diagonal().tolist() == [-1, -1, -1]


def test_muon_is_for_hidden_matrices():
    model = Sequential(
        [
            layers.Embedding(7, 4, name="embedding"),
            layers.Dense(3, name="hidden"),
            layers.Dense(2, name="output"),
        ]
    )
    model(np.zeros((1, 2)))
    variables = model.trainable_variables
    optimizer = Muon(exclude_layers=["output"])
    assert [optimizer.is_for_adam(v) for v in variables] == [True, False, True, True, True]
    optimizer.build(variables)
    assert len(optimizer.variables) == 2 + 5 + 4  # Muon's matrix needs no mean of squares
    free = Muon(exclude_embeddings=False)
    assert [free.is_for_adam(v) for v in variables] == [False, False, True, False, True]


def test_schedule_free_learns_the_mean_of_its_large_steps():
    """After fit the weights are x; a second fit goes on from z and x as if nothing had happened."""
    x, y = np.array([[1.0], [2.0], [3.0]]), np.array([2.0, 4.1, 5.9])

    def trained(*epochs):
        model = Sequential([layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
        model.compile(ScheduleFreeAdamW(0.3, beta_1=0.9), "mse")
        for n in epochs:
            model.fit(x, y, epochs=n, verbose=0, shuffle=False)
        return model

    model = trained(60)
    kernel, (_, mean, *_) = model.get_weights()[0], model.optimizer.memory[0]
    np.testing.assert_array_equal(kernel, mean)
    assert abs(kernel.item() - np.polyfit(x[:, 0], y, 1)[0]) < 0.1
    assert model.optimizer.memory[0][0].item() != kernel.item()  # z is still on its way
    state = model.optimizer.get_state()
    assert sorted(k.rpartition("/")[2] for k in state if "/" in k) == ["total", "v", "x", "z"]


def test_adafactor_knows_a_matrix_of_squares_by_its_rows_and_columns():
    optimizer, w = Adafactor(), Variable(np.ones((2, 3, 4)))
    optimizer.apply([np.ones((2, 3, 4))], [w])
    r, c, v = optimizer.memory[0]
    assert (r.shape, c.shape, v.shape) == ((2, 3), (2, 4), (2, 3, 4))
    assert w.data.max() == pytest.approx(1 - 0.001, rel=1e-5)  # rms(w) = 1, û = 1, η = 0.001
    g = np.array([[0, 0, 0], [0, 1, 2], [0, 3, 4]], np.float32)  # a dead pixel and a dead unit
    w = Variable(np.ones((3, 3)))
    Adafactor().apply([g], [w])
    assert np.isfinite(w.data).all() and (w.data[g == 0] == 1).all()
