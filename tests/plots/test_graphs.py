"""The picture of the graph behind a loss."""

import numpy as np
import pytest

from minidl import Tensor, Variable, ops, plots

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
