"""Arguments of functions that cannot be meant."""

import numpy as np
import pytest
from data_cases import Frame, net

from minidl import Tensor, callbacks, layers, losses, models, plots
from minidl.layers import Dense
from minidl.support.checks import check_count, check_flag, check_number, is_number

RNG = np.random.default_rng(0)
X = RNG.normal(size=(8, 3)).astype("float32")
Y = X[:, :1]


class Missing:
    """As pandas.NA: no number."""


NUMBERS = np.arange(8.0)
WORDS = np.array(["m", "f"] * 4)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (
            lambda: net().fit(Frame(Age=NUMBERS, Sex=WORDS, Name=WORDS), Y, verbose=0),
            "x is a data frame whose columns 'Sex', 'Name' hold text.*get_dummies",
        ),
        (
            lambda: net().fit(
                Frame(Age=np.array([Missing()] * 8), B=NUMBERS, C=NUMBERS), Y, verbose=0
            ),
            "whose columns 'Age' hold missing values.*fillna",
        ),
        (lambda: net()(None), "Sequential 'sequential.*' takes a batch of samples.*received None"),
        (lambda: Dense(2)(None), "received None.*takes a batch of samples"),
        (lambda: Dense(2).build(), r"Dense.build takes the shape.*\(None, 784\).*received nothing"),
        (lambda: Dense(2).build(5), r"Dense.build takes the shape.*received 5"),
        (lambda: layers.BatchNormalization().build(None), "takes the shape.*received None"),
        (lambda: callbacks.BackupAndRestore(None), "BackupAndRestore: backup_dir is the path"),
        (lambda: callbacks.ModelCheckpoint(None), "ModelCheckpoint: filepath is the path"),
        (lambda: callbacks.CSVLogger(5), "CSVLogger: filename is the path.*received 5"),
        (lambda: plots.LivePlot(path=5), "LivePlot: path is the path.*received 5"),
        (lambda: net().save(None), "filepath is the path.*received None"),
        (lambda: net().load_weights(""), "filepath is the path.*received ''"),
        (lambda: models.load_model(3.5), "filepath is the path.*received 3.5"),
    ],
)
def test_what_is_no_batch_no_shape_no_path(act, said):
    with pytest.raises(TypeError, match=said):
        act()


@pytest.mark.parametrize(
    ("value", "limits", "wanted"),
    [
        (0, (0, 1), None),
        (1, (0, 1), "number of at least 0 and below 1"),
        (1, (0, 1, False, False), None),
        (1.5, (0, 1, False, False), "number of at least 0 and at most 1"),
        (0, (0, 1, True), "number above 0 and below 1"),
        (0.5, (0, 1, True), None),
        (np.float32(-3), (), None),
        (np.array(2.5), (2.5,), None),
        (Tensor(7.0), (), None),
        (2.4, (2.5,), "number of at least 2.5"),
        (9, (-np.inf, 8), "number below 8"),
        (np.inf, (), "finite number"),
        (np.nan, (), "finite number"),
        (True, (), "finite number"),
        ("1", (), "finite number"),
        (None, (0,), "number of at least 0"),
    ],
)
def test_numbers_and_their_limits(value, limits, wanted):
    if wanted is None:
        found = check_number("rate", value, *limits)
        assert found == value and type(found) is float
        return
    with pytest.raises(ValueError) as refused:
        check_number("rate", value, *limits)
    assert str(refused.value) == f"rate must be a {wanted}; received {value!r}."


def test_counts_flags_and_what_is_a_number():
    assert check_count("n", np.int64(1)) == 1 and check_count("n", 0, least=0) == 0
    for value, least in ((0, 1), (1, 2), (True, 1), (1.0, 1), ("1", 1)):
        with pytest.raises(ValueError, match=f"n must be a whole number of at least {least}; rec"):
            check_count("n", value, least)
    assert check_flag("f", True) is True and check_flag("f", np.False_) is False
    with pytest.raises(TypeError, match=r"^f is True or False; received 1\.$"):
        check_flag("f", 1)
    numbers = (1, 2.5, np.int8(1), np.float32(1), np.array(1), np.array(1.5), Tensor(1.0))
    assert all(map(is_number, numbers))
    others = (True, np.True_, np.array(True), "1", None, [1], np.ones(1), Tensor([1.0]))
    assert not any(map(is_number, others))


@pytest.mark.parametrize(("letters", "shown"), [(37, "x" * 37), (38, f"{'x' * 35} ...")])
def test_a_long_value_is_cut_in_an_error(letters, shown):
    """Above 39 signs, with the quotation marks."""
    shown = f"'{shown}" if "." in shown else f"'{shown}'"
    with pytest.raises(TypeError) as refused:
        losses.CategoricalGeneralizedCrossEntropy(q="x" * letters)
    assert shown in str(refused.value)
