"""clone_model."""

import numpy as np
import pytest
from model_cases import Net, X, equal, residual, small

import minidl
from minidl import Input, Model, Sequential, layers, metrics, models, optimizers
from minidl.models import clone_model, model_from_json


def test_a_clone_is_compiled_alike_and_learns_apart():
    model = Sequential([layers.Input((3,)), layers.Dense(1)])
    rmse = metrics.RootMeanSquaredError()
    model.compile(optimizers.Adam(0.25), "mse", metrics=["mae", rmse], stop_on_nan=False)
    model.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0)
    for clone in (models.clone_model(model), models.clone_model(model, clone_function=anew)):
        assert clone.compiled and clone.optimizer is not model.optimizer
        assert clone.optimizer.iterations == 0 and not clone.stop_on_nan
        assert clone.optimizer.get_config() == model.optimizer.get_config()
        history = clone.fit(np.ones((4, 3)), np.ones((4, 1)), verbose=0).history
        assert list(history) == ["loss", "mae", rmse.name] and rmse not in clone.metrics
    assert not models.clone_model(Sequential([layers.Dense(1)])).compiled


def anew(layer):
    return type(layer).from_config(layer.get_config())


def test_json_has_the_structure_alone():
    for model in (small(), residual()):
        other = model_from_json(model.to_json())
        assert other.to_json() == model.to_json() and [w.shape for w in other.weights] == [
            w.shape for w in model.weights
        ]
        assert not np.array_equal(other.weights[0].numpy(), model.weights[0].numpy())
    net = Net(4, 1)
    assert model_from_json(net.to_json(indent=2), custom_objects={"Net": Net}).hidden[0].units == 4
    with pytest.raises(ValueError, match="'Net'.*register_keras_serializable"):
        model_from_json(net.to_json())


def test_clones():
    for model, x in ((small(), X), (residual(), [X, X[:, :4]])):
        clone = clone_model(model)
        assert type(clone) is type(model) and clone.to_json() == model.to_json()
        assert not {id(w) for w in clone.weights} & {id(w) for w in model.weights}
        clone.set_weights(model.get_weights())
        equal(clone.predict(x, verbose=0), model.predict(x, verbose=0))


def test_clones_with_other_layers():
    def wider(layer):
        return (
            layers.Dense(layer.units, "tanh", name=layer.name)
            if isinstance(layer, layers.Dense)
            else type(layer).from_config(layer.get_config())
        )

    for model, x in ((small(), X), (residual(), [X, X[:, :4]])):
        clone = clone_model(model, clone_function=wider)
        assert [w.shape for w in clone.weights] == [w.shape for w in model.weights]
        assert all(
            layer.activation is minidl.activations.tanh
            for layer in clone.layers
            if isinstance(layer, layers.Dense)
        )
        clone.set_weights(model.get_weights())
        clone.predict(x, verbose=0)


def nested():
    inner = Sequential([Input((3,)), layers.Dense(4, name="a")], name="inner")
    x = Input((3,), name="x")
    return Model(x, layers.Dense(2, name="b")(inner(x)))


def flagged(layer):
    copy = type(layer).from_config(layer.get_config())
    copy.flag = True
    return copy


def test_recursive_copies_the_layers_of_models_inside():
    for recursive in (False, True):
        clone = clone_model(nested(), clone_function=flagged, recursive=recursive)
        inner = clone.get_layer("inner")
        assert clone.get_layer("b").flag and hasattr(inner.get_layer("a"), "flag") == recursive
        assert clone(np.zeros((1, 3))).shape == (1, 2)


def test_a_call_function_may_add_layers():
    def with_dropout(layer, *args, **kwargs):
        z = layer(*args, **kwargs)
        return layers.Dropout(0.5)(z) if isinstance(layer, layers.Dense) else z

    model = nested()
    clone = clone_model(model, clone_function=lambda layer: layer, call_function=with_dropout)
    assert [type(layer).__name__ for layer in clone.layers][-1] == "Dropout"
    assert clone.get_layer("b") is model.get_layer("b")
    with pytest.raises(ValueError, match="a Sequential takes clone_function"):
        clone_model(Sequential([layers.Dense(2)]), call_function=with_dropout)


def test_inputs_of_the_clone():
    a, b = Input((3,)), Input((3,))
    model = Model({"a": a, "b": b}, layers.Dense(2)(a + b))
    new = {"a": Input((3,), name="left"), "b": Input((3,))}
    clone = clone_model(model, input_tensors=new)
    assert clone.input["a"] is new["a"] and set(clone.input) == {"a", "b"}
    with pytest.raises(ValueError, match="the structure of model.input"):
        clone_model(model, input_tensors=[a, b])
