"""The memory of our optimizers beside Keras's: the same variables in the same order, with the same
numbers after the same gradients.
"""

import keras
import numpy as np
import pytest

import minidl

SHAPES = {"kernel": (3, 4), "bias": (4,)}
CASES = [
    ("SGD", {}),
    ("SGD", dict(momentum=0.9)),
    ("SGD", dict(momentum=0.9, nesterov=True)),
    ("Adagrad", {}),
    ("Adagrad", dict(epsilon=1e-3)),
    ("Adadelta", dict(learning_rate=1.0)),
    ("RMSprop", {}),
    ("RMSprop", dict(centered=True, momentum=0.5, rho=0.75)),
    ("Adam", {}),
    ("Adam", dict(amsgrad=True, beta_2=0.75)),
    ("AdamW", dict(use_ema=True, ema_momentum=0.5)),
    ("Adam", dict(gradient_accumulation_steps=3)),
    ("Adamax", {}),
    ("Nadam", {}),
    ("Lion", {}),
]


@pytest.mark.parametrize(("name", "options"), CASES, ids=lambda c: str(c))
def test_the_memory_after_five_steps(name, options):
    rng = np.random.default_rng(0)
    begin = {k: rng.normal(size=s).astype(np.float32) for k, s in SHAPES.items()}
    mine = [minidl.Variable(w, name=k) for k, w in begin.items()]
    yours = [keras.Variable(w, name=k) for k, w in begin.items()]
    ours = getattr(minidl.optimizers, name)(**options)
    theirs = getattr(keras.optimizers, name)(**options)
    for _ in range(5):
        grads = [rng.normal(size=s).astype(np.float32) for s in SHAPES.values()]
        ours.apply(grads, mine)
        theirs.apply([keras.ops.convert_to_tensor(g) for g in grads], yours)
    expected = [v for v in theirs.variables if not v.name.startswith("variable")]
    assert len(theirs.variables) - len(expected) == (name == "Nadam")  # the product of its μ
    assert [v.name for v in ours.variables] == [v.name for v in expected]
    for a, b in zip(ours.variables, expected):
        np.testing.assert_allclose(a.data, b.numpy(), rtol=2e-5, atol=1e-7, err_msg=a.name)
    if name == "Nadam":
        assert ours.product(5) == pytest.approx(float(theirs.variables[-1]), rel=1e-5)
    for a, b in zip(mine, yours):
        np.testing.assert_allclose(a.data, b.numpy(), rtol=2e-5, atol=1e-6)
