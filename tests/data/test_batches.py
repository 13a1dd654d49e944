"""minidl.data and minidl.utils: mini-batches, the validation split, class weights, one-hot,
normalising.
"""

import itertools
import math

import numpy as np
import pytest
from data_cases import model_that_notes
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import Sequential, Tensor, layers, set_random_seed
from minidl.data import (
    Batches,
    as_tensors,
    unpack_x_y_sample_weight,
)
from minidl.data.streams import Stream
from minidl.random import generator

# --- Batches


@given(st.integers(1, 50), st.integers(1, 60), st.booleans(), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_every_sample_comes_once_an_epoch_with_its_target_and_weight(n, size, shuffled, seed):
    x = np.arange(n)[:, None] * np.ones(3)
    data = Batches(
        x, np.arange(n), np.arange(n) / 2, size, np.random.default_rng(seed) if shuffled else None
    )
    assert len(data) == math.ceil(n / size)
    for _ in range(2):
        got = list(data)
        assert [len(b[0]) for b in got] == [size] * (n // size) + [n % size] * (n % size > 0)
        order = np.concatenate([b[1] for b in got])
        assert sorted(order) == list(range(n))
        assert shuffled or list(order) == list(range(n))
        np.testing.assert_array_equal(np.concatenate([b[0] for b in got]), x[order])
        np.testing.assert_array_equal(np.concatenate([b[2] for b in got]), order / 2)


def test_without_targets_or_weights():
    assert [
        (len(x), y, w)
        for x, y, w in map(unpack_x_y_sample_weight, Batches(np.zeros((5, 2)), batch_size=3))
    ] == [
        (3, None, None),
        (2, None, None),
    ]
    assert len(Batches(np.zeros((65, 1)))) == 3  # 32 unless told otherwise


def test_each_epoch_has_an_order_of_its_own():
    data = Batches(np.arange(100), batch_size=100, rng=generator())
    epochs = [next(iter(data)).numpy() for _ in range(4)]
    for a, b in itertools.combinations(epochs, 2):
        assert (a != b).any()
    assert all((e != np.arange(100)).any() for e in epochs)


def test_the_same_seed_gives_the_same_orders():
    def orders():
        set_random_seed(7)
        data = Batches(np.arange(20), batch_size=20, rng=generator())
        return [next(iter(data)).tolist() for _ in range(3)]

    assert orders() == orders()


def test_shuffling_is_fair():
    """Where sample 0 lands, over 2000 epochs of 5: each place about 400 times (the limit is five
    standard deviations).
    """
    data = Batches(np.arange(5), batch_size=5, rng=np.random.default_rng(0))
    places = [int(np.flatnonzero(next(iter(data)) == 0)[0]) for _ in range(2000)]
    assert abs(np.bincount(places, minlength=5) - 400).max() < 5 * math.sqrt(2000 * 0.2 * 0.8)


def test_forever_goes_round():
    data = Batches(np.arange(5), batch_size=2)
    got = [b.tolist() for b in itertools.islice(data.forever(), 7)]
    assert got == [[0, 1], [2, 3], [4], [0, 1], [2, 3], [4], [0, 1]]
    shuffled = itertools.islice(Batches(np.arange(50), batch_size=50, rng=generator()).forever(), 2)
    first, second = (b.numpy() for b in shuffled)
    assert (first != second).any()


def test_shuffling_leaves_the_data_and_numpys_generator_alone():
    x, state = np.arange(10), np.random.get_state()[1].copy()
    for _ in Batches(x, batch_size=3, rng=generator()):
        pass
    np.testing.assert_array_equal(x, np.arange(10))
    np.testing.assert_array_equal(np.random.get_state()[1], state)


def test_fit_shuffles_unless_told_not_to_and_a_seed_repeats_it():
    x, y = np.arange(10.0)[:, None], np.zeros(10)

    def seen(**options):
        noted = []
        model_that_notes(noted).fit(x, y, batch_size=4, epochs=2, verbose=0, **options)
        return noted

    assert seen(shuffle=False) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] * 2
    first = seen(seed=1)
    assert sorted(sum(first[:3], [])) == sorted(sum(first[3:], [])) == list(range(10))
    assert first[:3] != first[3:] and first == seen(seed=1) != seen(seed=2)


def test_steps_per_epoch_go_on_where_the_last_epoch_stopped():
    noted = []
    model_that_notes(noted).fit(
        np.arange(10.0)[:, None],
        np.zeros(10),
        batch_size=4,
        steps_per_epoch=2,
        epochs=3,
        shuffle=False,
        verbose=0,
    )
    assert noted == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9], [0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.parametrize("value", [0, -1, 2.5, 2.0, "32", True, [32], float("nan")])
def test_batch_sizes_that_cannot_be(value):
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    x, y = np.zeros((4, 2)), np.zeros(4)
    for call in (
        lambda: model.fit(x, y, batch_size=value, verbose=0),
        lambda: model.evaluate(x, y, batch_size=value, verbose=0),
        lambda: model.predict(x, batch_size=value, verbose=0),
    ):
        with pytest.raises(
            ValueError, match=r"batch_size must be a whole number of at least 1; received "
        ):
            call()


def test_a_batch_larger_than_the_data_and_numpy_whole_numbers():
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    for size in (100, np.int64(3), np.uint8(2)):
        assert model.predict(np.zeros((4, 2)), batch_size=size, verbose=0).shape == (4, 1)


def test_an_epoch_of_very_many_batches_is_asked_for_its_end():
    """At the 1001st batch, and not before."""

    def stream(count):
        return iter(Stream((np.zeros((1, 1)), np.zeros(1)) for _ in range(count)))

    assert len(list(stream(1000))) == 1000
    with pytest.warns(UserWarning, match="1000 batches have come.*steps_per_epoch"):
        assert len(list(stream(1001))) == 1001


# --- what a batch is made of


def test_batches_of_several_inputs_and_of_texts():
    x, y = {"a": np.arange(5), "b": (np.arange(5) * 2, np.arange(5) * 3)}, np.arange(5)
    nested = Batches(x, y, y / 2, batch_size=3)
    (first, label, weight), (rest, *_) = nested
    assert isinstance(first["a"], Tensor) and first["b"][1].tolist() == [0, 3, 6]
    assert rest["a"].tolist() == [3, 4] and label.tolist() == [0, 1, 2] and weight[2] == 1
    assert nested.steps == 2 and nested.samples_of_first() == 3
    assert Batches(y[:2]).samples_of_first() == 2
    sample, target, none = Batches(x, y).first()
    assert sample["b"][0].tolist() == [0] and target.tolist() == [0] and none is None
    ((texts, _),) = Batches(np.array(["a", "b"]), y[:2])
    assert texts.tolist() == ["a", "b"] and not isinstance(texts, Tensor)
    assert (
        isinstance(as_tensors(y), Tensor)
        and type(as_tensors((y, np.array(["a"])))[1]) is np.ndarray
    )
