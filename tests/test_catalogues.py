"""What every class of every catalogue keeps to: its names, its description, what it is made with,
and copies. A class is tried here from the day it is registered; one that cannot be made without
arguments needs a row in tests/class_samples.py or tests/layer_samples.py, and fails here before.
"""

import copy
import inspect
import json
import pickle

import class_samples as samples
import numpy as np
import pytest
from class_samples import ACTIVATIONS, made, things, title
from layer_samples import CELLS, LAYERS

import minidl
from minidl import activations
from minidl.saving import deserialize_keras_object, serialize_keras_object
from minidl.support.configs import made_with, parameters
from minidl.support.registry import MODULES, REGISTRIES, snake_case

KINDS = [
    "layer",
    "loss",
    "metric",
    "optimizer",
    "optimizer of optimizers",
    "initializer",
    "regularizer",
    "constraint",
    "schedule",
]
CLASSES = [(kind, cls) for kind in KINDS for cls in things(kind)]
every_class = pytest.mark.parametrize(
    ("kind", "cls"), CLASSES, ids=[f"{kind}-{title(cls)}" for kind, cls in CLASSES]
)
every_callback = pytest.mark.parametrize("cls", samples.callback_classes(), ids=title)


def room(kind):
    """The module in which learners look for this kind, like minidl.layers."""
    place = minidl
    for name in MODULES.get(kind, "optimizers").split("."):
        place = getattr(place, name)
    return place


def as_json(thing):
    return json.loads(json.dumps(serialize_keras_object(thing)))


def test_every_kind_is_tried_here():
    assert {*KINDS, "activation", "model"} == {*REGISTRIES, "optimizer of optimizers"}
    assert all(things(kind) for kind in KINDS)


def test_every_row_of_samples_has_its_class():
    for kind, rows in {"layer": LAYERS | CELLS, **samples.TABLES}.items():
        assert {*rows} <= {title(cls) for cls in things(kind)}
    others = {title(c) for kind, c in CLASSES}
    assert {*samples.ARGUMENTS} <= others
    assert {*samples.CALLBACKS} <= {title(c) for c in samples.callback_classes()}


# --- names


@every_class
def test_names(kind, cls):
    """The class is found under its own name, however it is spelled, and its room names it."""
    registry, name = REGISTRIES[kind], title(cls)
    for spelled in (name, name.lower(), name.upper(), snake_case(name)):
        assert registry[spelled] is cls and spelled in registry
    assert registry.name_of(cls) == name
    if kind != "schedule" or hasattr(room(kind), name):
        assert getattr(room(kind), name) is cls
    with pytest.raises(ValueError, match=f"Unknown {kind} '{name}x'. Did you mean .*Available: "):
        registry[f"{name}x"]


# Of each kind the names that are not the class's own name in small letters.
OTHER_NAMES = {
    "layer": "GlobalAvgPool1D=GlobalAveragePooling1D GlobalMaxPool1D=GlobalMaxPooling1D "
    "GlobalAvgPool2D=GlobalAveragePooling2D GlobalMaxPool2D=GlobalMaxPooling2D "
    "GlobalAvgPool3D=GlobalAveragePooling3D GlobalMaxPool3D=GlobalMaxPooling3D "
    "MaxPool1D=MaxPooling1D MaxPool2D=MaxPooling2D MaxPool3D=MaxPooling3D "
    "AvgPool1D=AveragePooling1D AvgPool2D=AveragePooling2D AvgPool3D=AveragePooling3D "
    "Convolution1D=Conv1D Convolution2D=Conv2D Convolution3D=Conv3D "
    "SeparableConvolution1D=SeparableConv1D SeparableConvolution2D=SeparableConv2D "
    "Convolution1DTranspose=Conv1DTranspose Convolution2DTranspose=Conv2DTranspose "
    "Convolution3DTranspose=Conv3DTranspose GroupQueryAttention=GroupedQueryAttention",
    "loss": "mse=MeanSquaredError mae=MeanAbsoluteError mape=MeanAbsolutePercentageError "
    "msle=MeanSquaredLogarithmicError bce=BinaryCrossentropy cross_entropy=CrossEntropyLoss "
    "kld=KLDivergence kullback_leibler_divergence=KLDivergence nll=NegativeLogLikelihood "
    "nll_loss=NegativeLogLikelihood huber_loss=Huber logcosh=LogCosh",
    "metric": "acc=Accuracy f1=F1Score r2=R2Score mse=MeanSquaredError mae=MeanAbsoluteError "
    "rmse=RootMeanSquaredError mape=MeanAbsolutePercentageError bce=BinaryCrossentropy "
    "msle=MeanSquaredLogarithmicError kld=KLDivergence "
    "kullback_leibler_divergence=KLDivergence logcosh=LogCoshError log_cosh=LogCoshError",
    "optimizer": "adamw=AdamW radam=RAdam rmsprop=RMSprop schedulefreeadamw=ScheduleFreeAdamW",
    "initializer": "zero=Zeros one=Ones normal=RandomNormal uniform=RandomUniform",
    "regularizer": "l1_l2=L1L2",
    "activation": "swish=silu hard_swish=hard_silu",
}


