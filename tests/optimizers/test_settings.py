"""Optimizers as plain data."""

import json

import pytest
from optimizer_family import COMMON, DEFAULTS, SETTINGS, again, family, others

from minidl import Sequential, layers, optimizers
from minidl.optimizers import SGD, Adam, RMSprop


@family
def test_a_config_has_every_argument(cls):
    config = cls().get_config()
    assert (
        config == {"name": cls().name, **COMMON, **DEFAULTS[cls]}
        and json.loads(json.dumps(config)) == config
    )
    own = others(cls)
    common = {k: v for k, v in SETTINGS.items() if k not in own}
    by_place = (
        () if cls is optimizers.Muon else (*own.values(), *common.values())
    )  # its order: Keras
    for made in (cls(**own, **common), cls(*by_place) if by_place else cls(**own, **common)):
        assert made.get_config() == {**own, **common}
        for other in (
            cls.from_config(made.get_config()),
            again(made),
            optimizers.get(optimizers.serialize(made)),
        ):
            assert type(other) is cls and other.get_config() == made.get_config()


def test_a_config_has_the_settings_of_now():
    optimizer = SGD(0.1, 0.9)
    optimizer.learning_rate, optimizer.weight_decay, optimizer.momentum = 0.2, 0.5, 0.25
    config = optimizer.get_config()
    assert (config["learning_rate"], config["weight_decay"], config["momentum"]) == (0.2, 0.5, 0.25)


def test_a_schedule_is_a_config_inside():
    optimizer = Adam(optimizers.schedules.CosineDecay(0.1, 10))
    config = json.loads(json.dumps(optimizer.get_config()))
    assert (
        config["learning_rate"]["class_name"] == "CosineDecay"
        and config["learning_rate"]["config"]["decay_steps"] == 10
    )
    for other in (Adam.from_config(config), again(optimizer)):
        other.iterations = 5
        assert other.learning_rate == pytest.approx(0.05)


def test_what_keras_wrote():
    """keras.optimizers.serialize of Keras 3.15.1."""
    rate = {
        "module": "keras.optimizers.schedules",
        "class_name": "CosineDecay",
        "registered_name": None,
        "config": {
            "initial_learning_rate": 0.1,
            "decay_steps": 10,
            "alpha": 0.0,
            "name": "CosineDecay",
            "warmup_target": None,
            "warmup_steps": 0,
        },
    }
    found = optimizers.get(
        {
            "module": "keras.optimizers",
            "class_name": "SGD",
            "registered_name": None,
            "config": {
                "name": "sgd_11",
                "learning_rate": rate,
                "weight_decay": None,
                "clipnorm": None,
                "global_clipnorm": None,
                "clipvalue": None,
                "use_ema": False,
                "ema_momentum": 0.99,
                "ema_overwrite_frequency": None,
                "loss_scale_factor": None,
                "gradient_accumulation_steps": 2,
                "momentum": 0.5,
                "nesterov": False,
            },
        }
    )
    assert (
        isinstance(found, SGD)
        and found.name == "sgd_11"
        and found.momentum == 0.5
        and found.gradient_accumulation_steps == 2
    )
    assert found.learning_rate == pytest.approx(0.1)


def test_optimizers_from_a_description():
    found = optimizers.get({"class_name": "SGD", "config": {"learning_rate": 0.5, "momentum": 0.9}})
    assert isinstance(found, SGD) and found.learning_rate == 0.5 and found.momentum == 0.9
    assert isinstance(optimizers.get({"class_name": "adam"}), Adam)
    model = Sequential([layers.Dense(1, input_shape=(1,))])
    model.compile({"class_name": "RMSprop", "config": {"learning_rate": 0.25}}, "mse")
    assert isinstance(model.optimizer, RMSprop) and model.optimizer.learning_rate == 0.25


@pytest.mark.parametrize(
    "bad", [{}, {"config": {}}, {"class_name": 3, "config": {}}, {"class_name": None}]
)
def test_what_describes_no_optimizer(bad):
    with pytest.raises(
        ValueError,
        match=r"An optimizer's description is \{'class_name': 'SGD', 'config': .*received \{",
    ):
        optimizers.get(bad)


def test_descriptions_of_something_else():
    with pytest.raises(
        ValueError, match="There is no class or function 'Adm' here. Did you mean 'Adam'"
    ):
        optimizers.get({"class_name": "Adm", "config": {}})
    with pytest.raises(ValueError, match="'Dense' is not an optimizer. Available: adadelta"):
        optimizers.get({"module": "keras.layers", "class_name": "Dense", "config": {"units": 1}})
    with pytest.raises(ValueError, match="serialize takes an optimizer, like .*received 'adam'"):
        optimizers.serialize("adam")
    with pytest.raises(
        TypeError, match="Adam does not know the argument 'beta1'. Did you mean 'beta_1'"
    ):
        optimizers.get({"class_name": "Adam", "config": {"beta1": 0.5}})


class Passing(SGD):
    """As Keras's readers write it."""

    def __init__(self, learning_rate=0.01, **kwargs):
        super().__init__(learning_rate, **kwargs)


class OnlyOptions(SGD):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)


class Strict(SGD):
    def __init__(self, alpha=0.5):
        super().__init__(0.25)
        self.alpha = alpha


class Settled(SGD):
    """Sets some common arguments itself."""

    def __init__(self, alpha=0.5, **options):
        super().__init__(0.25, weight_decay=0.5, name="settled_down", **options)
        self.alpha = alpha


class Described(SGD):
    def __init__(self, learning_rate=0.01, alpha=0.5, name="described", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.alpha = alpha

    def get_config(self):
        config = super().get_config()
        config.update({"alpha": self.alpha})
        return config


class Bare(SGD):
    pass


OF_READERS = [
    (Passing, {}),
    (
        Passing,
        dict(
            learning_rate=0.5, momentum=0.9, gradient_accumulation_steps=2, clipnorm=1.0, name="own"
        ),
    ),
    (OnlyOptions, {}),
    (OnlyOptions, dict(learning_rate=0.5, momentum=0.5)),
    (Strict, dict(alpha=2.0)),
    (Settled, dict(alpha=2.0)),
    (Settled, dict(momentum=0.5, use_ema=True)),
    (Described, dict(alpha=2.0, weight_decay=0.1)),
    (Bare, dict(momentum=0.5)),
]


@pytest.mark.parametrize(
    ("cls", "options"), OF_READERS, ids=["-".join([c.__name__, *o]) for c, o in OF_READERS]
)
def test_the_classes_of_readers_come_back(cls, options):
    one = cls(**options)
    one.learning_rate = 0.125
    config = json.loads(json.dumps(one.get_config()))
    for two in (
        cls.from_config(dict(config)),
        optimizers.deserialize(optimizers.serialize(one), custom_objects={cls.__name__: cls}),
    ):
        kept = [k for k in vars(one) if k not in ("_made_with", "not_decayed", "kept")]
        assert one.get_state() == two.get_state()
        assert (
            type(two) is cls
            and [vars(two)[k] for k in kept] == [vars(one)[k] for k in kept]
            and two.get_config() == one.get_config()
        )
    if cls in (Passing, OnlyOptions, Described, Bare):
        assert config.keys() >= {*COMMON, "name", "momentum", "nesterov", "learning_rate"}
