"""minidl.optimizers.schedules: every schedule against its formula and Keras's numbers, its options,
its refusals, and its use.
"""

import math

import numpy as np
import pytest
from optimizer_family import Halving, steps_of

from minidl import Variable
from minidl.compat.older.optimizers import SettableDecay
from minidl.optimizers import SGD, Adam, schedules
from minidl.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    LearningRateSchedule,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

# --- Keras's numbers
# ---

# At steps 0, 1, 5, 6, 10, 15, measured with Keras 3.15.1 in float32.
GOLDEN = [
    (ExponentialDecay(0.1, 10, 0.5), [0.1, 0.093303, 0.070711, 0.065975, 0.05, 0.035355]),
    (ExponentialDecay(0.1, 10, 0.5, staircase=True), [0.1, 0.1, 0.1, 0.1, 0.05, 0.05]),
    (PiecewiseConstantDecay([5, 10], [1, 0.5, 0.1]), [1, 1, 1, 0.5, 0.5, 0.1]),
    (PolynomialDecay(0.1, 10), [0.1, 0.09001, 0.05005, 0.04006, 0.0001, 0.0001]),
    (InverseTimeDecay(0.1, 10, 0.5), [0.1, 0.095238, 0.08, 0.076923, 0.066667, 0.057143]),
    (CosineDecay(0.1, 10), [0.1, 0.097553, 0.05, 0.034549, 0, 0]),
    (CosineDecay(0, 10, warmup_target=0.1, warmup_steps=5), [0, 0.02, 0.1, 0.097553, 0.05, 0]),
    (CosineDecayRestarts(0.1, 4), [0.1, 0.085355, 0.096194, 0.085355, 0.014645, 0.091573]),
]


@pytest.mark.parametrize(
    ("schedule", "expected"),
    GOLDEN,
    ids=lambda c: repr(c) if isinstance(c, LearningRateSchedule) else "",
)
def test_keras_golden_rates(schedule, expected):
    np.testing.assert_allclose(
        [schedule(step) for step in (0, 1, 5, 6, 10, 15)], expected, rtol=0, atol=6e-7
    )


# --- the formulas, typed a second time
# -------------------------------------------------------------------------------


def cosine(t, start, steps, alpha=0.0):
    """Loshchilov & Hutter 2017, equation 5, from `start` down to alpha·start."""
    low = alpha * start
    return low + 0.5 * (start - low) * (1 + math.cos(math.pi * min(t, steps) / steps))


def restarts(t, start, first, t_mul, m_mul, alpha):
    """A list of all rates, one period after the other."""
    rates, height, length = [], 1.0, float(first)
    begin = 0.0
    while begin <= t:
        rates.append((begin, length, height))
        begin, length, height = begin + length, length * t_mul, height * m_mul
    begin, length, height = rates[-1]
    return start * (
        alpha + (1 - alpha) * height * 0.5 * (1 + math.cos(math.pi * (t - begin) / length))
    )


def piecewise(t):
    if t <= 3:
        return 0.5
    if t <= 7:
        return 0.25
    return 0.125 if t <= 12 else 0.0


