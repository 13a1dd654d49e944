"""Losses and metrics in a model: batches, names, weights."""

import numpy as np
import pytest
from metric_cases import classifier, pairs_won

from minidl import Input, Model, Sequential, Tensor, layers, losses, metrics, models
from minidl.layers import Dense
from minidl.metrics import SparseCategoricalAccuracy
from minidl.models import objective


@pytest.mark.parametrize("batch_size", [1, 3, 4, 10, 32])
def test_unequal_batches_give_the_metric_of_all_samples(batch_size):
    model, x, y = classifier(metrics=["accuracy", "sparse_categorical_crossentropy"])
    p = model.predict(x, verbose=0)
    hits, loss = (p.argmax(axis=1) == y).mean(), -np.log(p[np.arange(10), y]).mean()
    assert 0 < hits < 1
    measured = model.evaluate(x, y, batch_size=batch_size, verbose=0)
    assert measured == pytest.approx([loss, hits, loss], rel=1e-5)
    history = model.fit(
        x, y, batch_size=batch_size, verbose=0, validation_data=(x[:7], y[:7])
    ).history
    assert [
        history[k][0] for k in ("loss", "accuracy", "sparse_categorical_crossentropy")
    ] == pytest.approx(measured, rel=1e-6)
    assert history["val_accuracy"][0] == pytest.approx((p.argmax(axis=1) == y)[:7].mean(), rel=1e-6)


def test_names_stay_as_they_were_typed():
    model, x, y = classifier(
        metrics=[
            "acc",
            "sparse_categorical_crossentropy",
            SparseCategoricalAccuracy("hits"),
            SparseCategoricalAccuracy,
        ]
    )
    model.fit(x, y, verbose=0)
    names = [
        "loss",
        "acc",
        "sparse_categorical_crossentropy",
        "hits",
        "sparse_categorical_accuracy",
    ]
    assert model.metrics_names == names
    assert set(model.history.history) == set(names)


def test_names_go_with_what_evaluate_returns():
    """Tutorials zip the two, also when two metrics would have the same name."""
    model, x, y = classifier(
        metrics=["accuracy", SparseCategoricalAccuracy, "sparse_categorical_accuracy"]
    )
    measured = model.evaluate(x, y, verbose=0)
    assert len(model.metrics_names) == len(measured) == 4
    assert dict(zip(model.metrics_names, measured)) == model.evaluate(
        x, y, verbose=0, return_dict=True
    )


def test_weighted_metrics_count_sample_weights_and_metrics_do_not():
    model, x, y = classifier(
        metrics=["sparse_categorical_crossentropy", SparseCategoricalAccuracy("plain")],
        weighted_metrics=["accuracy", losses.SparseCategoricalCrossentropy(name="weighed")],
    )
    weight = np.random.default_rng(1).random(10)
    p = model.predict(x, verbose=0)
    hits, loss = p.argmax(axis=1) == y, -np.log(p[np.arange(10), y])
    for shaped in (weight, weight[:, None]):
        measured = model.evaluate(
            x, y, batch_size=4, sample_weight=shaped, verbose=0, return_dict=True
        )
        assert measured == pytest.approx(
            {
                "loss": (loss * weight).mean(),
                "plain": hits.mean(),
                "sparse_categorical_crossentropy": loss.mean(),
                "accuracy": (hits * weight).sum() / weight.sum(),
                "weighed": (loss * weight).sum() / weight.sum(),
            },
            rel=1e-5,
        )


def test_class_weights_reach_the_weighted_metrics():
    model, x, y = classifier(weighted_metrics=["accuracy"])
    weight = np.array([1.0, 5.0, 0.5])[y]
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    history = model.fit(
        x, y, class_weight={0: 1.0, 1: 5.0, 2: 0.5}, batch_size=3, verbose=0
    ).history
    assert history["accuracy"][0] == pytest.approx((hits * weight).sum() / weight.sum(), rel=1e-6)


def test_the_same_metric_weighted_and_not_keeps_two_names():
    model, x, y = classifier(metrics=["accuracy"], weighted_metrics=["accuracy"])
    weight = np.arange(10.0)
    hits = model.predict(x, verbose=0).argmax(axis=1) == y
    measured = model.evaluate(x, y, sample_weight=weight, verbose=0, return_dict=True)
    assert measured["accuracy"] == pytest.approx(hits.mean())
    assert measured["weighted_accuracy"] == pytest.approx(
        (hits * weight).sum() / weight.sum(), rel=1e-6
    )


