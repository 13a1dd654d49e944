"""minidl.surfaces: heights and slopes against formulas typed here, minima, and optimizers running
on them.
"""

import numpy as np
import pytest

from minidl import Tensor, optimizers, surfaces
from minidl.optimizers import SGD, Adagrad, Adam, Optimizer, RMSprop
from minidl.surfaces import (
    Surface,
    Trajectory,
    beale,
    bowl,
    cost,
    descend,
    ravine,
    rosenbrock,
    saddle,
    two_valleys,
)

RNG = np.random.default_rng(0)

# the height and the slope, typed a second time
FORMULAS = [
    (bowl, lambda x, y: x * x / 20 + y * y, lambda x, y: (x / 10, 2 * y)),
    (
        ravine,
        lambda x, y: 0.51 * x * x + 0.51 * y * y - 0.98 * x * y,
        lambda x, y: (1.02 * x - 0.98 * y, 1.02 * y - 0.98 * x),
    ),
    (
        rosenbrock,
        lambda x, y: 1 - 2 * x + x**2 + 100 * y**2 - 200 * y * x**2 + 100 * x**4,
        lambda x, y: (-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)),
    ),
    (saddle, lambda x, y: 0.5 * x * x + 0.25 * y**4 - 0.5 * y * y, lambda x, y: (x, y**3 - y)),
    (
        two_valleys,
        lambda x: x**4 / 24 - x**3 / 18 - x * x / 2,
        lambda x: ((x + 2) * x * (x - 3) / 6,),
    ),
]
formulas = pytest.mark.parametrize(
    ("surface", "height", "slope"), FORMULAS, ids=[f[0].name for f in FORMULAS]
)


@formulas
def test_heights_and_slopes(surface, height, slope):
    points = RNG.normal(size=(len(surface.start), 5, 4)) * 2
    np.testing.assert_allclose(surface(*points), height(*points), rtol=1e-12, atol=1e-12)
    for ours, right in zip(surface.gradient(*points), slope(*points)):
        np.testing.assert_allclose(ours, right, rtol=1e-11, atol=1e-10)


def test_beale_by_its_three_terms():
    x, y = RNG.normal(size=(2, 6))
    np.testing.assert_allclose(
        beale(x, y),
        sum((c - x * (1 - y**k)) ** 2 for k, c in ((1, 1.5), (2, 2.25), (3, 2.625))),
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    "surface", [bowl, ravine, rosenbrock, beale, saddle, two_valleys], ids=lambda s: s.name
)
def test_the_minimum_is_the_lowest_and_everything_is_in_the_picture(surface):
    assert np.allclose(surface.gradient(*surface.minimum), 0)
    axes = [np.linspace(low, high, 61) for low, high in surface.within]
    assert surface(*surface.minimum) <= surface(*np.meshgrid(*axes)).min() + 1e-12
    for point in (surface.start, surface.minimum):
        assert all(low < c < high for c, (low, high) in zip(point, surface.within))


def test_the_bowl_of_the_tutorial():
    assert (
        bowl.start.tolist() == [-7, 4]
        and bowl.minimum.tolist() == [0, 0]
        and bowl(-7, 4) == pytest.approx(49 / 20 + 16)
    )


def test_two_valleys_have_a_local_and_a_global_minimum():
    assert np.isclose(two_valleys.gradient(-2.0)[0], 0) and two_valleys(-2) > two_valleys(3)
    assert two_valleys(-2) < two_valleys(0) > two_valleys(3), "with a hill between them"


# --- descend


def test_descent_by_hand():
    run = descend(bowl, SGD(0.9), steps=12)
    w, points = np.array([-7.0, 4.0]), [[-7.0, 4.0]]
    for _ in range(12):
        w = w - 0.9 * np.array([w[0] / 10, 2 * w[1]])
        points.append(w.tolist())
    np.testing.assert_allclose(run.points, points, rtol=1e-13)
    np.testing.assert_allclose(run.values, [p[0] ** 2 / 20 + p[1] ** 2 for p in points], rtol=1e-13)
    np.testing.assert_allclose(
        run.gradients, [[p[0] / 10, 2 * p[1]] for p in points[:-1]], rtol=1e-13
    )
    np.testing.assert_allclose(run.effective_rates, 0.9, rtol=1e-12)
    np.testing.assert_allclose(run.steps, np.diff(points, axis=0), rtol=1e-12)
    assert run.rates.tolist() == [0.9] * 12 and run.slots == {} and not run.diverged
    assert repr(descend(bowl, SGD(1.0), steps=2)) == (  # by −6.3 and −4
        "<Trajectory of SGD on bowl: 2 steps, to (-5.67, 4), height 17.61>"
    )