FORMULAS = [
    (ExponentialDecay(0.5, 6, 0.25), lambda t: 0.5 * math.exp(math.log(0.25) * t / 6)),
    (
        ExponentialDecay(0.5, 6, 0.25, staircase=True),
        lambda t: [0.5, 0.125, 0.03125, 0.0078125][t // 6],
    ),
    (ExponentialDecay(0.5, 2.5, 0.25, True), lambda t: 0.5 * 0.25 ** int(t / 2.5)),
    (ExponentialDecay(0.01, 3, 1.5), lambda t: 0.01 * 1.5 ** (t / 3)),
    (InverseTimeDecay(0.5, 6, 0.25), lambda t: 0.5 / (1 + 0.25 * t / 6)),
    (InverseTimeDecay(0.5, 6, 0.25, staircase=True), lambda t: 0.5 / (1, 1.25, 1.5, 1.75)[t // 6]),
    (InverseTimeDecay(0.5, 1, 2.0), lambda t: 0.5 / (1 + 2 * t)),
    (SettableDecay(0.25, 1, 2.0).set_to(0.5, 0), lambda t: 0.5 / (1 + 2 * t)),
    (SettableDecay(0.25, 1, 0.5).set_to(0.5, 4), lambda t: 0.5 * 3 / (1 + 0.5 * t)),
    (PiecewiseConstantDecay([3, 7, 12], [0.5, 0.25, 0.125, 0.0]), piecewise),
    (PiecewiseConstantDecay([], [0.3]), lambda t: 0.3),
    (PiecewiseConstantDecay((2.5,), (1, 2)), lambda t: 1 if t < 3 else 2),
    (PolynomialDecay(0.5, 8), lambda t: 0.5 - 0.4999 * min(t, 8) / 8),
    (PolynomialDecay(0.5, 8, 0.1, power=2.0), lambda t: 0.1 + 0.4 * (1 - min(t, 8) / 8) ** 2),
    (PolynomialDecay(0.5, 8, 0.1, power=0.5), lambda t: 0.1 + 0.4 * math.sqrt(1 - min(t, 8) / 8)),
    # with cycle T is 8 up to and with step 8, 16 up to and with step 16, then 24
    (
        PolynomialDecay(0.5, 8, 0.1, cycle=True),
        lambda t: 0.5 - 0.4 * t / (8 if t <= 8 else 16 if t <= 16 else 24),
    ),
    (
        PolynomialDecay(0.5, 8, 0.1, 2.0, True),
        lambda t: 0.1 + 0.4 * (1 - t / (8 if t <= 8 else 16 if t <= 16 else 24)) ** 2,
    ),
    (PolynomialDecay(0.1, 8, 0.5), lambda t: 0.1 + 0.4 * min(t, 8) / 8),
    (CosineDecay(0.5, 12), lambda t: cosine(t, 0.5, 12)),
    (CosineDecay(0.5, 12, alpha=0.1), lambda t: cosine(t, 0.5, 12, 0.1)),
    (CosineDecay(0.5, 40, 1.0), lambda t: 0.5),
    (
        CosineDecay(0.1, 9, warmup_target=0.5, warmup_steps=4),
        lambda t: 0.1 + 0.1 * t if t < 4 else cosine(t - 4, 0.5, 9),
    ),
    (
        CosineDecay(0.0, 9, 0.25, warmup_target=0.5, warmup_steps=7),
        lambda t: 0.5 * t / 7 if t < 7 else cosine(t - 7, 0.5, 9, 0.25),
    ),
    (CosineDecay(0.1, 9, warmup_target=0.5), lambda t: cosine(t, 0.5, 9)),
    (CosineDecayRestarts(0.5, 3), lambda t: restarts(t, 0.5, 3, 2, 1, 0)),
    (CosineDecayRestarts(0.5, 4, t_mul=1.0), lambda t: cosine(t % 4, 0.5, 4)),
    (
        CosineDecayRestarts(0.5, 4, t_mul=1.0, m_mul=0.5),
        lambda t: cosine(t % 4, 0.5 * 0.5 ** (t // 4), 4),
    ),
    (CosineDecayRestarts(0.5, 4, 1.5, 0.8), lambda t: restarts(t, 0.5, 4, 1.5, 0.8, 0)),
    (
        CosineDecayRestarts(0.5, 3, t_mul=3.0, m_mul=0.5, alpha=0.2),
        lambda t: restarts(t, 0.5, 3, 3, 0.5, 0.2),
    ),
]


@pytest.mark.parametrize(("schedule", "formula"), FORMULAS, ids=[repr(s) for s, _ in FORMULAS])
def test_twenty_steps_equal_the_formula(schedule, formula):
    rates = [schedule(step) for step in range(20)]
    np.testing.assert_allclose(rates, [formula(step) for step in range(20)], rtol=1e-13, atol=1e-17)
    assert all(type(rate) is float for rate in rates)


def test_all_schedules_are_tried_here():
    assert {type(s).__name__ for s, _ in FORMULAS} == {
        cls.__name__ for cls in schedules.registry.names.values()
    }


def test_the_corners():
    """The steps at which something changes, one before, and one after."""
    piecewise = PiecewiseConstantDecay([5], [1.0, 0.5])
    # the old value up to and with the boundary
    assert [piecewise(t) for t in (4, 5, 6)] == [1.0, 1.0, 0.5]
    stairs = ExponentialDecay(1.0, 5, 0.5, staircase=True)
    assert [stairs(t) for t in (4, 5, 6)] == [1.0, 0.5, 0.5]  # the new one from the 5th step on
    straight, cycle = PolynomialDecay(1.0, 4, 0.0), PolynomialDecay(1.0, 4, 0.0, cycle=True)
    assert [straight(t) for t in (3, 4, 5, 400)] == [0.25, 0.0, 0.0, 0.0]
    assert [cycle(t) for t in (0, 3, 4, 5, 8)] == [1.0, 0.25, 0.0, 0.375, 0.0]
    assert cycle(9) == 0.25
    warm = CosineDecay(0.0, 10, warmup_target=1.0, warmup_steps=4)
    assert [warm(t) for t in (0, 3, 4)] == [0.0, 0.75, 1.0] and warm(5) < 1.0
    # the decay begins after the warm-up
    assert warm(13) > 0 and warm(14) == warm(15) == warm(1000) == 0.0
    again = CosineDecayRestarts(1.0, 4)
    # 4, then 8 steps
    assert again(3) < 0.15 and again(4) == 1.0 and again(11) < 0.05 and again(12) == 1.0
    lower = CosineDecayRestarts(1.0, 4, m_mul=0.5)
    assert (lower(4), lower(12), lower(28)) == (0.5, 0.25, 0.125)


def test_large_steps_are_quick():
    assert CosineDecayRestarts(1.0, 1, t_mul=1.0)(10**9) == 1.0
    assert 0 <= CosineDecayRestarts(1.0, 1)(10**9) <= 1


# --- printing, copying, names
# ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("schedule", [s for s, _ in GOLDEN + FORMULAS], ids=repr)
def test_a_schedule_prints_as_it_is_written(schedule):
    again = eval(repr(schedule))
    assert type(again) is type(schedule) and repr(again) == repr(schedule)
    assert [again(t) for t in range(20)] == [schedule(t) for t in range(20)]


def test_two_printed_schedules():
    assert repr(ExponentialDecay(0.1, 10, 0.5)) == (
        "ExponentialDecay(initial_learning_rate=0.1, decay_steps=10.0, decay_rate=0.5, "
        "staircase=False)"
    )
    assert (
        repr(PiecewiseConstantDecay([5], [1, 0.5]))
        == "PiecewiseConstantDecay(boundaries=[5.0], values=[1.0, 0.5])"
    )


# --- bad arguments

BAD = [
    (
        ExponentialDecay,
        ("0.1", 10, 0.5),
        "initial_learning_rate must be a number of at least 0; received '0.1'",
    ),
    (
        ExponentialDecay,
        (-0.1, 10, 0.5),
        "initial_learning_rate must be a number of at least 0; received -0.1",
    ),
    (ExponentialDecay, (0.1, 0, 0.5), "decay_steps must be a number above 0; received 0"),
    (ExponentialDecay, (0.1, -5, 0.5), "decay_steps must be a number above 0; received -5"),
    (ExponentialDecay, (0.1, 10, -0.5), "decay_rate must be a number of at least 0; received -0.5"),
    (
        ExponentialDecay,
        (0.1, 10, float("nan")),
        "decay_rate must be a number of at least 0; received nan",
    ),
    (
        InverseTimeDecay,
        (float("inf"), 10, 0.5),
        "initial_learning_rate must be a number of at least 0; received inf",
    ),
    (InverseTimeDecay, (0.1, 0.0, 0.5), "decay_steps must be a number above 0; received 0.0"),
    (InverseTimeDecay, (0.1, 10, None), "decay_rate must be a number of at least 0; received None"),
    (
        PiecewiseConstantDecay,
        ([5, 10], [1, 0.5]),
        "needs one value more than boundaries; received 2 boundaries and 2 values",
    ),
    (
        PiecewiseConstantDecay,
        ([5], [1, 0.5, 0.1]),
        "needs one value more than boundaries; received 1 boundaries and 3 values",
    ),
    (
        PiecewiseConstantDecay,
        ([10, 5], [1, 0.5, 0.1]),
        r"boundaries must stand in rising order; received \[10.0, 5.0\]",
    ),
    (PiecewiseConstantDecay, (["5"], [1, 0.5]), "a boundary must be a finite number; received '5'"),
    (
        PiecewiseConstantDecay,
        ([5], [1, -0.5]),
        "a value must be a number of at least 0; received -0.5",
    ),
    (
        PolynomialDecay,
        (True, 10),
        "initial_learning_rate must be a number of at least 0; received True",
    ),
    (PolynomialDecay, (0.1, 0), "decay_steps must be a number above 0; received 0"),
    (
        PolynomialDecay,
        (0.1, 10, -1e-4),
        "end_learning_rate must be a number of at least 0; received -0.0001",
    ),
    (PolynomialDecay, (0.1, 10, 0.0, -1.0), "power must be a number of at least 0; received -1.0"),
    (
        CosineDecay,
        ([0.1], 10),
        r"initial_learning_rate must be a number of at least 0; received \[0.1\]",
    ),
    (CosineDecay, (0.1, 0), "decay_steps must be a number above 0; received 0"),
    (CosineDecay, (0.1, 10, -0.1), "alpha must be a number of at least 0; received -0.1"),
    (
        CosineDecay,
        (0.1, 10, 0.0, None, "0.5", 5),
        "warmup_target must be a number of at least 0; received '0.5'",
    ),
    (
        CosineDecay,
        (0.1, 10, 0.0, None, 0.5, -5),
        "warmup_steps must be a number of at least 0; received -5",
    ),
    (
        CosineDecayRestarts,
        (-1, 10),
        "initial_learning_rate must be a number of at least 0; received -1",
    ),
    (CosineDecayRestarts, (0.1, 0), "first_decay_steps must be a number above 0; received 0"),
    (
        CosineDecayRestarts,
        (0.1, 10, 0.5),
        "t_mul must be a number of at least 1; received 0.5",
    ),  # periods would shrink to nothing
    (
        CosineDecayRestarts,
        (0.1, 10, 2.0, -1.0),
        "m_mul must be a number of at least 0; received -1.0",
    ),
    (
        CosineDecayRestarts,
        (0.1, 10, 2.0, 1.0, -1),
        "alpha must be a number of at least 0; received -1",
    ),
]


@pytest.mark.parametrize(
    ("cls", "arguments", "message"), BAD, ids=[f"{c.__name__}{a}" for c, a, _ in BAD]
)
def test_bad_arguments_are_named(cls, arguments, message):
    with pytest.raises(ValueError, match=message):
        cls(*arguments)


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [((5, [1, 0.5]), "5"), (([5], 0.5), "0.5"), ((None, None), "None")],
    ids=str,
)
def test_boundaries_and_values_are_lists(arguments, wrong):
    with pytest.raises(
        (TypeError, ValueError), match=rf"PiecewiseConstantDecay.*received .*{wrong}"
    ):
        PiecewiseConstantDecay(*arguments)


@pytest.mark.parametrize("cls", [SGD, Adam])
def test_a_schedule_class_in_place_of_a_schedule(cls):
    with pytest.raises(
        TypeError, match=r"ExponentialDecay is a class: write learning_rate=ExponentialDecay\(...\)"
    ):
        cls(ExponentialDecay)
    with pytest.raises(TypeError, match="is a class"):
        cls(0.1).learning_rate = CosineDecay


# --- schedules of your own
# ---


def test_a_schedule_class_of_your_own():
    assert repr(Halving(0.5, 2)) == "Halving(first=0.5, every=2)"
    np.testing.assert_allclose(
        steps_of(Halving(0.5, 2)), [0.5, 0.5, 0.25, 0.25, 0.125, 0.125], rtol=1e-14
    )


def test_a_schedule_class_without_its_method():
    class Unfinished(LearningRateSchedule):
        pass

    with pytest.raises(
        NotImplementedError, match=r"Unfinished needs a method __call__\(self, step\)"
    ):
        SGD(Unfinished()).apply([np.ones(1)], [Variable([1.0])])
