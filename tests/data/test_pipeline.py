"""minidl.data.Dataset: elements one after another, anew in each loop, a few in memory at a time."""

import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minidl
from minidl import Tensor, layers, set_random_seed
from minidl.data import AUTOTUNE, INFINITE_CARDINALITY, Dataset


def numbers(n):
    return Dataset.from_tensor_slices(np.arange(n))


def values(data):
    """The elements as Python numbers and lists."""
    return [element.numpy().tolist() for element in data]


# --- elements


def test_rows_of_arrays_tuples_and_dicts():
    x, y = np.arange(6.0).reshape(3, 2), np.array([5, 6, 7])
    first, label = next(iter(Dataset.from_tensor_slices((x, y))))
    assert isinstance(first, Tensor) and first.shape == (2,) and int(label) == 5
    element = list(Dataset.from_tensor_slices({"a": x, "b": y}))[2]
    assert element["a"].numpy().tolist() == [4, 5] and int(element["b"]) == 7
    assert values(Dataset.from_tensor_slices([1, 2])) == [1, 2]
    assert [str(t) for t in Dataset.from_tensor_slices(["one", "two"])] == ["one", "two"]
    assert list(numbers(2).as_numpy_iterator()) == [0, 1]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (5.0, "first axis counts the samples"),
        ((np.zeros(3), np.zeros(4)), r"tensors\[0\] has 3 samples, tensors\[1\] has 4"),
        ((), "or nothing, in it"),
    ],
)
def test_what_has_no_rows(data, expected):
    with pytest.raises(ValueError, match=expected):
        Dataset.from_tensor_slices(data)


# --- batch, take, skip, repeat: the numbers, and the length that was promised


