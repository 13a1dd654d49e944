"""The library's own randomness: seeds, generators, draws."""

import json
import os
import random as pythons_random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Tensor, initializers, layers, random, set_random_seed
from minidl.random import SeedGenerator, generator

# --- randomness


def draws():
    """A little of everything that uses chance."""
    dense = layers.Dense(4)
    dense(np.ones((1, 3)))
    dropout = layers.Dropout(0.5)(np.ones((10, 10)), training=True).numpy()
    return [dense.kernel.numpy(), dropout, generator().random(3), initializers.HeNormal()((2, 2))]


def test_the_same_seed_gives_the_same_numbers():
    set_random_seed(123)
    first = draws()
    second = draws()
    set_random_seed(123)
    again = draws()
    for a, b in zip(first, again):
        np.testing.assert_array_equal(a, b)
    assert not any(np.array_equal(a, b) for a, b in zip(first, second))
    set_random_seed(124)
    assert not any(np.array_equal(a, b) for a, b in zip(first, draws()))


def test_a_whole_training_is_repeatable_bit_for_bit():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(100, 5)), rng.normal(size=(100, 1))

    def train():
        set_random_seed(7)
        model = minidl.Sequential(
            [layers.Dense(8, activation="relu"), layers.Dropout(0.3), layers.Dense(1)]
        )
        model.compile("adam", "mse")
        history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
        return history.history["loss"], model.get_weights()

    (loss, weights), (again, same) = train(), train()
    assert loss == again
    for a, b in zip(weights, same):
        np.testing.assert_array_equal(a, b)


