"""Weights, confusion and regions as pictures."""

import numpy as np
import pytest

from minidl import plots


def test_weights_as_images_on_one_scale():
    kernel = np.arange(12.0).reshape(4, 3) - 5
    figure = plots.weights(kernel, title="W")
    pictures = [axis.images[0] for axis in figure.axes[:3]]
    for k, picture in enumerate(pictures):
        np.testing.assert_array_equal(picture.get_array(), kernel[:, k].reshape(2, 2))
        assert picture.get_clim() == (-6, 6), "white is 0, and all share the scale"
    assert plots.weights(np.ones((6, 2)), shape=(2, 3)).axes[0].images[0].get_array().shape == (
        2,
        3,
    )
    for bad in (np.ones((5, 2)), np.ones(4)[:, None, None]):
        with pytest.raises(ValueError, match="kernel of shape .inputs, units."):
            plots.weights(bad)


def test_a_confusion_matrix():
    true, predicted = [0, 0, 1, 2, 2, 2], [0, 1, 1, 2, 2, 0]
    two = plots.confusion([0, 1, 1], [[0.7, 0.3], [0.2, 0.8], [0.9, 0.1]])
    assert two.axes[0].get_title() == "66.7% of 3 are right"
    for answer in (predicted, np.eye(3)[predicted] * 5 - 1):
        figure = plots.confusion(true, answer, names="abc")
        counts = {t.get_position()[::-1]: int(t.get_text()) for t in figure.axes[0].texts}
        assert counts == {(0, 0): 1, (0, 1): 1, (1, 1): 1, (2, 2): 2, (2, 0): 1}
        assert figure.axes[0].get_title() == "66.7% of 6 are right"
        assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["a", "b", "c"]
    texts = plots.confusion([0] * 5, [0, 0, 1, 1, 1]).axes[0].texts
    assert [t.get_color() for t in texts] == ["black", "white"], "white on more than two fifths"
    with pytest.raises(ValueError, match="2 true labels, but 1 predictions"):
        plots.confusion([1, 2], [1])
    with pytest.raises(ValueError, match="0 true labels, but 0 predictions"):
        plots.confusion([], [])


@pytest.mark.parametrize("true, predicted", [([0, 1], [[0], [3]]), ([[0], [3]], [0, 1])])
def test_classes_that_are_on_one_side_only(true, predicted):
    axis = plots.confusion(true, predicted).axes[0]
    assert [t.get_text() for t in axis.get_yticklabels()] == ["0", "1", "2", "3"]
    assert axis.get_title() == "50.0% of 2 are right"


class Fixed:
    """Gives the same scores for every plane."""

    def __init__(self, scores):
        self.scores = np.array(scores)

    def predict(self, x, verbose, **options):
        assert verbose == 0
        return self.scores


@pytest.mark.parametrize(
    "scores, classes",
    [
        ([[0.0], [0.5], [1.0]], [0, 0, 1]),
        ([[-1.0], [0.0], [0.4]], [0, 0, 1]),
        ([[0.2], [0.6], [1.5]], [1, 1, 1]),
        ([[0.0, 1, 2], [5, 1, 2], [0, 1, -3]], [2, 0, 1]),
    ],
    ids=["probabilities", "logits", "positive logits", "three classes"],
)
def test_the_border_between_two_classes(scores, classes):
    plane = np.zeros((3, 1)), np.zeros((3, 1))
    assert plots.inside.answers(Fixed(scores), *plane).tolist() == [[k] for k in classes]


def test_the_plane_reaches_15_percent_beyond_the_samples():
    a, b = plots.inside.plane_around(np.array([[1.0, 30], [3, 10], [2, 15]]))
    assert a.shape == b.shape == (160, 160)
    assert [a.min(), a.max(), b.min(), b.max()] == pytest.approx([0.7, 3.3, 7, 33])


def test_samples_of_many_classes_are_all_drawn():
    scores, x = np.zeros((160 * 160, 2)), np.random.default_rng(0).normal(size=(23, 2))
    axis = plots.regions(Fixed(scores), x, np.arange(23)).axes[0]
    assert [line.get_xydata().tolist() for line in axis.lines] == [[p] for p in x.tolist()]
    looks = {(line.get_color(), line.get_marker()) for line in axis.lines}
    assert len(looks) == 23, "no two look alike"


def test_regions_show_classes_of_either_side():
    """What no sample has, and what the network never answers."""
    x = np.array([[0.0, 1], [2, 3]])
    for answer, labels in ((3, [0, 1]), (0, [0, 3])):
        scores = np.eye(4)[np.full(160 * 160, answer)]
        axis = plots.regions(Fixed(scores), x, labels).axes[0]
        texts = [text.get_text() for text in axis.get_legend().get_texts()]
        assert texts == [f"class {k}" for k in range(4)]


@pytest.mark.parametrize(
    ("scores", "right"),
    [
        (lambda x: x[:, :1], 1),
        (lambda x: 1 / (1 + np.exp(-x[:, :1])), 1),
        (lambda x: np.column_stack([-x[:, 0], x[:, 0]]), 1),
    ],
    ids=["logit", "probability", "two scores"],
)
def test_regions_of_a_classifier(scores, right):
    class Sign:
        def predict(self, x, **options):
            return scores(x)

    x = np.random.default_rng(0).normal(size=(40, 2))
    figure = plots.regions(Sign(), x, x[:, 0] > 0)
    points = [line.get_xydata() for line in figure.axes[0].lines]
    assert all(points[0][:, 0] <= 0) and all(points[1][:, 0] > 0)
    filled = figure.axes[0].collections[0]
    borders = [path for path in filled.get_paths() if len(path.vertices)]
    edge = [v for path in borders for v in path.vertices if abs(v[0]) < 0.1]
    assert edge, "the border is at x₁ = 0"
    with pytest.raises(ValueError, match=r"points \(n, 2\) and a label for each"):
        plots.regions(Sign(), x[:, :1], x[:, 0] > 0)
