"""What each plot asks of matplotlib, as it was when a person looked at the picture and found it
good: tests/goldens/drawings.txt. After a change that is meant, look at the pictures, then run
`python tests/plots/test_plots_as_drawn.py`, which writes the file anew.
"""

import itertools
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawing_cases import Recorder, numbers_and_words
from matplotlib.patches import FancyBboxPatch
from matplotlib.transforms import Bbox

from minidl import Input, Model, Sequential, Tensor, Variable, layers, ops, optimizers, plots
from minidl.surfaces import bowl, descend, two_valleys

GOLDEN = Path(__file__).resolve().parents[1] / "goldens" / "drawings.txt"
SHADES = np.sin(np.arange(108.0)).reshape(9, 3, 4) + 1
IMAGES = SHADES[:4].reshape(4, 4, 3)
ROWS = np.arange(36.0).reshape(4, 9) - 15
RUNS = [descend(bowl, one, steps=12) for one in (optimizers.SGD(0.9), optimizers.Adam(0.5))]
LONG = descend(bowl, optimizers.SGD(0.2), steps=61, label="long")
CURVE = descend(two_valleys, optimizers.SGD(0.4), steps=5)
HISTORY = {"accuracy": [0.5] * 61, "loss": [3.0, 2, 1.5, 1], "val_loss": [3.5, 2.5]}
POINTS, LABELS = np.array([[0.0, 1], [2, 3], [4, 0]]), np.array([0, 1, 1])


class Sign:
    """A classifier of the plane: 1 where x₁ > 1."""

    def predict(self, x, **options):
        return x[:, :1] - 1


def convolutions(channels=1):
    """A small network of convolutions without random weights."""
    stack = [
        Input((4, 3, channels)),
        layers.Conv2D(9, 2),
        layers.Flatten(),
        layers.Dense(2, activation="softmax"),
    ]
    model = Sequential(stack)
    shapes = [weight.shape for weight in model.weights]
    model.set_weights([np.sin(1.0 + np.arange(np.prod(s))).reshape(s) for s in shapes])
    return model


def branched():
    a = Input((4,), name="a")
    long = layers.Dense(4, activation="relu", name="one")(a)
    frozen = layers.Dense(4, name="two", trainable=False)
    return Model(a, layers.Add(name="sum")([frozen(long), a]))


def chain():
    inner = Sequential([Input((4,), name="b"), layers.Dense(3, name="deep")], name="inner")
    return Sequential([Input((4,), name="a"), inner, layers.Dense(2, name="head")])


def tape():
    x, w = Tensor(np.ones((2, 3))), Variable(np.ones((3, 2)), name="w")
    hidden = x @ w
    return ops.mean(hidden * ops.tanh(hidden))


def film(tmp_path):
    shown = plots.GrowingRegions(
        POINTS, LABELS, tmp_path / "a.gif", every=2, seconds=1.5, title="T"
    )
    shown.set_model(Sign())
    shown.on_train_begin()
    for epoch in range(3):
        shown.on_epoch_end(epoch, {"loss": 1 / (epoch + 1)})
    shown.on_train_end()


def live(tmp_path):
    shown = plots.LivePlot(path=tmp_path / "live.png", every=2)
    shown.on_train_begin()
    for epoch in range(3):
        shown.on_epoch_end(epoch, {"mae": 1.0, "loss": 2.0 - epoch, "val_loss": 3.0})


CASES = {
    "a branched model": lambda _: plots.model(branched(), show_trainable=True, show_shapes=True),
    "a model upwards": lambda _: plots.model(chain(), rankdir="BT", expand_nested=True),
    "a model from the left": lambda _: plots.model(branched(), rankdir="LR", show_dtype=True),
    "a model from the right": lambda _: plots.model(chain(), rankdir="RL", show_layer_names=False),
    "digits": lambda _: plots.digits(SHADES, range(9), [2] * 9, title="D"),
    "digits with scores": lambda _: plots.digits(SHADES[:1], [[0.1, 0.9]], [1], names="ab"),
    "a graph": lambda _: plots.graph(tape(), title="G"),
    "a graph with gradients": lambda _: plots.graph(tape(), gradients=True),
    "a film of regions": film,
    "a history": lambda _: plots.history(HISTORY, title="H"),
    "runs": lambda _: plots.runs(
        {"adam": HISTORY, "b": HISTORY}, ["loss"], limits={"loss": (1, 2)}
    ),
    "weights": lambda _: plots.weights(ROWS, title="W"),
    "confusion": lambda _: plots.confusion([0, 0, 1, 2, 2], [0, 1, 1, 2, 2]),
    "regions": lambda _: plots.regions(Sign(), POINTS, LABELS),
    "live": live,
    "filters": lambda _: plots.filters(convolutions()),
    "filters of two channels": lambda _: plots.filters(convolutions(2)),
    "filters in colour": lambda _: plots.filters(convolutions(3)),
    "feature maps": lambda _: plots.feature_maps(convolutions(), IMAGES[0]),
    "saliency": lambda _: plots.saliency(convolutions(), IMAGES, names="ab"),
    "grad-cam": lambda _: plots.grad_cam(convolutions(), IMAGES),
    "a contour map": lambda _: plots.contour(bowl, [*RUNS, LONG]),
    "a curve": lambda _: plots.contour(two_valleys, CURVE, arrows=False),
    "trajectories": lambda _: plots.trajectories([*RUNS, CURVE], columns=2),
    "a landscape": lambda _: plots.landscape(bowl, RUNS),
    "a descent": lambda _: plots.descent(RUNS),
    "a descent, not logarithmic": lambda _: plots.descent(CURVE, log=False),
    "slots": lambda _: plots.slots(RUNS[1]),
    "a race": lambda tmp_path: plots.animate(RUNS, tmp_path / "race.gif", seconds=2, frames=4),
}


def recorded(name, tmp_path, monkeypatch) -> str:
    # without Graphviz, and with boxes of one size, whatever the letters look like
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.setattr(
        FancyBboxPatch, "get_window_extent", lambda self, *_: Bbox([[0, 0], [90, 30]])
    )
    recorder = Recorder(monkeypatch)
    CASES[name](tmp_path)
    several = ((line, len(list(equal))) for line, equal in itertools.groupby(recorder.lines))
    return "\n".join(f"{n} times {line}" if n > 1 else line for line, n in several)


@pytest.mark.parametrize("name", CASES)
def test_plots_as_they_were_looked_at(name, tmp_path, monkeypatch):
    wanted = dict(part.split("\n", 1) for part in GOLDEN.read_text("utf-8").split("\n\n"))
    numbers, words = numbers_and_words(recorded(name, tmp_path, monkeypatch))
    numbers_before, words_before = numbers_and_words(wanted[f"# {name}"].strip())
    assert words == words_before
    np.testing.assert_allclose(numbers, numbers_before, rtol=2e-3, atol=1e-5)


if __name__ == "__main__":
    import tempfile

    parts = []
    for name in CASES:
        with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory() as folder:
            parts.append(f"# {name}\n{recorded(name, Path(folder), patch)}\n")
        plt.close("all")
    GOLDEN.write_text("\n".join(parts), "utf-8")