def test_a_run_in_another_process_gives_the_same_numbers():
    code = """
import numpy as np, minidl
minidl.set_random_seed(5)
print(minidl.initializers.GlorotUniform()((2, 3)).tobytes().hex(), minidl.random.generator().integers(2**31))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(minidl.__file__).parents[1])}
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**environment, "PYTHONHASHSEED": h},
            capture_output=True,
            text=True,
            timeout=60,
        )
        for h in "12"
    ]
    assert runs[0].stdout == runs[1].stdout != "", runs[0].stderr
    set_random_seed(5)
    assert runs[0].stdout.split() == [
        initializers.GlorotUniform()((2, 3)).tobytes().hex(),
        str(generator().integers(2**31)),
    ]


def test_the_users_own_random_numbers_are_left_alone():
    np.random.seed(1)
    pythons_random.seed(1)
    theirs, pythons = np.random.get_state()[1].copy(), pythons_random.getstate()
    set_random_seed(99)
    draws()
    assert np.array_equal(np.random.get_state()[1], theirs) and pythons_random.getstate() == pythons
    set_random_seed(99)
    a = generator().random(3)
    np.random.seed(2)
    set_random_seed(99)
    np.testing.assert_array_equal(a, generator().random(3))


def test_children_are_independent():
    set_random_seed(0)
    children = [generator().random(1000) for _ in range(20)]
    correlations = np.corrcoef(children) - np.eye(20)
    assert np.abs(correlations).max() < 0.15


def test_how_much_one_child_draws_does_not_move_the_others():
    set_random_seed(3)
    generator().random(5)
    a = generator().random(3)
    set_random_seed(3)
    generator().random(50_000)
    np.testing.assert_array_equal(a, generator().random(3))


def test_a_generator_from_a_seed_or_a_generator():
    np.testing.assert_array_equal(generator(5).random(3), generator(5).random(3))
    g = np.random.default_rng(1)
    assert generator(g) is g
    set_random_seed(3)
    before = generator().random()
    set_random_seed(3)
    generator(5)  # one with a seed of its own takes nothing from the library's
    assert generator().random() == before


def test_without_a_seed_numbers_differ():
    assert generator().random() != generator().random()


@pytest.mark.parametrize("seed", [0, 1, 2**32, 2**64, np.int64(5), np.uint8(3)])
def test_good_seeds(seed):
    set_random_seed(seed)
    a = generator().random()
    set_random_seed(int(seed))
    assert a == generator().random()


@pytest.mark.parametrize(
    "seed", [-1, 1.0, 2.5, "1", None, True, False, np.float64(1), [1], np.array([1]), 1j]
)
def test_bad_seeds(seed):
    set_random_seed(11)
    before = generator().random()
    set_random_seed(11)
    with pytest.raises(ValueError) as error:
        set_random_seed(seed)
    assert "whole number >= 0" in str(error.value) and repr(seed) in str(error.value)
    assert generator().random() == before  # a refused seed changes nothing


def test_the_front_door_has_it():
    assert minidl.set_random_seed is minidl.random.set_random_seed


# --- drawing under the names of keras.random
# ---------------------------------------------------------------------------------

N = 40_000
# name: (a call with seed=, mean, standard deviation, smallest and largest possible)
DRAWS = {
    "normal": (lambda **k: random.normal((N,), 2.0, 3.0, **k), 2, 3, -np.inf, np.inf),
    "truncated_normal": (
        lambda **k: random.truncated_normal((N,), 1.0, 2.0, **k),
        1,
        2 * 0.87962566,
        -3,
        5,
    ),
    "uniform": (lambda **k: random.uniform((N,), -1.0, 2.0, **k), 0.5, 3 / 12**0.5, -1, 2),
    "randint": (lambda **k: random.randint((N,), -2, 3, **k), 0, 2**0.5, -2, 2),
    "gamma": (lambda **k: random.gamma((N,), 4.0, **k), 4, 2, 0, np.inf),
    "beta": (lambda **k: random.beta((N,), 2.0, 2.0, **k), 0.5, 0.05**0.5, 0, 1),
    "binomial": (lambda **k: random.binomial((N,), 10, 0.3, **k), 3, 2.1**0.5, 0, 10),
}
each_draw = pytest.mark.parametrize("name", DRAWS)


@each_draw
def test_what_is_drawn(name):
    draw, mean, deviation, low, high = DRAWS[name]
    x = draw(seed=1)
    assert isinstance(x, Tensor) and x.shape == (N,) and not x.requires_grad
    assert x.dtype == ("int32" if name == "randint" else "float32")
    assert low <= x.data.min() and x.data.max() <= high
    assert (
        abs(x.data.mean() - mean) < 5 * deviation / N**0.5
        and abs(x.data.std() / deviation - 1) < 0.03
    )
    if name == "randint":
        assert set(np.unique(x.data)) == {-2, -1, 0, 1, 2}
        assert draw(seed=1, dtype="int64").dtype == np.int64
    else:
        assert draw(seed=1, dtype="float64").dtype == np.float64


def test_what_is_drawn_by_default():
    """Numbers around 0 with deviation 1, and numbers from 0 to 1."""
    for x, limit in ((random.normal((N,), seed=0), 6), (random.truncated_normal((N,), seed=0), 2)):
        assert abs(x.data.mean()) < 0.03 and 1.8 < np.abs(x.data).max() <= limit
    assert random.normal((N,), seed=0).data.std() == pytest.approx(1, abs=0.03)
    x = random.uniform((N,), seed=0).data
    assert 0 <= x.min() < 0.001 and 0.999 < x.max() < 1


def test_the_generators_are_children_of_the_seed_one_after_the_other():
    set_random_seed(3)
    first, second = generator().random(), generator().random()
    assert random.library_state() == (3, 2)
    for state, expected in (((3, 1), second), ((3, 0), first)):
        random.set_library_state(state)
        assert generator().random() == expected
    children = np.random.SeedSequence(3).spawn(2)
    assert [np.random.default_rng(c).random() for c in children] == [first, second]


@each_draw
def test_three_kinds_of_seed(name):
    draw = DRAWS[name][0]

    def same(a, b):
        return np.array_equal(a.data, b.data)

    assert same(draw(seed=5), draw(seed=5)) and not same(draw(seed=5), draw(seed=6))
    one, two = SeedGenerator(5), SeedGenerator(5)
    first, second = draw(seed=one), draw(seed=one)
    assert not same(first, second)  # it moved on
    assert same(first, draw(seed=two)) and same(second, draw(seed=two))
    set_random_seed(8)
    a, b = draw(), draw()
    set_random_seed(8)
    assert same(a, draw()) and same(b, draw()) and not same(a, b)


def test_parameters_may_be_arrays():
    assert random.normal((3, 2), mean=[0.0, 100.0], stddev=0.1).data.mean(
        axis=0
    ).round().tolist() == [0, 100]
    assert random.uniform((2, 2), [0.0, 5.0], Tensor([1.0, 6.0])).data[:, 1].min() >= 5
    assert random.uniform((1000,), 0, 7, dtype="int32", seed=0).data.max() == 6
    x = random.uniform((N,), 0.0, 7.0, dtype="float64", seed=0)
    assert (x.data % 1 > 0).all() and x.data.max() > 6.99  # no whole numbers
    x = random.uniform((N,), 0.0, 1.0, dtype="float16", seed=0)
    assert x.data.max() < 1  # rounded to so few digits many would be 1


def test_categorical_follows_the_softmax_of_the_logits():
    p = np.array([[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]])
    with np.errstate(divide="ignore"):
        x = random.categorical(np.log(p), 20_000, seed=0)
    assert x.shape == (2, 20_000) and x.dtype == np.int32
    np.testing.assert_allclose([np.bincount(r, minlength=3) / 20_000 for r in x.data], p, atol=0.02)
    assert random.categorical(Tensor(p), 1, dtype="int64").dtype == np.int64


def test_shuffle_moves_whole_slices_and_their_gradients():
    x = Tensor(np.arange(12.0).reshape(4, 3), requires_grad=True)
    y = random.shuffle(x, seed=3)
    assert sorted(y.tolist()) == x.tolist() and y.tolist() != x.tolist()
    (y * np.arange(4)[:, None]).sum().backward()
    np.testing.assert_array_equal(x.grad[:, 0], np.argsort(y.data[:, 0]))
    columns = random.shuffle(x, axis=1, seed=1)
    assert sorted(columns.data.T.tolist()) == x.data.T.tolist()
    assert sorted(random.shuffle([3.0, 1.0, 2.0]).tolist()) == [1, 2, 3]


def test_dropout_keeps_the_mean_and_passes_gradients_where_it_kept():
    x = Tensor(np.ones((200, 100)), requires_grad=True)
    y = random.dropout(x, 0.25, seed=0)
    assert set(np.unique(y.data)) == {0, 1 / 0.75} and abs(y.data.mean() - 1) < 0.02
    y.sum().backward()
    np.testing.assert_array_equal(x.grad, y.data)
    rows = random.dropout(x, 0.5, noise_shape=(None, 1), seed=0).data
    assert (rows == rows[:, :1]).all() and 0 < rows.mean() < 2
    assert not random.dropout(x, 1).data.any() and not random.dropout(x, 1.0, seed=1).data.any()
    assert random.dropout(x, 0.0) is x and random.dropout(np.ones(3, int), 0.5).dtype == np.float32


def test_symbols_are_drawn_for_anew_in_every_run():
    start = Input((50,))
    model = Model(
        start,
        [random.dropout(start, 0.5), random.shuffle(start, axis=1), random.categorical(start, 20)],
    )
    x = np.arange(100.0, dtype=np.float32).reshape(2, 50) / 50
    first, second = model(x), model(x)
    assert [t.shape for t in first] == [(2, 50), (2, 50), (2, 20)]
    for a, b in zip(first, second):
        assert not np.array_equal(a.data, b.data)


def test_a_symbol_takes_nothing_from_a_seed_generator():
    """What is drawn to find a shape is given back."""
    seeds, start = SeedGenerator(3), Input((50,))
    before = seeds.get_state()
    model = Model(start, random.dropout(start, 0.5, seed=seeds))
    assert seeds.get_state() == before
    x = np.ones((2, 50), np.float32)
    expected = random.dropout(x, 0.5, seed=SeedGenerator(3)).data
    np.testing.assert_array_equal(model(x).data, expected)


def test_a_seed_generator_keeps_its_place():
    seeds = SeedGenerator(3, name="mine")
    seeds.next()
    state, following = seeds.get_state(), [seeds.next() for _ in range(3)]
    assert all(type(n) is int and 0 <= n < 2**32 for n in following) and len(set(following)) == 3
    other = SeedGenerator()
    other.set_state(json.loads(json.dumps(state)))  # fit for a file
    assert [other.next() for _ in range(3)] == following
    again = SeedGenerator.from_config(seeds.get_config())
    assert again.name == "mine" and again.next() == SeedGenerator(3).next()
    assert repr(seeds) == "<SeedGenerator 'mine' seed=3>" and generator(seeds) is seeds.generator
    set_random_seed(1)
    a = SeedGenerator().next()
    assert SeedGenerator().next() != a
    set_random_seed(1)
    assert SeedGenerator().next() == a


@pytest.mark.parametrize(
    "call, phrases",
    [
        (lambda: SeedGenerator(-1), ["SeedGenerator expects a whole number >= 0", "-1"]),
        (lambda: SeedGenerator("1"), ["'1'"]),
        (
            lambda: random.normal((2,), dtype="int32"),
            ["normal: dtype is a float type", "'int32'", "randint"],
        ),
        (lambda: random.randint((2,), 3, 3), ["minval must be less than maxval", "3 and 3"]),
        (lambda: random.categorical([1.0, 2.0], 3), ["(rows, classes)", "(2,)"]),
        (lambda: random.dropout(np.ones(3), 1.5), ["from 0 to 1", "1.5"]),
        (lambda: random.dropout(np.ones(3), -0.1), ["-0.1"]),
    ],
)
def test_errors_of_drawing(call, phrases):
    with pytest.raises(ValueError) as error:
        call()
    for phrase in phrases:
        assert phrase in str(error.value)
