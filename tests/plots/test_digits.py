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
    assert (tmp_path / "digits.png").exists()


def test_digits_from_labels_names_and_alone():
    assert [a.get_title() for a in plots.digits(IMAGES[:2], [1, 0], names=["cat", "dog"]).axes] == [
        "dog",
        "cat",
    ]
    assert [a.get_title() for a in plots.digits(IMAGES[:2], true=[7, 8]).axes] == ["7", "8"]
    assert plots.digits(IMAGES[:2], [[-3.0, 2.0], [5.0, 1.0]]).axes[0].get_title() == "1", (
        "logits are no probabilities"
    )


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plots.digits(IMAGES[0]), "one image: image\\[None\\]"),
        (lambda: plots.digits(IMAGES, [1, 2]), "5 images, but 2 predicted"),
        (lambda: plots.digits(IMAGES, true=[1]), "5 images, but 1 true"),
    ],
)
def test_wrong_shapes(call, words):
    with pytest.raises(ValueError, match=words):
        call()
