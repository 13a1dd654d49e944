"""Pictures of surfaces and of the ways of optimizers on them."""

import matplotlib
import numpy as np
import pytest

from minidl import optimizers, plots, surfaces

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
        titles[0] == f"SGD\nafter 12 steps f = {RUNS[0].values[-1]:.2g}"
        and titles[3] == "SGD\nflew off"
        and titles[4:] == ["", ""]
    )
    assert [axis.get_xlabel() for axis in figure.axes[:4]] == ["", "x", "x", "x"], (
        "only the lowest of a column has its label"
    )


def test_each_panel_has_a_colour_of_its_own_and_a_long_way_is_pale():
    runs = [
        surfaces.descend(surfaces.bowl, optimizers.SGD(rate), steps=steps, label=f"rate {rate}")
        for rate, steps in ((0.1, 59), (0.15, 60), (0.2, 299), (0.3, 300))
    ]
    lines = [axis.lines[0] for axis in plots.trajectories(runs).axes[:4]]
    assert len({line.get_color() for line in lines}) == 4
    assert [line.get_alpha() for line in lines] == [1, 1, 1, 0.4]
    assert [line.get_markersize() for line in lines] == [4, 2.5, 2.5, 2.5]


def test_the_first_steps_on_a_curve_are_numbered():
    far = surfaces.descend(surfaces.two_valleys, optimizers.SGD(0.5), steps=12)
    figure = plots.contour(surfaces.two_valleys, far)
    numbers = {text.get_text(): text.xy for text in figure.axes[0].texts}
    assert numbers == {str(k): (far.points[k, 0], far.values[k]) for k in (1, 2, 3)}
    short = surfaces.descend(surfaces.two_valleys, optimizers.SGD(0.001), steps=12)
    assert not plots.contour(surfaces.two_valleys, short).axes[0].texts, "too close together"
    away = surfaces.descend(surfaces.two_valleys, optimizers.SGD(3.0), steps=2)
    assert abs(away.points[1, 0]) > 5
    assert not plots.contour(surfaces.two_valleys, away).axes[0].texts, "outside the picture"
    assert not plots.contour(surfaces.bowl, RUNS).axes[0].texts


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
    elsewhere = surfaces.descend(surfaces.bowl, optimizers.SGD(0.1), steps=2, start=(1.0, 2.0))
    for runs, start in (([elsewhere, RUNS[0]], (1, 2)), ([], (-7, 4))):
        lines = plots.landscape(surfaces.bowl, runs).axes[0].lines[len(runs) :]
        assert [line.get_label() for line in lines] == ["start", "minimum"]
        assert np.ravel(lines[0].get_data_3d())[:2] == pytest.approx(start)
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
    assert above.get_ylim()[0] == pytest.approx((CURVE.values.min() + 2.625) / 2)
    found = [plots.ground.minus(floor) for floor in (0.0, 1e-12, -2e-12, 0.5, -0.12345)]
    assert found == ["", "", " + 2e-12", " − 0.5", " + 0.123"]
    assert plots.ground.lowest([]) == 0, "where no minimum is known"
    assert plots.descent(CURVE, log=False).axes[0].get_yscale() == "linear"
    at_rest = surfaces.descend(surfaces.bowl, optimizers.SGD(0.1), steps=2, start=(0.0, 0.0))
    assert plots.descent([RUNS[0], at_rest]).axes[0].get_yscale() == "linear", "0 has no logarithm"


def test_a_height_that_falls_without_end_does_not_press_the_others_together():
    fast = surfaces.descend(surfaces.bowl, optimizers.RMSprop(1.0), steps=40)
    assert fast.values.min() < 1e-20
    low, high = plots.descent([fast, RUNS[0]]).axes[0].get_ylim()
    assert low == pytest.approx(1e-12 * fast.values.max()) and high > fast.values.max()
    slow = plots.descent(RUNS[0]).axes[0]
    assert slow.get_ylim()[0] == pytest.approx(RUNS[0].values.min() / 2)


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
        with Image.open(plots.animate(runs, tmp_path / "new" / "race.gif", frames=3)) as picture:
            assert picture.format == "GIF" and picture.n_frames >= 3
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
