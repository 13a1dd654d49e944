"""The layer that turns sound into a picture of its frequencies."""

from __future__ import annotations

import numpy as np

from .. import ops
from ..support.checks import check_count, check_flag, check_number
from .base import Layer, layer_classes


def mel(hertz):
    """The pitch of a frequency on the mel scale, on which equal steps sound equally wide. Stevens
    et al. 1937; the formula of HTK.
    """
    return 1127.0 * np.log1p(np.asarray(hertz) / 700.0)


def mel_filters(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sampling_rate: float = 8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
) -> np.ndarray:
    """Weights of frequencies in mel bins, (num_spectrogram_bins, num_mel_bins): triangles that
    overlap by halves, equally wide on the mel scale, each 1 at its top.

    num_spectrogram_bins: equally spaced frequencies from 0 to sampling_rate / 2 hertz. The
    frequency 0 is left out. lower_edge_hertz, upper_edge_hertz: where the first triangle begins and
    the last one ends.
    """
    pitch = mel(np.linspace(0, sampling_rate / 2, num_spectrogram_bins))[:, None]
    edges = np.linspace(mel(lower_edge_hertz), mel(upper_edge_hertz), num_mel_bins + 2)
    begin, top, end = edges[:-2], edges[1:-1], edges[2:]
    rise, fall = (pitch - begin) / (top - begin), (end - pitch) / (end - top)
    weights = np.maximum(0, np.minimum(rise, fall))
    weights[0] = 0
    return weights


@layer_classes.register()
class MelSpectrogram(Layer):
    """Computes how loud each pitch is over time: (n, samples) to (n, num_mel_bins, windows), or one
    signal without the n.

    Each window of sequence_length samples, sequence_stride apart, is transformed (`ops.stft`:
    fft_length, window); its magnitudes to the power mag_exp are added up in num_mel_bins bins from
    min_freq to max_freq hertz (half of sampling_rate if left out). power_to_db: as decibels,
    10·log₁₀(max(S, min_power)/ref_power), and at most top_db below the loudest of the signal.
    """

    takes_raw_input = True

    def __init__(
        self,
        fft_length=2048,
        sequence_stride=512,
        sequence_length=None,
        window: str | None = "hann",
        sampling_rate=16000,
        num_mel_bins=128,
        min_freq=20.0,
        max_freq=None,
        power_to_db=True,
        top_db=80.0,
        mag_exp=2.0,
        min_power=1e-10,
        ref_power=1.0,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.fft_length = check_count("MelSpectrogram: fft_length", fft_length)
        self.sequence_stride = check_count("MelSpectrogram: sequence_stride", sequence_stride)
        length = fft_length if sequence_length is None else sequence_length
        self.sequence_length = check_count("MelSpectrogram: sequence_length", length)
        if self.sequence_length > self.fft_length:
            raise ValueError(
                "MelSpectrogram: fft_length is at least sequence_length; received "
                f"{fft_length} and {sequence_length}."
            )
        self.num_mel_bins = check_count("MelSpectrogram: num_mel_bins", num_mel_bins)
        self.window = window
        self.sampling_rate = check_number("MelSpectrogram: sampling_rate", sampling_rate, 1)
        highest = int(self.sampling_rate / 2) if max_freq is None else max_freq
        self.max_freq = check_number("MelSpectrogram: max_freq", highest)
        self.min_freq = check_number("MelSpectrogram: min_freq", min_freq, 0, self.max_freq)
        self.power_to_db = check_flag("MelSpectrogram: power_to_db", power_to_db)
        self.top_db = check_number("MelSpectrogram: top_db", top_db)
        self.mag_exp = check_number("MelSpectrogram: mag_exp", mag_exp)
        self.min_power = check_number("MelSpectrogram: min_power", min_power)
        self.ref_power = check_number("MelSpectrogram: ref_power", ref_power)

    def call(self, x):
        """Return the spectrogram of x."""
        real, imaginary = ops.stft(
            x.astype(self.dtype),
            self.sequence_length,
            self.sequence_stride,
            self.fft_length,
            self.window,
        )
        loudness = ops.power(real**2 + imaginary**2, self.mag_exp / 2)  # of the magnitude
        y = ops.matmul(loudness, self.filters())
        if self.power_to_db:
            y = self.decibels(y)
        return ops.swapaxes(y, -1, -2)

    def filters(self) -> np.ndarray:
        """The weights of frequencies in bins, (fft_length // 2 + 1, num_mel_bins)."""
        frequencies, edges = self.fft_length // 2 + 1, (self.min_freq, self.max_freq)
        weights = mel_filters(self.num_mel_bins, frequencies, self.sampling_rate, *edges)
        return weights.astype(self.dtype)

    def decibels(self, power):
        """10·log₁₀ of the power, and at least the loudest entry of the same signal less top_db."""
        least = self.min_power
        y = 10 * (ops.log10(ops.maximum(power, least)) - np.log10(max(abs(self.ref_power), least)))
        return ops.maximum(y, ops.max(y, axis=(-2, -1), keepdims=True) - self.top_db)
