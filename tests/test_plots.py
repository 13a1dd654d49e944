"""Pictures: written where they should be, with the right things in them, without a screen."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from minidl import Input, Sequential, Tensor, Variable, layers, ops, optimizers, plots, surfaces

IMAGES = np.random.default_rng(0).random((5, 28, 28))


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def test_history_of_a_run(tmp_path):
    model = Sequential([Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse", metrics=["mae"])
    x = np.ones((20, 2))
    run = model.fit(x, x[:, :1], epochs=4, verbose=0, validation_split=0.25)
    figure = plots.history(run, path=tmp_path / "deep" / "history.png", title="A run")
    assert (tmp_path / "deep" / "history.png").read_bytes().startswith(b"\x89PNG")
    assert [a.get_ylabel() for a in figure.axes] == [
        "loss",
        "mae",
    ] and figure.get_suptitle() == "A run"
    training, validation = figure.axes[0].lines
    assert list(training.get_ydata()) == run.history["loss"] and list(training.get_xdata()) == [
        1,
        2,
        3,
        4,
    ]
    assert (
        list(validation.get_ydata()) == run.history["val_loss"]
        and validation.get_linestyle() == "--"
    )


def test_rarer_validation_stands_at_its_epochs():
    figure = plots.history({"loss": [4, 3, 2, 1], "val_loss": [3.5, 1.5]})
    assert list(figure.axes[0].lines[1].get_xdata()) == [2, 4]


def test_on_a_screen_figures_stay_open_for_show_but_do_not_pile_up(monkeypatch, tmp_path):
    shown = []
    monkeypatch.setattr(plots.base, "_on_a_screen", lambda: True)
    monkeypatch.setattr(plt, "show", lambda: shown.append(plt.get_fignums()))
    for i in range(18):
        plots.history({"loss": [2, 1]}, path=tmp_path / f"{i}.png")
    plots.show()
    assert len(shown) == 1 and len(shown[0]) == 15 and len(list(tmp_path.iterdir())) == 18
    plots.history({"loss": [2, 1]})
    assert len(shown) == 2, "without a path it is shown at once"


def test_without_a_screen_nothing_stays_open(monkeypatch, tmp_path):
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("there is no screen"))
    plots.history({"loss": [2, 1]}, path=tmp_path / "a.png")
    plots.show()
    assert plt.get_fignums() == []


def test_history_without_records():
    with pytest.raises(ValueError, match="call fit first"):
        plots.history({})


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


# --- surfaces and the ways over them
# ---------------------------------------------------------------------------------

RUNS = [
    surfaces.descend(surfaces.bowl, optimizer, steps=12)
    for optimizer in (optimizers.SGD(0.9), optimizers.Adam(0.5))
]
CURVE = surfaces.descend(surfaces.two_valleys, optimizers.SGD(0.05), steps=12)


def labels(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_a_contour_map_with_arrows_start_and_minimum(tmp_path):
    figure = plots.contour(
        surfaces.bowl, RUNS, path=tmp_path / "deep" / "map.png", title="Two ways down"
    )
    axis = figure.axes[0]
    assert (tmp_path / "deep" / "map.png").read_bytes().startswith(b"\x89PNG")
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_title()) == ("x", "y", "Two ways down")
    assert labels(figure) == ["SGD", "Adam", "start", "minimum"]
    drawn = {line.get_label(): line for line in axis.lines}
    np.testing.assert_allclose(drawn["SGD"].get_xydata(), RUNS[0].points)
    assert drawn["start"].get_xydata().tolist() == [[-7, 4]] and drawn[
        "minimum"
    ].get_xydata().tolist() == [[0, 0]]
    assert (
        drawn["SGD"].get_color() != drawn["Adam"].get_color()
        and drawn["SGD"].get_marker() != drawn["Adam"].get_marker()
    )
    (arrows,) = [c for c in axis.collections if isinstance(c, matplotlib.quiver.Quiver)]
    at, along = arrows.get_offsets(), np.stack([arrows.U, arrows.V], axis=1)
    downhill = -np.stack([at[:, 0] / 10, 2 * at[:, 1]], axis=1)
    length = np.maximum(np.linalg.norm(downhill, axis=1, keepdims=True), 1e-12)
    np.testing.assert_allclose(along, downhill / length, atol=1e-9)
    bare = plots.contour(surfaces.bowl, arrows=False)
    assert not any(
        isinstance(c, matplotlib.quiver.Quiver) for c in bare.axes[0].collections
    ) and labels(bare) == ["start", "minimum"]


def test_a_curve_is_drawn_as_one():
    figure = plots.contour(surfaces.two_valleys, CURVE)
    assert figure.axes[0].get_ylabel() == "f"
    np.testing.assert_allclose(
        figure.axes[0].lines[1].get_xydata(), np.column_stack([CURVE.points, CURVE.values])
    )


def test_trajectories_side_by_side():
    figure = plots.trajectories(
        [*RUNS, CURVE, surfaces.descend(surfaces.bowl, optimizers.SGD(9.0))], columns=3
    )
    titles = [axis.get_title() for axis in figure.axes]
    assert (
        titles[0].startswith("SGD\nafter 12 steps")
        and titles[3] == "SGD\nflew off"
        and titles[4:] == ["", ""]
    )
    assert [axis.get_xlabel() for axis in figure.axes[:4]] == ["", "x", "x", "x"], (
        "only the lowest of a column has its label"
    )


def test_a_dict_names_them_and_leaves_them_as_they_were():
    figure = plots.contour(surfaces.bowl, {"quick": RUNS[0], "careful": RUNS[1]})
    assert labels(figure)[:2] == ["quick", "careful"] and [r.label for r in RUNS] == ["SGD", "Adam"]


def test_the_landscape_in_three_dimensions():
    figure = plots.landscape(surfaces.bowl, RUNS)
    axis = figure.axes[0]
    assert (axis.get_xlabel(), axis.get_ylabel(), axis.get_zlabel()) == ("x", "y", "f")
    np.testing.assert_allclose(
        np.stack(axis.lines[0].get_data_3d(), axis=1),
        np.column_stack([RUNS[0].points, RUNS[0].values]),
    )
    with pytest.raises(ValueError, match="has one coordinate, so it is a curve: use plots.contour"):
        plots.landscape(surfaces.two_valleys)


def test_heights_by_step():
    figure = plots.descent(RUNS)
    axis = figure.axes[0]
    np.testing.assert_allclose(axis.lines[1].get_ydata(), RUNS[1].values)
    assert axis.get_yscale() == "log" and (axis.get_xlabel(), axis.get_ylabel()) == ("step", "f")
    above = plots.descent(CURVE).axes[0]
    np.testing.assert_allclose(above.lines[0].get_ydata(), CURVE.values + 2.625)
    assert above.get_ylabel() == "f + 2.62"
    assert plots.descent(CURVE, log=False).axes[0].get_yscale() == "linear"


def test_slots_by_step():
    figure = plots.slots(RUNS[1])
    assert [axis.get_title() for axis in figure.axes] == ["m", "v", "effective rate"]
    np.testing.assert_allclose(
        figure.axes[1].lines[1].get_xydata(), np.column_stack([range(13), RUNS[1].slots["v"][:, 1]])
    )
    np.testing.assert_allclose(
        figure.axes[2].lines[0].get_xydata(),
        np.column_stack([range(1, 13), RUNS[1].effective_rates[:, 0]]),
    )
    assert labels(figure) == ["x", "y"] and figure.axes[2].get_yscale() == "log"


def test_an_animation(tmp_path):
    from PIL import Image

    for runs in (RUNS, CURVE):
        with Image.open(plots.animate(runs, tmp_path / "new" / "race.gif", frames=5)) as picture:
            assert picture.format == "GIF" and picture.n_frames >= 5
            picture.seek(0)
            first = np.asarray(picture.convert("L"), dtype=int)
            picture.seek(picture.n_frames - 1)
            assert (abs(np.asarray(picture.convert("L"), dtype=int) - first) > 30).sum() > 50, (
                "something moved"
            )
    with pytest.raises(ValueError, match="on several"):
        plots.animate([RUNS[0], CURVE], tmp_path / "no.gif")


@pytest.mark.parametrize(
    "draw", [plots.trajectories, plots.descent, lambda t: plots.animate(t, "no.gif")]
)
def test_nothing_to_draw(draw):
    with pytest.raises(ValueError, match="needs at least one trajectory"):
        draw([])


def test_several_runs_in_one_picture(tmp_path):
    histories = {f"run {i}": {"loss": [3.0 - i, 2.0], "val_loss": [3.0, 2.5]} for i in range(3)}
    figure = plots.runs(histories, ("loss", "val_loss"), path=tmp_path / "runs.png", title="All")
    assert [a.get_ylabel() for a in figure.axes] == [
        "loss",
        "val loss",
    ] and figure.get_suptitle() == "All"
    assert [t.get_text() for t in figure.axes[1].get_legend().get_texts()] == list(histories)
    assert (
        list(figure.axes[0].lines[2].get_ydata()) == [1.0, 2.0] and (tmp_path / "runs.png").exists()
    )
    with pytest.raises(
        ValueError, match="No history has 'val_accuracy'; there are: loss, val_loss"
    ):
        plots.runs(histories)


# --- graphs, and the inside of networks
# ------------------------------------------------------------------------------


def texts(figure):
    return [t.get_text() for t in figure.axes[0].texts if t.get_text()]


def test_the_graph_behind_a_loss(tmp_path):
    x, w = Tensor(np.ones((4, 3))), Variable(np.ones((3, 2)), name="kernel")
    loss = ops.mean(ops.tanh(x @ w))
    figure = plots.graph(loss, path=tmp_path / "graph.png", names={"images": x}, title="A tape")
    assert sorted(texts(figure)) == [
        "images\n(4, 3)",
        "kernel\n(3, 2)",
        "matmul\n(4, 2)",
        "mean\n0.9951",
        "tanh\n(4, 2)",
    ]
    places = {
        t.get_text().split("\n")[0]: t.get_position() for t in figure.axes[0].texts if t.get_text()
    }
    assert (
        places["kernel"][0]
        == places["images"][0]
        < places["matmul"][0]
        < places["tanh"][0]
        < places["mean"][0]
    )
    assert len(set(places.values())) == 5, "no two in one place"
    assert sum(t.arrow_patch is not None for t in figure.axes[0].texts if not t.get_text()) == 4
    assert loss.requires_grad and (loss.backward() or w.grad is not None), (
        "looking at it changed nothing"
    )


def test_a_value_used_twice_stands_once():
    a = Tensor(2.0, requires_grad=True)
    figure = plots.graph((a * a + a) * ops.exp(a), names={"a": a})
    assert sorted(t.split("\n")[0] for t in texts(figure)) == ["a", "add", "exp", "mul", "mul"]


@pytest.mark.parametrize(
    "make",
    [lambda: Tensor([1.0]), lambda: Tensor([1.0]) * 2, lambda: np.ones(3), lambda: used_up()],
)
def test_no_graph_to_draw(make):
    with pytest.raises(ValueError, match="There is no graph to draw behind this"):
        plots.graph(make())


def used_up():
    loss = ops.sum(Tensor([1.0], requires_grad=True) * 2)
    loss.backward()
    return loss


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
    for answer in (predicted, np.eye(3)[predicted] * 5 - 1):
        figure = plots.confusion(true, answer, names="abc")
        counts = {t.get_position()[::-1]: int(t.get_text()) for t in figure.axes[0].texts}
        assert counts == {(0, 0): 1, (0, 1): 1, (1, 1): 1, (2, 2): 2, (2, 0): 1}
        assert figure.axes[0].get_title() == "66.7% of 6 are right"
        assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["a", "b", "c"]
    with pytest.raises(ValueError, match="2 true labels, but 1 predictions"):
        plots.confusion([1, 2], [1])


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


def test_an_optimizer_has_one_look_in_all_pictures():
    """Whatever the order, and beside other lines."""
    many = plots.base.styles(["SGD", "Momentum, rate 0.1", "Adam", "RMSprop", "something", "else"])
    few = plots.base.styles(["Adam, rate 0.3", "momentum 0.9"])
    assert few == [many[2], many[1]]
    assert len(set(many)) == 6
    twice = plots.base.styles(["Adam(0.1)", "Adam(0.2)"] * 10)
    assert twice[0] != twice[1] and len(twice) == 20
    assert plots.base.styles([]) == []
