"""The papers' formulas, typed a second time, and what every update keeps to."""

import numpy as np
import pytest
from optimizer_cases import CASES, OWN, SHAPES, first_weights, gradients, title
from optimizer_papers import Paper

from minidl import Variable, ops, optimizers
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
