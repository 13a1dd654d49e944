"""tf.signal and tf.audio. Their numbers are those of TensorFlow, line by line, in
test_tensorflow_names.py.
"""

import numpy as np
import pytest

import minidl as tf

X = np.random.default_rng(3).normal(size=(2, 24)).astype("float32")


def test_complex_tensors():
    z = tf.signal.stft(X, 8, 4)
    assert z.shape == (2, 5, 5) and z.dtype == np.complex64 and z.numpy().dtype == np.complex64
    assert z[0, 1:].shape == (4, 5) and tf.abs(z).dtype == np.float32
    assert tf.signal.rfft(X.astype("float64")).dtype == np.complex128
    np.testing.assert_allclose(
        tf.signal.ifft(tf.signal.fft(tf.complex(X, -X))).numpy().imag, -X, atol=1e-6
    )
    real, imaginary = tf.ops.stft(X, 8, 4, 8, center=False)
    np.testing.assert_allclose(tf.math.real(z).numpy(), real.numpy(), atol=1e-5)
    np.testing.assert_allclose(tf.math.imag(z).numpy(), imaginary.numpy(), atol=1e-5)


def test_a_gradient_that_cannot_pass_is_refused():
    x = tf.Variable(X)
    for call in (lambda: tf.signal.stft(x, 8, 4), lambda: tf.signal.rfft(x)):
        with pytest.raises(NotImplementedError, match="no gradients here: use ops.rfft or ops.st"):
            call()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(tf.signal.overlap_and_add(tf.signal.frame(x, 6, 3), 3) ** 2)
    assert tape.gradient(loss, x).shape == (2, 24)
    with tf.no_grad():
        assert tf.signal.stft(x.value, 8, 4).shape == (2, 5, 5)


def test_features_of_several_signals():
    several = X.reshape(2, 4, 6)
    found = tf.signal.mfccs_from_log_mel_spectrograms(several)
    each = [tf.signal.mfccs_from_log_mel_spectrograms(one).numpy() for one in several]
    np.testing.assert_allclose(found.numpy(), each, rtol=1e-5, atol=1e-6)


def test_windows_of_your_own():
    ones = tf.signal.stft(X, 8, 4, window_fn=lambda n, dtype: tf.ones((n,), dtype))
    np.testing.assert_array_equal(ones.numpy(), tf.signal.stft(X, 8, 4, window_fn=None).numpy())


def test_sounds_of_several_channels():
    sound = tf.audio.encode_wav(X.T / 4, sample_rate=8000)
    found = tf.audio.decode_wav(sound)
    assert found.audio.shape == (24, 2) and int(found.sample_rate) == 8000
    with pytest.raises(ValueError, match="the sound has 2 channels; received desired_channels=1"):
        tf.audio.decode_wav(sound, desired_channels=1)
    with pytest.raises(ValueError, match="what was given is no WAV file"):
        tf.audio.decode_wav(b"nothing")


def test_what_is_not_here_has_a_sentence():
    with pytest.raises(AttributeError, match=r"tf.signal.dct is not here: it is of frequencies"):
        tf.signal.dct
    with pytest.raises(AttributeError, match=r"tf.complex64 is not here: .*tf.complex\(x, y\)"):
        tf.complex64
    assert "stft" in dir(tf.signal)