def test_many_metrics_in_compile():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 2)), rng.integers(0, 2, 40)
    model = Sequential([layers.Dense(1, activation="sigmoid", input_shape=(2,))])
    model.compile(
        "sgd",
        "binary_crossentropy",
        metrics=["AUC", metrics.Precision(), "Recall", metrics.TruePositives(name="tp"), "mse"],
    )
    measured = model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True)
    p = model.predict(x, verbose=0)[:, 0]
    assert measured["precision"] == pytest.approx(y[p > 0.5].mean()) and measured[
        "Recall"
    ] == pytest.approx((p > 0.5)[y == 1].mean())
    assert measured["tp"] == ((p > 0.5) & (y == 1)).sum() and measured["AUC"] == pytest.approx(
        pairs_won(y, p), abs=0.02
    )
    assert measured["mse"] == pytest.approx(((p - y) ** 2).mean(), rel=1e-5)


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


X = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


@pytest.mark.parametrize("loss", [{"a": ["mse"]}, ["mse"], [["mse"]], {"a": "mse"}])
def test_a_loss_in_a_list(loss):
    inputs = Input((3,))
    model = Model(inputs, {"a": Dense(1, kernel_initializer="zeros")(inputs)})
    model.compile("sgd", loss)
    assert model.evaluate(X, {"a": Y}, verbose=0) == pytest.approx(float((Y**2).mean()), rel=1e-5)


def test_two_losses_for_one_output():
    with pytest.raises(ValueError, match="an output has one loss; received 2 for 'dense.*'"):
        model = Sequential([Input((3,)), Dense(1)])
        model.compile("sgd", {model.layers[0].name: ["mse", "mae"]})
        model.fit(X, Y, verbose=0)


def test_the_same_metric_three_times_has_three_names():
    model, x, y = classifier(metrics=["accuracy"] * 3, weighted_metrics=["accuracy"] * 2)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    names = ["accuracy", "accuracy_1", "accuracy_2", "weighted_accuracy", "weighted_accuracy_1"]
    assert sorted(found) == sorted([*names, "loss"])


def test_a_list_of_one_loss_and_a_loss_too_many():
    for loss in ("mse", ["mse"], [["mse"]]):
        model = Sequential([Input((2,)), Dense(1, kernel_initializer="zeros")])
        model.compile("sgd", loss)
        assert model.evaluate(np.ones((3, 2)), np.full((3, 1), 2.0), verbose=0) == 4
    x = Input((2,))
    pair = Model(x, {"a": Dense(1, name="a")(x), "b": Dense(1, name="b")(x)})
    pair.compile("sgd", {"a": ["mse"], "b": "mae"})
    with pytest.raises(ValueError, match="an output has one loss; received 2 for 'a'"):
        pair.compile("sgd", {"a": ["mse", "mae"], "b": "mae"})
        pair.fit(np.ones((3, 2)), {"a": np.ones((3, 1)), "b": np.ones((3, 1))}, verbose=0)


@pytest.mark.parametrize(
    ("targets", "outputs", "kind"),
    [
        ((4, 1), (4, 1), "binary"),
        ((4, 5, 1), (4, 5, 1), "binary"),
        ((4,), (4, 3), "sparse_categorical"),
        ((4, 1), (4, 3), "sparse_categorical"),
        ((4, 5), (4, 5, 3), "sparse_categorical"),
        ((4, 5, 1), (4, 5, 3), "sparse_categorical"),
        ((4, 3), (4, 3), "categorical"),
        ((4, 1, 3), (4, 1, 3), "categorical"),
    ],
)
def test_the_crossentropy_that_fits_the_shapes(targets, outputs, kind):
    for name in ("ce", "crossentropy"):
        assert objective._by_shape(name, targets, outputs) == f"{kind}_crossentropy"
    assert objective._by_shape("mse", targets, outputs) == "mse"


