"""What all things of one kind have in common when they compute: dtypes, a batch of nothing or of
one, axes of size 1, a second call, symbols. The samples are those of tests/test_catalogues.py.
"""

import numpy as np
import pytest
from class_samples import ACTIVATIONS, data_of, made, things, title
from layer_samples import CELLS, LAYERS

import minidl
from minidl import Input, Model, Tensor, Variable, layers, losses, no_grad
from minidl.layers.heads import Heads

FLOATS = ("float16", "float32", "float64")
each_layer = pytest.mark.parametrize("name", [*LAYERS, *CELLS])
X = np.random.default_rng(2).normal(size=(4, 6))


def every(kind):
    return pytest.mark.parametrize("cls", things(kind), ids=title)


# --- layers


def sample(name):
    """A layer that is not training, and what it is called on, as a list of arrays."""
    if name in CELLS:
        return layers.RNN(CELLS[name]()), [LAYERS["SimpleRNN"][1]]
    make, x = LAYERS[name]
    layer = make()
    layer.trains_when_called = False  # random changes of images are what they are for
    return layer, list(x) if isinstance(x, list) else [x]


def given(layer, x):
    """The arguments of a call: several arrays stand in a list, except a query and its values."""
    if isinstance(layer, Heads):
        return x
    return [x] if len(x) > 1 else x


def call(layer, x, **options):
    return layer(*given(layer, x), **options)


def told_shape(layer, x):
    if isinstance(layer, Heads):
        return call(layer, x).shape  # which has no compute_output_shape of two shapes
    return tuple(layer.compute_output_shape(*given(layer, [a.shape for a in x])))


def takes_words(x):
    return x[0].dtype.kind == "U"


def same(a, b):
    np.testing.assert_array_equal(np.asarray(a), np.asarray(b))


@each_layer
def test_a_second_call_gives_the_same_and_changes_nothing(name):
    layer, x = sample(name)
    before = [a.copy() for a in x]
    first = np.array(call(layer, x))
    weights = layer.get_weights()
    same(call(layer, x), first)
    for a, b in zip([*before, *weights], [*x, *layer.get_weights()], strict=True):
        same(a, b)


@each_layer
def test_a_sample_does_not_depend_on_the_others_of_its_batch(name):
    """Outside training: a batch of one, and a batch of none, whose result has no rows."""
    layer, x = sample(name)
    whole = np.asarray(call(layer, x))
    for i in (0, len(whole) - 1):
        one = np.asarray(call(layer, [a[i : i + 1] for a in x]))
        assert one.shape == (1, *whole.shape[1:])
        np.testing.assert_allclose(one[0], whole[i], rtol=1e-5, atol=1e-6)
    for training in (False, True):
        if not (training and takes_words(x)):
            for count in (0, 1):
                few = call(layer, [a[:count] for a in x], training=training)
                assert few.shape == (count, *whole.shape[1:]) and np.isfinite(few).all()


@each_layer
def test_shapes_are_known_before(name):
    """A symbol's shape, compute_output_shape and the result agree, and the model replays it."""
    layer, x = sample(name)
    if takes_words(x):
        return
    inputs = [Input(a.shape[1:], dtype=a.dtype.name) for a in x]
    symbol = call(layer, inputs)
    result = np.asarray(call(layer, x))
    assert symbol.shape == (None, *result.shape[1:])
    assert told_shape(layer, x) == result.shape
    same(Model(inputs, symbol)(x if len(x) > 1 else x[0]), result)


@each_layer
def test_axes_of_size_1(name):
    """Where a layer can compute with an axis of size 1 the shape is the one that was told; where
    it cannot, a ValueError says so.
    """
    _, x = sample(name)
    for axis in range(1, x[0].ndim):
        layer, x = sample(name)
        thin = [np.take(a, [0], axis=axis) if a.ndim > axis else a for a in x]
        try:
            result = call(layer, thin)
        except ValueError as refused:
            assert len(str(refused)) > 20
            continue
        if not takes_words(x):
            assert told_shape(layer, thin) == result.shape


