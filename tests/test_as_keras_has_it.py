"""What describes a thing, what counts categories, clones, ops at their edges, and outputs nested in
each other: as Keras has them.
"""

import numpy as np
import pytest

import minidl
from minidl import (
    Sequential,
    Tensor,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    ops,
    optimizers,
    random,
    regularizers,
)

# --- descriptions: a get_config of one's own adds to what the base knows


def own(base, *given, **more):
    class Own(base):
        def __init__(self, *args, a=1, **kwargs):
            super().__init__(*args, **{**more, **kwargs})
            self.a = a

        def get_config(self):
            return dict(a=2 * self.a, **super().get_config())

    class Mine(base):
        def __init__(self, *args, a=1, **kwargs):
            super().__init__(*args, **{**more, **kwargs})
            self.a = a

        def get_config(self):
            return {"a": 2 * self.a, **super().get_config()}

    return Own(*given, a=3), Mine(*given, a=3)


class OwnLayer(layers.Layer):
    def __init__(self, a=1, units=2, **kwargs):
        super().__init__(**kwargs)
        self.a, self.units = a, units


@pytest.mark.parametrize(
    "base",
    [
        layers.Layer,
        OwnLayer,
        layers.BatchNormalization,
        layers.Flatten,
        metrics.Metric,
        metrics.Mean,
        metrics.AUC,
        losses.Loss,
        losses.Huber,
        optimizers.Optimizer,
        optimizers.Adam,
        models.Model,
        models.Sequential,
        regularizers.L2,
        initializers.RandomNormal,
        constraints.MaxNorm,
    ],
)
def test_a_get_config_of_ones_own_comes_on_top(base):
    for thing in own(base):
        config = thing.get_config()
        assert config["a"] == 6
        if base is not models.Sequential:  # which is made of its layers alone, as in Keras
            again = type(thing).from_config(config)
            assert again.a == 6 and again.get_config() == {**config, "a": 12}


def test_what_the_class_above_was_given_is_kept():
    for layer in own(layers.Dense, units=4):
        assert layer.get_config().items() >= {"a": 6}.items()

    class Wide(layers.Dense):
        def __init__(self, units, a=1, **kwargs):
            super().__init__(units, **kwargs)
            self.a = a

        def get_config(self):
            return dict(a=self.a, **super().get_config())

    config = Wide(4, a=2, use_bias=False).get_config()
    assert (config["units"], config["a"], config["use_bias"]) == (4, 2, False)
    assert Wide.from_config(config).get_config() == config


# --- weights, encodings, clones


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8", "bool"])
def test_weights_that_are_no_floats_begin_at_0(dtype):
    weight = layers.Layer().add_weight(shape=(2,), dtype=dtype)
    assert weight.numpy().tolist() == [0, 0] and weight.dtype == dtype
    assert layers.Layer().add_weight(shape=(2,)).numpy().any()


@pytest.mark.parametrize("mode", ["multi_hot", "count"])
@pytest.mark.parametrize(
    "layer",
    [
        lambda mode: layers.CategoryEncoding(3, output_mode=mode),
        lambda mode: layers.IntegerLookup(vocabulary=[1, 2], output_mode=mode),
        lambda mode: layers.Discretization([0.5, 1.5], output_mode=mode),
    ],
    ids=["CategoryEncoding", "IntegerLookup", "Discretization"],
)
def test_rows_of_categories_are_made_along_the_second_axis(layer, mode):
    x = np.random.default_rng(0).integers(0, 3, (2, 3, 4))
    found = layer(mode)(x).numpy()
    count = (x[..., None] == np.arange(3)).sum(axis=1)
    assert found.tolist() == (count if mode == "count" else count > 0).tolist()


def test_a_clone_is_compiled_alike_and_learns_apart():
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    rmse = metrics.RootMeanSquaredError()
    model.compile(optimizers.Adam(0.25), "mse", metrics=["mae", rmse], stop_on_nan=False)
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    for clone in (models.clone_model(model), models.clone_model(model, clone_function=again)):
        assert clone.compiled and clone.optimizer is not model.optimizer
        assert clone.optimizer.iterations == 0 and not clone.stop_on_nan
        assert clone.optimizer.get_config() == model.optimizer.get_config()
        history = clone.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0).history
        assert list(history) == ["loss", "mae", rmse.name] and rmse not in clone.metrics
    assert not models.clone_model(Sequential([layers.Dense(1)])).compiled


def again(layer):
    return type(layer).from_config(layer.get_config())


# --- ops


def test_ops_at_their_edges():
    x = np.arange(12.0).reshape(3, 4)
    for axes in ((0, 0), (0, -2)):
        with pytest.raises(ValueError, match="rot90: axes are two different ones"):
            ops.rot90(x, axes=axes)
    assert ops.unique([1.0, np.nan, 2.0, np.nan]).shape == (4,)
    assert [part.shape for part in ops.split(np.ones(0), 2)] == [(0,), (0,)]
    w = np.array([1.0, 2.0, 3.0])
    np.testing.assert_allclose(ops.average(x, (0,), w).numpy(), np.average(x, 0, w))
    length = np.sqrt((x**2).sum())
    np.testing.assert_allclose(ops.normalize(x, axis=(0, 1)).numpy(), x / length, rtol=1e-6)
    assert random.dropout(np.ones(4), 1.0).numpy().tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("dtype", ["int32", "int64", "bool", "uint8"])
