"""Updates of large arrays in pieces, which fit in the processor's cache."""

import copy
import pickle

import numpy as np
from optimizer_family import FAMILY, family

from minidl import Variable
from minidl.optimizers import Adam, Lamb, Optimizer, around

LARGE = (300, 500)


def steps(optimizer, count=3, shape=LARGE):
    """The numbers after some steps of a large and a small variable."""
    rng = np.random.default_rng(0)
    variables = [Variable(rng.normal(size=s).astype("f"), name="w") for s in (shape, (7,))]
    for _ in range(count):
        optimizer.apply([rng.normal(size=v.shape).astype("f") for v in variables], variables)
    return [v.numpy() for v in variables]


def is_cut(optimizer) -> bool:
    return getattr(optimizer.update, "func", None) is around.in_pieces


@family
def test_in_pieces_the_numbers_are_the_same(cls, monkeypatch):
    optimizer = cls()
    by_pieces = steps(optimizer)
    assert is_cut(optimizer) == cls.elementwise
    monkeypatch.setattr(around, "LARGE", LARGE[0] * LARGE[1])
    whole = cls()
    for left, right in zip(by_pieces, steps(whole)):
        np.testing.assert_array_equal(left, right)
    assert not is_cut(whole)


def test_the_cut_options():
    assert sum(cls.elementwise for cls in FAMILY) >= 9 and not Lamb.elementwise
    for optimizer in (Adam(amsgrad=True), Adam(weight_decay=0.1, clipnorm=1.0)):
        steps(optimizer)
        assert is_cut(optimizer)


def test_every_row_is_moved_also_of_odd_shapes():
    for shape in ((131073,), (1, 140000), (3, 50, 999)):
        before, after = steps(Adam(), 0, shape), steps(Adam(), 1, shape)
        assert (before[0] != after[0]).all(), shape


def test_a_piece_fits_in_the_cache_and_is_not_too_small():
    """Up to 2¹⁷ numbers are one piece; else rows of up to 2¹⁵ numbers together, at least one."""
    pieces = []

    def update(w, g, lr, slot):
        pieces.append(len(w))
        w -= lr * g + slot

    for shape, lengths in (
        ((1 << 17,), [1 << 17]),
        (((1 << 17) + 1,), [1 << 15] * 4 + [1]),
        ((300, 500), [65] * 4 + [40]),
        ((3, 50_000), [1, 1, 1]),
    ):
        w, ones = np.zeros(shape, "f"), np.ones(shape, "f")
        around.in_pieces(update, w, ones, 0.5, ones)
        assert pieces == lengths and (w == -1.5).all()
        pieces.clear()


def test_an_update_of_your_own_sees_the_whole_array():
    seen = set()

    class Noting(Adam):
        def update(self, w, g, lr, m, v):
            seen.add(w.shape)
            super().update(w, g, lr, m, v)

    class Own(Optimizer):
        elementwise = True

        def update(self, w, g, lr):
            seen.add(w.shape)
            w -= lr * g

    for cls in (Noting, Own):
        steps(cls())
        assert seen == {LARGE, (7,)}
        seen.clear()


def test_a_copy_moves_by_itself():
    optimizer = Adam(0.1)
    steps(optimizer)
    for other in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        assert is_cut(other) and other.update.args[0].__self__ is other
