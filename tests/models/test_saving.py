"""Saving and loading in minidl's own kind: what goes in comes out, bit for bit, and no file does
harm.
"""

import json
import os

import numpy as np
import pytest
from layer_samples import LAYERS
from model_cases import (
    RNG,
    KerasStyle,
    Net,
    OnlyStep,
    Scale,
    X,
    Y,
    again,
    equal,
    residual,
    returns,
    small,
)

import minidl
from minidl import Input, Model, Sequential, layers, ops
from minidl.layers.heads import Heads
from minidl.models import SaveFormatError, load_model
from minidl.saving import (
    custom_object_scope,
    get_registered_name,
    get_registered_object,
    register_keras_serializable,
)

# --- round trips


def test_sequential_declared_and_deferred(tmp_path):
    returns(small(), X, tmp_path)
    shaped = Sequential(
        [layers.Dense(3, input_shape=(6,)), layers.Dropout(0.5), layers.Dense(1)], name="shaped"
    )
    returns(shaped, X, tmp_path)
    late = Sequential([layers.Dense(3), layers.Dense(1)])
    with pytest.raises(ValueError, match="no weights yet: call it on data"):
        late.save(tmp_path / "late.npz")
    late(X)
    returns(late, X, tmp_path)


def test_sequential_that_met_whole_numbers_first(tmp_path):
    words = RNG.integers(0, 9, (5, 3))
    model = Sequential([layers.Embedding(9, 4), layers.Flatten(), layers.Dense(2)])
    model(words)
    returns(model, words, tmp_path)


def test_functional_with_everything(tmp_path):
    model, x = residual(), [X, RNG.normal(size=(24, 4)).astype("float32")]
    loaded = returns(model, x, tmp_path)
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    assert list(loaded.predict(x, verbose=0)) == [
        "first",
        "last",
        "middle",
    ] and loaded.input_names == ["left", "right"]
    assert loaded.get_layer("shared") is not model.get_layer("shared")
    equal(model(x)["last"].numpy(), loaded({"left": x[0], "right": x[1]})["last"].numpy())


def test_shared_layers_stay_shared(tmp_path):
    a = Input((6,))
    dense = layers.Dense(6)
    loaded = returns(Model(a, dense(dense(a))), X, tmp_path)
    assert len(loaded.weights) == 2 and len(loaded.layers) == 2


def test_list_and_dict_inputs(tmp_path):
    inputs = {"a": Input((6,), name="a"), "b": Input((6,), name="b")}
    model = Model(
        inputs, [layers.Add()([inputs["a"], inputs["b"]]), inputs["a"] @ np.eye(6, dtype="float32")]
    )
    returns(model, {"a": X, "b": X + 1}, tmp_path)


def test_whole_doors_of_ops_as_steps(tmp_path):
    a = Input((6,))
    steps = [
        ops.one_hot(ops.argmax(a, axis=-1), 6),
        ops.tile(a, (1, 2)),
        ops.where(ops.greater(a, 0), a, 0.0),
        ops.sort(a),
        a**2,
        ops.clip(a, -1, 1),
        ops.layer_normalization(a),
        ops.stack([a, a], axis=1),
        ops.pad(a, ((0, 0), (1, 1))),
        ops.take(a, np.array([1, 0]), axis=1),
        ops.mean(a, axis=1),
        ops.stop_gradient(a),
        ops.transpose(ops.reshape(a, (-1, 2, 3)), (0, 2, 1)),
        ops.max(a, axis=(1,)),
        1.0 / (ops.exp(a) + 1),
    ]
    returns(Model(a, steps), X, tmp_path)


def test_a_step_that_no_file_can_name(tmp_path):
    a = Input((6,))
    model = Model(a, minidl.random.dropout(a, 0.5))
    with pytest.raises(ValueError, match="'dropout' is no layer and no op.*Make it a Layer"):
        model.save(tmp_path / "m.npz")
    assert not (tmp_path / "m.npz").exists()


def test_registered_layers_need_no_word(tmp_path):
    loaded = returns(Sequential([Input((6,)), Scale(3.0), layers.Dense(1)]), X, tmp_path)
    assert isinstance(loaded.layers[0], Scale) and loaded.layers[0].factor == 3.0
    assert (
        get_registered_name(Scale) == "Custom>Scale"
        and get_registered_object("Custom>Scale") is Scale
    )


def test_custom_objects_and_scopes(tmp_path):
    model = Sequential([Input((6,)), KerasStyle(3, inner=layers.Dense(3, use_bias=False))])
    returns(model, X, tmp_path, custom_objects={"KerasStyle": KerasStyle})
    with custom_object_scope({"KerasStyle": KerasStyle}):
        returns(model, X, tmp_path)
    with pytest.raises(
        SaveFormatError,
        match=r"again.npz.*'KerasStyle'.*register_keras_serializable.*custom_objects=\{'KerasStyle': KerasStyle\}",
    ):
        again(model, tmp_path)


