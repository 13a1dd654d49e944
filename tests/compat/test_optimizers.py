"""The arguments that optimizers had in older tutorials."""

import inspect
import warnings

import numpy as np
import pytest
from optimizer_family import DEFAULTS, FAMILY, family

from minidl import Variable, optimizers
from minidl.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Ftrl,
    Lion,
    Muon,
    Nadam,
    Optimizer,
    RAdam,
    RMSprop,
    ScheduleFreeAdamW,
)


@family
def test_lr_is_understood_and_said_to_be_old(cls):
    with pytest.warns(FutureWarning) as record:
        optimizer = cls(lr=0.3)
    assert optimizer.learning_rate == 0.3
    assert [str(w.message) for w in record] == [
        f"{cls.__name__}(lr=...) is today written {cls.__name__}(learning_rate=0.3)."
    ]
    assert [w.filename for w in record] == [__file__]  # it points at the caller's line


@family
def test_decay_means_what_it_meant(cls):
    """Keras before 2022: the rate of step t = 0, 1, 2, ... is lr/(1 + decay·t)."""
    with pytest.warns(FutureWarning) as record:
        optimizer = cls(lr=0.3, decay=0.5)
    assert [str(w.message) for w in record] == [
        f"{cls.__name__}(decay=...) is today a schedule: learning_rate=InverseTimeDecay(0.3, 1, "
        f"0.5)."
    ]
    assert [w.filename for w in record] == [__file__]
    with pytest.warns(FutureWarning, match="InverseTimeDecay"):
        same = cls(0.3, decay=0.5)
    w, v = Variable([0.0], dtype="float64"), Variable([0.0], dtype="float64")
    today = cls(optimizers.schedules.InverseTimeDecay(0.3, 1, 0.5))
    for t in range(5):
        assert optimizer.learning_rate == same.learning_rate == 0.3 / (1 + 0.5 * t)
        for o, variable in ((optimizer, w), (today, v)):
            o.apply([np.ones(1)], [variable])
        same.iterations += 1
        assert w.item() == v.item()
    if cls is SGD:
        assert w.item() == pytest.approx(-sum(0.3 / (1 + 0.5 * t) for t in range(5)), rel=1e-15)


@family
def test_decay_alone_begins_at_the_default_rate(cls):
    with pytest.warns(FutureWarning, match="InverseTimeDecay"):
        optimizer = cls(decay=1.0)
    assert optimizer.learning_rate == DEFAULTS[cls]["learning_rate"]
    optimizer.iterations = 3
    assert optimizer.learning_rate == DEFAULTS[cls]["learning_rate"] / 4


def test_decay_and_a_schedule_exclude_each_other():
    with pytest.raises(
        ValueError, match="learning_rate must be a number.*received InverseTimeDecay"
    ):
        Adam(optimizers.schedules.InverseTimeDecay(0.1, 1, 0.5), decay=0.1)


@pytest.mark.parametrize("decay", [-0.1, "0.1", float("nan"), True])
def test_a_bad_decay(decay):
    with pytest.raises(ValueError, match="decay must be a number of at least 0; received"):
        SGD(0.1, decay=decay)


def test_the_line_of_a_thousand_tutorials():
    with pytest.warns(FutureWarning):
        optimizer = SGD(lr=0.01, decay=1e-6, momentum=0.9, nesterov=True)
    assert (optimizer.learning_rate, optimizer.momentum, optimizer.nesterov) == (0.01, 0.9, True)
    optimizer.iterations = 1000
    assert optimizer.learning_rate == 0.01 / (1 + 1e-6 * 1000)


def test_a_decay_of_zero_is_no_word_about_lr():
    with warnings.catch_warnings(record=True) as record:
        warnings.simplefilter("always")
        optimizer = SGD(0.3, decay=0.0)
    assert optimizer.learning_rate == 0.3
    assert not any("lr=" in str(w.message) for w in record)


@family
def test_lr_and_learning_rate_together_are_refused(cls):
    with pytest.raises(
        TypeError,
        match=rf"{cls.__name__} received both learning_rate=0.5 and its old name lr=0.1; give one",
    ):
        cls(learning_rate=0.5, lr=0.1)


def test_the_warning_points_at_the_line_that_makes_the_optimizer_also_inside_a_class():
    class Trainer:
        def __init__(self):
            self.optimizer = SGD(lr=0.1)

    with pytest.warns(FutureWarning) as record:
        Trainer()
    line = inspect.getsourcelines(Trainer)[1] + 2
    assert [(w.filename, w.lineno) for w in record] == [(__file__, line)]


