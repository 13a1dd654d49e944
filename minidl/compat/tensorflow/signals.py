"""tf.signal and tf.audio. Complex tensors have no gradients here; the pairs of real tensors that
Keras's ops.stft returns have.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable

import numpy as np

from ... import ops
from ...core.derivatives import frequencies
from ...data.sounds import of_length, read_wav, wav_of
from ...layers.spectrogram import mel_filters
from ...support.texts import as_texts
from ...tensor import Tensor, apply, wrap
from .doors import shelf

_Sound = namedtuple("DecodeWav", "audio sample_rate")


def _constant(x, cure: str) -> np.ndarray:
    """The numbers of x. An error if a gradient would have to pass."""
    if x.requires_grad:
        raise NotImplementedError(f"Complex tensors have no gradients here: use {cure}.")
    return x.data


def _complex(z, like):
    """A complex tensor, of 64 bits for float32."""
    return wrap(z.astype(np.result_type(like.dtype, np.complex64)))


def _windowed(make: Callable) -> Callable:
    """A window's weights. periodic: as if the next window followed it; without effect on an odd
    length, as in TensorFlow.
    """

    def window(window_length, periodic=True, dtype="float32"):
        length = int(window_length)
        follows = int(periodic and length % 2 == 0)
        return Tensor(make(length + follows)[:length], dtype=np.dtype(dtype))

    return window


hann_window, hamming_window = _windowed(np.hanning), _windowed(np.hamming)


def frame(signal, /, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1):
    """The windows of a signal: (..., n) to (..., windows, frame_length). pad_end: a window begins
    at each frame_step, and ends with pad_value.
    """
    x, step = ops.moveaxis(signal, axis, -1), int(frame_step)
    n = x.shape[-1]
    if pad_end:
        missing = max((-(-n // step) - 1) * step + int(frame_length) - n, 0)
        x = ops.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, missing)], constant_values=pad_value)
    windows = ops.extract_sequences(x, int(frame_length), step)
    last = axis % signal.ndim
    return ops.moveaxis(windows, (-2, -1), (last, last + 1))


def overlap_and_add(signal, /, frame_step):
    """The signal whose windows are these: those that overlap are added up."""
    return apply(frequencies.overlap_add, signal, stride=int(frame_step))


def _around(frame_length) -> int:
    """The smallest power of 2 that is at least so long."""
    return 2 ** int(np.ceil(np.log2(int(frame_length))))


def stft(
    signals, /, frame_length, frame_step, fft_length=None, window_fn=hann_window, pad_end=False
):
    """The frequencies of each window: (..., n) to (..., windows, fft_length // 2 + 1), complex.

    fft_length: a power of 2 if left out. window_fn: window_fn(frame_length, dtype=...) returns the
    weights of a window; None: no weights.
    """
    windows = frame(signals, frame_length, frame_step, pad_end)
    if window_fn is not None:
        windows = windows * window_fn(int(frame_length), dtype=signals.dtype)
    return rfft(windows, [fft_length or _around(frame_length)])


def inverse_stft(stfts, /, frame_length, frame_step, fft_length=None, window_fn=hann_window):
    """The signal whose windows have these frequencies, each times the weights of window_fn."""
    windows = irfft(stfts, [fft_length or _around(frame_length)])[..., : int(frame_length)]
    if window_fn is not None:
        windows = windows * window_fn(int(frame_length), dtype=windows.dtype)
    return overlap_and_add(windows, frame_step)


def rfft(input_tensor, /, fft_length=None):
    """The frequencies of real numbers along the last axis, from 0 to half of fft_length."""
    x = _constant(input_tensor, "ops.rfft or ops.stft")
    n = None if fft_length is None else int(np.ravel(fft_length)[0])
    return _complex(np.fft.rfft(x, n), x)


def irfft(input_tensor, /, fft_length=None):
    """The real numbers with these frequencies. fft_length: how many."""
    n = None if fft_length is None else int(np.ravel(fft_length)[0])
    z = input_tensor.data
    return wrap(np.fft.irfft(z, n).astype(z.real.dtype))


def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype="float32",
):
    """Weights of frequencies in mel bins, (num_spectrogram_bins, num_mel_bins)."""
    counts = int(num_mel_bins), int(num_spectrogram_bins)
    edges = float(lower_edge_hertz), float(upper_edge_hertz)
    return Tensor(mel_filters(*counts, float(sample_rate), *edges), dtype=np.dtype(dtype))


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, /):
    """√(2/n) Σ_t x_t cos(π k (2t + 1)/2n) along the last axis: how wavy each spectrum is."""
    n = log_mel_spectrograms.shape[-1]
    waves = np.cos(np.pi * np.outer(2 * np.arange(n) + 1, np.arange(n)) / (2 * n))
    matrix = np.sqrt(2 / n) * waves
    return ops.matmul(log_mel_spectrograms, matrix.astype(log_mel_spectrograms.dtype))


def _decode_wav(contents, desired_channels=-1, desired_samples=-1):
    """A sound (samples, channels) from -1 to 1, and its sampling rate.

    desired_channels, desired_samples: of the result; -1: as many as there are.
    """
    x, rate = read_wav(as_texts(contents).numpy())
    if desired_channels not in (-1, x.shape[1]):
        raise ValueError(
            f"decode_wav: the sound has {x.shape[1]} channels; received desired_channels="
            f"{desired_channels}."
        )
    x = x if desired_samples == -1 else of_length(x, int(desired_samples))
    return _Sound(wrap(x), Tensor(rate, dtype="int32"))


def _encode_wav(audio, /, sample_rate):
    """The bytes of a WAV file with this sound, (samples, channels) from -1 to 1."""
    return as_texts(wav_of(audio, int(sample_rate)))


def _of_complex(part: Callable) -> Callable:
    return lambda input, /: wrap(np.array(part(input.data)))


def _transform(forth: Callable) -> Callable:
    return lambda input, /: _complex(forth(_constant(input, "ops.fft")), input.data.real)


HERE: dict[str, Callable] = {
    "fft": _transform(np.fft.fft),
    "fft2d": _transform(np.fft.fft2),
    "ifft": _transform(np.fft.ifft),
    "ifft2d": _transform(np.fft.ifft2),
}
_AUDIO: dict[str, Callable] = {"decode_wav": _decode_wav, "encode_wav": _encode_wav}
_PARTS: dict[str, Callable] = {
    "real": _of_complex(np.real),
    "imag": _of_complex(np.imag),
    "conj": _of_complex(np.conj),
    "angle": _of_complex(np.angle),
}
_PAIR: dict[str, Callable] = {
    "complex": lambda real, imag, /: _complex(real.data + 1j * imag.data, real.data)
}
NAMES = shelf(globals(), "signal.")
for _place, _table in {"audio.": _AUDIO, "math.": _PARTS, "": _PAIR}.items():
    NAMES |= shelf({"__name__": __name__, "HERE": _table}, _place)
