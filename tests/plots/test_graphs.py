"""The picture of the graph behind a loss."""

import numpy as np
import pytest

from minidl import GraphError, Tensor, Variable, ops, plots

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
    sizes = [
        plots.graph(end).get_size_inches().tolist() for end in (ops.exp(a), ops.exp(a * a) + a)
    ]
    assert sizes[0] == [5, 2], "at least so large"
    assert sizes[1] == pytest.approx([1.7 * 4, 2])


@pytest.mark.parametrize(
    "make",
    [lambda: Tensor([1.0]), lambda: Tensor([1.0]) * 2, lambda: np.ones(3), lambda: used_up()],
)
def test_no_graph_to_draw(make):
    with pytest.raises(ValueError, match="There is no graph to draw behind this"):
        plots.graph(make())


def test_gradients_of_values_that_have_changed_are_refused():
    w = Variable(2.0)
    loss = w * w
    w.assign(3.0)
    assert plots.graph(loss) is not None
    with pytest.raises(GraphError):
        plots.graph(loss, gradients=True)


def used_up():
    loss = ops.sum(Tensor([1.0], requires_grad=True) * 2)
    loss.backward()
    return loss


# --- gradients in the boxes


def slopes(figure):
    return sorted(t for t in texts(figure) if "∂" in t)


def test_gradients_stand_in_the_boxes_and_nothing_else_changes():
    x = Tensor(1.5, requires_grad=True, dtype="float64")
    y = ops.exp(ops.sin(x) * x)
    figure = plots.graph(y, gradients=True)
    e, s, c = np.exp(1.5 * np.sin(1.5)), np.sin(1.5), np.cos(1.5)
    wanted = [1, e, e * 1.5, e * (1.5 * c + s)]
    assert slopes(figure) == sorted(f"∂ {slope:.4g}" for slope in wanted)
    assert x.grad is None, "drawing leaves no gradient"
    y.backward()
    assert x.grad == pytest.approx(wanted[-1]), "and the graph is still there"
    with pytest.warns(UserWarning, match="Only leaves keep a gradient"):
        assert y.grad is None


def test_a_tensor_that_retains_its_gradient_still_does():
    x = Tensor(2.0, requires_grad=True)
    square = x * x
    square.retain_grad()
    y = square * 3
    plots.graph(y, gradients=True)
    y.backward()
    assert square.grad == 3


def test_the_largest_gradient_of_an_array_and_none_for_data():
    x, w = Tensor([[1.0, -2.0]]), Variable(np.ones((2, 3)), name="kernel")
    loss = ops.sum((x @ w) * [1.0, -5.0, 2.0])
    figure = plots.graph(loss, gradients=True)
    # ∂loss/∂kernel = xᵀ·(1, -5, 2): the largest is 10
    assert slopes(figure) == ["|∂| ≤ 1", "|∂| ≤ 10", "|∂| ≤ 5", "∂ 1"]
    with pytest.raises(ValueError, match=r"a single number, but this tensor has shape \(1, 3\)"):
        plots.graph(x @ w, gradients=True)


def test_gradients_stand_inside_their_boxes():
    """And arrows end at the edges of the boxes."""
    w = Variable(np.ones((784, 10)), name="w")
    figure = plots.graph(ops.mean(Tensor(np.ones((2, 784))) @ w), gradients=True)
    figure.canvas.draw()
    frames = [t.get_bbox_patch() for t in figure.axes[0].texts if t.get_bbox_patch()]
    boxes = [frame.get_window_extent() for frame in frames]
    small = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text().startswith("|∂")]
    assert len(small) == 2
    for one in small:
        around = [b for b in boxes if b.x0 <= one.x0 and one.x1 <= b.x1]
        assert sum(b.y0 <= one.y0 and one.y1 <= b.y1 for b in around) == 1
    arrows = [t.arrow_patch for t in figure.axes[0].texts if not t.get_text()]
    assert arrows and all(a.patchA in frames and a.patchB in frames for a in arrows)
