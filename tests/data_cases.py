"""What the tests of refused data share."""

import numpy as np

from minidl import Input, Sequential
from minidl.layers import Dense


def net(outputs=1, loss="mse", activation=None, **settings):
    model = Sequential([Input((3,)), Dense(outputs, activation=activation)])
    model.compile("sgd", loss, **settings)
    return model


class Frame:
    """As much of a pandas.DataFrame as data need: columns, each an array, and all as one array."""

    def __init__(self, **columns):
        self.data = {name: np.asarray(values) for name, values in columns.items()}
        self.columns = list(columns)
        self.shape = (len(next(iter(self.data.values()))), len(columns))

    def __getitem__(self, name):
        return self.data[name]

    def __array__(self, dtype=None, copy=None):
        plain = all(v.dtype.kind in "fiu" for v in self.data.values())
        columns = [v if plain else v.astype(object) for v in self.data.values()]
        return np.stack(columns, axis=1)