@each_layer
@pytest.mark.parametrize("dtype", FLOATS)
def test_dtypes_of_layers(name, dtype):
    """Inputs of any float type give the layer's own type, which is float32 unless it is asked for
    another.
    """
    layer, x = sample(name)
    if x[0].dtype.kind != "f":
        return
    result = call(layer, [a.astype(dtype) for a in x])
    assert result.dtype == layer.dtype == "float32"
    config = layer.get_config()
    around = layers.RNN | layers.TimeDistributed | layers.Bidirectional
    around |= layers.Pipeline | layers.SpectralNormalization
    if name in CELLS or isinstance(layer, around):
        return  # layers inside have dtypes of their own
    other = type(layer).from_config({**config, "dtype": dtype})
    assert call(other, [a.astype(dtype) for a in x]).dtype == dtype
    assert {w.dtype for w in other.trainable_weights} <= {np.dtype(dtype)}


@each_layer
def test_gradients_arrive_and_are_finite(name):
    """At the input and at each trainable weight, with its shape; none are NaN."""
    layer, x = sample(name)
    if x[0].dtype.kind != "f":
        return
    inputs = [Tensor(a, requires_grad=True) for a in x]
    result = call(layer, inputs, training=True)
    if not result.requires_grad:
        return
    result.sum().backward()
    for a in [*inputs, *layer.trainable_weights]:
        assert a.grad is not None and a.grad.shape == a.shape and np.isfinite(a.grad).all()


# --- losses and metrics


@every("loss")
def test_losses_called_twice(cls):
    """The same number; targets and outputs are left as they were."""
    loss, (y, p) = made(cls, "loss"), data_of(cls, "loss")
    before = y.copy(), p.copy()
    first = float(loss(y, p))
    assert np.isfinite(first) and float(loss(y, p)) == first
    same(y, before[0])
    same(p, before[1])


@every("loss")
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_of_losses(cls, dtype):
    y, p = data_of(cls, "loss")
    loss = made(cls, "loss")
    value = loss(y, Tensor(p.astype(dtype)))
    assert value.dtype == dtype and value.shape == ()
    np.testing.assert_allclose(float(value), float(loss(y, Tensor(p.astype("f8")))), rtol=1e-5)


@every("loss")
def test_losses_weigh_samples_and_reduce(cls):
    """One loss for each sample; a weight multiplies it; the mean and the sum are theirs."""
    y, p = data_of(cls, "loss")
    config = made(cls, "loss").get_config()
    each = cls.from_config({**config, "reduction": "none"})(y, p).numpy()
    assert each.shape[:1] in {(len(p),), ()}
    total = float(cls.from_config({**config, "reduction": "sum"})(y, p))
    np.testing.assert_allclose(total, each.sum(), rtol=1e-5)
    if each.shape == (len(p),):
        weights = np.arange(len(p)) / 4
        found = float(cls.from_config({**config, "reduction": "sum"})(y, p, weights))
        np.testing.assert_allclose(found, (weights * each).sum(), rtol=1e-5)


@every("loss")
def test_a_loss_of_no_samples_is_refused(cls):
    y, p = data_of(cls, "loss")
    config = {**made(cls, "loss").get_config(), "reduction": "sum_over_batch_size"}
    with pytest.raises(ValueError, match="empty"):
        cls.from_config(config)(y[:0], p[:0])


@pytest.mark.parametrize(
    ("kind", "cls"), [(kind, cls) for kind in ("loss", "metric") for cls in things(kind)]
)
def test_what_a_description_makes_computes_the_same(kind, cls):
    thing, (y, p) = made(cls, kind), data_of(cls, kind)
    again = cls.from_config(thing.get_config())
    first, second = (t(y) if p is None else t(y, p) for t in (thing, again))
    same(first, second)


@every("metric")
def test_metrics_over_batches_again_and_after_nothing(cls):
    """Two batches count as one, a batch of nothing counts nothing, and a reset forgets all."""
    y, p = data_of(cls, "metric")
    metric = made(cls, "metric")

    def feed(part):
        metric.update_state(*([y[part]] if p is None else [y[part], p[part]]))

    feed(slice(None))
    whole = np.asarray(metric.result())
    assert np.isfinite(whole).all()
    metric.reset_state()
    for part in (slice(0, 4), slice(4, 4), slice(4, None)):
        feed(part)
    np.testing.assert_allclose(np.asarray(metric.result()), whole, rtol=1e-6)
    metric.reset_state()
    feed(slice(None))
    same(metric.result(), whole)


# --- activations, initializers, regularizers, constraints


