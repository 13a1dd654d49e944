"""Layers with windows: what they compute, unknown sizes, files, and what learners are told."""

import numpy as np
import pytest

from minidl import Input, Sequential, layers

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 8, 9, 4)).astype("f")
STEPS, FILM = X[:, :, 0], RNG.normal(size=(2, 5, 6, 4, 2)).astype("f")
# layer, options, input, the shape of a sample's output
CASES = [
    ("Conv1D", dict(filters=3, kernel_size=3), STEPS, (6, 3)),
    ("Conv1D", dict(filters=3, kernel_size=3, padding="causal", dilation_rate=2), STEPS, (8, 3)),
    ("Conv2D", dict(filters=6, kernel_size=(3, 2), activation="relu"), X, (6, 8, 6)),
    ("Conv2D", dict(filters=6, kernel_size=3, strides=2, padding="same", groups=2), X, (4, 5, 6)),
    ("Conv3D", dict(filters=2, kernel_size=2, activation="tanh"), FILM, (4, 5, 3, 2)),
    ("DepthwiseConv1D", dict(kernel_size=3, depth_multiplier=2), STEPS, (6, 8)),
    ("DepthwiseConv2D", dict(kernel_size=3, strides=2), X, (3, 4, 4)),
    ("SeparableConv1D", dict(filters=5, kernel_size=3, depth_multiplier=2), STEPS, (6, 5)),
    ("SeparableConv2D", dict(filters=5, kernel_size=3, padding="same"), X, (8, 9, 5)),
    ("Conv1DTranspose", dict(filters=3, kernel_size=3, strides=2), STEPS, (17, 3)),
    ("Conv2DTranspose", dict(filters=3, kernel_size=2, strides=2), X, (16, 18, 3)),
    (
        "Conv2DTranspose",
        dict(filters=3, kernel_size=3, strides=(2, 1), padding="same", output_padding=(1, 0)),
        X,
        (16, 9, 3),
    ),
    ("Conv3DTranspose", dict(filters=3, kernel_size=2, padding="same"), FILM, (5, 6, 4, 3)),
    ("MaxPooling1D", {}, STEPS, (4, 4)),
    ("MaxPooling2D", dict(pool_size=(2, 3), strides=(1, 2)), X, (7, 4, 4)),
    ("MaxPooling3D", dict(pool_size=2, padding="same"), FILM, (3, 3, 2, 2)),
    ("AveragePooling1D", dict(pool_size=3, strides=1), STEPS, (6, 4)),
    ("AveragePooling2D", dict(padding="same"), X, (4, 5, 4)),
    ("AveragePooling3D", dict(pool_size=2), FILM, (2, 3, 2, 2)),
    ("AdaptiveAveragePooling1D", dict(output_size=3), STEPS, (3, 4)),
    ("AdaptiveAveragePooling2D", dict(output_size=(3, 2)), X, (3, 2, 4)),
    ("AdaptiveAveragePooling3D", dict(output_size=2), FILM, (2, 2, 2, 2)),
    ("AdaptiveMaxPooling1D", dict(output_size=3), STEPS, (3, 4)),
    ("AdaptiveMaxPooling2D", dict(output_size=(3, 2)), X, (3, 2, 4)),
    ("AdaptiveMaxPooling3D", dict(output_size=2), FILM, (2, 2, 2, 2)),
    ("GlobalAveragePooling2D", {}, X, (4,)),
    ("GlobalMaxPooling2D", dict(keepdims=True), X, (1, 1, 4)),
    ("GlobalAveragePooling3D", {}, FILM, (2,)),
    ("GlobalMaxPooling3D", {}, FILM, (2,)),
]
each_case = pytest.mark.parametrize(
    ("name", "options", "x", "shape"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES]
)


@each_case
def test_shapes_also_of_unknown_sizes(name, options, x, shape):
    layer = getattr(layers, name)(**options)
    assert layer.compute_output_shape(x.shape) == (2, *shape) and not layer.built
    assert layer(x).shape == (2, *shape)
    unknown = Input((*[None] * (x.ndim - 2), x.shape[-1]))
    found = getattr(layers, name)(**options)(unknown).shape
    fixed = name.startswith(("Global", "Adaptive"))
    expected = shape if fixed else (*[None] * (x.ndim - 2), shape[-1])
    assert found == (None, *expected)


