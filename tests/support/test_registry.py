"""Names to things, and the library's own randomness."""

import re

import pytest

import minidl
from minidl import layers, losses, metrics, optimizers
from minidl.support.registry import (
    REGISTRIES,
    Registry,
    automatic_name,
    did_you_mean,
    find,
    reset_names,
    snake_case,
    unknown,
)

# --- snake_case


@pytest.mark.parametrize(
    "name, expected",
    [
        ("LeakyReLU", "leaky_re_lu"),
        ("ReLU", "re_lu"),
        ("PReLU", "p_re_lu"),
        ("ELU", "elu"),
        ("Dense", "dense"),
        ("MeanSquaredError", "mean_squared_error"),
        ("LSTM", "lstm"),
        ("GRU", "gru"),
        ("SimpleRNN", "simple_rnn"),
        ("ConvLSTM2D", "conv_lstm2d"),
        ("Conv2D", "conv2d"),
        ("Conv1D", "conv1d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("MaxPooling2D", "max_pooling2d"),
        ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("BatchNormalization", "batch_normalization"),
        ("ZeroPadding2D", "zero_padding2d"),
        ("UpSampling2D", "up_sampling2d"),
        ("InputLayer", "input_layer"),
        ("AUC", "auc"),
        ("KLDivergence", "kl_divergence"),
        ("SGD", "sgd"),
        ("Adam", "adam"),
        ("relu", "relu"),
        ("mean_squared_error", "mean_squared_error"),
        ("A", "a"),
        ("x", "x"),
        ("Sequential", "sequential"),
        ("MyMomentum", "my_momentum"),
        ("GlorotUniform", "glorot_uniform"),
        ("SparseCategoricalCrossentropy", "sparse_categorical_crossentropy"),
        ("L1L2", "l1l2"),
        ("HTTPServer", "http_server"),
    ],
)
def test_snake_case(name, expected):
    assert snake_case(name) == expected


def keras_rule(name):
    """Keras's two substitutions, as documented by the names it gives."""
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)).lower()


@pytest.mark.parametrize(
    "name",
    [
        "Dense",
        "LeakyReLU",
        "ReLU",
        "PReLU",
        "MeanSquaredError",
        "Conv2D",
        "Conv2DTranspose",
        "ConvLSTM2D",
        "MaxPooling3D",
        "GlobalMaxPooling1D",
        "LSTM",
        "SimpleRNN",
        "SpatialDropout2D",
        "DepthwiseConv2D",
        "LayerNormalization",
        "TimeDistributed",
        "AlphaDropout",
        "RNN",
        "GRUCell",
        "StackedRNNCells",
        "MultiHeadAttention",
        "KLDivergence",
        "AdaMax",
        "MyLayer",
        "HuberLoss2",
        "AbsMax",
        "TwoTowers",
    ],
)
def test_snake_case_is_keras_rule(name):
    assert snake_case(name) == keras_rule(name)


# --- names to things
# ---


@pytest.fixture
def animals():
    registry = Registry("animal")
    del REGISTRIES["animal"]  # for others this kind does not exist

    @registry.register("moggy", "CAT")
    class HouseCat: ...

    @registry.register()
    def guinea_pig(): ...

    @registry.register()
    class ReLU: ...

    return registry, HouseCat, guinea_pig, ReLU


def test_a_thing_is_found_under_its_names_and_aliases(animals):
    registry, cat, pig, relu = animals
    for name in ("HouseCat", "house_cat", "housecat", "moggy", "CAT"):
        assert registry[name] is cat and name in registry
    assert registry["guinea_pig"] is pig
    for name in ("ReLU", "re_lu", "relu"):
        assert registry[name] is relu
    assert (
        "dog" not in registry and "" not in registry and None not in registry and 3 not in registry
    )


def test_registering_returns_the_thing(animals):
    registry = animals[0]

    @registry.register()
    class Dog:
        legs = 4

    assert Dog.legs == 4 and registry["dog"] is Dog


def test_an_unknown_name_is_answered_with_the_nearest_and_all(animals):
    with pytest.raises(ValueError) as error:
        animals[0]["house_kat"]
    message = str(error.value)
    assert message.startswith("Unknown animal 'house_kat'. Did you mean 'house_cat'? Available: ")
    assert "guinea_pig" in message and "moggy" in message and message.endswith(".")


