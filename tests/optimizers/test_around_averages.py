"""Averages of the weights."""

import numpy as np
import pytest
from optimizer_papers import walk

from minidl import Sequential, Variable, layers, ops
from minidl.optimizers import SGD

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