@pytest.mark.parametrize("kind", [*KINDS, "activation"])
def test_other_names(kind):
    registry = REGISTRIES[kind]
    expected = dict(pair.split("=") for pair in OTHER_NAMES.get(kind, "").split())
    own = {name: title(thing) for name, thing in registry.names.items() if thing in things(kind)}
    assert {name: to for name, to in own.items() if name != snake_case(to)} == expected
    for name, to in expected.items():
        assert title(registry[name.upper()]) == to


@every_class
def test_get_takes_what_names_a_thing(kind, cls):
    """A name or a class where no argument is needed, a description, and the thing itself."""
    get = getattr(room(kind), "get", None)
    if get is None or title(cls) == "OptimizerMap":  # which is a part of an optimizer
        return
    thing = made(cls, kind)
    assert get(thing) is thing
    again = get(as_json(thing))
    assert type(again) is cls and as_json(again) == as_json(thing)
    if not takes_nothing(cls):
        return
    for name in (title(cls), title(cls).lower(), cls):
        # the name of some losses is that of a function
        assert (kind == "loss" and name is not cls) or type(get(name)) is cls
        assert kind == "loss" or get(name) is not get(name)


def takes_nothing(cls):
    parameters = inspect.signature(cls).parameters.values()
    return all(p.default is not p.empty or p.kind in (2, 4) for p in parameters)


@pytest.mark.parametrize("function", ACTIVATIONS, ids=title)
def test_activations_by_name(function):
    for name in (title(function), title(function).upper(), title(function).replace("_", "")):
        assert activations.get(name) is function
    assert activations.get(function) is function
    assert activations.deserialize(activations.serialize(function)) is function
    assert getattr(activations, title(function)) is function


WHAT_IT_IS = {
    "loss": r"A loss is a name, a Loss or a function\(y_true, y_pred\)",
    "metric": r"A metric is a name, a Metric or a function\(y_true, y_pred\)",
    "optimizer": "An optimizer is a name, an Optimizer class or an instance",
    "initializer": "An initializer is a name or a function of a shape",
    "regularizer": "A regularizer is a name, a Regularizer or a function of a tensor",
    "constraint": "A constraint is a name, a Constraint or a function of an array",
    "activation": "An activation is a name or a function",
}


@pytest.mark.parametrize("kind", WHAT_IT_IS)
@pytest.mark.parametrize("nonsense", [3, 3.5, ["a"], {"a"}, dict], ids=str)
def test_what_is_nothing_of_the_kind_is_refused(kind, nonsense):
    with pytest.raises(ValueError, match=WHAT_IT_IS[kind]):
        room(kind).get(nonsense)
    with pytest.raises(ValueError, match=f"Unknown {kind} 'nonsense'.*Available: "):
        room(kind).get("nonsense")


@pytest.mark.parametrize("kind", [k for k in KINDS if hasattr(room(k), "get")])
def test_none_is_the_usual_one_and_a_description_of_nothing_is_refused(kind):
    usual = room(kind).get(None)
    assert title(type(usual)) == ("GlorotUniform" if kind == "initializer" else "NoneType")
    with pytest.raises(ValueError, match="no class or function 'Nonsense'"):
        room(kind).get({"class_name": "Nonsense", "config": {}})


# --- descriptions


