"""Models are drawn."""

import pytest

import minidl
from minidl import Input, Model, Sequential, layers


def test_models_are_drawn(tmp_path):
    from minidl import plots

    a, b = Input((4,), name="left"), Input((4,), name="right")
    trunk = layers.Dense(3, activation="relu", name="trunk")
    model = Model([a, b], layers.Dense(1, name="head")(trunk(a) + trunk(b)))
    for direction in ("TB", "LR", "BT", "RL"):
        figure = plots.model(
            model,
            tmp_path / f"{direction}.png",
            show_shapes=True,
            show_layer_activations=True,
            rankdir=direction,
        )
        texts = [t.get_text() for t in figure.axes[0].texts if t.get_text()]
        assert len(texts) == 5 and "trunk (Dense)\nrelu\n(None, 3)" in texts and "add" in texts
        arrows = [t for t in figure.axes[0].texts if not t.get_text()]
        assert len(arrows) == 4 and (tmp_path / f"{direction}.png").stat().st_size > 3000
    minidl.utils.plot_model(Sequential([Input((4,)), layers.Dense(2)]), tmp_path / "chain.png")
    assert (tmp_path / "chain.png").exists()
    nested = Sequential([Input((4,)), Sequential([layers.Dense(2, name="deep"), layers.Dense(2)])])
    texts = [
        t.get_text()
        for t in plots.model(nested, tmp_path / "n.png", expand_nested=True).axes[0].texts
    ]
    assert "deep (Dense)" in texts
    with pytest.raises(ValueError, match="shows no layers yet"):
        plots.model(Sequential())
    with pytest.raises(ValueError, match="rankdir"):
        plots.model(model, rankdir="up")


def test_arrows_end_at_the_edges_of_boxes():
    from minidl import plots

    stack = [Input((4,)), layers.Dense(3), layers.Dense(2)]
    (axis,) = plots.model(Sequential(stack)).axes
    to_data = axis.transData.inverted()
    boxes = [
        to_data.transform_bbox(text.get_bbox_patch().get_window_extent())
        for text in axis.texts
        if text.get_text()
    ]
    ends = [arrow.xy[1] for arrow in axis.texts if not arrow.get_text()]
    edges = [edge for box in boxes for edge in (box.y0, box.y1)]
    assert len(ends) == 2
    for end in ends:
        assert min(abs(end - edge) for edge in edges) < 0.02 * boxes[0].height
