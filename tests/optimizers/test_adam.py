"""Adam and its relatives: where epsilon stands, warm-ups, maxima."""

from fractions import Fraction

import numpy as np
import pytest
from optimizer_papers import Paper, walk

from minidl import Variable
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    RAdam,
    RMSprop,
)

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


def test_nadams_products_begin_at_1():
    """μₜ = ½·(1 − ½·0.96ᵗ): ½·0.52 and ½·0.5392."""
    found = [Nadam(beta_1=0.5).product(t) for t in range(3)]
    np.testing.assert_allclose(found, [1, 0.26, 0.26 * 0.2696], rtol=1e-12)


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
