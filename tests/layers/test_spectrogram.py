"""Sound as a picture of its frequencies. Keras's numbers are in test_layers_as_keras.py."""

import numpy as np
import pytest

from minidl import Input, Sequential, Tensor, layers
from minidl.layers.spectrogram import mel, mel_filters

RATE = 8000
WAVE = np.sin(2 * np.pi * 1000 * np.arange(4000) / RATE).astype("float32")


def test_a_tone_is_a_line():
    """1000 hertz, which are 1000 mels: the loudest bin is the one whose triangle is around it."""
    assert abs(mel(1000) - 1000) < 0.1
    layer = layers.MelSpectrogram(256, 64, sampling_rate=RATE, num_mel_bins=16)
    z = layer(WAVE).numpy()
    assert z.shape == (16, 63) and z.dtype == np.float32
    edges = np.linspace(mel(20), mel(4000), 18)
    nearest = np.abs(edges[1:-1] - mel(1000)).argmin()
    assert set(z[:, 3:-3].argmax(axis=0)) == {nearest}
    np.testing.assert_allclose(z.max() - z.min(), 80, atol=1e-3)  # top_db


def test_triangles_that_overlap_by_halves():
    filters = mel_filters(4, 1001, 8000, 100.0, 3000.0)
    assert filters.shape == (1001, 4) and filters.min() == 0 and filters.max() > 0.99
    hertz = np.linspace(0, 4000, 1001)
    tops = mel(hertz)[filters.argmax(axis=0)]
    np.testing.assert_allclose(np.diff(tops), np.diff(tops).mean(), rtol=0.01)
    inside = (mel(hertz) > tops[0]) & (mel(hertz) < tops[-1])
    np.testing.assert_allclose(filters[inside].sum(axis=1), 1)
    assert np.all(filters[(hertz < 100) | (hertz > 3000)] == 0)
    assert np.all(mel_filters(2, 5, 8000, 0.0, 4000.0)[0] == 0)


def test_in_a_model_and_with_a_gradient():
    model = Sequential([Input((4000,)), layers.MelSpectrogram(256, 64, num_mel_bins=8)])
    assert model.output_shape == (None, 8, 63)
    both = model.predict(np.stack([WAVE, 0 * WAVE]), verbose=0)
    # 10·log₁₀(min_power): the loud signal beside it does not matter
    np.testing.assert_allclose(both[1], -100, rtol=1e-6)
    assert both[0].min() == both.max() - 80
    silence = Tensor(np.zeros((1, 600)), requires_grad=True)
    layers.MelSpectrogram(64, 32, power_to_db=False)(silence).sum().backward()
    assert np.all(silence.grad == 0)  # not nan, which √(x² + y²) at 0 would give


def test_its_arguments():
    layer = layers.MelSpectrogram(128, sampling_rate=4000)
    assert (layer.sequence_length, layer.max_freq) == (128, 2000)
    quiet = layers.MelSpectrogram(64, 32, num_mel_bins=4, ref_power=0.0, min_power=1e-4)
    assert np.all(quiet(np.zeros(100, "float32")).numpy() == 0)  # 10·log₁₀(1e-4/1e-4)
    again = layers.MelSpectrogram.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"fft_length": 0}, "MelSpectrogram: fft_length must be a whole number"),
        ({"sequence_stride": 0}, "MelSpectrogram: sequence_stride must be"),
        ({"sequence_length": 0}, "MelSpectrogram: sequence_length must be"),
        ({"sequence_length": 4096}, "fft_length is at least sequence_length; received 2048 and"),
        ({"num_mel_bins": 0}, "MelSpectrogram: num_mel_bins must be"),
        (
            {"min_freq": 9000.0},
            "MelSpectrogram: min_freq must be a number of at least 0 and below 8000",
        ),
        ({"min_freq": -1.0}, "min_freq must be a number of at least 0"),
        ({"power_to_db": "yes"}, "MelSpectrogram: power_to_db is True or False"),
        ({"top_db": None}, "MelSpectrogram: top_db must be"),
    ],
)
def test_what_is_refused(options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        layers.MelSpectrogram(**options)
