"""minidl.data and minidl.utils: mini-batches, the validation split, class weights, one-hot,
normalising.
"""

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import Sequential, Tensor, layers, set_random_seed, utils
from minidl.data import (
    Batches,
    check_same_length,
    class_weights,
    samples,
    split_tail,
    unpack_x_y_sample_weight,
)
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


def model_that_notes(seen):
    class Notes(Sequential):
        def train_step(self, data):
            seen.append(np.asarray(data[0])[:, 0].astype(int).tolist())
            return super().train_step(data)

    model = Notes([layers.Dense(1, kernel_initializer="zeros", input_shape=(1,))])
    model.compile("sgd", "mse")
    return model


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


# --- what comes in


def test_samples_from_lists_tensors_and_arrays():
    x = np.ones((3, 2), np.uint8)
    assert samples(x, "x") is x  # not copied
    assert samples([[1, 2], [3, 4]], "x").dtype == np.float32  # inputs are real numbers
    assert samples([1, 2], "y").dtype.kind == "i"  # labels stay whole
    assert samples([0.5, 2], "y").dtype == np.float32
    np.testing.assert_array_equal(samples(Tensor([[1.0, 2.0]]), "x"), [[1, 2]])
    assert samples(range(3), "y").tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (
            5,
            ValueError,
            "x is a single number; expected an array whose first axis counts the samples",
        ),
        (np.float32(5), ValueError, "x is a single number"),
        ([[1, 2], [3]], ValueError, r"x: The rows of the list have different lengths \(1 and 2\)"),
        (["cat", "dog"], TypeError, r"x: .*return_inverse=True"),
        (None, TypeError, "x: "),
    ],
)
def test_samples_that_are_none(value, error, said):
    with pytest.raises(error, match=said) as caught:
        samples(value, "x")
    assert len(str(caught.value)) < 300


def test_counts_must_agree():
    x, y = np.zeros((70, 2)), np.zeros(60)
    assert check_same_length(x=x, y=None, sample_weight=np.zeros(70)) == 70
    with pytest.raises(
        ValueError, match="The number of samples differs: x has 70 samples, y has 60 samples"
    ):
        check_same_length(x=x, y=y, sample_weight=None)
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="x has 70 samples, y has 60 samples"):
            call(x, y, verbose=0)


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


# --- the validation split
# ---


@given(st.integers(2, 500), st.floats(0.001, 0.999))
@settings(max_examples=200, deadline=None)
def test_the_tail_is_held_back(n, fraction):
    cut = math.floor(n * (1 - fraction))
    x, y = np.arange(n), np.arange(n) * 2
    if cut in (0, n):
        with pytest.raises(
            ValueError, match=rf"{n} samples are not enough to split off validation_split="
        ):
            split_tail((x, y, None), fraction)
        return
    (x_train, y_train, w_train), (x_val, y_val, w_val) = split_tail((x, y, None), fraction)
    np.testing.assert_array_equal(x_train, x[:cut])
    np.testing.assert_array_equal(x_val, x[cut:])
    np.testing.assert_array_equal(y_train, y[:cut])
    np.testing.assert_array_equal(y_val, y[cut:])
    assert w_train is w_val is None


@pytest.mark.parametrize(
    ("n", "fraction", "trained_on"),
    [(10, 0.2, 8), (10, 0.25, 7), (60000, 0.1, 54000), (7, 0.5, 3), (10, 0.3, 7), (3, 0.01, 2)],
)
def test_sizes_of_the_parts(n, fraction, trained_on):
    train, held_back = split_tail((np.zeros(n), np.zeros(n), np.zeros(n)), fraction)
    assert [len(a) for a in (*train, *held_back)] == [trained_on] * 3 + [n - trained_on] * 3


@pytest.mark.parametrize("fraction", [-0.1, 1, 1.0, 1.5, float("nan"), "0.2", True])
def test_fractions_that_cannot_be(fraction):
    with pytest.raises(
        ValueError, match="validation_split must be a fraction between 0 and 1; received"
    ):
        split_tail((np.zeros(10), None, None), fraction)


def test_fit_holds_back_the_tail_before_shuffling():
    noted = []
    model = model_that_notes(noted)
    history = model.fit(
        np.arange(10.0)[:, None], np.arange(10.0), validation_split=0.3, batch_size=2, verbose=0
    ).history
    assert sorted(sum(noted, [])) == list(range(7))
    assert history["val_loss"][0] == pytest.approx(
        model.evaluate(np.arange(7.0, 10)[:, None], np.arange(7.0, 10), verbose=0)
    )


# --- class weights


@pytest.mark.parametrize(
    "y",
    [
        np.array([0, 1, 2, 1]),
        np.array([[0], [1], [2], [1]]),
        np.eye(3)[[0, 1, 2, 1]],
        np.array([0.0, 1.0, 2.0, 1.0]),
    ],
    ids=str,
)
def test_class_weights(y):
    np.testing.assert_array_equal(class_weights(y, {0: 0.5, 1: 2, 2: 4.0}), [0.5, 2, 4, 2])
    # classes not named weigh 1
    np.testing.assert_array_equal(class_weights(y, {1: 2}), [1, 2, 1, 2])
    np.testing.assert_array_equal(class_weights(y, {0: 0.5, 1: 2, 2: 4.0, 7: 9.0}), [0.5, 2, 4, 2])
    np.testing.assert_array_equal(class_weights(y, {np.int64(0): np.float32(3)}), [3, 1, 1, 1])


