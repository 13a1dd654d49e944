"""LSTM layers of images. Keras's numbers are in test_layers_as_keras.py."""

import numpy as np
import pytest

from minidl import Input, Sequential, check_gradients, layers, ops

RNG = np.random.default_rng(6)
X = RNG.normal(size=(2, 3, 5, 4, 2)).astype("float32")


def test_a_window_of_one_pixel_is_an_lstm_of_each_pixel():
    layer = layers.ConvLSTM2D(3, 1, return_sequences=True)
    z = layer(X)
    lstm = layers.LSTM(3, return_sequences=True)
    rows = X.transpose(0, 2, 3, 1, 4).reshape(-1, 3, 2)  # each pixel a sequence
    lstm(rows)
    lstm.set_weights([w.reshape(w.shape[-2:] if w.ndim > 1 else -1) for w in layer.get_weights()])
    expected = lstm(rows).numpy().reshape(2, 5, 4, 3, 3).transpose(0, 3, 1, 2, 4)
    np.testing.assert_allclose(z.numpy(), expected, rtol=1e-5, atol=1e-6)


def test_gradients():
    layer = layers.ConvLSTM2D(2, 2, padding="same", dtype="float64")
    x = X[:1, :2, :3, :2].astype("float64")
    layer(x)
    assert check_gradients(layer, x)
    w, u = (v.numpy() for v in (layer.cell.kernel, layer.cell.recurrent_kernel))

    def of_weights(w, u):
        layer.cell.kernel, layer.cell.recurrent_kernel = w, u
        return layer(x)

    layer.cell.kernel = layer.cell.recurrent_kernel = None
    assert check_gradients(of_weights, w, u)


def test_both_data_formats_give_the_same():
    settings = dict(filters=3, kernel_size=(3, 2), strides=(2, 1), return_state=True)
    last = layers.ConvLSTM2D(**settings)
    expected = last(X)
    first = layers.ConvLSTM2D(**settings, data_format="channels_first")
    first(np.moveaxis(X, -1, 2))
    first.set_weights(last.get_weights())
    for found, wanted in zip(first(np.moveaxis(X, -1, 2)), expected):
        np.testing.assert_allclose(ops.moveaxis(found, 1, -1).numpy(), wanted.numpy(), rtol=1e-6)


def test_states_go_on_where_they_ended():
    layer = layers.ConvLSTM2D(3, 3, padding="same", return_state=True)
    whole, h, c = layer(X)
    _, *states = layer(X[:, :2])
    assert states[0].shape == states[1].shape == (2, 5, 4, 3)
    parts = layer(X[:, 2:], initial_state=states)
    for found, wanted in zip(parts, (whole, h, c)):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"states of the shapes \[\(2, 5, 4, 3\), .*; received"):
        layer(X, initial_state=[np.zeros((2, 3)), np.zeros((2, 3))])
    stateful = layers.ConvLSTM2D(3, 3, padding="same", stateful=True)
    stateful(X)
    stateful.set_weights(layer.get_weights())
    stateful.reset_state()
    stateful(X[:, :2])
    np.testing.assert_allclose(stateful(X[:, 2:]).numpy(), whole.numpy(), rtol=1e-5, atol=1e-6)