@pytest.mark.parametrize("function", ACTIVATIONS, ids=title)
def test_activations(function):
    """Shape and dtype stay, with no rows and axes of size 1 too; a second call gives the same."""
    more = (0.5, 0.1) if title(function) == "threshold" else ()
    for shape in ((4, 6), (0, 6), (4, 1, 6), (1, 6)):
        for dtype in FLOATS:
            x = np.resize(X, shape).astype(dtype)
            before = x.copy()
            y = function(Tensor(x), *more)
            width = 3 if title(function) == "glu" else 6
            assert y.shape == (*shape[:-1], width) and y.dtype == dtype
            same(function(Tensor(x), *more), y)
            same(x, before)
    assert function(Input((6,)), *more).shape == (None, width)


@every("initializer")
@pytest.mark.parametrize("dtype", FLOATS)
def test_initializers(cls, dtype):
    """Any shape, the dtype asked for, and the same numbers from the same seed."""
    takes_seed = "seed" in cls().get_config()
    for shape in ((5, 5), (3, 1), (1, 4)):
        more = {"seed": 3} if takes_seed else {}
        draw = made(cls, "initializer", **more)
        one = draw(shape, dtype)
        assert type(one) is np.ndarray and one.shape == shape and one.dtype == dtype
        assert np.isfinite(one).all()
        same(one, made(cls, "initializer", **more)(shape, dtype))
        same(one, cls.from_config(draw.get_config())(shape, dtype))
    assert draw((np.int64(3), 4)).shape == (3, 4) and draw([3, 4]).dtype == np.float32
    if takes_seed:
        loose = cls()
        first = loose((5, 5), dtype)
        assert not np.array_equal(first, loose((5, 5), dtype))
        minidl.set_random_seed(0)  # as at the beginning of each test
        same(cls()((5, 5), dtype), first)


@every("initializer")
def test_initializers_draw_the_default_float_type(cls, in_float64):
    assert made(cls, "initializer")((3, 4)).dtype == np.float64


@every("regularizer")
@pytest.mark.parametrize("dtype", FLOATS)
def test_regularizers(cls, dtype):
    """One number of the weights' dtype, not negative, the same again, and with a gradient."""
    penalty, w = made(cls, "regularizer"), Variable(X.astype(dtype))
    value = penalty(w)
    assert value.shape == () and value.dtype == dtype and float(value) >= 0
    assert float(penalty(w)) == float(value)
    value.backward()
    assert w.grad.shape == w.shape and np.isfinite(w.grad).all()


@every("constraint")
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("shape", [(4, 6), (4, 1), (1, 6), (6,)])
def test_constraints(cls, dtype, shape):
    """Shape and dtype stay, the weights are left as they were, and what fits is not moved."""
    limit, w = made(cls, "constraint"), (3 * np.resize(X, shape)).astype(dtype)
    before = w.copy()
    once = np.asarray(limit(w))
    assert once.shape == shape and once.dtype == dtype
    same(w, before)
    np.testing.assert_allclose(limit(once), once, rtol=2e-3 if dtype == "float16" else 1e-5)


# --- schedules and optimizers


@every("schedule")
def test_schedules(cls):
    """A finite rate, not negative, the same again, for numbers and arrays of one number."""
    schedule = made(cls, "schedule")
    for step in (0, 1, 7, 10_000):
        rate = float(schedule(step))
        assert 0 <= rate < 1 and float(schedule(step)) == rate
        assert float(schedule(np.int64(step))) == rate


@every("optimizer")
@pytest.mark.parametrize("dtype", FLOATS)
def test_optimizers(cls, dtype):
    """Steps downhill on w² end lower; shape and dtype stay; the description does not change."""
    for shape in ((2, 3), (1, 3), (2, 1), (3,), ()):
        goes_downhill(cls, np.ones(shape, dtype))


def goes_downhill(cls, start):
    optimizer = cls(learning_rate=0.5)
    w = Variable(start)
    told = optimizer.get_config()
    for _ in range(5):
        optimizer.apply_gradients([(2 * w.numpy(), w)])
    assert w.shape == start.shape and w.dtype == start.dtype
    assert (w.numpy() < 1).all() and np.isfinite(w.numpy()).all()
    assert optimizer.get_config() == told and optimizer.iterations == 5


def test_nothing_here_is_left_recording():
    with no_grad():
        assert not losses.get("mse")(X, Tensor(X, requires_grad=True)).requires_grad
