"""Sounds in WAV files, and folders of them as data. What they share with images is tested in
test_folders.py.
"""

import io
import wave

import numpy as np
import pytest

from minidl.data.sounds import of_length, read_wav, wav_of
from minidl.utils import audio_dataset_from_directory

WAVE = np.sin(np.arange(20))[:, None] / 2


def written(width=2, frames=bytes(8), channels=1) -> bytes:
    """A file that Python's own module writes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as writing:
        writing.setnchannels(channels)
        writing.setsampwidth(width)
        writing.setframerate(8000)
        writing.writeframes(frames)
    return file.getvalue()


@pytest.fixture
def folder(tmp_path):
    for name, lengths in (("no", (20, 12)), ("yes", (16,))):
        (tmp_path / name).mkdir()
        for i, length in enumerate(lengths):
            (tmp_path / name / f"{i}.wav").write_bytes(wav_of(WAVE[:length], 8000))
    return tmp_path


def test_a_sound_comes_back():
    x, rate = read_wav(wav_of(np.hstack([WAVE, -WAVE]), 16000))
    assert x.shape == (20, 2) and x.dtype == np.float32 and rate == 16000
    np.testing.assert_allclose(x, np.hstack([WAVE, -WAVE]), atol=0.51 / 2**15)
    x, rate = read_wav(written(frames=np.array([0, 16384, -32768, 32767], "<i2").tobytes()))
    assert x.ravel().tolist() == [0, 0.5, -1, 32767 / 32768] and rate == 8000
    loud, _ = read_wav(wav_of([[2.0], [-2.0]], 8000))
    assert loud.ravel().tolist() == [32767 / 32768, -1]


def test_a_file_that_ends_too_early_gives_what_there_is():
    whole = written(frames=np.arange(6, dtype="<i2").tobytes(), channels=2)
    x, _ = read_wav(whole[:-3])
    assert x.shape == (2, 2)


@pytest.mark.parametrize(
    ("contents", "words"),
    [
        (b"", "speech.wav is no WAV file"),
        (b"RIFF....WAVEnothing", "speech.wav is no WAV file.*ffmpeg"),
        (b"ID3\x03 an mp3", "speech.wav is no WAV file"),
        (written(width=1), "speech.wav has samples of 8 bits; 16 are read"),
        (written(width=3, frames=bytes(9)), "of 24 bits"),
    ],
)
def test_what_is_no_such_file(contents, words):
    with pytest.raises(ValueError, match=words):
        read_wav(contents, "speech.wav")


def test_what_is_no_sound():
    for x in (WAVE[:, 0], np.zeros((3, 0)), 1.0):
        with pytest.raises(ValueError, match=r"has the shape \(samples, channels\); received"):
            wav_of(x, 8000)
    with pytest.raises(ValueError, match="sample_rate"):
        wav_of(WAVE, 0)


def test_sounds_of_one_length():
    assert of_length(WAVE, 3).shape == (3, 1)
    longer = of_length(WAVE, 22)
    assert longer.shape == (22, 1) and np.all(longer[20:] == 0)


def test_the_folders_are_the_classes(folder, capsys):
    data = audio_dataset_from_directory(folder, batch_size=2, shuffle=False)
    assert capsys.readouterr().out == "Found 3 files belonging to 2 classes.\n"
    (first, labels), (last, _) = data
    assert data.class_names == ["no", "yes"] and labels.numpy().tolist() == [0, 0]
    assert first.shape == (2, 20, 1) and last.shape == (1, 16, 1)  # the longest of each batch
    assert np.all(first.numpy()[1, 12:] == 0) and first.dtype == np.float32
    np.testing.assert_allclose(first.numpy()[0], WAVE, atol=0.51 / 2**15)


def test_all_of_one_length_and_one_rate(folder):
    options = {"labels": None, "shuffle": False, "verbose": False}
    (sounds,) = audio_dataset_from_directory(folder, output_sequence_length=14, **options)
    assert sounds.shape == (3, 14, 1) and np.all(sounds.numpy()[1, 12:] == 0)
    single = list(audio_dataset_from_directory(folder, batch_size=None, **options))
    assert [len(sound) for sound in single] == [20, 12, 16]
    assert len(list(audio_dataset_from_directory(folder, sampling_rate=8000, **options))) == 1
    with pytest.raises(ValueError, match=r"0.wav has 8000 samples a second, not sampling_rate=16"):
        list(audio_dataset_from_directory(folder, sampling_rate=16000, **options))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"label_mode": "float"}, "label_mode is 'int'"),
        ({"ragged": True}, "ragged=True asks for rows of different lengths"),
        ({"ragged": 1}, "ragged is True or False"),
        ({"sampling_rate": 0}, "sampling_rate must be a whole number"),
        ({"output_sequence_length": 0}, "output_sequence_length must be a whole number"),
        ({"subset": "training"}, "validation_split and subset go together"),
        ({"class_names": ["perhaps"]}, "has no such folder"),
    ],
)
def test_what_is_refused(folder, options, words):
    with pytest.raises((ValueError, TypeError), match=words):
        audio_dataset_from_directory(folder, **options)
    with pytest.raises(ValueError, match=r"No sounds in .*\.wav"):
        (folder / "empty").mkdir()
        audio_dataset_from_directory(folder / "empty")
