"""The toy problems."""

import re

import numpy as np
import pytest

from minidl.datasets import toy

pytestmark = pytest.mark.usefixtures("alone")

# --- toy problems

TOYS = [toy.spirals, toy.moons, toy.noisy_sine, toy.xor]
CLASSIFIED = [(toy.spirals, 3), (toy.moons, 2), (toy.xor, 2)]


@pytest.mark.parametrize("draw", TOYS)
def test_a_toy_has_n_points_in_the_promised_types(draw):
    for n in (1, 7, 100, np.int64(301)):
        x, y = draw(n)
        assert (
            len(x) == len(y) == n and x.dtype == np.float32 and x.ndim == 2 and x.flags.c_contiguous
        )
        assert np.isfinite(x).all() and np.isfinite(y).all()
        if draw is toy.noisy_sine:
            assert x.shape == y.shape == (n, 1) and y.dtype == np.float32
        else:
            assert x.shape == (n, 2) and y.shape == (n,) and y.dtype == np.int64


@pytest.mark.parametrize("draw", TOYS)
def test_a_toy_depends_on_its_seed_only(draw):
    before = np.random.get_state()
    first, again, other = draw(50, seed=3), draw(50, seed=3), draw(50, seed=4)
    after = np.random.get_state()
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))
    for a, b, c in zip(first, again, other, strict=True):
        np.testing.assert_array_equal(a, b)
        assert not np.array_equal(a, c)


@pytest.mark.parametrize(
    ("draw", "defaults"),
    [
        (toy.spirals, {"n": 300, "classes": 3, "noise": 0.2, "seed": 0}),
        *((draw, {"n": 200, "noise": 0.1, "seed": 0}) for draw in TOYS[1:]),
    ],
)
def test_a_toy_without_arguments(draw, defaults):
    for a, b in zip(draw(), draw(**defaults), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(("draw", "classes"), CLASSIFIED)
def test_classes_are_balanced_and_mixed(draw, classes):
    _, y = draw(120)
    assert np.bincount(y).tolist() == [120 // classes] * classes
    # any neighbours, such as a validation split of the last tenth, hold every class
    for seed in range(20):
        _, y = draw(60, seed=seed)
        for start in range(0, 60, 6):
            assert len(np.unique(y[start : start + 6])) == classes
    assert len(np.unique(draw(120)[1][::classes])) == classes  # nor are they in a fixed order


def test_an_uneven_number_of_points_is_shared_out():
    counts = np.bincount(toy.spirals(302, classes=5)[1])
    assert counts.sum() == 302 and counts.max() - counts.min() == 1


def test_without_noise_every_point_is_on_its_curve():
    x, y = toy.spirals(300, classes=4, noise=0)
    r = np.hypot(*x.T)
    angle = np.arctan2(x[:, 1], x[:, 0]) - 4 * r - 2 * np.pi * y / 4
    np.testing.assert_allclose(np.cos(angle), 1, atol=1e-4)
    assert r.max() <= 1

    x, y = toy.moons(300, noise=0)
    centre = np.where(y[:, np.newaxis] == 0, (0, 0), (1, 0.5))
    np.testing.assert_allclose(np.hypot(*(x - centre).T), 1, atol=1e-6)
    assert (x[y == 0, 1] >= 0).all() and (x[y == 1, 1] <= 0.5).all()

    x, y = toy.noisy_sine(300, noise=0)
    np.testing.assert_allclose(y, np.sin(x), atol=1e-6)
    assert np.abs(x).max() <= np.pi and x.min() < -3 and x.max() > 3

    x, y = toy.xor(4, noise=0)
    assert sorted((*point, label) for point, label in zip(x.tolist(), y.tolist(), strict=True)) == [
        (0, 0, 0),
        (0, 1, 1),
        (1, 0, 1),
        (1, 1, 0),
    ]


@pytest.mark.parametrize("draw", [toy.moons, toy.noisy_sine, toy.xor])
def test_noise_is_a_standard_deviation(draw):
    clean, noisy = draw(5000, noise=0), draw(5000, noise=0.25)
    which = 1 if draw is toy.noisy_sine else 0
    assert abs(np.std(noisy[which] - clean[which]) - 0.25) < 0.01


def test_noise_turns_the_points_of_a_spiral():
    clean, noisy = (toy.spirals(5000, noise=noise)[0] @ [1, 1j] for noise in (0, 0.25))
    assert abs(np.std(np.angle(noisy / clean)) - 0.25) < 0.01


@pytest.mark.parametrize("draw", TOYS)
@pytest.mark.parametrize(
    "argument", [{"n": 0}, {"n": -5}, {"n": 2.5}, {"n": "10"}, {"noise": -0.1}, {"noise": np.nan}]
)
def test_a_bad_argument_is_named_with_its_value(draw, argument):
    ((name, value),) = argument.items()
    with pytest.raises(ValueError, match=rf"^{name}.* got {re.escape(repr(value))}$"):
        draw(**argument)


@pytest.mark.parametrize("classes", [0, -1, 1.5])
def test_a_bad_number_of_classes_is_named(classes):
    with pytest.raises(ValueError, match=f"^classes.* got {classes}$"):
        toy.spirals(classes=classes)
