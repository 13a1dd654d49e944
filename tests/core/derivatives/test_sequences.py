"""What the ops over whole sequences promise beside their numbers: gradients that fade end in zeros,
one walk back serves all weights, and memory grows as the steps do.
"""

import tracemalloc

import numpy as np
import pytest

from minidl.core.derivatives import sequences, stepping

GATES = {"simple_rnn": 1, "lstm": 4, "gru": 3, "gru_reset_before": 3}
each_op = pytest.mark.parametrize("name", GATES)


def arguments(name, n=3, steps=200, d=2, units=4, dtype=np.float32):
    """Weights so small that a gradient fades by half or more with each step."""
    rng, k = np.random.default_rng(0), GATES[name]
    normal = lambda *shape: rng.normal(size=shape).astype(dtype)
    u = (0.2 if name == "simple_rnn" else 0.02) * normal(units, k * units)
    b = np.zeros((2, k * units) if name == "gru" else k * units, dtype)
    states = [np.zeros((n, units), dtype)] * (2 if name == "lstm" else 1)
    return [normal(n, steps, d), normal(d, k * units), u, b, *states]


def of_the_last_step(z, steps):
    g = np.zeros_like(z)
    g[:, steps - 1] = 1
    return g


@each_op
def test_a_gradient_that_fades_ends_in_zeros_and_not_in_denormal_numbers(name):
    steps = 200
    inputs = arguments(name, steps=steps)
    z, vjps = getattr(sequences, name)(*inputs)
    dx = np.abs(vjps[0](of_the_last_step(z, steps)))
    wide, of_wide = getattr(sequences, name)(*[x.astype(float) for x in inputs])
    exact = np.abs(of_wide[0](of_the_last_step(wide, steps)))
    # it does fade that far
    assert ((exact > 0) & (exact < np.finfo("f").tiny)).mean() > 0.1
    assert not ((dx > 0) & (dx < np.finfo("f").tiny)).any()
    assert (dx[:, :20] == 0).all()
    # and what is not small stays
    large = exact > 1e-25
    assert large.sum() >= 10
    np.testing.assert_allclose(dx[large], exact[large], rtol=1e-2)


@each_op
def test_in_float64_small_gradients_are_kept(name):
    inputs = arguments(name, steps=30, dtype=np.float64)
    z, vjps = getattr(sequences, name)(*inputs)
    tiny = vjps[0](1e-200 * of_the_last_step(z, 30))
    np.testing.assert_allclose(tiny * 1e200, vjps[0](of_the_last_step(z, 30)), rtol=1e-9)


def test_one_walk_serves_all_that_ask_with_the_same_g():
    walks = []

    def walk(g):
        walks.append(g)
        return g, 2 * g

    first, second = stepping.shared(walk, lambda a, b: a, lambda a, b: b)
    g, other = np.ones(1), np.ones(1)
    assert (first(g), second(g)) == (1, 2) and len(walks) == 1
    # who asks twice gets an answer of its own: g may hold other numbers by now
    g[:] = 3
    assert (first(g), second(g)) == (3, 6) and len(walks) == 2
    assert (second(other), first(other)) == (2, 1) and len(walks) == 3


@each_op
def test_memory_is_linear_in_the_steps(name):
    peaks = []
    for steps in (100, 400):
        inputs = arguments(name, n=8, units=16, steps=steps)
        tracemalloc.start()
        z, vjps = getattr(sequences, name)(*inputs)
        g = np.ones_like(z)
        for vjp in vjps:
            vjp(g)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 4.4 * peaks[0]