def test_lr_reaches_an_optimizer_of_your_own():
    class Rated(SGD):
        pass

    class Fixed(Optimizer):
        def __init__(self, alpha=0.5, **options):
            super().__init__(0.1, **options)

    with pytest.warns(FutureWarning):
        assert Rated(lr=0.3).learning_rate == 0.3
    with pytest.warns(FutureWarning):
        assert Fixed(lr=0.3).learning_rate == 0.3
    assert Fixed().learning_rate == 0.1


@pytest.mark.parametrize(
    ("cls", "args", "message"),
    [
        (
            SGD,
            (0.01, 0.9, 1e-6),
            r"SGD: nesterov is True or False; received 1e-06.*SGD\(learning_rate=..., momentum=..., nesterov=...\)",
        ),
        (
            SGD,
            (0.01, 0.9, 1e-6, True),
            r"SGD: nesterov is True or False; received 1e-06.*order of older tutorials, SGD\(lr, momentum, decay, nesterov\)",
        ),
        (
            Adam,
            (0.001, 0.9, 0.999, 1e-8, 0.0, False),
            r"Adam: amsgrad is True or False; received 0.0.*Adam\(learning_rate=..., beta_1=..., beta_2=..., epsilon=..., amsgrad=...\)",
        ),
        (
            Adam,
            (0.001, 0.9, 0.999, 1e-8, 1e-5),
            r"Adam: amsgrad is True or False; received 1e-05.*Adam\(lr, beta_1, beta_2, epsilon, decay, amsgrad\)",
        ),
        (
            RMSprop,
            (0.001, 0.9, None, 0.0),
            r"momentum must be a number of at least 0 and below 1; received None.*RMSprop\(lr, rho, epsilon, decay\)",
        ),
        (
            RMSprop,
            (0.001, 0.9, 0.0, 1e-8, 1e-5),
            "RMSprop: centered is True or False; received 1e-05",
        ),
        (
            Adagrad,
            (0.01, None),
            r"initial_accumulator_value must be a number.*tutorials, Adagrad\(lr, epsilon, decay\)",
        ),
        (
            Adagrad,
            (0.01, None, 0.0),
            r"initial_accumulator_value must be a number of at least 0; received None.*Adagrad\(learning_rate=..., epsilon=...\)",
        ),
    ],
    ids=str,
)
def test_the_old_order_of_arguments_is_explained(cls, args, message):
    with pytest.raises((TypeError, ValueError), match=message):
        cls(*args)