@each_case
def test_channels_first_is_the_same_turned(name, options, x, shape):
    last = getattr(layers, name)(**options)
    first = getattr(layers, name)(**options, data_format="channels_first")
    last(x), first(np.moveaxis(x, -1, 1))
    assert [w.shape for w in first.weights] == [w.shape for w in last.weights]
    weights = [w + RNG.normal(size=w.shape) for w in last.get_weights()]
    last.set_weights(weights), first.set_weights(weights)
    a, b = last(x).numpy(), first(np.moveaxis(x, -1, 1)).numpy()
    b = np.moveaxis(b, 1, -1) if b.ndim > 2 else b
    np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5)


@each_case
def test_through_a_config(name, options, x, shape):
    layer = getattr(layers, name)(**options)
    again = type(layer).from_config(layer.get_config())
    expected = layer(x).numpy()
    again.build(x.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), expected)
    config = layer.get_config()
    for key in ("kernel_size", "pool_size", "strides"):
        assert key not in config or len(config[key]) == x.ndim - 2


def build(shape, *stack):
    return lambda: Sequential([Input(shape), *stack])


@pytest.mark.parametrize(
    ("mistake", "words"),
    [
        (build((28, 28), layers.Conv2D(3, 3)), r"\(n, height, width, channels\).*x\[..., None\]"),
        (build((784,), layers.Conv2D(3, 3)), "leave out Flatten"),
        (build((9, 9, 1), layers.Conv2D(3, 10)), r"window \(10, 10\).*\(9, 9\).*padding='same'"),
        (
            build((6, 6, 1), *[layers.MaxPooling2D() for _ in range(3)]),
            r"window \(2, 2\) is larger than what arrives, \(1, 1\).*shape \(n, 1, 1, 1\)",
        ),
        (
            build((28, 28), layers.Conv2D(3, 3, data_format="channels_first")),
            r"\(n, channels, height, width\).*x\[:, None\]",
        ),
        (
            build((8, 8, 1), layers.Conv2D(3, 3, dilation_rate=5)),
            r"\(3, 3\) with dilation_rate \(5, 5\) reaches over \(11, 11\) places, which is larger",
        ),
        (build((9, 9, None), layers.Conv2D(3, 3)), "know the number of channels"),
        (build((9, 9, 4), layers.Conv2D(3, 3, groups=3)), "groups=3 must divide the 4 channels"),
        (lambda: layers.Conv2D(4, 3, groups=3), "filters=4 and groups=3"),
        (lambda: layers.Conv2D(3, 0), "kernel_size must be a whole number of at least 1"),
        (lambda: layers.MaxPooling2D((2, 2, 2)), "pool_size is a whole number or 2"),
        (lambda: layers.Conv2D(0, 3), "filters must be"),
        (lambda: layers.Conv2D(3, 3, padding="causal"), "padding is 'valid' or 'same'"),
        (lambda: layers.Conv2D(3, 3, strides=2, dilation_rate=2), "cannot both be more than 1"),
        (lambda: layers.Conv2D(3, 3, data_format="NHWC"), "data_format is 'channels_last' or"),
    ],
)
def test_mistakes_while_the_model_is_made(mistake, words):
    with pytest.raises(ValueError, match=words):
        mistake()