@given(st.integers(0, 20), st.integers(1, 7), st.booleans())
@settings(max_examples=60, deadline=None)
def test_batches(n, size, drop):
    data = numbers(n).batch(size, drop_remainder=drop)
    got = values(data)
    assert len(data) == len(got) and values(data) == got
    assert list(itertools.chain(*got)) == list(range(n - n % size if drop else n))
    assert all(len(b) == size for b in got[: n // size])


@given(st.integers(0, 9), st.integers(-1, 12), st.integers(-1, 12), st.integers(-1, 3))
@settings(max_examples=100, deadline=None)
def test_parts_and_repetitions(n, take, skip, repeat):
    everything = list(range(n))
    taken, skipped = numbers(n).take(take), numbers(n).skip(skip)
    assert values(taken) == (everything if take == -1 else everything[:take])
    assert values(skipped) == ([] if skip == -1 else everything[skip:])
    assert (len(taken), len(skipped)) == (len(values(taken)), len(values(skipped)))
    again = numbers(n).repeat(repeat)
    if repeat != -1:
        assert values(again) == everything * repeat and len(again) == n * repeat


def test_a_dataset_without_an_end():
    endless = numbers(3).repeat()
    assert values(endless.take(7)) == [0, 1, 2, 0, 1, 2, 0] and len(endless.take(7)) == 7
    assert int(endless.skip(1).batch(2).cardinality()) == INFINITE_CARDINALITY
    assert endless and "endless" in repr(endless)
    with pytest.raises(TypeError, match=r"no length.*steps_per_epoch"):
        len(endless)
    assert int(numbers(3).cardinality()) == 3 and values(numbers(0).repeat()) == []


def test_batches_of_tuples_and_of_batches():
    data = Dataset.from_tensor_slices((np.zeros((4, 3)), np.arange(4))).batch(2)
    assert [(x.shape, y.numpy().tolist()) for x, y in data] == [((2, 3), [0, 1]), ((2, 3), [2, 3])]
    assert values(numbers(4).batch(2).batch(2)) == [[[0, 1], [2, 3]]]


def test_elements_of_different_shapes_make_no_batch():
    data = numbers(3).map(lambda i: np.zeros(int(i))).batch(3)
    with pytest.raises(ValueError, match=r"elements of one shape; received \(0,\) and \(2,\)"):
        list(data)


@pytest.mark.parametrize("method", ["batch", "shuffle", "take", "skip", "repeat"])
@pytest.mark.parametrize("value", [-2, 1.5, True, "3"])
def test_counts_are_whole_numbers(method, value):
    with pytest.raises(ValueError, match="is a whole number of at least"):
        getattr(numbers(3), method)(value)


# --- map


def test_map_receives_tensors_and_may_call_layers():
    data = Dataset.from_tensor_slices((np.array([[10, 20]], "uint8"), np.array([1])))
    scaled = data.map(lambda x, y: (layers.Rescaling(0.1)(x), {"label": y, "two": 2, "half": 0.5}))
    x, others = next(iter(scaled))
    np.testing.assert_allclose(x.numpy(), [1, 2], rtol=1e-6)
    assert int(others["label"]) == 1 and int(others["two"]) == 2
    assert others["half"].dtype == np.float32
    weight = minidl.Variable(np.ones(2, "f"))
    # no gradients are recorded: else a list of these would be refused
    both = next(iter(data.map(lambda x, y: [weight * x, weight + x])))
    assert both.numpy().tolist() == [[10, 20], [11, 21]] and not both.requires_grad
    with pytest.raises(TypeError, match="takes a function; received 3"):
        data.map(3)


def test_map_is_lazy_and_runs_in_each_loop():
    calls = []
    data = numbers(5).map(lambda i: calls.append(int(i)) or i)
    assert calls == []
    next(iter(data))
    assert calls == [0]
    list(data.take(2))
    assert calls == [0, 0, 1]


def test_cache_runs_once_what_comes_before_it():
    calls = []
    data = numbers(3).map(lambda i: calls.append(int(i)) or i * 2).cache()
    next(iter(data))  # a loop that was left keeps nothing
    assert values(data) == values(data) == [0, 2, 4]
    assert calls == [0, 0, 1, 2]


def test_prefetch_changes_no_element():
    assert values(numbers(4).prefetch(AUTOTUNE)) == [0, 1, 2, 3]


# --- shuffle


@given(st.integers(0, 30), st.integers(1, 40), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_shuffling_keeps_every_element_and_chooses_within_the_buffer(n, buffer, seed):
    got = values(numbers(n).shuffle(buffer, seed=seed))
    assert sorted(got) == list(range(n))
    assert all(value < place + buffer for place, value in enumerate(got))


def test_shuffling_is_fair():
    """Where element 0 lands, over 2000 loops of 5: each place about 400 times (the limit is five
    standard deviations); with a buffer of 2 half of the loops begin with it.
    """
    data = numbers(5).shuffle(5, seed=0)
    places = np.bincount([values(data).index(0) for _ in range(2000)], minlength=5)
    assert np.abs(places - 400).max() < 5 * np.sqrt(2000 * 0.2 * 0.8)
    narrow = numbers(5).shuffle(2, seed=0)
    first = sum(values(narrow)[0] == 0 for _ in range(1000))
    assert abs(first - 500) < 5 * np.sqrt(1000 / 4)


def test_the_order_of_each_loop():
    data = numbers(50).shuffle(50, seed=3)
    loops = [values(data) for _ in range(3)]
    assert loops[0] != loops[1] != loops[2]
    again = numbers(50).shuffle(50, seed=3)
    next(iter(again))  # a loop that is left early is one loop
    assert [values(again) for _ in range(2)] == loops[1:]
    same = numbers(50).shuffle(50, reshuffle_each_iteration=False)
    assert values(same) == values(same) != list(range(50))
    twice = values(numbers(50).shuffle(50, seed=3).repeat(2))
    assert twice == loops[0] + loops[1]


def test_the_seed_of_the_library_fixes_the_orders():
    def orders():
        set_random_seed(7)
        data = numbers(20).shuffle(20)
        return [values(data) for _ in range(2)]

    assert orders() == orders()


# --- memory, and training


def big(n=1000):
    """n elements of a megabyte each."""
    return numbers(n).map(lambda i: np.zeros(1 << 17) + i)


LONG = {
    "shuffle": lambda: big().shuffle(4).batch(2).take(40),
    "unbatch": lambda: big().batch(2).unbatch().filter(lambda x: x[0] % 2 == 0).take(40),
    "window": lambda: big().window(3, 2).flat_map(lambda w: w.batch(3)).take(40),
    "interleave": lambda: numbers(9).interleave(lambda i: big(), 3, 2).take(80),
    "repeat": lambda: big(10).repeat(8),
    "generator": lambda: Dataset.from_generator(
        lambda: (np.zeros(1 << 17) + i for i in itertools.count())
    ).take(80),
    "zip": lambda: Dataset.zip(big(), big().skip(1)).enumerate().take(40),
    "file": lambda: big(40).cache("kept").repeat(2),
    "padded": lambda: big().padded_batch(3).prefetch(AUTOTUNE).take(30),
}


@pytest.mark.parametrize("name", LONG)
def test_memory_stays_constant(name, tmp_path, monkeypatch):
    """Eighty megabytes and more pass through; a buffer, a window or a batch of some stays."""
    monkeypatch.chdir(tmp_path)
    made = LONG[name]()
    tracemalloc.start()
    for _ in made:
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 << 20


def model():
    set_random_seed(0)
    made = minidl.Sequential([layers.Input((4,)), layers.Dense(3, activation="softmax")])
    made.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return made


def test_training_is_that_of_the_arrays():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 4)).astype("f"), rng.integers(0, 3, 50)
    data = Dataset.from_tensor_slices((x, y)).batch(8)
    ours, theirs = model(), model()
    history = ours.fit(data, epochs=3, validation_data=data, verbose=0).history
    expected = theirs.fit(
        x, y, epochs=3, batch_size=8, shuffle=False, validation_data=(x, y), verbose=0
    ).history
    for name, found in expected.items():
        np.testing.assert_allclose(history[name], found, rtol=1e-6)
    assert ours.evaluate(data, verbose=0) == pytest.approx(theirs.evaluate(x, y, 8, verbose=0))
    np.testing.assert_allclose(ours.predict(data, verbose=0), ours.predict(x, verbose=0), rtol=1e-6)
    inputs = data.map(lambda x, y: x)
    np.testing.assert_array_equal(ours.predict(inputs, verbose=0), ours.predict(data, verbose=0))


def test_training_on_data_without_an_end():
    data = Dataset.from_tensor_slices((np.zeros((6, 4), "f"), np.arange(6) % 3)).batch(4).repeat()
    history = model().fit(data, epochs=2, steps_per_epoch=5, verbose=0).history
    assert len(history["loss"]) == 2


def test_a_second_element_is_enough_to_see_that_it_is_not_single():
    asked = []

    def endless():
        for i in range(9):
            asked.append(i)
            yield i

    several = Dataset.from_generator(endless, output_types="int32")
    with pytest.raises(ValueError, match="this one has more"):
        several.get_single_element()
    assert asked == [0, 1]
    assert int(several.take(1).get_single_element()) == 0


def test_rows_of_batches_are_as_the_elements_before():
    whole = Dataset.from_tensor_slices((np.zeros((4, 2, 3)), np.arange(4)))
    assert repr(whole.batch(2).unbatch().element_spec) == repr(whole.element_spec)
    assert whole.batch(2).unbatch().element_spec[0].shape == (2, 3)


def test_after_a_map_the_axis_of_the_samples_has_any_size_and_others_their_own():
    made = Dataset.range(5).batch(2).map(lambda x: (x, np.ones((3, 2)), np.float32(1)))
    assert [spec.shape for spec in made.element_spec] == [(None,), (3, 2), ()]
