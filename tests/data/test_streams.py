"""Batches from elsewhere, and epochs of so many batches."""

import itertools
import warnings

import numpy as np
import pytest

from minidl.data import Portions, PyDataset, Stream, streams


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
    assert list(Stream([]).forever()) == []


def test_an_epoch_that_seems_endless_is_asked_for_its_end_once(monkeypatch):
    assert streams._MANY == 1000
    monkeypatch.setattr(streams, "_MANY", 3)
    for count, warned in ((3, 0), (4, 1), (6, 1)):
        source = itertools.islice(numbered(), count)
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            assert len(list(Stream(source))) == count
        assert len(said) == warned
        assert all("3 batches have come, and the data have not" in str(w.message) for w in said)
    listed = list(itertools.islice(numbered(), 6))
    assert len(list(Stream(listed))) == 6, "a list has an end"
    counted = Portions(Stream(numbered()), 6)
    assert len(list(counted)) == 6, "who counts knows it"


class Three(PyDataset):
    """Batches 0, 1, 2, and what was called."""

    def __init__(self):
        super().__init__()
        self.called = []

    def __len__(self):
        return 3

    def __getitem__(self, index):
        self.called.append(index)
        return np.full((2, 1), index, "f"), np.full(2, index)

    def on_epoch_begin(self):
        self.called.append("begin")

    def on_epoch_end(self):
        self.called.append("end")


def test_batches_by_their_number():
    source = Three()
    stream = Stream(source)
    assert stream.steps == 3 and stream.first()[1].tolist() == [0, 0]
    assert [int(y[0]) for _, y in stream] == [0, 1, 2]
    assert source.called == [0, "begin", 0, 1, 2, "end"]
    found = [int(y[0]) for _, y in Stream(source, np.random.default_rng(1))]
    assert found == np.random.default_rng(1).permutation(3).tolist()
    assert [len(x) for x, _ in itertools.islice(stream.forever(), 7)] == [2] * 7


def test_what_a_batch_is_made_of():
    weighed = Stream([([[1.0], [2.0]], [0, 1])], class_weight={0: 3.0})
    ((x, y, weight),) = list(weighed)
    assert weight.tolist() == [3, 1] and x.dtype == np.float32
    given = Stream([(np.ones((2, 1)), np.zeros(2), np.full(2, 5.0))], class_weight={0: 3.0})
    assert next(iter(given))[2].tolist() == [5, 5]
    with pytest.raises(ValueError, match="received one without x"):
        list(Stream([(None, np.ones(2))]))
    with pytest.raises(ValueError, match="x has 2 samples, y has 3 samples"):
        list(Stream([(np.ones((2, 1)), np.ones(3))]))
    with pytest.raises(ValueError, match="received 4 parts"):
        list(Stream([(1, 2, 3, 4)]))
    with pytest.raises(TypeError, match="^x: .*return_inverse"):
        list(Stream([(["a"], [1])]))
    ((texts, _),) = list(Stream([(["a"], [1])], texts=True))
    assert texts.tolist() == ["a"]
