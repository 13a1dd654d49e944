"""Arguments of functions that cannot be meant."""

import numpy as np
import pytest
from data_cases import Frame, net

from minidl import callbacks, layers, models, plots
from minidl.layers import Dense

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
