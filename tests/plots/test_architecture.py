"""Models are drawn."""

import itertools

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, layers, plots
from minidl.plots import placing


def test_models_are_drawn(tmp_path):
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
    deeper = Sequential([Input((4,)), Sequential([nested.layers[0], layers.Dense(2, name="end")])])
    texts = [t.get_text() for t in plots.model(deeper, expand_nested=True).axes[0].texts]
    assert {"deep (Dense)", "end (Dense)"} <= set(texts) and len([t for t in texts if t]) == 6
    with pytest.raises(ValueError, match="shows no layers yet"):
        plots.model(Sequential())
    with pytest.raises(ValueError, match="rankdir"):
        plots.model(model, rankdir="up")


def test_arrows_end_at_the_edges_of_boxes():
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


def test_boxes_are_placed_so_that_arrows_do_not_cross():
    """Whatever the order of the boxes: two inputs, of which one splits and joins the other."""
    boxes = dict.fromkeys(("b0", "b1", "b2", "a1", "d0", "a0", "c1", "c0"))
    arrows = ["a0 b0", "a1 b1", "a1 b2", "b0 c0", "b2 c1", "b1 c0", "c1 d0", "c0 d0"]
    pairs = [tuple(arrow.split()) for arrow in arrows]
    found = placing._places(boxes, pairs)
    assert {key: rank for key, (rank, _) in found.items()} == {k: "abcd".index(k[0]) for k in boxes}
    assert sorted(row for rank, row in found.values() if rank == 1) == [-1, 0, 1]
    for (a, b), (c, d) in itertools.combinations(pairs, 2):
        if a[0] == c[0]:  # between the same ranks
            assert (found[a][1] - found[c][1]) * (found[b][1] - found[d][1]) >= 0


@pytest.mark.parametrize(
    ("arrows", "asked"), [(["a b", "b c"], False), (["a b", "b c", "a c"], True)]
)
def test_graphviz_is_asked_for_more_than_a_chain(arrows, asked, monkeypatch):
    """And its positions are taken: three boxes, one above the other."""
    calls = []

    class Done:
        stdout = (
            "graph 1 2 3\nnode n0 1.2 5.0 1 0.5\nnode n1 2.4 4 1 .5\nnode n2 1.2 2 1 .5\nstop\n"
        )

    def run(command, **how):
        assert command == ["dot", "-Tplain"]
        calls.append(how.pop("input"))
        assert how == {"capture_output": True, "text": True, "timeout": 20, "check": True}
        return Done

    monkeypatch.setattr(placing.shutil, "which", lambda program: "/usr/bin/dot")
    monkeypatch.setattr(placing.subprocess, "run", run)
    found = placing.places(dict.fromkeys("abc"), [tuple(a.split()) for a in arrows])
    assert len(calls) == asked
    if not asked:
        assert found == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}
        return
    assert found == {"a": (0, 1), "b": (1, 2), "c": (3, 1)}
    assert "n0 -> n1;n1 -> n2;n0 -> n2;n0;n1;n2;}" in calls[0]


def test_without_an_answer_of_graphviz_the_boxes_are_placed_here(monkeypatch):
    def run(command, **how):
        raise placing.subprocess.TimeoutExpired(command, 20)

    monkeypatch.setattr(placing.shutil, "which", lambda program: "/usr/bin/dot")
    monkeypatch.setattr(placing.subprocess, "run", run)
    found = placing.places(dict.fromkeys("abc"), [("a", "b"), ("b", "c"), ("a", "c")])
    assert found == {"a": (0, 0), "b": (1, 0), "c": (2, 0)}


