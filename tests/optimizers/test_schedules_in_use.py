"""Schedules in an optimizer and in fit."""

import numpy as np
import pytest
from optimizer_family import Halving, steps_of

import minidl
from minidl import Sequential, Variable, layers, optimizers
from minidl.optimizers import SGD, Adam
from minidl.optimizers.schedules import (
    CosineDecay,
    CosineDecayRestarts,
    ExponentialDecay,
    InverseTimeDecay,
    PiecewiseConstantDecay,
    PolynomialDecay,
)

# --- schedules of your own
# ---


def test_a_function_of_the_step_is_a_schedule():
    np.testing.assert_allclose(
        steps_of(lambda step: 1 / (1 + step)), [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6], rtol=1e-14
    )


@pytest.mark.parametrize(
    "schedule",
    [
        ExponentialDecay(0.5, 2, 0.5),
        PiecewiseConstantDecay([1], [0.5, 0.25]),
        CosineDecay(0.5, 4),
        InverseTimeDecay(0.5, 2, 1.0),
        PolynomialDecay(0.5, 4),
        CosineDecayRestarts(0.5, 2),
    ],
    ids=repr,
)
@pytest.mark.parametrize("cls", [SGD, Adam])
def test_the_optimizer_asks_for_its_steps_from_0_on(cls, schedule):
    """Each step equals that of an optimizer whose plain rate is set by hand beforehand."""
    w, v = Variable([0.0], dtype="float64"), Variable([0.0], dtype="float64")
    scheduled, by_hand = cls(schedule), cls(1.0)
    for step in range(6):
        assert scheduled.learning_rate == schedule(step)
        by_hand.learning_rate = schedule(step)
        scheduled.apply([np.ones(1)], [w])
        by_hand.apply([np.ones(1)], [v])
        assert w.item() == v.item()


def test_a_rate_of_zero_at_first_is_no_reason_to_warn():
    """A warm-up from 0: the first step moves nothing, and momentum remembers nothing of it."""
    for optimizer in (
        SGD(CosineDecay(0.0, 10, warmup_target=0.5, warmup_steps=5), momentum=0.9),
        optimizers.RMSprop(0.0, momentum=0.9),
    ):
        w = Variable([1.0])
        optimizer.apply([np.ones(1)], [w])
        assert w.item() == 1.0


# --- in fit


def one_weight(optimizer):
    model = Sequential(
        [layers.Dense(1, use_bias=False, kernel_initializer="zeros", input_shape=(1,))]
    )
    model.compile(optimizer, "mse")
    return model


def test_fit_walks_through_a_schedule_batch_by_batch():
    """The error e = w − 1 shrinks by (1 − 2η) a batch: rates .25, .25, .125, .125 over two epochs
    of two batches.
    """
    model = one_weight(SGD(ExponentialDecay(0.25, 2, 0.5, staircase=True)))
    model.fit(np.ones((4, 1)), np.ones(4), batch_size=2, epochs=2, verbose=0)
    assert model.get_weights()[0].item() == pytest.approx(1 - 0.5 * 0.5 * 0.75 * 0.75, rel=1e-6)
    assert model.optimizer.learning_rate == 0.0625 and model.optimizer.iterations == 4


def test_a_plain_rate_can_be_set_between_fits():
    model = one_weight(SGD(0.25))
    model.fit(np.ones((1, 1)), np.ones(1), verbose=0)
    model.optimizer.learning_rate = 0.125
    model.fit(np.ones((1, 1)), np.ones(1), verbose=0)
    assert model.get_weights()[0].item() == pytest.approx(1 - 0.5 * 0.75, rel=1e-6)
    # a schedule may follow a plain rate; it knows the steps done: 2
    model.optimizer.learning_rate = Halving(0.25, 1)
    assert model.optimizer.learning_rate == 0.0625
    model.optimizer.learning_rate = Halving(0.5, 1)
    assert model.optimizer.learning_rate == 0.125


@pytest.mark.parametrize(
    "schedule",
    [ExponentialDecay(0.25, 2, 0.5), Halving(0.25, 2), lambda step: 0.25],
    ids=["keras", "own", "function"],
)
def test_a_schedule_is_not_overwritten_by_a_number(schedule):
    model = one_weight(SGD(schedule))
    with pytest.raises(
        TypeError,
        match="learning rate follows a schedule, which a fixed number would undo. Compile with a "
        "plain learning rate",
    ):
        model.optimizer.learning_rate = 0.1
    with pytest.raises(TypeError, match="follows a schedule"):
        model.optimizer.lr = 0.1
    assert model.optimizer.learning_rate == 0.25


def test_a_schedule_goes_on_after_set_state():
    first, second = SGD(Halving(0.5, 1)), SGD(Halving(0.5, 1))
    w, v = Variable([0.0], name="w"), Variable([0.0], name="w")
    for _ in range(2):
        first.apply([np.ones(1)], [w])
    second.build([v])
    second.set_state(first.get_state())
    assert second.learning_rate == 0.125 and "learning_rate" not in first.get_state()


X = np.random.default_rng(0).normal(size=(32, 4)).astype("float32")
ONES = np.ones((32, 1), "float32")


def test_a_decayed_rate_can_be_set():
    with pytest.warns(FutureWarning):
        optimizer = optimizers.SGD(lr=0.8, decay=0.5)
    w = Variable([0.0])
    for _ in range(2):
        optimizer.apply([[0.0]], [w])
    assert float(optimizer.learning_rate) == 0.4
    optimizer.learning_rate = float(optimizer.learning_rate) * 0.1
    assert float(optimizer.learning_rate) == pytest.approx(0.04)
    optimizer.apply([[0.0]], [w])
    assert float(optimizer.learning_rate) == pytest.approx(0.08 / 2.5), (
        "what was set shrinks on as before"
    )
    again = optimizers.deserialize(optimizers.serialize(optimizer))
    again.iterations = 3
    again.learning_rate = 0.5
    assert float(again.learning_rate) == pytest.approx(0.5)
    model = Sequential([layers.Dense(1, input_shape=(4,))])
    with pytest.warns(FutureWarning):
        model.compile(optimizers.SGD(0.1, decay=1e-3), "mse")
    seen = model.fit(
        X,
        ONES,
        epochs=4,
        verbose=0,
        callbacks=minidl.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=9),
    ).history
    assert seen["learning_rate"][-1] == pytest.approx(0.1 * 0.5**2 / (1 + 1e-3 * 4), rel=1e-3)
