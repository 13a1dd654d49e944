"""minidl.regularizers: formulas, gradients, names, and what they do in a run."""

import numpy as np
import pytest

from minidl import (
    Sequential,
    Tensor,
    backend,
    check_gradients,
    constraints,
    layers,
    optimizers,
    regularizers,
    set_random_seed,
)

W = np.random.default_rng(2).normal(size=(4, 3))
UNIT = W / np.linalg.norm(W, axis=1, keepdims=True)
COSINES = np.abs(UNIT @ UNIT.T)[np.triu_indices(4, 1)]


@pytest.mark.parametrize(
    ("penalty", "expected"),
    [
        (regularizers.L1(0.5), 0.5 * np.abs(W).sum()),
        (regularizers.L2(0.5), 0.5 * (W**2).sum()),
        (regularizers.L1L2(0.5, 2.0), 0.5 * np.abs(W).sum() + 2 * (W**2).sum()),
        (regularizers.l1_l2(), 0.01 * (np.abs(W) + W**2).sum()),
        (regularizers.L1L2(), 0.0),
        (regularizers.OrthogonalRegularizer(0.5), 0.5 * COSINES.mean()),
        (regularizers.OrthogonalRegularizer(0.5, "columns"), None),
    ],
    ids=lambda v: type(v).__name__,
)
def test_penalties(penalty, expected):
    if expected is not None:
        assert float(penalty(Tensor(W, dtype="float64"))) == pytest.approx(expected)
    assert check_gradients(penalty, W)


def test_columns_are_rows_of_the_transpose():
    rows, columns = (
        regularizers.OrthogonalRegularizer(0.5),
        regularizers.OrthogonalRegularizer(0.5, "columns"),
    )
    assert (
        float(columns(Tensor(W.T.copy())))
        == pytest.approx(float(rows(Tensor(W))))
        != pytest.approx(float(columns(Tensor(W))))
    )
    short = Tensor(W * [[1e-5], [1], [1], [1]], dtype="float64")  # its direction is the same
    assert float(rows(short)) == pytest.approx(0.5 * COSINES.mean())
    without = Tensor(W * [[0], [1], [1], [1]], dtype="float64")  # 0 has no direction
    assert float(rows(without)) == pytest.approx(0.5 * COSINES[3:].sum() / 6)
    assert float(rows(Tensor(W[:2], dtype="float64"))) == pytest.approx(0.5 * COSINES[0])
    assert float(rows(Tensor(np.eye(3)))) == 0 and float(rows(Tensor(np.ones((1, 3))))) == 0


def test_the_names_mean_the_usual_strength():
    assert regularizers.get("l2").l2 == regularizers.get("l1").l1 == 0.01
    assert regularizers.get(regularizers.L2).l2 == 0.01 and regularizers.get(None) is None
    assert regularizers.get({"class_name": "L2", "config": {"l2": 0.5}}).l2 == 0.5
    square = lambda w: (w * w).sum()
    assert regularizers.get(square) is square


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (lambda: regularizers.L2(-1), "l2 must be a number of at least 0; received -1"),
        (lambda: regularizers.L1(None), "l1 must be"),
        (
            lambda: regularizers.OrthogonalRegularizer(mode="both"),
            "mode is 'rows' or 'columns'; received 'both'",
        ),
        (
            lambda: regularizers.OrthogonalRegularizer()(Tensor(np.ones(3))),
            r"needs a matrix; received shape \(3,\)",
        ),
        (lambda: constraints.MaxNorm(-1), "max_value must be"),
        (lambda: constraints.MinMaxNorm(rate=float("nan")), "rate must be"),
    ],
)
def test_refusals(act, said):
    with pytest.raises(ValueError, match=said):
        act()


def test_the_loss_counts_penalties_and_steps_keep_limits():
    set_random_seed(0)
    x, y = np.random.default_rng(0).normal(size=(2, 30, 4)).astype(np.float32)
    model = Sequential(
        [
            layers.Dense(
                4,
                kernel_regularizer=regularizers.L2(0.25),
                bias_constraint="non_neg",
                kernel_constraint=constraints.MaxNorm(0.5),
            ),
            layers.Dense(
                4, kernel_constraint="unit_norm", bias_regularizer=lambda b: (b * b).sum()
            ),
        ]
    )
    model.compile(optimizers.SGD(0.5), "mse")
    model.fit(x, y, epochs=3, verbose=0)
    kernel, bias, second, offset = model.get_weights()
    assert np.linalg.norm(kernel, axis=0).max() <= 0.5 + 1e-5 and bias.min() >= 0 and bias.max() > 0
    np.testing.assert_allclose(np.linalg.norm(second, axis=0), 1, rtol=1e-4)
    plain = float(np.mean((model.predict(x, verbose=0) - y) ** 2))
    assert model.evaluate(x, y, verbose=0) == pytest.approx(
        plain + 0.25 * float((kernel**2).sum()) + float((offset**2).sum()), rel=1e-4
    )


def test_weight_decay_by_l2_is_plain_decay():
    """One step of gradient descent with l2 alone: w - rate·2·l2·w."""
    backend.set_floatx("float64")
    try:
        model = Sequential(
            [
                layers.Dense(
                    2, use_bias=False, kernel_regularizer=regularizers.L2(0.5), input_shape=(3,)
                )
            ]
        )
        model.compile(optimizers.SGD(0.1), "mse")
        before = model.get_weights()[0]
        model.train_on_batch(np.zeros((4, 3)), np.zeros((4, 2)))
        np.testing.assert_allclose(model.get_weights()[0], before * (1 - 0.1 * 2 * 0.5), rtol=1e-12)
    finally:
        backend.set_floatx("float32")
