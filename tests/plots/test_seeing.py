"""Pictures of what a network of convolutions sees: the numbers in them, compared with numbers
computed in another way.
"""

import matplotlib

matplotlib.use("Agg")

import numpy as np
import pytest

import minidl
from minidl import Input, Model, Sequential, Tensor, layers, plots

RNG = np.random.default_rng(0)
GREY, COLOUR = RNG.random((2, 8, 7, 1)), RNG.random((2, 8, 7, 3))
FIRST, LAST = "channels_first", "channels_last"
EACH = pytest.mark.parametrize(
    "images, order", [(i, o) for i in (GREY, COLOUR) for o in (FIRST, LAST)]
)


def laid(images, order):
    return np.moveaxis(images, -1, 1) if order == FIRST else images


def network(images, order=LAST, end="softmax", units=3):
    """A small network, float64 for the sake of finite differences."""
    minidl.set_random_seed(1)
    how = {"data_format": order, "dtype": "float64"}
    stack = [
        Input(laid(images, order).shape[1:], dtype="float64"),
        layers.Conv2D(4, 3, activation="tanh", **how),
        layers.BatchNormalization(axis=1 if order == FIRST else -1, dtype="float64"),
        layers.Conv2D(5, 3, padding="same", strides=2, activation="relu", name="last", **how),
        layers.Flatten(data_format=order, dtype="float64"),
        layers.Dense(units, activation=end, dtype="float64"),
    ]
    return Sequential(stack)


def drawn(figure, place):
    """The numbers of the uppermost picture of a panel."""
    return np.asarray(figure.axes[place].images[-1].get_array())


def unchanged(model, work):
    """Do the work, which must leave the gradients, the weights and the model's calls alone."""
    before = model.get_weights()
    for weight in model.trainable_weights:
        weight.grad = np.ones(weight.shape)
    result = work()
    assert all((w.grad == 1).all() for w in model.trainable_weights)
    assert all((a == b).all() for a, b in zip(before, model.get_weights()))
    assert not any("call" in vars(layer) for layer in model.all_layers())
    return result


# --- filters and feature maps


def test_filters_of_one_channel_on_one_scale():
    model = network(GREY)
    kernel = model.layers[0].get_weights()[0]
    for given in (model, model.layers[0], kernel):
        figure = plots.filters(given, title="F")
        for k in range(4):
            np.testing.assert_array_equal(drawn(figure, k), kernel[:, :, 0, k])
            assert figure.axes[k].images[0].get_clim() == (-abs(kernel).max(), abs(kernel).max())
        assert figure.get_suptitle() == "F"


def test_filters_of_three_channels_are_coloured():
    kernel = np.array([-2.0, 0.0, 2.0, 1.0]).reshape(2, 2, 1, 1) * np.ones((1, 1, 3, 2))
    figure = plots.filters(kernel)
    np.testing.assert_allclose(drawn(figure, 1)[..., 0], [[0.0, 0.5], [1.0, 0.75]])
    assert drawn(figure, 1).shape == (2, 2, 3)


def test_filters_of_many_channels_side_by_side():
    model = network(GREY)
    kernel = model.get_layer("last").get_weights()[0]
    picture = np.ma.filled(drawn(plots.filters(model, "last"), 2), np.nan)
    assert picture.shape == (7, 7), "four channels of 3x3 pixels, and a gap"
    np.testing.assert_array_equal(picture[:3, 4:], kernel[:, :, 1, 2])
    np.testing.assert_array_equal(picture[4:, :3], kernel[:, :, 2, 2])
    assert np.isnan(picture[3]).all() and np.isnan(picture[:, 3]).all()


