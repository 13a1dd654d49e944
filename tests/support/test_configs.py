"""A get_config of one's own, and objects of one's own in a description."""

import numpy as np
import pytest

import minidl
from minidl import (
    Tensor,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
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

    class Below(Own):
        def __init__(self, *args, b=1, **kwargs):
            super().__init__(*args, **kwargs)
            self.b = b

        def get_config(self):
            return {**super().get_config(), "b": self.b}

    return Own(*given, a=3), Mine(*given, a=3), Below(*given, a=3, b=5)


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
        assert config["a"] == 6 and config.get("b") == getattr(thing, "b", None)
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


# --- descriptions


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.float32(1.5), 1.5),
        (np.dtype("int8"), "int8"),
        (np.float16, "float16"),
        ({"a": (1, [None, "b"])}, {"a": [1, [None, "b"]]}),
        (slice(1, None, 2), {"class_name": "__slice__", "config": [1, None, 2]}),
        (Ellipsis, {"class_name": "__ellipsis__", "config": {}}),
        (layers.Dense, "Dense"),
        ({"class_name": "of mine"}, {"class_name": "of mine"}),
        ({"config": 3}, {"config": 3}),
    ],
)
def test_values_as_plain_data_and_back(value, plain):
    assert minidl.saving.serialize_keras_object([value]) == [plain]
    (again,) = minidl.saving.deserialize_keras_object([plain])
    assert again == (plain if isinstance(plain, str) or isinstance(value, dict) else value)
    for array in (np.arange(2, dtype="int8"), Tensor([0.0, 1.0])):
        data = minidl.saving.serialize_keras_object({"x": array})
        found = minidl.saving.deserialize_keras_object(data)["x"]
        assert type(found) is np.ndarray and found.tolist() == [0, 1] and found.dtype == array.dtype
    for key in ("items", "config"):
        data = {"class_name": "__tuple__", "config": [], key: [1, [2]]}
        assert minidl.saving.deserialize_keras_object(data) == (1, [2])


@pytest.mark.parametrize(
    ("data", "error", "said"),
    [
        (("__numpy__", {"value": ["a"], "dtype": "<U1"}), ValueError, "'<U1' are not numbers"),
        (("__slice__", [1.5, None, None]), TypeError, "float"),
        (("Dense", [3], "minidl.layers"), ValueError, "config of Dense is a dict .* received list"),
        (("relu", {}, "minidl.activations"), ValueError, "'relu' is not a class that a config"),
        (({"a": 1}, {}), ValueError, "A class is given by its name; received dict"),
    ],
)
def test_descriptions_of_nothing(data, error, said):
    with pytest.raises(error, match=said):
        minidl.saving.deserialize_keras_object(
            dict(zip(("class_name", "config", "module"), data, strict=False))
        )


def test_arguments_that_have_names_and_that_have_none():
    class Named(regularizers.Regularizer):
        def __init__(self, first, *rest, **more): ...

    assert Named(1, two=2).get_config() == {"first": 1, "two": 2}
    with pytest.raises(TypeError, match=r"Named takes \*rest, which has no names to be saved"):
        Named(1, 2).get_config()
    with pytest.raises(TypeError, match=r"Regularizer\(\) takes no arguments; received \(1,\)"):
        type("Regularizer", (regularizers.Regularizer,), {})(1)
    with pytest.raises(TypeError, match=r"takes no arguments; received \{'a': 1\}"):
        type("Regularizer", (regularizers.Regularizer,), {})(a=1)


def test_objects_of_yours_in_a_description():
    class Mine(layers.Layer):
        pass

    class Far(losses.Loss):
        def call(self, y_true, y_pred):
            return (y_true - y_pred).sum(axis=-1)

    class Seen(metrics.Metric):
        pass

    class Sevens(initializers.Initializer):
        pass

    rooms = (Mine(), layers), (Far(), losses), (Seen(), metrics), (Sevens(), initializers)
    for thing, room in rooms:
        name, data = type(thing).__name__, minidl.saving.serialize_keras_object(thing)
        assert data["registered_name"] == name
        own = {name: type(thing)}
        for read in (
            minidl.saving.deserialize_keras_object,
            minidl.utils.deserialize_keras_object,
            room.deserialize,
        ):
            assert type(read(data, custom_objects=own)) is type(thing)
            with pytest.raises(ValueError, match=f"no class or function '{name}'"):
                read(data)


def test_things_of_the_library_are_not_registered():
    data = minidl.saving.serialize_keras_object(layers.Dense(2))
    assert (data["module"], data["registered_name"]) == ("minidl.layers", None)
    for room in (losses, metrics):  # both have one of this name
        assert type(room.get({"class_name": "MeanSquaredError"})) is room.MeanSquaredError


def test_a_function_is_described_by_its_name_in_the_scope():
    def twice(x):
        return 2 * x

    def thrice(x):
        return 3 * x

    with minidl.saving.custom_object_scope({"first": twice, "second": thrice}):
        for function, name in ((twice, "first"), (thrice, "second")):
            data = minidl.saving.serialize_keras_object(function)
            assert data["config"] == name
            assert minidl.saving.deserialize_keras_object(data) is function