def test_small_numbers_are_no_older_order_of_arguments():
    """What might be an epsilon of 2017 by position is legal today, and not refused on a guess."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert RMSprop(momentum=5e-4).momentum == 5e-4
        assert RMSprop(0.001, 0.9, 1e-8).momentum == 1e-8
        assert Adagrad(initial_accumulator_value=1e-6).initial_accumulator_value == 1e-6
        assert Adagrad(0.01, 1e-8, 0.0).epsilon == 0.0
        assert SGD(0.1, 0.9, True).nesterov is True
    with pytest.raises(TypeError, match=r"^SGD: nesterov is True or False; received 1e-06\.$"):
        SGD(nesterov=1e-6)


@pytest.mark.parametrize(
    ("cls", "typed", "meant"),
    [
        (SGD, "Ir", "lr"),
        (SGD, "learningrate", "learning_rate"),
        (SGD, "momentun", "momentum"),
        (Adam, "beta1", "beta_1"),
        (Adam, "weight_dekay", "weight_decay"),
        (RMSprop, "eps", "epsilon"),
        (Adam, "clip_norm", "clipnorm"),
        (AdamW, "weightdecay", "weight_decay"),
        (Adagrad, "initial_accumulator", "initial_accumulator_value"),
        (Adadelta, "roh", "rho"),
        (Adamax, "beta1", "beta_1"),
        (Nadam, "Ir", "lr"),
        (RAdam, "beta2", "beta_2"),
        (Lion, "use_emma", "use_ema"),
        (Lion, "ema_momentun", "ema_momentum"),
    ],
)
def test_a_mistyped_argument_is_answered_with_the_nearest(cls, typed, meant):
    with pytest.raises(
        TypeError,
        match=rf"{cls.__name__} does not know the argument '{typed}'\. Did you mean '{meant}'\?",
    ):
        cls(**{typed: 0.1})


@pytest.mark.parametrize(
    ("cls", "typed"),
    [
        (Adam, "momentum"),
        (SGD, "beta_1"),
        (Lion, "epsilon"),
        (Adam, "nesterov"),
        (RAdam, "amsgrad"),
    ],
)
def test_an_argument_of_another_optimizer_is_not_offered_again(cls, typed):
    with pytest.raises(TypeError) as error:
        cls(**{typed: 0.1})
    assert str(error.value).startswith(f"{cls.__name__} does not know the argument '{typed}'.")
    assert f"Did you mean '{typed}'" not in str(error.value)


OF_ANY_SIGN = ("learning_rate_power", "beta_2_decay", "muon_a", "muon_b", "muon_c")
NUMBERS = [
    (cls, name)
    for cls in FAMILY
    for name, value in {**DEFAULTS[cls], "weight_decay": 0.0, "ema_momentum": 0.99}.items()
    if type(value) in (int, float) and name not in ("ns_steps", "warmup_steps", *OF_ANY_SIGN)
]


NUMBERS += [(SGD, "clipnorm"), (Adam, "clipvalue"), (Lion, "global_clipnorm")]


BELOW_ONE = ("beta_1", "beta_2", "rho", "momentum", "ema_momentum")


@pytest.mark.parametrize(
    ("cls", "argument"), NUMBERS, ids=lambda n: n if isinstance(n, str) else n.__name__
)
def test_bad_numbers_name_the_argument(cls, argument):
    for value in (-0.1, float("nan"), float("inf"), "0.1", True, [0.1]):
        with pytest.raises(ValueError, match=rf"^{argument} must be a number .*; received "):
            cls(**{argument: value})


@pytest.mark.parametrize(
    ("cls", "argument"),
    [n for n in NUMBERS if n[1] in BELOW_ONE],
    ids=lambda n: n if isinstance(n, str) else n.__name__,
)
def test_means_that_never_move_are_refused(cls, argument):
    for value in (1, 1.0, 1.5):
        with pytest.raises(
            ValueError,
            match=rf"{argument} must be a number of at least 0 and below 1; received {value}",
        ):
            cls(**{argument: value})


@pytest.mark.parametrize(
    ("cls", "argument", "value", "message"),
    [
        (Ftrl, "learning_rate_power", 0.5, "must be a number of at most 0; received 0.5"),
        (Ftrl, "learning_rate_power", float("nan"), "must be a finite number; received nan"),
        (Adafactor, "beta_2_decay", "-1", "must be a finite number; received '-1'"),
        (Adafactor, "clip_threshold", 0, "must be a number above 0; received 0"),
        (Muon, "muon_b", [1], r"must be a finite number; received \[1\]"),
        (Muon, "ns_steps", 2.5, "must be a whole number of at least 1; received 2.5"),
        (ScheduleFreeAdamW, "warmup_steps", -1, "must be a whole number of at least 0"),
    ],
)
def test_numbers_of_other_kinds(cls, argument, value, message):
    with pytest.raises(ValueError, match=f"^{argument} {message}"):
        cls(**{argument: value})


@pytest.mark.parametrize("value", [0, -1, 2.5, "3", True])
def test_a_bad_frequency_of_averages(value):
    with pytest.raises(
        ValueError, match="ema_overwrite_frequency must be a whole number of at least 1; received"
    ):
        SGD(use_ema=True, ema_overwrite_frequency=value)


@pytest.mark.parametrize("value", ["no", 0.5, None, 1])
def test_averages_are_wanted_or_not(value):
    with pytest.raises(TypeError, match="use_ema is True or False; received"):
        SGD(use_ema=value)


@family
def test_whole_numbers_and_zeros_are_rates(cls):
    optimizer, w = cls(1), Variable([1.0, 2.0])
    assert optimizer.learning_rate == 1.0 and isinstance(optimizer.learning_rate, float)
    optimizer.learning_rate = 0
    optimizer.apply([np.ones(2)], [w])
    assert w.data.tolist() == [1.0, 2.0] or cls is AdamW


@pytest.mark.parametrize("argument", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipping_to_nothing_is_refused(argument):
    with pytest.raises(ValueError, match=rf"{argument} must be a number above 0; received 0"):
        SGD(**{argument: 0})


def test_numbers_of_numpy_are_numbers():
    optimizer = Adam(np.float32(0.5), beta_1=np.float64(0.5), clipnorm=np.int64(2))
    assert (optimizer.learning_rate, optimizer.beta_1, optimizer.clipnorm) == (0.5, 0.5, 2.0)