def test_steps_without_images_are_skipped():
    mask = np.array([[True, False, True], [False, True, False]])
    layer = layers.ConvLSTM2D(3, 2, return_sequences=True, zero_output_for_mask=True)
    z = layer(X, mask=mask).numpy()
    assert np.all(z[0, 1] == 0) and np.all(z[1, [0, 2]] == 0)
    np.testing.assert_allclose(z[:1, [0, 2]], layer(X[:1, [0, 2]]).numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(z[1:, 1:2], layer(X[1:, 1:2]).numpy(), rtol=1e-5, atol=1e-6)


def test_the_cell_begins_with_the_same_dropout_at_each_step():
    layer = layers.ConvLSTM2D(2, 1, dropout=0.5, recurrent_dropout=0.3, seed=1)
    still = np.ones((1, 4, 6, 6, 1), "float32")
    z = layer(still, training=True).numpy()
    assert len(np.unique(z[..., 0].round(6))) > 1  # some pixels were dropped, and others not
    assert np.abs(layer(still).numpy() - layer(still).numpy()).max() == 0


def test_the_next_picture_of_a_film():
    """A bright column moves by one place a step: after training, its next place is the
    brightest.
    """
    places = np.arange(8)
    films = np.zeros((8, 4, 5, 8, 1), "float32")
    for place in places:
        films[place, np.arange(4), :, (place + np.arange(4)) % 8] = 1
    model = Sequential(
        [
            Input((None, 5, 8, 1)),
            layers.ConvLSTM2D(8, 3, padding="same", return_sequences=True),
            layers.BatchNormalization(),
            layers.Conv3D(1, 3, activation="sigmoid", padding="same"),
        ]
    )
    assert model.output_shape == (None, None, 5, 8, 1)
    model.compile("adam", "binary_crossentropy")
    before = model.evaluate(films[:, :3], films[:, 1:], verbose=0)
    history = model.fit(films[:, :3], films[:, 1:], epochs=12, batch_size=2, verbose=0)
    assert history.history["loss"][-1] < 0.5 * before


def test_images_of_any_size():
    last = Sequential([Input((None, None, None, 2)), layers.ConvLSTM2D(4, 3)])
    assert last.output_shape == (None, None, None, 4)
    first = layers.ConvLSTM2D(4, 3, data_format="channels_first")
    for height in (7, 5):
        x = np.ones((2, 3, height, 6, 2), "float32")
        assert last(x).shape == (2, height - 2, 4, 4)
        assert first(np.moveaxis(x, -1, 2)).shape == (2, 4, height - 2, 4)


def test_the_config_has_a_number_for_each_axis():
    layer = layers.ConvLSTM2D(4, 3, strides=2, activity_regularizer="l2")
    config = layer.get_config()
    kept = {n: config[n] for n in ("kernel_size", "strides", "dilation_rate", "data_format")}
    assert kept == {
        "kernel_size": [3, 3],
        "strides": [2, 2],
        "dilation_rate": [1, 1],
        "data_format": "channels_last",
    }
    again = layers.ConvLSTM2D.from_config(config)
    assert again.get_config() == config and again.filters == 4 and again.padding == "valid"
    assert (again.kernel_size, again.strides, again.dilation_rate) == ((3, 3), (2, 2), (1, 1))
    assert again.data_format == "channels_last" and again.activity_regularizer is not None
    assert [again.cell.name, again.cell.rank] == ["convlstm2d_cell", 2]
    assert again.cell.activity_regularizer is None  # it would count twice


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: layers.ConvLSTM2D(2, (3, 3, 3)), "ConvLSTM2D: kernel_size is a whole number or 2"),
        (lambda: layers.ConvLSTM2D(0, 3), "ConvLSTMCell: units must be a whole number"),
        (lambda: layers.ConvLSTM2D(2, 3, padding="causal"), "padding is 'valid' or 'same'"),
        (lambda: layers.ConvLSTM2D(2, 3, strides=2, dilation_rate=2), "cannot both be more than 1"),
        (lambda: layers.ConvLSTM2D(2, 3)(X[:, 0]), r"InputSpec\(ndim=5\)"),
        (lambda: layers.ConvLSTM2D(2, 3)(X[:, :0]), "one step at least"),
        (lambda: layers.ConvLSTM2D(2, 9)(X), r"the window \(9, 9\) is larger than what arrives"),
        (lambda: layers.ConvLSTM2D(2, 6)(X), r"the window \(6, 6\) is larger than what arrives"),
        (lambda: layers.ConvLSTM2D(2, 3)(Input((3, 9, 9, None))), "needs to know the number of"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
