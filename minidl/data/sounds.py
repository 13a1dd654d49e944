"""Sounds in files: WAV files as arrays, and folders of them as a dataset. Python's `wave` module
reads and writes the files.
"""

from __future__ import annotations

import io
import wave
from typing import Any, NamedTuple

import numpy as np

from ..support.arrays import as_array
from ..support.checks import check_count, check_flag
from .folders import Reading, check_split, datasets_of, find_files
from .images import known

_FULL = 2**15  # a sample of 16 bits goes from -2**15 to 2**15 - 1


def read_wav(contents: bytes, what: str = "what was given") -> tuple[np.ndarray, int]:
    """Return the sound in the bytes of a WAV file, (samples, channels) float32 from -1 to 1, and
    its sampling rate in hertz. what: the words for the bytes in errors.
    """
    try:
        with wave.open(io.BytesIO(contents)) as file:
            bits, channels, rate = 8 * file.getsampwidth(), file.getnchannels(), file.getframerate()
            frames = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise ValueError(
            f"{what} is no WAV file of whole numbers ({error}). Convert it: ffmpeg -i sound.mp3 "
            "-acodec pcm_s16le sound.wav"
        ) from None
    if bits != 16:
        raise ValueError(
            f"{what} has samples of {bits} bits; 16 are read. Convert it: ffmpeg -i sound.wav "
            "-acodec pcm_s16le new.wav"
        )
    whole = frames[: len(frames) - len(frames) % (2 * channels)]  # a file may end too early
    samples = np.frombuffer(whole, "<i2").reshape(-1, channels)
    return samples.astype(np.float32) / _FULL, rate


def wav_of(x, sample_rate: int) -> bytes:
    """Return the bytes of a WAV file with 16 bits a sample. x: (samples, channels), from -1 to
    1; what is louder is cut off. sample_rate: in hertz.
    """
    x = as_array(x)
    if x.ndim != 2 or x.shape[1] == 0:
        raise ValueError(
            f"A sound has the shape (samples, channels); received {x.shape}. One channel is "
            "x[:, None]."
        )
    rate = check_count("sample_rate", sample_rate)
    numbers = np.clip(np.round(x * _FULL), -_FULL, _FULL - 1).astype("<i2")
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(x.shape[1])
        writing.setsampwidth(2)
        writing.setframerate(rate)
        writing.writeframes(numbers.tobytes())
    return file.getvalue()


def of_length(x: np.ndarray, samples: int) -> np.ndarray:
    """Cut a sound (samples, channels), or continue it by silence."""
    missing = max(samples - len(x), 0)
    return np.pad(x[:samples], ((0, missing), (0, 0)))


def audio_dataset_from_directory(
    directory,
    labels="inferred",
    label_mode="int",
    class_names=None,
    batch_size: int | None = 32,
    sampling_rate=None,
    output_sequence_length=None,
    ragged=False,
    shuffle=True,
    seed=None,
    validation_split=None,
    subset=None,
    follow_links=False,
    verbose=True,
) -> Any:
    """A dataset of the sounds in a directory, whose folders are the classes: batches (sounds,
    labels), sounds (n, samples, channels) float32 from -1 to 1. The sounds are the files that end
    in .wav, of 16 bits.

    output_sequence_length: the samples of each sound, which is cut or continued by silence; None:
    as many as the longest of its batch. sampling_rate: sounds are not resampled, so a file of
    another rate, in hertz, raises ValueError. ragged=True is refused: tensors are rectangular.
    The other arguments, the results and the errors are those of image_dataset_from_directory.
    """
    known("label_mode", label_mode, ("int", "categorical", "binary", None))
    check_split(validation_split, subset, shuffle, seed)
    if check_flag("ragged", ragged):
        raise ValueError(
            "ragged=True asks for rows of different lengths, which tensors do not hold here. Leave "
            "it out: shorter sounds of a batch are continued by silence."
        )
    for name, count in [
        ("sampling_rate", sampling_rate),
        ("output_sequence_length", output_sequence_length),
    ]:
        if count is not None:
            check_count(name, count)
    labels = labels if label_mode else None
    files = find_files(directory, labels, class_names, follow_links, (".wav",), "sounds")
    how = Reading(
        Reader(sampling_rate, output_sequence_length),
        label_mode,
        batch_size,
        shuffle,
        seed,
        verbose,
        padded=output_sequence_length is None,
    )
    return datasets_of(files, how, validation_split, subset)


class Reader(NamedTuple):
    """The sound in a file, of the length of all."""

    rate: int | None
    samples: int | None

    def __call__(self, path, *label):
        with open(str(path), "rb") as file:
            x, rate = read_wav(file.read(), str(path))
        if self.rate not in (None, rate):
            raise ValueError(
                f"{path} has {rate} samples a second, not sampling_rate={self.rate}. Convert it: "
                f"ffmpeg -i sound.wav -ar {self.rate} new.wav"
            )
        x = x if self.samples is None else of_length(x, self.samples)
        return (x, *label) if label else x
