"""Samples, the validation split and class weights."""

import math

import numpy as np
import pytest
from data_cases import model_that_notes
from hypothesis import given, settings
from hypothesis import strategies as st

from minidl import Sequential, Tensor, layers, set_random_seed
from minidl.data import check_same_length, class_weights, samples, split_tail

# --- what comes in


def test_samples_from_lists_tensors_and_arrays():
    x = np.ones((3, 2), np.uint8)
    assert samples(x, "x") is x  # not copied
    assert samples([[1, 2], [3, 4]], "x").dtype == np.float32  # inputs are real numbers
    assert samples([1, 2], "y").dtype.kind == "i"  # labels stay whole
    assert samples([0.5, 2], "y").dtype == np.float32
    np.testing.assert_array_equal(samples(Tensor([[1.0, 2.0]]), "x"), [[1, 2]])
    assert samples(range(3), "y").tolist() == [0, 1, 2]
    alone = samples([np.ones((2, 3))], "y", several=False)
    assert alone.shape == (2, 3), "one array in a list, where a list is not for several outputs"
    assert [a.shape for a in samples([np.ones((2, 3))], "x")] == [(2, 3)]
    both = samples({"a": (x, x), "b": [[1, 2]]}, "x")
    assert type(both["a"]) is tuple and both["a"][0] is x and both["b"].shape == (1, 2)
    numbers = samples([np.float32(1), np.float32(2)], "x")
    assert numbers.tolist() == [1, 2], "a list of numbers is one array"
    pairs = samples([x, x], "y", several=False)
    assert pairs.shape == (2, 3, 2), "a list of several arrays, where it cannot mean several"
    for texts in (["a", "b"], np.array(["a", "b"]), np.array(["a", "b"], object)):
        assert samples(texts, "x", texts=True).tolist() == ["a", "b"]
    with pytest.raises(TypeError, match=r"^x\['a'\]\[1\]: "):
        samples({"a": (x, np.array(["a"]))}, "x")
    with pytest.raises(ValueError, match=r"^x: The rows of the list have different"):
        samples([["a"], ["b", "c"]], "x", texts=True)


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
    with pytest.raises(ValueError, match=r"x\['b'\]\[1\] has 3 samples, y has 2"):
        check_same_length(x={"b": (x[:2], x[:3]), "a": x[:2]}, y=y[:2])
    model = Sequential([layers.Dense(1)])
    model.compile("sgd", "mse")
    for call in (model.fit, model.evaluate):
        with pytest.raises(ValueError, match="x has 70 samples, y has 60 samples"):
            call(x, y, verbose=0)


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


@pytest.mark.parametrize(
    ("y", "weights", "said"),
    [
        ([0, 1], {0: 1}, "needs one output with class labels; for several outputs"),
        (np.array([0, np.nan]), {0: 1}, "a class for every sample; y holds NaN"),
        (np.array([[0.5], [1]]), {0: 1}, "needs class labels, 0, 1, ...; y holds fractions"),
        (np.array([[1, 0], [1, 1]]), {0: 1}, "rows of y hold several ones"),
        (np.array([0, 1]), {0.5: 1}, "received the key 0.5"),
        (np.array([0, 1]), {"cat": 1}, "received the key 'cat'"),
        (np.array([0, 1]), {None: 1}, "received the key None"),
        (np.array([0, 1]), {0: np.inf}, "finite numbers of at least 0; received inf"),
        (np.array([0, 1]), {0: True}, "finite numbers of at least 0; received True"),
        (np.array([0, 1]), {0: -0.5}, "finite numbers of at least 0; received -0.5"),
    ],
)
def test_what_class_weights_cannot_weigh(y, weights, said):
    with pytest.raises(ValueError, match=said) as refused:
        class_weights(y, weights)
    assert "class_weight" in str(refused.value)


def test_class_weights_of_nothing_and_of_keys_in_other_types():
    assert class_weights(np.array([0, 1, 1]), {0: 0, "1": 2, 2.0: 3}).tolist() == [0, 2, 2]
    assert class_weights(np.array([True, False]), {0: 3, True: 2}).tolist() == [2, 3]
    assert class_weights(np.zeros((0,), int), {}).shape == (0,)
    assert class_weights(np.array([[0.2, 0.8], [0.6, 0.4]]), {1: 5}).tolist() == [5, 1]
    steps = np.eye(2)[np.array([[0, 1], [1, 1]])]  # a class for each step of a sequence
    assert class_weights(steps, {1: 5}).tolist() == [[1, 5], [5, 5]]
    assert class_weights(np.array(1)[None], {1: 5}).dtype == np.float32


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
