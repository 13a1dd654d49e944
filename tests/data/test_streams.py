"""Batches from elsewhere, and epochs of so many batches."""

import itertools

import numpy as np
import pytest

from minidl.data import Portions, Stream


def numbered():
    """Batches without end: those of x = 0, 1, 2, ..."""
    return ((np.full((2, 1), n, "f"), np.full(2, n)) for n in itertools.count())


def test_the_first_batch_is_looked_at_and_still_comes():
    stream = Stream(numbered())
    assert stream.steps is None and stream.samples_of_first() == np.inf
    assert stream.first()[0].max() == 0 and stream.samples_of_first() == 2
    assert [int(y[0]) for _, y in itertools.islice(stream, 3)] == [0, 1, 2]


def test_portions_go_on_where_the_last_one_stopped():
    portions = Portions(Stream(numbered()), 2)
    assert [[int(y[0]) for _, y in portions] for _ in range(3)] == [[0, 1], [2, 3], [4, 5]]
    again = Portions(Stream([(np.ones((2, 1), "f"), np.ones(2))]), 3)
    assert len(list(again)) == 3  # a list is read again when it ends
    assert len(list(Portions(again.batches, 3, endless=False))) == 1


def test_an_empty_source_says_so():
    with pytest.raises(ValueError, match="The data holds no batches"):
        Stream([]).first()