@every_class
def test_a_description_makes_an_equal(kind, cls):
    """Through JSON, and again: the second description is the first."""
    thing = made(cls, kind)
    data = as_json(thing)
    other = deserialize_keras_object(data)
    assert type(other) is cls and other is not thing
    assert as_json(other) == data
    assert serialize_keras_object(cls.from_config(thing.get_config())) == data


# Left out of descriptions: None means the default, or an argument that changes nothing here.
UNDESCRIBED = {"dtype", "activity_regularizer", "use_cudnn", "flash_attention"}
OF_ONE = {
    # of Dense's older spellings, of an Input's other forms, and what no value but one may have
    "Dense": {"input_shape", "input_dim", "batch_input_shape", "weights"},
    "InputLayer": {"shape", "batch_size", "optional", "ragged", "sparse", "tensor"},
    "IntegerLookup": {"salt", "oov_method"},
    "StringLookup": {"salt"},
}


@every_class
def test_a_description_names_every_argument(kind, cls):
    """So that nothing is lost of what somebody chose."""
    config = made(cls, kind).get_config()
    names = {p.name for p in parameters(cls)}
    assert names - {*config} <= UNDESCRIBED | OF_ONE.get(title(cls), set())


@every_class
def test_options_that_are_not_the_defaults_are_kept(kind, cls):
    thing = made(cls, kind)
    config = serialize_keras_object(thing.get_config())
    given = samples.TABLES[kind][title(cls)][1] if kind in samples.TABLES else {}
    for name, value in given.items():
        assert config[name] == serialize_keras_object(value), name


# --- what a class cannot be made with


@every_class
def test_an_unknown_argument_is_named(kind, cls):
    with pytest.raises((TypeError, ValueError), match="nonsense|takes no arguments"):
        cls(**arguments_of(cls, kind), nonsense=1)


@every_callback
def test_an_unknown_argument_of_a_callback_is_named(cls):
    with pytest.raises(TypeError, match="nonsense|takes no arguments"):
        cls(**samples.CALLBACKS.get(title(cls), {}), nonsense=1)


def arguments_of(cls, kind):
    """The arguments that the sample was made with."""
    if kind in samples.TABLES:
        return samples.TABLES[kind][title(cls)][1]
    if title(cls) in samples.ARGUMENTS:
        return samples.ARGUMENTS[title(cls)]
    stored = made_with(made(cls, kind))
    # (of a class without an __init__ of its own Python 3.10 knows the arguments of __new__ only)
    needed = [p.name for p in parameters(cls.__init__) if p.name != "self"]
    return {**dict(zip(needed, stored.args)), **stored.kwargs} if stored else {}


NUMBERS = [
    (kind, cls, p.name)
    for kind, cls in CLASSES
    for p in parameters(cls)
    if type(p.default) in (int, float)
]


@pytest.mark.parametrize(
    ("kind", "cls", "name"), NUMBERS, ids=[f"{k}-{title(c)}-{n}" for k, c, n in NUMBERS]
)
def test_a_word_in_place_of_a_number_is_refused_by_the_arguments_name(kind, cls, name):
    """When the thing is made, and not in the middle of a training."""
    with pytest.raises((TypeError, ValueError), match=name):
        cls(**{**arguments_of(cls, kind), name: "nonsense"})


# --- copies


@every_class
def test_copies(kind, cls):
    """A copy, deep or by pickle, describes itself as the original does, and stands for itself."""
    thing = made(cls, kind)
    data = as_json(thing)
    for twin in (copy.deepcopy(thing), pickle.loads(pickle.dumps(thing))):
        assert type(twin) is cls and twin is not thing and as_json(twin) == data


@every_callback
def test_a_callback_serves_two_runs(cls, tmp_path, monkeypatch):
    """It is made, a model is fitted with it twice, and both runs end."""
    monkeypatch.chdir(tmp_path)
    if title(cls) in samples.WITH_PACKAGES:
        return
    callback = cls(**samples.CALLBACKS.get(title(cls), {}))
    model = minidl.Sequential([minidl.Input((2,)), minidl.layers.Dense(1)])
    model.compile(samples.OPTIMIZERS.get(title(cls), lambda: "sgd")(), "mse")
    for epochs in (1, 2):
        history = model.fit(np.eye(2), [1, 2], epochs=epochs, verbose=0, callbacks=[callback])
        assert len(history.history["loss"]) == epochs
