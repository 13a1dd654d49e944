"""tf.summary without TensorBoard: what it hands to the writer of a file, and when."""

import numpy as np
import pytest

import minidl as tf
from minidl.compat.tensorflow import events


class Writer:
    """Notes what it is asked to write."""

    def __init__(self, folder):
        self.folder, self.calls = folder, []

    def __getattr__(self, name):
        return lambda *args, **how: self.calls.append((name, *args, *how.values()))


@pytest.fixture
def writer(monkeypatch):
    monkeypatch.setattr(events, "open_writer", Writer)
    yield tf.summary.create_file_writer("logs")
    assert not events._open and tf.summary.experimental.get_step() is None


def test_what_is_written_and_at_which_step(writer):
    file = writer.file
    with writer.as_default():
        assert tf.summary.scalar("loss", tf.Tensor(0.5), step=3)
        with writer.as_default(step=7):
            assert tf.summary.scalar("loss", 0.25) and tf.summary.experimental.get_step() == 7
            tf.summary.experimental.set_step(8)
            assert tf.summary.text("note", "hello")
        with pytest.raises(ValueError, match="at which step is 'late'"):
            tf.summary.scalar("late", 1.0)
        tf.summary.histogram("w", [1.0, 2.0], step=0)
    assert tf.summary.scalar("loss", 1.0, step=1) is False, "outside nothing is written"
    numbers = file.calls.pop(4)
    assert numbers[:2] == ("add_histogram", "w") and numbers[2].tolist() == [1, 2]
    assert file.calls == [
        ("add_scalar", "loss", 0.5, 3),
        ("add_scalar", "loss", 0.25, 7),
        ("add_text", "note", "hello", 8),
        ("flush",),
        ("flush",),
    ]
    writer.flush()
    writer.close()
    assert file.calls[-2:] == [("flush",), ("close",)] and file.folder == "logs"
    with writer.as_default(step=1):
        assert tf.summary.scalar("loss", 1.0) is False, "it is closed"


def test_at_most_three_pictures_unless_told_otherwise(writer):
    pictures = np.zeros((5, 2, 2, 1))
    with writer.as_default(step=1):
        assert tf.summary.image("p", pictures)
        assert tf.summary.image("p", pictures, max_outputs=1)
    names = [call[1] for call in writer.file.calls if call[0] == "add_image"]
    assert names == ["p/0", "p/1", "p/2", "p"]
    assert writer.file.calls[0][3:] == (1, "HWC")