def test_subclassed_models(tmp_path):
    net = Net(width=4, depth=3)
    net(X)
    loaded = returns(net, X, tmp_path, custom_objects={"Net": Net})
    assert len(loaded.hidden) == 3 and loaded.hidden[0].units == 4
    a = Input((6,))
    mine = OnlyStep(a, layers.Dense(1)(a))
    mine.compile("sgd", "mse")
    loaded = returns(mine, X, tmp_path, custom_objects={"OnlyStep": OnlyStep})
    assert "mine" in loaded.fit(X, Y, verbose=0).history


def test_a_class_of_yours_does_not_stand_in_for_the_librarys(tmp_path):
    model = small()
    model.save(tmp_path / "m.npz")

    @register_keras_serializable("mine")
    class Dense(layers.Layer):
        pass

    try:
        assert type(load_model(tmp_path / "m.npz").layers[0]) is layers.Dense
    finally:
        minidl.saving.get_custom_objects().pop("mine>Dense")


def test_what_cannot_be_described_is_named(tmp_path):
    class Star(layers.Layer):
        def __init__(self, *sizes):
            super().__init__()

        def call(self, x):
            return x

    class Odd(layers.Layer):
        def __init__(self, thing, **kwargs):
            super().__init__(**kwargs)

        def call(self, x):
            return x

    for layer, words in (
        (Star(1, 2), "takes \\*sizes.*get_config"),
        (Odd(object()), "holds a object at .*thing.*get_config"),
        (Odd({1: 2}), "keys are not all strings"),
        (Odd(float("nan")), "holds nan at"),
        (layers.Lambda(lambda x: x), "a lambda, at .*function.*register_keras_serializable"),
    ):
        with pytest.raises((ValueError, TypeError), match=words):
            Sequential([Input((6,)), layer, layers.Dense(1)]).save(tmp_path / "no.npz")
    assert os.listdir(tmp_path) == []


def double(x):
    return x * 2


def test_functions_by_name(tmp_path):
    model = Sequential([Input((6,)), layers.Dense(3, activation=double), layers.Lambda(double)])
    model.save(tmp_path / "m.npz")
    with pytest.raises(SaveFormatError, match="no class or function 'double' here.*custom_objects"):
        load_model(tmp_path / "m.npz")
    equal(
        load_model(tmp_path / "m.npz", custom_objects={"double": double}).predict(X, verbose=0),
        model.predict(X, verbose=0),
    )
    with custom_object_scope({"double": double}):
        returns(model, X, tmp_path)


def layer_model(name):
    """A functional model around a layer of this class, with weights that no initializer gives."""
    make, x = LAYERS[name]
    layer, arrays = make(), x if isinstance(x, list) else [x]
    inputs = [Input(a.shape[1:]) for a in arrays]
    several = not isinstance(layer, Heads) and len(arrays) > 1
    model = Model(inputs, layer(inputs) if several else layer(*inputs))
    model.set_weights(
        [(w + RNG.uniform(0.1, 0.5, w.shape)).astype(w.dtype) for w in model.get_weights()]
    )
    return model, x


WORDS = {"StringLookup", "TextVectorization"}  # which are in no model


@pytest.mark.parametrize("name", sorted({*LAYERS} - WORDS))
def test_every_layer_comes_back(name, tmp_path):
    model, x = layer_model(name)
    loaded = returns(model, x, tmp_path)
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    for before, after in zip(model.weights, loaded.weights):
        assert type(before.regularizer) is type(after.regularizer) and type(
            before.constraint
        ) is type(after.constraint)
    # dropout goes on at the same place
    equal(np.asarray(model(x, training=True)), np.asarray(loaded(x, training=True)))


def test_an_adapted_normalization(tmp_path):
    layer = layers.Normalization()
    layer.adapt(X * 3 + 1)
    a = Input((6,))
    returns(Model(a, layer(a)), X, tmp_path)


def test_dtypes_are_kept(tmp_path):
    model = Sequential(
        [
            Input((6,), dtype="float64"),
            layers.Dense(2, dtype="float64"),
            layers.Dense(2, dtype="float16"),
        ]
    )
    loaded = returns(model, X.astype("float64"), tmp_path)
    assert [w.dtype.name for w in loaded.weights] == ["float64"] * 2 + ["float16"] * 2


@minidl.saving.register_keras_serializable("built")
class Built(Model):
    """A model with a build of its own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = layers.Dense(2)

    def build(self, input_shape):
        if len(input_shape) != 2:
            raise ValueError("no rows")
        self.inner.build(input_shape)

    def call(self, x):
        return self.inner(x)


@pytest.mark.parametrize("ending", ["npz", "keras", "h5"])
def test_a_model_that_its_own_build_has_built(ending, tmp_path):
    """The file tells the shape, though the model was never called."""
    model = Built()
    with pytest.raises(ValueError, match="no rows"):
        model.build((None, 6, 1))
    model.build(input_shape=(None, 6))
    model.save(tmp_path / f"m.{ending}")
    other = load_model(tmp_path / f"m.{ending}")
    np.testing.assert_array_equal(other.predict(X, verbose=0), model.predict(X, verbose=0))
