"""Frequencies of signals. The ops are tested in core/derivatives, and Keras's numbers in
test_ops_as_keras.py.
"""

import numpy as np
import pytest

from minidl import Input, Model, Tensor, check_gradients, ops

RNG = np.random.default_rng(4)
X = RNG.normal(size=(2, 40))


def test_a_wave_is_one_frequency():
    """5 waves in 64 samples, of amplitude 3: ½·3·64 at frequency 5."""
    t = np.arange(64)
    real, imaginary = ops.rfft(3 * np.cos(2 * np.pi * 5 * t / 64))
    expected = np.zeros(33)
    expected[5] = 96
    np.testing.assert_allclose(real.numpy(), expected, atol=1e-9)
    np.testing.assert_allclose(imaginary.numpy(), 0, atol=1e-9)


@pytest.mark.parametrize("window", ["hann", "hamming", None, np.linspace(1, 2, 12)])
@pytest.mark.parametrize("center", [True, False])
@pytest.mark.parametrize(("stride", "fft_length"), [(4, 12), (3, 12), (4, 16)])
def test_the_inverse_gives_the_signal_back(window, center, stride, fft_length):
    frequencies = ops.stft(X, 12, stride, fft_length, window, center)
    back = ops.istft(frequencies, 12, stride, fft_length, 30, window, center)
    assert back.shape == (2, 30) and back.dtype == np.float64
    inside = slice(None if center else 12, 28)  # at the ends no window reaches it wholly
    np.testing.assert_allclose(back.numpy()[:, inside], X[:, :30][:, inside], rtol=1e-10)


def test_inverses_of_the_transforms():
    pair = X[:, :8], X[:, 8:16]
    for back, there in zip(ops.ifft2(ops.fft2(pair)), pair):
        np.testing.assert_allclose(back.numpy(), there)
    np.testing.assert_allclose(ops.irfft(ops.rfft(X)).numpy(), X)
    np.testing.assert_allclose(ops.irfft(ops.rfft(X[:, :39]), 39).numpy(), X[:, :39])


def test_types_stay():
    for x in (X.astype("float32"), X):
        for part in [*ops.stft(x, 8, 4, 8), *ops.fft((x, x)), ops.irfft((x, x)), *ops.rfft(x, 30)]:
            assert part.dtype == x.dtype
    assert ops.rfft([1, 2, 3])[0].dtype == np.float32
    assert ops.extract_sequences(np.arange(6), 2, 3).numpy().tolist() == [[0, 1], [3, 4]]


def test_gradients_pass_through_all_of_them():
    def spectrum(x):
        real, imaginary = ops.stft(x, 6, 3, 8, "hamming")
        return ops.sqrt(real**2 + imaginary**2)

    assert check_gradients(spectrum, X[:, :12])
    assert check_gradients(lambda x, y: ops.istft((x, y), 4, 2, 6), *RNG.normal(size=(2, 3, 4)))


def test_signals_of_a_model():
    waves = Input((30,))
    real, imaginary = ops.stft(waves, 8, 4, 8)
    model = Model(waves, [real, imaginary])
    assert model.output_shape == [(None, 8, 5), (None, 8, 5)]
    x = X[:, :30].astype("float32")
    found = model.predict(x, verbose=0)
    np.testing.assert_allclose(found[1], ops.stft(x, 8, 4, 8)[1].numpy(), rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: ops.fft(X), r"fft takes a pair \(real part, imaginary part\). Received: ndarray"),
        (lambda: ops.irfft([X]), r"irfft takes a pair .* irfft\(\(x, ops.zeros_like\(x\)\)\)"),
        (lambda: ops.fft((X, X[0])), r"have one shape.*Received: \(2, 40\) and \(40,\)"),
        (lambda: ops.fft2((X[0], X[0])), "of at least 2 axes"),
        (lambda: ops.istft((X[0], X[0]), 4, 2, 4), "of at least 2 axes"),
        (lambda: ops.rfft(3.0), r"rfft takes a signal, \(..., n\); received shape \(\)"),
        (lambda: ops.stft(np.ones((2, 0)), 2, 1, 2), r"received shape \(2, 0\)"),
        (lambda: ops.rfft(X, 0), "fft_length must be a whole number of at least 1"),
        (lambda: ops.irfft((X, X), 2.5), "fft_length must be a whole number"),
        (lambda: ops.extract_sequences(X, 0, 1), "sequence_length must be"),
        (lambda: ops.extract_sequences(X, 1, 0), "sequence_stride must be"),
        (
            lambda: ops.extract_sequences(X, 41, 1),
            "a window of 41 does not fit into a signal of 40",
        ),
        (lambda: ops.stft(X, 50, 4, 50, center=False), "stft: a window of 50 does not fit"),
        (lambda: ops.stft(X, 8, 4, 80), r"mirrors fft_length // 2 = 40 entries.*signal has 40"),
        (lambda: ops.stft(X, 8, 4, 7), "fft_length is at least sequence_length; received 7 and 8"),
        (lambda: ops.stft(X, 8, 4, 8, "han"), "window is 'hann', 'hamming', an array of 8 weights"),
        (lambda: ops.istft((X, X), 8, 4, 78, window=X[0]), r"received shape \(40,\)"),
        (lambda: ops.stft(X, 8, -4, 8), "sequence_stride must be"),
    ],
)
def test_what_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_window_is_periodic():
    """Windows of half their length apart add up to 1 everywhere."""
    ones = Tensor(np.ones(8))
    real, _ = ops.stft(ones, 8, 4, 8, "hann", center=False)
    np.testing.assert_allclose(float(real[0, 0]), 4)  # the sum of the weights: half of 8