@pytest.mark.parametrize(
    "layer, last_of_each",
    [
        (
            layers.DepthwiseConv2D(2, depth_multiplier=2),
            lambda kernel: kernel[:, :, [1, 1], [0, 1]],
        ),
        (layers.SeparableConv2D(5, 2), lambda kernel: kernel[:, :, [0, 1], 0]),
        (layers.Conv2DTranspose(5, 2), lambda kernel: kernel[:, :, [3, 4], 1]),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_filters_of_other_convolutions(layer, last_of_each):
    """The last channel of the last two filters."""
    layer(np.ones((1, 4, 4, 2)))
    figure = plots.filters(layer)
    count = sum(axis.get_title() != "" for axis in figure.axes)
    expected = last_of_each(layer.get_weights()[0])
    for k in range(2):
        np.testing.assert_array_equal(drawn(figure, count - 2 + k)[:, -2:], expected[..., k])


@EACH
def test_feature_maps_are_the_outputs_of_the_layer(images, order):
    model, x = network(images, order), laid(images, order)
    for layer in (None, "last", model.get_layer("last")):
        figure = unchanged(model, lambda layer=layer: plots.feature_maps(model, x[1], layer))
        end = model.layers[0] if layer is None else model.get_layer("last")
        maps = Model(model.inputs, end.output).predict(x[1:], verbose=0)[0]
        maps = maps if order == FIRST else np.moveaxis(maps, -1, 0)
        for k, expected in enumerate(maps):
            np.testing.assert_allclose(drawn(figure, k + 1), expected, atol=1e-12)
        assert figure.axes[len(maps)].get_title() == str(len(maps) - 1)
        assert figure.axes[len(maps) + 1].get_title() == "", "and no more"
        np.testing.assert_allclose(drawn(figure, 0).squeeze(), images[1].squeeze())


def test_a_layer_of_a_model_inside_is_found():
    trunk = Sequential([Input((8, 7, 1)), layers.Conv2D(2, 3, name="inner")], name="trunk")
    model = Sequential([trunk, layers.GlobalMaxPooling2D(), layers.Dense(2)])
    expected = trunk.predict(GREY[:1], verbose=0)[0]
    for layer in ("inner", "trunk", None):
        figure = plots.feature_maps(model, GREY[0], layer)
        np.testing.assert_allclose(drawn(figure, 2), expected[..., 1], rtol=1e-6)
    assert plots.grad_cam(model, GREY) is not None


def test_a_model_of_your_own_class():
    class Own(Model):
        def __init__(self):
            super().__init__()
            self.convolution = layers.Conv2D(2, 3)
            self.dense = layers.Dense(2)

        def call(self, x):
            return self.dense(minidl.ops.mean(self.convolution(x), axis=(1, 2)))

    model = Own()
    with pytest.raises(ValueError, match="call it on data first"):
        plots.saliency(model, GREY)
    model(GREY)
    expected = model.convolution(GREY[:1]).numpy()[0, ..., 1]
    np.testing.assert_allclose(drawn(plots.feature_maps(model, GREY[0]), 2), expected, rtol=1e-6)


# --- saliency and Grad-CAM


def logits(model, x):
    """The scores before softmax or sigmoid, by a model that shares the weights."""
    dense = model.layers[-1]
    rows = Model(model.inputs, model.layers[-2].output).predict(x, verbose=0)
    kernel, bias = dense.get_weights()
    return rows @ kernel + bias


def slopes(model, image, k, sign=1.0, step=1e-5):
    """∂score/∂pixel of class k by central differences, each pixel by itself."""
    found = np.zeros(image.shape)
    for index in np.ndindex(image.shape):
        ends = np.stack([image, image])
        ends[0][index] -= step
        ends[1][index] += step
        low, high = logits(model, ends)[:, k] * sign
        found[index] = (high - low) / (2 * step)
    return found


@EACH
@pytest.mark.parametrize("end", ["softmax", None])
def test_saliency_is_the_slope_of_the_score(images, order, end):
    model, x = network(images, order, end), laid(images, order)
    figure = unchanged(model, lambda: plots.saliency(model, x, classes=[2, 0], names="abc"))
    assert [axis.get_title() for axis in figure.axes] == ["c", "", "a", ""]
    for i, k in enumerate((2, 0)):
        expected = abs(slopes(model, x[i], k)).max(axis=0 if order == FIRST else -1)
        np.testing.assert_allclose(drawn(figure, 2 * i + 1), expected, atol=1e-7)
        assert expected.max() > 1e-3
        np.testing.assert_allclose(drawn(figure, 2 * i).squeeze(), images[i].squeeze())


@pytest.mark.parametrize("end", ["sigmoid", None])
def test_saliency_and_the_sign_of_one_output(end):
    model = network(GREY, end=end, units=1)
    for k in (0, 1):
        maps = [drawn(plots.saliency(model, GREY, classes=k), i) for i in (1, 3)]
        for image, found in zip(GREY, maps):
            np.testing.assert_allclose(found, abs(slopes(model, image, 0))[..., 0], atol=1e-7)
    cams = [drawn(plots.grad_cam(model, GREY, classes=k), 1) for k in (0, 1)]
    assert not np.allclose(cams[0], cams[1]), "what speaks for one class speaks against the other"


def test_without_classes_it_is_the_predicted_one():
    model = network(GREY)
    best = model.predict(GREY, verbose=0).argmax(axis=1)
    for plot in (plots.saliency, plots.grad_cam):
        figure = plot(model, GREY)
        assert [figure.axes[i].get_title() for i in (0, 2)] == [str(k) for k in best]
        np.testing.assert_array_equal(drawn(figure, 3), drawn(plot(model, GREY, best), 3))
        one = network(GREY, end="sigmoid", units=1)
        says_yes = one.predict(GREY, verbose=0)[:, 0] > 0.5
        titles = [plot(one, GREY).axes[i].get_title() for i in (0, 2)]
        assert titles == [str(int(yes)) for yes in says_yes]


def test_saliency_of_a_dense_network_of_rows():
    model = Sequential([Input((9,)), layers.Dense(2, kernel_initializer="ones")])
    model.set_weights([np.arange(18.0).reshape(9, 2) - 5, np.zeros(2)])
    found = drawn(plots.saliency(model, np.ones((1, 9)), classes=1), 1)
    np.testing.assert_array_equal(found, abs(np.arange(18.0).reshape(9, 2)[:, 1] - 5).reshape(3, 3))


def naive_grad_cam(model, layer, x, k, order):
    """Equations 1 and 2 of the paper, with the rest of the network called on the layer's maps, and
    its slopes found by central differences.
    """
    place = model.layers.index(layer)
    maps = Model(model.inputs, layer.output).predict(x[None], verbose=0)[0]

    def score(changed):
        y = Tensor(changed[None])
        for after in model.layers[place + 1 : -1]:
            y = after(y, training=False)
        kernel, bias = model.layers[-1].get_weights()
        return (y.numpy() @ kernel + bias)[0, k]

    maps_last = np.moveaxis(maps, 0, -1) if order == FIRST else maps
    total = np.zeros(maps_last.shape[:2])
    for channel in range(maps_last.shape[-1]):
        alpha = 0.0
        for index in np.ndindex(total.shape):
            place_of = (channel, *index) if order == FIRST else (*index, channel)
            ends = [maps.copy(), maps.copy()]
            ends[0][place_of] -= 1e-5
            ends[1][place_of] += 1e-5
            alpha += (score(ends[1]) - score(ends[0])) / 2e-5 / total.size
        total += alpha * maps_last[..., channel]
    return np.maximum(total, 0)


@EACH
def test_grad_cam_is_that_of_the_paper(images, order):
    model, x = network(images, order), laid(images, order)
    for layer in (None, model.layers[0]):
        figure = unchanged(model, lambda layer=layer: plots.grad_cam(model, x, [1, 2], layer))
        for i, k in enumerate((1, 2)):
            end = layer or model.get_layer("last")
            expected = naive_grad_cam(model, end, x[i], k, order)
            np.testing.assert_allclose(drawn(figure, 2 * i + 1), expected, atol=1e-8)
            picture = figure.axes[2 * i + 1].images[-1]
            assert picture.get_extent() == [-0.5, 6.5, 7.5, -0.5], "over the whole image"
    assert max(drawn(figure, i).max() for i in (1, 3)) > 1e-3


def test_grad_cam_after_global_pooling_is_the_weights_times_the_maps():
    """With the mean of each map before Dense, αₖ is its weight over the number of positions: the
    class activation map of Zhou et al. 2016.
    """
    stack = [Input((8, 7, 1)), layers.Conv2D(4, 3, name="end")]
    model = Sequential([*stack, layers.GlobalAveragePooling2D(), layers.Dense(3)])
    maps = Model(model.inputs, model.get_layer("end").output).predict(GREY, verbose=0)
    expected = np.maximum(maps @ model.layers[-1].get_weights()[0][:, 2] / 30, 0)
    figure = plots.grad_cam(model, GREY, classes=2)
    np.testing.assert_allclose(drawn(figure, 1), expected[0], atol=1e-6)
    assert expected[0].max() > 1e-4


# --- what may be handed over


def test_one_image_and_images_without_channels():
    model, first = network(GREY), network(GREY, FIRST)
    expected = drawn(plots.saliency(model, GREY, 1), 1)
    for given in (GREY[:1], GREY[0], GREY[0, ..., 0], GREY[..., 0], Tensor(GREY)):
        np.testing.assert_array_equal(drawn(plots.saliency(model, given, 1), 1), expected)
    expected = drawn(plots.saliency(first, laid(GREY, FIRST), 1), 1)
    for given in (GREY[0, ..., 0], GREY[..., 0], GREY[0].transpose(2, 0, 1)):
        np.testing.assert_array_equal(drawn(plots.saliency(first, given, 1), 1), expected)


@pytest.mark.parametrize(
    "low, high, shown",
    [(0.2, 0.6, (0.2, 0.6)), (-0.5, 0.25, (0.0, 0.75)), (-1, 1, (0, 1)), (1, 3, (1 / 3, 1))],
)
def test_colours_between_0_and_1(low, high, shown):
    """Moved up if some are negative, made smaller if they reach over more than 1."""
    batch = np.linspace(low, high, 12).reshape(1, 2, 2, 3)
    found = plots.seeing._pictures(batch, first=False)
    np.testing.assert_allclose(found.ravel(), np.linspace(*shown, 12), atol=1e-12)


def test_maps_and_filters_of_zeros_have_a_scale():
    model = network(GREY)
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    for plot in (plots.saliency, plots.grad_cam):
        assert plot(model, GREY).axes[1].images[-1].get_clim() == (0, 1)
    figure = plots.filters(np.zeros((2, 2, 3, 2)), columns=1)
    assert (drawn(figure, 0) == 0.5).all() and len(figure.axes) == 2
    places = [axis.get_subplotspec().rowspan.start for axis in figure.axes]
    assert places == [0, 1], "one column"


@pytest.mark.parametrize(
    "scores, classes",
    [
        ([[0.0], [0.5], [1.0]], [0, 0, 1]),
        ([[-1.0], [0.0], [0.4]], [0, 0, 1]),
        ([[0.2], [0.6], [1.5]], [1, 1, 1]),
        ([[0.0, 1, 2], [5, 1, 2], [0, 1, -3]], [2, 0, 1]),
    ],
)
def test_the_predicted_class_where_logits_are_unknown(scores, classes):
    """The border is 0.5 for what may be probabilities, else 0."""
    total, found = plots.responses.class_scores("t", Tensor(scores), None)
    assert found.tolist() == classes
    picked = [row[k] if len(row) > 1 else (2 * k - 1) * row[0] for row, k in zip(scores, found)]
    assert total.item() == pytest.approx(sum(picked))


def test_a_frozen_network_sees_as_before():
    model = network(GREY)
    for plot in (plots.saliency, plots.grad_cam):
        model.trainable = True
        before = drawn(plot(model, GREY), 1)
        model.trainable = False
        np.testing.assert_array_equal(drawn(plot(model, GREY), 1), before)


def test_a_layer_keeps_a_call_of_its_own():
    model = network(GREY)
    layer = model.get_layer("last")
    plain, own = layer.call, lambda x: 2 * plain(x)
    before = drawn(plots.feature_maps(model, GREY[0], "last"), 1)
    layer.call = own
    after = drawn(plots.feature_maps(model, GREY[0], "last"), 1)
    np.testing.assert_allclose(after, 2 * before)
    assert vars(layer)["call"] is own


def test_colours_beyond_1_are_scaled():
    stack = [Input((8, 7, 3)), layers.Rescaling(1 / 255), layers.Conv2D(2, 3), layers.Flatten()]
    model = Sequential([*stack, layers.Dense(2)])
    bytes_ = (COLOUR * 255).astype(np.uint8)
    shown = drawn(plots.saliency(model, bytes_), 0)
    np.testing.assert_allclose(shown, bytes_[0] / bytes_.max(), atol=1e-6)


def several():
    a, b = Input((8, 7, 1)), Input((8, 7, 1))
    return Model([a, b], layers.Add()([a, b]))


def two_outputs():
    a = Input((8, 7, 1))
    return Model(a, [layers.Conv2D(2, 3)(a), layers.Flatten()(a)])


def aside():
    """The last convolution leads nowhere."""
    a = Input((8, 7, 1))
    layers.Conv2D(2, 3, name="nowhere")
    left = layers.Dense(2)(layers.Flatten()(layers.Conv2D(2, 3, name="used")(a)))
    stopped = layers.Lambda(lambda x: x.detach())(layers.Conv2D(2, 3, name="stopped")(a))
    return Model(a, left + 0.0 * layers.Dense(2)(layers.Flatten()(stopped)))


def constant():
    """Nothing flows back."""
    return Sequential([Input((8, 7, 1)), layers.Lambda(lambda x: x.detach()), layers.Flatten()])


DENSE = [Input((8, 7, 1)), layers.Flatten(), layers.Dense(2, name="scores")]


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: plots.filters(Sequential(DENSE)), "no 2-D convolution in"),
        (lambda: plots.grad_cam(Sequential(DENSE), GREY), "no 2-D convolution in"),
        (lambda: plots.filters(network(GREY), "dense"), "no layer 'dense' in 'sequential.*'last'"),
        (lambda: plots.filters(network(GREY), layers.Conv2D(1, 1, name="x")), "no layer 'x'"),
        (lambda: plots.filters(Sequential(DENSE), "scores"), "'scores' is a Dense"),
        (lambda: plots.filters(layers.Conv2D(1, 1)), "has no weights yet"),
        (lambda: plots.filters(np.ones((3, 3))), r"received shape \(3, 3\)"),
        (lambda: plots.feature_maps(network(GREY), GREY), "one image; received 2"),
        (lambda: plots.saliency(network(GREY), GREY[:0]), r"received \(0, 8, 7, 1\)"),
        (
            lambda: plots.saliency(network(GREY), COLOUR),
            r"takes images of shape \(n, 8, 7, 1\), or one image of shape \(8, 7, 1\)",
        ),
        (lambda: plots.saliency(network(GREY), GREY, 3), "a class from 0 to 2"),
        (lambda: plots.saliency(network(GREY), GREY, -1), "received -1"),
        (lambda: plots.saliency(network(GREY), GREY, [0, 1, 1]), "one for each of the 2"),
        (lambda: plots.grad_cam(network(GREY), GREY, 0.5), "received 0.5"),
        (lambda: plots.saliency(several(), [GREY, GREY]), "one input of images"),
        (lambda: plots.saliency(two_outputs(), GREY), "one row of class scores"),
        (lambda: plots.grad_cam(Sequential(DENSE), GREY, layer="scores"), r"have shape \(2, 2\)"),
        (lambda: plots.grad_cam(aside(), GREY, layer="stopped"), "do not depend on 'stopped'"),
        (lambda: plots.saliency(constant(), GREY), "have no gradient to the image"),
        (
            lambda: plots.saliency(Sequential([Input((5,)), layers.Dense(2)]), np.ones((1, 5))),
            "no square",
        ),
    ],
)
def test_mistakes(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_an_error_leaves_the_layer_as_it_was():
    model = network(GREY)
    model.get_layer("last").trainable = False
    with pytest.raises(ValueError):
        plots.grad_cam(model, GREY, classes=9)
    assert not any("call" in vars(layer) for layer in model.layers)
    assert minidl.core.tensor.switches.training is None
