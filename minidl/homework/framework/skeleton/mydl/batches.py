"""Mini-batches: a few samples at a time, in a new order each epoch. This file is given."""

from .tensor import Tensor


class Batches:
    """Mini-batches (x, y) or (x, y, sample_weight). Each loop over them is one epoch.

    x, y, sample_weight: arrays with one sample a row; the last two may be None. The last
    batch holds what is left, so it may be smaller. rng: the generator that shuffles; None
    keeps the order.
    """

    tensor = Tensor  # the class that x is made of

    def __init__(self, x, y=None, sample_weight=None, batch_size=32, rng=None):
        self.arrays = (x, y, sample_weight)
        self.size, self.batch_size, self.rng = self.count(x), batch_size, rng

    def __len__(self):
        return -(-self.size // self.batch_size)

    def __iter__(self):
        return map(self.rows, self.choices())

    def choices(self):
        """List which samples each batch of an epoch holds: slices, or arrays of their
        numbers.
        """
        order = None if self.rng is None else self.rng.permutation(self.size)
        slices = [
            slice(i, i + self.batch_size) for i in range(0, self.size, self.batch_size)
        ]
        return slices if order is None else [order[chosen] for chosen in slices]

    def rows(self, chosen):
        """Return the chosen samples: a tuple with x as a tensor, or x alone if there is no
        y.
        """
        x, *others = [a[chosen] for a in self.arrays if a is not None]
        return (self.tensor.of(x), *others) if others else self.tensor.of(x)

    def count(self, x):
        """Return the number of samples."""
        return len(x)


def unpack(data):
    """Return (x, y, sample_weight) of a batch. A missing part is None."""
    parts = data if type(data) in (tuple, list) else (data,)
    return (*parts, None, None)[:3]
