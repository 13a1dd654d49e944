"""Pictures of digits."""

import numpy as np
import pytest

from minidl import plots

IMAGES = np.random.default_rng(0).random((5, 28, 28))


@pytest.mark.parametrize("images", [IMAGES, IMAGES[..., None], IMAGES.reshape(5, 784)])
def test_digits_from_scores(images, tmp_path):
    scores = np.full((5, 10), 0.05)
    scores[np.arange(5), [1, 2, 3, 4, 5]] = 0.55
    figure = plots.digits(images, scores, [1, 2, 0, 4, 5], path=tmp_path / "digits.png", columns=3)
    titles = [a.get_title() for a in figure.axes]
    assert titles == ["1 (55%)", "2 (55%)", "3 (55%), is 0", "4 (55%)", "5 (55%)", ""]
    colours = {a.title.get_color() for a in figure.axes[:2]}
    assert colours != {figure.axes[2].title.get_color()}, "a mistake has another colour"
    assert figure.axes[0].images[0].get_array().shape == (28, 28)
    assert (tmp_path / "digits.png").exists()


def test_digits_from_labels_names_and_alone():
    assert [a.get_title() for a in plots.digits(IMAGES[:2], [1, 0], names=["cat", "dog"]).axes] == [
        "dog",
        "cat",
    ]
    assert [a.get_title() for a in plots.digits(IMAGES[:2], true=[7, 8]).axes] == ["7", "8"]


@pytest.mark.parametrize(
    "scores, title",
    [
        ([[0.0, 1.0]], "1 (100%)"),
        ([[0.2995, 0.7]], "1 (70%)"),
        ([[-3.0, 2.0]], "1"),
        ([[-1.0, 2.0]], "1"),
        ([[1.0, 0.9]], "0"),
        ([[0], [1]], "0"),
    ],
)
def test_only_probabilities_are_shown_in_percent(scores, title):
    """Numbers from 0 on whose sum is 1, up to a thousandth; one number alone is a label."""
    assert plots.digits(IMAGES[: len(scores)], scores).axes[0].get_title() == title


def test_narrow_pictures_stay_pictures():
    assert plots.digits(np.ones((2, 5, 1))).axes[0].images[0].get_array().shape == (5, 1)


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plots.digits(IMAGES[0]), "one image: image\\[None\\]"),
        (lambda: plots.digits(np.ones((2, 5))), r"\(n, height, width\); received \(2, 5\)"),
        (lambda: plots.digits(IMAGES[:0]), r"received \(0, 28, 28\)"),
        (lambda: plots.digits(IMAGES, [1, 2]), "5 images, but 2 predicted"),
        (lambda: plots.digits(IMAGES, true=[1]), "5 images, but 1 true"),
    ],
)
def test_wrong_shapes(call, words):
    with pytest.raises(ValueError, match=words):
        call()
