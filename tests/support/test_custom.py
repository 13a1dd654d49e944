"""Objects of one's own, by name."""

import numpy as np
import pytest
from older_cases import a_model

import minidl
from minidl import layers, ops

X = np.linspace(-1, 1, 24, dtype=np.float32).reshape(8, 3)
Y = X.sum(axis=1, keepdims=True)


# --- custom objects
# ---


def double(x, *rest):
    return 2 * x


class Doubling(layers.Layer):
    def call(self, x):
        return 2 * x


@pytest.fixture
def registered():
    objects = minidl.utils.get_custom_objects()
    before = dict(objects)
    yield objects
    objects.clear()
    objects.update(before)


def test_names_of_your_own_work_wherever_names_do(registered):
    with pytest.raises(ValueError, match="Unknown activation 'double'"):
        layers.Dense(2, activation="double")
    registered.update(
        {
            "double": double,
            "by_layer": layers.Activation(double),
            "ones_of_mine": lambda shape, dtype=None: np.ones(shape),
            "own_loss": lambda y, p: ops.mean(ops.square(y - p), axis=-1) * 3,
        }
    )
    for name in ("double", "by_layer"):
        assert layers.Dense(1, activation=name, kernel_initializer="ones_of_mine")(
            X
        ).numpy() == pytest.approx(2 * Y, abs=1e-5)
    model = a_model()
    model.compile("sgd", "own_loss", metrics=["own_loss", "mse"])
    loss, metric, mse = model.evaluate(X, Y, verbose=0)
    assert loss == pytest.approx(3 * mse) and metric == pytest.approx(3 * mse)
    registered["MyPlain"] = minidl.optimizers.SGD
    assert isinstance(minidl.optimizers.get("MyPlain"), minidl.optimizers.SGD)
    registered["mine"] = minidl.regularizers.L2
    assert isinstance(minidl.regularizers.get("mine"), minidl.regularizers.L2)


def test_yours_come_before_the_librarys(registered):
    registered["relu"] = double
    assert layers.Activation("relu")(X).numpy().tolist() == (2 * X).tolist()
    del registered["relu"]
    assert layers.Activation("relu")(X).numpy().tolist() == np.maximum(X, 0).tolist()
    with minidl.utils.custom_object_scope({"double": double}):
        assert layers.Activation("double")(X).numpy().tolist() == (2 * X).tolist()
    with pytest.raises(ValueError, match="double"):
        layers.Activation("double")


def test_a_file_that_says_layers_dense_means_the_librarys(registered):
    registered["Dense"] = Doubling
    layer = minidl.layers.deserialize(minidl.layers.serialize(layers.Dense(2)))
    assert type(layer) is layers.Dense


def test_a_registered_class_by_its_bare_name():
    """In a description that names no module or another package, and where names are taken; a name
    of the library stays the library's.
    """

    @minidl.saving.register_keras_serializable("bare")
    class Tripling(layers.Layer):
        def call(self, x):
            return 3 * x

    @minidl.saving.register_keras_serializable("bare", name="Dense")
    class OtherDense(layers.Layer): ...

    for module in (None, "somebody.elses"):
        data = {"class_name": "Tripling", "config": {}, "module": module}
        assert type(minidl.saving.deserialize_keras_object(data)) is Tripling
    assert minidl.saving.get_registered_name(Tripling) == "bare>Tripling"
    assert minidl.saving.get_registered_object("bare>Tripling") is Tripling
    dense = {"class_name": "Dense", "config": {"units": 2}, "module": "keras.layers"}
    assert type(minidl.saving.deserialize_keras_object(dense)) is layers.Dense
    other = {**dense, "config": {}, "registered_name": "bare>Dense"}
    assert type(minidl.saving.deserialize_keras_object(other)) is OtherDense
    assert not issubclass(OtherDense, layers.Dense)