@pytest.mark.parametrize("rankdir", ["TB", "BT", "LR", "RL"])
def test_boxes_and_arrows_stand_where_their_texts_leave_room(rankdir, monkeypatch):
    """In inches: 0.42 and 0.19 a line from rank to rank downwards, 0.45 and 0.085 a letter across.
    Arrows leave a box where the line to the other one, a third as slanted, meets its edge.
    """
    monkeypatch.setattr(placing.shutil, "which", lambda program: None)
    a = Input((4,), name="a")
    three = [layers.Dense(2, name=name)(a) for name in ("left", "mid", "right")]
    (axis,) = plots.model(Model(a, layers.Add(name="sum")(three)), rankdir=rankdir).axes
    texts = {text.get_text().split(" ")[0]: text for text in axis.texts if text.get_text()}
    assert max(len(text.get_text()) for text in texts.values()) == len("a (InputLayer)") == 14
    high, wide, vertical = 0.42 + 0.19, 0.45 + 0.085 * 14, rankdir in ("TB", "BT")
    way = {"TB": -high, "BT": high, "LR": wide, "RL": -wide}[rankdir]
    across = wide if vertical else high
    places = {"a": (0, 0), "left": (1, -1), "mid": (1, 0), "right": (1, 1), "sum": (2, 0)}
    wanted = {k: np.array((row * across, rank * way)) for k, (rank, row) in places.items()}
    order = slice(None) if vertical else slice(None, None, -1)
    to_data = axis.transData.inverted()
    half = {}
    for name, text in texts.items():
        assert text.get_position() == pytest.approx(wanted[name][order]), name
        box = text.get_bbox_patch().get_window_extent()
        half[name] = np.array(to_data.transform_bbox(box).size)[order] / 2
    arrows = [arrow for arrow in axis.texts if not arrow.get_text()]
    middle = ("left", "mid", "right")
    pairs = [*[("a", name) for name in middle], *[(name, "sum") for name in middle]]
    assert len(arrows) == 6
    for arrow, (begin, end) in zip(arrows, pairs):
        aside, along = wanted[end] - wanted[begin]
        for at, k, sign in ((arrow.get_position(), begin, 1), (arrow.xy, end, -1)):
            slant = np.clip(sign * aside / abs(along) / 3, -0.6, 0.6)
            point = wanted[k] + (slant * half[k][0], sign * np.sign(along) * half[k][1])
            assert at == pytest.approx(point[order], abs=1e-6), (begin, end)


@pytest.mark.parametrize(("rankdir", "bend"), [("TB", 0.7), ("LR", -0.35)])
def test_an_arrow_goes_around_a_box_in_its_way(rankdir, bend, monkeypatch):
    """In each of two columns one arrow skips the layer between."""
    monkeypatch.setattr(placing.shutil, "which", lambda program: None)
    ends = []
    for k in range(2):
        x = Input((4,), name=f"in{k}")
        ends.append((x, layers.Add(name=f"sum{k}")([x, layers.Dense(4, name=f"d{k}")(x)])))
    model = Model([x for x, _ in ends], [y for _, y in ends])
    (axis,) = plots.model(model, rankdir=rankdir, show_layer_names=False).axes
    boxes = [text.get_position() for text in axis.texts if text.get_text()]
    arrows = [text for text in axis.texts if not text.get_text()]
    bent = [text for text in arrows if text.arrowprops["connectionstyle"] == f"arc3,rad={bend}"]
    straight = [text for text in arrows if text.arrowprops["connectionstyle"] == "arc3,rad=0.0"]
    assert len(bent) == 2 and len(straight) == 4 and len(boxes) == 6
    side = 0 if rankdir == "TB" else 1
    for point in [point for text in bent for point in (text.xy, text.get_position())]:
        off = min((point[side] - box[side] for box in boxes), key=abs)
        assert (off < -0.05) if rankdir == "TB" else (off > 0.05), "beside the middle"
    assert all(min(abs(text.xy[side] - box[side]) for box in boxes) < 1e-9 for text in straight), (
        "into the middle"
    )


def test_arrows_into_and_out_of_a_model_inside():
    inner = Sequential([Input((4,)), *[layers.Dense(2, name=n) for n in "pqr"]], name="inner")
    model = Sequential([Input((4,), name="a"), inner, layers.Dense(2, name="head")])
    boxes, arrows = placing.boxes_and_arrows(model, True)
    first = next(key for key in boxes if key.startswith("inner/"))
    assert list(boxes) == ["a", first, "inner/p", "inner/q", "inner/r", "head"]
    assert ("a", first) in arrows and ("inner/r", "head") in arrows and len(arrows) == 5


def test_an_arrow_is_straight_where_no_box_is_in_its_way(monkeypatch):
    """It skips a layer, and leads to another column."""
    monkeypatch.setattr(placing.shutil, "which", lambda program: None)
    x = Input((4,))
    h = layers.Dense(4)(x)
    (axis,) = plots.model(Model(x, [layers.Add()([h, x]), layers.Dense(4)(h)])).axes
    styles = [t.arrowprops["connectionstyle"] for t in axis.texts if not t.get_text()]
    assert styles == ["arc3,rad=0.0"] * 4