def test_slots_are_seen_in_the_units_of_the_paper():
    run = descend(bowl, Adam(0.3), steps=20)
    m, v, peak = np.zeros(2), np.zeros(2), np.zeros(2)
    for t, g in enumerate(run.gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        np.testing.assert_allclose(run.slots["m"][t], m, rtol=1e-12)
        np.testing.assert_allclose(run.slots["v"][t], v, rtol=1e-12)
    run = descend(bowl, Adam(0.3, amsgrad=True, beta_2=0.5), steps=20)
    for t, v in enumerate(run.slots["v"]):
        peak = np.maximum(peak, v)
        np.testing.assert_allclose(run.slots["v_max"][t], peak, rtol=1e-12)
    run, v, mean = (
        descend(bowl, RMSprop(0.1, centered=True, momentum=0.5), steps=20),
        np.zeros(2),
        np.zeros(2),
    )
    for t, g in enumerate(run.gradients, 1):
        v, mean = 0.9 * v + 0.1 * g**2, 0.9 * mean + 0.1 * g
        np.testing.assert_allclose([run.slots["v"][t], run.slots["mean"][t]], [v, mean], rtol=1e-12)
    np.testing.assert_allclose(np.diff(run.slots["b"], axis=0)[0], -run.steps[0], rtol=1e-12)
    run = descend(bowl, Adagrad(0.5), steps=5)
    np.testing.assert_allclose(
        run.slots["s"], 0.1 + np.cumsum([[0, 0], *run.gradients**2], axis=0), rtol=1e-12
    )


@pytest.mark.parametrize(
    "name",
    ["adadelta", "adagrad", "adam", "adamax", "adamw", "lion", "nadam", "radam", "rmsprop", "sgd"],
)
@pytest.mark.parametrize(
    "surface", [bowl, ravine, rosenbrock, beale, saddle, two_valleys], ids=lambda s: s.name
)
def test_any_optimizer_on_any_surface(name, surface):
    run = descend(surface, optimizers.get(name).__class__(1e-4), steps=30)
    assert (
        run.points.shape == (31, len(surface.start))
        and run.values[-1] < run.values[0]
        and not run.diverged
    )
    assert all(array.shape == run.points.shape for array in run.slots.values())


def test_an_instance_may_run_again_and_again():
    optimizer = SGD(0.1, 0.9)
    first, second = descend(bowl, optimizer, steps=5), descend(bowl, optimizer, steps=5)
    np.testing.assert_array_equal(first.points, second.points)
    assert optimizer.iterations == 0 and not optimizer.trainable_variables


def test_names_starts_labels_and_schedules():
    run = descend(bowl, "sgd", steps=3, start=(1, 2), label="mine")
    assert (
        run.points[0].tolist() == [1, 2] and run.label == "mine" and bowl.start.tolist() == [-7, 4]
    )
    assert descend(two_valleys, "adam", steps=2, start=5).points[0] == 5
    falling = descend(bowl, SGD(lambda step: 0.5 / (step + 1)), steps=4)
    np.testing.assert_allclose(falling.rates, [0.5, 0.25, 0.5 / 3, 0.125])


def test_an_optimizer_of_your_own_and_a_surface_of_your_own():
    class Half(Optimizer):
        def slots(self):
            return ("count",)

        def update(self, w, g, lr, count):
            count += 1
            return w / 2

    well = Surface(
        lambda x, y: (x * y - 1) ** 2 + x**2, start=(1, 1), within=((-2, 2), (-2, 2)), name="well"
    )
    run = descend(well, Half(), steps=3)
    np.testing.assert_array_equal(run.points, [[1, 1], [0.5, 0.5], [0.25, 0.25], [0.125, 0.125]])
    assert (
        run.slots["count"][:, 0].tolist() == [0, 1, 2, 3]
        and run.label == "Half"
        and repr(well) == "<Surface well>"
    )


def test_a_run_that_flies_off_ends_there():
    run = descend(bowl, SGD(5.0), steps=100)
    assert (
        run.diverged
        and len(run.points) < 20
        and np.isfinite(run.points).all()
        and np.isfinite(run.values).all()
    )
    assert len(run.gradients) == len(run.steps) == len(run.rates) == len(run.points) - 1
    at_once = descend(rosenbrock, SGD(1e9), steps=10)
    assert at_once.diverged and at_once.points.shape == (1, 2) and at_once.gradients.shape == (0, 2)


@pytest.mark.parametrize(
    ("rate", "steps", "places", "diverged"),
    [
        (200, 5, [0, 200], True),  # 100 times the longer side of what is drawn, and not beyond
        (201, 5, [0], True),
        (201, 1, [0], True),
        (100, 2, [0, 100, 200], False),
    ],
)
def test_how_far_a_run_may_fly(rate, steps, places, diverged):
    slope = Surface(lambda x: -x, start=0, within=((-2, 1),))
    run = descend(slope, SGD(rate), steps=steps)
    assert (run.points[:, 0].tolist(), run.diverged) == (places, diverged)


def test_what_is_not_said():
    plain = Surface(lambda x, y: x + y, start=(1, 2))
    assert (plain.within, plain.names) == (((-10, 10), (-10, 10)), ("x", "y", "f"))
    assert plain.name == "<lambda>" and plain.minimum is None
    run = descend(plain)
    assert run.label == "SGD" and len(run.points) == 51 and not Trajectory(plain, [(1, 2)]).diverged
    J = cost([0.0, 1.0], [1.0, 3.0])  # its minimum is (2, 1); it is drawn around from (0, 0)
    np.testing.assert_allclose(J.within, [(2 - 3, 2 + 3), (1 - 1.5, 1 + 1.5)], rtol=1e-9)
    assert J.start.tolist() == [0, 0]


def test_a_trajectory_from_elsewhere():
    run = Trajectory(bowl, [(0, 0), (1, 1), (2, 2)], "drawn")
    np.testing.assert_allclose(run.values, [0, 1.05, 4.2])
    with pytest.raises(ValueError, match="no gradients; those of minidl.surfaces.descend have"):
        run.effective_rates


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: descend(bowl, "sgd", steps=0), "steps must be a whole number of at least 1"),
        (lambda: descend(bowl, "sgd", start=(1, 2, 3)), "has 2 coordinates; received start="),
        (lambda: descend(bowl, "sdg"), "Did you mean 'sgd'"),
        (
            lambda: Surface(lambda x: x, start=(1, 2)[:1]),
            "one or two coordinates, each with a .low, high. in `within`",
        ),
        (lambda: Surface(sum, start=(1, 2, 3), within=((0, 1),) * 3), "one or two coordinates"),
        (lambda: cost([1, 2], [1]), "as many targets as samples; received 2 and 1"),
        (lambda: cost([], []), "as many targets as samples"),
        (lambda: cost([1], [1], loss="mae"), "'mse' or 'binary_crossentropy'; received 'mae'"),
    ],
)
def test_what_cannot_be_run(call, words):
    with pytest.raises(ValueError, match=words):
        call()