@pytest.mark.parametrize(
    "name",
    [
        "arctan2",
        "cos",
        "divide",
        "exp",
        "expm1",
        "log",
        "log1p",
        "logaddexp",
        "logsumexp",
        "mean",
        "relu6",
        "sin",
        "sqrt",
        "std",
        "true_divide",
        "var",
    ],
)
def test_whole_numbers_in_functions_of_fractions_give_the_default_floats(name, dtype):
    x = np.arange(1, 4).astype(dtype)
    two = name in ("arctan2", "divide", "logaddexp", "true_divide")
    found = getattr(ops, name)(*(x, x) if two else (x,))
    wanted = getattr(np, {"logsumexp": "exp", "relu6": "abs"}.get(name, name))
    expected = wanted(*(x.astype(float),) * (2 if two else 1))
    assert found.dtype == np.float32
    if name == "logsumexp":
        expected = np.log(expected.sum())
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6)


HIDDEN = np.ma.array([[1.0], [2.0], [300.0]], mask=[[0], [0], [1]])


@pytest.mark.parametrize(
    "use",
    [
        ops.mean,
        Tensor,
        ops.convert_to_tensor,
        lambda x: model().fit(x, np.ones((3, 1)), verbose=0),
        lambda x: model().fit(np.ones((3, 1)), x, verbose=0),
        lambda x: model().predict(x, verbose=0),
    ],
)
def test_masked_arrays_are_refused(use):
    with pytest.raises(ValueError, match=r"masked array hides numbers.*x.filled\(0\)"):
        use(HIDDEN)
    assert ops.mean(np.ma.array([1.0, 2.0])).item() == 1.5  # which hides nothing


def model():
    made = Sequential([layers.Dense(1)])
    made.compile("sgd", "mse")
    return made


def test_centred_bytes_are_warned_about_where_they_are_trained_on():
    centred = np.array([[0], [100], [200]], np.uint8) - np.uint8(128)
    assert (Tensor(np.array([0, 100, 200], np.uint8)) - 128).numpy().tolist() == [128, 228, 72]
    with pytest.warns(UserWarning, match=r"in uint8, 100 - 128 is 228"):
        model().fit(centred, np.ones((3, 1)), verbose=0)


def test_a_power_of_a_negative_number_has_no_slope_along_its_exponent():
    exponent = Tensor(-3.0, requires_grad=True)
    (minidl.Tensor(-2.0) ** exponent).backward()
    assert np.isnan(exponent.grad)
    exponent = Tensor(2.0, requires_grad=True)
    (minidl.Tensor(0.0) ** exponent).backward()
    assert exponent.grad == 0


# --- losses and metrics nested as the outputs are


def nested_model():
    x = layers.Input((3,))
    a, b, c = (layers.Dense(2, name=n, kernel_initializer="ones")(x) for n in "abc")
    return models.Model(x, {"a": a, "b": [b, c]})


def test_losses_and_metrics_stand_as_the_outputs_do():
    x, y = np.ones((8, 3)), np.zeros((8, 2))
    y, nested = {"a": y, "b": [y, y]}, nested_model()
    nested.compile(
        "sgd", {"a": "mse", "b": ["mse", "mae"]}, metrics={"a": ["mae"], "b": [[], "mse"]}
    )
    found = nested.evaluate(x, y, verbose=0, return_dict=True)
    assert found == pytest.approx(
        {"loss": 21, "a_loss": 9, "b_loss": 9, "c_loss": 3, "a_mae": 3, "c_mse": 9}
    )
    nested.compile("sgd", "mse")
    weight = {"a": np.ones(8), "b": [np.zeros(8), np.full(8, 2.0)]}
    found = nested.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(9 + 0 + 18)
    assert nested.fit(x, y, verbose=0).history["loss"][0] == pytest.approx(27)
    nested.compile("sgd", {"a": "mse", "b": "mae"})
    with pytest.raises(ValueError, match="must be nested alike"):
        nested.evaluate(x, y, verbose=0)


def test_a_loss_in_a_list_of_one():
    x = layers.Input((3,))
    a, b = (layers.Dense(2, name=n, kernel_initializer="ones")(x) for n in "ab")
    two = models.Model(x, {"a": a, "b": b})
    two.compile("sgd", {"a": ["mse"], "b": ["mae"]})
    y = np.zeros((8, 2))
    found = two.evaluate(np.ones((8, 3)), {"a": y, "b": y}, verbose=0, return_dict=True)
    assert found == pytest.approx({"loss": 12, "a_loss": 9, "b_loss": 3})


def test_bfloat16_needs_a_package_that_numpy_has_not():
    loss = losses.MeanSquaredError(dtype="float16")
    assert loss([[1.0]], [[0.5]]).dtype == np.float16
    try:
        import ml_dtypes  # noqa: F401  pyright: ignore[reportMissingImports]
    except ImportError:
        with pytest.raises(ValueError, match="NumPy has no bfloat16"):
            losses.MeanSquaredError(dtype="bfloat16")
    else:
        rounded = losses.MeanSquaredError(dtype="bfloat16")([[1.0]], [[0.3]])
        assert rounded.dtype.name == "bfloat16" and float(rounded.item()) == 0.490234375