SPREAD = [
    # what compile was given, for which outputs, under which name, what each has
    (None, "ab", "loss", [None, None]),
    ("mse", "ab", "loss", ["mse", "mse"]),
    (["x", "y"], "ab", "loss", ["x", "y"]),
    (("x", "y"), "ab", "loss", ["x", "y"]),
    ({"b": "y"}, "ab", "loss", [None, "y"]),
    ("mse", "a", "loss", ["mse"]),
    (["mse"], "a", "loss", ["mse"]),
    (["mse", "mae"], "a", "loss", [["mse", "mae"]]),
    (["acc"], "a", "metrics", [["acc"]]),
    (["acc", "mae"], "a", "weighted_metrics", [["acc", "mae"]]),
    (["acc"], "ab", "metrics", [["acc"], ["acc"]]),
    (["acc", "auc", "mae"], "ab", "metrics", [["acc", "auc", "mae"]] * 2),
    ([["acc"], []], "ab", "metrics", [["acc"], []]),
    (2.0, "a", "loss_weights", [2.0]),
    ([2.0], "a", "loss_weights", [2.0]),
    (["x", "y", "z"], "ab", "loss", "loss has 3 entries, but the model has 2 outputs: 'a', 'b'."),
    ([1, 2], "a", "loss_weights", "loss_weights has 2 entries, but the model has 1 outputs: 'a'."),
    ({"c": 1}, "ab", "y", "y names 'c', but the outputs are called 'a', 'b'."),
]


@pytest.mark.parametrize(("given", "names", "what", "each"), SPREAD)
def test_what_is_given_is_spread_over_the_outputs(given, names, what, each):
    if isinstance(each, list):
        assert objective.spread(given, list(names), what) == each
        return
    with pytest.raises(ValueError) as refused:
        objective.spread(given, list(names), what)
    assert str(refused.value) == each


def test_one_number_for_several_outputs():
    assert objective.spread(None, ["a", "b"], "loss_weights", everywhere=False) == [None, None]
    with pytest.raises(ValueError, match="outputs, 'a', 'b', but y is one array: give .* of 2"):
        objective.spread(np.ones(3), ["a", "b"], "y", everywhere=False)


def test_names_of_outputs_that_nobody_named():
    assert objective.output_names([1, 2], ["p", "q"]) == ["p", "q"]
    assert objective.output_names({"b": [1, 2], "a": 3}, None) == ["a", "b/0", "b/1"]
    assert objective.output_names([1, 2], None) == ["output_1", "output_2"]


@pytest.mark.parametrize("weights", [3.0, [3.0], {"d": 3.0}, np.array(3.0)])
def test_the_weight_of_the_only_loss(weights):
    x, y = np.ones((4, 2), "f"), np.full((4, 1), 5.0, "f")
    model = Sequential([Input((2,)), Dense(1, name="d", kernel_initializer="ones")])
    model.compile("sgd", "mse", loss_weights=weights)
    loss = 3 * (2 - 5) ** 2
    assert model.compute_loss(x, y, model(x)).item() == loss, "in a loop of one's own too"
    model.compile("sgd", "mse", loss_weights=weights, metrics=["mae"])
    assert model.compute_metrics(x, y.tolist(), model(x))["mae"] == 3
    for given in (y, y.tolist()):
        assert model.compile_objective.compute_loss(given, model(x), None, None, x).item() == loss
    assert model.evaluate(x, y, verbose=0) == model.test_on_batch(x, y) == [loss, 3]
    assert model.compute_loss(x, Tensor(y), model(x)).item() == loss


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"loss_weights": "accuracy"}, TypeError, "third argument of compile is loss_weights"),
        ({"loss_weights": {"a": "accuracy"}}, TypeError, "third argument"),
        ({"loss_weights": [float("nan")]}, ValueError, "loss_weights .one number for each output"),
        ({"loss_weights": [None, "x"]}, TypeError, "third argument"),
        ({"metrics": [["acuracy"]]}, ValueError, "acuracy"),
        ({"weighted_metrics": {"a": "acuracy"}}, ValueError, "acuracy"),
    ],
)
def test_what_compile_refuses(options, kind, said):
    with pytest.raises(kind, match=said):
        Sequential([Dense(1)]).compile("sgd", "mse", **options)


def test_a_batch_without_a_loss():
    x = np.ones((2, 2), "f")
    for loss, said in (("mse", "The loss needs targets: pass y"), (None, "No loss to compute")):
        model = Sequential([Input((2,)), Dense(1)])
        model.compile("sgd", loss)
        with pytest.raises(ValueError, match=said):
            model.train_on_batch(x)
        with pytest.raises(ValueError, match=said):
            model.compute_loss(x, None, model(x))
