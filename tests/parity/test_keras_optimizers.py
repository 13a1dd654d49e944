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


def around_others(of) -> list:
    """Two made of several optimizers and one around another, in minidl or in Keras."""
    several = of.OptimizerMap(of.SGD(0.05, momentum=0.9), {".*a/.*": of.Adam(0.01)})
    more = of.OptimizerMap(of.Nadam(0.05), {".*a/.*": of.SGD(0.01), ".*b/bias": of.SGD(0.1)})
    return [
        of.MultiOptimizer(several),
        of.MultiOptimizer(more),
        of.LossScaleOptimizer(of.Adam(0.01)),
    ]


def fitted(framework, optimizer, weights=None, steps=3):
    """A model that was trained, in minidl or in Keras."""
    dense = framework.layers.Dense
    model = framework.Sequential([framework.Input((3,)), dense(2, name="a"), dense(1, name="b")])
    model.compile(optimizer, "mse")
    if weights is not None:
        model.set_weights(weights)
    model.fit(*two_columns(), epochs=steps, batch_size=8, shuffle=False, verbose=0)
    return model


def two_columns():
    x = np.linspace(-1, 1, 24, dtype="float32").reshape(8, 3)
    return x, x.sum(1, keepdims=True)


@pytest.mark.parametrize("kind", range(3))
def test_optimizers_around_others_train_alike_and_go_on_in_the_other(kind, tmp_path):
    weights = [np.full(s, 0.5, np.float32) for s in ((3, 2), (2,), (2, 1), (1,))]
    theirs = fitted(keras, around_others(keras.optimizers)[kind], weights)
    ours = fitted(minidl, around_others(minidl.optimizers)[kind], weights)

    def same(ours, theirs):
        kept = [v for v in theirs.optimizer.variables if not v.name.startswith("variable")]
        assert len(ours.optimizer.variables) == len(kept)
        pairs = list(zip(ours.optimizer.variables, kept))
        own_count = kind == 2  # Keras leaves that of LossScaleOptimizer itself at 0
        for a, b in [*zip(ours.weights, theirs.weights), *pairs[own_count:]]:
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=2e-4, atol=1e-6)

    same(ours, theirs)
    theirs.save(tmp_path / "theirs.keras")
    ours.save(tmp_path / "ours.keras")
    here = minidl.models.load_model(tmp_path / "theirs.keras")
    there = keras.models.load_model(tmp_path / "ours.keras")
    same(here, there)
    for model in (here, there):
        model.fit(*two_columns(), epochs=2, batch_size=8, shuffle=False, verbose=0)
    same(here, there)


def test_a_map_chooses_as_in_keras():
    for of in (minidl.optimizers, keras.optimizers):
        chosen = of.OptimizerMap(of.SGD(), {"x.*": of.Adam(), "xy": of.Lion(), ".z": of.Ftrl()})
        found = [type(chosen[key]).__name__ for key in ("xy", "xyz", "q", "yz", "ayz")]
        assert found == ["Lion", "Adam", "SGD", "Ftrl", "SGD"]
        assert (len(chosen), "x" in chosen, chosen["q"]) == (3, True, chosen.get("q"))
        with pytest.raises(ValueError):
            chosen["xz"]