@pytest.mark.parametrize(
    ("layer", "size"),
    [
        (layers.Conv2D(3, 3), (6, 7)),
        (layers.DepthwiseConv2D(3), (6, 7)),
        (layers.SeparableConv2D(3, 3), (6, 7)),
        (layers.Conv2DTranspose(3, 3), (10, 11)),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_mistakes_with_data(layer, size):
    layer(X)
    for x, words in (
        (X[0], r"x\[None\]"),
        (X[..., 0], r"received shape \(2, 8, 9\)"),
        (X[..., :2], r"weights for 4 channels .*received shape .* with 2\.$"),
        (np.moveaxis(X, -1, 1), r"with 9\. The channels stand at the other end.*\(x, 1, -1\)"),
        (X[:, :2], r"window \(3, 3\) is larger"),
    ):
        if x.shape[1:] == (2, 9, 4) and size > (9, 9):
            continue  # which enlarges them, however small they are
        with pytest.raises(ValueError, match=words):
            layer(x)
    assert layer(X).shape[1:3] == size


def test_channels_on_the_other_side():
    for shape, options in (
        ((3, 32, 32), {}),
        ((1, 28, 28), {}),
        ((32, 32, 3), {"data_format": "channels_first"}),
    ):
        other = "channels_last" if options else "channels_first"
        for layer in (
            layers.Conv2D(2, 3, padding="same", **options),
            layers.MaxPooling2D(1, **options),
        ):
            with pytest.warns(UserWarning, match=f"pass data_format='{other}'"):
                layer(np.zeros((2, *shape)))


def test_channels_on_the_other_side_and_a_window_larger_than_what_it_sees():
    """The error says what is wrong, not that layers before made the images smaller."""
    words = r"Probably the channels stand at the other end: images of shape \(n, 3, 32, 32\)"
    with pytest.warns(UserWarning), pytest.raises(ValueError, match=words) as error:
        layers.Conv2D(2, 5)(np.zeros((2, 3, 32, 32)))
    assert "fewer layers" not in str(error.value)


@pytest.mark.parametrize(
    ("declared", "shape", "words"),
    [
        ((32, 32, 3), (8, 3, 32, 32), r"np\.moveaxis\(x, 1, -1\)\. A reshape would mix up"),
        ((3, 32, 32), (8, 32, 32, 3), r"np\.moveaxis\(x, -1, 1\)\. A reshape would mix up"),
        ((None, None, 3), (8, 3, 32, 32), r"np\.moveaxis\(x, 1, -1\)\. A reshape would mix up"),
        ((4, 6, 6, 3), (8, 3, 4, 6, 6), r"np\.moveaxis\(x, 1, -1\)\. A reshape would mix up"),
        ((20, 5), (8, 5, 20), r"np\.moveaxis\(x, 1, -1\)\. A reshape would mix up"),
        ((None, None, 3), (8, 32, 32, 1), r"received shape \(8, 32, 32, 1\)\.$"),
        ((28, 28, 1), (28, 28, 1), r"x\[None\]\. For a batch: input_shape excludes"),
        ((28, 28, 1), (28, 28), r"For a single sample add a batch axis: x\[None\]\.$"),
        ((28, 28, 1), (8, 784), r"Reshape it: x\.reshape\(-1, 28, 28, 1\)\.$"),
    ],
)
def test_images_of_another_shape_than_declared(declared, shape, words):
    model = Sequential([Input(declared), layers.Activation("relu")])
    with pytest.raises(ValueError, match=words):
        model(np.zeros(shape))


def test_the_advice_to_turn_is_the_right_turn():
    x = np.zeros((8, 3, 32, 20))
    model = Sequential([Input((32, 20, 3)), layers.Conv2D(2, 3)])
    with pytest.raises(ValueError) as error:
        model(x)
    advice = str(error.value).split("turn them: ")[1].split(". A")[0]
    assert model(eval(advice, {"np": np, "x": x})).shape == (8, 30, 18, 2)


@pytest.mark.parametrize("begin", [[], [Input((8, 9, 4))]], ids=["", "declared"])
@pytest.mark.parametrize(
    ("units", "loss", "y"),
    [
        (10, "sparse_categorical_crossentropy", [0, 1]),
        (10, "categorical_crossentropy", np.eye(10)[:2]),
        (1, "binary_crossentropy", [0, 1]),
        (1, "binary_crossentropy", [[0], [1]]),
    ],
)
def test_dense_without_flatten(units, loss, y, begin):
    model = Sequential([*begin, layers.Conv2D(3, 3), layers.Dense(units, activation="sigmoid")])
    model.compile("adam", loss)
    with pytest.raises(ValueError, match=r"outputs .*Flatten\(\) or a global pooling before"):
        model.fit(X, np.array(y), verbose=0)