def test_class_weights_count_from_0():
    with pytest.raises(ValueError, match="class_weight needs classes counted from 0"):
        class_weights(np.array([-1, 1]), {-1: 2.0, 1: 1.0})
    with pytest.raises(ValueError, match="class_weight needs classes counted from 0"):
        class_weights(np.array([0, 1]), {-1: 2.0, 1: 1.0})


@pytest.mark.parametrize(
    "given",
    [[1.0, 2.0], np.array([1.0, 2.0]), "balanced", {0: 1.0, 1: "x"}, {0: -1.0, 1: 1.0}],
    ids=str,
)
def test_class_weights_that_are_no_dict_of_numbers(given):
    """A list may be understood as weights in the order of the classes; whatever is refused is
    named.
    """
    model = Sequential([layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    if isinstance(given, (list, np.ndarray)):
        try:
            np.testing.assert_array_equal(class_weights(np.array([0, 1, 1]), given), [1, 2, 2])
            return
        except (TypeError, ValueError) as error:
            assert "class_weight" in str(error) and "dict" in str(error)
    with pytest.raises((TypeError, ValueError), match="class_weight"):
        model.fit(np.ones((4, 2)), np.array([0, 1, 0, 1]), class_weight=given, verbose=0)


def test_class_weights_are_sample_weights():
    x, y = np.random.default_rng(0).normal(size=(8, 2)), np.array([0, 1, 2, 0, 1, 2, 0, 0])
    trained = []
    for options in (
        {"class_weight": {0: 1.0, 1: 2.0, 2: 0.5}},
        {"sample_weight": np.array([1.0, 2.0, 0.5])[y]},
        {},
    ):
        set_random_seed(1)
        model = Sequential([layers.Dense(3, activation="softmax", input_shape=(2,))])
        model.compile("sgd", "sparse_categorical_crossentropy")
        model.fit(x, y, verbose=0, **options)
        trained.append(model.get_weights()[0])
    np.testing.assert_array_equal(trained[0], trained[1])
    assert (trained[0] != trained[2]).any()
    with pytest.raises(ValueError, match="Give class_weight or sample_weight, not both"):
        model.fit(x, y, class_weight={0: 1.0}, sample_weight=np.ones(8), verbose=0)
    with pytest.raises(ValueError, match="class_weight needs targets"):
        model.fit(x, class_weight={0: 1.0}, verbose=0)


# --- to_categorical
# ---


def test_one_hot():
    np.testing.assert_array_equal(utils.to_categorical([0, 2]), [[1, 0, 0], [0, 0, 1]])
    np.testing.assert_array_equal(utils.to_categorical([0, 2], 4), [[1, 0, 0, 0], [0, 0, 1, 0]])
    np.testing.assert_array_equal(utils.to_categorical([[1], [0]], num_classes=2), [[0, 1], [1, 0]])
    np.testing.assert_array_equal(
        utils.to_categorical([[1, 0], [0, 1]]), [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]
    )
    np.testing.assert_array_equal(utils.to_categorical(1, 3), [0, 1, 0])
    assert utils.to_categorical(np.array([], int), 3).shape == (0, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, np.float32, bool])
def test_one_hot_of_any_number_type(dtype):
    hot = utils.to_categorical(np.array([0, 1, 1], dtype))
    assert hot.dtype == np.float64
    np.testing.assert_array_equal(hot, [[1, 0], [0, 1], [0, 1]])
    np.testing.assert_array_equal(utils.to_categorical(Tensor(np.array([0, 1, 1], dtype))), hot)


@pytest.mark.parametrize(
    ("labels", "classes", "said"),
    [
        ([0, -1], None, r"indices run -1..0; valid are 0..0"),
        ([0, 3], 3, r"indices run 0..3; valid are 0..2"),
        ([0.5, 1], None, "whole numbers; received fractions"),
        ([0, float("nan")], None, "whole numbers"),
    ],
)
def test_one_hot_of_what_is_no_class(labels, classes, said):
    with pytest.raises(ValueError, match=said):
        utils.to_categorical(labels, classes)


def test_one_hot_of_text_names_the_cure():
    with pytest.raises(TypeError, match="return_inverse=True"):
        utils.to_categorical(["cat", "dog"])


def test_one_hot_of_a_large_vocabulary_takes_only_its_rows():
    tracemalloc.start()
    try:
        hot = utils.to_categorical([0, 19_999])
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert hot.shape == (2, 20_000) and hot.sum() == 2
    assert peak < 4 * hot.nbytes


# --- normalize


def test_normalize():
    np.testing.assert_allclose(
        utils.normalize([[3.0, 4.0], [0.0, 0.0]]), [[0.6, 0.8], [0, 0]], rtol=1e-6
    )
    np.testing.assert_allclose(
        utils.normalize(np.array([[3.0, 0.0], [4.0, 2.0]]), axis=0), [[0.6, 0], [0.8, 1]]
    )
    np.testing.assert_allclose(utils.normalize(np.array([[1.0, -3.0]]), order=1), [[0.25, -0.75]])
    # whole numbers too
    np.testing.assert_allclose(utils.normalize(np.array([[3, 4]])), [[0.6, 0.8]])
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    for axis in (0, 1, 2, -1):
        np.testing.assert_allclose(
            np.linalg.norm(utils.normalize(x, axis), axis=axis), 1, rtol=1e-12
        )


def test_utils_has_what_keras_tutorials_import():
    assert utils.set_random_seed is set_random_seed
    assert set(utils.__all__) >= {"normalize", "set_random_seed", "to_categorical"}
