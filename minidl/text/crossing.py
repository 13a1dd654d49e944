"""A layer that crosses columns of a table: each combination of their values gets a bin."""

from __future__ import annotations

import numpy as np

from ..layers.base import layer_classes
from ..support.checks import check_count
from ..support.texts import is_text
from ..tensor import Tensor, wrap
from .categories import Categories
from .encoding import check_mode, encode, numbers, strings, whole_numbers
from .hashing import crossed


@layer_classes.register()
class HashedCrossing(Categories):
    """Converts the combination of several columns to a bin 0 .. num_bins-1 by a hash:
    layer([town, month]), so that a model can learn what is true for one town in one month.

    The columns hold strings or whole numbers, (n,) or (n, 1). output_mode: 'int' returns bins,
    'one_hot' rows of num_bins columns.
    """

    takes_texts = True

    def __init__(self, num_bins, output_mode="int", sparse=False, name=None, dtype=None, **kwargs):
        self.output_mode = check_mode("HashedCrossing", output_mode, ("int", "one_hot"))
        dtype = dtype or ("int64" if output_mode == "int" else None)
        super().__init__(sparse, name=name, dtype=dtype, **kwargs)
        self.num_bins = check_count("HashedCrossing: num_bins", num_bins)

    def to_input(self, x):
        if not isinstance(x, (list, tuple)) or len(x) < 2:
            kind = f"{len(x)} in a list" if isinstance(x, (list, tuple)) else type(x).__name__
            raise ValueError(
                f"{self.owner} crosses two columns or more, layer([a, b]); received {kind}."
            )
        return [self._column(values) for values in x]

    def _column(self, values):
        if not isinstance(values, Tensor) and is_text(values):
            return strings(values, self.owner)
        return values if isinstance(values, Tensor) else wrap(numbers(values, self.owner))

    def call(self, columns):
        shape, *others = [np.shape(column) for column in columns]
        if len(shape) > 2 or shape[1:] not in ((), (1,)) or any(s != shape for s in others):
            raise ValueError(
                f"{self.owner} takes columns of one shape, (n,) or (n, 1); received the shapes "
                f"{[shape, *others]}."
            )
        rows = list(zip(*[self._values(column) for column in columns]))
        found = {row: crossed(row) % self.num_bins for row in set(rows)}
        bins = np.array([found[row] for row in rows], np.int64).reshape(shape)
        return wrap(encode(bins, self.output_mode, self.num_bins).astype(self.dtype))

    def _values(self, column) -> list:
        texts = isinstance(column, np.ndarray) and column.dtype.kind == "O"
        return (column if texts else whole_numbers(column, self.owner)).ravel().tolist()