# --- J(w, b)


def test_the_cost_of_a_line():
    x, y = RNG.normal(size=(2, 30))
    J = cost(x, y)
    w, b = np.polyfit(x, y, 1)
    np.testing.assert_allclose(J.minimum, [w, b], rtol=1e-10)
    W, B = RNG.normal(size=(2, 3, 4))
    expected = [[np.mean((W[i, j] * x + B[i, j] - y) ** 2) for j in range(4)] for i in range(3)]
    np.testing.assert_allclose(J(W, B), expected, rtol=1e-12)
    np.testing.assert_allclose(
        J.gradient(0.5, -1.0),
        [np.mean(2 * (0.5 * x - 1 - y) * x), np.mean(2 * (0.5 * x - 1 - y))],
        rtol=1e-12,
    )
    assert all(low < at < high for at, (low, high) in zip(J.minimum, J.within)) and J.names == (
        "w",
        "b",
        "J(w, b)",
    )
    assert descend(J, SGD(0.3), steps=200).values[-1] == pytest.approx(float(J(w, b)), rel=1e-9)


def test_the_cost_of_a_neuron():
    x, y = RNG.normal(size=30), (RNG.random(30) < 0.4).astype(float)
    J = cost(x, y, loss="binary_crossentropy")
    p = 1 / (1 + np.exp(-(0.7 * x - 0.2)))
    assert J(0.7, -0.2) == pytest.approx(
        -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)), rel=1e-12
    )
    np.testing.assert_allclose(
        J.gradient(0.7, -0.2), [np.mean((p - y) * x), np.mean(p - y)], rtol=1e-12
    )
    assert J.minimum is None


def test_the_surfaces_speak_tensors_too():
    x = Tensor([1.0, 2.0], requires_grad=True)
    bowl.function(x[0], x[1]).backward()
    np.testing.assert_allclose(x.grad, [0.1, 4.0], rtol=1e-6)
    assert surfaces.__name__ == "minidl.surfaces"


@pytest.mark.parametrize(
    ("surface", "name", "start", "minimum", "within"),
    [
        (bowl, "bowl", [-7, 4], [0, 0], ((-8.5, 8.5), (-5, 5))),
        (ravine, "ravine", [-4, -2], [0, 0], ((-5, 5), (-5, 5))),
        (rosenbrock, "Rosenbrock", [-1.2, 1], [1, 1], ((-1.8, 1.8), (-0.8, 2.6))),
        (beale, "Beale", [1, 1.5], [3, 0.5], ((-1, 4.5), (-2, 2))),
        (saddle, "saddle", [-2, 0.001], [0, 1], ((-2.5, 2.5), (-1.6, 1.6))),
        (two_valleys, "two valleys", [-4], [3], ((-4.6, 5),)),
    ],
)
def test_where_a_surface_is_drawn_and_walked_on(surface, name, start, minimum, within):
    """The chapters' pictures and numbers depend on them."""
    assert (surface.name, surface.within) == (name, within)
    assert (surface.start.tolist(), surface.minimum.tolist()) == (start, minimum)


def test_the_part_of_a_cost_that_is_drawn():
    """1.5 times as far as from the minimum to the start, and 1.5 at least, to each side."""
    J = cost([0.0, 1.0], [1.0, 3.0], start=(-2.0, 1.5))  # the minimum is (2, 1)
    np.testing.assert_allclose(J.within, [(2 - 6, 2 + 6), (1 - 1.5, 1 + 1.5)], rtol=1e-9)
    J = cost([0.0, 1.0], [0, 1], "binary_crossentropy", start=(4.0, 0.0))
    np.testing.assert_allclose(J.within, [(-6, 6), (-1.5, 1.5)])