def test_where_nothing_is_near_nothing_is_suggested(animals):
    with pytest.raises(ValueError) as error:
        animals[0]["zzz"]
    assert "Did you mean" not in str(error.value) and "Available" in str(error.value)


@pytest.mark.parametrize("thing", [3, None, 2.5, ("a",)])
def test_what_is_no_name_is_refused_too(animals, thing):
    with pytest.raises(ValueError) as error:
        animals[0][thing]
    assert repr(thing) in str(error.value)


def test_did_you_mean():
    assert did_you_mean("adm", ["sgd", "adam", "rmsprop"]) == " Did you mean 'adam'?"
    assert did_you_mean("ADAM", ["adam"]) == " Did you mean 'adam'?"
    assert did_you_mean("rmspop", {"sgd": 1, "rmsprop": 2}) == " Did you mean 'rmsprop'?"
    assert did_you_mean("qqq", ["adam"]) == "" and did_you_mean("adam", []) == ""
    assert did_you_mean("accurcy", ["Accuracy", "AUC"]) == " Did you mean 'Accuracy'?"


def test_the_message_of_unknown():
    assert (
        unknown("mode", "fan", ["fan_in", "fan_out"])
        == "Unknown mode 'fan'. Did you mean 'fan_in'? Available: fan_in, fan_out."
    )


# --- what a module says that it holds


@pytest.mark.parametrize("module", [layers, losses, metrics, optimizers], ids=lambda m: m.__name__)
def test_a_module_holds_all_that_it_lists(module):
    """Some names are made from a table, and some are opened at first use."""
    assert len(set(module.__all__)) == len(module.__all__) > 10
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("layers", "RandAugment"),
        ("callbacks", "RemoteMonitor"),
    ],
)
def test_what_keras_has_and_minidl_has_not_is_no_spelling_mistake(module, name):
    with pytest.raises(
        AttributeError,
        match=f"Keras has {module}.{name}, a .*; minidl does not have it. [A-Z]",
    ):
        getattr(getattr(minidl, module), name)
    assert not hasattr(getattr(minidl, module), name)


# --- what a file means by a name


@pytest.mark.parametrize(
    ("name", "module", "found"),
    [
        ("Dense", "keras.layers", layers.Dense),
        ("Dense", "minidl.layers", layers.Dense),
        ("Dense", "keras.src.layers.core.dense", layers.Dense),
        ("Dense", None, layers.Dense),
        ("Dense", "", layers.Dense),
        ("Dense", "keras", layers.Dense),
        ("Sequential", "keras", minidl.Sequential),
        ("Adam", "keras.optimizers", optimizers.Adam),
        ("Adam", None, optimizers.Adam),
        ("CosineDecay", "keras.optimizers.schedules", optimizers.schedules.CosineDecay),
        ("Dense", "somebody.layers", None),
        ("Dense", "keras.optimizers", None),
        ("Adam", "keras", None),
        ("Adam", "keras.layers", None),
    ],
)
def test_a_module_says_in_which_registry_a_name_stands(name, module, found, monkeypatch):
    monkeypatch.setattr(minidl.support.registry, "REGISTERED", {})  # as other tests may leave it
    if found is not None:
        assert find(name, module) is found
        return
    with pytest.raises(ValueError, match=f"There is no class or function '{name}' here"):
        find(name, module)


def test_a_description_without_a_name():
    with pytest.raises(ValueError, match="A class is given by its name; received NoneType"):
        find(None, "keras.layers")


def test_automatic_names_count_on():
    reset_names()
    assert [automatic_name("LeakyReLU") for _ in range(3)] == [
        "leaky_re_lu",
        "leaky_re_lu_1",
        "leaky_re_lu_2",
    ]
    reset_names()
    assert automatic_name("LeakyReLU") == "leaky_re_lu"


def test_names_of_two_letters_are_met_by_less():
    """Half of the letters; of longer names six in ten."""
    assert did_you_mean("ab", ["ax"]) == " Did you mean 'ax'?"
    assert did_you_mean("abcd", ["abxy"]) == "" != did_you_mean("abcde", ["abcxy"])
